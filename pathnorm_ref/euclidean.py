"""The root of a sum of squares, in the one place where it is taken."""

import numpy as np

from pathnorm_ref.arrays import absolute, axis_tuple, greater, is_exact, ones, sqrt, system


def euclidean(xp, x, axis=None, keepdims=False):
    """sqrt(sum x^2) over `axis` (None: all; an integer or a tuple), safe from overflow and underflow.

    0 for empty slices. TypeError where a sum of squares of Fractions has no rational root; for a wrong `axis` as
    `arrays.axis_tuple` has it.
    """
    axis = axis_tuple(axis, x.ndim)
    if is_exact(x):
        return sqrt(xp, _exact_squares(xp, x, axis, keepdims))
    with np.errstate(over="ignore", under="ignore"):
        squares = _sum_of_squares(xp, x, axis, keepdims)
        return xp.sqrt(squares) if _in_range(xp, squares, x) else _scaled(xp, x, axis, keepdims)


def norms_above(xp, x, bound, axis):
    """(where ||x|| > bound, ||x|| there and 1 elsewhere), with dimensions kept.

    Squares are compared in exact systems, so that a Fraction needs a rational norm only where it is above. TypeError
    if it has none there; for a wrong `axis` as `arrays.axis_tuple` has it.
    """
    axis = axis_tuple(axis, x.ndim)
    if is_exact(x):
        squares = _exact_squares(xp, x, axis, keepdims=True)
        above = greater(squares, bound * bound)
        return above, sqrt(xp, xp.where(above, squares, ones(xp, squares.shape, x)))
    norms = euclidean(xp, x, axis, keepdims=True)
    above = norms > bound
    return above, xp.where(above, norms, ones(xp, norms.shape, x))


def _exact_squares(xp, x, axis, keepdims):
    return xp.sum(x * x, axis=axis, keepdims=keepdims) + system(x)(0)  # NumPy's sum of nothing is an int


def _in_range(xp, squares, x):
    """Whether no sum overflowed, nor is so small that squares lost to underflow count.

    A square below the smallest normal number `tiny` is off by at most eps tiny, and a slice has fewer than
    x.size of them: relative to a sum above x.size tiny / eps that is eps^2.
    """
    limits = xp.finfo(x.dtype)
    floor = x.size * float(limits.smallest_normal) / float(limits.eps)
    return bool(xp.all((squares > floor) & (squares <= limits.max)))


def _scaled(xp, x, axis, keepdims):
    if x.size == 0:
        return xp.sum(x, axis=axis, keepdims=keepdims)
    peak = xp.max(absolute(xp, x), axis=axis, keepdims=True)
    peak = xp.where(peak > 0, peak, ones(xp, peak.shape, x))
    norms = peak * xp.sqrt(_sum_of_squares(xp, x / peak, axis, keepdims=True))
    return norms if keepdims else xp.sum(norms, axis=axis)  # a sum of one


def _sum_of_squares(xp, x, axis, keepdims):
    if not isinstance(x, np.ndarray):
        return xp.sum(x * x, axis=axis, keepdims=keepdims)
    kept = [i for i in range(x.ndim) if i not in axis]
    total = np.einsum(x, range(x.ndim), x, range(x.ndim), kept)  # one pass, and no array of the squares
    return np.expand_dims(total, axis) if keepdims else total
