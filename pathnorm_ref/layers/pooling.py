"""Pooling over windows, over whole maps, and flattening: channel by channel, and positively homogeneous."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from pathnorm_ref.arrays import device, greater, root, system, zeros
from pathnorm_ref.layers.layer import Layer
from pathnorm_ref.layers.windows import offsets, out_size, overlap, pad, unpad, windows


@dataclass(frozen=True)
class _Pool(Layer):
    kernel: int | tuple[int, int]
    stride: int | tuple[int, int] | None = None
    padding: int | tuple[int, int, int, int] = 0

    homogeneous = True

    def __post_init__(self):
        kernel, padding = self.windows.kernel, self.windows.padding
        if max(padding[:2]) >= kernel[0] or max(padding[2:]) >= kernel[1]:
            raise ValueError(f"padding is {padding}: it must be smaller than the kernel {kernel}, "
                             "or windows would see nothing")

    @cached_property
    def windows(self):
        """The geometry, as `Windows`."""
        return windows(self.kernel, self.kernel if self.stride is None else self.stride, self.padding)

    def out_shape(self, shape):
        if len(shape) != 4:
            raise ValueError(f"x has shape {shape}: {self} reads (n, channels, height, width)")
        if 0 in shape[2:]:
            raise ValueError(f"x has shape {shape}: {self} reads maps that are not empty")
        return (*shape[:2], *out_size(self.windows, shape))

    def _seen(self, xp, x):
        """What all windows see at each offset: arrays of the output's shape."""
        size = out_size(self.windows, x.shape)
        x = pad(xp, x, self.windows.padding)
        return [x[:, :, rows, columns] for rows, columns in offsets(self.windows, size)]

    def _scatter(self, xp, shape, parts):
        """The adjoint of `_seen`."""
        n, channels, height, width = shape
        top, bottom, left, right = self.windows.padding
        d_x = zeros(xp, (n, channels, height + top + bottom, width + left + right), parts[0])
        slices = offsets(self.windows, parts[0].shape[2:])
        for (rows, columns), part in zip(slices, parts, strict=True):
            d_x[:, :, rows, columns] += part
        return unpad(d_x, self.windows.padding)


@dataclass(frozen=True)
class AvgPool(_Pool):
    """The mean over each window; padding counts as zeros. Stride defaults to the kernel."""

    def _forward(self, xp, params, x):
        return self._mean(xp, x, 1), x.shape

    def _d_x(self, xp, params, shape, d_out):
        share = d_out / system(d_out)(math.prod(self.windows.kernel))
        return self._scatter(xp, shape, [share] * math.prod(self.windows.kernel))

    def stretch(self, params, like):
        return root(Fraction(overlap(self.windows), math.prod(self.windows.kernel)), like)

    def _mean(self, xp, x, p):
        """Each element weighs 1 / (size of the window), to the power p."""
        return sum(self._seen(xp, x)) / system(x)(math.prod(self.windows.kernel) ** p)

    def _paths(self, xp, params, a, p):
        return self._mean(xp, a, p)


@dataclass(frozen=True)
class MaxPool(_Pool):
    """The maximum over each window, of equal ones the first; padding is never chosen.

    Stride defaults to the kernel. For path norms each element of a window is a path of its own.
    """

    def _forward(self, xp, params, x):
        seen, inside = self._seen(xp, x), self._inside(xp, x)
        best, chosen, found = seen[0], xp.zeros_like(inside[0], dtype=xp.int32), inside[0]
        for k in range(1, len(seen)):
            better = inside[k] & (~found | greater(seen[k], best, inside[k] & found))
            best, chosen = xp.where(better, seen[k], best), xp.where(better, k, chosen)
            found = found | inside[k]
        return best, (x.shape, chosen)

    def _d_x(self, xp, params, cache, d_out):
        shape, chosen = cache
        nothing = zeros(xp, d_out.shape, d_out)
        parts = [xp.where(chosen == k, d_out, nothing) for k in range(math.prod(self.windows.kernel))]
        return self._scatter(xp, shape, parts)

    def stretch(self, params, like):
        return root(overlap(self.windows), like)

    def _inside(self, xp, x):
        """For each offset, whether what the windows (H', W') see there is the map and not its padding."""
        rows = self._axis_inside(x.shape[2], 0)
        columns = self._axis_inside(x.shape[3], 1)
        return [xp.asarray(row[:, None] & column, device=device(x)) for row in rows for column in columns]

    def _axis_inside(self, n, axis):
        win = self.windows
        before, after = win.padding[2 * axis:2 * axis + 2]
        n_windows = (n + before + after - win.kernel[axis]) // win.stride[axis] + 1
        start = np.arange(n_windows) * win.stride[axis] - before
        return [(start + offset >= 0) & (start + offset < n) for offset in range(win.kernel[axis])]

    def _paths(self, xp, params, a, p):
        return sum(self._seen(xp, a))


@dataclass(frozen=True)
class GlobalAvgPool(Layer):
    """The mean of each map: (n, channels, H, W) to (n, channels)."""

    homogeneous = True

    def out_shape(self, shape):
        if len(shape) != 4 or not shape[2] * shape[3]:
            raise ValueError(f"x has shape {shape}: {self} reads (n, channels, height, width), none of them empty")
        return shape[:2]

    def _forward(self, xp, params, x):
        return self._paths(xp, params, x, 1), x.shape

    def _d_x(self, xp, params, shape, d_out):
        return (d_out / system(d_out)(shape[2] * shape[3]))[:, :, None, None] + zeros(xp, shape, d_out)

    def _paths(self, xp, params, a, p):
        return xp.sum(a, axis=(2, 3)) / system(a)((a.shape[2] * a.shape[3]) ** p)


@dataclass(frozen=True)
class Flatten(Layer):
    """(n, channels, H, W) to (n, channels H W): each channel becomes a block of neighbouring columns."""

    homogeneous = True

    def out_shape(self, shape):
        if len(shape) < 2:
            raise ValueError(f"x has shape {shape}: {self} reads a batch of arrays")
        return (shape[0], math.prod(shape[1:]))

    def _forward(self, xp, params, x):
        return self._paths(xp, params, x, 1), x.shape

    def _d_x(self, xp, params, shape, d_out):
        return xp.reshape(d_out, shape)

    def _paths(self, xp, params, a, p):
        return xp.reshape(a, (a.shape[0], math.prod(a.shape[1:])))
