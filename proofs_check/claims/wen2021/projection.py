"""Algorithms 1 and 2: the projection onto the L1 ball."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.projections import project_l1_ball
from proofs_check.cases import Vector, vectors
from proofs_check.checks import ForAll
from proofs_check.claim import Claim, Control
from proofs_check.definitions import algorithm_2
from proofs_check.violations import above, both, fails, unequal


def not_the_projection(z, p, radius):
    """Whether p fails the conditions that characterise the nearest point of {||x||_1 <= radius}, in fractions.

    ||p||_1 <= radius, and <z - p, x - p> <= 0 for all x in the ball: with q = z - p that is
    radius max |q| <= <q, p>.
    """
    q = z - p
    return both(above(np.sum(np.abs(p)), radius), above(radius * np.max(np.abs(q)), np.sum(q * p)))


def algorithm_2_fails(case):
    """Algorithm 2 as printed, against the definition of the projection."""
    return not_the_projection(case.z, algorithm_2(case.z, case.size), case.size)


def algorithm_1_fails(case):
    """The inner loop of Algorithm 1: Algorithm 2 where ||v||_1 > c, else v itself."""
    p = algorithm_2(case.z, case.size) if np.sum(np.abs(case.z)) > case.size else case.z
    return both(not_the_projection(case.z, p, case.size), unequal(p, project_l1_ball(case.z, case.size)))


def is_outside(case):
    return np.sum(np.abs(exact(case.z))) >= case.size > 0


def exact(z):
    return np.array([Fraction(value) for value in z], dtype=object)


def positive_radius(case):
    return case.size > 0


def no_index(case):
    """Whether {p : mu_p - (1/p)(sum_{q <= p} mu_q - c) > 0} is empty, so that its maximum is undefined."""
    mu = np.sort(np.abs(case.z))[::-1]
    return fails(any(mu[p] - (sum(mu[:p + 1]) - case.size) / (p + 1) > 0 for p in range(len(mu))))


def wrong_count(case):
    """p* against the number of coordinates that are not zero in the projection."""
    mu = np.sort(np.abs(case.z))[::-1]
    p_star = max(p + 1 for p in range(len(mu)) if mu[p] - (sum(mu[:p + 1]) - case.size) / (p + 1) > 0)
    return unequal(p_star, np.sum(project_l1_ball(case.z, case.size) != 0))


def infeasible(case):
    return above(np.sum(np.abs(project_l1_ball(case.z, case.size))), case.size)


def unprojected(case):
    return above(np.sum(np.abs(case.z)), case.size)


def expands(case):
    """||P(z) - P(z')||^2 - ||z - z'||^2."""
    moved = project_l1_ball(case.z, case.size) - project_l1_ball(case.z2, case.size)
    return above(np.sum(moved * moved), np.sum((case.z - case.z2)**2))


def algorithm_2_expands(case):
    moved = algorithm_2(case.z, case.size) - algorithm_2(case.z2, case.size)
    return above(np.sum(moved * moved), np.sum((case.z - case.z2)**2))


def moves_again(case):
    p = project_l1_ball(case.z, case.size)
    return unequal(project_l1_ball(p, case.size), p)


def moves_to_smaller_ball(case):
    p = project_l1_ball(case.z, case.size)
    return unequal(project_l1_ball(p, case.size / 2), p)


def not_moreau(case):
    """q = z - P(z) must minimise radius max |x| + ||x - z||^2 / 2: z - q in radius times its subdifferential at q."""
    p = project_l1_ball(case.z, case.size)
    q = case.z - p
    return both(above(np.sum(np.abs(p)), case.size), unequal(np.sum(p * q), case.size * np.max(np.abs(q))))


def not_moreau_of_half(case):
    p = project_l1_ball(case.z, case.size)
    q = case.z - p
    return unequal(np.sum(p * q), case.size / 2 * np.max(np.abs(q)))


INSIDE = Vector(np.array([1.0]), np.array([1.0]), Fraction(2))
ORIGIN = Vector(np.array([2.0, 1.0]), np.array([0.0, 0.0]), Fraction(0))
SIZES = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(3), Fraction(1, 10**6)])

CLAIMS = (
    Claim("wen2021.algorithm-2", "Section 3, Algorithm 2",
          "Algorithm 2 is the projection onto the L1 norm ball, of any input v in R^s.",
          "w_p = sgn(v_p) max(|v_p| - theta, 0) = argmin_{||x||_1 <= c} ||x - v||",
          ForAll(algorithm_2_fails, vectors(SIZES), examples=(INSIDE,), ladder=("fractions",)), ("c > 0",),
          fault="missing hypothesis", correction="wen2021.algorithm-2.outside"),
    Claim("wen2021.algorithm-2.outside", "Section 3, Algorithm 2",
          "Algorithm 2 is the projection where ||v||_1 >= c > 0 (elsewhere theta is negative and it moves v outwards).",
          "the same, for ||v||_1 >= c > 0",
          ForAll(algorithm_2_fails, vectors(), meets=is_outside, ladder=("fractions",), n_examples=300),
          ("||v||_1 >= c", "c > 0"), Control("for every v", ForAll(algorithm_2_fails, vectors(SIZES))), ours=True),
    Claim("wen2021.algorithm-2.zero-radius", "Section 3, Algorithm 2",
          "p* exists for every c.", "{p in [s] : mu_p - (1/p)(sum_{q=1}^p mu_q - c) > 0} is not empty",
          ForAll(no_index, examples=(ORIGIN,), ladder=("fractions",)), (),
          fault="missing hypothesis", correction="wen2021.algorithm-2.p-star"),
    Claim("wen2021.algorithm-2.p-star", "Section 3, Algorithm 2",
          "For c > 0 and ||v||_1 >= c, p* exists and counts the coordinates that stay non-zero.",
          "p* = #{p : w_p != 0}",
          ForAll(wrong_count, vectors(), meets=is_outside, ladder=("fractions",), n_examples=300),
          ("||v||_1 >= c", "c > 0"), Control("for every v", ForAll(wrong_count, vectors(SIZES))), ours=True),
    Claim("wen2021.algorithm-1.projection", "Section 3, Algorithm 1, inner loop",
          "With its test ||v||_1 > c, Algorithm 1 projects every column onto the L1 ball.",
          "if ||v||_1 > c then v = proj_{||.||_1 <= c} v",
          ForAll(algorithm_1_fails, vectors(), meets=positive_radius,
                 ladder=("fractions",), n_examples=200), ("c > 0",),
          Control("without the test", ForAll(algorithm_2_fails, vectors(SIZES)))),
    Claim("wen2021.algorithm-1.feasible", "Section 3, Algorithm 1",
          "What the projection returns is in the ball.", "||P(v)||_1 <= c",
          ForAll(infeasible, vectors(), ladder=("fractions",)), ("c >= 0",),
          Control("what it is given is", ForAll(unprojected, vectors()))),
    Claim("wen2021.algorithm-1.nonexpansive", "Section 3, Algorithm 1",
          "The projection does not expand distances.", "||P(v) - P(v')|| <= ||v - v'||",
          ForAll(expands, vectors(), ladder=("fractions",)), ("c >= 0",),
          Control("nor does Algorithm 2 as printed", ForAll(algorithm_2_expands, vectors(SIZES))), ours=True),
    Claim("wen2021.algorithm-1.idempotent", "Section 3, Algorithm 1",
          "Projecting twice is projecting once.", "P(P(v)) = P(v)",
          ForAll(moves_again, vectors(), ladder=("fractions",)), ("c >= 0",),
          Control("onto a ball half as large", ForAll(moves_to_smaller_ball, vectors())), ours=True),
    Claim("wen2021.algorithm-1.moreau", "Section 3, Algorithm 1",
          "What the projection takes away is the prox of c times the maximum norm.", "v = P(v) + prox_{c ||.||_inf}(v)",
          ForAll(not_moreau, vectors(), ladder=("fractions",)), ("c >= 0",),
          Control("of c / 2 times it", ForAll(not_moreau_of_half, vectors())), ours=True),
)
