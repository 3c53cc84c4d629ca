"""Every experiment from its command to its files: what they hold, that they are the same again, and what is kept."""

import csv
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.image import imread

from pathnorm_ref.experiments import experiments
from pathnorm_ref.experiments.__main__ import main
from pathnorm_ref.experiments.perform import as_csv
from pathnorm_ref.version import VERSION
from tests.pathnorm_ref.experiments.runs import LISTED, report, results, run, tiny, words

performing = importlib.import_module("pathnorm_ref.experiments.perform")


@pytest.fixture(scope="module", params=LISTED, ids=" ".join)
def performed(request, tmp_path_factory):
    """(document, name, folder of results) of a run one job at a time."""
    out = tmp_path_factory.mktemp(request.param[1])
    assert run(*request.param, out) == 0
    return *request.param, out


def test_results_are_five_files(performed):
    document, name, out = performed
    assert sorted(path.name for path in out.iterdir() if path.is_file()) == [
        f"{document}-{name}.{suffix}" for suffix in ("csv", "json", "md", "png", "svg")]


def test_json_says_what_was_run_and_what_was_found(performed):
    document, name, out = performed
    found, settings = report(out), tiny(document, name)
    assert found["experiment"] == f"{document}-{name}"
    assert found["settings"] == json.loads(json.dumps(asdict(settings)))
    assert found["settings"].get("seed", found["settings"].get("seeds")) in (42, [42, 43])
    assert found["versions"]["pathnorm_ref"] == VERSION
    assert found["versions"]["numpy"] == np.__version__
    assert found["choices"] == list(experiments()[document][name].choices) != []
    assert all(finding["seen"] in (True, False, None) and finding["claim"] and finding["numbers"]
               for finding in found["findings"])
    assert found["findings"] and found["rows"]
    assert [record["job"] for record in found["records"]][:2] == [
        json.loads(json.dumps(asdict(job))) for job in experiments()[document][name].jobs(settings, {})[:2]]


def test_csv_holds_the_rows(performed):
    _, _, out = performed
    rows = report(out)["rows"]
    assert list(csv.DictReader(StringIO(results(out)[".csv"].decode()))) == [
        {column: str(value) for column, value in row.items()} for row in rows]
    assert any(isinstance(value, float) for row in rows for value in row.values())


def test_figures_can_be_read(performed):
    _, _, out = performed
    image = imread(next(out.glob("*.png")))
    assert image.shape[0] > 400 and image.shape[1] > 600 and image.std() > 0.05
    drawn = ElementTree.fromstring(results(out)[".svg"])
    assert drawn.tag.endswith("svg") and len(list(drawn.iter())) > 100


def test_results_in_parallel_are_the_same_bytes_as_one_by_one(performed, tmp_path):
    document, name, out = performed
    assert run(document, name, tmp_path, jobs=2, backend="threading") == 0
    assert results(tmp_path) == results(out)


def test_another_seed_gives_other_numbers(performed, tmp_path):
    document, name, out = performed
    assert run(document, name, tmp_path, seed=7, seeds=(7, 8)) == 0
    assert report(tmp_path)["rows"] != report(out)["rows"]


def test_what_is_kept_is_not_computed_again(performed, monkeypatch):
    document, name, out = performed
    before = results(out)
    for path in out.iterdir():
        if path.is_file():
            path.unlink()
    for path in (out / "checkpoints").iterdir():
        path.unlink()

    def never(*_arguments):
        raise AssertionError

    monkeypatch.setattr(performing, "_measured", never)
    assert run(document, name, out) == 0
    assert results(out) == before


def test_a_grid_that_grows_measures_only_what_is_new(tmp_path, monkeypatch):
    measured, jobs = performing._measured, []

    def counted(measure, job, place):
        jobs.append(job)
        return measured(measure, job, place)

    monkeypatch.setattr(performing, "_measured", counted)
    assert run("yang2022", "figure-3", tmp_path, lams=(0.001,)) == 0
    n = len(jobs)
    assert run("yang2022", "figure-3", tmp_path, lams=(0.001, 0.01)) == 0
    assert [job.method.lam for job in jobs] == [0.001] * n + [0.01] * n
    assert len(set(jobs)) == 2 * n


def test_records_name_the_versions_that_made_them(tmp_path, monkeypatch):
    monkeypatch.setattr(performing, "versions", lambda: {"python": "3.0", "numpy": "1.0"})
    assert run("yang2022", "figure-1-right", tmp_path) == 0
    monkeypatch.undo()
    assert run("yang2022", "figure-1-right", tmp_path) == 0  # kept records: nothing was computed here
    assert report(tmp_path)["versions"] == {"python": "3.0", "numpy": "1.0"}
    first, *_ = sorted((tmp_path / "records").iterdir())
    first.unlink()
    assert run("yang2022", "figure-1-right", tmp_path) == 0
    assert report(tmp_path)["versions"]["numpy"] == ", ".join(sorted(["1.0", np.__version__]))


def test_how_long_runs_took_is_kept_and_said_and_in_no_report(tmp_path, capsys):
    assert run("yang2022", "figure-1-right", tmp_path) == 0
    said = capsys.readouterr().err
    seconds = [json.loads(path.read_text())["seconds"] for path in (tmp_path / "records").iterdir()]
    assert min(seconds) > 0 and f"{len(seconds)} runs of {sum(seconds) / len(seconds):.1f} s on average" in said
    assert "seconds" not in next(tmp_path.glob("*.json")).read_text()
    assert performing.timed([{"record": {}}]) == "no run was timed"
    assert performing.timed([{"seconds": 1.0}, {"seconds": 2.5}, {}]) == "2 runs of 1.8 s on average, 4 s in all"


def test_a_broken_record_ends_the_command(tmp_path, capsys):
    assert run("yang2022", "figure-1-right", tmp_path) == 0
    broken, *_ = sorted((tmp_path / "records").iterdir())
    broken.write_text("{")
    capsys.readouterr()
    assert run("yang2022", "figure-1-right", tmp_path) == 2
    assert broken.name in capsys.readouterr().err


def test_an_error_of_ours_is_not_taken_for_unusable_input(tmp_path, monkeypatch):
    def broken(measure, job, place):
        raise ValueError("a bug")
    monkeypatch.setattr(performing, "_measured", broken)
    with pytest.raises(ValueError, match="a bug"):
        run("yang2022", "figure-1-right", tmp_path)


def test_a_table_without_rows_is_an_empty_file():
    assert as_csv([]) == ""


# --- runs that diverge ---------------------------------------------------------------------------------

@pytest.mark.parametrize(("document", "name"), LISTED)
def test_runs_that_diverge_say_so_and_the_rest_is_written(document, name, tmp_path):
    assert run(document, name, tmp_path, lr=1e30, lrs=(1e30,)) == 0
    assert sorted(results(tmp_path)) == [".csv", ".json", ".md", ".png", ".svg"]
    diverged = [record["record"]["diverged"] for record in report(tmp_path)["records"] if "diverged" in record["record"]]
    assert len(diverged) >= 2 and True in diverged
    assert None in [finding["seen"] for finding in report(tmp_path)["findings"]]


def test_figure_3_is_drawn_even_if_no_model_is_left(tmp_path):
    assert run("yang2022", "figure-3", tmp_path, "--methods", "path-norm", lrs=(1e30,)) == 0
    assert results(tmp_path)[".csv"] == b""
    assert "no rows" in results(tmp_path)[".md"].decode()


# --- interrupted ---------------------------------------------------------------------------------------

CHILD = """
import importlib, signal, sys, time
from pathnorm_ref.experiments.__main__ import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs in the background ignores it
performing = importlib.import_module("pathnorm_ref.experiments.perform")
measured = performing._measured

def stuck(measure, job, place):
    if job.method.lr == 0.1:
        time.sleep(600)
    return measured(measure, job, place)

performing._measured = stuck
sys.exit(main(sys.argv[1:]))
"""
"""The command, but a job of the grid takes for ever."""


@pytest.mark.parametrize("backend", ["sequential", "loky"])
def test_an_interrupted_grid_goes_on(backend, tmp_path):
    line = words("yang2022", "figure-3", tmp_path / "out", jobs=2, backend=backend, lrs=(0.03, 0.1),
                 methods=("weight-decay", "lasso"))
    records = tmp_path / "out" / "records"
    with subprocess.Popen([sys.executable, "-c", CHILD, *line], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          cwd=Path(__file__).parents[3], start_new_session=True) as child:
        try:
            until = time.monotonic() + 60
            while not list(records.glob("*.json")) and child.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
            os.killpg(child.pid, signal.SIGINT)  # as a terminal does: all of its processes
            out, err = child.communicate(timeout=30)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
    assert (child.returncode, out) == (1, "")
    assert err.strip().splitlines()[-1] == "yang2022-figure-3: interrupted; the same command goes on where it stopped"
    assert "Traceback" not in err
    assert 1 <= len(list(records.glob("*.json"))) < 4
    assert [path.name for path in (tmp_path / "out").glob("*.*")] == []
    assert main(line) == 0
    assert run("yang2022", "figure-3", tmp_path / "whole", lrs=(0.03, 0.1), methods=("weight-decay", "lasso")) == 0
    assert results(tmp_path / "out") == results(tmp_path / "whole")
