"""No verdict is written by hand: on records made for it every finding is seen, not seen, and can't be told."""

import pytest

from pathnorm_ref.experiments import experiments
from pathnorm_ref.experiments.wen2021 import figure_3, figure_4, figure_5, table_1, table_2, table_3
from pathnorm_ref.experiments.wen2021.problems import Fold
from tests.pathnorm_ref.experiments.runs import check_three_ways, check_verdicts, found
from tests.pathnorm_ref.experiments.wen2021.test_tables import record

SEEDS = (1, 2)


def of_c(table, values, spread=0.0, diverged=False):
    """{c: {name: mean}}; two trials, `spread` above and below it."""
    settings = table.Settings(cs=tuple(c for c in values if c), seeds=SEEDS)
    return settings, {settings.run(seed, c): record(**{name: mean + spread * (2 * seed - 3) for name, mean in own.items()}) |
                      {"diverged": diverged} for c, own in values.items() for seed in SEEDS}


def regression(test, zeros, spread=0.0, training=0.0, diverged=False):
    """Test errors and zeros at c = inf, 1, 0.5; generalization errors are test errors, small weights zeros."""
    return of_c(table_1, {c: {"training error": training, "test error": error, "generalization error": error,
                              "sparsity": share, "small": share}
                          for c, error, share in zip((None, 1.0, 0.5), test, zeros, strict=True)}, spread, diverged)


def classification(training, gen, accuracy, zeros, spread=0.0, fitted=100.0, diverged=False):
    """At c = inf, 0.10, 0.07."""
    return of_c(table_2, {c: {"training error": t, "generalization error": g, "training accuracy": fitted,
                              "test accuracy": a, "sparsity": s, "small": s, "small hidden": s}
                          for c, t, g, a, s in zip((None, 0.10, 0.07), training, gen, accuracy, zeros, strict=True)},
                spread, diverged)


def matrix(read, spread=0.0, bare=100.0, diverged=False):
    """Per cent of the units that read each of six inputs: with c `spread` above and below in two trials, without c bare."""
    settings = figure_3.Settings(seeds=SEEDS)
    by_seed = {seed: [share + spread * (2 * seed - 3) for share in read] for seed in SEEDS}
    return settings, {job: {"read": by_seed[job.run.seed] if job.method.c else [bare] * 6, "weights": [],
                            "diverged": diverged} for job in figure_3.jobs(settings, {})}


def compared(ours, others, spread=0.0, diverged=False):
    """Test accuracies of ours, and of the first of the others, which all have the same otherwise."""
    settings = table_3.Settings(cs=(0.1, 0.2), folds=2, seeds=SEEDS)
    records: dict = {}
    while todo := [job for job in table_3.jobs(settings, records) if job not in records]:
        for job in todo:
            mean = 50.0 if isinstance(job.problem, Fold) else ours if job.method.c else others[job.method.l1 == 0.1]
            records[job] = record(**{"test accuracy": mean + spread * (2 * job.seed - 3)}) | {"diverged": diverged}
    return settings, records


def kernels(zeros, errors, spread=0.0, diverged=False):
    """Zeros and generalization errors at c = 15 and 45, of two folds."""
    settings = figure_4.Settings(cs=(15.0, 45.0), folds=2)
    return settings, {job: record(**{
        "sparsity hidden": zeros[job.method.c == 45] + spread * (2 * job.problem.i - 1),
        "generalization error": errors[job.method.c == 45] + spread * (2 * job.problem.i - 1)}) | {"diverged": diverged}
        for job in figure_4.jobs(settings, {})}


def scores(folds, test, spread=0.0, diverged=False):
    """Accuracies at c = inf, 0.5, 0.1: means on two folds, and on the test samples."""
    settings = figure_5.Settings(cs=(0.5, 0.1), folds=2)
    at = {None: 0, 0.5: 1, 0.1: 2}

    def accuracy(job):
        place = at[job.method.c]
        return folds[place] + spread * (2 * job.problem.i - 1) if isinstance(job.problem, Fold) else test[place]

    return settings, {job: record(**{"test accuracy": accuracy(job)}) | {"diverged": diverged}
                      for job in figure_5.jobs(settings, {})}


T, F, N = True, False, None
GOOD = regression((100, 4, 3), (0, 50, 90))
WRONG = regression((3, 40, 100), (90, 50, 0), training=1.0)
LOUD = regression((100, 4.9, 5), (50, 51, 50.5), spread=9.0, training=0.0)
FIT = classification((0, 0.1, 0.17), (3, 2, 1), (70, 80, 90), (0, 50, 90))
UNFIT = classification((1, 0.1, 0.1), (1, 2, 3), (90, 80, 70), (90, 50, 0), fitted=90.0)
NOISY = classification((1, 0.1, 0.17), (3, 2, 2.1), (70, 84.1, 84), (50, 49, 50), spread=2.0, fitted=99.0)

CASES = {  # (records, the verdicts on the findings in their order)
    "table-1": [(GOOD, (T, T, T, T, T, T)), (WRONG, (F, F, F, F, F, F)), (LOUD, (N, N, N, N, N, N)),
                (regression((100, 6, 7), (5, 5, 5)), (F, F, F, T, F, F)),  # a wrong step down without spread; nothing rises
                (regression((100, 4, 3), (0, 50, 90), diverged=True), (N,) * 6)],
    "figure-1": [(GOOD, (T, T)), (WRONG, (F, F)), (LOUD, (N, N))],
    "table-2": [(FIT, (T, T, T, T, T, T, T)), (UNFIT, (F, F, F, F, F, F, F)), (NOISY, (N,) * 7),
                (classification((0, 0.1, 0.3), (3, 2, 1), (70, 80, 80), (0, 50, 90)),  # thrice the error, by 14 %
                 (T, T, T, T, F, F, N)),
                (classification((0, 0.1, 0.17), (3, 2, 1), (70, 80, 90), (0, 50, 90), diverged=True), (N,) * 7)],
    "figure-2": [(FIT, (T, T)), (UNFIT, (F, F)), (NOISY, (N, N))],
    "figure-3": [(matrix([51, 60, 70, 80, 10, 0]), (T, T)), (matrix([60, 70, 80, 90, 95, 90]), (F, F)),
                 (matrix([60, 40, 60, 90, 10, 0], spread=0.5), (T, F)),  # the standard error is the spread
                 (matrix([51, 60, 70, 80, 10, 0], spread=2.0), (T, N)),
                 (matrix([60, 60, 60, 60, 9, 49], spread=2.0), (N, N)),
                 (matrix([60, 60, 60, 60, 10, 53], spread=2.0), (N, F)), (matrix([60, 60, 60, 60, 20, 52]), (F, F)),
                 (matrix([60, 70, 80, 90, 10, 0], diverged=True), (N, N))],
    "table-3": [(compared(90, (70, 80)), (T, T)), (compared(60, (70, 80)), (F, F)), (compared(75, (70, 80)), (T, F)),
                (compared(75, (75, 75), spread=1.0), (N, N)), (compared(90, (70, 80), diverged=True), (N, N))],
    "figure-4": [(kernels((96, 73), (1, 2)), (T, T, T, T, T)), (kernels((40, 60), (2, 1)), (F, F, F, F, F)),
                 (kernels((95.1, 75.2), (1, 1.5), spread=0.5), (T, T, N, N, N)),
                 (kernels((95, 95.1), (2, 1.9), spread=1.0), (N, N, N, F, N)),
                 (kernels((96, 73), (1, 2), diverged=True), (N,) * 5)],
    "figure-5": [(scores((70, 90, 80), (70, 90, 80)), (T, T)), (scores((90, 80, 70), (70, 90, 80)), (F, F)),
                 (scores((79, 80, 79), (80.5, 80, 70), spread=1.0), (N, N)),
                 (scores((80, 79, 70), (80, 79, 70), spread=1.0), (N, T)),  # an end is selected, not clearly
                 (scores((80, 70, 70), (80, 79, 70), spread=1.0), (F, T)),
                 (scores((79, 80, 70), (70, 80, 70), spread=1.0), (N, T)),  # clearly above one end only
                 (scores((70, 90, 80), (70, 90, 80), diverged=True), (N, N))],
}


@pytest.mark.parametrize(("name", "case", "verdicts"), [
    (name, case, verdicts) for name, cases in CASES.items() for case, verdicts in cases])
def test_findings_follow_from_the_numbers(name, case, verdicts):
    check_verdicts(found("wen2021", name, *case), verdicts)


@pytest.mark.parametrize("name", experiments()["wen2021"])
def test_every_finding_can_come_out_in_three_ways(name):
    check_three_ways(found("wen2021", name, *case) for case, _ in CASES[name])


def test_findings_on_constants_that_were_not_run_are_left_out():
    settings = table_1.Settings(cs=(2.0,), seeds=SEEDS)
    findings = found("wen2021", "table-1", settings, {job: record() for job in table_1.jobs(settings, {})})
    assert not any("c = 1" in finding.claim or "c = 0.5" in finding.claim for finding in findings)
    settings = figure_4.Settings(cs=(10.0, 20.0), folds=2)
    assert len(found("wen2021", "figure-4", settings, {job: record() for job in figure_4.jobs(settings, {})})) == 2


def test_numbers_of_findings_are_those_of_the_records():
    denser, *_, least, _ = found("wen2021", "table-1", *GOOD)
    assert denser.numbers == "from c = 0.50 up: 90, 50, 0"
    assert least.numbers == "from 100 to 4, by 96.0 %"
    best, _ = found("wen2021", "table-3", *compared(75, (70, 80)))
    assert best.numbers == "75.00 +- 0.00 % with c = 0.1; the second best other, No: 70.00 +- 0.00 %"


def test_a_grid_without_any_constant_between_its_ends_tells_nothing():
    settings = figure_5.Settings(cs=(0.5,), folds=2)
    between, _ = found("wen2021", "figure-5", settings, {job: record(**{"test accuracy": 90.0 if job.method.c else 60.0})
                                              for job in figure_5.jobs(settings, {})})
    assert between.seen is None
