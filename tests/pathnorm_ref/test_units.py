"""Units: their incoming and outgoing weights against a literal listing, couples, scaling, what is refused."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import mlp
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
from pathnorm_ref.network import Net
from pathnorm_ref.units import (
    Bias,
    Hidden,
    check_net,
    couples,
    hidden_layers,
    incoming,
    outgoing,
    outgoing_blocks,
    penalised,
    scale,
    uncoupled,
    weight_layers,
    with_incoming,
    with_outgoing,
)

# net, shape of a sample, and how many weights each output of the next layer reads from one unit
NETS = {
    "dense-dense": (Net(Dense(3, 4), ReLU(), Dense(4, 2)), (3,), 1),
    "dense-prelu-dense": (Net(Dense(3, 4, False), PReLU(4), Dense(4, 2, False)), (3,), 1),
    "dense, width 1": (Net(Dense(1, 1), Abs(), Dense(1, 1)), (1,), 1),
    "conv-conv": (Net(Conv2d(2, 4, 3), LeakyReLU(0.5), Conv2d(4, 6, 2)), (2, 5, 5), 4),
    "conv-conv, groups before": (Net(Conv2d(4, 4, 2, groups=2), ReLU(), Conv2d(4, 3, (1, 2))), (4, 4, 4), 2),
    "conv-conv, groups behind": (Net(Conv2d(2, 4, 2), ReLU(), Conv2d(4, 6, 2, groups=2)), (2, 4, 4), 4),
    "conv-conv, depthwise": (Net(Conv2d(3, 3, 2, groups=3), ReLU(), Conv2d(3, 6, 2, groups=3)), (3, 4, 4), 4),
    "conv-pool-conv": (Net(Conv2d(1, 3, 2), ReLU(), MaxPool(2, 1), AvgPool(2), Conv2d(3, 2, 1)), (1, 6, 6), 1),
    "conv-flatten-dense": (Net(Conv2d(1, 3, 2), ReLU(), Flatten(), Dense(18, 2)), (1, 3, 4), 6),
    "conv-globalavgpool-dense": (Net(Conv2d(1, 3, 2), ReLU(), GlobalAvgPool(), Dense(3, 2)), (1, 3, 4), 1),
}


def planted(net, seed=0):
    """Parameters of which every element is another integer, so that a listing can't err unseen."""
    rng, params = np.random.default_rng(seed), net.init(np.random.default_rng(0))
    sizes = iter(rng.permutation(1 + sum(a.size for own in params for a in own)).astype(float) + 1)
    return tuple(tuple(np.array([next(sizes) for _ in range(a.size)]).reshape(a.shape) for a in own)
                 for own in params)


def listed_outgoing(layer, V, unit, n_units, per_output):
    """The weights that leave a unit, output by output."""
    listing = []
    for o in range(V.shape[0]):
        if V.ndim == 2:  # dense: a block of neighbouring columns
            listing += list(V[o, unit * per_output:(unit + 1) * per_output])
            continue
        first = o // (V.shape[0] // layer.groups) * (n_units // layer.groups)
        listing += [V[o, c, i, j] for c in range(V.shape[1]) if first + c == unit
                    for i in range(V.shape[2]) for j in range(V.shape[3])]
    return listing


@pytest.mark.parametrize("name", NETS)
def test_incoming_and_outgoing_are_the_literal_listing(name):
    net, _, per_output = NETS[name]
    params, (hidden,) = planted(net), hidden_layers(net)
    W, *b = params[hidden.incoming]
    w, v = incoming(np, net, params, hidden, Bias.INSIDE), outgoing(np, net, params, hidden)
    for unit in range(hidden.n_units):
        assert list(w[unit]) == [*W[unit].flat, *(bias[unit] for bias in b)]
        assert list(v[unit]) == listed_outgoing(net[hidden.outgoing], params[hidden.outgoing][0], unit,
                                                hidden.n_units, per_output)
    for bias in (Bias.ABSENT, Bias.OUTSIDE, Bias.FREE):
        assert_array_equal(incoming(np, net, params, hidden, bias), W.reshape(hidden.n_units, -1))


@pytest.mark.parametrize("name", NETS)
def test_a_unit_without_outgoing_weights_is_one_whose_incoming_weights_do_not_matter(name):
    net, shape, _ = NETS[name]
    params, (hidden,) = planted(net), hidden_layers(net)
    x = np.random.default_rng(1).integers(-3, 4, (2, *shape)).astype(float)
    out = net.forward(params, x)[0]
    for unit in range(hidden.n_units):
        mask = np.arange(hidden.n_units) != unit
        cut = scale(np, net, params, hidden, np.ones(hidden.n_units), mask * 1.0)
        grown = scale(np, net, cut, hidden, 1.0 + 6 * ~mask, np.ones(hidden.n_units))
        # integers: no rounding
        assert_array_equal(net.forward(cut, x)[0], net.forward(grown, x)[0])
        assert (net.forward(cut, x)[0] != out).any() or not out.any()


@pytest.mark.parametrize("name", NETS)
def test_scale_scales_rows_and_bias_and_nothing_else(name):
    net, _, _ = NETS[name]
    params, (hidden,) = planted(net), hidden_layers(net)
    into, out_of = 2.0 ** np.arange(hidden.n_units), 2.0 ** -np.arange(1.0, hidden.n_units + 1)
    before = tuple(tuple(array.copy() for array in own) for own in params)
    scaled = scale(np, net, params, hidden, into, out_of)
    assert_array_equal(incoming(np, net, scaled, hidden, "inside"),
                       incoming(np, net, params, hidden, "inside") * into[:, None])
    assert_array_equal(outgoing(np, net, scaled, hidden), outgoing(np, net, params, hidden) * out_of[:, None])
    for i, own in enumerate(params):
        if i not in hidden[:2]:
            assert scaled[i] is own
    assert all((a == b).all() for own, old in zip(params, before, strict=True) for a, b in zip(own, old, strict=True))
    assert_array_equal(scaled[hidden.outgoing][1:], params[hidden.outgoing][1:])  # its bias stays


@pytest.mark.parametrize("name", NETS)
def test_every_system_lists_the_same_weights(name, system):
    net, _, _ = NETS[name]
    params, (hidden,) = planted(net), hidden_layers(net)
    own = system.take(params)
    xp = check_net(net, own, Bias.FREE)
    for f in (lambda xp, p: incoming(xp, net, p, hidden, "inside"), lambda xp, p: outgoing(xp, net, p, hidden)):
        found = f(xp, own)
        assert system.holds(found)
        assert_array_equal(system.back(found), f(np, params))


def test_couples_of_one_to_six_layers():
    for n_layers in range(1, 7):
        net = mlp((2,) * (n_layers + 1))
        assert weight_layers(net) == tuple(range(0, 2 * n_layers, 2))
        assert hidden_layers(net) == tuple(Hidden(i, i + 2, 2) for i in range(0, 2 * n_layers - 2, 2))
        pairs, last = couples(net)
        assert pairs == tuple(Hidden(i, i + 2, 2) for i in range(0, 2 * n_layers - 2, 4))
        assert last == (2 * n_layers - 2 if n_layers % 2 else None)


def test_a_net_without_weights_has_no_units():
    assert weight_layers(Net(ReLU())) == hidden_layers(Net(ReLU())) == ()
    assert couples(Net(ReLU())) == ((), None)


@pytest.mark.parametrize("activation", [ReLU6(), Tanh(), Softplus()])
def test_units_must_be_homogeneous(activation):
    net = Net(Dense(2, 3), activation, Dense(3, 1))
    for f in (hidden_layers, couples):
        with pytest.raises(ValueError, match=r"layer 0 are not homogeneous: layer 1 is " + type(activation).__name__):
            f(net)
    # between couples it may stand, inside it may not
    between = Net(Dense(2, 3), ReLU(), Dense(3, 2), activation, Dense(2, 2), ReLU(), Dense(2, 1))
    assert couples(between)[0] == (Hidden(0, 2, 3), Hidden(4, 6, 2))
    with pytest.raises(ValueError, match="layer 3"):
        hidden_layers(between)


def test_layers_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="layer 2 reads 8 inputs: the 4 units of layer 0"):
        hidden_layers(Net(Dense(3, 4), ReLU(), Dense(8, 2)))
    with pytest.raises(ValueError, match="layer 2 reads 7 inputs: the 3 units of layer 0"):
        couples(Net(Conv2d(1, 3, 2), Flatten(), Dense(7, 2)))


W = np.arange(4.0).reshape(2, 2)


@pytest.mark.parametrize("other", [W, W.T, W[::-1], W.view()], ids=["itself", "transposed", "reversed", "view"])
def test_tied_weights_are_refused(other):
    net = mlp((2, 2, 2), bias=False)
    with pytest.raises(ValueError, match=r"params\[\d\]\[0\] and params\[\d\]\[0\] are the same weights"):
        check_net(net, ((W,), (), (other,)))


def test_neighbours_in_memory_are_not_tied():
    both = np.arange(8.0).reshape(2, 4)  # interleaved: their extents overlap, their elements don't
    check_net(mlp((2, 2, 2), bias=False), ((both[:, :2],), (), (both[:, 2:],)))
    check_net(mlp((2, 2, 2), bias=False), ((both[:, ::2],), (), (both[:, 1::2],)))


def test_tied_weights_far_apart_in_a_deep_net_are_found_without_comparing_all_pairs(monkeypatch):
    compared, shares_memory = [], np.shares_memory

    def counted(a, b):
        compared.append(1)
        return shares_memory(a, b)

    monkeypatch.setattr(np, "shares_memory", counted)
    net = mlp((2,) * 301)
    params = list(net.init(np.random.default_rng(0)))
    check_net(net, params)
    assert not compared  # of 600 arrays, 180 000 pairs, no two overlap in memory
    params[598] = tuple(array.view() for array in params[0])
    with pytest.raises(ValueError, match="same weights"):
        check_net(net, params)
    assert len(compared) == 1


def test_tied_weights_of_another_library_are_refused(system):
    net = mlp((2, 2, 2), bias=False)
    (tied,) = system.take((W,))
    with pytest.raises(ValueError, match="same weights"):
        check_net(net, ((tied,), (), (tied,)))


def test_absent_biases_must_be_absent():
    net = mlp((2, 3, 1), bias=(False, True))
    params = net.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"bias is 'absent': layer 2 of the net has one"):
        check_net(net, params, "absent")
    for bias in ("inside", Bias.OUTSIDE, "free"):
        check_net(net, params, bias)


def test_an_unknown_bias_convention_is_refused_with_the_list():
    net = mlp((2, 1))
    with pytest.raises(ValueError, match="bias is 'insde': it must be one of 'absent', 'inside', 'outside', 'free'"):
        check_net(net, net.init(np.random.default_rng(0)), "insde")
    with pytest.raises(ValueError, match="bias is None"):
        check_net(net, net.init(np.random.default_rng(0)), None)


def test_parameters_must_fit_the_net():
    net = mlp((2, 3, 1))
    params = net.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"params .* 2.* 3"):
        check_net(net, params[:2])
    with pytest.raises(ValueError, match=r"layer 2: params\[0\] .*shape \(3, 2\)"):
        check_net(net, (*params[:2], params[0]))
    with pytest.raises(TypeError, match=r"params\[2\]\[0\] has elements of type float32"):
        check_net(net, (*params[:2], tuple(a.astype(np.float32) for a in params[2])))
    with pytest.raises(ValueError, match=r"params\[0\]\[0\] holds NaN or infinity"):
        check_net(net, ((np.full((3, 2), np.inf), params[0][1]), *params[1:]))


@pytest.mark.parametrize("bias", list(Bias))
@pytest.mark.parametrize("name", NETS)
def test_what_is_replaced_is_what_is_read(name, bias):
    """`with_incoming` and `with_outgoing` undo `incoming` and `outgoing_blocks`, and touch nothing else."""
    net, _, _ = NETS[name]
    params, (hidden,) = planted(net), hidden_layers(net)
    rows, blocks = incoming(np, net, params, hidden, bias), outgoing_blocks(np, net, params, hidden)
    assert blocks.shape[0] * blocks.shape[2] == hidden.n_units
    listed = [blocks[i, :, j].ravel() for i in range(blocks.shape[0]) for j in range(blocks.shape[2])]
    assert_array_equal(listed, outgoing(np, net, params, hidden))
    changed = with_outgoing(np, with_incoming(np, params, hidden, bias, -rows), hidden, -2 * blocks)
    assert_array_equal(incoming(np, net, changed, hidden, bias), -rows)
    assert_array_equal(outgoing_blocks(np, net, changed, hidden), -2 * blocks)
    check_net(net, changed)
    assert all(array.flags.c_contiguous for own in changed for array in own)
    assert not any(np.may_share_memory(changed[hidden.incoming][0], b) for b in changed[hidden.incoming][1:])
    kept = [array for i, own in enumerate(params) for k, array in enumerate(own)
            if not (k == 0 and i in hidden[:2]) and not (k == 1 and i == hidden.incoming and bias is Bias.INSIDE)]
    same = [array for own in changed for array in own if any(array is other for other in kept)]
    assert len(same) == len(kept)


@pytest.mark.parametrize(("bias", "marked", "left"), [
    ("absent", "W1 W2 W3 W4 W5", "W5"), ("free", "W1 W2 W3 W4 W5", "W5"),
    ("inside", "W1 b1 W2 W3 b3 W4 b4 W5 b5", "b4 W5 b5"),
    ("outside", "W1 b1 W2 W3 b3 W4 b4 W5 b5", "b1 b3 b4 W5 b5"),
])
def test_what_is_penalised_and_what_of_it_is_in_no_couple(bias, marked, left):
    """Five layers, the second without a bias, slopes behind it, and the last in no couple."""
    net = Net(Dense(1, 2), ReLU(), Dense(2, 2, False), PReLU(2), Dense(2, 2), Dense(2, 2), Dense(2, 1))
    names = (("W1", "b1"), (), ("W2",), ("slopes",), ("W3", "b3"), ("W4", "b4"), ("W5", "b5"))
    for found, expected in ((penalised(net, bias), marked), (uncoupled(net, bias), left)):
        assert [tuple(map(len, names))] == [tuple(map(len, found))]
        assert [name for own, flags in zip(names, found, strict=True)
                for name, counts in zip(own, flags, strict=True) if counts] == expected.split()
