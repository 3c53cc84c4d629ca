"""Section 1: a single unit, its rescaling, and the rescaling of least weight decay."""

from hypothesis import strategies as st

from pathnorm_ref.layers import ReLU6
from proofs_check.cases import units
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll
from proofs_check.claim import Claim, Control
from proofs_check.violations import unequal


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
)
