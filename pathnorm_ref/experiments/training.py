"""What training runs of all documents share: where they start, a step, and what is measured."""

import math

import numpy as np

from pathnorm_ref.arrays import NotFinite
from pathnorm_ref.objectives import loss_and_gradient

CHUNK = 250
"""Samples in one forward pass, so that their maps fit into memory: of a 21x21 kernel the windows of 250 images of CIFAR-10
take 1.4 GB."""


def initial(net, seed):
    """Weights and biases uniform in +- 1 / sqrt(fan-in), float32, as PyTorch's own layers start; the documents are
    silent.

    Net.init's are larger, and with a factorised net, where no ReLU halves the variance behind a P, the larger learning
    rates of Yang et al. 2022, C.1.3, diverge from there in the first steps.
    """
    rng = np.random.default_rng([seed, 1])
    return tuple(tuple(rng.uniform(-1, 1, shape).astype(np.float32) / np.float32(math.sqrt(math.prod(shapes[0][1:])))
                       for shape in shapes) for shapes in net.param_shapes)


def step(rule, net, params, state, x, y, loss):
    """(params, state) after one step on a batch."""
    return rule.step(net, params, state, loss_and_gradient(net, params, x, y, loss)[1])


def outputs(net, params, x):
    """net(x), `CHUNK` samples at a time."""
    return np.concatenate([net.forward(params, x[i:i + CHUNK])[0] for i in range(0, len(x), CHUNK)])


def share_right(out, y):
    """Per cent of the samples whose largest output is that of their class."""
    return 100 * float(np.mean(np.argmax(out, axis=1) == y))


def accuracy(net, params, x, y):
    """Per cent of the samples whose largest output is that of their class."""
    return share_right(outputs(net, params, x), y)


def finite(point):
    """What was measured. NotFinite if a number is not: an objective can overflow where the parameters have not yet."""
    for name, value in point.items():
        if value is not None and not math.isfinite(value):
            raise NotFinite(f"{name} is {value}")
    return point
