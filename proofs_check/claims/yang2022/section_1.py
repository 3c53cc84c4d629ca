"""Section 1: a single unit, its rescaling, the rescaling of least weight decay, and what that is at its least."""

import math
from fractions import Fraction
from itertools import cycle, islice
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.layers import ReLU6
from pathnorm_ref.units import Bias, couples, incoming, outgoing, scale
from proofs_check.cases import convnet_cases, mlp_cases, units
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.definitions import euclidean_norm, prox_2
from proofs_check.rescaled import rescaled
from proofs_check.violations import both, fails, unequal

# --- one unit ------------------------------------------------------------------------------------------


def unit_output(unit, w, b, v):
    """v sigma(w x + b)."""
    t = w[None, :] @ unit.x[:, None] + b
    return v * unit.sigma.forward(unit.params, t)[0][0, 0]


def rescaled_output(unit):
    a = unit.factor
    return unequal(unit_output(unit, unit.w, unit.b, unit.v), unit_output(unit, unit.w / a, unit.b / a, a * unit.v))


def least_sum_of_squares():
    a, V, W = polynomials("a", "V", "W")
    return {"a^2 (a^2 V^2 + W^2 / a^2 - 2 V W) = (a^2 V - W)^2, so the sum is least just where a^2 = W / V":
            (a**2 * V)**2 + W**2 - 2 * a**2 * V * W == (a**2 * V - W)**2}


def wrong_square():
    a, V, W = polynomials("a", "V", "W")
    return {"the same with a = W / V": (a**2 * V)**2 + W**2 - 2 * a**2 * V * W == a**2 * (a * V - W)**2}


def product_at_minimum():
    a, V = polynomials("a", "V")
    W = a**2 * V
    return {"where W = a^2 V, a^2 (a^2 V^2 + W^2 / a^2) = 2 a^2 V W": a**4 * V**2 + W**2 == 2 * a**2 * V * W}


def product_elsewhere():
    a, V = polynomials("a", "V")
    W = a * V
    return {"the same where W = a V": a**4 * V**2 + W**2 == 2 * a**2 * V * W}


def halves(unit, factor):
    """alpha^2 ||v||^2 + alpha^-2 ||w||^2."""
    return factor**2 * np.sum(unit.v * unit.v) + np.sum(unit.w * unit.w) / factor**2


def attained(unit):
    """Whether neither twice nor half the factor gives less."""
    return fails(min(halves(unit, 2 * unit.factor), halves(unit, unit.factor / 2)) < halves(unit, unit.factor))


@st.composite
def one_sided(draw):
    """Units of which w or v is zero, and the other is not."""
    unit, value = draw(units()), draw(st.sampled_from([1.0, -2.0, 0.5]))
    if draw(st.booleans()):
        return unit._replace(w=0 * unit.w, v=np.full(unit.v.shape, value))
    return unit._replace(v=0 * unit.v, w=np.full(unit.w.shape, value))


def not_the_norm_of_the_matrix(unit):
    """||v w^T||_F^2 - ||w||^2 ||v||^2."""
    matrix = unit.v[:, None] * unit.w[None, :]
    return unequal(np.sum(matrix * matrix), np.sum(unit.w * unit.w) * np.sum(unit.v * unit.v))


def not_the_lasso_of_the_matrix(unit):
    """(sum |v_j w_i|)^2 - ||w||^2 ||v||^2."""
    total = np.sum(np.abs(unit.v[:, None] * unit.w[None, :]))
    return unequal(total * total, np.sum(unit.w * unit.w) * np.sum(unit.v * unit.v))


# --- nets ----------------------------------------------------------------------------------------------

def squared_products(case, params):
    """||w||^2 ||v||^2 of each unit of the couples."""
    return np.concatenate([
        np.sum(incoming(np, case.net, params, hidden, case.bias)**2, axis=1) *
        np.sum(outgoing(np, case.net, params, hidden)**2, axis=1) for hidden in couples(case.net)[0]])


def couples_rescaled(case):
    """The parameters after each unit of the couples took its own factor."""
    factors, params = cycle([Fraction(2), Fraction(1, 3), Fraction(7, 5)]), case.params
    for hidden in couples(case.net)[0]:
        factor = np.array(list(islice(factors, hidden.n_units)), dtype=object)
        params = scale(np, case.net, params, hidden, factor, 1 / factor)
    return params


def products_change(rescaling):
    return lambda case: unequal(squared_products(case, case.params), squared_products(case, rescaling(case)))


# --- a unit that no sample activates -------------------------------------------------------------------

class Idle(NamedTuple):
    """Output weights v where the gradient of the loss vanishes, the weight decay parameter, and the step."""

    v: np.ndarray
    lam: Fraction
    gamma: Fraction


@st.composite
def idle_units(draw):
    """v of rational norm below 1/2, and a threshold lam gamma from a tenth of that norm to twice it."""
    v = np.array(draw(st.sampled_from([[3.0, 4.0], [1.0, 2.0, -2.0], [-5.0], [0.5]]))) / 16
    lam = draw(st.sampled_from([Fraction(1), Fraction(1, 100)]))
    ratio = draw(st.sampled_from([Fraction(2), Fraction(1), Fraction(3, 7), Fraction(1, 10)]))
    return Idle(v, lam, ratio * euclidean_norm([Fraction(value) for value in v]) / lam)


def steps_to_zero(case):
    """ceil(||v|| / (lam gamma))."""
    return math.ceil(euclidean_norm(case.v) / (case.lam * case.gamma))


def decayed(case, steps):
    """v after steps of gradient descent on L + lam/2 ||v||^2, where the gradient of L is zero."""
    v = case.v
    for _ in range(steps):
        v = v - case.gamma * (0 * v + case.lam * v)
    return v


def thresholded(case, steps):
    """v after as many of Algorithm 1."""
    v = case.v
    for _ in range(steps):
        v = prox_2(v - case.gamma * 0 * v, case.lam, case.gamma)
    return v


def only_the_prox_zeroes(case):
    steps = steps_to_zero(case)
    return both(fails(not any(thresholded(case, steps) != 0)), fails(any(thresholded(case, steps - 1) != 0)),
                fails(all((decayed(case, steps) != 0) == (case.v != 0))))


def decay_zeroes_not(case):
    return fails(not any(decayed(case, steps_to_zero(case)) != 0))


CLAIMS = (
    Claim("yang2022.section-1.homogeneous-unit", "Section 1, second paragraph",
          "A unit with a homogeneous activation stays the same if v is multiplied, and w and b are divided, by any "
          "positive number.",
          "v sigma(w^T x + b) = alpha v sigma(alpha^-1 (w^T x + b)) for all alpha > 0",
          ForAll(rescaled_output, units(), ladder=("fractions",)),
          ("sigma positively homogeneous",),
          Control("the same of ReLU6", ForAll(rescaled_output, units(activations=lambda n: st.just(ReLU6()))))),
    Claim("yang2022.section-1.alpha-squared", "Section 1, second paragraph",
          "Among all rescalings of a unit, alpha^2 = ||w|| / ||v|| gives the least sum of squares.",
          "argmin_{alpha > 0} alpha^2 ||v||^2 + alpha^-2 ||w||^2 = sqrt(||w|| / ||v||)",
          Certificate(least_sum_of_squares), ("w and v are not zero",),
          Control("the same of alpha = ||w|| / ||v||", Certificate(wrong_square))),
    Claim("yang2022.section-1.minimum", "Section 1, second paragraph",
          "At that rescaling half the sum of squares is the product of the norms.",
          "1/2 (||w||^2 + ||v||^2) = ||w|| ||v|| at a minimum", Certificate(product_at_minimum),
          ("the minimum among the rescalings is attained: w and v are not zero",),
          Control("the same at alpha = ||w|| / ||v||", Certificate(product_elsewhere))),
    Claim("yang2022.section-1.minimum.not-attained", "Section 1, second paragraph",
          "Of a unit with exactly one side zero no rescaling is the smallest: from every alpha > 0 twice or half of it "
          "is better, and ||w|| ||v|| = 0 is the infimum.",
          "w = 0 or v = 0, not both: no argmin_{alpha > 0} alpha^2 ||v||^2 + alpha^-2 ||w||^2",
          ForAll(attained, one_sided(), ladder=("fractions",)), ("exactly one of w and v is zero",),
          Control("the same of any unit", ForAll(attained, units(), ladder=("fractions",))), ours=True),
    Claim("yang2022.section-1.matrix-norm", "Section 1, second paragraph",
          "||w|| ||v|| is the Frobenius norm of the matrix v w^T: a sum over units is the group lasso of these "
          "matrices, which is what is reminiscent of lasso and group lasso.",
          "||w||_2 ||v||_2 = ||v w^T||_F", ForAll(not_the_norm_of_the_matrix, units(), ladder=("fractions",)), (),
          Control("it is the lasso of that matrix, sum |v_j w_i|", ForAll(
              not_the_lasso_of_the_matrix, units(), ladder=("fractions",))), ours=True),
    Claim("yang2022.section-1.same-sparsity", "Section 1, second paragraph, and Theorem 3",
          "Rescaling units of the couples changes no product ||w|| ||v||. So minimisers of F and of G, which are "
          "rescalings of one another (but for units with one side zero, which count for nothing), have the same active "
          "units: neither objective has the sparser ones.",
          "||alpha w|| ||v / alpha|| = ||w|| ||v||",
          ForAll(products_change(couples_rescaled), st.one_of(mlp_cases(Bias.INSIDE), convnet_cases(Bias.INSIDE)),
                 ladder=("fractions",), n_examples=60), ("biases inside w",),
          Control("rescaling other hidden layers too changes none", ForAll(
              products_change(rescaled), mlp_cases(Bias.INSIDE), ladder=("fractions",))), ours=True),
    Claim("yang2022.section-1.theory-sparser", "Section 1, last sentence",
          "Theory (Sec. 3) has shown that the proximal operation leads to solutions that are sparser, have smaller "
          "Lipschitz constants and are more robust than solutions based on weight decay training.",
          "sparsity, Lipschitz constant and robustness of argmin G against argmin F",
          Informal("two readings: of minimisers, Theorem 3 says that they are the same up to rescaling, so none is "
                   "sparser; of what training has found after some time, Section 3 says nothing, and Section 5 is a "
                   "matter of experiments", "yang2022.section-1.same-sparsity")),
    Claim("yang2022.section-1.exact-zeros", "Section 1, first paragraph, and Appendix C.3",
          "Where the gradient of the loss vanishes, as for a unit that no sample activates, weight decay never takes v "
          "to zero; the prox does in ceil(||v|| / (lambda gamma)) steps, and not before.",
          "(1 - lambda gamma)^t v != 0 for all t; Prox_2^t(v) = 0 just for t >= ||v|| / (lambda gamma)",
          ForAll(only_the_prox_zeroes, idle_units(), ladder=("fractions",)), ("0 < lambda gamma < 1", "v is not 0"),
          Control("weight decay does in as many steps", ForAll(decay_zeroes_not, idle_units(), ladder=("fractions",))),
          ours=True),
)
