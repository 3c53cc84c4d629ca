"""Projection of many NumPy float vectors onto the L1 ball, tuned. The mathematics is in `simplex`, the bits are its.

What is above a number below the threshold is gathered, in a training loop few entries, and all steps work on that.
"""

import numpy as np

from pathnorm_ref.arrays import namespace
from pathnorm_ref.simplex import grid_of, projected

_BLOCK = 2**20  # bytes whose entries are gathered at a time: what is gathered fits into L2
_PIECE = 2**18  # bytes compared at a time: a piece stays in the cache, and in memory that is not fresh, which is slow
_GATHERED = 2**15  # entries worked on at a time, once gathered: all copies of them, in float64, fit into L2
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
    for block in _blocks(rows, _BLOCK):
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
    """Slices of axis 0 that hold so many bytes each."""
    step = max(1, size // a[:1].nbytes)
    return [slice(start, start + step) for start in range(0, len(a), step)]


def _contiguous(rows):
    """First copied as they are: of lines 2^k bytes apart, a cache holds only a few."""
    return rows if rows.flags.c_contiguous else np.ascontiguousarray(rows.copy(order="K"))


def _first_guess(rows, low, size):
    """Two steps of Newton's method from `low`, for fewer entries to gather."""
    guess = np.empty_like(low)
    for piece in _blocks(rows, _PIECE):
        v = np.abs(rows[piece])
        w, t = np.empty_like(v), low[piece, None]
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(2):
                t, _ = _step(v, t, size, w)
        guess[piece] = t[:, 0]
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
        z, place = _side_by_side(rows, index, counts)
        start = np.fmax(cut, guesses)
        w, theta = map(np.concatenate, zip(*(_thresholded(z[piece], size, start[piece], rows.shape[1])
                                             for piece in _blocks(z, z.itemsize * _GATHERED)), strict=True))
        right = (theta * (1 - ulps) - least >= cut) | (cut == low)
        if right.all():
            break
        low = np.where(right, low, np.fmax(low, theta * (1 - 2 * ulps) - least))
        cut = np.where(right, cut, low)
    x[:] = 0
    x.reshape(-1)[index] = _with_signs(w.reshape(-1)[place], rows.reshape(-1)[index])
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


def _side_by_side(rows, index, counts):
    """(|w| of the places, each row's side by side, and zeros behind them; where they are now)."""
    width = counts.max()
    place = np.arange(len(index)) + np.repeat(np.arange(len(counts)) * width - np.cumsum(counts) + counts, counts)
    z = np.zeros((len(counts), width), rows.dtype)
    z.reshape(-1)[place] = np.abs(rows.reshape(-1)[index])
    return z, place


def _thresholded(z, size, guesses, n):
    """What `_plain` gives, but for x <= 0, which may be negative.

    In units of the grid, and in floats: their integers are exact. With t an integer, w = max(z - t, 0) is exact, and on
    the grid if t is above 2^(52 - low_bits). Newton's method makes it the tau of `_plain` but for a part below 1, which
    the last w give: rest, and left / count of a step. x = w - rest - left / count has its one rounding as in `_floats`, and
    if no x > 0 is below 2^(54 - low_bits), without more ado: then half an ulp is a whole step, from whose multiples x is a
    multiple of 1 / count away, and part is not rounded by as much. Rows for which this does not hold, or of another
    origin, are left to `_plain`.
    """
    if not 2.0**-80 < size < 2.0**80:
        return _plain(z, size, n)
    grid = grid_of(size, 50, 52 - n.bit_length())
    unit, step = 2.0**grid.exponent, 2.0**-grid.low_bits
    other = z.max(axis=1, keepdims=True) / 2 >= size
    v = np.multiply(np.where(other, 0, z) if other.any() else z, 1 / unit, dtype=np.float64)
    t = np.minimum(guesses.astype(np.float64), 2 * size)[:, None] / unit
    w, high, low = (np.empty_like(v) for _ in range(3))
    t = np.floor(_newton(v, t, size / unit, w))
    while True:
        count = _over(v, t, w)
        np.subtract(w, np.trunc(w, out=high), out=low)
        total = (_row_sums(high) - grid.size.high).astype(np.int64)
        fraction = (_row_sums(low) / step).astype(np.int64) - grid.size.low
        share = np.maximum(count, 1)
        rise = total // share
        steps, left = np.divmod(((total - rise * share) << grid.low_bits) + fraction, share)
        rise, rest = rise + (steps >> grid.low_bits), (steps & (2**grid.low_bits - 1)) * step
        if not rise.any():
            break
        t += rise
    left = left / share * step
    x = np.subtract(w, rest + left, out=high)
    near = (_count(x >= 2.0 ** (54 - grid.low_bits)) != count)[:, 0]
    if near.any():
        s = w[near] - rest[near]
        x[near] = s + (((w[near] - s) - rest[near]) - left[near])
        other[near] |= _count(x[near] >= 2) != count[near]  # as x <= 0 that is counted
    other |= (t < 2.0 ** (52 - grid.low_bits)) | (count == 0)
    s = t + rest
    theta = s + (((t - s) + rest) + left)
    x *= unit
    x, theta, other = x.astype(z.dtype, copy=False), (theta * unit).astype(z.dtype)[:, 0], other[:, 0]
    if other.any():
        x[other], theta[other] = _plain(z[other], size, n)
    return x, theta


def _plain(z, size, n):
    """(x, thresholds) of rows that hold, of their n entries, those that may stay."""
    x, _, theta = projected(np, z, size, (1,), n=n)
    return x, theta[:, 0]


def _newton(v, t, size, w):
    """A few steps to the t with sum max(v - t, 0) = size in each row: cheaper than those on the grid, which follow."""
    for _ in range(3):
        t, _ = _step(v, t, size, w)
    return t


def _step(v, t, size, w):
    """(Newton's next t, how many entries of each row were above t)."""
    count = _over(v, t, w)
    return t + ((_row_sums(w) - size) / np.maximum(count, 1)).astype(w.dtype), count


def _over(v, t, w):
    """How many entries of each row are above t. Writes max(v - t, 0) to w."""
    np.maximum(np.subtract(v, t, out=w), np.zeros(v.shape[1], v.dtype), out=w)  # three times faster than with a number
    return _count(w > 0)


def _count(positive):
    small = np.int16 if positive.shape[1] < 2**15 else np.int64  # small integers are added faster
    return positive.sum(axis=1, keepdims=True, dtype=small).astype(np.int64)


def _row_sums(a):
    return np.einsum("ij->i", a)[:, None]  # twice as fast as `sum`


def _with_signs(w, z):
    """max(w, 0) with the signs of z, in place; three times faster than `copysign`."""
    np.maximum(w, np.zeros_like(w), out=w)
    integer = np.dtype(f"i{w.itemsize}")
    bits = w.view(integer)
    bits |= z.view(integer) & np.iinfo(integer).min
    w += 0  # a zero has no sign
    return w
