"""Pruning: what is counted, what goes to zero, and that the smaller net is the same function."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import convert, tree_map
from pathnorm_ref.layers import (
    AvgPool,
    Conv2d,
    Dense,
    Flatten,
    GlobalAvgPool,
    LeakyReLU,
    MaxPool,
    PReLU,
    ReLU,
    ReLU6,
)
from pathnorm_ref.network import Net
from pathnorm_ref.norms import unit_norms
from pathnorm_ref.objectives import loss_and_gradient
from pathnorm_ref.training import Lasso, PathNormProximal, Pruning, WeightDecay, active_units, deactivate, prune
from pathnorm_ref.units import Bias, hidden_layers, weight_layers
from proofs_check.cases import convnet_cases, mlp_cases
from tests.pathnorm_ref.training.nets import exact, frozen

SETTINGS = settings(max_examples=60, deadline=None, derandomize=True)
BIASES = st.sampled_from(list(Bias))


def same_function(net, params, pruned, x):
    assert_array_equal(pruned.net.forward(pruned.params, x)[0], net.forward(params, x)[0])


@st.composite
def idle_cases(draw):
    """Nets in Fractions of which any unit of any layer may have w = 0, or v = 0, biases kept."""
    case = draw(st.one_of(mlp_cases(Bias.FREE), convnet_cases(Bias.FREE)))
    params = list(case.params)
    for hidden in hidden_layers(case.net):
        for side, at in (("w", hidden.incoming), ("v", hidden.outgoing)):
            axis = int(side == "v")
            W, *b = params[at]
            n = W.shape[axis]
            kept = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
            params[at] = (W * kept.reshape(-1, *(1,) * (W.ndim - axis - 1)), *b)
    return case._replace(params=convert(tuple(params), Fraction), x=convert(case.x, Fraction))


# --- prune ---------------------------------------------------------------------------------------------

@SETTINGS
@given(idle_cases())
def test_the_pruned_net_is_the_same_function_exactly(case):
    pruned = prune(case.net, case.params)
    same_function(case.net, case.params, pruned, case.x)
    assert prune(*pruned).net == pruned.net
    for before, after in zip(case.net, pruned.net, strict=True):
        assert type(before) is type(after)
    for hidden in hidden_layers(pruned.net):  # nothing of v = 0 is left, but for one unit a layer
        v = np.array([np.any(pruned.params[hidden.outgoing][0].reshape(pruned.net[hidden.outgoing].n_out, hidden.n_units, -1)
                             [:, unit] != 0) for unit in range(hidden.n_units)])
        assert hidden.n_units == 1 or v.all()


@SETTINGS
@given(idle_cases())
def test_an_mlp_keeps_no_unit_with_a_zero_side_but_one(case):
    pruned = prune(case.net, case.params)
    for hidden in hidden_layers(pruned.net):
        if isinstance(pruned.net[hidden.outgoing], Dense) and hidden.n_units > 1:
            W = pruned.params[hidden.incoming][0]
            between = pruned.net[hidden.incoming + 1:hidden.outgoing]
            if not any(isinstance(layer, AvgPool) and layer.padding for layer in between):
                assert (W.reshape(hidden.n_units, -1) != 0).any(axis=1).all()


def test_the_constant_of_a_pruned_unit_moves_into_the_next_bias():
    """PyTorch issue 38598: a pruned channel that keeps its bias keeps its constant."""
    net = mlp((2, 3, 2), LeakyReLU(Fraction(1, 2)))
    params = exact((np.array([[1.0, 2], [0, 0], [0, 0]]), np.array([1.0, -4, 6])), (),
                   (np.array([[1.0, 3, 5], [2, 7, 11]]), np.array([10.0, 20])))
    small, ((W, b), _, (V, c)) = prune(net, params)
    assert small == mlp((2, 1, 2), LeakyReLU(Fraction(1, 2)))
    assert (W.tolist(), b.tolist(), V.tolist()) == ([[1, 2]], [1], [[1], [2]])
    assert c.tolist() == [10 + 3 * -2 + 5 * 6, 20 + 7 * -2 + 11 * 6]


def test_a_layer_without_a_bias_gets_one_for_a_constant_and_for_nothing_else():
    net = mlp((1, 2, 1), bias=(True, False))
    V = (np.array([[5.0, 7.0]]),)
    small, params = prune(net, ((np.array([[1.0], [0]]), np.array([0.0, 3])), (), V))
    assert small == mlp((1, 1, 1))
    assert params[2][1].tolist() == [21]
    small, params = prune(net, ((np.array([[1.0], [0]]), np.array([0.0, -3])), (), V))
    assert small == mlp((1, 1, 1), bias=(True, False))
    assert len(params[2]) == 1


@pytest.mark.parametrize("width", [1, 4])
def test_of_a_layer_that_is_all_idle_one_unit_stays(width):
    """network-slimming issue 80: every unit pruned."""
    net = mlp((2, width, width, 3))
    params = exact(*(tuple(0 * a + (a.ndim == 1) for a in own) for own in net.init(np.random.default_rng(0))))
    small, smaller = prune(net, params)
    assert small == mlp((2, 1, 1, 3))
    assert_array_equal(small.forward(smaller, *exact(np.ones((2, 2))))[0], np.ones((2, 3)))


def test_units_that_become_idle_as_others_go_go_too():
    net = mlp((1, 2, 2, 1), bias=False)
    W = (np.array([[1.0], [1]]),)
    from_above = (W, (), (np.array([[1.0, 0], [1, 1]]),), (), (np.array([[1.0, 0]]),))  # unit 2 of layer 2, then of 1
    assert prune(net, from_above).net == mlp((1, 1, 1, 1), bias=False)
    from_below = ((np.array([[0.0], [1]]),), (), (np.array([[1.0, 0], [1, 1]]),), (), (np.array([[1.0, 1]]),))
    assert prune(net, from_below).net == mlp((1, 1, 1, 1), bias=False)


def constant_map(*between, padding=0, b=2.0):
    """A net of two channels, the first of w = 0 and bias b, and what stands behind it; 3x3 maps."""
    net = Net(Conv2d(1, 2, 1), ReLU(), *between, Conv2d(2, 1, 2, padding=padding))
    params = [tuple(np.arange(1.0, 1 + math.prod(shape)).reshape(shape) for shape in layer.param_shapes) for layer in net]
    params[0] = (np.array([[[[0.0]]], [[[3.0]]]]), np.array([b, 1.0]))
    return net, exact(*params), exact(np.arange(9.0).reshape(1, 1, 3, 3) - 4)[0]


@pytest.mark.parametrize(("between", "padding", "b", "n_left"), [
    ((), 0, 2.0, 1), ((), 1, 2.0, 2), ((), (0, 0, 1, 0), 2.0, 2), ((), 1, -2.0, 1), ((), 1, 0.0, 1),
    ((MaxPool(2, 1, 1),), 0, 2.0, 1), ((AvgPool(2, 1, 1),), 0, 2.0, 2), ((AvgPool(2, 1),), 0, 2.0, 1),
    ((AvgPool(2, 1, 1),), 0, -2.0, 1),
])
def test_zero_padding_keeps_a_constant_that_is_none_at_the_border(between, padding, b, n_left):
    net, params, x = constant_map(*between, padding=padding, b=b)
    pruned = prune(net, params)
    assert pruned.net[0].n_out == n_left
    same_function(net, params, pruned, x)


def test_the_border_effect_is_real():
    """Moved all the same, the constant of a padded convolution changes the border."""
    net, params, x = constant_map(padding=1)
    V, c = params[-1]
    moved = (*params[:-1], (V * np.array([0, 1]).reshape(1, 2, 1, 1), c + 2 * V[:, 0].sum()))
    difference = net.forward(moved, x)[0] != net.forward(params, x)[0]
    assert difference.any()
    assert not difference[:, :, 1:-1, 1:-1].any()


@pytest.mark.parametrize("between", [(Flatten(),), (MaxPool(2), Flatten(), PReLU(4)), (PReLU(4), Flatten())])
def test_across_a_flatten(between):
    shape = Net(Conv2d(1, 4, 2), *(layer for layer in between if layer != PReLU(4))).out_shape((1, 1, 3, 3))
    net = Net(Conv2d(1, 4, 2), ReLU(), *between, Dense(shape[1], 2, False))
    rng = np.random.default_rng(0)
    params = [tuple(rng.integers(1, 9, shape) / 1.0 for shape in layer.param_shapes) for layer in net]
    params[0] = (params[0][0] * np.array([0, 1, 0, 1]).reshape(4, 1, 1, 1), np.array([3.0, 1, 2, -1]))
    params, x = exact(tuple(params), rng.integers(-4, 5, (2, 1, 3, 3)) / 1.0)
    pruned = prune(net, params)
    assert pruned.net[0].n_out == 2
    assert pruned.net[-1] == Dense(shape[1] // 2, 2, True)
    same_function(net, params, pruned, x)


def test_slopes_of_their_own_behind_a_flatten_make_constants_of_their_own():
    net = Net(Conv2d(1, 2, 1), Flatten(), PReLU(4), Dense(4, 1))
    params = exact((np.array([[[[0.0]]], [[[1.0]]]]), np.array([-1.0, 0])), (), (np.array([2.0, 3, 5, 7]),),
                   (np.array([[10.0, 100, 1, 1]]), np.array([0.0])))
    small, smaller = prune(net, params)
    assert small == Net(Conv2d(1, 1, 1), Flatten(), PReLU(2), Dense(2, 1))
    assert smaller[2][0].tolist() == [5, 7]
    assert smaller[3][1].tolist() == [-20 - 300]
    same_function(net, params, (pruned := prune(net, params)), *exact(np.array([[[[1.0, -2]]]])))
    assert pruned.net == small


def test_a_global_mean_of_a_constant():
    net = Net(Conv2d(1, 2, 2, padding=1), ReLU(), GlobalAvgPool(), Dense(2, 1))
    params = exact((np.array([[[[0.0] * 2] * 2], [[[1.0] * 2] * 2]]), np.array([3.0, 0])), (), (),
                   (np.array([[2.0, 1]]), np.array([1.0])))
    pruned = prune(net, params)
    assert pruned.params[3][1].tolist() == [7]
    same_function(net, params, pruned, *exact(np.arange(9.0).reshape(1, 1, 3, 3)))


@pytest.mark.parametrize(("groups", "idle", "n_left"), [
    ((1, 2), [0], 6), ((1, 2), [0, 1], 6), ((1, 2), [0, 4], 4), ((2, 1), [1, 2, 3], 4), ((2, 2), [0, 1, 2, 3, 4], 2),
    ((2, 3), range(6), 6), ((1, 6), range(6), 6), ((3, 1), [0, 2, 4], 3),
])
def test_groups_stay_of_equal_size(groups, idle, n_left):
    net = Net(Conv2d(6, 6, 1, groups=groups[0]), ReLU(), Conv2d(6, 6, 1, groups=groups[1], bias=False))
    rng = np.random.default_rng(0)
    params = [[rng.integers(1, 9, shape) / 1.0 for shape in layer.param_shapes] for layer in net]
    for unit in idle:
        params[0][0][unit] = 0
    params, x = exact(tuple(map(tuple, params)), rng.integers(-4, 5, (2, 6, 2, 2)) / 1.0)
    pruned = prune(net, params)
    # of an even number of groups in six, halves or thirds: the blocks of (2, 1) are 0-2 and 3-5, and so on
    assert pruned.net[0].n_out == pruned.net[2].n_in == n_left
    same_function(net, params, pruned, x)


def test_an_active_net_comes_back_as_it_is():
    net = mlp((2, 3, 1))
    params = tree_map(lambda a: a + 1, net.init(np.random.default_rng(0)))
    pruned = prune(net, params)
    assert pruned.net is net
    assert pruned.params is params


def test_prune_in_every_system(system):
    net, params, x = constant_map(MaxPool(2, 1))
    own, x = system.take((tree_map(lambda a: a.astype(float), params), x.astype(float)))
    pruned = prune(net, frozen(own))
    assert pruned.net[0].n_out == 1
    tree_map(lambda a: pytest.fail("left its system") if not system.holds(a) else None, pruned.params)
    assert_array_equal(system.back(pruned.net.forward(pruned.params, x)[0]),  # small integers
                       system.back(net.forward(own, x)[0]))


def test_a_ball_around_zero_is_not_zero(balls):
    net = mlp((1, 2, 1), bias=False)
    (W,), _, (V,) = balls.take(((np.array([[1.0], [0]]),), (), (np.ones((1, 2)),)))
    assert prune(net, ((W,), (), (V,))).net[0].n_out == 1
    third = balls.take((np.array(1.0),))[0] / 3
    assert prune(net, ((W + (third * 3 - 1),), (), (V,))).net[0].n_out == 2


# --- by the path norm ----------------------------------------------------------------------------------

ONE_OF_EACH = mlp((2, 6, 1)), (
    (np.array([[3.0, 4], [3, 4], [0, 0], [0, 0], [0, 0], [3e-3, 4e-3]]), np.array([0.0, 12, 0, 1, -1, 0])), (),
    (np.array([[1.0, 0, 1, 1, 1, 0.1]]), np.array([2.0])))
"""Active; v = 0; w = 0; a constant; a constant that ReLU cuts off; ||w|| ||v|| = 5e-4."""


@pytest.mark.parametrize(("bias", "threshold", "n"), [
    ("inside", 0, 4), ("free", 0, 2), ("outside", 0, 2), ("free", 1e-3, 1), ("free", 4.9e-4, 2), ("free", 5, 0),
    ("free", 4.99, 1), ("inside", 1e-3, 3),
])
def test_the_rule_of_c2(bias, threshold, n):
    net, params = ONE_OF_EACH
    assert active_units(net, params, bias, threshold) == (n,)


@SETTINGS
@given(BIASES.flatmap(lambda bias: st.one_of(mlp_cases(bias), convnet_cases(bias))), st.sampled_from([0, 0.5, 3, 1e3]))
def test_active_units_is_the_definition(case, threshold):
    layers = hidden_layers(case.net)
    counts = [int((w * v > threshold).sum()) for w, v in
              (unit_norms(case.net, case.params, hidden, case.bias) for hidden in layers)]
    assert active_units(case.net, case.params, case.bias, threshold, layers) == tuple(counts)
    assert active_units(case.net, case.params, case.bias, threshold) == tuple(counts[::2])


def test_the_product_of_small_norms_is_not_zero():
    params = ((np.full((1, 1), 1e-200),), (), (np.full((1, 1), 1e-200),))
    assert active_units(mlp((1, 1, 1), bias=False), params, "free", 0) == (1,)
    assert active_units(mlp((1, 1, 1), bias=False), params, "free", 1e-300) == (0,)


def test_fractions_need_no_root():
    net = mlp((2, 1, 1), bias=False)
    params = exact((np.ones((1, 2)),), (), (np.ones((1, 1)),))
    assert active_units(net, params, "free", Fraction(7, 5)) == (1,)
    assert active_units(net, params, "free", Fraction(3, 2)) == (0,)


@pytest.mark.parametrize(("bias", "threshold", "zero"), [
    ("inside", 0, [1, 2]), ("free", 0, [1, 2]), ("free", 1e-3, [1, 2, 5]), ("inside", 1e-3, [1, 2, 5]),
    ("inside", 10, [0, 1, 2, 3, 4, 5]),
])
def test_deactivate(bias, threshold, zero, system):
    if system.name == "fractions" and threshold:
        threshold = Fraction(threshold)
    net, params = ONE_OF_EACH
    own = system.take(params)
    (W, b), _, (V, c) = deactivate(net, frozen(own), bias, threshold)
    for array, before, axis in ((W, own[0][0], 0), (b, own[0][1], 0), (V, own[2][0], 1), (c, own[2][1], 0)):
        assert system.holds(array)
        expected = system.back(before).copy()
        if len(expected) == 6 or axis:
            np.moveaxis(expected, axis, 0)[zero] = 0
        assert_array_equal(system.back(array), expected)


@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
def test_a_bias_that_nobody_reads_goes_with_its_unit(bias):
    params = ((np.array([[0.0], [1]]), np.array([3.0, 4])), (), (np.array([[0.0, 1]]), np.ones(1)))
    (W, b), _, (V, _) = deactivate(mlp((1, 2, 1)), params, bias, 0)
    assert (W.tolist(), b.tolist(), V.tolist()) == ([[0], [1]], [0, 4], [[0, 1]])


@SETTINGS
@given(BIASES.flatmap(lambda bias: st.one_of(mlp_cases(bias), convnet_cases(bias))))
def test_a_threshold_of_zero_keeps_the_function(case):
    params, x = exact(case.params, case.x)
    layers = hidden_layers(case.net)
    idle = deactivate(case.net, params, case.bias, 0, layers)
    assert_array_equal(case.net.forward(idle, x)[0], case.net.forward(params, x)[0])
    assert_array_equal(prune(case.net, idle).net.forward(prune(case.net, idle).params, x)[0],
                       case.net.forward(params, x)[0])


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"threshold": -1}, ValueError, "threshold is -1: it must be at least 0"),
    ({"threshold": math.nan}, ValueError, "threshold is nan"), ({"threshold": "0"}, TypeError, "threshold is '0'"),
    ({"bias": "inner"}, ValueError, "bias is 'inner'"), ({"bias": "absent"}, ValueError, "bias is 'absent'"),
    ({"net": mlp((2, 6, 1), ReLU6())}, ValueError, "layer 1 is ReLU6"),
    ({"params": ()}, ValueError, "params is a tuple of 0"),
])
@pytest.mark.parametrize("f", [active_units, deactivate])
def test_what_is_refused(f, change, error, message):
    net, params = ONE_OF_EACH
    with pytest.raises(error, match=message):
        f(**{"net": net, "params": params, "bias": "free", "threshold": 0} | change)


def test_prune_refuses():
    net, params = ONE_OF_EACH
    with pytest.raises(ValueError, match="layer 1 is ReLU6"):
        prune(mlp((2, 6, 1), ReLU6()), params)
    with pytest.raises(ValueError, match="params is a tuple of 1"):
        prune(net, params[:1])


# --- while training ------------------------------------------------------------------------------------

@pytest.mark.parametrize("rule", [PathNormProximal(0.0625, 0.5), Lasso(0.0625, 0.5), WeightDecay(0.25, 0.5, momentum=0.5)])
def test_pruned_units_never_come_back(rule):
    rng = np.random.default_rng(0)
    net = mlp((3, 8, 4, 2))
    x, y = rng.standard_normal((20, 3)), rng.standard_normal((20, 2))
    pruning, layers = Pruning(rule), hidden_layers(net)
    start = net.init(rng)
    V = start[2][0] * (np.arange(8) > 0)  # one unit dead from the start
    params, state = pruning.init(net, (*start[:2], (V, *start[2][1:]), *start[3:]))
    dead = [np.zeros(hidden.n_units, dtype=bool) for hidden in layers]
    for _ in range(30):
        _, d_params = loss_and_gradient(net, params, x, y)
        own, own_state = rule.step(net, params, state, d_params)
        params, state = pruning.step(net, params, state, d_params)
        tree_map(assert_array_equal, state, own_state)
        for i, hidden in enumerate(layers):
            w, v = unit_norms(net, params, hidden, rule.bias)
            now = w == 0
            assert_array_equal(now, v == 0)
            assert (now | ~dead[i]).all()
            dead[i] = now
        if not isinstance(rule, WeightDecay):  # with momentum a dead unit may have been on its way back
            assert abs(net.forward(params, x)[0] - net.forward(own, x)[0]).max() <= 1e-13  # sums of other order
    assert dead[0][0]
    assert sum(map(np.sum, dead)) > (0 if isinstance(rule, WeightDecay) else 2)
    assert pruning.objective(net, params, x, y) == rule.objective(net, params, x, y)
    assert pruning.bias == rule.bias


def test_no_momentum_brings_a_unit_back():
    net = mlp((1, 1, 1))
    dead = ((np.zeros((1, 1)), np.zeros(1)), (), (np.zeros((1, 1)), np.ones(1)))
    moving = tree_map(np.ones_like, dead)
    rule = WeightDecay(0.5, 0.5, momentum=0.5)
    (W, b), _, (V, c) = Pruning(rule).step(net, dead, moving, dead)[0]
    assert [array.item() for array in (W, b, V)] == [0, 0, 0]
    assert c.item() != 1
    assert rule.step(net, dead, moving, dead)[0][0][0].item() != 0


def test_pruning_needs_a_rule_and_homogeneous_units():
    with pytest.raises(TypeError, match="rule is 3: it must be a training rule"):
        Pruning(3)
    with pytest.raises(TypeError, match="it must be a training rule"):
        Pruning(WeightDecay)
    net, params = ONE_OF_EACH
    with pytest.raises(ValueError, match="layer 1 is ReLU6"):
        Pruning(WeightDecay(1, 1)).init(mlp((2, 6, 1), ReLU6()), params)
    assert len(weight_layers(net)) == 2
