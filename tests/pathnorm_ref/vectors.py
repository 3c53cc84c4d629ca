"""Vectors for the tests of projections and proximal maps."""

from fractions import Fraction

import numpy as np

from pathnorm_ref.arrays import convert


def vector(seed, n=None):
    """Of length 1 to 12: normal at a scale of its own, with planted ties, zeros or a dominating entry."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal(n or rng.integers(1, 13)) * 10.0 ** rng.integers(-3, 4)
    kind = rng.integers(5)
    if kind == 0:
        z[:] = z[0]
    elif kind == 1:
        z[rng.integers(len(z)):] = 0
    elif kind == 2:
        z[rng.integers(len(z))] *= 1e10
    elif kind == 3:
        z = np.round(z)
    return z


def fractions(z):
    return convert(np.asarray(z, dtype=float), Fraction)


def pythagorean(seed, n=4):
    """A vector of Fractions with a rational norm: a coordinate vector, reflected at a random one."""
    v = fractions(np.random.default_rng(seed).integers(-5, 6, n))
    v[0] += 1 if not any(v) else 0
    e = fractions(np.eye(n)[0])
    return (e - v * (2 * v[0] / (v @ v))) * Fraction(seed % 7 + 1, 3)
