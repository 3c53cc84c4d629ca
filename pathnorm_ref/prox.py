"""Proximal maps: prox_<g>(z, t) = prox_{t g}(z) = argmin_x g(x) + ||x - z||^2 / (2 t), for t >= 0.

The result has the shape, dtype and device of z and never shares its memory; t = 0 gives z bit for bit.
TypeError or ValueError for an array that is not finite, and for a t that is negative.
"""

from pathnorm_ref.arrays import absolute, greater, is_exact, namespace, number, ones, scalars_as_vectors, zeros
from pathnorm_ref.euclidean import euclidean, norms_above


@scalars_as_vectors
def prox_l1(z, t):
    """g(x) = sum |x|: the soft threshold, sign(z) max(|z| - t, 0)."""
    xp, t = namespace(z=z), number("t", t, z, at_least=0)
    if t == 0:
        return xp.asarray(z, copy=True)
    if not is_exact(z):
        return z - xp.clip(z, -t, t)
    return xp.where(greater(z, t), z - t, xp.where(greater(-z, t), z + t, zeros(xp, z.shape, z)))


@scalars_as_vectors
def prox_l2(z, t, axis=None):
    """g(x) = sum over slices of ||x||_2: the group soft threshold, z max(1 - t / ||z||, 0), and 0 at z = 0.

    The slices run along `axis` (an integer or a tuple; None: the whole array is one). TypeError if a slice of
    Fractions has a norm that is above t and not rational.
    """
    xp, t = namespace(z=z), number("t", t, z, at_least=0)
    if t == 0:
        return xp.asarray(z, copy=True)
    above, norms = norms_above(xp, z, t, axis)
    return z * xp.where(above, 1 - t / norms, zeros(xp, norms.shape, z))


@scalars_as_vectors
def prox_half_square(z, t):
    """g(x) = 1/2 sum x^2: z / (1 + t)."""
    xp, t = namespace(z=z), number("t", t, z, at_least=0)
    return z / (ones(xp, (1,) * z.ndim, z) + t)


def _l1(xp, x):
    return xp.sum(absolute(xp, x))


def _l2(xp, x, axis=None):
    return xp.sum(euclidean(xp, x, axis))


def _half_square(xp, x):
    return xp.sum(x * x) / 2


PROX = {"l1": (_l1, prox_l1), "l2": (_l2, prox_l2), "half_square": (_half_square, prox_half_square)}
"""For each g its value, g(xp, x), and its proximal map; where both take `axis`, g is a sum over slices."""
