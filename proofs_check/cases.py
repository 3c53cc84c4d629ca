"""Cases: hypothesis strategies for nets, units and vectors, with the edges that break this field's code.

All numbers drawn are dyadic floats, so that each system computes with the very same ones. Dead units, ties,
zero inputs, duplicated samples, width 1, one layer and many, scales from 2^-20 to 2^20, mixed biases, slopes
0, 1 and negative, overlapping windows, strides and even kernels are all planted here.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from pathnorm_ref.layers import Abs, AvgPool, Conv2d, Dense, Flatten, Identity, LeakyReLU, MaxPool, PReLU, ReLU
from pathnorm_ref.losses import squared_error
from pathnorm_ref.network import Net
from pathnorm_ref.units import Bias, weight_layers


class NetCase(NamedTuple):
    """A net with parameters, samples, and an objective."""

    net: Net
    params: tuple
    x: np.ndarray
    y: np.ndarray
    lam: Fraction
    bias: Bias = Bias.FREE
    loss: Callable = squared_error


class Unit(NamedTuple):
    """v sigma(w x + b), at two samples x and x2, and a factor."""

    sigma: Net
    params: tuple
    w: np.ndarray
    b: np.ndarray
    v: np.ndarray
    x: np.ndarray
    x2: np.ndarray
    factor: Fraction


class Vector(NamedTuple):
    """Vectors z and z2 (n,), and a size: a radius, a step, a threshold."""

    z: np.ndarray
    z2: np.ndarray
    size: Fraction


WEIGHTS = st.sampled_from([1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 0.75, -1.25, 4.0, 0.0])
SCALES = st.sampled_from([1.0, 1.0, 1.0, 2.0**-20, 2.0**20, 0.5])
FACTORS = st.sampled_from([Fraction(2), Fraction(1, 2), Fraction(
    3), Fraction(1, 3), Fraction(1, 10**6), Fraction(10**6)])
LAMBDAS = st.sampled_from([Fraction(1), Fraction(1, 10), Fraction(3), Fraction(1, 1000)])
SLOPES = st.sampled_from([0.0, 1.0, -1.0, 0.25, -0.5, 3.0])


def arrays(shape, elements=WEIGHTS):
    """NumPy float arrays of a shape."""
    size = int(np.prod(shape))
    return st.lists(elements, min_size=size, max_size=size).map(lambda values: np.array(values, dtype=float).reshape(shape))


@st.composite
def homogeneous_activations(draw, n_units):
    """A positively homogeneous activation for n_units channels: those that the documents name, and their kin."""
    return draw(st.sampled_from([ReLU(), ReLU(), LeakyReLU(draw(SLOPES)), PReLU(n_units), Abs(), Identity()]))


@st.composite
def parameters(draw, net):
    """Parameters for a net, with whole units scaled or dead."""
    params = []
    for layer in net:
        own = [draw(arrays(shape)) for shape in layer.param_shapes]
        if isinstance(layer, (Dense, Conv2d)):
            scales = draw(arrays((layer.n_out,), SCALES))
            own = [array * scales.reshape(-1, *(1,) * (array.ndim - 1)) for array in own]
            kept = np.arange(layer.n_out) >= (layer.n_out > 1 or draw(st.integers(0, 9)) == 9)  # a net of zeros is rare
            zeroed = draw(st.sampled_from([[], [], [], [0, 1], [0]]))  # of one unit, w and b: dead; w alone: a constant
            own = [array * kept.reshape(-1, *(1,) * (array.ndim - 1)) if i in zeroed else array
                   for i, array in enumerate(own)]
        params.append(tuple(own))
    layers = weight_layers(net)
    if len(layers) > 1 and draw(st.integers(0, 4)) == 0:  # v = 0: dead from above
        W, *b = params[layers[1]]
        kept = np.arange(W.shape[1]) >= (W.shape[1] > 1 or draw(st.integers(0, 9)) == 9)
        params[layers[1]] = (W * kept.reshape(-1, *(1,) * (W.ndim - 2)), *b)
    return tuple(params)


@st.composite
def samples(draw, shape):
    """A batch of one to three samples; zero and duplicated ones among them."""
    x = draw(arrays((draw(st.integers(1, 3)), *shape)))
    kind = draw(st.integers(0, 5))
    return 0 * x if kind == 0 else np.concatenate([x, x[:1]]) if kind == 1 else x


def _biases(draw, bias, n):
    return [False] * n if bias is Bias.ABSENT else draw(st.lists(st.booleans(), min_size=n, max_size=n))


@st.composite
def mlps(draw, bias=Bias.ABSENT, activations=homogeneous_activations, n_layers=(2, 4)):
    """MLPs of two to four weight layers (or as many as asked), width 1 to 3, biases mixed unless absent."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=n_layers[0] + 1, max_size=n_layers[1] + 1))
    layers = []
    for n_in, n_out, has_bias in zip(sizes, sizes[1:], _biases(draw, bias, len(sizes) - 1), strict=False):
        layers += [Dense(n_in, n_out, has_bias), draw(activations(n_out))]
    return Net(*layers[:-1])


@st.composite
def convnets(draw, bias=Bias.ABSENT, activations=homogeneous_activations, pools=True):
    """Two convolutions, then flatten and a dense layer or no more; pooling between; samples (1 or 2, 4, 5)."""
    shape = (draw(st.integers(1, 2)), 4, 5)
    widths = [shape[0], draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 2))]
    biases = _biases(draw, bias, 3)
    pooling = [[], [MaxPool(2)], [MaxPool(2, 1)], [AvgPool(2)], [AvgPool(2, 1, 1)],
                            [MaxPool((1, 2), padding=(0, 0, 1, 1))]]
    layers = [Conv2d(widths[0], widths[1], draw(st.sampled_from([1, 2, (3, 2)])),
                     stride=draw(st.sampled_from([1, 2])), padding=draw(st.sampled_from([0, 1])), bias=biases[0]),
              draw(activations(widths[1])), *(draw(st.sampled_from(pooling)) if pools else [])]
    head = draw(st.sampled_from(["conv", "dense", "both"]))
    if head != "dense":
        layers.append(Conv2d(widths[1], widths[2], draw(st.sampled_from([1, 2])), padding=1, bias=biases[1]))
    if head == "both":
        layers.append(draw(activations(widths[2])))
    if head != "conv":
        features = Net(*layers, Flatten())
        assume(fits(features, shape))
        layers = [features, Dense(features.out_shape((1, *shape))[1], widths[3], biases[2])]
    assume(fits(Net(*layers), shape))
    return Net(*layers), shape


def fits(net, shape):
    """Whether the maps stay as large as the windows that slide over them."""
    try:
        return bool(net.out_shape((1, *shape)))
    except ValueError:
        return False


@st.composite
def net_cases(draw, nets, bias=Bias.ABSENT):
    """`NetCase`s of nets (or of pairs of a net and the shape of its samples)."""
    net = draw(nets)
    net, shape = net if type(net) is tuple else (net, (net[0].n_in,))
    x = draw(samples(shape))
    return NetCase(net, draw(parameters(net)), x, draw(arrays(net.out_shape(x.shape))), draw(LAMBDAS), bias)


def mlp_cases(bias=Bias.ABSENT, **options):
    return net_cases(mlps(bias, **options), bias)


def convnet_cases(bias=Bias.ABSENT, **options):
    return net_cases(convnets(bias, **options), bias)


@st.composite
def balanced_mlps(draw, n_layers=(2, 5)):
    """MLPs without biases, of width 1 to 3, every unit balanced and every norm an integer times one scale.

    Layer by layer a unit of norm s passes all of it to one unit of the next layer, or 3s/5 and 4s/5 to two; two
    of norms 3t and 4t join to 5t; two equal ones are rotated. So norms differ from unit to unit and from layer to
    layer, and only the sums of their squares agree. A dead unit receives and passes nothing.
    """
    norms = draw(st.lists(st.sampled_from([125, 250, 375, 500, 0]), min_size=1, max_size=2))
    matrices = [np.array([[0.0, -s] if draw(st.booleans()) else [3.0 * s / 5, 4.0 * s / 5] for s in norms])]
    for _ in range(draw(st.integers(*n_layers)) - 1):
        matrices.append(draw(passing_on(norms)))
        norms = [math.isqrt(int(row @ row)) for row in matrices[-1]]
    scale = draw(st.sampled_from([1.0, 0.25, 2.0**20, 2.0**-20]))
    layers = [part for W in matrices for part in (Dense(W.shape[1], W.shape[0], False),
                                                  draw(homogeneous_activations(W.shape[0])))][:-1]
    params = [(scale * matrices[i // 2],) if i % 2 == 0 else tuple(draw(arrays(shape)) for shape in layer.param_shapes)
              for i, layer in enumerate(layers)]
    net, x = Net(*layers), draw(samples((2,)))
    return NetCase(net, tuple(params), x, draw(arrays(net.out_shape(x.shape))), draw(LAMBDAS), Bias.ABSENT)


@st.composite
def passing_on(draw, norms):
    """A matrix of integers whose columns have the given norms, and whose rows have integer norms."""
    rows, left = [], list(enumerate(norms))
    while left:
        i, s = left.pop(0)
        partner = next(((j, t) for j, t in left if s and t and (3 * s == 4 * t or 4 * s == 3 * t)), None)
        if partner and draw(st.booleans()):
            left.remove(partner)
            rows.append({i: s, partner[0]: partner[1]})
        elif s and s % 5 == 0 and len(rows) + len(left) < 2 and draw(st.booleans()):
            rows += [{i: 3 * s // 5}, {i: -4 * s // 5}]
        elif s and s % 5 == 0 and left and left[0][1] == s and draw(st.booleans()):
            j = left.pop(0)[0]
            rows += [{i: 3 * s // 5, j: 4 * s // 5}, {i: -4 * s // 5, j: 3 * s // 5}]
        else:
            rows.append({i: s * draw(st.sampled_from([1, -1]))})
    return np.array([[float(row.get(i, 0)) for i in range(len(norms))] for row in rows])


@st.composite
def units(draw, activations=homogeneous_activations, bias=True):
    """Single units with p inputs and q outputs, p and q from 1 to 3."""
    p, q = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    sigma = Net(draw(activations(1)))
    return Unit(sigma, draw(parameters(sigma)), draw(arrays((p,))), draw(arrays(())) if bias else np.zeros(()),
                draw(arrays((q,))), draw(arrays((p,))), draw(arrays((p,))), draw(FACTORS))


SIZES = st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 2), Fraction(3), Fraction(1, 10**6)])


@st.composite
def vectors(draw, sizes=SIZES):
    """Vectors of length 1 to 5: zero, with ties, tiny and huge."""
    n, scale = draw(st.integers(1, 5)), draw(SCALES)
    return Vector(draw(arrays((n,))) * scale, draw(arrays((n,))), draw(sizes))
