"""A net: a tuple of layers, itself a layer."""

import math

from pathnorm_ref.arrays import namespace, system, zeros
from pathnorm_ref.layers.layer import Layer, outline


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

    Outputs are counted flat. One backward pass for each of them, by the kinks of the layers.
    """
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
