"""The least that NumPy itself could take: one matrix product of as many multiplications, or one copy."""

from itertools import pairwise

import numpy as np

from benchmarks.numpy_worker import name
from benchmarks.points import normal

__all__ = ["convolution", "group_threshold", "l1_projection", "l1_projection_warm", "name", "training_step"]


def product(dtype, multiplications):
    n = round(multiplications ** (1 / 3))
    a, out = normal(dtype, n, n), np.empty((n, n), dtype)
    return lambda: np.matmul(a, a, out=out)


def convolution(dtype, channels, size, batch):
    return product(dtype, 3 * batch * size**2 * 9 * channels**2)


def training_step(dtype, widths, batch):
    products = [batch * n * m for n, m in pairwise(widths)]
    return product(dtype, 3 * sum(products) - products[0])  # no gradient in x


def l1_projection(dtype, shape, radius, axis=0, density=None):
    return normal(dtype, *shape).copy


l1_projection_warm = l1_projection


def group_threshold(dtype, shape, t):
    return normal(dtype, *shape).copy
