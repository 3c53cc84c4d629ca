"""The command: `proofs-check`."""

import argparse
import fnmatch
import json
import os
import sys
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from proofs_check import errata, networks, report, runner
from proofs_check.claim import Budget
from proofs_check.claims import all_claims
from proofs_check.decide import in_system

SAMPLES = 8
"""Claims about a user's network are checked on its first samples: balls are slow."""


def main(argv=None):
    """Exit status: 0 if the verdicts equal the snapshot, 1 if one differs, 2 for unusable arguments."""
    arguments = parser().parse_intermixed_args(argv)
    console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160)
    try:
        return command(arguments, console)
    except (UnknownClaim, networks.UnusableFile, runner.BrokenSnapshot) as error:
        print(f"proofs-check: {error}", file=sys.stderr)
        return 2


def parser():
    words = argparse.ArgumentParser(prog="proofs-check", description="Check the claims of five documents on weight "
                                    "decay, path norms and sparsity.")
    words.add_argument("claims", nargs="*", metavar="ID", help="an id, a document's key, or a pattern "
                       "('yang2022.theorem-*'); default: all. 'show ID' prints one claim in full, 'errata DOCUMENT' "
                       "writes what fails as printed, as Markdown")
    words.add_argument("--list", action="store_true", help="list the claims with their recorded verdicts, run none")
    words.add_argument("--json", type=Path, metavar="FILE", help="write what was found as a list of objects")
    words.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the errata there, not to the terminal")
    words.add_argument("--jobs", type=_positive, default=os.cpu_count(), help="processes (default: all cores)")
    words.add_argument("--examples", type=_positive, metavar="N", help="cases drawn for each claim")
    words.add_argument("--seed", type=int, help="draw other cases than the ones that are always drawn")
    words.add_argument("--network", type=Path, metavar="FILE.py", help="check your own network: a file that defines "
                       "net, params, x, y (and, if you like, lam, bias, loss)")
    words.add_argument("--accept", action="store_true", help="record the verdicts found as the snapshot")
    return words


def _positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive integer")
    return int(text)


def command(arguments, console):
    if arguments.claims[:1] == ["errata"]:
        return write_errata(arguments)
    if arguments.output:
        raise UnknownClaim("-o goes with errata alone: proofs-check errata DOCUMENT -o FILE")
    show = arguments.claims[:1] == ["show"]
    ids = select(arguments.claims[1:] if show else arguments.claims)
    if show and not arguments.claims[1:]:
        raise UnknownClaim("show needs an id")
    if arguments.list:
        verdicts = runner.recorded()
        for claim_id in ids:
            console.print(f"{claim_id:50} {verdicts.get(claim_id, '-'):10} {all_claims()[claim_id].statement}",
                          highlight=False, markup=False, soft_wrap=True)
        return 0
    runner.recorded()  # a broken snapshot is better known before the work than after, and so is an unusable file
    check_writable("--json", arguments.json)
    budget = Budget(arguments.examples, arguments.seed)
    if arguments.network:
        results = check_network(arguments.network, ids, console)
        write_json(results, arguments.json)
        return int(any(result.verdict in ("refuted", "void") for result in results))
    results = gather(runner.run_all(ids, budget, arguments.jobs), len(ids), console)
    console.print(*map(report.full, results), sep="\n") if show else console.print(report.table(results))
    write_json(results, arguments.json)
    return conclude(results, len(ids), arguments.accept, console)


def check_writable(option, path):
    """UnusableFile if an option names a file that can't be written: it is better known before the work than after."""
    if path and not (path.parent.is_dir() and os.access(path.parent, os.W_OK)):
        raise networks.UnusableFile(f"{option} {path}: there is no folder {path.parent} to write in")
    if path and path.exists() and not (path.is_file() and os.access(path, os.W_OK)):
        raise networks.UnusableFile(f"{option} {path}: it is no file that can be written")


def write_errata(arguments):
    """The errata of one document, to a file or standard output; status 1 if a verdict differs from the snapshot."""
    if [arguments.list, arguments.json, arguments.network, arguments.accept] != [False, None, None, False]:
        raise UnknownClaim("errata goes with -o, --jobs, --examples and --seed alone")
    if len(arguments.claims) != 2 or arguments.claims[1] not in errata.documents():
        raise UnknownClaim(f"errata needs one document of {', '.join(errata.documents())}: it got "
                           f"{' '.join(arguments.claims[1:]) or 'none'}")
    document = arguments.claims[1]
    runner.recorded()
    check_writable("-o", arguments.output)
    console, ids = Console(stderr=True), errata.needed(document)
    results = gather(runner.run_all(ids, Budget(arguments.examples, arguments.seed), arguments.jobs), len(ids), console)
    if len(results) < len(ids):
        return 1
    text = errata.markdown(document, results)
    if arguments.output:
        arguments.output.write_text(text)
    else:
        sys.stdout.write(text)
    return conclude(results, len(ids), False, console)


def gather(found, total, console):
    """All results; those that were there, if the run is interrupted."""
    results = []
    try:
        for result in track(found, "checking", total, console=Console(stderr=True), transient=True):
            results.append(result)
    except KeyboardInterrupt:
        console.print(f"interrupted after {len(results)} of {total} claims; what was found:")
    return sorted(results, key=lambda result: result.claim.id)


def write_json(results, path):
    """A list of objects, one a result."""
    if path:
        path.write_text(json.dumps([result.as_dict() for result in results], indent=1) + "\n")


def conclude(results, total, accept, console):
    """Compare with the snapshot, or record."""
    if accept:
        runner.accept(results)
        console.print(f"recorded in {runner.SNAPSHOT}")
        return 0
    changes = runner.changes(results)
    for claim_id, before, now in changes:
        console.print(f"changed: {claim_id} was {before or 'not recorded'}, is {now or 'no claim'}", style="bold red")
    if changes:
        console.print("If that is the new truth: proofs-check --accept " + " ".join(change[0] for change in changes))
    return 1 if changes or len(results) < total else 0


def check_network(path, ids, console):
    """Every claim that applies to any network, on the user's; and a report on it."""
    case = networks.load(path)
    few = case._replace(x=case.x[:SAMPLES], y=case.y[:SAMPLES])
    claims = [all_claims()[i] for i in ids if runner.applies(all_claims()[i], few)]
    if not claims:
        raise UnknownClaim("none of these claims says something of this network")
    found = (runner.run(runner.on_network(claim, few)) for claim in claims)
    results = gather(found, len(claims), console)
    console.print(report.network(in_system(case, np.float64)), f"claims, on the first {len(few.x)} samples:",
                  report.table(results), sep="\n\n")
    return results


# --- arguments -----------------------------------------------------------------------------------------

class UnknownClaim(ValueError):
    """No claim matches."""


def select(words):
    """The ids that the words name: an id, a document's key, or a pattern; all without words."""
    known = all_claims()
    chosen = []
    for word in words:
        matches = [i for i in known if i == word or all_claims()[i].document == word or fnmatch.fnmatchcase(i, word)]
        if not matches:
            near = get_close_matches(word, [*known, *errata.documents(), "errata", "show"], 3, 0.4)
            raise UnknownClaim(f"no claim matches {word!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
        chosen += matches
    return list(dict.fromkeys(chosen)) if words else list(known)


if __name__ == "__main__":
    sys.exit(main())
