"""Proximal maps: prox_<g>(z, t) = prox_{t g}(z) = argmin_x g(x) + ||x - z||^2 / (2 t), for t >= 0.

The result has the shape, dtype and device of z and never shares its memory; t = 0 gives z bit for bit.
TypeError or ValueError for an array that is not finite, and for a t that is negative.
"""

from pathnorm_ref.arrays import (
    absolute,
    axis_tuple,
    greater,
    is_exact,
    maxima,
    maximum,
    namespace,
    number,
    ones,
    scalars_as_vectors,
    zeros,
)
from pathnorm_ref.euclidean import euclidean, norms_above

_SCALE = 2.0**-64  # scaled by it, sums of up to 2^64 floats are in range


@scalars_as_vectors
def prox_l1(z, t):
    """g(x) = sum |x|: the soft threshold, sign(z) max(|z| - t, 0)."""
    xp, t = namespace(z=z), number("t", t, z, at_least=0)
    if t == 0:
        return xp.asarray(z, copy=True)
    return _soft_threshold(xp, z, t)


@scalars_as_vectors
def prox_l2(z, t, axis=None):
    """g(x) = sum over slices of ||x||_2: the group soft threshold, z max(1 - t / ||z||, 0), and 0 at z = 0.

    The slices run along `axis` (an integer or a tuple; None: the whole array is one). TypeError if a slice of
    Fractions has a norm that is above t and not rational.
    """
    xp, t = namespace(z=z), number("t", t, z, at_least=0)
    if t == 0:
        return xp.asarray(z, copy=True)
    if _is_half(xp, z):
        return xp.astype(prox_l2(xp.astype(z, xp.float32), t, axis), z.dtype)
    above, norms = norms_above(xp, z, t, axis)
    ratios = t / norms
    if not is_exact(z) and bool(xp.any(xp.isinf(norms))):  # of z scaled they are finite
        ratios = xp.where(xp.isinf(norms), t * _SCALE / norms_above(xp, z * _SCALE, 0, axis)[1], ratios)
    return z * xp.where(above, 1 - ratios, zeros(xp, norms.shape, z))


@scalars_as_vectors
def prox_l1_inf(z, t, axis=None):
    """g(x) = max over slices of sum |x|: the soft threshold with a theta of its own for each slice.

    The theta sum to t, and all slices that have theta > 0 come to one L1 norm; 0 if the largest |z| of the slices
    sum to t at most. The slices run along `axis` (an integer or a tuple; None: the whole array is one), so that of
    weights (n_out, n_in) axis 1 gives the L_{1,inf} norm of Wen et al. 2021, Section 2.3, who store the transpose.
    They note that the map has no closed form: it takes finitely many steps, and is exact in Fractions. Floats are
    off by the rounding of the slices' L1 norms. Errors for a wrong `axis` as `arrays.axis_tuple` has them.
    """
    xp, t, axes = namespace(z=z), number("t", t, z, at_least=0), axis_tuple(axis, z.ndim)
    if t == 0 or z.size == 0:
        return xp.asarray(z, copy=True)
    if _is_half(xp, z):
        return xp.astype(prox_l1_inf(xp.astype(z, xp.float32), t, axis), z.dtype)
    scale = _room_for_sums(xp, z)
    magnitude, total = absolute(xp, z) * scale, t * scale
    peaks = maxima(xp, magnitude, axes)
    if not bool(greater(xp.sum(peaks), total)):
        return zeros(xp, z.shape, z)
    return _soft_threshold(xp, z, _thresholds(xp, magnitude, peaks, total, axes) / scale)


@scalars_as_vectors
def prox_linf(z, t):
    """g(x) = max |x|: z clipped to [-tau, tau], sum max(|z| - tau, 0) = t; 0 if sum |z| <= t."""
    xp = namespace(z=z)
    return prox_l1_inf(xp.expand_dims(z, axis=-1), t, axis=-1)[..., 0]


@scalars_as_vectors
def prox_half_square(z, t):
    """g(x) = 1/2 sum x^2: z / (1 + t)."""
    xp, t = namespace(z=z), number("t", t, z, at_least=0)
    return z / (ones(xp, (1,) * z.ndim, z) + t)


# --- thresholds ----------------------------------------------------------------------------------------

def _soft_threshold(xp, z, t):
    if not is_exact(z):
        return z - xp.clip(z, -t, t)
    return xp.where(greater(z, t), z - t, xp.where(greater(-z, t), z + t, zeros(xp, z.shape, z)))


def _is_half(xp, z):
    """Whether z is of float16, whose range is too small for norms and for `_SCALE`: then float32 computes."""
    return not is_exact(z) and xp.finfo(z.dtype).bits < 32


def _room_for_sums(xp, z):
    """A power of two by which entries are scaled before they are summed: not 1 for floats near the end of the range."""
    return _SCALE if not is_exact(z) and bool(xp.max(absolute(xp, z)) > float(xp.finfo(z.dtype).max) * _SCALE) else 1


def _thresholds(xp, magnitude, peaks, t, axes):
    """theta >= 0 of each slice, with sum theta = t > 0 and one tau > 0 such that sum max(|z| - theta, 0) is tau where
    theta > 0, and at most tau where theta = 0. The sum of the peaks is above t.

    With s the sum of the k largest |z|, theta(tau) = max(0, max over k of (s - tau) / k), so that the sum of the theta
    is convex, falls with tau and is piecewise linear. Each step takes one k for each slice and solves the linear
    equation; the solution is below tau, and rises until the choice stays (or, of floats, until it no longer rises).
    """
    one, zero = ones(xp, magnitude.shape, magnitude), zeros(xp, magnitude.shape, magnitude)
    none, unit = zeros(xp, peaks.shape, peaks), ones(xp, peaks.shape, peaks)
    every = tuple(range(peaks.ndim))
    s, k = peaks, unit
    last = tau = None
    paying = greater(unit, 0)
    while True:
        top = maxima(xp, s, every)  # as the origin of s and tau: then tau <= top, however it rounds
        weight = xp.where(paying, 1 / k, none)
        total = xp.sum(weight, axis=every, keepdims=True)
        rest = t - xp.sum(weight * (s - top), axis=every, keepdims=True)
        theta = maximum(xp, none, weight * (s - top) + weight / total * rest)
        old, tau = tau, top - rest / total
        active = greater(magnitude, theta)
        found = xp.any(active, axis=axes, keepdims=True)  # none in a slice of zeros, or where |z| - theta rounds to 0
        s = xp.where(found, xp.sum(xp.where(active, magnitude, zero), axis=axes, keepdims=True), peaks)
        k = xp.where(found, xp.sum(xp.where(active, one, zero), axis=axes, keepdims=True), unit)
        reached = -maximum(xp, -tau, -maxima(xp, s, every))  # tau, unless it rounded to above every s
        paying = ~greater(reached + none, s)
        stays = last is not None and bool(xp.all(last[0] == active)) and bool(xp.all(last[1] == paying))
        if stays or (old is not None and not is_exact(tau) and not bool(xp.all(tau > old))):
            return theta
        last = active, paying


# --- the table -----------------------------------------------------------------------------------------

def _l1(xp, x):
    return xp.sum(absolute(xp, x))


def _l2(xp, x, axis=None):
    return xp.sum(euclidean(xp, x, axis))


def _l1_inf(xp, x, axis=None):
    sums = xp.sum(absolute(xp, x), axis=axis, keepdims=True)
    return xp.sum(maxima(xp, sums, tuple(range(x.ndim))))


def _linf(xp, x):
    return _l1_inf(xp, x[..., None], -1)


def _half_square(xp, x):
    return xp.sum(x * x) / 2


PROX = {
    "l1": (_l1, prox_l1),
    "l2": (_l2, prox_l2),
    "l1_inf": (_l1_inf, prox_l1_inf),
    "linf": (_linf, prox_linf),
    "half_square": (_half_square, prox_half_square),
}
"""For each g its value, g(xp, x), and its proximal map; where both take `axis`, g is of slices: their sum, or largest."""
