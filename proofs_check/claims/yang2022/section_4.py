"""Section 4: the sum of squares by couples, Theorem 3 with its proof."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.layers import Dense
from pathnorm_ref.objectives import (
    empirical_loss,
    leftover_squares,
    path_norm_objective,
    path_norm_regulariser,
    sum_of_squares,
    weight_decay_objective,
)
from pathnorm_ref.rescaling import balance_sweep
from pathnorm_ref.units import Bias, couples, incoming, outgoing
from proofs_check import networks
from proofs_check.cases import NetCase, balanced_mlps, convnet_cases, mlp_cases, parameters
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.rescaled import difference, hidden_units, norms_of
from proofs_check.violations import above, both, fails, unequal


def objectives(case, params=None):
    """(F, G) of the case, or at other parameters."""
    arguments = (case.net, case.params if params is None else params, case.x, case.y, case.lam, case.bias, case.loss)
    return weight_decay_objective(*arguments), path_norm_objective(*arguments)


# --- sums of squares by couples ------------------------------------------------------------------------

def square_sums(case):
    """(sum_i ||w_i,k||^2, sum_i ||v_i,k||^2) of each hidden layer k."""
    return [(np.sum(incoming(np, case.net, case.params, hidden, case.bias)**2),
             np.sum(outgoing(np, case.net, case.params, hidden)**2)) for hidden in hidden_units(case.net)]


def printed_squares(case):
    """R against its printed form: L hidden layers, odd ones counted with both sides, v_{i,L} too if L is odd."""
    layers = square_sums(case)
    n = len(layers)
    right = sum(w + v for w, v in layers[0:2 * (n // 2):2]) + (layers[-1][1] if n % 2 else 0)
    return unequal(sum_of_squares(case.net, case.params, case.bias), right)


def squares_by_hidden_layers(case, left_over=0):
    """R against all odd hidden layers, and v_{i,L} if L leaves the remainder `left_over` modulo 2."""
    layers = square_sums(case)
    right = sum(w + v for w, v in layers[::2]) + (layers[-1][1] if len(layers) % 2 == left_over else 0)
    return unequal(sum_of_squares(case.net, case.params, case.bias), right)


def corrected_squares(case):
    """R against couples of weight layers (1, 2), (3, 4), ..., and the last one if their number is odd."""
    right = sum(w + v for w, v in square_sums(case)[::2])
    return unequal(sum_of_squares(case.net, case.params, case.bias),
                   right + leftover_squares(case.net, case.params, case.bias))


def not_shared(case, shift=1):
    """sum_i ||w_i,k||^2 of each hidden layer but the first against sum_i ||v_i,k-1||^2 of the one before."""
    layers = square_sums(case)
    return both(0, *(unequal(layers[k][0], layers[k - shift][1]) for k in range(1, len(layers))))


def printed_eq_2(case):
    layers = norms_of(case)
    n = len(layers)
    right = 2 * sum(np.sum(w * v) for w, v in layers[0:2 * (n // 2):2])
    return unequal(sum_of_squares(case.net, case.params, case.bias),
                   right + (np.sum(layers[-1][1] * layers[-1][1]) if n % 2 else 0))


def corrected_eq_2(case):
    return unequal(sum_of_squares(case.net, case.params, case.bias),
                   2 * path_norm_regulariser(case.net, case.params, case.bias))


def scalar_net(w, v, y, lam=1):
    """v relu(w x) at the sample x = 1, with squared loss (v relu(w) - y)^2 / 2."""
    params = ((np.array([[float(w)]]),), (), (np.array([[float(v)]]),))
    return NetCase(mlp((1, 1, 1), bias=False), params, np.ones((1, 1)), np.array([[float(y)]]), Fraction(lam), Bias.ABSENT)


GLOBAL_MINIMUM = scalar_net(1, 1, 2)
"""With s = v relu(w): F >= (s - 2)^2 / 2 + |s| >= 3/2, which is reached at w = v = 1."""


def is_global_minimum(case):
    return unequal(objectives(case)[0], Fraction(3, 2)) == 0


SQUARES = (
    Claim("yang2022.section-4.shared-weights", "Section 4, first paragraph",
          "The input weights of the neurons in layer k are the output weights of those in layer k - 1.",
          "sum_i ||w_i,k||^2 = sum_i ||v_i,k-1||^2", ForAll(not_shared, mlp_cases(n_layers=(3, 5)), n_examples=60),
          ("k > 1", "no biases"),
          Control("they are the output weights of layer k", ForAll(
              lambda case: not_shared(case, shift=0), mlp_cases(n_layers=(3, 5))))),
    Claim("yang2022.section-4.sum-of-squares", "Section 4, before Eqn (2)",
          "With the odd layers of a net of L layers of homogeneous neurons, each weight appears just once in the sum "
          "of squares.",
          "R(W) = sum_{j=1}^{floor(L/2)} sum_i (||w_i,2j-1||^2 + ||v_i,2j-1||^2) + c sum_i ||v_i,L||^2, c = 1 if L is "
          "odd",
          ForAll(printed_squares, mlp_cases(n_layers=(2, 5)), examples=(GLOBAL_MINIMUM,)),
          ("L layers of homogeneous neurons, as in Eqn (1)", "no biases"), fault="misprint",
          correction="yang2022.section-4.sum-of-squares.corrected",
          tex=r"R(W) = \sum_{j=1}^{\lfloor L/2 \rfloor} \sum_i (\|w_{i,2j-1}\|_2^2 + \|v_{i,2j-1}\|_2^2) + c \sum_i "
              r"\|v_{i,L}\|_2^2",
          explanation="One homogeneous neuron, v relu(w x) with w = v = 1: L = 1, the sum over j is empty, c = 1, "
          "and the right side is v^2 = 1, while R = w^2 + v^2 = 2. With L = 2, the number of weight layers, it is "
          "right; but of an odd number of those the last has no v_i,L. (With L hidden layers there are couples for "
          "2j - 1 <= L, and something is left over if L is even: section-4.odd-layers.)"),
    Claim("yang2022.section-4.odd-layers", "Section 4, before Eqn (2), c",
          "With L hidden layers the couples of odd layers are ceil(L/2), and the v_i,L are left over just if L is even, "
          "which is when c is 0 as printed.",
          "R(W) = sum_{j=1}^{ceil(L/2)} sum_i (||w_i,2j-1||^2 + ||v_i,2j-1||^2) + (1 - c) sum_i ||v_i,L||^2",
          ForAll(squares_by_hidden_layers, mlp_cases(n_layers=(2, 5)), ladder=("fractions",), n_examples=60),
          ("L >= 1 layers of homogeneous neurons, as in Eqn (1)", "no biases"),
          Control("the same with c as printed", ForAll(
              lambda case: squares_by_hidden_layers(case, left_over=1), mlp_cases(n_layers=(2, 5)))), ours=True),
    Claim("yang2022.section-4.sum-of-squares.corrected", "Section 4, before Eqn (2)",
          "With L the number of weight layers, and the last one W^L where v_i,L is printed, R is the sum of squares of "
          "the couples and the leftover (in every "
          "bias convention: R~ has the penalised biases that are in no w).",
          "R(W) = sum_{j=1}^{floor(L/2)} sum_i (||w_i,2j-1||^2 + ||v_i,2j-1||^2) + ||leftover||^2",
          ForAll(corrected_squares, st.one_of([mlp_cases(bias, n_layers=(1, 5)) for bias in Bias]),
                 ladder=("fractions", "balls"), n_examples=60), (),
          Control("the same with L hidden layers", ForAll(printed_squares, mlp_cases(n_layers=(2, 5)))), ours=True,
          tex=r"R(W) = \sum_{j=1}^{\lfloor L/2 \rfloor} \sum_i (\|w_{i,2j-1}\|_2^2 + \|v_{i,2j-1}\|_2^2) + "
              r"\|\text{leftover}\|_2^2"),
    Claim("yang2022.eq-2", "Section 4, Eqn (2)",
          "At a minimum of F the sum of squares is twice the sum of products over the odd layers, and c times that of "
          "the output weights of layer L.",
          "R(W) = 2 sum_{j=1}^{floor(L/2)} sum_i ||w_i,2j-1|| ||v_i,2j-1|| + c sum_i ||v_i,L||^2",
          ForAll(printed_eq_2, examples=(GLOBAL_MINIMUM,), meets=is_global_minimum),
          ("L layers of homogeneous neurons, as in Eqn (1)", "a minimum of F", "no biases"), fault="misprint",
          correction="yang2022.eq-2.corrected",
          tex=r"R(W) = 2 \sum_{j=1}^{\lfloor L/2 \rfloor} \sum_{i=1}^{n_{2j-1}} \|w_{i,2j-1}\|_2 \|v_{i,2j-1}\|_2 + "
              r"c \sum_{i=1}^{n_L} \|v_{i,L}\|_2^2",
          explanation="v relu(w x) at x = 1, y = 2, lambda = 1: with s = v relu(w), F >= (s - 2)^2 / 2 + |s| >= 3/2, "
          "which w = v = 1 reaches. There R = 2, and the right side, with L = 1, is v^2 = 1."),
    Claim("yang2022.eq-2.corrected", "Section 4, Eqn (2)",
          "With L the number of weight layers and W^L where v_i,L is printed, R is twice the sum of products and c "
          "times the square of W^L, where every couple is balanced.",
          "R(W) = 2 sum_{j=1}^{floor(L/2)} sum_i ||w_i,2j-1|| ||v_i,2j-1|| + c ||W^L||^2",
          ForAll(corrected_eq_2, balanced_mlps((1, 6)), ladder=("fractions",), n_examples=60),
          ("every couple is balanced", "no biases"),
          Control("the same of nets out of balance", ForAll(corrected_eq_2, mlp_cases(n_layers=(2, 4)))), ours=True,
          tex=r"R(W) = 2 \sum_{j=1}^{\lfloor L/2 \rfloor} \sum_i \|w_{i,2j-1}\|_2 \|v_{i,2j-1}\|_2 + c\, \|W^L\|_F^2"),
)


# --- Theorem 3 -----------------------------------------------------------------------------------------

def gap(case, divisor=2):
    """F - G against lam / divisor sum (||w|| - ||v||)^2 over the couples."""
    F, G = objectives(case)
    remainder = sum(np.sum((w - v) * (w - v)) for w, v in norms_of(case)[::2])
    return unequal(F - G, case.lam * remainder / divisor)


def gap_without_half(case):
    return gap(case, divisor=1)


def not_equal_after_balancing(case):
    """|F(balanced) - G(W)|, and by how much balancing the couples changes the function."""
    params = balance_sweep(case.net, case.params, case.bias, couples(case.net)[0])
    return both(unequal(objectives(case, params)[0], objectives(case)[1]), difference(case, params))


def not_equal_unbalanced(case):
    F, G = objectives(case)
    return unequal(F, G)


def no_better_path_norm(case):
    """For any W': a W with the same function and F(W) <= G(W'). So inf F <= inf G, and a minimiser of F, where
    G <= F, minimises G."""
    params = balance_sweep(case.net, case.params, case.bias, couples(case.net)[0])
    F, G = objectives(case)
    return both(above(G, F), above(objectives(case, params)[0], G), difference(case, params))


def not_minimal_however_rescaled(case):
    """Of v relu(w x) with v = 0 at y = 0: F of any positive rescaling minus min F = 0: lam/2 (alpha w)^2 > 0."""
    return objectives(case)[0] if case.params[2][0][0, 0] == 0 else 0


def minimises_G_at_zero_loss(case):
    return objectives(case)[1] == 0  # and G >= 0


def is_minimum_of_G(case):
    """With s = v relu(w): G >= (s - 2)^2 / 2 + |s| >= 3/2."""
    return unequal(objectives(case)[1], Fraction(3, 2)) == 0


class Pair(NamedTuple):
    """Two weights of one net, with one loss and lambda."""

    first: NetCase
    second: NetCase


def as_in_the_proof(pair):
    """W^ minimises G, W minimises F and R(W) = 2 R~(W), and F(W^) > F(W): what the proof assumes."""
    minimal = is_minimum_of_G(pair.first) and is_global_minimum(pair.second)
    return first_larger(pair) and minimal and not_twice(pair.second) == 0


def first_larger(pair):
    """F(W^) > F(W), which takes no roots."""
    return weight_decay_objective(*pair.first) > weight_decay_objective(*pair.second)


def first_balanced_and_larger(pair):
    """What the proof needs: F(W^) > F(W), and W^ balanced."""
    return first_larger(pair) and not_twice(pair.first) == 0


@st.composite
def pairs_of_weights(draw):
    """A balanced net, and other weights for it."""
    case = draw(balanced_mlps())
    smaller = draw(st.sampled_from([1.0, 0.5, 2.0**-6]))
    params = tuple(tuple(smaller * array for array in new) if isinstance(layer, Dense) else old  # slopes are no weights
                   for layer, old, new in zip(case.net, case.params, draw(parameters(case.net)), strict=True))
    return Pair(case, case._replace(params=params))


def no_contradiction(pair):
    """Whether, against the proof, W^ has no larger G than W."""
    return fails(objectives(pair.first)[1] > objectives(pair.second)[1])


def printed_G(case):
    """L + lam c/2 ||v||^2: the path-norm objective of one hidden layer, L = 1, with R~ as printed."""
    v = case.params[2][0]
    return empirical_loss(case.net, case.params, case.x, case.y, case.loss) + case.lam * np.sum(v * v) / 2


def first_minimises_F(pair):
    return is_global_minimum(pair.first)


def not_minimal_for_printed(pair):
    return above(printed_G(pair.first), printed_G(pair.second))


def minimises_unpenalised(case):
    return case.lam == 0 and objectives(case)[0] == 0


def not_twice(case):
    return unequal(sum_of_squares(case.net, case.params, case.bias),
                   2 * path_norm_regulariser(case.net, case.params, case.bias))


def any_net(bias, **options):
    return st.one_of(mlp_cases(bias, **options), convnet_cases(bias))


def lower_first(pair):
    """Whether the second net minimises G and the first has a smaller F than it."""
    return is_minimum_of_G(pair.second) and objectives(pair.first)[0] < objectives(pair.second)[0]


def first_not_twice(pair):
    return not_twice(pair.first)


def unbalanceable(case):
    """How many units have exactly one side zero: no alpha > 0 gives them equal norms."""
    (w,), _, (v,) = case.params
    return int(np.sum(np.any(w != 0, axis=1) != np.any(v != 0, axis=0)))


def with_dead_unit(w, v, y):
    """scalar_net with a second unit, of w = 1 and v = 0."""
    case = scalar_net(w, v, y)
    params = (np.array([[float(w)], [1.0]]),), (), (np.array([[float(v), 0.0]]),)
    return case._replace(net=mlp((1, 2, 1), bias=False), params=params)


def idle_minimum():
    """v relu(w x) at x = -1, y = 2, lambda = 1, around w = 1, v = 0; and around w = v = 0."""
    t, = polynomials("t")
    step = Fraction(1, 2)
    near = [scalar_net(1 + a, b, 2)._replace(x=-np.ones((1, 1))) for a in (-step, 0, step) for b in (-step, 0, step)]
    return {"G(1 + a, b) - G(1, 0) = |1 + a| |b| >= 0 where |a| < 1, as the unit is idle there (a, b in {-1/2, 0, 1/2})":
            all(objectives(case)[1] - 2 == abs(case.params[0][0][0, 0]) * abs(case.params[2][0][0, 0]) for case in near),
            "F(-t, t) - F(0, 0) = (t^2 - 2)^2 / 2 + t^2 - 2 = t^2 (t^2 - 2) / 2 < 0 for 0 < t < 1":
                (t**2 - 2)**2 + 2 * t**2 - 4 == t**2 * (t**2 - 2),
            "F(alpha, 0) = 2 + alpha^2 / 2 has a slope at every alpha > 0": all(
                objectives(scalar_net(a, 0, 2)._replace(x=-np.ones((1, 1))))[0] == 2 + Fraction(a)**2 / 2 for a in (1, 2))}


def active_minimum():
    """The same at x = 1, where the unit is not idle."""
    return {"G(1 + a, b) - G(1, 0) >= 0": all(objectives(scalar_net(1 + a, b, 2))[1] >= 2 for a in (0, Fraction(1, 2))
                                             for b in (0, Fraction(1, 2)))}


def biased_unit():
    """4 relu(x + 1): balancing takes w from 1 to 2 and b with it, so that the penalty of b grows by 3/2."""
    params = ((np.array([[1.0]]), np.array([1.0])), (), (np.array([[4.0]]),))
    return NetCase(mlp((1, 1, 1), bias=(True, False)), params, np.ones((1, 1)), np.ones((1, 1)), Fraction(1), Bias.OUTSIDE)


def real_nets(bias):
    """The nets trained on digits, for the convention that they were trained in."""
    return networks.trained_on_digits if bias is Bias.INSIDE else ()


def with_biases(bias):
    return lambda case: case.bias == bias


REBALANCED = {
    Bias.ABSENT: ("yang2022.theorem-3.rebalanced", "no biases"),
    Bias.INSIDE: ("yang2022.theorem-3.rebalanced.bias-inside", "biases inside w, the others left over"),
    Bias.FREE: ("yang2022.theorem-3.rebalanced.bias-free", "biases not penalised, every unit with w = 0 without one"),
}


def has_no_constant_unit(case):
    """No unit of a couple with w = 0, a bias outside of w that is not 0, and v not 0: no rescaling balances it."""
    for hidden in couples(case.net)[0]:
        w, v = (np.any(side != 0, axis=1) for side in (incoming(np, case.net, case.params, hidden, case.bias),
                                                      outgoing(np, case.net, case.params, hidden)))
        if any(np.any(~w & v & (b != 0)) for b in case.params[hidden.incoming][1:]):
            return False
    return True


THEOREM_3 = (
    *(Claim(f"yang2022.section-4.gap{'' if bias is Bias.ABSENT else f'.bias-{bias}'}", "Section 4, F and G",
            f"F - G = lam/2 sum over the couples of (||w|| - ||v||)^2 >= 0 at any weights, biases {bias}.",
            "F(W) - G(W) = lambda/2 sum (||w|| - ||v||)^2",
            ForAll(gap, any_net(bias), real_nets(bias), ladder=("fractions", "balls"), n_examples=30,
                   applies=with_biases(bias)), (),
            Control("the same without the factor 1/2", ForAll(
                gap_without_half, mlp_cases(bias))), ours=True,
            tex=r"F(W) - G(W) = \tfrac\lambda2 \sum (\|w\|_2 - \|v\|_2)^2 \ge 0") for bias in Bias),
    *(Claim(claim_id, "Section 4, Theorem 3",
            f"Balancing the couples of any W keeps the function and takes F to G(W) ({hypothesis}); a unit with one "
            "side zero becomes zero.", "F(balanced W) = G(W)",
            ForAll(not_equal_after_balancing, any_net(bias), real_nets(bias), meets=has_no_constant_unit,
                   ladder=("balls",), n_examples=25, applies=with_biases(bias)), (hypothesis,),
            Control("the same without balancing", ForAll(not_equal_unbalanced, mlp_cases(bias), ladder=("balls",))),
            ours=True, tex=r"F(\text{balanced } W) = G(W)") for bias, (claim_id, hypothesis) in REBALANCED.items()),
    Claim("yang2022.theorem-3.rebalanced.bias-outside", "Section 4, Theorem 3",
          "Balancing the couples of any W keeps the function and takes F to G(W), also if biases are penalised but no "
          "part of w.", "F(balanced W) = G(W)",
          ForAll(not_equal_after_balancing, examples=(biased_unit(),)), ("biases penalised, outside w",),
          fault="missing hypothesis", correction="yang2022.theorem-3.rebalanced.bias-inside", ours=True),
    Claim("yang2022.theorem-3.first-to-second", "Section 4, Theorem 3",
          "A minimiser of F is a minimiser of G: G <= F, and for every W' some W with the same function has F(W) <= "
          "G(W').",
          "argmin F is in argmin G",
          ForAll(no_better_path_norm, any_net(Bias.INSIDE), ladder=("balls",), n_examples=25,
                 applies=with_biases(Bias.INSIDE)),
          ("biases inside w", "the leftover layer as corrected, which is why this is ours"),
          Control("the same with biases penalised outside w", ForAll(no_better_path_norm, examples=(biased_unit(),))),
          ours=True),
    Claim("yang2022.theorem-3.second-to-first", "Section 4, Theorem 3",
          "A minimiser of G minimises F, after possibly rescaling the weights so that ||w|| = ||v|| for each term.",
          "argmin G, rescaled, is in argmin F",
          ForAll(not_minimal_however_rescaled, examples=(scalar_net(1, 0, 0),), meets=minimises_G_at_zero_loss),
          ("no biases", "rescaling by positive factors"), fault="missing hypothesis",
          correction="yang2022.theorem-3.rebalanced",
          tex=r"\arg\min G, \text{ rescaled by factors } \alpha > 0, \subseteq \arg\min F",
          explanation="v relu(w x) with w = 1, v = 0 fits y = 0, and G = 0 is its minimum. Rescaled, F = alpha^2 / 2 "
          "> 0 = F(0, 0), and no alpha makes ||alpha w|| = alpha equal to ||v / alpha|| = 0. Such units must be set "
          "to zero."),
    Claim("yang2022.theorem-3.proof", "Appendix A.4, first half of the proof",
          "If F(W^) > F(W) and R(W) = 2 R~(W), then W^ does not minimise G.",
          "L(W^) + lambda/2 R(W^) > L(W) + lambda/2 R(W) and R(W) = 2 R~(W) imply G(W^) > min G",
          ForAll(no_contradiction, examples=(Pair(scalar_net(2, 0.5, 2), scalar_net(1, 1, 2)),), meets=as_in_the_proof),
          ("W minimises F", "W^ minimises G; that it is rescaled first the proof does not say"),
          fault="missing hypothesis", correction="yang2022.theorem-3.proof.corrected",
          tex=r"F(\widehat W) > F(W) \text{ and } R(W) = 2 \widetilde R(W) \implies \widehat W \notin \arg\min G",
          explanation="v relu(w x) at x = 1, y = 2, lambda = 1: with s = v relu(w), F >= G = (s - 2)^2 / 2 + |s| >= "
          "3/2. W^ = (2, 1/2) has G = 3/2, so it is a minimiser of G, and F = 1/2 + (4 + 1/4) / 2 = 21/8. W = (1, 1) "
          "has F = 3/2 and R = 2 = 2 R~. All that is assumed holds, and there is no contradiction: W^ must be "
          "rescaled first, and R = 2 R~ is what is needed of W^, not of W."),
    Claim("yang2022.theorem-3.proof.corrected", "Appendix A.4, first half of the proof",
          "If F(W^) > F(W), and W^ has been rescaled so that R(W^) = 2 R~(W^), then G(W^) > G(W), for any W: so W^ does "
          "not minimise G.",
          "R(W^) = 2 R~(W^) and F(W^) > F(W) imply G(W^) = F(W^) > F(W) >= G(W)",
          ForAll(no_contradiction, pairs_of_weights(), meets=first_balanced_and_larger, ladder=("fractions", "balls"),
                 n_examples=200), ("no biases",),
          Control("the same without rescaling W^", ForAll(
              no_contradiction, examples=(Pair(scalar_net(2, 0.5, 2), scalar_net(1, 1, 2)),), meets=first_larger)),
          ours=True,
          tex=r"F(\widehat W) > F(W) \text{ and } R(\widehat W) = 2 \widetilde R(\widehat W) \implies "
              r"G(\widehat W) > G(W)"),
    Claim("yang2022.theorem-3.proof.hat", "Appendix A.4, second half of the proof",
          "W^ is rescaled so that its norms are equal for each term in R~(W).", "||w^|| = ||v^|| for each term in R~(W)",
          Informal("R~(W^) is meant, whose terms have the same indices", "yang2022.theorem-3.rebalanced")),
    Claim("yang2022.theorem-3.proof.any-w", "Appendix A.4, first half of the proof",
          "Of a W with F(W) < F(W^), Theorem 1 shows R(W) = 2 R~(W).",
          "L(W^) + lambda/2 R(W^) > L(W) + lambda/2 R(W) implies R(W) = 2 R~(W)",
          ForAll(first_not_twice, examples=(Pair(scalar_net(2, 0.5, 2), scalar_net(4, 0.25, 2)),), meets=lower_first),
          ("W^ minimises G", "W is any weights: it is not said to minimise F"), fault="missing hypothesis",
          correction="yang2022.section-4.gap",
          tex=r"F(\widehat W) > F(W) \;\Rightarrow\; R(W) = 2 \widetilde R(W)",
          explanation="Theorem 1 speaks of minima only. v relu(w x) at x = 1, y = 2, lambda = 1: W^ = (4, 1/4) "
          "minimises G, W = (2, 1/2) has the same function and a smaller F, R(W) = 17/4 and 2 R~(W) = 2. In general R "
          "- 2 R~ is the sum of (||w|| - ||v||)^2; a minimiser of F may be taken for W. (If a hat is lost here, and "
          "rescaled weights W^ are meant, it is true of these and the proof is complete: theorem-3.proof.corrected.)"),
    Claim("yang2022.theorem-3.proof.rescaling", "Appendix A.4, second half of the proof",
          "If necessary W^ is rescaled so that ||w|| = ||v|| for each term, which does not affect L(W^).",
          "some rescaling s has ||w|| = ||v|| in s(W^)",
          ForAll(unbalanceable, examples=(with_dead_unit(1, 1, 2),)),
          ("W^ is any weights: of G(W^) < G(W), what the step starts from, it makes no use",), fault="missing hypothesis",
          correction="yang2022.theorem-1.proof.rescaling.corrected",
          tex=r"\exists\, \alpha > 0: \|\alpha \widehat w\|_2 = \|\widehat v / \alpha\|_2",
          explanation="A unit of W^ with w = 1, v = 0 has no such rescaling: alpha > 0 gives alpha and 0. Both sides "
          "set to zero do what the proof needs."),
    Claim("yang2022.theorem-3.local-minimisers", "Section 4, Theorem 3",
          "Of local minima the theorem does not hold: v relu(w x) at x = -1, y = 2, lambda = 1 has a local minimum of "
          "G at w = 1, v = 0, where the unit is idle, but none of F at any rescaling of it, nor at w = v = 0.",
          "W a local minimiser of G does not imply that a rescaling of W is one of F", Certificate(idle_minimum),
          ("squared error", "no biases"),
          Control("the same at x = 1, where the unit is not idle", Certificate(active_minimum)), ours=True),
    Claim("yang2022.theorem-3.r-tilde", "Section 4, Theorem 3, definition of R~",
          "A minimiser of F minimises L + lambda R~, with R~ as printed, for a net of L layers of homogeneous neurons.",
          "R~(W) = sum_{j=1}^{floor(L/2)} sum_i ||w_i,2j-1|| ||v_i,2j-1|| + c/2 sum_i ||v_i,L||^2",
          ForAll(not_minimal_for_printed, examples=(Pair(GLOBAL_MINIMUM, scalar_net(4, 0.5, 2)),), meets=first_minimises_F),
          ("L layers of homogeneous neurons, as in Eqn (1): here L = 1", "no biases"), fault="misprint",
          correction="yang2022.eq-2.corrected",
          tex=r"\widetilde R(W) = \sum_{j=1}^{\lfloor L/2 \rfloor} \sum_i \|w_{i,2j-1}\|_2 \|v_{i,2j-1}\|_2 + \frac "
              r"c2 \sum_i \|v_{i,L}\|_2^2",
          explanation="v relu(w x) at x = 1, y = 2, lambda = 1: w = v = 1 minimises F (see yang2022.eq-2). With L = "
          "1, R~ = v^2 / 2, and L + lambda R~ is 1/2 + 1/2 = 1 there, but 0 + 1/8 at w = 4, v = 1/2: growing w is "
          "free, so there is no minimum."),
    Claim("yang2022.eq-2.lambda-zero", "Section 3, after Theorem 1, and Section 4, before Eqn (2)",
          "Any weights that minimise F_lambda, lambda >= 0, are balanced: their sum of squares is twice the sum of "
          "products.",
          "W in argmin F_lambda implies R(W) = 2 sum ||w|| ||v||, for lambda >= 0",
          ForAll(not_twice, examples=(scalar_net(2, 1, 2, lam=0),), meets=minimises_unpenalised),
          ("lambda >= 0, as Section 3 has it",), fault="missing hypothesis",
          correction="yang2022.section-3.global-minimiser",
          tex=r"W \in \arg\min F_\lambda,\; \lambda \ge 0 \implies R(W) = 2 \sum \|w\|_2 \|v\|_2",
          explanation="With lambda = 0 any weights that fit are a minimum: relu(2 x) fits y = 2 at x = 1 with w = 2, "
          "v = 1, where R = 5 and 2 ||w|| ||v|| = 4. (Once, after Remark 2, Section 3 says \"with any lambda > 0\".)"),
)

CLAIMS = SQUARES + THEOREM_3
