"""The Neural Balance Theorem: Theorem 1 with its proof, Theorem 7 (Appendix A.2), Remark 2."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import system
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.layers import Conv2d, Dense, ReLU, ReLU6, Tanh
from pathnorm_ref.network import Net
from pathnorm_ref.objectives import sum_of_squares, weight_decay_and_gradient, weight_decay_objective
from pathnorm_ref.rescaling import balance_sweep
from pathnorm_ref.units import Bias, incoming, outgoing, scale
from proofs_check import networks
from proofs_check.cases import NetCase, Unit, convnet_cases, mlp_cases, units
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll
from proofs_check.claim import Claim, Control
from proofs_check.rescaled import difference, hidden_units, norms_of
from proofs_check.violations import above, both, fails, unequal

# --- the Neural Balance Theorem ------------------------------------------------------------------------

def not_improved(case):
    """The theorem's contraposition: of each hidden layer out of balance, a rescaling has a smaller sum of squares.

    With W = ||w||^2, V = ||v||^2, any alpha^2 strictly between 1 and V / W will do (W s + V / s is convex in s,
    and equal at s = 1 and s = V / W).
    """
    return both(0, *(layer_not_improved(case, hidden, squares) for hidden in hidden_units(case.net)))


def F_not_improved(case):
    """The same of F: of each hidden layer out of balance, a rescaling has a smaller F."""
    return both(0, *(layer_not_improved(case, hidden, decayed_loss) for hidden in hidden_units(case.net)))


def squares(case, params):
    return sum_of_squares(case.net, params, case.bias)


def decayed_loss(case, params):
    return weight_decay_objective(case.net, params, case.x, case.y, case.lam, case.bias, case.loss)


def layer_not_improved(case, hidden, objective):
    w = incoming(np, case.net, case.params, hidden, case.bias)
    v = outgoing(np, case.net, case.params, hidden)
    W, V = np.sum(w * w, axis=1), np.sum(v * v, axis=1)
    if all(W == V):
        return 0
    factor = np.array([improving(*sides) for sides in zip(W, V, strict=True)], dtype=object)
    params = scale(np, case.net, case.params, hidden, factor, 1 / factor)
    smaller = objective(case, params) < objective(case, case.params)
    return both(fails(smaller), difference(case, params))


def improving(W, V):
    """A rational alpha with alpha^2 strictly between 1 and V / W; 1 if they are equal."""
    if W == V:
        return Fraction(1)
    if W > V:
        return 1 / improving(V, W)
    return Fraction(2) if V > 4 * W else 1 + (V / W - 1) / 8


def unbalanced(case):
    """sum | ||w||^2 - ||v||^2 | over all units."""
    total = 0
    for hidden in hidden_units(case.net):
        w = incoming(np, case.net, case.params, hidden, case.bias)
        v = outgoing(np, case.net, case.params, hidden)
        total = total + unequal(np.sum(w * w, axis=1), np.sum(v * v, axis=1))
    return total


class Chain(NamedTuple):
    """f(x) = v relu(w relu(w ... relu(w x))), with one and the same w in each of `times` layers."""

    w: np.ndarray
    v: np.ndarray
    times: int


def is_minimal_chain(chain):
    """Whether w^2 + v^2 is least for the function, which determines w^times v, for w, v > 0.

    Weighted arithmetic and geometric means: times (w^2 / times) + v^2 is least where w^2 / times = v^2.
    """
    w, v = chain.w[0], chain.v[0]
    return w > 0 and v > 0 and w * w == chain.times * v * v


def last_unit_unbalanced(chain):
    return unequal(chain.w * chain.w, chain.v * chain.v)


def dense_unit(w, b, v, bias=Bias.OUTSIDE, sigma=None):
    """The net v sigma(w x + b), sigma a ReLU by default, at one sample."""
    params = ((np.array([[w]]), np.array([b])), (), (np.array([[v]]),))
    return NetCase(mlp((1, 1, 1), sigma, bias=(True, False)), params, np.ones((1, 1)), np.zeros((1, 1)), Fraction(1), bias)


def conv_unit(w, b, v, bias=Bias.OUTSIDE, sigma=None):
    """The net v (*) sigma(w (*) x + b) with kernels of one element, at one sample."""
    net = Net(Conv2d(1, 1, 1), sigma or ReLU(), Conv2d(1, 1, 1, bias=False))
    params = ((np.array([[[[w]]]]), np.array([b])), (), (np.array([[[[v]]]]),))
    return NetCase(net, params, np.ones((1, 1, 2, 2)), np.zeros((1, 1, 2, 2)), Fraction(1), bias)


def chain_with_relu6():
    """16 relu6(relu(2 x)) at x = 8: the first unit is homogeneous, the second at its ceiling is not."""
    net = Net(Dense(1, 1, False), ReLU(), Dense(1, 1, False), ReLU6(), Dense(1, 1, False))
    params = tuple((np.array([[w]]),) if w else () for w in (2.0, 0, 2.0, 0, 16.0))
    return NetCase(net, params, np.array([[8.0]]), np.zeros((1, 1)), Fraction(1), Bias.ABSENT)


def is_minimal_unit(case):
    """Whether w^2 + b^2 + v^2 is least for the function of v relu(w x + b), w, v > 0 and b != 0.

    The function determines w v and b v (slope, and value at 0 or place of the kink), so its representations
    are the rescalings of this one, and alpha^2 (w^2 + b^2) + v^2 / alpha^2 is least at alpha = 1 just where
    w^2 + b^2 = v^2.
    """
    w, b, v = case.params[0][0].flat[0], case.params[0][1][0], case.params[2][0].flat[0]
    return w > 0 and v > 0 and b != 0 and w * w + b * b == v * v


def balance_gap(case):
    """Of each unit, lam (||w||^2 - ||v||^2) - (<w, dF/dw> - <v, dF/dv>): zero, by Euler's identity.

    A bias is rescaled with its w whatever it counts as, so w takes it in here in every convention.
    """
    _, gradient = weight_decay_and_gradient(case.net, case.params, case.x, case.y, case.lam, case.bias, case.loss)
    total = 0
    for hidden in hidden_units(case.net):
        w, d_w = (incoming(np, case.net, tree, hidden, Bias.INSIDE) for tree in (case.params, gradient))
        v, d_v = (outgoing(np, case.net, tree, hidden) for tree in (case.params, gradient))
        decay = case.lam * (penalised_square(case, hidden) - np.sum(v * v, axis=1))
        total = total + unequal(decay, np.sum(w * d_w, axis=1) - np.sum(v * d_v, axis=1))
    return total


def penalised_square(case, hidden):
    """||w||^2 of each unit, with the squared bias where it is penalised."""
    bias = Bias.INSIDE if case.bias == Bias.OUTSIDE else case.bias
    w = incoming(np, case.net, case.params, hidden, bias)
    return np.sum(w * w, axis=1)


def trained_unbalanced(case):
    """max | ||w|| - ||v|| | over all units, less GRADIENT_NORM / lam."""
    gaps = [w - v for w, v in norms_of(case)]
    return above(np.abs(np.concatenate(gaps)), system(case.x)(networks.GRADIENT_NORM) / case.lam)


def beyond_gradient(case, share=1):
    """Of each unit (| ||w|| - ||v|| | - ||(d_w, d_v)|| / lam), for the gradient of F: at most 0."""
    _, gradient = weight_decay_and_gradient(case.net, case.params, case.x, case.y, case.lam, case.bias, case.loss)
    worst = []
    for hidden, (w, v) in zip(hidden_units(case.net), norms_of(case), strict=True):
        d_w = incoming(np, case.net, gradient, hidden, Bias.INSIDE)
        d_v = outgoing(np, case.net, gradient, hidden)
        size = euclidean(np, np.concatenate([d_w, d_v], axis=1), 1)
        worst.append(above(np.abs(w - v), size / (share * case.lam)))
    return both(*worst)


def is_convolutional(net):
    return any(isinstance(layer, Conv2d) for layer in net)


def balanced_at_kind(convolutional):
    """The claims of Theorem 1 (MLPs) or of Theorem 7 (convolutional nets with pooling), in every bias convention."""
    number, cases, kind = (7, convnet_cases, "convolutional nets with max and average pooling") if convolutional else \
        (1, mlp_cases, "MLPs")
    where = "Appendix A.2, Theorem 7" if convolutional else "Section 3, Theorem 1"
    key = f"yang2022.theorem-{number}"
    minimal = "a representation of f with the minimum sum of squared weights"

    def contraposition(bias):
        return ForAll(not_improved, cases(bias), ladder=("fractions",), n_examples=40)

    unit = conv_unit if convolutional else dense_unit
    relu6 = Control("the same of ReLU6 in the last hidden layer", ForAll(not_improved, cases(
        activations=lambda n: st.just(ReLU6())), examples=(chain_with_relu6(),), ladder=("fractions",)))
    flow = [cases(bias) for bias in Bias]
    tanh = cases(Bias.FREE, activations=lambda n: st.just(Tanh()))
    return (
        Claim(key, where, f"In {minimal}, input and output weights of each homogeneous unit have equal norms ({kind} "
              "without biases): where a unit is out of balance, a rescaling is smaller.",
              "||w||_2 = ||v||_2", contraposition(Bias.ABSENT), (minimal, "no biases", "weights are not shared"), relu6),
        Claim(f"{key}.bias-inside", where, f"In {minimal}, the norms are equal in {kind} with biases that "
              "are part of w and are penalised.",
              "||(w, b)||_2 = ||v||_2", contraposition(Bias.INSIDE), (minimal, "biases inside w"), relu6),
        Claim(f"{key}.bias-free", where, f"In {minimal}, the norms are equal in {kind} with biases that "
              "are neither part of w nor penalised.",
              "||w||_2 = ||v||_2", contraposition(Bias.FREE), (minimal, "biases free"), relu6),
        Claim(f"{key}.bias-outside", where, f"In {minimal}, the norms are equal in {kind} with biases that "
              "are penalised but no part of w.",
              "||w||_2 = ||v||_2 where R counts b", ForAll(
                  unbalanced, examples=(unit(3.0, 4.0, 5.0),), meets=is_minimal_unit),
              (minimal, "biases penalised, outside w"), fault="missing hypothesis",
              correction=f"{key}.bias-inside", ours=True),
        Claim(f"{key}.stationary", where, f"In {kind}, lam (||w||^2 - ||v||^2) = <w, dF/dw> - <v, dF/dv> for every "
              "unit at any parameters (w with its bias, whose square counts where it is penalised): so every "
              "stationary point of F, not only a global minimum, is balanced.",
              "lam (||w||^2 - ||v||^2) = <w, grad_w F> - <v, grad_v F>",
              ForAll(balance_gap, st.one_of(flow), ladder=("fractions", "balls"), n_examples=60,
                     applies=lambda case: convolutional == is_convolutional(case.net)),
              ("sigma positively homogeneous", "the gradient of the house at kinks"),
              Control("the same of tanh", ForAll(balance_gap, tanh, ladder=("balls",))), ours=True),
        Claim(f"{key}.gradient", where, f"In {kind}, | ||w|| - ||v|| | <= ||(grad_w F, grad_v F)|| / lam for every "
              "unit at any parameters, biases absent or inside: the closer to stationary, the closer to balance.",
              "| ||w||_2 - ||v||_2 | <= ||(grad_w F, grad_v F)||_2 / lambda",
              ForAll(beyond_gradient, st.one_of(cases(Bias.ABSENT), cases(Bias.INSIDE)), ladder=("floats", "balls"),
                     n_examples=60, applies=lambda case: convolutional == is_convolutional(case.net)
                     and case.bias in (Bias.ABSENT, Bias.INSIDE) and case.lam > 0),
              ("sigma positively homogeneous", "lambda > 0"),
              Control("with a tenth of the gradient", ForAll(
                  lambda case: beyond_gradient(case, share=10), cases(Bias.INSIDE), ladder=("floats", "balls"))), ours=True),
        Claim(f"{key}.trained", where, "A net trained on digits by weight decay (lambda = 1/64, biases inside) to a "
              "gradient norm of 1/1024 has | ||w|| - ||v|| | <= 1/16 at every unit.",
              "| ||w||_2 - ||v||_2 | <= 1/1024 / lambda where ||grad F|| <= 1/1024",
              ForAll(trained_unbalanced, examples=lambda: (networks.trained(convolutional),), ladder=("floats", "balls"),
                     ),
              ("||grad F|| <= 1/1024 (where training stops, in floats)", "lambda = 1/64"),
              Control("the same at the start of training", ForAll(
                  trained_unbalanced, examples=lambda: (networks.untrained(convolutional),),
                  ladder=("floats", "balls"))), ours=True),
    )


def minimum_of_the_proof():
    a, V, W = polynomials("a", "V", "W")
    return {"a^2 (a^2 W^2 + V^2 / a^2 - 2 V W) = (a^2 W - V)^2, so the sum is 2 V W just where a^2 = V / W, else more":
            (a**2 * W)**2 + V**2 - 2 * a**2 * V * W == (a**2 * W - V)**2,
            "W^2 + V^2 - 2 V W = (W - V)^2": W**2 + V**2 - 2 * V * W == (W - V)**2}


def not_the_minimum_of_the_proof():
    a, V, W = polynomials("a", "V", "W")
    return {"the same with a = V / W": (a**2 * W)**2 + V**2 - 2 * a**2 * V * W == a**2 * (a * W - V)**2}


def dead_unit():
    """w = 1, v = 0: a ReLU that nothing reads."""
    one, zero = np.ones(1), np.zeros(1)
    return Unit(Net(ReLU()), ((),), one, np.zeros(()), zero, one, zero, Fraction(2))


def no_factor_balances(unit):
    """Whether exactly one of w and v is zero: then no alpha > 0 gives ||alpha w|| = ||v / alpha||."""
    return fails(any(unit.w != 0) == any(unit.v != 0))


def zeroing_changes(case):
    """By how much a sweep of balancing changes function or balance where it sets units with one side zero to zero."""
    params = balance_sweep(case.net, case.params, case.bias)
    return both(difference(case, params), *(unequal(w, v) for w, v in norms_of(case._replace(params=params))))


CLAIMS = (
    *balanced_at_kind(convolutional=False),
    *balanced_at_kind(convolutional=True),
    Claim("yang2022.section-3.global-minimiser", "Section 3, after Remark 2",
          "A global minimiser of F_lambda with any lambda > 0 satisfies the balancing constraints: where a unit is out "
          "of balance, a rescaling has a smaller F.",
          "W in argmin F_lambda, lambda > 0, implies ||w_i,k|| = ||v_i,k||",
          ForAll(F_not_improved, st.one_of(mlp_cases(Bias.INSIDE), convnet_cases(Bias.FREE)), ladder=("fractions",),
                 n_examples=60), ("lambda > 0", "biases inside w, or free", "weights are not shared"),
          Control("with lambda = 0", ForAll(F_not_improved, mlp_cases().map(
              lambda case: case._replace(lam=Fraction(0))), ladder=("fractions",))),
          tex=r"W \in \arg\min F_\lambda,\; \lambda > 0 \implies \|w_{i,k}\|_2 = \|v_{i,k}\|_2"),
    Claim("yang2022.theorem-1.proof.minimum", "Section 3, proof of Theorem 1",
          "The solution of min over alpha > 0 of ||alpha w||^2 + ||v / alpha||^2 is alpha = sqrt(||v|| / ||w||), the "
          "only one; against alpha = 1 the sum of squares falls by (||w|| - ||v||)^2.",
          "argmin_{alpha > 0} ||alpha w||^2 + ||alpha^-1 v||^2 = sqrt(||v|| / ||w||)",
          Certificate(minimum_of_the_proof), ("w and v are not zero",),
          Control("the same of alpha = ||v|| / ||w||", Certificate(not_the_minimum_of_the_proof))),
    Claim("yang2022.theorem-1.proof.rescaling", "Section 3, proof of Theorem 1",
          "The input and output weights of any unit out of balance can be rescaled by some alpha > 0 to equal norms "
          "without changing f.", "alpha = sqrt(||v|| / ||w||) > 0",
          ForAll(no_factor_balances, units(), examples=(dead_unit(),)), (), fault="missing hypothesis",
          correction="yang2022.theorem-1.proof.rescaling.corrected",
          tex=r"\alpha = \sqrt{\|v\|_2 / \|w\|_2} > 0",
          explanation="w = 1, v = 0: alpha w and v / alpha have norms alpha and 0, which no alpha > 0 makes equal; "
          "the printed alpha is 0. (The theorem stays true: w = 0 gives the same function and a smaller sum of "
          "squares.)"),
    Claim("yang2022.theorem-1.proof.rescaling.corrected", "Section 3, proof of Theorem 1",
          "Units with both sides non-zero are rescaled so; of a unit with one side zero, setting both to zero keeps f "
          "and balances it.", "w = 0 or v = 0: v sigma(w^T x) = 0",
          ForAll(zeroing_changes, mlp_cases(Bias.INSIDE, n_layers=(2, 2)), ladder=("balls",), n_examples=40), (),
          Control("the same if the bias is no part of w", ForAll(
              zeroing_changes, examples=(dense_unit(0.0, 1.0, 1.0, Bias.FREE),), ladder=("balls",))),
          ours=True,
          tex=r"w = 0 \text{ or } v = 0 \implies v\, \sigma(w^T x) = 0"),
    Claim("yang2022.remark-2", "Section 3, Remark 2",
          "The Neural Balance Theorem holds for any architecture and every homogeneous unit in it.",
          "||w||_2 = ||v||_2 for every homogeneous unit",
          ForAll(last_unit_unbalanced, examples=(Chain(np.array([2.0]), np.array([1.0]), 4),), meets=is_minimal_chain),
          ("a representation of f with the minimum sum of squared weights: of f(x) = v relu(w relu(... relu(w x))), "
           "with w in four layers, as in a recurrent net",),
          fault="missing hypothesis", correction="yang2022.remark-2.corrected",
          tex=r"\|w\|_2 = \|v\|_2 \text{ for every homogeneous unit}",
          explanation="One w in four layers, counted once: f(x) = v w^4 x for x, w > 0, so v w^4 = 16 is given. By "
          "the inequality of the means w^2 + v^2 = 4 (w^2 / 4) + v^2 >= 5 (w^8 v^2 / 256)^(1/5) = 5, reached at w = "
          "2, v = 1 alone. There the last unit has input weight 2 and output weight 1, squares 4 and 1."),
    Claim("yang2022.remark-2.corrected", "Section 3, Remark 2",
          "The Neural Balance Theorem holds for architectures, dense or convolutional with pooling, in which every "
          "weight enters one layer: where a unit is out of balance, a rescaling is smaller.",
          "||w||_2 = ||v||_2 for every homogeneous unit whose weights are its own",
          ForAll(not_improved, st.one_of(mlp_cases(Bias.INSIDE), convnet_cases(Bias.INSIDE)), ladder=("fractions",)),
          ("no weights shared between layers", "biases inside w"),
          Control("the same of ReLU6", ForAll(not_improved, examples=(chain_with_relu6(),))), ours=True,
          tex=r"\|w\|_2 = \|v\|_2 \text{ for every homogeneous unit whose weights are its own}"),
)
