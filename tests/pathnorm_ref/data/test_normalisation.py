"""Normalised inputs: mean 0 and variance 1 by channel, others by the statistics of the first."""

import numpy as np
import pytest

from pathnorm_ref.data import normalise


def images(n, seed, dtype):
    """Channels of different mean and spread, read-only."""
    x = np.random.default_rng(seed).random((n, 3, 4, 5)) * [[[[1]], [[20]], [[0.01]]]] + [[[[0]], [[-5]], [[300]]]]
    x = x.astype(dtype)
    x.flags.writeable = False
    return x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_each_channel_has_mean_0_and_variance_1(dtype):
    x, = normalise(images(100, 0, dtype))
    assert x.dtype == dtype
    # the third channel's values are rounded at 300, 1e5 deviations from 0: it loses a factor 1e5 of precision
    tolerance = 1e5 * np.finfo(dtype).eps
    np.testing.assert_allclose(x.mean(axis=(0, 2, 3), dtype=float), 0, atol=tolerance)
    np.testing.assert_allclose(x.std(axis=(0, 2, 3), dtype=float), 1, rtol=tolerance)


def test_others_go_by_the_statistics_of_the_first():
    x_train, x_test = images(50, 0, float), images(20, 1, float)
    _, shared = normalise(x_train, x_test)
    together, = normalise(np.concatenate([x_train, x_test]))
    assert not np.allclose(shared, together[50:])
    for channel in range(3):
        values = x_train[:, channel]
        expected = (x_test[:, channel] - np.mean(values)) / np.sqrt(np.mean((values - np.mean(values)) ** 2))
        np.testing.assert_allclose(shared[:, channel], expected, rtol=0, atol=1e-9)  # 1e5 deviations from 0, as above


def test_many_values_are_summed_in_double_precision():
    x, = normalise((1 + np.random.default_rng(0).random((400_000, 2)) / 10).astype(np.float32))
    assert np.abs(x.mean(axis=0, dtype=float)).max() < 1e-5  # sums in float32 would be off by 1e-2


def test_columns_are_channels_too():
    x, = normalise(np.array([[1.0, 10.0], [3.0, 30.0]]))
    np.testing.assert_array_equal(x, [[-1, -1], [1, 1]])


def test_a_constant_channel_is_named():
    x = np.ones((7, 2, 2, 2)) * 0.1  # whose computed deviation is not 0
    x[:, 0] = np.arange(7)[:, None, None]
    with pytest.raises(ValueError, match="x_train has one value only in channel 1"):
        normalise(x)


@pytest.mark.parametrize(("arrays", "error", "message"), [
    ([np.ones((2, 2), int)], TypeError, "x_train has dtype int64"),
    ([np.eye(2), np.ones((2, 2), int)], TypeError, r"others\[0\] has dtype int64"),
    ([np.eye(2), np.eye(2), np.eye(3)], ValueError, r"others\[1\] has shape \(3, 3\)"),
    ([np.ones(2)], ValueError, r"x_train has shape \(2,\)"),
    ([np.ones((0, 2))], ValueError, r"x_train has shape \(0, 2\): it must hold values")])
def test_wrong_arrays_are_named(arrays, error, message):
    with pytest.raises(error, match=message):
        normalise(*arrays)


def test_other_sets_may_be_empty():
    assert normalise(np.eye(2), np.ones((0, 2)))[1].shape == (0, 2)
