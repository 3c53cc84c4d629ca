"""Our bounds: by hand, above every exact complexity that there is, below those of Theorem 1."""

import math
from fractions import Fraction

import numpy as np
import pytest

from pathnorm_ref.arrays import ball
from pathnorm_ref.complexity import (
    chain_units,
    class_range,
    extreme_units,
    mean_sign,
    moment_bound,
    peeled_bound,
    rademacher,
    rademacher_bound,
    smallest_bound,
    split_bound,
    steep_rademacher_bound,
    tail_bound,
)
from pathnorm_ref.layers import Abs, Identity, LeakyReLU, ReLU
from tests.pathnorm_ref.complexity.samples import U, by_hand, exact

F = Fraction
BOUNDS = (peeled_bound, moment_bound, tail_bound)


# Edges: one sample, the origin, corners, duplicates, one input, an input that is constant.
SAMPLES = [exact(rows) for rows in (
    [[0]], [[1]], [[-1, 1]], [[0, 0], [0, 0]], [[1], [1], [1]], [[1], [-1]], [[1, 1], [1, -1], [-1, 1], [-1, -1]],
    [[1, 0.5], [1, -0.25], [1, 0]], [[-0.75], [-0.5], [-0.25], [0.25], [0.5], [0.75]],
    np.random.default_rng(0).integers(-4, 5, (5, 3)) / 4)]
RATIOS = [F(1, 1000), F(1, 2), F(1), F(3, 2), F(1000)]


def test_the_bounds_by_hand():
    log, root = math.log, math.sqrt
    assert split_bound(3, 2, F(1, 2), 4) == 4 * F(1, 2) + 1
    assert split_bound(3, 2, 2, 4) == 16 * F(1, 2) + 16
    assert split_bound(10**6, 2, 2, 4) == by_hand(16 / 1000 + 16)
    assert peeled_bound(3, 0, 7, 5, 4) == by_hand(4)  # sqrt(2 log 16 / 3) is above 1
    assert peeled_bound(300, 2, 7, 3, 4) == by_hand(
        4 * (7 * float(mean_sign(300)) + 36 * root(log(16) / 150)))
    assert peeled_bound(300, 2, 7, 3, 4, odd=True) == by_hand(
        4 * (4 * float(mean_sign(300)) + 9 * root(log(16) / 150)))
    assert moment_bound(5, 2, 7, 3, 4) == by_hand(36 * root(2 * log(70) / 5))
    assert moment_bound(5, 2, 7, F(1, 3), 4, odd=True) == by_hand(4 * root(2 * log(20) / 5))
    tau = root(2 * log(2))  # above 1/2 sqrt(2 log 4) and 1/4 sqrt(2 log 64)
    assert tail_bound(5, 2, 7, F(1, 2), 4) == by_hand(4 / root(5) * (tau + 21 / 16 / tau))
    tau = 4 * root(2 * log(64))
    assert tail_bound(5, 2, 7, 2, 4) == by_hand(4 / root(5) * (tau + 21 / tau))
    tau = 4 * root(2 * log(16))
    assert tail_bound(5, 2, 7, 2, 4, odd=True) == by_hand(4 / root(5) * (tau + 21 / tau))


def above(value, n, k, m1, c, rho, odd=False):
    """That every bound, of ours and of Theorem 1, is at least the exact value; at equality too."""
    assert value <= class_range(k, c, 1, rho)
    theirs = [rademacher_bound(n, k, m1, c, 1, rho, ball)]
    theirs += [steep_rademacher_bound(n, k, m1, c, 1, rho, ball)] if c * rho >= 1 else []
    ours = [bound(n, k, m1, c, 1, rho, odd, ball) for bound in (*BOUNDS, smallest_bound)]
    ours += [split_bound(n, k, c, 1, rho, ball)]
    assert not any(bound < ball(value) for bound in theirs + ours)  # sure of balls that are one number


@pytest.mark.parametrize("c", RATIOS, ids=str)
@pytest.mark.parametrize("x", SAMPLES, ids=range(len(SAMPLES)))
def test_every_bound_is_above_the_exact_complexities(x, c):
    n, m1 = x.shape
    above(rademacher(x), n, 0, m1, c, 1)
    for activation, rho in ((ReLU(), 1), (LeakyReLU(-2), 2), (Abs(), 1)):
        above(rademacher(extreme_units(x, c, activation)), n, 1, m1, c, rho)
    above(rademacher(extreme_units(x, c, Identity())), n, 1, m1, c, 1, odd=True)
    for k in (2, 3):
        above(rademacher(chain_units(x[:, :1], k, c)), n, k, m1, c, 1)


@pytest.mark.parametrize("q", RATIOS, ids=str)
@pytest.mark.parametrize("k", [0, 1, 2, 3, 20])
def test_every_bound_is_above_linear_nets_of_every_depth(k, q):
    """sigma(t) = t, where M_l = max(S, q M_{l-1}) is exact."""
    for x in SAMPLES:
        value = rademacher(x * q**k) if q <= 1 else rademacher(x, q**k)
        above(value, *x.shape[:1], k, x.shape[1], q, 1, odd=True)


@pytest.mark.parametrize("c", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("k", [1, 2, 4])
def test_sampled_tanh_nets_stay_below_the_bounds_of_odd_activations(k, c):
    """Units of random weights at their limit, among them constants and chains of one input."""
    rng = np.random.default_rng(k)
    x = rng.uniform(-1, 1, (8, 3))
    h = x
    for _ in range(k):
        V = rng.standard_normal((h.shape[1] + 1, 200)) * (rng.random((h.shape[1] + 1, 200)) < 0.2)
        V = np.hstack([V, np.eye(h.shape[1] + 1)])
        h = np.tanh(np.hstack([np.ones((8, 1)), h]) @ (c * V / np.maximum(abs(V).sum(axis=0), 1e-9)))
    low = rademacher(h, 2.0)
    assert float(mean_sign(8)) * 2 <= low * (1 + 2**7 * U)  # the mean of 2^7 maxima
    for bound in (*BOUNDS, smallest_bound):
        assert low <= bound(8, k, 3, c, 2, odd=True)


@pytest.mark.parametrize("c", RATIOS, ids=str)
def test_brackets_close_at_extremes(c):
    """Between constants, or chains, from below and the smallest bound from above."""
    x = exact([[1]])
    for k in range(4):  # one sample: the range is attained
        value = rademacher(chain_units(x, k, c)) if k else rademacher(x)
        assert value == class_range(k, c, 1) == mean_sign(1) * class_range(k, c, 1)
        assert float(smallest_bound(1, k, 1, c, 1)) == value
    if c < 1:  # deep: constants are all that is left
        low, high = mean_sign(50), smallest_bound(50, 40, 3, c, 1)
        assert float(low) <= high <= float(low + F(1, 2**40)) * (1 + 32 * U)


@pytest.mark.parametrize("m1", [1, 2, 50, 10**9])
@pytest.mark.parametrize("k", [0, 1, 2, 3, 10, 60])
def test_theorem_1_follows(k, m1):
    for q in (F(1, 1000), F(1, 2), F(9, 10), F(99, 100), F(1)):
        assert tail_bound(1, k, m1, q, 1, to=ball) < rademacher_bound(1, k, m1, q, 1, to=ball)
    for q in (F(1), F(9, 8), F(1000)):
        assert moment_bound(1, k, m1, q, 1, to=ball) < steep_rademacher_bound(1, k, m1, q, 1, to=ball)


def test_below_one_the_complexity_does_not_grow_with_the_depth_at_any_n():
    for n in (1, 10**4, 10**12):
        deep = [tail_bound(n, k, 3, F(9, 10), 1, to=ball) for k in (40, 10**3)]
        # tau is the same: that of the first layers; the sum of the q^(2 l) grows by less than to l = infinity
        assert 1 < deep[1] / deep[0] < ball(1 / (1 - F(9, 10) ** 82))
        assert rademacher_bound(n, 10**3, 3, F(9, 10), 1) > 20 * float(deep[1])  # theirs has grown with sqrt(k)
    assert split_bound(9, 10**3, F(9, 10), 1, to=ball) < split_bound(9, 1, F(9, 10), 1, to=ball)


def test_for_odd_activations_there_is_no_root_of_the_depth():
    n, m1 = 10**4, 10
    for q in (F(11, 10), F(2)):
        relative = [float(F(peeled_bound(n, k, m1, q, 1, odd=True)) / q**k) for k in (10, 100, 500)]
        limit = float(mean_sign(n) / (q - 1)) + math.sqrt(2 * math.log(22) / n)  # as k grows
        assert relative[0] < relative[1] <= relative[2] * (1 + 32 * U) and relative[2] == by_hand(limit)
    assert moment_bound(n, 10**6, m1, 1, 1, odd=True) < moment_bound(n, 30, m1, 1, 1)  # sqrt(log k) at q = 1


def test_without_oddness_the_absolute_value_costs():
    """E Z_1 <= E M_0, which is (*) with f = 1, is false of ReLUs."""
    x = exact([[0], [-1], [-0.5], [-0.5]])
    signs = [np.array([1, a, b, c]) for a in (1, -1) for b in (1, -1) for c in (1, -1)]
    h = extreme_units(x, 1)
    Z_1 = sum(max(abs(eps @ h)) for eps in signs)
    M_0 = sum(max(abs(eps.sum()), abs(eps @ x[:, 0])) for eps in signs)
    assert 42 * Z_1 == 43 * M_0


def test_peeling_is_no_2_to_the_k_above_theorem_1_at_small_depth():
    """It loses 2^k in the end; before, its constants are better than the first bound's, at k = 1 up to 30 000 inputs."""
    n = 10**12
    assert peeled_bound(n, 0, 10**9, 1, 1, to=ball) < steep_rademacher_bound(n, 0, 10**9, 1, 1, to=ball)
    for k, m1 in ((1, 3 * 10**4), (2, 20)):
        assert peeled_bound(n, k, m1, 1, 1, to=ball) < rademacher_bound(n, k, m1, 1, 1, to=ball)
    assert peeled_bound(n, 9, 1, 1, 1, to=ball) > 2**7 * steep_rademacher_bound(n, 9, 1, 1, 1, to=ball)
    assert peeled_bound(n, 10**3, 1, F(1, 4), 1) == by_hand(2 / math.sqrt(n))  # 2 q = 1/2: it does not grow either


def test_the_activation_must_vanish_at_zero():
    """sigma(t) = A is rho-Lipschitz for every rho > 0; the net o sigma is A o, and so is its negative."""
    n, A, rho = 9, 10, F(1, 1000)
    assert mean_sign(n) * A > max(class_range(1, 1, 1, rho), split_bound(n, 1, 1, 1, rho))
    for bound in (rademacher_bound, *BOUNDS):
        assert float(mean_sign(n) * A) > bound(n, 1, 1, 1, 1, rho)


def test_the_smallest_is_the_least():
    for k in (0, 1, 5):
        for c in RATIOS:
            every = [bound(30, k, 4, c, 2) for bound in BOUNDS]
            every += [float(class_range(k, c, 2)), split_bound(30, k, c, 2)]
            assert smallest_bound(30, k, 4, c, 2) == min(every)


@pytest.mark.parametrize("bound", [*BOUNDS, smallest_bound])
def test_what_the_bounds_refuse(bound):
    for name, values in {"n": (0,), "k": (-1, 0.5), "m1": (0,), "c": (0,), "o": (0,), "rho": (0,), "to": (int,)}.items():
        for value in values:
            with pytest.raises(ValueError, match=f"{name} is "):
                bound(**{"n": 5, "k": 1, "m1": 2, "c": 2, "o": 1, name: value})
