"""Convolution of NumPy floats, tuned: a sum over lines and kernel offsets of plain matrix products.

Callers see (n, c, H, W); memory is (H, W, n, c), and `forward` and `d_input` return transposed views of it.
NumPy's elementwise functions keep the memory order of their argument, so a stack of convolutions and
activations is converted once, at its ends. In this order the pixels of a line that one offset of the kernel
sees are a matrix (W n, c) without gaps: nothing is padded or gathered, and padding costs no product.

Everywhere x is (n, c_in, H, W), W (c_out, c_in, k_h, k_w), out and d_out (n, c_out, H', W'), stride and
dilation are pairs (vertical, horizontal), and padding is (top, bottom, left, right).
"""

import math

import numpy as np

from pathnorm_ref.layers.windows import Windows, out_size

_THIN = 16  # with fewer input channels the products are too thin, and it is faster to gather whole windows


def forward(x, W, stride, padding, dilation):
    """out[n, o, i, j] = sum_{c, a, b} W[o, c, a, b] x[n, c, s i + d a - top, s j + d b - left]."""
    win = Windows(W.shape[2:], stride, padding, dilation)
    size = out_size(win, x.shape)
    x = _lines(x)
    if x.shape[3] < _THIN:
        seen = _gather(win, x, size)
        return _maps((_matrix(seen) @ _by_window(W)).reshape(*seen.shape[:3], len(W)))
    kernels, out = _by_offset(W), np.zeros((*size, x.shape[2], W.shape[0]), x.dtype)
    buffer = np.empty_like(out[0])
    for a, b, at, where in _meetings(win, size, x.shape):
        _add_product(out[at], x[where], kernels[a, b].T, buffer)
    return _maps(out)


def d_weight(x, d_out, kernel, stride, padding, dilation):
    """The gradient of <d_out, forward(x, W)> in W, a sum over samples and pixels."""
    win = Windows(kernel, stride, padding, dilation)
    x, d_out = _lines(x), _lines(d_out)
    if x.shape[3] < _THIN:
        d_W = _matrix(d_out).T @ _matrix(_gather(win, x, d_out.shape[:2]))
        return d_W.reshape(len(d_W), *kernel, x.shape[3]).transpose(0, 3, 1, 2)
    d_W = np.zeros((*kernel, d_out.shape[3], x.shape[3]), x.dtype)
    product = np.empty_like(d_W[0, 0])
    for a, b, at, where in _meetings(win, d_out.shape, x.shape):
        d_W[a, b] += np.matmul(_matrix(d_out[at]).T, _matrix(x[where]), out=product)
    return d_W.transpose(2, 3, 0, 1)


def d_input(d_out, W, shape, stride, padding, dilation):
    """The gradient of <d_out, forward(x, W)> in x, an array of `shape`."""
    win = Windows(W.shape[2:], stride, padding, dilation)
    n, n_in, height, width = shape
    d_out, kernels = _lines(d_out), _by_offset(W)
    d_x = np.zeros((height, width, n, n_in), d_out.dtype)
    buffer = np.empty((d_out.shape[1], n, n_in), d_out.dtype)
    for a, b, at, where in _meetings(win, d_out.shape, d_x.shape):
        _add_product(d_x[where], d_out[at], kernels[a, b], buffer)
    return _maps(d_x)


def _meetings(win, size, maps):
    """(a, b, (i, columns), (r, columns)): the pixels of output line i and input line r that (a, b) joins.

    All offsets of an output line follow each other, so that the line stays in the cache.
    """
    columns = [_overlap(b * win.dilation[1] - win.padding[2], win.stride[1], size[1], maps[1])
               for b in range(win.kernel[1])]
    for i in range(size[0]):
        for a in range(win.kernel[0]):
            r = i * win.stride[0] + a * win.dilation[0] - win.padding[0]
            if 0 <= r < maps[0]:
                yield from ((a, b, (i, at), (r, where)) for b, (at, where) in enumerate(columns)
                            if at.start < at.stop)


def _overlap(shift, stride, n_out, n_in):
    """The slices of all j < n_out and of their j stride + shift for which the latter lies in 0..n_in - 1."""
    first = max(0, -(shift // stride))
    stop = min(n_out, (n_in - 1 - shift) // stride + 1)
    return slice(first, stop), slice(first * stride + shift, (stop - 1) * stride + shift + 1, stride)


def _add_product(total, x, kernel, buffer):
    """total += x @ kernel over the last axis, for (columns, n, c); a stride makes `_matrix` copy x first."""
    product = np.matmul(_matrix(x), kernel, out=_matrix(buffer[:len(total)]))
    total += product.reshape(total.shape)


def _gather(win, x, size):
    """The window under each pixel of the output, (H', W', n, k_h k_w c_in): k_h k_w times a thin x."""
    seen = np.zeros((*size, x.shape[2], *win.kernel, x.shape[3]), x.dtype)
    for a, b, at, where in _meetings(win, size, x.shape):
        seen[at][:, :, a, b] = x[where]
    return seen.reshape(*seen.shape[:3], math.prod(seen.shape[3:]))


def _lines(x):
    """x (n, c, H, W) as a contiguous (H, W, n, c); x itself, transposed, if its memory is so."""
    return np.ascontiguousarray(x.transpose(2, 3, 0, 1))


def _maps(lines):
    return lines.transpose(2, 3, 0, 1)


def _matrix(x):
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def _by_offset(W):
    """(k_h, k_w, c_out, c_in)"""
    return np.ascontiguousarray(W.transpose(2, 3, 0, 1))


def _by_window(W):
    """(k_h k_w c_in, c_out)"""
    return W.transpose(2, 3, 1, 0).reshape(-1, len(W))
