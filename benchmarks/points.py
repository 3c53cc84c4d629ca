"""Arrays to work on, the same for every library."""

import numpy as np

from pathnorm_ref.projections import project_l1_ball_from


def normal(dtype, *shape):
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


def to_project(dtype, shape, radius, axis=0, density=None):
    """Normal entries; with a `density`, those of `in_training`."""
    return normal(dtype, *shape) if density is None else in_training(dtype, shape, radius, axis, density)[1]


def in_training(dtype, shape, radius, axis, density):
    """(thresholds, z) of gradient projection descent near its end: z is a step from x, thresholds of the step before.

    x has L1 norms of `radius` and that part of its entries is not 0. There the gradient is -lam sign(x), elsewhere from
    -lam to lam, as where x is optimal, and a tenth of lam is noise; the steps are a tenth of the mean entry of x.
    """
    rng = np.random.default_rng(0)
    x = rng.laplace(size=shape) * (rng.random(shape) < density)
    x *= radius / np.abs(x).sum(axis=axis, keepdims=True)
    lam = 0.1 * np.abs(x[x != 0]).mean()
    gradient = lam * np.where(x != 0, -np.sign(x), rng.uniform(-1, 1, shape))
    before, z = ((x - gradient - 0.1 * lam * rng.standard_normal(shape)).astype(dtype) for _ in range(2))
    return project_l1_ball_from(None, before, radius, axis).thresholds, z
