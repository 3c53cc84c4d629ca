"""The class of sparse nets: membership, to the limits exactly, and what every net of it is held by."""

import math
import re
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import Undecided
from pathnorm_ref.complexity import augmented, class_lipschitz, class_range, into_class, why_outside
from pathnorm_ref.layers import Abs, Conv2d, Dense, LeakyReLU, PReLU, ReLU, Softplus, Tanh
from pathnorm_ref.lipschitz import path_norm_bound
from pathnorm_ref.network import Net
from pathnorm_ref.norms import l_pq

F = Fraction
NET = mlp((2, 2, 2))
PARAMS = ((np.array([[0.5, -0.25], [0.0, 1.0]]), np.array([0.25, 0.0])), (),
          (np.array([[1.0, -1.0], [0.0, 0.5]]), np.array([0.5, -0.25])))


def test_the_bias_is_one_more_incoming_weight(system):
    W_b = system.take(PARAMS[2])
    matrix = augmented(W_b)
    assert system.holds(matrix)
    assert system.back(matrix).tolist() == [[0.5, 1, -1], [-0.25, 0, 0.5]]
    assert float(system.back(l_pq(matrix, 1, math.inf))) == 2.5
    assert float(system.back(l_pq(matrix, 1, 1))) == 3.25
    assert system.back(augmented(W_b[:1])).tolist() == [[0, 1, -1], [0, 0, 0.5]]


def test_membership_by_hand(system):
    params = system.take(PARAMS)
    assert why_outside(NET, params, 1) is None
    assert why_outside(NET, params, 1, (2.5, 0.75)) is None
    assert why_outside(NET, params, 1, 2.5) is None
    assert "c is 0.5" in why_outside(NET, params, 0.5).replace("1/2", "0.5").replace("0.500000000000000", "0.5")
    assert why_outside(NET, params, 1, (2.5, 0.5)).startswith("output 1 has weights and bias of L1 norm")
    assert why_outside(NET, params, 1, 0).startswith("output 0 ")


def test_the_limits_belong_to_the_class_exactly():
    tiny = F(1, 10**30)
    net, own = mlp((1, 1, 1)), (np.array([[F(1, 3)]]), np.array([-F(2, 3)]))
    assert why_outside(net, (own, (), own), 1, 1) is None
    above = (own[0] + tiny, own[1])
    assert why_outside(net, (above, (), own), 1, 1).startswith("layer 0 has a unit")
    assert why_outside(net, (own, (), above), 1, 1).startswith("output 0")
    assert why_outside(net, (own, (), above), 1) is None  # S_c leaves the output free
    assert why_outside(mlp((1, 1)), (above,), tiny) is None  # c binds hidden layers, and there is none


def test_balls_that_overlap_the_limit_are_undecided(balls):
    net, params = mlp((1, 1)), balls.take(((np.ones((1, 1)), np.zeros(1)),))
    assert why_outside(net, params, 1, 1) is None
    wide = ((params[0][0] + arb(0, 0.25), params[0][1]),)
    with pytest.raises(Undecided):
        why_outside(net, wide, 1, 1)
    assert why_outside(net, wide, 1, 2) is None


@pytest.mark.parametrize(("net", "reason"), [
    (mlp((1, 1, 1), Softplus()), "layer 1 is Softplus.*: sigma.0. must be 0"),
    (mlp((1, 1, 1), PReLU(1)), "one and the same activation"),
    (Net(Dense(1, 1), ReLU(), Dense(1, 1), Tanh(), Dense(1, 1)), "layer 3 is Tanh.*one and the same activation"),
    (Net(Dense(1, 1), Dense(1, 1), Dense(1, 1)), "layer 1 is Dense.*one and the same activation"),
    (Net(Dense(1, 1), ReLU()), "must take turns"),
    (Net(Conv2d(1, 1, (1, 1))), "must take turns"),
    (Net(), "must take turns"),
], ids=str)
def test_other_architectures_are_outside(net, reason):
    assert re.search(reason, why_outside(net, net.init(np.random.default_rng(0)), 9))


@pytest.mark.parametrize("activation", [ReLU(), Tanh(), Abs(), LeakyReLU(-3)], ids=repr)
def test_activations_of_the_class(activation):
    net = mlp((2, 3, 3, 1), activation)
    assert why_outside(net, net.init(np.random.default_rng(0)), 99, 99) is None


def test_what_membership_refuses():
    for c in (0, -1, math.inf):
        with pytest.raises(ValueError, match="c is"):
            why_outside(NET, PARAMS, c)
    with pytest.raises(ValueError, match="o is -1: it must be at least 0"):
        why_outside(NET, PARAMS, 1, (1, -1))
    with pytest.raises(ValueError, match="o has 3 entries: the net has 2 outputs"):
        why_outside(NET, PARAMS, 1, (1, 1, 1))
    with pytest.raises(ValueError, match="layer 0"):
        why_outside(NET, (PARAMS[2][:1], *PARAMS[1:]), 1)
    for own in (PARAMS[0][1:], (PARAMS[0][0], np.zeros(3)), (*PARAMS[0], np.zeros(2))):
        with pytest.raises(ValueError, match="own must be"):
            augmented(own)


# --- the same function, elsewhere --------------------------------------------------------------------------

@pytest.mark.parametrize("c", [F(1, 1000), F(1), F(1000)], ids=str)
@pytest.mark.parametrize("activation", [ReLU(), LeakyReLU(-3), Abs()], ids=repr)
def test_every_net_is_in_every_class(c, activation):
    rng = np.random.default_rng(0)
    for sizes in ((2, 1), (2, 3, 2), (1, 2, 2, 3, 1)):
        net = mlp(sizes, activation)
        params, x = in_class(net, rng, F(7), F(5)), np.vectorize(F, otypes=[object])(rng.integers(-9, 10, (6, sizes[0])))
        scaled = into_class(net, params, c)
        assert why_outside(net, scaled, c) is None
        assert (net.forward(scaled, x)[0] == net.forward(params, x)[0]).all()
        assert all(l_pq(augmented(own), 1, math.inf) == c for own in scaled[:-1:2])
        if c <= 7:  # nested: from c = 7, o = 5
            assert why_outside(net, scaled, c, 5 * (7 / c) ** (len(sizes) - 2)) is None


def test_into_the_class_in_every_system(system):
    params, (x,) = system.take(PARAMS), system.take((np.array([[0.5, -1.0]]),))
    scaled = into_class(NET, params, 0.25)
    assert system.holds(scaled[0][0])
    assert system.holds(scaled[2][0])
    close = 16 * max(system.u, 2.0**-53)  # nine operations behind one another, on numbers of at most 4
    assert abs(system.back(NET.forward(scaled, x)[0]) - system.back(NET.forward(params, x)[0])).max() <= close
    assert abs(float(system.back(l_pq(augmented(scaled[0]), 1, math.inf))) - 0.25) <= close


def test_a_layer_of_zeros_stays():
    zero = tuple(tuple(0 * array for array in own) for own in PARAMS)
    assert (into_class(NET, (zero[0], *PARAMS[1:]), 3)[0][0] == 0).all()
    assert (into_class(NET, (zero[0], *PARAMS[1:]), 3)[2][0] == PARAMS[2][0]).all()


@pytest.mark.parametrize("dtype, depth, c", [(np.float32, 20, 1e-2), (np.float32, 15, 1e-2), (np.float64, 1, 1e-310)])
def test_weights_that_leave_the_range(dtype, depth, c):
    net = mlp((16,) * depth + (3, 3))
    with pytest.raises(ValueError, match=rf"scaled to it, weights of layer \d+ or \d+ leave the range of {np.dtype(dtype)}"):
        into_class(net, net.init(np.random.default_rng(0), dtype), c)


def test_a_function_is_not_scaled_to_zero():
    net = mlp((1, 1, 1, 1), bias=False)
    params = tuple((np.array([[w]]),) if w else () for w in (1e-200, 0, 1e-200, 0, 1e200))
    with pytest.raises(ValueError, match=r"c is 1.0: scaled to it, weights of layer 0 or 2 leave the range of float64"):
        into_class(net, params, 1)


def test_what_into_the_class_refuses():
    with pytest.raises(ValueError, match="its activation must be homogeneous"):
        into_class(mlp((2, 2, 2), Tanh()), PARAMS, 1)
    with pytest.raises(ValueError, match="must take turns"):
        into_class(Net(Dense(2, 2), ReLU()), PARAMS[:2], 1)
    with pytest.raises(ValueError, match="c is 0"):
        into_class(NET, PARAMS, 0)


# --- of every net of the class ---------------------------------------------------------------------------

@pytest.mark.parametrize(("c", "rho", "k", "o", "most", "stretch"), [
    (5, 7, 0, 3, 3, 3),
    (2, 1, 3, 3, 24, 24),
    (F(1, 2), 1, 3, 3, 3, F(3, 8)),
    (F(1, 2), 2, 3, 3, 3, 3),
    (F(1, 2), 6, 2, F(1, 9), 1, 1),
])
def test_ranges_and_lipschitz_constants_by_hand(c, rho, k, o, most, stretch):
    assert class_range(k, c, o, rho) == most
    assert class_lipschitz(k, c, o, rho) == stretch


@pytest.mark.parametrize("c", [F(1, 2), F(1), F(3)], ids=str)
@pytest.mark.parametrize("k", [0, 1, 3])
@pytest.mark.parametrize(("activation", "rho"), [(ReLU(), 1), (LeakyReLU(-2), 2), (Abs(), 1)], ids=str)
def test_no_net_of_the_class_leaves_its_range_or_is_steeper(c, k, activation, rho):
    rng, o = np.random.default_rng(k), F(2)
    net = mlp((2, *[3] * k, 1), activation)
    for _ in range(20):
        params = in_class(net, rng, c, o)
        assert why_outside(net, params, c, o) is None
        assert path_norm_bound(net, params, (2,)) <= class_lipschitz(k, c, o, rho)
        x, y = (np.vectorize(F, otypes=[object])(rng.integers(-4, 5, (2, 5, 2)), 4))
        out, out_y = net.forward(params, x)[0], net.forward(params, y)[0]
        assert abs(out).max() <= class_range(k, c, o, rho)
        assert (abs(out - out_y)[:, 0] <= class_lipschitz(k, c, o, rho) * abs(x - y).max(axis=1)).all()


def in_class(net, rng, c, o):
    """Random weights in Fractions, every unit at its limit."""
    params = []
    for i, own in enumerate(net.init(rng)):
        whole = [np.vectorize(F, otypes=[object])(rng.integers(-3, 4, array.shape)) for array in own]
        if own:
            norms = abs(whole[0]).sum(axis=1) + abs(whole[1])
            scales = (o if i == len(net) - 1 else c) / (norms + (norms == 0))
            whole = [whole[0] * scales[:, None], whole[1] * scales]
        params.append(tuple(whole))
    return tuple(params)


@pytest.mark.parametrize("c", [F(1, 2), F(3)], ids=str)
@pytest.mark.parametrize(("activation", "sign"), [(ReLU(), 1), (LeakyReLU(-2), -1), (LeakyReLU(2), -1), (Abs(), 1)], ids=str)
def test_range_and_lipschitz_constant_are_attained(c, activation, sign):
    """By chains of one unit, of a bias alone or of an input; `sign` is that of a steep side."""
    k, o, zero, one = 3, F(2), F(0), F(1)
    steep = activation.forward((), np.array([[F(sign)]]))[0].item()  # what a unit puts out has this sign
    rho, net = abs(steep), mlp((1, 1, 1, 1, 1), activation)

    def chain(W, b):
        """Layers of these weights and biases, with signs by which what enters each activation has the steep sign."""
        signs = (sign, *[sign if steep > 0 else -sign] * k)
        layers = [(np.array([[limit * s * w]]), np.array([sign * limit * bias]))
                  for limit, s, w, bias in zip((c, c, c, o), signs, W, b, strict=True)]
        return layers[0], (), layers[1], (), layers[2], (), layers[3]

    constant = chain((zero, one, one, one), (one, zero, zero, zero)) if c * rho >= 1 else chain((zero,) * 4, (one,) * 4)
    line = chain((one,) * 4, (zero,) * 4)
    x = np.array([[F(0)], [F(1, 2)], [F(1)]])
    for params in (constant, line):
        assert why_outside(net, params, c, o) is None
    assert (abs(net.forward(constant, x)[0]) == class_range(k, c, o, rho)).all()
    out = net.forward(line, x)[0][:, 0]
    assert [abs(out[1] - out[0]) * 2, abs(out[2] - out[0])] == [class_lipschitz(k, c, o, rho)] * 2


def test_what_ranges_refuse():
    for of_class in (class_range, class_lipschitz):
        for name, values in {"k": (-1, 0.5, False), "c": (0,), "o": (0,), "rho": (0, math.inf)}.items():
            for value in values:
                with pytest.raises(ValueError, match=f"{name} is "):
                    of_class(**{"k": 1, "c": 1, "o": 1, name: value})
