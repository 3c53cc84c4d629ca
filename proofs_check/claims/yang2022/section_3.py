"""Section 3, but for the Neural Balance Theorem: homogeneous activations, Eqn (1), the constant of a unit."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import ball, system
from pathnorm_ref.layers import LeakyReLU, PReLU, ReLU, ReLU6, Softplus, Tanh
from pathnorm_ref.network import Net
from pathnorm_ref.objectives import (
    loss_and_gradient,
    sum_of_squares,
    weight_decay_and_gradient,
    weight_decay_objective,
)
from pathnorm_ref.units import Bias, incoming, outgoing, weight_layers
from proofs_check.cases import NetCase, Unit, balanced_mlps, mlp_cases, units
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.section_1 import rescaled_output
from proofs_check.rescaled import difference, hidden_units, norms_of, rescaled
from proofs_check.violations import above, both, unequal

# --- homogeneity and rescaling -------------------------------------------------------------------------


def function_changes(case):
    return difference(case, rescaled(case))


def function_changes_without_bias(case):
    """The classic fault: weights are rescaled and biases are not."""
    params = tuple((new[0], *old[1:]) if len(old) > 1 else new
                   for old, new in zip(case.params, rescaled(case), strict=True))
    return difference(case, params)


def not_homogeneous():
    def sigma(layer, t):
        return Net(layer).forward(((),), np.array([[t]], dtype=object))[0][0, 0]
    return {"relu6(12) < 2 relu6(6)": bool(sigma(ReLU6(), Fraction(12)) < 2 * sigma(ReLU6(), Fraction(6))),
            "tanh(2) < 2 tanh(1)": bool(sigma(Tanh(), ball(2)) < 2 * sigma(Tanh(), ball(1))),
            "softplus(2) < 2 softplus(1)": bool(sigma(Softplus(), ball(2)) < 2 * sigma(Softplus(), ball(1)))}


def not_two_slopes(unit):
    """sigma(t) against sigma(1) max(t, 0) + sigma(-1) max(-t, 0), at t = w x + b."""
    t = unit.w[None, :] @ unit.x[:, None] + unit.b
    plus, minus = slopes(unit)
    return unequal(unit.sigma.forward(unit.params, t)[0][0, 0],
                   plus * max(t[0, 0], 0 * t[0, 0]) + minus * max(-t[0, 0], 0 * t[0, 0]))


def decay_step(case, shrinking=1):
    """A step of gradient descent on F against (1 - gamma lam) W - gamma grad L, gamma = 1/8."""
    gamma, arguments = system(case.x)(Fraction(1, 8)), (case.net, case.params, case.x, case.y)
    d_F = weight_decay_and_gradient(*arguments, case.lam, case.bias, case.loss)[1]
    d_L = loss_and_gradient(*arguments, case.loss)[1]
    return both(*(unequal(W - gamma * dF, (1 - shrinking * gamma * case.lam) * W - gamma * dL)
                  for i in weight_layers(case.net)
                  for W, dF, dL in zip(case.params[i], d_F[i], d_L[i], strict=True)))


def relu_not_homogeneous():
    layer = Net(ReLU())
    one, two = (layer.forward(((),), np.array([[Fraction(n)]], dtype=object))[0][0, 0] for n in (1, 2))
    return {"relu(2) < 2 relu(1)": bool(two < 2 * one)}


HOMOGENEOUS = (
    Claim("yang2022.section-3.homogeneous-activations", "Section 3, second paragraph",
          "ReLU, Leaky ReLU and PReLU are homogeneous.",
          "sigma(alpha x) = alpha sigma(x) for any alpha > 0",
          ForAll(rescaled_output, units(lambda n: st.sampled_from([ReLU(), LeakyReLU(), LeakyReLU(0.25), PReLU(n)])),
                 ladder=("fractions",)),
          (), Control("the same of ReLU6", ForAll(rescaled_output, units(lambda n: st.just(ReLU6()))))),
    Claim("yang2022.section-3.not-homogeneous", "Section 3, second paragraph",
          "ReLU6, tanh and softplus are not homogeneous: none of what follows holds of them.",
          "sigma(2 t) < 2 sigma(t) for some t", Certificate(not_homogeneous), (),
          Control("the same of ReLU", Certificate(relu_not_homogeneous)), ours=True),
    Claim("yang2022.section-3.two-slopes", "Section 3, second paragraph",
          "A homogeneous function of one number has two slopes and is 0 at 0: sigma(t) = sigma(1) t for t > 0, "
          "sigma(-1) |t| for t < 0, and sigma(0) = alpha sigma(0) for every alpha > 0.",
          "sigma(t) = sigma(1) max(t, 0) + sigma(-1) max(-t, 0)",
          ForAll(not_two_slopes, units(), ladder=("fractions",)), ("sigma positively homogeneous",),
          Control("the same of ReLU6", ForAll(not_two_slopes, units(lambda n: st.just(ReLU6())), ladder=("fractions",))),
          ours=True),
    Claim("yang2022.section-3.decay-step", "Section 3, first paragraph",
          "Minimised by gradient descent, R leads to weight decay: a step on F shrinks the weights by 1 - gamma lambda "
          "and takes a step on L.", "W - gamma grad F(W) = (1 - gamma lambda) W - gamma grad L(W)",
          ForAll(decay_step, mlp_cases(Bias.INSIDE), ladder=("fractions",), n_examples=60),
          ("biases count as weights",),
          Control("it shrinks them by 1 - 2 gamma lambda (the factor 1/2 of F forgotten)", ForAll(
              lambda case: decay_step(case, shrinking=2), mlp_cases(Bias.INSIDE), ladder=("fractions",)))),
    Claim("yang2022.section-3.rescaling", "Section 3, second paragraph",
          "Rescaling every hidden unit of an MLP without biases leaves its function as it was.",
          "v sigma(w^T x) = alpha v sigma(alpha^-1 w^T x) for every alpha > 0",
          ForAll(function_changes, mlp_cases(), ladder=("fractions",)), ("sigma positively homogeneous", "no biases"),
          Control("the same of tanh", ForAll(function_changes, mlp_cases(activations=lambda n: st.just(Tanh())),
                                             ladder=("balls",)))),
    Claim("yang2022.section-3.rescaling.biases", "Section 3, second paragraph",
          "Rescaling every hidden unit of a net with biases leaves its function as it was, if a unit's bias is "
          "rescaled with its incoming weights.",
          "v sigma(w^T x + b) = alpha v sigma(alpha^-1 w^T x + alpha^-1 b) for every alpha > 0",
          ForAll(function_changes, mlp_cases(Bias.FREE), ladder=("fractions", "balls"), applies=lambda case: True),
          ("sigma positively homogeneous", "weights of different layers are not shared"),
          Control("the biases stay as they are", ForAll(function_changes_without_bias, mlp_cases(Bias.FREE))),
          ours=True),
)


# --- Eqn (1), and the Lipschitz constant of a unit -----------------------------------------------------

def product_of_balanced():
    a, b = polynomials("a", "b")
    return {"a^2 + b^2 - 2 a b = (a - b)^2, which is 0 where a = b": a**2 + b**2 - 2 * a * b == (a - b)**2}


def product_of_any():
    a, b = polynomials("a", "b")
    return {"a^2 + b^2 = 2 a b": a**2 + b**2 == 2 * a * b}


def norm_products(case):
    """The sum of ||w|| ||v|| over the units of all hidden layers."""
    return sum(np.sum(w * v) for w, v in norms_of(case))


def eq_1_right(case):
    """The right side of Eqn (1), of a net with at least one hidden layer."""
    norms = norms_of(case)
    first, last = norms[0][0], norms[-1][1]
    return np.sum(first * first) / 2 + np.sum(last * last) / 2 + norm_products(case)


def eq_1(case):
    """|R - right side of Eqn (1)|."""
    return unequal(sum_of_squares(case.net, case.params, case.bias), eq_1_right(case))


def eq_1_gap(case, share=2):
    """R less the right side of Eqn (1), against 1/2 sum (||w|| - ||v||)^2 over all hidden units."""
    remainder = sum(np.sum((w - v) * (w - v)) for w, v in norms_of(case))
    return unequal(sum_of_squares(case.net, case.params, case.bias) - eq_1_right(case), remainder / share)


def squares_by_unit(case, ends=True):
    """R against the sum over units of (||w||^2 + ||v||^2) / 2, and half the squares of the first and the last "
    "matrix."""
    squares = [(np.sum(incoming(np, case.net, case.params, hidden, case.bias)**2),
                np.sum(outgoing(np, case.net, case.params, hidden)**2)) for hidden in hidden_units(case.net)]
    right = sum(w + v for w, v in squares) / 2 + (squares[0][0] + squares[-1][1]) / 2 * ends
    return unequal(sum_of_squares(case.net, case.params, case.bias), right)


def output_bias_case():
    """One sample x = 0, y = 1, lam = 1/2, and the minimiser of F: the output bias 2/3, all else 0.

    With s = v relu(b_1), F >= (s + b_2 - 1)^2 / 2 + lam |s| + lam b_2^2 / 2, which is convex in (s, b_2) and has its
    minimum at s = 0, b_2 = 2/3: its derivative in b_2 is 0 there, those in s from both sides 1/6 and -5/6.
    """
    exact = [np.array(values, dtype=object) for values in ([[0]], [0], [[0]], [Fraction(2, 3)])]
    exact = [array * Fraction(1) for array in exact]
    return NetCase(mlp((1, 1, 1)), (tuple(exact[:2]), (), tuple(exact[2:])), np.zeros((1, 1)), np.ones((1, 1)),
                   Fraction(1, 2), Bias.INSIDE)


def is_output_bias_minimum(case):
    """Whether F is at the minimum of that convex bound, 1/6, which the docstring of `output_bias_case` finds."""
    return weight_decay_objective(*case) == Fraction(1, 6)


def relu_lipschitz_gap(unit):
    """||w|| ||v|| ||x - x2|| against the largest ||eta(x) - eta(x2)||, reached between 0 and w, or 0 and -w.

    Squared: the largest quotient is max(sigma(1)^2, sigma(-1)^2) ||w||^2 ||v||^2.
    """
    plus, minus = slopes(unit)
    squares = np.sum(unit.w * unit.w) * np.sum(unit.v * unit.v)
    return unequal(max(plus * plus, minus * minus) * squares, squares)


def slopes(unit):
    one = unit.x[:1] * 0 + 1
    return tuple(unit.sigma.forward(unit.params, s * one[None, :])[0][0, 0] for s in (1, -1))


def steepest_slope(unit):
    """max(|sigma(1)|, |sigma(-1)|) ||w|| ||v|| is attained between 0 and w or -w, and exceeded nowhere; squared."""
    plus, minus = slopes(unit)
    bound = max(plus * plus, minus * minus) * np.sum(unit.w * unit.w) * np.sum(unit.v * unit.v)
    gap, distance = eta(unit, unit.x) - eta(unit, unit.x2), unit.x - unit.x2
    attained = [eta(unit, s * unit.w) - eta(unit, 0 * unit.w) for s in (1, -1)]
    return both(above(np.sum(gap * gap), bound * np.sum(distance * distance)),
                unequal(max(np.sum(a * a) for a in attained), bound * np.sum(unit.w * unit.w)))


def eta(unit, x):
    """eta(x) = v sigma(w^T x)."""
    return unit.v * unit.sigma.forward(unit.params, unit.w[None, :] @ x[:, None])[0][0, 0]


def trained_prelu():
    """PReLU with a trained slope of 2, w = v = 1."""
    one = np.ones(1)
    return Unit(Net(PReLU(1)), ((2 * one,),), one, np.zeros(()), one, 0 * one, one, Fraction(1))


NORMS = (
    Claim("yang2022.section-3.unit-contribution", "Section 3, before Eqn (1)",
          "A balanced unit contributes (||w||^2 + ||v||^2) / 2 = ||w|| ||v|| to the sum of squares.",
          "1/2 (||w||^2 + ||v||^2) = ||w|| ||v||", Certificate(product_of_balanced), ("||w|| = ||v||",),
          Control("the same of any unit", Certificate(product_of_any))),
    Claim("yang2022.eq-1", "Section 3, Eqn (1)",
          "In a net of L layers of homogeneous neurons (L + 1 weight matrices, no biases), all balanced, R is the sum "
          "of all products of norms and half the squares of the first and the last matrix.",
          "R(W) = 1/2 sum ||w_i,1||^2 + 1/2 sum ||v_i,L||^2 + sum_k sum_i ||w_i,k|| ||v_i,k||",
          ForAll(eq_1, balanced_mlps(), ladder=("fractions",), n_examples=60), ("every unit is balanced", "no biases"),
          Control("the same of nets out of balance", ForAll(eq_1, mlp_cases(n_layers=(2, 4)))),
          tex=r"R(W) = \tfrac12 \sum_{i=1}^{n_1} \|w_{i,1}\|_2^2 + \tfrac12 \sum_{i=1}^{n_L} \|v_{i,L}\|_2^2 + "
              r"\sum_{k=1}^L \sum_{i=1}^{n_k} \|w_{i,k}\|_2 \|v_{i,k}\|_2"),
    Claim("yang2022.eq-1.gap", "Section 3, Eqn (1)",
          "At any weights R is the right side of Eqn (1) and 1/2 sum over all hidden units of (||w|| - ||v||)^2.",
          "R(W) - right side of (1) = 1/2 sum_k sum_i (||w_i,k|| - ||v_i,k||)^2",
          ForAll(eq_1_gap, mlp_cases(n_layers=(2, 4)), ladder=("fractions", "balls"), n_examples=60), ("no biases",),
          Control("the same without the factor 1/2", ForAll(
              lambda case: eq_1_gap(case, share=1), mlp_cases(n_layers=(2, 4)))), ours=True),
    Claim("yang2022.eq-1.twice", "Section 3, around Eqn (1)",
          "Each neuron contributes (||w||^2 + ||v||^2) / 2 to R: certain weights appear twice, as input of one neuron "
          "and output of another, and those of the first and the last matrix once, of which half the squares are "
          "added.",
          "R(W) = sum_k sum_i 1/2 (||w_i,k||^2 + ||v_i,k||^2) + 1/2 sum_i ||w_i,1||^2 + 1/2 sum_i ||v_i,L||^2",
          ForAll(squares_by_unit, mlp_cases(n_layers=(2, 4)), ladder=("fractions",), n_examples=60), ("no biases",),
          Control("the same without the two ends", ForAll(
              lambda case: squares_by_unit(case, ends=False), mlp_cases(n_layers=(2, 4))))),
    Claim("yang2022.eq-1.bias-inside", "Section 3, Eqn (1), with biases as part of the weights (Appendix B.2.2)",
          "Eqn (1) holds at a global minimum of F, with biases that are penalised.", "as Eqn (1), W with biases",
          ForAll(eq_1, examples=(output_bias_case(),), meets=is_output_bias_minimum),
          ("a global minimum of F", "biases inside w"),
          fault="missing hypothesis", correction="yang2022.eq-1", ours=True),
    Claim("yang2022.section-3.lipschitz-constant", "Section 3, last sentence",
          "||w|| ||v|| is the Lipschitz constant of v sigma(w^T x), for the homogeneous sigma of the section (ReLU, "
          "Leaky ReLU, PReLU).", "Lip(v sigma(w^T .)) = ||w||_2 ||v||_2",
          ForAll(relu_lipschitz_gap, units(lambda n: st.sampled_from([ReLU(), PReLU(n)]), bias=False),
                 examples=(trained_prelu(),)), ("sigma homogeneous",),
          fault="missing hypothesis", correction="yang2022.section-3.lipschitz-constant.corrected",
          tex=r"\mathrm{Lip}(v\, \sigma(w^T \cdot)) = \|w\|_2 \|v\|_2",
          explanation="A PReLU may have slope 2 for negative arguments. With w = v = 1, eta(-1) = -2 and eta(0) = 0: "
          "a distance of 2, where ||w|| ||v|| |x - x'| = 1. (The squares differ by 3.) Appendix A.3, to which the "
          "sentence refers, does assume that sigma is 1-Lipschitz."),
    Claim("yang2022.section-3.lipschitz-constant.corrected", "Section 3, last sentence",
          "The Lipschitz constant of v sigma(w^T x) is max(|sigma(1)|, |sigma(-1)|) ||w|| ||v||: of ReLU, ||w|| ||v||.",
          "Lip(v sigma(w^T .)) = max(|sigma(1)|, |sigma(-1)|) ||w||_2 ||v||_2",
          ForAll(steepest_slope, units(bias=False), ladder=("fractions",)), ("sigma positively homogeneous",),
          Control("the same of ReLU6", ForAll(steepest_slope, units(lambda n: st.just(ReLU6()), bias=False),
                                              ladder=("fractions",))), ours=True,
          tex=r"\mathrm{Lip}(v\, \sigma(w^T \cdot)) = \max(|\sigma(1)|, |\sigma(-1)|)\, \|w\|_2 \|v\|_2"),
    Claim("yang2022.section-3.lipschitz-smooth", "Section 3, last sentence",
          "Weight decay encourages solutions that are Lipschitz smooth.", "f is Lipschitz smooth",
          Informal("two readings: with a small Lipschitz constant, as Appendix A.3 has it; or with a Lipschitz "
                   "gradient, as the term is used in optimisation, which no unit with a kink has, whatever its weights",
                   "yang2022.appendix-a3.lipschitz")),
)

CLAIMS = HOMOGENEOUS + NORMS
