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
from pathnorm_ref.projections import project_l2_ball
from pathnorm_ref.prox import PROX, prox_half_square, prox_l1, prox_l2
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


@pytest.mark.parametrize("name", [name for name, (_, prox) in PROX.items()
                                  if "axis" in inspect.signature(prox).parameters])
def test_value_and_prox_agree_on_axis(name):
    g, prox = PROX[name]
    z = np.random.default_rng(0).standard_normal((3, 4))
    # 12 squares and their sums, twice
    assert g(np, z, axis=0) == pytest.approx(sum(g(np, column) for column in z.T), rel=24 * EPS)
    # a column of 3 entries, of size 4 and less, is summed in another order: 2 (n + 4) roundings
    expected = [prox(column, 0.5) for column in z.T]
    np.testing.assert_allclose(prox(z, 0.5, axis=0).T, expected, rtol=0, atol=14 * EPS * 4)


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
