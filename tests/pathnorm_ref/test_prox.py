"""Every proximal map of the table by its definition, argmin_x g(x) + ||x - z||^2 / (2 t)."""

import inspect
import math
from fractions import Fraction

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathnorm_ref.arrays import Undecided, ball, convert
from pathnorm_ref.norms import l_pq
from pathnorm_ref.projections import project_l1_ball, project_l2_ball
from pathnorm_ref.prox import PROX, prox_half_square, prox_l1, prox_l1_inf, prox_l2, prox_linf
from tests.pathnorm_ref.vectors import fractions, pythagorean, vector

EPS = np.finfo(float).eps
EXAMPLES = settings(max_examples=80, deadline=None, derandomize=True)
EVERY = pytest.mark.parametrize("name", PROX)
SEEDS = st.integers(0, 2**32)
STEPS = st.sampled_from([0, 0.125, 1, 7, 1000])


@EVERY
@EXAMPLES
@given(seed=SEEDS, t=STEPS.filter(bool))
def test_no_point_is_better(name, seed, t):
    g, prox = PROX[name]
    z = vector(seed)
    x = prox(z, t)
    rng = np.random.default_rng(seed)

    def objective(y):
        return g(np, y) + np.sum((y - z) ** 2) / (2 * t)

    for k in range(12):
        step = rng.standard_normal(len(z)) * np.abs(z).max() * 10.0 ** -k
        # the rounding of two objectives, of 3 n operations each
        for y in (x + step, x - step, x * (1 + 10.0 ** -k), x * 0):
            assert objective(x) <= objective(y) * (1 + 6 * (len(z) + 4) * EPS)


@EVERY
@EXAMPLES
@given(seed=SEEDS, t=STEPS.filter(bool))
def test_optimal_exactly(name, seed, t):
    """(z - x) / t is a subgradient of g at x: g(y) >= g(x) + <(z - x) / t, y - x>, at y that decide it."""
    g, prox = PROX[name]
    z, t = pythagorean(seed), Fraction(t)
    x = prox(z, t)
    slope = (z - x) / t
    units = [fractions(row) for row in np.eye(4)]
    for y in (x * 0, x * 2, x + slope, x - slope, *units, pythagorean(seed + 1)):
        if name != "l2" or is_rational_norm(y):
            assert g(np, y) >= g(np, x) + slope @ (y - x)
    # what the inequality comes to, for those that have a short form of it
    assert {"l1": max(abs(slope)) <= 1, "l2": slope @ slope <= 1, "half_square": (slope == x).all()}.get(name, True)


def is_rational_norm(y):
    try:
        PROX["l2"][0](np, y)
    except TypeError:
        return False
    return True


@EVERY
@EXAMPLES
@given(seed=SEEDS, t=STEPS)
def test_non_expansive(name, seed, t):
    prox = PROX[name][1]
    y = vector(seed)
    z = vector(seed + 1, len(y))
    # each component is off by a few roundings of an entry of y or z
    slack = 8 * EPS * (np.linalg.norm(y) + np.linalg.norm(z))
    assert np.linalg.norm(prox(y, t) - prox(z, t)) <= np.linalg.norm(y - z) + slack


@EXAMPLES
@given(seed=SEEDS, t=STEPS)
def test_moreau(seed, t):
    """prox_{t g} + projection on t times the dual ball = identity, exactly."""
    z, t = pythagorean(seed), Fraction(t)
    assert (prox_l2(z, t) + project_l2_ball(z, t) == z).all()
    one, minus = np.array([t] * 4, dtype=object), np.array([-t] * 4, dtype=object)
    assert (prox_l1(z, t) + np.minimum(np.maximum(z, minus), one) == z).all()
    assert (prox_half_square(z, t) + t * z / (1 + t) == z).all()
    assert (prox_linf(z, t) + project_l1_ball(z, t) == z).all()  # that of the L_{1,inf} norm: test_l1_inf_is_optimal


@EVERY
@EXAMPLES
@given(seed=SEEDS, t=STEPS, c=st.sampled_from([2.0**-900, 2.0**-30, 2.0**30, 2.0**900]))
def test_scales(name, seed, t, c):
    """prox_{c t g}(c z) = c prox_{t g}(z) for g of degree one; prox_{t g}(c z) for the half square."""
    prox, z = PROX[name][1], vector(seed)
    one, two = (PROX[name][0](np, np.full(4, x)) for x in (1.0, 2.0))
    degree = round(math.log2(two / one))  # g(2 x) = 2^degree g(x)
    found = prox(c * z, c ** (2 - degree) * t)
    # a norm in range and a scaled one differ by the bound of test_euclidean, 2 (n + 4) eps of ||z||
    bound = 2 * (len(z) + 4) * EPS * c * np.abs(z).sum()
    np.testing.assert_allclose(found, c * prox(z, t), rtol=0, atol=bound)


@EVERY
@pytest.mark.parametrize("z", [[1.0, -0.0, 1e-320], [1e300, -3.0, 0.0], [0.0], []])
def test_t_zero_comes_back_bit_for_bit(name, z):
    z = np.array(z)
    z.flags.writeable = False
    x = PROX[name][1](z, 0)
    assert x.tobytes() == z.tobytes()
    assert not np.shares_memory(x, z)


@EVERY
def test_refusals(name):
    prox = PROX[name][1]
    with pytest.raises(ValueError, match="t is -1"):
        prox(np.ones(2), -1)
    with pytest.raises(ValueError, match="t is inf"):
        prox(np.ones(2), float("inf"))
    with pytest.raises(ValueError, match="z holds NaN"):
        prox(np.array([np.inf]), 1)


@EVERY
@pytest.mark.parametrize("t", [0, 0.5, 100])
def test_argument_is_left_alone_and_dtype_kept(name, t):
    for dtype in (np.float32, np.float64):
        z = np.array([[1, -2], [0, 0]], dtype)
        z.flags.writeable = False
        x = PROX[name][1](z, t)
        assert x.dtype == dtype
        assert not np.shares_memory(x, z)


@EVERY
@pytest.mark.parametrize("t", [0, 0.5, 100])
def test_an_array_without_axes_is_a_vector_of_one_entry(name, t):
    prox, vector = PROX[name][1], np.array([3.0])
    for z in (vector.astype(np.float32), vector, convert(vector, Fraction), convert(vector, ball)):
        x = prox(z[0, ...], t)
        assert (type(x), x.shape, x.dtype) == (np.ndarray, (), z.dtype)
        assert float(x[()]) == float(prox(z, t)[0])


@pytest.mark.parametrize("axis", [0, 1, (0, 2), None])
def test_groups(axis):
    """Separate groups, in exact numbers; a group of zeros stays zero; a group of one is the L1 case."""
    z = fractions(np.zeros((2, 3, 2)))
    z[0, 0, 0], z[1, 0, 0], z[0, 1, 1] = Fraction(3), Fraction(0), Fraction(-4)
    x = prox_l2(z, 1, axis)
    if axis is None:
        assert (x == z * Fraction(4, 5)).all()
    else:
        assert (x == prox_l1(z, 1)).all()
    assert (prox_l2(z[:, :1, :1], 1, axis=1) == prox_l1(z[:, :1, :1], 1)).all()


def test_extremes():
    z = np.array([[1.7e308, 3e-320, 0.0], [1.7e308, 4e-320, 0.0]])
    assert prox_l2(z, 1, axis=0).tolist() == [[1.7e308, 0, 0], [1.7e308, 0, 0]]
    # 5e-320 = 10121 steps of the smallest number, of which each product rounds by half a step
    np.testing.assert_allclose(prox_l2(z, 1e-320, axis=0)[:, 1], [2.4e-320, 3.2e-320], rtol=0, atol=1e-323)
    assert prox_l1(np.array([1e300, -1e-300]), 1e-300).tolist() == [1e300, 0]
    z = np.array([[1.0, -1.0], [1.0, 0.0]]) * 2.0**1023  # of L1 norms, and peaks, beyond the range
    assert prox_l1_inf(z, 2.0**1022, axis=1).tolist() == [[2.0**1022, -2.0**1022], [2.0**1023, 0]]
    assert prox_l1_inf(np.array([[5e-324, 0.0], [1e-323, 0.0]]), 5e-324, axis=1)[:, 0].tolist() == [5e-324, 5e-324]


OVER_SLICES = {"l2": sum, "l1_inf": max}


@pytest.mark.parametrize("name", [name for name, (_, prox) in PROX.items() if "axis" in inspect.signature(prox).parameters])
def test_value_and_prox_agree_on_axis(name):
    """g is the sum, or the largest, of its slices. Those of a sum each take all of t; those of a maximum share it."""
    g, prox = PROX[name]
    z = np.random.default_rng(0).standard_normal((3, 4))
    # 12 squares and their sums, twice
    assert g(np, z, axis=0) == pytest.approx(OVER_SLICES[name](g(np, column) for column in z.T), rel=24 * EPS)
    x = prox(z, 0.5, axis=0)
    steps = [0.5] * 4 if OVER_SLICES[name] is sum else np.abs(z - x).max(axis=0)
    # a column of 3 entries, of size 4 and less, is summed in another order: 2 (n + 4) roundings
    expected = [prox(column, t) for column, t in zip(z.T, steps, strict=True)]
    np.testing.assert_allclose(x.T, expected, rtol=0, atol=14 * EPS * 4)
    if OVER_SLICES[name] is max:
        assert sum(steps) == pytest.approx(0.5, abs=4 * 14 * EPS * 4)


@EVERY
def test_strict_arrays(name):
    z = np.array([[1.0, -2.0, 0.0], [3.0, -0.25, 0.0]])
    strict = array_api_strict.asarray(z, device=array_api_strict.Device("device1"))
    x = PROX[name][1](strict, 0.5)
    assert x.device == strict.device
    on_cpu = np.asarray(array_api_strict.asarray(x, device=array_api_strict.Device("CPU_DEVICE")))
    # a norm of 6 entries of size 4 and less has 10 roundings, here and there
    np.testing.assert_allclose(on_cpu, PROX[name][1](z, 0.5), rtol=0, atol=2 * 10 * EPS * 4)


@EVERY
@EXAMPLES
@given(seed=SEEDS, t=STEPS)
def test_balls_enclose(name, seed, t):
    prox, z = PROX[name][1], pythagorean(seed)
    try:
        balls = prox(convert(z, ball), t)
    except Undecided:  # an entry, or a norm, that is t itself
        return
    exact = convert(prox(z, Fraction(t)), ball)
    assert all(found.overlaps(true) for found, true in zip(balls, exact, strict=True))


# --- the L_{1,inf} norm: what the slices share ---------------------------------------------------------

def matrix(seed, scale=1.0):
    """1 to 5 rows of 1 to 6 entries, with planted ties, rows of zeros, equal rows, or rows of sizes of their own."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal(rng.integers((1, 1), (6, 7))) * scale
    kind = seed % 6
    if kind == 0:
        z = np.round(2 * z / scale) * scale
    elif kind == 1:
        z[rng.integers(len(z))] = 0
    elif kind == 2:
        z[:] = z[0]
    elif kind == 3:
        z *= 10.0 ** rng.integers(-9, 1, (len(z), 1))
    elif kind == 4:
        z *= 10.0 ** rng.integers(-9, 1, z.shape)
    return z


def share(seed, z):
    """A step, as a part of the sum of the peaks, where the prox becomes 0; from all but nothing to all but everything."""
    part = (1e-20, 1e-6, 0.1, 0.5, 0.9, 1 - 1e-9, 1, 1.5)[seed // 6 % 8]
    return float(part * np.abs(z).max(axis=1).sum()) or 1.0


def by_breakpoints(z, t):
    """The prox of rows of Fractions: the sum of the thresholds, at each tau where its slope may change."""
    rows = [sorted(map(abs, row), reverse=True) for row in z]

    def threshold(row, tau):  # the soft threshold that leaves the row an L1 norm of tau at most
        return max(0, *((sum(row[:k]) - tau) / k for k in range(1, len(row) + 1)))

    def total(tau):
        return sum(threshold(row, tau) for row in rows)

    if total(Fraction(0)) <= t:
        return z * 0
    taus = {Fraction(0), *(sum(row[:k]) - k * (*row, 0)[k] for row in rows for k in range(1, len(row) + 1))}
    low = max(tau for tau in taus if total(tau) > t)
    high = min(tau for tau in taus if total(tau) <= t)
    tau = low + (high - low) * (total(low) - t) / (total(low) - total(high))
    return np.array([prox_l1(z_row, threshold(row, tau)) for z_row, row in zip(z, rows, strict=True)])


@settings(EXAMPLES, max_examples=300)
@given(seed=SEEDS)
def test_l1_inf_is_optimal(seed):
    """The slope (z - x) / t is in the ball of the dual norm, sum of the largest |p|, and <p, x> = g(x): exactly."""
    z = fractions(matrix(seed))
    t = Fraction(share(seed, matrix(seed)))
    x = prox_l1_inf(z, t, axis=1)
    slope = (z - x) / t
    assert np.abs(slope).max(axis=1).sum() <= 1
    assert (slope * x).sum() == l_pq(x, 1, math.inf)
    assert (x == by_breakpoints(z, t)).all()
    assert (x == prox_l1_inf(z.T[:, None, :], t, axis=(0, 1))[:, 0, :].T).all()


@settings(EXAMPLES, max_examples=300)
@given(seed=SEEDS, scale=st.sampled_from([1e-300, 1e-9, 1.0, 1e150, 1e300, 2e306]))
def test_l1_inf_of_floats(seed, scale):
    z = matrix(seed, scale)
    t = share(seed, z)
    found, true = prox_l1_inf(z, t, axis=1), prox_l1_inf(fractions(z), Fraction(t), axis=1)
    off = np.abs(fractions(found) - true).max()
    # theta is a mean of differences of L1 norms, each of them off by n eps; the peaks that give tau by their sum
    assert off <= sum(z.shape) * Fraction(EPS) * np.abs(fractions(z)).sum(axis=1).max()
    single = prox_l1_inf(z.astype(np.float32) if 1e-30 < scale < 1e30 else z, t, axis=1)
    np.testing.assert_allclose(single, found, rtol=0, atol=sum(z.shape) * 2.0**-23 * np.abs(z).max() * z.shape[1])


@settings(EXAMPLES, max_examples=120)
@given(seed=SEEDS)
def test_l1_inf_in_balls_and_strict_arrays(seed):
    z = matrix(seed)
    t = share(seed, z)
    strict = prox_l1_inf(array_api_strict.asarray(z), t, axis=1)
    np.testing.assert_array_equal(np.asarray(strict), prox_l1_inf(z, t, axis=1))
    exact = convert(prox_l1_inf(fractions(z), Fraction(t), axis=1), ball)
    try:
        balls = prox_l1_inf(convert(z, ball), Fraction(t), axis=1)
    except Undecided:  # ties, and steps beyond 53 bits
        return
    assert all(found.overlaps(true) for found, true in zip(balls.flat, exact.flat, strict=True))


def test_balls_decide_where_nothing_ties():
    z = fractions([[3, -1, 0.5], [2.5, 2, -0.25], [0, 0, 0], [0.125, 0, 0]])
    x, balls = prox_l1_inf(z, Fraction(1, 3), axis=1), prox_l1_inf(convert(z, ball), Fraction(1, 3), axis=1)
    assert all(found.overlaps(true) and found.rad() < 1e-12
               for found, true in zip(balls.flat, convert(x, ball).flat, strict=True))


@pytest.mark.parametrize("t", [0.0, 1e-30, 0.3, 2.0, 100.0])
def test_one_slice_is_the_l1_norm_bit_for_bit(t):
    z = np.random.default_rng(0).standard_normal((3, 7)) * 10.0 ** np.arange(-3, 4)
    for row in z:
        assert prox_l1_inf(row, t).tobytes() == prox_l1(row, t).tobytes()
        assert prox_l1_inf(row[None], t, axis=1).tobytes() == prox_l1(row[None], t).tobytes()
    # beside slices that are too small to be changed, too
    assert prox_l1_inf(np.stack([z[0], z[1] / 1e9]), 0.3, axis=1)[0].tobytes() == prox_l1(z[0], 0.3).tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_groups_of_norms_beyond_the_range(dtype):
    most = float(np.finfo(dtype).max)
    z = np.array([[0.75 * most] * 16, [1.0] * 16], dtype)  # norms 3 max and 4
    x = prox_l2(z, 0.5 * most, axis=1)
    eps = np.finfo(dtype).eps  # norm, quotient, difference and product: half of one each, and one for 0.75 max
    assert np.allclose(x[0] / z[0], 1 - 0.5 / 3, rtol=3 * eps, atol=0)
    assert not x[1].any()
    assert np.allclose(prox_l2(z, 2, axis=1)[1], 0.5, rtol=3 * eps, atol=0)


def test_float16_has_the_result_of_float32_rounded():
    z = np.array([3, -1, 0.5], np.float16)
    assert prox_linf(z, 1.0).tolist() == [2, -1, 0.5]
    assert prox_l1_inf(z, 1.0, axis=0).dtype == np.float16
    large = np.full(2, 60000, np.float16)  # of norm 84853, beyond the range
    assert np.array_equal(prox_l2(large, 30000), prox_l2(large.astype(np.float32), 30000).astype(np.float16))
    assert prox_l1_inf(z[:, None], 1.0, axis=1).tolist() == [[2], [-1], [0.5]]


def test_l1_inf_by_hand():
    # the rows have L1 norms 5 and 3, and thresholds 1 + 0 bring them to 3 and 3; those of 3 / 2 + 1 to 2 and 2
    z = fractions([[-3, 2], [3, 0]])
    assert (prox_l1_inf(z, 1, axis=1) == fractions([[-2, 1], [3, 0]])).all()
    assert (prox_l1_inf(z, Fraction(5, 2), axis=1) == fractions([[-1.5, 0.5], [2, 0]])).all()
    assert (prox_l1_inf(z, 6, axis=1) == 0).all()
    assert prox_linf(np.array([5.0, -4.0, 1.0]), 3).tolist() == [3, -3, 1]
    equal = fractions(np.ones((4, 3)))  # rows already equal share t evenly
    assert (prox_l1_inf(equal, 1, axis=1) == Fraction(3, 4)).all()


def test_l1_inf_refuses_an_axis():
    with pytest.raises(ValueError, match="axis is 2"):
        prox_l1_inf(np.ones((2, 2)), 1, axis=2)
    with pytest.raises(TypeError, match=r"axis is 0\.5"):
        prox_l1_inf(np.ones((2, 2)), 1, axis=0.5)
    with pytest.raises(TypeError, match="z is a builtins"):
        prox_linf([1.0], 1)


@pytest.mark.parametrize(("z", "t"), [
    ([[1.1], [1.1], [0.9], [0.4], [0.5]], 0.4),  # an L1 norm that rounds to just below tau: no threshold below 0
    ([[0.8, 0.9, 0.4, 0.1], [0.1 + 0.2, 1.1, 0.6 + 1e-16, 1.0]], 1.8),  # the choice goes to and fro between ties
    (np.insert(10.0 ** np.random.default_rng(779).uniform(-19, -15, (2, 142))[:, 1:], 0, 1, axis=1), 1e-19),  # tau is 1
])
def test_l1_inf_where_rounding_decides(z, t):
    z = np.array(z)
    x = prox_l1_inf(z, t, axis=1)
    assert ((x >= 0) & (x <= z)).all()
    off = fractions(x) - prox_l1_inf(fractions(z), Fraction(t), axis=1)
    assert np.abs(off).max() <= sum(z.shape) * EPS * z.sum(axis=1).max()  # as in test_l1_inf_of_floats
