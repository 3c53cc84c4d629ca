"""Projection of many NumPy float vectors onto the L1 ball, tuned. The mathematics is in `simplex`, the bits are its.

What is above a number below the threshold is gathered, in a training loop few entries, and all steps work on that.
"""

import math

import numpy as np

from pathnorm_ref.arrays import namespace
from pathnorm_ref.simplex import grid_of, projected

_BLOCK = 2**17  # entries of which some are gathered at a time: if few are, all copies of them fit into L2
_PIECE = 2**18  # bytes compared at a time: a piece stays in the cache, and in memory that is not fresh, which is slow
_MARGIN = 1 / 16  # a threshold that has fallen by less than this part of its guess is found in one pass


def project_l1_ball(rows, size, guesses):
    """Each row of a matrix (m, n), n > 0, projected onto |w|_1 <= size, size > 0: (x, thresholds (m,)), new arrays.

    `guesses` of the thresholds (m,), or None. ValueError for rows that are not finite, which their norms show.
    """
    norms = _norms(rows)
    if not np.isfinite(norms).all():
        namespace(z=rows)  # refuses rows, unless a norm has overflowed
    limits, n = np.finfo(rows.dtype), rows.shape[1]
    off, least = n * limits.eps, limits.smallest_subnormal  # of a norm, relatively; of what is subnormal
    with np.errstate(over="ignore"):
        outside = norms * (1 + off) > size  # perhaps: `_thresholded` decides it
    x, thresholds = np.empty_like(rows), np.zeros_like(norms)
    # a threshold that all entries share, if no norm has overflowed: it is not too large
    low = np.maximum((np.where(np.isfinite(norms), norms, 0) * (1 - 2 * off) - size) / n - least, 0)
    for block in _blocks(rows, _BLOCK * rows.itemsize):
        some = np.flatnonzero(outside[block]) + block.start
        if len(some) < len(rows[block]):
            x[block] = rows[block]
        else:
            some = block
        if outside[some].any():
            part = _contiguous(rows[some])
            guess = _first_guess(part, low[some], size) if guesses is None else guesses[some]
            out = x[some] if some is block and x[some].flags.c_contiguous else np.empty_like(part)
            thresholds[some] = _project(part, size, low[some], guess, out)
            if out.base is not x:
                x[some] = out
    return x, thresholds


def _norms(rows):
    """|w|_1 of each row, along the memory."""
    ones = np.ones(rows.shape[1], rows.dtype)  # a product with it is three times faster than `sum`
    with np.errstate(over="ignore"):  # a sum that overflows is outside, as it should be
        if rows.strides[0] >= rows.strides[1]:
            return np.concatenate([np.abs(rows[piece]) @ ones for piece in _blocks(rows, _PIECE)])
        return sum(ones[piece] @ np.abs(rows.T[piece]) for piece in _blocks(rows.T, _PIECE))


def _blocks(a, size):
    """Slices of axis 0, about equal, that hold no more than so many bytes each, or one entry of the axis."""
    parts = math.ceil(len(a) / max(1, size // a[:1].nbytes))
    return [slice(i * len(a) // parts, (i + 1) * len(a) // parts) for i in range(parts)]


def _contiguous(rows):
    """First copied as they are: of lines 2^k bytes apart, a cache holds only a few."""
    return rows if rows.flags.c_contiguous else np.ascontiguousarray(rows.copy(order="K"))


def _first_guess(rows, low, size):
    """Two steps of Newton's method from `low`, for fewer entries to gather."""
    guess = np.empty_like(low)
    for piece in _blocks(rows, _PIECE):
        v = np.abs(rows[piece])
        of = _Rows(np.full(len(v), v.shape[1]))
        with np.errstate(over="ignore", invalid="ignore"):
            guess[piece] = _newton(of, v.reshape(-1), low[piece], size, np.empty(v.size, v.dtype), 2)
    return guess


def _project(rows, size, low, guesses, x):
    """Writes to x, returns the thresholds. By the entries above `cut`: all that stay, unless their threshold is below it.

    Then it is not too large, with fewer entries than there are, and is the next `cut`. So is `low`.
    """
    limits, cut = np.finfo(rows.dtype), np.fmax(low, guesses * (1 - _MARGIN))
    ulps, least = 4 * limits.eps, limits.smallest_subnormal
    while True:
        index, counts = _above(rows, cut)
        if not counts.all():
            cut = np.where(counts > 0, cut, low)
            continue
        z = rows.reshape(-1)[index]
        w, theta = _thresholded(_Rows(counts), np.abs(z), size, np.fmax(cut, guesses), rows.shape[1])
        right = (theta * (1 - ulps) - least >= cut) | (cut == low)
        if right.all():
            break
        low = np.where(right, low, np.fmax(low, theta * (1 - 2 * ulps) - least))
        cut = np.where(right, cut, low)
    x[:] = 0
    x.reshape(-1)[index] = _with_signs(w, z)
    inside = theta <= 0
    if inside.any():
        x[inside] = rows[inside]
    return np.maximum(theta, 0)


def _above(rows, cut):
    """(Where |w| > cut, as places in memory; how often in each row)."""
    n = rows.shape[1]
    index = np.concatenate([np.flatnonzero(np.abs(rows[piece]) > cut[piece, None]) + piece.start * n
                            for piece in _blocks(rows, _PIECE)])
    return index, np.diff(np.searchsorted(index, np.arange(len(rows) + 1) * n))


class _Rows:
    """Of a flat array: rows of `counts` > 0 entries each, one behind the other."""

    def __init__(self, counts):
        self.counts, self.starts = counts, np.cumsum(counts) - counts
        self._small = np.int16 if counts.max() < 2**15 else np.int64  # small integers are added faster

    def spread(self, a):
        """A number of each row, at each of its entries."""
        return np.broadcast_to(a, self.counts) if len(self.counts) == 1 else np.repeat(a, self.counts)

    def sums(self, a):
        return np.add.reduceat(a, self.starts)

    def count(self, is_so):
        return np.add.reduceat(is_so, self.starts, dtype=self._small).astype(np.int64)


def _thresholded(of, z, size, guesses, n):
    """(x, thresholds) of z >= 0, those of `projected`, but for x <= 0, which may be negative.

    x = w - rest - left, of `_root`, has its one rounding as in `simplex._floats`, and if no x > 0 is below
    2^(54 - low_bits), without more ado: then half an ulp is a whole step of the grid, from whose multiples x is a multiple
    of 1 / count away, and part is not rounded by as much. Rows for which this does not hold, or of another origin, are
    left to `_plain`.
    """
    x, theta = np.empty_like(z), np.empty_like(guesses)
    if not 2.0**-80 < size < 2.0**80:
        _plain(of, z, np.ones(len(theta), bool), size, n, x, theta)
        return x, theta
    grid = grid_of(size, 50, 52 - n.bit_length())
    unit, least = 2.0**grid.exponent, 2.0 ** (52 - grid.low_bits)
    other = of.count(z >= 2 * size) > 0
    v = np.multiply(np.where(of.spread(other), 0, z) if other.any() else z, 1 / unit, dtype=np.float64)
    t, rest, left, w, count = _root(of, v, np.minimum(guesses.astype(np.float64), 2 * size) / unit, grid, least)
    y = np.subtract(w, of.spread(rest + left), out=v)
    near = of.count(y >= 2.0 ** (54 - grid.low_bits)) != count
    if near.any():
        entries = of.spread(near)
        part, more = (np.repeat(a[near], of.counts[near]) for a in (rest, left))
        s = w[entries] - part
        y[entries] = s + (((w[entries] - s) - part) - more)
        other |= near & (of.count(y >= 2) != count)  # as x <= 0 that is counted
    other |= t == least  # where tau may be below it
    s = t + rest
    theta[:] = (s + (((t - s) + rest) + left)) * unit
    np.multiply(y, unit, out=x, casting="same_kind")
    if other.any():
        _plain(of, z, other, size, n, x, theta)
    return x, theta


def _root(of, v, t, grid, least):
    """(t, rest, left, w, count): t + rest + left is the tau of `projected`, w = max(v - t, 0), and count how many are > 0.

    From any t; in units of the grid, and in floats: their integers are exact. With t an integer, and not below `least`,
    the entries above it are on the grid, and w is exact. Newton's method makes t all of tau but a part below 1, which the
    last w give: rest, of whole steps of the grid, and left, part of one. A sum so large that it is rounded, or cut, as it
    must fit into an integer, makes but another step.
    """
    step = 2.0**-grid.low_bits
    w, high, low = (np.empty_like(v) for _ in range(3))
    t = np.maximum(np.floor(_newton(of, v, t, grid.size.high + grid.size.low * step, w, 3)), least)
    while True:
        count = _over(of, v, t, w)
        np.subtract(w, np.trunc(w, out=high), out=low)
        total = (np.minimum(of.sums(high), 2.0**62) - grid.size.high).astype(np.int64)
        fraction = (of.sums(low) / step).astype(np.int64) - grid.size.low
        share = np.maximum(count, 1)
        rise = total // share
        steps, left = np.divmod(((total - rise * share) << grid.low_bits) + fraction, share)
        rise, rest = rise + (steps >> grid.low_bits), (steps & (2**grid.low_bits - 1)) * step
        last, t = t, np.maximum(t + rise, least)
        if (t == last).all():
            return t, rest, left / share * step, w, count


def _plain(of, z, these, size, n, x, theta):
    """Writes x and the thresholds of the rows `these`, which hold, of their n entries, those that may stay."""
    counts, entries = of.counts[these], of.spread(these)
    there = np.arange(counts.max()) < counts[:, None]
    rows = np.zeros(there.shape, z.dtype)
    rows[there] = z[entries]
    found, _, thresholds = projected(np, rows, size, (1,), n=n)
    x[entries], theta[these] = found[there], thresholds[:, 0]


def _newton(of, v, t, size, w, steps):
    """Some steps towards the t with sum max(v - t, 0) = size in each row."""
    for _ in range(steps):
        count = _over(of, v, t, w)
        t = t + ((of.sums(w) - size) / np.maximum(count, 1)).astype(w.dtype)
    return t


def _over(of, v, t, w):
    """How many entries of each row are above t. Writes max(v - t, 0) to w."""
    t = of.spread(t)
    np.subtract(np.maximum(v, t, out=w), t, out=w)
    return of.count(w > 0)


def _with_signs(w, z):
    """max(w, 0) with the signs of z, in place; three times faster than `copysign`."""
    np.maximum(w, np.zeros_like(w), out=w)
    integer = np.dtype(f"i{w.itemsize}")
    bits = w.view(integer)
    bits |= z.view(integer) & np.iinfo(integer).min
    w += 0  # a zero has no sign
    return w
