"""Lasso and group lasso: proximal steps of the objectives that they name, groups that partition the weights."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pathnorm_ref.arrays import ball, convert, leaves, tree_map
from pathnorm_ref.objectives import empirical_loss, loss_and_gradient
from pathnorm_ref.training import GroupLasso, Lasso, iterates, prune
from pathnorm_ref.units import hidden_layers, weight_layers
from tests.pathnorm_ref.training.nets import NETS, exact, problem

U = 2.0**-53


def soft(z, t):
    return np.sign(z) * np.maximum(abs(z) - t, 0)


@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
@pytest.mark.parametrize("name", NETS)
def test_a_lasso_step_thresholds_what_is_penalised_exactly(name, bias):
    net, *arrays = problem(name, n=2)
    params, x, y = exact(*arrays)
    lr, lam = Fraction(1, 8), Fraction(3)
    rule, layers = Lasso(lr, lam, bias), weight_layers(net)
    _, d_params = loss_and_gradient(net, params, x, y)
    stepped, state = rule.step(net, params, (), d_params)
    assert state == ()
    norm, zeros = Fraction(0), 0
    for i, (own, before, d) in enumerate(zip(stepped, params, d_params, strict=True)):
        for k, array in enumerate(own):
            z = before[k] - lr * d[k]
            if i in layers and (k == 0 or bias != "free"):
                norm += abs(before[k]).sum()
                zeros += (array == 0).sum()
                for found, value in zip(array.flat, z.flat, strict=True):
                    assert found == max(value - lr * lam, 0) + min(value + lr * lam, 0)
            else:
                assert_array_equal(array, z)
    assert zeros
    assert rule.objective(net, params, x, y) == empirical_loss(net, params, x, y) + lam * norm


def groups(net, params):
    """The weights that leave each unit of the input and each hidden one, by a loop: {(layer, unit): index arrays}."""
    found = {}
    for at, i in enumerate(weight_layers(net)):
        W = params[i][0]
        n_units = net[i].n_in if at == 0 else net[weight_layers(net)[at - 1]].n_out
        n_groups = getattr(net[i], "groups", 1)
        for unit in range(n_units):
            mask = np.zeros(W.shape, dtype=bool)
            if W.ndim == 4:  # of its group's outputs, the kernels that read it
                per_group = n_units // n_groups
                rows = W.shape[0] // n_groups
                group = unit // per_group
                mask[group * rows:(group + 1) * rows, unit % per_group] = True
            else:
                block = W.shape[1] // n_units
                mask[:, unit * block:(unit + 1) * block] = True
            found[i, unit] = mask
    return found


@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
@pytest.mark.parametrize("name", NETS)
def test_a_group_lasso_step_thresholds_each_group(name, bias):
    net, params, x, y = problem(name)
    lr, layers, found = 0.125, weight_layers(net), groups(net, params)
    _, d_params = loss_and_gradient(net, params, x, y)
    moved = tree_map(lambda array, d: array - lr * d, params, d_params)
    # so that about half of the groups are thresholded to 0
    lam = float(np.median([np.linalg.norm(moved[i][0][mask]) for (i, _), mask in found.items()])) * 1.001 / lr
    rule = GroupLasso(lr, lam, bias)
    params, state = rule.init(net, params)
    stepped, state = rule.step(net, params, state, d_params)
    penalty, zeros = 0.0, 0
    for i in layers:  # a partition
        assert (sum(mask.astype(int) for (at, _), mask in found.items() if at == i) == 1).all()
    for (i, _), mask in found.items():
        z = moved[i][0][mask]
        size = np.sqrt((z * z).sum())
        # a norm of fewer than 100 squares, and five more roundings
        assert abs(stepped[i][0][mask] - max(0, 1 - lr * lam / size) * z).max() <= 120 * U * size
        penalty += np.sqrt((params[i][0][mask] ** 2).sum())
        zeros += size <= lr * lam
        assert size > lr * lam or not stepped[i][0][mask].any()
    assert 0 < zeros < len(found)
    for i, own in enumerate(params):
        for k, array in enumerate(own):
            if i in layers and k == 1 and bias != "free":
                assert_array_equal(stepped[i][k], soft(moved[i][k], lr * lam))
                penalty += abs(array).sum()
            elif i not in layers or k == 1:
                assert_array_equal(stepped[i][k], moved[i][k])
    right = empirical_loss(net, params, x, y) + lam * penalty
    assert abs(rule.objective(net, params, x, y) - right) <= 400 * U * right


def test_a_zero_group_prunes_its_unit():
    net, params, x, y = problem("mlp")
    *_, last = iterates(net, params, GroupLasso(0.0625, 0.25), [(x, y)] * 200)
    idle = [(last.params[hidden.outgoing][0] == 0).all(axis=0) for hidden in hidden_layers(net)]
    assert sum(map(np.sum, idle)) > 0
    small = prune(net, last.params).net
    for hidden, zero in zip(hidden_layers(net), idle, strict=True):
        assert small[hidden.incoming].n_out <= max(1, (~zero).sum())


@pytest.mark.parametrize("kind", [Lasso, GroupLasso])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_rounding_of_a_step(kind, dtype):
    """Of recorded steps, against Fractions for the lasso. z is off by 3 u (|W| + lr |d|) per entry, which a prox passes
    on; its own arithmetic adds u |z|, or (n + 9) u ||z|| for norms of n = 4 terms at most."""
    net, *arrays = problem("mlp")
    params, x, y = convert(tuple(arrays), dtype)
    rule, u = kind(0.125, 0.5), float(np.finfo(dtype).eps) / 2
    system = Fraction if kind is Lasso else ball
    for step in iterates(net, params, rule, [(x, y)] * 4):
        _, d_params = loss_and_gradient(net, step.params, x, y)
        found, _ = rule.step(net, step.params, (), d_params)
        right = convert(rule.step(net, *convert((step.params, (), d_params), system))[0], float)
        for (_, a), (_, b), (_, W), (_, d) in zip(*map(leaves, (found, right, step.params, d_params)), strict=True):
            assert a.dtype == dtype
            size = abs(W) + 0.125 * abs(d)
            assert (abs(a - b) <= 2 * (3 + 13) * u * np.sqrt((size * size).sum())).all()
