"""What a person reads: the table of results, one claim in full, the report on a network."""

from collections import Counter

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pathnorm_ref.lipschitz import frobenius_bound, local_lipschitz, path_norm_bound, spectral_bound
from pathnorm_ref.norms import log_path_norm, path_norm, unit_norms
from pathnorm_ref.objectives import empirical_loss, path_norm_objective, weight_decay_objective
from pathnorm_ref.rescaling import imbalance
from pathnorm_ref.units import hidden_layers
from proofs_check.claim import VERDICTS

STYLES = {"proved": "bold green", "certified": "green", "held": "cyan", "refuted": "red", "void": "bold magenta",
          "informal": "dim"}


def table(results):
    """id, verdict, cases, time and finding of each result; then how many have which verdict."""
    rows = Table(box=None, header_style="bold", pad_edge=False)
    rows.add_column("id", no_wrap=True)
    rows.add_column("verdict", no_wrap=True)
    rows.add_column("cases", justify="right")
    rows.add_column("time", justify="right", no_wrap=True)
    rows.add_column("finding", overflow="fold")
    for result in sorted(results, key=lambda result: result.claim.id):
        rows.add_row(result.claim.id, Text(result.verdict, STYLES[result.verdict]), str(result.evidence.cases),
                     f"{result.seconds:.1f} s", summary(result))
    return Group(rows, counts(results))


def summary(result):
    """One line: of a refutation, what kind of fault and where the correction is; else what was found."""
    claim = result.claim
    if result.verdict != "refuted":
        first, _, more = result.finding.partition("; ")
        return f"{first} (and {more.count('; ') + 1} more)" if more else first
    return f"{claim.fault}; corrected: {claim.correction}" if claim.correction else str(claim.fault)


def counts(results):
    """How many claims have which verdict, on one line."""
    number = Counter(result.verdict for result in results)
    parts = [f"{number[verdict]} {verdict}" for verdict in VERDICTS if number[verdict]]
    return Text(f"\n{len(results)} claims: {', '.join(parts)}")


def full(result):
    """Everything about one claim."""
    fields = result.as_dict()
    lines = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    lines.add_column(style="bold", no_wrap=True)
    lines.add_column(overflow="fold")
    rows = {"where": fields["locator"] + (" (ours: the document does not state it)" if fields["ours"] else ""),
            "statement": fields["statement"], "formula": fields["formula"],
            "hypotheses": "\n".join(fields["hypotheses"]) or "none",
            "checked": how(result.claim.check), "control": result.claim.control and result.claim.control.statement,
            "verdict": result.verdict, "finding": result.finding, "witness": fields["witness"],
            "explanation": fields["explanation"], "fault": fields["fault"], "correction": fields["correction"]}
    for name, value in rows.items():
        if value:
            lines.add_row(name, Text(str(value), STYLES.get(value, "")))
    return Panel(lines, title=result.claim.id, title_align="left")


def how(check):
    """How a check finds out, in words."""
    name = type(check).__name__
    if name == "ForAll":
        return (f"{check.n_examples} drawn cases and the edges" if check.cases is not None else "given cases") + \
            f", decided by {', then '.join(check.ladder)}"
    return {"Certificate": "a certificate, re-checked exactly"}.get(name, name.lower())


def network(case):
    """Balance, path norms, both objectives and Lipschitz bounds of a user's network (a `cases.NetCase`)."""
    net, params, x, y, lam, bias, shape = (case.net, case.params, case.x, case.y, case.lam, case.bias, case.x.shape[1:])
    units = Table(title="hidden layers", box=None, header_style="bold", title_justify="left")
    for column in ("layers", "units", "dead", "smallest ||w||/||v||", "largest"):
        units.add_column(column, justify="right")
    for hidden in hidden_layers(net):
        w, v = unit_norms(net, params, hidden, bias)
        alive = (w > 0) & (v > 0)
        ratios = w[alive] / v[alive]
        units.add_row(f"{hidden.incoming} -> {hidden.outgoing}", str(hidden.n_units), str(int((~alive).sum())),
                      *(f"{ratio:.4g}" for ratio in ((ratios.min(), ratios.max()) if ratios.size else ())))
    facts = Table(box=None, show_header=False)
    for name, value in {
            "imbalance, max | ||w|| - ||v|| | / (||w|| + ||v||)": imbalance(net, params, bias),
            "L1 path norm": path_norm(net, params, shape), "its logarithm": log_path_norm(net, params, shape),
            "L2 path norm": path_norm(net, params, shape, 2),
            f"loss L ({case.loss.__name__})": empirical_loss(net, params, x, y, case.loss),
            f"F = L + lam/2 R, lam = {float(lam):g}, biases {bias}":
                weight_decay_objective(net, params, x, y, lam, bias, case.loss),
            "G = L + lam R~": path_norm_objective(net, params, x, y, lam, bias, case.loss),
            "Lipschitz constant, sampled, at least": max(local_lipschitz(net, params, x)),
            "at most, product of operator norms": spectral_bound(net, params, shape),
            "at most, product of Frobenius norms": frobenius_bound(net, params, shape),
            "at most, L1 path norm": path_norm_bound(net, params, shape)}.items():
        facts.add_row(name, f"{float(value):.6g}")
    return Group(units, Text(), facts)
