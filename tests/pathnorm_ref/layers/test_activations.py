"""Activations: the conventions at kinks, the smooth ones in balls, and what the constructors refuse."""

from fractions import Fraction

import flint
import numpy as np
import pytest
from flint import arb

from pathnorm_ref.arrays import ball, convert
from pathnorm_ref.layers import Abs, Layer, LeakyReLU, PReLU, ReLU, ReLU6, Softplus, Tanh
from pathnorm_ref.layers.activations import Activation
from tests.pathnorm_ref.layers.examples import SMOOTH

X = np.array([[-800.0, -40.0, -3.0, -1e-3, -0.0, 0.0, 1e-300, 0.5, 6.0, 40.0, 800.0]])


def derivative(layer, x, params=()):
    _, cache = layer.forward(params, x)
    return layer.backward(params, cache, np.ones_like(x) if x.dtype != object else 0 * x + 1)[1]


@pytest.mark.parametrize(("layer", "expected"), [
    (ReLU(), lambda t: t > 0),
    (LeakyReLU(0.25), lambda t: 1 if t > 0 else 0.25),
    (LeakyReLU(-2), lambda t: 1 if t > 0 else -2),
    (Abs(), np.sign),
    (ReLU6(), lambda t: 0 < t < 6),
], ids=lambda value: str(value) if isinstance(value, Layer) else "")
@pytest.mark.parametrize("to", [float, Fraction, ball])
def test_derivatives_at_kinks_follow_the_house(layer, expected, to):
    """relu'(0) = 0, abs'(0) = 0, relu6'(6) = 0, leaky'(0) = its slope."""
    x = convert(X, to)
    assert [float(d) for d in derivative(layer, x).flat] == [expected(t) for t in X.flat]


def test_prelu_at_its_kink_takes_the_slope_and_gives_it_no_gradient():
    layer, params = PReLU(1), (np.array([0.25]),)
    _, cache = layer.forward(params, np.array([[0.0], [-2.0], [3.0]]))
    (d_slope,), d_x = layer.backward(params, cache, np.ones((3, 1)))
    assert d_slope.tolist() == [-2.0]
    assert d_x.ravel().tolist() == [0.25, 0.25, 1.0]


@pytest.mark.parametrize("example", [e for e in SMOOTH if isinstance(e.layer, Activation)], ids=lambda example: example.name)
def test_smooth_derivatives_lie_in_central_differences(example):
    """|(f(t + h) - f(t - h)) / 2h - f'(t)| <= h^2 / 6 max |f'''|, and |f'''| <= 2 for both."""
    with flint.ctx.workprec(2048):  # e^800 next to 1 takes 1154 bits
        x, h = convert(X, ball), arb(2) ** -100
        slack = arb(0, h * h)
        computed = derivative(example.layer, x)
        out, _ = example.layer.forward((), x)
        for t, value, slope in zip(x.flat, out.flat, computed.flat, strict=True):
            assert value.overlaps(example.oracle((), np.array([t]))[0])
            quotient = example.oracle((), np.array([t + h, t - h]))
            assert (slope - (quotient[0] - quotient[1]) / (2 * h)).overlaps(slack)
            assert slope.rad() < arb(2) ** -500


# NumPy's exp, log1p and tanh are within 4 ulp (its own accuracy tests), 8 u. softplus adds two such terms of one
# sign, the error of exp passing through log1p not enlarged: 8 + 8 + 1; sigmoid divides e or 1 by 1 + e: 8 + 8 + 2.
# 1 - tanh^2 loses digits: absolute, 2 * 8 + 2. Below the normal numbers, one more tiny.
@pytest.mark.parametrize(("layer", "relative", "absolute"), [(Tanh(), 9, 18), (Softplus(), 18, 0)], ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_smooth_floats_are_within_rounding(layer, relative, absolute, dtype):
    x, u = np.concat([X, np.linspace(-20, 20, 81)[None]], axis=1).astype(dtype), float(np.finfo(dtype).eps) / 2
    tiny = float(np.finfo(dtype).smallest_normal)
    with flint.ctx.workprec(2400):
        balls = convert(x, ball)
        out, slope = layer.forward((), balls)[0], derivative(layer, balls)
        for computed, true in zip(layer.forward((), x)[0].flat, out.flat, strict=True):
            assert abs(ball(float(computed)) - true) <= relative * u * abs(true) + tiny
        for computed, true in zip(derivative(layer, x).flat, slope.flat, strict=True):
            assert abs(ball(float(computed)) - true) <= (absolute or relative) * u * (1 if absolute else abs(true)) + tiny


@pytest.mark.parametrize("layer", [Tanh(), Softplus()], ids=str)
def test_smooth_layers_refuse_fractions(layer):
    with pytest.raises(TypeError, match="of a Fraction is not a Fraction: convert to balls"):
        layer.forward((), convert(X, Fraction))


def test_tiny_slopes_of_softplus_keep_their_digits():
    assert abs(derivative(Softplus(), np.array([[-100.0]]))[0, 0] / np.exp(-100.0) - 1) < 1e-15


@pytest.mark.parametrize(("slope", "error", "message"), [
    (np.nan, ValueError, "slope is nan: it must be finite"),
    (-np.inf, ValueError, "slope is -inf: it must be finite"),
    ("0.1", TypeError, "slope is '0.1': it must be a real number"),
    (None, TypeError, "slope is None: it must be a real number"),
    (True, TypeError, "slope is True: it must be a real number"),
    (np.ones(1), TypeError, r"slope is array\(\[1.\]\): it must be a real number"),
])
def test_bad_slopes_are_refused(slope, error, message):
    with pytest.raises(error, match=message):
        LeakyReLU(slope)


def test_prelu_starts_at_a_quarter_and_counts_its_channels():
    assert PReLU(3).init(np.random.default_rng(0))[0].tolist() == [0.25] * 3
    with pytest.raises(ValueError, match="n_channels is 0: it must be a positive integer"):
        PReLU(0)
