"""Weight decay: a step down F, in PyTorch's convention of momentum."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import convert, leaves, tree_map
from pathnorm_ref.objectives import loss_and_gradient, weight_decay_and_gradient, weight_decay_objective
from pathnorm_ref.training import WeightDecay
from tests.pathnorm_ref.training.nets import NETS, exact, problem

U = 2.0**-53


@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
@pytest.mark.parametrize("name", NETS)
def test_a_step_is_down_the_gradient_of_f(name, bias):
    """Exactly, in Fractions; biases and slopes that are not penalised do not decay."""
    net, *arrays = problem(name, n=2)
    params, x, y = exact(*arrays)
    rule = WeightDecay(Fraction(1, 3), Fraction(2, 7), bias)
    stepped, state = rule.step(net, *rule.init(net, params), loss_and_gradient(net, params, x, y)[1])
    _, d_F = weight_decay_and_gradient(net, params, x, y, Fraction(2, 7), bias)
    tree_map(assert_array_equal, stepped, tree_map(lambda array, d: array - d / 3, params, d_F))
    assert state == ()
    assert rule.objective(net, params, x, y) == weight_decay_objective(net, params, x, y, Fraction(2, 7), bias)


def test_momentum_by_hand():
    """s: 0, 1 + 1/2, 1 + 0 + (1/2)(3/2), ...: lr = 1, lam = 1/2, dL = 1, from W = 1."""
    net = mlp((1, 1), bias=False)
    one = exact(((np.ones((1, 1)),),))[0]
    rule = WeightDecay(1, Fraction(1, 2), momentum=Fraction(1, 2))
    params, state = rule.init(net, one)
    assert state[0][0] == 0
    found = []
    for _ in range(3):
        params, state = rule.step(net, params, state, one)
        found.append((params[0][0].item(), state[0][0].item()))
    # W 1 -> 1 - 3/2 = -1/2; s = 1 - 1/4 + 3/4 = 3/2, W = -2; s = 1 - 1 + 3/4, W = -11/4
    assert found == [(Fraction(-1, 2), Fraction(3, 2)), (-2, Fraction(3, 2)), (Fraction(-11, 4), Fraction(3, 4))]


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_step_is_the_step_of_exact_arithmetic(momentum, dtype):
    """From each recorded state. Per entry: d + lam W, mu s + d, lr s and the difference, each of its parts rounded once
    or twice, of lr, lam and mu that are rounded to the dtype on both sides alike."""
    net, *arrays = problem("mlp")
    params, x, y = convert(tuple(arrays), dtype)
    lr, lam, mu = (float(dtype(value)) for value in (0.1, 0.01, momentum))
    rule, u = WeightDecay(lr, lam, momentum=mu), float(np.finfo(dtype).eps) / 2
    params, state = rule.init(net, params)
    for _ in range(10):
        _, d_params = loss_and_gradient(net, params, x, y)
        found, found_state = rule.step(net, params, state, d_params)
        right, right_state = rule.step(net, *exact(params, state, d_params))
        velocities = state if momentum else tree_map(lambda a: 0 * a, params)
        for (_, a), (_, b), (_, W), (_, s), (_, d) in zip(*map(leaves, (found, right, params, velocities, d_params)),
                                                          strict=True):
            assert a.dtype == dtype
            bound = 4 * u * (abs(W) + 3 * lr * (mu * abs(s) + abs(d) + lam * abs(W)))
            assert (abs(exact(a)[0] - b) <= bound).all()
        for (_, a), (_, b), (_, W), (_, d), (_, s) in zip(*map(leaves, (found_state, right_state, params, d_params,
                                                                        velocities)), strict=bool(momentum)):
            assert (abs(exact(a)[0] - b) <= 4 * u * (mu * abs(s) + abs(d) + lam * abs(W))).all()
        params, state = found, found_state


@pytest.mark.torch
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_torch_agrees_step_by_step(momentum):
    """PyTorch's optimiser is set to our recorded state before each step: all parameters decay, in float64."""
    torch = pytest.importorskip("torch")
    net, params, x, y = problem("mlp")
    lr, lam = 0.1, 0.01
    rule = WeightDecay(lr, lam, momentum=momentum)
    params, state = rule.init(net, params)
    for step in range(6):
        _, d_params = loss_and_gradient(net, params, x, y)
        tensors = [torch.tensor(array, requires_grad=True) for _, array in leaves(params)]
        optimiser = torch.optim.SGD(tensors, lr=lr, weight_decay=lam, momentum=momentum)
        for tensor, (_, d) in zip(tensors, leaves(d_params), strict=True):
            tensor.grad = torch.tensor(d)
        if momentum and step:  # its first step takes the gradient itself, as ours does from s = 0
            for tensor, (_, s) in zip(tensors, leaves(state), strict=True):
                optimiser.state[tensor]["momentum_buffer"] = torch.tensor(s)
        optimiser.step()
        params, state = rule.step(net, params, state, d_params)
        for tensor, (_, array) in zip(tensors, leaves(params), strict=True):
            # both round fewer than 8 times, numbers of the size of W and lr s
            assert abs(tensor.detach().numpy() - array).max() <= 16 * U * max(1, abs(array).max())
        if momentum:
            for tensor, (_, s) in zip(tensors, leaves(state), strict=True):
                theirs = optimiser.state[tensor]["momentum_buffer"].numpy()
                assert abs(theirs - s).max() <= 16 * U * max(1, abs(s).max())
