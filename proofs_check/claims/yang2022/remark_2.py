"""Remark 2: what `any architecture` takes in, beside weights that are shared; and whether there is a minimum at all."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import leaves
from pathnorm_ref.layers import BatchNorm, Dense, PReLU, ReLU
from pathnorm_ref.network import Net
from pathnorm_ref.objectives import sum_of_squares
from pathnorm_ref.units import Bias
from proofs_check.cases import NetCase, arrays, mlp_cases, net_cases
from proofs_check.checks import Certificate, ForAll
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.theorem_1 import dense_unit, not_improved
from proofs_check.rescaled import rescaled
from proofs_check.violations import both, fails, unequal

# --- a minimum representation --------------------------------------------------------------------------


def not_all_squares(case):
    """R less the sum of squares of all weights and biases."""
    return unequal(sum_of_squares(case.net, case.params, case.bias),
                   sum(np.sum(array * array) for _, array in leaves(case.params)))


def relu_nets(bias):
    return mlp_cases(bias, n_layers=(1, 4), activations=lambda n: st.just(ReLU()))


def constant_one(v, bias):
    """v relu(0 x + 1/v), at the sample x = 1."""
    v = Fraction(v)
    unit = dense_unit(0.0, 0.0, 0.0, bias)
    W, b, V = (np.array(values, dtype=object) for values in ([[0 * v]], [1 / v], [[v]]))
    return unit._replace(params=((W, b), (), (V,)))


def no_least_constant(bias=Bias.FREE):
    facts = {}
    for v in (Fraction(1), Fraction(1, 2), Fraction(1, 10**6)):
        case = constant_one(v, bias)
        facts[f"{v} relu(0 x + {1 / v}) = 1, with R = {v**2}"] = bool(
            case.net.forward(case.params, np.array([[Fraction(1)]], dtype=object))[0][0, 0] == 1
            and sum_of_squares(case.net, case.params, bias) == v**2)
    zero = dense_unit(0.0, 5.0, 0.0)
    return facts | {"R = 0 leaves v = 0, which is not the function 1": bool(
        zero.net.forward(zero.params, zero.x)[0][0, 0] == 0)}


def lower_ramp(s):
    """s prelu_a(s x) - s prelu_0(s x), with slopes a = 1/s^2 and 0 for negative arguments: min(x, 0); at x = -1, 1."""
    s, one = Fraction(s), Fraction(1)
    column = np.array([[one], [one]], dtype=object)
    params = ((s * column,), (np.array([1 / s**2, 0 * s], dtype=object),), (np.array([[s, -s]], dtype=object),))
    return NetCase(mlp((1, 2, 1), PReLU(2), bias=False), params, np.array([[-one], [one]], dtype=object), 0 * column, one,
                   Bias.ABSENT)


def no_least_ramp(slopes=False):
    """That R, with the squares of the slopes if asked, is 4 s^2 for these representations."""
    facts = {}
    for s in (Fraction(1), Fraction(1, 2), Fraction(1, 1000)):
        case = lower_ramp(s)
        f = case.net.forward(case.params, case.x)[0]
        R = sum_of_squares(case.net, case.params, case.bias) + slopes * np.sum(case.params[1][0]**2)
        facts[f"s = {s}: f(-1) = -1, f(1) = 0, R = {4 * s**2}"] = bool(f[0, 0] == -1 and f[1, 0] == 0 and 4 * s**2 == R)
    return facts


# --- skip connections ----------------------------------------------------------------------------------

class Skip(NamedTuple):
    """f(x) = v h + h, h = relu(w x): a unit whose output is also added to that of the layer behind it."""

    w: np.ndarray
    v: np.ndarray


def is_minimal_skip(skip):
    """Whether f(x) = 8/9 relu(x) and w^2 + v^2 = 5/9, which is least.

    w (v + 1) = 8/9 and w > 0 (else f(1) were not 8/9), so v > -1 and (v + 1)^2 (w^2 + v^2 - 5/9) =
    64/81 + (v^2 - 5/9) (v + 1)^2 = (v - 1/3)^2 ((v + 4/3)^2 + 1/3) >= 0.
    """
    w, v = skip.w[0], skip.v[0]
    return w > 0 and w * (v + 1) == Fraction(8, 9) and w * w + v * v == Fraction(5, 9)


def unbalanced_skip(skip):
    """| ||w||^2 - ||v||^2 |, or, if the 1 of the skip counts as one of v, | ||w||^2 - ||v||^2 - 1 |: the smaller "
    "one."""
    gap = np.sum(skip.w * skip.w) - np.sum(skip.v * skip.v)
    return min(abs(gap), abs(gap - 1))


def skip_changes(skip):
    """By how much f(1) changes with 2 w and v / 2."""
    return abs((skip.v[0] / 2 + 1) * 2 * skip.w[0] - (skip.v[0] + 1) * skip.w[0])


def residual(case, params):
    """relu(x + V sigma(W x + b) + c): a block whose hidden units the skip passes by."""
    out = case.x + case.net.forward(params, case.x)[0]
    return np.maximum(out, 0 * out)


def residual_not_improved(case):
    """Of the hidden units of the block: out of balance and no rescaling smaller, or the block's function changed."""
    return both(not_improved(case), unequal(residual(case, case.params), residual(case, rescaled(case))))


def keeps_its_width(case):
    return case.net[0].n_in == case.net[-1].n_out


# --- batch normalisation -------------------------------------------------------------------------------

@st.composite
def normalised_nets(draw, norm=True):
    """Dense, batch normalisation (eps = 0), ReLU, dense, on two samples, of which every deviation is rational."""
    n_in, n_units, n_out = (draw(st.integers(1, 3)) for _ in range(3))
    between = [BatchNorm(n_units, eps=0)] if norm else []
    net = Net(Dense(n_in, n_units), *between, ReLU(), Dense(n_units, n_out))
    case = draw(net_cases(st.just(net), Bias.INSIDE))
    return case._replace(x=draw(arrays((2, n_in))), y=np.zeros((2, n_out)))


def halved_in_front(case):
    (W, b), *others = case.params
    return ((W / 2, b / 2), *others)


def halving_does_not_improve(case):
    """By how much f changes on the batch if the weights before the normalisation are halved; 1 if R is not smaller."""
    params = halved_in_front(case)
    W = weights_only(case.params), weights_only(params)
    smaller = sum(np.sum(a * a) for a in W[1]) < sum(np.sum(a * a) for a in W[0])
    return both(fails(smaller), unequal(case.net.forward(case.params, case.x)[0], case.net.forward(params, case.x)[0]))


def weights_only(params):
    return [own[0] for own in (params[0], params[-1])]


def has_weights_in_front(case):
    return bool(np.any(case.params[0][0] != 0))


CLAIMS = (
    Claim("yang2022.theorem-1.existence", "Section 3, Theorem 1",
          "R, with biases absent or penalised, is the sum of squares of all parameters, so the weights with R <= r are "
          "a ball, which is compact; f depends continuously on them: every f of the net has a representation with the "
          "minimum sum of squares.", "R(W) = ||W||^2, W with its biases",
          ForAll(not_all_squares, st.one_of(*map(relu_nets, (Bias.ABSENT, Bias.INSIDE, Bias.OUTSIDE))),
                 ladder=("fractions",)), ("biases absent or penalised", "no other parameters (slopes of PReLUs)"),
          Control("the same with free biases", ForAll(not_all_squares, relu_nets(Bias.FREE), ladder=("fractions",))),
          ours=True),
    Claim("yang2022.theorem-1.existence.bias-free", "Section 3, Theorem 1",
          "With biases that are not penalised a function need not have a representation with the minimum sum of "
          "squares: 1 = v relu(0 x + 1/v) for every v > 0, with R = v^2.",
          "inf {v^2 : v relu(w x + b) = 1} = 0 is not attained", Certificate(no_least_constant),
          ("biases free", "no bias behind the hidden layer"),
          Control("the same with biases inside w", Certificate(lambda: no_least_constant(Bias.INSIDE))), ours=True),
    Claim("yang2022.theorem-1.existence.prelu", "Section 3, Theorem 1, and the PReLU named before it",
          "Nor need there be one for PReLUs with trained slopes, which are not penalised: min(x, 0) = s prelu_a(s x) - "
          "s prelu_0(s x) with slopes a = 1/s^2 and 0, for every s > 0, with R = 4 s^2; R = 0 is the function 0.",
          "inf {R(W) : f_W(x) = min(x, 0)} = 0 is not attained", Certificate(no_least_ramp),
          ("slopes are parameters, and no weights of R", "no biases"),
          Control("with the slopes counted in R", Certificate(lambda: no_least_ramp(slopes=True))), ours=True),
    Claim("yang2022.remark-2.skip-connections", "Section 3, Remark 2",
          "The Neural Balance Theorem holds for any architecture and every homogeneous unit in it: here for a unit "
          "whose output a skip connection passes on beside the output weights.",
          "||w||_2 = ||v||_2 for every homogeneous unit",
          ForAll(unbalanced_skip, examples=(Skip(np.array([Fraction(2, 3)], dtype=object),
                                                 np.array([Fraction(1, 3)], dtype=object)),),
                 meets=is_minimal_skip, ladder=("fractions",)),
          ("the representation with the minimum sum of squares of f(x) = 8/9 relu(x) by (v + 1) relu(w x)",),
          fault="missing hypothesis", correction="yang2022.remark-2.skip-connections.corrected",
          tex=r"f(x) = h + v h,\; h = \sigma(w x): \quad \|w\|_2 = \|v\|_2",
          explanation="w (v + 1) = 8/9 determines w, and w^2 + v^2 is least at v = 1/3, w = 2/3: "
          "(v + 1)^2 (w^2 + v^2 - 5/9) = (v - 1/3)^2 ((v + 4/3)^2 + 1/3). There |w| is 2/3 and |v| 1/3, or, with the 1 "
          "of the skip, sqrt(10)/3. The unit can't be rescaled: what the skip carries would change."),
    Claim("yang2022.remark-2.skip-connections.corrected", "Section 3, Remark 2",
          "It holds for the hidden units of a residual block, which the skip passes by: where one is out of balance, a "
          "rescaling keeps relu(x + V sigma(W x + b) + c) and has a smaller sum of squares.",
          "x + V sigma(W x + b) + c = x + V D^-1 sigma(D W x + D b) + c",
          ForAll(residual_not_improved, mlp_cases(Bias.INSIDE, n_layers=(2, 2)), meets=keeps_its_width,
                 ladder=("fractions",)), ("biases inside w",),
          Control("the same of the unit in front of a skip", ForAll(skip_changes, examples=(Skip(np.ones(1), np.ones(1)),))),
          ours=True, tex=r"x + V \sigma(W x + b) + c = x + V D^{-1} \sigma(D W x + D b) + c"),
    Claim("yang2022.remark-2.batch-normalisation", "Section 3, Remark 2, and the VGG19 of Appendix C.1.2",
          "Behind batch normalisation without eps the function does not depend on the size of the weights in front: "
          "half of them represent the same f with a smaller sum of squares. So no representation with any such weight "
          "not 0 is minimal, and the theorem says nothing of these units.",
          "BN(W x + b) = BN((W x + b) / 2)",
          ForAll(halving_does_not_improve, normalised_nets(), meets=has_weights_in_front, ladder=("fractions",),
                 n_examples=60), ("batch normalisation before the activation, eps = 0", "the function of the whole batch"),
          Control("without the normalisation", ForAll(
              halving_does_not_improve, normalised_nets(norm=False), meets=has_weights_in_front)), ours=True),
)
