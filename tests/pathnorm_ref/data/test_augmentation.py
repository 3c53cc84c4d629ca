"""Random crops and mirrored images, against loops that draw the same numbers."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pathnorm_ref.data.augmentation import crop_and_flip
from tests.pathnorm_ref.training.nets import frozen


def looped(rng, x, padding):
    """Image by image, pixel by pixel."""
    n, channels, h, w = x.shape
    tops, lefts = rng.integers(0, 2 * padding + 1, (2, n))
    mirrored = rng.random((n, 1))[:, 0] < 0.5
    out = np.zeros_like(x)
    for i, c, row, column in np.ndindex(n, channels, h, w):
        r = row + tops[i] - padding
        s = (w - 1 - column if mirrored[i] else column) + lefts[i] - padding
        if 0 <= r < h and 0 <= s < w:
            out[i, c, row, column] = x[i, c, r, s]
    return out


@pytest.mark.parametrize("shape", [(7, 3, 5, 6), (5, 1, 4, 3), (1, 2, 1, 1), (0, 1, 4, 4)])
@pytest.mark.parametrize("padding", [0, 1, 4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_crops_are_those_of_a_loop(shape, padding, dtype):
    x = np.arange(1, 1 + np.prod(shape), dtype=dtype).reshape(shape)
    found = crop_and_flip(np.random.default_rng(3), frozen(x), padding)
    assert found.dtype == dtype and not np.shares_memory(found, x)
    assert_array_equal(found, looped(np.random.default_rng(3), x, padding))


def test_padding_is_4_by_default_and_draws_are_seeded():
    x = np.random.default_rng(0).random((20, 1, 8, 8))
    once, again, other = (crop_and_flip(np.random.default_rng(seed), x) for seed in (1, 1, 2))
    assert_array_equal(once, again)
    assert_array_equal(once, looped(np.random.default_rng(1), x, 4))
    assert (once != other).any()


def test_every_place_and_both_directions_occur_and_no_other():
    x = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    found = crop_and_flip(np.random.default_rng(0), np.repeat(x, 400, axis=0), 1)
    padded = np.pad(x[0, 0], 1)
    crops = [padded[i:i + 3, j:j + 3] for i in range(3) for j in range(3)]
    expected = {crop.tobytes() for crop in crops} | {crop[:, ::-1].tobytes() for crop in crops}
    assert {image[0].tobytes() for image in found} == expected
    assert len(expected) == 18


def test_without_padding_about_half_are_mirrored():
    x = np.repeat(np.arange(4.0).reshape(1, 1, 1, 4), 1000, axis=0)
    mirrored = (crop_and_flip(np.random.default_rng(0), x, 0)[:, 0, 0, 0] == 3).sum()
    assert abs(mirrored - 500) < 4 * np.sqrt(250)  # four deviations of the binomial distribution


@pytest.mark.parametrize("x", [np.zeros((3, 4, 4)), np.zeros(4)])
def test_what_is_no_batch_of_maps_is_refused(x):
    with pytest.raises(ValueError, match="x has shape"):
        crop_and_flip(np.random.default_rng(0), x)


@pytest.mark.parametrize("padding", [-1, 1.5, True, None])
def test_padding_that_is_none_is_refused(padding):
    with pytest.raises(ValueError, match="padding is"):
        crop_and_flip(np.random.default_rng(0), np.zeros((1, 1, 2, 2)), padding)
