"""pyproximal, one slice after the other: it has no axis argument."""

import numpy as np
import pyproximal
from pyproximal.projection import L1BallProj

from benchmarks.points import to_project


def name():
    return f"pyproximal {pyproximal.__version__}"


def l1_projection(dtype, shape, radius, axis=0, density=None):
    z = to_project(dtype, shape, radius, axis, density)
    rows = z.T if axis == 0 else z.reshape(len(z), -1)
    project = L1BallProj(rows.shape[1], radius)
    return lambda: np.stack([project(row) for row in rows])


l1_projection_warm = l1_projection
