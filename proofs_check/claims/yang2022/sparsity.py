"""Section 4, from Theorem 3 to Algorithm 1: the path-norm of a neuron, its kinks, and sparsity as lambda grows."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import system
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.layers import LeakyReLU, ReLU
from pathnorm_ref.losses import squared_error
from pathnorm_ref.objectives import path_norm_objective
from pathnorm_ref.units import Bias
from proofs_check.cases import NetCase, mlp_cases, units
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.section_4 import Pair
from proofs_check.definitions import path_sum
from proofs_check.violations import above, unequal

# --- the path-norm of a neuron -------------------------------------------------------------------------

def not_its_paths(unit):
    """(||w|| ||v||)^2 less the sum over paths through the neuron of the squared product of weights."""
    return unequal(np.sum(unit.w * unit.w) * np.sum(unit.v * unit.v),
                   path_sum([unit.w[None, :], unit.v[:, None]], p=2))


def not_the_paths_of_two(unit):
    """The same of two equal neurons side by side: (2 ||w|| ||v||)^2."""
    twice = 4 * np.sum(unit.w * unit.w) * np.sum(unit.v * unit.v)
    return unequal(twice, path_sum([np.stack([unit.w, unit.w]), np.stack([unit.v, unit.v], axis=1)], p=2))


# --- kinks ---------------------------------------------------------------------------------------------

STEPS = (Fraction(1), Fraction(1, 10), Fraction(1, 10**6))


def second_difference(f, w, v, k):
    """(f(w, v + k) + f(w, v - k) - 2 f(w, v)) / |k|, which vanishes with k where f is differentiable in v."""
    return (f(w, v + k) + f(w, v - k) - 2 * f(w, v)) / abs(k)


def kinks_of(f):
    """That f has a kink at (1, 0), and that f(h, k) <= (h^2 + k^2) / 2, so that at (0, 0) its gradient is 0."""
    a, b = polynomials("a", "b")
    return {"at w = 1, v = 0 the second difference over |k| is 2 for k = 1, 1/10, 1/10^6": all(
        second_difference(f, Fraction(1), Fraction(0), k) == 2 for k in STEPS),
        "at w = v = 0 the function of (h, k) is at most (h^2 + k^2) / 2, by (a - b)^2 >= 0 with a = |h|, b = |k|":
            a**2 + b**2 - 2 * a * b == (a - b)**2 and all(f(h, k) <= (h * h + k * k) / 2 for h in STEPS for k in STEPS),
        "elsewhere it is the root of the polynomial w^2 v^2 > 0":
            all(f(s * h, t * k)**2 == h**2 * k**2 for h in STEPS for k in STEPS for s in (1, -1) for t in (1, -1))}


def product_of_norms(w, v):
    return abs(w) * abs(v)


def product_of_squares(w, v):
    return w * w * v * v


# --- minimisers along lambda ---------------------------------------------------------------------------

def two_units(lam, *units_of_net):
    """v_1 sigma(w_1 x) + v_2 sigma(w_2 x), sigma of slopes 1 and 1/2, at x = 1, -2, for y = -14, 10."""
    columns = (*zip(*units_of_net, strict=True), (1, -2), (-14, 10))
    w, v, x, y = (np.array([[Fraction(value)] for value in column], dtype=object) for column in columns)
    return NetCase(mlp((1, 2, 1), LeakyReLU(0.5), bias=False), ((w,), (), (v.T,)), x, y, Fraction(lam), Bias.ABSENT)


ONE_ACTIVE = two_units(1, (1, -11), (0, 0))
TWO_ACTIVE = two_units(7, (1, Fraction(-40, 9)), (-1, Fraction(4, 9)))


def is_minimum(case):
    """Whether the weights minimise G, of a net of one input and one hidden layer, over any number of units.

    With g the gradient of L in the outputs f, a convex function of them: L(f') >= L(f) + <g, f' - f>, and a unit's
    output is |w| |v| times one of the features +-sigma(x), +-sigma(-x). If |<g, feature>| <= lam for both and
    <g, f> = -lam sum |w| |v|, then G(W') >= L(f) + lam sum |w| |v| = G(W).
    """
    f, _ = case.net.forward(case.params, case.x)
    g = squared_error(f, case.y)[1]
    features = [case.net[1].forward((), sign * case.x)[0] for sign in (1, -1)]
    (w,), _, (v,) = case.params
    return all(abs(np.sum(g * feature)) <= case.lam for feature in features) and \
        np.sum(g * f) == -case.lam * np.sum(np.abs(w[:, 0]) * np.abs(v[0]))


def are_minima_for_growing_lambda(pair):
    return pair.first.lam < pair.second.lam and is_minimum(pair.first) and is_minimum(pair.second)


def active(case):
    """How many units have |w| |v| > 0."""
    (w,), _, (v,) = case.params
    return int(np.sum((w[:, 0] != 0) & (v[0] != 0)))


def directions(case):
    """The number of signs of w among active units: the least number of units at any minimiser.

    The outputs f of all minimisers are the same, as L is strictly convex in them, and sigma(x) and sigma(-x) are
    linearly independent.
    """
    (w,), _, (v,) = case.params
    return len({a > 0 for a, b in zip(w[:, 0], v[0], strict=True) if a and b})


def more_terms(pair):
    """The least number of active units of a minimiser for the larger lambda, less the number of one for the smaller."""
    return directions(pair.second) - active(pair.first)


def sparse_minimiser(case):
    """That the case, with one unit at zero, minimises G, though without the penalty every minimiser has two."""
    features = [case.net[1].forward((), sign * case.x)[0][:, 0] for sign in (1, -1)]
    y = case.y[:, 0]
    return {f"G is least at w = {describe_units(case)}": bool(is_minimum(case)), "a unit of it is zero": active(case) < 2,
            "y, which minimisers of L fit, is a multiple of neither sigma(x) nor sigma(-x)": all(
                a[0] * y[1] != a[1] * y[0] for a in features)}


def describe_units(case):
    (w,), _, (v,) = case.params
    return f"({', '.join(map(str, w[:, 0]))}), v = ({', '.join(map(str, v[0]))})"


def exchange():
    """With G_ij = L_j + lambda_i R_j, of minimisers W_1 and W_2 for lambda_1 < lambda_2: G_12 >= G_11, G_21 >= G_22."""
    L1, L2, R1, R2, l1, l2 = polynomials("L1", "L2", "R1", "R2", "l1", "l2")
    G11, G12, G21, G22 = L1 + l1 * R1, L2 + l1 * R2, L1 + l2 * R1, L2 + l2 * R2
    return {"(l2 - l1) (R1 - R2) = (G12 - G11) + (G21 - G22) >= 0": (l2 - l1) * (R1 - R2) == (G12 - G11) + (G21 - G22),
            "L2 - L1 = (G12 - G11) + l1 (R1 - R2) >= 0": (G12 - G11) + l1 * (R1 - R2) == L2 - L1,
            "G22 - G11 = (G12 - G11) + (l2 - l1) R2 >= 0": (G12 - G11) + (l2 - l1) * R2 == G22 - G11}


def reversed_exchange():
    L1, L2, R1, R2, l1, l2 = polynomials("L1", "L2", "R1", "R2", "l1", "l2")
    G11, G12, G21, G22 = L1 + l1 * R1, L2 + l1 * R2, L1 + l2 * R1, L2 + l2 * R2
    return {"(l2 - l1) (R2 - R1) = (G12 - G11) + (G21 - G22)": (l2 - l1) * (R2 - R1) == (G12 - G11) + (G21 - G22)}


def below_zero_net(share=Fraction(1)):
    """G(0) - G(W) for lam = 1/n sum ||x_i|| ||y_i||, or a share of it."""
    def violation(case):
        sizes = euclidean(np, case.x, 1) * euclidean(np, case.y, 1)
        lam = np.sum(sizes) / (system(case.x)(share) * case.x.shape[0])
        at_zero = squared_error(0 * case.y, case.y)[0]
        return above(at_zero, path_norm_objective(case.net, case.params, case.x, case.y, lam, case.bias))
    return violation


def shallow(**options):
    return mlp_cases(n_layers=(2, 2), activations=lambda n: st.just(ReLU()), **options)


def aligned_unit(v):
    """v relu(x) at x = 1, y = 2: G(W) - G(0) = v^2 / 2 at lam = 2, the least there can be."""
    return NetCase(mlp((1, 1, 1), bias=False), ((np.ones((1, 1)),), (), (np.full((1, 1), v),)), np.ones((1, 1)),
                   np.full((1, 1), 2.0), Fraction(1), Bias.ABSENT)


CLAIMS = (
    Claim("yang2022.section-4.path-norm", "Section 4, after Theorem 3",
          "The product ||w|| ||v|| is the path-norm of the neuron: the root of the sum, over the paths through it, of "
          "the squared products of weights.",
          "(||w||_2 ||v||_2)^2 = sum over paths i -> unit -> j of w_i^2 v_j^2",
          ForAll(not_its_paths, units(), ladder=("fractions",)), (),
          Control("the sum over two neurons is the path-norm of both together", ForAll(
              not_the_paths_of_two, units(), ladder=("fractions",)))),
    Claim("yang2022.section-4.non-smooth", "Section 4, after Theorem 3",
          "The product terms ||w|| ||v|| are non-smooth: just where one of w and v is zero and the other is not. Where "
          "both are, as at every dead unit of a minimiser of F, the gradient exists and is 0.",
          "(w, v) -> ||w||_2 ||v||_2 has kinks just where exactly one of w, v is 0",
          Certificate(lambda: kinks_of(product_of_norms)), ("w and v numbers, as on each line through the point",),
          Control("the same of ||w||^2 ||v||^2", Certificate(lambda: kinks_of(product_of_squares)))),
    Claim("yang2022.section-4.sparse-minimisers", "Section 4, after Theorem 3",
          "Minimisers of the path-norm objective may be sparse, where those of the loss are not.",
          "some W in argmin G_lambda has ||w_i|| ||v_i|| = 0", Certificate(lambda: sparse_minimiser(ONE_ACTIVE)),
          ("v_1 sigma(w_1 x) + v_2 sigma(w_2 x), sigma of slopes 1 and 1/2, x = (1, -2), y = (-14, 10), lambda = 1",),
          Control("for lambda = 7", Certificate(lambda: sparse_minimiser(TWO_ACTIVE)))),
    Claim("yang2022.section-4.fewer-terms", "Section 4, after Theorem 3",
          "As lambda increases fewer and fewer terms (neurons) are nonzero: if some minimiser for lambda has k active "
          "units, so has one for every larger lambda, or fewer.",
          "lambda_1 < lambda_2 implies min over argmin G_2 of #{||w_i|| ||v_i|| > 0} <= min over argmin G_1",
          ForAll(more_terms, examples=(Pair(ONE_ACTIVE, TWO_ACTIVE),), meets=are_minima_for_growing_lambda,
                 ladder=("fractions",)), ("lambda_1 = 1, lambda_2 = 7", "Leaky ReLU of slope 1/2, no biases"),
          fault="wrong", correction="yang2022.section-4.fewer-terms.corrected",
          tex=r"\lambda_1 < \lambda_2 \;\Rightarrow\; \#\{i : \|w_i\|_2 \|v_i\|_2 > 0\} \text{ at } \lambda_2 \le "
              r"\text{the same at } \lambda_1",
          explanation="On the samples a unit is |w| |v| times one of the features +-(1, -1) for w > 0, +-(-1/2, 2) for "
          "w < 0: a lasso with two columns of unequal size, convex in the outputs f. They are optimal if g, the gradient "
          "of L there, has inner products with the features of at most lambda in size, and <g, f> = -lambda sum |w| |v|. "
          "At lambda = 1 one unit with the outputs (-11, 11) is: g = (3/2, 1/2) has 1 and 1/4, and <g, f> = -11. At "
          "lambda = 7 the outputs (-14/3, 16/3) are: g = (14/3, -7/3) has 7 and -7, and <g, f> = -308/9 = -7 (40/9 + "
          "4/9). L being strictly convex in f no others are; and they are a multiple of neither feature, so that two "
          "units are needed. (As lambda grows from 0 there are 2, 1, 2, 1 and 0.)"),
    Claim("yang2022.section-4.fewer-terms.corrected", "Section 4, after Theorem 3",
          "As lambda increases the sum of the terms does not grow: for minimisers W_1, W_2 of G for lambda_1 < "
          "lambda_2, R~(W_2) <= R~(W_1), L(W_2) >= L(W_1) and G(W_2) >= G(W_1).",
          "lambda_1 < lambda_2 implies R~(W_2) <= R~(W_1)", Certificate(exchange),
          ("W_1 and W_2 are global minimisers", "R~ >= 0, lambda_1 >= 0"),
          Control("it does not shrink", Certificate(reversed_exchange)), ours=True,
          tex=r"\lambda_1 < \lambda_2 \;\Rightarrow\; \widetilde R(W_2) \le \widetilde R(W_1),\; L(W_2) \ge L(W_1)",
          explanation="Each of W_1 and W_2 is no worse than the other for its own lambda; add the two inequalities."),
    Claim("yang2022.section-4.all-zero", "Section 4, after Theorem 3",
          "For lambda >= 1/n sum ||x_i|| ||y_i|| no weights of a net of one hidden layer of ReLUs, without biases, "
          "have a smaller G, of the squared error, than 0: all terms can be zero.",
          "G_lambda(W) >= G_lambda(0) for lambda >= 1/n sum_i ||x_i||_2 ||y_i||_2",
          ForAll(below_zero_net(), shallow(), examples=(aligned_unit(2.0), aligned_unit(0.125)), ladder=("balls",),
                 n_examples=60),
          ("one hidden layer", "squared error 1/(2n) sum ||f(x_i) - y_i||^2", "no biases"),
          Control("for nine tenths of that lambda", ForAll(
              below_zero_net(Fraction(10, 9)), examples=(aligned_unit(0.125),), ladder=("balls",))), ours=True),
)
