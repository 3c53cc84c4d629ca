"""Gradient projection descent: Algorithm 1 of Wen et al. 2021 transcribed, its class, where it rests, what it takes off."""

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import convert, leaves, tree_map
from pathnorm_ref.complexity import why_outside
from pathnorm_ref.layers import AvgPool, BatchNorm, Conv2d, Dense, Dropout, Flatten, MaxPool, ReLU, Tanh
from pathnorm_ref.network import Net
from pathnorm_ref.objectives import loss_and_gradient
from pathnorm_ref.training import Adam, Balanced, GradientProjection, Lasso, Pruning, WeightDecay, iterates
from pathnorm_ref.units import weight_layers
from tests.pathnorm_ref.training.nets import NETS, exact, frozen, problem

U = 2.0**-53
C = Fraction(9, 10)
EIGHTH = Fraction(1, 8)

INNER = {
    "gradient descent": WeightDecay(EIGHTH, 0),
    "weight decay": WeightDecay(EIGHTH, Fraction(1, 7), "free"),
    "momentum": WeightDecay(EIGHTH, 0, momentum=Fraction(1, 2)),
    "lasso": Lasso(EIGHTH, Fraction(1, 50), "free"),
}


# --- Algorithms 1 and 2, as printed ----------------------------------------------------------------------

def algorithm_2(v, c):
    """v a list. Its p* is that of the ball for ||v||_1 > c, where alone Algorithm 1 calls it."""
    mu = sorted(map(abs, v), reverse=True)
    p_star = max(p for p in range(1, len(v) + 1) if mu[p - 1] - (sum(mu[:p]) - c) / p > 0)
    theta = (sum(mu[:p_star]) - c) / p_star
    return [(1 if entry > 0 else -1) * max(abs(entry) - theta, 0) for entry in v]


def columns(own):
    """Those of tilde V = (B, W^T)^T, as lists: of each unit its bias, if there is one, and then its weights."""
    W, *b = own
    return [[*(array[j] for array in b), *W[j].ravel()] for j in range(W.shape[0])]


def with_columns(own, lists):
    W, *b = (array.copy() for array in own)
    for j, v in enumerate(lists):
        for array in b:
            array[j] = v[0]
        W[j] = np.array(v[len(b):], dtype=W.dtype).reshape(W[j].shape)
    return (W, *b)


def projected(params, c, layers):
    """The inner loop of Algorithm 1 on the given layers; how many columns were outside, and how many not."""
    params, outside, inside = list(params), 0, 0
    for l in layers:
        lists = columns(params[l])
        for j, v in enumerate(lists):
            if sum(map(abs, v)) > c:
                lists[j] = algorithm_2(v, c)
                outside += 1
            else:
                inside += 1
        params[l] = with_columns(params[l], lists)
    return tuple(params), outside, inside


def same(found, right):
    for (name, a), (_, b) in zip(leaves(found), leaves(right), strict=True):
        assert_array_equal(a, b, name)


# --- a step ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("output", ["free", "frozen", "projected"])
@pytest.mark.parametrize("name", NETS)
def test_a_step_is_algorithm_1_exactly(name, output):
    """Gradient descent inside, three steps in Fractions: all gradients at V^(t), then column by column."""
    net, *arrays = problem(name, n=2)
    params, x, y = exact(*arrays)
    *hidden, last = weight_layers(net)
    layers = [*hidden, last] if output == "projected" else hidden
    rule = GradientProjection(INNER["gradient descent"], C, output=output)
    right, outside, inside = projected(params, C, layers)
    found, state = rule.init(net, params)
    same(found, right)
    for _ in range(3):
        _, d_params = loss_and_gradient(net, found, x, y)
        right = tree_map(lambda V, d: V - EIGHTH * d, found, d_params)
        if output == "frozen":
            right = (*right[:last], found[last], *right[last + 1:])
        right, out, within = projected(right, C, layers)
        found, state = rule.step(net, found, state, d_params)
        same(found, right)
        outside, inside = outside + out, inside + within
    assert (outside and inside) or len(layers) == 0  # the cases meet both sides


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("name", ["mixed biases", "groups"])
def test_around_any_rule_a_step_is_its_step_then_projected(name, inner):
    """And its memory is the rule's own: a velocity is not projected."""
    net, *arrays = problem(name, n=2)
    params, x, y = exact(*arrays)
    rule, layers = GradientProjection(INNER[inner], C), weight_layers(net)[:-1]
    params, state = rule.init(net, params)
    total = 0
    for _ in range(3):
        _, d_params = loss_and_gradient(net, params, x, y)
        own, own_state = INNER[inner].step(net, params, state[0], d_params)
        right, outside, _ = projected(own, C, layers)
        total += outside
        assert rule.objective(net, params, x, y) == INNER[inner].objective(net, params, x, y)
        params, state = rule.step(net, params, state, d_params)
        same(params, right)
        same(state[0], own_state)
    assert total


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_around_adam(dtype):
    """Against the exact projection of the recorded step of Adam. An entry is off by a few roundings of |v|, c and theta,
    and theta by as many, times the number of entries that its sum has (at most 5)."""
    net, *arrays = problem("mlp")
    params, x, y = convert(tuple(arrays), dtype)
    adam, u = Adam(0.125, 0.0), float(np.finfo(dtype).eps) / 2
    rule = GradientProjection(adam, 1.25)
    params, state = rule.init(net, params)
    for _ in range(5):
        _, d_params = loss_and_gradient(net, params, x, y)
        own, own_state = adam.step(net, params, state[0], d_params)
        right, outside, _ = projected(exact(own)[0], Fraction(5, 4), weight_layers(net)[:-1])
        assert outside
        params, state = rule.step(net, params, state, d_params)
        same(state[0], own_state)
        for (_, a), (_, b), (_, z) in zip(leaves(params), leaves(right), leaves(own), strict=True):
            assert a.dtype == dtype
            assert (abs(exact(a)[0] - b) <= 8 * 5 * u * (float(abs(z).max()) + 1.25)).all()


@pytest.mark.parametrize("name", NETS)
def test_inside_the_ball_a_step_is_the_rules_bit_for_bit(name):
    net, params, x, y = problem(name)
    params = tree_map(lambda a: np.where(a > 0, a, -0.0), params)
    rule = GradientProjection(INNER["momentum"], 1e6, output="projected")
    found, state = rule.init(net, params)
    assert [a.tobytes() for _, a in leaves(found)] == [a.tobytes() for _, a in leaves(params)]
    _, d_params = loss_and_gradient(net, params, x, y)
    d_params = tree_map(lambda d: np.where(d > 0, d, 0.0), d_params)  # some entries stay -0.0
    own, _ = INNER["momentum"].step(net, params, state[0], d_params)
    found, _ = rule.step(net, found, state, d_params)
    assert [a.tobytes() for _, a in leaves(found)] == [a.tobytes() for _, a in leaves(own)]


def test_chosen_layers_only():
    """5.3 of the document: its first two convolutions; others, a batch norm and pooling among them, are not touched."""
    net = Net(Conv2d(1, 2, 3, padding=1), BatchNorm(2), ReLU(), MaxPool(2), Conv2d(2, 3, 2), Tanh(),
              Conv2d(3, 2, 1, bias=False), AvgPool(1), Flatten(), Dropout(0.5, 3), Dense(2, 3), ReLU(), Dense(3, 2))
    rng = np.random.default_rng(0)
    params = tree_map(lambda a: a + 3 * rng.standard_normal(a.shape), net.init(rng))
    right, outside, _ = projected(params, 1.5, (0, 4))
    found, _ = GradientProjection(WeightDecay(1, 0), 1.5, (4, 0)).init(net, params)
    assert outside == 5
    for (name, a), (_, b) in zip(leaves(found), leaves(right), strict=True):
        # an entry: a few roundings of sums of at most 19 terms of size below 16
        np.testing.assert_allclose(a, b, rtol=0, atol=8 * 19 * U * 16, err_msg=name)
    same(found[5:], params[5:])
    every, _ = GradientProjection(WeightDecay(1, 0), 1.5).init(net, params)
    for i in (0, 4, 6, 10):
        assert max(sum(map(abs, v)) for v in columns(every[i])) <= 1.5 * (1 + 20 * U)
    same(every[12], params[12])


# --- the class -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("c", [Fraction(1, 3), Fraction(7, 5), Fraction(2)])
@pytest.mark.parametrize("inner", INNER)
def test_after_each_step_the_net_is_in_the_class_exactly(c, inner):
    """S_c of Section 2.3; with `projected` in the class SN_{c,o} of o = c."""
    net, *arrays = problem("mlp", n=3)
    params, x, y = exact(*arrays)
    assert why_outside(net, params, c)  # the start is outside
    for output, o in (("free", None), ("projected", c)):
        rule = GradientProjection(INNER[inner], c, output=output)
        start, state = rule.init(net, params)
        for _ in range(3):
            assert why_outside(net, start, c, o) is None
            start, state = rule.step(net, start, state, loss_and_gradient(net, start, x, y)[1])
        assert why_outside(net, start, c, o) is None


@pytest.mark.parametrize("name", ["convnet", "groups", "prelu", "mixed biases"])
def test_after_each_step_every_kernel_with_its_bias_is_in_the_ball(name):
    net, *arrays = problem(name, n=2)
    params, x, y = exact(*arrays)
    rule, touched = GradientProjection(INNER["momentum"], C), 0
    params, state = rule.init(net, params)
    for _ in range(3):
        params, state = rule.step(net, params, state, loss_and_gradient(net, params, x, y)[1])
        sums = [sum(map(abs, v)) for i in weight_layers(net)[:-1] for v in columns(params[i])]
        assert max(sums) <= C
        touched += sums.count(C)
    assert touched


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_in_floats_up_to_rounding(dtype):
    net, params, x, y = problem("convnet")
    params, x, y = convert((params, x, y), dtype)
    for value in iterates(net, params, GradientProjection(Adam(0.25, 0), 0.7), [(x, y)] * 5):
        for i in weight_layers(net)[:-1]:
            for v in columns(exact(value.params[i])[0]):
                # an ulp of each entry is more than the bound of simplex.projected; and 0.7 as the dtype has it
                assert sum(map(abs, v)) <= Fraction(0.7) * (1 + Fraction((len(v) + 1) * float(np.finfo(dtype).eps)))


# --- the output layer, and memory ------------------------------------------------------------------------

def test_a_frozen_output_is_that_of_the_start_in_memory_of_its_own():
    net, params, x, y = problem("mlp")
    frozen_rule, free = (GradientProjection(INNER["momentum"], C, output=output) for output in ("frozen", "free"))
    params, state = frozen_rule.init(net, frozen(params))
    start = params[-1]
    for _ in range(3):
        _, d_params = loss_and_gradient(net, params, x, y)
        after, after_state = frozen_rule.step(net, params, state, d_params)
        other, other_state = free.step(net, params, state, d_params)
        same(after[-1], start)
        assert not any(np.shares_memory(a, b) for a, b in zip(after[-1], params[-1], strict=True))
        same((after[:-1], after_state), (other[:-1], other_state))  # its velocity goes on
        assert (other[-1][0] != start[0]).any()
        params, state = after, after_state


@pytest.mark.parametrize("inner", [INNER["momentum"], Adam(0.0625, 0.125)])
def test_a_run_that_goes_on_is_the_uninterrupted_one_bit_for_bit(inner):
    net, *arrays = problem("convnet")
    params, x, y = convert(tuple(arrays), np.float32)
    rule, batches = GradientProjection(inner, 0.75), [(x[i:i + 4], y[i:i + 4]) for i in range(0, 5)]
    run = [value[1:] for value in iterates(net, params, rule, batches)]
    params, state, _ = pickle.loads(pickle.dumps(run[2]))
    for batch in batches[2:]:
        params, state = rule.step(net, params, state, loss_and_gradient(net, params, *batch)[1])
    for (_, a), (_, b) in zip(leaves((params, state)), leaves(run[-1][:2]), strict=True):
        assert a.tobytes() == b.tobytes() and a.dtype == np.float32


@pytest.mark.parametrize("theta", [0, Fraction(1, 3), 1000])
def test_the_thresholds_of_the_state_change_no_result(theta):
    net, *arrays = problem("groups", n=2)
    params, x, y = exact(*arrays)
    rule = GradientProjection(INNER["momentum"], C)
    params, (own, thresholds) = rule.init(net, params)
    assert [t.shape for t in thresholds] == [(4, 1), (2, 1)]
    _, d_params = loss_and_gradient(net, params, x, y)
    other = tree_map(lambda t: 0 * t + Fraction(theta), thresholds)
    same(rule.step(net, params, (own, other), d_params), rule.step(net, params, (own, thresholds), d_params))


def test_rules_around_rules():
    """Pruning sets units to 0, which are in every ball; a balance takes them out of it, and the next projection back."""
    net, *arrays = problem("mlp", n=2)
    params, x, y = exact(*arrays)
    pruning = Pruning(GradientProjection(Lasso(EIGHTH, 2), C))
    for value in iterates(net, params, pruning, [(x, y)] * 3):
        assert why_outside(net, value.params, C) is None
    params, x, y = arrays
    rule = GradientProjection(Balanced(INNER["momentum"]), C)
    for value in iterates(net, params, rule, [(x, y)] * 3):
        assert max(sum(map(abs, v)) for i in weight_layers(net)[:-1] for v in columns(value.params[i])) <= C * (1 + 6 * U)


# --- where it rests --------------------------------------------------------------------------------------

# L = 1/2 ((w - 3)^2 + (b - 1/2)^2) + const, from f(x) = w x + b at x = 1 and -1. In |w| + |b| <= 2 it is least at (2, 0),
# the projection of (3, 1/2), where the gradient (-1, -1/2) is largest on the support: lambda = 1.
LINE = mlp((1, 1))
X, Y = (np.array([[Fraction(a)], [Fraction(b)]], dtype=object) for a, b in ((1, -1), (Fraction(7, 2), Fraction(-5, 2))))


def line(w, b):
    return ((np.array([[Fraction(w)]], dtype=object), np.array([Fraction(b)], dtype=object)),)


RESTING = {
    "gradient descent": WeightDecay(EIGHTH, 0),
    "weight decay": WeightDecay(EIGHTH, Fraction(1, 5)),  # its gradient is (-3/5, -1/2)
    "momentum": WeightDecay(EIGHTH, 0, momentum=Fraction(9, 10)),
    "lasso": Lasso(EIGHTH, Fraction(2, 3)),
    "adam": Adam(EIGHTH, 0),
    "adam, weight decay": Adam(EIGHTH, Fraction(1, 5), eps=Fraction(1, 2)),
}


def steps(rule, params, n):
    return [value.params for value in iterates(LINE, params, rule, [(X, Y)] * n)]


@pytest.mark.parametrize("inner", RESTING)
def test_a_constrained_minimiser_rests(inner):
    """For ever, whatever the memory becomes: a velocity is a positive multiple of the gradient, and of a constant gradient
    the corrections of Adam make d / (|d| + eps), which is largest where d is."""
    rule = GradientProjection(RESTING[inner], 2, output="projected")
    for params in steps(rule, line(2, 0), 6):
        same(params, line(2, 0))


@pytest.mark.parametrize("start", [(1, 1), (-2, 0), (0, 2), (Fraction(3, 2), Fraction(1, 2)), (1, 0)])
@pytest.mark.parametrize("inner", RESTING)
def test_nothing_else_does(inner, start):
    _, params = steps(GradientProjection(RESTING[inner], 2, output="projected"), line(*start), 1)
    assert (params[0][0].item(), params[0][1].item()) != start


def test_momentum_runs_past_the_minimiser_though():
    """It comes with a velocity. Of c = 10 the minimiser is inside, at (3, 1/2)."""
    rule = GradientProjection(RESTING["momentum"], 10, output="projected")
    assert max(params[0][0].item() for params in steps(rule, line(0, 0), 12)) > 3
    assert max(params[0][0].item() for params in steps(
        GradientProjection(RESTING["gradient descent"], 10, output="projected"), line(0, 0), 12)) < 3


@pytest.mark.parametrize("momentum", [0.0, 0.5])
@pytest.mark.parametrize("c", [0.25, 1.0, 2.5])
def test_it_converges_to_the_constrained_minimiser_of_a_convex_problem(c, momentum):
    """Certified in Fractions. By convexity L(w) - L(u) <= <d, w - u>, for u in the balls at most the sum over outputs of
    <d, w> + c max |d|: the gap. And KKT: d = -lambda sign(w) on the support, |d| <= lambda off it."""
    net, rng = mlp((7, 2)), np.random.default_rng(3)
    x, y = rng.standard_normal((30, 7)), 2 * rng.standard_normal((30, 2))
    lr = 0.5 / np.linalg.eigvalsh(np.c_[x, np.ones(30)].T @ np.c_[x, np.ones(30)] / 30).max()
    rule = GradientProjection(WeightDecay(lr, 0, momentum=momentum), c, output="projected")
    *_, last = iterates(net, net.init(rng), rule, [(x, y)] * 400)
    params, x, y = exact(last.params, x, y)
    _, d_params = loss_and_gradient(net, params, x, y)
    zeros = 0
    for w, d in zip(columns(params[0]), columns(d_params[0]), strict=True):
        lam = max(map(abs, d))
        norm = sum(map(abs, w))
        assert abs(norm - Fraction(c)) <= 8 * 2 * U * c or (norm < c and lam <= 1e-13)  # 8 entries
        gap = sum(a * b for a, b in zip(w, d, strict=True)) + lam * Fraction(c)
        assert gap <= 1e-13  # 400 steps at a rate of at most 0.9 leave 5e-19; rounding of w: 8 * 16 U c |d|
        zeros += w.count(0)
        for a, b in zip(w, d, strict=True):
            assert a == 0 or abs(b + lam * (1 if a > 0 else -1)) <= 1e-13
    assert zeros or c == 2.5


# --- what a step takes off ---------------------------------------------------------------------------------

def quadratic(seed):
    """One dense layer of integers, its start, and a bound on the Lipschitz constant of its gradient: the trace."""
    rng = np.random.default_rng(seed)
    net = mlp((3, 2))
    x, y, W, b = (convert(rng.integers(-3, 4, shape).astype(float), Fraction) for shape in ((4, 3), (4, 2), (2, 3), 2))
    beta = ((x * x).sum() + len(x)) / len(x)
    return net, ((W, b),), x, y, beta


def shortfall(inner, lam, seed, n_steps):
    """By how much the steps of a rule, made from its rate, at most took off less than (1/lr - beta/2) ||step||^2."""
    net, params, x, y, beta = quadratic(seed)
    beta += lam
    found = []
    for lr in (1 / beta, Fraction(3, 2) / beta):
        rule = GradientProjection(inner(lr), Fraction(5, 2), output="projected")
        before, state = rule.init(net, params)
        for _ in range(n_steps):
            after, state = rule.step(net, before, state, loss_and_gradient(net, before, x, y)[1])
            way = sum(((a - b)**2).sum() for (_, a), (_, b) in zip(leaves(after), leaves(before), strict=True))
            taken = rule.objective(net, before, x, y) - rule.objective(net, after, x, y)
            found.append((1 / lr - beta / 2) * way - taken)
            before = after
    return max(found)


@pytest.mark.parametrize("bias", ["inside", "free"])
@pytest.mark.parametrize("lam", [Fraction(0), Fraction(1, 2)])
@pytest.mark.parametrize("kind", [WeightDecay, Lasso])
def test_a_step_takes_off_what_the_docstring_says_exactly(kind, lam, bias):
    for seed in range(20):
        smooth = lam if kind is WeightDecay else Fraction(0)
        shortfalls = shortfall(lambda lr: kind(lr, lam, bias), smooth, seed, 3)
        assert shortfalls <= 0


def test_around_momentum_it_does_not():
    assert max(shortfall(lambda lr: WeightDecay(lr, 0, momentum=EIGHTH), Fraction(0), seed, 3) for seed in range(5)) > 0


@pytest.mark.parametrize("lr", [1, EIGHTH, Fraction(1, 1000)])
def test_around_adam_the_objective_can_rise_at_every_rate(lr):
    """A tenth of a step away from a minimiser inside the ball."""
    rule = GradientProjection(Adam(lr, 0, eps=Fraction(lr) / 1000), 10, output="projected")
    start = line(3 + Fraction(lr) / 10, Fraction(1, 2))
    before, after = (rule.objective(LINE, params, X, Y) for params in steps(rule, start, 1))
    assert after > before


@pytest.mark.parametrize("bias", ["inside", "free"])
def test_around_lasso_a_step_is_the_proximal_step_of_penalty_and_ball_at_once(bias):
    """x = argmin sum a_i |x_i| + ||x - z||^2 / 2 in the ball, iff z_i - x_i = (a_i + mu) s_i, with s_i in [-1, 1], the sign
    of x_i where it has one, and mu >= 0, which is 0 inside: so soft thresholds add up. a_i = lr lam, or 0 if free."""
    net, params, x, y, beta = quadratic(0)
    lr, lam, c = 1 / beta, Fraction(1, 8), Fraction(3, 4)
    rule = GradientProjection(Lasso(lr, lam, bias), c, output="projected")
    params, state = rule.init(net, params)
    _, d_params = loss_and_gradient(net, params, x, y)
    z = tree_map(lambda V, d: V - lr * d, params, d_params)
    stepped, _ = rule.step(net, params, state, d_params)
    found = []
    for v, u in zip(columns(stepped[0]), columns(z[0]), strict=True):
        a = [lr * lam if i or bias == "inside" else 0 for i in range(len(v))]
        mu = max(abs(q - p) - r for p, q, r in zip(v, u, a, strict=True))
        assert mu >= 0 and (mu == 0 or sum(map(abs, v)) == c)
        assert all(q - p == (r + mu) * (1 if p > 0 else -1) for p, q, r in zip(v, u, a, strict=True) if p)
        found.append(mu)
    assert max(found) > 0


# --- arguments -------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: GradientProjection(WeightDecay, 1), TypeError, "rule is .*: it must be a training rule"),
    (lambda: GradientProjection(WeightDecay(1, 0), 0), ValueError, "c is 0: it must be greater than 0"),
    (lambda: GradientProjection(WeightDecay(1, 0), -1), ValueError, "c is -1: it must be greater than 0"),
    (lambda: GradientProjection(WeightDecay(1, 0), math.inf), ValueError, "c is inf: it must be finite"),
    (lambda: GradientProjection(WeightDecay(1, 0), math.nan), ValueError, "c is nan: it must be finite"),
    (lambda: GradientProjection(WeightDecay(1, 0), "1"), TypeError, "c is '1': it must be a real number"),
    (lambda: GradientProjection(WeightDecay(1, 0), 1, output="all"), ValueError, "output is 'all': it must be one of"),
    (lambda: GradientProjection(WeightDecay(1, 0), 1, output=None), ValueError, "output is None: it must be one of"),
    (lambda: GradientProjection(WeightDecay(1, 0), 1, [0]), TypeError, r"layers is \[0\]: it must be a tuple of integers"),
    (lambda: GradientProjection(WeightDecay(1, 0), 1, 0), TypeError, "layers is 0: it must be a tuple of integers"),
    (lambda: GradientProjection(WeightDecay(1, 0), 1, (True,)), TypeError, r"layers is \(True,\)"),
    (lambda: GradientProjection(WeightDecay(1, 0), 1, (0.0,)), TypeError, r"layers is \(0.0,\)"),
    (lambda: GradientProjection(WeightDecay(1, 0), 1, (0, 0)), ValueError, r"layers is \(0, 0\): it must hold different"),
])
def test_what_makes_no_rule(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(("layers", "message"), [
    ((1,), r"layers is \(1,\): it must be of the hidden weight layers \(0, 2\)"),
    ((0, 5), r"layers is \(0, 5\): it must be of the hidden weight layers"),
    ((-1,), r"layers is \(-1,\): it must be of the hidden weight layers"),
    ((0, 4), r"layers is \(0, 4\): layer 4 is the output layer, of which `output` decides"),
])
@pytest.mark.parametrize("output", ["free", "projected"])
def test_layers_that_the_net_does_not_have(layers, output, message):
    net, params, _, _ = problem("mlp")
    rule = GradientProjection(WeightDecay(1, 0), 1, layers, output)
    with pytest.raises(ValueError, match=message):
        rule.init(net, params)
    with pytest.raises(ValueError, match=message):
        rule.step(net, params, ((), ()), params)


@pytest.mark.parametrize(("state", "error", "message"), [
    ((), ValueError, "state is a tuple of 0: it must be"),
    (((), ()), ValueError, "state is a tuple of 2: it must be .* of 2 layers"),
    (((), 5), ValueError, "state is a tuple of 2: it must be"),
    (((np.ones(1),), (np.ones((4, 1)), np.ones((3, 1)))), ValueError,
     r"^state\[0\] is a tuple of 1: this rule has no memory"),
    (((), (np.ones((4, 1)), np.ones(3))), ValueError, r"state\[1\]\[1\] has shape \(3,\): it must be \(3, 1\)"),
    (((), (np.ones((4, 1)), 0)), TypeError, r"state\[1\]\[1\] is a builtins.int"),
    (((), (np.ones((4, 1)), np.ones((3, 1), np.float32))), TypeError, r"and state\[1\]\[1\] of float32"),
])
def test_what_is_no_state(state, error, message):
    net, params, _, _ = problem("mlp")
    with pytest.raises(error, match=message):
        GradientProjection(WeightDecay(1, 0), 1).step(net, params, state, params)


@pytest.mark.parametrize(("inner", "change", "message"), [
    (Adam(1, 0), lambda t, m, v: (t - 1, m, v), r"^state\[0\]\[0\] is -1.0: it must be t"),
    (Adam(1, 0), lambda t, m, v: (t[0], m, v), r"^state\[0\]\[0\] is a numpy.float64: it must be an array"),
    (Adam(1, 0), lambda t, m, v: (t[:0], m, v), r"^state\[0\]\[0\] has shape \(0,\): it must be t"),
    (Adam(1, 0), lambda t, m, v: (m, v), r"^state\[0\] is a tuple of 2: it must be \(t, m, v\)"),
    (Adam(1, 0), lambda t, m, v: (t, m[:-1], v), r"^state\[0\]\[1\]\[4\]\[0\] is missing: params\[4\]\[0\] has shape"),
    (Adam(1, 0), lambda t, m, v: (t, m, (*v[:-1], (v[-1][0], v[-1][1] - 1))),
     r"^state\[0\]\[2\]\[4\]\[1\] has a negative entry"),
    (WeightDecay(1, 0, momentum=0.5), lambda *s: (), r"^state\[0\]\[0\]\[0\] is missing: params\[0\]\[0\] has shape"),
    (WeightDecay(1, 0, momentum=0.5), lambda *s: (*s, (s[0][0],)), r"^state\[0\] holds 7 arrays: params holds 6"),
])
def test_what_is_no_state_of_the_rule_is_named_by_its_place(inner, change, message):
    """One more level for each rule around it that has a memory; none for one that has none."""
    net, params, _, _ = problem("mlp")
    own = change(*inner.init(net, params)[1])
    for rule, place in ((GradientProjection(inner, 1), ""), (GradientProjection(Pruning(inner), 1), ""),
                        (GradientProjection(GradientProjection(inner, 1), 1), r"\[0\]")):
        _, (first, thresholds) = rule.init(net, params)
        state = (own if not place else (own, first[1]), thresholds)
        with pytest.raises((TypeError, ValueError), match=message.replace("^state", "^state" + place)):
            rule.step(net, params, state, params)


@pytest.mark.parametrize("c, message", [
    (1e300, r"c is 1e\+300: it must be finite in float32"),
    (1e-300, "c is 1e-300: it must be greater than 0 in float32, to which it rounds as 0"),
])
def test_a_c_beyond_the_range_of_params(c, message):
    net = mlp((1, 1, 1))
    with pytest.raises(ValueError, match=message):
        GradientProjection(WeightDecay(0.1, 0), c).init(net, net.init(np.random.default_rng(0), np.float32))


def test_no_hidden_layer_may_be_chosen():
    net, params, _, _ = problem("mlp")
    found, (_, thresholds) = GradientProjection(WeightDecay(1, 0), 0.5, (), "projected").init(net, params)
    same(found[:-1], params[:-1])
    assert len(thresholds) == 1 and max(sum(map(abs, v)) for v in columns(found[-1])) <= 0.5 * (1 + 8 * U)


def test_without_hidden_layers_there_is_the_output_alone():
    """The class of k = 0 sets no limit; a net without weights has nothing to project."""
    net, params, _, _ = problem("one layer")
    assert GradientProjection(WeightDecay(1, 0), 0.1).init(net, params)[1] == ((), ())
    same(GradientProjection(WeightDecay(1, 0), 0.1).init(net, params)[0], params)
    found, _ = GradientProjection(WeightDecay(1, 0), 0.1, output="projected").init(net, params)
    assert max(sum(map(abs, v)) for v in columns(found[0])) <= 0.1 * (1 + 8 * U)
    batch_norm = Net(BatchNorm(2))
    one = ((np.ones(2), np.ones(2)),)
    for output in ("free", "frozen", "projected"):
        rule = GradientProjection(WeightDecay(1, 0), 0.1, output=output)
        same(rule.step(batch_norm, one, ((), ()), one)[0], ((np.zeros(2), np.zeros(2)),))
