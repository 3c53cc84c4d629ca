"""The projection onto the simplex and its threshold, for `projections` and `projections_tuned`: exact in fractions and
balls; of floats on a grid of integers, so that only the result is rounded.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from pathnorm_ref.arrays import device, greater, is_exact, ones, zeros


def projected(xp, z, size, axes, among=True, start=True, n=None):
    """(x, where x > 0, theta) with x = max(z - theta, 0), for size > 0.

    Balls are compared in the slices `among` only. `start` guesses where x > 0: where z is above any numbers. `n` is the
    length of the slices, if z holds only those entries of them that may stay.

    Floats: the entries that may stay are within 3 sizes of 0 or, of those of a large `top`, of this, so that z - top is
    exact. On a grid of integers (`_Grid`) all else is exact, whatever the start and the order of the sums: only x and
    theta are rounded. With g the step of the grid, z is off by g, so theta too, and by g more as it is rounded down:
    |x - true x| <= ulp(x) / 2 + 3 g, where g <= 2^(2 b - 102) size for an n of b bits; in float32, where high and low are
    rounded apart, 2^(b - 50) size more; if x is subnormal, 3/4 ulp(x). The threshold is off by 1 ulp + 3 g.
    """
    if is_exact(z):
        theta, active = _newton(xp, z, axes, start, lambda active: _root(xp, z, size, axes, active),
                                lambda theta: greater(z, theta, among))
        return xp.where(active, z - theta, zeros(xp, z.shape, z)), active, theta
    top = xp.max(z, axis=axes, keepdims=True)
    top = xp.where(xp.abs(top) / 2 < size, xp.zeros_like(top), top)
    grid = grid_of(size, n or math.prod(z.shape[i] for i in axes))
    with np.errstate(over="ignore"):  # -inf is as far from active as any
        u = _points(xp, z - top, grid)
    tau, active = _newton(xp, z, axes, start, lambda active: _root_on_grid(xp, u, grid, axes, active),
                          lambda tau: (u.high > tau.high) | ((u.high == tau.high) & (u.low > tau.low)))
    x = _floats(xp, u.high - tau.high, u.low - tau.low, grid, z)
    return xp.where(active, x, zeros(xp, z.shape, z)), active, top + _floats(xp, tau.high, tau.low, grid, z)


def _newton(xp, z, axes, start, root, above):
    """(tau, where z is above tau): sum max(z - tau, 0) is right, exactly, from any start.

    The sum is convex and falls with tau, so that `root`, where its tangent for some active entries is right, is not
    too large, even if the start was. From there Newton's method rises, the active entries become fewer, and then stay.
    """
    active = xp.ones(z.shape, dtype=xp.bool, device=device(z)) & start
    active = active | ~xp.any(active, axis=axes, keepdims=True)  # without an active entry there is no tangent
    while True:
        tau = root(active)
        last, active = active, above(tau)
        if bool(xp.all(active == last)):
            return tau, active


def _root(xp, z, size, axes, active):
    """tau with sum (z - tau) = size over the active entries; in slices without any, a number."""
    one, zero = ones(xp, z.shape, z), zeros(xp, z.shape, z)
    count = xp.sum(xp.where(active, one, zero), axis=axes, keepdims=True)
    excess = xp.sum(xp.where(active, z, zero), axis=axes, keepdims=True) - size
    return excess / xp.where(xp.any(active, axis=axes, keepdims=True), count, xp.ones_like(count))


# --- floats on a grid ----------------------------------------------------------------------------------

class _Points(NamedTuple):
    """high + low / 2^low_bits, in units of 2^exponent: of 64-bit integers, low from 0 to 2^low_bits - 1."""

    high: Any
    low: Any


class _Grid(NamedTuple):
    exponent: int
    high_bits: int
    low_bits: int
    size: _Points


def grid_of(size, n):
    """One for numbers from -4 size to 2 size, of which n have sums below 2^53 steps: exact in float64, too."""
    room = n.bit_length()
    high_bits, low_bits = 50 - room, 52 - room
    mantissa, exponent = math.frexp(size)
    in_units = math.ldexp(mantissa, high_bits + 1)
    return _Grid(exponent - 1 - high_bits, high_bits, low_bits,
                 _Points(int(in_units), int(math.ldexp(in_units % 1, low_bits))))


def _points(xp, u, grid):
    """Those next to floats, towards 0, of u < 2 size; what is below -4 size is taken for as much."""
    if xp.finfo(u.dtype).bits < 32:
        u = xp.astype(u, xp.float32)  # of float16, the range is too small
    u = xp.clip(_times_power_of_2(u, -grid.exponent), min=-(2.0 ** (grid.high_bits + 3)))
    high = xp.trunc(u)
    low = xp.trunc((u - high) * 2.0**grid.low_bits)
    return _carried(xp.astype(high, xp.int64), xp.astype(low, xp.int64), grid)


def _carried(high, low, grid):
    return _Points(high + (low >> grid.low_bits), low & (2**grid.low_bits - 1))


def _root_on_grid(xp, u, grid, axes, active):
    """`_root`, rounded down to the grid."""
    none = xp.zeros_like(u.high)
    count, high, low = (xp.sum(xp.where(active, a, none), axis=axes, keepdims=True)
                        for a in (xp.ones_like(u.high), u.high, u.low))
    high, low = high - grid.size.high, low - grid.size.low
    tau = high // count
    return _carried(tau, ((high - tau * count) * 2**grid.low_bits + low) // count, grid)


def _floats(xp, high, low, grid, like):
    """The floats next to points, and to differences of points."""
    dtype = like.dtype if xp.finfo(like.dtype).bits >= 32 else xp.float32
    x = xp.astype(high, dtype) + xp.astype(low, dtype) * 2.0**-grid.low_bits
    return xp.astype(_times_power_of_2(x, grid.exponent), like.dtype)


def _times_power_of_2(x, k):
    return x * 2.0 ** (k // 2) * 2.0 ** (k - k // 2)  # the power may be beyond the range, though x times it is not
