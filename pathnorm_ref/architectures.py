"""Architectures, as nets."""

from collections.abc import Callable

from pathnorm_ref.layers import BatchNorm, Conv2d, Dense, Flatten, MaxPool, ReLU
from pathnorm_ref.layers.layer import check_bool, check_positive
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


def factorised_mlp(sizes, bias=True):
    """The ReLU MLP of these sizes with W^k = Q^k P^k for each layer but the first and the last, Q^1 = W^1, P^L = W^L
    (Yang et al. 2022, Appendix B.1): Q^1, ReLU, P^2, Q^2, ReLU, P^3, ..., Q^(L-1), ReLU, P^L.

    Its couples are the (Q^k, P^(k+1)), and there is no leftover if L >= 2. Q^1 and each P^k have the bias of their
    layer, `bias` as in `mlp`; Q^2, Q^3, ... have none. Between them Q^k P^k has as many rows as W^k, n_(k+1), the
    shapes of the document's Table 2, so that every W^k is one (Q^k the identity); the n_(k+1) - 1 that B.1 prints
    would leave out those of full rank, unless it counts the constant 1 among the n_(k+1).
    """
    first, *others = mlp(sizes, bias=bias)[::2]
    layers = [first]
    for P in others:
        layers += [ReLU(), P, Dense(P.n_out, P.n_out, bias=False)]
    return Net(*(layers[:-1] if others else layers))  # P^L = W^L has no Q


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
    return _with_dense(layers, (channels[0], *size), n_out, last)


TABLE_2: dict[str, tuple[int, int, Callable]] = {
    "MLP-3-400 factorized": (3, 400, factorised_mlp), "MLP-6-400": (5, 400, mlp), "MLP-3-800": (3, 800, mlp),
    "MLP-3-800 factorized": (3, 800, factorised_mlp)}
"""The MLPs of Yang et al. 2022, Table 2, by name: hidden layers (factors not counted), their width, constructor."""


def mlp_d_n(name, width=None, n_in=784, n_out=10):
    """The net that a column of `TABLE_2` names, flatten first: it reads images (n, ...) of n_in numbers each.

    `width` replaces the column's, for toys. As tabulated, the d of MLP-d-n counts hidden layers, but in MLP-6-400
    weight layers: it has five hidden ones. ValueError for a name that is not in the table.
    """
    if name not in TABLE_2:
        raise ValueError(f"name is {name!r}: it must be one of {', '.join(map(repr, TABLE_2))}")
    n_hidden, tabulated, make = TABLE_2[name]
    width = tabulated if width is None else width
    check_positive(width=width, n_in=n_in, n_out=n_out)
    return Net(Flatten(), make((n_in, *(width,) * n_hidden, n_out)))


VGG16 = ((1, 1), (2, 2), (4, 4, 4), (8, 8, 8), (8, 8, 8))
"""The channels of its convolutions, in multiples of those of the first; behind each block stands a max-pooling."""
VGG19 = ((1, 1), (2, 2), (4, 4, 4, 4), (8, 8, 8, 8), (8, 8, 8, 8))
"""Those of VGG19."""


def vgg16(n_classes=10, channels=3, batch_norm=False, size=32, width=64, first_kernel=3):
    """VGG16 (Simonyan and Zisserman 2015) with one dense layer in place of three, as in `vgg19`.

    Thirteen convolutions, with max-pooling behind the second, fourth, seventh, tenth and thirteenth; else as `vgg19` has
    them. The first two have kernels first_kernel x first_kernel, padded to keep the size: with first_kernel = 21 it is
    the "modified VGG-16" of Wen et al. 2021, Section 5.3, which does not say how many dense layers it has, nor whether
    it has batch norms. ValueError if first_kernel is even.
    """
    check_positive(first_kernel=first_kernel)
    if isinstance(first_kernel, tuple) or first_kernel % 2 == 0:
        raise ValueError(f"first_kernel is {first_kernel}: it must be one odd integer, or no padding keeps the size")
    return _vgg(VGG16, n_classes, channels, batch_norm, size, width, first_kernel)


def vgg19(n_classes=10, channels=3, batch_norm=False, size=32, width=64):
    """VGG19 (Simonyan and Zisserman 2015) with one dense layer in place of three (Yang et al. 2022, C.1.2).

    Sixteen 3x3 convolutions (padding 1) of `width` to 8 `width` channels, each with ReLU, and max-pooling behind the
    second, fourth, eighth, twelfth and sixteenth; reads images (n, channels, size, size). With `batch_norm`, each
    convolution is followed by one, as in the code that the document's footnote 1 names; then no unit is homogeneous in
    its convolution's weights (`BatchNorm`), and `units.couples` refuses the net. Without, the couples are the
    convolutions (1, 2), ..., (15, 16), none of which spans a pooling, and the leftover is the dense layer.
    """
    return _vgg(VGG19, n_classes, channels, batch_norm, size, width, first_kernel=3)


def _vgg(blocks, n_classes, channels, batch_norm, size, width, first_kernel):
    check_positive(channels=channels, size=size, width=width)
    check_bool(batch_norm=batch_norm)
    layers, n_in = [], channels
    for i, block in enumerate(blocks):
        kernel = 3 if i else first_kernel
        for n_out in (width * multiple for multiple in block):
            conv = Conv2d(n_in, n_out, kernel, padding=kernel // 2)
            layers += [conv, BatchNorm(n_out), ReLU()] if batch_norm else [conv, ReLU()]
            n_in = n_out
        layers.append(MaxPool(2))
    return _with_dense(layers, (channels, size, size), n_classes, True)


def _with_dense(layers, shape, n_out, bias):
    """The layers on samples of `shape`, then flatten and a dense layer."""
    features = Net(*layers, Flatten())
    return Net(features, Dense(features.out_shape((1, *shape))[1], n_out, bias))


def _per_layer(bias, n_layers):
    biases = (bias,) * n_layers if isinstance(bias, bool) else bias
    if not isinstance(biases, (tuple, list)) or len(biases) != n_layers:
        raise ValueError(f"bias is {bias!r}: it must be a bool, or a tuple of {n_layers}, one for each layer")
    return biases
