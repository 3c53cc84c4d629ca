"""What all rules have in common: purity, number systems, arguments, and descent of their objective."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pathnorm_ref import training
from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import leaves, tree_map
from pathnorm_ref.layers import ReLU6, Tanh
from pathnorm_ref.objectives import loss_and_gradient
from pathnorm_ref.training import (
    Adam,
    Balanced,
    GradientProjection,
    GroupLasso,
    Lasso,
    PathNormProximal,
    Pruning,
    Rule,
    WeightDecay,
)
from pathnorm_ref.units import Bias
from tests.pathnorm_ref.training.nets import NETS, RULES, frozen, problem, square

EVERY = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
KINDS = tuple(training.RULES.values())
U = 2.0**-53


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_the_table_makes_values(kind):
    assert issubclass(kind, Rule)
    assert kind(0.1, 0.01).bias == Bias.INSIDE
    assert kind(lr=0.1, lam=0.01, bias="free") == kind(0.1, 0.01, Bias.FREE)
    assert kind(0.1, 0.01) != kind(0.1, 0.02)
    assert len({kind(0.1, 0.01), kind(0.1, 0.01)}) == 1


@EVERY
@pytest.mark.parametrize("name", NETS)
def test_a_step_is_pure(name, rule):
    """The same call twice, the same bits twice; inputs can't be written to, and results share no memory with them."""
    net, params, x, y = problem(name)
    start = frozen(params)
    params, state = rule.init(net, start)
    before = rule.objective(net, params, x, y)
    for _ in range(3):
        params, state = frozen(params), frozen(state)
        d_params = frozen(loss_and_gradient(net, params, x, y)[1])
        found, again = (rule.step(net, params, state, d_params) for _ in range(2))
        for (_, first), (_, second) in zip(leaves(found), leaves(again), strict=True):
            assert first.tobytes() == second.tobytes()
        given = [array for _, array in leaves((params, state, d_params))]
        assert not any(np.shares_memory(array, other) for _, array in leaves(found) for other in given)
        params, state = found
    assert rule.objective(net, params, x, y) < before  # the steps are small
    assert [a.shape for _, a in leaves(params)] == [a.shape for _, a in leaves(start)]


@EVERY
@pytest.mark.parametrize("name", ["mixed biases", "groups", "prelu"])
def test_steps_stay_in_their_system(name, rule, rooted_system):
    net, *arrays = problem(name)
    params, x, y = rooted_system.take(tuple(arrays))
    params, state = rule.init(net, params)
    _, d_params = loss_and_gradient(net, params, x, y)
    stepped = rule.step(net, params, state, d_params)
    tree_map(lambda array: pytest.fail("left its system") if not rooted_system.holds(array) else None, stepped)
    assert rooted_system.holds(rule.objective(net, stepped[0], x, y))


# --- descent -------------------------------------------------------------------------------------------

def projection_of(kind):
    return lambda lr, lam: GradientProjection(kind(lr, lam), 1.5, output="projected")


@pytest.mark.parametrize("kind", [*(kind for kind in KINDS if kind is not Adam),  # which promises no descent
                                  projection_of(WeightDecay), projection_of(Lasso)])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32), lam=st.sampled_from([0.0, 0.01, 0.3, 3.0]))
def test_the_objective_falls_as_the_theory_of_proximal_gradient_steps_has_it(kind, seed, lam):
    """f + h with the gradient of f beta-Lipschitz on the way, x+ = prox_{lr h}(x - lr grad f), h(x) finite:

    f(x+) + h(x+) <= f(x) + h(x) - (1/(2 lr) - beta/2) ||x+ - x||^2, for any h, also that of the spheres ||w|| = 1.
    """
    rng = np.random.default_rng(seed)
    net = mlp((3, 4, 2), bias=(True, False))
    x, y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
    start = tree_map(lambda a: a + rng.standard_normal(a.shape) * rng.choice([0.1, 1]), net.init(rng))
    lr = 1.0
    while True:  # until lr <= 1 / (2 beta), whatever the step then is: it takes off ||x+ - x||^2 / (4 lr) at least
        rule = kind(lr, lam)
        params, state = rule.init(net, start)
        stepped, _ = rule.step(net, params, state, loss_and_gradient(net, params, x, y)[1])
        beta = bound_of_second_derivatives((params, stepped), x, y) + lam
        if 2 * lr * beta <= 1:
            break
        lr /= 2
    signs = [net[0].forward(own[0], x)[0] > 0 for own in (params, stepped)]
    assume((signs[0] == signs[1]).all())
    G, after = (rule.objective(net, own, x, y) for own in (params, stepped))
    way = square(tree_map(np.subtract, stepped, params))
    assert after <= G - (1 / (2 * lr) - beta / 2) * way + 200 * U * G  # G: a sum of fewer than 100 rounded terms


def bound_of_second_derivatives(ends, x, y):
    """Of L = 1/(2n) ||relu(x W^T) V^T - y||^2, between two points of equal signs of x W^T, biases as a column of W.

    Along (dW, dV) the second derivative is 1/n (||x dW^T V^T + x W^T dV^T||^2 + 2 <residual, x dW^T dV^T>), where relu
    takes out entries of x dW^T and x W^T; by Cauchy and Schwarz at most 1/n (||x||^2 (||W||^2 + ||V||^2) +
    ||residual|| ||x||) (||dW||^2 + ||dV||^2). Norms (Frobenius) between the ends are at most those at the ends.
    """
    W, V = (max(math.sqrt(square((own[at],))) for own in ends) for at in (0, 2))
    size = math.sqrt((x * x).sum() + len(x))
    return (size**2 * (W**2 + V**2) + (size * W * V + np.linalg.norm(y)) * size) / len(x)


# --- arguments -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("change", "error", "message"), [
    ({"lr": 0}, ValueError, "lr is 0: it must be greater than 0"), ({"lr": -0.1}, ValueError, "lr is -0.1"),
    ({"lr": math.nan}, ValueError, "lr is nan: it must be finite"), ({"lr": "1"}, TypeError, "lr is '1'"),
    ({"lr": True}, TypeError, "lr is True"), ({"lam": -1}, ValueError, "lam is -1: it must be at least 0"),
    ({"lam": math.inf}, ValueError, "lam is inf"), ({"lam": None}, TypeError, "lam is None"),
    ({"bias": "inner"}, ValueError, "bias is 'inner': it must be one of"),
])
def test_what_makes_no_rule(kind, change, error, message):
    with pytest.raises(error, match=message):
        kind(**{"lr": 0.1, "lam": 0.1} | change)


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: WeightDecay(1, 1, momentum=1), ValueError, "momentum is 1: it must be less than 1"),
    (lambda: WeightDecay(1, 1, momentum=-0.5), ValueError, "momentum is -0.5: it must be at least 0"),
    (lambda: WeightDecay(1, 1, momentum=math.nan), ValueError, "momentum is nan"),
    (lambda: Adam(1, 1, beta1=1), ValueError, "beta1 is 1: it must be less than 1"),
    (lambda: Adam(1, 1, beta1=-0.5), ValueError, "beta1 is -0.5: it must be at least 0"),
    (lambda: Adam(1, 1, beta2=1.5), ValueError, "beta2 is 1.5: it must be less than 1"),
    (lambda: Adam(1, 1, beta2="1"), TypeError, "beta2 is '1'"),
    (lambda: Adam(1, 1, eps=0), ValueError, "eps is 0: it must be greater than 0"),
    (lambda: Adam(1, 1, eps=math.inf), ValueError, "eps is inf"),
    (lambda: PathNormProximal(1, 1, layer_balance=1), TypeError, "layer_balance is 1: it must be True or False"),
    (lambda: Balanced(WeightDecay), TypeError, "rule is .*: it must be a training rule"),
    (lambda: Balanced(WeightDecay(1, 1), 0), ValueError, "cycles is 0: it must be a positive integer"),
    (lambda: Balanced(WeightDecay(1, 1), tol=-1), ValueError, "tol is -1: it must be at least 0"),
])
def test_what_makes_none_of_some_rules(make, error, message):
    with pytest.raises(error, match=message):
        make()


@EVERY
@pytest.mark.parametrize(("change", "error", "message"), [
    ({"params": ()}, ValueError, "params is a tuple of 0"),
    ({"params": ((np.ones((1, 1)), np.ones(1)), (), (np.ones((1, 1)), np.array([np.nan])))}, ValueError, "holds NaN"),
    ({"d_params": ()}, ValueError, r"d_params\[0\]\[0\] is missing: params\[0\]\[0\] has shape \(1, 1\)"),
    ({"d_params": ((np.ones((1, 1)), np.ones(2)), (), (np.ones((1, 1)), np.ones(1)))}, ValueError,
     r"d_params\[0\]\[1\] is an array of shape \(2,\): params\[0\]\[1\] has shape \(1,\)"),
    ({"d_params": ((np.ones((1, 1)), np.ones(1), np.ones(1)), (), (np.ones((1, 1)), np.ones(1)))}, ValueError,
     "d_params holds 5 arrays: params holds 4"),
    ({"d_params": ((np.ones((1, 1)), np.ones(1)), (), (np.ones((1, 1)), np.array([np.inf])))}, ValueError,
     r"d_params\[2\]\[1\] holds NaN or infinity"),
    ({"d_params": ((np.ones((1, 1)), np.ones(1)), (), (np.ones((1, 1)), np.ones(1, np.float32)))}, TypeError,
     r"d_params\[2\]\[1\] .*float32"),
    ({"state": (np.ones(1),)}, ValueError, "state"),
])
def test_what_a_step_refuses(rule, change, error, message):
    net = mlp((1, 1, 1))
    params = ((np.ones((1, 1)), np.ones(1)), (), (np.ones((1, 1)), np.ones(1)))
    _, state = rule.init(net, params)
    with pytest.raises(error, match=message):
        rule.step(net, **{"params": params, "state": state, "d_params": params} | change)


@EVERY
def test_what_init_refuses(rule):
    net = mlp((1, 3, 1))
    params = net.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match="params is a tuple of 2"):
        rule.init(net, params[:2])
    shared = (params[0], (), (params[0][0].T, params[2][1]))
    with pytest.raises(ValueError, match="are the same weights"):
        rule.init(net, shared)


@pytest.mark.parametrize("kind", KINDS)
def test_a_net_with_a_bias_is_not_one_without(kind):
    net = mlp((2, 3, 1))
    params = net.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match="bias is 'absent': layer 0 of the net has one"):
        kind(1, 1, "absent").init(net, params)
    bare = mlp((2, 3, 1), bias=False)
    assert kind(1, 1, "absent").init(bare, bare.init(np.random.default_rng(0)))


@pytest.mark.parametrize("rule", [PathNormProximal(1, 1), GroupLasso(1, 1), Balanced(WeightDecay(1, 1)),
                                  Pruning(Lasso(1, 1))])
def test_units_that_are_not_homogeneous_are_refused_where_they_count(rule):
    net = mlp((2, 3, 1), ReLU6())
    with pytest.raises(ValueError, match="the units of layer 0 are not homogeneous: layer 1 is ReLU6"):
        rule.init(net, net.init(np.random.default_rng(0)))


@pytest.mark.parametrize("rule", [WeightDecay(1, 1), Lasso(1, 1), Adam(1, 1)])
def test_and_only_there(rule):
    net = mlp((2, 3, 1), Tanh())
    params = net.init(np.random.default_rng(0))
    assert rule.init(net, params)[0] is params


def test_fractions_take_exact_hyper_parameters():
    third = Fraction(1, 3)
    net = mlp((1, 1), bias=False)
    one = ((np.array([[Fraction(1)]], dtype=object),),)
    params, _ = WeightDecay(third, third).step(net, one, (), one)
    assert params[0][0][0, 0] == 1 - third * (1 + third)
