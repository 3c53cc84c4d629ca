"""Partially corrupted labels."""

import numpy as np

READINGS = ("any class", "another class")


def corrupt_labels(rng, y, p, n_classes, reading="any class"):
    """Each label replaced, with probability p, by a class drawn uniformly by the generator `rng`; a new array.

    y (n,) of integers in 0..n_classes - 1. The document says "corrupted to be uniform random class with probability
    p", which can be read in two ways:

    * "any class": from all C = n_classes, its own among them, so that a label changes with probability p (1 - 1/C);
    * "another class": from the C - 1 others, so that it changes with probability p.

    ValueError where p is outside [0, 1], labels are out of range, or there is no other class. Source: Yang et al. 2022,
    Section 5.1, modification iii (p = 0.3 and 0.7, C = 10: 27 % and 63 % of the labels change by the first reading).
    """
    y = np.asarray(y)
    _check(y, p, n_classes, reading)
    corrupted = rng.random(len(y)) < p
    if reading == "any class":
        drawn = rng.integers(0, n_classes, len(y))
    else:
        drawn = (y + rng.integers(1, n_classes, len(y))) % n_classes
    return np.where(corrupted, drawn, y).astype(y.dtype)


def _check(y, p, n_classes, reading):
    if reading not in READINGS:
        raise ValueError(f"reading is {reading!r}: it must be one of {', '.join(map(repr, READINGS))}")
    if isinstance(n_classes, bool) or not isinstance(n_classes, (int, np.integer)) or n_classes < 1:
        raise ValueError(f"n_classes is {n_classes!r}: it must be an integer, 1 at least")
    if reading == "another class" and n_classes == 1:
        raise ValueError("n_classes is 1: there is no other class")
    if not isinstance(p, (int, float, np.floating)) or not 0 <= p <= 1:
        raise ValueError(f"p is {p!r}: it must be in [0, 1]")
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"y has shape {y.shape} and dtype {y.dtype}: it must be a list of integer labels")
    if not ((y >= 0) & (y < n_classes)).all():
        raise ValueError(f"y holds labels outside 0..{n_classes - 1}")
