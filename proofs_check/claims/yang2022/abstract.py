"""The abstract: an objective with a product of norms for each ReLU, and which one is equivalent to weight decay."""

from fractions import Fraction

import numpy as np

from pathnorm_ref.architectures import mlp
from pathnorm_ref.objectives import empirical_loss
from pathnorm_ref.units import Bias
from proofs_check.cases import NetCase, balanced_mlps
from proofs_check.checks import ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.section_3 import eq_1_right, norm_products
from proofs_check.claims.yang2022.section_4 import Pair, objectives
from proofs_check.rescaled import GENTLE, rescaled
from proofs_check.violations import above, both


def scalar_chain(a, b, c):
    """c relu(b relu(a x)) at x = 1, y = 3/2, with squared loss and lambda = 1/2."""
    params = tuple((np.array([[Fraction(w)]], dtype=object),) if w else () for w in (a, 0, b, 0, c))
    return NetCase(mlp((1, 1, 1, 1), bias=False), params, np.ones((1, 1)), np.array([[1.5]]), Fraction(1, 2), Bias.ABSENT)


def first_minimises_F(pair):
    """Whether F of the first net is 7/8, the least there is.

    With t^3 = |a b c|, the geometric mean, F >= (t^3 - 3/2)^2 / 2 + 3/4 t^2, and four times that less 7/2 is
    (t - 1)^2 (2 t^4 + 4 t^3 + 6 t^2 + 2 t + 1) >= 0; where the output is 0, F >= 9/8.
    """
    return objectives(pair.first)[0] == Fraction(7, 8)


def each_relu_objective(case):
    """L + lam sum over all hidden units of ||w|| ||v||."""
    return empirical_loss(case.net, case.params, case.x, case.y, case.loss) + case.lam * norm_products(case)


def first_is_larger(pair):
    return above(each_relu_objective(pair.first), each_relu_objective(pair.second))


def below_balanced(right):
    """`right` of a balanced net less that of two rescalings, a gentle one and one of all sizes, which are no smaller."""
    def violation(case):
        others = rescaled(case), rescaled(case, GENTLE)
        return both(*(above(right(case), right(case._replace(params=params))) for params in others))
    return violation


CLAIMS = (
    Claim("yang2022.abstract.each-relu", "Abstract",
          "Solutions to the weight decay objective are those of an objective with the sum of products of norms of the "
          "input and output weights of each ReLU: a minimiser of F minimises it.",
          "argmin L + lambda/2 R is in argmin L + lambda sum over all ReLUs of ||w||_2 ||v||_2",
          ForAll(first_is_larger, examples=(Pair(scalar_chain(1, 1, 1), scalar_chain(6, Fraction(1, 24), 6)),),
                 meets=first_minimises_F, ladder=("fractions",)),
          ("lambda > 0", "two hidden layers: with one the statement is Theorem 3"),
          fault="missing hypothesis", correction="yang2022.abstract.each-relu.corrected",
          tex=r"\arg\min_W L(W) + \tfrac{\lambda}{2} R(W) \subseteq "
              r"\arg\min_W L(W) + \lambda \sum_{k,i} \|w_{i,k}\|_2 \|v_{i,k}\|_2",
          explanation="With weights a, b, c in a row, x = 1, y = 3/2 and lambda = 1/2: with t^3 = a b c the inequality "
          "of the means gives F >= (t^3 - 3/2)^2 / 2 + 3/4 t^2 >= 7/8, reached at (1, 1, 1). The sum over both ReLUs is "
          "b (a + c), 2 there. The weights (s, 3/(2 s^2), s) fit the sample and make it 3/s, so that the infimum is 0 "
          "and no weights attain it. The products of disjoint couples (Theorem 3) leave no such way out: there a layer "
          "stands once."),
    Claim("yang2022.abstract.each-relu.corrected", "Abstract, and Section 3, Eqn (1)",
          "With half the squares of the first and the last layer added, as in Eqn (1), every ReLU may count: that sum "
          "E is at most R, equal to R at balance (eq-1.gap), and no rescaling of a balanced net makes E smaller. So "
          "the minima of L + lambda/2 R and L + lambda/2 E are the same, without choosing disjoint couples.",
          "E(s(W)) >= E(W) = R(W) for W balanced and any rescaling s, "
          "E = 1/2 sum ||w_i,1||^2 + 1/2 sum ||v_i,L||^2 + sum_k sum_i ||w_i,k|| ||v_i,k||",
          ForAll(below_balanced(eq_1_right), balanced_mlps(), ladder=("fractions", "balls"), n_examples=60),
          ("every unit is balanced", "no biases"),
          Control("the same of the sum of products alone", ForAll(
              below_balanced(norm_products), balanced_mlps((3, 4)), ladder=("fractions", "balls"))), ours=True,
          tex=r"E(s(W)) \ge E(W) = R(W), \quad E = \tfrac12 \sum_i \|w_{i,1}\|_2^2 + \tfrac12 \sum_i \|v_{i,L}\|_2^2 "
              r"+ \sum_{k,i} \|w_{i,k}\|_2 \|v_{i,k}\|_2",
          explanation="In the logarithms of the factors each norm is the root of a sum of exponentials, whose "
          "logarithm is convex; so each term of E is convex. Its derivative vanishes at balance, as those of R and of "
          "R - E = 1/2 sum (||w|| - ||v||)^2 do: a convex function is least where its derivative vanishes. (Weights on "
          "no path of non-zero weights from input to output are set to zero first, which raises neither; what is left "
          "has a balanced rescaling.) Section 6 asks for such a form, in which all units are treated in the same "
          "manner."),
    Claim("yang2022.abstract.faster", "Abstract",
          "Proximal gradient training can converge much faster to the sparse solutions that it shares with weight "
          "decay.",
          "steps of Algorithm 1 against steps of gradient descent on F",
          Informal("how much faster, on what, is a matter of experiments (Section 5 and Figure 1); what can be proved "
                   "is that the one reaches exact zeros and the other does not", "yang2022.section-1.exact-zeros")),
)
