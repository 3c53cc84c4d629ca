"""Sets of images as the experiments read them."""

from functools import lru_cache

import numpy as np

from pathnorm_ref import data


@lru_cache(maxsize=1)
def read(name, place):
    """The data set, read once in a process."""
    return data.load(name, place.folder, place.download)


def enlarged(images, size=32):
    """Images with each pixel repeated as often as it fits, and zeros around, so that they are size x size at least."""
    times = max(1, size // max(images.shape[2:]))
    images = images.repeat(times, axis=2).repeat(times, axis=3)
    margins = [(max(0, size - n) // 2, (max(0, size - n) + 1) // 2) for n in images.shape[2:]]
    return np.pad(images, ((0, 0), (0, 0), *margins))
