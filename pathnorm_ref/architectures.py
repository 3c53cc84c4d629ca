"""Architectures, as nets."""

from pathnorm_ref.layers import Conv2d, Dense, Flatten, MaxPool, ReLU
from pathnorm_ref.network import Net


def mlp(sizes, activation=None, bias=True):
    """L dense layers of sizes (n_0, n_1, ..., n_L) with an activation (default ReLU()) between them.

    `bias`: one bool for all layers, or a tuple with one for each.
    """
    if not isinstance(sizes, (tuple, list)) or len(sizes) < 2:
        raise ValueError(f"sizes is {sizes!r}: it must hold the number of inputs and of outputs at least")
    biases = _per_layer(bias, len(sizes) - 1)
    layers = []
    for n_in, n_out, has_bias in zip(sizes, sizes[1:], biases, strict=False):
        layers += [Dense(n_in, n_out, has_bias), ReLU() if activation is None else activation]
    return Net(*layers[:-1])


def convnet(channels, n_out, size, activation=None, pool=None, bias=True):
    """3x3 convolutions (padding 1), each with activation and pooling, then flatten and a dense layer.

    `channels` (c_0, ..., c_K) counts the maps, c_0 of them in the input of shape (n, c_0, *size); `pool`
    (default MaxPool(2)) follows each activation. `bias`: one bool, or a tuple of K + 1.
    """
    if not isinstance(channels, (tuple, list)) or not channels:
        raise ValueError(f"channels is {channels!r}: it must hold the number of input channels at least")
    if not isinstance(size, (tuple, list)) or len(size) != 2:
        raise ValueError(f"size is {size!r}: it must be (height, width)")
    pool = MaxPool(2) if pool is None else pool
    *biases, last = _per_layer(bias, len(channels))
    layers = []
    for c_in, c_out, has_bias in zip(channels, channels[1:], biases, strict=False):
        conv = Conv2d(c_in, c_out, 3, padding=1, bias=has_bias)
        layers += [conv, ReLU() if activation is None else activation, pool]
    features = Net(*layers, Flatten())
    return Net(features, Dense(features.out_shape((1, channels[0], *size))[1], n_out, last))


def _per_layer(bias, n_layers):
    biases = (bias,) * n_layers if isinstance(bias, bool) else bias
    if not isinstance(biases, (tuple, list)) or len(biases) != n_layers:
        raise ValueError(f"bias is {bias!r}: it must be a bool, or a tuple of {n_layers}, one for each layer")
    return biases
