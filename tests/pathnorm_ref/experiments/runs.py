"""Very small runs of every experiment, by the command as a user types it; and checks of what experiments find."""

import json
from dataclasses import fields
from pathlib import Path

from pathnorm_ref.experiments import experiments
from pathnorm_ref.experiments.__main__ import main
from pathnorm_ref.experiments.experiment import Place

LISTED = [(document, name) for document, found in experiments().items() for name in found]
"""Every experiment there is: a new one is tested without touching a test."""

TINY = {"data": "digits", "width": 4, "n": 8, "n_per_class": 8, "n_validation": 100, "epochs": 4, "steps": 4, "every": 2,
        "batch_size": 32, "retraining": 2, "converged": 16, "grid": 7, "lr": 0.03, "lrs": (0.03,), "lams": (0.001,),
        "seeds": (42, 43), "n_train": 100, "n_test": 30, "n_in": 8, "n_active": 3, "widths": (4, 3), "folds": 2,
        "cs": (1.0, 0.5), "first_kernel": 3}
"""Values for the fields that an experiment has; the others are those of its own small run."""

OWN = {("wen2021", "table-3"): {"task": "mnist"}, ("wen2021", "figure-5"): {"task": "regression"},
       ("wen2021", "figure-4"): {"width": 1, "n_train": 60}}
"""Of one experiment: a task that has all of these fields; a VGG-16 that is small enough."""


def tiny(document, name, **changes):
    """The settings of a very small run."""
    experiment = experiments()[document][name]
    own = {field.name for field in fields(experiment.settings)}
    given = {key: value for key, value in (TINY | OWN.get((document, name), {}) | changes).items() if key in own}
    return experiment.settings(**experiment.small(given) | given)


def words(document, name, out, *more, jobs=1, backend="sequential", **changes):
    """The words of the command for such a run; then `more`."""
    settings, experiment = tiny(document, name, **changes), experiments()[document][name]
    places = ["--out", str(out), "--jobs", str(jobs), "--backend", backend]
    own = OWN.get((document, name), {})
    given = [word for field in fields(settings) if field.name in TINY | own | experiment.small(own) | changes
             for word in _option(field.name, getattr(settings, field.name))]
    return [document, name, *places, *given, *more]


def _option(name, value):
    option = f"--{name.replace('_', '-')}"
    if isinstance(value, bool):
        return [option if value else f"--no-{name.replace('_', '-')}"]
    return [option, *map(str, value if isinstance(value, tuple) else (value,))]


def run(document, name, out, *more, **changes):
    """The exit status of the command."""
    return main(words(document, name, out, *more, **changes))


def report(out):
    """What a run has written to its JSON file."""
    return json.loads(next(Path(out).glob("*.json")).read_text())


def results(out):
    """{suffix: bytes} of the files of results."""
    return {path.suffix: path.read_bytes() for path in sorted(Path(out).iterdir()) if path.is_file()}


def place(folder):
    return Place(folder)


# --- findings ------------------------------------------------------------------------------------------

def found(document, name, settings, records):
    """The findings of an experiment on records made for it."""
    return experiments()[document][name].findings(settings, records)


def check_verdicts(findings, verdicts):
    assert tuple(finding.seen for finding in findings) == verdicts, [finding.numbers for finding in findings]
    assert all(finding.seen is None or isinstance(finding.seen, bool) for finding in findings)
    assert json.dumps(findings)


def check_three_ways(cases):
    """Each finding is seen, not seen and undecided among the findings of the cases."""
    ways: dict[str, set] = {}
    for findings in cases:
        for finding in findings:
            ways.setdefault(finding.claim, set()).add(finding.seen)
    assert ways and all(seen == {True, False, None} for seen in ways.values()), ways
