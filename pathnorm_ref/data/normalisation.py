"""Normalised inputs."""

import numpy as np


def normalise(x_train, *others):
    """(x - mean) / deviation of x_train and of each other array, channel by channel; a tuple of new arrays.

    Mean and deviation, sqrt(1/n sum (x - mean)^2), are those of x_train (n, channels, ...) over all its samples and
    pixels, so that only x_train has mean 0 and variance 1 exactly. Each result has the dtype of its array. ValueError
    where x_train has a channel of a single value, or channels do not match.
    Source: Yang et al. 2022, Appendix C.1.1, "we normalize the input data" (which statistics it does not say).
    """
    for i, x in enumerate((x_train, *others)):
        _check("x_train" if i == 0 else f"others[{i - 1}]", x, x_train)
    axes = (0, *range(2, x_train.ndim))
    mean = x_train.mean(axis=axes, dtype=np.float64, keepdims=True)
    deviation = x_train.std(axis=axes, dtype=np.float64, keepdims=True)
    if (x_train.min(axis=axes) == x_train.max(axis=axes)).any():  # a deviation of rounding is none
        channel = (x_train.min(axis=axes) == x_train.max(axis=axes)).argmax()
        raise ValueError(f"x_train has one value only in channel {channel}: it cannot have unit variance")
    return tuple(((x - mean.astype(x.dtype)) / deviation.astype(x.dtype)) for x in (x_train, *others))


def _check(name, x, x_train):
    if not np.issubdtype(x.dtype, np.floating):
        raise TypeError(f"{name} has dtype {x.dtype}: it must hold floats")
    if x.ndim < 2 or x.shape[1] != x_train.shape[1]:
        raise ValueError(f"{name} has shape {x.shape}: it must be (n, channels, ...), with the channels of x_train")
    if name == "x_train" and x.size == 0:
        raise ValueError(f"x_train has shape {x.shape}: it must hold values")
