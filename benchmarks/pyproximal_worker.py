"""pyproximal, one column after the other: it has no axis argument."""

import numpy as np
import pyproximal
from pyproximal.projection import L1BallProj

from benchmarks.numpy_worker import normal


def name():
    return f"pyproximal {pyproximal.__version__}"


def l1_projection(dtype, shape, radius):
    z = normal(dtype, *shape)
    project = L1BallProj(shape[0], radius)
    return lambda: np.stack([project(column) for column in z.T], axis=1)
