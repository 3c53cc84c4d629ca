"""Batch normalisation."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pathnorm_ref.arrays import greater, is_exact, number, ones, sqrt, system, zeros
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.layers.layer import Layer, check_positive


@dataclass(frozen=True)
class BatchNorm(Layer):
    """out = gamma (x - mean) / s + beta, s = sqrt(var + eps), channel by channel (Ioffe and Szegedy 2015).

    x (n, n_channels, ...), params (gamma, beta), both (n_channels,), at the start ones and zeros. mean and
    var = mean (x - mean)^2 are those of this batch, over all axes but the channels'. So a sample's output depends on
    the others (`by_sample` is False); `network.fold_batch_norm` gives the form for inference, with fixed ones. Where
    s = 0 (eps = 0, and the channel constant: a single sample without maps) out = beta and d_x = 0. TypeError on
    Fractions if an s is irrational; `Undecided` on balls if an s may be 0.

    Not homogeneous: forward(a x) is that of eps / a^2 at x. A unit in front of it is none of Yang et al. 2022: what can
    be rescaled is (gamma, beta) against v, in v sigma(gamma u + beta). For eps = 0 the weights w in front and their
    bias can shrink to any size and the function stays, so F = L + lam/2 R, lam > 0, has a minimiser only where each
    such w is 0 (and out = beta): elsewhere w / 2 has a smaller F. Shrinking v against (gamma, beta), which R leaves
    out, lowers F too, for any eps.
    """

    n_channels: int
    eps: float = 1e-5

    by_sample = False

    def __post_init__(self):
        check_positive(n_channels=self.n_channels)
        number("eps", self.eps, Fraction(0), at_least=0)

    @property
    def param_shapes(self):
        return ((self.n_channels,),) * 2

    def out_shape(self, shape):
        if len(shape) < 2 or shape[1] != self.n_channels:
            raise ValueError(f"x has shape {shape}: {self} reads (n, {self.n_channels}, ...)")
        return shape

    def init(self, rng, dtype=float):
        return np.ones(self.n_channels, dtype), np.zeros(self.n_channels, dtype)

    def stretch(self, params, like):
        """ValueError: it maps batches, not samples."""
        raise ValueError(f"{self} reads the whole batch, so it has no Lipschitz constant as a map of one sample: "
                         "fold it (network.fold_batch_norm)")

    def _forward(self, xp, params, x):
        gamma, beta = (_by_channel(xp, array, x) for array in params)
        _, centred, s = self._statistics(xp, params, x)
        normal = _divided(xp, centred, s)
        return gamma * normal + beta, (normal, s)

    def _d_params(self, xp, params, cache, d_out):
        normal, _ = cache
        return xp.sum(d_out * normal, axis=_axes(d_out)), xp.sum(d_out, axis=_axes(d_out))

    def _d_x(self, xp, params, cache, d_out):
        normal, s = cache
        d_normal = _by_channel(xp, params[0], d_out) * d_out
        along = _mean(xp, d_normal, d_out) + normal * _mean(xp, d_normal * normal, d_out)
        return _divided(xp, d_normal - along, s)

    def _statistics(self, xp, params, x):
        """(mean, x - mean, s) with all axes kept. Sums start at the first element, so a constant channel has s^2 = eps."""
        origin = x[:1, :, *(slice(1),) * (x.ndim - 2)]
        mean = _mean(xp, x - origin, params[0])
        centred = x - origin - mean
        eps = number("eps", self.eps, params[0])  # of params, as an empty batch has no number system
        if is_exact(x):
            return origin + mean, centred, sqrt(xp, _mean(xp, centred * centred, params[0]) + eps)
        deviation = euclidean(xp, centred, _axes(x), keepdims=True) / math.sqrt(_count(x))
        return origin + mean, centred, xp.hypot(deviation, zeros(xp, deviation.shape, x) + math.sqrt(eps))

    def _folded(self, xp, params, x):
        """(factor, shift), both (n_channels,): out = factor x + shift with the statistics of x fixed."""
        mean, _, s = self._statistics(xp, params, x)
        gamma, beta = params
        factor = _divided(xp, gamma, xp.reshape(s, (-1,)))
        return factor, beta - factor * xp.reshape(mean, (-1,))


def _by_channel(xp, array, x):
    return xp.reshape(array, (1, -1, *(1,) * (x.ndim - 2)))


def _axes(x):
    return (0, *range(2, x.ndim))


def _count(x):
    """How many elements a channel has; 1 if none, whose sum is 0."""
    return max(1, x.size // x.shape[1])


def _mean(xp, x, like):
    total = xp.sum(x, axis=_axes(x), keepdims=True)
    return (total if x.size else zeros(xp, total.shape, like)) / system(like)(_count(x))  # NumPy's empty sum is an int


def _divided(xp, z, s):
    """z / s, and 0 where s = 0."""
    varies = greater(s, 0)
    return xp.where(varies, z / xp.where(varies, s, ones(xp, s.shape, s)), zeros(xp, (1,) * z.ndim, z))
