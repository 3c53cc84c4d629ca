"""Batch normalisation: exact values and derivatives, its invariances, constant channels, PyTorch, what is refused."""

from fractions import Fraction

import flint
import numpy as np
import pytest
from flint import arb

from pathnorm_ref.arrays import Irrational, Undecided, ball, convert
from pathnorm_ref.layers import BatchNorm
from tests.pathnorm_ref.layers.examples import SMOOTH, normal

EXAMPLES = pytest.mark.parametrize("example", [e for e in SMOOTH if isinstance(e.layer, BatchNorm)],
                                   ids=lambda example: example.name)
FIVE = np.array([[Fraction(4)], [Fraction(-2)]], dtype=object)  # mean 1, deviation 3, with eps = 16: s = 5


def numbers(*values):
    return np.array([Fraction(value) for value in values], dtype=object)


def everything(layer, params, x, d_out):
    out, cache = layer.forward(params, x)
    gradients, d_x = layer.backward(params, cache, d_out)
    return out, *gradients, d_x


# --- values --------------------------------------------------------------------------------------------

def test_values_and_gradients_by_hand():
    """out = 1 + 2 a / sqrt(a^2 + 16), with a = (x_1 - x_2) / 2 = 3 and -a."""
    out, d_gamma, d_beta, d_x = everything(BatchNorm(1, 16), (numbers(2), numbers(1)), FIVE, numbers(1, 0)[:, None])
    assert out.ravel().tolist() == [Fraction(11, 5), Fraction(-1, 5)]
    assert (d_gamma.tolist(), d_beta.tolist()) == ([Fraction(3, 5)], [1])
    assert d_x.ravel().tolist() == [Fraction(16, 125), Fraction(-16, 125)]


@EXAMPLES
@pytest.mark.parametrize("seed", range(5))
def test_derivatives_lie_in_central_differences(example, seed):
    """Along a line out is c q^(-1/2), c of degree 1 and q of degree 2 in the step h, q >= eps >= 1e-5 and all below
    2^12, so its third derivative, 20 terms c q^(-7/2) q'^3 and smaller ones, is far below 2^150: off by h^2 2^150."""
    rng, h = np.random.default_rng(seed), arb(2) ** -400
    with flint.ctx.workprec(2048):
        params, x = convert(normal(example, rng, n=4), ball)
        d_out = convert(rng.standard_normal(x.shape), ball)
        out, *gradients = everything(example.layer, params, x, d_out)
        assert all(a.overlaps(b) for a, b in zip(out.flat, example.oracle(params, x).flat, strict=True))
        places = (*params, x)
        for k, gradient in enumerate(gradients):
            for at in np.ndindex(places[k].shape):
                values = []
                for step in (h, -h):
                    moved = [place.copy() for place in places]
                    moved[k][at] += step
                    values.append((d_out * example.oracle(tuple(moved[:2]), moved[2])).sum())
                quotient = (values[0] - values[1]) / (2 * h)
                assert (gradient[at] - quotient).overlaps(arb(0, h * h * arb(2) ** 150))
                assert gradient[at].rad() < arb(2) ** -1900


@EXAMPLES
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("origin", [0, 1000])
def test_floats_are_within_rounding(example, dtype, origin):
    """With m elements a channel, x - mean is off by (m + 3) u spread, s by (2 m + 8) u s + as much, out and each term of
    a gradient by five such quotients, and a mean over m of them by m u more: in units of size, at most 12 (m + 8) u."""
    rng, u = np.random.default_rng(0), float(np.finfo(dtype).eps) / 2
    params, x = normal(example, rng, n=4)
    params, x, d_out = convert((params, x + origin, rng.standard_normal(x.shape)), dtype)
    found = everything(example.layer, params, x, d_out)
    assert {array.dtype for array in found} == {np.dtype(dtype)}
    m, axes = x.size // x.shape[1], (0, *range(2, x.ndim))
    spread = float((x.max(axes) - x.min(axes)).max())
    s = float(np.sqrt(x.var(axes) + float(example.layer.eps)).min())
    gamma, beta = (float(abs(array).max()) for array in params)
    steepest = spread / s  # of all |normal|, and at least 1 but for eps
    sizes = (gamma * steepest**2 + beta, m * steepest**2 * abs(d_out).max(), m * abs(d_out).max(),
             gamma * abs(d_out).max() / s * (2 + steepest**2) * (1 + steepest))
    exact = everything(example.layer, *convert((params, x, d_out), ball))
    for computed, true, size in zip(found, exact, sizes, strict=True):
        for a, b in zip(computed.flat, true.flat, strict=True):
            assert abs(ball(float(a)) - b) <= 12 * (m + 8) * u * float(size)


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(7, 3), (4, 3, 5, 2), (1, 2, 3, 3), (2, 1, 1, 1)])
@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_torch_agrees(shape, eps):
    torch = pytest.importorskip("torch")
    rng, layer = np.random.default_rng(0), BatchNorm(shape[1], eps)
    x, d_out = 3 + rng.standard_normal(shape), rng.standard_normal(shape)
    params = tuple(rng.standard_normal(shape[1]) for _ in range(2))
    leaves = [torch.tensor(array, requires_grad=True) for array in (x, *params)]
    expected = torch.nn.functional.batch_norm(leaves[0], None, None, *leaves[1:], training=True, eps=eps)
    expected.backward(torch.tensor(d_out))
    out, d_gamma, d_beta, d_x = everything(layer, params, x, d_out)
    for computed, true in zip((out, d_x, d_gamma, d_beta), (expected.detach(), *(leaf.grad for leaf in leaves)),
                              strict=True):
        # m <= 40 elements of size below 8: centred 320 u off, over s >= 0.1 and with the square of normal, in both
        np.testing.assert_allclose(computed, true.numpy(), rtol=0, atol=2 * 320 * 100 * 2.0**-53)


# --- invariances ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("a", [Fraction(1, 7), 3, 10**9])
def test_scaled_input_is_another_eps(a):
    """forward(a x), eps = forward(x), eps / a^2; for a < 0 with the sign of normal turned."""
    params = numbers(2), numbers(1)
    out = BatchNorm(1, 16).forward(params, FIVE)[0]
    assert (BatchNorm(1, 16 * a**2).forward(params, a * FIVE)[0] == out).all()
    assert (BatchNorm(1, 16 * a**2).forward(params, -a * FIVE)[0] == out[::-1]).all()


@pytest.mark.parametrize("a", [1e-6, 0.5, 1e6])
def test_without_eps_the_scale_and_the_origin_do_not_count(a):
    rng, layer = np.random.default_rng(0), BatchNorm(2, 0)
    params, x = convert(((rng.standard_normal(2), rng.standard_normal(2)), rng.standard_normal((5, 2))), ball)
    out = layer.forward(params, x)[0]
    moved = layer.forward(params, ball(a) * x + convert(rng.standard_normal(2), ball))[0]
    for value, other in zip(out.flat, moved.flat, strict=True):
        assert value.overlaps(other)
        assert value.rad() + other.rad() < 1e-9  # and not for being wide: 53 bits, of which 1e6 cancels 20
    _, d_x = layer.backward(params, layer.forward(params, x)[1], out * out)
    for channel in range(2):  # Euler: the gradient of what has degree 0 is orthogonal to x, and to constants
        assert (d_x * x)[:, channel].sum().contains(0)
        assert d_x[:, channel].sum().contains(0)


@pytest.mark.parametrize("scale", [1e-200, 1e-30, 1e30, 1e200])
def test_without_eps_no_magnitude_is_too_large_or_small(scale):
    x = np.random.default_rng(0).standard_normal((6, 2))
    params, layer = (np.ones(2), np.zeros(2)), BatchNorm(2, 0)
    # 6 elements: the roundings of two evaluations, each at most 12 (6 + 8) u (4)^2, and those of scale x
    np.testing.assert_allclose(layer.forward(params, scale * x)[0], layer.forward(params, x)[0], rtol=0, atol=1e-12)


# --- constant channels ---------------------------------------------------------------------------------

@pytest.mark.parametrize("eps", [0, 1e-5])
@pytest.mark.parametrize("to", [float, np.float32, Fraction, ball])
def test_constant_channels_give_beta(eps, to):
    """Also where the mean of equal floats would round, as that of 0.1, 0.1, 0.1 does."""
    eps = Fraction(9, 10**6) if to is Fraction and eps else eps
    layer = BatchNorm(2, eps)
    params, x, d_out = convert(((np.array([2.0, 3.0]), np.array([0.5, -1.0])), np.full((3, 2), 0.1),
                                np.array([[1.0, 0.0], [2.0, 5.0], [-1.0, 1.0]])), to)
    if to is ball and not eps:
        with pytest.raises(Undecided, match="compute again at a higher precision"):  # 0.3 / 3 is no point
            layer.forward(params, x + ball(Fraction(1, 3)))
    out, d_gamma, d_beta, d_x = (convert(a, float) for a in everything(layer, params, x, d_out))
    assert (out == [[0.5, -1.0]] * 3).all()
    assert (d_gamma.tolist(), d_beta.tolist()) == ([0, 0], [2, 6])
    if not eps:
        assert not d_x.any()
    else:  # normal = 0: what is left is gamma (d_out - mean) / sqrt(eps)
        expected = np.array([2, 3]) * (convert(d_out, float) - [2 / 3, 2]) / float(eps) ** 0.5
        np.testing.assert_allclose(d_x, expected, rtol=0, atol=4000 * 8 * (2.0**-24 if to is np.float32 else 2.0**-53))


@pytest.mark.parametrize("shape", [(1, 2), (1, 2, 1, 1)])
def test_a_single_sample_without_maps_gives_beta(shape):
    params = (np.array([2.0, 3.0]), np.array([0.5, -1.0]))
    out, *_, d_x = everything(BatchNorm(2), params, np.full(shape, 7.3), np.ones(shape))
    assert out.ravel().tolist() == [0.5, -1.0]
    assert not d_x.any()


def test_balls_that_may_be_constant_are_undecided():
    x = np.array([[arb(0, 1)], [arb(0)]], dtype=object)
    params = convert((np.ones(1), np.zeros(1)), ball)
    with pytest.raises(Undecided):
        BatchNorm(1, 0).forward(params, x)


def test_fractions_without_roots_say_what_to_do():
    with pytest.raises(Irrational, match="convert to balls"):
        BatchNorm(1).forward((numbers(1), numbers(0)), FIVE)


# --- what is refused -----------------------------------------------------------------------------------

@pytest.mark.parametrize(("arguments", "error", "message"), [
    ((0,), ValueError, "n_channels is 0: it must be a positive integer"),
    ((2, -1e-9), ValueError, "eps is -1e-09: it must be at least 0"),
    ((2, np.nan), ValueError, "eps is nan: it must be finite"),
    ((2, "0"), TypeError, "eps is '0': it must be a real number"),
])
def test_bad_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        BatchNorm(*arguments)


def test_it_is_no_map_of_samples():
    layer = BatchNorm(2)
    assert not layer.by_sample
    assert not layer.homogeneous
    with pytest.raises(ValueError, match="reads the whole batch, so it has no Lipschitz constant"):
        layer.stretch(layer.init(np.random.default_rng(0)), np.ones(1))
    gamma, beta = layer.init(np.random.default_rng(0), np.float32)
    assert (gamma.tolist(), beta.tolist(), gamma.dtype) == ([1, 1], [0, 0], np.float32)
