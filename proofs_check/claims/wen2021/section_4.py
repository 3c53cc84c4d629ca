"""Section 4, before Algorithm 1: when a net is in the class S, the proximal operator, projection to the class."""

from fractions import Fraction

import numpy as np

from pathnorm_ref.layers import ReLU
from pathnorm_ref.prox import prox_l1, prox_l1_inf
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.projection import Matrix
from proofs_check.claims.wen2021.projection import matrices as single_matrices
from proofs_check.claims.wen2021.section_2 import (
    Matrices,
    in_class,
    matrices,
    penalty_stays,
    relu_mlps,
    saturated,
)
from proofs_check.definitions import algorithm_1_columns, l_1_inf, soft_threshold
from proofs_check.violations import above, both, fails, unequal

# --- membership ----------------------------------------------------------------------------------------


def printed_criterion_fails(case):
    return fails(in_class(case) == all(l_1_inf(V) <= case.c for V in case.V))


def relu_net(hidden, output):
    """output relu(hidden x), as the document stores it: bias first."""
    return Matrices((np.array([[Fraction(0)], [Fraction(hidden)]], dtype=object),
                     np.array([[Fraction(0)], [Fraction(output)]], dtype=object)), Fraction(1))


def function(case):
    """Its values at -1, 0, 1, which determine output relu(hidden x) for hidden > 0."""
    hidden, output = (V[1, 0] for V in case.V)
    return [output * max(hidden * x, Fraction(0)) for x in (-1, 0, 1)]


def one_representation_suffices():
    inside, outside = relu_net(1, 1), relu_net(2, Fraction(1, 2))
    return {"relu(2 x) / 2 = relu(x)": function(inside) == function(outside),
            "relu(x) has hidden weights of norm at most 1, so it is in S_1": in_class(inside),
            "relu(2 x) / 2 has not": not in_class(outside)}


def every_representation():
    return {"relu(2 x) / 2 has hidden weights of norm at most 1": in_class(relu_net(2, Fraction(1, 2)))}


LARGE_OUTPUT = Matrices((np.array([[0.0], [1.0]]), np.array([[0.0], [2.0]])), Fraction(1))
"""relu(x), then twice that: k = 1, c = 1, and the output layer has norm 2."""


# --- the proximal operator of the norm, and the projection to its ball ---------------------------------

def not_the_prox(prox):
    """Whether X = prox(V, t) fails what characterises argmin_X t ||X||_{1,inf} + ||X - V||^2 / 2.

    Q = V - X is in t times the subdifferential at X: its dual norm, the sum over columns of theta_j = max |q|, is at most t,
    and <Q, X> = t ||X||_{1,inf}. Or whether a column is not the soft threshold by its theta_j.
    """
    def violation(case):
        X = prox(case.V, case.c)
        Q = case.V - X
        theta = np.max(np.abs(Q), axis=0)
        return both(above(np.sum(theta), case.c), unequal(np.sum(Q * X), case.c * l_1_inf(X)),
                    *(unequal(soft_threshold(v, t), x) for v, t, x in zip(case.V.T, theta, X.T, strict=True)))
    return violation


def prox_by_columns(V, t):
    return prox_l1_inf(V, t, axis=0)


def entry_by_entry(V, t):
    """The prox of the sum of all |v|, as if the columns did not share t."""
    return prox_l1(V, t)


def not_the_projection(project):
    """Whether P = project(V, c) is not the nearest matrix with ||P||_{1,inf} <= c: <V - P, X - P> <= 0 for all such X.

    The largest <Q, X> is c times the sum over columns of the largest |q|.
    """
    def violation(case):
        P = project(case.V, case.c)
        Q = case.V - P
        return both(above(l_1_inf(P), case.c), above(case.c * np.sum(np.max(np.abs(Q), axis=0)), np.sum(Q * P)))
    return violation


def all_columns_scaled(V, c):
    """V c / max(||V||_{1,inf}, c)."""
    return V * (c / max(l_1_inf(V), c))


def moves_what_is_inside():
    """relu(2 x) = 2 relu(x) is in S_1; Algorithm 2 makes relu(x) of its first representation."""
    first, second = relu_net(2, 1), relu_net(1, 2)
    projected = first._replace(V=(algorithm_1_columns(first.V[0], first.c), first.V[1]))
    return {"relu(2 x) = 2 relu(x), of which the hidden weights are in S_1":
            function(first) == function(second) and in_class(second),
            "projected, relu(2 x) is another function": function(projected) != function(first)}


def stays_as_it_is():
    return {name.replace("another",
    "the same"): ("another" in name) != true for name, true in moves_what_is_inside().items()}


TWO_COLUMNS = Matrix(np.array([[2.0, 1.0]]), Fraction(1))
"""The prox is (1, 1), as all of t goes to the longer column; entry by entry it is (1, 0)."""

CLAIMS = (
    Claim("wen2021.section-4.membership", "Section 4, first formula",
          "f is in S_c if and only if ||V_l||_{1,inf} <= c for all l.",
          "f in S_c^{k,d,sigma} iff ||V_l||_{1,inf} <= c for all l",
          ForAll(printed_criterion_fails, matrices(), examples=(
              LARGE_OUTPUT,)), ("l = 1, ..., k + 1, as T_l is defined",),
          fault="misprint", correction="wen2021.section-4.membership.corrected",
          tex=r"f \in \mathcal{S}_c^{k,\mathbf{d},\sigma} \iff \|\tilde{\mathbf{V}}_\ell\|_{1,\infty} \le c \; "
          r"\forall \ell",
          explanation="S_c is the class without any constraint on the output layer (Section 2.3), so 2 relu(x) is in "
          "S_1, and ||V_2|| = 2. Nor does f tell its representation: relu(2 x)/2 = relu(x) is in S_1, although ||V_1|| "
          "= 2."),
    Claim("wen2021.section-4.membership.corrected", "Section 4, first formula",
          "That ||V_l||_{1,inf} <= c for l = 1, ..., k of one representation puts f in S_c; it is not necessary: "
          "another representation of the same f may have it.",
          "f in S_c^{k,d,sigma} iff some representation of f has ||V_l||_{1,inf} <= c for l = 1, ..., k",
          Certificate(one_representation_suffices), ("sigma = ReLU, k = 1, c = 1",),
          Control("every representation of a function in S_1 has it", Certificate(every_representation)), ours=True,
          tex=r"f \in \mathcal{S}_c^{k,\mathbf{d},\sigma} \iff \text{some } T_1, \dots, T_{k+1} \text{ of } f \text{ have } "
          r"\|T_\ell\|_{1,\infty} \le c, \; \ell = 1, \dots, k"),
    Claim("wen2021.section-4.lagrangian", "Section 4, third paragraph",
          "One idea is to solve the Lagrangian of (2.2) using a proximal minimization algorithm.",
          "min sum_i L(f(x_i), y_i) + lambda sum_{l=1}^k ||V~_l||_{1,inf}",
          Informal("an idea that is not followed; for ReLU that Lagrangian has the infimum of the loss alone, whatever "
                   "lambda is: its penalty does nothing", "wen2021.section-4.lagrangian.rescaled")),
    Claim("wen2021.section-4.lagrangian.rescaled", "Section 4, third paragraph, with (2.2)",
          "For ReLU the penalty of the Lagrangian can be made as small as one likes, and the function stays, as the output "
          "layer is free: here at most k/10^6.", "f stays, sum_{l=1}^k ||V~_l||_{1,inf} <= k/10^6",
          ForAll(penalty_stays(Fraction(1, 10**6)), relu_mlps(ReLU()), ladder=("fractions",), n_examples=60),
          ("sigma = ReLU",),
          Control("for ReLU6", ForAll(penalty_stays(Fraction(1, 10**6)), examples=(saturated(),))), ours=True),
    Claim("wen2021.section-4.proximal-operator", "Section 4, third paragraph",
          "There is no closed form for the proximal operator with the L1,inf norm.", "prox_{t ||.||_{1,inf}}(V) = ?",
          Informal("what a closed form is is not said: there is a finite algorithm, exact in fractions; nor is there "
                   "more for the projection to the L1 ball, which sorts and searches and is called efficient",
                   "wen2021.section-4.proximal-operator.finite")),
    Claim("wen2021.section-4.proximal-operator.finite", "Section 4, third paragraph",
          "The proximal operator with the L1,inf norm takes finitely many rational operations and comparisons: a soft "
          "threshold of each column by a theta_j of its own, where the theta_j sum to t (to less only where the result "
          "is 0).",
          "X = argmin t ||X||_{1,inf} + ||X - V||^2 / 2, for rational V and t",
          ForAll(not_the_prox(prox_by_columns), single_matrices(), (TWO_COLUMNS,), ladder=("fractions",)), ("t > 0",),
          Control("a soft threshold of each entry by t", ForAll(
              not_the_prox(entry_by_entry), examples=(TWO_COLUMNS,), ladder=("fractions",))), ours=True),
    Claim("wen2021.section-4.projects-to-class", "Section 4, fourth paragraph",
          "Using Algorithm 2 the output of an iteration is projected to the class: of the matrices with "
          "||V~_l||_{1,inf} <= c, the loop over the columns finds the nearest one.",
          "P = argmin_{||X||_{1,inf} <= c} ||X - V~_l||",
          ForAll(not_the_projection(algorithm_1_columns), single_matrices(), (TWO_COLUMNS,), ladder=("fractions",)),
          ("of the weights, not of the function", "c > 0"),
          Control("so does scaling the matrix", ForAll(
              not_the_projection(all_columns_scaled), examples=(TWO_COLUMNS,), ladder=("fractions",)))),
    Claim("wen2021.section-4.projects-to-class.function", "Section 4, fourth paragraph",
          "Of functions it is no projection to the class S_c: it makes relu(x) of relu(2 x), which is in S_1 already.",
          "relu(2 x) = 2 relu(x) in S_1", Certificate(moves_what_is_inside), ("sigma = ReLU, k = 1, c = 1",),
          Control("it leaves relu(2 x) as it is", Certificate(stays_as_it_is)), ours=True),
)
