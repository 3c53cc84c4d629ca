"""Nets: composition, exact derivatives through layers, Jacobians, and what is refused."""

import copy
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathnorm_ref.arrays import ball, convert, leaves, tree_map
from pathnorm_ref.layers import (
    Abs,
    AvgPool,
    Conv2d,
    Dense,
    Flatten,
    GlobalAvgPool,
    Identity,
    LeakyReLU,
    MaxPool,
    PReLU,
    ReLU,
    Tanh,
)
from pathnorm_ref.network import Net, input_jacobian
from proofs_check import definitions
from tests.pathnorm_ref.layers.examples import fractions, frozen

EXACTLY = settings(max_examples=25, deadline=None, derandomize=True)
SEEDS = st.integers(0, 2**32).map(np.random.default_rng)

NETS = (  # (net, shape of a sample)
    (Net(Dense(3, 2)), (3,)),
    (Net(Dense(1, 1, False), ReLU(), Dense(1, 1)), (1,)),
    (Net(Dense(2, 4), LeakyReLU(-1), Dense(4, 3, False), PReLU(3), Dense(3, 3), Abs(), Dense(3, 2)), (2,)),
    (Net(Conv2d(1, 2, 2), ReLU(), MaxPool(2, 1), Flatten(), Dense(8, 2)), (1, 4, 4)),
    (Net(Conv2d(2, 2, 3, padding=1, groups=2, bias=False), LeakyReLU(3), AvgPool(2), GlobalAvgPool(), Dense(2, 1)),
     (2, 4, 4)),
    (Net(Identity()), (2,)),
    (Net(), (2,)),
)
EVERY = pytest.mark.parametrize(("net", "shape"), NETS, ids=[str(i) for i in range(len(NETS))])


def drawn(net, shape, rng, n=2):
    """Fractions in general position: a kink is hit with probability 1e-5 or less."""
    def array(size):
        return convert(rng.integers(-2**20, 2**20, size) / 2.0**18, Fraction)
    return tuple(tuple(map(array, layer.param_shapes)) for layer in net), array((n, *shape))


def value(net, params, x, d_out):
    return (d_out * net.forward(params, x)[0]).sum()


@EVERY
def test_forward_is_the_composition(net, shape):
    params, x = drawn(net, shape, np.random.default_rng(0))
    out, expected = net.forward(params, x)[0], x
    for layer, own in zip(net, params, strict=True):
        expected = layer.forward(own, expected)[0]
    assert (out == expected).all()
    assert out.shape == net.out_shape(x.shape)


@EVERY
@EXACTLY
@given(rng=SEEDS)
def test_backward_is_the_exact_difference_quotient(net, shape, rng):
    """The net is polynomial near a point off the kinks, and linear in each array of parameters, as in x."""
    params, x = drawn(net, shape, rng)
    out, cache = net.forward(params, x)
    d_out, t = fractions(rng, out.shape), Fraction(1, 2**60)
    d_params, d_x = net.backward(params, cache, d_out)
    direction = fractions(rng, x.shape)
    assert (d_x * direction).sum() == (value(net, params, x + t * direction, d_out)
                                       - value(net, params, x - t * direction, d_out)) / (2 * t)
    for i, own in enumerate(params):
        for j, array in enumerate(own):
            direction = fractions(rng, array.shape)

            def moved(step, i=i, j=j, direction=direction):
                return tuple(tuple(a + step * direction if (k, m) == (i, j) else a for m, a in enumerate(layer))
                             for k, layer in enumerate(params))
            assert (d_params[i][j] * direction).sum() == (value(net, moved(t), x, d_out)
                                                          - value(net, moved(-t), x, d_out)) / (2 * t)


@EVERY
def test_gradient_is_that_of_backward_and_nothing_is_written_to(net, shape):
    rng = np.random.default_rng(0)
    params, x = frozen((net.init(rng), rng.standard_normal((3, *shape))))
    out, cache = net.forward(params, x)
    d_params, d_x = net.backward(params, cache, frozen(out))
    again, d_x_again = net.backward(params, cache, frozen(out))
    for (_, a), (_, b), (_, c) in zip(*map(leaves, (d_params, again, net.gradient(params, cache, out))), strict=True):
        assert a.tobytes() == b.tobytes() == c.tobytes()
    assert d_x.tobytes() == d_x_again.tobytes()


@EVERY
@pytest.mark.parametrize("to", [np.float64, np.float32, Fraction, ball])
@pytest.mark.parametrize("n", [0, 1])
def test_no_samples_and_one(net, shape, to, n):
    rng = np.random.default_rng(0)
    params, x = convert((net.init(rng), rng.standard_normal((n, *shape))), to)
    out, cache = net.forward(params, x)
    d_params, d_x = net.backward(params, cache, out)
    assert tree_map(np.shape, d_params) == tree_map(np.shape, params)
    assert (out.dtype, d_x.dtype, d_x.shape) == (x.dtype, x.dtype, x.shape)
    for (_, gradient), (_, array) in zip(leaves(d_params), leaves(params), strict=True):
        assert gradient.dtype == array.dtype
        assert {type(a) for a in gradient.flat} == {type(a) for a in array.flat}


# --- composition ---------------------------------------------------------------------------------------

def test_composition_is_associative():
    f, g, h = Dense(2, 3), ReLU(), Dense(3, 1)
    assert Net(Net(f, g), h) == Net(f, Net(g, h)) == Net(f, g, h) == Net(Net(), Net(Net(f)), g, h)
    assert hash(Net(Net(f, g), h)) == hash(Net(f, g, h))


def test_nets_are_values():
    net = NETS[2][0]
    assert copy.deepcopy(net) == copy.copy(net) == pickle.loads(pickle.dumps(net)) == net
    assert all(isinstance(twin, Net) for twin in (copy.deepcopy(net), copy.copy(net), pickle.loads(pickle.dumps(net))))
    assert eval(repr(net), {cls.__name__: cls for cls in (Net, Dense, LeakyReLU, PReLU, Abs)}) == net


def test_a_net_is_homogeneous_if_its_layers_are():
    assert Net(Dense(1, 1), ReLU(), MaxPool(2)).homogeneous
    assert not Net(Dense(1, 1), Tanh()).homogeneous


@EVERY
def test_init_fits(net, shape):
    params = net.init(np.random.default_rng(0), np.float32)
    assert net.param_shapes == tuple(tuple(array.shape for array in own) for own in params)
    assert all(array.dtype == np.float32 for _, array in leaves(params))


def test_init_is_that_of_he():
    (W, b), = Net(Dense(400, 500)).init(np.random.default_rng(0))
    # the variance of 200 000 normals of variance s^2 has standard deviation s^2 sqrt(2 / 200000): five of them
    assert abs(W.var() * 200 - 1) < 5 * np.sqrt(2 / W.size)
    assert not b.any()
    assert not np.signbit(b).any()


# --- Jacobians -----------------------------------------------------------------------------------------

@EVERY
@pytest.mark.parametrize("seed", range(3))
def test_input_jacobian_is_the_exact_difference_quotient(net, shape, seed):
    params, x = drawn(net, shape, np.random.default_rng(seed))
    jacobian, t = input_jacobian(net, params, x), Fraction(1, 2**60)
    out = net.forward(params, x)[0]
    assert jacobian.shape == (2, out[0].size, *shape)
    for n in range(2):
        def linear(unit, n=n):
            return (net.forward(params, x[n:n + 1] + t * unit[None])[0] - out[n:n + 1]) / t
        matrix = definitions.operator_matrix(linear, shape, Fraction(1))
        assert (jacobian[n].reshape(matrix.shape) == matrix).all()


@pytest.mark.parametrize("to", [np.float64, np.float32, Fraction, ball])
def test_input_jacobian_keeps_the_number_system(to):
    net = Net(Dense(3, 2), ReLU(), Dense(2, 2))
    params, x = convert((net.init(np.random.default_rng(0)), np.ones((1, 3))), to)
    jacobian = input_jacobian(net, params, x)
    assert jacobian.dtype == x.dtype
    assert {type(a) for a in jacobian.flat} == {type(a) for a in x.flat}
    assert input_jacobian(net, params, x[:0]).shape == (0, 2, 3)


def test_input_jacobian_of_a_layer_is_its_weights():
    params = (np.arange(6.0).reshape(2, 3), np.ones(2))
    assert input_jacobian(Dense(3, 2), params, np.zeros((1, 3)))[0].tolist() == params[0].tolist()


# --- what is refused -----------------------------------------------------------------------------------

NET = Net(Dense(3, 2), ReLU(), Dense(2, 1))
PARAMS = NET.init(np.random.default_rng(0))
X = np.ones((4, 3))


@pytest.mark.parametrize(("params", "error", "message"), [
    (PARAMS[:2], ValueError, r"params is a tuple of 2: it must be a tuple of 3 tuples, one a layer"),
    (None, ValueError, "params is a NoneType: it must be a tuple of 3 tuples"),
    (X, ValueError, r"params is an array of shape \(4, 3\): it must be a tuple of 3 tuples"),
    ((PARAMS[0], (), PARAMS[2][:1]), ValueError, r"layer 2: params is a tuple of 1: Dense.* needs a tuple of arrays"),
    ((PARAMS[0], PARAMS[2], PARAMS[2]), ValueError, r"layer 1: params is a tuple of 2: ReLU.* needs a tuple of arrays, "),
    ((PARAMS[2], (), PARAMS[2]), ValueError, r"layer 0: params\[0\] is an array of shape \(1, 2\): Dense.* needs"),
    (tree_map(lambda a: a.astype(np.float32), PARAMS), TypeError,
     r"params\[0\]\[0\] has elements of type float32 and x of float64"),
    (tree_map(lambda a: a * np.nan, PARAMS), ValueError, r"params\[0\]\[0\] holds NaN or infinity"),
    ((PARAMS[0], (), (PARAMS[2][0], PARAMS[2][1] - np.inf)), ValueError, r"params\[2\]\[1\] holds NaN or infinity"),
])
def test_bad_params_are_refused(params, error, message):
    for f in (lambda: NET.forward(params, X), lambda: input_jacobian(NET, params, X)):
        with pytest.raises(error, match=message):
            f()


def test_bad_x_is_refused_by_the_layer_that_reads_it():
    with pytest.raises(ValueError, match=r"layer 0: x has shape \(4, 2\): Dense.* reads \(n, 3\)"):
        NET.forward(PARAMS, X[:, :2])
    with pytest.raises(ValueError, match=r"layer 1: x has shape \(1, 2\): Dense.* reads \(n, 3\)"):
        Net(Dense(3, 2), Dense(3, 2)).out_shape((1, 3))
    with pytest.raises(ValueError, match=r"d_out has shape \(4, 3\): the output has \(4, 1\)"):
        NET.backward(PARAMS, NET.forward(PARAMS, X)[1], X)


@pytest.mark.parametrize("layer", [ReLU, None, "relu", (Dense(1, 1),)])
def test_what_is_no_layer_is_refused(layer):
    with pytest.raises(TypeError, match=r"layer 1 of the net is .*: it must be a Layer"):
        Net(Dense(1, 1), layer)
