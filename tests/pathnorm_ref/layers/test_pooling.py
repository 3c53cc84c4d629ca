"""Pooling: ties, padding, overlapping windows, PyTorch, and what the constructors refuse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathnorm_ref.layers import AvgPool, Flatten, GlobalAvgPool, MaxPool
from proofs_check import definitions
from tests.pathnorm_ref.layers.examples import EXAMPLES, drawn, fractions

EXACTLY = settings(max_examples=40, deadline=None, derandomize=True)
WINDOWS = [(2, 2, 0), (2, 1, 0), (3, 2, 1), ((3, 2), (1, 2), (1, 1, 0, 0)), (2, 3, 0), (4, 3, 2)]


@pytest.mark.parametrize("example", [e for e in EXAMPLES if isinstance(e.layer, MaxPool)], ids=lambda e: e.name)
@EXACTLY
@given(rng=st.integers(0, 2**32).map(np.random.default_rng))
def test_of_ties_the_first_gets_the_gradient(example, rng):
    """With overlapping windows a pixel gets that of every window that chose it."""
    _, x = drawn(example, rng)
    win = example.layer.windows
    _, where = definitions.max_pool(x, win.kernel, win.stride, win.padding)
    out, cache = example.layer.forward((), x)
    d_out, expected = fractions(rng, out.shape), 0 * x
    for n, c, i, j in np.ndindex(out.shape):
        expected[n, c, *where[n, c, i, j]] += d_out[n, c, i, j]
    assert (example.layer.backward((), cache, d_out)[1] == expected).all()


def test_padding_is_never_the_maximum():
    x = -1 - np.arange(9.0).reshape(1, 1, 3, 3)
    out, cache = MaxPool(3, 1, 1).forward((), x)
    assert out.max() == -1
    assert MaxPool(3, 1, 1).backward((), cache, np.ones_like(out))[1].sum() == 9
    assert MaxPool(3, 1, 1).forward((), x * 1e300)[0].max() == -1e300


def test_padding_counts_as_zeros_in_the_mean():
    assert AvgPool(2, 2, (1, 0, 1, 0)).forward((), np.ones((1, 1, 1, 1)))[0].tolist() == [[[[0.25]]]]


@pytest.mark.torch
@pytest.mark.parametrize("pool", [MaxPool, AvgPool])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_torch_agrees(pool, window):
    torch = pytest.importorskip("torch")
    layer, rng = pool(*window), np.random.default_rng(0)
    win = layer.windows
    x = rng.integers(-4, 5, (2, 3, 7, 8)).astype(float)  # with ties; sums of small integers are exact
    leaf = torch.tensor(x, requires_grad=True)
    f = torch.nn.functional.max_pool2d if pool is MaxPool else torch.nn.functional.avg_pool2d
    expected = f(leaf, win.kernel, win.stride, win.padding[::2])
    out, cache = layer.forward((), x)
    d_out = rng.integers(-4, 5, out.shape).astype(float)
    expected.backward(torch.tensor(d_out))
    d_x = layer.backward((), cache, d_out)[1]
    # MaxPool exactly; a mean is rounded once, and d_x is a sum of at most 16 terms of at most 4: 16 * 64 * 2^-53
    atol = 0 if pool is MaxPool else 2e-13
    np.testing.assert_allclose(out, expected.detach().numpy(), rtol=0, atol=atol)
    np.testing.assert_allclose(d_x, leaf.grad.numpy(), rtol=0, atol=atol)


@pytest.mark.parametrize("pool", [MaxPool, AvgPool])
@pytest.mark.parametrize(("arguments", "message"), [
    ((0,), r"kernel is \(0, 0\): it must be a positive integer"),
    (((2, 2, 2),), r"kernel is \(2, 2, 2\): it must be an integer, or a pair"),
    (([2, 2],), r"kernel is \(\[2, 2\], \[2, 2\]\): it must be a positive integer \(or a tuple of them"),
    ((2, 0), r"stride is \(0, 0\): it must be a positive integer"),
    ((2, 1.5), r"stride is \(1.5, 1.5\): it must be a positive integer"),
    ((2, 1, -1), r"padding is \(-1, .* it must be an integer of at least 0, or four"),
    ((2, 1, 2), r"padding is \(2, 2, 2, 2\): it must be smaller than the kernel \(2, 2\)"),
    (((2, 1), 1, (1, 1, 0, 1)), r"padding is \(1, 1, 0, 1\): it must be smaller than the kernel \(2, 1\)"),
])
def test_bad_arguments_are_refused(pool, arguments, message):
    with pytest.raises(ValueError, match=message):
        pool(*arguments)


@pytest.mark.parametrize("layer", [MaxPool(2, 1, 1), AvgPool(2, 1, 1), GlobalAvgPool()], ids=str)
def test_empty_maps_are_refused(layer):
    for size in ((0, 3), (3, 0)):
        with pytest.raises(ValueError, match=r"x has shape .* empty"):
            layer.forward((), np.zeros((1, 1, *size)))


def test_each_channel_flattens_to_a_block_of_columns():
    x = np.arange(12.0).reshape(1, 3, 2, 2)
    assert Flatten().forward((), x)[0][:, 4:8].tolist() == x[:, 1].reshape(1, 4).tolist()
