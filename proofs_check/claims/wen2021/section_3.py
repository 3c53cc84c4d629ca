"""Section 3, first paragraph: the activations' Lipschitz constants."""



from pathnorm_ref.layers import LeakyReLU, ReLU, Tanh
from proofs_check.checks import ForAll
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.section_2 import sigma
from proofs_check.claims.wen2021.theorem_2 import PAIRS
from proofs_check.violations import above


def steeper_than_1(layer):
    """|sigma(a) - sigma(b)| - |a - b|, as a function of a pair."""
    return lambda pair: above(abs(sigma(layer, pair.a) - sigma(layer, pair.b)), abs(pair.a - pair.b))


CLAIMS = (
    Claim("wen2021.section-3.lipschitz-relu", "Section 3, first paragraph", "ReLU is 1-Lipschitz.",
          "|relu(a) - relu(b)| <= |a - b|", ForAll(steeper_than_1(ReLU()), PAIRS, ladder=("fractions",)), (),
          Control("so is Leaky ReLU of slope 2", ForAll(steeper_than_1(LeakyReLU(2.0)), PAIRS))),
    Claim("wen2021.section-3.lipschitz-tanh", "Section 3, first paragraph", "tanh is 1-Lipschitz.",
          "|tanh(a) - tanh(b)| <= |a - b|", ForAll(steeper_than_1(Tanh()), PAIRS, ladder=("balls",)), (),
          Control("so is Leaky ReLU of slope 2", ForAll(steeper_than_1(LeakyReLU(2.0)), PAIRS))),
)
