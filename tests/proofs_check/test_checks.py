"""The checks judged: each verdict from a claim made for it."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import strategies as st

from pathnorm_ref.arrays import sqrt
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Budget, Claim, Control
from proofs_check.runner import run


class Number(NamedTuple):
    x: np.ndarray


NUMBERS = st.integers(-20, 20).map(lambda n: Number(np.array([float(n)])))


def claim(check, control=None):
    return Claim("yang2022.eq-1", "here", "A statement.", "a = b", check, control=control)


def test_certified_if_every_case_is_decided_exactly():
    result = run(claim(ForAll(lambda case: -case.x[0]**2, NUMBERS)))
    assert result.verdict == "certified" and result.evidence.cases >= 41  # all numbers that the strategy has


def test_held_if_floats_decided():
    assert run(claim(ForAll(lambda case: -case.x[0]**2 - 1, NUMBERS, ladder=("floats", "fractions")))).verdict == "held"


def test_held_if_balls_could_only_find_equality():
    check = ForAll(lambda case: abs(sqrt(np, case.x**2 + 2)[0]**2 - case.x[0]**2 - 2), NUMBERS)
    result = run(claim(check))
    assert result.verdict == "held" and "equal to 256 bits" in result.finding


def test_refuted_with_the_smallest_witness_as_a_fraction():
    result = run(claim(ForAll(lambda case: case.x[0] - 6, NUMBERS)))
    assert result.verdict == "refuted"
    assert result.evidence.witness == "x = [7]"


def test_void_if_no_case_meets_the_hypotheses():
    result = run(claim(ForAll(lambda case: 0, NUMBERS, meets=lambda case: False)))
    assert result.verdict == "void" and "no case" in result.finding


def test_void_if_hardly_any_case_meets_the_hypotheses():
    result = run(claim(ForAll(lambda case: 0, NUMBERS, meets=lambda case: case.x[0] == 7)))
    assert result.verdict == "void" and "only 1 of 41 cases met the hypotheses" in result.finding


def test_void_if_the_control_is_not_refuted():
    control = Control("a neighbour that is true too", ForAll(lambda case: 0, NUMBERS))
    result = run(claim(ForAll(lambda case: 0, NUMBERS), control))
    assert result.verdict == "void" and "control" in result.finding


def test_a_refuted_control_is_reported():
    control = Control("every number is negative", ForAll(lambda case: case.x[0], NUMBERS))
    result = run(claim(ForAll(lambda case: 0, NUMBERS), control))
    assert result.verdict == "certified" and result.as_dict()["control"] == "every number is negative"


def test_proved_and_refuted_certificates():
    assert run(claim(Certificate(lambda: {"1 + 1 = 2": Fraction(1) + 1 == 2}))).verdict == "proved"
    assert run(claim(Certificate(lambda: {"1 + 1 = 3": Fraction(1) + 1 == 3}))).verdict == "refuted"
    assert run(claim(Certificate(dict))).verdict == "void"


def test_a_check_that_breaks_is_void_and_says_why():
    result = run(claim(ForAll(lambda case: 1 / 0, NUMBERS)))
    assert result.verdict == "void" and "ZeroDivisionError" in result.finding


def test_informal():
    assert run(claim(Informal("an opinion", "yang2022.theorem-1"))).verdict == "informal"


def test_draws_are_the_same_by_default_and_others_with_a_seed():
    def drawn(budget):
        seen = []
        ForAll(lambda case: seen.append(case.x[0]) or 0, NUMBERS).run(budget)
        return seen

    assert drawn(Budget()) == drawn(Budget())
    assert drawn(Budget(seed=1)) == drawn(Budget(seed=1)) != drawn(Budget(seed=2))


def test_examples_sets_the_number_of_cases():
    many = st.floats(-1, 1).map(lambda value: Number(np.array([value])))
    assert run(claim(ForAll(lambda case: 0, many)), Budget(examples=17)).evidence.cases == 17


@pytest.mark.parametrize("ladder", [("fractions",), ("balls",), ("floats", "fractions")])
def test_every_ladder_finds_a_violation(ladder):
    assert run(claim(ForAll(lambda case: case.x[0] - 6, NUMBERS, ladder=ladder))).verdict == "refuted"
