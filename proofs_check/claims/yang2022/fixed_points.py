"""Appendix B.2.1, last sentence, and Algorithm 1: at its fixed points the sums of path norms are balanced by themselves."""

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.objectives import loss_and_gradient
from pathnorm_ref.units import Bias, weight_layers
from proofs_check.cases import NetCase
from proofs_check.checks import ForAll
from proofs_check.claim import Claim, Control
from proofs_check.definitions import column_sum, on_sphere, prox_2, root
from proofs_check.violations import both, unequal


class Point(NamedTuple):
    """A dense net with biases inside w, and a learning rate."""

    case: NetCase
    gamma: Fraction


# --- steps and sums ------------------------------------------------------------------------------------

def step(point):
    """(W, b) of each layer after a step of Algorithm 1, by its definition; biases of even layers decay."""
    case, gamma = point
    gradient = loss_and_gradient(case.net, case.params, case.x, case.y)[1]
    layers = [(case.params[i], gradient[i]) for i in weight_layers(case.net)]
    after = []
    for k, (own, d_own) in enumerate(layers):
        W, *b = moved = [array - gamma * d_array for array, d_array in zip(own, d_own, strict=True)]
        decayed = [array - gamma * case.lam * old for array, old in zip(moved, own, strict=True)]
        if k == len(layers) - 1 and k % 2 == 0:
            after.append(decayed)
        elif k % 2 == 0:
            rows = np.stack([on_sphere(y) for y in np.concatenate([W, *(bias[:, None] for bias in b)], axis=1)])
            after.append([rows[:, :W.shape[1]], *(rows[:, -1] for _ in b)])
        else:
            after.append([np.stack([prox_2(z, case.lam, gamma) for z in W.T], axis=1), *decayed[1:]])
    return after


def is_fixed(point):
    """Whether a step leaves everything where it is; so the norms of all w are 1."""
    before = [point.case.params[i] for i in weight_layers(point.case.net)]
    return all(np.all(a == b) for old, new in zip(before, step(point), strict=True)
               for a, b in zip(old, new, strict=True))


def sums_differ(point, biases=True):
    """By how much the sum of each couple differs from that of the couple before and ||b||^2 of the layer between.

    The sum of a couple is that of ||v_i||, as each ||w_i|| is 1; after the last stands ||W^L||^2, if it is left over.
    """
    layers = [point.case.params[i] for i in weight_layers(point.case.net)]
    sums = [column_sum(W) for W, *_ in layers[1::2]] + [np.sum(W * W) for W, *_ in layers[2 * (len(layers) // 2):]]
    between = [sum(np.sum(bias * bias) for bias in b) if biases else 0 for _, *b in layers[1::2]]
    return both(0, *(unequal(after, before + square)
                     for before, square, after in zip(sums, between, sums[1:], strict=False)))


# --- fixed points --------------------------------------------------------------------------------------

GAMMAS = st.sampled_from([Fraction(1), Fraction(1, 16), Fraction(1, 1000)])
LAMBDAS = st.sampled_from([Fraction(1), Fraction(1, 10)])
SQUARES = st.sampled_from([Fraction(1), Fraction(4), Fraction(9, 4), Fraction(1, 9)])
INPUTS = st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 3)])


def constant(rows, columns, value):
    return np.full((rows, columns), Fraction(value), dtype=object)


def block_of(widths, total):
    """Constant matrices: of odd layers each row has norm 1, of even ones the norms of the columns sum to `total`.

    A leftover one has the sum of squares `total`. All roots are rational for widths 1 and 4 and a square `total`.
    """
    matrices = []
    for k, (n_in, n_out) in enumerate(pairwise(widths)):
        if k % 2:
            value = total / (n_in * root(Fraction(n_out)))
        else:
            value = 1 / root(Fraction(n_in)) if k < len(widths) - 2 else root(total / (n_in * n_out))
        matrices.append(constant(n_out, n_in, value))
    return matrices


def diagonal(blocks):
    """The matrix that has these blocks on its diagonal."""
    rows, columns = (sum(block.shape[axis] for block in blocks) for axis in (0, 1))
    W, i, j = constant(rows, columns, 0), 0, 0
    for block in blocks:
        W[i:i + block.shape[0], j:j + block.shape[1]] = block
        i, j = i + block.shape[0], j + block.shape[1]
    return W


@st.composite
def fixed_points(draw):
    """ReLU nets without biases of three to six layers, one or two blocks side by side, each with a sample of its own.

    With f the outputs of a block, constant, and y = f + n lam S / (m f), m of them, every matrix of the block has
    <W, dL/dW> = <f - y, f> / n = -lam S, shared alike by its entries: just what projection, prox and decay undo.
    One unit more may be dead, of w = -1 at the first input and v = 0.
    """
    n_layers, n, lam = draw(st.integers(3, 6)), draw(st.integers(1, 2)), draw(LAMBDAS)
    blocks, x, y = [], [], []
    for _ in range(n):
        widths = [1, *draw(st.lists(st.sampled_from([1, 1, 4]), min_size=n_layers, max_size=n_layers))]
        total, scale = draw(SQUARES), draw(INPUTS)
        matrices = block_of(widths, total)
        f = constant(1, 1, scale)
        for W in matrices:
            f = f @ W.T
        blocks.append(matrices)
        x.append(constant(1, 1, scale))
        y.append(f + n * lam * total / (f.shape[1] * f))
    weights = [diagonal(parts) for parts in zip(*blocks, strict=True)]
    if draw(st.booleans()):
        dead = -constant(1, n, 1) * (np.arange(n) == 0)
        weights[:2] = np.concatenate([weights[0], dead]), np.concatenate([weights[1], 0 * weights[1][:, :1]], axis=1)
    return Point(dense_case(weights, [()] * n_layers, diagonal(x), diagonal(y), lam), draw(GAMMAS))


def dense_case(weights, biases, x, y, lam):
    """The ReLU net of these weights and biases, each (b,) or ()."""
    params = tuple(part for W, b in zip(weights, biases, strict=True) for part in ((W, *b), ()))[:-1]
    sizes = (weights[0].shape[1], *(W.shape[0] for W in weights))
    return NetCase(mlp(sizes, bias=tuple(map(bool, biases))), params, x, y, lam, Bias.INSIDE)


@st.composite
def biased_fixed_points(draw):
    """Chains of width 1 of two or three couples, with a bias in the first layer or not, and b_2 or more.

    With h_j the input of couple j + 1 at the one sample (h_0 = w x + b of the first): the prox keeps v_j, and decay
    b_2j, if dL/db_2j = -lam / h_{j-1} = -lam b_2j; this goes from layer to layer if v_{j+1} = h_j / h_{j-1}.
    """
    lam, n = draw(LAMBDAS), draw(st.integers(2, 3))
    one = constant(1, 1, 1)
    x, w, b = draw(st.sampled_from([(2, 1, 0), (Fraction(1, 3), 1, 0), *(
        (Fraction(p, q), Fraction(p, r), Fraction(q, r)) for p, q, r in ((3, 4, 5), (12, 5, 13)))]))
    weights, biases = [w * one], [(b * one[0],) if b else ()]
    h, v = [w * x + b], draw(SQUARES)
    for j in range(n):
        has_bias = j == 0 or draw(st.booleans())
        weights += [v * one, one][:2 if j < n - 1 else 1]
        biases += [(one[0] / h[-1],) if has_bias else (), ()][:2 if j < n - 1 else 1]
        h.append(v * h[-1] + (1 / h[-1] if has_bias else 0))
        v = h[-1] / h[-2]
    return Point(dense_case(weights, biases, x * one, (h[-1] + lam / h[-2]) * one, lam), draw(GAMMAS))


def with_larger_output(point):
    """The same with the second matrix twice as large, which a step does not leave so."""
    params = list(point.case.params)
    i = weight_layers(point.case.net)[1]
    params[i] = (2 * params[i][0], *params[i][1:])
    return point._replace(case=point.case._replace(params=tuple(params)))


CLAIMS = (
    Claim("yang2022.algorithm-1.fixed-points.equal-sums", "Appendix B.2.1, last sentence, and Algorithm 1",
          "\"Our proposed proximal algorithm doesn't naturally enforce\" equal sums of path norms: not at its iterates, "
          "but at its fixed points it does. Without biases the sums of all couples are equal there, and equal to "
          "||W^L||^2 if a layer is left over.",
          "W = Algorithm 1's step of W implies sum_i ||w_i,2j-1|| ||v_i,2j-1|| is the same for all j, and ||W^L||_F^2",
          ForAll(sums_differ, fixed_points(), meets=is_fixed, ladder=("fractions",), n_examples=60), ("no biases",),
          Control("the same of points that a step moves", ForAll(
              sums_differ, fixed_points().map(with_larger_output), ladder=("fractions",))), ours=True,
          tex=r"W = \text{a step from } W \implies \sum_i \|w_{i,2j-1}\|_2 \|v_{i,2j-1}\|_2 \text{ is the same for all } j",
          explanation="f is homogeneous in each W^k, so <W^k, dL/dW^k> = <f, dL/df> is the same for all k. At a fixed "
          "point it is -lambda sum_i ||v_i|| in an even layer (where dL/dv_i = -lambda v_i / ||v_i||, or v_i = 0), and "
          "-lambda ||W^L||^2 in a leftover one."),
    Claim("yang2022.algorithm-1.fixed-points.equal-sums.biases", "Appendix B.2.1, last sentence, and Algorithm 1",
          "With biases as part of w, those of an even layer decayed, the sums grow from couple to couple, by the square "
          "of the biases between them.",
          "W = Algorithm 1's step of W implies sum of couple j + 1 = sum of couple j + ||b^2j||^2",
          ForAll(sums_differ, biased_fixed_points(), meets=is_fixed, ladder=("fractions",), n_examples=60),
          ("biases inside w", "b^2j, which is in no w, takes steps of weight decay"),
          Control("the sums are equal", ForAll(
              lambda point: sums_differ(point, biases=False), biased_fixed_points(), meets=is_fixed,
              ladder=("fractions",))), ours=True,
          tex=r"W = \text{a step from } W \implies \sum_i \|w_{i,2j+1}\|_2 \|v_{i,2j+1}\|_2 = "
              r"\sum_i \|w_{i,2j-1}\|_2 \|v_{i,2j-1}\|_2 + \|b^{2j}\|_2^2",
          explanation="Behind layer 2j <W^{2j+1}, dL/dW^{2j+1}> plus the same of its bias is <W^2j, dL/dW^2j> + <b^2j, "
          "dL/db^2j>, and dL/db^2j = -lambda b^2j."),
)
