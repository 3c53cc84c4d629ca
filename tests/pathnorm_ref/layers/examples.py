"""Examples of every layer, with the edges: what all tests of layers run over, and what they draw."""

import inspect
import math
from fractions import Fraction
from typing import NamedTuple

import array_api_strict
import numpy as np

from pathnorm_ref import layers
from pathnorm_ref.arrays import ball, tree_map
from pathnorm_ref.layers import (
    Abs,
    AvgPool,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Identity,
    Layer,
    LeakyReLU,
    MaxPool,
    PReLU,
    ReLU,
    ReLU6,
    Softplus,
    Tanh,
)
from proofs_check import definitions


class Example(NamedTuple):
    """A layer, the shapes of one sample that it reads, and its oracle: out = oracle(params, x), in any numbers."""

    layer: Layer
    shape: tuple
    oracle: object

    @property
    def name(self):
        return f"{self.layer}{list(self.shape)}".replace(" ", "")


def _dense(layer):
    return Example(layer, (layer.n_in,), lambda params, x: definitions.dense(x, *params))


def _conv(layer, size):
    stride, dilation, padding = _pair(layer.stride), _pair(layer.dilation), _four(layer.padding)

    def oracle(params, x):
        W, b = (*params, None)[:2]
        return definitions.conv2d(x, W, b, stride, padding, dilation, layer.groups)
    return Example(layer, (layer.n_in, *size), oracle)


def _pool(layer, size):
    kernel, padding = _pair(layer.kernel), _four(layer.padding)
    stride = kernel if layer.stride is None else _pair(layer.stride)

    def oracle(params, x):
        if isinstance(layer, MaxPool):
            return definitions.max_pool(x, kernel, stride, padding)[0]
        return definitions.avg_pool(x, kernel, stride, padding)
    return Example(layer, (2, *size), oracle)


def _elementwise(layer, f, shape=(3,)):
    return Example(layer, shape, lambda params, x: np.array([f(t) for t in x.flat], dtype=x.dtype).reshape(x.shape))


def _prelu(layer, shape):
    def oracle(params, x):
        out = x.copy()
        for at in np.ndindex(x.shape):
            out[at] = x[at] if x[at] > 0 else params[0][at[1]] * x[at]
        return out
    return Example(layer, shape, oracle)


def _batch_norm(layer, shape):
    def oracle(params, x):
        out = x.copy()
        for c in range(x.shape[1]):
            places = [at for at in np.ndindex(x.shape) if at[1] == c]
            mean = sum(x[at] for at in places) / len(places)
            s = (sum((x[at] - mean) ** 2 for at in places) / len(places) + ball(layer.eps)).sqrt()
            for at in places:
                out[at] = params[0][c] * (x[at] - mean) / s + params[1][c]
        return out
    return Example(layer, shape, oracle)


def _leaky(slope):
    return _elementwise(LeakyReLU(slope), lambda t: t if t > 0 else t * Fraction(slope))


def _dropout(layer, shape):
    def oracle(params, x):
        u, kept = np.random.default_rng(layer.seed).random(x.shape), 1 - Fraction(layer.rate)
        out = [t if layer.seed is None else t / kept if v >= layer.rate else 0 * t
               for t, v in zip(x.flat, u.flat, strict=True)]
        return np.array(out, dtype=x.dtype).reshape(x.shape)
    return Example(layer, shape, oracle)


def _mean(params, x):
    out = np.zeros(x.shape[:2], dtype=x.dtype)
    for n, c in np.ndindex(out.shape):
        out[n, c] = sum(x[n, c].flat) / math.prod(x.shape[2:])
    return out


def _flat(params, x):
    return np.array([[x[n, *at] for at in np.ndindex(x.shape[1:])] for n in range(len(x))],
                    dtype=x.dtype).reshape(len(x), math.prod(x.shape[1:]))


def _pair(value):
    return value if isinstance(value, tuple) else (value, value)


def _four(value):
    return value if isinstance(value, tuple) else (value,) * 4


EXAMPLES = (
    *(_dense(Dense(n_in, n_out, bias)) for n_in, n_out in ((1, 1), (3, 2), (2, 4)) for bias in (True, False)),
    _conv(Conv2d(1, 1, 1, bias=False), (1, 1)),
    _conv(Conv2d(2, 3, 3, padding=1), (3, 3)),
    _conv(Conv2d(2, 2, 2, stride=2), (5, 4)),
    _conv(Conv2d(1, 2, (2, 4), stride=(1, 2), padding=(1, 0, 2, 3), bias=False), (3, 4)),
    _conv(Conv2d(1, 2, (3, 2), dilation=(2, 3), padding=(2, 1, 0, 1)), (4, 5)),
    _conv(Conv2d(1, 1, 2, stride=3, padding=2), (4, 3)),
    _conv(Conv2d(1, 1, 3, padding=1, bias=False), (1, 1)),  # kernels larger than the map, for which some offsets
    _conv(Conv2d(2, 1, (5, 7), padding=(2, 2, 3, 3)), (3, 2)),  # see padding alone
    _conv(Conv2d(17, 1, 3, padding=1), (1, 2)),  # from 16 channels on floats take another way
    _conv(Conv2d(4, 6, 2, groups=2), (3, 2)),
    _conv(Conv2d(3, 3, 3, stride=2, padding=(0, 1, 1, 2), dilation=(1, 2), groups=3, bias=False), (4, 5)),
    *(_pool(pool(*window), size) for pool in (AvgPool, MaxPool) for *window, size in (
        (1, (2, 3)), (2, (4, 4)), (2, (5, 3)), ((2, 3), 1, (4, 4)), (3, 2, 1, (4, 5)),
        ((3, 2), (1, 2), (2, 0, 0, 1), (3, 3)), (2, 3, (4, 4)))),
    Example(GlobalAvgPool(), (2, 2, 3), _mean),
    Example(Flatten(), (2, 2, 3), _flat),
    _elementwise(Identity(), lambda t: t, (2, 2)),
    _elementwise(ReLU(), lambda t: t if t > 0 else t * 0),
    _elementwise(ReLU(), lambda t: t if t > 0 else t * 0, (2, 1, 3)),
    *(_dropout(Dropout(*arguments), shape) for arguments, shape in (
        ((0.5,), (3,)), ((0.5, 0), (3,)), ((0.1, 1), (4,)), ((Fraction(1, 3), 2), (2, 1, 3)), ((0, 3), (2,)))),
    *map(_leaky, (0, 1, -1, 3, 0.25, 0.01)),
    _prelu(PReLU(3), (3,)),
    _prelu(PReLU(2), (2, 2, 3)),
    _elementwise(Abs(), lambda t: t if t > 0 else -t),
    _elementwise(ReLU6(), lambda t: min(max(0 * t, t), 0 * t + 6)),
)
"""The piecewise rational layers: their values on Fractions are Fractions."""

SMOOTH = (
    _elementwise(Tanh(), lambda t: t.tanh()),
    _elementwise(Softplus(), lambda t: (1 + t.exp()).log()),
    _batch_norm(BatchNorm(2), (2,)),
    _batch_norm(BatchNorm(1, Fraction(1, 3)), (1,)),
    _batch_norm(BatchNorm(3, 1), (3, 2, 1)),
)
"""The others, with an oracle in balls."""

PUBLIC = {cls for cls in vars(layers).values() if inspect.isclass(cls) and issubclass(cls, Layer) and cls is not Layer}
"""Every layer that the package exports: each needs an example."""

# --- what they run on ----------------------------------------------------------------------------------


def fractions(rng, shape, kinks=True):
    """Small fractions; with kinks, many zeros and ties, else neither: multiples of 1/4, all different in size."""
    size = math.prod(shape)
    if kinks:
        numerators = rng.integers(-2, 3, size) * rng.choice([1, 8], size)
    else:
        numerators = (rng.permutation(4 * size)[:size] * 2 + 1) * rng.choice([-1, 1], size)
    return np.array([Fraction(int(a), 4) for a in numerators], dtype=object).reshape(shape)


def drawn(example, rng, n=2, kinks=True):
    """(params, x) in Fractions."""
    params = tuple(fractions(rng, shape) for shape in example.layer.param_shapes)
    return params, fractions(rng, (n, *example.shape), kinks)


def normal(example, rng, n=3):
    """(params, x) in float64, of which no two decisions are near each other."""
    params = tuple(rng.standard_normal(shape) for shape in example.layer.param_shapes)
    return params, rng.standard_normal((n, *example.shape))


def strict(tree, device, dtype=array_api_strict.float64):
    """As arrays of array_api_strict on one of its devices."""
    device = array_api_strict.Device(device)
    return tree_map(lambda array: array_api_strict.asarray(array, device=device, dtype=dtype), tree)


def frozen(tree):
    """Copies that can't be written to."""
    def copy(array):
        array = array.copy()
        array.flags.writeable = False
        return array
    return tree_map(copy, tree)
