"""The ground: which arguments pass, and what the functions mean in each number system."""

import math
from fractions import Fraction

import array_api_compat
import array_api_strict
import numpy as np
import pytest
from flint import arb

from pathnorm_ref import arrays, projections, prox
from pathnorm_ref.arrays import (
    Undecided,
    ball,
    convert,
    greater,
    is_exact,
    largest,
    leaves,
    namespace,
    number,
    ones,
    sigmoid,
    sign,
    softplus,
    sqrt,
    system,
    transcendental,
    tree_map,
    zeros,
)
from tests.pathnorm_ref.layers.examples import strict

X = np.array([[1.5, -2.0], [0.0, 0.25]])
WIDE = np.array([arb(0, 1)], dtype=object)


# --- trees ---------------------------------------------------------------------------------------------

def test_leaves_know_their_places():
    tree = ((X, X[0]), (), [X[1]])
    assert [name for name, _ in leaves(tree, "params")] == ["params[0][0]", "params[0][1]", "params[2][0]"]
    assert [name for name, _ in leaves(X, "x")] == ["x"]


def test_tree_map_keeps_the_shape_of_the_tree():
    assert tree_map(lambda a, b: a + b, (1, (2, [])), (10, (20, []))) == (11, (22, ()))
    with pytest.raises(ValueError, match="shorter"):
        tree_map(lambda a, b: a + b, (1, 2), (1,))


# --- arguments -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_finite_numpy_floats_pass(dtype):
    limits = np.finfo(dtype)
    for x in (np.array([limits.max, -limits.max, limits.smallest_subnormal]), np.zeros((0, 3), dtype), np.array(1, dtype),
              np.asfortranarray(np.ones((3, 4), dtype))[::2]):
        assert namespace(x=x.astype(dtype)) is array_api_compat.array_namespace(X)
    for bad in (np.nan, np.inf, -np.inf):
        with pytest.raises(ValueError, match="x holds NaN or infinity: every element must be finite"):
            namespace(x=np.array([[1, bad]], dtype))


def test_other_systems_pass():
    assert namespace(x=strict(X, "device1"), params=(strict(X, "device1"),)) is array_api_strict
    for to in (Fraction, ball):
        assert namespace(x=convert(X, to), params=((), (convert(X, to),))) is array_api_compat.array_namespace(X)
        assert namespace(convert((X, X[:0]), to), x=convert(X[:0], to)) is array_api_compat.array_namespace(X)


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({}, TypeError, "params holds no array"),
    ({"params": ((), ())}, TypeError, "params holds no array"),
    ({"x": [1.0]}, TypeError, "x is a builtins.list: it must be an array"),
    ({"x": np.float64(1)}, TypeError, "x is a numpy.float64: it must be an array"),
    ({"x": X, "params": (X, 1.0)}, TypeError, r"params\[1\] is a builtins.float: it must be an array"),
    ({"x": X.astype(int)}, TypeError, "x has dtype int64: it must be floating, or exact"),
    ({"x": X.astype(complex)}, TypeError, "x has dtype complex128: it must be floating, or exact"),
    ({"x": X.astype(str)}, TypeError, "x has dtype <U32: it must be floating, or exact"),
    ({"x": X.astype(object)}, TypeError, r"x is an object array of \['float'\]: its elements must all be"),
    ({"x": np.array([1, Fraction(1)], object)}, TypeError, r"x is an object array of \['Fraction', 'int'\]"),
    ({"x": np.array([arb(1), Fraction(1)], object)}, TypeError, r"x is an object array of \['Fraction', 'arb'\]"),
    ({"x": np.array([arb("inf")], object)}, ValueError, "x holds NaN or infinity"),
    ({"x": X, "y": X.astype(np.float32)}, TypeError, "y has elements of type float32 and x of float64"),
    ({"x": X, "y": convert(X, Fraction)}, TypeError, "y has elements of type Fraction and x of float64"),
    ({"x": convert(X, ball), "y": convert(X, Fraction)}, TypeError, "y has elements of type Fraction and x of ball"),
    ({"x": X, "y": array_api_strict.asarray(X)}, TypeError, "y is a array_api_strict.*Array and x a numpy.ndarray"),
    ({"x": strict(X, "device1"), "y": strict(X, "CPU_DEVICE")}, ValueError, "y is on device .* and x on .*device1"),
    ({"x": strict(X * np.nan, "device1")}, ValueError, "x holds NaN or infinity"),
    ({"x": np.ma.array(X, mask=X < 0)}, TypeError,
     "x is a numpy.ma.MaskedArray: it must be an array without a mask, its masked entries filled"),
    ({"x": np.ma.array(X)}, TypeError, "x is a numpy.ma.MaskedArray: it must be an array without a mask"),
    ({"x": X, "params": (X, (np.ma.array(X, mask=True),))}, TypeError, r"params\[1\]\[0\] is a numpy.ma.MaskedArray"),
    ({"x": np.ma.array(convert(X, Fraction))}, TypeError, "x is a numpy.ma.MaskedArray: it must be"),
    ({"x": X, "params": (X, X + np.inf)}, ValueError, r"params\[1\] holds NaN or infinity"),
])
def test_other_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        namespace(**arguments)


@pytest.mark.parametrize("value", [2, 2.0, Fraction(2), np.float32(2), np.float64(2), np.int64(2)])
def test_numbers_enter_the_system_of_the_array(value):
    for like, kind in ((X, float), (X.astype(np.float32), float), (convert(X, Fraction), Fraction), (convert(X, ball), arb)):
        assert type(number("t", value, like)) is kind
        assert number("t", value, like) == 2
        assert (like * number("t", value, like)).dtype == like.dtype


@pytest.mark.parametrize(("value", "bounds", "error", "message"), [
    ("1", {}, TypeError, "t is '1': it must be a real number"),
    (None, {}, TypeError, "t is None: it must be a real number"),
    (True, {}, TypeError, "t is True: it must be a real number"),
    (np.True_, {}, TypeError, r"t is np\.True_: it must be a real number"),
    (1j, {}, TypeError, "t is 1j: it must be a real number"),
    (np.ones(1), {}, TypeError, r"t is array\(\[1.\]\): it must be a real number"),
    (math.nan, {}, ValueError, "t is nan: it must be finite"),
    (math.inf, {"at_least": 0}, ValueError, "t is inf: it must be finite"),
    (-1, {"at_least": 0}, ValueError, "t is -1: it must be at least 0"),
    (0, {"above": 0}, ValueError, "t is 0: it must be greater than 0"),
])
def test_bad_numbers_are_refused(value, bounds, error, message):
    with pytest.raises(error, match=message):
        number("t", value, X, **bounds)


# --- number systems ------------------------------------------------------------------------------------

def test_each_system_is_recognised():
    for array, kind in ((X, float), (X[0, 0], float), (strict(X, "no_float64", array_api_strict.float32), float),
                        (convert(X, Fraction), Fraction), (Fraction(1), Fraction), (convert(X, ball), ball), (arb(1), ball)):
        assert system(array) is kind
        assert is_exact(array) is (kind is not float)


def test_conversion_to_exact_systems_is_exact():
    x = np.array([0.1, 1e-310, -1e300])
    assert [Fraction(float(a)) for a in x] == convert(x, Fraction).tolist()
    assert convert(convert(x, Fraction), float).tolist() == convert(convert(x, ball), float).tolist() == x.tolist()
    third = ball(Fraction(1, 3))
    assert third.rad() > 0
    assert (third * 3).contains(1)
    assert convert((X, (X,)), np.float32)[1][0].dtype == np.float32
    assert convert(strict(X, "device1"), Fraction).tolist() == convert(X, Fraction).tolist()


@pytest.mark.parametrize("to", [Fraction, ball])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_has_no_exact_value(to, value):
    for tree in (np.array([1, value]), (X, (np.array(value, np.float32),)), strict(np.array([value]), "device1")):
        with pytest.raises(ValueError, match="tree holds NaN or infinity: they have no exact value"):
            convert(tree, to)
    assert np.isinf(convert(np.array([np.inf]), np.float32))  # a cast keeps it, in sight


@pytest.mark.parametrize("to", [Fraction, ball, np.float32])
def test_what_is_masked_is_not_converted(to):
    with pytest.raises(TypeError, match=r"tree\[1\] is a numpy.ma.MaskedArray: it must be an array without a mask"):
        convert((X, np.ma.array(X, mask=X < 0)), to)


@pytest.mark.parametrize("z", [np.ma.array([3.0, 1.0], mask=[True, False]), np.ma.array(3.0)])
def test_no_function_takes_a_masked_array(z):
    for f in (projections.project_l1_ball, prox.prox_l1):
        with pytest.raises(TypeError, match=r"z is a numpy.ma.MaskedArray: it must be an array without a mask"):
            f(z, 1)


def test_zeros_and_ones_are_of_the_system():
    for like in (X, X.astype(np.float32), convert(X, Fraction), convert(X, ball)):
        for make, value in ((zeros, 0), (ones, 1)):
            array = make(np, (2, 3), like)
            assert array.dtype == like.dtype
            assert array.shape == (2, 3)
            assert all(a == value and type(a) is type(like.flat[0]) for a in array.flat)
    like = strict(X, "device1")
    assert zeros(array_api_strict, (2,), like).device == like.device


def test_overlapping_balls_are_not_decided_in_silence():
    for decide in (lambda: greater(WIDE, 0), lambda: sign(np, WIDE)):
        with pytest.raises(Undecided, match="undecided: compute again at a higher precision"):
            decide()
    assert not greater(WIDE, 0, np.array([False])).any()
    assert greater(WIDE, -2).all()
    assert not greater(convert(np.zeros(1), ball), 0).any()


def test_maximum_of_overlapping_balls_encloses_it():
    larger = arrays.maximum(np, WIDE, convert(np.zeros(1), ball))[0]
    assert larger.contains(0)
    assert larger.contains(1)
    assert not larger.contains(-1)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_largest_of_integers_and_a_ball_that_overlaps_them_is_the_ball(place):
    around_zero = arb(2).sqrt() ** 2 - 2
    values = [0, 0]
    values.insert(place, around_zero)
    assert not largest(values) <= 0 and not largest(values) > 0


def test_signs():
    for like in (X, convert(X, Fraction), convert(X, ball)):
        assert convert(sign(np, like), float).tolist() == np.sign(X).tolist()
        assert type(sign(np, like).flat[0]) is type(like.flat[0])


def test_roots_of_fractions_are_rational_or_refused():
    assert sqrt(np, np.array([Fraction(9, 4), Fraction(0)], object)).tolist() == [Fraction(3, 2), 0]
    for x in (Fraction(2), Fraction(-1), Fraction(1, 2)):
        with pytest.raises(TypeError, match=f"the square root of {x} is not a Fraction: convert to balls"):
            sqrt(np, np.array([x], object))


def test_transcendental_functions_refuse_fractions_unless_there_are_none():
    with pytest.raises(TypeError, match="exp of a Fraction is not a Fraction"):
        transcendental(np, "exp", convert(X, Fraction))
    assert transcendental(np, "exp", np.zeros(0, object)).size == 0
    assert transcendental(np, "exp", X).tolist() == np.exp(X).tolist()


def test_sigmoid_and_softplus_at_the_ends():
    x = np.array([-1e308, -745.0, 0.0, 745.0, 1e308])
    assert softplus(np, x).tolist() == [0.0, np.exp(-745.0), math.log(2), 745.0, 1e308]
    assert sigmoid(np, x).tolist() == [0.0, np.exp(-745.0), 0.5, 1.0, 1.0]
    for f in (softplus, sigmoid):
        assert f(np, x[1:4].astype(np.float32)).dtype == np.float32
