"""What holds of every layer: exact values and derivatives, and the same ones in every number system."""

from fractions import Fraction

import array_api_strict
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from pathnorm_ref.arrays import ball, convert, tree_map
from pathnorm_ref.layers import (
    Abs,
    AvgPool,
    Conv2d,
    Dense,
    Dropout,
    GlobalAvgPool,
    Identity,
    LeakyReLU,
    MaxPool,
    ReLU,
    ReLU6,
    Softplus,
    Tanh,
)
from tests.pathnorm_ref.layers.examples import EXAMPLES, PUBLIC, SMOOTH, drawn, fractions, frozen, normal, strict

EXACTLY = settings(max_examples=25, deadline=None, derandomize=True)
SEEDS = st.integers(0, 2**32).map(np.random.default_rng)
RATIONAL = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
EVERY = pytest.mark.parametrize("example", EXAMPLES + SMOOTH, ids=lambda example: example.name)


def back(array):
    """The exact values of an array of floats, of any library and device."""
    if not isinstance(array, np.ndarray):
        array = np.asarray(array.to_device(array_api_strict.Device("CPU_DEVICE")))
    return convert(array, Fraction)


FLOATS = {  # the unit of rounding, and how to get there from float64
    "float64": (2.0**-53, lambda tree: tree),
    "float32": (2.0**-24, lambda tree: convert(tree, np.float32)),
    "device1": (2.0**-53, lambda tree: strict(tree, "device1")),
    "no_float64": (2.0**-24, lambda tree: strict(tree, "no_float64", array_api_strict.float32)),
}
IN_FLOATS = pytest.mark.parametrize("system", FLOATS)


def same(tree, other):
    assert tree_map(lambda a, b: a.shape == b.shape and a.dtype == b.dtype and bool((a == b).all()), tree, other) \
        == tree_map(lambda a: True, tree)


def test_every_public_layer_has_an_example():
    assert {type(example.layer) for example in EXAMPLES + SMOOTH} == PUBLIC


# --- exact values --------------------------------------------------------------------------------------

@RATIONAL
@EXACTLY
@given(rng=SEEDS, n=st.integers(0, 2))
def test_forward_is_the_definition(example, rng, n):
    params, x = drawn(example, rng, n)
    out, _ = example.layer.forward(params, x)
    same(out, example.oracle(params, x))
    assert out.shape == example.layer.out_shape(x.shape)


@RATIONAL
@EXACTLY
@given(rng=SEEDS)
def test_backward_is_the_exact_difference_quotient(example, rng):
    """Away from kinks <d_out, forward> is linear in x near x, and in each parameter: the quotient has no error."""
    params, x = drawn(example, rng, kinks=False)
    out, cache = example.layer.forward(params, x)
    d_out = fractions(rng, out.shape)
    gradients, d_x = example.layer.backward(params, cache, d_out)
    places, t = (*params, x), Fraction(1, 64)  # two numbers in x differ by at least 1/2, a direction is at most 4
    for k, (place, gradient) in enumerate(zip(places, (*gradients, d_x), strict=True)):
        direction = fractions(rng, place.shape)

        def value(step, k=k, direction=direction):
            *moved, moved_x = (p + step * direction if i == k else p for i, p in enumerate(places))
            return (d_out * example.layer.forward(tuple(moved), moved_x)[0]).sum()
        assert gradient.shape == place.shape
        assert (gradient * direction).sum() == (value(t) - value(-t)) / (2 * t)


# --- the other number systems --------------------------------------------------------------------------

@RATIONAL
@IN_FLOATS
@pytest.mark.parametrize("seed", range(3))
def test_floats_are_within_rounding(example, system, seed):
    """|computed - exact| <= (m + 2) u sum |terms|, for sums of m products in any order (Higham 2002, Section 3.1).

    The two more are the division of a mean and the rounding of a slope to float32. m is at most the number of
    numbers involved. Each sum of |terms| is what the layer makes of absolute values, with x on that side of the
    kinks on which the term counts; of the sides that occur we add up all.
    """
    u, take = FLOATS[system]
    rng = np.random.default_rng(seed)
    params, x = take(normal(example, rng))
    d_out = take(rng.standard_normal(example.layer.out_shape(x.shape)))
    out, cache = example.layer.forward(params, x)
    found = (out, *example.layer.gradient(params, cache, d_out), example.layer.backward(params, cache, d_out)[1])
    assert {array.dtype for array in found} == {x.dtype}
    params, x, d_out, found = (tree_map(back, tree) for tree in (params, x, d_out, found))

    def exact(params, x, d_out):
        out, cache = example.layer.forward(params, x)
        gradients, d_x = example.layer.backward(params, cache, d_out)
        return out, *gradients, d_x
    sizes = tree_map(abs, params)
    sides = [exact(params, x, abs(d_out)), exact(sizes, abs(x), abs(d_out)), exact(sizes, -abs(x), abs(d_out))]
    m = x.size + d_out.size + sum(array.size for array in params)
    for computed, true, *terms in zip(found, exact(params, x, d_out), *sides, strict=True):
        assert computed.shape == true.shape
        assert (abs(computed - true) <= Fraction((m + 2) * u) * sum(map(abs, terms))).all()


@EVERY
def test_float32_values_depend_on_the_arguments_alone(example):
    params, x = convert(normal(example, np.random.default_rng(0)), np.float32)
    out, cache = example.layer.forward(params, x)
    assert {array.dtype for array in (out, *example.layer.backward(params, cache, out)[0])} == {np.dtype("float32")}
    assert example.layer.backward(params, cache, out)[1].dtype == np.float32
    example.layer.forward(*normal(example, np.random.default_rng(1)))
    same(example.layer.forward(params, x)[0], out)


@RATIONAL
def test_balls_contain_the_exact_value(example):
    params, x = drawn(example, np.random.default_rng(0), kinks=False)
    out, cache = example.layer.forward(params, x)
    exact = (out, *example.layer.backward(params, cache, out))
    params, x, d_out = (convert(tree, ball) for tree in (params, x, out))
    balls, cache = example.layer.forward(params, x)
    tree_map(_contains, (balls, *example.layer.backward(params, cache, d_out)), exact)


def _contains(balls, exact):
    assert balls.shape == exact.shape
    for value, true in zip(balls.flat, exact.flat, strict=True):
        assert isinstance(value, arb)
        assert abs(_dyadic(value.mid()) - true) <= _dyadic(value.rad())


def _dyadic(number):
    mantissa, exponent = number.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


# --- purity --------------------------------------------------------------------------------------------

@EVERY
@pytest.mark.parametrize("take", [lambda tree: tree, lambda tree: convert(tree, ball)], ids=["float64", "balls"])
def test_nothing_is_written_to_and_backward_is_repeatable(example, take):
    params, x = frozen(take(normal(example, np.random.default_rng(0))))
    before = tree_map(np.copy, (params, x))
    out, cache = example.layer.forward(params, x)
    d_out = frozen(out + 1)
    cache = tree_map(lambda leaf: frozen(leaf) if isinstance(leaf, np.ndarray) else leaf, cache)
    gradients, d_x = example.layer.backward(params, cache, d_out)
    again, d_x_again = example.layer.backward(params, cache, d_out)
    same_bits((gradients, d_x), (again, d_x_again))
    same_bits(gradients, example.layer.gradient(params, cache, d_out))
    same_bits((params, x), before)


def same_bits(tree, other):
    assert repr(tree) == repr(other)


@EVERY
@pytest.mark.parametrize("take", [lambda tree: tree, lambda tree: convert(tree, np.float32),
                                  lambda tree: convert(tree, ball)], ids=["float64", "float32", "balls"])
def test_no_samples_and_one(example, take):
    params, x = take(normal(example, np.random.default_rng(0)))
    whole, _ = example.layer.forward(params, x)
    for n in (0, 1):
        out, cache = example.layer.forward(params, x[:n])
        assert out.shape == example.layer.out_shape(x[:n].shape) == (n, *whole.shape[1:])
        gradients, d_x = example.layer.backward(params, cache, out)
        assert d_x.shape == x[:n].shape
        assert d_x.dtype == x.dtype
        for array, gradient in zip(params, gradients, strict=True):
            assert gradient.shape == array.shape
            assert gradient.dtype == array.dtype
            assert {type(value) for value in gradient.flat} == {type(value) for value in array.flat}
            assert n or all(value == 0 for value in gradient.flat)


def test_no_samples_of_fractions_have_zero_gradients():
    for example in EXAMPLES:
        params, x = drawn(example, np.random.default_rng(0), n=0)
        out, cache = example.layer.forward(params, x)
        gradients = example.layer.gradient(params, cache, out)
        assert all(type(value) is Fraction and value == 0 for gradient in gradients for value in gradient.flat)


# --- what is refused -----------------------------------------------------------------------------------

def _with(array, value):
    array = array.copy()
    array.flat[-1] = value
    return array


BAD_X = {
    "a list": (lambda x: x.tolist(), TypeError, "x is a builtins.list: it must be an array"),
    "a tuple of arrays": (lambda x: (x,), TypeError, "x is a builtins.tuple: it must be an array"),
    "a number": (lambda x: 1.0, TypeError, "x is a builtins.float: it must be an array"),
    "nothing": (lambda x: None, TypeError, "x is a builtins.NoneType: it must be an array"),
    "NaN": (lambda x: _with(x, np.nan), ValueError, "x holds NaN or infinity"),
    "infinity": (lambda x: _with(x, -np.inf), ValueError, "x holds NaN or infinity"),
    "integers": (lambda x: x.astype(int), TypeError, "x has dtype int64: it must be floating, or exact"),
    "booleans": (lambda x: x > 0, TypeError, "x has dtype bool: it must be floating, or exact"),
    "complex": (lambda x: x + 0j, TypeError, "x has dtype complex128: it must be floating, or exact"),
    "objects: int": (lambda x: x.astype(int).astype(object), TypeError, r"x is an object array of \['int'\]"),
    "objects: float": (lambda x: x.astype(object), TypeError, r"x is an object array of \['float'\]"),
    "objects: mixed": (lambda x: _with(convert(x, Fraction), 1 / 2), TypeError, r"x is an object array of \["),
    "objects: NaN": (lambda x: _with(convert(x, ball), arb("nan")), ValueError, "x holds NaN or infinity"),
}
OTHERS = {
    "float32": (lambda x: x.astype(np.float32), TypeError, "elements of type .*: both must be of one type"),
    "Fractions": (lambda x: convert(x, Fraction), TypeError, "elements of type .*: both must be of one type"),
    "strict": (array_api_strict.asarray, TypeError, "both must be arrays of one library"),
}


@EVERY
@pytest.mark.parametrize("fault", BAD_X)
def test_bad_x_is_refused(example, fault):
    spoil, error, message = BAD_X[fault]
    params, x = normal(example, np.random.default_rng(0))
    with pytest.raises(error, match=message):
        example.layer.forward(params, spoil(x))


@EVERY
@pytest.mark.parametrize("fault", BAD_X)
def test_bad_d_out_is_refused(example, fault):
    spoil, error, message = BAD_X[fault]
    params, x = normal(example, np.random.default_rng(0))
    out, cache = example.layer.forward(params, x)
    for backward in (example.layer.backward, example.layer.gradient):
        with pytest.raises(error, match=message.replace("x ", "d_out ", 1)):
            backward(params, cache, spoil(out))
        with pytest.raises(ValueError, match=r"d_out has shape \(.*\): the output has \("):
            backward(params, cache, out[1:])


@EVERY
def test_bad_shapes_are_refused(example):
    """Too few axes, and, where it counts them, another number of channels or too many axes."""
    params, x = normal(example, np.random.default_rng(0))
    if type(example.layer) in (Abs, Dropout, Identity, LeakyReLU, ReLU, ReLU6, Softplus, Tanh):
        return  # elementwise: any shape will do
    wrong = [x.reshape(-1)]
    if params:
        wrong.append(np.concat([x, x], axis=1))
    if type(example.layer) in (Dense, Conv2d, AvgPool, MaxPool, GlobalAvgPool):
        wrong.append(x[None])
    for array in wrong:
        with pytest.raises(ValueError, match=r"x has shape \("):
            example.layer.forward(params, array)


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.layer.param_shapes], ids=lambda example: example.name)
def test_bad_params_are_refused(example):
    params, x = normal(example, np.random.default_rng(0))
    out, cache = example.layer.forward(params, x)

    def refused(error, message, wrong):
        with pytest.raises(error, match=message):
            example.layer.forward(wrong, x)
        with pytest.raises(error, match=message):
            example.layer.backward(wrong, cache, out)
        with pytest.raises(error, match=message):
            example.layer.gradient(wrong, cache, out)
    for wrong in ((), (*params, params[0]), params[0], None, (params,) if len(params) > 1 else 1):
        refused(ValueError, r"params is an? .* needs a tuple of arrays, \(\(", wrong)
    refused(ValueError, r"params\[0\] is an array of shape .* needs an array of shape", (params[0][None], *params[1:]))
    refused(ValueError, r"params\[0\] is a list of .* needs an array of shape", (params[0].tolist(), *params[1:]))
    refused(ValueError, r"params\[0\] holds NaN or infinity", (params[0] * np.inf, *params[1:]))
    for spoil, error, message in OTHERS.values():
        with pytest.raises(error, match=message):
            example.layer.forward(params, spoil(x))


def test_parameters_are_not_optional():
    for example in EXAMPLES:
        if not example.layer.param_shapes:
            with pytest.raises(ValueError, match=r"params is a tuple of 1: .* needs a tuple of arrays, \(\)"):
                example.layer.forward((np.zeros(1),), np.zeros((1, *example.shape)))


def test_the_cache_of_another_layer_or_number_system_is_refused():
    layer, x = Dense(2, 2), np.ones((3, 2))
    params = layer.init(np.random.default_rng(0))
    out, cache = layer.forward(params, x)
    others = (Dense(2, 2, False).forward(params[:1], x)[1], ReLU().forward((), x)[1], None, (), (x,), ((3, 2), x), cache[1:])
    for backward in (layer.backward, layer.gradient):
        for other in others:
            with pytest.raises(ValueError, match=r"cache is not what forward of Dense\(n_in=2, n_out=2.*\) gives"):
                backward(params, other, out)
        for to in (np.float32, Fraction, ball):
            with pytest.raises(TypeError, match=r"x has elements of type float64 and d_out of .*: both must be of one type"):
                backward(convert(params, to), cache, convert(out, to))
        backward(params, Dense(2, 2).forward(params, x)[1], out)  # that of an equal layer will do


# --- the start -----------------------------------------------------------------------------------------

@EVERY
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_init_fits(example, dtype):
    params = example.layer.init(np.random.default_rng(0), dtype)
    assert tuple(array.shape for array in params) == example.layer.param_shapes
    assert all(array.dtype == dtype for array in params)
    example.layer.forward(params, np.zeros((1, *example.shape), dtype))
    same(params, example.layer.init(np.random.default_rng(0), dtype))


def test_layers_are_values():
    for example in EXAMPLES + SMOOTH:
        twin = type(example.layer)(**vars_of(example.layer))
        assert twin == example.layer
        assert hash(twin) == hash(example.layer)
        with pytest.raises(AttributeError):
            example.layer.surprise = 1


def vars_of(layer):
    return {name: getattr(layer, name) for name in layer.__dataclass_fields__}
