"""Files that are whole or as before, runs that go on where they stopped, names that tell jobs apart."""

import json
import os
import stat
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace

import joblib
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pathnorm_ref.experiments import experiments, kept
from pathnorm_ref.units import Bias
from tests.pathnorm_ref.experiments.runs import LISTED, place, tiny

# --- whole ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [None, b"before"])
@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError])
def test_an_interrupt_leaves_the_file_that_was_there(tmp_path, before, stop):
    path = tmp_path / "folder" / "file.json"
    if before is not None:
        path.parent.mkdir()
        path.write_bytes(before)
    with pytest.raises(stop), kept.whole(path) as file:
        file.write(b"half of ")
        file.flush()
        raise stop
    assert [(found.name, found.read_bytes()) for found in path.parent.iterdir()] == (
        [] if before is None else [("file.json", before)])


def test_the_file_takes_its_place_when_it_is_complete(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with kept.whole(path) as file:
        file.write(b"after")
        file.flush()
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert len(list(tmp_path.iterdir())) == 1


def test_kept_files_have_the_rights_of_other_files(tmp_path):
    with kept.whole(tmp_path / "kept") as file:
        file.write(b"")
    (tmp_path / "other").write_bytes(b"")
    rights = [stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in ("kept", "other")]
    assert rights[0] == rights[1]


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_only_numbers_that_json_has_are_written(tmp_path, number):
    with pytest.raises(ValueError, match="JSON"):
        kept.write_json(tmp_path / "file.json", {"loss": number})
    assert not list(tmp_path.iterdir())


# --- resumable -----------------------------------------------------------------------------------------

N = 4


def start():
    return np.zeros(3)


def forward(i, value):
    return value / 3 + np.random.default_rng([7, i]).standard_normal(3)


@pytest.mark.parametrize("stop", range(N))
def test_an_interrupted_run_goes_on_and_ends_bit_for_bit_as_an_uninterrupted_one(tmp_path, stop):
    calls = []

    def interrupted(i, value):
        calls.append(i)
        if i == stop:
            raise KeyboardInterrupt
        return forward(i, value)

    def again(i, value):
        calls.append(i)
        return forward(i, value)

    with pytest.raises(KeyboardInterrupt):
        kept.resumable(tmp_path / "run", start, interrupted, N)
    assert calls == list(range(stop + 1))
    calls.clear()
    found = kept.resumable(tmp_path / "run", start, again, N)
    assert calls == list(range(stop, N))
    assert_array_equal(found, kept.resumable(tmp_path / "other", start, forward, N))


def test_a_complete_run_is_neither_started_nor_advanced_again(tmp_path):
    found = kept.resumable(tmp_path / "run", start, forward, N)

    def never(*_arguments):
        raise AssertionError

    assert_array_equal(kept.resumable(tmp_path / "run", never, never, N), found)


def test_an_interrupt_while_a_step_is_kept_loses_that_step_only(tmp_path, monkeypatch):
    calls, dump = [], joblib.dump

    def half(value, file):
        if value[0] == 3:
            file.write(b"half")
            raise KeyboardInterrupt
        dump(value, file)

    monkeypatch.setattr(joblib, "dump", half)
    with pytest.raises(KeyboardInterrupt):
        kept.resumable(tmp_path / "run", start, forward, N)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    found = kept.resumable(tmp_path / "run", start, lambda i, value: calls.append(i) or forward(i, value), N)
    assert calls == [2, 3]
    assert_array_equal(found, kept.resumable(tmp_path / "other", start, forward, N))


@pytest.mark.parametrize(("document", "name"), LISTED)
def test_every_experiment_ends_with_the_same_record_when_its_runs_are_interrupted(document, name, tmp_path, monkeypatch):
    experiment, settings = experiments()[document][name], tiny(document, name)
    job = experiment.jobs(settings, {})[-1]
    once = experiment.measure(job, place(tmp_path / "once"))
    dump, done = joblib.dump, []

    def counted(value, file):
        done.append(value[0])
        dump(value, file)
        if len(done) == 2:  # complete, but not yet in its place: the second round is lost
            raise KeyboardInterrupt

    monkeypatch.setattr(joblib, "dump", counted)
    with pytest.raises(KeyboardInterrupt):
        experiment.measure(job, place(tmp_path / "twice"))
    twice = experiment.measure(job, place(tmp_path / "twice"))
    assert done[:3] == [1, 2, 2]
    assert json.dumps(twice) == json.dumps(once)


# --- names ---------------------------------------------------------------------------------------------

OTHERS = {"data": "mnist", "net": "VGG19", "name": "lasso", "bias": Bias.FREE, "label_noise": 0.5, "width": 5,
          "n_per_class": 9, "reading": "another class", "converged": 32, "every": 4, "steps": 8, "c": 7.0, "layers": (0,),
          "lam": 0.5, "l1": 0.5, "dropout": 0.25, "momentum": 0.25, "decay": "linear", "output": "frozen", "i": 1,
          "beta": (0.1, 1.0), "last": "cyclic", "alpha": "each sample", "spread": "deviation", "model": "MLP", "n_test": 33}
INSTEAD = {"model": "VGG-16", "i": 0}
"""Where a job has that already."""


def others(value, name=None):
    """Each value that differs from this one in one place."""
    if is_dataclass(value):
        for field in fields(value):
            for other in others(getattr(value, field.name), field.name):
                with suppress(ValueError):  # a momentum of a rule that has none
                    yield replace(value, **{field.name: other})
    elif name in OTHERS:
        yield INSTEAD[name] if OTHERS[name] == value else OTHERS[name]
    else:
        yield not value if isinstance(value, bool) else value * 2


def leaves(value):
    """The number of plain values in a job."""
    return sum(leaves(getattr(value, field.name)) for field in fields(value)) if is_dataclass(value) else 1


@pytest.mark.parametrize(("document", "name"), LISTED)
def test_names_differ_when_any_field_differs_and_not_otherwise(document, name):
    experiment = experiments()[document][name]
    jobs, again = (experiment.jobs(tiny(document, name), {}) for _ in range(2))
    assert [kept.name(job) for job in jobs] == [kept.name(job) for job in again]
    changed = [jobs[0], *others(jobs[0])]
    assert len(changed) >= leaves(jobs[0])
    assert len({kept.name(job) for job in changed}) == len(changed) == len(set(changed))


def test_names_tell_kinds_and_versions_apart(monkeypatch):
    @dataclass(frozen=True)
    class One:
        n: int = 1

    @dataclass(frozen=True)
    class Two:
        n: int = 1

    one = kept.name(One())
    assert one.split("-")[1] != kept.name(Two()).split("-")[1]
    monkeypatch.setattr(kept, "VERSION", "0.0.1")
    assert kept.name(One()) != one


# --- files that are broken -----------------------------------------------------------------------------

@pytest.mark.parametrize("text", ['{"record": {', "[]", "{}"])
def test_a_broken_record_is_named(tmp_path, text):
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(kept.Damaged, match=r"record\.json .*delete it"):
        kept.read_json(path)


@pytest.mark.parametrize("content", [b"", b"half", joblib.__name__.encode() * 9])
def test_a_broken_checkpoint_is_named_and_nothing_is_computed(tmp_path, content):
    path = tmp_path / "run.joblib"
    path.write_bytes(content)
    with pytest.raises(kept.Damaged, match=r"run\.joblib .*delete it"):
        kept.resumable(path, lambda: pytest.fail("started"), lambda i, value: pytest.fail("advanced"), 2)
    assert path.read_bytes() == content
