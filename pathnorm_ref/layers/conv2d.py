"""Two-dimensional convolution (cross-correlation, as every deep-learning library has it)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pathnorm_ref.arrays import absolute, is_exact, zeros
from pathnorm_ref.layers import conv2d_tuned
from pathnorm_ref.layers.layer import Layer, check_bool, check_positive
from pathnorm_ref.layers.windows import offsets, out_size, pad, unpad, windows


@dataclass(frozen=True)
class Conv2d(Layer):
    """out[n, o, i, j] = b[o] + sum_{c, a, b} W[o, c, a, b] x[n, c, s i + d a - top, s j + d b - left].

    x (n, n_in, H, W), W (n_out, n_in / groups, k_h, k_w), b (n_out,), out (n, n_out, H', W'). Kernel, stride
    and dilation are integers or pairs; padding (with zeros) an integer or (top, bottom, left, right). With
    groups, output channel o of group g reads the input channels of group g only.
    """

    n_in: int
    n_out: int
    kernel: int | tuple[int, int]
    stride: int | tuple[int, int] = 1
    padding: int | tuple[int, int, int, int] = 0
    dilation: int | tuple[int, int] = 1
    groups: int = 1
    bias: bool = True

    homogeneous = True

    def __post_init__(self):
        check_positive(n_in=self.n_in, n_out=self.n_out, groups=self.groups)
        check_bool(bias=self.bias)
        if self.n_in % self.groups or self.n_out % self.groups:
            raise ValueError(f"groups is {self.groups}: it must divide n_in {self.n_in} and n_out {self.n_out}")
        _ = self.windows

    @cached_property
    def windows(self):
        """The geometry, as `Windows`."""
        return windows(self.kernel, self.stride, self.padding, self.dilation)

    @cached_property
    def param_shapes(self):
        return ((self.n_out, self.n_in // self.groups, *self.windows.kernel), (self.n_out,))[:1 + self.bias]

    def out_shape(self, shape):
        if len(shape) != 4 or shape[1] != self.n_in:
            raise ValueError(f"x has shape {shape}: {self} reads (n, {self.n_in}, height, width)")
        return (shape[0], self.n_out, *out_size(self.windows, shape))

    def _forward(self, xp, params, x):
        if self._is_tuned(x):
            win = self.windows
            out = conv2d_tuned.forward(x, params[0], win.stride, win.padding, win.dilation)
        else:
            out = self._convolve(xp, params[0], x)
        return (out + params[1][:, None, None] if self.bias else out), x

    def _d_params(self, xp, params, x, d_out):
        if self._is_tuned(x):
            win = self.windows
            d_W = conv2d_tuned.d_weight(x, d_out, win.kernel, win.stride, win.padding, win.dilation)
        else:
            d_W = self._d_kernel(xp, x, d_out)
        return (d_W, xp.sum(d_out, axis=(0, 2, 3))) if self.bias else (d_W,)

    def _d_x(self, xp, params, x, d_out):
        if self._is_tuned(x):
            win = self.windows
            return conv2d_tuned.d_input(d_out, params[0], x.shape, win.stride, win.padding, win.dilation)
        return self._transpose(xp, params[0], x.shape, d_out)

    def _is_tuned(self, x):
        return isinstance(x, np.ndarray) and not is_exact(x) and self.groups == 1

    # The plain path, for every number system and library. For each offset in the kernel, one product of
    # matrices per group and sample: W (g, o, c) times the pixels seen there (n, g, c, H' W').

    def _convolve(self, xp, W, x):
        n, _, *size = self.out_shape(x.shape)
        W, x = self._by_offset(xp, W), pad(xp, x, self.windows.padding)
        out = sum(W[k, ...] @ self._by_group(xp, x[:, :, rows, columns])
                  for k, (rows, columns) in enumerate(offsets(self.windows, size)))
        return xp.reshape(out, (n, self.n_out, *size))

    def _d_kernel(self, xp, x, d_out):
        x, d_out = pad(xp, x, self.windows.padding), self._by_group(xp, d_out)
        size = out_size(self.windows._replace(padding=(0, 0, 0, 0)), x.shape)
        per_offset = [xp.sum(d_out @ xp.matrix_transpose(self._by_group(xp, x[:, :, rows, columns])), axis=0)
                      for rows, columns in offsets(self.windows, size)]
        return xp.reshape(xp.stack(per_offset, axis=-1), self.param_shapes[0])

    def _transpose(self, xp, W, shape, d_out):
        n, n_in, height, width = shape
        top, bottom, left, right = self.windows.padding
        W_T = xp.matrix_transpose(self._by_offset(xp, W))
        d_x = zeros(xp, (n, n_in, height + top + bottom, width + left + right), d_out)
        size, d_out = d_out.shape[2:], self._by_group(xp, d_out)
        for k, (rows, columns) in enumerate(offsets(self.windows, size)):
            d_x[:, :, rows, columns] += xp.reshape(W_T[k, ...] @ d_out, (n, n_in, *size))
        return unpad(d_x, self.windows.padding)

    def _by_offset(self, xp, W):
        """(k_h k_w, groups, n_out / groups, n_in / groups)"""
        W = xp.reshape(W, (self.groups, self.n_out // self.groups, self.n_in // self.groups, -1))
        return xp.permute_dims(W, (3, 0, 1, 2))

    def _by_group(self, xp, maps):
        """(n, groups, channels / groups, pixels)"""
        n, channels, height, width = maps.shape
        return xp.reshape(maps, (n, self.groups, channels // self.groups, height * width))

    def _paths(self, xp, params, a, p):
        out = self._convolve(xp, absolute(xp, params[0]) ** p, a)
        return out + (absolute(xp, params[1]) ** p)[:, None, None] if self.bias else out
