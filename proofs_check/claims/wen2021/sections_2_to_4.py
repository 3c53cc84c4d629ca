"""Sections 2 to 4: activations, losses, the L1,inf norm, and when a net is in the class S."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.arrays import ball
from pathnorm_ref.layers import LeakyReLU, ReLU, Softplus, Tanh
from pathnorm_ref.network import Net
from pathnorm_ref.norms import l_pq
from proofs_check.cases import arrays
from proofs_check.checks import Certificate, ForAll
from proofs_check.claim import Claim, Control
from proofs_check.violations import above, fails


class Pair(NamedTuple):
    """Two numbers, and the target of a loss."""

    a: np.ndarray
    b: np.ndarray
    y: np.ndarray


class Matrices(NamedTuple):
    """Augmented weights, as the document stores them: columns are units. The last one is the output layer."""

    V: tuple
    c: Fraction


PAIRS = st.builds(Pair, *[arrays((), st.sampled_from([0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 3.0, 10.0, -10.0]))] * 3)


@st.composite
def matrices(draw):
    shapes = st.tuples(st.integers(1, 3), st.integers(1, 3))
    return Matrices(tuple(draw(arrays(draw(shapes))) for _ in range(draw(st.integers(1, 3)))),
                    draw(st.sampled_from([Fraction(1), Fraction(3), Fraction(1, 2), Fraction(10)])))


def sigma(layer, t):
    return Net(layer).forward(((),), t.reshape(1, 1))[0][0, 0]


def steeper_than_1(layer):
    """|sigma(a) - sigma(b)| - |a - b|, as a function of a pair."""
    return lambda pair: above(abs(sigma(layer, pair.a) - sigma(layer, pair.b)), abs(pair.a - pair.b))


def not_zero_at_zero(layer):
    zero = np.array(ball(0), dtype=object)
    return {f"{type(layer).__name__}(0) = 0": bool(sigma(layer, zero) == 0)}


def zero_at_zero():
    return not_zero_at_zero(ReLU()) | not_zero_at_zero(Tanh())


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


# --- the norm and the class ----------------------------------------------------------------------------

def l_1_inf(V):
    """max_j sum_i |v_ij|: axis 1 of the document's V is the unit, axis 0 of ours."""
    return l_pq(V.T, 1, np.inf)


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


def printed_criterion_fails(case):
    return fails(in_class(case) == all(l_1_inf(V) <= case.c for V in case.V))


def corrected_criterion_fails(case):
    """Column by column: the form that Algorithm 1 enforces."""
    columns = all(np.sum(abs(V[:, j])) <= case.c for V in case.V[:-1] for j in range(V.shape[1]))
    return fails(in_class(case) == columns)


LARGE_OUTPUT = Matrices((np.array([[0.0], [1.0]]), np.array([[0.0], [2.0]])), Fraction(1))
"""relu(x), then twice that: k = 1, c = 1, and the output layer has norm 2."""

CLAIMS = (
    Claim("wen2021.section-2.sigma-zero", "Section 2.3, after the first formula",
          "ReLU and tanh are 0 at 0.", "sigma(0) = 0", Certificate(zero_at_zero), (),
          Control("so is softplus", Certificate(lambda: not_zero_at_zero(Softplus())))),
    Claim("wen2021.section-2.l1-inf-norm", "Section 2.3 and Section 4, «or»",
          "||V||_{1,inf} <= c if and only if every column of V has an L1 norm of at most c.",
          "||V||_{1,inf} <= c iff ||V[., j]||_1 <= c for all j",
          ForAll(norm_and_columns_disagree, matrices(), ladder=("fractions",)), (),
          Control("every row", ForAll(rows_disagree, matrices()))),
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
          Control("so is min((y - f)^2, 1)", ForAll(squared_without_half, PAIRS))),
    Claim("wen2021.section-4.membership", "Section 4, first formula",
          "f is in S_c if and only if ||V_l||_{1,inf} <= c for all l.",
          "f in S_c^{k,d,sigma} iff ||V_l||_{1,inf} <= c for all l",
          ForAll(printed_criterion_fails, matrices(), examples=(
              LARGE_OUTPUT,)), ("l = 1, ..., k + 1, as T_l is defined",),
          fault="misprint", correction="wen2021.section-4.membership.corrected"),
    Claim("wen2021.section-4.membership.corrected", "Section 4, first formula",
          "f is in S_c if and only if ||V_l||_{1,inf} <= c for l = 1, ..., k: the output layer is free.",
          "f in S_c^{k,d,sigma} iff ||V_l[., j]||_1 <= c for l <= k, all j",
          ForAll(corrected_criterion_fails, matrices(), ladder=("fractions",)), (),
          Control("for all l", ForAll(printed_criterion_fails, matrices())), ours=True),
)
