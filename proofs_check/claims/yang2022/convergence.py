"""Section 4, around Algorithm 1: what its iterates do. Convergence, descent, fixed points, where it starts."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import leaves, system, tree_map
from pathnorm_ref.layers import ReLU
from pathnorm_ref.norms import coupled_path_norm
from pathnorm_ref.objectives import (
    empirical_loss,
    leftover_squares,
    loss_and_gradient,
    path_norm_objective,
    weight_decay_and_gradient,
)
from pathnorm_ref.rescaling import normalise
from pathnorm_ref.training import PathNormProximal
from pathnorm_ref.units import Bias, couples
from proofs_check.cases import NetCase, mlp_cases
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.definitions import euclidean_norm, on_sphere, prox_2, root
from proofs_check.violations import above, both, fails, unequal

# --- divergence ----------------------------------------------------------------------------------------


class Iterate(NamedTuple):
    """w and v of the unit v sigma(w x), sigma of slopes 1 and 1/2, before step k, and the weight decay parameter."""

    w: Fraction
    v: Fraction
    k: int
    lam: Fraction


def leaky(t):
    return max(t, t / 2)


def quartic_step(iterate):
    """A step of Algorithm 1 for L = (v sigma(w))^4 / 4, which is f(1)^4 / 4, with learning rate 1/k."""
    w, v, k, lam = iterate
    gamma, f, slope = Fraction(1, k), v * leaky(w), 1 if w > 0 else Fraction(1, 2)
    y, z = (np.array([side], dtype=object) for side in (w - gamma * f**3 * v * slope, v - gamma * f**3 * leaky(w)))
    return Iterate(on_sphere(y)[0], prox_2(z, lam, gamma)[0], k + 1, lam)


def grows(iterate):
    """Whether |w| = 1, v^2 >= 64 k and |v| >= lam: then |v| at least doubles, and that stays so for ever.

    |v - f^3 sigma(w) / k| = |v| |v^2 sigma(w)^4 / k - 1| >= |v| (64 / 16 - 1) = 3 |v|, from which the prox takes at most
    lam <= |v|; and (2 v)^2 >= 256 k >= 64 (k + 1). So G = v^4 sigma(w)^4 / 4 + lam |v| >= v^4 / 64 grows beyond all
    bounds.
    """
    w, v, k, lam = iterate
    return abs(w) == 1 and v * v >= 64 * k and abs(v) >= lam


def does_not_grow_on(iterate):
    """Whether a step does not double |v|, or leads to weights from which it is not known that the next one does."""
    after = quartic_step(iterate)
    return both(above(2 * abs(iterate.v), abs(after.v)), fails(grows(after)))


@st.composite
def growing(draw):
    """Iterates with v^2 >= 64 k and |v| >= lam."""
    k, lam, sign = draw(st.integers(1, 10**4)), draw(st.sampled_from([Fraction(1), Fraction(1, 10), Fraction(30)])), \
        st.sampled_from([1, -1])
    v = max(8 * (math.isqrt(k - 1) + 1), lam) + draw(st.sampled_from([Fraction(0), Fraction(1, 7), Fraction(1000)]))
    return Iterate(Fraction(draw(sign)), draw(sign) * v, k, lam)


# --- descent -------------------------------------------------------------------------------------------

GAMMAS = st.sampled_from([Fraction(1), Fraction(1, 16), Fraction(1, 1024)])


class Stepped(NamedTuple):
    """A net, and Algorithm 1 with a learning rate and the net's lambda."""

    case: NetCase
    rule: PathNormProximal


@st.composite
def stepped(draw):
    case = draw(mlp_cases(Bias.INSIDE, n_layers=(2, 4), activations=lambda n: st.just(ReLU())))
    return Stepped(case, PathNormProximal(draw(GAMMAS), case.lam, case.bias))


def smooth(case, params):
    """S = L + lam/2 ||leftover||^2, all of G but the path norms."""
    return empirical_loss(case.net, params, case.x, case.y) + case.lam * leftover_squares(case.net, params, case.bias) / 2


def inner(first, second):
    return sum(np.sum(a * b) for (_, a), (_, b) in zip(leaves(first), leaves(second), strict=True))


def beyond_majorant(share=1):
    """G(W') less G(W) + S(W') - S(W) - <grad S, W' - W> - share ||W' - W||^2 / (2 gamma), W' a step from W."""
    def violation(stepped):
        case, rule = stepped
        net, bias, gamma = case.net, case.bias, system(case.x)(rule.lr)
        before = normalise(net, case.params, bias)
        d_L = loss_and_gradient(net, before, case.x, case.y)[1]
        after, _ = rule.step(net, before, (), d_L)
        move = tree_map(lambda a, b: a - b, after, before)
        slope = inner(d_L, move) + case.lam * inner(leftover(case, before), move)
        G = [path_norm_objective(net, params, case.x, case.y, case.lam, bias) for params in (before, after)]
        slack = smooth(case, after) - smooth(case, before) - slope - share * inner(move, move) / (2 * gamma)
        return both(above(G[1], G[0] + slack), *(above(0, excess) for excess in nearby(stepped, before, after, d_L)))
    return violation


def nearby(stepped, before, after, d_L):
    """By how much what a step minimises grows if all v' are a little longer, or shorter."""
    case, rule = stepped
    for factor in (Fraction(33, 32), Fraction(31, 32)):
        params = list(after)
        for hidden in couples(case.net)[0]:
            V, *b = params[hidden.outgoing]
            params[hidden.outgoing] = (system(case.x)(factor) * V, *b)
        yield minimised(case, rule, before, d_L, tuple(params)) - minimised(case, rule, before, d_L, after)


def minimised(case, rule, before, d_L, params):
    """<grad S(W), W' - W> + ||W' - W||^2 / (2 gamma) + lam sum ||w'|| ||v'||."""
    move = tree_map(lambda a, b: a - b, params, before)
    return (inner(d_L, move) + case.lam * inner(leftover(case, before), move)
            + inner(move, move) / (2 * system(case.x)(rule.lr)) + case.lam * coupled_path_norm(case.net, params, case.bias))


def leftover(case, params):
    """The gradient of ||leftover||^2 / 2: the weights and biases that are in no couple, zeros elsewhere."""
    weights = [i for i, own in enumerate(params) if own]
    inside = set(weights[0:2 * (len(weights) // 2):2])
    last = weights[-1] if len(weights) % 2 else None
    return tuple(tuple(array * ((j > 0 and i not in inside) or i == last) for j, array in enumerate(own))
                 for i, own in enumerate(params))


def leftover_not_decayed(share=1):
    """By how much a step of the rule differs, in what is in no couple, from (1 - share gamma lam) W - gamma dL/dW."""
    def violation(stepped):
        case, rule = stepped
        before, gamma = normalise(case.net, case.params, case.bias), system(case.x)(rule.lr)
        d_L = loss_and_gradient(case.net, before, case.x, case.y)[1]
        after, _ = rule.step(case.net, before, (), d_L)
        rest = [leftover(case, tree) for tree in (before, d_L, after)]
        return both(0, *(unequal(new, (1 - share * gamma * case.lam) * old - gamma * d) for (_, old), (_, d), (_, new)
                         in zip(*map(leaves, rest), strict=True)))
    return violation


# --- fixed points --------------------------------------------------------------------------------------

class FixedPoint(NamedTuple):
    """A net of one hidden layer with ||w|| = 1 for each unit, and a learning rate."""

    case: NetCase
    gamma: Fraction


def exact(rows):
    return np.array([[Fraction(value) for value in row] for row in rows], dtype=object)


FRAMES = [exact([[1]]), exact([[-1]]), exact([[Fraction(3, 5), Fraction(4, 5)], [Fraction(-4, 5), Fraction(3, 5)]]),
          exact([[Fraction(-5, 13), Fraction(12, 13)]])]
"""Orthonormal rows."""
UNIT_COLUMNS = [[1, 0], [Fraction(3, 5), Fraction(-4, 5)], [0, -1], [0, 0]]


@st.composite
def fixed_points(draw):
    """ReLU nets w_i, v_i (of two outputs), and samples c_i w_i with targets by which dL/dv_i = -lam v_i / ||v_i||.

    A sample reaches one unit alone, as the w_i are orthogonal: dL/dv_i = c_i (f(x_i) - y_i) / n.
    """
    w = draw(st.sampled_from(FRAMES))
    n, lam = len(w), draw(st.sampled_from([Fraction(1), Fraction(1, 10)]))
    c = draw(st.lists(st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 3)]), min_size=n, max_size=n))
    roots = draw(st.lists(st.sampled_from([Fraction(1), Fraction(2), Fraction(3, 2)]), min_size=n, max_size=n))
    unit = exact([draw(st.sampled_from(UNIT_COLUMNS)) for _ in range(n)])
    scale, size = exact([[value] for value in c]), exact([[root * root] for root in roots])
    v = size * unit
    case = NetCase(mlp((w.shape[1], n, 2), bias=False), ((w,), (), (v.T,)), scale * w,
                   scale * v + n * lam * unit / scale, lam, Bias.ABSENT)
    return FixedPoint(case, draw(GAMMAS))


def algorithm_1_step(point):
    """(W, V) after a step of Algorithm 1, by its definition."""
    case, gamma = point
    (W,), _, (V,) = case.params
    (d_W,), _, (d_V,) = loss_and_gradient(case.net, case.params, case.x, case.y)[1]
    return (np.stack([on_sphere(y) for y in W - gamma * d_W]),
            np.stack([prox_2(z, case.lam, gamma) for z in (V - gamma * d_V).T], axis=1))


def not_stationary(point):
    """By how much a step moves the point, and the gradient of F at its balanced rescaling differs from 0."""
    (W,), _, (V,) = point.case.params
    moved = both(*map(unequal, algorithm_1_step(point), (W, V)))
    norms = np.array([euclidean_norm(v) for v in V.T], dtype=object)
    roots = np.array([root(norm) for norm in norms], dtype=object)
    inverse = np.array([1 / root if root else root for root in roots], dtype=object)
    case = point.case._replace(params=((roots[:, None] * W,), (), (V * inverse,)))
    gradient = weight_decay_and_gradient(case.net, case.params, case.x, case.y, case.lam, case.bias)[1]
    return both(moved, *(np.sum(np.abs(array)) for _, array in leaves(gradient)))


class BiasedUnit(NamedTuple):
    """v relu(w x + b) at x = 1 with squared loss; b is penalised but no part of w."""

    w: Fraction
    b: Fraction
    v: Fraction
    y: Fraction
    lam: Fraction


STUCK = BiasedUnit(Fraction(1), Fraction(1), Fraction(2), Fraction(9, 2), Fraction(1))


def biased_gradient(unit):
    """(dL/dw, dL/db, dL/dv), where w + b > 0."""
    residual = unit.v * (unit.w + unit.b) - unit.y
    return residual * unit.v, residual * unit.v, residual * (unit.w + unit.b)


def is_fixed(unit):
    """Whether a step keeps w (projected), b (decayed) and v (thresholded), for gamma = 1."""
    d_w, d_b, d_v = biased_gradient(unit)
    return unit.w + unit.b > 0 and on_sphere(np.array([unit.w - d_w], dtype=object))[0] == unit.w and \
        unit.b - (d_b + unit.lam * unit.b) == unit.b and \
        prox_2(np.array([unit.v - d_v], dtype=object), unit.lam, Fraction(1))[0] == unit.v


def slope_in_w(unit):
    """|dG/dw|, for G = L + lam (|w| |v| + b^2 / 2), w > 0."""
    return abs(biased_gradient(unit)[0] + unit.lam * abs(unit.v))


# --- a cycle, and the start ----------------------------------------------------------------------------

def unit_step(w, v, y, lam, gamma):
    """A step of Algorithm 1 for v relu(w x) at x = 1, with squared loss: (w, v)."""
    w, v, y, lam, gamma = map(Fraction, (w, v, y, lam, gamma))
    point = FixedPoint(NetCase(mlp((1, 1, 1), bias=False), ((exact([[w]]),), (), (exact([[v]]),)), exact([[1]]),
                               exact([[y]]), lam, Bias.ABSENT), gamma)
    W, V = algorithm_1_step(point)
    return W[0, 0], V[0, 0]


def cycle(gamma=2):
    low, high, best = ((1, Fraction(n, 8)) for n in (1, 3, 2))
    arguments = Fraction(5, 4), 1, gamma
    return {"from w = 1, v = 1/8 a step leads to v = 3/8": unit_step(*low, *arguments) == high,
            "from v = 3/8 back to v = 1/8": unit_step(*high, *arguments) == low,
            "v = 1/4 is where it stays": unit_step(*best, *arguments) == best,
            "G is 97/128 at both, 96/128 there": [(v - Fraction(5, 4))**2 / 2 + v for _, v in (low, high, best)] ==
            [Fraction(97, 128), Fraction(97, 128), Fraction(96, 128)]}


def jump(w=2, v=1):
    """From w v = 2, which fits y = 2, a step with lam = 1."""
    return {f"gamma = {gamma}: from w = {w}, v = {v} the step leads to w = 1, v = {1 - gamma}, of which f(1) = v":
            unit_step(w, v, 2, 1, gamma) == (1, 1 - gamma) for gamma in (Fraction(1, 10), Fraction(1, 10**6))}


CLAIMS = (
    Claim("yang2022.section-4.convergence", "Section 4, before Algorithm 1",
          "Shown in [3], with mild assumptions on gradient noise and a proper learning rate schedule beyond T, the "
          "objective value evaluated at every step of Algorithm 1 converges.", "G(W^k) converges",
          Informal("the assumptions are those of a theorem of [3], which supposes in addition that the iterates stay "
                   "bounded, and a schedule may be called proper if with it they do; with rates of which only the "
                   "squares are summable they need not", "yang2022.algorithm-1.unbounded")),
    Claim("yang2022.algorithm-1.unbounded", "Section 4, before Algorithm 1",
          "Rates with sum gamma_k = infinity and sum gamma_k^2 < infinity, and no noise, do not make G converge: with "
          "gamma_k = 1/k, for v sigma(w x), Leaky ReLU of slope 1/2, L = f(1)^4 / 4, |v| at least doubles in a step "
          "from weights with |w| = 1, v^2 >= 64 k and |v| >= lambda, and these three hold again. So from w = 1, v = 8, "
          "lambda = 1 G goes to infinity.", "|v_{k+1}| >= 2 |v_k|, v_{k+1}^2 >= 64 (k + 1)",
          ForAll(does_not_grow_on, growing(), examples=(Iterate(Fraction(1), Fraction(8), 1, Fraction(1)),), meets=grows,
                 ladder=("fractions",)),
          ("no noise: the full batch", "gamma_k = 1/k", "|w| = 1, v^2 >= 64 k, |v| >= lambda"),
          Control("the same for v^2 >= k", ForAll(
              does_not_grow_on, examples=(Iterate(Fraction(1), Fraction(2), 4, Fraction(1)),), ladder=("fractions",))),
          ours=True,
          tex=r"\gamma_k = 1/k,\; |w_k| = 1,\; v_k^2 \ge 64 k,\; |v_k| \ge \lambda \implies |v_{k+1}| \ge 2 |v_k|",
          explanation="If v^2 >= 64 k, a gradient step with rate 1/k takes v to v (1 - v^2 sigma(w)^4 / k), sigma(w)^4 "
          "being 1 or 1/16, at least 3 |v| in size; the prox takes off at most 1. So |v| doubles and v^2 >= 64 (k + 1) "
          "again."),
    Claim("yang2022.section-4.limit-points", "Section 4, before Algorithm 1",
          "Every limit point of the iterates is composite critical almost surely.",
          "0 in the subdifferential of G at each limit point",
          Informal("a theorem of [3], on a random sequence and under hypotheses that the document does not list; what "
                   "can be checked is that fixed points of a step are stationary",
                   "yang2022.algorithm-1.fixed-points")),
    Claim("yang2022.algorithm-1.descent", "Section 4, Algorithm 1",
          "A step from weights with ||w|| = 1 minimises <grad S(W), W' - W> + ||W' - W||^2 / (2 gamma) + lambda sum ||v'||, "
          "so that G(W') <= G(W) + (S(W') - S(W) - <grad S(W), W' - W> - ||W' - W||^2 / (2 gamma)), S = L + lambda/2 "
          "||leftover||^2. So if every step has a gamma for which that bracket is not positive, as 1/beta is where grad "
          "S has the Lipschitz constant beta, G falls and, being positive, converges.",
          "G(W') - G(W) <= S(W') - S(W) - <grad S(W), W' - W> - ||W' - W||^2 / (2 gamma)",
          ForAll(beyond_majorant(), stepped(), ladder=("balls",), n_examples=60),
          ("||w|| = 1 for each unit of the couples", "biases inside w"),
          Control("with four times the last term", ForAll(beyond_majorant(4), stepped(), ladder=("balls",))), ours=True,
          tex=r"G(W') - G(W) \le S(W') - S(W) - \langle \nabla S(W), W' - W \rangle - \tfrac{1}{2\gamma} \|W' - W\|^2",
          explanation="W' minimises <grad S(W), W'> + ||W' - W||^2 / (2 gamma) + lambda sum ||v'|| over ||w'|| = 1, "
          "and W is one of the competitors."),
    Claim("yang2022.algorithm-1.fixed-points", "Section 4, Algorithm 1",
          "Fixed points of Algorithm 1 with v != 0 are stationary points of G, and of F once balanced; of units with v "
          "= 0, once both sides are 0.",
          "W = Algorithm 1's step of W implies grad F(balanced W) = 0",
          ForAll(not_stationary, fixed_points(), ladder=("fractions",), n_examples=60),
          ("biases absent, or inside w as the weights of a constant input",),
          Control("with a bias penalised outside w", ForAll(
              slope_in_w, examples=(STUCK,), meets=is_fixed,
              ladder=("fractions",))), ours=True,
          tex=r"W = \text{a step from } W \;\Rightarrow\; \nabla F(\text{balanced } W) = 0",
          explanation="||w|| = 1 kept by the projection means grad_w L = kappa w; v kept by the prox means "
          "grad_v L = -lambda v / ||v||. Homogeneity gives <w, grad_w L> = <v, grad_v L>, so kappa = -lambda ||v||."),
    Claim("yang2022.algorithm-1.fixed-points.bias-outside", "Section 4, Algorithm 1, with the biases of Appendix B.2.2",
          "Fixed points of Algorithm 1 are stationary points of G, also if biases take steps of weight decay and are "
          "no part of w.", "W = Algorithm 1's step of W implies grad_w G(W) = 0",
          ForAll(slope_in_w, examples=(STUCK,),
                 meets=is_fixed, ladder=("fractions",)),
          ("biases penalised, outside w", "v relu(w x + b) at x = 1, y = 9/2, lambda = 1"), fault="missing hypothesis",
          correction="yang2022.algorithm-1.fixed-points", ours=True,
          tex=r"W = \text{a step from } W \;\Rightarrow\; \nabla_w G(W) = 0",
          explanation="At w = b = 1, v = 2 the residual is -1/2, dL/dw = dL/db = -1 = -lambda b and dL/dv = -1 = "
          "-lambda: b and v stay, and w - gamma dL/dw > 0 is projected back to 1. But dG/dw = -1 + lambda |v| = 1. "
          "With biases, homogeneity reads w dL/dw + b dL/db = v dL/dv."),
    Claim("yang2022.algorithm-1.constant-step", "Section 4, Algorithm 1",
          "With a constant learning rate, as in Algorithm 1, iterates may cycle between points that are not "
          "stationary: v between 1/8 and 3/8 for v relu(w x), x = 1, y = 5/4, lambda = 1, gamma = 2, while G is least "
          "at 1/4.",
          "W^{k+2} = W^k, W^{k+1} != W^k", Certificate(cycle), ("no biases", "squared error"),
          Control("with gamma = 1", Certificate(lambda: cycle(gamma=1))), ours=True),
    Claim("yang2022.algorithm-1.initial-norm", "Section 4, Algorithm 1",
          "From weights with ||w|| != 1 the first step changes the function by an amount that does not vanish with "
          "gamma, as the projection does not rescale v: from w = 2, v = 1, which fits y = 2, to f(1) = 1 - gamma. "
          "Rescaled first to ||w|| = 1, as Theorem 3 allows, the function stays.",
          "f after the step from (2, 1) is (1 - gamma) relu(x), not near 2 relu(x)", Certificate(jump), ("x = 1, "
          "lambda = 1",),
          Control("from w = 1, v = 2", Certificate(lambda: jump(1, 2))), ours=True),
    Claim("yang2022.algorithm-1.letter-l", "Section 4, Algorithm 1, input",
          "The input of Algorithm 1 is the loss functions L, and its loop ends at floor(L/2).", "L, L(W), floor(L/2)",
          Informal("one letter for the loss and for the number of layers; each place says which is meant, except that "
                   "the number of layers is 1 more than in Eqn (1)", "yang2022.eq-2.corrected")),
    Claim("yang2022.algorithm-1.letter-i", "Section 4, Algorithm 1, Prox_2",
          "Prox_2(z)_i, with the units being called i.", "Prox_2(z)_i = z_i - lambda gamma z_i / ||z||_2",
          Informal("one letter for a unit and for the entries of its z = v_{i,2j-1}: the second is meant in Prox_2, as "
                   "z has no other index", "yang2022.algorithm-1.prox")),
    Claim("yang2022.section-4.leftover-decay", "Section 4, after Algorithm 1",
          "Standard weight decay is applied to the additional weights: what is left over takes a step of gradient "
          "descent on G, which the term c/2 sum ||v_i,L||^2 of R~ makes weight decay with the same lambda.",
          "W^L <- (1 - gamma lambda) W^L - gamma dL/dW^L",
          ForAll(leftover_not_decayed(), stepped(), ladder=("balls",), n_examples=60), ("biases inside w",),
          Control("with 2 lambda", ForAll(leftover_not_decayed(2), stepped(), ladder=("balls",)))),
    Claim("yang2022.section-4.leftover-units", "Section 4, after Algorithm 1",
          "As indicated in Eqn (2), there may be weights associated to non-homogeneous units: v_i,L.",
          "c = 1: the v_i,L",
          Informal("two readings: of the output units, which are linear and have no output weights; or of the hidden "
                   "units that v_i,L leaves, which Section 3 has as homogeneous, whose input weights are in another "
                   "couple, and which are balanced like all others", "yang2022.theorem-1.stationary")),
)
