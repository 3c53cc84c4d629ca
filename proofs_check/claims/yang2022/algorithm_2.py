"""Appendix B.2.2, Algorithm 2: the layer-wise balance; and Section 4 on what it is for."""

import operator
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import system
from pathnorm_ref.training.layer_balance import layer_balance as house_layer_balance
from pathnorm_ref.units import Bias, weight_layers
from proofs_check.cases import arrays, convnet_cases
from proofs_check.checks import ForAll
from proofs_check.claim import Claim, Control
from proofs_check.definitions import (
    adjusted,
    column_sum,
    euclidean_norm,
    layer_balance,
    on_sphere,
    prox_2,
    relu_chain,
    spectral_norm,
)
from proofs_check.rescaled import difference
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


def rows_beyond(case):
    """The number of rows of W^{2j-1}, the hidden units of a couple, less n_{2j-1}, the entries of h^{2j-1}."""
    return both(*(W.shape[0] - W.shape[1] for W in case.weights[0:2 * (len(case.weights) // 2):2]))


def rows_and_columns(case):
    """The number of rows of W^{2j-1} against that of columns of W^2j, of each couple."""
    return both(*(abs(W.shape[0] - V.shape[1]) for W, V in zip(case.weights[::2], case.weights[1::2], strict=False)))


def entries_and_columns(case):
    """The number of columns of W^{2j-1} against that of columns of W^2j."""
    return both(*(abs(W.shape[1] - V.shape[1]) for W, V in zip(case.weights[::2], case.weights[1::2], strict=False)))


def rows_off_the_sphere(case):
    """By how much the squared norms of the rows of odd layers differ from 1 after Algorithm 2."""
    weights, _, _ = layer_balance(case.weights, case.biases, column_sum)
    return both(*(unequal(np.sum(W * W, axis=1), 1) for W in weights[0:2 * (len(weights) // 2):2]))


def rows_projected_with_biases(case):
    """The same of rows that were projected together with their bias."""
    projected = [np.stack([on_sphere(np.array([*w, bias], dtype=object))[:-1] for w, bias in zip(W, b, strict=True)])
                 for W, b in zip(case.weights, case.biases, strict=True)]
    return rows_off_the_sphere(case._replace(weights=tuple(projected)))


class Depth(NamedTuple):
    """The number of layers L."""

    n_layers: int


def indices_beyond(depth):
    """How many of b^{2j+1}, W^{2j+2} and alpha_{j+1}, for j = floor(L/2), do not exist."""
    n, j = depth.n_layers, depth.n_layers // 2
    return (2 * j + 1 > n) + (2 * j + 2 > n) + (j + 1 > n // 2)


def undefined_or_changed(case):
    """1 if Algorithm 2 divides by 0, else by how much it changes the function."""
    try:
        return function_differs(column_sum)(case)
    except ZeroDivisionError:
        return 1


def as_defined(case):
    """(weights, biases) after Algorithm 2, its scales corrected."""
    return layer_balance(case.weights, case.biases, column_sum)[:2]


def by_the_house(case):
    """The same by `pathnorm_ref`, which leaves couples of sum 0 out."""
    sizes = (case.weights[0].shape[1], *(W.shape[0] for W in case.weights))
    params = tuple(part for own in zip(case.weights, case.biases, strict=True) for part in (own, ()))[:-1]
    after = house_layer_balance(mlp(sizes), params)
    return [own[0] for own in after[::2]], [own[1] for own in after[::2]]


def dead_couple_spoils(balance):
    """1 if that divides by 0, else by how much it changes the function, a sum of 0, or leaves the others apart."""
    def violation(case):
        try:
            weights, biases = balance(case)
        except ZeroDivisionError:
            return 1
        before, after = couple_sums(case.weights), couple_sums(weights)
        first, *others = [total for total, old in zip(after, before, strict=True) if old != 0]
        return both(unequal(relu_chain(weights, biases, case.x), relu_chain(case.weights, case.biases, case.x)),
                    *(total for total, old in zip(after, before, strict=True) if old == 0),
                    *(unequal(other, first) for other in others))
    return violation


@st.composite
def chains_with_dead_couples(draw):
    """Chains with one couple more, of one unit and of sum 0, in front of some odd layer."""
    chain = draw(chains((4, 7)))
    place = 2 * draw(st.integers(0, len(chain.weights) // 2))
    if place == len(chain.weights):
        place -= 2
    n = chain.weights[place].shape[1]
    into, out_of = fractions([[1] + [0] * (n - 1)]), fractions([[0]] * n)
    biases = draw(arrays((1,))), draw(arrays((n,)))
    return chain._replace(weights=(*chain.weights[:place], into, out_of, *chain.weights[place:]),
                          biases=(*chain.biases[:place], *biases, *chain.biases[place:]))


def scaled_convolutions(case, biases=True):
    """By how much f changes if the first layer is scaled by 3, the biases up to the last by 3, the last by 1/3."""
    first, *between, last = weight_layers(case.net)
    params, alpha = list(case.params), system(case.x)(3)
    for i in (first, *between):
        W, *b = params[i]
        params[i] = (alpha * W if i == first else W, *(alpha * array if biases or i == first else array for array in b))
    params[last] = (params[last][0] / alpha, *params[last][1:])
    return difference(case, tuple(params))


class Iteration(NamedTuple):
    """A chain after its gradient step, and the threshold lambda gamma of the prox."""

    weights: tuple
    biases: tuple
    x: np.ndarray
    threshold: Fraction


def iteration(chain, threshold):
    return Iteration(chain.weights, chain.biases, chain.x, Fraction(threshold))


@st.composite
def iterations(draw):
    return iteration(draw(chains((4, 7))), draw(SCALES))


def balanced_and_thresholded(case):
    """The weights after Algorithm 2 and the prox, those between the two, and the sum of each couple there."""
    weights, _, _ = layer_balance(case.weights, case.biases, column_sum)
    X = couple_sums(weights)[0]
    return [np.stack([prox_2(v, case.threshold, 1) for v in W.T], axis=1) if k % 2 else W
            for k, W in enumerate(weights)], weights, X


def sums_differ_at_the_end(case):
    """By how much the sums of the couples differ after Algorithm 2 and the prox."""
    weights, _, _ = balanced_and_thresholded(case)
    first, *others = couple_sums(weights)
    return both(*(unequal(other, first) for other in others))


def not_what_the_prox_leaves(case):
    """The sum of each couple after the prox against X - sum_i min(lambda gamma, ||v_i||)."""
    after, before, X = balanced_and_thresholded(case)
    taken = [sum(min(case.threshold, euclidean_norm(v)) for v in W.T) for W in before[1::2]]
    return both(*(unequal(total, X - part) for total, part in zip(couple_sums(after), taken, strict=True)))


ONE_AND_TWO = without_biases([[1]], [[2]], [[1], [1]], [[1, 1]])
"""Two couples of sum 2: one of one unit, one of two."""
DEAD_COUPLE = without_biases([[1]], [[0]], [[1]], [[1]])._replace(biases=(np.zeros(1), np.ones(1), np.zeros(1), np.zeros(1)))
"""Only zeros leave the hidden unit of the first couple; the function is the constant 1."""
ONE_BIAS = block(FOUR_SCALARS._replace(biases=(np.zeros(1), np.zeros(1), np.ones(1), np.zeros(1))), Fraction(2))
"""relu(4 x + 1) for x > 0."""


CLAIMS = (
    Claim("yang2022.algorithm-2.scale", "Appendix B.2.2, Algorithm 2, calculation of the scale",
          "With the scale alpha_j = X / ||W^2j||_2, ||.||_2 Frobenius or spectral, Algorithm 2 makes the sums of path "
          "norms of all couples equal.", "alpha_j = X / ||W^2j||_2, X^floor(L/2) = prod_j sum_i ||W^2j_:,i||_2",
          ForAll(by_every_reading(sums_differ), examples=(FOUR_LAYERS,), ladder=("fractions",)),
          ("||W_i^{2j-1}|| = 1 for each row",), fault="misprint", correction="yang2022.algorithm-2.scale.corrected",
          tex=r"\alpha_j = X \big/ \|\widetilde W^{2j}\|_2, \quad X^{\lfloor L/2 \rfloor} = \prod_j \sum_i "
              r"\|\widetilde W^{2j}_{:,i}\|_2",
          explanation="W^1 = I, W^2 = diag(3, 4), W^3 = (3/5, 4/5), W^4 = 7: both sums are 7 = X, and nothing should "
          "change. But ||W^2|| is 5 (Frobenius) or 4 (spectral), so that alpha_1 = 7/5 or 7/4 makes the first sum "
          "49/5 or 49/4. W^4, divided by alpha_1, is 5 or 4, and alpha_2 makes it 7, or, computed before the loop "
          "and divided by alpha_1, 25/7 or 16/7."),
    Claim("yang2022.algorithm-2.scale.corrected", "Appendix B.2.2, Algorithm 2, calculation of the scale",
          "With the scale alpha_j = X / sum_i ||W^2j_:,i||_2, computed in its turn, Algorithm 2 makes the sums of "
          "path norms of all couples equal.", "alpha_j = X / sum_i ||W^2j_:,i||_2",
          ForAll(sums_differ(column_sum), chains((4, 7)), ladder=("fractions",), n_examples=60),
          ("||W_i^{2j-1}|| = 1 for each row", "no W^2j is 0"),
          Control("with alpha_j = X / ||W^2j||_F",
                  ForAll(sums_differ(euclidean_norm), examples=(FOUR_LAYERS,), ladder=("fractions",))), ours=True,
          tex=r"\alpha_j = X \Big/ \sum_i \|\widetilde W^{2j}_{:,i}\|_2"),
    Claim("yang2022.algorithm-2.alpha-update", "Appendix B.2.2, Algorithm 2, last line of the loop",
          "If the scales are computed before the loop (else its last line changes one that is not computed yet), "
          "dividing alpha_{j+1} by alpha_j makes the sums equal and keeps the function, all layers of width 1.",
          "alpha_{j+1} <- alpha_{j+1} / alpha_j",
          ForAll(printed_carrying_fails, examples=(FOUR_SCALARS,), ladder=("fractions",)),
          ("||W_i^{2j-1}|| = 1 for each row", "||W^2j||_2 = sum_i ||W^2j_:,i||_2, as for width 1"), fault="misprint",
          correction="yang2022.algorithm-2.alpha-update.corrected",
          tex=r"\alpha_{j+1} \leftarrow \alpha_{j+1} / \alpha_j",
          explanation="Weights 1, 4, 1, 1 in a row: the sums are 4 and 1, X = 2, alpha_1 = 1/2, alpha_2 = 2. The "
          "first round makes W^2 = 2 and W^4 = 2. With alpha_2 = 2 / (1/2) = 4 the second makes W^4 = 8: sums 2 and "
          "8, function 16 x for 4 x. With alpha_2 = 2 * 1/2 = 1 it stays 2: sums 2 and 2, function 4 x."),
    Claim("yang2022.algorithm-2.alpha-update.corrected", "Appendix B.2.2, Algorithm 2, last line of the loop",
          "If the scales X / sum_i ||W^2j_:,i||_2 are computed before the loop, multiplying alpha_{j+1} by alpha_j "
          "makes the sums equal, keeps the function, and gives what computing each scale in its turn gives.",
          "alpha_{j+1} <- alpha_{j+1} alpha_j",
          ForAll(carrying_fails(operator.mul), chains((4, 7)), ladder=("fractions",), n_examples=40),
          ("||W_i^{2j-1}|| = 1 for each row", "no W^2j is 0", "ReLU between the layers"),
          Control("dividing alpha_{j+1} by alpha_j does",
                  ForAll(carrying_fails(operator.truediv), examples=(FOUR_SCALARS,), ladder=("fractions",))),
          ours=True,
          tex=r"\alpha_{j+1} \leftarrow \alpha_{j+1} \alpha_j"),
    Claim("yang2022.algorithm-2.function", "Appendix B.2.2, Algorithm 2",
          "Algorithm 2, with ||.||_2 Frobenius or spectral, keeps the network's function, although the last couple has "
          "no W^{2j+2} that could be divided.", "f(x) is the same before and after",
          ForAll(by_every_reading(function_differs), examples=(FOUR_LAYERS,), ladder=("fractions",)),
          ("||W_i^{2j-1}|| = 1 for each row", "ReLU between the layers"), fault="misprint",
          correction="yang2022.algorithm-2.function.corrected",
          tex=r"f(x) \text{ is the same before and after}",
          explanation="W^1 = I, W^2 = diag(3, 4), W^3 = (3/5, 4/5), W^4 = 7 as in algorithm-2.scale, where both sums are "
          "equal already: f(1, 1) = 7 (9/5 + 16/5) = 35. W^2 times alpha_1 = 7/5 (Frobenius) or 7/4 (spectral) and W^4 "
          "divided by it keep that, but alpha_2 changes W^4 again, and there is no W^6 to divide: f becomes 49 or "
          "245/4, or, with the scales computed before the loop, 25 or 20."),
    Claim("yang2022.algorithm-2.function.corrected", "Appendix B.2.2, Algorithm 2",
          "With alpha_j = X / sum_i ||W^2j_:,i||_2, computed in its turn, Algorithm 2 keeps the function, with biases, "
          "L even or odd: the last scale is 1, so that no layer behind the last couple has to be adjusted.",
          "f(x) is the same before and after, and alpha_{floor(L/2)} = 1",
          ForAll(function_or_last_scale_differs(column_sum), chains(), ladder=("fractions",), n_examples=60),
          ("no W^2j is 0", "ReLU between the layers"),
          Control("with alpha_j = X / ||W^2j||_F", ForAll(
              function_or_last_scale_differs(euclidean_norm), examples=(TWO_LAYERS,), ladder=("fractions",))),
          ours=True,
          tex=r"\alpha_j = X \Big/ \sum_i \|\widetilde W^{2j}_{:,i}\|_2, \quad \alpha_{\lfloor L/2 "
              r"\rfloor} = 1"),
    Claim("yang2022.algorithm-2.block", "Appendix B.2.2, Algorithm 2, block of function",
          "Scaling W^2j, b^2j and b^{2j+1} by alpha_j and dividing W^{2j+2} by it keeps the block of four layers.",
          "W^{2j+2} sigma(W^{2j+1} sigma(W^2j sigma(W^{2j-1} h + b^{2j-1}) + b^2j) + b^{2j+1}) is the same",
          ForAll(block_changes(adjusted), blocks(), ladder=("fractions",), n_examples=60),
          ("alpha_j > 0", "ReLU between the layers"),
          Control("with b^{2j+1} left as it is",
                  ForAll(block_changes(adjusted_but_for_one_bias), examples=(ONE_BIAS,), ladder=("fractions",)))),
    Claim("yang2022.algorithm-2.dimensions", "Appendix B.2.2, sum of path norms, and Algorithm 2, geometric mean",
          "The sum over i = 1..n_{2j-1}, h^{2j-1} in R^{n_{2j-1}} being the input of layer 2j - 1, runs over all units "
          "of the couple.", "sum_{i=1}^{n_{2j-1}} ||W_i^{2j-1}||_2 ||W^2j_:,i||_2, h^{2j-1} in R^{n_{2j-1}}",
          ForAll(rows_beyond, examples=(without_biases([[1], [1]], [[1, 1]]),), ladder=("fractions",)), (),
          fault="misprint", correction="yang2022.algorithm-2.dimensions.corrected",
          tex=r"\sum_{i=1}^{n_{2j-1}} \|\widetilde W_i^{2j-1}\|_2 \|\widetilde W_{:,i}^{2j}\|_2, \quad "
              r"h^{2j-1} \in \mathbb R^{n_{2j-1}}",
          explanation="With one input and two hidden units n_1 = 1, and the sum leaves the second unit out. Units are "
          "rows of W^{2j-1} and columns of W^2j: of these there are n_2j, by the shapes of Appendix B.1."),
    Claim("yang2022.algorithm-2.dimensions.corrected", "Appendix B.2.2, sum of path norms, and Algorithm 2, geometric mean",
          "The rows of W^{2j-1} and the columns of W^2j are equally many: n_2j, the entries of h^2j.",
          "sum_{i=1}^{n_2j} ||W_i^{2j-1}||_2 ||W^2j_:,i||_2", ForAll(rows_and_columns, chains(), ladder=("fractions",)), (),
          Control("the columns of W^{2j-1} and of W^2j are equally many", ForAll(
              entries_and_columns, chains(), ladder=("fractions",))), ours=True,
          tex=r"\sum_{i=1}^{n_{2j}} \|\widetilde W_i^{2j-1}\|_2 \|\widetilde W_{:,i}^{2j}\|_2"),
    Claim("yang2022.algorithm-2.unit-rows", "Appendix B.2.2, Algorithm 2, note",
          "After the step of the input weights always ||W_i^{2j-1}|| = 1, W without its bias, projected without it, as "
          "Appendix B.2.2 leaves biases out; and Algorithm 2 itself leaves it so.",
          "||W_i^{2j-1}||_2 = 1", ForAll(rows_off_the_sphere, chains(), ladder=("fractions",), n_examples=60),
          ("biases are no part of w", "no W^2j is 0"),
          Control("with each row projected together with its bias, as in Algorithm 1", ForAll(
              rows_projected_with_biases, examples=(without_biases([[3]], [[1]])._replace(
                  biases=(np.array([4.0]), np.zeros(1))),), ladder=("fractions",)))),
    Claim("yang2022.algorithm-2.last-index", "Appendix B.2.2, Algorithm 2, body of the loop",
          "For j = floor(L/2), too, there are the b^{2j+1}, W^{2j+2} and alpha_{j+1} that the body of the loop "
          "adjusts.",
          "b^{2j+1}, W^{2j+2}, alpha_{j+1} for j = 1, ..., floor(L/2)",
          ForAll(indices_beyond, examples=(Depth(4), Depth(5))), ("L layers",), fault="misprint",
          correction="yang2022.algorithm-2.function.corrected",
          tex=r"b^{2j+1},\; \widetilde W^{2j+2},\; \alpha_{j+1} \text{ for } j = 1, \dots, \lfloor L/2 \rfloor",
          explanation="For L = 4 and j = 2 they are b^5, W^6 and alpha_3; for L = 5 only b^5 exists. Nothing is lost "
          "if the lines are left out: the last scale, computed in its turn, is 1."),
    Claim("yang2022.algorithm-2.zero-couple", "Appendix B.2.2, Algorithm 2, calculation of the scale",
          "Algorithm 2, its scales corrected, keeps the function of every chain, also where all weights that leave the "
          "units of a couple are 0, as the prox makes them.", "alpha_j = X / sum_i ||W^2j_:,i||_2",
          ForAll(undefined_or_changed, examples=(DEAD_COUPLE,), ladder=("fractions",)),
          ("||W_i^{2j-1}|| = 1 for each row",), fault="missing hypothesis",
          correction="yang2022.algorithm-2.zero-couple.corrected",
          tex=r"\alpha_j = X \Big/ \sum_i \|\widetilde W^{2j}_{:,i}\|_2",
          explanation="If one couple has the sum 0 then X = 0, its own scale is 0/0 and those of the others are 0; "
          "with biases the function need not be constant behind it. Such couples must be left out of the mean."),
    Claim("yang2022.algorithm-2.zero-couple.corrected", "Appendix B.2.2, Algorithm 2, calculation of the scale",
          "With the couples of sum 0 left out of the geometric mean, and alpha_j = 1 for them, the function stays the "
          "same, their sums stay 0 and all others become equal (so computes the house).",
          "alpha_j = X / S_j if S_j > 0, else 1, X the geometric mean of the S_j > 0, S_j = sum_i ||W^2j_:,i||_2",
          ForAll(dead_couple_spoils(by_the_house), chains_with_dead_couples(), examples=(DEAD_COUPLE,),
                 ladder=("fractions",), n_examples=40),
          ("||W_i^{2j-1}|| = 1 for each row", "ReLU between the layers"),
          Control("with them counted, their scales being X / 0", ForAll(
              dead_couple_spoils(as_defined), examples=(DEAD_COUPLE,), ladder=("fractions",))), ours=True,
          tex=r"\alpha_j = X / S_j \text{ if } S_j > 0, \text{ else } 1, \quad S_j = \sum_i \|\widetilde W^{2j}_{:,i}\|_2, "
              r"\quad X \text{ the geometric mean of the } S_j > 0"),
    Claim("yang2022.algorithm-2.convolution", "Appendix B.2.2, after the block of function",
          "The procedure holds for convolutional nets: a layer and the biases up to a later layer scaled by alpha, "
          "that layer's weights divided by it, keep the function, across pooling and flatten.",
          "W * h is linear in W; sigma and the pooling are homogeneous",
          ForAll(scaled_convolutions, convnet_cases(Bias.FREE), ladder=("fractions",), n_examples=40),
          ("alpha > 0", "sigma and pooling positively homogeneous"),
          Control("with the biases between left as they are", ForAll(
              lambda case: scaled_convolutions(case, biases=False), convnet_cases(Bias.FREE), ladder=("fractions",)))),
    Claim("yang2022.section-4.equal-at-every-iteration", "Section 4, last sentence, and Appendix B.2.2",
          "The layer-wise balancing, between the gradient step and the prox, ensures that the total path norms of all "
          "couples are equal at every iteration: read of the weights that an iteration ends with, not of those that "
          "the prox is applied to.", "sum_i ||w_i^t|| ||v_i^t|| is the same for each couple, for every t",
          ForAll(sums_differ_at_the_end, examples=(iteration(ONE_AND_TWO, Fraction(1, 2)),), ladder=("fractions",)),
          ("Algorithm 2 with its scale corrected", "W^t is what an iteration ends with", "lambda gamma = 1/2"),
          fault="missing hypothesis", correction="yang2022.section-4.equal-at-every-iteration.corrected", ours=True,
          tex=r"\sum_i \|w^t_{i,2j-1}\|_2 \|v^t_{i,2j-1}\|_2 \text{ is the same for all } j, \text{ for every } t",
          explanation="Two couples of sum 2, one of one unit, one of two units of norm 1: they are balanced, so the "
          "procedure does nothing. The prox with the threshold 1/2 takes 1/2 off the one and 1 off the other: 3/2 and "
          "1 are left."),
    Claim("yang2022.section-4.equal-at-every-iteration.corrected", "Section 4, last sentence, and Appendix B.2.2",
          "They are equal, X, just after the balancing; the prox takes min(lambda gamma, ||v_i||) off each unit.",
          "sum_i ||w_i^t|| ||v_i^t|| = X - sum_i min(lambda gamma, ||v_i||) for each couple",
          ForAll(not_what_the_prox_leaves, iterations(), ladder=("fractions",), n_examples=60),
          ("||W_i^{2j-1}|| = 1 for each row", "no W^2j is 0", "alpha_j = X / sum_i ||W^2j_:,i||_2"),
          Control("it leaves the sums equal", ForAll(sums_differ_at_the_end, iterations(), ladder=("fractions",))),
          ours=True,
          tex=r"\sum_i \|w^t_{i,2j-1}\|_2 \|v^t_{i,2j-1}\|_2 = X - \sum_i \min(\lambda \gamma, \|v_i\|_2)"),
)
