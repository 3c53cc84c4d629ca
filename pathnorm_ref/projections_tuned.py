"""Projection of many NumPy float vectors onto the L1 ball, tuned. The mathematics is in `projections`."""

import numpy as np

from pathnorm_ref.arrays import namespace

_BLOCK = 2**18  # bytes handled at a time: all arrays of a block fit into L2 together
_GATHERED = 2**20  # bytes of columns made rows at a time: of each line of z, whole cache lines


def project_l1_ball(z, size):
    """Each column of a matrix (n, m), n > 0, projected onto |w|_1 <= size, size > 0; a new array.

    ValueError for a z that is not finite, which its norms show without a pass of their own.
    """
    norms = _norms(z)
    if not np.isfinite(norms).all():
        namespace(z=z)  # refuses z, unless a norm has overflowed
    outside = norms > size
    out = np.empty_like(z) if outside.all() else z.copy(order="K")
    gathered = np.empty((max(1, _GATHERED // z[:, :1].nbytes), len(z)), z.dtype)  # once: fresh memory is slow
    for start in range(0, z.shape[1], len(gathered)):
        block = slice(start, start + len(gathered))
        if outside[block].any():
            rows = gathered[:len(outside[block])]
            rows[:] = z[:, block].copy().T  # first copied: of lines 2^k bytes apart, a cache holds only a few
            _project_some(rows, size, outside[block])
            out[:, block] = rows.T
    return out


def _project_some(rows, size, chosen):
    """In place. Those that are not chosen stay, bit for bit."""
    for block in _blocks(rows):
        if chosen[block].all():
            _project(rows[block], size)
        elif chosen[block].any():
            rows[block][chosen[block]] = _project(rows[block][chosen[block]], size)


def _norms(z):
    """|w|_1 of each column. In blocks that are long runs of memory: all magnitudes at once cost two passes more."""
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
    return _copy_signs(rows, w)


def _copy_signs(rows, w):
    """w with the signs of rows, in their place; three times faster than `copysign`."""
    integer = np.dtype(f"i{w.itemsize}")
    bits = rows.view(integer)
    bits &= np.iinfo(integer).min
    bits |= w.view(integer)
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
