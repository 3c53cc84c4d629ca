"""Images changed at random while training."""

import numpy as np


def crop_and_flip(rng, x, padding=4):
    """Each image padded with `padding` zeros on all sides, cropped to its size at a random place, and mirrored left to
    right with probability 1/2; x (n, channels, h, w), drawn from by the generator `rng`; a new array.

    Source: Yang et al. 2022, Appendix C.1.1, CIFAR10, "random crop, random horizontal flip"; the padding of 4 is that of
    the code of its footnote 1. ValueError if x is no batch of maps, or padding is negative.
    """
    if x.ndim != 4:
        raise ValueError(f"x has shape {x.shape}: it must be (n, channels, h, w)")
    if isinstance(padding, bool) or not isinstance(padding, int) or padding < 0:
        raise ValueError(f"padding is {padding!r}: it must be an integer, 0 at least")
    n, _, h, w = x.shape
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    top, left = rng.integers(0, 2 * padding + 1, (2, n))
    columns = np.arange(w)
    columns = np.where(rng.random((n, 1)) < 0.5, columns[::-1], columns) + left[:, None]
    rows = np.arange(h) + top[:, None]
    return padded[np.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]].transpose(0, 3, 1, 2)
