"""How far a statement is from true: numbers that are positive where it fails, in the number system of the case."""

import numpy as np

from pathnorm_ref.arrays import largest


def unequal(a, b):
    """sum |a - b|: for a = b. Of arrays or numbers."""
    return np.sum(np.abs(np.asarray(a) - np.asarray(b)))


def above(a, b):
    """max(a - b): for a <= b everywhere. Of arrays or numbers."""
    return largest(np.ravel(np.asarray(a) - np.asarray(b)).tolist())


def fails(condition):
    """For a condition that is decided exactly: not for comparisons of balls, which are false where they overlap."""
    return 0 if condition else 1


def both(*violations):
    """For all of several statements."""
    return largest(list(violations))
