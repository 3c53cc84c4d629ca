"""Dropout."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pathnorm_ref.arrays import device, number, system, zeros
from pathnorm_ref.layers.layer import Layer


@dataclass(frozen=True)
class Dropout(Layer):
    """out = m x / (1 - rate), with a mask m of the shape of x, each element 0 with probability `rate`, else 1, all
    independent (Srivastava et al. 2014, inverted: the mean of out over masks is x). Without a seed out = x, the layer
    for evaluation.

    The mask is m = [u >= rate], u = numpy.random.default_rng(seed).random(x.shape): a function of seed and shape, so
    `forward` is pure, and a new mask is a new layer (`network.redrawn`, before each step of training). An element's mask
    goes by its place in the batch: with a seed the net is no function of one sample (`by_sample` is False), and has no
    path norm (ValueError); `network.without_dropout` gives the net that is evaluated. Under every mask it is positively
    homogeneous, so units are rescaled across it; a Lipschitz constant of all masks is 1 / (1 - rate).

    ValueError unless 0 <= rate < 1 and the seed is None or an integer of at least 0; TypeError if rate is no number.
    """

    rate: float
    seed: int | None = None

    homogeneous = True

    def __post_init__(self):
        number("rate", self.rate, Fraction(0), at_least=0)
        if not self.rate < 1:
            raise ValueError(f"rate is {self.rate}: it must be less than 1")
        if self.seed is not None and (isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0):
            raise ValueError(f"seed is {self.seed!r}: it must be None, or an integer of at least 0")

    @property
    def by_sample(self):  # type: ignore[override]  # a fact of the seed, not of the class
        return self.seed is None

    def stretch(self, params, like):
        return system(like)(1) if self.seed is None else 1 / self._kept(like)

    def _forward(self, xp, params, x):
        if self.seed is None:
            return x, None
        mask = xp.asarray(np.random.default_rng(self.seed).random(x.shape) >= float(self.rate), device=device(x))
        return self._masked(xp, mask, x), mask

    def _d_x(self, xp, params, mask, d_out):
        return d_out if mask is None else self._masked(xp, mask, d_out)

    def _masked(self, xp, mask, x):
        # masked first: the quotient of an entry that is dropped may overflow
        return xp.where(mask, x, zeros(xp, (1,) * x.ndim, x)) / self._kept(x)

    def _kept(self, like):
        # subtracted exactly, then rounded once
        return number("rate", 1 - number("rate", self.rate, Fraction(0)), like)

    def _paths(self, xp, params, a, p):
        if self.seed is not None:
            raise ValueError(f"{self} drops by the place in a batch, so it has no paths (network.without_dropout)")
        return a
