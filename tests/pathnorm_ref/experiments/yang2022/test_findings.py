"""No verdict is written by hand: on records made for it every finding is seen, not seen, and can't be told."""

import pytest

from pathnorm_ref.experiments import experiments
from pathnorm_ref.experiments.experiment import Finding, unless_diverged
from tests.pathnorm_ref.experiments.runs import check_three_ways, check_verdicts, found, tiny


def pair(name, decay, path):
    """(settings, {job of weight decay: its record, job of the proximal algorithm: its record})."""
    settings = tiny("yang2022", name)
    return settings, dict(zip(experiments()["yang2022"][name].jobs(settings, {}), (decay, path), strict=True))


def left(decay, path, diverged=False):
    """Each (objective, test accuracy) by epoch; F before balancing must not count, of neither method."""
    first, second = ([{"epoch": 10 * i, "F": before, "F balanced": F, "test": test}
                      for i, (F, test) in enumerate(points)] for before, points in ((1e9, decay), (-1e9, path)))
    return pair("figure-1-left", {"history": first, "diverged": False}, {"history": second, "diverged": diverged})


def middle(decay, path, diverged=False):
    return pair("figure-1-middle", {"norms": decay, "diverged": diverged}, {"norms": path, "diverged": False})


def right(decay, path, diverged=False):
    first, second = ([{"step": i, "active": n, "loss": 0.1} for i, n in enumerate(units)] for units in (decay, path))
    return pair("figure-1-right", {"history": first, "diverged": diverged}, {"history": second, "diverged": False})


def second(decay, path, diverged=False):
    """Each (net on the grid after the first steps, at the end)."""
    first, other = ([{"step": step, "outputs": [out, 0.0], "objective": 1.0, "active": 3}
                     for step, out in zip((4, 16), outs, strict=False)] for outs in (decay, path))
    return pair("figure-2", {"pictures": first, "diverged": False}, {"pictures": other, "diverged": diverged})


def third(models):
    """{method: [(active, test), ...]}."""
    settings = tiny("yang2022", "figure-3", lrs=(0.1,), lams=(0.1,))
    return settings, {job: {"models": [{"step": 2, "active": active, "validation": 0.0, "test": test}
                                       for active, test in models.get(job.method.name, ())], "diverged": False}
                      for job in experiments()["yang2022"]["figure-3"].jobs(settings, {})}


def table(decay, path, diverged=False):
    """Each (test accuracy, active units) of the first and of the second seed; corrupted data alike."""
    settings, experiment = tiny("yang2022", "table-1"), experiments()["yang2022"]["table-1"]
    records: dict = {}
    while todo := [job for job in experiment.jobs(settings, records) if job not in records]:
        for job in todo:
            run = getattr(job, "training", job)
            accuracy, active = (decay if run.method.name == "weight-decay" else path)[run.problem.seed - 42]
            records[job] = ({"accuracies": {"fog": accuracy - 1, "spatter": accuracy + 1}} if run is not job else
                            {"best": {"validation": 50.0, "test": accuracy, "active": active}, "diverged": diverged})
    return settings, records


OPEN = {"path-norm": [(50, 90)], "weight-decay": [(50, 90)], "lasso": [(50, 90)], "group-lasso": [(50, 90)]}
"""Models of which none is sparse."""

CASES = {  # (records, the verdicts on the findings in their order)
    "figure-1-left": [
        (left([(9, 10), (5, 50), (2, 80)], [(9, 10), (1, 60), (1, 90)]), (True, True)),
        (left([(9, 10), (5, 50), (2, 80)], [(9, 10), (3, 60), (1, 80)]), (False, False)),  # as late, as good
        (left([(9, 10), (5, 50), (2, 80)], [(9, 10), (3, 60), (2, 70)]), (False, False)),
        (left([(9, 10), (5, 50), (2, 80)], [(9, 10), (1, 90)], diverged=True), (None, None))],
    "figure-1-middle": [
        (middle([3.0, 4, 1], [2.0, 2, 9]), (True,)), (middle([3.0, 1, 1], [2.0, 2, 0]), (False,)),
        (middle([1.0, 1], [1.0, 1]), (False,)), (middle([3.0], [2.0], diverged=True), (None,))],
    "figure-1-right": [
        (right([9, 8, 7], [9, 5, 4]), (True, True)), (right([9, 9, 9], [9, 5, 4]), (False, True)),
        (right([9, 8, 3], [9, 5, 4]), (True, False)), (right([9, 3, 3], [9, 8, 3]), (True, False)),
        (right([9, 8, 7], [9, 5, 4], diverged=True), (None, None))],
    "figure-2": [
        (second((-3.0, 3.0), (2.5, 3.0)), (True, True)), (second((2.9, 3.0), (-3.0, 2.9)), (False, True)),
        (second((2.0, 3.0), (2.5, 2.7)), (True, False)), (second((2.0, 3.0), (2.0, 3.0)), (False, False)),
        (second((2.0, 3.0), (2.5,), diverged=True), (None, None)), (second((2.0, 3.0), (), diverged=True), (None, None))],
    "figure-3": [
        (third({**OPEN, "path-norm": [(50, 90), (8, 89)], "group-lasso": [(8, 88)], "lasso": [(4, 70), (9, 89.9)]}),
         (True, True, False)),  # lasso alone has models below 5 %
        (third({**OPEN, "weight-decay": [(4, 90)], "path-norm": [(8, 89)], "group-lasso": [(8, 89.5)], "lasso": [(8, 90)]}),
         (False, False, True)),  # half a point behind group lasso, one behind lasso
        (third({**OPEN, "path-norm": [(8, 89)], "group-lasso": [(8, 89)], "lasso": [(8, 90.5)]}), (True, False, False)),
        (third(OPEN), (False, None, None)),
        (third({}), (None, None, None)),
        (third({"lasso": [(8, 90)]}), (None, None, False))],
    "table-1": [
        (table(((80, 90), (82, 92)), ((90, 50), (91, 52))), (True,) * 8),
        (table(((90, 50), (91, 52)), ((80, 90), (82, 92))), (False,) * 8),
        (table(((80, 90), (82, 92)), ((81, 91), (83, 91))), (None,) * 8),
        (table(((80, 90), (82, 92)), ((90, 50), (91, 52)), diverged=True), (None,) * 8)],
}


@pytest.mark.parametrize(("name", "case", "verdicts"), [
    (name, case, verdicts) for name, cases in CASES.items() for case, verdicts in cases])
def test_findings_follow_from_the_numbers(name, case, verdicts):
    check_verdicts(found("yang2022", name, *case), verdicts)


@pytest.mark.parametrize("name", experiments()["yang2022"])
def test_every_finding_can_come_out_in_three_ways(name):
    check_three_ways(found("yang2022", name, *case) for case, _ in CASES[name])


def test_numbers_of_findings_are_those_of_the_records():
    faster, better = found("yang2022", "figure-1-left", *left([(9, 10), (5, 50), (2, 80)], [(9, 10), (1, 60), (1, 90)]))
    assert "after 10 of 20 epochs; at the end 1 against 2" in faster.numbers
    assert better.numbers == "test accuracy 90.00 % against 80.00 %"
    never, _ = found("yang2022", "figure-1-left", *left([(9, 10), (2, 80)], [(9, 10), (3, 60)]))
    assert "never" in never.numbers
    numbers, *_ = found("yang2022", "table-1", *table(((80, 90), (82, 92)), ((90, 50), (91, 52))))
    assert numbers.numbers == "90.50 +- 0.50 % against 81.00 +- 1.00 %"


def test_a_diverged_run_leaves_all_undecided_and_is_named():
    _, records = left([(9, 10)], [(9, 10)], diverged=True)
    assert unless_diverged([Finding("claim", True, "numbers")], records) == [
        Finding("claim", None, "diverged: path-norm; before that numbers")]
    _, records = left([(9, 10)], [(9, 10)])
    assert unless_diverged([Finding("claim", True, "numbers")], records) == [Finding("claim", True, "numbers")]
