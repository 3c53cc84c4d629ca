"""Section 2: the model, the L1,inf norm, the classes SN and S."""

from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import ball, greater, leaves
from pathnorm_ref.complexity import augmented, class_lipschitz, class_range, into_class, why_outside
from pathnorm_ref.data.synthetic import sparse_coefficients, sparse_regression
from pathnorm_ref.experiments.wen2021.printed import TABLE_1
from pathnorm_ref.layers import Dense, LeakyReLU, ReLU, ReLU6, Softplus, Tanh
from pathnorm_ref.network import Net
from pathnorm_ref.units import Bias
from proofs_check.cases import NetCase, arrays, mlp_cases
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.decide import in_system
from proofs_check.definitions import affine, hidden_layers, l_1_inf, rademacher
from proofs_check.rescaled import difference
from proofs_check.violations import above, both, fails, unequal


class Matrices(NamedTuple):
    """Augmented weights, as the document stores them: columns are units. The last one is the output layer."""

    V: tuple
    c: Fraction


@st.composite
def matrices(draw):
    shapes = st.tuples(st.integers(1, 3), st.integers(1, 3))
    return Matrices(tuple(draw(arrays(draw(shapes))) for _ in range(draw(st.integers(1, 3)))),
                    draw(st.sampled_from([Fraction(1), Fraction(3), Fraction(1, 2), Fraction(10)])))


def sigma(layer, t):
    return Net(layer).forward(((),), t.reshape(1, 1))[0][0, 0]


def not_zero_at_zero(layer):
    zero = np.array(ball(0), dtype=object)
    return {f"{type(layer).__name__}(0) = 0": bool(sigma(layer, zero) == 0)}


def zero_at_zero():
    return not_zero_at_zero(ReLU()) | not_zero_at_zero(Tanh())


# --- the norm and the class ----------------------------------------------------------------------------

def matrix(own):
    """The document's V~ = (B, W^T)^T, (1 + n_in, n_out), of the parameters of one of our dense layers."""
    return augmented(own).T


def norm_and_columns_disagree(case):
    """||V||_{1,inf} <= c just where every column has an L1 norm of at most c."""
    V = case.V[0]
    return fails((l_1_inf(V) <= case.c) == all(np.sum(abs(V[:, j])) <= case.c for j in range(V.shape[1])))


def rows_disagree(case):
    V = case.V[0]
    return fails((l_1_inf(V) <= case.c) == all(np.sum(abs(V[i])) <= case.c for i in range(V.shape[0])))


def in_class(case):
    """Section 2.3: f is in S_c just where ||V_l|| <= c for l = 1, ..., k; the output layer is unconstrained."""
    return all(l_1_inf(V) <= case.c for V in case.V[:-1])


def rescaled_as_relu(case, c):
    """Parameters with hidden norms of at most c, rescaled so that the function stays if sigma is ReLU, as it may not be."""
    relus = Net(*(layer if isinstance(layer, Dense) else ReLU() for layer in case.net))
    return into_class(relus, case.params, c)


def hidden_norms(params):
    return [l_1_inf(matrix(own)) for own in params[:-1] if own]


def leaves_class(case):
    """By how much the function, or a hidden norm above c, changes in rescaling."""
    params = rescaled_as_relu(case, case.lam)
    return both(difference(case, params), *(norm - case.lam for norm in hidden_norms(params)))


def other_zeros(params, others):
    """Whether a weight is 0 in one of two sets of parameters only."""
    pairs = zip(leaves(params), leaves(others), strict=True)
    return fails(all(((a == 0) == (b == 0)).all() for (_, a), (_, b) in pairs))


def leaves_class_or_zeros(case):
    return both(leaves_class(case), other_zeros(case.params, rescaled_as_relu(case, case.lam)))


def penalty_stays(c):
    """By how much the function changes where the sum of the hidden norms is made at most k c, or the sum is above it."""
    def violation(case):
        norms = hidden_norms(params := rescaled_as_relu(case, c))
        return both(difference(case, params), sum(norms) - len(norms) * c)
    return violation


LINES = tuple(tuple(np.array(rows, dtype=float) for rows in own) for own in (
    ([[2]], [0], [[0.5]]), ([[1], [-3], [0]], [2, 0, 1], [[-1, 2, 4]]), ([[4], [0.5]], [-2, 0], [[1, 0]])))
"""(W_1, b_1, W_2) of nets with one input and one hidden layer, their kinks dyadic numbers between -9 and 9."""


def smaller_c_loses_a_net(zeros, sigma=None):
    """Whether of some of `LINES`, in S_c' for c' = 8, the twin that rescaling finds in S_c is none, for c = 1 and 1/100.

    It is none if it is outside of S_c, or another function, or, for `zeros`, has other weights that are 0. One hidden layer
    of ReLUs on one input is linear between its kinks, which its twin has too (one factor takes W_1 and b_1), so that it is
    told by its values at them, and beyond the outer two.
    """
    def facts():
        told: dict[str, bool] = {}
        for c in (Fraction(1), Fraction(1, 100)):
            lost = [i for i, (W, b, v) in enumerate(LINES, 1) if not has_twin(line(W, b, v, sigma), c, zeros)]
            told[f"c = {c}, c' = 8: of {len(LINES)} nets of S_c' some have no twin in S_c: {lost or 'none'}"] = bool(lost)
        return told
    return facts


def line(W, b, v, sigma):
    """The net of one of `LINES`, in fractions, at the kinks of its ReLUs, and at -9 and 9, beyond them all."""
    x = [-9, *(-shift / slope for shift, slope in zip(b, W[:, 0], strict=True) if slope), 9]
    net = mlp((1, len(b), 1), sigma, bias=(True, False))
    return in_system(NetCase(net, ((W, b), (), (v,)), np.array(x, dtype=float)[:, None], np.zeros((len(x), 1)), Fraction(8)),
                     Fraction)


def has_twin(case, c, zeros):
    """Whether a net, which must be in S_c' for c' = lam, is found in S_c by rescaling, with its zeros if they count."""
    if why_outside(case.net, case.params, case.lam):
        raise ValueError(f"{case.params} is not in S_c' for c' = {case.lam}")
    twin = rescaled_as_relu(case, c)
    return (why_outside(case.net, twin, c) is None and difference(case, twin) == 0
            and not (zeros and other_zeros(case.params, twin)))


def relu_mlps(activation):
    return mlp_cases(Bias.FREE, activations=lambda n: st.just(activation))


def saturated():
    """relu6(8 x) at x = 1: 6, but relu6(x) at c = 1 gives 1, times 8."""
    return NetCase(mlp((1, 1, 1), ReLU6(), bias=False), ((np.array([[8.0]]),), (), (np.ones((1, 1)),)), np.ones((1, 1)),
                   np.zeros((1, 1)), Fraction(1), Bias.FREE)


# --- Section 2.2: from the Rademacher complexity to the generalization error ------------------------------

class Family(NamedTuple):
    """Functions by their values on atoms, one row each; samples are n atoms, drawn in proportion to their weights."""

    values: np.ndarray
    weights: np.ndarray
    n: int


@st.composite
def families(draw):
    n_atoms = draw(st.integers(1, 3))
    return Family(draw(arrays((draw(st.integers(1, 3)), n_atoms))),
                  draw(arrays((n_atoms,), st.sampled_from([1.0, 2.0, 7.0]))), draw(st.integers(1, 3)))


def expected(case, of_sample):
    """E_S of a function of the samples' atoms, by enumeration."""
    p, total = case.weights / sum(case.weights), 0
    for sample in product(range(len(p)), repeat=case.n):
        total += np.prod(p[list(sample)]) * of_sample(list(sample))
    return total


def gaps(case, sample):
    """E f - (1/n) sum_i f(z_i) of each function."""
    return case.values @ (case.weights / sum(case.weights)) - case.values[:, sample].sum(axis=1) / case.n


def complexity(case):
    """R_n: the expectation of the empirical Rademacher complexity."""
    return expected(case, lambda sample: rademacher(case.values[:, sample].tolist()))


def gap_above_twice_the_complexity(case):
    """max over both signs of E_S sup_f (+-)(E f - mean f(z_i)) - 2 R_n."""
    return both(*(expected(case, lambda sample, sign=sign: max(sign * gaps(case, sample))) - 2 * complexity(case)
                  for sign in (1, -1)))


def absolute_gap_above(case):
    return expected(case, lambda sample: max(abs(gaps(case, sample)))) - 2 * complexity(case)


def more_than(factor):
    """Whether each test error of Table 1 is more than so many times the training error."""
    return lambda: {f"c = {row.c}: {row.test_error} > {factor} * {row.training_error}":
                    Fraction(row.test_error) > factor * Fraction(row.training_error) for row in TABLE_1}


# --- Section 2.3: layers -----------------------------------------------------------------------------------

class Layer(NamedTuple):
    """T(u) = W^T u + B, W (n_in, n_out) as the document has it."""

    W: np.ndarray
    B: np.ndarray
    u: np.ndarray


@st.composite
def layers(draw):
    n_in, n_out = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return Layer(draw(arrays((n_in, n_out))), draw(arrays((n_out,))), draw(arrays((n_in,))))


def augmented_differs(layer):
    """V~ = (B, W^T)^T: its shape and <V~, (1, u)> against W^T u + B."""
    V = np.concatenate([layer.B[:, None], layer.W.T], axis=1).T
    return both(fails(V.shape == (layer.u.size + 1, layer.B.size)),
                unequal(affine(V, layer.u), layer.W.T @ layer.u + layer.B))


def augmented_without_transpose_differs(layer):
    """V~ = (B, W)^T, which exists if W is square."""
    if layer.W.shape[0] != layer.B.size:
        return fails(False)
    return unequal(affine(np.concatenate([layer.B[:, None], layer.W], axis=1).T, layer.u),
                   layer.W.T @ layer.u + layer.B)


def document_matrices(case):
    return [matrix(own) for own in case.params if own]


def relu(t):
    return max(t, 0 * t)


def sparse_net(case):
    """f of each sample by the document's recursion, for sigma = ReLU."""
    return np.array([hidden_layers(document_matrices(case), x, relu)[-1] for x in case.x])


def recursion_differs(case):
    return unequal(sparse_net(case), case.net.forward(case.params, case.x)[0])


def recursion_with_a_last_activation_differs(case):
    return unequal(np.vectorize(relu, otypes="O")(sparse_net(case)), case.net.forward(case.params, case.x)[0])


# --- Section 2.3: the norm, what a class holds, its range and Lipschitz constant -----------------------------

def not_a_norm(case):
    """||V + U|| - ||V|| - ||U||, ||c V|| - c ||V||, and whether ||V|| = 0 for a V that is not 0; of U = V reversed."""
    V, U = case.V[0], case.V[0][::-1, ::-1]
    return both(l_1_inf(V + U) - l_1_inf(V) - l_1_inf(U), unequal(l_1_inf(-case.c * V), case.c * l_1_inf(V)),
                fails((l_1_inf(V) == 0) == (not V.any())))


def squares_are_not_a_norm(case):
    """The same of the largest sum of squares of a column, its triangle inequality."""
    V, U = case.V[0], case.V[0][::-1, ::-1]
    return l_1_inf((V + U) ** 2) - l_1_inf(V ** 2) - l_1_inf(U ** 2)


def hidden_limits(case):
    """(k, c, o): the smallest c > 0, and o, with which the net is in SN_{c,o}; c = 1 if all hidden weights are 0."""
    *hidden, output = document_matrices(case)
    c = max(l_1_inf(V) for V in hidden)
    return len(hidden), c if c > 0 else 1, [np.sum(abs(output[:, j])) for j in range(output.shape[1])]


def union_differs(share):
    """Whether f is in SN_{c,o} of its own o, times `share`, but where its hidden norms are at most c, or not in S_c there.

    For the c that it needs, and half of it.
    """
    def violation(case):
        _, needed, o = hidden_limits(case)
        used = any((matrix(own) != 0).any() for own in case.params[:-1] if own)  # else any c will do
        return both(*(fails((why_outside(case.net, case.params, c, limits) is None) == (c == needed or not used))
                      for c in (needed, needed / 2) for limits in (None, [share * value for value in o])))
    return violation


def padded(case):
    """The net with one more unit in each hidden layer, which reads nothing and which nothing reads."""
    widths = [layer.n_in for layer in case.net[::2]] + [case.net[-1].n_out]
    wider = [widths[0], *(width + 1 for width in widths[1:-1]), widths[-1]]
    net = mlp(wider, case.net[1], bias=tuple(layer.bias for layer in case.net[::2]))
    params = [own if not own else tuple(np.concatenate([array, 0 * array[:1]]) if i < len(case.net) - 1 else array
                                        for array in own) for i, own in enumerate(case.params)]
    params = [(np.concatenate([own[0], 0 * own[0][:, :1]], axis=1), *own[1:]) if own and i else own
              for i, own in enumerate(params)]
    return case._replace(net=net, params=tuple(params))


def not_nested(factor):
    """Whether f of SN_{c,o} misses SN_{factor c, 3 o}, or changes, or leaves, when the hidden layers are widened."""
    def violation(case):
        _, c, o = hidden_limits(case)
        wide = padded(case)
        return both(fails(why_outside(case.net, case.params, factor * c, [3 * value for value in o]) is None),
                    fails(why_outside(wide.net, wide.params, c, o) is None),
                    unequal(case.net.forward(case.params, case.x)[0], wide.net.forward(wide.params, case.x)[0]))
    return violation


def leaky_mlps(slope):
    """Nets of leaky ReLUs, the Lipschitz constant of which is max(1, |slope|), with hidden norms above and below 1."""
    return st.one_of(relu_mlps(LeakyReLU(slope)), relu_mlps(LeakyReLU(slope)).map(shrunk))


def shrunk(case):
    """The net with its hidden weights and biases times 2^-10."""
    return case._replace(params=(*(tuple(array / 1024 for array in own) for own in case.params[:-1]), case.params[-1]))


def beyond_range(rho, hidden=0):
    """max |f(x)[j]| - o_j max(1, (c rho)^k) for x in [-1, 1]; `hidden`: layers that are not counted in k."""
    def violation(case):
        k, c, o = hidden_limits(case)
        out = case.net.forward(case.params, case.x / 4)[0]
        return both(*(above(abs(out[:, j]), class_range(k - hidden, c, o_j, rho) if o_j > 0 else 0)
                      for j, o_j in enumerate(o)))
    return violation


def steeper_than_the_class(rho):
    """max |f(x)[j] - f(y)[j]| - o_j (c rho)^k ||x - y||_inf, of samples x and their halves or each other's, y."""
    def violation(case):
        k, c, o = hidden_limits(case)
        out, worst = case.net.forward(case.params, case.x)[0], [0]
        for y in (case.x[::-1], case.x / 2):
            change = abs(out - case.net.forward(case.params, y)[0])
            distance = np.max(abs(case.x - y), axis=1)
            worst += [above(change[:, j], class_lipschitz(k, c, o_j, rho) * distance if o_j > 0 else 0 * distance)
                      for j, o_j in enumerate(o)]
        return both(*worst)
    return violation


# --- (2.2) ---------------------------------------------------------------------------------------------------

def relu_unit(b, w, v0, v1, x, y, c):
    """v0 + v1 relu(b + w x), with one sample, squared error, and the normalization constant c."""
    params = ((np.array([w]), np.array([b])), (), (np.array([[v1]]), np.array([v0])))
    return NetCase(mlp((len(w), 1, 1)), params, np.array([x]), np.array([[y]]), Fraction(c), Bias.FREE)


def leaky_unit(w, x):
    """sigma(w x), sigma(t) = 3 t for t < 0: rho = 3."""
    return NetCase(mlp((1, 1, 1), LeakyReLU(3.0)), ((np.array([[w]]), np.zeros(1)), (), (np.ones((1, 1)), np.zeros(1))),
                   np.array([[x]]), np.zeros((1, 1)), Fraction(1), Bias.FREE)


def solution_without_zeros(w):
    """Facts of 1/2 + relu(1/4 + w x) / 2 at one sample x = (1, 1), y = 1, for c = 1."""
    def facts():
        case = in_system(relu_unit(0.25, w, 0.5, 0.5, (1.0, 1.0), 1.0, 1), Fraction)
        V, limit = document_matrices(case), case.lam
        return {f"||V_1||_(1,inf) = {l_1_inf(V[0])} = c": l_1_inf(V[0]) == limit,
                "the sum of losses is 0, so no net has a smaller one": not case.loss(sparse_net(case), case.y)[0],
                "no weight and no bias is 0": all((matrix != 0).all() for matrix in V)}
    return facts


class Unit(NamedTuple):
    """<v, (1, h_i)> on samples: the rows of A are (1, h_i), v the weights."""

    A: np.ndarray
    v: np.ndarray


@st.composite
def wide_units(draw):
    n, width = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    h = draw(arrays((n, width)))
    return Unit(np.concatenate([np.ones((n, 1)), h], axis=1), draw(arrays((width + 1,))))


def null_vector(A):
    """h, not 0, with A h = 0, of more columns than rows, by elimination."""
    rows, pivots = [list(row) for row in A], list[int]()
    for column in range(A.shape[1]):
        pivot = next((row for row in rows[len(pivots):] if row[column] != 0), None)
        if pivot is None:
            h = [Fraction(0)] * A.shape[1]
            h[column] = Fraction(1)
            for row, j in zip(rows, pivots, strict=False):
                h[j] = -row[column]
            return np.array(h, dtype=object)
        rows.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        rows = [[a - row[column] * b for a, b in zip(row, pivot, strict=True)] for row in rows]
        rows.insert(len(pivots), pivot)
        pivots.append(column)
    raise ValueError(f"A has shape {A.shape}: it must have more columns than rows")


def with_few_weights(A, v):
    """A vector with the products A v, no larger L1 norm and no more entries than A has rows.

    While there are more, v moves along a null vector of its entries, the way that does not raise the norm, until the
    first of them is 0.
    """
    while np.count_nonzero(v) > A.shape[0]:
        active = np.flatnonzero(v)
        h = null_vector(A[:, active])
        signs = np.sign(v[active])
        h = -h if signs @ h > 0 or not any(signs * h < 0) else h
        t = min(-value / step for value, step in zip(v[active], h, strict=True) if value * step < 0)
        v = v.copy()
        v[active] = v[active] + t * h
    return v


def needs_more_weights(limit):
    """Whether the unit's values on the samples need more weights than `limit` of their number, or a larger norm."""
    def violation(unit):
        few = with_few_weights(unit.A, unit.v)
        return both(unequal(unit.A @ few, unit.A @ unit.v), np.sum(abs(few)) - np.sum(abs(unit.v)),
                    fails(np.count_nonzero(few) <= limit(unit.A.shape[0])))
    return violation


class Margin(NamedTuple):
    """f = (b, 0) for two classes, as all samples are of the first; |b| <= o in SN_{c,o}."""

    b: Fraction
    o: Fraction


MARGINS = st.builds(Margin, *[st.sampled_from([Fraction(k, 2) for k in range(-8, 9)])] * 2)


def cross_entropy(b):
    """-log(e^b / (e^b + e^0)) = log(1 + e^-b)."""
    return (-b).exp().log1p()


def reaches_zero(loss, limit):
    """Whether the loss of b is 0, or above a limit that tends to 0."""
    return lambda case: both(fails(greater(loss(case.b), 0 * case.b)), loss(case.b) - limit(case.b))


def below_the_end(case):
    """The loss at b = o less that of f."""
    return cross_entropy(case.o) - cross_entropy(case.b)


def numbers_in_a_sample(expected_number):
    """Of a sample of Section 5.1, drawn."""
    def facts():
        rng = np.random.default_rng(0)
        (x,), (y,) = sparse_regression(rng, 1, sparse_coefficients(rng))
        return {f"m_1 = {x.size}, and (x, y) has {x.size + y.size} numbers": x.size + y.size == expected_number(x.size)}
    return facts


CLAIMS = (
    Claim("wen2021.eq-2-1", "Section 2.1, (2.1)", "z_i = f(x_i) + eps_i with independent eps_i of mean 0, y_i = t(z_i).",
          "z_i = f(x_i) + eps_i, E(eps_i) = 0, y_i = t(z_i)",
          Informal("a definition; eps_i may depend on x_i as it stands, and then it does not determine f: for a fair "
                   "z = x in {-1, 1} both f(x) = x, eps = 0 and f = 0, eps = x will do. No theorem uses (2.1)",
                   "wen2021.section-2.rademacher-suffices")),
    Claim("wen2021.eq-2-1.regression", "Section 2.1, after (2.1)",
          "For a regression m_2 = 1, Z = Y and t(z) = z.", "y_i = f(x_i) + eps_i, f : X -> Y",
          Informal("so f has its values in Y; of a Y of two numbers their mean is not in it, of Y = R all is well",
                   "wen2021.theorem-2")),
    Claim("wen2021.section-2.letters", "Section 2.1, Section 3.1 and Section 5.1, z_i",
          "z_i is f(x_i) + eps_i.", "z_i",
          Informal("in Section 3.1 z_i is a sample, which Theorem 1 calls x_i, and in Section 5.1 the normal vector from "
                   "which x_i is made: three things, each clear where it stands", "wen2021.section-3.sample")),
    Claim("wen2021.section-2.argmax", "Section 2.1, last sentence",
          "For classification t = argmax is a fixed function Z -> Y = {1, ..., m_2}.", "t = argmax",
          Informal("of a z with two largest entries it has two values: which one counts is left open, and no theorem "
                   "depends on it", "wen2021.section-3.cross-entropy")),
    Claim("wen2021.section-2.overfit", "Section 2.2, first paragraph",
          "An algorithm overfits if it is more accurate in fitting known data, but less accurate in predicting new data; "
          "complex structures usually do, simple ones generalize well.", "E_L(f) large, empirical risk small",
          Informal("«more» and «less» than what is not said, nor what is simple", "wen2021.section-2.rademacher-suffices")),
    Claim("wen2021.section-2.generalization-error", "Section 2.2, E_L(f), with Section 5, first paragraph, and Table 1",
          "E_L(f) is an absolute value, the «difference» of Section 5 has a sign: in Table 1 that does not matter, as each "
          "test error is above its training error.", "E_L(f) = |test err - train err| = test err - train err",
          Certificate(more_than(1)), ("the rows of Table 1",),
          Control("as each is above three times it", Certificate(more_than(3))), ours=True),
    Claim("wen2021.section-2.rademacher-suffices", "Section 2.2, last paragraph",
          "To control the generalization error it is sufficient to bound the Rademacher complexity, under mild "
          "conditions: the expected largest gap, to either side, is at most twice it.",
          "E_S sup_f (E f - (1/n) sum_i f(z_i)) <= 2 R_n(F)",
          ForAll(gap_above_twice_the_complexity, families(), ladder=("fractions",)), ("samples are i.i.d.",),
          Control("the same of the largest |gap|: of a single f the complexity is 0, as it has no absolute value",
                  ForAll(absolute_gap_above, families(), ladder=("fractions",)))),
    Claim("wen2021.section-2.sigma-zero", "Section 2.3, after the first formula",
          "ReLU and tanh are 0 at 0.", "sigma(0) = 0", Certificate(zero_at_zero), (),
          Control("so is softplus", Certificate(lambda: not_zero_at_zero(Softplus())))),
    Claim("wen2021.section-2.augmented", "Section 2.3, definitions of V~_l",
          "V~_l = (B_l, W_l^T)^T is (d_{l-1} + 1, d_l), and <V~_l, (1, u^T)^T>, which must mean V~_l^T (1, u^T)^T, is "
          "W_l^T u + B_l.",
          "V~_l = (B_l, W_l^T)^T, <V~_l, (1, u^T)^T> = W_l^T u + B_l",
          ForAll(augmented_differs, layers(), ladder=("fractions",)), (),
          Control("so it is of (B_l, W_l)^T", ForAll(augmented_without_transpose_differs, layers()))),
    Claim("wen2021.section-2.layers", "Section 2.3, definitions of f_1, f_l and f",
          "f_1 = T_1 x, f_l = T_l sigma f_{l-1} and f = T_{k+1} sigma f_k make T_{k+1} sigma T_k ... sigma T_1 x, which is "
          "our dense net of the same weights.",
          "f(x) = T_{k+1} o sigma o T_k o ... o sigma o T_1 o x",
          ForAll(recursion_differs, relu_mlps(ReLU()), ladder=("fractions",), n_examples=60), ("sigma = ReLU",),
          Control("with sigma behind T_{k+1} too", ForAll(recursion_with_a_last_activation_differs, relu_mlps(ReLU())))),
    Claim("wen2021.section-2.layers.none", "Section 2.3, definitions of f_1, f_l and f, with k = 0",
          "With k = 0, as in Theorem 1, f = T_1 x.", "f(x) = T_{k+1} o sigma o f_k(x)",
          Informal("the definition of the output layer by f_k has no f_0; the one by T_{k+1} o sigma o ... o T_1 o x, where "
                   "nothing but T_1 is left, is meant, and is taken everywhere here", "wen2021.section-3.rademacher")),
    Claim("wen2021.section-2.l1-inf-norm", "Section 2.3 and Section 4, «or»",
          "||V||_{1,inf} <= c if and only if every column of V has an L1 norm of at most c.",
          "||V||_{1,inf} <= c iff ||V[., j]||_1 <= c for all j",
          ForAll(norm_and_columns_disagree, matrices(), ladder=("fractions",)), (),
          Control("every row", ForAll(rows_disagree, matrices()))),
    Claim("wen2021.section-2.norm", "Section 2.3, the L1,inf norm", "||A||_{1,inf} = max_j sum_i |a_ij| is a norm.",
          "||A + B|| <= ||A|| + ||B||, ||t A|| = |t| ||A||, ||A|| = 0 iff A = 0",
          ForAll(not_a_norm, matrices(), ladder=("fractions",)), (),
          Control("so is max_j sum_i a_ij^2", ForAll(squares_are_not_a_norm, matrices()))),
    Claim("wen2021.section-2.sparse", "Section 2.3, definition of SN_{c,o}, and (2.2)",
          "The members of SN_{c,o} are sparse networks: to obtain one is equivalent to solving (2.2).",
          "f in argmin {sum_i L(f(x_i), y_i) | f in S_c}",
          Informal("sparse is what the members are called; that weights are 0 is neither said nor so: (2.2) may have "
                   "solutions with zeros and others without, and which one is found is the algorithm's doing",
                   "wen2021.section-2.sparse.no-zeros")),
    Claim("wen2021.section-2.sparse.no-zeros", "Section 2.3, definition of SN_{c,o}, and (2.2)",
          "(2.2) may have a solution of which no weight is 0, although its constraint is at the limit: one sample, "
          "x = (1, 1), y = 1, one ReLU, c = 1, V_1 = (1/4, 1/4, 1/2), V_2 = (1/2, 1/2).",
          "f in argmin {sum_i L(f(x_i), y_i) | f in S_c} with ||V_1||_{1,inf} = c and all v_ij != 0",
          Certificate(solution_without_zeros((0.25, 0.5))), ("a loss that is 0 where f(x) = y",),
          Control("the same of V_1 = (1/4, 0, 3/4)", Certificate(solution_without_zeros((0.0, 0.75)))), ours=True),
    Claim("wen2021.section-2.sparse.few-weights", "Section 2.3, (2.2)",
          "What a unit puts out on n samples it can put out with at most n weights that are not 0, its bias counted, and no "
          "larger L1 norm. That is sparse where the layer before is much wider than n.",
          "for all V in R^{d+1}: V' with A V' = A V, ||V'||_1 <= ||V||_1, ||V'||_0 <= n, the rows of A being (1, u_i^T)",
          ForAll(needs_more_weights(lambda n: n), wide_units(), ladder=("fractions",)), (),
          Control("at most n - 1", ForAll(needs_more_weights(lambda n: n - 1), wide_units())), ours=True,
          explanation="Unit by unit, from the first layer on, a solution of (2.2) so becomes one in which every unit has at "
          "most n: what the other layers read on the samples, and so the loss, stays, and no norm grows."),
    Claim("wen2021.section-2.union", "Section 2.3, definition of S_c",
          "The union of SN_{c,o} over o >= 0 sets no constraint on the output layer: f is in it just where the hidden "
          "layers' norms are at most c.",
          "S_c = union over o >= 0 of SN_{c,o}",
          ForAll(union_differs(1), relu_mlps(ReLU()), ladder=("fractions",), n_examples=60), (),
          Control("over o at most half the norms of f's output layer", ForAll(union_differs(Fraction(1, 2)), relu_mlps(
              ReLU())))),
    Claim("wen2021.section-2.nested", "Section 2.3, the classes",
          "The classes are nested: SN_{c,o} grows with c, with o, and with each hidden width.",
          "c <= c', o <= o', d <= d' imply SN_{c,o}^{k,d} in SN_{c',o'}^{k,d'}",
          ForAll(not_nested(2), relu_mlps(ReLU()), ladder=("fractions",), n_examples=60), (),
          Control("for half of c", ForAll(not_nested(Fraction(1, 2)), relu_mlps(ReLU()))), ours=True),
    Claim("wen2021.section-2.rescaling", "Section 2.3, the class S_c",
          "For a positively homogeneous sigma every net can be rescaled into S_c for any c > 0, with the same function: as "
          "a set of functions S_c does not depend on c, since the output layer is free.",
          "S_c^{k,d,sigma} = S_c'^{k,d,sigma} for all c, c' > 0",
          ForAll(leaves_class, relu_mlps(ReLU()), ladder=("fractions",), n_examples=60), ("sigma = ReLU",),
          Control("for ReLU6", ForAll(leaves_class, relu_mlps(ReLU6()), examples=(saturated(),))), ours=True),
    Claim("wen2021.section-2.range", "Section 2.3, the class SN_{c,o}, with Section 3, first paragraph",
          "On [-1, 1]^m_1 a function of SN_{c,o} is at most o max(1, (c rho)^k).",
          "|f(x)[j]| <= o_j max(1, (c rho)^k)",
          ForAll(beyond_range(3), leaky_mlps(3.0), ladder=("fractions",), n_examples=60),
          ("sigma(0) = 0, sigma rho-Lipschitz",),
          Control("with one hidden layer fewer", ForAll(beyond_range(3, hidden=1), leaky_mlps(3.0), examples=(
              leaky_unit(-2.0, 4.0),))), ours=True),
    Claim("wen2021.section-2.lipschitz", "Section 2.3, the class SN_{c,o}",
          "A function of SN_{c,o} is o (c rho)^k-Lipschitz in the maximum norm, wherever x lies.",
          "|f(x)[j] - f(y)[j]| <= o_j (c rho)^k ||x - y||_inf",
          ForAll(steeper_than_the_class(3), leaky_mlps(3.0), ladder=("fractions",), n_examples=60), ("sigma rho-Lipschitz",),
          Control("with o c^k, for rho = 3", ForAll(steeper_than_the_class(1), leaky_mlps(3.0), examples=(
              leaky_unit(-1.0, 1.0),))), ours=True),
    Claim("wen2021.eq-2-2.minimum", "Section 2.3, (2.2)", "The problem (2.2) has a minimum.",
          "min {sum_i L(f(x_i), y_i) | f in S_c}",
          Informal("min stands for inf, as is usual; as the output layer is free there need not be a solution",
                   "wen2021.eq-2-2.minimum.none")),
    Claim("wen2021.eq-2-2.minimum.none", "Section 2.3, (2.2), with Section 3.3, L_C",
          "Of the cross-entropy it has none where S_c separates the samples: here all are of the first class. The loss of "
          "every f is positive, and that of f = (b, 0) tends to 0 as b grows.",
          "0 < log(1 + e^-b) <= e^-b",
          ForAll(reaches_zero(cross_entropy, lambda b: (-b).exp()), MARGINS, ladder=("balls",)),
          ("L the cross-entropy of Section 3.3", "all samples are of one class"),
          Control("of the squared error of y = 1", ForAll(reaches_zero(*[lambda b: (b - 1)**2] * 2), MARGINS,
                                                          ladder=("fractions",))), ours=True),
    Claim("wen2021.eq-2-2.minimum.bounded", "Section 2.3, (2.2)",
          "Over SN_{c,o} the same problem has a solution: with |b| <= o the cross-entropy of samples that are all of the "
          "first class is least at the end b = o.",
          "log(1 + e^-o) < log(1 + e^-b) for -o <= b < o",
          ForAll(below_the_end, MARGINS, meets=lambda case: abs(case.b) <= case.o and case.b != case.o, ladder=("balls",)),
          ("the output layer is bounded by o", "L the cross-entropy", "all samples are of one class, f = (b, 0)"),
          Control("for b > o too", ForAll(below_the_end, MARGINS, meets=lambda case: case.b != case.o, ladder=("balls",))),
          ours=True, explanation="Of any continuous loss (2.2) has a solution over SN_{c,o}, as the weights are in a closed "
          "and bounded set (Weierstrass)."),
    Claim("wen2021.eq-2-2.samples", "Section 2.3, after (2.2)", "The samples (x_i, y_i) are in R^{m_1 x 1}.",
          "(x_1, y_1), ..., (x_n, y_n) in R^{m_1 x 1}", Certificate(numbers_in_a_sample(lambda m1: m1 * 1)),
          ("y_i is a number",), fault="misprint", correction="wen2021.eq-2-2.samples.corrected",
          tex=r"(\mathbf{x}_1, y_1), \dots, (\mathbf{x}_n, y_n) \in \mathbb{R}^{m_1 \times 1}",
          explanation="Such a pair has m_1 + 1 numbers. Section 5.1 has it right: R^1000 x R."),
    Claim("wen2021.eq-2-2.samples.corrected", "Section 2.3, after (2.2)", "They are in R^{m_1} x R.",
          "(x_1, y_1), ..., (x_n, y_n) in R^{m_1} x R", Certificate(numbers_in_a_sample(lambda m1: m1 + 1)), (),
          Control("in R^{m_1 x 1}", Certificate(numbers_in_a_sample(lambda m1: m1 * 1))), ours=True,
          tex=r"(\mathbf{x}_1, y_1), \dots, (\mathbf{x}_n, y_n) \in \mathbb{R}^{m_1} \times \mathbb{R}"),
    Claim("wen2021.eq-2-2.controls-sparsity", "Section 2.3, after (2.2)",
          "The normalization constant c controls the sparsity in (2.2): for c < c' some net of S_c' has no twin in S_c with "
          "the same function, and so the same loss, and the same zeros.",
          "{(f, zeros of V~)} of S_c != {(f, zeros of V~)} of S_c' for c < c'",
          Certificate(smaller_c_loses_a_net(zeros=True)),
          ("sigma = ReLU, as in all experiments", "here three nets with one input and one hidden layer; of any net the "
           "correction says it"),
          fault="missing hypothesis", correction="wen2021.eq-2-2.controls-sparsity.corrected",
          tex=r"\{(f, \text{zeros of } \tilde{\mathbf{V}}) : \mathcal{S}_c\} \subsetneq \{(f, \text{zeros of } "
              r"\tilde{\mathbf{V}}) : \mathcal{S}_{c'}\} \quad \text{for } c < c'",
          explanation="relu(2 x_1) / 2 has hidden norm 2; relu(x_1) is the same function, with the same zeros, and has norm "
          "1. The output layer is free and takes up every factor, as relu(t u) = t relu(u) for t > 0. So for ReLU the "
          "solutions of (2.2), as functions and in which of their weights are 0, are the same for all c > 0; that sparsity "
          "goes with c in Section 5 is the algorithm's doing (its start, its steps, its projections), or that of a bound "
          "on the output layer."),
    Claim("wen2021.eq-2-2.controls-sparsity.corrected", "Section 2.3, after (2.2)",
          "For a positively homogeneous sigma every net of S_c has a rescaling in S_c', whatever c' > 0 is, with the same "
          "function and the same zeros.",
          "{(f, zeros of V~)} of S_c = {(f, zeros of V~)} of S_c' for all c, c' > 0",
          ForAll(leaves_class_or_zeros, relu_mlps(ReLU()), ladder=("fractions",), n_examples=60), ("sigma = ReLU",),
          Control("for ReLU6", ForAll(leaves_class_or_zeros, relu_mlps(ReLU6()), examples=(saturated(),))), ours=True,
          tex=r"\{(f, \text{zeros of } \tilde{\mathbf{V}}) : \mathcal{S}_c\} = \{(f, \text{zeros of } \tilde{\mathbf{V}}) : "
              r"\mathcal{S}_{c'}\} \quad \text{for all } c, c' > 0"),
)
