"""Euclidean norms: of any magnitude, along any axes, in every number system."""

import math
from fractions import Fraction

import array_api_compat
import array_api_strict
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from pathnorm_ref.arrays import ball, convert
from pathnorm_ref.euclidean import euclidean, norms_above

XP = array_api_compat.array_namespace(np.zeros(1))
EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True)
AXES = [None, 0, -1, (0, 2), (0, 1, 2), ()]


def exact_norm(values):
    """To 30 digits beyond the float's: integer square root of the exact sum of squares."""
    total = sum(Fraction(float(v)) ** 2 for v in values)
    scale = 2**2400 * 10**60
    return Fraction(math.isqrt(int(total * scale)), 2**1200 * 10**30)


@EXAMPLES
@given(seed=st.integers(0, 2**32), exponent=st.sampled_from([-320, -300, -160, -100, 0, 100, 160, 300]),
       spread=st.sampled_from([0, 10, 200]), n=st.integers(1, 30))
def test_any_magnitude(seed, exponent, spread, n):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, n) * 10.0 ** -rng.integers(0, spread + 1, n) * float(f"1e{exponent}")
    found, true = euclidean(XP, x), exact_norm(x)
    # n roundings of squares and n - 1 of sums, halved by the root; the root, x / peak and peak * root: 4 more
    bound = (n + 4) * Fraction(np.finfo(float).eps) * true + Fraction(5e-324)
    assert abs(Fraction(float(found)) - true) <= bound


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("scale", [0, 1e-200, 1, 1e200])
def test_axes(axis, keepdims, scale):
    x = np.random.default_rng(0).standard_normal((2, 3, 4)) * scale
    x[0, 0] = 0
    expected = np.sqrt(np.sum((x / (scale or 1)) ** 2, axis=axis, keepdims=keepdims)) * scale
    found = euclidean(XP, x, axis, keepdims)
    assert found.shape == expected.shape
    # 24 squares and sums each, of the two computations
    np.testing.assert_allclose(found, expected, rtol=2 * 26 * np.finfo(float).eps, atol=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes_and_dtype(dtype):
    largest, smallest = np.finfo(dtype).max, np.finfo(dtype).smallest_subnormal
    for value in (largest / 2, smallest * 8, dtype(0)):
        found = euclidean(XP, np.array([3, 4, 0], dtype) / 4 * value, -1)
        assert found.dtype == dtype
        assert found == 5 * (value / 4)
    assert euclidean(XP, np.zeros((0,), dtype)) == 0
    assert euclidean(XP, np.zeros((0, 3), dtype), 0).shape == (3,)


def test_exact_systems():
    x = convert(np.array([[3.0, 5.0], [4.0, 12.0]]), Fraction)
    assert euclidean(XP, x, 0).tolist() == [5, 13]
    assert euclidean(XP, x[:, 0]) == 5
    assert isinstance(euclidean(XP, x[:0]), Fraction)
    with pytest.raises(TypeError, match="not a Fraction"):
        euclidean(XP, convert(np.ones(2), Fraction))
    assert euclidean(XP, convert(np.ones(2), ball)).overlaps(arb(2).sqrt())


def test_norms_above_needs_no_root_below():
    x = convert(np.array([[1.0, 3.0], [1.0, 4.0]]), Fraction)
    above, norms = norms_above(XP, x, Fraction(2), 0)
    assert above.tolist() == [[False, True]]
    assert norms.tolist() == [[1, 5]]


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_strict_arrays(scale):
    strict = array_api_compat.array_namespace(array_api_strict.zeros(1))
    x = array_api_strict.asarray([[3.0, 0.0], [4.0, 0.0]], device=array_api_strict.Device("device1")) * scale
    found = euclidean(strict, x, 0)
    assert found.device == x.device
    # scaling by the peak, the root and the product: 2 ulp each at most
    assert abs(float(found[0]) / scale - 5) <= 5 * 6 * np.finfo(float).eps
    assert float(found[1]) == 0


def test_balls_around_zero_have_a_norm_that_encloses_the_true_ones():
    norm = euclidean(np, np.array([arb(0, 0.5), arb(0)], dtype=object))
    assert norm.contains(arb(0)) and norm.contains(arb("0.5")) and not norm > 1


@pytest.mark.parametrize("to", [float, Fraction, ball])
@pytest.mark.parametrize(("axis", "error", "message"), [
    (1.5, TypeError, "axis is 1.5: it must be None, an integer or a tuple of integers"),
    ((0, 1.0), TypeError, r"axis is \(0, 1.0\): it must be None, an integer or a tuple"),
    ("0", TypeError, "axis is '0': it must be None"), (True, TypeError, "axis is True: it must be None"),
    (2, ValueError, "axis is 2: it must hold different axes of an array that has 2"),
    (-3, ValueError, "axis is -3: it must hold"), ((0, -2), ValueError, r"axis is \(0, -2\): it must hold different"),
])
def test_a_wrong_axis_is_refused_alike_in_every_system(to, axis, error, message):
    x = convert(np.ones((2, 3)), to)
    for norm in (lambda: euclidean(XP, x, axis), lambda: norms_above(XP, x, 1, axis)):
        with pytest.raises(error, match=message):
            norm()


@pytest.mark.parametrize("axis", [1, -1, np.int64(1), (1,), [1]])
def test_an_axis_may_be_any_integer_or_sequence_of_them(axis):
    for to in (float, Fraction, ball):
        assert convert(euclidean(XP, convert(np.array([[3.0, 4.0]]), to), axis), float).tolist() == [5]


def test_arrays_without_axes():
    for to in (float, Fraction, ball):
        assert float(euclidean(XP, convert(np.array(-3.0), to))) == 3
    assert float(euclidean(array_api_strict, array_api_strict.asarray(-3e-300))) == 3e-300
