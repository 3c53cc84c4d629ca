"""Other methods for the projection onto the L1 ball, in NumPy: those that the tests compare ours with."""

import math

import numpy as np

from benchmarks.points import to_project


def name():
    return f"NumPy {np.__version__}"


def of(project):
    """The task `l1_projection` by a function of rows in memory, and a size."""
    def l1_projection(dtype, shape, radius, axis=0, density=None):
        z = to_project(dtype, shape, radius, axis, density)
        rows = z.T.copy() if axis == 0 else z.reshape(len(z), math.prod(shape[1:]))
        size = rows.dtype.type(radius)
        return lambda: project(rows, size)
    return l1_projection
