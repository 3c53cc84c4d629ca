"""Appendix B.2.1: what balance of units means for whole layers."""

from fractions import Fraction

import numpy as np

from pathnorm_ref.architectures import mlp
from pathnorm_ref.units import Bias, weight_layers
from proofs_check.cases import NetCase, balanced_mlps, mlp_cases
from proofs_check.checks import ForAll
from proofs_check.claim import Claim, Control
from proofs_check.rescaled import norms_of
from proofs_check.violations import unequal


def layer_squares(case):
    """The sum of squares of each weight layer, with its biases if they count."""
    counted = [case.params[i] if case.bias == Bias.INSIDE else case.params[i][:1] for i in weight_layers(case.net)]
    return [sum(np.sum(array * array) for array in own) for own in counted]


def unequal_layers(case):
    first, *others = layer_squares(case)
    return sum(unequal(other, first) for other in others)


def unequal_path_norms(case):
    first, *others = [np.sum(w * v) for w, v in norms_of(case)]
    return sum(unequal(other, first) for other in others)


def biased_chain():
    """13 relu(5 relu(3 x + 4) + 12): 3^2 + 4^2 = 5^2 and 5^2 + 12^2 = 13^2, so both units are balanced, biases inside.

    It is minimal. The function is 156 up to its kink at -4/3 and rises with slope 195 behind it, so w_1 > 0 (else it
    were constant on the right), and it determines b_1 / w_1, v b_2 and the product of the weights: its representations
    are its rescalings. R is convex in the logarithms of their factors, and balance is its stationary point.
    """
    params = ((np.array([[3.0]]), np.array([4.0])), (), (np.array(
        [[5.0]]), np.array([12.0])), (), (np.array([[13.0]]),))
    return NetCase(mlp((1, 1, 1, 1), bias=(True, True, False)), params, np.ones((1, 1)), np.ones((1, 1)), Fraction(1),
                   Bias.INSIDE)


def is_balanced(case):
    return all(unequal(w, v) == 0 for w, v in norms_of(case))


def tapering_net():
    """x, then (3/5, 4/5) x, then (3/5, 4/5) of (3/5, 4/5) . relu: f(x) = relu(x) (3/5, 4/5), all units balanced."""
    column = np.array([[Fraction(3, 5)], [Fraction(4, 5)]], dtype=object)
    one = np.array([[Fraction(1)]], dtype=object)
    return NetCase(mlp((1, 1, 2, 2), bias=False), ((one,), (), (column,), (), (column @ column.T,)), np.ones((1, 1)),
                   np.ones((1, 2)), Fraction(1), Bias.ABSENT)


def has_least_norm(case):
    """Whether R = 3, which is least: 1 = ||f(1)|| <= prod ||W_k||_F, so that R >= 3 (prod ||W_k||_F^2)^(1/3) >= 3."""
    out = case.net.forward(case.params, case.x)[0]
    return np.sum(out * out) == 1 and sum(layer_squares(case)) == 3


def printed_coupling(case):
    norms = norms_of(case)
    return unequal(np.sum(norms[0][0]**2), np.sum(norms[1][1][:len(norms[0][0])]**2))


def unequal_sides(case):
    return sum(unequal(np.sum(w * w), np.sum(v * v)) for w, v in norms_of(case))


CLAIMS = (
    Claim("yang2022.appendix-b21.equal-layers", "Appendix B.2.1",
          "At the minimum norm representation each layer has the same sum of squared weights.",
          "sum_i ||w_i,j||^2 = sum_i ||w_i,k||^2 for all j, k",
          ForAll(unequal_layers, balanced_mlps((2, 6)), ladder=("fractions",), n_examples=60),
          ("every unit is balanced", "no biases"),
          Control("the same of nets out of balance", ForAll(unequal_layers, mlp_cases(n_layers=(2, 4))))),
    Claim("yang2022.appendix-b21.equal-layers.bias-inside", "Appendix B.2.1, with biases as part of the weights (B.2.2)",
          "At the minimum norm representation each layer has the same sum of squared weights, with biases inside w.",
          "sum_i ||w_i,j||^2 = sum_i ||w_i,k||^2 for all j, k",
          ForAll(unequal_layers, examples=(biased_chain(),), meets=is_balanced),
          ("a minimum norm representation", "biases inside w"), fault="missing hypothesis",
          correction="yang2022.appendix-b21.equal-layers"),
    Claim("yang2022.appendix-b21.coupling-index", "Appendix B.2.1, second formula",
          "For the coupling of layers j and j + 1, the incoming weights of layer j and the weights v_{i,j+1}, the outgoing "
          "ones of layer j + 1, have equal sums of squares.",
          "sum_{i=1}^{n_j} ||w_i,j||^2 = sum_{i=1}^{n_j} ||v_i,j+1||^2",
          ForAll(printed_coupling, examples=(tapering_net(),), meets=has_least_norm),
          ("a minimum norm representation", "v_i,k the output weights of the i-th neuron of layer k (Section 3)"),
          fault="misprint", correction="yang2022.appendix-b21.coupling-index.corrected"),
    Claim("yang2022.appendix-b21.coupling-index.corrected", "Appendix B.2.1, second formula",
          "The incoming and the outgoing weights of one and the same layer have equal sums of squares.",
          "sum_i ||w_i,j||^2 = sum_i ||v_i,j||^2",
          ForAll(unequal_sides, balanced_mlps((2, 6)), ladder=("fractions",), n_examples=60),
          ("every unit is balanced", "no biases"),
          Control("in nets out of balance too", ForAll(unequal_sides, mlp_cases(n_layers=(2, 4)))), ours=True),
    Claim("yang2022.appendix-b21.equal-path-norms", "Appendix B.2.1, last formula",
          "At the minimum norm representation the sums of products of norms of all couplings of layers are equal.",
          "sum_i ||w_i,j|| ||v_i,j+1|| = sum_i ||w_i,k|| ||v_i,k+1||",
          ForAll(unequal_path_norms, balanced_mlps((3, 6)), ladder=("fractions",), n_examples=60),
          ("every unit is balanced", "no biases"),
          Control("the same of nets out of balance", ForAll(unequal_path_norms, mlp_cases(n_layers=(3, 4))))),
)
