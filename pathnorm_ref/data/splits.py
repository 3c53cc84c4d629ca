"""Samples chosen at random from a set: a validation part, and a few of each class."""

from typing import NamedTuple

import numpy as np


class Samples(NamedTuple):
    """Inputs x (n, ...) and targets y (n, ...)."""

    x: np.ndarray
    y: np.ndarray


class Split(NamedTuple):
    """A training and a validation part."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray


def split(rng, x, y, n_validation):
    """`n_validation` samples, drawn without replacement by the generator `rng`, and the others to train on.

    x (n, ...), y (n, ...); both parts in the order in which they stand in x. ValueError unless 0 <= n_validation < n.
    Source: Yang et al. 2022, Appendix C.1.1, "randomly split".
    """
    x, y = _checked(x, y)
    if not _is_count(n_validation) or not n_validation < len(x):
        raise ValueError(f"n_validation is {n_validation!r}: it must be an integer in 0..{len(x) - 1}, x has {len(x)} "
                         "samples")
    chosen = np.zeros(len(x), bool)
    chosen[rng.choice(len(x), n_validation, replace=False)] = True
    return Split(x[~chosen], y[~chosen], x[chosen], y[chosen])


def subset_per_class(rng, x, y, n):
    """`n` samples of each class that y has, drawn without replacement by the generator `rng`.

    x (m, ...), y (m,) of integers; in the order in which they stand in x. ValueError where a class has fewer.
    Source: Yang et al. 2022, Section 5, "we randomly subsample 100 images per class" (n = 100).
    """
    x, y = _checked(x, y)
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"y has shape {y.shape} and dtype {y.dtype}: it must be a list of integer labels")
    if not _is_count(n):
        raise ValueError(f"n is {n!r}: it must be an integer, 0 at least")
    classes, counts = np.unique(y, return_counts=True)
    if (counts < n).any():
        scarce = counts.argmin()
        raise ValueError(f"n is {n}: class {classes[scarce]} has {counts[scarce]} samples only")
    chosen = np.sort(np.concatenate([rng.choice(np.flatnonzero(y == c), n, replace=False) for c in classes]))
    return Samples(x[chosen], y[chosen])


def _checked(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim == 0 or y.ndim == 0 or len(x) == 0 or len(x) != len(y):
        raise ValueError(f"x has shape {x.shape} and y {y.shape}: they must hold the same number of samples, 1 at least")
    return x, y


def _is_count(n):
    return isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n >= 0
