"""Appendices A.1 to A.3: equivalences of representations, convolutional units, the Lipschitz bound."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import ball
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.layers import Abs, Conv2d, Identity, LeakyReLU, ReLU
from pathnorm_ref.layers.windows import overlap
from pathnorm_ref.lipschitz import frobenius_bound, path_norm_bound
from pathnorm_ref.network import Net
from pathnorm_ref.objectives import sum_of_squares
from pathnorm_ref.units import Bias, incoming, outgoing
from proofs_check import networks
from proofs_check.cases import NetCase, arrays, convnet_cases, mlp_cases, parameters, units
from proofs_check.checks import Certificate, ForAll
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.section_3 import eta, function_changes, function_changes_without_bias
from proofs_check.rescaled import hidden_units
from proofs_check.violations import above, both, unequal


def one_hidden_layer(*units_of_net):
    """sum_k v_k relu(w_k x), of pairs (w_k, v_k), at the samples -1 and 1, which determine it."""
    w, v = (np.array([[Fraction(side)] for side in sides], dtype=object) for sides in zip(*units_of_net, strict=True))
    x = np.array([[Fraction(-1)], [Fraction(1)]], dtype=object)
    return NetCase(mlp((1, len(w), 1), bias=False), ((w,), (), (v.T,)), x, 0 * x, Fraction(1), Bias.ABSENT)


def outputs(case):
    return case.net.forward(case.params, case.x)[0]


def squares(case):
    return sum_of_squares(case.net, case.params, case.bias)


def out_of_balance(case):
    """sum | ||w||^2 - ||v||^2 | over the units."""
    return sum(unequal(np.sum(incoming(np, case.net, case.params, hidden, case.bias)**2, axis=1),
                       np.sum(outgoing(np, case.net, case.params, hidden)**2, axis=1))
               for hidden in hidden_units(case.net))


def balance_does_not_suffice():
    cancelling, nothing = one_hidden_layer((1, 1), (1, -1)), one_hidden_layer((0, 0), (0, 0))
    return {"relu(x) - relu(x) is balanced": out_of_balance(cancelling) == 0,
            "it is the function 0": not outputs(cancelling).any() and not outputs(nothing).any(),
            "0 has a smaller sum of squares": squares(nothing) < squares(cancelling)}


def merging_helps():
    two, one = one_hidden_layer((1, 1), (1, 1)), one_hidden_layer((1, 2), (0, 0))
    return {"relu(x) + relu(x) is larger than 2 relu(x)": squares(one) < squares(two)}


def same_function_no_rescaling():
    """2 relu(x) by one unit and by two: the same function, but no rescaling makes an active unit dead."""
    two, one = one_hidden_layer((1, 1), (1, 1)), one_hidden_layer((1, 2), (0, 0))
    products = [sorted(abs(w * v) for w, v in zip(case.params[0][0][:, 0], case.params[2][0][0], strict=True))
                for case in (two, one)]
    return {"they are functionally equivalent": bool((outputs(two) == outputs(one)).all()),
            "the products |w v| of their units, which no rescaling changes, differ": products[0] != products[1]}


def same_products():
    two, swapped = one_hidden_layer((1, 1), (2, 1)), one_hidden_layer((2, Fraction(1, 2)), (1, 2))
    products = [sorted(w * v for w, v in zip(case.params[0][0][:, 0], case.params[2][0][0], strict=True))
                for case in (two, swapped)]
    return {"products differ after a rescaling": products[0] != products[1]}


# --- the Lipschitz bound, squared so that it is rational -----------------------------------------------

def beyond_bound(unit, constant=1):
    """||eta(x) - eta(x')||^2 - (constant ||w|| ||v|| ||x - x'||)^2."""
    gap, distance = eta(unit, unit.x) - eta(unit, unit.x2), unit.x - unit.x2
    bound = np.sum(unit.w * unit.w) * np.sum(unit.v * unit.v) * np.sum(distance * distance)
    return above(np.sum(gap * gap), constant * bound)


def not_tight(unit):
    """At x = w, x' = 0 a ReLU unit reaches its bound."""
    return unequal(beyond_bound(unit._replace(x=unit.w, x2=0 * unit.w)), 0)


def lipschitz_1(n):
    return st.sampled_from([ReLU(), LeakyReLU(0.25), LeakyReLU(-1.0), LeakyReLU(0.0), Abs(), Identity()])


def beyond_convolution_bound(case, factor=True):
    """||f(x) - f(0)||^2 of one channel, v (*) relu(w (*) x), against overlap(w) overlap(v) ||w||^2 ||v||^2 ||x||^2."""
    (hidden,) = hidden_units(case.net)
    w, v = incoming(np, case.net, case.params, hidden, case.bias), outgoing(np, case.net, case.params, hidden)
    shared = overlap(case.net[hidden.incoming].windows) * overlap(case.net[hidden.outgoing].windows) if factor else 1
    gap = case.net.forward(case.params, case.x)[0] - case.net.forward(case.params, 0 * case.x)[0]
    return above(np.sum(gap * gap), shared * np.sum(w * w) * np.sum(v * v) * np.sum(case.x * case.x))


def beyond_dense_bound(case):
    return beyond_convolution_bound(case, factor=False)


@st.composite
def one_channel(draw):
    """One convolutional unit: one channel in, one hidden, one out; kernels 1 to 3, strides 1 or 2."""
    kernels = [draw(st.sampled_from([1, 2, 3, (1, 2)])) for _ in range(2)]
    strides = [draw(st.sampled_from([1, 2])) for _ in range(2)]
    net = Net(Conv2d(1, 1, kernels[0], strides[0], 1, bias=False),
              ReLU(), Conv2d(1, 1, kernels[1], strides[1], 1, bias=False))
    params = draw(parameters(net))
    if draw(st.booleans()):  # of one sign, as sums are largest
        params = tuple(tuple(map(np.abs, own)) for own in params)
    x = draw(st.sampled_from([np.ones((1, 1, 4, 4)), draw(arrays((1, 1, 4, 4)))]))
    return NetCase(net, params, x, np.zeros(()), Fraction(1), Bias.ABSENT)


def beyond_net_bounds(case, factor=1):
    """||f(x) - f(0)|| of each sample against the two bounds on the Lipschitz constant of the whole net, times ||x||."""
    shape, n = case.x.shape[1:], case.x.shape[0]
    gap = case.net.forward(case.params, case.x)[0] - case.net.forward(case.params, 0 * case.x)[0]
    moved, distance = euclidean(np, gap.reshape(n, -1), 1), euclidean(np, case.x.reshape(n, -1), 1)
    bounds = frobenius_bound(case.net, case.params, shape), path_norm_bound(case.net, case.params, shape)
    return both(*(above(moved, factor * bound * distance) for bound in bounds))


CLAIMS = (
    Claim("yang2022.definition-4", "Appendix A.1, Definitions 4 and 5",
          "Rescaling equivalence implies functional equivalence.", "W_f = s(W_g) implies f(x) = g(x) for all x",
          ForAll(function_changes, mlp_cases(Bias.INSIDE), ladder=("fractions",), n_examples=60),
          ("biases are scaled with their units",),
          Control("the biases stay as they are", ForAll(function_changes_without_bias, mlp_cases(Bias.FREE)))),
    Claim("yang2022.definition-5", "Appendix A.1, Definitions 4 and 5",
          "Functional equivalence does not imply rescaling equivalence.", "f = g with W_f != s(W_g) for all s",
          Certificate(same_function_no_rescaling), (),
          Control("the invariant tells rescaled nets apart too", Certificate(same_products))),
    Claim("yang2022.remark-6", "Appendix A.1, Remark 6",
          "A balanced representation need not have the minimum sum of squared weights of its function.",
          "||w|| = ||v|| for all units does not imply minimal R", Certificate(balance_does_not_suffice), (),
          Control("two equal units need more than one for the same function", Certificate(merging_helps))),
    Claim("yang2022.appendix-a2.pooling", "Appendix A.2, after Theorem 7",
          "Convolutional units stay homogeneous across channel-wise max or average pooling: rescaling channels keeps the "
          "function, across a flatten too, with biases in any convention.",
          "v (*) P(sigma(w (*) x + b)) = alpha v (*) P(sigma((w (*) x + b) / alpha))",
          ForAll(function_changes, st.one_of(convnet_cases(), convnet_cases(
              Bias.FREE)), ladder=("fractions",), n_examples=40),
          ("sigma and P positively homogeneous",),
          Control("the biases stay as they are", ForAll(function_changes_without_bias, convnet_cases(Bias.FREE)))),
    Claim("yang2022.appendix-a3.lipschitz", "Appendix A.3",
          "||w|| ||v|| is a bound on the Lipschitz constant of eta(x) = v sigma(w^T x) for 1-Lipschitz sigma.",
          "||eta(x) - eta(x')|| <= ||w|| ||v|| ||x - x'||",
          ForAll(beyond_bound, units(lipschitz_1, bias=False), ladder=("fractions",)), ("sigma 1-Lipschitz",),
          Control("with the constant 0.99", ForAll(lambda unit: beyond_bound(unit, Fraction(99, 100)**2),
                                                   units(lipschitz_1, bias=False)))),
    Claim("yang2022.appendix-a3.lipschitz.tight", "Appendix A.3",
          "For a ReLU the bound is reached, between x = w and x' = 0.", "||eta(w) - eta(0)|| = ||w|| ||v|| ||w||",
          ForAll(not_tight, units(lambda n: st.just(ReLU()), bias=False), ladder=("fractions",)), ("sigma = ReLU",),
          Control("for Leaky ReLUs of slope 1/2, between x = -w and 0", ForAll(
              lambda unit: unequal(beyond_bound(unit._replace(x=-unit.w, x2=0 * unit.w)), 0),
              units(lambda n: st.just(LeakyReLU(0.5)), bias=False))), ours=True),
    Claim("yang2022.appendix-a3.lipschitz.convolution", "Appendix A.3, for the convolutional units of A.2",
          "For a convolutional unit ||w|| ||v|| is a bound only times the root of how many windows share an element.",
          "||mu(x) - mu(0)|| <= sqrt(overlap(w) overlap(v)) ||w|| ||v|| ||x||",
          ForAll(beyond_convolution_bound, one_channel(), ladder=("fractions",)), ("sigma = ReLU",),
          Control("without that factor", ForAll(beyond_dense_bound, one_channel())), ours=True),
    Claim("yang2022.appendix-a3.lipschitz.net", "Appendix A.3, for whole nets",
          "The product of Frobenius norms (of kernels, times the root of their overlap) and the L1 path norm bound the "
          "Lipschitz constant of a net, MLP or convolutional, with pooling and biases.",
          "||f(x) - f(0)|| <= min(prod ||W_k||_F, ||W||_path,1) ||x||",
          ForAll(beyond_net_bounds, st.one_of(mlp_cases(Bias.FREE), convnet_cases(Bias.FREE)),
                 networks.trained_on_digits, ladder=("floats", "balls"),
                 n_examples=60, applies=lambda case: True), ("sigma positively homogeneous",),
          Control("a tenth of these bounds does", ForAll(
              lambda case: beyond_net_bounds(case, Fraction(1, 10) if case.x.dtype !=
                                             object else ball(Fraction(1, 10))),
              mlp_cases(Bias.FREE), ladder=("balls",))), ours=True),
)
