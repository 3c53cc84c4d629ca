"""Losses by their formulas: exact, in balls, within rounding in floats, and against PyTorch."""

from fractions import Fraction

import array_api_strict
import flint
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from pathnorm_ref.arrays import ball, convert
from pathnorm_ref.losses import LOSSES, exponential, logistic, softmax_cross_entropy, squared_error
from proofs_check import definitions
from tests.pathnorm_ref.layers.examples import fractions, strict

EVERY = pytest.mark.parametrize("name", LOSSES)
ORACLES = {
    "squared_error": definitions.squared_error,
    "softmax_cross_entropy": lambda out, y: definitions.softmax_cross_entropy(out, y, arb.exp, arb.log),
    "logistic": lambda out, y: definitions.logistic(out, y, arb.exp, arb.log),
    "exponential": lambda out, y: definitions.exponential(out, y, arb.exp),
}
SHAPES = {"softmax_cross_entropy": ((4, 3), (1, 1), (1, 5))}
EPS = {np.float64: 2.0**-52, np.float32: 2.0**-23}


def drawn(name, shape, rng, scale=3):
    """(out, y) in float64; out exact in float32 too."""
    out = (rng.standard_normal(shape) * scale).astype(np.float32).astype(float)
    if name == "softmax_cross_entropy":
        return out, rng.integers(0, shape[1], shape[0])
    return out, rng.standard_normal(shape).astype(np.float32).astype(float) if name == "squared_error" \
        else rng.choice([-1.0, 1.0], shape)


def take(name, system, out, y):
    """out and y in another number system; labels that are integers stay integers."""
    return convert(out, system), y if name == "softmax_cross_entropy" else convert(y, system)


CASES = pytest.mark.parametrize(("name", "shape"), [
    (name, shape) for name in LOSSES for shape in SHAPES.get(name, ((4, 3), (1, 1), (5,), (2, 3, 2)))])


def test_every_loss_has_an_oracle():
    assert ORACLES.keys() == LOSSES.keys()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(rng=st.integers(0, 2**32).map(np.random.default_rng), n=st.integers(1, 4))
def test_squared_error_is_exact(rng, n):
    """The central difference of a quadratic has no error."""
    out, y, direction = (fractions(rng, (n, 3)) for _ in range(3))
    value, gradient = squared_error(out, y)
    assert type(value) is Fraction
    assert value == definitions.squared_error(out, y)
    assert (gradient * direction).sum() == (squared_error(out + direction, y)[0]
                                            - squared_error(out - direction, y)[0]) / 2


@CASES
def test_balls_contain_the_formula_and_its_derivative(name, shape):
    """|central difference - derivative| <= h^2 / 6 max |f'''|, and |f'''| <= e^30 for outputs below 20."""
    out, y = take(name, ball, *drawn(name, shape, np.random.default_rng(0)))
    with flint.ctx.workprec(600):
        value, gradient = LOSSES[name](out, y)
        assert value.overlaps(ORACLES[name](out, y))
        assert value.rad() < arb(2) ** -500
        h = arb(2) ** -200
        for at in np.ndindex(shape):
            unit = convert(np.zeros(shape), ball)
            unit[at] = h
            quotient = (ORACLES[name](out + unit, y) - ORACLES[name](out - unit, y)) / (2 * h)
            assert (gradient[at] - quotient).overlaps(arb(0, arb(30).exp() * h * h))
            assert gradient[at].rad() < arb(2) ** -500


@CASES
@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("scale", [3, 1e-3, 20])
def test_floats_are_within_rounding(name, shape, dtype, scale):
    """NumPy's exp, log, log1p are within 4 ulp; a sum of m terms adds m eps of the sum of their absolute values.

    So values and gradients that are sums and products of terms of one sign are relatively right to (m + 16) eps;
    in softmax the logarithm and the output of the right class are subtracted: absolutely, at the size of the outputs.
    """
    out, y = drawn(name, shape, np.random.default_rng(1), scale)
    with flint.ctx.workprec(600):
        value, gradient = LOSSES[name](*take(name, ball, out, y))
        computed, computed_gradient = LOSSES[name](*take(name, dtype, out, y))
        assert computed.dtype == computed_gradient.dtype == dtype
        relative = (out.size + 16) * EPS[dtype]
        absolute = relative * (1 + np.ptp(out)) if name == "softmax_cross_entropy" else 0
        if name == "squared_error":  # out - y is rounded at its own size: relative again
            relative *= 2
        for number, true in zip((computed, *computed_gradient.flat), (value, *gradient.flat), strict=True):
            assert abs(ball(float(number)) - true) <= relative * abs(true) + absolute


@CASES
@pytest.mark.parametrize("device", ["device1", "no_float64", "no_x64"])
def test_other_libraries_give_the_same(name, shape, device):
    dtype = array_api_strict.float64 if device == "device1" else array_api_strict.float32
    out, y = drawn(name, shape, np.random.default_rng(0))
    labels = array_api_strict.int32 if name == "softmax_cross_entropy" else dtype
    value, gradient = LOSSES[name](strict(out, device, dtype), strict(y, device, labels))
    expected, expected_gradient = LOSSES[name](*take(name, np.float64 if device == "device1" else np.float32, out, y))
    assert value.dtype == gradient.dtype == dtype
    assert gradient.device == value.device == array_api_strict.Device(device)
    back = convert((value, gradient), float)
    eps = 2.0**-52 if device == "device1" else 2.0**-23
    np.testing.assert_allclose(back[0], expected, rtol=32 * eps)  # the same sums, perhaps in another order
    np.testing.assert_allclose(back[1], expected_gradient, rtol=32 * eps, atol=32 * eps)


@EVERY
def test_nothing_is_written_to(name):
    out, y = drawn(name, (3, 2), np.random.default_rng(0))
    before = out.copy(), y.copy()
    out.flags.writeable = y.flags.writeable = False
    value, gradient = LOSSES[name](out, y)
    assert (out == before[0]).all()
    assert (y == before[1]).all()
    assert not np.shares_memory(gradient, out)
    assert LOSSES[name](out, y)[0] == value


@EVERY
def test_the_loss_is_a_mean_over_samples(name):
    out, y = drawn(name, (3, 2), np.random.default_rng(0))
    value, gradient = LOSSES[name](out, y)
    twice, half = LOSSES[name](np.concat([out, out]), np.concat([y, y]))
    np.testing.assert_allclose(twice, value, rtol=1e-14)  # 6 terms in another order: 16 eps at most
    np.testing.assert_allclose(half[:3], gradient / 2, rtol=1e-14)


def test_outputs_of_any_size():
    """No warning, which would be an error, and no NaN; where the loss is minute, its gradient is not zero."""
    huge = np.array([[1e300], [-1e300], [750.0], [-100.0]])
    value, gradient = logistic(huge, np.array([[1.0], [1.0], [1.0], [-1.0]]))
    assert value == 1e300 / 4
    assert gradient.ravel().tolist()[:3] == [0, -0.25, 0]
    assert abs(gradient[3, 0] * 4 / np.exp(-100.0) - 1) < 1e-15
    value, gradient = softmax_cross_entropy(np.array([[1e300, -1e300, 0.0], [5e4, 5e4, 0]]), np.array([0, 1]))
    assert value == np.log(2.0) / 2
    assert gradient.tolist() == [[0, 0, 0], [0.25, -0.25, 0]]
    assert softmax_cross_entropy(np.array([[1e300, -1e300]]), np.array([1]))[0] == 2e300
    assert exponential(np.array([[1e300]]), np.array([[1.0]])) == (0, 0)


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(4, 3), (1, 1), (7, 2)])
def test_torch_agrees(shape):
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    theirs = {  # losses as sums over outputs, means over samples
        "squared_error": lambda out, y: f.mse_loss(out, y, reduction="sum") / 2 / len(out),
        "softmax_cross_entropy": f.cross_entropy,
        "logistic": lambda out, y: f.soft_margin_loss(out, y, reduction="sum") / len(out),
        "exponential": lambda out, y: torch.exp(-y * out).sum() / len(out),
    }
    for name, loss in LOSSES.items():
        out, y = drawn(name, shape, np.random.default_rng(2))
        leaf = torch.tensor(out, requires_grad=True)
        expected = theirs[name](leaf, torch.tensor(y))
        expected.backward()
        value, gradient = loss(out, y)
        # both are right to (m + 16) eps (see above), with cancellation at the size of the outputs, 20 at most
        np.testing.assert_allclose(value, expected.item(), rtol=2e-14, atol=2e-13)
        np.testing.assert_allclose(gradient, leaf.grad.numpy(), rtol=2e-14, atol=2e-13)


# --- what is refused -----------------------------------------------------------------------------------

OUT, SIGNS, LABELS = np.ones((2, 3)), np.ones((2, 3)), np.zeros(2, int)


@pytest.mark.parametrize("loss", [squared_error, logistic, exponential])
@pytest.mark.parametrize(("out", "y", "error", "message"), [
    (OUT, SIGNS[:1], ValueError, r"y has shape \(1, 3\): it must have the shape of out, \(2, 3\)"),
    (OUT, SIGNS[0], ValueError, r"y has shape \(3,\): it must have the shape of out"),
    (OUT[:0], SIGNS[:0], ValueError, r"out has shape \(0, 3\): a mean needs at least one sample"),
    (np.array(1.0), np.array(1.0), ValueError, r"out has shape \(\): a mean needs at least one sample"),
    (OUT * np.nan, SIGNS, ValueError, "out holds NaN or infinity"),
    (OUT, SIGNS * np.inf, ValueError, "y holds NaN or infinity"),
    (OUT.tolist(), SIGNS, TypeError, "out is a builtins.list: it must be an array"),
    (OUT, SIGNS.tolist(), TypeError, "y is a builtins.list: it must be an array"),
    (OUT, SIGNS.astype(np.float32), TypeError, "y has elements of type float32 and out of float64"),
    (OUT, SIGNS.astype(int), TypeError, "y has dtype int64: it must be floating"),
])
def test_bad_arguments_are_refused(loss, out, y, error, message):
    with pytest.raises(error, match=message):
        loss(out, y)


@pytest.mark.parametrize("loss", [logistic, exponential])
def test_labels_other_than_signs_are_refused(loss):
    for y in (0 * SIGNS, 2 * SIGNS):
        with pytest.raises(ValueError, match="y holds labels other than -1 and 1"):
            loss(OUT, y)


@pytest.mark.parametrize(("out", "y", "error", "message"), [
    (OUT, LABELS[:1], ValueError, r"out has shape \(2, 3\) and y \(1,\): they must be"),
    (OUT[0], LABELS, ValueError, r"out has shape \(3,\) and y \(2,\): they must be"),
    (OUT, LABELS + 3, ValueError, r"y holds labels outside 0\.\.2"),
    (OUT, LABELS - 1, ValueError, r"y holds labels outside 0\.\.2"),
    (OUT, LABELS.astype(float), TypeError, "y has dtype float64: labels must be integers"),
    (OUT, LABELS > 0, TypeError, "y has dtype bool: labels must be integers"),
    (OUT, [0, 1], TypeError, r"y is \[0, 1\]: it must be an array of integers, of the library of out"),
    (OUT, array_api_strict.asarray([0, 1]), TypeError, "y is .*: it must be an array of integers, of the library of out"),
    (OUT[:0], LABELS[:0], ValueError, r"out has shape \(0, 3\): a mean needs at least one sample"),
    (OUT * np.inf, LABELS, ValueError, "out holds NaN or infinity"),
])
def test_bad_labels_are_refused(out, y, error, message):
    with pytest.raises(error, match=message):
        softmax_cross_entropy(out, y)


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "squared_error"])
def test_fractions_have_no_exponential(name):
    with pytest.raises(TypeError, match="exp of a Fraction is not a Fraction: convert to balls"):
        LOSSES[name](*take(name, Fraction, *drawn(name, (2, 2), np.random.default_rng(0))))
