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
from pathnorm_ref.simplex import projected


@scalars_as_vectors
def project_simplex(z, size=1, axis=None):
    """Onto {x >= 0, sum x = size}: x = max(z - tau, 0), with tau such that the sum is right.

    Held et al. 1974, Section 3; Newton's method on tau. Rounded as `project_l1_ball`. ValueError for empty slices.
    """
    xp, size, axes = _check(z, size, axis)
    _check_not_empty(z, axes, "a simplex")
    if z.size == 0 or size == 0:
        return zeros(xp, z.shape, z)
    return projected(xp, z, size, axes)[0]


@scalars_as_vectors
def project_l1_ball(z, size=1, axis=None):
    """Onto {sum |x| <= size}. A slice that is inside comes back bit for bit.

    From outside: the projection of |z| onto the simplex, with the signs of z (Duchi et al. 2008, Section 4). Floats: each
    entry of x is the float next to the true one (float32: next to the float64 that is).
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
    if is_exact(z):
        outside = greater(xp.sum(magnitude, axis=axes, keepdims=True), size)
    else:
        slack = 1 + math.prod(z.shape[i] for i in axes) * float(xp.finfo(z.dtype).eps)
        with np.errstate(over="ignore"):  # a sum that overflows is outside, as it should be
            outside = xp.sum(magnitude, axis=axes, keepdims=True) * slack > size  # perhaps: theta decides
    start = True if thresholds is None else magnitude > thresholds
    x, active, theta = projected(xp, magnitude, size, axes, outside, start)
    zero = zeros(xp, theta.shape, z)
    outside = outside if is_exact(z) else outside & (theta > zero)
    x = xp.where(active & ~greater(z, 0, among=active), zero - x, x)  # a zero has no sign
    return Projected(xp.where(outside, x, z), xp.where(outside, theta, zero))


def _tuned_l1_ball(thresholds, z, size, axes):
    """`_l1_ball_from` of NumPy floats, their slices made the rows of a matrix. It refuses what is not finite."""
    rest = tuple(i for i in range(z.ndim) if i not in axes)
    moved = z.transpose(rest + axes)
    rows = moved.reshape(math.prod(moved.shape[:len(rest)]), math.prod(moved.shape[len(rest):]))
    guesses = None if thresholds is None else thresholds.transpose(rest + axes).reshape(len(rows))
    x, theta = projections_tuned.project_l1_ball(rows, size, guesses)
    x = x.reshape(moved.shape).transpose([(rest + axes).index(i) for i in range(z.ndim)])
    return Projected(x, theta.reshape(_kept(z, axes)))


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
