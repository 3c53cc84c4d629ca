"""Section 4, Algorithm 2: what follows from its lines. Its index, its length, its zeros, how it scales."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from proofs_check.cases import vectors
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.projection import EDGES, RADII, indices, is_outside, l1_norm, vector
from proofs_check.definitions import algorithm_1_column, algorithm_2
from proofs_check.violations import above, both, fails, unequal

# --- the index and the threshold -----------------------------------------------------------------------

def initial_segment(mu, c=Fraction(1)):
    """Whether {p : mu_p - (1/p)(sum_{q <= p} mu_q - c) > 0} is {1, ..., p*}, for all mu and for this one.

    By h(p) = p mu_p - sum_{q <= p} mu_q + c, which is p times what is asked to be positive.
    """
    def facts():
        p, last, following, total, radius = polynomials("p", "mu_p", "mu_p+1", "sum", "c")

        def h(n, mu_n, sum_n):
            return n * mu_n - sum_n + radius

        found = [n for n in range(1, len(mu) + 1) if n * mu[n - 1] - sum(mu[:n]) + c > 0]
        return {"h(p + 1) - h(p) = p (mu_{p+1} - mu_p), at most 0 in descending order":
                h(p + 1, following, total + following) - h(p, last, total) == p * (following - last),
                "h(1) = c": h(1, last, last) == radius,
                f"of mu = {', '.join(map(str, mu))} and c = {c} the set is {found}": found == [*range(1, len(found) + 1)]}
    return facts


def theta(case):
    """(1/p*)(sum_{q <= p*} mu_q - c)."""
    p_star, mu = max(indices(case)), sorted(np.abs(case.z), reverse=True)
    return (sum(mu[:p_star]) - case.size) / p_star


def depends_on_sign_of_zero(case):
    """What a zero of v becomes if sgn(0) is 1: max(0 - theta, 0)."""
    return above(np.max((case.z == 0) * max(-theta(case), 0 * case.size)), 0)


# --- length --------------------------------------------------------------------------------------------

def not_nearest_on_sphere(case):
    """Whether ||w||_1 != c, or some point with ||x||_1 = c is nearer to v.

    Outside of the ball the nearest point w of the ball has c max |v - w| = <v - w, w>. Inside every x of the sphere has
    ||x - v||_1 >= c - ||v||_1, so ||x - v||_2^2 >= (c - ||v||_1)^2 / s.
    """
    w = algorithm_2(case.z, case.size)
    gap, q = case.size - l1_norm(case.z), case.z - w
    far = len(q) * np.sum(q * q) - gap * gap if gap > 0 else case.size * np.max(np.abs(q)) - np.sum(q * w)
    return both(unequal(l1_norm(w), case.size), far)


def without_zeros(case):
    return bool(np.all(case.z != 0))


# --- how it scales, and in c ---------------------------------------------------------------------------

class Scaled(NamedTuple):
    """A vector, another that is at least as large in each entry, c, and a factor of 1 at least."""

    v: np.ndarray
    larger: np.ndarray
    c: Fraction
    factor: Fraction


@st.composite
def scaled(draw):
    z, z2, c = draw(vectors(RADII))
    return Scaled(z, np.sign(z) * (np.abs(z) + np.abs(z2)), c,
                  draw(st.sampled_from([Fraction(1), Fraction(4, 3), Fraction(2), Fraction(10**6)])))


def not_homogeneous(case):
    """P(t v, t c) - t P(v, c)."""
    return unequal(algorithm_1_column(case.factor * case.v, case.factor * case.c),
                   case.factor * algorithm_1_column(case.v, case.c))


def not_homogeneous_in_v(case):
    """P(t v, c) - t P(v, c)."""
    return unequal(algorithm_1_column(case.factor * case.v, case.c), case.factor * algorithm_1_column(case.v, case.c))


def shrinks_with_c(case):
    """By how much an entry of P(v, c) exceeds, in size, that of P(v, t c), t >= 1."""
    return above(np.abs(algorithm_1_column(case.v, case.c)),
                 np.abs(algorithm_1_column(case.v, case.factor * case.c)))


def shrinks_with_v(case):
    return above(np.abs(algorithm_1_column(case.v, case.c)), np.abs(algorithm_1_column(case.larger, case.c)))


TWICE = Scaled(np.array([2.0]), np.array([2.0]), Fraction(1), Fraction(2))
CROWDED_OUT = Scaled(np.array([1.0, 1.0]), np.array([3.0, 1.0]), Fraction(1), Fraction(1))
"""P(1, 1) = (1/2, 1/2), P(3, 1) = (1, 0)."""


# --- zeros ---------------------------------------------------------------------------------------------

def wrong_number_of_zeros(reached):
    """Whether, for some p < s, that p entries at most stay is not the same as sum_{q <= p} (mu_q - mu_{p+1}) >= c.

    Or whether a zero of v is lost.
    """
    def violation(case):
        mu, w = sorted(np.abs(case.z), reverse=True), algorithm_2(case.z, case.size)
        stay = int(np.count_nonzero(w != 0))
        return both(unequal(w[case.z == 0], 0), fails(
            all((stay <= p) == reached(sum(mu[:p]) - p * mu[p], case.size) for p in range(1, len(mu)))))
    return violation


TIES = vector(2, 2, c=1)
"""P is (1/2, 1/2)."""


CLAIMS = (
    Claim("wen2021.section-4.sparsity", "Section 4, third paragraph",
          "The projection to the L1 ball induces the sparsity of its output.", "#{P(v) = 0}",
          Informal("how many zeros there are depends on v, and none need be: equal entries all stay",
                   "wen2021.section-4.sparsity.gaps")),
    Claim("wen2021.section-4.sparsity.gaps", "Section 4, third paragraph, with Algorithm 2",
          "From outside the ball p entries at most stay non-zero if and only if the gaps between the p largest and the "
          "next one sum to c at least: equal entries all stay, and none is zero. A zero stays zero.",
          "#{P(v) != 0} <= p iff sum_{q <= p} (mu_q - mu_{p+1}) >= c, p < s",
          ForAll(wrong_number_of_zeros(lambda gaps, c: gaps >= c), vectors(RADII), (TIES, *EDGES), meets=is_outside,
                 ladder=("fractions",), n_examples=200), ("||v||_1 >= c", "c > 0"),
          Control("more than c", ForAll(wrong_number_of_zeros(lambda gaps, c: gaps > c), examples=EDGES,
                                        ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-2.nested", "Section 4, Algorithm 2, with Algorithm 1",
          "As c falls, each entry of the projection of one vector comes nearer to zero, so that zeros stay zeros.",
          "c <= c' implies |P(v, c)_p| <= |P(v, c')_p|",
          ForAll(shrinks_with_c, scaled(), ladder=("fractions",)), ("c > 0",),
          Control("as the entries of v fall", ForAll(shrinks_with_v, examples=(CROWDED_OUT,), ladder=("fractions",))),
          ours=True),
    Claim("wen2021.algorithm-2.scaling", "Section 4, Algorithm 2, with Algorithm 1",
          "The projection scales with v and c together.", "P(t v, t c) = t P(v, c), t > 0",
          ForAll(not_homogeneous, scaled(), ladder=("fractions",)), ("c > 0",),
          Control("with v alone", ForAll(not_homogeneous_in_v, examples=(TWICE,), ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-2.initial-segment", "Section 4, Algorithm 2, second line",
          "The indices of which p* is the largest are 1, 2, ..., p*: so p* is found by bisection, or by the first that "
          "fails, and Algorithm 2 takes O(s log s) steps, those of its sort.",
          "{p in [s] : mu_p - (1/p)(sum_{q=1}^p mu_q - c) > 0} = {1, ..., p*}",
          Certificate(initial_segment((4, 4, 3, 0))), ("mu in descending order", "c > 0"),
          Control("in any order", Certificate(initial_segment((3, 0, 4)))), ours=True),
    Claim("wen2021.section-4.efficient", "Section 4, third paragraph",
          "The projection to an L1 norm ball can be implemented efficiently.", "O(s log s)",
          Informal("no bound is stated; summing anew for each p, as Algorithm 2 is written, takes O(s^2) additions",
                   "wen2021.algorithm-2.initial-segment")),
    Claim("wen2021.algorithm-2.sphere", "Section 4, Algorithm 2",
          "Without the test of Algorithm 1, on a v without zeros, Algorithm 2 is the projection onto the sphere, from "
          "inside too.", "w = argmin_{||x||_1 = c} ||x - v||_2",
          ForAll(not_nearest_on_sphere, vectors(RADII), EDGES, meets=without_zeros, ladder=("fractions",)),
          ("v_p != 0 for all p", "c > 0"),
          Control("for v with a zero, which sgn(0) = 0 keeps, too",
                  ForAll(not_nearest_on_sphere, examples=(vector(1, 0, c=2),), ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-2.sign-of-zero", "Section 4, Algorithm 2, output",
          "Outside of the ball it does not matter what sgn(0) is, as theta >= 0.",
          "v_p = 0 implies max(|v_p| - theta, 0) = 0",
          ForAll(depends_on_sign_of_zero, vectors(RADII), EDGES, meets=is_outside, ladder=("fractions",)),
          ("||v||_1 >= c", "c > 0"),
          Control("inside neither",
                  ForAll(depends_on_sign_of_zero, examples=(vector(1, 0, c=2),), ladder=("fractions",))),
          ours=True),
)
