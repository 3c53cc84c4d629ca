"""Appendix B.2.2, Algorithm 2: the layer-wise balance."""

import operator
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from proofs_check.cases import arrays
from proofs_check.checks import ForAll
from proofs_check.claim import Claim, Control
from proofs_check.definitions import adjusted, column_sum, euclidean_norm, layer_balance, relu_chain, spectral_norm
from proofs_check.violations import both, unequal

# --- chains of dense layers, all norms and the geometric mean rational ---------------------------------

class Chain(NamedTuple):
    """Weights (W_1, ..., W_L), each (n_out, n_in), with biases (b_1, ..., b_L), ReLU between, and samples."""

    weights: tuple
    biases: tuple
    x: np.ndarray


class Block(NamedTuple):
    """A chain of four layers, and a factor."""

    weights: tuple
    biases: tuple
    x: np.ndarray
    alpha: Fraction


DIRECTIONS = {1: [[1], [-1]], 2: [[3, 4], [-5, 12], [0, 2], [8, -6]], 3: [[1, 2, 2], [2, -3, 6], [0, 4, -3]]}
SCALES = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(3), Fraction(1, 10**6)])
MEANS = st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 3), Fraction(1000)])


def fractions(rows):
    return np.array([[Fraction(value) for value in row] for row in rows], dtype=object)


@st.composite
def vectors_of_rational_norm(draw, n):
    return [Fraction(value) for value in draw(st.sampled_from(DIRECTIONS[n]))]


@st.composite
def unit_rows(draw, n_out, n_in):
    """A layer of which each row has norm 1, as Algorithm 2 notes of the odd ones."""
    rows = [draw(vectors_of_rational_norm(n_in)) for _ in range(n_out)]
    return fractions([[value / euclidean_norm(row) for value in row] for row in rows])


@st.composite
def rational_columns(draw, n_out, n_in):
    """A layer of which each column has a rational norm: the first is not 0, the others may be."""
    scales = [draw(SCALES), *(draw(SCALES) * draw(st.sampled_from([1, 1, 0])) for _ in range(n_in - 1))]
    columns = [draw(vectors_of_rational_norm(n_out)) for _ in range(n_in)]
    return fractions([[scale * value for value in column] for scale, column in zip(scales, columns, strict=True)]).T


@st.composite
def chains(draw, n_layers=(2, 7)):
    """Chains of an even or odd number of layers, of width 1 to 3, of which the geometric mean is rational."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=n_layers[0] + 1, max_size=n_layers[1] + 1))
    weights = [draw((rational_columns if layer % 2 else unit_rows)(n_out, n_in))
               for layer, (n_in, n_out) in enumerate(pairwise(sizes))]
    sums = [column_sum(W) for W in weights[1::2]]
    last = 2 * len(sums) - 1
    weights[last] = weights[last] * draw(MEANS) ** len(sums) / np.prod(sums)
    biases = [draw(arrays((n_out,))) for n_out in sizes[1:]]
    return Chain(tuple(weights), tuple(biases), draw(arrays((3, sizes[0]))))


@st.composite
def blocks(draw):
    return block(draw(chains((4, 4))), draw(SCALES))


def block(chain, alpha):
    return Block(chain.weights, chain.biases, chain.x, alpha)


def without_biases(*matrices):
    """A chain of these matrices, biases 0, and the sample (1, ..., 1)."""
    weights = tuple(fractions(rows) for rows in matrices)
    biases = tuple(np.zeros(W.shape[0]) for W in weights)
    return Chain(weights, biases, np.ones((1, weights[0].shape[1])))


IDENTITY = [[1, 0], [0, 1]]
TWO_LAYERS = without_biases(IDENTITY, [[3, 0], [0, 4]])
"""One couple of sum 3 + 4 = 7, while W^2 has Frobenius norm 5 and spectral norm 4."""
FOUR_LAYERS = without_biases(IDENTITY, [[3, 0], [0, 4]], [[Fraction(3, 5), Fraction(4, 5)]], [[7]])
"""Two couples, both of sum 7."""
FOUR_SCALARS = without_biases([[1]], [[4]], [[1]], [[1]])
"""Two couples of sums 4 and 1: geometric mean 2, function 4 x for x > 0."""


# --- violations ----------------------------------------------------------------------------------------

def couple_sums(weights):
    """sum_i ||W^{2j-1}_i|| ||W^2j_:,i|| of each couple."""
    return [sum(euclidean_norm(w) * euclidean_norm(v) for w, v in zip(into, out_of.T, strict=True))
            for into, out_of in zip(weights[::2], weights[1::2], strict=False)]


def sums_differ(size, carry=None):
    """By how much the sums of the couples differ after Algorithm 2 (see `definitions.layer_balance`)."""
    def violation(case):
        weights, _, _ = layer_balance(case.weights, case.biases, size, carry)
        first, *others = couple_sums(weights)
        return sum(unequal(other, first) for other in others)
    return violation


def function_differs(size, carry=None):
    """By how much Algorithm 2 changes the function."""
    def violation(case):
        weights, biases, _ = layer_balance(case.weights, case.biases, size, carry)
        return unequal(relu_chain(weights, biases, case.x), relu_chain(case.weights, case.biases, case.x))
    return violation


def function_or_last_scale_differs(size):
    """By how much Algorithm 2 changes the function, and its last scale differs from 1."""
    def violation(case):
        _, _, scales = layer_balance(case.weights, case.biases, size)
        return both(function_differs(size)(case), unequal(scales[-1], 1))
    return violation


def carrying_fails(carry):
    """All scales computed before the loop: whether that differs from each in its turn, in weights or biases."""
    def violation(case):
        weights, biases, _ = layer_balance(case.weights, case.biases, column_sum, carry)
        others, other_biases, _ = layer_balance(case.weights, case.biases, column_sum)
        return both(*map(unequal, weights + biases, others + other_biases), sums_differ(column_sum, carry)(case),
                    function_differs(column_sum, carry)(case))
    return violation


def printed_carrying_fails(case):
    """The last line of the loop as printed, the scales computed before the loop: of the sums and of the function."""
    return both(sums_differ(column_sum, operator.truediv)(case), function_differs(column_sum, operator.truediv)(case))


def by_every_reading(kind):
    """The least violation, over what ||W^2j||_2 and the last line of the loop may mean (see `layer_balance`)."""
    readings = [(size, carry) for size in (euclidean_norm, spectral_norm) for carry in (None, operator.truediv)]
    return lambda case: min(kind(size, carry)(case) for size, carry in readings)


def block_changes(adjust):
    def violation(case):
        W, b = adjust(dict(enumerate(case.weights, 1)), dict(enumerate(case.biases, 1)), 1, case.alpha)
        return unequal(relu_chain(list(W.values()), list(b.values()), case.x),
                       relu_chain(case.weights, case.biases, case.x))
    return violation


def adjusted_but_for_one_bias(W, b, j, alpha):
    """With b^{2j+1} left as it is."""
    weights, biases = adjusted(W, b, j, alpha)
    return weights, biases | {2 * j + 1: b[2 * j + 1]}


ONE_BIAS = block(FOUR_SCALARS._replace(biases=(np.zeros(1), np.zeros(1), np.ones(1), np.zeros(1))), Fraction(2))
"""relu(4 x + 1) for x > 0."""


CLAIMS = (
    Claim("yang2022.algorithm-2.scale", "Appendix B.2.2, Algorithm 2, calculation of the scale",
          "With the scale alpha_j = X / ||W^2j||_2, ||.||_2 Frobenius or spectral, Algorithm 2 makes the sums of path "
          "norms of all couples equal.", "alpha_j = X / ||W^2j||_2, X^floor(L/2) = prod_j sum_i ||W^2j_:,i||_2",
          ForAll(by_every_reading(sums_differ), examples=(FOUR_LAYERS,), ladder=("fractions",)),
          ("||W_i^{2j-1}|| = 1 for each row",), fault="misprint", correction="yang2022.algorithm-2.scale.corrected"),
    Claim("yang2022.algorithm-2.scale.corrected", "Appendix B.2.2, Algorithm 2, calculation of the scale",
          "With the scale alpha_j = X / sum_i ||W^2j_:,i||_2, computed in its turn, Algorithm 2 makes the sums of "
          "path norms of all couples equal.", "alpha_j = X / sum_i ||W^2j_:,i||_2",
          ForAll(sums_differ(column_sum), chains((4, 7)), ladder=("fractions",), n_examples=60),
          ("||W_i^{2j-1}|| = 1 for each row", "no W^2j is 0"),
          Control("with alpha_j = X / ||W^2j||_F",
                  ForAll(sums_differ(euclidean_norm), examples=(FOUR_LAYERS,), ladder=("fractions",))), ours=True),
    Claim("yang2022.algorithm-2.alpha-update", "Appendix B.2.2, Algorithm 2, last line of the loop",
          "If the scales are computed before the loop (else its last line changes one that is not computed yet), "
          "dividing alpha_{j+1} by alpha_j makes the sums equal and keeps the function, all layers of width 1.",
          "alpha_{j+1} <- alpha_{j+1} / alpha_j",
          ForAll(printed_carrying_fails, examples=(FOUR_SCALARS,), ladder=("fractions",)),
          ("||W_i^{2j-1}|| = 1 for each row", "||W^2j||_2 = sum_i ||W^2j_:,i||_2, as for width 1"), fault="misprint",
          correction="yang2022.algorithm-2.alpha-update.corrected"),
    Claim("yang2022.algorithm-2.alpha-update.corrected", "Appendix B.2.2, Algorithm 2, last line of the loop",
          "If the scales X / sum_i ||W^2j_:,i||_2 are computed before the loop, multiplying alpha_{j+1} by alpha_j "
          "makes the sums equal, keeps the function, and gives what computing each scale in its turn gives.",
          "alpha_{j+1} <- alpha_{j+1} alpha_j",
          ForAll(carrying_fails(operator.mul), chains((4, 7)), ladder=("fractions",), n_examples=40),
          ("||W_i^{2j-1}|| = 1 for each row", "no W^2j is 0", "ReLU between the layers"),
          Control("dividing alpha_{j+1} by alpha_j does",
                  ForAll(carrying_fails(operator.truediv), examples=(FOUR_SCALARS,), ladder=("fractions",))),
          ours=True),
    Claim("yang2022.algorithm-2.function", "Appendix B.2.2, Algorithm 2",
          "Algorithm 2, with ||.||_2 Frobenius or spectral, keeps the network's function, although the last couple has "
          "no W^{2j+2} that could be divided.", "f(x) is the same before and after",
          ForAll(by_every_reading(function_differs), examples=(TWO_LAYERS,), ladder=("fractions",)),
          ("||W_i^{2j-1}|| = 1 for each row", "ReLU between the layers"), fault="misprint",
          correction="yang2022.algorithm-2.function.corrected"),
    Claim("yang2022.algorithm-2.function.corrected", "Appendix B.2.2, Algorithm 2",
          "With alpha_j = X / sum_i ||W^2j_:,i||_2, computed in its turn, Algorithm 2 keeps the function, with biases, "
          "L even or odd: the last scale is 1, so that no layer behind the last couple has to be adjusted.",
          "f(x) is the same before and after, and alpha_{floor(L/2)} = 1",
          ForAll(function_or_last_scale_differs(column_sum), chains(), ladder=("fractions",), n_examples=60),
          ("no W^2j is 0", "ReLU between the layers"),
          Control("with alpha_j = X / ||W^2j||_F", ForAll(
              function_or_last_scale_differs(euclidean_norm), examples=(TWO_LAYERS,), ladder=("fractions",))),
          ours=True),
    Claim("yang2022.algorithm-2.block", "Appendix B.2.2, Algorithm 2, block of function",
          "Scaling W^2j, b^2j and b^{2j+1} by alpha_j and dividing W^{2j+2} by it keeps the block of four layers.",
          "W^{2j+2} sigma(W^{2j+1} sigma(W^2j sigma(W^{2j-1} h + b^{2j-1}) + b^2j) + b^{2j+1}) is the same",
          ForAll(block_changes(adjusted), blocks(), ladder=("fractions",), n_examples=60),
          ("alpha_j > 0", "ReLU between the layers"),
          Control("with b^{2j+1} left as it is",
                  ForAll(block_changes(adjusted_but_for_one_bias), examples=(ONE_BIAS,), ladder=("fractions",)))),
)
