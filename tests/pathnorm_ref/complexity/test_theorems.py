"""The printed bounds of Wen et al. 2021: by hand, and held against exact complexities."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from flint import arb

from pathnorm_ref.arrays import ball
from pathnorm_ref.complexity import (
    classification_rate,
    rademacher,
    rademacher_bound,
    regression_bound,
    steep_rademacher_bound,
)
from tests.pathnorm_ref.complexity.samples import U, by_hand, exact, relu_line

F = Fraction


# --- the bounds of Theorem 1 ---------------------------------------------------------------------------

def identity_rademacher(x, k, ratio, o):
    """Exact, for sigma = identity: M_0 = max_j |sum eps_i x_ij|, M_l = c max(|sum eps_i|, M_(l-1)), o max(|sum eps_i|, M_k).

    For c <= 1 that is o max(|sum eps_i|, c^k M_0), for c >= 1 it is o c^k max(|sum eps_i|, M_0).
    """
    if ratio <= 1:
        return rademacher(x * ratio**k, o)
    return rademacher(x, o * ratio**k)


@pytest.mark.parametrize("ratio", [F(1, 3), F(1), F(3, 2)], ids=str)
@pytest.mark.parametrize("k", [0, 1, 2, 7])
def test_theorem_1_holds_of_linear_nets_of_every_depth(k, ratio):
    for seed, n, m1 in ((0, 1, 1), (1, 2, 3), (2, 7, 2), (3, 9, 1)):
        x = exact(np.random.default_rng(seed).integers(-4, 5, (n, m1)) / 4)
        value = ball(identity_rademacher(x, k, ratio, 2))
        for c, rho in ((ratio, 1), (ratio / 2, 2)):
            assert value <= rademacher_bound(n, k, m1, c, 2, rho, ball)
            if ratio >= 1:
                assert value <= steep_rademacher_bound(n, k, m1, c, 2, rho, ball)


@pytest.mark.parametrize("c", [F(1, 3), F(1), F(5, 2)], ids=str)
def test_theorem_1_holds_of_relu_nets_on_the_line(c):
    for seed, n in ((0, 1), (1, 3), (2, 6)):
        x = exact(np.random.default_rng(seed).integers(-4, 5, (n, 1)) / 4)
        value = relu_line(x[:, 0], c, 2)
        grid = [(F(i, 8), F(s * (8 - abs(i)), 8)) for i in range(-8, 9) for s in (1, -1)]
        below = sum(max(abs(sum(eps)), c * max(abs(sum(e * max(F(0), p + q * t) for e, t in zip(
            eps, x[:, 0], strict=True))) for p, q in grid)) for eps in product((1, -1), repeat=n))
        assert F(2, n * 2**n) * below <= value  # no grid point beats the spokes
        assert ball(value) <= rademacher_bound(n, 1, 1, c, 2, to=ball)
        if c >= 1:
            assert ball(value) <= steep_rademacher_bound(n, 1, 1, c, 2, to=ball)


def test_both_bounds_by_hand():
    log, root = math.log, math.sqrt
    assert rademacher_bound(4, 0, 1, 5, 3) == by_hand(3 * root(log(16) / 4) * 2 + 3 * root(log(2) / 2))
    assert rademacher_bound(4, 2, 8, 0.25, 3, 2) == by_hand(
        3 * root(3 * log(16) / 4) * (1 + 0.5 + 0.25 + 0.25) + 0.75 * root(2 * log(16) / 4))
    assert rademacher_bound(1, 2, 8, 1, 1) == by_hand(root(3 * log(16)) * 4 + root(2 * log(16)))
    assert rademacher_bound(1, 1, 8, 2, 1) == by_hand(root(2 * log(16)) * 5 + 2 * root(2 * log(16)))
    assert steep_rademacher_bound(9, 1, 8, 2, 3) == by_hand(2 * (root(4 * log(4)) + root(2 * log(16))))


@pytest.mark.parametrize("ratio", [F(1), F(5, 4), F(10)], ids=str)
def test_the_second_bound_is_the_smaller(ratio):
    for k in range(12):
        assert steep_rademacher_bound(5, k, 3, ratio, 2, to=ball) < rademacher_bound(5, k, 3, ratio, 2, to=ball)


# --- the bounds of Theorems 2 and 3 --------------------------------------------------------------------

def test_theorems_2_and_3_by_hand():
    log, root = math.log, math.sqrt
    assert regression_bound(50, 1, 8, 2, 3, 0.25) == by_hand(
        root((log(8) + 2 * log(5)) / 100) + 16 / root(50) * (root(4 * log(4)) + root(2 * log(16))))
    assert classification_rate(9, 4, 3, 4, 1, 2, 5, 0.5) == by_hand(
        (2 * root(log(2)) + 5 * 2 * (2 + root(log(3)))) / 3)
    assert classification_rate(9, 4, 3, 4, 1, 0, 0, 0.5) == 0


def test_theorem_2_is_wrong_for_losses_in_the_interval_from_minus_1_to_1():
    # L(f(x), y) = y, a fair sign: |L| <= 1, 0-Lipschitz. If all 300 signs are equal, which has probability 2^-299, the
    # error is 1 for every net, and T = 0 is one of them.
    n, delta = 300, F(1, 2**300)
    assert regression_bound(n, 0, 1, 1, 0, delta, to=ball) < 1
    assert F(2, 2**n) > delta
    # the same loss scaled into an interval of length 1 is no counterexample: its error is 1/2
    assert regression_bound(n, 0, 1, 1, 0, delta, to=ball) > ball(F(1, 2))


@pytest.mark.parametrize("K", [1, 10**3, 10**6])
def test_no_constant_makes_theorem_3_true_of_one_input_and_no_hidden_layer(K):
    # One sample, a fair label of two classes, f = (b, 0): the losses are log(1 + e^-b) and log(1 + e^b), so the error is
    # b / 2 for either label, always; but the rate vanishes as delta tends to 1.
    b, delta = 1, 1 - F(1, 100 * K**2)
    e = arb(b).exp()
    errors = [abs(((1 + 1 / e).log() + (1 + e).log()) / 2 - loss) for loss in ((1 + 1 / e).log(), (1 + e).log())]
    rate = classification_rate(1, 0, 1, 2, 1, b, b, delta, to=ball)
    assert all(error > K * rate for error in errors)


@pytest.mark.parametrize(("bound", "args"), [
    (rademacher_bound, (10, 2, 3, 1.5, 2)),
    (steep_rademacher_bound, (10, 2, 3, 1.5, 2)),
    (regression_bound, (10, 2, 3, 1.5, 2, 0.125)),
    (classification_rate, (10, 2, 3, 2, 1.5, 2, 3, 0.999999)),
])
def test_floats_round_the_balls(bound, args):
    enclosure = bound(*args, to=ball)
    assert isinstance(bound(*args), float)
    assert abs(bound(*args) / enclosure - 1) <= 32 * U  # a dozen operations and logarithms, each within an ulp or two


def test_numbers_far_out():
    assert regression_bound(10, 0, 1, 1, 0, F(1, 10**400)) == by_hand(
        float(regression_bound(10, 0, 1, 1, 0, F(1, 10**400), to=ball)))
    with pytest.raises(OverflowError):
        rademacher_bound(10, 2000, 1, 2, 1)
    assert rademacher_bound(10, 2000, 1, 2, 1, to=ball) > 2**2000
    assert steep_rademacher_bound(10, 5, 1, F(1, 3), 1, 3) == steep_rademacher_bound(10, 5, 1, 1, 1)  # 3 / 3 is 1


def test_what_the_bounds_refuse():
    good = {"n": 5, "k": 1, "m1": 2, "c": 2, "o": 1, "rho": 1}
    for name, values in {"n": (0, 1.5, True), "k": (-1, 0.5, False), "m1": (0,), "c": (0, -1, math.inf), "o": (0,),
                         "rho": (0, math.nan), "to": (Fraction,)}.items():
        for value in values:
            for bound in (rademacher_bound, steep_rademacher_bound):
                with pytest.raises(ValueError, match=f"{name} is "):
                    bound(**{**good, name: value})
    for bound, args in ((steep_rademacher_bound, (1,)), (regression_bound, (1, 0.5))):
        with pytest.raises(ValueError, match=r"c rho is 0\.75: this bound needs at least 1"):
            bound(5, 1, 2, 0.75, *args)
    with pytest.raises(ValueError, match=r"c rho is 0\.5"):
        classification_rate(5, 1, 2, 2, 0.5, 1, 1, 0.5)
    for delta in (0, 1, 2):
        with pytest.raises(ValueError, match="delta is"):
            regression_bound(5, 1, 2, 1, 1, delta)
        with pytest.raises(ValueError, match="delta is"):
            classification_rate(5, 1, 2, 2, 1, 1, 1, delta)
    with pytest.raises(ValueError, match="output_norm is -1"):
        regression_bound(5, 1, 2, 1, -1, 0.5)
    with pytest.raises(ValueError, match="norm_1_inf is 2 and norm_1_1 is 1: the latter must be at least the former"):
        classification_rate(5, 1, 2, 2, 1, 2, 1, 0.5)
