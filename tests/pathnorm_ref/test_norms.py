"""Norms of matrices against their definitions, norms of nets against the enumeration of all paths."""

import math
from fractions import Fraction

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import convnet, mlp
from pathnorm_ref.arrays import Irrational, ball, convert, tree_map
from pathnorm_ref.layers import AvgPool, Conv2d, Dense, Flatten, GlobalAvgPool, MaxPool, PReLU, ReLU, ReLU6, Tanh
from pathnorm_ref.network import Net
from pathnorm_ref.norms import (
    coupled_path_norm,
    frobenius,
    l_pq,
    log_path_norm,
    operator_matrix,
    operator_norm,
    path_norm,
    spectral,
    unit_norms,
    unit_path_norms,
)
from pathnorm_ref.rescaling import rescale
from pathnorm_ref.units import Bias, couples, hidden_layers, incoming, outgoing, weight_layers
from proofs_check import definitions
from proofs_check.cases import FACTORS, arrays, convnet_cases, mlp_cases

SETTINGS = settings(max_examples=40, deadline=None, derandomize=True)
U = 2.0**-53
RNG = np.random.default_rng(0)


def shape_of(case):
    return case.x.shape[1:]


# --- matrices ------------------------------------------------------------------------------------------

MATRICES = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(arrays)


@SETTINGS
@given(MATRICES, st.sampled_from([1, 2, math.inf]), st.sampled_from([1, 2, math.inf]))
def test_l_pq_is_its_definition(W, p, q):
    right = definitions.l_pq(W, p, q)
    assert abs(l_pq(W, p, q) - right) <= 2 * (W.size + 6) * U * right  # a rounding a term, and two roots, on each side
    if 2 not in (p, q):
        exact = convert(W, Fraction)
        assert l_pq(exact, p, q) == definitions.l_pq(exact, p, q)


@SETTINGS
@given(MATRICES)
def test_frobenius_and_spectral_are_their_definitions(W):
    right = definitions.p_norm(W.flat, 2)
    assert abs(frobenius(W) - right) <= 2 * (W.size + 3) * U * right
    # LAPACK's singular values are backward stable: off by p(n) u ||W||, p(4) taken as 64
    assert abs(spectral(W) - np.linalg.norm(W, 2)) <= 64 * U * right


@pytest.mark.parametrize("p", [1, 2, math.inf])
@pytest.mark.parametrize("q", [1, 2, math.inf])
def test_l_pq_in_every_system(p, q, system):
    W = np.array([[[3.0, 4.0]], [[-6.0, 8.0]]])
    if system.name == "fractions" and q == 2:
        with pytest.raises(Irrational, match="convert to balls"):
            l_pq(system.take((W,))[0], p, q)
        return
    found = l_pq(system.take((W,))[0], p, q)
    assert system.holds(found)
    right = definitions.l_pq(W, p, q)
    assert abs(float(system.back(found)) - right) <= 8 * max(system.u, U) * right  # two terms and a root, twice


def test_the_largest_of_overlapping_balls_encloses_both():
    W = np.array([[flint.arb(1, 0.5), flint.arb(1.25, 0.5)], [flint.arb(1.25, 0.5), flint.arb(1, 0.5)]], dtype=object)
    for matrix in (W, W[:1], W[:, ::-1]):
        for p in (1, math.inf):
            for q in (1, math.inf):
                found = l_pq(matrix, p, q)
                for corner in (-0.5, 0.5):
                    low_high = convert(np.array([[1.0 + corner, 1.25 - corner]] * len(matrix)), Fraction)
                    low_high = low_high if matrix is not W else np.array([low_high[0], low_high[1][::-1]])
                    assert found.contains(ball(definitions.l_pq(low_high, p, q)))


@pytest.mark.parametrize(("W", "norm"), [
    (np.zeros((2, 3)), 0.0), (np.eye(3), 1.0), (np.diag([2.0, -2.0, 1.0]), 2.0), (np.ones((3, 4)), math.sqrt(12)),
    (np.diag([2.0, 2.0, 0.0]), 2.0), (np.array([[3.0, 4.0], [4.0, -3.0]]), 5.0), (np.array([[3.0, 4.0]]), 5.0),
    (np.array([[3.0], [4.0]]), 5.0), (np.diag([1e150, 1e-150]), 1e150), (np.diag([1e-150, 1e-150]), 1e-150),
    (np.kron(np.eye(3), [[1.0, 2.0]]), math.sqrt(5)), (np.zeros((0, 3)), 0.0), (np.zeros((3, 0)), 0.0),
    (np.diag([1.0, 1.0 - 1e-13]), 1.0),
], ids=str)
def test_spectral_norms_of_known_matrices(W, norm, rooted_system):
    if rooted_system.name == "float32" and W.size and abs(W).max() > 1e38:
        W, norm = W / 1e130, norm / 1e130
    if rooted_system.name == "float32" and W.size and 0 < abs(W).max() < 1e-38:
        W, norm = W * 1e130, norm * 1e130
    found = spectral(rooted_system.take((W,))[0])
    assert W.size == 0 or rooted_system.holds(found)
    assert abs(float(rooted_system.back(found)) - norm) <= 64 * rooted_system.u * norm
    if W.size and rooted_system.name == "balls":
        assert found.overlaps(ball(norm))
        assert float(found.rad()) <= 64 * U * norm


@SETTINGS
@given(MATRICES, st.sampled_from([1.0, 2.0**-20, 2.0**20]))
def test_the_spectral_norm_in_balls_encloses_the_true_one(W, scale):
    found = spectral(convert(W * scale, ball))
    with flint.ctx.workprec(200):
        precise = spectral(convert(W * scale, ball))
    assert found.overlaps(precise)
    assert abs(float(precise.mid()) - np.linalg.norm(W * scale, 2)) <= 64 * U * np.linalg.norm(W * scale)
    assert float(precise.rad()) <= 2.0**-190 * float(precise.mid())


def test_the_spectral_norm_of_wide_balls_encloses_all_matrices_inside():
    centre, width = RNG.standard_normal((3, 4)), 1e-4
    found = spectral(convert(centre, ball) + flint.arb(0, width))
    for _ in range(20):
        assert found.contains(ball(float(np.linalg.norm(centre + width * RNG.uniform(-1, 1, (3, 4)), 2))))
    # repeated eigenvalues, of which trace(G^k)^(1/k) alone is too large
    assert spectral(convert(np.eye(8), ball) + flint.arb(0, 1e-3)).contains(1)
    around_zero = spectral(convert(np.zeros((2, 2)), ball) + flint.arb(0, 1))
    assert around_zero.contains(ball(2))
    assert around_zero.contains(0)


def test_spectral_refuses():
    with pytest.raises(Irrational, match="convert to balls"):
        spectral(convert(np.eye(2), Fraction))
    assert spectral(convert(np.array([[3.0, 4.0]]), Fraction)) == 5
    with pytest.raises(ValueError, match=r"W has shape \(2,\): it must be a matrix"):
        spectral(np.ones(2))
    with pytest.raises(TypeError, match="W has dtype int64: it must be floating"):
        spectral(np.ones((2, 2), dtype=int))
    with pytest.raises(ValueError, match="W holds NaN"):
        spectral(np.full((2, 2), np.nan))


def test_l_pq_refuses():
    for bad in (3, 0, "2"):
        with pytest.raises(ValueError, match=f"p or q is {bad!r}: it must be 1, 2 or inf"):
            l_pq(np.ones((2, 2)), bad, 1)
        with pytest.raises(ValueError, match=f"p or q is {bad!r}"):
            l_pq(np.ones((2, 2)), 1, bad)
    with pytest.raises(ValueError, match=r"W has shape \(0, 2\): it must have units"):
        l_pq(np.ones((0, 2)), 1, 1)


# --- operators -----------------------------------------------------------------------------------------

CONVOLUTIONS = [Conv2d(1, 1, (1, 2)), Conv2d(2, 3, 2, stride=2, padding=1), Conv2d(2, 4, 2, groups=2),
                Conv2d(1, 2, 2, dilation=2, padding=(0, 1, 1, 0), bias=False),
                Conv2d(2, 2, 3, stride=(1, 2), padding=1)]


@pytest.mark.parametrize("layer", CONVOLUTIONS, ids=repr)
def test_the_operator_of_a_convolution_is_the_looped_one(layer, system):
    shape, win = (layer.n_in, 4, 5), layer.windows
    params = tuple(RNG.integers(-3, 4, shape).astype(float) for shape in layer.param_shapes)
    right = definitions.operator_matrix(lambda x: definitions.conv2d(
        x[None], params[0], None, win.stride, win.padding, win.dilation, layer.groups), shape)
    found = operator_matrix(layer, system.take(params), shape)
    assert system.holds(found)
    assert_array_equal(system.back(found), right)  # integers
    if system.name != "fractions":
        # singular values are off by p(n) u ||W||, p(n) taken as n^2
        bound = system.u * found.shape[0] * found.shape[1] * np.linalg.norm(right)
        norm = float(system.back(operator_norm(layer, system.take(params), shape)))
        assert abs(norm - np.linalg.norm(right, 2)) <= bound


def test_the_norm_of_a_convolution_is_not_that_of_its_reshaped_kernel():
    layer, kernel = Conv2d(1, 1, (1, 2), bias=False), np.array([[[[0.6, 0.8]]]])
    assert abs(spectral(kernel.reshape(1, 2)) - 1) <= 4 * U
    # rows (0.6, 0.8) shifted: W W^T is tridiagonal, 1 and 0.48, with eigenvalues 1 + 0.96 cos(pi k / (n + 1))
    for width in (2, 3, 9):
        right = math.sqrt(1 + 0.96 * math.cos(math.pi / width))
        assert abs(operator_norm(layer, (kernel,), (1, 1, width)) - right) <= 2 * width**2 * U * right
    assert operator_norm(layer, (kernel,), (1, 1, 9)) > 1.37


def test_the_operator_of_a_dense_layer_is_its_matrix(system):
    W, b = RNG.integers(-3, 4, (2, 3)).astype(float), np.ones(2)
    assert_array_equal(system.back(operator_matrix(Dense(3, 2), system.take((W, b)), (3,))), W)


def test_operators_refuse():
    for layer, params in ((ReLU(), ()), (PReLU(2), (np.ones(2),)), (MaxPool(2), ())):
        with pytest.raises(TypeError, match="it must be a dense or a convolution layer"):
            operator_norm(layer, params, (2,))
    with pytest.raises(ValueError, match=r"x has shape \(1, 4\)"):
        operator_norm(Dense(3, 2), (np.ones((2, 3)), np.ones(2)), (4,))
    with pytest.raises(ValueError, match=r"params\[0\] .*shape \(3, 2\)"):
        operator_norm(Dense(3, 2), (np.ones((3, 2)), np.ones(2)), (3,))


# --- units ---------------------------------------------------------------------------------------------

@SETTINGS
@given(st.sampled_from(list(Bias)).flatmap(lambda bias: st.one_of(mlp_cases(bias), convnet_cases(bias))))
def test_unit_norms_and_their_sums(case):
    net, params, bias = case.net, case.params, case.bias
    for hidden, products in zip(hidden_layers(net), unit_path_norms(net, params, bias), strict=True):
        w, v = unit_norms(net, params, hidden, bias)
        rows, columns = incoming(np, net, params, hidden, bias), outgoing(np, net, params, hidden)
        for unit in range(hidden.n_units):
            for norm, weights in ((w[unit], rows[unit]), (v[unit], columns[unit])):
                right = definitions.p_norm(weights, 2)
                assert abs(norm - right) <= 2 * (len(weights) + 3) * U * right
        assert_array_equal(products, w * v)
    pairs = couples(net)[0]
    right = sum(float(a) for hidden in pairs for a in math.prod(unit_norms(net, params, hidden, bias)))
    assert abs(coupled_path_norm(net, params, bias) - right) <= 2 * U * 10 * right  # at most ten units


def test_unit_norms_in_every_system(rooted_system):
    net, system = convnet((1, 2, 3), 2, (4, 4)), rooted_system
    params = net.init(np.random.default_rng(0))
    found = coupled_path_norm(net, system.take(params), "free")
    assert system.holds(found)
    right = coupled_path_norm(net, params, "free")
    assert abs(float(system.back(found)) - right) <= 80 * system.u * right  # 18 terms a norm, 2 units, both sides


def test_one_layer_nets_have_no_couples(system):
    net = mlp((2, 1))
    params = system.take((((np.array([[3.0, -4.0]])), np.array([2.0])),))
    for bias in ("inside", "outside", "free"):
        assert float(system.back(coupled_path_norm(net, params, bias))) == 0
        assert unit_path_norms(net, params, bias) == ()
    assert float(system.back(path_norm(net, params, (2,)))) == 9
    with pytest.raises(ValueError, match="bias is 'absent'"):
        coupled_path_norm(net, params, "absent")


# --- path norms ----------------------------------------------------------------------------------------

@SETTINGS
@given(mlp_cases(Bias.FREE, n_layers=(1, 4)))
def test_the_path_norm_is_the_sum_over_all_paths_exactly(case):
    params = convert(case.params, Fraction)
    indices = weight_layers(case.net)
    W, b = [params[i][0] for i in indices], [params[i][1] if case.net[i].bias else None for i in indices]
    assert path_norm(case.net, params, shape_of(case)) == definitions.path_sum(W, b)
    square = definitions.path_sum(W, b, 2)
    try:
        assert path_norm(case.net, params, shape_of(case), 2) ** 2 == square
    except Irrational:
        assert (path_norm(case.net, convert(params, ball), shape_of(case), 2) ** 2).contains(ball(square))


def as_matrix(layer, own, shape):
    """The layer on maps of `shape` as a matrix of weights of paths: a pooling weighs as the docstring says."""
    if isinstance(layer, (Dense, Conv2d)):
        return operator_matrix(layer, own, shape)
    size = math.prod(layer.windows.kernel) if isinstance(layer, AvgPool) else 1
    if isinstance(layer, (MaxPool, AvgPool)):
        n, win = shape[0], layer.windows
        out = layer.out_shape((1, *shape))[1:]
        M = convert(np.zeros((*out, *shape)), Fraction)
        for c, i, j in np.ndindex(*out):
            for _, _, row, column in definitions.seen(shape[1:], win.kernel, win.stride, win.padding, (1, 1), i, j):
                M[c, i, j, c, row, column] = Fraction(1, size)
        return M.reshape(math.prod(out), n * shape[1] * shape[2])
    if isinstance(layer, GlobalAvgPool):
        return convert(np.kron(np.eye(shape[0]), np.ones((1, math.prod(shape[1:])))), Fraction) / math.prod(shape[1:])
    return None


@SETTINGS
@given(convnet_cases(Bias.ABSENT))
def test_the_path_norm_of_a_convnet_is_that_of_its_matrices(case):
    params, shape = convert(case.params, Fraction), shape_of(case)
    sums = squares = convert(np.ones(math.prod(shape)), Fraction)
    for layer, own in zip(case.net, params, strict=True):
        M = as_matrix(layer, own, shape)
        if M is not None:
            sums, squares = abs(M) @ sums, M**2 @ squares
        shape = layer.out_shape((1, *shape))[1:]
    assert path_norm(case.net, params, shape_of(case)) == sums.sum()
    found = path_norm(case.net, convert(params, ball), shape_of(case), 2)
    assert (found**2).overlaps(ball(squares.sum()))


def test_the_path_norm_through_a_global_average_and_groups():
    net = Net(Conv2d(2, 4, 2, groups=2), ReLU(), GlobalAvgPool(), Dense(4, 2))
    params = convert(tree_map(lambda a: RNG.integers(-4, 5, a.shape).astype(float), net.init(RNG)), Fraction)
    (W, b), _, _, (V, c) = params
    # every unit: 4 kernel elements, at each of 2 x 3 places with weight 1/6; so each path counts once
    right = sum(abs(V[o, u]) * (abs(W[u]).sum() + abs(b[u])) for o in range(2) for u in range(4)) + abs(c).sum()
    assert path_norm(net, params, (2, 3, 4)) == right
    found = log_path_norm(net, convert(params, float), (2, 3, 4))
    assert abs(found - math.log(right)) <= log_bound(net, found)


def test_the_log_path_norm_where_groups_read_units_of_several_scales():
    net = Net(Conv2d(1, 4, 1), ReLU(), Conv2d(4, 4, 2, groups=2), ReLU(), Flatten(), Dense(16, 2))
    params = tree_map(lambda a: RNG.integers(1, 9, a.shape).astype(float), net.init(RNG))
    (W, b), *others = params
    scales = np.array([1e-9, 1.0, 1e6, 1e-3])
    params = ((W * scales[:, None, None, None], b * scales), *others)
    for p in (1, 2):
        right = path_norm(net, convert(params, ball), (1, 3, 3), p).log()
        found = log_path_norm(net, params, (1, 3, 3), p)
        assert abs(found - float(right)) <= log_bound(net, found)


@SETTINGS
@given(st.one_of(mlp_cases(Bias.FREE), convnet_cases(Bias.FREE)), st.data(), st.sampled_from([1, 2]))
def test_path_norms_do_not_change_under_rescaling(case, data, p):
    params = convert(case.params, Fraction)
    factors = tuple(np.array(data.draw(st.lists(FACTORS, min_size=h.n_units, max_size=h.n_units)))
                    for h in hidden_layers(case.net))
    rescaled = rescale(case.net, params, factors)
    if p == 1:
        assert path_norm(case.net, rescaled, shape_of(case)) == path_norm(case.net, params, shape_of(case))
    logs = [log_path_norm(case.net, convert(each, float), shape_of(case), p) for each in (params, rescaled)]
    assert logs[0] == logs[1] == -math.inf or abs(logs[0] - logs[1]) <= log_bound(case.net, logs[0])


def log_bound(net, log_norm, u=U):
    """Of the logarithms of a layer, below 1000 in size, each is off by 1000 u; each term of a sum adds u."""
    weights = [net[i] for i in weight_layers(net)]
    roundings = sum(4 * 1000 + math.prod(layer.param_shapes[0][1:]) for layer in weights)
    return u * (roundings + len(weights) * abs(log_norm))


@SETTINGS
@given(st.one_of(mlp_cases(Bias.FREE), convnet_cases(Bias.FREE)), st.sampled_from([1, 2]))
def test_the_log_path_norm_is_the_logarithm_of_the_path_norm(case, p):
    exact = path_norm(case.net, convert(case.params, ball), shape_of(case), p)
    found = log_path_norm(case.net, case.params, shape_of(case), p)
    if exact == 0:
        assert found == -math.inf
        assert log_path_norm(case.net, convert(case.params, ball), shape_of(case), p) == -math.inf
        return
    assert abs(found - float(exact.log())) <= log_bound(case.net, found)
    assert log_path_norm(case.net, convert(case.params, ball), shape_of(case), p).overlaps(exact.log())


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("scale", [1e-150, 0.01, 1.0, 1e150])
@pytest.mark.parametrize("biases", ["none", "zero", "tiny", "like the weights"])
def test_the_log_path_norm_of_200_layers_is_exact(p, scale, biases):
    rng = np.random.default_rng(0)
    net = mlp((2,) * 201, bias=biases != "none")
    size = {"none": 0, "zero": 0.0, "tiny": 1e-300, "like the weights": scale}[biases]
    params = tuple(tuple((scale if array.ndim == 2 else size) * rng.standard_normal(array.shape) for array in own)
                   for own in net.init(rng))
    # every float is an integer over 2^1074: the sum over paths, times 2^(1074 p) for every layer, in integers
    a, exponent = np.array([1, 1], dtype=object), 0
    for own in filter(None, params):
        W, *b = (np.vectorize(lambda w: int(abs(Fraction(w)) * 2**1074) ** p, otypes=[object])(array) for array in own)
        a, exponent = W @ a + (b[0] * 2**exponent if b else 0), exponent + 1074 * p
    right = ball(int(a.sum())).log() - exponent * ball(2).log()
    found = log_path_norm(net, params, (2,), p)
    assert abs(found - float(right) / p) <= log_bound(net, found)


def test_the_log_path_norm_where_weights_of_one_layer_range_over_all_floats():
    diagonal = np.diag([1e150, 1e-150])
    net = mlp((2, 2, 2), bias=False)
    for p in (1, 2):
        params = ((diagonal,), (), (diagonal[::-1, ::-1].copy(),))
        assert abs(log_path_norm(net, params, (2,), p) - math.log(2) / p) <= 4000 * U
    net = Net(Conv2d(1, 2, 2, bias=False), MaxPool(2, 1), Flatten(), Dense(4, 1, False))
    kernel = np.stack([np.full((1, 2, 2), 1e150), np.full((1, 2, 2), 1e-150)])
    V = np.array([[1e-150] * 2 + [1e150] * 2])
    # 2 maps of 2 pixels, each a window of 4 pixels of 4 elements: 64 paths of weight one
    assert abs(log_path_norm(net, ((kernel,), (), (), (V,)), (1, 3, 4), 2) - math.log(64) / 2) <= 8000 * U


def test_path_norms_in_every_system(system):
    net = convnet((1, 2), 2, (4, 4))
    params = tree_map(lambda a: RNG.integers(-3, 4, a.shape).astype(float), net.init(RNG))
    found = path_norm(net, system.take(params), (1, 4, 4))
    assert system.holds(found)
    right = path_norm(net, params, (1, 4, 4))
    assert float(system.back(found)) == right  # integers below 2^24
    if system.name == "fractions":
        with pytest.raises(Irrational, match="convert to balls"):
            log_path_norm(net, system.take(params), (1, 4, 4))
    else:
        found = log_path_norm(net, system.take(params), (1, 4, 4))
        assert abs(float(found) - math.log(right)) <= log_bound(net, 10, system.u)


@pytest.mark.parametrize("zero", [0, 2, 4])
def test_zero_nets_have_path_norm_zero(zero, system):
    net = mlp((2, 3, 3, 2), bias=False)
    params = tuple(tuple(0 * a if i == zero else a for a in own) for i, own in enumerate(net.init(RNG)))
    for p in (1, 2):
        assert float(system.back(path_norm(net, system.take(params), (2,), p))) == 0
        assert log_path_norm(net, system.take(params), (2,), p) == -math.inf


def test_the_path_norm_of_a_function_is_not_one_number():
    """Two nets of one function: the path norm is one of the net, and of parameters only up to rescaling."""
    one, two = mlp((1, 1, 1), bias=False), mlp((1, 2, 1), bias=False)
    A = ((np.array([[1.0]]),), (), (np.array([[1.0]]),))
    B = ((np.array([[1.0], [1.0]]),), (), (np.array([[2.0, -1.0]]),))
    x = RNG.standard_normal((5, 1))
    assert_array_equal(one.forward(A, x)[0], two.forward(B, x)[0])
    assert (path_norm(one, A, (1,)), path_norm(two, B, (1,))) == (1, 3)


@pytest.mark.parametrize("f", [path_norm, log_path_norm])
def test_path_norms_refuse(f):
    for activation in (ReLU6(), Tanh()):
        net = mlp((1, 1, 1), activation)
        with pytest.raises(ValueError, match=f"layer 1 is {type(activation).__name__}.*homogeneous"):
            f(net, net.init(RNG), (1,))
    net = mlp((2, 1))
    for p in (0, 3, math.inf, "1"):
        with pytest.raises(ValueError, match=f"p is {p!r}: it must be 1 or 2"):
            f(net, net.init(RNG), (2,), p)
    with pytest.raises(ValueError, match=r"layer 0: x has shape \(1, 3\)"):
        f(net, net.init(RNG), (3,))
    with pytest.raises(ValueError, match=r"params .* 2"):
        f(net, (*net.init(RNG), ()), (2,))
    for shape in (2, None, "2", (2.0,), (True,), np.array([2])):
        with pytest.raises(TypeError, match=r"shape is .*: it must be the shape of one sample, a tuple of integers"):
            f(net, net.init(RNG), shape)
        with pytest.raises(TypeError, match="it must be the shape of one sample"):
            operator_norm(net[0], net.init(RNG)[0], shape)


def test_nets_without_weights_have_paths_through_their_activations(system):
    net = Net(PReLU(3), MaxPool(2))
    params = system.take(((np.array([0.5, 2.0, -1.0]),), ()))
    assert system.holds(path_norm(net, params, (3, 4, 2)))
    assert float(system.back(path_norm(net, params, (3, 4, 2)))) == 24
    if system.name != "fractions":
        assert abs(float(log_path_norm(net, params, (3, 4, 2))) - math.log(24)) <= 100 * system.u
    with pytest.raises(TypeError, match="params holds no array"):
        path_norm(Net(ReLU()), ((),), (2,))
