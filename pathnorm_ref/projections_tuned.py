"""Projection of many NumPy float vectors onto the L1 ball, tuned. The mathematics is in `projections`."""

import numpy as np

from pathnorm_ref.arrays import namespace

_WIDE = 2**20
_BLOCK = 2**18  # bytes handled at a time: all arrays of a block fit into L2 together


def project_l1_ball(z, size):
    """Each column of a matrix (n, m), n > 0, projected onto |w|_1 <= size, size > 0; a new array.

    ValueError if z is not finite: then the norm of a column is not finite either, so that all others need no look.
    """
    norms = _sums_of_magnitudes(z)
    if not np.isfinite(norms).all():
        namespace(z=z)  # refuses what is not finite; a norm may have overflowed
    outside = norms > size
    out = np.empty_like(z) if outside.all() else z.copy(order="K")
    step = max(8, _WIDE // z[:, :1].nbytes // 8 * 8)  # columns: whole cache lines
    gathered = np.empty((step, len(z)), z.dtype)  # once: fresh memory is slow
    for start in range(0, z.shape[1], step):
        block = slice(start, start + step)
        rows = gathered[:len(outside[block])]
        if outside[block].any():
            rows[:] = z[:, block].copy().T  # copied before it is transposed: of lines 2^k bytes apart, a cache holds only a few
            for part in _blocks(rows):
                chosen = outside[block][part]
                if chosen.all():
                    _project(rows[part], size)
                elif chosen.any():
                    rows[part][chosen] = _project(rows[part][chosen], size)
            out[:, block] = rows.T
    return out


def _sums_of_magnitudes(z):
    """Of each column. In blocks that are long runs of memory: all magnitudes at once cost two passes more."""
    with np.errstate(over="ignore"):  # a sum that overflows is outside, as it should be
        if z.strides[0] < z.strides[1]:
            return np.concatenate([_column_sums(np.abs(z[:, block])) for block in _blocks(z.T)])
        return sum(_column_sums(np.abs(z[block])) for block in _blocks(z))


def _blocks(a):
    """Slices of axis 0 that hold a block of bytes each."""
    step = max(1, _BLOCK // a[:1].nbytes)
    return [slice(start, start + step) for start in range(0, len(a), step)]


def _column_sums(a):
    return np.ones(len(a), a.dtype) @ a  # three times faster than `sum`


def _project(rows, size):
    """Each row projected onto |w|_1 = size, in place. Rows, so that sums run along the memory."""
    u = np.abs(rows)
    u -= u.max(axis=1, keepdims=True)
    with np.errstate(over="ignore"):  # -inf is as far from active as -1 is
        u /= size
        tau = np.maximum((_row_sums(u) - 1) / u.shape[1], -1)
    w = _newton(u, tau)
    w *= size
    bits = f"i{w.itemsize}"
    signs = rows.view(bits)
    signs &= np.iinfo(bits).min
    signs |= w.view(bits)
    return rows


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
        tau = np.where(shrunk, tau + (_row_sums(w) - 1) / n_active.astype(u.dtype), tau)
        count = n_active


def _row_sums(a):
    return np.einsum("ij->i", a)[:, None]  # twice as fast as `sum`
