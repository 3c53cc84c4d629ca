"""Iterates and mini-batches."""

from itertools import islice, repeat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import tree_map
from pathnorm_ref.losses import softmax_cross_entropy
from pathnorm_ref.objectives import empirical_loss, loss_and_gradient
from pathnorm_ref.training import PathNormProximal, WeightDecay, iterates, minibatches
from tests.pathnorm_ref.training.nets import problem


@pytest.mark.parametrize("rule", [WeightDecay(0.125, 0.5, momentum=0.5), PathNormProximal(0.125, 0.5)])
def test_iterates_are_the_start_and_single_steps(rule):
    net, params, x, y = problem("mlp")
    batches = list(minibatches(np.random.default_rng(0), x, y, 3))
    start, *steps = iterates(net, params, rule, iter(batches))
    own, state = rule.init(net, params)
    assert start[0] == 0
    assert start.loss is None
    tree_map(assert_array_equal, (start.params, start.state), (own, state))
    assert [step.step for step in steps] == [1, 2, 3]
    for step, (x_batch, y_batch) in zip(steps, batches, strict=True):
        loss, d_params = loss_and_gradient(net, own, x_batch, y_batch)
        assert step.loss == loss == empirical_loss(net, own, x_batch, y_batch)
        own, state = rule.step(net, own, state, d_params)
        tree_map(assert_array_equal, (step.params, step.state), (own, state))


def test_full_batches_without_end_and_another_loss():
    net = mlp((2, 3, 2))
    x, labels = np.random.default_rng(0).standard_normal((6, 2)), np.array([0, 1, 1, 0, 1, 0])
    params = net.init(np.random.default_rng(1))
    steps = list(islice(iterates(net, params, WeightDecay(0.25, 0), repeat((x, labels)), softmax_cross_entropy), 300))
    losses = [step.loss for step in steps[1:]]
    assert losses[0] == empirical_loss(net, params, x, labels, softmax_cross_entropy)
    assert losses[-1] < losses[0] / 2


def test_errors_come_at_once():
    net = mlp((2, 1))
    with pytest.raises(ValueError, match="params is a tuple of 0"):
        iterates(net, (), WeightDecay(1, 1), [])
    steps = iterates(net, net.init(np.random.default_rng(0)), WeightDecay(1, 1), [(np.ones((2, 3)), np.ones((2, 1)))])
    next(steps)
    with pytest.raises(ValueError, match=r"x has shape \(2, 3\)"):
        next(steps)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(n=st.integers(0, 12), size=st.integers(1, 14), seed=st.integers(0, 9))
def test_every_sample_is_in_one_batch(n, size, seed):
    x, y = np.arange(2.0 * n).reshape(n, 2), np.arange(n)
    batches = list(minibatches(np.random.default_rng(seed), x, y, size))
    assert [len(labels) for _, labels in batches] == [size] * (n // size) + [n % size] * (n % size > 0)
    for x_batch, y_batch in batches:
        assert_array_equal(x_batch, x[y_batch])
    assert sorted(label for _, labels in batches for label in labels) == list(range(n))
    again = minibatches(np.random.default_rng(seed), x, y, size)
    assert all((a[1] == b[1]).all() for a, b in zip(batches, again, strict=True))


def test_another_epoch_has_another_order():
    rng, x = np.random.default_rng(0), np.arange(100.0)[:, None]
    first, second = (np.concatenate([y for _, y in minibatches(rng, x, x, 7)]) for _ in range(2))
    assert (first != second).any()
    assert (first != x).any()


def test_minibatches_in_every_system(system):
    x, y = system.take((np.arange(10.0).reshape(5, 2), np.arange(5.0)))
    batches = list(minibatches(np.random.default_rng(0), x, y, 2))
    assert all(system.holds(array) for batch in batches for array in batch)
    assert sorted(value for _, own in batches for value in system.back(own)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"size": 0}, ValueError, "size is 0: it must be a positive integer"),
    ({"size": 2.0}, ValueError, "size is 2.0"),
    ({"y": np.ones(3)}, ValueError, r"y has shape \(3,\): it must have as many samples as x, of shape \(4, 2\)"),
    ({"y": np.float64(3)}, ValueError, r"y has shape \(\)"),
    ({"x": np.ones((4, 2), np.int64)}, TypeError, "x has dtype int64"),
])
def test_minibatches_refuse_at_once(change, error, message):
    with pytest.raises(error, match=message):
        minibatches(**{"rng": np.random.default_rng(0), "x": np.ones((4, 2)), "y": np.ones(4), "size": 2} | change)
