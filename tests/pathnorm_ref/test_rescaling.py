"""Rescaling: the function stays, exactly in Fractions and to rounding in floats; units and layers get balanced."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import convnet, mlp
from pathnorm_ref.arrays import Irrational, convert, largest, tree_map
from pathnorm_ref.layers import AvgPool, Conv2d, Dense, LeakyReLU, MaxPool, PReLU, ReLU, ReLU6
from pathnorm_ref.layers.activations import Activation
from pathnorm_ref.network import Net
from pathnorm_ref.norms import frobenius, unit_norms
from pathnorm_ref.objectives import sum_of_squares
from pathnorm_ref.rescaling import balance, balance_layers, balance_sweep, imbalance, normalise, rescale
from pathnorm_ref.units import Bias, couples, hidden_layers, weight_layers
from proofs_check import definitions
from proofs_check.cases import FACTORS, convnet_cases, mlp_cases

SETTINGS = settings(max_examples=40, deadline=None, derandomize=True)
PENALISED = st.sampled_from([Bias.ABSENT, Bias.INSIDE])
U = 2.0**-53


def any_case(bias):
    return st.one_of(mlp_cases(bias), convnet_cases(bias))


@st.composite
def rescalings(draw, cases):
    """(case in Fractions, positive factors for its hidden units)."""
    case = draw(cases)
    case = case._replace(params=convert(case.params, Fraction), x=convert(case.x, Fraction))
    return case, draw(factors_of(case.net))


def factors_of(net):
    return st.tuples(*(st.lists(FACTORS, min_size=hidden.n_units, max_size=hidden.n_units).map(np.array)
                       for hidden in hidden_layers(net)))


def rounding(case, roundings_per_weight, u=U):
    """A bound on | out of rounded weights, in floats - out | for each output.

    Every output is a sum over paths of products of weights. Of two evaluations each product is rounded twice for
    every weight on the path (weight, and product) and once for every term of the sums (at most fan-in + 1 a
    layer, plus the activation); `roundings_per_weight` come on top. The sum of magnitudes is the net of magnitudes
    times the steepest slopes, and each 1 + k u is at most e^(k u).
    """
    net, magnitudes = case.net, tree_map(abs, case.params)
    weights = [net[i] for i in weight_layers(net)]
    size = net.forward(magnitudes, abs(case.x))[0]
    steepest = math.prod(layer.stretch(own, Fraction(1)) if isinstance(layer, Activation) else 1
                         for layer, own in zip(net, convert(case.params, Fraction), strict=True))
    terms = sum(math.prod(layer.param_shapes[0][1:]) + 6 + roundings_per_weight for layer in weights)
    pools = sum(2 * math.prod(layer.windows.kernel) for layer in net if isinstance(layer, (AvgPool, MaxPool)))
    return 2 * u * (terms + pools) * size * float(steepest)


# --- rescale -------------------------------------------------------------------------------------------

@SETTINGS
@given(rescalings(any_case(Bias.FREE)))
def test_rescaling_keeps_the_function_exactly(drawn):
    case, factors = drawn
    rescaled = rescale(case.net, case.params, factors)
    assert_array_equal(case.net.forward(rescaled, case.x)[0], case.net.forward(case.params, case.x)[0])
    back = rescale(case.net, rescaled, tuple(1 / factor for factor in factors))
    tree_map(assert_array_equal, back, case.params)


@SETTINGS
@given(rescalings(mlp_cases(Bias.FREE)))
def test_rescaling_is_the_definition(drawn):
    case, factors = drawn
    indices = weight_layers(case.net)
    W, b = definitions.rescaled([case.params[i][0] for i in indices],
                                [case.params[i][1] if case.net[i].bias else None for i in indices], factors)
    rescaled = rescale(case.net, case.params, factors)
    for i, weights, bias in zip(indices, W, b, strict=True):
        assert_array_equal(rescaled[i][0], weights)
        assert len(rescaled[i]) == 1 if bias is None else (rescaled[i][1] == bias).all()


ONE_UNIT = Net(Dense(1, 1), ReLU(), Dense(1, 1))


@pytest.mark.parametrize("fault", ["bias stays", "outgoing stay", "last bias moves"])
def test_a_planted_fault_changes_the_function(fault):
    params = convert(((np.ones((1, 1)), np.ones(1)), (), (np.ones((1, 1)), np.ones(1))), Fraction)
    (W, b), _, (V, c) = rescale(ONE_UNIT, params, (np.array([Fraction(2)]),))
    planted = {"bias stays": ((W, b / 2), (), (V, c)), "outgoing stay": ((W, b), (), (V * 2, c)),
               "last bias moves": ((W, b), (), (V, c / 2))}[fault]
    x = convert(np.ones((1, 1)), Fraction)
    right = ONE_UNIT.forward(params, x)[0]
    assert ONE_UNIT.forward(((W, b), (), (V, c)), x)[0] == right
    assert ONE_UNIT.forward(planted, x)[0] != right


def test_rescale_in_every_system(system):
    net = convnet((1, 2), 2, (4, 4))
    params = tree_map(lambda a: a + 1, net.init(np.random.default_rng(0)))
    factors = (np.array([4.0, 0.5]),)  # powers of two round nothing
    own = system.take(params)
    rescaled = rescale(net, own, system.take(factors))
    for found, expected in zip(rescaled, rescale(net, system.take(params), system.take(factors)), strict=True):
        for array, other in zip(found, expected, strict=True):
            assert system.holds(array)
            assert_array_equal(system.back(array), system.back(other))
    assert_array_equal(system.back(rescaled[0][0]),
                       system.back(own[0][0]) * np.array([4.0, 0.5]).reshape(2, 1, 1, 1))


@pytest.mark.parametrize(("factors", "error", "message"), [
    ((), ValueError, "factors has 0 arrays: the net has 1 hidden layers"),
    ((np.ones(2),), ValueError, r"factors\[0\] has shape \(2,\): hidden layer 0 has 1 units"),
    ((np.zeros(1),), ValueError, r"factors\[0\] must be positive"),
    ((-np.ones(1),), ValueError, r"factors\[0\] must be positive"),
    ((np.array([np.nan]),), ValueError, r"factors\[0\] holds NaN"),
    ((np.ones(1, np.float32),), TypeError, r"factors\[0\] .*float32"),
    (([1.0],), TypeError, r"factors\[0\]\[0\] is a builtins.float"),
])
def test_rescale_refuses(factors, error, message):
    params = ONE_UNIT.init(np.random.default_rng(0))
    with pytest.raises(error, match=message):
        rescale(ONE_UNIT, params, factors)


def test_rescaling_needs_homogeneous_units():
    net = mlp((1, 1, 1), ReLU6())
    for f in (lambda net, p: rescale(net, p, (np.ones(1),)), lambda net, p: balance(net, p, "free"), balance_layers,
              lambda net, p: normalise(net, p, "free"), lambda net, p: balance_sweep(net, p, "free")):
        with pytest.raises(ValueError, match="layer 0 are not homogeneous: layer 1 is ReLU6"):
            f(net, tree_map(lambda a: a + 1, net.init(np.random.default_rng(0))))


# --- balance of units ----------------------------------------------------------------------------------

@st.composite
def square_norms(draw, n_units, column):
    """A matrix (n_units, 3): rows a rotation of s (2/3, 1/3, 2/3) or s (1, 0, 0), s a square; norms s."""
    rows = []
    for _ in range(n_units):
        size = draw(st.sampled_from([Fraction(1), Fraction(4), Fraction(9, 25), Fraction(1, 10**6), Fraction(10**6)]))
        row = draw(st.permutations(draw(st.sampled_from([(2, 1, 2), (-2, 1, 2), (3, 0, 0), (2, -1, -2)]))))
        rows.append([size * Fraction(n, 3) for n in row])
    return np.array(rows, dtype=object).T if column else np.array(rows, dtype=object)


@SETTINGS
@given(st.data())
def test_a_sweep_balances_exactly_where_the_factors_are_rational(data):
    bias = data.draw(st.sampled_from(list(Bias)))
    n_units, inside = data.draw(st.integers(1, 3)), bias is Bias.INSIDE
    rows, V = data.draw(square_norms(n_units, False)), data.draw(square_norms(n_units, True))
    W, b = (rows[:, :2], rows[:, 2]) if inside else (rows, data.draw(square_norms(n_units, False))[:, 0])
    net = Net(Dense(W.shape[1], n_units, bias is not Bias.ABSENT), LeakyReLU(-0.5), Dense(n_units, 3, False))
    params = ((W,) if bias is Bias.ABSENT else (W, b), (), (V,))
    swept = balance_sweep(net, params, bias)
    w, v = unit_norms(net, swept, hidden_layers(net)[0], bias)
    assert (w == v).all()
    assert imbalance(net, swept, bias) == 0
    assert balance(net, params, bias, tol=0).cycles <= 1
    x = convert(np.random.default_rng(0).integers(-3, 4, (3, W.shape[1])).astype(float), Fraction)
    assert_array_equal(net.forward(swept, x)[0], net.forward(params, x)[0])


@SETTINGS
@given(st.sampled_from(list(Bias)).flatmap(any_case))
def test_a_sweep_over_the_couples_balances_them_and_keeps_the_function(case):
    swept = balance_sweep(case.net, case.params, case.bias, couples(case.net)[0])
    for hidden in couples(case.net)[0]:
        w, v = unit_norms(case.net, swept, hidden, case.bias)
        before = unit_norms(case.net, case.params, hidden, case.bias)
        constant = (before[0] == 0) & (before[1] != 0) & (w == 0) & (v != 0)
        # a norm of n terms is rounded at most n + 2 times, a factor and its product 4 times
        n = max(math.prod(case.net[i].param_shapes[0]) for i in hidden[:2]) + 7
        assert (abs(w - v)[~constant] <= 2 * n * U * w[~constant]).all()
        assert (np.minimum(*before)[~constant] > 0).sum() == (w[~constant] > 0).sum()
    difference = abs(case.net.forward(swept, case.x)[0] - case.net.forward(case.params, case.x)[0])
    assert (difference <= rounding(case, 10)).all()


@SETTINGS
@given(st.sampled_from(list(Bias)).flatmap(any_case))
def test_balance_balances_every_unit_and_keeps_the_function(case):
    params, cycles, left = balance(case.net, case.params, case.bias)
    assert left <= 4096 * 2 * U
    for hidden in hidden_layers(case.net):  # also the last
        w, v = unit_norms(case.net, params, hidden, case.bias)
        constant = (w == 0) & (v != 0)
        if constant.any():
            b = params[hidden.incoming][1]
            assert case.bias in (Bias.OUTSIDE, Bias.FREE)
            assert (b[constant] != 0).all()
        assert (abs(w - v)[~constant] <= 4096 * 2 * U * (w + v)[~constant]).all()
    difference = abs(case.net.forward(params, case.x)[0] - case.net.forward(case.params, case.x)[0])
    assert (difference <= rounding(case, 10 * max(1, cycles))).all()


@SETTINGS
@given(PENALISED.flatmap(any_case).flatmap(lambda case: st.tuples(st.just(case), st.lists(
    factors_of(case.net), min_size=5, max_size=5))))
def test_no_rescaling_has_a_smaller_sum_of_squares_than_the_balanced_one(drawn):
    case, rescalings = drawn
    params = balance(case.net, case.params, case.bias).params
    least = sum_of_squares(case.net, params, case.bias)
    # at an imbalance of t the sum is within O(t^2) of the least; summing n squares rounds n + 1 times
    n = sum(a.size for own in params for a in own) + 3
    near = [np.exp2(np.log2(f.astype(float)) / 16) for f in rescalings[0]]
    for factors in (*rescalings, near):
        other = rescale(case.net, params, tuple(np.asarray(f, dtype=float) for f in factors))
        assert sum_of_squares(case.net, other, case.bias) >= least * (1 - 2 * n * U)
    assert least <= sum_of_squares(case.net, case.params, case.bias) * (1 + 2 * n * U)


DEAD = {  # (w, b, v): what balancing makes of it, by convention
    "w = 0": ([0.0, 0.0], 0.0, [3.0, 4.0]), "v = 0": ([3.0, 4.0], 12.0, [0.0, 0.0]),
    "both": ([0.0, 0.0], 0.0, [0.0, 0.0]), "only a bias": ([0.0, 0.0], 2.0, [0.0, 0.0]),
}


@pytest.mark.parametrize("dead", DEAD)
@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
def test_dead_units_go_to_zero_on_both_sides(dead, bias, system):
    w, b, v = DEAD[dead]
    net = mlp((2, 2, 2))
    # the other unit is balanced by the factor 2, exactly: ||w|| = 1, ||v|| = 4, biases 0
    params = system.take(((np.array([w, [1.0, 0.0]]), np.array([b, 0.0])), (),
                          (np.array([[v[0], 0.0], [v[1], 4.0]]), np.array([1.0, 2.0]))))
    (W, b), _, (V, c) = balance(net, params, bias).params
    assert [system.back(array).tolist() for array in (W, b, V, c)] == [
        [[0, 0], [2, 0]], [0, 0], [[0, 0], [0, 2]], [1, 2]]
    x = system.take((np.array([[1.0, -2.0], [3.0, 4.0]]),))[0]
    assert_array_equal(system.back(net.forward(params, x)[0]), system.back(net.forward(((W, b), _, (V, c)), x)[0]))


@pytest.mark.parametrize("bias", ["outside", "free"])
def test_constant_units_stay(bias, system):
    net = mlp((2, 1, 1))
    params = system.take(((np.zeros((1, 2)), np.array([3.0])), (), (np.array([[5.0]]), np.zeros(1))))
    balanced = balance(net, params, bias)
    assert balanced.cycles == 0
    assert balanced.imbalance == 0
    tree_map(lambda a, b: assert_array_equal(system.back(a), system.back(b)), balance_sweep(net, params, bias), params)


def test_a_constant_unit_that_is_inside_is_balanced(rooted_system):
    net, system = mlp((2, 1, 1)), rooted_system
    params = system.take(((np.zeros((1, 2)), np.array([3.0])), (), (np.array([[12.0]]), np.zeros(1))))
    (_, b), _, (V, _) = balance(net, params, "inside").params
    # factor sqrt(12) / sqrt(3): each root, the quotient, and the product round once
    assert abs(float(system.back(b)[0]) - 6) <= 6 * 8 * system.u
    assert abs(float(system.back(V)[0, 0]) - 6) <= 6 * 8 * system.u


@pytest.mark.parametrize(("size", "other"), [
    *((size, other) for size in (1e-150, 1e-75, 1.0, 1e75, 1e150) for other in (1e-150, 1.0, 1e150)),
    (1e-200, 1e150), (1e200, 1e-150),  # of which the ratio leaves the floats
])
def test_balance_at_the_ends_of_the_floats(size, other):
    rng = np.random.default_rng(0)
    net = mlp((3, 4, 2), bias=(True, False))
    W, b, V = rng.standard_normal((4, 3)), rng.standard_normal(4), rng.standard_normal((2, 4))
    params = ((W * size, b * size), (), (V * other,))
    balanced = balance(net, params, Bias.INSIDE).params
    x = rng.standard_normal((5, 3))
    scaled = net.forward(balanced, x)[0] / size / other
    assert np.isfinite(scaled).all()
    # relative to the sum of magnitudes: at most 20 roundings for each weight on a path of two, 3 + 4 + 2 terms
    bound = 2 * U * (40 + 9) * ((abs(x) @ abs(W).T + abs(b)) @ abs(V).T)
    assert (abs(scaled - net.forward(((W, b), (), (V,)), x)[0]) <= bound).all()


def test_balance_in_every_system(rooted_system):
    net, system = convnet((1, 2), 2, (4, 4)), rooted_system
    params = system.take(tree_map(lambda a: a + 0.5, net.init(np.random.default_rng(0))))
    for bias in ("inside", "outside", "free"):
        swept = balance_sweep(net, params, bias)
        tree_map(lambda array: pytest.fail("left its system") if not system.holds(array) else None, swept)
        # one hidden layer: one sweep balances it; 18 + 2 terms and a factor, to rounding
        assert float(system.back(imbalance(net, swept, bias))) <= 60 * system.u
        if system.name != "balls":
            assert balance(net, params, bias).cycles == 1


def test_balance_of_fractions_says_what_to_do_where_a_root_is_irrational():
    params = convert(((np.ones((1, 2)), np.ones(1)), (), (np.ones((1, 1)), np.ones(1))), Fraction)
    for f in (balance_sweep, balance, imbalance, normalise):
        with pytest.raises(Irrational, match="convert to balls"):
            f(mlp((2, 1, 1)), params, "free")


def test_the_balanced_function_is_enclosed_by_balls(balls):
    net = mlp((3, 4, 4, 2))
    rng = np.random.default_rng(0)
    params, x = tree_map(lambda a: a + rng.standard_normal(a.shape), net.init(rng)), rng.standard_normal((3, 3))
    swept = balance_sweep(net, balls.take(params), "inside")
    exact = net.forward(convert(params, Fraction), convert(x, Fraction))[0]
    out = net.forward(swept, balls.take((x,))[0])[0]
    assert all(found.overlaps(right) for found, right in zip(out.flat, balls.take((exact,))[0].flat, strict=True))


def test_a_net_without_hidden_units_is_balanced():
    net = mlp((2, 3))
    params = net.init(np.random.default_rng(0))
    assert balance(net, params, "free") == (params, 0, 0)
    assert balance_sweep(net, params, "free") is params
    assert normalise(net, params, "free") is params
    assert rescale(net, params, ()) is params
    for net in (Net(PReLU(2)), Net(PReLU(2), ReLU(), PReLU(2))):  # nor one without weights
        params = net.init(np.random.default_rng(0))
        assert balance(net, params, "free") == (params, 0, 0)
        assert balance_layers(net, params) is normalise(net, params, "free") is params


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"bias": "inner"}, ValueError, "bias is 'inner': it must be one of"),
    ({"bias": "absent"}, ValueError, "bias is 'absent': layer 0 of the net has one"),
    ({"bias": "free", "tol": -1}, ValueError, "tol is -1: it must be at least 0"),
    ({"bias": "free", "tol": math.nan}, ValueError, "tol is nan: it must be finite"),
    ({"bias": "free", "max_cycles": -1}, ValueError, "max_cycles is -1: it must be an integer of at least 0"),
    ({"bias": "free", "max_cycles": 1.5}, ValueError, "max_cycles is 1.5: it must be an integer of at least 0"),
    ({"bias": "free", "max_cycles": True}, ValueError, "max_cycles is True: it must be an integer of at least 0"),
    ({"bias": "free", "tol": 0, "max_cycles": 0}, RuntimeError, "max_cycles is 0: the imbalance is still"),
])
def test_balance_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        balance(ONE_UNIT, ((np.ones((1, 1)), np.ones(1)), (), (np.full((1, 1), 2.0), np.ones(1))), **arguments)


# --- normalise -----------------------------------------------------------------------------------------

@SETTINGS
@given(st.sampled_from(list(Bias)).flatmap(any_case))
def test_normalise_takes_the_couples_to_norm_one_and_keeps_the_function(case):
    try:
        params = normalise(case.net, case.params, case.bias)
    except ValueError as error:
        assert "a unit with w = 0 and a bias outside of it" in str(error)
        assert any(((unit_norms(case.net, case.params, hidden, case.bias)[0] == 0)
                    & (b != 0)).any() for hidden in couples(case.net)[0] for b in case.params[hidden.incoming][1:])
        return
    for hidden in couples(case.net)[0]:
        w, _ = unit_norms(case.net, params, hidden, case.bias)
        # a norm of n terms, its reciprocal, the product and the norm again
        n = math.prod(case.net[hidden.incoming].param_shapes[0][1:]) + 4
        assert (abs(w - 1) <= 2 * 2 * n * U).all()
    difference = abs(case.net.forward(params, case.x)[0] - case.net.forward(case.params, case.x)[0])
    assert (difference <= rounding(case, 20)).all()


@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
def test_normalise_is_exact_in_fractions_and_gives_dead_units_a_direction(bias, fractions):
    net = mlp((2, 3, 2))
    b = np.array([0.0, 0.0, 0.0]) if bias == "inside" else np.array([2.0, 0.0, 7.0])
    params = fractions.take(((np.array([[3.0, 4.0], [0.0, 0.0], [0.0, -2.0]]), b), (),
                             (np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([1.0, -1.0]))))
    normal = normalise(net, params, bias)
    fifth = Fraction(1, 5)
    assert normal[0][0].tolist() == [[3 * fifth, 4 * fifth], [1, 0], [0, -1]]
    assert normal[0][1].tolist() == [int(b[0]) * fifth, 0, Fraction(b[2]) / 2]
    assert normal[2][0].tolist() == [[5, 0, 6], [20, 0, 12]]
    x = fractions.take((np.array([[1.0, -2.0], [3.0, 1.0]]),))[0]
    assert_array_equal(net.forward(normal, x)[0], net.forward(params, x)[0])


def test_normalise_in_every_system(rooted_system):
    net, system = mlp((2, 3, 2)), rooted_system
    params = system.take(tree_map(lambda a: a + 1, net.init(np.random.default_rng(0))))
    normal = normalise(net, params, "inside")
    w, _ = unit_norms(net, normal, hidden_layers(net)[0], "inside")
    assert system.holds(w)
    assert (abs(system.back(w) - 1) <= 16 * system.u).all()  # two norms of 3 terms, a reciprocal and a product


# --- balance of layers ---------------------------------------------------------------------------------

@SETTINGS
@given(any_case(Bias.FREE))
def test_balance_layers_equalises_the_norms_and_keeps_the_function(case):
    indices = weight_layers(case.net)
    if any(not case.params[i][0].any() for i in indices):
        with pytest.raises(ValueError, match=r"params\[\d\]\[0\] is zero"):
            balance_layers(case.net, case.params)
        return
    params = balance_layers(case.net, case.params)
    norms = np.array([frobenius(params[i][0]) for i in indices])
    # log and exp of numbers below 2^50 (|log| < 36) round by 36 u each, with the mean's terms; then the norms
    n = 2 * 36 * (len(indices) + 2) + max(case.params[i][0].size for i in indices)
    assert (abs(norms - norms[0]) <= 4 * n * U * norms[0]).all()
    difference = abs(case.net.forward(params, case.x)[0] - case.net.forward(case.params, case.x)[0])
    assert (difference <= rounding(case, 4 * n)).all()


@pytest.mark.parametrize("n_layers", range(1, 6))
def test_balance_layers_of_odd_and_even_numbers_in_balls(n_layers, balls):
    rng = np.random.default_rng(n_layers)
    net = mlp((3,) * (n_layers + 1), LeakyReLU(0.25))
    params = tree_map(lambda a: rng.standard_normal(a.shape) * 10.0 ** rng.integers(-6, 7), net.init(rng))
    exact, x = balls.take(params), rng.standard_normal((2, 3))
    balanced = balance_layers(net, exact)
    norms = [frobenius(balanced[i][0]) for i in weight_layers(net)]
    assert all(norm.overlaps(norms[0]) for norm in norms)
    out = net.forward(balanced, balls.take((x,))[0])[0]
    right = balls.take((net.forward(convert(params, Fraction), convert(x, Fraction))[0],))[0]
    assert all(a.overlaps(b) for a, b in zip(out.flat, right.flat, strict=True))


def test_balance_layers_in_every_system(rooted_system):
    net, system = mlp((2, 3, 2)), rooted_system
    params = system.take(tree_map(lambda a: a + 1, net.init(np.random.default_rng(0))))
    balanced = balance_layers(net, params)
    tree_map(lambda array: pytest.fail("left its system") if not system.holds(array) else None, balanced)
    norms = [float(system.back(frobenius(balanced[i][0]))) for i in (0, 2)]
    assert abs(norms[0] - norms[1]) <= 40 * system.u * norms[0]  # 6 terms, logs and exps below 4 in size


def test_balance_layers_of_fractions_says_what_to_do():
    with pytest.raises(TypeError, match="convert to balls"):
        balance_layers(ONE_UNIT, convert(((np.ones((1, 1)), np.ones(1)), (), (np.ones((1, 1)), np.ones(1))), Fraction))


def test_balance_layers_at_the_ends_of_the_floats():
    net = mlp((2, 2, 2, 2, 2), bias=False)
    W = np.array([[1.0, 2.0], [3.0, -1.0]])
    params = ((W * 1e150,), (), (W * 1e-150,), (), (W * 1e-150,), (), (W * 1e150,))
    balanced = balance_layers(net, params)
    for i in (0, 2, 4, 6):
        # |log 1e150| = 345 is rounded by 345 u, some 6 times on the way
        assert abs(frobenius(balanced[i][0]) / frobenius(W) - 1) <= 6 * 345 * 2 * U


@pytest.mark.parametrize("layer", [Conv2d(2, 2, 1), PReLU(2)])
def test_slopes_of_prelu_are_left_alone(layer):
    net = Net(Conv2d(1, 2, 1), PReLU(2), layer, Conv2d(2, 1, 1))
    params = tree_map(lambda a: a + 2, net.init(np.random.default_rng(0)))
    for changed in (balance_layers(net, params), balance(net, params, "free").params, normalise(net, params, "free")):
        assert changed[1] is params[1]


def test_largest_of_plain_numbers():
    assert largest([1.0, 3.0, 2.0]) == 3.0
