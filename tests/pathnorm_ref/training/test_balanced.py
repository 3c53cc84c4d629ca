"""Balanced rules: the step of the rule, then the balance."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pathnorm_ref.arrays import tree_map
from pathnorm_ref.objectives import loss_and_gradient, sum_of_squares
from pathnorm_ref.rescaling import balance, balance_sweep, imbalance
from pathnorm_ref.training import Balanced, Lasso, PathNormProximal, WeightDecay
from tests.pathnorm_ref.training.nets import problem

U = 2.0**-53


@pytest.mark.parametrize("rule", [WeightDecay(0.0625, 0.125, momentum=0.5), Lasso(0.0625, 0.125, "free"),
                                  PathNormProximal(0.0625, 0.125)])
@pytest.mark.parametrize("cycles", [1, 3])
def test_a_step_is_the_rules_and_then_the_sweeps(rule, cycles):
    net, params, x, y = problem("mixed biases")
    balanced = Balanced(rule, cycles)
    start, state = balanced.init(net, params)
    right, right_state = rule.init(net, params)
    tree_map(assert_array_equal, (start, state), (swept(net, right, rule.bias, cycles), right_state))
    for _ in range(2):
        _, d_params = loss_and_gradient(net, start, x, y)
        found, found_state = balanced.step(net, start, state, d_params)
        own, own_state = rule.step(net, start, state, d_params)
        tree_map(assert_array_equal, (found, found_state), (swept(net, own, rule.bias, cycles), own_state))
        # the function is the rule's: outputs below 16, sums of at most 20 terms in four layers, 5 roundings a sweep
        assert abs(net.forward(found, x)[0] - net.forward(own, x)[0]).max() <= 16 * 4 * (20 + 5 * cycles) * U
        start, state = found, found_state
    assert balanced.objective(net, start, x, y) == rule.objective(net, start, x, y)
    assert balanced.bias == rule.bias


def swept(net, params, bias, cycles):
    for _ in range(cycles):
        params = balance_sweep(net, params, bias)
    return params


@pytest.mark.parametrize("tol", [0.5, 1e-3, 1e-9])
def test_a_tolerance_is_reached_in_every_step(tol):
    net, params, x, y = problem("mixed biases")
    rule = Balanced(WeightDecay(0.0625, 0.125), tol=tol)
    params, state = rule.init(net, params)
    for _ in range(3):
        assert imbalance(net, params, "inside") <= tol
        _, d_params = loss_and_gradient(net, params, x, y)
        own, _ = rule.rule.step(net, params, state, d_params)
        params, state = rule.step(net, params, state, d_params)
        tree_map(assert_array_equal, params, balance(net, own, "inside", tol).params)
        assert sum_of_squares(net, params, "inside") <= sum_of_squares(net, own, "inside") * (1 + 100 * U)


def test_more_cycles_leave_less_imbalance():
    net, params, _, _ = problem("mixed biases")
    left = [imbalance(net, Balanced(WeightDecay(1, 1), cycles).init(net, params)[0], "inside") for cycles in (1, 4, 16)]
    assert left[0] > left[1] > left[2]
    assert np.isfinite(left).all()
