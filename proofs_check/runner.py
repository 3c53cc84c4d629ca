"""Run claims, in parallel, and compare what they gave with the recorded verdicts."""

import json
import time
from dataclasses import replace
from importlib.resources import files

from joblib import Parallel, delayed

from proofs_check.claim import VERDICTS, Budget, Evidence, Result
from proofs_check.claims import all_claims

ALWAYS_THE_SAME = Budget()
SNAPSHOT = files("proofs_check") / "verdicts.json"


def run(claim, budget=ALWAYS_THE_SAME):
    """The `Result` of one claim: of its check, and of its control unless the claim is refuted."""
    start = time.perf_counter()
    evidence = _evidence(claim.check, budget)
    # a control looks as hard as it was made to, however few examples the claim is given
    enough = Budget(None, budget.seed)
    control = _evidence(claim.control.check, enough) if claim.control and evidence.verdict != "refuted" else None
    return Result(claim, evidence, control, time.perf_counter() - start)


def _evidence(check, budget):
    try:
        return check.run(budget)
    except Exception as error:  # whatever it is: a broken check shows nothing, and must not take the others along
        return Evidence("void", 0, f"the check broke: {type(error).__name__}: {error}")


def run_all(ids, budget=ALWAYS_THE_SAME, jobs=1):
    """The results of the claims of these ids, each as soon as it is there."""
    found = Parallel(n_jobs=jobs, return_as="generator_unordered")(delayed(_run)(i, budget) for i in ids)
    for claim_id, *evidence in found:
        yield Result(all_claims()[claim_id], *evidence)


def _run(claim_id, budget):
    # a claim holds functions, which do not travel between processes: its id and the evidence do
    result = run(all_claims()[claim_id], budget)
    return claim_id, result.evidence, result.control, result.seconds


def applies(claim, case):
    """Whether a claim says something of this network (a `cases.NetCase`)."""
    says = getattr(claim.check, "applies", None)
    return says is not None and says(case)


def on_network(claim, case):
    """The claim about this network alone: its own drawn cases stay out, and its control, which is about those."""
    check = replace(claim.check, cases=None, examples=(case,), ladder=("floats", "balls"))
    return replace(claim, check=check, control=None)


# --- the snapshot of verdicts --------------------------------------------------------------------------

class BrokenSnapshot(ValueError):
    """The file of recorded verdicts cannot be read as one."""


def recorded(path=SNAPSHOT):
    """The recorded verdicts by id. BrokenSnapshot if the file is not a JSON object of verdicts."""
    try:
        verdicts = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BrokenSnapshot(f"{path} can't be read: {error}") from error
    if not isinstance(verdicts, dict) or not all(verdict in VERDICTS for verdict in verdicts.values()):
        raise BrokenSnapshot(f"{path} must hold an object from claim ids to {', '.join(VERDICTS)}")
    return verdicts


def changes(results, path=SNAPSHOT):
    """(id, recorded verdict, found verdict) of each that differs from the snapshot; None where there is none."""
    before = recorded(path)
    vanished = [(claim_id, verdict, None) for claim_id, verdict in before.items() if claim_id not in all_claims()]
    return vanished + [(result.claim.id, before.get(result.claim.id), result.verdict)
                       for result in results if before.get(result.claim.id) != result.verdict]


def accept(results, path=SNAPSHOT):
    """Record the verdicts of these results, keep those of other claims, drop those of claims that are no more."""
    verdicts = recorded(path) | {result.claim.id: result.verdict for result in results}
    known = {claim_id: verdicts[claim_id] for claim_id in sorted(all_claims()) if claim_id in verdicts}
    path.write_text(json.dumps(known, indent=1) + "\n")
