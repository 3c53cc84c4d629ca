"""Section 4: the steps of Algorithm 1."""

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.projections import project_sphere
from pathnorm_ref.prox import prox_l2
from proofs_check.cases import Vector, vectors
from proofs_check.checks import ForAll
from proofs_check.claim import Claim, Control
from proofs_check.violations import above, both, unequal


def not_the_prox(case, t=None):
    """Whether p = Prox_2(z), t = lambda gamma, fails z - p in t times the subdifferential of ||.|| at p.

    That is ||z - p|| <= t and <z - p, p> = t ||p||, which together characterise argmin t ||x|| + ||x - z||^2 / 2.
    """
    t = case.size if t is None else t
    p = prox_l2(case.z, case.size)
    residual = case.z - p
    return both(above(np.sum(residual * residual), t * t), unequal(np.sum(residual * p), t * euclidean(np, p, None)))


def not_twice_the_prox(case):
    return not_the_prox(case, 2 * case.size)


PYTHAGOREAN = st.sampled_from([[3, 4], [1, 2, 2], [2, 3, 6], [0], [0, 0, 0], [5], [0, -7, 0], [1, 4, 8], [-8, 9, 12, 0],
                               [1, 1, 1, 1], [2, -2, 4, 5, 0]])


@st.composite
def rational_vectors(draw):
    """Vectors with rational norms, of magnitudes from 2^-1000 to 2^1000, with thresholds around the norm."""
    z = np.array(draw(PYTHAGOREAN), dtype=float) * draw(st.sampled_from([1.0, 2.0**-3, 2.0**1000, 2.0**-1000]))
    norm = Fraction(float(np.max(np.abs(z))) if z.any() else 1.0)
    size = norm * draw(st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1), Fraction(5, 4), Fraction(2)]))
    return Vector(z, z, size)


def not_nearest_on_sphere(case):
    """Whether ||z / ||z|| || = 1 and no other point of the sphere is nearer: <z, u> <= <z, p> for unit u, by Cauchy."""
    p = case.z / euclidean(np, case.z, None) if any(case.z != 0) else None
    if p is None:
        return 1  # 0 / 0: the printed formula has no value, while every point of the sphere is nearest
    return both(unequal(np.sum(p * p), 1), unequal(np.sum(case.z * p), euclidean(np, case.z, None)))


def not_projected(case):
    """The house's projection: on the sphere, and nowhere farther than (||z|| - 1)^2, the least squared distance."""
    p = project_sphere(case.z, 1)
    norm = euclidean(np, case.z, None)
    distance = np.sum((p - case.z) * (p - case.z))
    return both(unequal(np.sum(p * p), 1), unequal(distance, (norm - 1) * (norm - 1)))


def not_normalised(case):
    norm = euclidean(np, case.z, None)
    return unequal(np.sum(case.z * case.z), 1) if norm > 0 else 1


CLAIMS = (
    Claim("yang2022.algorithm-1.prox", "Section 4, Algorithm 1, update of the output weights",
          "Prox_2 is the proximal operator of the path-norm term: with ||w|| = 1 it is lambda ||v||, and the step is gamma.",
          "Prox_2(z) = argmin_x lambda ||x|| + ||x - z||^2 / (2 gamma)",
          ForAll(not_the_prox, rational_vectors(), ladder=("fractions",)), ("gamma, lambda > 0",),
          Control("of 2 lambda ||v|| (the classic factor)", ForAll(not_twice_the_prox, rational_vectors()))),
    Claim("yang2022.algorithm-1.sphere-projection", "Section 4, Algorithm 1, update of the input weights",
          "The projection onto the unit sphere is y / ||y||.", "argmin_{||w|| = 1} ||w - y|| = y / ||y||",
          ForAll(not_nearest_on_sphere, rational_vectors(), examples=(Vector(np.zeros(2), np.zeros(2), Fraction(1)),)),
          (), fault="missing hypothesis", correction="yang2022.algorithm-1.sphere-projection.corrected"),
    Claim("yang2022.algorithm-1.sphere-projection.corrected", "Section 4, Algorithm 1, update of the input weights",
          "For y not 0 it is; of 0 every point of the sphere is a nearest one, and the house takes the first coordinate "
          "vector.", "||P(y)|| = 1 and ||P(y) - y|| = | ||y|| - 1 |",
          ForAll(not_projected, rational_vectors(), ladder=("fractions",)), (),
          Control("the same of y itself", ForAll(not_normalised, vectors())), ours=True),
)
