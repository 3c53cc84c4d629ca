"""Architectures: which layers they are made of."""

import numpy as np
import pytest

from pathnorm_ref.architectures import convnet, mlp
from pathnorm_ref.layers import AvgPool, Conv2d, Dense, Flatten, Identity, MaxPool, ReLU, Tanh
from pathnorm_ref.network import Net


def test_mlp():
    assert mlp((3, 2)) == Net(Dense(3, 2))
    assert mlp((4, 5, 3)) == Net(Dense(4, 5), ReLU(), Dense(5, 3))
    assert mlp([1, 2, 3, 4], Tanh(), bias=(True, False, True)) == Net(
        Dense(1, 2), Tanh(), Dense(2, 3, False), Tanh(), Dense(3, 4))
    assert mlp((1, 1, 1), bias=False) == Net(Dense(1, 1, False), ReLU(), Dense(1, 1, False))


def test_convnet():
    assert convnet((3, 4), 2, (4, 6)) == Net(Conv2d(3, 4, 3, padding=1), ReLU(), MaxPool(2), Flatten(), Dense(24, 2))
    assert convnet((1, 2, 3), 2, (4, 4), Tanh(), AvgPool(2), (False, True, False)) == Net(
        Conv2d(1, 2, 3, padding=1, bias=False), Tanh(), AvgPool(2), Conv2d(2, 3, 3, padding=1), Tanh(), AvgPool(2),
        Flatten(), Dense(3, 2, False))
    assert convnet((2,), 3, (2, 2)) == Net(Flatten(), Dense(8, 3))
    net = convnet((1, 2), 3, (5, 4), pool=Identity())
    assert net.forward(net.init(np.random.default_rng(0)), np.zeros((0, 1, 5, 4)))[0].shape == (0, 3)


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: mlp(()), ValueError, r"sizes is \(\): it must hold"),
    (lambda: mlp((3,)), ValueError, r"sizes is \(3,\): it must hold"),
    (lambda: mlp(3), ValueError, r"sizes is 3: it must hold"),
    (lambda: mlp((3, 0)), ValueError, "n_out is 0: it must be a positive integer"),
    (lambda: mlp((3, 2), bias=(True, True)), ValueError, r"bias is \(True, True\): it must be a bool, or a tuple of 1"),
    (lambda: mlp((3, 2), bias=None), ValueError, "bias is None: it must be a bool, or a tuple of 1"),
    (lambda: mlp((3, 2), bias=(1,)), TypeError, "bias is 1: it must be True or False"),
    (lambda: mlp((3, 2, 1), ReLU), TypeError, "layer 1 of the net is .*: it must be a Layer"),
    (lambda: convnet((), 2, (4, 4)), ValueError, r"channels is \(\): it must hold"),
    (lambda: convnet(3, 2, (4, 4)), ValueError, r"channels is 3: it must hold"),
    (lambda: convnet((1, 2), 2, 4), ValueError, r"size is 4: it must be \(height, width\)"),
    (lambda: convnet((1, 2), 2, (4, 4, 4)), ValueError, r"size is \(4, 4, 4\): it must be \(height, width\)"),
    (lambda: convnet((1, 2, 3), 2, (3, 3)), ValueError, "layer 5: x has maps of 1x1: .* smaller than the kernel"),
    (lambda: convnet((1, 2), 2, (4, 4), bias=(True,)), ValueError, r"bias is \(True,\): .* a tuple of 2"),
])
def test_bad_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
