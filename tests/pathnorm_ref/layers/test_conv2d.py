"""Convolutions: the plain path against the tuned one and PyTorch, the adjoint, and what the constructor refuses."""

from itertools import product

import numpy as np
import pytest

from pathnorm_ref.layers import Conv2d
from proofs_check import definitions

GRID = [Conv2d(4, 6, kernel, stride, padding, dilation, groups, bias) for kernel, stride, padding, dilation, groups, bias
        in product((1, 2, (3, 2)), (1, (2, 3)), (0, (1, 0, 2, 1)), (1, (1, 2)), (1, 2), (True, False))]
LARGE = [(Conv2d(n_in, 3, 21, padding=10), size, n) for n_in in (3, 17) for size, n in (((32, 32), 1), ((8, 5), 2))]
"""The first kernels of Wen et al. 2021, Section 5.3: larger than half of its maps, and than a whole smaller one."""
U = 2.0**-53


def drawn(layer, size=(6, 7), n=2):
    rng = np.random.default_rng(0)
    params = tuple(rng.standard_normal(shape) for shape in layer.param_shapes)
    x = rng.standard_normal((n, layer.n_in, *size))
    return params, x, rng.standard_normal(layer.out_shape(x.shape))


def everything(layer, params, x, d_out):
    out, cache = layer.forward(params, x)
    gradients, d_x = layer.backward(params, cache, d_out)
    return out, d_x, *gradients


def agree(layer, params, x, d_out, others):
    """Each is within m u sum |terms| of the true value, for sums of m products: they differ by twice as much."""
    m = x.size + d_out.size
    sizes = everything(layer, tuple(map(abs, params)), abs(x), abs(d_out))
    for computed, other, size in zip(everything(layer, params, x, d_out), others, sizes, strict=True):
        assert computed.shape == other.shape
        assert (abs(computed - other) <= 2 * m * U * size).all()


@pytest.mark.torch
@pytest.mark.parametrize(("layer", "size", "n"), [*((layer, (6, 7), 2) for layer in GRID), *LARGE], ids=str)
def test_torch_agrees(layer, size, n):
    torch = pytest.importorskip("torch")
    params, x, d_out = drawn(layer, size, n)
    win = layer.windows
    top, bottom, left, right = win.padding
    leaves = [torch.tensor(array, requires_grad=True) for array in (x, *params)]
    padded = torch.nn.functional.pad(leaves[0], (left, right, top, bottom))
    out = torch.nn.functional.conv2d(padded, *leaves[1:], stride=win.stride, dilation=win.dilation, groups=layer.groups)
    out.backward(torch.tensor(d_out))
    agree(layer, params, x, d_out, [out.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)])


@pytest.mark.parametrize(("layer", "size", "n"), [*((layer, (6, 7), 2) for layer in GRID), *LARGE], ids=str)
def test_the_plain_path_agrees_with_the_tuned_one(layer, size, n, monkeypatch):
    params, x, d_out = drawn(layer, size, n)
    tuned = everything(layer, params, x, d_out)
    monkeypatch.setattr(Conv2d, "_is_tuned", lambda self, x: False)
    agree(layer, params, x, d_out, tuned)


def test_d_x_is_the_transpose_of_the_operator_matrix():
    """In small integers, where float64 is exact."""
    rng = np.random.default_rng(0)
    for layer in (layer for layer in GRID if not layer.bias):
        W = rng.integers(-3, 4, layer.param_shapes[0]).astype(float)
        matrix = definitions.operator_matrix(lambda x, W=W, layer=layer: layer.forward((W,), x)[0], (1, 4, 4, 5))
        shape = layer.out_shape((1, 4, 4, 5))
        _, cache = layer.forward((W,), np.zeros((1, 4, 4, 5)))
        transposed = definitions.operator_matrix(
            lambda d_out, W=W, layer=layer, cache=cache: layer.backward((W,), cache, d_out)[1], shape)
        assert (transposed == matrix.T).all()


@pytest.mark.parametrize("n_in", [1, 16])
def test_a_21x21_kernel_is_the_definition_in_small_integers(n_in):
    """Exactly: every output reads all of a map of 4x3, and 7 x 5 offsets of the 441 see more than padding."""
    rng, layer = np.random.default_rng(0), Conv2d(n_in, 2, 21, padding=10)
    W, b = (rng.integers(-3, 4, shape).astype(float) for shape in layer.param_shapes)
    x, d_out = (rng.integers(-3, 4, (1, c, 4, 3)).astype(float) for c in (n_in, 2))
    out, d_x, d_W, d_b = everything(layer, (W, b), x, d_out)
    assert (out == definitions.conv2d(x, W, b, (1, 1), (10,) * 4, (1, 1), 1)).all()
    expected_W, expected_x = np.zeros_like(W), np.zeros_like(x)
    for o, i, j, r, c in np.ndindex(2, 4, 3, 4, 3):  # out[o, i, j] reads x[:, r, c] by W[o, :, r - i + 10, c - j + 10]
        expected_W[o, :, r - i + 10, c - j + 10] += d_out[0, o, i, j] * x[0, :, r, c]
        expected_x[0, :, r, c] += d_out[0, o, i, j] * W[o, :, r - i + 10, c - j + 10]
    assert (d_x == expected_x).all()
    assert (d_W == expected_W).all()
    assert (d_b == d_out.sum(axis=(0, 2, 3))).all()
    assert np.count_nonzero((d_W != 0).any(axis=(0, 1))) <= 7 * 5


def test_maps_smaller_than_the_kernel_are_refused():
    with pytest.raises(ValueError, match=r"x has maps of 2x3: with padding \(0, 0, 0, 0\) they are smaller"):
        Conv2d(1, 1, 3).forward((np.zeros((1, 1, 3, 3)), np.zeros(1)), np.zeros((1, 1, 2, 3)))


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"n_in": 0}, ValueError, "n_in is 0: it must be a positive integer"),
    ({"n_out": 2.0}, ValueError, "n_out is 2.0: it must be a positive integer"),
    ({"kernel": 0}, ValueError, r"kernel is \(0, 0\): it must be a positive integer"),
    ({"kernel": (1, 2, 3)}, ValueError, r"kernel is \(1, 2, 3\): it must be an integer, or a pair"),
    ({"kernel": None}, ValueError, r"kernel is \(None, None\): it must be a positive integer"),
    ({"kernel": [3, 3]}, ValueError, r"kernel is \(\[3, 3\], \[3, 3\]\): it must be a positive integer \(or a tuple"),
    ({"padding": [1, 1, 1, 1]}, ValueError, r"padding is \(\[1, .*: it must be an integer of at least 0, or four of them"),
    ({"stride": 0}, ValueError, r"stride is \(0, 0\): it must be a positive integer"),
    ({"stride": (1, -1)}, ValueError, r"stride is \(1, -1\): it must be a positive integer"),
    ({"dilation": 0}, ValueError, r"dilation is \(0, 0\): it must be a positive integer"),
    ({"dilation": (1,)}, ValueError, r"dilation is \(1,\): it must be an integer, or a pair"),
    ({"padding": -1}, ValueError, r"padding is \(-1, .*\): it must be an integer of at least 0, or four"),
    ({"padding": (1, 1)}, ValueError, r"padding is \(1, 1\): it must be an integer of at least 0, or four"),
    ({"padding": "same"}, ValueError, r"padding is \('same', .*\): it must be an integer of at least 0, or four"),
    ({"groups": 3}, ValueError, "groups is 3: it must divide n_in 4 and n_out 6"),
    ({"groups": 0}, ValueError, "groups is 0: it must be a positive integer"),
    ({"bias": 1}, TypeError, "bias is 1: it must be True or False"),
])
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Conv2d(**{"n_in": 4, "n_out": 6, "kernel": 3} | arguments)
