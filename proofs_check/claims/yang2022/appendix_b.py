"""Appendix B.2.1: what balance of units means for whole layers."""

from fractions import Fraction
from itertools import pairwise

import numpy as np

from pathnorm_ref.architectures import mlp
from pathnorm_ref.units import Bias, weight_layers
from proofs_check.cases import NetCase, balanced_mlps, mlp_cases
from proofs_check.checks import Certificate, ForAll
from proofs_check.claim import Claim, Control
from proofs_check.definitions import euclidean_norm, prox_2
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


def longer_tapering_net():
    """The same with the last layer twice: relu keeps the positive (3/5, 4/5) relu(x)."""
    case = tapering_net()
    params = (*case.params, (), case.params[-1])
    return case._replace(net=mlp((1, 1, 2, 2, 2), bias=False), params=params)


def has_least_norm(case):
    """Whether R = L, which is least: 1 = ||f(1)|| <= prod ||W_k||_F, so that R >= L (prod ||W_k||_F^2)^(1/L) >= L."""
    out = case.net.forward(case.params, case.x)[0]
    return np.sum(out * out) == 1 and sum(layer_squares(case)) == len(layer_squares(case))


def printed_coupling(case):
    (w, _), (_, v) = norms_of(case)[:2]
    return unequal(np.sum(w * w), np.sum(v[:len(w)]**2))


def printed_path_norms(case):
    """Of the first two hidden layers j = 1 and k = 2: sum_i ||w_i,j|| ||v_i,j+1|| against that of k."""
    first, second = [np.sum(w * v[:len(w)]) for (w, _), (_, v) in pairwise(norms_of(case))][:2]
    return unequal(first, second)


def unequal_sides(case):
    return sum(unequal(np.sum(w * w), np.sum(v * v)) for w, v in norms_of(case))


def after_steps(steps, lam=Fraction(1, 10), lr=Fraction(1, 10)):
    """(||v_1||, ||v_3||) of v_3 relu(w_3 relu(v_1 relu(w_1 x))), ||w|| = 1, from v_1 = 4, v_3 = 1.

    By Algorithm 1's printed Prox_2, at x = 0, y = 0, where every gradient of the loss is 0.
    """
    v = [np.array([Fraction(value)], dtype=object) for value in (4, 1)]
    for _ in range(steps):
        v = [prox_2(z, lam, lr) for z in v]
    return [euclidean_norm(z) for z in v]


def sums_stay_apart():
    return {f"after {steps} steps of lambda gamma = 1/100: {first} and {second}, still 3 apart": first - second == 3
            for steps in (1, 10) for first, second in [after_steps(steps)]}


def sums_become_equal():
    return {f"after {steps} steps of lambda gamma = 1/100: {first} and {second} are equal": first == second
            for steps in (1, 10) for first, second in [after_steps(steps)]}


CLAIMS = (
    Claim("yang2022.appendix-b21.equal-layers", "Appendix B.2.1",
          "At the minimum norm representation each layer has the same sum of squared weights.",
          "sum_i ||w_i,j||^2 = sum_i ||w_i,k||^2 for all j, k",
          ForAll(unequal_layers, balanced_mlps((2, 6)), ladder=("fractions",), n_examples=60),
          ("every unit is balanced", "no biases"),
          Control("the same of nets out of balance", ForAll(unequal_layers, mlp_cases(n_layers=(2, 4)))),
          tex=r"\sum_{i=1}^{n_j} \Vert w_{i,j} \Vert_2^2 = \sum_{i=1}^{n_k} \Vert w_{i,k} \Vert_2^2 \text{ for all } "
              r"j, k"),
    Claim("yang2022.appendix-b21.equal-layers.bias-inside", "Appendix B.2.1, with biases as part of the weights "
          "(B.2.2)",
          "At the minimum norm representation each layer has the same sum of squared weights, with biases inside w.",
          "sum_i ||w_i,j||^2 = sum_i ||w_i,k||^2 for all j, k",
          ForAll(unequal_layers, examples=(biased_chain(),), meets=is_balanced),
          ("a minimum norm representation", "biases inside w"), fault="missing hypothesis",
          correction="yang2022.appendix-b21.equal-layers",
          tex=r"\sum_{i=1}^{n_j} \Vert w_{i,j} \Vert_2^2 = \sum_{i=1}^{n_k} \Vert w_{i,k} \Vert_2^2 \text{ for all } "
              r"j, k",
          explanation="13 relu(5 relu(3 x + 4) + 12): 3^2 + 4^2 = 5^2 and 5^2 + 12^2 = 13^2, so that both units are "
          "balanced; the layers, with their biases, have 25, 169 and 169. It is minimal: the function is 156 up to its "
          "kink at -4/3 and has slope 195 behind it, so its representations are its rescalings, of which R is least at "
          "balance."),
    Claim("yang2022.appendix-b21.coupling-index", "Appendix B.2.1, second formula",
          "For the coupling of layers j and j + 1, the incoming weights of layer j and the weights v_{i,j+1}, the "
          "outgoing ones of layer j + 1, have equal sums of squares.",
          "sum_{i=1}^{n_j} ||w_i,j||^2 = sum_{i=1}^{n_j} ||v_i,j+1||^2",
          ForAll(printed_coupling, examples=(tapering_net(),), meets=has_least_norm),
          ("a minimum norm representation", "v_i,k the output weights of the i-th neuron of layer k (Section 3)"),
          fault="misprint", correction="yang2022.appendix-b21.coupling-index.corrected",
          tex=r"\sum_{i=1}^{n_j} \Vert w_{i,j} \Vert_2^2 = \sum_{i=1}^{n_j} \Vert v_{i,j+1} \Vert_2^2",
          explanation="W_1 = 1, W_2 = u, W_3 = u u^T with u = (3/5, 4/5): f(1) = u has norm 1, and all three Frobenius "
          "norms are 1, the least there can be. Layer 1 has n_1 = 1 neuron with ||w_1,1|| = 1, and the first neuron of "
          "layer 2 has ||v_1,2|| = 3/5: for j = 1 the formula is 1 = 9/25. The first formula of B.2.1 has the index "
          "right, the third has it as the second."),
    Claim("yang2022.appendix-b21.coupling-index.corrected", "Appendix B.2.1, second formula",
          "The incoming and the outgoing weights of one and the same layer have equal sums of squares.",
          "sum_i ||w_i,j||^2 = sum_i ||v_i,j||^2",
          ForAll(unequal_sides, balanced_mlps((2, 6)), ladder=("fractions",), n_examples=60),
          ("every unit is balanced", "no biases"),
          Control("in nets out of balance too", ForAll(unequal_sides, mlp_cases(n_layers=(2, 4)))), ours=True,
          tex=r"\sum_{i=1}^{n_j} \Vert w_{i,j} \Vert_2^2 = \sum_{i=1}^{n_j} \Vert v_{i,j} \Vert_2^2"),
    Claim("yang2022.appendix-b21.equal-path-norms", "Appendix B.2.1, last formula",
          "At the minimum norm representation the sums of products of norms of all couplings of layers are equal.",
          "sum_i ||w_i,j|| ||v_i,j|| = sum_i ||w_i,k|| ||v_i,k||",
          ForAll(unequal_path_norms, balanced_mlps((3, 6)), ladder=("fractions",), n_examples=60),
          ("every unit is balanced", "no biases", "v_i,j the output weights of the i-th neuron of layer j (Section 3)"),
          Control("the same of nets out of balance", ForAll(unequal_path_norms, mlp_cases(n_layers=(3, 4)))),
          tex=r"\sum_{i=1}^{n_j} \Vert w_{i,j} \Vert_2 \Vert v_{i,j} \Vert_2 = \sum_{i=1}^{n_k} \Vert w_{i,k} \Vert_2 "
              r"\Vert v_{i,k} \Vert_2"),
    Claim("yang2022.appendix-b21.equal-path-norms.index", "Appendix B.2.1, last formula",
          "At the minimum norm representation the printed sums, of ||w_i,j|| and ||v_i,j+1||, are equal.",
          "sum_{i=1}^{n_j} ||w_i,j|| ||v_i,j+1|| = sum_{i=1}^{n_k} ||w_i,k|| ||v_i,k+1||",
          ForAll(printed_path_norms, examples=(longer_tapering_net(),), meets=has_least_norm),
          ("a minimum norm representation", "v_i,k the output weights of the i-th neuron of layer k (Section 3)"),
          fault="misprint", correction="yang2022.appendix-b21.equal-path-norms",
          tex=r"\sum_{i=1}^{n_j} \Vert w_{i,j} \Vert_2 \Vert v_{i,j+1} \Vert_2 = \sum_{i=1}^{n_k} \Vert w_{i,k} "
              r"\Vert_2 \Vert v_{i,k+1} \Vert_2",
          explanation="W_1 = 1, W_2 = u, W_3 = W_4 = u u^T with u = (3/5, 4/5): f(1) = u has norm 1, and all four "
          "Frobenius norms are 1, the least there can be. Layer 1 has one neuron, layers 2 and 3 have two, of norms "
          "3/5 and 4/5 on both sides. For j = 1 the sum is 1 * 3/5, for k = 2 it is 9/25 + 16/25 = 1."),
    Claim("yang2022.appendix-b21.not-enforced", "Appendix B.2.1, last paragraph",
          "Algorithm 1 does not enforce equal sums of path norms of the couplings: steps at a net that fits its data "
          "keep the difference of two sums.", "sum_i ||w_i,1|| ||v_i,1|| != sum_i ||w_i,3|| ||v_i,3|| after steps of "
          "Algorithm 1",
          Certificate(sums_stay_apart), (), Control("they become equal", Certificate(sums_become_equal))),
)
