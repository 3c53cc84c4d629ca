"""Table 1: its grids, what is selected on which seed, means and standard errors."""

import pytest

from pathnorm_ref.experiments.yang2022 import table_1
from pathnorm_ref.experiments.yang2022.table_1 import Corrupted, Settings
from tests.pathnorm_ref.experiments.runs import tiny

SETTINGS = tiny("yang2022", "table-1", lrs=(0.01, 0.1), lams=(0.001, 0.1), seeds=(42, 43, 44))
GRID = table_1.jobs(SETTINGS, {})


def record(validation=50.0, test=50.0, active=100.0):
    return {"best": {"validation": validation, "test": test, "active": active}, "diverged": False}


def test_grids_are_those_of_the_document():
    assert [len(table_1.jobs(Settings(task), {})) for task in (1, 2, 3, 4)] == [
        3 * 2 * 6 * 7, 2 * 6 * 7, 2 * 4 * 7, 2 * 4 * 4]
    job = table_1.jobs(Settings(3), {})[0]
    assert (job.problem.data, job.problem.net, job.problem.seed, job.augment) == ("cifar10", "VGG19", 42, True)
    assert Settings().seeds == (42, 43, 44, 45)


def test_the_grid_runs_on_the_first_seed_in_all_combinations():
    assert {job.problem.seed for job in GRID} == {42}
    assert {(job.problem.label_noise, job.method.name, job.method.lr, job.method.lam) for job in GRID} == {
        (noise, name, lr, lam) for noise in (0.0, 0.3, 0.7) for name in ("weight-decay", "path-norm")
        for lr in (0.01, 0.1) for lam in (0.001, 0.1)}
    assert len(GRID) == 24


def test_the_best_by_validation_is_selected_and_the_first_of_equals():
    decay, path = ([job for job in GRID if job.method.name == name and not job.problem.label_noise]
                   for name in ("weight-decay", "path-norm"))
    records = {job: record() for job in GRID}
    records |= {decay[2]: record(60, 10), decay[3]: record(60, 90), path[1]: record(55), path[3]: record(50, 99)}
    selected = table_1.selected(GRID, records)
    assert selected[:2] == [decay[2], path[1]]
    assert len(selected) == 6  # of each label noise, where all are equal the first
    assert selected[2] == next(job for job in GRID if job.problem.label_noise == 0.3)


def test_what_is_selected_runs_on_all_seeds_and_then_on_corrupted_data():
    records = {job: record() for job in GRID}
    repeats = [job for job in table_1.jobs(SETTINGS, records) if not isinstance(job, Corrupted) and job not in records]
    assert len(repeats) == 6 * 2 and {job.problem.seed for job in repeats} == {43, 44}
    for n in (0, 1, 12):  # a model is not asked for while another worker trains it
        records |= {job: record() for job in repeats[:n]}
        corrupted = [job for job in table_1.jobs(SETTINGS, records) if isinstance(job, Corrupted)]
        assert corrupted and all(job.training in records for job in corrupted)
    assert len(corrupted) == 2 * 3 and not any(job.training.problem.label_noise for job in corrupted)


def test_rows_are_means_and_standard_errors_of_the_seeds():
    records: dict = {}
    while todo := [job for job in table_1.jobs(SETTINGS, records) if job not in records]:
        for job in todo:
            run = getattr(job, "training", job)
            i = run.problem.seed - 42
            records[job] = {"accuracies": {"a": 10.0 * i, "b": 20.0 * i}} if run is not job else record(50, 70 + i, 10.0)
    rows = table_1.rows(SETTINGS, records)
    assert [(row["modification"], row["method"]) for row in rows[:4]] == [
        ("true labels", "weight-decay"), ("corrupted data", "weight-decay"), ("true labels", "path-norm"),
        ("corrupted data", "path-norm")]
    assert len(rows) == 8 and {row["n"] for row in rows} == {3}
    assert rows[0]["accuracy"] == 71 and rows[1]["accuracy"] == 15
    assert rows[0]["accuracy standard error"] == pytest.approx(1 / 3 ** 0.5, rel=1e-15, abs=0)  # deviation 1
    assert rows[1]["accuracy standard error"] == pytest.approx(15 / 3 ** 0.5, rel=1e-15, abs=0)
    assert rows[0]["active"] == 10 and rows[0]["active standard error"] == 0


def test_a_standard_error_has_n_minus_1():
    found = table_1.statistics([1.0, 2.0, 3.0, 4.0], "x")
    assert found["x"] == 2.5
    assert found["x standard error"] == pytest.approx((5 / 12) ** 0.5, rel=1e-15, abs=0)  # variance 5/3, over 4
