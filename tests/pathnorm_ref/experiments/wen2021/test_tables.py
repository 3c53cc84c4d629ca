"""Which runs a table or figure has, how c is chosen for Table 3, and what their rows hold."""

import math
from dataclasses import fields

import pytest

from pathnorm_ref.experiments.wen2021 import figure_3, figure_4, figure_5, table_1, table_2, table_3, trials
from pathnorm_ref.experiments.wen2021.figure_1 import quartiles
from pathnorm_ref.experiments.wen2021.printed import TABLE_1, TABLE_3, TRIALS
from pathnorm_ref.experiments.wen2021.problems import Fold, Pictures
from pathnorm_ref.experiments.wen2021.training import Method


def point(**values):
    names = ("training error", "test error", "generalization error", "training accuracy", "test accuracy", "sparsity",
             "small", "sparsity hidden", "small hidden")
    return {"epoch": 1, **dict.fromkeys(names, 50.0), **values}


def record(**values):
    return {"last": point(**values), "history": [], "diverged": False}


# --- Tables 1 and 2 ------------------------------------------------------------------------------------

@pytest.mark.parametrize("table", [table_1, table_2])
def test_tables_1_and_2_have_each_c_on_each_seed(table):
    settings = table.Settings()
    jobs = table.jobs(settings, {})
    assert len(jobs) == len(set(jobs)) == TRIALS * len(table.PRINTED)
    assert {trials.named(job.method.c) for job in jobs} == set(table.PRINTED)
    assert {(job.seed, job.problem.seed) for job in jobs} == {(seed, seed) for seed in settings.seeds}
    assert {job.every for job in jobs} == {settings.epochs}


def test_trials_may_share_their_samples():
    jobs = table_1.jobs(table_1.Settings(fresh=False, seeds=(7, 8, 9), every=100), {})
    assert {job.problem.seed for job in jobs} == {7} and {job.seed for job in jobs} == {7, 8, 9}
    assert {job.every for job in jobs} == {100}


def test_settings_reach_the_runs():
    job = table_2.jobs(table_2.Settings(cs=(0.5,), method="weight-decay", lr=0.2, momentum=0.3, decay="linear", layers=(0,),
                                        output="frozen", batch_size=9, alpha="each sample", spread="deviation"), {})[1]
    assert job.method == Method("weight-decay", 0.2, 0.0, 0.5, momentum=0.3, decay="linear", output="frozen", layers=(0,))
    assert (job.batch_size, job.problem.alpha, job.problem.spread) == (9, "each sample", "deviation")


def test_rows_are_means_deviations_and_what_is_printed():
    settings = table_1.Settings(cs=(0.55, 1.0), seeds=(0, 1, 2))
    records = {settings.run(seed, c): record(**{"test error": 10.0 * seed + (c or 100.0)}) for seed in settings.seeds
               for c in (None, 0.55, 1.0)}
    bare, one, odd = table_1.rows(settings, records)
    assert [row["c"] for row in (bare, one, odd)] == ["inf", "1.00", "0.55"]
    assert bare["test error"] == 110 and one["test error"] == 11 and one["test error deviation"] == 10
    assert bare["trials"] == 3 and bare["diverged"] == 0
    assert one["test error printed"] == next(row.test_error for row in TABLE_1 if row.c == "1.00")
    assert odd["test error printed"] == "" and bare["sparsity printed"] == "3.02" and "small printed" not in bare
    assert list(bare) == list(one) == list(odd)
    spread = quartiles(settings, records, [("test error", "errors")])
    assert [spread[1][f"test error {q} %"] for q in (0, 25, 50, 75, 100)] == [1, 6, 11, 16, 21]


def test_a_ratio_moves_by_both_standard_errors():
    above, below = ({"x": mean, "x deviation": deviation, "trials": 4} for mean, deviation in ((3.0, 0.25), (2.0, 0.5)))
    found, margin = trials.ratio(above, below, "x")
    assert found == 1.5 and margin == 0.125 / 2 + 1.5 * 0.25 / 2  # without a rounding
    assert trials.ratio(above, below | {"x": 0.0}, "x") == (0.0, float("inf"))
    assert trials.ratio(above | {"x": 0.0}, below, "x") == (0.0, 0.125 / 2)


# --- Table 3 -------------------------------------------------------------------------------------------

def third(task="classification", **changes):
    return table_3.Settings(task, cs=(0.1, 0.2, 0.3), folds=2, seeds=(1, 2), **changes)


def test_table_3_compares_what_the_document_compares():
    for task in table_3.TASKS:
        settings = table_3.Settings(task)
        assert [*table_3.regularizers(settings), table_3.OURS] == [row.regularizer for row in TABLE_3]
    methods = {name: settings.run(1, **own).method for name, own in table_3.regularizers(settings).items()}
    assert methods["No"] == Method("adam", 0.001)
    assert methods["L1, lambda = 0.01"] == Method("adam", 0.001, l1=0.01)
    assert methods["L2, lambda = 0.0001"] == Method("adam", 0.001, 0.0001)
    assert methods["Dropout, r_d = 0.5"] == Method("adam", 0.001, dropout=0.5)


def test_c_is_chosen_by_folds_of_training_samples_and_before_any_test():
    settings = third()
    first = table_3.jobs(settings, {})
    assert not any(job.method.c for job in first if not isinstance(job.problem, Fold))
    on_folds = [job for job in first if isinstance(job.problem, Fold)]
    assert {(job.method.c, job.problem.i, job.seed) for job in on_folds} == {
        (c, i, 1) for c in (0.1, 0.2, 0.3) for i in (0, 1)}

    class Recording(dict):
        def __getitem__(self, job):
            asked.append(job)
            return super().__getitem__(job)

    asked: list = []
    records = Recording({job: record(**{"test accuracy": 60.0 + (job.method.c == 0.2)}) for job in on_folds})
    assert table_3.chosen(settings, records) == 0.2
    assert asked and all(isinstance(job.problem, Fold) for job in asked)
    ours = [job for job in table_3.jobs(settings, records) if job not in first]
    assert {(job.method.c, job.seed) for job in ours} == {(0.2, 1), (0.2, 2)}
    assert not any(isinstance(job.problem, Fold) for job in ours)
    assert table_3.chosen(settings, dict(list(records.items())[:-1])) is None


def test_table_3_on_images():
    settings = third("cifar10", data="digits", augment=True, n_train=100)
    jobs = table_3.jobs(settings, {})
    assert {job.augment for job in jobs} == {True} and {job.epochs for job in jobs} == {100}
    assert {job.method.layers for job in jobs if job.method.c} == {(0, 2)}
    assert {job.problem.problem if isinstance(job.problem, Fold) else job.problem for job in jobs} == {
        Pictures(seed, "digits", "VGG-16", 64, 21, 100) for seed in (1, 2)}
    assert {job.method.layers for job in table_3.jobs(third(layers=(0,)), {}) if job.method.c} == {(0,)}


def test_table_3_marks_the_best_two_of_ours_and_of_the_document():
    settings = third()
    records = {job: record(**{"test accuracy": 70.0}) for job in table_3.jobs(settings, {})}
    records |= {settings.run(seed, l1=0.1): record(**{"test accuracy": 80.0 + seed}) for seed in (1, 2)}
    records |= {settings.run(seed, c=0.1): record(**{"test accuracy": 75.0}) for seed in (1, 2)}
    table = table_3.rows(settings, records)
    assert [row["regularizer"] for row in table if row["best two"]] == ["L1, lambda = 0.1", table_3.OURS]
    assert [row["regularizer"] for row in table if row["bold printed"]] == ["L1, lambda = 0.001", table_3.OURS]
    assert (table[-1]["c"], table[-1]["accuracy"], table[-1]["accuracy printed"]) == ("0.1", 75, "91.0")
    assert table[1]["accuracy"] == 81.5 and table[1]["accuracy deviation"] == math.sqrt(0.5)


@pytest.mark.parametrize(("options", "named"), [
    ({"task": "svhn"}, "task is"), ({"task": "classification", "data": "digits"}, "data is"),
    ({"dropout": 0.0}, "dropout is"), ({"lams": ()}, "lams is"),
    ({"cs": (1.0, 1.0)}, "cs is"), ({"alpha": "x"}, "alpha is"), ({"seeds": (1,)}, "seeds is")])
def test_settings_of_table_3_that_are_none(options, named):
    with pytest.raises(ValueError, match=named):
        table_3.Settings(**options)


# --- Figures 3, 4 and 5 --------------------------------------------------------------------------------

def test_figure_3_is_of_the_runs_of_table_2():
    settings = figure_3.Settings()
    jobs = figure_3.jobs(settings, {})
    assert {job.run for job in jobs} <= set(table_2.jobs(table_2.Settings(), {}))
    assert {job.method.c for job in jobs} == {None, 0.07}


def test_figure_4_leaves_out_each_of_twenty_folds():
    jobs = figure_4.jobs(figure_4.Settings(), {})
    assert len(set(jobs)) == 20 * 7 and {job.problem.i for job in jobs} == set(range(20))
    assert {job.method.c for job in jobs} == {15, 20, 25, 30, 35, 40, 45} and {job.method.layers for job in jobs} == {(0, 2)}


@pytest.mark.parametrize(("task", "table"), [("classification", table_2.Settings()), ("regression", table_1.Settings())])
def test_figure_5_has_the_runs_of_the_table_and_each_on_each_fold(task, table):
    settings = figure_5.Settings(task)
    jobs = figure_5.jobs(settings, {})
    assert len(set(jobs)) == 11 * len((None, *table.cs))
    whole = [job for job in jobs if not isinstance(job.problem, Fold)]
    assert set(whole) == {table.run(42, c) for c in (None, *table.cs)}
    assert {job.problem.problem for job in jobs if isinstance(job.problem, Fold)} == {job.problem for job in whole}


def test_figure_5_selects_by_the_folds_alone():
    settings = figure_5.Settings("regression", cs=(1.0, 0.5), folds=3)
    errors = {None: (9.0, 9, 9), 1.0: (3.0, 4, 5), 0.5: (1.0, 1, 13)}
    records = {settings.run(c, i): record(**{"test error": errors[c][i]}) for c in errors for i in range(3)}
    assert figure_5.selection(settings, records).best == 1.0  # the records hold no run on all training samples
    records |= {settings.run(c): record(**{"test error": 7.0}) for c in errors}
    bare, one, half = figure_5.rows(settings, records)
    assert (one["selected"], half["selected"], bare["selected"]) == ("selected", "", "")
    assert (one["on the folds"], one["on the test samples"]) == (4, 7)
    assert one["standard error"] == 1 / 3 ** 0.5


def test_a_setting_that_the_task_has_not_is_refused():
    for options, named in (({"task": "regression", "alpha": "shared"}, "alpha is"), ({"beta": (0.1, 1.0)}, "beta is"),
                           ({"task": "x"}, "task is"), ({"seed": -1}, "seed is")):
        with pytest.raises(ValueError, match=named):
            figure_5.Settings(**options)
    assert {"folds", "cs", "layers"} <= {field.name for field in fields(figure_5.Settings)}
