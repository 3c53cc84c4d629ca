"""Projection of many NumPy float vectors onto the L1 ball, tuned. The mathematics is in `projections`."""

import numpy as np

_BLOCK = 2**18  # bytes handled at a time: all arrays of a block fit into L2 together


def project_l1_ball(columns, size):
    """Each column of a matrix (n, m), n > 0, projected onto |w|_1 <= size, size > 0; a new array."""
    out = columns.copy(order="K")
    outside = _sums_of_magnitudes(columns) > size
    for block in _blocks(columns.T) if outside.any() else ():
        if outside[block].any():
            # copied before it is transposed: of lines 2^k bytes apart, a cache holds only a few
            rows = np.ascontiguousarray(columns[:, block].copy().T)
            rows[outside[block]] = _project(rows[outside[block]], size)
            out[:, block] = rows.T
    return out


def _blocks(a):
    """Slices of axis 0 that hold a block of bytes each."""
    step = max(1, _BLOCK // a[:1].nbytes) if a.size else 1
    return [slice(start, start + step) for start in range(0, len(a), step)]


def _sums_of_magnitudes(columns):
    """Of each column. In blocks that are long runs of memory: all magnitudes at once cost two passes more."""
    with np.errstate(over="ignore"):  # a sum that overflows is outside, as it should be
        if columns.strides[0] < columns.strides[1]:
            return np.concatenate([_column_sums(np.abs(columns[:, block])) for block in _blocks(columns.T)])
        return sum(_column_sums(np.abs(columns[block])) for block in _blocks(columns))


def _column_sums(a):
    return np.ones(len(a), a.dtype) @ a  # three times faster than `sum`


def _project(rows, size):
    """Each row projected onto |w|_1 = size, written into `rows`. Rows, so that sums run along the memory."""
    u = np.abs(rows)
    u -= u.max(axis=1, keepdims=True)
    with np.errstate(over="ignore"):  # -inf is as far from active as -1 is
        u /= size
        tau = np.maximum((u.sum(axis=1, keepdims=True) - 1) / u.shape[1], -1)
    w = _newton(u, tau)
    w *= size
    return np.copysign(w, rows, out=rows)


def _newton(u, tau):
    """max(u - tau, 0) of the tau for which each row sums to 1, from a tau that is not too large.

    Rows that have arrived stay: to drop them means to copy the others, and fresh memory is slow.
    """
    count_type = np.int16 if u.shape[1] < 2**15 else np.int64  # small integers are counted four times faster
    zeros = np.zeros(u.shape[1], u.dtype)  # a maximum with an array is three times faster than with a number
    w, positive, count = np.empty_like(u), np.empty(u.shape, bool), u.shape[1] + 1
    while True:
        np.maximum(np.subtract(u, tau, out=w), zeros, out=w)
        n_active = np.greater(w, 0, out=positive).sum(axis=1, keepdims=True, dtype=count_type)
        shrunk = n_active < count
        if not shrunk.any():
            return w
        tau = np.where(shrunk, tau + (w.sum(axis=1, keepdims=True) - 1) / n_active.astype(u.dtype), tau)
        count = n_active
