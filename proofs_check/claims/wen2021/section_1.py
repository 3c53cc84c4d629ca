"""Section 1: what is said of earlier work, and to which activations Theorem 1 applies."""

from fractions import Fraction

import numpy as np

from pathnorm_ref.arrays import ball
from pathnorm_ref.complexity import chain_units, rademacher
from pathnorm_ref.layers import ReLU, Tanh
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.section_2 import sigma
from proofs_check.claims.wen2021.theorem_1 import (
    Sizes,
    classes,
    exceeds,
    first,
    is_steep,
    no_smaller,
    of_nets,
    second,
    sizes,
)


def norm_of_normalized(square):
    """||w||^2 of w = g v / ||v||, v = (a, b), times ||v||^2."""
    def facts():
        g, a, b = polynomials("g", "a", "b")
        return {"(g a)^2 + (g b)^2 = ||w||^2 (a^2 + b^2)": (g * a)**2 + (g * b)**2 == square(g) * (a**2 + b**2)}
    return facts


def below_1_at_1(layer):
    def facts():
        value = sigma(layer, np.array(ball(1), dtype=object))
        return {f"{type(layer).__name__}(1) = {value.mid().str(3, radius=False)} < 1": bool(value < 1)}
    return facts


def above_the_first_with(shift):
    """Whether the complexity of nets with one hidden layer of sigma + shift is above Theorem 1's first bound.

    Its units are those of sigma, all raised by the shift.
    """
    def violation(case):
        h = chain_units(case.x, 1, case.c, case.sigma) + shift
        return exceeds(rademacher(h, case.o), first(of_nets(case)))
    return violation


def by_contraction(s):
    """o (2 c rho)^k sqrt(2 log(2 m_1) / n): a factor 2 c rho for each hidden layer, no biases."""
    return ball(s.o * (2 * s.c * s.rho)**s.k) * (2 * ball(2 * s.m1).log() / s.n).sqrt()


def second_times_2_to_the_k(s):
    return 2**s.k * second(s)


CLAIMS = (
    Claim("wen2021.section-1.weight-normalization", "Section 1, third paragraph",
          "Weight normalization works by bounding the Euclidean norm of the incoming weights of each unit (Salimans and "
          "Kingma 2016).", "w = g v / ||v||_2",
          Informal("of another work; as that defines it the norm is |g|, a parameter that is trained, and nothing is "
                   "bounded", "wen2021.section-1.weight-normalization.norm")),
    Claim("wen2021.section-1.weight-normalization.norm", "Section 1, third paragraph",
          "w = g v / ||v||_2 has the norm |g|, which may be anything.", "||g v / ||v||_2||_2 = |g|",
          Certificate(norm_of_normalized(lambda g: g**2)), ("v is not 0", "two weights"),
          Control("it has the norm 1", Certificate(norm_of_normalized(lambda g: 0 * g + 1))), ours=True),
    Claim("wen2021.section-1.earlier-bounds", "Section 1, third paragraph",
          "The bounds of Bartlett (1998), Neyshabur et al. (2015) and Sun et al. (2016) are 2^k times larger than that of "
          "Theorem 1.", "2^k",
          Informal("of other works, and of how bounds grow: with a factor 2 for each layer and nothing else the ratio is "
                   "less than 2^k, as there is no sqrt(k) then", "wen2021.section-1.earlier-bounds.ratio")),
    Claim("wen2021.section-1.earlier-bounds.ratio", "Section 1, third paragraph",
          "o (2 c rho)^k sqrt(2 log(2 m_1) / n), a factor of 2 for each hidden layer and no biases, is less than 2^k times "
          "Theorem 1's second bound.",
          "o (2 c rho)^k sqrt(2 log(2 m_1) / n) < 2^k (second bound)",
          ForAll(no_smaller(by_contraction, second_times_2_to_the_k), sizes(), meets=is_steep, ladder=("fractions",)),
          ("c rho >= 1",),
          Control("less than the second bound itself", ForAll(no_smaller(by_contraction, second), examples=(
              Sizes(1, 9, 1, Fraction(1), Fraction(1), Fraction(1)),))), ours=True),
    Claim("wen2021.section-1.bias-by-unit", "Section 1, third paragraph",
          "It is difficult to extend bounds without biases to networks with them, especially when the activation fails to "
          "map the bias neuron to one.", "sigma(1) = 1",
          Informal("how difficult is a matter of opinion; if sigma(1) = 1 and c >= 1 a unit with one weight 1 hands the "
                   "bias neuron on", "wen2021.section-1.tanh-bias")),
    Claim("wen2021.section-1.tanh-bias", "Section 1, third paragraph", "tanh fails to map the bias neuron to one.",
          "tanh(1) != 1", Certificate(below_1_at_1(Tanh())), (),
          Control("so does ReLU", Certificate(below_1_at_1(ReLU())))),
    Claim("wen2021.section-1.lipschitz-activations", "Section 1, third paragraph, last sentence",
          "The result, Theorem 1, is applicable to all Lipschitz-continuous activation functions.",
          "R_S(SN_{c,o}^{k,d,sigma}) <= first bound, for every rho-Lipschitz sigma",
          Informal("of all that the paper considers: by Section 2.3 those with sigma(0) = 0, without which it would not be "
                   "so, as relu + 16 shows", "wen2021.section-1.lipschitz-activations.corrected")),
    Claim("wen2021.section-1.lipschitz-activations.corrected", "Section 1, third paragraph, last sentence",
          "It is applicable to those with sigma(0) = 0, which Section 2.3 assumes.",
          "R_S(SN_{c,o}^{k,d,sigma}) <= first bound, for every rho-Lipschitz sigma with sigma(0) = 0",
          ForAll(above_the_first_with(0), classes((1, 1)), ladder=("fractions",)), ("sigma(0) = 0", "k = 1"),
          Control("for sigma + 16 too", ForAll(above_the_first_with(16), classes((1, 1)))), ours=True,
          explanation="Without it: one sample, one hidden unit, c = o = 1, sigma = relu + 16. Then f = sigma(1) = 17 and -f "
          "are in the class, so that the complexity is at least 17; the bound is 3 sqrt(2 log 16) + sqrt(2 log 2) < 8.3."),
    Claim("wen2021.section-1.architecture", "Section 1, third paragraph, and Section 2.2",
          "The generalization error has minimal dependence on the network architecture.", "widths, depth",
          Informal("minimal is not defined: the bounds have no width, and sqrt(k) (c rho)^k of the depth",
                   "wen2021.remark-1.depth")),
)
