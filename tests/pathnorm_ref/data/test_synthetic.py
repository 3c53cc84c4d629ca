"""Synthetic samples: the function as printed, at its joints and by its periods; the classes of Figure 2."""

import math

import numpy as np
import pytest

from pathnorm_ref.data import frequency_function, two_classes, varying_frequency


def printed(x):
    """Appendix C.2, one number at a time."""
    if 0 < x <= 1 / 2:
        return math.sin(8 * math.pi * x)
    if 1 / 2 < x <= 3 / 4:
        return math.sin(32 * math.pi * (x - 1 / 2))
    if 3 / 4 < x <= 1:
        return math.sin(8 * math.pi * (x - 3 / 4))
    raise ValueError(x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_function_is_the_printed_one(dtype):
    eps = np.finfo(dtype).eps
    joints = [joint + d for joint in (0.5, 0.75) for d in (-eps, 0, eps)]
    x = np.array([eps, *joints, 1, *np.random.default_rng(0).random(200)], dtype)
    f = frequency_function(x)
    assert f.dtype == dtype
    # an argument of up to 8 pi is rounded three times, by half an eps each
    np.testing.assert_allclose(f, [printed(float(value)) for value in x], rtol=0, atol=8 * math.pi * 2 * eps)


def test_the_pieces_have_two_four_and_one_periods():
    def crossings(start, end):
        """Changes of sign strictly inside a piece: a sine of k periods has 2 k - 1."""
        x = np.linspace(start, end, 1002)[1:-1]
        return np.count_nonzero(np.diff(np.sign(frequency_function(x))))

    assert [crossings(0, 0.5), crossings(0.5, 0.75), crossings(0.75, 1)] == [3, 7, 1]


@pytest.mark.parametrize("x", [0.0, -0.1, np.nextafter(1, 2), np.nan, np.inf])
def test_the_interval_is_half_open(x):
    with pytest.raises(ValueError, match=r"x holds values outside \(0, 1\]"):
        frequency_function(np.array([0.5, x]))


def test_the_function_needs_floats():
    with pytest.raises(TypeError, match="x has dtype int64: it must hold floats"):
        frequency_function(np.array([1]))


def test_samples_are_uniform_and_on_the_function():
    x, y = varying_frequency(np.random.default_rng(0), 10_000)
    assert x.shape == y.shape == (10_000, 1)
    assert x.dtype == y.dtype == np.float64
    np.testing.assert_array_equal(y, frequency_function(x))
    # Kolmogorov's distance exceeds 2.5 / sqrt(n) with a probability of 2 exp(-12.5), 8 in a million
    assert np.abs(np.sort(x.ravel()) - np.arange(1, 10_001) / 10_000).max() < 0.025
    assert (varying_frequency(np.random.default_rng(0), 10_000).x == x).all()
    assert len(varying_frequency(np.random.default_rng(0)).x) == 64


def test_samples_keep_out_of_0():
    class Least:
        """A generator at the lower end of its range."""

        def random(self, shape):
            return np.zeros(shape)

    assert (varying_frequency(Least(), 3).x == 1).all()


def test_two_classes_interlock():
    x, y = two_classes(np.random.default_rng(0), 101, noise=0)
    assert x.shape == (101, 2)
    assert y.shape == (101, 1)
    assert y[:4].ravel().tolist() == [1, -1, 1, -1]
    np.testing.assert_allclose(np.linalg.norm(x * y + [0.5, 0.25], axis=1), 1, rtol=1e-15)  # a few roundings
    upper, lower = x[y[:, 0] == 1], x[y[:, 0] == -1]
    assert upper[:, 1].min() < lower[:, 1].max()  # no level line parts them ...
    coefficients = np.linalg.lstsq(np.column_stack([x, np.ones(101)]), y, rcond=None)[0]
    assert (np.sign(np.column_stack([x, np.ones(101)]) @ coefficients) != y).any()  # ... nor the best line


def test_noise_is_of_the_deviation_that_is_asked_for():
    clean, noisy = (two_classes(np.random.default_rng(0), 5000, noise).x for noise in (0, 0.2))
    assert abs((noisy - clean).std() - 0.2) < 5 * 0.2 / np.sqrt(2 * 10_000)  # five deviations of a deviation


@pytest.mark.parametrize("n", [0, -1, 2.0, True, None])
def test_a_wrong_number_is_named(n):
    for function in (varying_frequency, two_classes):
        with pytest.raises(ValueError, match=r"n is .*: it must be an integer, 1 at least"):
            function(np.random.default_rng(0), n)


@pytest.mark.parametrize("noise", [-1, np.nan, np.inf])
def test_a_wrong_noise_is_named(noise):
    with pytest.raises(ValueError, match="noise is"):
        two_classes(np.random.default_rng(0), 4, noise)
