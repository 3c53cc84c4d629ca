"""The projection onto the L1 ball by other methods, in NumPy: a worker for each of them, by its name in METHODS."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks import l1_balls
from benchmarks.points import to_project


@dataclass(frozen=True)
class Method:
    """The tasks that a function of rows in memory, and a size, can do."""

    project: Callable

    def name(self):
        return f"NumPy {np.__version__}"

    def l1_projection(self, dtype, shape, radius, axis=0, density=None):
        z = to_project(dtype, shape, radius, axis, density)
        rows = z.T.copy() if axis == 0 else z.reshape(len(z), math.prod(shape[1:]))
        size = rows.dtype.type(radius)
        return lambda: self.project(rows, size)

    l1_projection_warm = l1_projection  # it has no use for a start


METHODS = {"sort": Method(l1_balls.by_sort), "Michelot": Method(l1_balls.by_michelot), "Condat": Method(l1_balls.by_condat),
           "bisection": Method(l1_balls.by_bisection)}
