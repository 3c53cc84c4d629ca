"""Rademacher complexity: exact values by hand and by definition, intervals that hold them."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import ball, convert
from pathnorm_ref.complexity import (
    chain_units,
    class_range,
    extreme_units,
    mean_sign,
    rademacher,
    rademacher_bound,
    rademacher_interval,
    suprema,
    why_outside,
)
from pathnorm_ref.complexity.suprema import EXACT, SUMS, UNITS
from pathnorm_ref.layers import Abs, Identity, LeakyReLU, PReLU, ReLU, Tanh
from tests.pathnorm_ref.complexity.samples import U, exact, relu_line, signs

F = Fraction


def by_definition(x, o=1):
    """The supremum over the vertices of the L1 ball, o times a signed unit vector, for each sign."""
    n = len(x)
    a = [[F(1), *row] for row in x.tolist()]
    vertices = [sign * sum(e * row[j] for e, row in zip(eps, a, strict=True))
                for eps in product((1, -1), repeat=n) for j in range(len(a[0])) for sign in (1, -1)]
    per_sign = 2 * len(a[0])
    return F(o) / n * sum(max(vertices[i:i + per_sign]) for i in range(0, len(vertices), per_sign)) / 2**n


@pytest.mark.parametrize(("x", "value"), [
    ([[0]], 1),  # the bias alone
    ([[3]], 3),
    ([[0], [0]], F(1, 2)),  # E |eps_1 + eps_2| / 2
    ([[1], [-1]], 1),  # either the bias or the input sees both signs
    ([[1], [1]], F(1, 2)),
    ([[1], [0], [0]], F(1, 3) * F(3 + 1 + 1 + 1, 4)),
    ([[1, 0], [-1, 0], [0, 2]], F(1, 3) * F(3 + 2 + 2 + 2, 4)),  # of the signs +++, ++-, +-+, +--
])
def test_complexities_by_hand(x, value):
    found = rademacher(exact(x))
    assert isinstance(found, Fraction)
    assert found == value == by_definition(exact(x))
    assert rademacher(exact(x), F(2, 3)) == F(2, 3) * found


def test_complexity_in_every_system(system):
    (x,) = system.take((np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0]]),))
    found = rademacher(x)
    assert system.holds(found)
    assert abs(float(system.back(found)) - 9 / 12) <= 4 * max(system.u, U)  # 3, 2, 2, 2; two roundings


def test_enumeration_is_the_definition():
    x = exact(np.random.default_rng(0).integers(-4, 5, (6, 3)) / 4)
    assert rademacher(x, 3) == by_definition(x, 3)
    full = np.random.default_rng(1).uniform(-1, 1, (16, 2))
    assert abs(rademacher(full) - rademacher(convert(full, Fraction))) <= 2**17 * U


def reaches(half, t, n, size):
    """Whether half an interval is t and what its rounding can be, n 2^-53 of the `size` of the means at least; at most six
    times (n + 16) 2^-52 (t + size), as also `half` is a rounded difference, and t."""
    return t + n * U * size <= half <= t + 6 * (n + 16) * 2 * U * (t + size)


def test_the_interval_holds_the_exact_value():
    x = np.random.default_rng(2).uniform(-1, 1, (10, 3))
    value = float(rademacher(x, 2))
    for seed in range(20):
        low, estimate, high = rademacher_interval(x, np.random.default_rng(seed), 200, 1e-9, 2)
        assert low <= value <= high
        assert reaches(high - estimate, 2 * math.sqrt(2 * math.log(2e9) / (10 * 200)), 10, 2)
    narrow = rademacher_interval(x, np.random.default_rng(0), 20000, 0.5, 2)
    assert narrow.high - narrow.low < 0.05  # worth something, and held all the same
    assert narrow.low <= value <= narrow.high


def test_the_interval_grows_with_large_inputs():
    x = np.array([[3.0], [0.0]])
    found = rademacher_interval(x, np.random.default_rng(0), 10**4, 0.01)
    assert reaches(found.high - found.estimate, math.sqrt(2 * (9 + 1) * math.log(200) / 10**4) / 2, 2, 1.5)
    assert found.low <= 1.5 <= found.high


def test_the_failure_may_be_beyond_the_floats():
    found = rademacher_interval(np.zeros((2, 1)), np.random.default_rng(0), 10**3, F(1, 10**400))
    assert reaches(found.high - found.estimate, math.sqrt((math.log(2) + 400 * math.log(10)) / 10**3), 2, 1)


def test_the_interval_counts_the_rounding_of_its_draws():
    """Against the mean of the same draws in Fractions, and t in balls, on samples whose sums round."""
    rng = np.random.default_rng(0)
    for n, draws, o in ((1, 1, F(3)), (7, 50, F(0.7)), (60, 20, F(1 / 3)), (300, 20, F(1e-5))):
        h = rng.standard_normal((n, 2)) * 10.0 ** rng.integers(-9, 9, (n, 2))
        found, signs_of = rademacher_interval(h, np.random.default_rng(1), draws, 0.9, o), np.random.default_rng(1)
        a = np.hstack([np.ones((n, 1)), h])
        true = [max(abs((2 * signs_of.integers(0, 2, n) - 1) @ convert(a, F))) for _ in range(draws)]
        mean = o * sum(true) / (n * draws)
        squares = sum(F(b) ** 2 for b in abs(a).max(axis=1).tolist())
        t = ball(o / n) * (2 * ball(squares) * ball(2 / F(0.9)).log() / draws).sqrt()
        rounding = (n + 16) * 2 * F(U) * (o / n * max(abs(convert(a, F)).sum(axis=0)))
        assert abs(F(found.estimate) - mean) <= rounding
        assert ball(F(found.high) - mean) >= t and (found.low == 0 or ball(mean - F(found.low)) >= t)
        # the ends are rounded on their own
        assert ball(F(found.high) - F(found.estimate)) >= t * (1 + (n + 16) * U) + ball(rounding / 2)


def test_complexities_near_the_ends_of_the_range():
    h = np.full((15, 2), 1e306)
    few = 4 * 2.0**-52  # the inputs of the mean are exact but for their sums; it, its two factors: half of one each
    assert rademacher(h) == pytest.approx(float(mean_sign(15) * F(1e306)), rel=few, abs=0)
    assert rademacher(np.full((3, 2), 0.5), 1e308) == pytest.approx(0.5e308, rel=few, abs=0)
    for h, o in ((np.full((3, 2), 1e308), 1), (np.full((3, 2), 1e160), 1), (np.full((3, 2), 0.5), 1e308),
                 (np.full((3, 2), 0.5), 5e-324), (np.full((1, 1), 1.7e308), 0.1),
                 (np.array([[1e308], [1e308], [-1e308], [1e308]]), 0.5)):
        low, estimate, high = rademacher_interval(h, np.random.default_rng(0), 50, F(1, 10**6), o)
        assert 0 <= low <= rademacher(exact(h), F(o)) <= high < math.inf
        assert low <= estimate <= high
    with pytest.raises(ValueError, match=r"o is 1e\+300: with h up to 1e\+308 the interval is beyond the floats"):
        rademacher_interval(np.full((3, 2), 1e308), np.random.default_rng(0), 50, 0.1, 1e300)


def test_a_seed_gives_one_interval():
    x = np.random.default_rng(3).uniform(-1, 1, (30, 2))
    first, again, other = (rademacher_interval(x, np.random.default_rng(seed), 50, 0.1) for seed in (5, 5, 6))
    assert first == again != other
    assert rademacher_interval(x, np.random.default_rng(5), 1, 1e-9).low == 0  # t is above 1, the largest mean


def test_what_the_complexity_refuses():
    x, rng = np.ones((2, 1)), np.random.default_rng(0)
    with pytest.raises(ValueError, match=f"h has 17 samples of 64 units: at most {SUMS} sums"):
        rademacher(np.ones((17, 64)))
    for bad in (np.ones(3), np.ones((0, 2))):
        with pytest.raises(ValueError, match=r"h has shape .*: it must have two axes, and at least one sample"):
            rademacher(bad)
        with pytest.raises(ValueError, match=r"h has shape .*: it must have two axes, and at least one sample"):
            rademacher_interval(bad, rng, 1, 0.1)
    with pytest.raises(ValueError, match="o is -1"):
        rademacher(x, -1)
    with pytest.raises(TypeError, match="h must be a NumPy array of float64"):
        rademacher_interval(exact(x), rng, 1, 0.1)
    with pytest.raises(TypeError, match="rng is 0"):
        rademacher_interval(x, 0, 1, 0.1)
    with pytest.raises(ValueError, match="draws is 0"):
        rademacher_interval(x, rng, 0, 0.1)
    for failure in (0, 1, -1):
        with pytest.raises(ValueError, match="failure is"):
            rademacher_interval(x, rng, 1, failure)


# --- the units of a class --------------------------------------------------------------------------------

def samples(seed, n, n_in):
    """In [-1, 1], in quarters: with ties, zeros, corners, duplicates."""
    return exact(np.random.default_rng(seed).integers(-4, 5, (n, n_in)) / 4)


@pytest.mark.parametrize("n", range(1, 9))
def test_the_mean_of_signs(n):
    assert mean_sign(n) == F(sum(abs(eps.sum()) for eps in signs(n)), n * 2**n)
    assert F(1, 2 * n) <= mean_sign(n) ** 2 <= F(1, n)
    assert mean_sign(n) == rademacher(exact([[0]] * n))


@pytest.mark.parametrize(("x", "c", "value"), [
    ([[0]], 3, 3),  # a unit that is its bias
    ([[0]], F(1, 3), 1),  # the output's bias
    ([[F(1, 2)]], 3, 3),
    ([[-4]], 3, 12),
    ([[1], [-1]], 3, F(6 + 3, 4)),  # ++: the constant 3; +-: relu(3 x)
    ([[1], [1]], 3, F(6 + 0, 4)),
    ([[1], [-1]], F(1, 3), (2 + F(1, 3)) / 4),  # ++: the output's bias
    ([[1], [F(1, 2)]], 3, (F(6) + F(3, 2)) / 4),  # +-: relu(3 x): 3 - 3/2; relu(2 x - 1): 1 - 0
], ids=str)
def test_depth_one_by_hand(x, c, value):
    x = np.array([[F(entry) for entry in row] for row in x], dtype=object)
    assert rademacher(extreme_units(x, c)) == value
    assert rademacher(extreme_units(x, c), F(2, 5)) == F(2, 5) * value


@pytest.mark.parametrize("n", range(1, 7))
def test_depth_one_on_the_line_is_the_literal_enumeration(n):
    for seed, c in enumerate((F(1, 3), F(1), F(5, 2))):
        x = samples(seed, n, 1)
        assert rademacher(extreme_units(x, c), 2) == relu_line(x[:, 0], c, 2)


def largest_by_programs(a, eps, activation):
    """max |sum_i eps_i sigma(<v, a_i>)|, ||v||_1 <= 1, by a linear program for each choice of sides of the planes."""
    rising, falling = (activation.forward((), np.array([[t]]))[0].item() * t for t in (1.0, -1.0))
    best = 0.0
    for side in signs(len(a)):
        gain = (eps * np.where(side > 0, rising, falling)) @ a
        for goal in (gain, -gain):
            A = np.vstack([np.ones(2 * a.shape[1]), -side[:, None] * np.hstack([a, -a])])
            best = max(best, -linprog(np.concatenate([-goal, goal]), A, np.concatenate([[1], np.zeros(len(a))])).fun)
    return best


@pytest.mark.parametrize("activation", [ReLU(), LeakyReLU(0.25), LeakyReLU(-3), Abs(), Identity()], ids=repr)
@pytest.mark.parametrize(("n", "n_in"), [(4, 2), (2, 3)], ids=str)  # the first needs units of three weights
def test_no_unit_beats_the_extreme_ones(activation, n, n_in):
    """Against linear programs, which HiGHS solves to 1e-7, and against random units in Fractions."""
    x = samples(2, n, n_in)
    h = extreme_units(x, 1, activation)
    a = np.hstack([np.ones((n, 1)), x.astype(float)])
    V = convert(np.random.default_rng(0).integers(-4, 5, (n_in + 1, 50)).astype(float), Fraction)
    others = activation.forward((), np.hstack([exact(np.ones((n, 1))), x]) @ V)[0]
    for eps in signs(n)[:2 ** (n - 1)]:  # the others are their negatives
        largest = max(abs(eps @ h))
        assert abs(largest - largest_by_programs(a, eps, activation)) <= 1e-6
        assert all(abs(eps @ others) <= largest * abs(V).sum(axis=0))


@pytest.mark.parametrize("activation", [ReLU(), LeakyReLU(F(1, 4)), Abs()], ids=repr)
def test_wide_nets_never_exceed_and_one_unit_suffices(activation):
    """The supremum does not depend on the width of the last hidden layer."""
    rng = np.random.default_rng(0)
    x, c, o = samples(3, 5, 2), F(3, 2), F(2)
    h = extreme_units(x, c, activation)
    net = mlp((2, 6, 1), activation)
    for _ in range(40):
        params = tuple(tuple(convert(rng.integers(-3, 4, array.shape).astype(float), Fraction) for array in own)
                       for own in net.init(rng))
        W, b = params[0]
        norms = abs(W).sum(axis=1) + abs(b) + (abs(W).sum(axis=1) + abs(b) == 0)
        total = abs(params[2][0]).sum() + abs(params[2][1]).sum() + F(1, 10**9)
        params = ((c * W / norms[:, None], c * b / norms), (), tuple(o / total * array for array in params[2]))
        assert why_outside(net, params, c, o) is None
        out = net.forward(params, x)[0][:, 0]
        for eps in signs(5):
            assert abs(eps @ out) <= o * max(abs(eps.sum()), *abs(eps @ h))


def test_laws_of_depth_one():
    x = samples(0, 4, 2)
    value = {c: rademacher(extreme_units(x, c)) for c in (F(1, 100), F(1), F(2), F(3), F(300))}
    assert list(value.values()) == sorted(value.values())  # the classes are nested
    assert rademacher(extreme_units(x[:3], F(1, 3))) == mean_sign(3)  # the output's bias alone
    assert value[F(300)] == 300 * value[F(1)]  # here the output's bias is nothing: sigma is homogeneous
    twice = rademacher(extreme_units(np.vstack([x, x]), 1))
    assert twice < value[F(1)]
    assert extreme_units(np.vstack([x, x]), 1).shape[1] == extreme_units(x, 1).shape[1]
    assert value[F(1)] <= rademacher(extreme_units(np.hstack([x, samples(1, 4, 1)]), 1))  # one more input
    assert rademacher(extreme_units(x, 1, Identity())) == rademacher(x)  # a unit of units is a unit


def test_the_interval_of_depth_one_holds_the_exact_value_and_reaches_many_samples():
    rng = np.random.default_rng(0)
    few, many = rng.uniform(-1, 1, (8, 2)), rng.uniform(-1, 1, (150, 1))
    low, _, high = rademacher_interval(extreme_units(few, 3), rng, 3000, 1e-9, 2)
    assert low <= rademacher(extreme_units(few, 3), 2) <= high < low + 3  # the range is 2 * 3
    h = extreme_units(many, 3)
    assert h.shape[1] <= 2 * 152  # of 150 kinks and 2 ends of the diamond, each on two sides
    low, _, high = rademacher_interval(h, rng, 500, 1e-9)
    assert 3 * mean_sign(150) <= high  # constants of size 3
    assert high <= rademacher_bound(150, 1, 1, 3, 1)
    assert low > mean_sign(150)  # more than the output's bias


def test_one_sample_of_many_inputs():
    assert extreme_units(np.ones((1, 30)), 2.0).tolist() == [[0, 2]]


def test_samples_that_repeat_change_no_unit():
    x = exact([[1, 2], [0, -1], [1, 2], [3, 0]])
    h, once = extreme_units(x, 1), extreme_units(x[[0, 1, 3]], 1)
    assert (h[0] == h[2]).all()
    assert set(zip(*h[[0, 1, 3]].tolist(), strict=True)) == set(zip(*once.tolist(), strict=True))


def test_units_in_floats_are_the_fractions_rounded():
    x = np.random.default_rng(0).uniform(-1, 1, (4, 2))
    h = extreme_units(x, 1.5)
    true = extreme_units(convert(x, Fraction), 1.5)
    assert h.dtype == float
    assert (h == true.astype(float)).all()
    assert extreme_units(x.astype(np.float32), 1).dtype == np.float32


def test_chains_on_the_line_by_hand():
    x = exact([[1], [0]])
    assert (chain_units(x, 1, 2) == extreme_units(x, 2)).all()
    assert rademacher(chain_units(x, 2, 2)) == (8 + 4) / F(4)  # ++: the constant 4; +-: relu(2 relu(2 x)): 4, 0
    # -+ at c = 1: relu(1/2 - relu(x) / 2) has (0, 1/2), as -relu(1 / 2 - x / 2); with c = 1/4 the output's bias, or
    # the unit relu(b - w relu(x / 4)), b = w / 4, b + w = 1/4: 1/20, below the chain relu(relu(x / 4) / 4): 1/16
    assert rademacher(chain_units(x, 2, F(1, 4))) == (2 + F(1, 16)) / 4


@pytest.mark.parametrize("k", [2, 3])
def test_chains_on_the_line_are_exact(k):
    """No net with one unit in each layer beats them: a grid over all weights, at extreme sizes."""
    diamond = [(F(i, 6), F(s * (6 - abs(i)), 6)) for i in range(-6, 7) for s in (1, -1)]
    for c in (F(1, 2), F(2)):
        x = samples(2, 4, 1)
        h, units = chain_units(x, k, c), {tuple(x[:, 0])}
        for _ in range(k):
            units = {tuple(c * max(F(0), b + w * t) for t in unit) for unit in units for b, w in diamond}
            units = set(sorted(units)[::max(1, len(units) // 150)])
        for eps in signs(4):
            assert max(abs(eps @ np.array(unit)) for unit in units) <= max(abs(eps @ h))


def test_chains_attain_the_range():
    for c, k in ((F(3), 1), (F(3), 2), (F(1, 3), 1), (F(1, 3), 3), (F(2), 3)):
        assert chain_units(samples(1, 3, 2), k, c).max() == class_range(k - 1, c, c)


def test_the_width_of_the_first_of_two_hidden_layers_counts():
    """One unit there: exact by `chain_units`. Two: a constant one serves the next layer as a bias of size c, not 1."""
    x, c = np.array([[F(i, 4)] for i in (-3, -2, -1, 1, 2, 3)]), F(2)
    net = mlp((1, 2, 1, 1))
    params = ((np.array([[F(8, 5)], [F(0)]]), np.array([F(2, 5), F(2)])), (),
              (np.array([[-F(10, 7), F(4, 7)]]), np.array([F(0)])), (), (np.array([[F(1)]]), np.array([F(0)])))
    assert why_outside(net, params, c, 1) is None
    out, chains = net.forward(params, x)[0], chain_units(x, 2, c)
    eps = np.array([-1, 1, 1, -1, -1, 1])
    assert eps @ out[:, 0] == F(8, 7)
    assert max(abs(eps @ chains)) == F(8, 9)
    assert rademacher(chains) == F(10961, 7560)
    assert rademacher(np.hstack([chains, out])) == F(10971, 7560)


def test_what_units_refuse(balls, monkeypatch):
    x = np.ones((2, 1))
    with pytest.raises(ValueError, match=r"x has shape \(2,\): it must have two axes"):
        extreme_units(np.ones(2), 1)
    with pytest.raises(ValueError, match="c is 0"):
        extreme_units(x, 0)
    with pytest.raises(ValueError, match="x holds NaN"):
        extreme_units(x * math.nan, 1)
    for bad in (balls.take((x,))[0], [[1.0]]):
        with pytest.raises(TypeError, match="x must be a NumPy array of floats or Fractions"):
            extreme_units(bad, 1)
    for activation in (Tanh(), PReLU(1), "relu"):
        with pytest.raises(ValueError, match="activation is"):
            extreme_units(x, 1, activation)
    wide = np.random.default_rng(0).uniform(-1, 1, (20, 5))
    with pytest.raises(ValueError, match=f"x has 20 different samples of 5 inputs: more than {UNITS} units"):
        extreme_units(wide, 1)
    with pytest.raises(ValueError, match="k is 0"):
        chain_units(x, 0, 1)
    monkeypatch.setattr(suprema, "UNITS", 20)
    with pytest.raises(ValueError, match="k is 3: the chains have more than 20 units"):
        chain_units(np.random.default_rng(0).uniform(-1, 1, (5, 1)), 3, 1)
    for n in (0, EXACT + 1):
        with pytest.raises(ValueError, match=f"n is {n}"):
            mean_sign(n)
