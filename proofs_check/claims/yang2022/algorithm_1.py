"""Section 4, Algorithm 1: its loop, the projection onto the unit sphere, the proximal operator."""

from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.projections import project_sphere
from pathnorm_ref.prox import prox_l2
from proofs_check.cases import Vector
from proofs_check.checks import ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.definitions import euclidean_norm, on_sphere, prox_2
from proofs_check.violations import above, both, unequal

# --- vectors of rational norm --------------------------------------------------------------------------

PYTHAGOREAN = st.sampled_from([[3, 4], [1, 2, 2], [2, 3, 6], [5], [0, -7, 0], [1, 4, 8], [-8, 9, 12, 0], [1, 1, 1, 1],
                               [2, -2, 4, 5, 0], [0], [0, 0, 0]])
MAGNITUDES = st.sampled_from([1.0, 2.0**-3, 2.0**1000, 2.0**-1000])
SEEDS = st.sampled_from([1.0, -2.0, 0.5, -0.25, 0.0])
POSITIVE = st.sampled_from([Fraction(1), Fraction(1, 10), Fraction(3), Fraction(1, 10**6)])
RATIOS = st.sampled_from([Fraction(1), Fraction(1, 3), Fraction(2), 1 - Fraction(1, 10**9), 1 + Fraction(1, 10**9)])


class Step(NamedTuple):
    """A vector z, the weight lam of the norm, and the step gamma."""

    z: np.ndarray
    lam: Fraction
    gamma: Fraction


@st.composite
def rational_vectors(draw):
    """Vectors with rational norms, of magnitudes from 2^-1000 to 2^1000, and 0."""
    return np.array(draw(PYTHAGOREAN), dtype=float) * draw(MAGNITUDES)


@st.composite
def proximal_steps(draw):
    """Steps with lam gamma below, at and above the norm of z, and next to it on both sides."""
    z, lam = draw(rational_vectors()), draw(POSITIVE)
    norm = euclidean_norm([Fraction(value) for value in z]) or Fraction(1)
    return Step(z, lam, draw(RATIOS) * norm / lam)


@st.composite
def sphere_cases(draw):
    """A vector to project, another from which a point of the sphere is made, and a step."""
    z = draw(rational_vectors())
    return Vector(z, np.array(draw(st.lists(SEEDS, min_size=len(z), max_size=len(z)))), draw(POSITIVE))


def is_not_zero(case):
    return any(case.z != 0)


def vector(*values, step=1):
    z = np.array(values, dtype=float)
    return Vector(z, z, Fraction(step))


# --- the proximal operator -----------------------------------------------------------------------------

def not_the_prox(prox):
    """Whether p = prox(z) fails z - p in t times the subdifferential of ||.|| at p, for t = lam gamma.

    That is ||z - p|| <= t and <z - p, p> = t ||p||, which together characterise argmin t ||x|| + ||x - z||^2 / 2.
    """
    def violation(case):
        p, t = prox(case.z, case.lam, case.gamma), case.lam * case.gamma
        q = case.z - p
        return both(above(np.sum(q * q), t * t), unequal(np.sum(q * p), t * euclidean_norm(p)))
    return violation


def not_prox_2(prox):
    """By how much another operator differs from Prox_2."""
    return lambda case: unequal(prox(case.z, case.lam, case.gamma), prox_2(case.z, case.lam, case.gamma))


def house_prox(z, lam, gamma):
    return prox_l2(z, lam * gamma)


def with_twice_the_threshold(prox):
    return lambda z, lam, gamma: prox(z, 2 * lam, gamma)


ABOVE = Step(np.array([3.0, 4.0]), Fraction(1), Fraction(1))
"""||z|| = 5 is above the threshold 1, and above 2."""


# --- the projection onto the sphere --------------------------------------------------------------------

def not_nearest(project):
    """Whether P(y) is off the unit sphere, or farther from y than | ||y|| - 1 |, the least distance there is."""
    def violation(case):
        p = project(case.z)
        distance = euclidean_norm(case.z) - 1
        return both(unequal(np.sum(p * p), 1), unequal(np.sum((p - case.z) * (p - case.z)), distance * distance))
    return violation


def printed_projection_fails(case):
    """Of y / ||y||: 1 where it is 0 / 0."""
    return not_nearest(on_sphere)(case) if is_not_zero(case) else 1


def house_projection(y):
    return project_sphere(y, 1)


def a_hundredth_longer(project):
    return lambda y: Fraction(101, 100) * project(y)


def not_the_indicator_prox(project):
    """Whether P(z) is off the sphere, where the indicator is infinite, or ||x - z||^2 / (2 t) is less elsewhere."""
    def violation(case):
        p = project(case.z)
        return both(unequal(np.sum(p * p), 1),
                    *(above(half_square(p, case), half_square(u, case)) for u in sphere_points(case)))
    return violation


def half_square(x, case):
    return np.sum((x - case.z) * (x - case.z)) / (2 * case.size)


def sphere_points(case):
    """Points of the unit sphere: the axes, one made from z2, and those around z / ||z|| in each plane of axes."""
    n = len(case.z)
    for i in range(n):
        axis = np.array([Fraction(int(i == k)) for k in range(n)], dtype=object)
        yield from (axis, -axis)
    yield stereographic(case.z2[1:])
    centre = on_sphere(case.z)
    for i, j in combinations(range(n), 2):
        for h in (Fraction(1, 10**6), -Fraction(1, 10**6), Fraction(1, 3), -Fraction(1, 3)):
            yield turned(centre, i, j, h)


def stereographic(s):
    """The point of the sphere that a point of the plane is the shadow of."""
    square = np.sum(s * s)
    return np.array([square - 1, *(2 * s)], dtype=object) / Fraction(square + 1)


def turned(x, i, j, h):
    """x turned in the plane of the axes i and j, by the angle of tangent 2 h / (1 - h^2)."""
    cosine, sine = (1 - h * h) / (1 + h * h), 2 * h / (1 + h * h)
    x, a, b = x.copy(), x[i], x[j]
    x[i], x[j] = cosine * a - sine * b, sine * a + cosine * b
    return x


def a_little_beside(project):
    return lambda y: turned(project(y), 0, 1, Fraction(1, 1000))


CLAIMS = (
    Claim("yang2022.algorithm-1.loop", "Section 4, Algorithm 1, its loops",
          "For t from 1 to floor(L/2), the units of the coupled layers 2j - 1 and 2j are updated, j not being said.",
          "for t = 1, 2, ..., floor(L/2) do, for each homogeneous unit i in (2j - 1, 2j) coupled layer",
          Informal("two readings: the text at hand, made from a PDF, has lost a line, the loops being over t = 1..T "
                   "and j = 1..floor(L/2) (T is an input, and two loops end where one begins with `do`); or it is a "
                   "misprint, t running over the couples, j bound nowhere, T never used. The text can't tell which",
                   "yang2022.algorithm-1.prox")),
    Claim("yang2022.algorithm-1.prox", "Section 4, Algorithm 1, update of the output weights",
          "Prox_2 is the proximal operator, with step gamma, of lambda ||v||: the path-norm term where ||w|| = 1.",
          "Prox_2(z) = argmin_x lambda ||x|| + ||x - z||^2 / (2 gamma)",
          ForAll(not_the_prox(prox_2), proximal_steps(), ladder=("fractions",), n_examples=200), ("gamma, lambda > 0",),
          Control("with the threshold 2 lambda gamma", ForAll(
              not_the_prox(with_twice_the_threshold(prox_2)), examples=(ABOVE,), ladder=("fractions",)))),
    Claim("yang2022.algorithm-1.prox.house", "Section 4, Algorithm 1, update of the output weights",
          "The house's prox_l2 with t = lambda gamma is Prox_2.", "prox_l2(z, lambda gamma) = Prox_2(z)",
          ForAll(not_prox_2(house_prox), proximal_steps(), ladder=("fractions",), n_examples=200),
          ("gamma, lambda > 0",),
          Control("prox_l2 with t = 2 lambda gamma is", ForAll(
              not_prox_2(with_twice_the_threshold(house_prox)), examples=(ABOVE,), ladder=("fractions",))), ours=True),
    Claim("yang2022.section-4.sphere-projection", "Section 4, Algorithm 1, update of the input weights",
          "The projection onto the unit sphere is y / ||y||.", "argmin_{||w|| = 1} ||w - y|| = y / ||y||",
          ForAll(printed_projection_fails, examples=(vector(3, 4), vector(0, 0)), ladder=("fractions",)),
          (), fault="missing hypothesis", correction="yang2022.section-4.sphere-projection.corrected",
          tex=r"\arg\min_{\|w\|_2 = 1} \|w - y\|_2 = \frac{y}{\|y\|_2}",
          explanation="For y = 0 every point of the sphere is at distance 1, and y / ||y|| is 0/0."),
    Claim("yang2022.section-4.sphere-projection.corrected", "Section 4, Algorithm 1, update of the input weights",
          "For y not 0 the projection onto the unit sphere is y / ||y||.",
          "||P(y)|| = 1 and ||P(y) - y|| = | ||y|| - 1 |",
          ForAll(not_nearest(on_sphere), sphere_cases(), meets=is_not_zero, ladder=("fractions",)), ("y is not 0",),
          Control("1.01 y / ||y|| is", ForAll(
              not_nearest(a_hundredth_longer(on_sphere)), examples=(vector(3, 4),), ladder=("fractions",))), ours=True,
          tex=r"\arg\min_{\|w\|_2 = 1} \|w - y\|_2 = \frac{y}{\|y\|_2}, \quad y \ne 0"),
    Claim("yang2022.section-4.sphere-projection.house", "Section 4, Algorithm 1, update of the input weights",
          "The house's projection gives a nearest point of the unit sphere for every y; to 0 all are nearest.",
          "||P(y)|| = 1 and ||P(y) - y|| = | ||y|| - 1 |",
          ForAll(not_nearest(house_projection), sphere_cases(), examples=(vector(0, 0),), ladder=("fractions",)), (),
          Control("1.01 times the house's projection does", ForAll(
              not_nearest(a_hundredth_longer(house_projection)), examples=(vector(3, 4),), ladder=("fractions",))),
          ours=True),
    Claim("yang2022.section-4.indicator-prox", "Section 4, before Algorithm 1",
          "Projecting w onto the unit sphere is the proximal operator of the sphere's indicator, with any step t > 0.",
          "P(z) = argmin_x inf 1{||x|| != 1} + ||x - z||^2 / (2 t)",
          ForAll(not_the_indicator_prox(on_sphere), sphere_cases(), meets=is_not_zero, ladder=("fractions",),
                 n_examples=80),
          ("z is not 0", "t > 0"),
          Control("the projection turned by 1/500 is", ForAll(
              not_the_indicator_prox(a_little_beside(on_sphere)), examples=(vector(3, 4),), ladder=("fractions",)))),
)
