"""Appendices A.1 to A.3: equivalences of representations, convolutional units, the Lipschitz bound."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import ball, leaves, sqrt, system
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.layers import Abs, Conv2d, Identity, LeakyReLU, ReLU
from pathnorm_ref.layers.windows import overlap
from pathnorm_ref.lipschitz import frobenius_bound, path_norm_bound
from pathnorm_ref.network import Net
from pathnorm_ref.objectives import sum_of_squares
from pathnorm_ref.rescaling import balance_sweep, rescale
from pathnorm_ref.units import Bias, incoming, outgoing
from proofs_check import networks
from proofs_check.cases import NetCase, arrays, balanced_mlps, convnet_cases, mlp_cases, net_cases, parameters, units
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.section_3 import eq_1_right, eta, function_changes, function_changes_without_bias
from proofs_check.claims.yang2022.section_4 import GLOBAL_MINIMUM, is_global_minimum, objectives
from proofs_check.claims.yang2022.sparsity import exchange, reversed_exchange
from proofs_check.rescaled import GENTLE, hidden_units, norms_of, rescaled
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


# --- rescalings of a balanced net, and cycles of balancing ----------------------------------------------

def smaller_rescaling(case):
    """R less that of two rescalings, which are at least as large if the net is balanced."""
    others = rescaled(case), rescaled(case, GENTLE)
    return both(*(above(squares(case), squares(case._replace(params=params))) for params in others))


def not_a_group(undo):
    """Of two rescalings s and t: by how much t(s(W)) differs from the one by the products, and undo(s)(s(W)) from W."""
    def violation(case):
        net, one = case.net, system(case.x)(1)
        s, t = (tuple(one * factors[:hidden.n_units] for hidden in hidden_units(net)) for factors in FACTORS)
        product = tuple(a * b for a, b in zip(s, t, strict=True))
        twice = rescale(net, rescale(net, case.params, s), t)
        back = rescale(net, rescale(net, case.params, s), tuple(map(undo, s)))
        return both(*(unequal(a, b) for first, second in ((twice, rescale(net, case.params, product)), (back, case.params))
                      for (_, a), (_, b) in zip(leaves(first), leaves(second), strict=True)))
    return violation


FACTORS = np.array([[Fraction(2), Fraction(1, 3), Fraction(7)], [Fraction(3, 4), Fraction(5), Fraction(1, 7)]], dtype=object)


def larger_after_a_cycle(share=1):
    """R after one cycle of balancing (or a multiple of it), less R - sum (||w|| - ||v||)^2 of the first hidden layer.

    That is what balancing the first layer takes off.
    """
    def violation(case):
        after = squares(case._replace(params=balance_sweep(case.net, case.params, case.bias)))
        w, v = norms_of(case)[0]
        return above(share * after, squares(case) - np.sum((w - v) * (w - v)))
    return violation


def cycled(a, b, c):
    """The logarithms of three weights in a row after a cycle: balancing takes both sides of a unit to their mean."""
    mean = (a + b) / 2
    return mean, (mean + c) / 2, (mean + c) / 2


def never_balanced():
    first, second, third = cycled(*polynomials("a", "b", "c"))
    again = cycled(first, second, third)
    facts = {"after a cycle the second and the third weight are equal": second == third,
             "the next one divides the difference of the logarithms of the first two by four":
                 again[0] - again[1] == (first - second) / 4}
    case = scalar_weights(1, 1, 2**64)
    for difference_of_logs in (32, 8, 2):
        case = case._replace(params=balance_sweep(case.net, case.params, case.bias))
        a, b = (case.params[i][0][0, 0] for i in (0, 2))
        facts[f"of the weights 1, 1, 2^64 the second is 2^{difference_of_logs} times the first after the next cycle"] = \
            bool(b == 2**difference_of_logs * a)
    return facts


def balanced_by_one_cycle():
    a, b = polynomials("a", "b")
    mean = (a + b) / 2
    return {"of two weights in a row a cycle divides that difference by four": mean - mean == (a - b) / 4}


def scalar_weights(*weights):
    """w_3 relu(w_2 relu(w_1 x))."""
    one = np.array([[Fraction(1)]], dtype=object)
    params = tuple((Fraction(w) * one,) if w else () for w in [part for w in weights for part in (w, 0)][:-1])
    return NetCase(mlp((1, 1, 1, 1), bias=False), params, one, one, Fraction(1), Bias.ABSENT)


def one_input_nets():
    return net_cases(st.builds(lambda k, q: mlp((1, k, q), bias=False), st.integers(1, 4), st.integers(1, 2)))


def not_the_minimum(case, units_needed=2):
    """Of f(x) = c relu(x) + d relu(-x): R below 2 (||c|| + ||d||), or two units that do not attain it with this f."""
    x = np.array([[1], [-1]], dtype=object) * (0 * case.x[0, 0] + 1)
    slopes = case.net.forward(case.params, x)[0]
    sizes = euclidean(np, slopes, 1)
    least = units_needed * np.sum(sizes)
    roots = sqrt(np, sizes)
    inverse = np.array([1 / root if np.any(slope != 0) else 0 * root for root, slope in zip(roots, slopes, strict=True)],
                       dtype=object)
    two = case._replace(net=mlp((1, 2, case.net[-1].n_out), bias=False),
                        params=((x * roots[:, None],), (), ((slopes * inverse[:, None]).T,)))
    return both(above(least, squares(case)), unequal(squares(two), least),
                unequal(two.net.forward(two.params, x)[0], slopes))


# --- the sliding-window operator, and a convolutional unit ----------------------------------------------

def circled_star(X, Y, first=0):
    """Z_ij = sum over a in [L_1], b in [L_2] of X_ab Y_{i+a, j+b}: X and Y counted from 1, Z from `first`."""
    (L_1, L_2), (height, width) = X.shape, Y.shape
    return np.array([[sum(X[a - 1, b - 1] * Y[i + a - 1, j + b - 1]
                          for a in range(1, L_1 + 1) for b in range(1, L_2 + 1))
                      for j in range(first, width - L_2 + 1)] for i in range(first, height - L_1 + 1)], dtype=object)


def printed_unit(case, first=0):
    """mu(x) = [v_j (*) relu(sum_i w_i (*) x_i)]_j of the one sample."""
    (w,), _, (v,) = case.params
    inside = sum(circled_star(kernel, channel, first) for kernel, channel in zip(w[0], case.x[0], strict=True))
    return np.stack([circled_star(kernel[0], np.maximum(inside, 0 * inside), first) for kernel in v])


def not_the_printed_unit(first=0):
    """The house's net of two convolutions against mu(x); how many pixels one lacks if their numbers differ."""
    def violation(case):
        out, printed = case.net.forward(case.params, case.x)[0][0], printed_unit(case, first)
        return unequal(out, printed) if out.shape == printed.shape else abs(out.size - printed.size)
    return violation


@st.composite
def convolutional_units(draw):
    """One hidden channel, one or two channels in and out, kernels up to 2 x 3, on a map of 4 x 5."""
    sizes = st.sampled_from([1, 2, (1, 2), (2, 3)])
    n_in, n_out = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    net = Net(Conv2d(n_in, 1, draw(sizes), bias=False), ReLU(), Conv2d(1, n_out, draw(sizes), bias=False))
    return NetCase(net, draw(parameters(net)), draw(arrays((1, n_in, 4, 5))), np.zeros(()), Fraction(1), Bias.ABSENT)


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


def relu_nets():
    return mlp_cases(n_layers=(2, 2), activations=lambda n: st.just(ReLU()))


class Neuron(NamedTuple):
    """Weights w in R^p, and an input x in R^m."""

    w: np.ndarray
    x: np.ndarray


def shapes_differ(neuron):
    return abs(len(neuron.w) - len(neuron.x))


def cauchy_schwarz(sign=1):
    a, b, c, x, y, z = polynomials("a", "b", "c", "x", "y", "z")
    return {"(a^2 + b^2 + c^2) (x^2 + y^2 + z^2) - (a x + b y + c z)^2 = (a y - b x)^2 + (a z - c x)^2 + (b z - c y)^2":
            (a**2 + b**2 + c**2) * (x**2 + y**2 + z**2) - (a * x + b * y + c * z)**2 ==
            (a * y - b * x)**2 + sign * (a * z - c * x)**2 + (b * z - c * y)**2}


def beyond_path_norm(total):
    """||f(x) - f(x')|| of pairs of samples, one hidden layer, against total(||w_k|| ||v_k||) ||x - x'||."""
    def violation(case):
        (w,), _, (v,) = case.params
        constant = total(euclidean(np, w, 1) * euclidean(np, v.T, 1))
        gap = case.net.forward(case.params, case.x)[0]
        return above(euclidean(np, gap - gap[::-1], 1), constant * euclidean(np, case.x - case.x[::-1], 1))
    return violation


def two_equal_units():
    """relu(x) + relu(x) at 0 and 1."""
    case = one_hidden_layer((1, 1), (1, 1))
    return case._replace(x=np.array([[Fraction(0)], [Fraction(1)]], dtype=object))


def not_eq_1(case):
    """|F - the right side of Eqn (1)|."""
    return unequal(objectives(case)[0], eq_1_right(case))


CLAIMS = (
    Claim("yang2022.definition-4", "Appendix A.1, Definitions 4 and 5",
          "Rescaling equivalence implies functional equivalence.", "W_f = s(W_g) implies f(x) = g(x) for all x",
          ForAll(function_changes, mlp_cases(Bias.INSIDE), ladder=("fractions",), n_examples=60),
          ("biases are scaled with their units",),
          Control("the biases stay as they are", ForAll(function_changes_without_bias, mlp_cases(Bias.FREE)))),
    Claim("yang2022.definition-4.equivalence", "Appendix A.1, Definition 4",
          "Rescaling equivalence is an equivalence: rescalings by positive factors can be undone, and two in a row are "
          "one, by the products.", "W_f = s(W_g) implies W_g = s^-1(W_f); t(s(W)) = (t s)(W)",
          ForAll(not_a_group(lambda factor: 1 / factor), mlp_cases(Bias.INSIDE), ladder=("fractions",), n_examples=60),
          ("the factors are positive",),
          Control("a rescaling undoes itself", ForAll(
              not_a_group(lambda factor: factor), mlp_cases(Bias.INSIDE), ladder=("fractions",)))),
    Claim("yang2022.definition-5", "Appendix A.1, Definitions 4 and 5",
          "Functional equivalence does not imply rescaling equivalence.", "f = g with W_f != s(W_g) for all s",
          Certificate(same_function_no_rescaling), (),
          Control("the invariant tells rescaled nets apart too", Certificate(same_products))),
    Claim("yang2022.remark-6", "Appendix A.1, Remark 6",
          "A balanced representation need not have the minimum sum of squared weights of its function.",
          "||w|| = ||v|| for all units does not imply minimal R", Certificate(balance_does_not_suffice), (),
          Control("two equal units need more than one for the same function", Certificate(merging_helps))),
    Claim("yang2022.remark-6.rescaling-equivalence", "Appendix A.1, Remark 6",
          "Up to rescaling equivalence balance is sufficient: no rescaling of a balanced net has a smaller sum of "
          "squares.",
          "||w|| = ||v|| for all units implies R(W) = min over s of R(s(W))",
          ForAll(smaller_rescaling, balanced_mlps(), ladder=("fractions",), n_examples=60),
          ("every unit is balanced", "no biases"),
          Control("the same of nets out of balance", ForAll(smaller_rescaling, mlp_cases(), ladder=("fractions",))),
          ours=True, explanation="R is a sum of exponentials in the logarithms of the factors, so convex, and its "
          "derivatives there, 2 (||w||^2 - ||v||^2), vanish."),
    Claim("yang2022.appendix-a1.cycle", "Appendix A.1, after Remark 6, on [35]",
          "The iterative algorithm of [35] minimises the sum of squared weights: a cycle, every unit balanced in its "
          "turn, never raises it: the units balanced first take (||w|| - ||v||)^2 off, the others no less than 0.",
          "R(after a cycle) <= R(W) - sum (||w_i,1|| - ||v_i,1||)^2",
          ForAll(larger_after_a_cycle(), mlp_cases(Bias.INSIDE), ladder=("balls",), n_examples=40), ("biases inside w",),
          Control("a cycle takes a third of it off", ForAll(
              larger_after_a_cycle(Fraction(3, 2)), examples=(two_equal_units(),)))),
    Claim("yang2022.appendix-a1.cycles", "Appendix A.1, after Remark 6, on [35]",
          "With two hidden layers no number C of cycles balances every unit: of three weights in a row the imbalance, "
          "as a difference of logarithms, is divided by four in each. With one hidden layer one cycle does.",
          "log |w_1 / w_2| after C + 1 cycles = 4^-C log |w_1 / w_2| after one", Certificate(never_balanced), ("no biases",),
          Control("with one hidden layer too it is divided by four", Certificate(balanced_by_one_cycle)), ours=True),
    Claim("yang2022.appendix-a1.worse", "Appendix A.1, last sentence",
          "Balanced for every homogeneous unit after each SGD step, the algorithm converges to a worse solution than "
          "without.",
          "test accuracy with C cycles after each step against none",
          Informal("a finding from experiments that are not shown", "yang2022.appendix-a1.cycles")),
    Claim("yang2022.appendix-a1.minimum-representation", "Appendix A.1, after Remark 6",
          "\"We are not aware of the algorithm to find the minimum sum of squared weights representation.\" For one "
          "hidden layer of ReLUs on one input, without biases, it is: two units at most, R = 2 (||f(1)|| + ||f(-1)||).",
          "min {R(W) : f_W = f} = 2 ||f(1)|| + 2 ||f(-1)||",
          ForAll(not_the_minimum, one_input_nets(), ladder=("balls",), n_examples=60), ("no biases",),
          Control("with 3 in place of 2", ForAll(
              lambda case: not_the_minimum(case, 3), one_input_nets(), ladder=("balls",))),
          ours=True, explanation="R >= 2 sum |w_k| ||v_k|| >= 2 ||sum over w_k > 0 of w_k v_k|| + 2 ||the same over "
          "w_k < 0||, and these sums are f(1) and f(-1)."),
    Claim("yang2022.appendix-a2.circled-star", "Appendix A.2, first and second formula",
          "mu(x) is a net of two convolutions with one hidden channel between, if Z is counted from 0 and X and Y from "
          "1 (with [L] = {1, ..., L} and Z counted from 1, the first row and column of Y would never be read).",
          "Z_ij = sum_{a in [L_1], b in [L_2]} X_ab Y_{i+a,j+b}; mu(x) = [v_j (*) sigma(sum_i w_i (*) x_i)]_j",
          ForAll(not_the_printed_unit(), convolutional_units(), ladder=("fractions",), n_examples=60),
          ("i and j from 0", "stride 1, no padding"),
          Control("with Z counted from 1", ForAll(not_the_printed_unit(1), convolutional_units(), ladder=("fractions",)))),
    Claim("yang2022.appendix-a2.pooling", "Appendix A.2, after Theorem 7",
          "Convolutional units stay homogeneous across channel-wise max or average pooling: rescaling channels keeps "
          "the function, across a flatten too, with biases in any convention.",
          "v (*) P(sigma(w (*) x + b)) = alpha v (*) P(sigma((w (*) x + b) / alpha))",
          ForAll(function_changes, st.one_of(convnet_cases(), convnet_cases(
              Bias.FREE)), ladder=("fractions",), n_examples=40),
          ("sigma and P positively homogeneous",),
          Control("the biases stay as they are", ForAll(function_changes_without_bias, convnet_cases(Bias.FREE)))),
    Claim("yang2022.appendix-a3.objective", "Appendix A.3, first sentence",
          "At a global minimum of F the weight decay objective can be written as Eqn (1).",
          "F_lambda(W) = right side of (1)",
          ForAll(not_eq_1, examples=(GLOBAL_MINIMUM,), meets=is_global_minimum),
          ("a global minimum of F_lambda", "F_lambda is called the weight decay objective (Section 3)"), fault="misprint",
          correction="yang2022.eq-1",
          tex=r"F_\lambda(W) = \tfrac12 \sum_i \|w_{i,1}\|_2^2 + \tfrac12 \sum_i \|v_{i,L}\|_2^2 "
              r"+ \sum_{k,i} \|w_{i,k}\|_2 \|v_{i,k}\|_2",
          explanation="Eqn (1) is R. v relu(w x) at x = 1, y = 2, lambda = 1: F = 3/2 at its minimum w = v = 1, where "
          "(1) is 2."),
    Claim("yang2022.appendix-a3.average", "Appendix A.3, second sentence",
          "Increasing lambda penalises the norm-products: at global minimisers of F their sum, with the squares in (1) "
          "that is R, does not grow with lambda.", "lambda_1 < lambda_2 implies R(W_2) <= R(W_1)", Certificate(exchange),
          ("W_1 and W_2 are global minimisers of L + l/2 R, in the identity L + l R",),
          Control("it does not shrink", Certificate(reversed_exchange))),
    Claim("yang2022.appendix-a3.dimension", "Appendix A.3",
          "The bound on eta(x) = v sigma(w^T x), w in R^p, is one for all x, x' in R^m.", "w in R^p, x in R^m",
          ForAll(shapes_differ, examples=(Neuron(np.ones(2), np.ones(1)),)), ("p, m >= 1",), fault="misprint",
          correction="yang2022.appendix-a3.lipschitz", tex=r"w \in \mathbb R^p, \quad x, x' \in \mathbb R^m",
          explanation="w^T x needs x in R^p."),
    Claim("yang2022.appendix-a3.hoelder", "Appendix A.3",
          "Hoelder's inequality (with exponents 2 and 2, that of Cauchy and Schwarz) bounds |w^T (x - x')|.",
          "(w^T d)^2 <= ||w||_2^2 ||d||_2^2", Certificate(cauchy_schwarz), ("three inputs: more go alike",),
          Control("with one square subtracted", Certificate(lambda: cauchy_schwarz(-1)))),
    Claim("yang2022.appendix-a3.lipschitz.shallow", "Appendix A.3, last sentence",
          "For one hidden layer the sum of norm-products, the R~ that lambda weighs, bounds the Lipschitz constant of "
          "the network.",
          "||f(x) - f(x')|| <= sum_k ||w_k|| ||v_k|| ||x - x'||",
          ForAll(beyond_path_norm(np.sum), relu_nets(), ladder=("balls",)), ("ReLU", "no biases"),
          Control("the largest norm-product bounds it", ForAll(beyond_path_norm(np.max), examples=(two_equal_units(),))),
          ours=True),
    Claim("yang2022.appendix-a3.lipschitz", "Appendix A.3",
          "||w|| ||v|| is a bound on the Lipschitz constant of eta(x) = v sigma(w^T x) for 1-Lipschitz sigma.",
          "||eta(x) - eta(x')|| <= ||w|| ||v|| ||x - x'||",
          ForAll(beyond_bound, units(lipschitz_1, bias=False), ladder=("fractions",)), ("sigma 1-Lipschitz",),
          Control("with the constant 0.99", ForAll(lambda unit: beyond_bound(unit, Fraction(99, 100)**2),
                                                   units(lipschitz_1, bias=False))),
          tex=r"\|\eta(x) - \eta(x')\|_2 \le \|w\|_2 \|v\|_2 \|x - x'\|_2, \quad x, x' \in \mathbb R^p"),
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
              lambda case: beyond_net_bounds(case, ball(Fraction(1, 10))), examples=(two_equal_units(),),
              ladder=("balls",))), ours=True),
)
