"""The objectives: F and G by their literal sums, F - G exactly, the gradient of F by exact difference quotients."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import convnet, mlp
from pathnorm_ref.arrays import Irrational, ball, convert, tree_map
from pathnorm_ref.layers import Abs, AvgPool, Conv2d, Dense, LeakyReLU, PReLU, ReLU, Tanh
from pathnorm_ref.losses import softmax_cross_entropy
from pathnorm_ref.network import Net
from pathnorm_ref.norms import coupled_path_norm
from pathnorm_ref.objectives import (
    empirical_loss,
    leftover_squares,
    loss_and_gradient,
    multitask_lasso_objective,
    path_norm_objective,
    path_norm_regulariser,
    sum_of_squares,
    sum_of_squares_gradient,
    weight_decay_and_gradient,
    weight_decay_objective,
)
from pathnorm_ref.rescaling import balance_sweep, normalise
from pathnorm_ref.units import Bias, couples, incoming, outgoing, weight_layers
from proofs_check import definitions
from proofs_check.cases import convnet_cases, mlp_cases

SETTINGS = settings(max_examples=40, deadline=None, derandomize=True)
U = 2.0**-53
ANY_CASE = st.sampled_from(list(Bias)).flatmap(lambda bias: st.one_of(mlp_cases(bias), convnet_cases(bias)))
OBJECTIVES = (weight_decay_objective, path_norm_objective, multitask_lasso_objective,
              lambda *args: weight_decay_and_gradient(*args)[0])


def squares(x):
    return sum((value * value for value in np.ravel(x)), start=Fraction(0))


def penalised(net, params, bias):
    """All that is penalised, as {(layer, place): array}."""
    return {(i, k): params[i][k] for i in weight_layers(net) for k in range(len(params[i]))
            if k == 0 or bias in ("inside", "outside")}


# --- F and G -------------------------------------------------------------------------------------------

@SETTINGS
@given(ANY_CASE)
def test_the_sum_of_squares_and_its_gradient(case):
    params = convert(case.params, Fraction)
    counted = penalised(case.net, params, case.bias)
    assert sum_of_squares(case.net, params, case.bias) == sum(map(squares, counted.values()))
    gradient = sum_of_squares_gradient(case.net, params, case.bias)
    for i, own in enumerate(params):
        for k, array in enumerate(own):
            assert_array_equal(gradient[i][k], 2 * array if (i, k) in counted else 0 * array)


@SETTINGS
@given(ANY_CASE)
def test_g_is_its_literal_sum(case):
    net, bias, params = case.net, case.bias, convert(case.params, Fraction)
    pairs, last = couples(net)
    in_couples = {(hidden[side], 0) for hidden in pairs for side in (0, 1)}
    in_couples |= {(hidden.incoming, 1) for hidden in pairs if bias == "inside"}
    rest = sum((squares(a) for at, a in penalised(net, params, bias).items() if at not in in_couples), Fraction(0))
    left = leftover_squares(net, params, bias)
    assert left == rest
    assert (last is None) == (len(weight_layers(net)) % 2 == 0)
    if last is not None:
        assert (last, 0) not in in_couples
    coupled = sum((ball(squares(w)).sqrt() * ball(squares(v)).sqrt() for hidden in pairs for w, v in zip(
        incoming(np, net, params, hidden, bias), outgoing(np, net, params, hidden), strict=True)), ball(0))
    balls = convert(params, ball)
    assert path_norm_regulariser(net, balls, bias).overlaps(coupled + ball(rest) / 2)
    assert coupled_path_norm(net, balls, bias).overlaps(coupled)


@SETTINGS
@given(ANY_CASE)
def test_f_minus_g_is_the_sum_of_squared_differences(case):
    """F - G = lam (R/2 - R~), as the loss cancels (and may be undecidable in balls, at ties)."""
    net, bias, params = case.net, case.bias, convert(case.params, ball)

    def difference(params):
        return sum_of_squares(net, params, bias) / 2 - path_norm_regulariser(net, params, bias)

    exact = convert(case.params, Fraction)
    gaps = sum(((ball(squares(w)).sqrt() - ball(squares(v)).sqrt())**2 for hidden in couples(net)[0] for w, v in zip(
        incoming(np, net, exact, hidden, bias), outgoing(np, net, exact, hidden), strict=True)), ball(0))
    assert difference(params).overlaps(gaps / 2)
    # and the enclosure is not so wide that all overlap: some 200 roundings of numbers of the size of R
    assert float(difference(params).rad()) <= 200 * 4 * U * float(sum_of_squares(net, params, bias))
    if bias in ("absent", "inside"):  # no constant units
        assert difference(balance_sweep(net, params, bias, couples(net)[0])).contains(0)


def pythagorean(has_bias):
    """A net of five layers whose w and v have rational norms in every bias convention."""
    net = mlp((2, 2, 2, 2, 2, 1), LeakyReLU(0.5), bias=has_bias)
    b = np.array([12.0, 0.0])
    matrices = [np.array([[3.0, 4.0], [4.0, -3.0]]) / 4, np.array([[0.0, 5.0], [2.0, 0.0]]),
                np.array([[-4.0, 3.0], [6.0, 8.0]]), np.array([[3.0, 8.0], [4.0, 6.0]]), np.array([[1.0, 2.0]])]
    biases = [b / 4, np.array([1.0, 7.0]), b, np.array([0.0, 3.0]), np.array([2.0])]
    own = [(W, c) if has_bias else (W,) for W, c in zip(matrices, biases, strict=True)]
    params = tuple(own[i // 2] if i % 2 == 0 else () for i in range(9))
    return net, convert(params, Fraction)


# sum of (||w|| - ||v||)^2 over the units of both couples, by hand
GAPS = {"outside": [(Fraction(5, 4), 2), (Fraction(5, 4), 5), (5, 5), (10, 10)],
        "inside": [(Fraction(13, 4), 2), (Fraction(5, 4), 5), (13, 5), (10, 10)]}


@pytest.mark.parametrize("bias", list(Bias))
@pytest.mark.parametrize("lam", [Fraction(1, 3), 2, 0, 0.5])
def test_f_minus_g_exactly_in_fractions(bias, lam):
    net, params = pythagorean(bias is not Bias.ABSENT)
    x, y = convert(np.array([[1.0, -2.0], [0.5, 3.0]]), Fraction), convert(np.array([[1.0], [-1.0]]), Fraction)
    F, G = (f(net, params, x, y, lam, bias) for f in (weight_decay_objective, path_norm_objective))
    gaps = sum((w - v) ** 2 for w, v in GAPS["inside" if bias is Bias.INSIDE else "outside"])
    assert isinstance(F - G, Fraction)
    assert Fraction(lam) / 2 * gaps == F - G
    out = net.forward(params, x)[0]
    weights = sum(squares(array) for array in penalised(net, params, bias).values())
    assert definitions.squared_error(out, y) + Fraction(lam) / 2 * weights == F


def test_the_bias_convention_changes_the_value():
    net, params = pythagorean(True)
    R = {bias: sum_of_squares(net, params, bias) for bias in ("inside", "outside", "free")}
    assert R["inside"] == R["outside"] == R["free"] + 9 + 50 + 144 + 9 + 4
    assert leftover_squares(net, params, "free") == 5
    assert leftover_squares(net, params, "outside") == 5 + 9 + 50 + 144 + 9 + 4
    assert leftover_squares(net, params, "inside") == 5 + 50 + 9 + 4
    assert coupled_path_norm(net, params, "free") == sum(w * v for w, v in GAPS["outside"])
    assert coupled_path_norm(net, params, "inside") == sum(w * v for w, v in GAPS["inside"])


def test_the_slopes_of_prelu_are_not_penalised():
    net = Net(Dense(1, 1, False), PReLU(1), Dense(1, 1, False))
    params = tuple((np.full(a.shape, 3.0),) for (a,) in net.init(np.random.default_rng(0)))
    assert sum_of_squares(net, params, "free") == 18
    assert sum_of_squares_gradient(net, params, "free")[1][0] == 0
    assert path_norm_regulariser(net, params, "absent") == 9


def test_between_couples_the_net_may_do_anything():
    net = Net(Dense(1, 1), ReLU(), Dense(1, 1), Tanh(), Dense(1, 1))
    params = tree_map(lambda a: a * 0 + 2, net.init(np.random.default_rng(0)))
    assert path_norm_regulariser(net, params, "free") == 4 + 2
    with pytest.raises(ValueError, match="not homogeneous"):
        path_norm_regulariser(Net(Dense(1, 1), Tanh(), Dense(1, 1)), (params[0], (), params[4]), "free")


@pytest.mark.parametrize("n_layers", range(1, 7))
def test_leftovers_of_odd_and_even_numbers_of_layers(n_layers, system):
    net = mlp((1,) * (n_layers + 1), bias=False)
    params = tuple((np.array([[i + 1.0]]),) if i % 2 == 0 else () for i in range(2 * n_layers - 1))
    own = system.take(params)
    weights = [2 * k + 1 for k in range(n_layers)]
    last = weights[-1] if n_layers % 2 else 0
    assert float(system.back(leftover_squares(net, own, "absent"))) == last**2
    right = sum(a * b for a, b in zip(weights[::2], weights[1::2], strict=False)) + last**2 / 2
    found = path_norm_regulariser(net, own, "absent")
    assert system.holds(found)
    assert float(system.back(found)) == right  # squares of small integers


# --- the multitask lasso -------------------------------------------------------------------------------

@pytest.mark.parametrize("bias", list(Bias))
def test_the_multitask_lasso_is_g_where_the_net_is_normalised(bias):
    net, params = pythagorean(bias is not Bias.ABSENT)
    x, y = convert(np.array([[1.0, -2.0], [0.5, 3.0]]), Fraction), convert(np.array([[1.0], [-1.0]]), Fraction)
    G, normal = path_norm_objective(net, params, x, y, 3, bias), normalise(net, params, bias)
    M, G_there = (f(net, normal, x, y, 3, bias) for f in (multitask_lasso_objective, path_norm_objective))
    assert G_there == M
    if bias is not Bias.OUTSIDE:  # there the biases, penalised by themselves, have changed
        assert M == G
    assert multitask_lasso_objective(net, params, x, y, 3, bias) != G


# --- gradients -----------------------------------------------------------------------------------------

NETS = {
    "mlp": (mlp((2, 3, 2), LeakyReLU(0.25)), (2,)),
    "mixed biases": (mlp((2, 2, 2, 1), Abs(), bias=(True, False, True)), (2,)),
    "one layer": (mlp((2, 2)), (2,)),
    "prelu": (Net(Dense(2, 2), PReLU(2), Dense(2, 1, False)), (2,)),
    "convnet": (convnet((1, 2), 1, (4, 4)), (1, 4, 4)),
    "groups and means": (Net(Conv2d(2, 2, 2, groups=2), ReLU(), AvgPool(2, 1), Conv2d(2, 1, 2, bias=False)), (2, 4, 4)),
}


@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
@pytest.mark.parametrize("name", NETS)
def test_the_gradient_of_f_is_the_exact_difference_quotient(name, bias):
    """In one parameter F is a polynomial of degree 2 between kinks, of which central differences are exact."""
    net, shape = NETS[name]
    rng = np.random.default_rng(0)  # so no unit is within 1e-9 of its kink
    params = convert(tree_map(lambda a: a + rng.integers(-99, 100, a.shape) / 128, net.init(rng, np.float32)), Fraction)
    x = convert(rng.integers(-99, 100, (2, *shape)) / 64, Fraction)
    y = convert(rng.integers(-99, 100, net.out_shape(x.shape)) / 64, Fraction)
    lam, step = Fraction(1, 7), Fraction(1, 10**12)
    value, gradient = weight_decay_and_gradient(net, params, x, y, lam, bias)
    assert value == weight_decay_objective(net, params, x, y, lam, bias)
    for i, own in enumerate(params):
        for k, array in enumerate(own):
            assert gradient[i][k].shape == array.shape
            for at in np.ndindex(array.shape):
                F = []
                for sign in (1, -1):
                    moved = array.copy()
                    moved[at] += sign * step
                    changed = (*own[:k], moved, *own[k + 1:])
                    F.append(weight_decay_objective(net, (*params[:i], changed, *params[i + 1:]), x, y, lam, bias))
                assert (F[0] - F[1]) / (2 * step) == gradient[i][k][at]


def test_the_gradient_of_the_loss_alone():
    net, params = pythagorean(True)
    x, y = convert(np.array([[1.0, -2.0]]), Fraction), convert(np.array([[1.0]]), Fraction)
    value, gradient = loss_and_gradient(net, params, x, y)
    assert value == empirical_loss(net, params, x, y) == weight_decay_objective(net, params, x, y, 0, "free")
    tree_map(assert_array_equal, gradient, weight_decay_and_gradient(net, params, x, y, 0, "inside")[1])


# --- systems and arguments -----------------------------------------------------------------------------

@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
def test_the_objectives_in_every_system(bias, rooted_system):
    net, system = convnet((1, 2, 2), 2, (4, 4)), rooted_system
    rng = np.random.default_rng(0)
    params = tree_map(lambda a: a + 0.25, net.init(rng))
    x, y = rng.standard_normal((3, 1, 4, 4)), rng.standard_normal((3, 2))
    own = (system.take(params), *system.take((x, y)))
    for f in OBJECTIVES:
        found = f(net, *own, 0.125, bias)
        assert system.holds(found)
        right = f(net, params, x, y, 0.125, bias)
        # sums of at most 100 squares of sums of at most 20 products, three layers deep, all below 64
        assert abs(float(system.back(found)) - right) <= 64 * (100 + 3 * 20) * system.u * max(1, right)
    _, gradient = weight_decay_and_gradient(net, *own, 0.125, bias)
    tree_map(lambda a: pytest.fail("left its system") if not system.holds(a) else None, gradient)


def test_fractions_without_roots_say_what_to_do():
    net = mlp((2, 1, 1))
    params = convert(tree_map(lambda a: a * 0 + 1, net.init(np.random.default_rng(0))), Fraction)
    x, y = convert(np.ones((1, 2)), Fraction), convert(np.ones((1, 1)), Fraction)
    assert weight_decay_objective(net, params, x, y, 1, "free") == Fraction(9, 2) + Fraction(3, 2)  # no roots in F
    with pytest.raises(Irrational, match="convert to balls"):
        path_norm_objective(net, params, x, y, 1, "free")


def test_one_layer_objectives_stay_in_their_system(system):
    net = mlp((2, 1))
    params = system.take(((np.array([[1.0, 2.0]]), np.array([2.0])),))
    x, y = system.take((np.array([[1.0, 1.0]]), np.array([[1.0]])))
    for bias, R in (("inside", 9), ("outside", 9), ("free", 5)):
        for f in OBJECTIVES:  # all alike, as there are no couples
            found = f(net, params, x, y, 2, bias)
            assert system.holds(found)
            assert float(system.back(found)) == 8 + R


@pytest.mark.parametrize("bias", list(Bias))
def test_nets_without_weights_have_nothing_to_penalise(bias, system):
    net = Net(PReLU(2), Abs())
    params = system.take(((np.array([0.5, 2.0]),), ()))
    x, y = system.take((np.array([[1.0, -2.0]]), np.array([[1.0, 1.0]])))
    for f in (sum_of_squares, leftover_squares, path_norm_regulariser, coupled_path_norm):
        assert system.holds(f(net, params, bias))
        assert float(system.back(f(net, params, bias))) == 0
    tree_map(lambda a: assert_array_equal(system.back(a), 0), sum_of_squares_gradient(net, params, bias))
    for f in OBJECTIVES:
        assert float(system.back(f(net, params, x, y, 3, bias))) == 9 / 2  # the loss alone
    with pytest.raises(TypeError, match="params holds no array"):
        sum_of_squares(Net(Abs()), ((),), bias)


def test_another_loss():
    net = mlp((2, 3))
    params, labels = net.init(np.random.default_rng(0)), np.array([0, 2])
    found = weight_decay_objective(net, params, np.ones((2, 2)), labels, 0, "free", softmax_cross_entropy)
    right = definitions.softmax_cross_entropy(net.forward(params, np.ones((2, 2)))[0], labels)
    assert abs(found - right) <= 40 * U * right  # exp and log of numbers below 8, six terms
    value, _ = weight_decay_and_gradient(net, params, np.ones((2, 2)), labels, 0, "free", softmax_cross_entropy)
    assert value == found


@pytest.mark.parametrize("f", OBJECTIVES)
@pytest.mark.parametrize(("lam", "error", "message"), [
    (-1, ValueError, "lam is -1: it must be at least 0"), (-1e-300, ValueError, "lam is -1e-300"),
    (math.nan, ValueError, "lam is nan: it must be finite"), (math.inf, ValueError, "lam is inf: it must be finite"),
    ("1", TypeError, "lam is '1': it must be a real number"),
    (True, TypeError, "lam is True: it must be a real number"),
])
def test_lam_must_be_a_number_of_at_least_zero(f, lam, error, message):
    net = mlp((1, 1))
    with pytest.raises(error, match=message):
        f(net, net.init(np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1)), lam, "free")


@pytest.mark.parametrize("f", OBJECTIVES)
def test_the_objectives_refuse(f):
    net = mlp((1, 1))
    params, x, y = net.init(np.random.default_rng(0)), np.ones((1, 1)), np.ones((1, 1))
    with pytest.raises(ValueError, match="bias is 'inner': it must be one of"):
        f(net, params, x, y, 1, "inner")
    with pytest.raises(ValueError, match="bias is 'absent': layer 0"):
        f(net, params, x, y, 1, "absent")
    with pytest.raises(ValueError, match=r"y has shape \(2, 1\): it must have the shape of out, \(1, 1\)"):
        f(net, params, x, np.ones((2, 1)), 1, "free")
    with pytest.raises(ValueError, match=r"x has shape \(1, 2\)"):
        f(net, params, np.ones((1, 2)), y, 1, "free")
    with pytest.raises(ValueError, match=r"out has shape \(0, 1\): a mean needs at least one sample"):
        f(net, params, x[:0], y[:0], 1, "free")
    with pytest.raises(TypeError, match="float32"):
        f(net, params, x.astype(np.float32), y, 1, "free")
