"""Architectures: which layers they are made of."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from pathnorm_ref.architectures import TABLE_2, convnet, factorised_mlp, mlp, mlp_d_n, vgg16, vgg19
from pathnorm_ref.arrays import convert
from pathnorm_ref.layers import AvgPool, BatchNorm, Conv2d, Dense, Flatten, Identity, MaxPool, ReLU, Tanh
from pathnorm_ref.lipschitz import frobenius_bound, local_lipschitz, path_norm_bound, spectral_bound
from pathnorm_ref.network import Net
from pathnorm_ref.norms import log_path_norm, path_norm
from pathnorm_ref.units import couples, weight_layers


def test_mlp():
    assert mlp((3, 2)) == Net(Dense(3, 2))
    assert mlp((4, 5, 3)) == Net(Dense(4, 5), ReLU(), Dense(5, 3))
    assert mlp([1, 2, 3, 4], Tanh(), bias=(True, False, True)) == Net(
        Dense(1, 2), Tanh(), Dense(2, 3, False), Tanh(), Dense(3, 4))
    assert mlp((1, 1, 1), bias=False) == Net(Dense(1, 1, False), ReLU(), Dense(1, 1, False))


def test_convnet():
    assert convnet((3, 4), 2, (4, 6)) == Net(Conv2d(3, 4, 3, padding=1), ReLU(), MaxPool(2), Flatten(), Dense(24, 2))
    assert convnet((1, 2, 3), 2, (4, 4), Tanh(), AvgPool(2), (False, True, False)) == Net(
        Conv2d(1, 2, 3, padding=1, bias=False), Tanh(), AvgPool(2), Conv2d(2, 3, 3, padding=1), Tanh(), AvgPool(2),
        Flatten(), Dense(3, 2, False))
    assert convnet((2,), 3, (2, 2)) == Net(Flatten(), Dense(8, 3))
    net = convnet((1, 2), 3, (5, 4), pool=Identity())
    assert net.forward(net.init(np.random.default_rng(0)), np.zeros((0, 1, 5, 4)))[0].shape == (0, 3)


# --- factorised MLPs -----------------------------------------------------------------------------------

def test_factorised_mlp():
    assert factorised_mlp((3, 2)) == Net(Dense(3, 2))
    assert factorised_mlp((4, 5, 3)) == mlp((4, 5, 3))  # Q^1 = W^1 and P^2 = W^2
    assert factorised_mlp((4, 5, 6, 3)) == Net(
        Dense(4, 5), ReLU(), Dense(5, 6), Dense(6, 6, False), ReLU(), Dense(6, 3))
    assert factorised_mlp((1, 2, 3, 4, 5), (True, False, True, False)) == Net(
        Dense(1, 2), ReLU(), Dense(2, 3, False), Dense(3, 3, False), ReLU(), Dense(3, 4), Dense(4, 4, False), ReLU(),
        Dense(4, 5, False))


@pytest.mark.parametrize("n_layers", range(2, 7))
def test_the_couples_of_a_factorised_mlp_are_q_and_the_next_p(n_layers):
    net = factorised_mlp(tuple(range(3, 4 + n_layers)))
    pairs, leftover = couples(net)
    assert leftover is None
    assert [hidden.n_units for hidden in pairs] == list(range(4, 3 + n_layers))  # one unit for each hidden neuron
    for hidden in pairs:
        assert net[hidden.incoming + 1:hidden.outgoing] == (ReLU(),)
        assert net[hidden.outgoing].bias
        assert net[hidden.incoming].bias == (hidden is pairs[0])


def test_every_mlp_is_a_factorised_one_and_back():
    """Q = 1, P = W; and back W = Q P, with the bias Q p."""
    rng, sizes = np.random.default_rng(0), (2, 4, 3, 3, 2)
    net, factorised = mlp(sizes), factorised_mlp(sizes)
    params = convert(tuple(tuple(rng.integers(-3, 4, shape).astype(float) for shape in layer.param_shapes)
                           for layer in net), Fraction)
    x = convert(rng.integers(-9, 10, (20, 2)).astype(float), Fraction)
    one = convert(np.eye(3), Fraction)
    own = (params[0], (), params[2], (one,), (), params[4], (one,), (), params[6])
    assert (factorised.forward(own, x)[0] == net.forward(params, x)[0]).all()
    Q = convert(rng.integers(-3, 4, (3, 3)).astype(float), Fraction)
    product = (*params[:2], (Q @ params[2][0], Q @ params[2][1]), *params[3:])
    assert (factorised.forward((*own[:3], (Q,), *own[4:]), x)[0] == net.forward(product, x)[0]).all()
    assert (net.forward(product, x)[0] != net.forward(params, x)[0]).any()


TABLE = {  # Table 2, column by column: groups of weight matrices
    "MLP-3-400 factorized": ((784, 400, 400), (400, 400, 400), (400, 400, 10)),
    "MLP-6-400": ((784, 400, 400), (400, 400, 400), (400, 400, 10)),
    "MLP-3-800": ((784, 800), (800, 800), (800, 800), (800, 10)),
    "MLP-3-800 factorized": ((784, 800, 800), (800, 800, 800), (800, 800, 10)),
}


@pytest.mark.parametrize("name", TABLE)
def test_table_2(name):
    net = mlp_d_n(name)
    dense = [net[i] for i in weight_layers(net)]
    matrices = [pair for group in TABLE[name] for pair in pairwise(group)]
    assert [(layer.n_in, layer.n_out) for layer in dense] == matrices
    assert TABLE.keys() == TABLE_2.keys()
    if len(TABLE[name][0]) == 3:  # groups of two are the couples
        assert [(net[h.incoming].n_in, h.n_units, net[h.outgoing].n_out) for h in couples(net)[0]] == list(TABLE[name])
        assert couples(net)[1] is None
    activated = [isinstance(net[i + 1], ReLU) for i in weight_layers(net)[:-1]]
    assert activated == ([True, False] * 3)[:5] if "factorized" in name else all(activated)


@pytest.mark.parametrize("name", TABLE_2)
def test_images_are_read_flat(name):
    """Of toy size; also by norms and Lipschitz bounds, in front of which the flatten stands."""
    net, shape = mlp_d_n(name, width=3, n_in=8, n_out=2), (2, 2, 2)
    rng = np.random.default_rng(0)
    params, x = net.init(rng), rng.random((3, *shape))
    flat, flat_params = Net(*net[1:]), params[1:]
    assert (net.forward(params, x)[0] == flat.forward(flat_params, x.reshape(3, 8))[0]).all()
    for f in (path_norm, log_path_norm, spectral_bound, frobenius_bound, path_norm_bound):
        assert f(net, params, shape) == f(flat, flat_params, (8,))
    assert local_lipschitz(net, params, x) == local_lipschitz(flat, flat_params, x.reshape(3, 8))
    assert [h.n_units for h in couples(net)[0]] == [3] * (2 if name == "MLP-3-800" else 3)


# --- VGG19 ---------------------------------------------------------------------------------------------

def test_vgg19():
    net = vgg19()
    convolutions = [layer for layer in net if isinstance(layer, Conv2d)]
    assert [c.n_out for c in convolutions] == [64] * 2 + [128] * 2 + [256] * 4 + [512] * 8
    assert [c.n_in for c in convolutions] == [3, *(c.n_out for c in convolutions[:-1])]
    assert {(c.kernel, c.padding, c.stride, c.bias) for c in convolutions} == {(3, 1, 1, True)}
    before = [sum(isinstance(layer, Conv2d) for layer in net[:i]) for i, layer in enumerate(net) if layer == MaxPool(2)]
    assert before == [2, 4, 8, 12, 16]
    assert net[-2:] == (Flatten(), Dense(512, 10))
    assert net.out_shape((5, 3, 32, 32)) == (5, 10)
    # Keras counts as many in VGG19 without its classifier, here 512 x 10 + 10
    assert sum(np.prod(shape) for layer in net for shape in layer.param_shapes) == 20_024_384 + 5130


def test_no_couple_of_vgg19_spans_a_pooling():
    net = vgg19(width=1)
    pairs, leftover = couples(net)
    assert len(pairs) == 8
    assert leftover == len(net) - 1
    assert all(net[h.incoming + 1:h.outgoing] == (ReLU(),) for h in pairs)


def test_vgg19_with_batch_norm_has_no_homogeneous_units():
    net, plain = vgg19(width=2, batch_norm=True), vgg19(width=2)
    assert Net(*(layer for layer in net if not isinstance(layer, BatchNorm))) == plain
    for i, layer in enumerate(net):
        if isinstance(layer, Conv2d):
            assert net[i + 1:i + 3] == (BatchNorm(layer.n_out), ReLU())
    with pytest.raises(ValueError, match="the units of layer 0 are not homogeneous: layer 1 is BatchNorm"):
        couples(net)


def test_a_small_vgg19_runs():
    net, rng = vgg19(3, channels=1, width=2, size=64), np.random.default_rng(0)
    assert net[-1] == Dense(16 * 4, 3)
    assert net.forward(net.init(rng, np.float32), rng.random((1, 1, 64, 64), dtype=np.float32))[0].shape == (1, 3)


# --- VGG16 ---------------------------------------------------------------------------------------------

def test_vgg16():
    net = vgg16()
    convolutions = [layer for layer in net if isinstance(layer, Conv2d)]
    assert [c.n_out for c in convolutions] == [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6
    assert [c.n_in for c in convolutions] == [3, *(c.n_out for c in convolutions[:-1])]
    assert {(c.kernel, c.padding, c.stride, c.bias) for c in convolutions} == {(3, 1, 1, True)}
    before = [sum(isinstance(layer, Conv2d) for layer in net[:i]) for i, layer in enumerate(net) if layer == MaxPool(2)]
    assert before == [2, 4, 7, 10, 13]
    assert all(net[i + 1] == ReLU() for i, layer in enumerate(net) if isinstance(layer, Conv2d))
    assert net[-2:] == (Flatten(), Dense(512, 10))
    # Keras counts as many in VGG16 without its classifier, here 512 x 10 + 10
    assert sum(np.prod(shape) for layer in net for shape in layer.param_shapes) == 14_714_688 + 5130


def test_the_modified_vgg16_has_two_large_kernels_first():
    """Wen et al. 2021, Section 5.3; the maps keep their size, so all that follows is as it was."""
    plain, modified = vgg16(), vgg16(first_kernel=21)
    assert vgg16(first_kernel=3) == plain
    assert modified == Net(Conv2d(3, 64, 21, padding=10), ReLU(), Conv2d(64, 64, 21, padding=10), *plain[3:])
    assert modified.out_shape((5, 3, 32, 32)) == (5, 10)
    large, small = (sum(np.prod(shape) for own in net.param_shapes for shape in own) for net in (modified, plain))
    assert large - small == (21**2 - 3**2) * (3 * 64 + 64 * 64)


def test_a_small_vgg16_runs():
    net, rng = vgg16(3, 1, width=2, batch_norm=True, first_kernel=5), np.random.default_rng(0)
    assert net[:6] == (Conv2d(1, 2, 5, padding=2), BatchNorm(2), ReLU(), Conv2d(2, 2, 5, padding=2), BatchNorm(2), ReLU())
    assert Net(*(layer for layer in net if not isinstance(layer, BatchNorm))) == vgg16(3, 1, width=2, first_kernel=5)
    x = rng.random((2, 1, 32, 32), dtype=np.float32)
    assert net.forward(net.init(rng, np.float32), x)[0].shape == (2, 3)


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: vgg16(first_kernel=20), ValueError, "first_kernel is 20: it must be one odd integer"),
    (lambda: vgg16(first_kernel=0), ValueError, "first_kernel is 0: it must be a positive integer"),
    (lambda: vgg16(first_kernel=3.0), ValueError, "first_kernel is 3.0: it must be a positive integer"),
    (lambda: vgg16(first_kernel=(3, 3)), ValueError, r"first_kernel is \(3, 3\): it must be one odd integer"),
    (lambda: vgg16(size=0), ValueError, "size is 0: it must be a positive integer"),
    (lambda: vgg16(width=0), ValueError, "width is 0: it must be a positive integer"),
    (lambda: vgg16(batch_norm=None), TypeError, "batch_norm is None: it must be True or False"),
    (lambda: factorised_mlp((3,)), ValueError, r"sizes is \(3,\): it must hold"),
    (lambda: factorised_mlp((3, 2, 2), (True,)), ValueError, r"bias is \(True,\): it must be a bool, or a tuple of 2"),
    (lambda: mlp_d_n("MLP-3-400"), ValueError, "name is 'MLP-3-400': it must be one of 'MLP-3-400 factorized', "),
    (lambda: mlp_d_n("MLP-6-400", width=0), ValueError, "width is 0: it must be a positive integer"),
    (lambda: mlp_d_n("MLP-6-400", n_in=1.5), ValueError, "n_in is 1.5: it must be a positive integer"),
    (lambda: vgg19(size=31), ValueError, "x has maps of 1x1: .* smaller than the kernel"),
    (lambda: vgg19(size=0), ValueError, "size is 0: it must be a positive integer"),
    (lambda: vgg19(width=1.5), ValueError, "width is 1.5: it must be a positive integer"),
    (lambda: vgg19(channels=0), ValueError, "channels is 0: it must be a positive integer"),
    (lambda: vgg19(batch_norm=1), TypeError, "batch_norm is 1: it must be True or False"),
    (lambda: vgg19(0), ValueError, "n_out is 0: it must be a positive integer"),
    (lambda: mlp(()), ValueError, r"sizes is \(\): it must hold"),
    (lambda: mlp((3,)), ValueError, r"sizes is \(3,\): it must hold"),
    (lambda: mlp(3), ValueError, r"sizes is 3: it must hold"),
    (lambda: mlp((3, 0)), ValueError, "n_out is 0: it must be a positive integer"),
    (lambda: mlp((3, 2), bias=(True, True)), ValueError, r"bias is \(True, True\): it must be a bool, or a tuple of 1"),
    (lambda: mlp((3, 2), bias=None), ValueError, "bias is None: it must be a bool, or a tuple of 1"),
    (lambda: mlp((3, 2), bias=(1,)), TypeError, "bias is 1: it must be True or False"),
    (lambda: mlp((3, 2, 1), ReLU), TypeError, "layer 1 of the net is .*: it must be a Layer"),
    (lambda: convnet((), 2, (4, 4)), ValueError, r"channels is \(\): it must hold"),
    (lambda: convnet(3, 2, (4, 4)), ValueError, r"channels is 3: it must hold"),
    (lambda: convnet((1, 2), 2, 4), ValueError, r"size is 4: it must be \(height, width\)"),
    (lambda: convnet((1, 2), 2, (4, 4, 4)), ValueError, r"size is \(4, 4, 4\): it must be \(height, width\)"),
    (lambda: convnet((1, 2, 3), 2, (3, 3)), ValueError, "layer 5: x has maps of 1x1: .* smaller than the kernel"),
    (lambda: convnet((1, 2), 2, (4, 4), bias=(True,)), ValueError, r"bias is \(True,\): .* a tuple of 2"),
])
def test_bad_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
