"""Deciding one case: who decides, and what nobody can."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest

from pathnorm_ref.arrays import greater, sqrt
from proofs_check.decide import decide, in_system

LADDER = ("floats", "fractions", "balls")


class Point(NamedTuple):
    x: np.ndarray
    t: Fraction


POINT = Point(np.array([2.0]), Fraction(1, 10))


def test_floats_may_find_that_a_case_holds():
    assert decide(lambda case: case.x[0] - 3, POINT, LADDER)[:2] == ("holds", "floats")


def test_a_violation_of_floats_is_confirmed_exactly():
    assert decide(lambda case: case.x[0] - 1, POINT, LADDER) == ("violated", "fractions", Fraction(1))


def test_rounding_is_no_violation():
    # in floats (0.1 + 0.1 + 0.1) 2 - 0.6 is 1e-16
    def violation(case):
        return abs((case.t + case.t + case.t) * case.x[0] - type(case.t)("0.6"))

    assert violation(in_system(POINT, np.float64)) > 0
    decision = decide(violation, POINT, ("floats", "fractions"))
    assert decision[:2] == ("holds", "fractions")


def test_irrational_values_are_decided_by_balls():
    decision = decide(lambda case: sqrt(np, case.x)[0] - case.t * 14, POINT, ("fractions", "balls"))
    assert decision.outcome == "violated" and decision.system == "balls at 128 bits"


def test_equal_balls_are_called_equal_and_nothing_more():
    decision = decide(lambda case: abs(sqrt(np, case.x)[0]**2 - case.x[0]), POINT, ("balls",))
    assert decision[:2] == ("equal", "balls at 512 bits")


def test_a_tie_that_balls_cannot_see_is_undecided():
    def violation(case):
        return 1 if greater(sqrt(np, case.x)**2, case.x)[0] else 0

    assert decide(violation, POINT, ("balls",)).outcome == "undecided"


def test_a_wide_ball_is_undecided():
    def violation(case):
        return sqrt(np, case.x)[0].mid() + type(sqrt(np, case.x)[0])("0 +/- 1e-3")

    assert decide(lambda case: violation(case) - violation(case), POINT, ("balls",)).outcome == "undecided"


def test_nan_decides_nothing():
    def violation(case):
        return float("nan") if case.x.dtype != object else Fraction(1)

    assert decide(violation, POINT, LADDER).outcome == "violated"


@pytest.mark.parametrize("to", [np.float64, Fraction])
def test_in_system_converts_arrays_and_fractions_only(to):
    case = in_system(POINT, to)
    assert type(case.t) is (float if to is np.float64 else Fraction)
    assert type(case.x[0]) is to
