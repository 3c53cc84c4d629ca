"""The command and bad input: exit status 2, one line that names the argument, and nothing written."""

import importlib
import os
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from pathnorm_ref.experiments import experiments
from pathnorm_ref.experiments.__main__ import HELP, main
from tests.pathnorm_ref.data import files
from tests.pathnorm_ref.experiments.runs import LISTED, place, run, tiny

performing = importlib.import_module("pathnorm_ref.experiments.perform")

ROOT = Path(__file__).parents[3]
LAYOUT = (("document", "name"), LISTED)
ON_IMAGES = [(document, name) for document, name in LISTED if getattr(tiny(document, name), "data", None) is not None]
GRIDS = [(document, name, option) for document, name in LISTED for option in ("lrs", "lams", "cs")
         if hasattr(tiny(document, name), option)]


def refused(capsys, document, name, out, *more, **options):
    """What the command, refused, says on the last line of stderr; it has written nothing."""
    before = sorted(out.parent.rglob("*"))
    try:
        assert run(document, name, out, *more, **options) == 2
        lines = capsys.readouterr().err.strip().splitlines()
        assert len(lines) == 1 and lines[0].startswith(f"{document}-{name}: ")
    except SystemExit as stop:  # argparse, which writes the usage first
        assert stop.code == 2
        lines = capsys.readouterr().err.strip().splitlines()
        assert " error: " in lines[-1]
    assert sorted(out.parent.rglob("*")) == before
    return lines[-1]


@pytest.fixture
def out(tmp_path):
    (tmp_path / "here").mkdir()
    return tmp_path / "here" / "out"


# --- settings ------------------------------------------------------------------------------------------

@pytest.mark.parametrize(*LAYOUT)
@pytest.mark.parametrize(("option", "value"), [("lr", "0"), ("lr", "-0.1"), ("lr", "nan"), ("lr", "inf"), ("lam", "-1"),
                                               ("lam", "nan"), ("lr", "fast")])
def test_rates_that_are_none(document, name, option, value, out, capsys):
    option += "s" * hasattr(tiny(document, name), f"{option}s")
    assert f"{option.rstrip('s')}" in refused(capsys, document, name, out, f"--{option}", value)


@pytest.mark.parametrize(*LAYOUT)
@pytest.mark.parametrize(("option", "value"), [("bias", "round"), ("bias", "absent"), ("width", "0"), ("width", "-3"),
                                               ("width", "many"), ("seed", "-1"), ("jobs", "0"), ("jobs", "-1"),
                                               ("jobs", "all"), ("backend", "mpi")])
def test_values_that_no_experiment_has(document, name, option, value, out, capsys):
    option = option if hasattr(tiny(document, name), option) or option in ("jobs", "backend") else f"{option}s"
    values = (value, "42") if option == "seeds" else (value,)
    assert option.rstrip("s") in refused(capsys, document, name, out, f"--{option}", *values)


BAD = [("data", "mnistt"), ("n_validation", "1437"), ("n_validation", "0"), ("n_validation", "-1"), ("n_per_class", "0"),
       ("n_per_class", "1000"), ("batch_size", "0"), ("epochs", "0"), ("every", "3"), ("steps", "0"), ("retraining", "0"),
       ("bias", "inside"), ("n_train", "0"), ("n_train", "-1"), ("n_test", "0"), ("n_in", "0"), ("n_active", "-1"),
       ("n_active", "1001"), ("beta", "1"), ("last", "first"), ("alpha", "none"), ("spread", "wide"), ("widths", "0"),
       ("method", "newton"), ("momentum", "1"), ("decay", "fast"), ("output", "gone"), ("layers", "99"), ("folds", "1"),
       ("folds", "1000"), ("first_kernel", "0"), ("dropout", "1"), ("dropout", "0"), ("cs", "0"), ("cs", "inf"),
       ("cs", "-1"), ("task", "5")]


@pytest.mark.parametrize(("document", "name", "field", "value"), [
    (document, name, field, value) for document, name in LISTED for field, value in BAD
    if hasattr(tiny(document, name), field) and not (field == "bias" and name.startswith(("figure-2", "figure-1-right")))])
def test_values_that_no_training_run_has(document, name, field, value, out, capsys):
    assert field.removesuffix("s") in refused(capsys, document, name, out, f"--{field.replace('_', '-')}", value)


@pytest.mark.parametrize(("document", "name", "option"), GRIDS)
@pytest.mark.parametrize("values", [(), ("0.1", "0.2", "0.1")])
def test_grids_empty_or_with_repeats(document, name, option, values, out, capsys):
    assert option in refused(capsys, document, name, out, f"--{option}", *values)


@pytest.mark.parametrize(("name", "words", "named"), [
    ("figure-3", ("--methods", "lasso", "ridge"), "method is 'ridge'"),
    ("figure-3", ("--methods", "lasso", "lasso"), "methods is"),
    ("table-1", ("--task", "5"), "task is 5"),
    ("table-1", ("--reading", "no class"), "reading is 'no class'"),
    ("table-1", ("--seeds", "42"), "seeds is (42,)"),
    ("table-1", ("--seeds", "42", "42"), "seeds is (42, 42)"),
    ("table-1", ("--seeds", "42", "-1"), "seed is -1"),
    ("figure-2", ("--n", "0"), "n is 0"), ("figure-2", ("--noise", "-1"), "noise is -1.0"),
    ("figure-2", ("--grid", "1"), "grid is 1"), ("figure-2", ("--converged", "5"), "converged is 5"),
    ("figure-2", ("--converged", "4"), "converged is 4"),
    ("figure-1-right", ("--n", "0"), "n is 0"), ("figure-1-right", ("--steps", "5"), "steps is 5"),
    ("figure-3", ("--steps", "5"), "steps is 5"), ("figure-1-left", ("--nett", "MLP"), "--nett"),
    ("figure-4", (), "figure-4")])
def test_values_that_one_experiment_has_not(name, words, named, out, capsys):
    if ("yang2022", name) not in LISTED:
        with pytest.raises(SystemExit, match="2"):
            main(["yang2022", name, "--out", str(out)])
        assert named in capsys.readouterr().err.splitlines()[-1]
        assert not out.exists()
        return
    assert named in refused(capsys, "yang2022", name, out, *words)


def test_an_unknown_document(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["yang2023", "figure-2"])
    assert "yang2023" in capsys.readouterr().err.splitlines()[-1]


# --- data ----------------------------------------------------------------------------------------------

def broken(change):
    """The four files of a set like MNIST, one of them changed."""
    contents = files.mnist()
    name, content = change(contents)
    return contents | {name: content}


IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
BROKEN = {
    "truncated": (IMAGES, lambda contents: (IMAGES, contents[IMAGES][:-1])),
    "label 10": (LABELS, lambda contents: (LABELS, contents[LABELS][:-1] + b"\x0a")),
    "(5, 28, 27)": (IMAGES, lambda contents: (IMAGES, files.idx(np.zeros((5, 28, 27), np.uint8)))),
    "damaged": (IMAGES, lambda contents: (IMAGES, contents[IMAGES])),  # sound, but not the published one
}


@pytest.mark.parametrize(("document", "name"), ON_IMAGES)
@pytest.mark.parametrize("fault", BROKEN)
def test_broken_data_files(document, name, fault, out, tmp_path, capsys):
    file, change = BROKEN[fault]
    folder = files.write(tmp_path / "data", broken(change))
    found = refused(capsys, document, name, out, "--data", "mnist", "--folder", str(folder))
    assert fault in found and str(folder / file) in found


@pytest.mark.parametrize(("document", "name"), ON_IMAGES)
def test_data_folders_that_are_none(document, name, out, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for folder, named in ((tmp_path / "none", "folder is"), (tmp_path / "empty", f"{tmp_path / 'empty'} holds no")):
        assert named in refused(capsys, document, name, out, "--data", "mnist", "--folder", str(folder))
    assert "folder" in refused(capsys, document, name, out, "--folder", str(tmp_path))  # digits have none


def test_data_that_were_not_fetched(out, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("pathnorm_ref.data.published.cache", lambda name: tmp_path / "cache" / name)
    assert "folder is None, and mnist has not been fetched" in refused(
        capsys, "yang2022", "figure-1-left", out, "--data", "mnist")


# --- schedulers ----------------------------------------------------------------------------------------

@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(performing, "SCHEDULER_TIMEOUT", 0.5)


@pytest.fixture
def silent():
    """The address of a port at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(*LAYOUT)
def test_a_scheduler_that_does_not_answer(document, name, out, impatient, silent, capsys):
    found = refused(capsys, document, name, out, "--backend", "dask", "--scheduler", silent)
    assert f"scheduler '{silent}' does not answer" in found


@pytest.mark.parametrize("address", ["nonsense", "foo://127.0.0.1:8786", "tcp://127.0.0.1:1", ""])
def test_addresses_that_are_none(address, out, impatient, capsys):
    assert "scheduler" in refused(capsys, "yang2022", "figure-1-right", out, "--backend", "dask", "--scheduler", address)


def test_a_scheduler_without_dask_and_dask_without_a_scheduler(out, capsys):
    assert "scheduler is 'tcp://127.0.0.1:8786'" in refused(
        capsys, "yang2022", "figure-1-right", out, "--scheduler", "tcp://127.0.0.1:8786")
    assert "needs a scheduler" in refused(capsys, "yang2022", "figure-1-right", out, "--backend", "dask")


# --- results -------------------------------------------------------------------------------------------

@pytest.mark.parametrize(*LAYOUT)
def test_results_that_can_go_nowhere(document, name, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(performing, "_measured", None)  # nothing is computed
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "file").write_text("kept")
    for path in (tmp_path / "here" / "file", tmp_path / "here" / "file" / "below"):
        assert f"out is '{path}'" in refused(capsys, document, name, path)
    assert (tmp_path / "here" / "file").read_text() == "kept"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to(tmp_path, capsys):
    (tmp_path / "here").mkdir(mode=0o500)
    assert "out is" in refused(capsys, "figure-1-right", tmp_path / "here" / "out")


# --- what it says --------------------------------------------------------------------------------------

@pytest.mark.parametrize(("document", "name"), LISTED)
def test_help_has_every_setting_and_small_runs_are_what_they_are_said_to_be(document, name, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([document, name, "--help"])
    said = capsys.readouterr().out
    experiment = experiments()[document][name]
    assert all(f"--{field.replace('_', '-')} " in said for field in experiment.settings.__dataclass_fields__
               if field != "layer_balance")
    experiment.settings(**experiment.small({}))
    experiment.settings()


def test_findings_are_said_line_by_line(tmp_path, capsys):
    assert run("yang2022", "figure-1-right", tmp_path) == 0
    *found, written = capsys.readouterr().out.splitlines()
    assert len(found) == 2 and all(line.startswith(("seen: ", "not seen: ", "can't tell: ")) for line in found)
    assert written == f"written: {tmp_path / 'yang2022-figure-1-right'}.json, .csv, .md, .png, .svg"


def test_an_interrupt_is_said_and_is_status_1(tmp_path, monkeypatch, capsys):
    def stop(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(performing, "_measured", stop)
    assert run("yang2022", "figure-1-right", tmp_path) == 1
    assert "interrupted; the same command goes on where it stopped" in capsys.readouterr().err


@pytest.mark.parametrize(("document", "name"), LISTED)
def test_every_setting_is_explained(document, name, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([document, name, "--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert all(HELP[field.name] in words for field in fields(experiments()[document][name].settings))


@pytest.mark.parametrize(("document", "name", "task"), [
    *(("yang2022", "table-1", task) for task in (1, 2, 3, 4)),
    *(("wen2021", "table-3", task) for task in ("classification", "mnist", "cifar10")),
    *(("wen2021", "figure-5", task) for task in ("classification", "regression"))])
def test_every_task_has_a_small_size(document, name, task, tmp_path):
    experiment = experiments()[document][name]
    settings = experiment.settings(**experiment.small({"task": task}), task=task)
    experiment.prepare(settings, place(tmp_path))
    assert getattr(settings, "data", None) in ("digits", None) and len(experiment.jobs(settings, {})) <= 24


def test_without_the_extra_the_command_says_what_to_install(tmp_path):
    (tmp_path / "matplotlib.py").write_text("raise ModuleNotFoundError(name='matplotlib')")
    found = subprocess.run([sys.executable, "-m", "pathnorm_ref.experiments", "--help"], capture_output=True, text=True,
                           check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])})
    assert found.returncode == 1 and "pip install 'pathnorm-ref[experiments]'" in found.stderr
    assert "Traceback" not in found.stderr
