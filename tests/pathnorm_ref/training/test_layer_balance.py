"""Algorithm 2: the function stays, exactly where the mean is rational; the couples come to one sum."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import convnet, mlp
from pathnorm_ref.arrays import Irrational, convert, tree_map
from pathnorm_ref.layers import Abs, Dense, LeakyReLU, ReLU, Tanh
from pathnorm_ref.network import Net
from pathnorm_ref.norms import coupled_path_norm, unit_norms
from pathnorm_ref.training import layer_balance
from pathnorm_ref.units import couples, weight_layers
from proofs_check.cases import convnet_cases, mlp_cases
from proofs_check.claims.yang2022.algorithm_2 import chains
from proofs_check.definitions import column_sum
from proofs_check.definitions import layer_balance as corrected_algorithm
from tests.pathnorm_ref.training.nets import NETS, exact, frozen, problem

SETTINGS = settings(max_examples=60, deadline=None, derandomize=True)


def sums(net, params):
    """sum ||w|| ||v|| of each couple."""
    return [sum((w * v)[i] for i in range(w.shape[0]))
            for w, v in (unit_norms(net, params, hidden, "free") for hidden in couples(net)[0])]


@st.composite
def mixed_nets(draw):
    """Dense nets of 2 to 7 layers in Fractions, all sums and their mean rational, each layer with or without a bias."""
    chain = draw(chains())
    has_bias = draw(st.lists(st.booleans(), min_size=len(chain.weights), max_size=len(chain.weights)))
    layers, params = [], []
    for W, b, has in zip(chain.weights, chain.biases, has_bias, strict=True):
        layers += [Dense(W.shape[1], W.shape[0], has), draw(st.sampled_from([ReLU(), Abs(), LeakyReLU(Fraction(1, 4))]))]
        params += [(W, convert(b, Fraction))[:1 + has], ()]
    return Net(*layers[:-1]), tuple(params[:-1]), convert(chain.x, Fraction)


@SETTINGS
@given(mixed_nets())
def test_the_function_stays_exactly_and_the_sums_are_equal(drawn):
    """For any number of layers, odd or even, and biases in some of them."""
    net, params, x = drawn
    balanced = layer_balance(net, params)
    assert_array_equal(net.forward(balanced, x)[0], net.forward(params, x)[0])
    assert len(set(sums(net, balanced))) == 1
    assert np.prod(sums(net, balanced)) == np.prod(sums(net, params))
    last = couples(net)[0][-1].outgoing
    for i in weight_layers(net):
        if i > last or not any(i == hidden.outgoing for hidden in couples(net)[0]):
            assert_array_equal(balanced[i][0], params[i][0])
        if i >= last:  # the output, and the leftover layer
            tree_map(assert_array_equal, balanced[i][1:], params[i][1:])


@SETTINGS
@given(chains((4, 7)))
def test_it_is_the_corrected_algorithm_but_for_how_the_scales_are_shared(chain):
    """Each scale in its turn divides the next even layer again: in all, layer 2j takes X / S_j."""
    layers = [part for W in chain.weights for part in (Dense(W.shape[1], W.shape[0]), ReLU())][:-1]
    exact_biases = convert(chain.biases, Fraction)
    params = [part for W, b in zip(chain.weights, exact_biases, strict=True) for part in ((W, b), ())]
    balanced = layer_balance(Net(*layers), tuple(params[:-1]))
    weights, biases, _ = corrected_algorithm(chain.weights, exact_biases, column_sum)
    for own, W, b in zip(balanced[::2], weights, biases, strict=True):
        assert_array_equal(own[0], W)
        assert_array_equal(own[1], b)


@pytest.mark.parametrize("planted", ["the bias of layer 2 stays", "of layer 3", "of layer 4", "the last takes it too"])
def test_a_planted_fault_changes_the_function(planted):
    """Four layers of one unit, sums 4 and 1: alpha 1/2 and 2, A = 1/2 from layer 2 to layer 3."""
    net, one = mlp((1, 1, 1, 1, 1)), np.ones(1)
    W = [np.array([[value]]) for value in (1.0, 4, 1, 1)]
    params = exact(*(part for V in W for part in ((V, one), ())))[:-1]
    x = exact(one[:, None])[0]
    balanced = list(layer_balance(net, params))
    assert [own[0].item() for own in balanced[::2]] == [1, 2, 1, 2]
    assert [own[1].item() for own in balanced[::2]] == [1, Fraction(1, 2), Fraction(1, 2), 1]
    at, factor = {"the bias of layer 2 stays": (2, 2), "of layer 3": (4, 2), "of layer 4": (6, 2),
                  "the last takes it too": (6, Fraction(1, 2))}[planted]
    assert net.forward(tuple(balanced), x)[0] == net.forward(params, x)[0]
    balanced[at] = (balanced[at][0], balanced[at][1] * factor)
    assert net.forward(tuple(balanced), x)[0] != net.forward(params, x)[0]


@pytest.mark.parametrize("name", NETS)
def test_every_kind_of_net(name, rooted_system):
    net, params, x, _ = problem(name)
    own, x_own = rooted_system.take((params, x))
    balanced = layer_balance(net, frozen(own))
    tree_map(lambda array: pytest.fail("left its system") if not rooted_system.holds(array) else None, balanced)
    behind = couples(net)[0][-1].outgoing if couples(net)[0] else 0
    for before, after in zip(own[behind:], balanced[behind:], strict=True):  # not even by rounding
        assert_array_equal(*(list(map(rooted_system.back, arrays[1:])) for arrays in (before, after)))
    found, right = (rooted_system.back(net.forward(p, x_own)[0]) for p in (balanced, own))
    # outputs are sums of at most 40 terms a layer of size below 16, of weights off by fewer than 20 roundings
    assert abs(found - right).max() <= 16 * 4 * (40 + 20) * rooted_system.u
    totals = [float(rooted_system.back(S)) for S in sums(net, balanced)]
    assert all(abs(S - totals[0]) <= 200 * rooted_system.u * totals[0] for S in totals)


@SETTINGS
@given(st.one_of(mlp_cases("free", n_layers=(2, 6)), convnet_cases("free")))
def test_it_never_raises_the_sum_of_path_norms(case):
    """The mean of the sums is at least their geometric mean; sums of at most 60 terms are rounded. Dead couples too."""
    before, after = (coupled_path_norm(case.net, params, "free")
                     for params in (case.params, layer_balance(case.net, case.params)))
    positive = [S for S in sums(case.net, case.params) if S > 0]
    assert after <= before * (1 + 400 * 2.0**-53)
    if len(positive) == 1:
        assert after == before
    difference = [case.net.forward(params, case.x)[0] for params in (case.params, layer_balance(case.net, case.params))]
    size = case.net.forward(tree_map(abs, case.params), abs(case.x))[0].max() * 3**4  # slopes of up to 3
    assert abs(difference[0] - difference[1]).max() <= 800 * 2.0**-53 * size


def test_a_couple_of_sum_zero_is_left_out():
    """The second of three: its biases carry the scale on, and the others come to their own mean."""
    net = mlp((1,) * 7)
    W = [np.array([[value]]) for value in (1.0, 4, 1, 0, 1, 1)]
    params = exact(*(part for V in W for part in ((V, np.ones(1)), ())))[:-1]
    balanced = layer_balance(net, params)
    assert sums(net, balanced) == [2, 0, 2]
    x = exact(np.ones((1, 1)))[0]
    assert net.forward(balanced, x)[0] == net.forward(params, x)[0]
    assert [own[1].item() for own in balanced[::2]] == [1, *[Fraction(1, 2)] * 4, 1]


@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e100])
def test_the_product_of_the_sums_may_leave_the_floats(scale):
    """Four couples: three of the sum scale and one of scale^-1, so the mean is the root of scale."""
    net = mlp((1,) * 9, bias=False)
    values = [1.0, scale, 1.0, scale, 1.0, scale, 1.0, 1 / scale]
    params = tuple(part for value in values for part in ((np.array([[value]]),), ()))[:-1]
    for S in sums(net, layer_balance(net, params)):
        # exp of a number below 500 that is off by a few times 500 u
        assert abs(S / np.sqrt(scale) - 1) <= 8 * 500 * 2.0**-53


def test_one_couple_or_none_stays_as_it_is():
    for net in (mlp((2, 1)), mlp((2, 3, 1)), mlp((2, 3, 2, 1)), convnet((1, 2), 2, (4, 4))):
        params = net.init(np.random.default_rng(0))
        assert layer_balance(net, params) is params


@pytest.mark.parametrize("n_couples", [2, 3, 5])
def test_fractions_have_no_irrational_mean(n_couples):
    net = mlp((1,) * (2 * n_couples + 1), bias=False)
    params = exact(*(((np.array([[2.0 if i == 2 else 1.0]]),) if i % 2 == 0 else ()) for i in range(4 * n_couples - 1)))
    with pytest.raises(Irrational, match=rf"the geometric mean X, with X\^{n_couples} = 2, is not a Fraction"):
        layer_balance(net, params)
    params = (*params[:2], (params[2][0] ** n_couples * Fraction(3, 7) ** n_couples,), *params[3:])
    assert set(sums(net, layer_balance(net, params))) == {Fraction(6, 7)}


def test_a_chain_that_is_not_homogeneous_is_refused():
    net = Net(Dense(1, 1), ReLU(), Dense(1, 1), Tanh(), Dense(1, 1))
    with pytest.raises(ValueError, match="layer 3 is Tanh"):
        layer_balance(net, net.init(np.random.default_rng(0)))
    with pytest.raises(ValueError, match="params is a tuple of 0"):
        layer_balance(net, ())
