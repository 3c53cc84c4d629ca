"""The projection onto the simplex and its threshold, for `projections` and `projections_tuned`: exact in fractions and
balls; of floats in integers, so that only the result is rounded.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from pathnorm_ref.arrays import device, greater, is_exact, on_cpu, ones, zeros


def projected(xp, z, size, axes, among=True, start=True, n=None):
    """(x, where x > 0, theta) with x = max(z - theta, 0), for size > 0.

    Only the slices `among` are wanted: balls are compared there alone. `start` guesses where x > 0: where z is above any
    numbers. `n` is the length of the slices, if z holds only those entries of them that may stay.

    Floats: x is the one next to the true number, whatever the start and the order of the sums: float64 rounds once, the
    smaller types once more (1/2 + 2^-29 ulp in float32). theta: 1 ulp, and not 0 if it is positive. The entries that may
    stay are within 3 sizes of 0 or, of those of a large `top`, of this, so that z - top is exact. They are put on a grid
    of integers (`_Grid`), on which theta is a quotient of integers. Slices with entries that the grid does not hold, which
    are far smaller than size, or whose x are subnormal, are solved one by one in Python's integers (`_in_integers`).
    """
    if is_exact(z):
        theta, active = _newton(xp, z, axes, start, lambda active: _root(xp, z, size, axes, active),
                                lambda theta: greater(z, theta, among))
        return xp.where(active, z - theta, zeros(xp, z.shape, z)), active, theta
    if "float64" not in xp.__array_namespace_info__().dtypes(device=device(z)):
        start = start if start is True else on_cpu(start)
        return tuple(xp.asarray(a, device=device(z)) for a in projected(np, on_cpu(z), size, axes, start=start, n=n))
    top = xp.max(z, axis=axes, keepdims=True)
    top = xp.where(xp.abs(top) / 2 < size, xp.zeros_like(top), top)
    room = (n or math.prod(z.shape[i] for i in axes)).bit_length()
    high_bits = min(50, 59 - room)  # sums have 62 bits
    grid = grid_of(size, high_bits, min(61, 102 - high_bits) - room)
    with np.errstate(over="ignore"):  # -inf is as far from active as any
        u, beside = _points(xp, z - top, grid)
    tau, active = _newton(xp, z, axes, start, lambda active: _root_on_grid(xp, u, grid, axes, active),
                          lambda tau: (u.high > tau.high) | ((u.high == tau.high) & (u.low > tau.low)))
    gap = tau._replace(high=u.high - tau.high, low=u.low - tau.low, rest=-tau.rest)
    x = xp.where(active, _floats(xp, gap, grid, room, z), zeros(xp, z.shape, z))
    with np.errstate(over="ignore"):  # below -max, for sums on the simplex alone, where it is not wanted
        theta = top + _floats(xp, tau, grid, room, z)
    # off the grid by less than 1, z moves theta by less than 1, which was rounded down: what is 2 below may stay
    may_stay = xp.clip(gap.high, -2, 2) * 2**grid.low_bits + gap.low > -3
    rounded_twice = active & (x < float(xp.finfo(z.dtype).smallest_normal)) & (xp.finfo(z.dtype).bits >= 64)
    unsure = xp.any((beside & may_stay) | rounded_twice, axis=axes, keepdims=True) & among
    positive = (top > 0) | (tau.high > 0) | (tau.high == 0) & ((tau.low > 0) | (tau.rest > 0))
    if bool(xp.any(unsure)):
        x, active, theta, positive = _in_integers(xp, z, size, axes, unsure, may_stay, x, active, theta, positive)
    least = float(xp.finfo(z.dtype).smallest_normal) * float(xp.finfo(z.dtype).eps)
    return x, active, xp.where(positive & (theta == 0), xp.full_like(theta, least), theta)


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
    """high + (low + rest / count) / 2^low_bits, in units of 2^exponent: of 64-bit integers, |rest| < count."""

    high: Any
    low: Any
    rest: Any = 0
    count: Any = 1


class _Grid(NamedTuple):
    exponent: int
    high_bits: int
    low_bits: int
    size: _Points


def grid_of(size, high_bits, low_bits):
    """One on which size, with high_bits + low_bits > 52, is a point, its high from 2^high_bits to twice as much."""
    mantissa, exponent = math.frexp(size)
    in_units = math.ldexp(mantissa, high_bits + 1)
    return _Grid(exponent - 1 - high_bits, high_bits, low_bits,
                 _Points(int(in_units), int(math.ldexp(in_units % 1, low_bits))))


def _points(xp, z, grid):
    """(Those next to floats z < 2 size, towards 0, low from 0 to 2^low_bits - 1; where z is no point).

    What is below -4 size is taken for as much.
    """
    u = xp.astype(z, xp.float32) if xp.finfo(z.dtype).bits < 32 else z  # of float16, the range is too small
    u = xp.clip(_times_power_of_2(u, -grid.exponent), min=-(2.0 ** (grid.high_bits + 3)))
    high = xp.trunc(u)
    low = xp.trunc((u - high) * 2.0**grid.low_bits)
    beside = xp.astype(_times_power_of_2(high + low * 2.0**-grid.low_bits, grid.exponent), z.dtype) != z
    return _carried(xp.astype(high, xp.int64), xp.astype(low, xp.int64), grid), beside


def _carried(high, low, grid):
    return _Points(high + (low >> grid.low_bits), low & (2**grid.low_bits - 1))


def _root_on_grid(xp, u, grid, axes, active):
    """`_root`: a point, and what the division leaves."""
    none = xp.zeros_like(u.high)
    count, high, low = (xp.sum(xp.where(active, a, none), axis=axes, keepdims=True)
                        for a in (xp.ones_like(u.high), u.high, u.low))
    high, low = high - grid.size.high, low - grid.size.low
    tau = high // count
    low = (high - tau * count) * 2**grid.low_bits + low
    return _carried(tau, low // count, grid)._replace(rest=low % count, count=count)


def _floats(xp, points, grid, room, like):
    """The floats next to points with |low| < 2^low_bits and count < 2^room.

    In units of low, with s + e = high + low exact, s + (e + rest / count) is rounded in the last sum alone, but for 2^-53 of
    |e| <= 2^(50 - room), half an ulp of s: too little to pass a tie, an integer, from which a quotient by count is farther.
    If s is small, (s count + rest) / count has an exact numerator.
    """
    dtype = like.dtype if xp.finfo(like.dtype).bits >= 64 else xp.float64
    high, low, rest, count = (xp.astype(a, dtype) for a in points)
    high = high * 2.0**grid.low_bits
    s = high + low
    e = low - (s - high)
    x = xp.where(xp.abs(s) < 2.0 ** (53 - room), (s * count + rest) / count, s + (e + rest / count))
    return xp.astype(_times_power_of_2(x, grid.exponent - grid.low_bits), like.dtype)


def _times_power_of_2(x, k):
    return x * 2.0 ** (k // 2) * 2.0 ** (k - k // 2)  # the power may be beyond the range, though x times it is not


# --- floats of any magnitudes --------------------------------------------------------------------------

def _in_integers(xp, z, size, axes, unsure, may_stay, *found):
    """`found` (x, where x > 0, theta, whether theta > 0), the slices `unsure` solved anew by their entries that may stay."""
    z, unsure, may_stay = (on_cpu(a) for a in (z, unsure, may_stay))
    x, active, theta, positive = solved = [np.array(on_cpu(a)) for a in found]
    for place in np.argwhere(unsure):
        part = (*(slice(None) if i in axes else j for i, j in enumerate(place)), ...)  # a view, even without axes
        some = may_stay[part]
        numbers, total, unit = _integers(z[part][some], size)
        stays = active[part][some]
        stays = stays | ~stays.any()  # as in `_newton`
        while True:
            count, excess = int(stays.sum()), numbers[stays].sum() - total
            last, stays = stays, numbers * count > excess
            if (stays == last).all():
                break
        up, down = 2 ** max(unit, 0), 2 ** max(-unit, 0) * count
        x[part], active[part] = 0, False
        x[part][some] = np.where(stays, (numbers * count - excess) * up / down, 0)  # a quotient of integers is rounded once
        active[part][some] = stays
        theta[tuple(place)], positive[tuple(place)] = excess * up / down, excess > 0
    return tuple(xp.asarray(a, device=device(like)) for a, like in zip(solved, found, strict=True))


def _integers(z, size):
    """(z, size, k): of Python's integers, in units of 2^k; mantissas have 64 bits at most."""
    mantissas, exponents = np.frexp(np.append(z.astype(np.result_type(z, np.float64)), size))
    high = np.trunc(mantissas * 2.0**32)
    low = (mantissas * 2.0**32 - high) * 2.0**32
    unit = exponents.min()
    high, low, shifts = (a.astype(np.int64).astype(object) for a in (high, low, exponents - unit))
    *numbers, total = ((high << 32) + low) << shifts
    return np.array(numbers, object), total, int(unit) - 64
