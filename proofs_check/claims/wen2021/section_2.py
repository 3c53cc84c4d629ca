"""Section 2: the model, the L1,inf norm, the classes SN and S."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import ball
from pathnorm_ref.layers import Dense, ReLU, ReLU6, Softplus, Tanh
from pathnorm_ref.network import Net
from pathnorm_ref.norms import l_pq
from pathnorm_ref.units import Bias
from proofs_check.cases import NetCase, arrays, mlp_cases
from proofs_check.checks import Certificate, ForAll
from proofs_check.claim import Claim, Control
from proofs_check.rescaled import difference
from proofs_check.violations import both, fails


class Matrices(NamedTuple):
    """Augmented weights, as the document stores them: columns are units. The last one is the output layer."""

    V: tuple
    c: Fraction


@st.composite
def matrices(draw):
    shapes = st.tuples(st.integers(1, 3), st.integers(1, 3))
    return Matrices(tuple(draw(arrays(draw(shapes))) for _ in range(draw(st.integers(1, 3)))),
                    draw(st.sampled_from([Fraction(1), Fraction(3), Fraction(1, 2), Fraction(10)])))


def sigma(layer, t):
    return Net(layer).forward(((),), t.reshape(1, 1))[0][0, 0]


def not_zero_at_zero(layer):
    zero = np.array(ball(0), dtype=object)
    return {f"{type(layer).__name__}(0) = 0": bool(sigma(layer, zero) == 0)}


def zero_at_zero():
    return not_zero_at_zero(ReLU()) | not_zero_at_zero(Tanh())


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


def leaves_class(case):
    """A net with hidden norms made at most c by rescaling: by how much its function or a norm misses.

    Layer l is divided by a factor, its bias by the product of the factors so far; the output weights take them back.
    """
    params, so_far = [], 1
    for i, layer in enumerate(case.net):
        own = case.params[i]
        if isinstance(layer, Dense) and i < len(case.net) - 1:
            factor = l_1_inf(augmented(own, so_far)) / case.lam
            factor = factor if factor > 1 else factor * 0 + 1
            params.append((own[0] / factor, *(b / (so_far * factor) for b in own[1:])))
            so_far = so_far * factor
        else:
            params.append((own[0] * so_far, *own[1:]) if own else own)
    norms = [l_1_inf(augmented(own, 1)) for own in params[:-1] if own]
    return both(difference(case, tuple(params)), *(norm - case.lam for norm in norms))


def augmented(own, scale):
    """The document's augmented matrix (bias row first), the bias divided by `scale`."""
    return np.concatenate([np.reshape(b / scale, (1, -1)) for b in own[1:]] + [own[0].T])


def relu_mlps(activation):
    return mlp_cases(Bias.FREE, activations=lambda n: st.just(activation))


def saturated():
    """relu6(8 x) at x = 1: 6, but relu6(x) at c = 1 gives 1, times 8."""
    return NetCase(mlp((1, 1, 1), ReLU6(), bias=False), ((np.array([[8.0]]),), (), (np.ones((1, 1)),)), np.ones((1, 1)),
                   np.zeros((1, 1)), Fraction(1), Bias.FREE)


CLAIMS = (
    Claim("wen2021.section-2.sigma-zero", "Section 2.3, after the first formula",
          "ReLU and tanh are 0 at 0.", "sigma(0) = 0", Certificate(zero_at_zero), (),
          Control("so is softplus", Certificate(lambda: not_zero_at_zero(Softplus())))),
    Claim("wen2021.section-2.l1-inf-norm", "Section 2.3 and Section 4, «or»",
          "||V||_{1,inf} <= c if and only if every column of V has an L1 norm of at most c.",
          "||V||_{1,inf} <= c iff ||V[., j]||_1 <= c for all j",
          ForAll(norm_and_columns_disagree, matrices(), ladder=("fractions",)), (),
          Control("every row", ForAll(rows_disagree, matrices()))),
    Claim("wen2021.section-2.rescaling", "Section 2.3, the class S_c",
          "For a positively homogeneous sigma every net can be rescaled into S_c for any c > 0, with the same function: as "
          "a set of functions S_c does not depend on c, since the output layer is free.",
          "S_c^{k,d,sigma} = S_c'^{k,d,sigma} for all c, c' > 0",
          ForAll(leaves_class, relu_mlps(ReLU()), ladder=("fractions",), n_examples=60), ("sigma = ReLU",),
          Control("for ReLU6", ForAll(leaves_class, relu_mlps(ReLU6()), examples=(saturated(),))), ours=True),
)
