"""Sliding windows over the last two axes: the geometry that convolution and pooling share.

A window is visited offset by offset: `x[..., slices]` for offset (i, j) holds, for every window at once,
the element that stands at (i, j) in it.
"""

import math
from typing import NamedTuple

from pathnorm_ref.arrays import zeros
from pathnorm_ref.layers.layer import check_positive


class Windows(NamedTuple):
    """Kernel, stride and dilation as (vertical, horizontal); padding as (top, bottom, left, right)."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    dilation: tuple[int, int] = (1, 1)


def windows(kernel, stride, padding, dilation=1):
    """`Windows` from integers or tuples. ValueError if a size is not positive, or a padding negative."""
    kernel, stride, dilation = (_pair(value) for value in (kernel, stride, dilation))
    padding = padding if isinstance(padding, tuple) else (padding,) * 4
    check_positive(kernel=kernel, stride=stride, dilation=dilation)
    if len(padding) != 4 or any(isinstance(n, bool) or not isinstance(n, int) or n < 0 for n in padding):
        raise ValueError(f"padding is {padding!r}: it must be an integer of at least 0, "
                         "or four of them in a tuple (top, bottom, left, right)")
    for name, value in (("kernel", kernel), ("stride", stride), ("dilation", dilation)):
        if len(value) != 2:
            raise ValueError(f"{name} is {value!r}: it must be an integer, or a pair (vertical, horizontal)")
    return Windows(kernel, stride, padding, dilation)


def _pair(value):
    return value if isinstance(value, tuple) else (value, value)  # a list has no hash, and a layer needs one


def out_size(win, shape):
    """(height, width) of the grid of windows over maps of shape (..., H, W). ValueError if there is none."""
    top, bottom, left, right = win.padding
    padded = (shape[-2] + top + bottom, shape[-1] + left + right)
    size = tuple((n - d * (k - 1) - 1) // s + 1
                 for n, k, s, d in zip(padded, win.kernel, win.stride, win.dilation, strict=True))
    if min(size) < 1:
        raise ValueError(f"x has maps of {shape[-2]}x{shape[-1]}: with padding {win.padding} they are smaller "
                         f"than the kernel {win.kernel} (dilation {win.dilation})")
    return size


def offsets(win, size):
    """For each offset in the window, row by row, the slices of the padded map that all windows see there."""
    for i in range(win.kernel[0]):
        for j in range(win.kernel[1]):
            yield tuple(slice(o * d, o * d + s * (n - 1) + 1, s)
                        for o, d, s, n in zip((i, j), win.dilation, win.stride, size, strict=True))


def overlap(win):
    """How many windows can share one element: prod over both axes of ceil(k gcd(s, d) / s)."""
    return math.prod(-(-k * math.gcd(s, d) // s)
                     for k, s, d in zip(win.kernel, win.stride, win.dilation, strict=True))


def pad(xp, x, padding):
    """x with zeros around its last two axes."""
    top, bottom, left, right = padding
    if not any(padding):
        return x
    *batch, height, width = x.shape
    out = zeros(xp, (*batch, top + height + bottom, left + width + right), x)
    out[..., top:top + height, left:left + width] = x
    return out


def unpad(x, padding):
    """The inverse, and the adjoint, of `pad`."""
    top, bottom, left, right = padding
    return x[..., top:x.shape[-2] - bottom, left:x.shape[-1] - right]
