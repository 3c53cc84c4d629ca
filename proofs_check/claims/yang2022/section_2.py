"""Section 2: what shallow nets are regularised by, and how many units they need."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.layers import ReLU
from pathnorm_ref.objectives import empirical_loss
from pathnorm_ref.rescaling import balance_sweep
from proofs_check.cases import arrays, mlp_cases
from proofs_check.checks import ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.section_4 import objectives
from proofs_check.definitions import euclidean_norm, path_sum
from proofs_check.rescaled import difference
from proofs_check.violations import above, both, unequal

# --- ||w||_2 ||v||_1 -----------------------------------------------------------------------------------


def shallow(**options):
    return mlp_cases(n_layers=(2, 2), activations=lambda n: st.just(ReLU()), **options)


def not_the_l1_norm(case):
    """F against L + lam sum ||w||_2 ||v||_1: not above it after balancing, not below it before; f is the same."""
    params = balance_sweep(case.net, case.params, case.bias)
    (w,), _, (v,) = case.params
    regulariser = np.sum(euclidean(np, w, 1) * np.sum(np.abs(v), axis=0))
    value = empirical_loss(case.net, case.params, case.x, case.y, case.loss) + case.lam * regulariser
    return both(above(objectives(case, params)[0], value), above(value, objectives(case)[0]), difference(case, params))


def has_one_output(case):
    return case.net[-1].n_out == 1


def has_two_outputs(case):
    return case.net[-1].n_out == 2


def not_the_1_path_norm(case, norm=lambda x: np.sum(np.abs(x), axis=1)):
    """sum over units of the product of norms against the sum over paths of |weights|, of one hidden layer."""
    (w,), _, (v,) = case.params
    return unequal(np.sum(norm(w) * norm(v.T)), path_sum([w, v]))


# --- as many units as samples --------------------------------------------------------------------------

class Units(NamedTuple):
    """Units v_k relu(w_k x), ||w_k|| rational, at samples x (n, p)."""

    w: np.ndarray
    v: np.ndarray
    x: np.ndarray


DIRECTIONS = st.sampled_from([[3.0, 4.0], [-4.0, 3.0], [5.0, -12.0], [0.0, 2.0], [-1.0, 0.0], [8.0, 6.0], [-7.0, -24.0]])


@st.composite
def many_units(draw):
    """More units than samples, all of them active."""
    n = draw(st.integers(1, 3))
    w = draw(st.lists(DIRECTIONS, min_size=n + 1, max_size=n + 4))
    v = draw(st.lists(st.sampled_from([1.0, -1.0, 2.0, -0.5]), min_size=len(w), max_size=len(w)))
    return Units(np.array(w), np.array(v), draw(arrays((n, 2))))


def outputs(case, scale):
    """f at the samples, each unit times its scale."""
    hidden = np.maximum(case.x @ case.w.T, 0 * case.v)
    return hidden @ (scale * case.v)


def penalty(case, scale):
    """sum ||w_k|| |v_k|, each unit times its scale."""
    return sum(euclidean_norm(w) * abs(v) * s for w, v, s in zip(case.w, case.v, scale, strict=True))


def reduced(case):
    """Scales >= 0 of the units, at most n of them not 0, with the same f at the samples and no larger penalty.

    While more than n units are left there are numbers d_k, not all 0, with sum_k d_k v_k relu(w_k x) = 0 at each
    sample. Moving along d or -d, whichever does not raise the penalty, takes some scale to 0: it has an entry below 0.
    """
    scale = np.array([Fraction(1)] * len(case.v), dtype=object)
    while True:
        left = np.flatnonzero(scale)
        features = np.maximum(case.x @ case.w[left].T, 0 * case.v[left]) * case.v[left]
        d = null_vector(features)
        if d is None:
            return scale
        cost = sum(euclidean_norm(case.w[k]) * abs(case.v[k]) * value for k, value in zip(left, d, strict=True))
        d = -d if cost > 0 else d
        step = min(-scale[k] / value for k, value in zip(left, d, strict=True) if value < 0)
        scale[left] = scale[left] + step * d


def null_vector(matrix):
    """A vector d != 0 of Fractions with matrix d = 0, by elimination; None if there is none."""
    rows: list = [list(row) for row in matrix]
    pivots: list[int] = []
    for column in range(matrix.shape[1]):
        k = len(pivots)
        below = next((i for i in range(k, len(rows)) if rows[i][column] != 0), None)
        if below is None:
            d = np.array([Fraction(0)] * matrix.shape[1], dtype=object)
            d[column] = Fraction(1)
            for row, pivot in zip(rows, pivots, strict=False):
                d[pivot] = -row[column]
            return d
        rows[k], rows[below] = rows[below], rows[k]
        rows[k] = [value / rows[k][column] for value in rows[k]]
        rows = [row if i == k else [a - row[column] * b for a, b in zip(row, rows[k], strict=True)]
                for i, row in enumerate(rows)]
        pivots.append(column)
    return None


def too_many_units(allowed):
    """By how much the reduced net has other outputs, a larger penalty, or more units than `allowed` of n samples."""
    def violation(case):
        scale = reduced(case)
        return both(unequal(outputs(case, scale), outputs(case, 1)), penalty(case, scale) - penalty(case, 0 * scale + 1),
                    np.count_nonzero(scale) - allowed(len(case.x)), *(-value for value in scale))
    return violation


CLAIMS = (
    Claim("yang2022.section-2.single-output", "Section 2",
          "For a shallow network of a single output, weight decay on all weights is equivalent to regularisation with "
          "||w||_2 ||v||_1: F is never below that objective, and equal to it once balanced, with the same function.",
          "min L + lambda/2 sum (||w||_2^2 + v^2) = min L + lambda sum ||w||_2 ||v||_1",
          ForAll(not_the_l1_norm, shallow(), meets=has_one_output, ladder=("balls",)),
          ("one hidden layer of ReLUs", "one output", "no biases"),
          Control("for two outputs", ForAll(not_the_l1_norm, shallow(), meets=has_two_outputs, ladder=("balls",)))),
    Claim("yang2022.section-2.one-path-norm", "Section 2, last sentence",
          "The 1-path-norm of a shallow network is the sum of ||w||_1 ||v||_1 over its units.",
          "sum over paths of |w_ki| |v_jk| = sum_k ||w_k||_1 ||v_k||_1",
          ForAll(not_the_1_path_norm, shallow(), ladder=("fractions",)), ("one hidden layer", "no biases"),
          Control("it is the sum of squared 2-norms", ForAll(
              lambda case: not_the_1_path_norm(case, lambda x: np.sum(x * x, axis=1)), shallow(), ladder=("fractions",)))),
    Claim("yang2022.section-2.finite-width", "Section 2",
          "Regularising a shallow network with ||w||_2 ||v||_1 leads to finite width networks, optimal in a space of "
          "functions.", "a minimiser over functions of bounded variation in the Radon domain is a finite sum of units",
          Informal("a theorem of [29, 30] on a space of functions; what can be checked here is that of any finite "
                   "network as many units as there are samples are enough", "yang2022.section-2.finite-width.samples")),
    Claim("yang2022.section-2.finite-width.samples", "Section 2",
          "At n samples, of any number of units n can be kept, rescaled, with the same outputs and no larger sum of "
          "||w||_2 |v|: n units are enough to minimise L + lambda sum ||w||_2 |v|.",
          "#{k : s_k > 0} <= n, sum s_k v_k relu(w_k x_i) = f(x_i), sum s_k ||w_k|| |v_k| <= sum ||w_k|| |v_k|",
          ForAll(too_many_units(lambda n: n), many_units(), ladder=("fractions",)), ("one output",),
          Control("n - 1 units are enough", ForAll(too_many_units(lambda n: n - 1), many_units(), ladder=("fractions",))),
          ours=True),
)
