"""Nets, batches and trees for the tests of training."""

import math
from fractions import Fraction

import numpy as np

from pathnorm_ref import training
from pathnorm_ref.architectures import convnet, mlp
from pathnorm_ref.arrays import convert, tree_map
from pathnorm_ref.layers import AvgPool, Conv2d, Dense, Flatten, LeakyReLU, MaxPool, PReLU, ReLU
from pathnorm_ref.network import Net
from pathnorm_ref.training import Adam, Balanced, GradientProjection, Lasso, PathNormProximal, Pruning, WeightDecay

NETS = {  # (net, shape of a sample)
    "mlp": (mlp((3, 4, 3, 2)), (3,)),
    "mixed biases": (mlp((2, 3, 2, 4, 1), LeakyReLU(0.25), bias=(True, False, False, True)), (2,)),
    "one layer": (mlp((3, 2)), (3,)),
    "prelu": (Net(Dense(2, 3), PReLU(3), Dense(3, 2, False)), (2,)),
    "convnet": (convnet((1, 3, 2), 2, (4, 4)), (1, 4, 4)),
    "groups": (Net(Conv2d(2, 4, 2, groups=2), ReLU(), AvgPool(2, 1), Conv2d(4, 2, 2, groups=2), MaxPool(1), Flatten(),
                   Dense(2, 3)), (2, 4, 4)),
}

RULES = {name: kind(0.0625, 0.125) for name, kind in training.RULES.items()} | {  # numbers that no float rounds
    "momentum": WeightDecay(0.0625, 0.125, "outside", momentum=0.5),
    "path-norm outside": PathNormProximal(0.0625, 0.125, "outside"),
    "path-norm free": PathNormProximal(0.0625, 0.125, "free"),
    "layer balance": PathNormProximal(0.0625, 0.125, "outside", layer_balance=True),
    "lasso free": Lasso(0.0625, 0.125, "free"),
    "balanced": Balanced(WeightDecay(0.0625, 0.125), cycles=2),
    "balanced to a tolerance": Balanced(Lasso(0.0625, 0.125), tol=1e-3),
    "pruning": Pruning(PathNormProximal(0.0625, 0.5)),
    "projection": GradientProjection(WeightDecay(0.0625, 0.125), 1.25),
    "projection of the output": GradientProjection(Lasso(0.0625, 0.125, "free"), 0.75, output="projected"),
    "projection of adam": GradientProjection(Adam(0.0625, 0.125), 1.25),
}


def problem(name, n=8, seed=0):
    """(net, params, x, y): one of NETS with normal weights and biases, and n samples."""
    net, shape = NETS[name]
    rng = np.random.default_rng(seed)
    params = tree_map(lambda a: a + 0.25 * rng.standard_normal(a.shape), net.init(rng))
    x = rng.standard_normal((n, *shape))
    return net, params, x, rng.standard_normal(net.out_shape(x.shape))


def exact(*trees):
    """In Fractions."""
    return convert(trees, Fraction)


def frozen(tree):
    """Copies that can't be written to; arrays of other libraries than NumPy as they are."""
    return tree_map(_frozen, tree)


def _frozen(array):
    if isinstance(array, np.ndarray):
        array = array.copy()
        array.flags.writeable = False
    return array


def square(tree):
    """The sum of squares of all arrays of a tree."""
    return math.fsum(float((array * array).sum()) for own in tree for array in own)
