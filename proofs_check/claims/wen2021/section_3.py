"""Section 3: Rademacher complexities and generalization bounds."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.layers import LeakyReLU, ReLU, Tanh
from proofs_check.cases import arrays
from proofs_check.checks import ForAll
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.section_2 import sigma
from proofs_check.violations import above


class Pair(NamedTuple):
    """Two numbers, and the target of a loss."""

    a: np.ndarray
    b: np.ndarray
    y: np.ndarray


PAIRS = st.builds(Pair, *[arrays((), st.sampled_from([0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 3.0, 10.0, -10.0]))] * 3)



def steeper_than_1(layer):
    """|sigma(a) - sigma(b)| - |a - b|, as a function of a pair."""
    return lambda pair: above(abs(sigma(layer, pair.a) - sigma(layer, pair.b)), abs(pair.a - pair.b))


# --- losses --------------------------------------------------------------------------------------------

def truncated_squared(f, y):
    """L_S = min(((y - f) / 2)^2, 1)."""
    return min(((y - f) / 2)**2, 1 + 0 * f)


def truncated_absolute(f, y):
    """L_A = min(|y - f|, 1)."""
    return min(abs(y - f), 1 + 0 * f)


def violates_a3(pair):
    """(A3) of both losses: 1-Lipschitz in f, and at most 1."""
    a, b, y = pair.a[()], pair.b[()], pair.y[()]
    return max(max(abs(loss(a, y) - loss(b, y)) - abs(a - b), abs(loss(a, y)) - 1)
               for loss in (truncated_squared, truncated_absolute))


def squared_without_half(pair):
    """min((y - f)^2, 1) is 2-Lipschitz."""
    a, b, y = pair.a[()], pair.b[()], pair.y[()]
    return abs(min((y - a)**2, 1 + 0 * a) - min((y - b)**2, 1 + 0 * b)) - abs(a - b)


CLAIMS = (
    Claim("wen2021.section-3.lipschitz-relu", "Section 3, first paragraph", "ReLU is 1-Lipschitz.",
          "|relu(a) - relu(b)| <= |a - b|", ForAll(steeper_than_1(ReLU()), PAIRS, ladder=("fractions",)), (),
          Control("so is Leaky ReLU of slope 2", ForAll(steeper_than_1(LeakyReLU(2.0)), PAIRS))),
    Claim("wen2021.section-3.lipschitz-tanh", "Section 3, first paragraph", "tanh is 1-Lipschitz.",
          "|tanh(a) - tanh(b)| <= |a - b|", ForAll(steeper_than_1(Tanh()), PAIRS, ladder=("balls",)), (),
          Control("so is Leaky ReLU of slope 2", ForAll(steeper_than_1(LeakyReLU(2.0)), PAIRS))),
    Claim("wen2021.remark-3", "Section 3.2, Remark 3",
          "The truncated squared and absolute errors are 1-Lipschitz in f and at most 1.",
          "L_S = min(((y - f)/2)^2, 1), L_A = min(|y - f|, 1) satisfy (A3)",
          ForAll(violates_a3, PAIRS, ladder=("fractions",)), (),
          Control("so is min((y - f)^2, 1)", ForAll(
              squared_without_half, PAIRS, examples=(Pair(np.array(0.5), np.array(0.75), np.array(0.0)),)))),
)
