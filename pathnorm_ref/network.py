"""A net: a tuple of layers, itself a layer."""

import math
from dataclasses import replace

import numpy as np

from pathnorm_ref.arrays import namespace, system, zeros
from pathnorm_ref.layers import BatchNorm, Conv2d, Dense, Dropout, Identity, Layer
from pathnorm_ref.layers.layer import outline


class Net(tuple, Layer):
    """Net(f, g, h) is the layer h o g o f. Its parameters are the tuple of its layers' parameters.

    Composition is associative: a net among the layers is replaced by its own layers.
    """

    __slots__ = ()

    def __new__(cls, *layers):
        for i, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(f"layer {i} of the net is {layer!r}: it must be a Layer")
        flat = (part for layer in layers for part in (layer if isinstance(layer, Net) else (layer,)))
        return super().__new__(cls, flat)

    def __getnewargs__(self):  # for copies and pickles
        return tuple(self)

    def __repr__(self):
        return f"Net({', '.join(map(repr, self))})"

    @property
    def homogeneous(self):  # type: ignore[override]  # a fact of its layers, not of the class
        return all(layer.homogeneous for layer in self)

    @property
    def by_sample(self):  # type: ignore[override]
        return all(layer.by_sample for layer in self)

    @property
    def param_shapes(self):
        return tuple(layer.param_shapes for layer in self)

    def out_shape(self, shape):
        for i, layer in enumerate(self):
            try:
                shape = layer.out_shape(shape)
            except ValueError as error:
                raise ValueError(f"layer {i}: {error}") from None
        return shape

    def init(self, rng, dtype=float):
        return tuple(layer.init(rng, dtype) for layer in self)

    def check_params(self, params):
        if not isinstance(params, (tuple, list)) or len(params) != len(self):
            raise ValueError(f"params is {outline(params)}: it must be a tuple of {len(self)} tuples, one a layer")
        for i, (layer, own) in enumerate(zip(self, params, strict=True)):
            try:
                layer.check_params(own)
            except ValueError as error:
                raise ValueError(f"layer {i}: {error}") from None

    def _forward(self, xp, params, x):
        caches = []
        for layer, own in zip(self, params, strict=True):
            x, cache = layer._forward(xp, own, x)
            caches.append(cache)
        return x, caches

    def _d_params(self, xp, params, caches, d_out):
        return self._pull_back(xp, params, caches, d_out, needs_x=False)[0]

    def _d_x(self, xp, params, caches, d_out):
        for layer, own, cache in reversed(tuple(zip(self, params, caches, strict=True))):
            d_out = layer._d_x(xp, own, cache, d_out)
        return d_out

    def _backward(self, xp, params, caches, d_out):
        return self._pull_back(xp, params, caches, d_out, needs_x=True)

    def _pull_back(self, xp, params, caches, d_out, needs_x):
        """(d_params, d_x); the last product, d_x of the first layer, only if it is needed."""
        d_params = []
        for i in reversed(range(len(self))):
            d_params.append(self[i]._d_params(xp, params[i], caches[i], d_out))
            if i or needs_x:
                d_out = self[i]._d_x(xp, params[i], caches[i], d_out)
        return tuple(reversed(d_params)), d_out

    def _paths(self, xp, params, a, p):
        for layer, own in zip(self, params, strict=True):
            a = layer._paths(xp, own, a, p)
        return a


def input_jacobian(net, params, x):
    """J[n, i, ...] = d net(x)_i / d x for each sample n of x: shape (n, n_out, *x.shape[1:]).

    Outputs are counted flat. One backward pass for each of them, by the kinks of the layers. ValueError for a net
    that is no function of one sample (`BatchNorm`, `Dropout` with a seed), and as `Layer.forward` has them.
    """
    check_by_sample(net)
    net.check_params(params)
    xp = namespace(params, x=x)
    shape = net.out_shape(x.shape)
    _, cache = net._forward(xp, params, x)
    n_out = math.prod(shape[1:])
    columns = []
    for i in range(n_out):
        d_out = zeros(xp, (shape[0], n_out), x)
        d_out[:, i] = system(x)(1)
        columns.append(net._d_x(xp, params, cache, xp.reshape(d_out, shape)))
    return xp.stack(columns, axis=1)


def check_by_sample(net):
    """ValueError if an output of the net depends on other samples than its own."""
    if not net.by_sample:
        raise ValueError("the net has a BatchNorm, which reads the whole batch, or a Dropout with a seed, whose mask goes "
                         "by the place in it, so it is no function of one sample: fold the one (network.fold_batch_norm), "
                         "leave out the other (network.without_dropout)")


# --- dropout, for training and evaluation --------------------------------------------------------------

def redrawn(net, rng):
    """The net with a fresh seed, drawn by the generator `rng`, in each `Dropout`: new masks, for the next step.

    A layer is a net of one. TypeError for what is no layer, and an rng that is no numpy.random.Generator.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}: it must be a numpy.random.Generator")
    return Net(*(replace(layer, seed=int(rng.integers(2**63))) if isinstance(layer, Dropout) else layer
                 for layer in Net(net)))


def without_dropout(net):
    """The net for evaluation: `Identity` in place of each `Dropout`, so that its parameters are those of `net`.

    A layer is a net of one. TypeError for what is no layer.
    """
    return Net(*(Identity() if isinstance(layer, Dropout) else layer for layer in Net(net)))


# --- batch normalisation, for inference ----------------------------------------------------------------

def fold_batch_norm(net, params, x):
    """(net, params) without `BatchNorm`: each, with its mean and s on the data x fixed, folded into the weight layer
    in front of it: W' = gamma / s W, b' = gamma / s (b - mean) + beta, by output channel; a bias is added if missing.

    On x as one batch the function is that of the net; of other samples it is the one for inference, whose usual
    running averages estimate these mean and s. Norms of a net with batch norms are, here, those of the folded one:
    a path norm is one of the net and not of the function, and counting W, b, gamma / s and beta - gamma / s mean as
    layers of their own gives another. ValueError if a BatchNorm does not stand directly behind a dense or convolution
    layer, or x is empty; TypeError and `Undecided` as `BatchNorm` has them.
    """
    net.check_params(params)
    xp = namespace(params, x=x)
    net.out_shape(x.shape)
    if not x.size:
        raise ValueError(f"x has shape {x.shape}: statistics need at least one sample")
    layers: tuple = ()
    folded: tuple = ()
    for i, (layer, own) in enumerate(zip(net, params, strict=True)):
        if not isinstance(layer, BatchNorm):
            layers, folded = (*layers, layer), (*folded, own)
        elif layers and isinstance(layers[-1], (Dense, Conv2d)):
            last, last_own = _folded(xp, layers[-1], folded[-1], *layer._folded(xp, own, x))
            layers, folded = (*layers[:-1], last), (*folded[:-1], last_own)
        else:
            raise ValueError(f"layer {i} is {layer}: to be folded it must stand directly behind a dense or convolution "
                             "layer")
        x, _ = layer._forward(xp, own, x)
    return Net(*layers), folded


def _folded(xp, layer, own, factor, shift):
    """The weight layer and its parameters, followed by u -> factor u + shift on its channels."""
    W, *b = own
    W = xp.reshape(factor, (-1, *(1,) * (W.ndim - 1))) * W
    return replace(layer, bias=True), (W, factor * b[0] + shift if b else shift)
