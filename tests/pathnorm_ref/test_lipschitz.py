"""Lipschitz constants: exact ones by hand, bounds from above above them, samples below them."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from pathnorm_ref.architectures import convnet, mlp
from pathnorm_ref.arrays import Irrational, Undecided, ball, convert, tree_map
from pathnorm_ref.layers import (
    Abs,
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
    Softplus,
    Tanh,
)
from pathnorm_ref.layers.windows import overlap, windows
from pathnorm_ref.lipschitz import (
    frobenius_bound,
    lipschitz_constant,
    local_lipschitz,
    path_norm_bound,
    quotient,
    spectral_bound,
    unit_bounds,
)
from pathnorm_ref.network import Net
from pathnorm_ref.norms import operator_norm
from pathnorm_ref.units import hidden_layers, weight_layers
from proofs_check.cases import convnet_cases, mlp_cases

SETTINGS = settings(max_examples=30, deadline=None, derandomize=True)
U = 2.0**-53
BOUNDS = (spectral_bound, frobenius_bound, path_norm_bound)
ROUNDING = 1 + 1000 * U  # products of at most eight norms of at most 100 terms, each rounded once


def exact(*arrays):
    return convert(tuple(np.asarray(array, dtype=float) for array in arrays), Fraction)


# --- exact constants, by hand --------------------------------------------------------------------------

def scalar_net(W, b, V, activation=None):
    """x -> sum_k V_k sigma(W_k x + b_k), in Fractions."""
    return mlp((1, len(W), 1), activation), (exact(np.array(W)[:, None], b), (), exact([V], [1]))


@pytest.mark.parametrize(("net", "constant"), [
    (scalar_net([1, -1], [0, 0], [2, 3]), 3),  # slopes 2 and -3
    (scalar_net([1, 1], [0, -1], [2, 3]), 5),  # 0, 2, 5
    (scalar_net([1, 1], [0, -1], [2, -3]), 2),  # 0, 2, -1: the sum of ||w|| ||v|| is 5
    (scalar_net([1, 1], [0, -1], [2, -3], Abs()), 5),  # 1, 5, -1
    (scalar_net([1, 1, 1], [0, 0, 0], [1, 2, -3]), 0),  # three units that cancel
    (scalar_net([2], [1], [5], LeakyReLU(3)), 30),
    (scalar_net([2], [1], [5], LeakyReLU(-3)), 30),
    (scalar_net([0], [1], [5]), 0),
    ((mlp((1, 1)), (exact([[-7]], [2]),)), 7),
    ((mlp((2, 1)), (exact([[3, 4]], [2]),)), 5),
    ((Net(Abs(), Dense(1, 1), PReLU(1)), ((), exact([[2]], [-1]), exact([-4]))), 8),
], ids=str)
def test_lipschitz_constants_of_small_nets_by_hand(net, constant):
    net, params = net
    found = lipschitz_constant(net, params)
    assert isinstance(found, Fraction)
    assert found == constant
    assert abs(lipschitz_constant(net, convert(params, float)) - constant) <= 16 * U * constant  # a norm of two terms
    assert lipschitz_constant(net, convert(params, np.float32)).dtype == np.float32


# --- between below and above ---------------------------------------------------------------------------

@SETTINGS
@given(mlp_cases(n_layers=(1, 3)), st.integers(0, 2**32 - 1))
def test_samples_exact_value_and_bounds_of_mlps_are_in_order(case, seed):
    net, params = case.net, case.params
    constant = lipschitz_constant(net, params)
    rng = np.random.default_rng(seed)
    x, x2 = rng.standard_normal((2, 40, case.x.shape[1]))
    for bound in BOUNDS:
        assert constant <= bound(net, params, case.x.shape[1:]) * ROUNDING
    for local in local_lipschitz(net, params, x):  # almost surely at no kink
        assert local <= constant * ROUNDING
    # the outputs' rounding is relative to the sum over paths, which the path norm times ||x|| bounds
    slack = 1000 * U * path_norm_bound(net, params, case.x.shape[1:]) * abs(np.stack([x, x2])).max() / np.sqrt(
        ((x - x2) ** 2).sum(axis=1))
    assert (quotient(net, params, x, x2) <= constant * ROUNDING + slack).all()


@pytest.mark.parametrize("activation", [ReLU(), Abs(), LeakyReLU(3.0), LeakyReLU(-0.5)], ids=repr)
@pytest.mark.parametrize("sizes", [(2, 4, 1), (2, 3, 3, 2), (3, 3, 2)], ids=str)
def test_random_nets_reach_their_exact_constant(sizes, activation):
    rng = np.random.default_rng(0)
    net = mlp(sizes, activation)
    params = tree_map(lambda a: a + 0.5 * rng.standard_normal(a.shape), net.init(rng))
    constant = lipschitz_constant(net, params)
    samples = max(local_lipschitz(net, params, rng.standard_normal((300, sizes[0])) * 5))
    assert samples <= constant * ROUNDING
    assert samples >= 0.8 * constant  # a bound from below that is worth something, on these nets
    assert min(bound(net, params, sizes[:1]) for bound in BOUNDS) >= constant / ROUNDING


@SETTINGS
@given(convnet_cases(), st.integers(0, 2**32 - 1))
def test_samples_and_bounds_of_convnets_are_in_order(case, seed):
    net, params, shape = case.net, case.params, case.x.shape[1:]
    rng = np.random.default_rng(seed)
    locals_ = local_lipschitz(net, params, rng.standard_normal((5, *shape)))
    for bound in BOUNDS:
        assert max(locals_) <= bound(net, params, shape) * ROUNDING


def test_the_bounds_through_other_layers():
    rng = np.random.default_rng(0)
    for net, shape in (
            (Net(Conv2d(1, 2, 2), PReLU(2), GlobalAvgPool(), Dense(2, 2)), (1, 4, 4)),
            (Net(Conv2d(2, 4, 2, groups=2), Abs(), MaxPool(3, 1), Conv2d(4, 2, 2, dilation=2, padding=1), AvgPool(2, 1),
                 Flatten(), Dense(8, 2)), (2, 6, 6)),
            (Net(Conv2d(1, 1, 3, stride=2, padding=1), AvgPool(3, 1, 1)), (1, 5, 5))):
        params = tree_map(lambda a: a + rng.standard_normal(a.shape), net.init(rng))
        locals_ = local_lipschitz(net, params, rng.standard_normal((10, *shape)))
        for bound in BOUNDS:
            assert max(locals_) <= bound(net, params, shape) * ROUNDING


@pytest.mark.parametrize("activation", [Tanh(), Softplus(), ReLU6()], ids=repr)
def test_activations_that_are_not_homogeneous_are_bounded_too(activation):
    net = mlp((1, 1, 1), activation)
    params = ((np.array([[2.0]]), np.zeros(1)), (), (np.array([[3.0]]), np.zeros(1)))
    for bound in (spectral_bound, frobenius_bound):
        assert abs(bound(net, params, (1,)) - 6) <= 6 * 8 * U
    assert max(local_lipschitz(net, params, np.linspace(-4, 4, 100)[:, None])) <= 6 * ROUNDING
    with pytest.raises(ValueError, match="homogeneous"):
        path_norm_bound(net, params, (1,))


def test_the_path_norm_bound_leaves_biases_out():
    net = mlp((1, 1, 1), LeakyReLU(-3))
    params = ((np.array([[2.0]]), np.array([100.0])), (), (np.array([[5.0]]), np.array([100.0])))
    assert path_norm_bound(net, params, (1,)) == 30


# --- units ---------------------------------------------------------------------------------------------

def test_a_convolution_unit_needs_the_overlap():
    """The kernel (1, 1) has norm sqrt 2, but maps a long constant line to twice as much."""
    net = Net(Conv2d(1, 1, (1, 2), bias=False), ReLU(), Conv2d(1, 1, 1, bias=False))
    params = ((np.ones((1, 1, 1, 2)),), (), (np.ones((1, 1, 1, 1)),))
    (bound,) = unit_bounds(net, params)[0]
    assert abs(bound - 2) <= 8 * 2 * U  # two norms, a root and products
    x = np.ones((1, 1, 1, 50))
    reached = quotient(net, params, x, 2 * x)[0]
    assert reached > 1.97 > math.sqrt(2)
    assert reached <= bound
    assert operator_norm(net[0], params[0], (1, 1, 50)) <= frobenius_bound(net, params, (1, 1, 50)) * ROUNDING


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
def test_overlap_counts_the_windows_that_share_an_element(kernel, stride, dilation):
    seen = [i * stride + a * dilation for i in range(40) for a in range(kernel)]
    most = max(seen.count(element) for element in set(seen))
    assert overlap(windows((kernel, 1), (stride, 1), 0, (dilation, 1))) == most


@SETTINGS
@given(st.one_of(mlp_cases(n_layers=(2, 2)), convnet_cases(pools=False)), st.integers(0, 2**32 - 1))
def test_unit_bounds_hold_for_each_unit_alone(case, seed):
    net, params, shape = case.net, case.params, case.x.shape[1:]
    hidden, bounds = hidden_layers(net)[0], unit_bounds(net, params)[0]
    part, own = Net(*net[hidden.incoming:hidden.outgoing + 1]), params[hidden.incoming:hidden.outgoing + 1]
    x = np.random.default_rng(seed).standard_normal((8, *shape))
    for unit in range(hidden.n_units):
        W, *b = own[0]
        mask = (np.arange(hidden.n_units) == unit).reshape(-1, *(1,) * (W.ndim - 1))
        alone = ((W * mask, *(c * mask.ravel() for c in b)), *own[1:])
        assert max(local_lipschitz(part, alone, x)) <= bounds[unit] * ROUNDING


def test_unit_bounds_with_the_bias_inside_are_larger():
    net = mlp((1, 1, 1), LeakyReLU(2))
    params = exact([[3]], [4]), (), exact([[5]], [0])
    assert [b.tolist() for b in unit_bounds(net, params)] == [[30]]
    assert [b.tolist() for b in unit_bounds(net, params, "inside")] == [[50]]
    assert unit_bounds(mlp((1, 1)), (exact([[3]], [4]),)) == ()


# --- systems -------------------------------------------------------------------------------------------

def test_scalar_nets_in_every_system(system):
    net = Net(Dense(1, 1), LeakyReLU(-2), Dense(1, 1))
    params = system.take(((np.array([[3.0]]), np.array([1.0])), (), (np.array([[-5.0]]), np.array([1.0]))))
    for bound in BOUNDS:
        found = bound(net, params, (1,))
        assert system.holds(found)
        assert float(system.back(found)) == 30
    x, x2 = system.take((np.array([[1.0], [-1.0]]), np.array([[3.0], [-3.0]])))
    assert [float(system.back(local)) for local in local_lipschitz(net, params, x)] == [15, 30]
    assert system.back(quotient(net, params, x, x2)).tolist() == [15, 30]
    assert [system.back(bound).tolist() for bound in unit_bounds(net, params)] == [[30]]


def test_convnets_in_every_system(rooted_system):
    net, system = convnet((1, 2), 2, (4, 4), LeakyReLU(3.0)), rooted_system
    rng = np.random.default_rng(0)
    params, x = net.init(rng), rng.standard_normal((2, 1, 4, 4))
    own = system.take(params)
    for f in BOUNDS:
        found, right = f(net, own, (1, 4, 4)), f(net, params, (1, 4, 4))
        assert system.holds(found)
        # singular values of a 32 x 16 matrix: p(n) u ||W||, p(n) taken as the number of elements
        bound = 600 * max(system.u, U) * frobenius_bound(net, params, (1, 4, 4))
        assert abs(float(system.back(found)) - right) <= bound
    locals_ = [float(system.back(a)) for a in local_lipschitz(net, own, *system.take((x,)))]
    right = np.array(local_lipschitz(net, params, x))
    assert (abs(locals_ - right) <= 600 * system.u * path_norm_bound(net, params, (1, 4, 4))).all()


def test_balls_of_a_slope_around_one_enclose_the_steepest(balls):
    """PReLU's constant is the largest of 1 and its slopes, also where balls overlap."""
    net = Net(Dense(1, 1, False), PReLU(1), Dense(1, 1, False))
    first, last = (balls.take((np.ones((1, 1)),)) for _ in range(2))
    slope = balls.take((np.ones(1),))[0]
    slope[0] = slope[0].union(slope[0] * 2)
    for bound in BOUNDS:
        found = bound(net, (first, (slope,), last), (1,))
        assert found.contains(2)
        assert found.contains(1)


def test_fractions_without_roots_say_what_to_do():
    net = mlp((2, 2, 2))
    params = convert(tree_map(lambda a: a * 0 + 1, net.init(np.random.default_rng(0))), Fraction)
    for f in (lambda: spectral_bound(net, params, (2,)), lambda: lipschitz_constant(net, params),
              lambda: local_lipschitz(net, params, convert(np.ones((1, 2)), Fraction))):
        with pytest.raises(Irrational, match="convert to balls"):
            f()
    assert frobenius_bound(net, params, (2,)) == 4
    assert path_norm_bound(net, params, (2,)) == 8
    with pytest.raises(TypeError, match="params hold balls"):
        lipschitz_constant(net, convert(params, ball))


def test_nets_without_weights(system):
    net, params = Net(PReLU(2), Abs()), system.take(((np.array([0.5, -3.0]),), ()))
    for bound in (spectral_bound, frobenius_bound):
        assert system.holds(bound(net, params, (2,)))
        assert float(system.back(bound(net, params, (2,)))) == 3
    assert unit_bounds(net, params) == ()
    with pytest.raises(ValueError, match=r"net is Net.*: it must have a dense layer"):
        lipschitz_constant(net, params)


def test_balls_that_may_be_one_sample_have_no_quotient(balls):
    net = mlp((1, 1), bias=False)
    params, x = balls.take((((np.ones((1, 1)),),), np.zeros((1, 1))))
    wide = x + arb(0, 1)
    with pytest.raises(Undecided, match="compute again at a higher precision"):
        quotient(net, params, wide, x)
    assert quotient(net, params, wide + 4, x)[0].contains(1)


def test_tied_weights_have_bounds_too():
    net, W = mlp((2, 2, 2), bias=False), np.array([[2.0, 0.0], [0.0, 1.0]])
    tied = ((W,), (), (W,))
    assert abs(spectral_bound(net, tied, (2,)) - 4) <= 64 * U * 4
    assert path_norm_bound(net, tied, (2,)) == 5
    assert abs(lipschitz_constant(net, tied) - 4) <= 64 * U * 4


# --- arguments -----------------------------------------------------------------------------------------

def test_empty_batches(system):
    net = mlp((2, 3, 1))
    params = system.take(net.init(np.random.default_rng(0)))
    if system.name in ("fractions", "balls"):
        return  # an empty object array belongs to neither
    (x,) = system.take((np.zeros((0, 2)),))
    assert local_lipschitz(net, params, x) == []
    assert quotient(net, params, x, x + 1).shape == (0,)


def test_what_is_refused():
    net = mlp((2, 3, 1))
    params, x = net.init(np.random.default_rng(0)), np.ones((2, 2))
    with pytest.raises(ValueError, match="x and x2 hold a pair of equal samples: they must differ"):
        quotient(net, params, x, x * [[1, 1], [2, 2]])
    with pytest.raises(ValueError, match=r"x has shape \(2, 2\) and x2 \(1, 2\): they must be pairs"):
        quotient(net, params, x, 2 * x[:1])
    with pytest.raises(ValueError, match=r"x has shape \(2, 3\)"):
        local_lipschitz(net, params, np.ones((2, 3)))
    for bound in BOUNDS:
        with pytest.raises(TypeError, match="shape is 2: it must be the shape of one sample, a tuple of integers"):
            bound(net, params, 2)
        with pytest.raises(ValueError, match=r"layer 0: x has shape \(1, 3\)|x has shape \(1, 3\)"):
            bound(net, params, (3,))
    with pytest.raises(ValueError, match="bias is 'inner'"):
        unit_bounds(net, params, "inner")
    with pytest.raises(ValueError, match="not homogeneous"):
        unit_bounds(mlp((2, 3, 1), Tanh()), params)
    with pytest.raises(TypeError, match="float32"):
        quotient(net, params, x, x.astype(np.float32))
    assert weight_layers(net) == (0, 2)
