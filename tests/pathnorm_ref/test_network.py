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
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Identity,
    LeakyReLU,
    MaxPool,
    PReLU,
    ReLU,
    Tanh,
)
from pathnorm_ref.lipschitz import frobenius_bound, lipschitz_constant, local_lipschitz, quotient, spectral_bound
from pathnorm_ref.network import Net, fold_batch_norm, input_jacobian, redrawn, without_dropout
from pathnorm_ref.norms import path_norm
from pathnorm_ref.objectives import sum_of_squares
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
DROPPING = Net(Dropout(Fraction(1, 5), 4), Conv2d(1, 2, 2), ReLU(), Dropout(0.25, 0), Flatten(), Dense(8, 3),
               Dropout(0.5, 1), Abs(), Dense(3, 2))


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


@pytest.mark.parametrize(("net", "shape"), (*NETS, (DROPPING, (1, 3, 3))),
                         ids=[*map(str, range(len(NETS))), "dropout"])
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


# --- dropout -------------------------------------------------------------------------------------------

def test_a_redrawn_net_has_fresh_masks_and_is_the_same_otherwise():
    nested = Net(Net(Dense(3, 50), Dropout(0.5)), ReLU(), Net(Net(Dropout(0.25, 8)), Dense(50, 2)))
    rng = np.random.default_rng(0)
    first, second = redrawn(nested, rng), redrawn(nested, rng)
    assert redrawn(nested, np.random.default_rng(0)) == first
    seeds = [net[i].seed for net in (first, second) for i in (1, 3)]
    assert len(set(seeds)) == 4
    assert first == Net(Dense(3, 50), Dropout(0.5, seeds[0]), ReLU(), Dropout(0.25, seeds[1]), Dense(50, 2))
    assert nested[1].seed is None
    params, x = nested.init(rng), rng.standard_normal((4, 3))
    outs = [net.forward(params, x)[0] for net in (first, second, without_dropout(nested))]
    assert all((a != b).all() for i, a in enumerate(outs) for b in outs[:i])
    assert redrawn(NETS[2][0], rng) == NETS[2][0]


def test_a_layer_is_a_net_of_one_to_draw_and_what_is_none_is_named():
    rng = np.random.default_rng(0)
    (drawn_again,) = redrawn(Dropout(0.5), rng)
    assert drawn_again == Dropout(0.5, int(np.random.default_rng(0).integers(2**63)))
    assert without_dropout(Dropout(0.5, 1)) == Net(Identity())
    for bad in (None, (Dense(1, 1), Dropout(0.5))):
        with pytest.raises(TypeError, match="must be a Layer"):
            redrawn(bad, rng)
        with pytest.raises(TypeError, match="must be a Layer"):
            without_dropout(bad)
    for bad in (None, 0, np.random.RandomState(0)):
        for net in (Net(Dropout(0.5)), Net(ReLU())):
            with pytest.raises(TypeError, match=r"rng is .* it must be a numpy.random.Generator"):
                redrawn(net, bad)


def test_the_net_without_dropout_is_the_mean_over_masks_of_one_that_is_linear_in_them():
    """E net(x), over all masks of one dropout with probability 1/2, is the net without it, if what is behind is affine."""
    net = Net(Dense(2, 3), ReLU(), Dropout(Fraction(1, 2)), Dense(3, 2))
    params, x = drawn(net, (2,), np.random.default_rng(0), n=1)
    rng, outs = np.random.default_rng(1), {}
    while len(outs) < 8:
        layer = redrawn(net, rng)[2]
        mask = tuple(layer.forward((), convert(np.ones((1, 3)), Fraction))[0].flat)
        outs[mask] = Net(*net[:2], layer, net[3]).forward(params, x)[0]
    assert (sum(outs.values()) / 8 == without_dropout(net).forward(params, x)[0]).all()
    assert (sum(outs.values()) / 8 == net.forward(params, x)[0]).all()  # without seeds it is the one for evaluation


def test_the_net_without_dropout_goes_where_a_net_goes():
    plain = Net(Dense(3, 2), ReLU(), Dense(2, 1))
    net = redrawn(Net(plain[0], ReLU(), Dropout(0.5), plain[2]), np.random.default_rng(0))
    evaluated = without_dropout(net)
    assert evaluated == Net(plain[0], ReLU(), Identity(), plain[2])
    assert not net.by_sample
    params, x = drawn(evaluated, (3,), np.random.default_rng(0))
    own = (*params[:2], params[3])
    assert (input_jacobian(evaluated, params, x) == input_jacobian(plain, own, x)).all()
    assert path_norm(evaluated, params, (3,)) == path_norm(plain, own, (3,))
    assert lipschitz_constant(evaluated, convert(params, float)) == lipschitz_constant(plain, convert(own, float))
    with pytest.raises(ValueError, match=r"a Dropout with a seed, .* leave out the other .network.without_dropout"):
        input_jacobian(net, params, x)


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


# --- batch normalisation -------------------------------------------------------------------------------

BATCH_NORM_NETS = (  # (net, shape of a sample)
    (Net(Dense(2, 3), BatchNorm(3), ReLU(), Dense(3, 1)), (2,)),
    (Net(Dense(2, 2, False), BatchNorm(2, 0.25), LeakyReLU(0.5), Dense(2, 2), BatchNorm(2, 0)), (2,)),
    (Net(Conv2d(1, 2, 2, padding=1, bias=False), BatchNorm(2), ReLU(), MaxPool(2), Conv2d(2, 4, 2, groups=2),
         BatchNorm(4, 1), BatchNorm(4), Flatten(), Dense(4, 1)), (1, 3, 3)),
)
WITH_BATCH_NORM = pytest.mark.parametrize(("net", "shape"), BATCH_NORM_NETS, ids=["dense", "no bias", "conv"])


def in_balls(net, shape, n=6, seed=0):
    rng = np.random.default_rng(seed)
    params = tree_map(lambda a: a + rng.standard_normal(a.shape), net.init(rng))
    return convert((params, rng.standard_normal((n, *shape))), ball)


def overlap(computed, true):
    """Whether all balls do, and are narrow."""
    return all(a.overlaps(b) and a.rad() + b.rad() < 1e-9 for a, b in zip(computed.flat, true.flat, strict=True))


@WITH_BATCH_NORM
def test_on_its_data_the_folded_net_is_the_net(net, shape):
    params, x = in_balls(net, shape)
    folded, own = fold_batch_norm(net, params, x)
    assert not any(isinstance(layer, BatchNorm) for layer in folded)
    assert overlap(folded.forward(own, x)[0], net.forward(params, x)[0])
    assert folded.by_sample
    assert not overlap(folded.forward(own, x[:2])[0], net.forward(params, x[:2])[0])  # statistics of another batch
    assert overlap(folded.forward(own, x[:2])[0], folded.forward(own, x)[0][:2])


@WITH_BATCH_NORM
def test_the_folded_net_is_the_net_with_its_statistics_fixed(net, shape):
    """At other samples, layer by layer: gamma (u - mean) / s + beta with mean and s of the data."""
    params, data = in_balls(net, shape)
    folded, own = fold_batch_norm(net, params, data)
    x = out = convert(np.random.default_rng(1).standard_normal((3, *shape)), ball)
    for layer, layer_params in zip(net, params, strict=True):
        if isinstance(layer, BatchNorm):
            out = out.copy()
            for c in range(layer.n_channels):
                values = data[:, c].ravel()
                mean = values.sum() / len(values)
                s = (((values - mean) ** 2).sum() / len(values) + ball(layer.eps)).sqrt()
                out[:, c] = (out[:, c] - mean) / s * layer_params[0][c] + layer_params[1][c]
        else:
            out = layer.forward(layer_params, out)[0]
        data = layer.forward(layer_params, data)[0]
    assert overlap(folded.forward(own, x)[0], out)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_folding_keeps_the_dtype_and_writes_nothing(dtype):
    net, shape = BATCH_NORM_NETS[2]
    rng = np.random.default_rng(0)
    params, x = frozen((net.init(rng, dtype), rng.standard_normal((5, *shape)).astype(dtype)))
    _, own = fold_batch_norm(net, params, x)
    assert {array.dtype for _, array in leaves(own)} == {np.dtype(dtype)}


def scale_free():
    """Dense, BatchNorm with eps = 0 and s = 2, 4; in Fractions."""
    net = Net(Dense(1, 2), BatchNorm(2, 0), ReLU(), Dense(2, 1))
    params = convert(((np.array([[2.0], [-4.0]]), np.array([1.0, 3.0])), (np.array([3.0, 5.0]), np.array([1.0, 2.0])),
                      (), (np.array([[1.0, -2.0]]), np.array([0.5]))), Fraction)
    return net, params, convert(np.array([[1.0], [-1.0], [1.0], [-1.0]]), Fraction)


@pytest.mark.parametrize("a", [Fraction(1, 1000), 2])
def test_weights_in_front_of_batch_norm_have_no_scale(a):
    """So the function, its folded form and the loss stay while the sum of squares goes to 0, and no w != 0 minimises F."""
    net, params, x = scale_free()
    (W, b), *others = params
    scaled = ((a * W, a * b + 5), *others)
    assert sum_of_squares(net, scaled, "free") - sum_of_squares(net, params, "free") == (a**2 - 1) * (2**2 + 4**2)
    out, cache = net.forward(params, x)
    assert (net.forward(scaled, x)[0] == out).all()
    tree_map(np.testing.assert_array_equal, *(fold_batch_norm(net, p, x)[1] for p in (params, scaled)))
    (d_W, d_b), *_ = net.gradient(params, cache, out)
    assert ((d_W * W).sum(axis=1) == 0).all()  # Euler's identity for degree 0, unit by unit
    assert (d_b == 0).all()
    (d_W_scaled, _), *_ = net.gradient(scaled, net.forward(scaled, x)[1], out)
    assert (a * d_W_scaled == d_W).all()


def test_behind_batch_norm_units_are_homogeneous():
    net, ((W, b), (gamma, beta), _, (V, c)), x = scale_free()
    factors = np.array([Fraction(3), Fraction(1, 7)])
    rescaled = ((W, b), (gamma * factors, beta * factors), (), (V / factors, c))
    assert sum_of_squares(net, rescaled, "free") == (W**2).sum() + (V**2 / factors**2).sum()  # without gamma and beta
    assert (net.forward(rescaled, x)[0] == net.forward(((W, b), (gamma, beta), (), (V, c)), x)[0]).all()


def test_a_path_norm_is_one_of_the_net_also_with_batch_norm():
    """One function: 3.25 with the batch norm as a layer u -> u / s + (beta - mean / s), 2.85 with it folded."""
    net = Net(Dense(1, 1), BatchNorm(1, 0), ReLU(), Dense(1, 1, False))
    params = ((np.array([[Fraction(5)]]), np.array([Fraction(2, 5)])),
              (np.array([Fraction(1)]), np.array([Fraction(-7, 20)])), (), (np.array([[Fraction(1)]]),))
    x = np.array([[Fraction(2, 5)], [Fraction(-2, 5)]])  # mean 2/5, s = 2
    unfolded = Net(Dense(1, 1), Dense(1, 1), ReLU(), Dense(1, 1, False))
    own = (params[0], (np.array([[Fraction(1, 2)]]), np.array([Fraction(-11, 20)])), (), params[3])
    folded, folded_params = fold_batch_norm(net, params, x)
    assert (unfolded.forward(own, x)[0] == folded.forward(folded_params, x)[0]).all()
    assert (net.forward(params, x)[0] == folded.forward(folded_params, x)[0]).all()
    assert path_norm(unfolded, own, (1,)) == Fraction(325, 100)
    assert path_norm(folded, folded_params, (1,)) == Fraction(285, 100)
    with pytest.raises(ValueError, match=r"layer 1 is BatchNorm.*: path norms need homogeneous activations"):
        path_norm(net, params, (1,))


@pytest.mark.parametrize(("net", "message"), [
    (Net(BatchNorm(2), Dense(2, 2)), "layer 0 is BatchNorm.*: to be folded it must stand directly behind a dense"),
    (Net(Dense(2, 2), ReLU(), BatchNorm(2)), "layer 2 is BatchNorm.*: to be folded it must stand directly behind"),
])
def test_what_stands_elsewhere_is_not_folded(net, message):
    with pytest.raises(ValueError, match=message):
        fold_batch_norm(net, net.init(np.random.default_rng(0)), np.ones((3, 2)))


def test_folding_needs_samples_that_fit():
    net = BATCH_NORM_NETS[0][0]
    params = net.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"x has shape \(0, 2\): statistics need at least one sample"):
        fold_batch_norm(net, params, np.ones((0, 2)))
    with pytest.raises(ValueError, match=r"layer 0: x has shape \(3, 3\)"):
        fold_batch_norm(net, params, np.ones((3, 3)))
    with pytest.raises(ValueError, match="params is a tuple of 3"):
        fold_batch_norm(net, params[:3], np.ones((3, 2)))


@pytest.mark.parametrize("f", [input_jacobian, local_lipschitz, lambda net, params, x: quotient(net, params, x, 2 * x),
                               lambda net, params, x: spectral_bound(net, params, (2,)),
                               lambda net, params, x: frobenius_bound(net, params, (2,))])
def test_a_net_that_reads_the_whole_batch_is_no_function_of_a_sample(f):
    net = BATCH_NORM_NETS[0][0]
    with pytest.raises(ValueError, match=r"reads the whole batch.*fold"):
        f(net, net.init(np.random.default_rng(0)), np.ones((3, 2)))
