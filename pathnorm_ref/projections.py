"""Euclidean projections: project_<set>(z, size, axis) = argmin_{x in set} ||x - z||.

`axis` None takes the whole array as one vector; an integer or a tuple of them, every slice along it. The
result has the shape, dtype and device of z and never shares its memory. TypeError or ValueError for an
array that is not finite, and for a size that is negative.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from pathnorm_ref import projections_tuned
from pathnorm_ref.arrays import (
    absolute,
    axis_tuple,
    device,
    greater,
    is_exact,
    is_numpy_floats,
    maxima,
    namespace,
    number,
    ones,
    scalars_as_vectors,
    system,
    zeros,
)
from pathnorm_ref.euclidean import euclidean, norms_above


@scalars_as_vectors
def project_simplex(z, size=1, axis=None):
    """Onto {x >= 0, sum x = size}: x = max(z - tau, 0), with tau such that the sum is right.

    Held et al. 1974, Section 3; Newton's method on tau. ValueError for empty slices.
    """
    xp, size, axes = _check(z, size, axis)
    _check_not_empty(z, axes, "a simplex")
    if z.size == 0 or size == 0:
        return zeros(xp, z.shape, z)
    return _simplex(xp, z, size, axes)[0]


@scalars_as_vectors
def project_l1_ball(z, size=1, axis=None):
    """Onto {sum |x| <= size}. A slice that is inside comes back bit for bit.

    From outside: the projection of |z| onto the simplex, with the signs of z (Duchi et al. 2008, Section 4).
    """
    if is_numpy_floats(z) and z.size and (size := number("size", size, z, at_least=0)) > 0:
        return _tuned_l1_ball(None, z, size, axis_tuple(axis, z.ndim)).x
    xp, size, axes = _check(z, size, axis)
    if z.size == 0 or size == 0:
        return zeros(xp, z.shape, z)
    return _l1_ball(xp, z, size, axes)


class Projected(NamedTuple):
    """x, and of each slice the theta >= 0 with x = sign(z) max(|z| - theta, 0): 0 for a slice that is inside."""

    x: Any
    thresholds: Any


def project_l1_ball_from(thresholds, z, size=1, axis=None):
    """`project_l1_ball` for a z near one that was projected before: (x, thresholds), with its x for any thresholds.

    `thresholds`: of the earlier call, of the shape that sums along `axis` with dimensions kept have; None for the
    first. Newton's method starts from them; one step from a theta that is too large leads to one that is not, as the
    sum is convex, so they save steps and change nothing. ValueError for another shape, TypeError for another dtype.
    """
    tuned = is_numpy_floats(z) and z.size and z.ndim and number("size", size, z, at_least=0) > 0
    xp = namespace(z=z[:0] if tuned else z, **({} if thresholds is None else {"thresholds": thresholds}))
    size, axes = number("size", size, z, at_least=0), axis_tuple(axis, z.ndim)
    if thresholds is not None and thresholds.shape != _kept(z, axes):
        raise ValueError(f"thresholds has shape {thresholds.shape}: it must be {_kept(z, axes)}, one for each slice of z")
    if tuned:
        return _tuned_l1_ball(thresholds, z, size, axes)
    if z.ndim == 0:
        thresholds = None if thresholds is None else xp.reshape(thresholds, (1,))
        return Projected(*(xp.reshape(a, ()) for a in project_l1_ball_from(thresholds, xp.reshape(z, (1,)), size)))
    if z.size == 0:
        return Projected(zeros(xp, z.shape, z), zeros(xp, _kept(z, axes), z))
    if size == 0:
        return Projected(zeros(xp, z.shape, z), maxima(xp, absolute(xp, z), axes))
    return _l1_ball_from(xp, thresholds, z, size, axes)


@scalars_as_vectors
def project_l2_ball(z, size=1, axis=None):
    """Onto {||x|| <= size}: size z / ||z|| from outside. A slice that is inside comes back bit for bit.

    TypeError if a slice of Fractions is outside and its norm is not rational.
    """
    xp, size, axes = _check(z, size, axis)
    if z.size == 0 or size == 0:
        return zeros(xp, z.shape, z)
    outside, _ = norms_above(xp, z, size, axes)
    if not bool(xp.any(outside)):
        return xp.asarray(z, copy=True)
    return xp.where(outside, size * unit_vectors(xp, xp.where(outside, z, zeros(xp, z.shape, z)), axes), z)


@scalars_as_vectors
def project_sphere(z, size=1, axis=None):
    """Onto {||x|| = size}: size z / ||z||.

    Every point of the sphere is nearest to z = 0; the answer is size times the first coordinate vector.
    ValueError for empty slices; TypeError if the norm of a slice of Fractions is not rational.
    """
    xp, size, axes = _check(z, size, axis)
    _check_not_empty(z, axes, "a sphere")
    if z.size == 0 or size == 0:
        return zeros(xp, z.shape, z)
    return size * unit_vectors(xp, z, axes)


# --- arguments -----------------------------------------------------------------------------------------

def _check(z, size, axis):
    xp = namespace(z=z)
    return xp, number("size", size, z, at_least=0), axis_tuple(axis, z.ndim)


def _check_not_empty(z, axes, name):
    if any(z.shape[i] == 0 for i in axes):
        raise ValueError(f"z has shape {z.shape}: {name} has no vectors of length 0")


def _kept(z, axes):
    """The shape of sums along some axes, with dimensions kept."""
    return tuple(1 if i in axes else n for i, n in enumerate(z.shape))


# --- the simplex and the L1 ball -----------------------------------------------------------------------

def _l1_ball(xp, z, size, axes):
    """The plain path, for every number system and library; `projections_tuned` gives the same bits."""
    return _l1_ball_from(xp, None, z, size, axes).x


def _l1_ball_from(xp, thresholds, z, size, axes):
    magnitude = absolute(xp, z)
    outside = greater(xp.sum(magnitude, axis=axes, keepdims=True), size) if is_exact(z) else True
    start = True if thresholds is None else magnitude > thresholds
    x, active, theta = _simplex(xp, magnitude, size, axes, outside, start)
    zero = zeros(xp, theta.shape, z)
    outside = outside if is_exact(z) else theta > zero  # as a sum of floats is not the norm
    x = xp.where(active & ~greater(z, 0, among=active), zero - x, x)  # a zero has no sign
    return Projected(xp.where(outside, x, z), xp.where(outside, theta, zero))


def _tuned_l1_ball(thresholds, z, size, axes):
    """`_l1_ball_from` of NumPy floats, their slices made the rows of a matrix. It refuses what is not finite."""
    rest = tuple(i for i in range(z.ndim) if i not in axes)
    moved = z.transpose(rest + axes)
    rows = moved.reshape(math.prod(moved.shape[:len(rest)]), math.prod(moved.shape[len(rest):]))
    guesses = None if thresholds is None else thresholds.transpose(rest + axes).reshape(len(rows))

    def simplex(part):
        x, _, theta = _simplex(np, part, size, (1,), n=rows.shape[1])
        return x, theta[:, 0]

    x, theta = projections_tuned.project_l1_ball(rows, size, guesses, _grid(size, rows.shape[1]), simplex)
    x = x.reshape(moved.shape).transpose([(rest + axes).index(i) for i in range(z.ndim)])
    return Projected(x, theta.reshape(_kept(z, axes)))


def _simplex(xp, z, size, axes, among=True, start=True, n=None):
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
    grid = _grid(size, n or math.prod(z.shape[i] for i in axes))
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


def _grid(size, n):
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


# --- the L2 ball and the sphere ------------------------------------------------------------------------

def unit_vectors(xp, z, axes):
    """z / ||z||, and the first coordinate vector for z = 0: `project_sphere` of arguments that have been checked."""
    if not is_exact(z):
        norms = euclidean(xp, z, axes, keepdims=True)
        limits = xp.finfo(z.dtype)
        if bool(xp.all((norms > float(limits.smallest_normal)) & (norms <= float(limits.max)))):
            return z / norms  # the usual case: no slice is 0, no norm beyond the range, nor so small that it is inaccurate
        z = _scaled(xp, z, axes)
    first = zeros(xp, tuple(n if i in axes else 1 for i, n in enumerate(z.shape)), z)
    first[(0,) * z.ndim] = system(z)(1)
    nonzero, norms = norms_above(xp, z, 0, axes)
    return xp.where(nonzero, z / norms, first)


def _scaled(xp, z, axes):
    """z with a largest magnitude of 1 in each slice: it has a finite norm even where z has none."""
    peaks = xp.max(absolute(xp, z), axis=axes, keepdims=True)
    return z / xp.where(peaks > 0, peaks, ones(xp, peaks.shape, z))


# --- the table -----------------------------------------------------------------------------------------

def _simplex_violation(xp, x, size, axes):
    return absolute(xp, xp.sum(x, axis=axes) - size) + xp.sum(absolute(xp, x) - x, axis=axes)


def _l1_ball_violation(xp, x, size, axes):
    return _positive_part(xp, xp.sum(absolute(xp, x), axis=axes) - size)


def _l2_ball_violation(xp, x, size, axes):
    return _positive_part(xp, xp.sum(x * x, axis=axes) - size * size)


def _sphere_violation(xp, x, size, axes):
    return absolute(xp, xp.sum(x * x, axis=axes) - size * size)


def _positive_part(xp, x):
    return (x + absolute(xp, x)) / 2


PROJECTIONS = {
    "simplex": (project_simplex, _simplex_violation),
    "l1_ball": (project_l1_ball, _l1_ball_violation),
    "l2_ball": (project_l2_ball, _l2_ball_violation),
    "sphere": (project_sphere, _sphere_violation),
}
"""For each set its projection and, of the slices of x, how far they are outside: 0 for the members alone."""
