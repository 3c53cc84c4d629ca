"""Algorithm 1: its lines unit by unit, its invariants, its fixed points, and its arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import Irrational, ball, convert, leaves, tree_map
from pathnorm_ref.layers import Dense, Identity, LeakyReLU, ReLU, Tanh
from pathnorm_ref.network import Net
from pathnorm_ref.norms import unit_norms
from pathnorm_ref.objectives import loss_and_gradient, multitask_lasso_objective, path_norm_objective
from pathnorm_ref.training import PathNormProximal, iterates, layer_balance
from pathnorm_ref.units import Bias, couples, incoming, outgoing, weight_layers
from proofs_check.definitions import on_sphere, prox_2
from tests.pathnorm_ref.training.nets import NETS, exact, problem

U = 2.0**-53


# --- the lines of the algorithm ------------------------------------------------------------------------

def printed_step(net, params, d_params, lr, lam, bias):
    """Algorithm 1 of a net of dense layers, unit by unit, as it is printed; floats."""
    new = [[array.copy() for array in own] for own in params]
    (coupled, last), layers = couples(net), weight_layers(net)
    for i, own in enumerate(params):
        for k, array in enumerate(own):
            new[i][k] = array - lr * d_params[i][k]
            decays = i in layers and ((k == 0 and i == last) or (k == 1 and (
                bias == "outside" or (bias == "inside" and i not in [hidden.incoming for hidden in coupled]))))
            if decays:
                new[i][k] = new[i][k] - lr * lam * array
    for hidden in coupled:
        W, V = new[hidden.incoming], new[hidden.outgoing]
        for unit in range(hidden.n_units):
            y = [*W[0][unit], *([W[1][unit]] if len(W) > 1 and bias == "inside" else [])]
            w = np.array(y) / math.hypot(*y)
            W[0][unit] = w[:W[0].shape[1]]
            if len(w) > W[0].shape[1]:
                W[1][unit] = w[-1]
            z = V[0][:, unit]
            norm = math.hypot(*z)
            V[0][:, unit] = 0 if norm <= lam * lr else z - lam * lr * z / norm
    return new


@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
@pytest.mark.parametrize("lam", [0.0, 0.125, 4.0])
@pytest.mark.parametrize("name", ["mlp", "mixed biases", "one layer", "prelu"])
def test_a_step_is_the_algorithm_as_printed(name, lam, bias):
    net, params, x, y = problem(name)
    rule = PathNormProximal(0.125, lam, bias)
    for step in iterates(net, params, rule, [(x, y)] * 3):
        _, d_params = loss_and_gradient(net, step.params, x, y)
        found, _ = rule.step(net, step.params, (), d_params)
        right = printed_step(net, step.params, d_params, 0.125, lam, bias)
        for own, other in zip(found, right, strict=True):
            for array, expected in zip(own, other, strict=True):
                # fewer than 20 roundings of numbers of at most the size of the largest
                assert abs(array - expected).max() <= 40 * U * max(1, abs(expected).max())


def test_a_convolution_is_updated_channel_by_channel():
    """Groups, pooling and flatten: each unit by the definitions, from its weights as `units` has them."""
    for name in ("convnet", "groups"):
        net, params, x, y = problem(name)
        rule = PathNormProximal(0.125, 1.0)
        params, _ = rule.init(net, params)
        _, d_params = loss_and_gradient(net, params, x, y)
        stepped, _ = rule.step(net, params, (), d_params)
        moved = tree_map(lambda array, d: array - 0.125 * d, params, d_params)
        for hidden in couples(net)[0]:
            y_rows, w_rows = (incoming(np, net, own, hidden, Bias.INSIDE) for own in (moved, stepped))
            z_rows, v_rows = (outgoing(np, net, own, hidden) for own in (moved, stepped))
            for y_row, w, z, v in zip(y_rows, w_rows, z_rows, v_rows, strict=True):
                assert abs(w - y_row / math.hypot(*y_row)).max() <= 40 * U
                norm = math.hypot(*z)
                assert abs(v - (1 - min(1, 0.125 / norm)) * z).max() <= 40 * U * norm
        leftover = couples(net)[1]
        W = params[leftover][0]
        decayed = W - 0.125 * (d_params[leftover][0] + 1.0 * W)
        assert abs(stepped[leftover][0] - decayed).max() <= 8 * U * abs(W).max()


def test_a_step_is_exact_in_fractions():
    """By the oracles of the definitions, all norms rational; one unit's v is thresholded to 0, at equality."""
    net = mlp((2, 2, 2), bias=False)
    params = exact((np.array([[0.0, 1], [1, 0]]),), (), (np.array([[3.0, 0.5], [4, 0]]),))
    d_params = exact((np.array([[-6.0, -6], [-8, -24]]),), (), (np.array([[-6.0, 1], [-8, -0.5]]),))
    lr, lam = Fraction(1, 2), Fraction(1, 2)
    (W,), _, (V,) = PathNormProximal(lr, lam, "absent").step(net, params, (), d_params)[0]
    y, z = params[0][0] - lr * d_params[0][0], params[2][0] - lr * d_params[2][0]
    for unit in range(2):
        assert_array_equal(W[unit], on_sphere(y[unit]))
        assert_array_equal(V[:, unit], prox_2(z[:, unit], lam, lr))
    assert W.tolist() == [[Fraction(3, 5), Fraction(4, 5)], [Fraction(5, 13), Fraction(12, 13)]]
    assert V[:, 1].tolist() == [0, 0]


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_rounding_of_a_step(name, bias, dtype):
    """Of recorded steps, against balls. With u, and sums of squares of n weights:

    y and z are off by e = 3 u (|W| + lr (|d| + lam |W|)) per entry. y / ||y|| then by 2 ||e|| / ||y||, and (n + 6) u by
    its own arithmetic; the prox moves two points no further apart, so by ||e||, and (n + 9) u ||z|| of its own.
    """
    net, *arrays = problem(name)
    params, x, y = convert(tuple(arrays), dtype)
    rule, u = PathNormProximal(0.125, 0.25, bias), float(np.finfo(dtype).eps) / 2
    for step in iterates(net, params, rule, [(x, y)] * 2):
        _, d_params = loss_and_gradient(net, step.params, x, y)
        found, _ = rule.step(net, step.params, (), d_params)
        right, _ = rule.step(net, *convert((step.params, (), d_params), ball))
        right, errors = convert(right, float), tree_map(
            lambda W, d: 3 * u * (abs(W) + 0.125 * (abs(d) + 0.25 * abs(W))), step.params, d_params)
        moved = tree_map(lambda W, d: W - 0.125 * d, step.params, d_params)
        bounds = [list(own) for own in errors]
        for hidden in couples(net)[0]:
            rows, e = (incoming(np, net, own, hidden, Bias(bias)) for own in (moved, errors))
            w_bound = 4 * norms(e) / norms(rows) + 2 * (rows.shape[1] + 6) * u
            W = bounds[hidden.incoming]
            W[0] = W[0] * 0 + w_bound.reshape(-1, *(1,) * (W[0].ndim - 1))
            if len(W) > 1 and bias == "inside":
                W[1] = w_bound
            rows, e = (outgoing(np, net, own, hidden) for own in (moved, errors))
            V = bounds[hidden.outgoing]
            V[0] = V[0] * 0 + (2 * norms(e) + 2 * (rows.shape[1] + 9) * u * norms(rows)).max()
        for (at, array), (_, expected), (_, bound) in zip(*map(leaves, (found, right, bounds)), strict=True):
            assert array.dtype == dtype
            assert (abs(array - expected) <= bound).all(), at


def norms(rows):
    return np.sqrt((rows.astype(float) ** 2).sum(axis=1))


# --- invariants ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
@pytest.mark.parametrize("name", NETS)
def test_units_have_norm_one_and_zeros_are_exact(name, bias, rooted_system):
    net, *arrays = problem(name)
    params, x, y = rooted_system.take(tuple(arrays))
    n_weights = 40  # at most, of one unit
    zeros = 0
    for step in iterates(net, params, PathNormProximal(0.0625, 8.0, bias), [(x, y)] * 4):
        for hidden in couples(net)[0]:
            w, v = map(rooted_system.back, unit_norms(net, step.params, hidden, bias))
            assert abs(w - 1).max() <= 4 * n_weights * rooted_system.u
            zeros += (v == 0).sum()
    assert zeros or name == "one layer"


@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
def test_init_keeps_the_function_and_is_on_the_spheres(bias):
    net, params, x, _ = problem("mixed biases")
    start, state = PathNormProximal(1, 1, bias).init(net, params)
    assert state == ()
    assert abs(net.forward(start, x)[0] - net.forward(params, x)[0]).max() <= 100 * U * abs(net.forward(params, x)[0]).max()
    for hidden in couples(net)[0]:
        assert abs(unit_norms(net, start, hidden, bias)[0] - 1).max() <= 20 * U


def test_init_refuses_a_constant_unit():
    net = mlp((1, 1, 1))
    params = ((np.zeros((1, 1)), np.ones(1)), (), (np.ones((1, 1)), np.ones(1)))
    assert PathNormProximal(1, 1, "inside").init(net, params)
    with pytest.raises(ValueError, match="a unit with w = 0 and a bias outside of it"):
        PathNormProximal(1, 1, "free").init(net, params)


def test_a_zero_vector_goes_to_the_first_coordinate_vector(system):
    """y = 0, exactly, with the bias inside and outside; the other unit goes on as ever."""
    net = mlp((2, 2, 1))
    params = system.take(((np.array([[0.0, 1], [1, 0]]), np.zeros(2)), (), (np.ones((1, 2)), np.zeros(1))))
    d_params = system.take(((np.array([[0.0, 2], [-2, 0]]), np.zeros(2)), (), (np.zeros((1, 2)), np.zeros(1))))
    for bias in ("inside", "outside"):
        (W, b), _, (V, _) = PathNormProximal(0.5, 0.25, bias).step(net, params, (), d_params)[0]
        assert system.back(W).tolist() == [[1, 0], [1, 0]]
        assert system.back(b).tolist() == [0, 0]
        assert system.back(V).tolist() == [[0.875, 0.875]]


def test_a_dead_unit_stays_out_of_the_function():
    """w = b = 0, v = 0: its gradients are 0, so that w becomes the first coordinate vector, and v stays 0."""
    net = mlp((2, 2, 1))
    x, y = np.array([[1.0, 2], [3, 4]]), np.ones((2, 1))
    params = ((np.array([[0.0, 0], [0, 1]]), np.zeros(2)), (), (np.array([[0.0, 1]]), np.zeros(1)))
    _, d_params = loss_and_gradient(net, params, x, y)
    (W, _), _, (V, _) = PathNormProximal(0.0625, 0.125).step(net, params, (), d_params)[0]
    assert W[0].tolist() == [1, 0]
    assert V[0, 0] == 0


def test_fractions_say_where_a_root_is_missing():
    net = mlp((2, 1, 1), bias=False)
    params = exact((np.array([[1.0, 0]]),), (), (np.array([[1.0]]),))
    d_params = exact((np.array([[0.0, 1]]),), (), (np.array([[0.0]]),))
    with pytest.raises(Irrational, match="convert to balls"):
        PathNormProximal(1, 1).step(net, params, (), d_params)


# --- fixed points --------------------------------------------------------------------------------------

def three_layers():
    """Without biases, with a leftover layer u = 2: at v = u^2 = 4, r = -lam / (|x| u); another unit is inactive.

    x = 5 w: the residual r gives dL/dw = r u v x = -lam v w, dL/dv = 5 r u = -lam, dL/du = 5 r v = -lam u.
    """
    net, lam = mlp((2, 2, 1, 1), bias=False), Fraction(1)
    x = np.array([[Fraction(3), Fraction(4)]])
    W = np.array([[Fraction(3, 5), Fraction(4, 5)], [Fraction(5, 13), Fraction(12, 13)]])
    params = ((W,), (), (np.array([[Fraction(4), Fraction(0)]]),), (), (np.array([[Fraction(2)]]),))
    return net, params, x, np.array([[Fraction(40) + lam / 10]]), lam, "absent"


def inside():
    """w and its bias together (3, 4) / 5, along (x, 1); the output's bias c = -r / lam is in no couple."""
    net, lam = mlp((1, 1, 1)), Fraction(1, 2)
    params = ((np.array([[Fraction(3, 5)]]), np.array([Fraction(4, 5)])), (),
              (np.array([[Fraction(2)]]), np.array([Fraction(4, 5)])))
    y = Fraction(5, 2) + Fraction(4, 5) * (1 + lam)
    return net, params, np.array([[Fraction(3, 4)]]), np.array([[y]]), lam, "inside"


def free():
    """w = 1 and b = 1, x = 1 and 3: residuals lam and -lam, so that dL/db = 0 and dL/dv = -lam."""
    net, lam, v = mlp((1, 1, 1), bias=(True, False)), Fraction(1, 3), Fraction(5)
    params = ((np.array([[Fraction(1)]]), np.array([Fraction(1)])), (), (np.array([[v]]),))
    return net, params, np.array([[Fraction(1)], [Fraction(3)]]), np.array([[2 * v - lam], [4 * v + lam]]), lam, "free"


def outside():
    """w = 1, b = 1, x = 1, v = 2, r = -lam / 2: dL/dv = 2 r = -lam, dL/db = r v = -lam b."""
    net, lam = mlp((1, 1, 1), bias=(True, False)), Fraction(1, 3)
    params = ((np.array([[Fraction(1)]]), np.array([Fraction(1)])), (), (np.array([[Fraction(2)]]),))
    return net, params, np.array([[Fraction(1)]]), np.array([[4 + lam / 2]]), lam, "outside"


POINTS = pytest.mark.parametrize("point", [three_layers, inside, free, outside])


@POINTS
@pytest.mark.parametrize("lr", [Fraction(1, 100), Fraction(1, 7), Fraction(3)])
def test_a_stationary_point_is_a_fixed_point_exactly(point, lr):
    net, params, x, y, lam, bias = point()
    rule = PathNormProximal(lr, lam, bias)
    tree_map(assert_array_equal, rule.init(net, params)[0], params)
    stepped, _ = rule.step(net, params, (), loss_and_gradient(net, params, x, y)[1])
    tree_map(assert_array_equal, stepped, params)


@POINTS
def test_next_to_it_nothing_is_fixed(point):
    net, params, x, y, lam, bias = point()
    rule = PathNormProximal(Fraction(1, 100), lam, bias)
    stepped, _ = rule.step(net, params, (), loss_and_gradient(net, params, x, y + Fraction(1, 1000))[1])
    assert any((a != b).any() for (_, a), (_, b) in zip(leaves(stepped), leaves(params), strict=True))


def gradient_of_g(net, params, x, y, lam, bias):
    """By units: [(dG/dw, dG/dv)] of the couples; where v = 0, the excess of ||dL/dv|| over lam ||w|| as the latter."""
    d_params, sides = loss_and_gradient(net, params, x, y)[1], []
    for hidden in couples(net)[0]:
        w, d_w = (incoming(np, net, own, hidden, bias) for own in (params, d_params))
        v, d_v = (outgoing(np, net, own, hidden) for own in (params, d_params))
        w_norm, v_norm = unit_norms(net, params, hidden, bias)
        for i in range(hidden.n_units):
            dead = max(sum(d_v[i] ** 2) - lam**2 * w_norm[i] ** 2, 0 * lam)
            sides.append((d_w[i] + lam * v_norm[i] / w_norm[i] * w[i],
                          d_v[i] + lam * w_norm[i] / v_norm[i] * v[i] if v_norm[i] else dead))
    return sides


@pytest.mark.parametrize("point", [three_layers, inside, free])
def test_fixed_points_are_stationary_points_of_g(point):
    """The tangential part of dL/dw is 0 as fixed, the radial one -lam ||v|| by homogeneity, <dL/dw, w> = <dL/dv, v>."""
    for side in gradient_of_g(*point()):
        assert not any(np.ravel(part).any() for part in side)


def test_but_not_with_penalised_biases_outside_of_w():
    """There <dL/dw, w> + <dL/db, b> = <dL/dv, v>, so dG/dw = lam b^2 w: a smaller unit has a smaller G."""
    net, params, x, y, lam, bias = outside()
    (d_w, d_v), = gradient_of_g(net, params, x, y, lam, bias)
    assert d_w.tolist() == [lam]
    assert not d_v.any()
    (W, b), _, (V,) = params
    halved = ((W / 2, b / 2), (), (2 * V,))
    assert path_norm_objective(net, halved, x, y, lam, bias) < path_norm_objective(net, params, x, y, lam, bias)
    M = multitask_lasso_objective(net, params, x, y, lam, bias)
    assert path_norm_objective(net, params, x, y, lam, bias) == M  # what the step is one of, on the sphere


def test_fixed_points_without_biases_balance_the_couples_by_themselves():
    """<W, dL/dW> is the same of all layers, -lam sum ||v|| of an even one and -lam ||W||^2 of the leftover."""
    _, params, _, _, _, _ = three_layers()
    assert params[2][0].sum() == params[4][0].item() ** 2


@pytest.mark.parametrize("bias", ["inside", "free"])
def test_training_comes_to_rest_at_a_stationary_point_of_g(bias):
    """With sigma(t) = t: at a kink the steps of a constant lr go to and fro."""
    rng = np.random.default_rng(3)
    net = mlp((2, 6, 2), Identity(), bias=(True, False))
    x = rng.standard_normal((12, 2))
    y = np.stack([x[:, 0], abs(x[:, 1])], axis=1)
    rule = PathNormProximal(0.25, 0.0625, bias)
    *_, last = iterates(net, net.init(rng), rule, [(x, y)] * 3000)
    stepped, _ = rule.step(net, last.params, (), loss_and_gradient(net, last.params, x, y)[1])
    rest = max(abs(a - b).max() for (_, a), (_, b) in zip(leaves(stepped), leaves(last.params), strict=True)) / rule.lr
    assert rest <= 1e-7
    v = unit_norms(net, last.params, couples(net)[0][0], bias)[1]
    assert 0 < (v == 0).sum() < 6
    for d_w, d_v in gradient_of_g(net, last.params, x, y, rule.lam, Bias(bias)):
        # (dG/dv, the tangential dG/dw) is what the step has gone, per lr, to a factor of 1 + O(lr) for what is curved;
        # the radial dG/dw is <v, dG/dv>, all ||v|| < 2
        assert np.max(abs(d_w)) <= 10 * 1e-7
        assert np.max(abs(d_v)) <= 10 * 1e-7


# --- with Algorithm 2 ----------------------------------------------------------------------------------

def test_the_layers_are_balanced_between_the_gradient_step_and_the_prox():
    net, params, x, y = problem("mixed biases")
    lr, lam = 0.0625, 0.5
    rule = PathNormProximal(lr, lam, "free", layer_balance=True)
    params, _ = rule.init(net, params)
    _, d_params = loss_and_gradient(net, params, x, y)
    found, _ = rule.step(net, params, (), d_params)
    moved, _ = PathNormProximal(lr, 0, "free").step(net, params, (), d_params)  # without a penalty there is no prox
    balanced = layer_balance(net, moved)
    for hidden in couples(net)[0]:
        V = balanced[hidden.outgoing][0]
        size = np.sqrt((V * V).sum(axis=0))
        right = V * np.where(size > lam * lr, 1 - lam * lr / size, 0)
        assert abs(found[hidden.outgoing][0] - right).max() <= 20 * U * size.max()
        tree_map(assert_array_equal, found[hidden.incoming], balanced[hidden.incoming])
        tree_map(assert_array_equal, found[hidden.outgoing][1:], balanced[hidden.outgoing][1:])


def test_layer_balance_needs_biases_outside_of_w_and_a_homogeneous_chain():
    rule = PathNormProximal(1, 1, "inside", layer_balance=True)
    net = mlp((2, 3, 1))
    params = net.init(np.random.default_rng(0))
    with pytest.raises(ValueError, match="bias is 'inside': layer_balance rescales biases alone"):
        rule.init(net, params)
    with pytest.raises(ValueError, match="bias is 'inside'"):
        rule.step(net, params, (), params)
    bare = mlp((2, 3, 1), bias=False)
    assert rule.init(bare, bare.init(np.random.default_rng(0)))
    between = Net(Dense(1, 1), ReLU(), Dense(1, 1), Tanh(), Dense(1, 1), LeakyReLU(), Dense(1, 1))
    params = tree_map(lambda a: a + 1, between.init(np.random.default_rng(0)))
    assert PathNormProximal(1, 1, "outside").init(between, params)
    with pytest.raises(ValueError, match="layer 3 is Tanh"):
        PathNormProximal(1, 1, "outside", layer_balance=True).init(between, params)
