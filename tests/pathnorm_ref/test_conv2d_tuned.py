"""The tuned convolution against the definition, looped; every bound is k eps sum |terms|, entry by entry."""

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pathnorm_ref.layers import conv2d_tuned
from pathnorm_ref.layers.conv2d import Conv2d

EXAMPLES = settings(max_examples=80, deadline=None, derandomize=True)
SIDES = st.tuples(*[st.integers(0, 3)] * 4)
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


def out_shape(x, W, stride, padding, dilation):
    size = [(n + sum(p) - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in
            zip(x.shape[2:], W.shape[2:], stride, (padding[:2], padding[2:]), dilation, strict=True)]
    return (x.shape[0], W.shape[0], *size)


def connections(x, W, out, stride, padding, dilation):
    """All (i, j, a, b, r, c): out[..., i, j] reads x[..., r, c] with W[..., a, b]."""
    for i, j, a, b in itertools.product(range(out[2]), range(out[3]), range(W.shape[2]), range(W.shape[3])):
        r, c = i * stride[0] + a * dilation[0] - padding[0], j * stride[1] + b * dilation[1] - padding[2]
        if 0 <= r < x.shape[2] and 0 <= c < x.shape[3]:
            yield i, j, a, b, r, c


def looped(x, W, d_out, *geometry):
    """(out, d_W, d_x) by the definition."""
    shape = out_shape(x, W, *geometry)
    out, d_W, d_x = np.zeros(shape, x.dtype), np.zeros_like(W), np.zeros_like(x)
    for i, j, a, b, r, c in connections(x, W, shape, *geometry):
        out[:, :, i, j] += np.einsum("nc,oc->no", x[:, :, r, c], W[:, :, a, b])
        d_W[:, :, a, b] += np.einsum("nc,no->oc", x[:, :, r, c], d_out[:, :, i, j])
        d_x[:, :, r, c] += np.einsum("no,oc->nc", d_out[:, :, i, j], W[:, :, a, b])
    return out, d_W, d_x


def tuned(x, W, d_out, *geometry):
    return (conv2d_tuned.forward(x, W, *geometry),
            conv2d_tuned.d_weight(x, d_out, W.shape[2:], *geometry),
            conv2d_tuned.d_input(d_out, W, x.shape, *geometry))


def check(x, W, *geometry):
    rng = np.random.default_rng(1)
    d_out = rng.standard_normal(out_shape(x, W, *geometry)).astype(x.dtype)
    arrays = [x, W, d_out]
    for array in arrays:
        array.flags.writeable = False
    exact = looped(*(array.astype(float) for array in arrays), *geometry)
    sums = looped(*(np.abs(array).astype(float) for array in arrays), *geometry)
    terms = (W[0].size, d_out[:, 0].size, W[:, 0].size)
    for found, expected, total, k in zip(tuned(*arrays, *geometry), exact, sums, terms, strict=True):
        assert found.dtype == x.dtype
        assert found.shape == expected.shape
        assert not any(np.shares_memory(found, array) for array in arrays)
        # a sum of k products in any order, each rounded: k eps sum |terms|; twice, for the loop rounds too
        assert np.all(np.abs(found - expected) <= 2 * k * np.finfo(x.dtype).eps * total)


@EXAMPLES
@given(n=st.integers(0, 3), channels=st.sampled_from([(1, 1), (3, 2), (2, 5), (17, 3), (16, 1)]),
       maps=st.tuples(st.integers(1, 6), st.integers(1, 6)),
       kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
       stride=PAIRS, padding=SIDES, dilation=PAIRS, dtype=st.sampled_from([np.float32, np.float64]),
       in_lines=st.booleans(), seed=st.integers(0, 2**32))
def test_every_geometry(n, channels, maps, kernel, stride, padding, dilation, dtype, in_lines, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, channels[0], *maps)).astype(dtype)
    W = rng.standard_normal((channels[1], channels[0], *kernel)).astype(dtype)
    assume(min(out_shape(x, W, stride, padding, dilation)[2:]) >= 1)
    if in_lines:
        x = np.ascontiguousarray(x.transpose(2, 3, 0, 1)).transpose(2, 3, 0, 1)
    check(x, W, stride, padding, dilation)


@pytest.mark.parametrize("n_in", [3, 32])
@pytest.mark.parametrize(("maps", "kernel", "padding"), [
    ((1, 1), (3, 3), (1, 1, 1, 1)), ((1, 1), (5, 5), (2, 2, 2, 2)), ((2, 2), (1, 1), (0, 0, 0, 0)),
    ((4, 4), (3, 3), (1, 1, 1, 1)), ((5, 3), (2, 4), (0, 1, 3, 0)), ((3, 3), (1, 1), (2, 2, 2, 2))])
def test_edges(n_in, maps, kernel, padding):
    rng = np.random.default_rng(0)
    x, W = rng.standard_normal((2, n_in, *maps)), rng.standard_normal((3, n_in, *kernel))
    check(x, W, (1, 1), padding, (1, 1))


@pytest.mark.parametrize("n_in", [2, 20])
def test_equals_the_plain_path(n_in, monkeypatch):
    rng = np.random.default_rng(0)
    layer = Conv2d(n_in, 4, (3, 2), stride=(2, 1), padding=(1, 0, 2, 1), dilation=(1, 2))
    params, x = layer.init(rng), rng.standard_normal((3, n_in, 6, 7))
    results = []
    for is_tuned in (True, False):
        monkeypatch.setattr(Conv2d, "_is_tuned", lambda self, x, is_tuned=is_tuned: is_tuned)
        out, cache = layer.forward(params, x)
        (d_W, d_b), d_x = layer.backward(params, cache, np.ones_like(out))
        results.append((out, d_W, d_b, d_x))
    for found, expected in zip(*results, strict=True):
        # at most 126 terms (the pixels of a gradient in W) of size 10 and less, summed in another order
        assert np.max(np.abs(found - expected)) <= 2 * 126 * np.finfo(float).eps * 126 * 10


def test_memory_order_survives_a_stack():
    x, W = np.ones((2, 16, 5, 4)), np.ones((16, 16, 3, 3))
    geometry = (1, 1), (1, 1, 1, 1), (1, 1)
    out = np.maximum(conv2d_tuned.forward(x, W, *geometry), 0)
    again = conv2d_tuned.d_input(out * 2, W, x.shape, *geometry)
    assert out.transpose(2, 3, 0, 1).flags.c_contiguous
    assert again.transpose(2, 3, 0, 1).flags.c_contiguous


def test_extra_memory():
    """Beyond its result and one line, the tuned path holds no copies of maps that are in its memory order."""
    x = np.ones((16, 16, 8, 64)).transpose(2, 3, 0, 1)
    W, geometry = np.ones((64, 64, 3, 3)), ((1, 1), (1, 1, 1, 1), (1, 1))
    tracemalloc.start()
    conv2d_tuned.forward(x, W, *geometry)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    line = x.nbytes / 16
    assert peak <= x.nbytes + 2 * W.nbytes + 2 * line  # out, kernels by offset, the buffer, and small change
