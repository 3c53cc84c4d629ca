"""Section 4: when a net is in the class S."""

from fractions import Fraction

import numpy as np

from proofs_check.checks import Certificate, ForAll
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.section_2 import Matrices, in_class, l_1_inf, matrices
from proofs_check.violations import fails


def printed_criterion_fails(case):
    return fails(in_class(case) == all(l_1_inf(V) <= case.c for V in case.V))


def relu_net(hidden, output):
    """output relu(hidden x), as the document stores it: bias first."""
    return Matrices((np.array([[Fraction(0)], [Fraction(hidden)]], dtype=object),
                     np.array([[Fraction(0)], [Fraction(output)]], dtype=object)), Fraction(1))


def function(case):
    """Its values at -1, 0, 1, which determine output relu(hidden x) for hidden > 0."""
    hidden, output = (V[1, 0] for V in case.V)
    return [output * max(hidden * x, Fraction(0)) for x in (-1, 0, 1)]


def one_representation_suffices():
    inside, outside = relu_net(1, 1), relu_net(2, Fraction(1, 2))
    return {"relu(2 x) / 2 = relu(x)": function(inside) == function(outside),
            "relu(x) has hidden weights of norm at most 1, so it is in S_1": in_class(inside),
            "relu(2 x) / 2 has not": not in_class(outside)}


def every_representation():
    return {"relu(2 x) / 2 has hidden weights of norm at most 1": in_class(relu_net(2, Fraction(1, 2)))}


LARGE_OUTPUT = Matrices((np.array([[0.0], [1.0]]), np.array([[0.0], [2.0]])), Fraction(1))
"""relu(x), then twice that: k = 1, c = 1, and the output layer has norm 2."""

CLAIMS = (
    Claim("wen2021.section-4.membership", "Section 4, first formula",
          "f is in S_c if and only if ||V_l||_{1,inf} <= c for all l.",
          "f in S_c^{k,d,sigma} iff ||V_l||_{1,inf} <= c for all l",
          ForAll(printed_criterion_fails, matrices(), examples=(
              LARGE_OUTPUT,)), ("l = 1, ..., k + 1, as T_l is defined",),
          fault="misprint", correction="wen2021.section-4.membership.corrected"),
    Claim("wen2021.section-4.membership.corrected", "Section 4, first formula",
          "That ||V_l||_{1,inf} <= c for l = 1, ..., k of one representation puts f in S_c; it is not necessary: another "
          "representation of the same f may have it.",
          "f in S_c^{k,d,sigma} iff some representation of f has ||V_l||_{1,inf} <= c for l = 1, ..., k",
          Certificate(one_representation_suffices), ("sigma = ReLU, k = 1, c = 1",),
          Control("every representation of a function in S_1 has it", Certificate(every_representation)), ours=True),
)
