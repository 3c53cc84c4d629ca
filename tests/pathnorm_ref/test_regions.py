"""Linear regions: their number for known arrangements, their affine maps exactly, and that none is missing."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import convnet, mlp
from pathnorm_ref.arrays import convert
from pathnorm_ref.layers import Abs, Dense, Identity, LeakyReLU, PReLU, ReLU, ReLU6, Tanh
from pathnorm_ref.layers.activations import Activation
from pathnorm_ref.network import Net
from pathnorm_ref.regions import linear_regions
from proofs_check.cases import mlp_cases

SETTINGS = settings(max_examples=25, deadline=None, derandomize=True)


def exact(*arrays):
    return convert(tuple(np.asarray(array, dtype=float) for array in arrays), Fraction)


def one_hidden_layer(W, b, activation=None):
    """A net of units w x + b, one a row, and its parameters."""
    n, d = np.shape(W)
    return mlp((d, n, 1), activation), (exact(W, b), (), exact(np.arange(1.0, n + 1)[None], [0.5]))


def pattern(net, params, x):
    """The signs of the inputs of all activations at the samples x, (n, inputs)."""
    signs = []
    for layer, own in zip(net, params, strict=True):
        if isinstance(layer, Activation):
            signs.append(np.sign((x > 0).astype(int) - (x < 0).astype(int)))
        x = layer.forward(own, x)[0]
    return np.concatenate(signs, axis=1) if signs else np.zeros((len(x), 0), dtype=int)


def are_the_regions_of(net, params, regions):
    """Each is open, not empty, and the net is its affine map there."""
    exact_params = convert(params, Fraction)
    points = np.stack([region.point for region in regions])
    out = net.forward(exact_params, points)[0]
    for region, value in zip(regions, out, strict=True):
        assert (region.G @ region.point + region.h > 0).all()
        assert_array_equal(region.matrix @ region.point + region.offset, value)


# --- counting ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("n", range(1, 7))
def test_generic_lines_cut_the_plane_into_the_known_number_of_regions(n):
    angles = np.arange(n) * 0.9
    net, params = one_hidden_layer(np.stack([np.cos(angles), np.sin(angles)], axis=1), np.arange(1.0, n + 1) ** 2)
    regions = linear_regions(net, params)
    assert len(regions) == 1 + n + math.comb(n, 2)
    are_the_regions_of(net, params, regions)


@pytest.mark.parametrize("n", [2, 4])
def test_generic_planes_cut_space(n):
    rng = np.random.default_rng(0)
    net, params = one_hidden_layer(rng.standard_normal((n, 3)), rng.standard_normal(n))
    assert len(linear_regions(net, params)) == sum(math.comb(n, k) for k in range(4))


@pytest.mark.parametrize(("W", "b", "number"), [
    ([[1, 0], [1, 0], [1, 0]], [0, 1, 2], 4),  # parallel lines
    ([[1, 0], [2, 0], [-3, 0]], [1, 2, -3], 2),  # one line, three times
    ([[1, 0], [0, 1], [1, 1]], [0, 0, 0], 6),  # through one point
    ([[0, 0], [1, 0]], [1, 0], 2),  # a unit that is constant and on
    ([[0, 0], [1, 0]], [-1, 0], 2),  # and off
    ([[0, 0], [0, 0]], [0, 0], 1),  # dead
    ([[1, 0], [1, 0]], [0, 1e-6], 3),  # a strip
    ([[1e-200, 0], [0, 1e200]], [0, 0], 4),  # weights whose squares leave the floats
    ([[1], [1], [1]], [0, 1e6, -1e6], 4),
], ids=str)
def test_degenerate_arrangements(W, b, number):
    net, params = one_hidden_layer(W, b)
    regions = linear_regions(net, params)
    assert len(regions) == number
    are_the_regions_of(net, params, regions)


@pytest.mark.parametrize("activation", [Identity(), LeakyReLU(1)])
def test_a_linear_activation_splits_nothing(activation):
    net, params = one_hidden_layer([[1, 2], [3, 4]], [1, 1], activation)
    (region,) = linear_regions(net, params)
    assert_array_equal(region.matrix, [[7, 10]])
    assert len(region.G) == 0


def test_a_net_of_one_layer_has_one_region():
    (region,) = linear_regions(mlp((2, 2)), (exact([[1, 2], [3, 4]], [5, 6]),))
    assert_array_equal(region.matrix, [[1, 2], [3, 4]])
    assert_array_equal(region.offset, [5, 6])


def test_a_net_may_begin_and_end_with_an_activation():
    net = Net(Abs(), Dense(2, 1), LeakyReLU(-0.5))
    params = ((), exact([[1, 1]], [-1]), ())
    regions = linear_regions(net, params)
    are_the_regions_of(net, params, regions)
    # four quadrants, each cut by |x| + |y| = 1; slopes 1 outside, -1/2 inside
    assert sorted(map(tuple, (region.matrix[0] for region in regions))) == sorted(
        (a * s, b * s) for a in (1, -1) for b in (1, -1) for s in (1, Fraction(-1, 2)))


def test_prelu_has_a_slope_for_each_channel():
    net = Net(Dense(1, 2, False), PReLU(2), Dense(2, 1, False))
    params = (exact([[1], [1]]), exact([2, -3]), exact([[1, 10]]))
    assert sorted(region.matrix[0, 0] for region in linear_regions(net, params)) == [2 - 30, 11]


# --- completeness --------------------------------------------------------------------------------------

@pytest.mark.parametrize("sizes", [(1, 4, 3, 1), (2, 3, 3, 2), (2, 4, 2, 2, 1), (3, 4, 1)], ids=str)
@pytest.mark.parametrize("activation", [ReLU(), Abs(), LeakyReLU(3.0)], ids=repr)
def test_a_dense_sample_of_points_finds_no_other_pattern(sizes, activation):
    rng = np.random.default_rng(sum(sizes))
    net = mlp(sizes, activation)
    params = tuple(tuple(rng.integers(-16, 17, a.shape) / 8 for a in own) for own in net.init(rng))
    regions = linear_regions(net, params)
    are_the_regions_of(net, params, regions)
    # dyadic numbers of few bits: no rounding in floats
    x = np.concatenate([rng.integers(-2**10, 2**10, (1500, sizes[0])) / 2.0**k for k in (4, 7, 9)])
    found = {tuple(row) for row in pattern(net, params, x) if row.all()}
    points = np.stack([region.point for region in regions])
    enumerated = [tuple(row) for row in pattern(net, convert(params, Fraction), points)]
    # units constantly zero have no sign on either side
    assert len(set(enumerated)) == len(enumerated)
    assert found <= set(enumerated)
    assert len(found) >= len(enumerated) // 2  # a sample that saw a fair part of them


@SETTINGS
@given(mlp_cases(n_layers=(1, 3)))
def test_every_point_lies_in_the_closure_of_a_region_with_its_map(case):
    net, params = case.net, convert(case.params, Fraction)
    regions = linear_regions(net, params)
    are_the_regions_of(net, params, regions)
    around = np.random.default_rng(0).integers(-64, 65, (20, case.x.shape[1])) / 16
    x = convert(np.concatenate([case.x, around]), Fraction)
    for point, value in zip(x, net.forward(params, x)[0], strict=True):
        around = [region for region in regions if (region.G @ point + region.h >= 0).all()]
        assert around
        for region in around:  # on a border all agree, as the net is continuous
            assert_array_equal(region.matrix @ point + region.offset, value)
        assert sum((region.G @ point + region.h > 0).all() for region in regions) <= 1


def test_floats_and_fractions_have_the_same_regions():
    net, params = one_hidden_layer([[1, 2], [0.5, -1]], [0.25, 1])
    for floats in (float, np.float32):
        for a, b in zip(linear_regions(net, params), linear_regions(net, convert(params, floats)), strict=True):
            assert_array_equal(a.matrix, b.matrix)
            assert_array_equal(a.G, b.G)


# --- refusals ------------------------------------------------------------------------------------------

def test_other_layers_are_refused():
    rng = np.random.default_rng(0)
    for net, layer in ((convnet((1, 1), 1, (2, 2)), "layer 0 is Conv2d"), (mlp((1, 1, 1), ReLU6()), "layer 1 is ReLU6"),
                       (mlp((1, 1, 1), Tanh()), "layer 1 is Tanh")):
        with pytest.raises(TypeError, match=f"{layer}.*dense layers and homogeneous activations"):
            linear_regions(net, net.init(rng))


def test_other_systems_are_refused_with_the_alternative(balls):
    net, params = one_hidden_layer([[1]], [0])
    with pytest.raises(TypeError, match=r"params hold balls.*convert them to Fractions"):
        linear_regions(net, balls.take(params))


def test_other_libraries_are_refused_with_the_alternative(strict):
    net, params = one_hidden_layer([[1]], [0])
    with pytest.raises(TypeError, match=r"params\[0\]\[0\] is a array_api_strict.*in NumPy, so copy"):
        linear_regions(net, strict.take(convert(params, float)))


def test_bad_parameters_are_refused():
    net = mlp((1, 1))
    with pytest.raises(ValueError, match=r"params\[0\]\[0\] holds NaN"):
        linear_regions(net, ((np.full((1, 1), np.nan), np.ones(1)),))
    with pytest.raises(ValueError, match="layer 0"):
        linear_regions(net, ((np.ones((2, 1)), np.ones(1)),))
