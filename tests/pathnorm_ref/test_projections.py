"""Every projection of the table by its definition; the simplex and the L1 ball against exact fractions."""

import math
from fractions import Fraction
from itertools import product

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import l1_balls
from pathnorm_ref import projections, projections_tuned
from pathnorm_ref.arrays import Undecided, ball, convert
from pathnorm_ref.projections import (
    PROJECTIONS,
    project_l1_ball,
    project_l1_ball_from,
    project_l2_ball,
    project_simplex,
    project_sphere,
)
from tests.pathnorm_ref.vectors import fractions, pythagorean, vector

EPS = np.finfo(float).eps
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True)
EVERY = pytest.mark.parametrize("name", PROJECTIONS)
POLYHEDRAL = pytest.mark.parametrize("name", ["simplex", "l1_ball"])
CONVEX = pytest.mark.parametrize("name", ["simplex", "l1_ball", "l2_ball"])
SEEDS = st.integers(0, 2**32)
SIZES = st.sampled_from([0, 0.25, 1, 3, 100])


# --- the definition, for every member of the table -----------------------------------------------------

@EVERY
@EXAMPLES
@given(seed=SEEDS, size=SIZES)
def test_result_is_a_member(name, seed, size):
    project, violation = PROJECTIONS[name]
    z = vector(seed)
    x = project(z, size)
    # (n + 4) eps size for the sum, and as much for summing it here; squares double that, in size^2
    assert violation(np, x, size, None) <= 4 * (len(z) + 4) * EPS * max(size, size**2)


@EVERY
@EXAMPLES
@given(seed=SEEDS, size=SIZES)
def test_no_member_is_nearer(name, seed, size):
    project, _ = PROJECTIONS[name]
    z = vector(seed)
    x = project(z, size)
    for k in range(10):
        y = project(x + vector(seed + k, len(z)) * 10.0 ** -k, size)
        # x and y are off the set by (n + 4) eps size, which counts times |x - z| + |y - z| in the squares
        slack = 8 * (len(z) + 4) * EPS * (size + np.abs(z).sum()) ** 2
        assert np.sum((x - z) ** 2) <= np.sum((y - z) ** 2) + slack


@EVERY
@EXAMPLES
@given(seed=SEEDS, size=SIZES)
def test_idempotent(name, seed, size):
    project, _ = PROJECTIONS[name]
    x = project(vector(seed), size)
    # x is off the set by (n + 4) eps size, so is the next
    np.testing.assert_allclose(project(x, size), x, rtol=0, atol=2 * (len(x) + 4) * EPS * size)


@CONVEX
@EXAMPLES
@given(seed=SEEDS, size=SIZES)
def test_non_expansive(name, seed, size):
    project, _ = PROJECTIONS[name]
    y = vector(seed)
    z = vector(seed + 1, len(y))
    slack = 2 * (len(y) + 4) * EPS * size  # either side is off by as much, and norms round
    distance = np.linalg.norm(project(y, size) - project(z, size))
    assert distance <= np.linalg.norm(y - z) * (1 + 2 * (len(y) + 4) * EPS) + slack


@POLYHEDRAL
@EXAMPLES
@given(seed=SEEDS, size=SIZES)
def test_optimal_exactly(name, seed, size):
    """x is the projection if and only if it is a member and <z - x, y - x> <= 0 for all vertices y."""
    project, violation = PROJECTIONS[name]
    z, size = fractions(vector(seed)), Fraction(size)
    x = project(z, size)
    assert violation(np, x, size, None) == 0
    assert all(type(entry) is Fraction for entry in x)
    slopes = z - x
    largest = max(slopes if name == "simplex" else np.abs(slopes))
    assert size * largest - slopes @ x <= 0


@pytest.mark.parametrize("name", ["l2_ball", "sphere"])
@EXAMPLES
@given(seed=SEEDS)
def test_round_sets_exactly(name, seed):
    """z - x is a multiple of x, that is not negative, and zero inside the ball."""
    project, violation = PROJECTIONS[name]
    z = pythagorean(seed)
    x = project(z, Fraction(3, 4))
    assert violation(np, x, Fraction(3, 4), None) == 0
    multiple = (z @ x) / (x @ x)
    assert multiple > 0
    assert (z == multiple * x).all()
    if name == "l2_ball":
        assert multiple >= 1
        assert multiple == 1 or x @ x == Fraction(9, 16)


def exact(z):
    return convert(np.asarray(z), Fraction)


def nearest(true, dtype):
    """The floats next to fractions: of float64, and of float32 the ones next to those."""
    return np.array([float(entry) for entry in true.flat]).reshape(true.shape).astype(dtype)


@POLYHEDRAL
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@EXAMPLES
@given(seed=SEEDS, size=st.sampled_from([1e-38, 1e-9, 0.1, 0.25, 1, 3, 100, 1e30]), n=st.sampled_from([None, None, 90, 700]))
def test_rounded_once(name, dtype, seed, size, n):
    """Every entry is the float next to the exact projection of the same floats."""
    project, violation = PROJECTIONS[name]
    z, size = vector(seed, n).astype(dtype), float(dtype(size))
    if seed % 3 == 0:
        z = (z * 10.0 ** np.random.default_rng(seed).integers(-12, 1, len(z))).astype(dtype)
    if seed % 7 == 0 and z.any():  # near the sphere, from either side
        z = (z * (size / np.abs(z).sum(dtype=float) * (1 + 10.0 ** -(seed % 17 + 3)))).astype(dtype)
    x, true = project(z, size), project(exact(z), Fraction(size))
    assert x.dtype == dtype
    assert np.array_equal(x, nearest(true, dtype))
    assert violation(np, exact(x), Fraction(size), None) <= sum(exact(np.spacing(np.abs(x)))) / 2


@POLYHEDRAL
@pytest.mark.parametrize("z", [
    [1, 1, 0.5 + 2.0**-53],  # the last is just above the threshold
    [1, 2.0**-58 + 2.0**-110],  # a threshold so near to 0 that what is above it is far finer than size
    [1, 2.0**-900, 2.0**-901],
    [0.5, 0.5 + 2.0**-53],  # barely outside: a floating sum rounds to size
    [1, 1e-323, 0],
    [2**-1074.0, 3 * 2**-1074.0, 1],
    [1.0 + 2.0**-52] * 3 + [1 / 3, 1 / 3 + 2.0**-54],
    [2.5, 3.125, 2.4375],  # subnormal for the smallest scale, with thirds
    [1 - 2.0**-53, 0],  # barely inside
    [1 - 2.0**-53, 2.0**-55, 0],
    [0.5 - 2.0**-54, 0.5 - 2.0**-54, 0],
    [1 - 2.75 * 2.0**-50, 2.875 * 2.0**-50 + 2.0**-101],  # half a step of the grid decides on which side of a tie one is
    *([1, 2.0**-k, 2.0 ** (1 - k) - 2.0 ** -(52 + k)] for k in range(40, 50)),  # the last but one is less than an ulp above
])
@pytest.mark.parametrize("scale", [1, 2.0**-1000, 2.0**-1022, 2.0**1000])
def test_rounded_once_at_the_edges(name, z, scale):
    """Where cancellation, or the smallness of an entry beside size, would leave few digits."""
    project, z = PROJECTIONS[name][0], np.array(z) * scale
    assert project(z, scale).tolist() == nearest(project(exact(z), Fraction(scale)), float).tolist()


def test_rounded_once_in_float32_beside_a_size_that_hides_the_rest():
    z = np.array([np.finfo(np.float32).max, 1, 1, -0.0, 1], np.float32)
    size = float(z[0])  # the sum of floats is size; the threshold is 3/4
    assert project_l1_ball(z, size).tolist() == [size, 0.25, 0.25, 0, 0.25]


@pytest.mark.parametrize("n", [3, 5, 7, 15])
@pytest.mark.parametrize("k", [36, 40, 42])
def test_rounded_once_beside_one_large_entry(n, k):
    """So small a threshold that the last bits of the grid count."""
    z = np.random.default_rng(n).random((3000, n)) * 2.0**-k
    z[:, 0] = 1
    x = project_l1_ball(z, 1, 1)
    assert x.tobytes() == projections._l1_ball(np, z, 1.0, (1,)).tobytes()
    assert np.array_equal(x[:300], nearest(project_l1_ball(exact(z[:300]), 1, 1), float))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n, least, largest", [(10**4, 0, 3e-4), (10**5, 0, 3e-5), (10**5, 1.8, 1.99),
                                               (8193, 3, 3), (10**5, 0, 1000)])
def test_rounded_once_in_long_slices(dtype, n, least, largest):
    z = np.random.default_rng(n).uniform(least, largest, n).astype(dtype)
    true = exact_l1_ball(z, 1)
    assert np.array_equal(project_l1_ball(z), nearest(true, dtype))
    assert project_l1_ball(z).tobytes() == projections._l1_ball(np, z, 1.0, (0,)).tobytes()


def exact_l1_ball(z, size):
    """Of positive floats z, outside: by their partial sums, in descending order."""
    z = exact(z)
    descending = np.sort(z)[::-1]
    roots = (np.cumsum(descending) - size) / np.arange(1, len(z) + 1)
    theta = roots[descending > roots][-1]
    return np.maximum(z - theta, Fraction(0))


@EVERY
@EXAMPLES
@given(seed=SEEDS, size=SIZES, axis=st.sampled_from([0, 1, -1, (0, 1), (2, 0), None]))
def test_slices_are_vectors(name, seed, size, axis):
    project, _ = PROJECTIONS[name]
    z = np.random.default_rng(seed).standard_normal((3, 2, 4))
    z[0] = z[1]
    found = project(z, size, axis)
    axes = (0, 1, 2) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    front = range(len(axes))
    slices, results = (np.moveaxis(a, axes, front).reshape(math.prod(a.shape[i] for i in axes), -1)
                       for a in (z, found))
    for k in range(slices.shape[1]):
        expected = project(slices[:, k], size)
        # sums in another order, of at most 24 entries: (n + 4) eps, as the accuracy of each
        np.testing.assert_allclose(results[:, k], expected, rtol=0, atol=2 * 28 * EPS * size)


# --- the L1 ball: one result, whatever the path ---------------------------------------------------------

def matrix(seed, dtype, n):
    """70 rows of n entries: of scales of their own, with ties, zeros, rows inside, and one on the sphere of size 3."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((70, n)) * 10.0 ** rng.integers(-3, 3, (70, 1))
    z[:10] = np.round(z[:10])
    z[10:20] *= 10.0 ** rng.integers(-20, 1, (10, n))
    z[20] = 0
    z[21] = 3 * np.eye(n)[0]
    z[22:30] *= 3 / np.maximum(np.abs(z[22:30]).sum(axis=1, keepdims=True), 1e-9)  # on the sphere, but for rounding
    return z.astype(dtype)


def guesses(seed, thresholds):
    """Of thresholds: right, nearly, stale, none, and nonsense."""
    rng = np.random.default_rng(seed)
    factors = [1, 1.01, 0.9, 30, 0, -1, 1e-30, 1e30, rng.standard_normal(thresholds.shape)]
    return [thresholds * f for f in factors] + [thresholds + rng.integers(-3, 3, thresholds.shape)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@settings(EXAMPLES, max_examples=20)
@given(seed=SEEDS, size=st.sampled_from([1e-30, 0.1, 0.25, 3, 100, 1e30]), n=st.sampled_from([1, 2, 5, 300]))
def test_tuned_and_plain_and_warm_give_the_same_bits(dtype, seed, size, n):
    z, size = matrix(seed, dtype, n), float(dtype(size))
    plain = projections._l1_ball_from(np, None, z, size, (1,))
    assert project_l1_ball(z, size, 1).tobytes() == plain.x.tobytes()
    for order in (np.ascontiguousarray, np.asfortranarray):
        for guess in (None, *(guess.astype(dtype) for guess in guesses(seed, plain.thresholds))):
            found = project_l1_ball_from(guess, order(z), size, 1)
            assert (found.x.dtype, found.thresholds.dtype) == (dtype, dtype)
            assert found.x.tobytes() == plain.x.tobytes()
            assert found.thresholds.tobytes() == plain.thresholds.tobytes()
            if guess is not None:
                assert projections._l1_ball_from(np, guess, z, size, (1,)).x.tobytes() == plain.x.tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@settings(EXAMPLES, max_examples=20)
@given(seed=SEEDS, size=st.integers(1, 40))
def test_the_same_bits_of_subnormals(dtype, seed, size):
    """A threshold is rounded to a multiple of the least number, and so may be above all entries."""
    least = np.finfo(dtype).smallest_subnormal
    rng = np.random.default_rng(seed)
    z = rng.integers(-9, 10, (30, 7)).astype(dtype) * least
    x, true = project_l1_ball(z, size * least, 1), project_l1_ball(exact(z), size * exact(least)[()], 1)
    for guess in (None, *(rng.integers(-2, 12, (3, 30, 1)).astype(dtype) * least)):
        assert project_l1_ball_from(guess, z, size * least, 1).x.tobytes() == x.tobytes()
    assert x.tobytes() == projections._l1_ball(np, z, float(size * least), (1,)).tobytes()
    assert np.array_equal(x, nearest(true, dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_slice_is_the_same_bits_in_any_company(dtype):
    """Also where blocks begin and end, in any order of its entries."""
    z = np.random.default_rng(0).standard_normal((900, 400)).astype(dtype)
    x = project_l1_ball(z, 9, 1)
    assert x[::53].tobytes() == np.stack([project_l1_ball(row, 9) for row in z[::53]]).tobytes()
    assert np.array_equal(x, project_l1_ball(z[:, ::-1].reshape(900, 20, 20), 9, (2, 1)).reshape(900, 400)[:, ::-1])


@EXAMPLES
@given(seed=SEEDS, size=st.sampled_from([0.25, 1, 3, 100]), axis=st.sampled_from([0, 1, (0, 1), None]))
def test_thresholds_and_starts_in_fractions(seed, size, axis):
    z = exact(np.round(4 * np.random.default_rng(seed).standard_normal((4, 3))) / 4)
    cold = project_l1_ball_from(None, z, size, axis)
    assert cold.thresholds.shape == np.sum(z, axis=axis, keepdims=True).shape
    soft = np.sign(z) * np.maximum(np.abs(z) - cold.thresholds, 0 * z)
    assert (cold.x == soft).all() and (cold.x == project_l1_ball(z, size, axis)).all()
    for guess in guesses(seed, cold.thresholds.astype(float)):
        warm = project_l1_ball_from(exact(guess), z, size, axis)
        assert (warm.x == cold.x).all() and (warm.thresholds == cold.thresholds).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@settings(EXAMPLES, max_examples=15)
@given(seed=SEEDS, size=st.sampled_from([0.25, 1, 3, 100]))
def test_thresholds_of_floats(dtype, seed, size):
    z = matrix(seed, dtype, 12)
    found = project_l1_ball_from(None, z, size, 1).thresholds
    true = project_l1_ball_from(None, exact(z), Fraction(size), 1).thresholds
    # half a ulp, and a second where the largest entry is the origin
    assert (np.abs(exact(found) - true) <= exact(np.spacing(found))).all()


def test_starts_in_balls_and_strict_arrays():
    z = np.array([[1.0, -2.0, 0.125], [3.0, -1.0, 0.0625]])
    cold = project_l1_ball_from(None, z, 1, 1)
    for guess in guesses(0, cold.thresholds):
        balls = project_l1_ball_from(convert(guess, ball), convert(z, ball), 1, 1)
        assert all(found.overlaps(true) for found, true in zip(balls.x.flat, convert(exact(cold.x), ball).flat, strict=True))
        device = array_api_strict.Device("no_float64")
        strict = [array_api_strict.asarray(a.astype(np.float32), device=device) for a in (guess, z)]
        x, thresholds = project_l1_ball_from(*strict, 1, 1)
        assert (x.device, thresholds.device, thresholds.shape) == (device, device, (2, 1))
        x = np.from_dlpack(array_api_strict.asarray(x, device=array_api_strict.Device("CPU_DEVICE")))
        assert x.tobytes() == project_l1_ball(z.astype(np.float32), 1, 1).tobytes()


def test_thresholds_at_the_corners():
    z = np.array([[3.0, -4.0], [0.5, 0.25], [0.0, 0.0]])
    assert project_l1_ball_from(None, z, 1, 1).thresholds.tolist() == [[3], [0], [0]]
    assert project_l1_ball_from(np.ones((3, 1)), z, 0, 1).thresholds.tolist() == [[4], [0.5], [0]]
    assert not project_l1_ball_from(np.ones((3, 1)), z, 0, 1).x.any()
    assert [a.shape for a in project_l1_ball_from(np.zeros((1, 0)), np.zeros((3, 0)), 1, 0)] == [(3, 0), (1, 0)]
    assert [float(a) for a in project_l1_ball_from(np.array(7.0), np.array(3.0), 1)] == [1, 2]
    assert project_l1_ball_from(None, np.zeros(0), 1).thresholds.tolist() == [0]


@pytest.mark.parametrize("guess", [0, 0.25, 0.5, 1, 1e30])
@pytest.mark.parametrize("z", [
    [1 - 2.0**-53, 2.0**-53],  # on the sphere; from 1 / 2, a step that rounds goes back and forth
    # from 0, a step halves the active entries at most, and the first sum, in units of the grid, has more than 63 bits
    np.repeat(np.arange(0.5, 21) / 11, 2 ** np.arange(20, -1, -1)),
], ids=["sphere", "levels"])
def test_a_start_from_afar_leads_to_the_same(z, guess):
    z = np.array(z)
    found = project_l1_ball_from(np.array([guess], float), z)
    assert [a.tobytes() for a in found] == [a.tobytes() for a in projections._l1_ball_from(np, None, z, 1.0, (0,))]


def test_arguments_of_a_warm_start():
    z = np.array([[3.0, -4.0], [0.5, 0.25]])
    z.flags.writeable = False
    thresholds = np.ones((2, 1))
    thresholds.flags.writeable = False
    found = project_l1_ball_from(thresholds, z, 1, 1)
    assert not any(np.shares_memory(a, b) for a in found for b in (z, thresholds))
    with pytest.raises(ValueError, match=r"thresholds has shape \(1, 2\): it must be \(2, 1\)"):
        project_l1_ball_from(np.ones((1, 2)), z, 1, 1)
    with pytest.raises(TypeError, match="float32"):
        project_l1_ball_from(thresholds.astype(np.float32), z, 1, 1)
    with pytest.raises(ValueError, match="thresholds holds NaN"):
        project_l1_ball_from(thresholds * np.inf, z, 1, 1)
    for bad, size in product((np.nan, np.inf), (0, 1, 1e9)):
        with pytest.raises(ValueError, match="z holds NaN"):
            project_l1_ball_from(thresholds, z * bad, size, 1)
    with pytest.raises(ValueError, match="size is -1"):
        project_l1_ball_from(thresholds, z, -1, 1)


# --- the L1 ball, as others compute it ------------------------------------------------------------------

OTHERS = pytest.mark.parametrize("other", [l1_balls.by_sort, l1_balls.by_michelot, l1_balls.by_condat,
                                           lambda z, size: l1_balls.by_bisection(z, size)[0]],
                                 ids=["sort", "Michelot", "Condat", "bisection"])


@OTHERS
@settings(EXAMPLES, max_examples=40)
@given(seed=SEEDS, scale=st.sampled_from([1e-300, 1, 1e300]), size=st.sampled_from([1e-300, 0.25, 1, 3, 1e300]))
def test_other_algorithms_exactly(other, request, seed, scale, size):
    """On vectors with ties, zeros, equal entries, a dominating entry; and one inside."""
    z = exact(np.stack([vector(seed, 7), np.round(vector(seed + 1, 7)), vector(seed + 2, 7) / 1e9])) * Fraction(scale)
    size, expected = Fraction(size), project_l1_ball(z, Fraction(size), 1)
    if "bisection" in request.node.name:  # its threshold is too small, by a gap that it states
        x, gap = l1_balls.by_bisection(z, size)
        assert (gap == np.abs(z).max(axis=1, keepdims=True) / 2**60).all()
        assert ((np.abs(expected) <= np.abs(x)) & (np.abs(x) <= np.abs(expected) + gap)).all()
    else:
        assert (other(z, size) == expected).all()


@OTHERS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@settings(EXAMPLES, max_examples=20)
@given(seed=SEEDS)
def test_other_algorithms_in_floats(other, dtype, seed):
    z = matrix(seed, dtype, 40)[:40]
    # a sum of 40 terms, its difference from size, a quotient, and |z| - theta: of max |z| or less but for the sum
    bound = (40 + 4) * np.finfo(dtype).eps * np.abs(z).sum(axis=1, keepdims=True)
    assert (np.abs(other(z, dtype(3)) - project_l1_ball(z, 3, 1)) <= bound).all()


# --- edges ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("project", [project_l1_ball, project_l2_ball])
@pytest.mark.parametrize("z", [
    [0.1, 0.2, 0.0], [-0.0, 0.0, 0.5], [3.0, 0, 0], [1e-300, -1e-320, 0], [0.0], []])
def test_inside_comes_back_bit_for_bit(project, z):
    z = np.array(z)
    for dtype in (np.float32, np.float64):
        x = project(z.astype(dtype), 3)
        assert x.tobytes() == z.astype(dtype).tobytes()
    batch = np.stack([z, z + 9], axis=1)
    assert project(batch, 3, axis=0)[:, 0].tobytes() == z.tobytes()


@EVERY
def test_size_zero_gives_zeros(name):
    for z in (np.array([1.0, -2.0]), np.zeros(3), fractions([1, 1])):
        x = PROJECTIONS[name][0](z, 0)
        assert not x.any()
        assert x.dtype == z.dtype


@EVERY
@pytest.mark.parametrize("size", [1e-300, 1e-20, 1, 1e20, 1e300])
@pytest.mark.parametrize("scale", [1e-300, 1e-20, 1, 1e20, 1e300])
@pytest.mark.parametrize("exact", [False, True])
def test_magnitudes(name, size, scale, exact):
    z = np.array([3.0, -4.0, 0.0, 1.0, 1.0, 3.0, 2.0, 3.0])  # with ties, and of norm 7
    z = fractions(z) * Fraction(scale) if exact else z * scale
    in_units = [float(abs(Fraction(entry) / Fraction(size))) for entry in PROJECTIONS[name][0](z, size)]
    size_of = {"simplex": sum, "l1_ball": sum, "l2_ball": lambda x: math.hypot(*x), "sphere": lambda x: math.hypot(*x)}
    total = size_of.get(name, lambda x: 0)(in_units)
    rounding = 8 * len(z) * EPS  # entries of norms, quotients and their squares: some steps each
    assert total <= 1 + rounding and all(map(math.isfinite, in_units))
    if name in ("simplex", "sphere"):
        assert total >= 1 - rounding


def test_cancellation():
    assert project_l1_ball(np.array([1e20, 1.0])).tolist() == [1, 0]
    assert project_simplex(np.array([1e20, 1.0])).tolist() == [1, 0]
    assert project_l1_ball(np.array([1.7e308, -1.7e308, 1.6e308])).tolist() == [0.5, -0.5, 0]
    assert project_simplex(np.array([1.7e308, -1.7e308])).tolist() == [1, 0]
    assert project_sphere(np.array([1.6e308, 1.6e308, 1.6e308, 1.6e308])).tolist() == [0.5] * 4


def test_zero_on_the_sphere():
    assert project_sphere(np.zeros((2, 2)), 3).tolist() == [[3, 0], [0, 0]]
    assert project_sphere(np.array([[0.0, 0], [3, 4]]), 5, axis=1).tolist() == [[5, 0], [3, 4]]
    assert project_sphere(fractions([0, 0]), 2).tolist() == [2, 0]


@pytest.mark.parametrize("convert_to", [float, Fraction])
def test_without_axes_every_entry_is_a_slice(convert_to):
    z = convert(np.array([2.0**-80, 2.0, -(2.0**-900)]), convert_to)
    one = convert_to(1)
    assert project_simplex(z, 1, ()).tolist() == [one, one, one]
    assert project_l1_ball(z, 1, ()).tolist() == projections._l1_ball(np, z, one, ()).tolist() == [z[0], one, z[2]]
    assert project_sphere(np.array(3.0), 1, ()).shape == project_simplex(np.array(3.0), 1, axis=()).shape == ()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_threshold_beyond_the_range(dtype):
    """Of [-most] * 3 it is -4/3 most."""
    most = float(np.finfo(dtype).max)
    third = nearest(np.array([Fraction(most) / 3] * 3), dtype)
    assert project_simplex(np.full(3, -most, dtype), most).tolist() == third.tolist()


@EVERY
@pytest.mark.parametrize("entry", [0, 5, 0.125])
def test_an_array_without_axes_is_a_vector_of_one_entry(name, entry):
    project = PROJECTIONS[name][0]
    vector = np.array([entry])
    for z in (vector.astype(np.float32), vector.astype(np.float64), convert(vector, Fraction), convert(vector, ball)):
        x = project(z[0, ...], 1)
        assert (type(x), x.shape, x.dtype) == (np.ndarray, (), z.dtype)
        assert float(x[()]) == float(project(z, 1)[0])
    with pytest.raises(ValueError, match="axis is 0"):
        project(np.array(1.0), 1, axis=0)


@EVERY
def test_batches_without_slices(name):
    assert PROJECTIONS[name][0](np.zeros((3, 0)), 1, axis=0).shape == (3, 0)


@pytest.mark.parametrize("project", [project_simplex, project_sphere])
def test_no_vectors_of_length_zero(project):
    with pytest.raises(ValueError, match=r"z has shape \(0, 2\)"):
        project(np.zeros((0, 2)), axis=0)


@EVERY
def test_refusals(name):
    project = PROJECTIONS[name][0]
    with pytest.raises(ValueError, match="size is -1"):
        project(np.ones(2), -1)
    with pytest.raises(ValueError, match="size is nan"):
        project(np.ones(2), float("nan"))
    with pytest.raises(ValueError, match="z holds NaN"):
        project(np.array([1, np.nan]))
    with pytest.raises(ValueError, match="axis is 2"):
        project(np.ones((2, 2)), axis=2)
    with pytest.raises(TypeError, match="z has dtype int"):
        project(np.ones(2, int))


@EVERY
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("size", [0, 1, 1e9])
def test_one_bad_entry_is_refused(name, bad, size):
    z = np.random.default_rng(0).standard_normal((50, 70))
    z[7, 3] = bad
    for dtype, axis in ((np.float32, 0), (np.float64, 1), (np.float64, None)):
        with pytest.raises(ValueError, match="z holds NaN or infinity"):
            PROJECTIONS[name][0](z.astype(dtype), size, axis)


@EVERY
@pytest.mark.parametrize("z", [np.array([0.1, 0.2]), np.array([5.0, 1.0]), np.zeros(2)])
@pytest.mark.parametrize("axis", [None, 0])
def test_argument_is_left_alone(name, z, axis):
    z = z.copy()
    z.flags.writeable = False
    assert not np.shares_memory(PROJECTIONS[name][0](z, 1, axis), z)


@EVERY
def test_strict_arrays(name):
    z = np.array([[1.0, -2.0, 0.1], [3.0, -1.0, 0.1]])
    for dtype in (array_api_strict.float32, array_api_strict.float64):
        strict = array_api_strict.asarray(z, dtype=dtype, device=array_api_strict.Device("device1"))
        x = PROJECTIONS[name][0](strict, 1, axis=0)
        assert (x.dtype, x.device) == (dtype, strict.device)
        on_cpu = np.asarray(array_api_strict.asarray(x, device=array_api_strict.Device("CPU_DEVICE")))
        # on the polyhedra there is no difference; on the round sets norms of 6 squares, 2 (n + 3) eps
        np.testing.assert_allclose(on_cpu, PROJECTIONS[name][0](z, 1, axis=0), rtol=0,
                                   atol=2 * 9 * np.finfo(on_cpu.dtype).eps)


@EVERY
@EXAMPLES
@given(seed=SEEDS)
def test_balls_enclose(name, seed):
    project = PROJECTIONS[name][0]
    z = pythagorean(seed)
    try:
        balls = project(convert(z, ball), Fraction(1, 2))
    except Undecided:  # an entry at the threshold itself
        return
    exact = convert(project(z, Fraction(1, 2)), ball)
    assert all(found.overlaps(true) for found, true in zip(balls, exact, strict=True))


def test_only_offending_columns_are_projected(monkeypatch):
    seen = []
    project = projections_tuned._project

    def spy(rows, *others):
        seen.append(len(rows))
        return project(rows, *others)

    monkeypatch.setattr(projections_tuned, "_project", spy)
    z = np.full((4, 1000), 0.1)
    z[:, 7] = 1
    x = project_l1_ball(z, axis=0)
    assert seen == [1]
    assert x[:, 7].tolist() == [0.25] * 4
    assert (np.delete(x, 7, axis=1) == 0.1).all()


@EVERY
@pytest.mark.parametrize("dtype", [">f8", np.longdouble], ids=["swapped", "long"])
def test_floats_that_the_tuned_path_does_not_know(name, dtype):
    z = np.array([3.0, -4, 0.1], dtype)
    # norms of 3 squares and their quotients: some steps each
    expected = PROJECTIONS[name][0](z.astype(float), 1)
    assert np.abs(PROJECTIONS[name][0](z, 1).astype(float) - expected).max() <= 8 * 3 * EPS


@EVERY
@pytest.mark.parametrize("size", [1e-300, 3e-46])
def test_a_size_that_float32_rounds_to_zero_is_zero(name, size):
    z = np.array([3.0, -4, 0.1], np.float32)
    assert (PROJECTIONS[name][0](z, size) == 0).all()


@EVERY
def test_a_size_beyond_float32_is_refused(name):
    with pytest.raises(ValueError, match=r"size is 1e\+300: it must be finite in float32"):
        PROJECTIONS[name][0](np.ones(3, np.float32), 1e300)
