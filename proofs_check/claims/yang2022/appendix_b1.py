"""Appendix B.1: the homogeneous units of MLPs, factorised MLPs and convolutional nets; shapes, indices, counts."""

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import factorised_mlp, mlp
from pathnorm_ref.layers import Conv2d, ReLU
from pathnorm_ref.network import Net
from pathnorm_ref.units import Bias, couples, weight_layers
from proofs_check.cases import NetCase, arrays, convnet_cases, mlp_cases, net_cases
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.section_3 import function_changes, function_changes_without_bias
from proofs_check.definitions import conv2d
from proofs_check.violations import unequal


def relu(t):
    return np.maximum(t, 0 * t)


def relu_nets(**options):
    """ReLU MLPs, biases mixed."""
    return mlp_cases(Bias.FREE, activations=lambda n: st.just(ReLU()), **options)


def widths(net):
    """(n_1, ..., n_{L+1}) of Appendix B.1: inputs, hidden neurons or channels layer by layer, outputs."""
    layers = [net[i] for i in weight_layers(net)]
    return [layers[0].n_in, *(layer.n_out for layer in layers)]


def augmented(case):
    """(W^1, ..., W^L), the bias of each layer as its first column (zeros if it has none), as Appendix B.1 has it."""
    weights = []
    for i in weight_layers(case.net):
        W, *b = case.params[i]
        weights.append(np.concatenate([b[0][:, None] if b else 0 * W[:, :1], W], axis=1))
    return weights


def with_1(h):
    """[1; h], of samples (n, units)."""
    return np.concatenate([0 * h[:, :1] + 1, h], axis=1)


# --- multi-layer perceptrons ---------------------------------------------------------------------------

def shape_differs(columns):
    """By how much the shapes of the W^k differ from n_{k+1} x columns(n_k)."""
    def violation(case):
        n = widths(case.net)
        return sum(unequal(W.shape, (n_out, columns(n_in)))
                   for W, (n_in, n_out) in zip(augmented(case), pairwise(n), strict=True))
    return violation


def shape_and_recursion_differ(columns):
    """The same, and by how much f_MLP differs from the net."""
    def violation(case):
        h = case.x
        *hidden, last = augmented(case)
        for W in hidden:
            h = relu(with_1(h) @ W.T)
        return shape_differs(columns)(case) + unequal(with_1(h) @ last.T, case.net.forward(case.params, case.x)[0])
    return violation


def n_k(n):
    return n


def n_k_plus_1(n):
    return n + 1


def sum_over_units_differs(upper):
    """By how much W~^2 sigma(W^1 [1; x]) differs from the sum over the units i = 1, ..., upper(n_1, n_2)."""
    def violation(case):
        first, second = augmented(case)[:2]
        h = relu(with_1(case.x) @ first.T)
        units = range(upper(*widths(case.net)[:2]))
        return unequal(h @ second[:, 1:].T, sum((np.outer(relu(with_1(case.x) @ first[i]), second[:, 1 + i])
                                                 for i in units if i < len(first)), 0 * h @ second[:, 1:].T))
    return violation


def units_differ(index):
    """Of each couple j, by how much its number of units differs from n_{index(j)}."""
    def violation(case):
        n, (pairs, _) = widths(case.net), couples(case.net)
        return sum(unequal(pair.n_units, n[index(j) - 1]) for j, pair in enumerate(pairs, 1))
    return violation


def reading_layer(j):
    return 2 * j - 1


def hidden_layer(j):
    return 2 * j


TWO_UNITS = NetCase(mlp((1, 2, 1), bias=False), ((np.ones((2, 1)),), (), (np.ones((1, 2)),)), np.ones((1, 1)),
                    np.ones((1, 1)), Fraction(1), Bias.ABSENT)
"""relu(x) + relu(x): n = (1, 2, 1)."""


# --- factorised MLPs -----------------------------------------------------------------------------------

class Factorised(NamedTuple):
    """Q^k, P^{k+1} and P^k (the first column of a P the bias), and samples h^k (n, n_k)."""

    Q: np.ndarray
    P: np.ndarray
    P_before: np.ndarray
    h: np.ndarray


@st.composite
def factorised_layers(draw):
    """Two consecutive factorised layers, all widths from 1 to 3."""
    n, inner, n_next, inner_next, samples = (draw(st.integers(1, 3)) for _ in range(5))
    return Factorised(draw(arrays((n_next, inner))), draw(arrays((inner_next, n_next + 1))),
                      draw(arrays((inner, n + 1))), draw(arrays((samples, n))))


def without_first_column_differs(case, columns=slice(1, None)):
    """By how much W~, W = Q P without its first column, differs from Q times those columns of P."""
    return unequal((case.Q @ case.P_before)[:, 1:], case.Q @ case.P_before[:, columns])


def without_last_column_differs(case):
    return without_first_column_differs(case, slice(None, -1))


def recursion_of_g(bias):
    """By how much g^{k+1} = P^{k+1} [1; h^{k+1}] differs from P~^{k+1} sigma(Q^k g^k) + bias * its first column."""
    def violation(case):
        g = with_1(case.h) @ case.P_before.T
        h_next = relu(g @ case.Q.T)
        terms = sum(np.outer(relu(g @ case.Q[i]), case.P[:, 1 + i]) for i in range(len(case.Q)))
        return unequal(with_1(h_next) @ case.P.T, terms + bias * case.P[:, 0])
    return violation


ONLY_BIAS = Factorised(*(np.array(rows) for rows in ([[1.0]], [[1.0, 1.0]], [[0.0, 1.0]], [[1.0]])))
"""Q^k = 1, P^{k+1} = (1, 1), P^k = (0, 1), h^k = 1: g^k = 1, h^{k+1} = 1, g^{k+1} = 1 + 1."""


def factorised(case, drop=0):
    """The net with each inner W = Q P, Q = I and P = [b, W] without their last `drop` columns and rows; its params."""
    net, params, indices = [], [], weight_layers(case.net)
    for index, layer in enumerate(case.net):
        if index in indices[1:-1]:
            rank = layer.n_out - drop
            pair = mlp((layer.n_in, rank, layer.n_out), bias=(layer.bias, False))
            net += [pair[0], pair[2]]
            params += [tuple(array[:rank] for array in case.params[index]), (identity(case, layer.n_out)[:, :rank],)]
        else:
            net.append(layer)
            params.append(case.params[index])
    return case._replace(net=Net(*net), params=tuple(params))


def identity(case, n):
    """I, in the number system of the case."""
    one = case.x.flat[0] * 0 + 1
    return np.array([[one * int(i == j) for j in range(n)] for i in range(n)], dtype=case.x.dtype)


def factorised_differs(case, drop=0):
    """By how much the factorised net differs from the net, and multiplied out from its matrices."""
    other = factorised(case, drop)
    apart = unequal(other.net.forward(other.params, case.x)[0], case.net.forward(case.params, case.x)[0])
    matrices = [other.params[i][0] for i in weight_layers(other.net)]
    inner = [Q @ P for P, Q in zip(matrices[1:-1:2], matrices[2:-1:2], strict=True)]
    originals = [case.params[i][0] for i in weight_layers(case.net)]
    return apart + sum(unequal(QP, W) for QP, W in zip(inner, originals[1:-1], strict=True))


def factorised_nets(bias):
    """Factorised ReLU MLPs of two to four layers, width 1 to 3, with any factors Q^k and P^k."""
    sizes = st.lists(st.integers(1, 3), min_size=3, max_size=5)
    return net_cases(st.builds(factorised_mlp, sizes, st.just(bias is not Bias.ABSENT)), bias)


def multiplied_out(case):
    """The MLP with W^k = Q^k P^k and the bias Q^k b^k (the first column of P^k is b^k)."""
    first, *others = [case.params[i] for i in weight_layers(case.net)]
    *inner, last = others
    params = [first, *((Q @ P, Q @ b) for (P, b), (Q,) in zip(inner[::2], inner[1::2], strict=True)), last]
    sizes = (case.net[0].n_in, *(len(b) for _, b in params))
    between = [part for own in params for part in (own, ())][:-1]
    return case._replace(net=mlp(sizes), params=tuple(between))


def multiplied_out_differs(case):
    """By how much the MLP differs from the factorised one, and from the factorisation of its own."""
    product = multiplied_out(case)
    apart = unequal(product.net.forward(product.params, case.x)[0], case.net.forward(case.params, case.x)[0])
    return apart + factorised_differs(product)


def factorised_with_one_less_differs(case):
    return factorised_differs(case, drop=1)


WIDE = NetCase(mlp((2, 2, 2, 2), bias=False), ((np.eye(2),), (), (np.eye(2),), (), (np.eye(2),)), np.eye(2), np.eye(2),
               Fraction(1), Bias.ABSENT)
"""relu(relu(x)), both components: n = (2, 2, 2, 2)."""


def printed_shapes_reach_the_identity():
    """W = Q P with Q of shape 2 x 1 and P of shape 1 x 2, for W = I: n_k = n_{k+1} = 2, the inner dimension 1."""
    return {"det(Q P) = det I = 1 for some Q of shape 2 x 1 and P of shape 1 x 2 (it is 0 for all)":
            determinant_of_product() != 0}


def determinant_of_product():
    """det(u w), u a column and w a row of two entries, as a polynomial in them."""
    u1, u2, w1, w2 = polynomials("u1", "u2", "w1", "w2")
    return (u1 * w1) * (u2 * w2) - (u1 * w2) * (u2 * w1)


def printed_class_has_the_function():
    """Of `WIDE`: its slopes at (1, 1) make the identity; those of a factorised net make W^3 D' Q P~ D W^1."""
    def f(*x):
        return WIDE.net.forward(WIDE.params, np.array([x], dtype=float))[0][0]
    slopes = np.array([f(2, 1) - f(1, 1), f(1, 2) - f(1, 1)]).T
    determinant = slopes[0, 0] * slopes[1, 1] - slopes[0, 1] * slopes[1, 0]
    return {f"the slopes at (1, 1), of determinant {determinant:g}, are a product of a column W^3 D' Q and a row P~ D "
            f"W^1 (of determinant 0)": determinant_of_product() == int(determinant)}


def printed_factor_shapes_fit():
    """g^k = P^k [1; h^k] in R^{n_{k+1}} with P^k of n_{k+1} - 1 rows."""
    n = 3
    P = np.zeros((n - 1, 2))
    return {f"n_{{k+1}} = {n}: P^k has {len(P)} rows, so that g^k has {len(P @ np.ones(2))} entries, but is in R^{n}":
            len(P @ np.ones(2)) == n}


def corrected_factor_shapes_differ(case):
    """Q^k in R^{n_{k+1} x m}, P^k in R^{m x (n_k + 1)}, g^k in R^m, with m = n_{k+1}: of a net's inner layers."""
    weights, n, apart = augmented(case), widths(case.net), 0
    for k in range(1, len(weights) - 1):
        Q, P = np.eye(n[k + 1]), weights[k]
        apart += unequal(P.shape, (n[k + 1], n[k] + 1)) + unequal((P @ np.ones(n[k] + 1)).shape, (n[k + 1],))
        apart += unequal((Q @ P).shape, weights[k].shape)
    return apart


def printed_factor_shapes_differ(case):
    """The same with n_{k+1} - 1 rows in P^k."""
    weights, n = augmented(case), widths(case.net)
    return sum(unequal((weights[k][1:] @ np.ones(n[k] + 1)).shape, (n[k + 1],)) for k in range(1, len(weights) - 1))


def units_between(count):
    """Of each couple (Q^k, P^{k+1}), by how much its number of units differs from count(n_{k+1})."""
    def violation(case):
        other = factorised(case)
        pairs, _ = couples(other.net)
        return sum(unequal(pair.n_units, count(n)) for pair, n in zip(pairs, widths(case.net)[1:-1], strict=True))
    return violation


def n_k_minus_1(n):
    return n - 1


def leftover_layers(case):
    """1 if the couples of the factorised net leave a layer over, or are not one for each hidden layer."""
    pairs, leftover = couples(factorised(case).net)
    return int(leftover is not None or len(pairs) != len(weight_layers(case.net)) - 1)


def leftover_layers_unfactorised(case):
    return int(couples(case.net)[1] is not None)


# --- convolutional nets --------------------------------------------------------------------------------

def conv_layers(case):
    return [(case.net[i], case.params[i]) for i in weight_layers(case.net) if isinstance(case.net[i], Conv2d)]


def bias_shape_differs(own):
    """By how much the lengths of the b^k differ from n_{k+1} (own), or from n_{L+1}."""
    def violation(case):
        layers = conv_layers(case)
        n = [layers[0][0].n_in, *(layer.n_out for layer, _ in layers)]
        return sum(unequal(len(params[1]), n[k] if own else n[-1])
                   for k, (layer, params) in enumerate(layers, 1) if layer.bias)
    return violation


class ConvPair(NamedTuple):
    """Kernels and biases of layers k - 1 and k of a convolutional net without pooling, and h^{k-1} (n, c, h, w)."""

    W_before: np.ndarray
    b_before: np.ndarray
    W: np.ndarray
    b: np.ndarray
    h: np.ndarray


@st.composite
def conv_pairs(draw):
    """Equal numbers of channels n_k = n_{k+1}, so that b^k fits in the place of b^{k-1}."""
    c_in, c = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    return ConvPair(draw(arrays((c, c_in, 2, 2))), draw(arrays((c,))), draw(arrays((c, c, 2, 1))), draw(arrays((c,))),
                    draw(arrays((1, c_in, 4, 3))))


def substitution_differs(inner_bias):
    """By how much sigma(W^k * sigma(W^{k-1} * h^{k-1} + inner bias) + b^k) differs from h^{k+1}, of two steps."""
    def violation(case):
        net = Net(layer(case.W_before), ReLU(), layer(case.W), ReLU())
        h_after = net.forward(((case.W_before, case.b_before), (), (case.W, case.b), ()), case.h)[0]
        inner = relu(conv2d(case.h, case.W_before, inner_bias(case)))
        return unequal(relu(conv2d(inner, case.W, case.b)), h_after)
    return violation


def layer(kernels):
    return Conv2d(kernels.shape[1], kernels.shape[0], kernels.shape[2:])


def b_k(case):
    return case.b


def b_k_minus_1(case):
    return case.b_before


ONE_PIXEL = ConvPair(*(np.array(value, dtype=float).reshape(shape) for value, shape in (
    (1, (1, 1, 1, 1)), (0, (1,)), (1, (1, 1, 1, 1)), (1, (1,)), (1, (1, 1, 1, 1)))))
"""One channel of one pixel, both kernels 1, b^{k-1} = 0, b^k = 1, h^{k-1} = 1."""


class Maps(NamedTuple):
    """Kernels (c_out, c_in, l, l') and feature maps (n, c_in, h, w)."""

    W: np.ndarray
    h: np.ndarray


@st.composite
def feature_maps(draw):
    c_in, c_out, height, width = (draw(st.integers(1, most)) for most in (2, 3, 2, 3))
    return Maps(draw(arrays((c_out, c_in, height, width))), draw(arrays((1, c_in, 4, 5))))


def map_shape_differs(size):
    """By how much the shape of sigma(W * h), no padding, stride 1, differs from n_{k+1} x size(kernel, map)."""
    def violation(case):
        out = layer(case.W).out_shape(case.h.shape)[1:]
        sizes = map(size, case.W.shape[2:], case.h.shape[2:])
        return unequal(out, (len(case.W), *sizes))
    return violation


def size_of_kernel(l, s):
    return l


def size_of_windows(l, s):
    return s - l + 1


THREE_CHANNELS = NetCase(Net(Conv2d(1, 2, 1), ReLU(), Conv2d(2, 3, 1)), (
    (np.ones((2, 1, 1, 1)), np.ones(2)), (), (np.ones((3, 2, 1, 1)), np.ones(3))), np.ones((1, 1, 1, 1)),
    np.ones((1, 3, 1, 1)), Fraction(1), Bias.FREE)
"""n = (1, 2, 3): b^1 has 2 entries, b^2 has 3."""


# --- the claims ----------------------------------------------------------------------------------------

COUNTS_THE_1 = ("If n_k counted the constant 1 in [1; h^k], P^k and the counts n_{k+1} - 1 of the factorised MLP would "
                "be right, and W^k, Q^k and g^k would have one row too many: the text mixes both.")

PERCEPTRONS = (
    Claim("yang2022.appendix-b1.linear-layers", "Appendix B.1, multi-layer perceptron",
          "A multi-layer perceptron with M linear layers has the weights W^1, ..., W^L.", "M = L",
          Informal("M occurs nowhere else, and the formulas that follow have L",
                   "yang2022.appendix-b1.weight-shape.corrected")),
    Claim("yang2022.appendix-b1.weight-shape", "Appendix B.1, multi-layer perceptron",
          "W^k has n_{k+1} rows and n_k columns, n_k being the dimension of h^k, which W^k reads with a 1 on top.",
          "W^k in R^{n_{k+1} x n_k}, h^{k+1} = sigma(W^k [1; h^k])",
          ForAll(shape_differs(n_k), examples=(TWO_UNITS,)), (), fault="misprint",
          correction="yang2022.appendix-b1.weight-shape.corrected",
          tex=r"W^k \in \mathbb{R}^{n_{k+1} \times n_k}, \quad h^{k+1} = \sigma\Big(W^k \begin{bmatrix} 1 \cr h^k "
              r"\end{bmatrix}\Big)",
          explanation="[1; h^k] has n_k + 1 entries, so W^k needs n_k + 1 columns: for n_1 = 1 input, W^1 is n_2 x 1 "
          "and [1; x] is 2 x 1. " + COUNTS_THE_1),
    Claim("yang2022.appendix-b1.weight-shape.corrected", "Appendix B.1, multi-layer perceptron",
          "W^k has n_k + 1 columns, the first of them the bias; then the recursion is the net.",
          "W^k in R^{n_{k+1} x (n_k + 1)}, h^{k+1} = sigma(W^k [1; h^k])",
          ForAll(shape_and_recursion_differ(n_k_plus_1), relu_nets(n_layers=(1, 4))), (),
          Control("it has n_k columns", ForAll(shape_and_recursion_differ(n_k), examples=(TWO_UNITS,))), ours=True,
          tex=r"W^k \in \mathbb{R}^{n_{k+1} \times (n_k + 1)}"),
    Claim("yang2022.appendix-b1.units-sum", "Appendix B.1, multi-layer perceptron, third formula",
          "What two layers compute is a sum over n_k units.",
          "W~^{k+1} sigma(W^k [1; h^k]) = sum_{i=1}^{n_k} W~^{k+1}_:,i sigma(W^k_i [1; h^k])",
          ForAll(sum_over_units_differs(lambda n, n_next: n), examples=(TWO_UNITS,)),
          ("n_k the dimension of h^k, n_1 of the input",), fault="misprint",
          correction="yang2022.appendix-b1.units-sum.corrected",
          tex=r"\widetilde W^{k+1} \sigma\Big(W^k \begin{bmatrix} 1 \cr h^k \end{bmatrix}\Big) = \sum_{i=1}^{n_k} "
              r"\widetilde W^{k+1}_{:,i}\thinspace \sigma\Big(W^k_i \begin{bmatrix} 1 \cr h^k \end{bmatrix}\Big)",
          explanation="relu(x) + relu(x) has one input and two units: at x = 1 the left side is 2, the sum up to n_1 = "
          "1 is 1. (If n_k counted the 1 in [1; h^k], it would be n_{k+1} - 1.) Section 3 calls "
          "n_k the number of neurons in the k-th layer, where Appendix B.1 has n_{k+1}."),
    Claim("yang2022.appendix-b1.units-sum.corrected", "Appendix B.1, multi-layer perceptron, third formula",
          "It is a sum over n_{k+1} units.",
          "W~^{k+1} sigma(W^k [1; h^k]) = sum_{i=1}^{n_{k+1}} W~^{k+1}_:,i sigma(W^k_i [1; h^k])",
          ForAll(sum_over_units_differs(lambda n, n_next: n_next), relu_nets()), (),
          Control("over n_k units", ForAll(sum_over_units_differs(lambda n, n_next: n), examples=(TWO_UNITS,))), ours=True,
          tex=r"\widetilde W^{k+1} \sigma\Big(W^k \begin{bmatrix} 1 \cr h^k \end{bmatrix}\Big) = \sum_{i=1}^{n_{k+1}} "
              r"\widetilde W^{k+1}_{:,i}\thinspace \sigma\Big(W^k_i \begin{bmatrix} 1 \cr h^k \end{bmatrix}\Big)"),
    Claim("yang2022.appendix-b1.units-count", "Appendix B.1, multi-layer perceptron, last paragraph",
          "The couple of W^{2j-1} and W^2j has n_{2j-1} units, one for each hidden neuron.", "n_{2j-1} units",
          ForAll(units_differ(reading_layer), examples=(TWO_UNITS,)),
          ("n_k the dimension of h^k, n_1 of the input",), fault="misprint",
          correction="yang2022.appendix-b1.units-count.corrected",
          tex=r"n_{2j-1} \text{ homogeneous units for } W^{2j-1}, \widetilde W^{2j}",
          explanation="For j = 1 that is n_1, the input dimension: 784 for MLP-6-400 on MNIST, which has 400 hidden "
          "neurons there. The hidden neurons between W^{2j-1} and W^2j are the entries of h^2j."),
    Claim("yang2022.appendix-b1.units-count.corrected", "Appendix B.1, multi-layer perceptron, last paragraph",
          "It has n_2j units, one for each hidden neuron.", "n_2j units",
          ForAll(units_differ(hidden_layer), relu_nets()), (),
          Control("it has n_{2j-1}", ForAll(units_differ(reading_layer), examples=(TWO_UNITS,))), ours=True,
          tex=r"n_{2j} \text{ homogeneous units for } W^{2j-1}, \widetilde W^{2j}"),
)

FACTORISED = (
    Claim("yang2022.appendix-b1.factorized-shapes", "Appendix B.1, factorised MLP",
          "Each W^k in R^{n_{k+1} x n_k} is a product Q^k P^k of the printed shapes, the inner dimension being "
          "n_{k+1} - 1.", "W^k = Q^k P^k, P^k in R^{(n_{k+1}-1) x n_k}, Q^k in R^{n_{k+1} x (n_{k+1}-1)}",
          Certificate(printed_shapes_reach_the_identity), (), fault="misprint",
          correction="yang2022.appendix-b1.factorized-shapes.corrected",
          tex=r"W^k = Q^k P^k, \quad P^k \in \mathbb{R}^{(n_{k+1}-1) \times n_k}, \quad "
              r"Q^k \in \mathbb{R}^{n_{k+1} \times (n_{k+1}-1)}",
          explanation="Such a product has rank n_{k+1} - 1 at most: a column times a row has determinant "
          "u_1 w_1 u_2 w_2 - u_1 w_2 u_2 w_1 = 0, and the identity of R^2 has 1. Table 2 has n hidden neurons in "
          "between, not n - 1. " + COUNTS_THE_1),
    Claim("yang2022.appendix-b1.factorized-shapes.corrected", "Appendix B.1, factorised MLP",
          "With inner dimension n_{k+1} each W^k in R^{n_{k+1} x (n_k + 1)} is a product (I times W^k), and g^k is in "
          "R^{n_{k+1}}.", "P^k in R^{n_{k+1} x (n_k + 1)}, Q^k in R^{n_{k+1} x n_{k+1}}, g^k = P^k [1; h^k] in "
          "R^{n_{k+1}}",
          ForAll(corrected_factor_shapes_differ, relu_nets(n_layers=(3, 5))), (),
          Control("P^k has n_{k+1} - 1 rows, and g^k is in R^{n_{k+1}}",
                  ForAll(printed_factor_shapes_differ, examples=(WIDE,))), ours=True,
          tex=r"P^k \in \mathbb{R}^{n_{k+1} \times (n_k + 1)}, \quad Q^k \in \mathbb{R}^{n_{k+1} \times n_{k+1}}, "
              r"\quad g^k \in \mathbb{R}^{n_{k+1}}"),
    Claim("yang2022.appendix-b1.factorized-g", "Appendix B.1, factorised MLP",
          "g^k = P^k [1; h^k] is in R^{n_{k+1}}, P^k having n_{k+1} - 1 rows.", "g^k = P^k [1; h^k] in R^{n_{k+1}}",
          Certificate(printed_factor_shapes_fit), ("P^k in R^{(n_{k+1}-1) x n_k}",), fault="misprint",
          correction="yang2022.appendix-b1.factorized-shapes.corrected",
          tex=r"g^k = P^k \begin{bmatrix} 1 \cr h^k \end{bmatrix} \in \mathbb{R}^{n_{k+1}}, \quad "
              r"P^k \in \mathbb{R}^{(n_{k+1}-1) \times n_k}",
          explanation="A product has as many entries as its matrix has rows: n_{k+1} - 1."),
    Claim("yang2022.appendix-b1.factorized-bias", "Appendix B.1, factorised MLP",
          "With P~, P without its first column, W~ = Q P~ is W = Q P without its first column: the factorisation needs no "
          "bias of Q.", "W~ = Q P~",
          ForAll(without_first_column_differs, factorised_layers(), ladder=("fractions",), n_examples=40), (),
          Control("with P without its last column", ForAll(without_last_column_differs, factorised_layers()))),
    Claim("yang2022.appendix-b1.factorized-recursion", "Appendix B.1, factorised MLP, last two formulas",
          "g^{k+1}, defined as P^{k+1} [1; h^{k+1}], is P~^{k+1} sigma(Q^k g^k), P~ being P without its first column.",
          "P^{k+1} [1; h^{k+1}] = P~^{k+1} sigma(Q^k g^k)", ForAll(recursion_of_g(0), examples=(ONLY_BIAS,)),
          ("h^{k+1} = sigma(Q^k g^k)",), fault="misprint",
          correction="yang2022.appendix-b1.factorized-recursion.corrected",
          tex=r"g^{k+1} = P^{k+1} \begin{bmatrix} 1 \cr h^{k+1} \end{bmatrix} = \widetilde P^{k+1} \sigma(Q^k g^k)",
          explanation="With P^{k+1} = (1, 1) and h^{k+1} = sigma(Q^k g^k) = 1, g^{k+1} is 1 + 1 = 2 by its definition "
          "and 1 by the formula: the bias, the first column of P^{k+1}, is lost."),
    Claim("yang2022.appendix-b1.factorized-recursion.corrected", "Appendix B.1, factorised MLP, last two formulas",
          "It is that plus the first column of P^{k+1}, a sum over all n_{k+1} rows of Q^k.",
          "g^{k+1} = P^{k+1}_:,1 + sum_{i=1}^{n_{k+1}} P~^{k+1}_:,i sigma(Q^k_i g^k)",
          ForAll(recursion_of_g(1), factorised_layers()), ("h^{k+1} = sigma(Q^k g^k)",),
          Control("without the first column it is", ForAll(recursion_of_g(0), factorised_layers())), ours=True,
          tex=r"g^{k+1} = P^{k+1}_{:,1} + \sum_{i=1}^{n_{k+1}} \widetilde P^{k+1}_{:,i}\thinspace \sigma(Q^k_i g^k)"),
    Claim("yang2022.appendix-b1.factorized-units", "Appendix B.1, factorised MLP",
          "The layers Q^k and P^{k+1} have n_{k+1} - 1 homogeneous units, one for each hidden neuron.",
          "n_{k+1} - 1 units", ForAll(units_between(n_k_minus_1), examples=(TWO_UNITS,)),
          ("n_{k+1} the dimension of h^{k+1}",), fault="misprint",
          correction="yang2022.appendix-b1.factorized-units.corrected",
          tex=r"n_{k+1} - 1 \text{ homogeneous units for } Q^k, P^{k+1}",
          explanation="The hidden neurons between them are the entries of h^{k+1} = sigma(Q^k g^k), one for each of "
          "the n_{k+1} rows of Q^k: of relu(x) + relu(x), where k = 1 and n_2 = 2, two."),
    Claim("yang2022.appendix-b1.factorized-units.corrected", "Appendix B.1, factorised MLP",
          "They have n_{k+1}.", "n_{k+1} units", ForAll(units_between(n_k), relu_nets(n_layers=(2, 5))), (),
          Control("they have n_{k+1} - 1", ForAll(units_between(n_k_minus_1), examples=(TWO_UNITS,))), ours=True,
          tex=r"n_{k+1} \text{ homogeneous units for } Q^k, P^{k+1}"),
    Claim("yang2022.appendix-b1.factorized-class", "Appendix B.1, factorised MLP, last paragraph",
          "For fixed dimensions and number of layers, the class of factorised MLPs is that of MLPs: multiplied out each "
          "factorised one is an MLP, which has a factorisation.",
          "{f : W^k = Q^k P^k, 1 < k < L} = {f}",
          ForAll(multiplied_out_differs, factorised_nets(Bias.FREE)),
          ("inner dimension: the hidden neurons of the layer, as in Table 2 (n_{k+1} - 1 if n_{k+1} counts the 1 of "
           "[1; h^{k+1}])",),
          Control("inner dimension: one less", Certificate(printed_class_has_the_function))),
    Claim("yang2022.appendix-b1.factorized-class.corrected", "Appendix B.1, factorised MLP, last paragraph",
          "With inner dimension n_{k+1} each MLP is a factorised one (Q^k = I, P^k = W^k, no bias in Q^k), and "
          "multiplied out each factorised one is an MLP.", "f(W) = f(Q P) with W^k = Q^k P^k, 1 < k < L",
          ForAll(factorised_differs, relu_nets(n_layers=(2, 5))), ("inner dimension n_{k+1}",),
          Control("with inner dimension n_{k+1} - 1, leaving one out",
                  ForAll(factorised_with_one_less_differs, examples=(WIDE,))), ours=True,
          tex=r"W^k = I\thinspace W^k, \quad P^k \in \mathbb{R}^{n_{k+1} \times (n_k + 1)}"),
    Claim("yang2022.appendix-b1.factorized-even", "Appendix B.1, factorised MLP, last paragraph",
          "A factorised MLP bypasses the issue of an odd number of layers: each hidden layer has a couple of its own, "
          "and no layer is left over.",
          "2 (L - 1) matrices, L - 1 couples (Q^k, P^{k+1})", ForAll(leftover_layers, relu_nets(n_layers=(2, 5))),
          ("at least two layers",),
          Control("an MLP that is not factorised does",
                  ForAll(leftover_layers_unfactorised, relu_nets(n_layers=(2, 5))))),
)

CONVOLUTIONAL = (
    Claim("yang2022.appendix-b1.cnn-bias-shape", "Appendix B.1, convolutional neural networks",
          "b^k has n_{L+1} entries.", "b^k in R^{n_{L+1}}",
          ForAll(bias_shape_differs(own=False), examples=(THREE_CHANNELS,)), ("n_k the number of channels of h^k",),
          fault="misprint", correction="yang2022.appendix-b1.cnn-bias-shape.corrected",
          tex=r"b^k \in \mathbb{R}^{n_{L+1}}",
          explanation="b^k_i is added to the i-th of n_{k+1} channels: in a net of 1, 2 and 3 channels b^1 has 2 "
          "entries, and n_{L+1} = 3."),
    Claim("yang2022.appendix-b1.cnn-bias-shape.corrected", "Appendix B.1, convolutional neural networks",
          "b^k has n_{k+1} entries.", "b^k in R^{n_{k+1}}",
          ForAll(bias_shape_differs(own=True), convnet_cases(Bias.FREE, pools=False), examples=(THREE_CHANNELS,)), (),
          Control("it has n_{L+1}", ForAll(bias_shape_differs(own=False), examples=(THREE_CHANNELS,))), ours=True,
          tex=r"b^k \in \mathbb{R}^{n_{k+1}}"),
    Claim("yang2022.appendix-b1.cnn-map-shape", "Appendix B.1, convolutional neural networks",
          "Where W^k is of dimensions n_{k+1} x n_k x l x l', h^k is of dimensions n_k x l x l'.",
          "W^k in R^{n_{k+1} x n_k x l x l'}, h^k in R^{n_k x l x l'}",
          ForAll(map_shape_differs(size_of_kernel), examples=(Maps(np.ones((1, 1, 2, 2)), np.ones((1, 1, 4, 5))),)), (),
          fault="misprint", correction="yang2022.appendix-b1.cnn-map-shape.corrected",
          tex=r"W^k \in \mathbb{R}^{n_{k+1} \times n_k \times l \times l'}, \quad "
              r"h^k \in \mathbb{R}^{n_k \times l \times l'}",
          explanation="l and l' are used twice: a 2 x 2 kernel makes a 3 x 4 map of a 4 x 5 one."),
    Claim("yang2022.appendix-b1.cnn-map-shape.corrected", "Appendix B.1, convolutional neural networks",
          "A map has its own height and width: a kernel of l x l' makes (s - l + 1) x (s' - l' + 1) of s x s'.",
          "h^k in R^{n_k x s_k x s'_k}, s_{k+1} = s_k - l + 1",
          ForAll(map_shape_differs(size_of_windows), feature_maps()), ("no pooling, padding or stride",),
          Control("it makes l x l'", ForAll(map_shape_differs(size_of_kernel), feature_maps())), ours=True,
          tex=r"h^k \in \mathbb{R}^{n_k \times s_k \times s'_k}, \quad s_{k+1} = s_k - l + 1"),
    Claim("yang2022.appendix-b1.cnn-substitution", "Appendix B.1, convolutional neural networks, two steps in one",
          "By two steps of the recursion h^{k+1} is as printed, with b^k in both layers.",
          "h^{k+1} = sigma(W^k * sigma(W^{k-1} * h^{k-1} + b^k_j) + b^k_i)",
          ForAll(substitution_differs(b_k), examples=(ONE_PIXEL,), ladder=("fractions",)), ("no pooling",),
          fault="misprint", correction="yang2022.appendix-b1.cnn-substitution.corrected",
          tex=r"h^{k+1} = \bigg[\mathcal P^k\bigg(\sigma\bigg(\Big(\sum_j W_{i,j}^k \circledast \mathcal "
              r"P^{k-1}\Big(\sigma\Big(\Big(\sum_{j'} W_{j,j'}^{k-1} \circledast h_{j'}^{k-1}\Big) \oplus "
              r"b_j^k\Big)\Big)\Big) \oplus b_i^k\bigg)\bigg)\bigg]_{i \in [n_{k+1}]}",
          explanation="One channel, one pixel, both kernels 1, b^{k-1} = 0, b^k = 1, h^{k-1} = 1: two steps give "
          "relu(relu(1 + 0) + 1) = 2, the formula relu(relu(1 + 1) + 1) = 3. (Its second line has h^{j-1} for h^{k-1}, "
          "too.)"),
    Claim("yang2022.appendix-b1.cnn-substitution.corrected", "Appendix B.1, convolutional neural networks, two steps "
          "in one",
          "With b^{k-1} in the inner layer it is.",
          "h^{k+1} = sigma(W^k * sigma(W^{k-1} * h^{k-1} + b^{k-1}_j) + b^k_i)",
          ForAll(substitution_differs(b_k_minus_1), conv_pairs(), n_examples=40), ("no pooling",),
          Control("with b^k it is", ForAll(substitution_differs(b_k), conv_pairs(), n_examples=40)), ours=True,
          tex=r"h^{k+1} = \bigg[\mathcal P^k\bigg(\sigma\bigg(\Big(\sum_j W_{i,j}^k \circledast \mathcal "
              r"P^{k-1}\Big(\sigma\Big(\Big(\sum_{j'} W_{j,j'}^{k-1} \circledast h_{j'}^{k-1}\Big) \oplus "
              r"b_j^{k-1}\Big)\Big)\Big) \oplus b_i^k\bigg)\bigg)\bigg]_{i \in [n_{k+1}]}"),
    Claim("yang2022.appendix-b1.cnn-scaling", "Appendix B.1, convolutional neural networks",
          "Multiplying the kernels and the bias that feed a hidden channel by alpha > 0, and dividing those that read "
          "it, keeps the function, across max and average pooling and a flatten.",
          "(alpha W^{k-1}_{j,j'}, alpha b^{k-1}_j) for all j', W^k_{i,j} / alpha for all i",
          ForAll(function_changes, convnet_cases(Bias.FREE), n_examples=40), ("alpha > 0",),
          Control("the bias stays as it is", ForAll(function_changes_without_bias, convnet_cases(Bias.FREE)))),
    Claim("yang2022.appendix-b1.cnn-units-count", "Appendix B.1, convolutional neural networks, last paragraph",
          "The couple of W^{2k-1} and W^2k has n_{2k-1} units, one for each channel.", "n_{2k-1} units",
          ForAll(units_differ(reading_layer), examples=(THREE_CHANNELS,)), ("n_k the number of channels of h^k",),
          fault="misprint", correction="yang2022.appendix-b1.cnn-units-count.corrected",
          tex=r"n_{2k-1} \text{ homogeneous units for } W^{2k-1}, W^{2k}",
          explanation="For k = 1 that is the number of input channels: 3 for CIFAR10, where the first couple of VGG19 "
          "has 64 hidden channels. In the witness they are 1 and 2."),
    Claim("yang2022.appendix-b1.cnn-units-count.corrected", "Appendix B.1, convolutional neural networks, last "
          "paragraph",
          "It has n_2k units, one for each hidden channel.", "n_2k units",
          ForAll(units_differ(hidden_layer), convnet_cases(Bias.FREE), examples=(THREE_CHANNELS,)), (),
          Control("it has n_{2k-1}", ForAll(units_differ(reading_layer), examples=(THREE_CHANNELS,))), ours=True,
          tex=r"n_{2k} \text{ homogeneous units for } W^{2k-1}, W^{2k}"),
)

CLAIMS = PERCEPTRONS + FACTORISED + CONVOLUTIONAL
