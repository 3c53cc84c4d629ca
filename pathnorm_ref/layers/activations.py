"""Activations, elementwise. At a kink the derivative follows the house: relu'(0) = 0, abs'(0) = 0."""

from dataclasses import dataclass
from fractions import Fraction

from pathnorm_ref.arrays import (
    absolute,
    greater,
    largest,
    maximum,
    number,
    ones,
    sigmoid,
    sign,
    softplus,
    system,
    transcendental,
    zeros,
)
from pathnorm_ref.layers.layer import Layer, check_positive


class Activation(Layer):
    """A function of each element alone; `_derivative` is taken of what `_forward` keeps."""

    def _d_x(self, xp, params, x, d_out):
        return d_out * self._derivative(xp, x)

    def _derivative(self, xp, x):
        raise NotImplementedError

    def _paths(self, xp, params, a, p):
        return a


@dataclass(frozen=True)
class Identity(Activation):
    """sigma(t) = t."""

    homogeneous = True

    def _forward(self, xp, params, x):
        return x, None

    def _d_x(self, xp, params, cache, d_out):
        return d_out


@dataclass(frozen=True)
class ReLU(Activation):
    """sigma(t) = max(0, t)."""

    homogeneous = True

    def _forward(self, xp, params, x):
        out = maximum(xp, zeros(xp, (1,) * x.ndim, x), x)
        return out, out

    def _d_x(self, xp, params, out, d_out):
        # of the output, which is positive just where the input is: the cache holds one array less
        return xp.where(greater(out, 0), d_out, zeros(xp, (1,) * d_out.ndim, d_out))


def _leaky(xp, x, slope):
    """max(0, t) + slope min(0, t): exact in floats, and without a decision, which a ball around 0 could not make."""
    rising = maximum(xp, zeros(xp, (1,) * x.ndim, x), x)
    return rising + slope * (x - rising)


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """sigma(t) = t for t > 0, slope t otherwise; any slope, of any sign or size."""

    slope: float = 0.01

    homogeneous = True

    def __post_init__(self):
        number("slope", self.slope, Fraction(0))

    def stretch(self, params, like):
        return max(system(like)(1), abs(number("slope", self.slope, like)))

    def _forward(self, xp, params, x):
        return _leaky(xp, x, number("slope", self.slope, x)), x

    def _derivative(self, xp, x):
        one = ones(xp, (1,) * x.ndim, x)
        return xp.where(greater(x, 0), one, one * number("slope", self.slope, x))


@dataclass(frozen=True)
class PReLU(Activation):
    """Leaky ReLU with a trained slope for each channel (axis 1); params ((n_channels,),), 1/4 at the start."""

    n_channels: int

    homogeneous = True

    def __post_init__(self):
        check_positive(n_channels=self.n_channels)

    @property
    def param_shapes(self):
        return ((self.n_channels,),)

    def out_shape(self, shape):
        if len(shape) < 2 or shape[1] != self.n_channels:
            raise ValueError(f"x has shape {shape}: {self} reads (n, {self.n_channels}, ...)")
        return shape

    def init(self, rng, dtype=float):
        return tuple(array + array.dtype.type(0.25) for array in super().init(rng, dtype))

    def _forward(self, xp, params, x):
        return _leaky(xp, x, self._slopes(xp, params, x)), x

    def _d_params(self, xp, params, x, d_out):
        off = xp.where(greater(x, 0), zeros(xp, (1,) * x.ndim, x), x)
        return (xp.sum(d_out * off, axis=(0, *range(2, x.ndim))),)

    def _d_x(self, xp, params, x, d_out):
        return xp.where(greater(x, 0), d_out, self._slopes(xp, params, x) * d_out)

    def stretch(self, params, like):
        return largest([system(like)(1), *(abs(params[0][i]) for i in range(self.n_channels))])

    def _slopes(self, xp, params, x):
        return xp.reshape(params[0], (self.n_channels, *(1,) * (x.ndim - 2)))


@dataclass(frozen=True)
class Abs(Activation):
    """sigma(t) = |t|."""

    homogeneous = True

    def _forward(self, xp, params, x):
        return absolute(xp, x), x

    def _derivative(self, xp, x):
        return sign(xp, x)


@dataclass(frozen=True)
class ReLU6(Activation):
    """sigma(t) = min(max(0, t), 6): not homogeneous."""

    def _forward(self, xp, params, x):
        low = zeros(xp, (1,) * x.ndim, x)
        return -maximum(xp, low - system(x)(6), -maximum(xp, low, x)), x

    def _derivative(self, xp, x):
        low = zeros(xp, (1,) * x.ndim, x)
        return xp.where(greater(x, 0) & greater(-x, -6), low + system(x)(1), low)


@dataclass(frozen=True)
class Tanh(Activation):
    """sigma(t) = tanh t: not homogeneous."""

    def _forward(self, xp, params, x):
        out = transcendental(xp, "tanh", x)
        return out, out

    def _derivative(self, xp, out):
        return 1 - out * out


@dataclass(frozen=True)
class Softplus(Activation):
    """sigma(t) = log(1 + e^t): not homogeneous."""

    def _forward(self, xp, params, x):
        return softplus(xp, x), x

    def _derivative(self, xp, x):
        return sigmoid(xp, x)


ACTIVATIONS = {cls.__name__: cls for cls in (Identity, ReLU, LeakyReLU, PReLU, Abs, ReLU6, Tanh, Softplus)}
