"""Every projection of the table by its definition; the simplex and the L1 ball against exact fractions."""

import math
from fractions import Fraction

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathnorm_ref import projections, projections_tuned
from pathnorm_ref.arrays import Undecided, ball, convert, namespace
from pathnorm_ref.projections import (
    PROJECTIONS,
    project_l1_ball,
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


@POLYHEDRAL
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@EXAMPLES
@given(seed=SEEDS, size=st.sampled_from([0.25, 1, 3, 100]))
def test_accuracy(name, dtype, seed, size):
    """Against the exact projection of the same floats."""
    project, violation = PROJECTIONS[name]
    z = vector(seed).astype(dtype)
    x, true = project(z, size), project(fractions(z), Fraction(size))
    eps = Fraction(float(np.finfo(dtype).eps))
    assert x.dtype == dtype
    # Of magnitudes up to `size`: z - max, its quotient, u - tau, and the product round once each; tau by the
    # sum (log n), the quotient and the sum again, each time by eps / 2: 8 eps for n <= 12. One that is inside
    # by the true sum of |z|, or by the computed, alone: n eps / 2.
    assert np.max(np.abs(fractions(x) - true)) <= (8 + Fraction(len(z), 2)) * eps * Fraction(size)
    assert violation(np, fractions(x), Fraction(size), None) <= len(z) * 8 * eps * Fraction(size)


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


@POLYHEDRAL
@EXAMPLES
@given(seed=SEEDS, size=st.sampled_from([0.25, 1, 3, 100]), dtype=st.sampled_from([np.float32, np.float64]),
       axis=st.sampled_from([0, 1]), n=st.sampled_from([1, 5, 300]))
def test_tuned_equals_plain(name, seed, size, dtype, axis, n):
    rng = np.random.default_rng(seed)
    z = (rng.standard_normal((n, 70)) * 10.0 ** rng.integers(-3, 3, 70)).astype(dtype)
    z = z if axis == 0 else z.T.copy()
    plain = (projections._l1_ball if name == "l1_ball" else lambda *a: projections._simplex(*a)[0])(
        namespace(z=z), z, size, (axis,))
    found = PROJECTIONS[name][0](z, size, axis)
    assert found.dtype == dtype
    # both within (8 + n / 2) eps size of the truth, see test_accuracy; log2 of 300 is 9 and not 4
    np.testing.assert_allclose(found, plain, rtol=0, atol=float((26 + n) * np.finfo(dtype).eps * size))


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
    rounding = 8 * len(z) * EPS  # as in test_accuracy
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
        # the bounds of test_accuracy
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
    # 3 terms, and a size that is a power of two: 8 n eps as in test_accuracy
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
