"""Adam: by hand, against exact arithmetic, against PyTorch; where it starts, what it forgets, what it does not promise."""

import math
from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import Irrational, NotFinite, ball, convert, leaves, tree_map
from pathnorm_ref.objectives import loss_and_gradient, weight_decay_and_gradient, weight_decay_objective
from pathnorm_ref.training import Adam
from tests.pathnorm_ref.training.nets import NETS, exact, problem

U = 2.0**-53
ONE = mlp((1, 1), bias=False)


def one(value):
    """Params of ONE, or a gradient, a Fraction."""
    return ((np.array([[Fraction(value)]], dtype=object),),)


def test_two_steps_by_hand():
    """beta1 = 1/2, beta2 = 3/4, eps = 1, lr = 1, lam = 1/2, from W = 1.

    d = 5/2 + 1/2 = 3: m = 3/2, v = 9/4, over 1/2 and 1/4: W = 1 - 3 / (3 + 1) = 1/4.
    d = 7/8 + 1/8 = 1: m = 3/4 + 1/2 = 5/4, over 3/4: 5/3; v = 27/16 + 1/4 = 31/16, over 7/16: 31/7, irrational; with
    d = 0 in its place m = 3/4, over 3/4: 1, v = 27/16, over 7/16: 27/7; so the second root is checked by its square.
    """
    rule = Adam(1, Fraction(1, 2), beta1=Fraction(1, 2), beta2=Fraction(3, 4), eps=1)
    params, state = rule.init(ONE, one(1))
    assert [array.item() for _, array in leaves(state)] == [0, 0, 0]
    params, state = rule.step(ONE, params, state, one(Fraction(5, 2)))
    assert params[0][0].item() == Fraction(1, 4)
    assert [array.item() for _, array in leaves(state)] == [1, Fraction(3, 2), Fraction(9, 4)]
    with pytest.raises(Irrational, match="the square root of 31/7 is not a Fraction"):
        rule.step(ONE, params, state, one(Fraction(7, 8)))
    params, state = convert((params, state), ball)
    (own,), (t, ((m,),), ((v,),)) = rule.step(ONE, params, state, convert(one(Fraction(7, 8)), ball))
    assert t[0] == 2 and m[0, 0] == ball(Fraction(5, 4)) and v[0, 0] == ball(Fraction(31, 16))
    root = ball(Fraction(5, 3)) / (ball(Fraction(1, 4)) - own[0][0, 0]) - 1
    assert (root**2).contains(ball(Fraction(31, 7))) and root.rad() < 1e-12


@pytest.mark.parametrize("bias", ["inside", "outside", "free"])
@pytest.mark.parametrize("name", NETS)
def test_the_first_step_is_lr_times_the_gradient_over_its_size(name, bias):
    """m / (1 - beta1) = d, v / (1 - beta2) = d^2: exactly so in Fractions, whatever the betas; biases and slopes that
    are not penalised do not decay."""
    net, *arrays = problem(name, n=2)
    params, x, y = exact(*arrays)
    rule = Adam(Fraction(1, 3), Fraction(2, 7), bias, beta1=0.9, beta2=0.999, eps=Fraction(1, 5))
    stepped, (t, m, v) = rule.step(net, *rule.init(net, params), loss_and_gradient(net, params, x, y)[1])
    _, d_F = weight_decay_and_gradient(net, params, x, y, Fraction(2, 7), bias)
    tree_map(assert_array_equal, stepped,
             tree_map(lambda W, d: W - d / 3 / (abs(d) + Fraction(1, 5)), params, d_F))
    tree_map(assert_array_equal, m, tree_map(lambda d: (1 - Fraction(0.9)) * d, d_F))
    tree_map(assert_array_equal, v, tree_map(lambda d: (1 - Fraction(0.999)) * d * d, d_F))
    assert_array_equal(t, [1])
    assert rule.objective(net, params, x, y) == weight_decay_objective(net, params, x, y, Fraction(2, 7), bias)


@pytest.mark.parametrize("n", [1, 3, 50])
def test_of_a_constant_gradient_every_step_is_the_first(n):
    """The corrections by 1 - beta^t make m and v the gradient and its square at every t; in Fractions exactly."""
    rule = Adam(Fraction(1, 8), 0, eps=1)
    params, state = rule.init(ONE, one(0))
    for _ in range(n):
        params, state = rule.step(ONE, params, state, one(-3))
    assert params[0][0].item() == Fraction(n, 8) * Fraction(3, 4)


@pytest.mark.parametrize("lam", [0.0, 0.01])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_step_is_the_step_of_exact_arithmetic(lam, dtype):
    """From each recorded state, in balls. d, m and v are a few roundings of their parts off, the root of v half of that
    relatively. The scalars 1 - beta^t are differences of Python floats, and at most 2^-53 / (1 - beta^t) < 1e-12 off."""
    net, *arrays = problem("mlp")
    params, x, y = convert(tuple(arrays), dtype)
    lr, lam = float(dtype(0.1)), float(dtype(lam))
    rule, u = Adam(lr, lam), float(np.finfo(dtype).eps) / 2
    params, state = rule.init(net, params)
    for _ in range(10):
        _, d_params = loss_and_gradient(net, params, x, y)
        found, (_, m, v) = rule.step(net, params, state, d_params)
        right, (_, right_m, right_v) = rule.step(net, *convert((params, state, d_params), ball))
        parts = zip(*map(leaves, (found, right, params, d_params, m, right_m, state[1], v, right_v)), strict=True)
        for (_, a), (_, b), (_, W), (_, d), (_, m_a), (_, m_b), (_, m_0), (_, v_a), (_, v_b) in parts:
            assert a.dtype == m_a.dtype == v_a.dtype == dtype
            size = abs(d) + lam * abs(W)  # of what d + lam W sums
            off_m = 8 * u * (abs(m_0) + size)
            assert (distance(m_a, m_b) <= off_m).all()
            assert (distance(v_a, v_b) <= 16 * u * (v_a + size**2)).all()
            squares = np.where(v_a > 0, v_a, 1)  # where v = 0, m = 0 too
            roots = np.sqrt(squares) / math.sqrt(1 - 0.999 ** float(state[0][0] + 1))
            off = 8 * u + 1e-12 + 16 * u * (v_a + size**2) / squares
            assert (distance(a, b) <= u * abs(W) + lr / (1 - 0.9) * (off_m + abs(m_a) * off) / roots).all()
        params, state = found, (state[0] + 1, m, v)


def distance(floats, balls):
    return np.array([float(abs(ball(float(a)) - b).abs_upper()) for a, b in zip(floats.flat, balls.flat, strict=True)]
                    ).reshape(floats.shape)


@pytest.mark.torch
@pytest.mark.parametrize("lam", [0.0, 0.01])
@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.0, 0.5), (0.5, 0.0)])
def test_torch_agrees_on_a_whole_run(lam, betas):
    """PyTorch's Adam makes its own run from the same start; the gradients of both are ours, at PyTorch's params."""
    torch = pytest.importorskip("torch")
    net, params, x, y = problem("mlp")
    rule = Adam(0.01, lam, beta1=betas[0], beta2=betas[1], eps=1e-3)
    params, state = rule.init(net, params)
    tensors = [torch.tensor(array, requires_grad=True) for _, array in leaves(params)]
    optimiser = torch.optim.Adam(tensors, lr=0.01, betas=betas, eps=1e-3, weight_decay=lam)
    for step in range(1, 21):
        theirs = iter(tensors)
        at = tree_map(lambda _, those=theirs: next(those).detach().numpy().copy(), params)
        _, d_params = loss_and_gradient(net, at, x, y)
        for tensor, (_, d) in zip(tensors, leaves(d_params), strict=True):
            tensor.grad = torch.tensor(d)
        optimiser.step()
        params, state = rule.step(net, params, state, d_params)
        for tensor, (_, array) in zip(tensors, leaves(params), strict=True):
            # entries below 8 and steps of at most 10 lr, both with fewer than 32 roundings, m over 1 - beta1 and eps
            assert abs(tensor.detach().numpy() - array).max() <= step * 32 * U * (8 + 10 * 0.01 / 1e-3)
        for tensor, (_, m), (_, v) in zip(tensors, leaves(state[1]), leaves(state[2]), strict=True):
            # means of entries below 16, and of their squares
            assert abs(optimiser.state[tensor]["exp_avg"].numpy() - m).max() <= step * 8 * U * 16
            assert abs(optimiser.state[tensor]["exp_avg_sq"].numpy() - v).max() <= step * 8 * U * 256
        assert state[0][0] == step == optimiser.state[tensors[0]]["step"]


def test_without_gradient_nothing_moves():
    net, params, _, _ = problem("mlp")
    still = tree_map(np.zeros_like, params)
    rule = Adam(0.1, 0.0)
    start, state = rule.init(net, params)
    for _ in range(3):
        start, state = rule.step(net, start, state, still)
        tree_map(assert_array_equal, start, params)
    # but what moved goes on: m decays more slowly than it is forgotten
    moved, state = rule.step(net, start, state, tree_map(np.ones_like, params))
    after, _ = rule.step(net, moved, state, still)
    tree_map(lambda a, b: pytest.fail("stopped") if not (a < b).all() else None, after, moved)


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e-8, 1.0, 1e8, 1e150])
def test_gradients_of_all_sizes(size):
    """lr d / (|d| + eps), also where d^2 underflows: then the root is 0, and eps, of which |d| is no part, decides."""
    net = mlp((1, 1), bias=False)
    rule = Adam(0.5, 0)
    for d in (size, -size):
        stepped, _ = rule.step(net, *rule.init(net, ((np.zeros((1, 1)),),)), ((np.array([[d]]),),))
        assert abs(stepped[0][0][0, 0] / (-0.5 * d / (abs(d) + 1e-8)) - 1) <= 1e-14  # a dozen roundings


def test_gradients_beyond_the_root_of_the_largest_float():
    net, huge = mlp((1, 1), bias=False), ((np.array([[1e200]]),),)
    rule = Adam(0.5, 0)
    with np.errstate(over="ignore"):
        stepped, state = rule.step(net, *rule.init(net, huge), huge)
    with pytest.raises(NotFinite, match=r"state\[2\]\[0\]\[0\] holds NaN or infinity"):
        rule.step(net, stepped, state, huge)


@pytest.mark.parametrize("lr", [1, Fraction(1, 10**9)])
def test_the_objective_can_rise_at_every_rate(lr):
    """L = w^2 / 2 at w = lr / 4: the first step is longer than lr / 2 for eps < lr / 4."""
    x = np.array([[Fraction(1)]], dtype=object)
    rule = Adam(lr, 0, eps=Fraction(lr) / 8)
    params, state = rule.init(ONE, one(Fraction(lr) / 4))
    value, d_params = loss_and_gradient(ONE, params, x, 0 * x)
    after, _ = rule.step(ONE, params, state, d_params)
    assert after[0][0].item() == Fraction(lr) * (Fraction(1, 4) - Fraction(2, 3))
    assert rule.objective(ONE, after, x, 0 * x) > value


@pytest.mark.parametrize(("change", "error", "message"), [
    (lambda t, m, v: (t, m), ValueError, "state is a tuple of 2: it must be"),
    (lambda t, m, v: [t, m, v], ValueError, "state is a list of 3: it must be"),
    (lambda t, m, v: (np.zeros(2), m, v), ValueError, r"state\[0\] has shape \(2,\): it must be t"),
    (lambda t, m, v: (t - 1, m, v), ValueError, r"state\[0\] is -1.0: it must be t"),
    (lambda t, m, v: (t + 0.5, m, v), ValueError, r"state\[0\] is 0.5: it must be t"),
    (lambda t, m, v: (0, m, v), TypeError, r"state\[0\] is a builtins.int"),
    (lambda t, m, v: (t, m, ()), ValueError, r"state\[2\]\[0\]\[0\] is missing"),
    (lambda t, m, v: (t.astype(np.float32), m, v), TypeError, r"state\[0\] .*float32"),
    (lambda t, m, v: (t, m, tree_map(lambda a: a - 1, v)), ValueError, r"state\[2\]\[0\]\[0\] has a negative entry"),
])
def test_what_is_no_state(change, error, message):
    net, params, _, _ = problem("one layer")
    rule = Adam(1, 1)
    params, state = rule.init(net, params)
    with pytest.raises(error, match=message):
        rule.step(net, params, change(*state), params)


@pytest.mark.parametrize("to", [Fraction, ball])
def test_a_negative_mean_of_squares_is_refused_in_every_system(to):
    params, (t, m, v) = convert(Adam(1, 0).init(ONE, one(1)), to)
    with pytest.raises(ValueError, match=r"state\[2\]\[0\]\[0\] has a negative entry"):
        Adam(1, 0).step(ONE, params, (t, m, tree_map(lambda a: a - 1, v)), params)


@pytest.mark.parametrize(("dtype", "eps"), [(np.float32, 1e-50), (np.float64, Fraction(1, 10**400))])
def test_an_eps_that_rounds_to_zero_is_refused(dtype, eps):
    """Where the gradient is 0 the step would be 0 / 0; one that is a subnormal number will do."""
    params = ((np.zeros((1, 1), dtype),),)
    least = float(np.finfo(dtype).smallest_subnormal)
    stepped, _ = Adam(1, 0, eps=least).step(ONE, *Adam(1, 0, eps=least).init(ONE, params), params)
    assert stepped[0][0] == 0
    with pytest.raises(ValueError, match=f"eps is .*: it must be greater than 0 in {np.dtype(dtype)}"):
        Adam(1, 0, eps=eps).step(ONE, *Adam(1, 0, eps=eps).init(ONE, params), params)
    exact = convert(params, Fraction)
    assert Adam(1, 0, eps=eps).step(ONE, *Adam(1, 0, eps=eps).init(ONE, exact), exact)[0][0][0].item() == 0
