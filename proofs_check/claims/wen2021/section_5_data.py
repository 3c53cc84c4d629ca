"""Sections 5.1 and 5.2: the distributions from which the two synthetic experiments sample."""

from bisect import bisect_left
from fractions import Fraction
from functools import cache
from itertools import accumulate, pairwise, permutations, product
from typing import NamedTuple

import flint
import numpy as np

from pathnorm_ref.arrays import ball
from pathnorm_ref.data.synthetic import LAST, correlated
from pathnorm_ref.experiments.wen2021.printed import TABLE_1, TABLE_2
from proofs_check.checks import Certificate, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.table_1 import decimal, half_unit, rounds_to

# --- the regression data -------------------------------------------------------------------------------

N_IN, N_ACTIVE, N_TRAINING = 1000, 100, 500


def inside(first, last):
    """Whether z_{j-1}, z_j, z_{j+1} are among z_1, ..., z_1000, for j from the first to the last."""
    def facts():
        return {f"x_{j} reads z_{j - 1}, z_{j}, z_{j + 1}, of z_1, ..., z_{N_IN}": j > 1 and j + 1 <= N_IN
                for j in (first, last)}
    return facts


def mixing(last, share=Fraction(1, 5)):
    """x = M z: the rows of M, each as {column: entry}, counted from 0; `last` reads Section 5.1 for the last row."""
    n = N_IN
    rows = [{0: Fraction(1)}, *({j - 1: share, j: Fraction(1), j + 1: share} for j in range(1, n - 1))]
    after = {"plain": {}, "zero": {n - 2: share}, "extended": {n - 2: share, n: share}, "cyclic": {n - 2: share, 0: share}}
    return [*rows, {n - 1: Fraction(1)} | after[last]]


def covariance(row, other):
    """Of two coordinates of x, as z is N(0, I)."""
    return sum((entry * other.get(column, 0) for column, entry in row.items()), Fraction(0))


def nearly_orthogonal(share):
    """Whether the covariance M M^T has a condition number below 10, and each x_j a variance inflation factor below 5.

    ||M - I||_2^2 is at most the largest row sum times the largest column sum of |M - I|, with r^2 a bound for that the
    singular values of M are within 1 - r and 1 + r. The factor, var(x_j) [(M M^T)^-1]_jj, is at most var(x_j) / (1 - r)^2.
    """
    def facts():
        told: dict[str, bool] = {}
        for last in LAST:
            rows, columns = [Fraction(0)] * N_IN, [Fraction(0)] * (N_IN + 1)
            for i, row in enumerate(mixing(last, share)):
                for j, entry in row.items():
                    rows[i] += abs(entry - (i == j))
                    columns[j] += abs(entry - (i == j))
            r = max(*rows, *columns)
            variance = max(covariance(row, row) for row in mixing(last, share))
            told |= {f"x_1000 read as {last!r}: ||M - I|| <= {r}, condition number at most ((1 + {r})/(1 - {r}))^2 < 10":
                     r < 1 and (1 + r)**2 < 10 * (1 - r)**2,
                     f"x_1000 read as {last!r}: variance inflation at most {decimal(variance)}/(1 - {r})^2 < 5":
                     r < 1 and variance < 5 * (1 - r)**2}
        return told
    return facts


def house_mixes(readings=LAST, share=Fraction(1, 5)):
    """Whether the house's `correlated` makes M z of integer z and of the z_1001 beyond: to the rounding of 1/5 in floats."""
    def facts():
        z, beyond = np.arange(N_IN)[None] % 7 - 3.0, np.array([5.0])
        told = {}
        for last in readings:
            x, whole = correlated(z, beyond, last)[0], [*z[0], *beyond]
            found = max(abs(Fraction(x[i]) - sum(entry * Fraction(whole[j]) for j, entry in row.items()))
                        for i, row in enumerate(mixing(last, share)))
            told[f"x = M z, x_1000 read as {last!r}"] = found < Fraction(1, 2**48)
        return told
    return facts


def correlations():
    rows = mixing("plain")
    near = [covariance(rows[9], rows[9 + lag]) / covariance(rows[9], rows[9]) for lag in (1, 2, 3)]
    return {"x_10 has with x_11, x_12, x_13 the correlations 10/27, 1/27, 0":
            near == [Fraction(10, 27), Fraction(1, 27), 0]}


def signal(low, high):
    """E (x^T beta)^2, of beta_j ~ Unif(low, high) for j <= 100 and 0 else."""
    mean = (low + high) / 2
    square = (low**2 + low * high + high**2) / 3
    rows = mixing("plain")[:N_ACTIVE]
    return sum(covariance(row, other) * (square if i == j else mean**2)
               for i, row in enumerate(rows) for j, other in enumerate(rows) if abs(i - j) <= 2)


def left_by_interpolation(n=2, p=4):
    """Whether the mean over signed permutations of a projection onto n dimensions of R^p is n/p times the identity."""
    a, b = np.array([Fraction(1), Fraction(2), Fraction(0), Fraction(1)]), np.array([Fraction(2), Fraction(-1), 3, 0])
    projection = np.outer(a, a) / (a @ a) + np.outer(b, b) / (b @ b)
    total, count = np.zeros((p, p), dtype=object), 0
    for order in permutations(range(p)):
        for signs in product((1, -1), repeat=p):
            moved = projection[np.ix_(order, order)] * np.outer(signs, signs)
            total, count = total + moved, count + 1
    return bool(a @ b == 0) and bool(np.all(total == Fraction(n, p) * count * np.eye(p, dtype=int)))


def left_of_signal(low, high, percent):
    """Whether the 69.520 of c = inf is, rounded, so many percent of E (x^T beta)^2."""
    def facts():
        power, error = signal(Fraction(low), Fraction(high)), Fraction(TABLE_1[0].test_error)
        return {f"Unif({low}, {high}): E (x^T beta)^2 = {decimal(power)}, of which {decimal(error)} is {percent} %, rounded":
                rounds_to(100 * error / power, percent)}
    return facts


def scale_of_beta():
    power, error = signal(Fraction("0.15"), Fraction(150)), Fraction(TABLE_1[0].test_error)
    return left_of_signal("0.15", "1.50", "47")() | {
        f"Unif(0.15, 150): E (x^T beta)^2 = {decimal(power)}, more than 10 000 * {decimal(error)}": power > 10_000 * error,
        "of a projection onto n of p dimensions, turned any way, the mean is n/p: least-norm interpolation of 500 isotropic "
        "samples in R^1000 leaves 1 - 500/1000 of a signal": left_by_interpolation() and 2 * N_TRAINING == N_IN}


# --- the classification data ---------------------------------------------------------------------------

def samples_correlate(of_alpha):
    """Whether x_1j and x_2j have the correlation 1/2: of_alpha times alpha, and 1/2 times a noise of variance 1 each."""
    def facts():
        one, two = (of_alpha, Fraction(1, 2), 0), (of_alpha, 0, Fraction(1, 2))
        both, own = (sum(a * b for a, b in zip(one, other, strict=True)) for other in (two, one))
        return {f"covariance {both} of two samples, variance {own} of each": 2 * both == own}
    return facts


CELLS, REACH, STEPS = 80, 5, 1000
"""Cells of each coordinate, within so many standard deviations of its mean; steps in a unit, to which values round."""


class Cell(NamedTuple):
    """What the coordinate may be, as a ball, and with what probability it is there."""

    x: flint.arb
    mass: flint.arb


def cells(low, high):
    """N(alpha/2, 1/4) in cells, for every alpha from low to high; what is beyond them has less than 10^-6 of it."""
    edges = [Fraction(2 * REACH * i, CELLS) - REACH for i in range(CELLS + 1)]
    below = [standard_normal_below(z) for z in edges]
    reach = ball(Fraction(REACH, 2 * CELLS) + (high - low) / 4)
    return [Cell(flint.arb(ball((a + b + low + high) / 4), reach), more - less)
            for (a, b), (less, more) in zip(pairwise(edges), pairwise(below), strict=True)]


def standard_normal_below(z):
    return (1 + (ball(z) / ball(2).sqrt()).erf()) / 2


def histogram(function, coordinates):
    """{(least, most) in steps, rounded outwards: the probability} of a function of two coordinates."""
    masses: dict[tuple[int, int], flint.arb] = {}
    for first in coordinates:
        for second in coordinates:
            value = function(first.x, second.x) * STEPS
            key = _integer(value.lower()) - 1, _integer(value.upper()) + 1
            masses[key] = masses.get(key, flint.arb(0)) + first.mass * second.mass
    return masses


def _integer(x):
    return int(float(x) // 1)


def share_of_ones(low, high=None):
    """(lower, upper) bounds of P(e^x1 + x2^2 + 5 sin(x3 x4) > 3), x_j ~ N(alpha/2, 1/4), for alpha from low to high."""
    with flint.ctx.workprec(64):
        coordinates = cells(Fraction(low), Fraction(low if high is None else high))
        left = histogram(lambda x1, x2: x1.exp() + x2 * x2 - 3, coordinates)
        right = histogram(lambda x3, x4: 5 * (x3 * x4).sin(), coordinates)
        lower, upper = (_exceeds(left, right, end) for end in (0, 1))
        return lower, upper + 4 * ball(Fraction(1, 10**6))


@cache
def share_of_the_frequent_label(step=Fraction(1, 12), reach=3):
    """A ball below the mean of max(p, 1 - p), p = P(y = 1 | alpha), over alpha ~ N(0, 1): 1/2 beyond reach."""
    with flint.ctx.workprec(64):
        total = 1 - standard_normal_below(reach)
        for i in range(int(2 * reach / step)):
            low = -reach + i * step
            lower, upper = share_of_ones(low, low + step)
            total += (standard_normal_below(low + step) - standard_normal_below(low)) * max(
                lower, 1 - upper, flint.arb("0.5"), key=lambda share: float(share.mid()))
        return total


def _exceeds(left, right, end):
    """P(left + right > 0), each taken at one end of what it may be."""
    first, second = at_end(left, end), at_end(right, end)
    falling = sorted(first, reverse=True)
    above = list(accumulate((first[value] for value in falling), initial=flint.arb(0)))
    negative = [-value for value in falling]
    return sum((mass * above[bisect_left(negative, value)] for value, mass in second.items()), flint.arb(0))


def at_end(masses, end):
    """{value: probability} of a histogram, each cell taken at its least (0) or most (1)."""
    found: dict[int, flint.arb] = {}
    for key, mass in masses.items():
        found[key[end]] = found.get(key[end], flint.arb(0)) + mass
    return found


def frequent_label_beats(c):
    """Whether its mean share is more than 71.7 %, and this more than the accuracy of Table 2 at c."""
    def facts():
        share, (accuracy,) = Fraction(717, 10), [row.accuracy for row in TABLE_2 if row.c == c]
        return {f"its mean share is more than {decimal(share)} %": bool(
            100 * share_of_the_frequent_label() > ball(share)),
            f"{decimal(share)} % > {accuracy} %, of c = {c}": share > Fraction(accuracy) + half_unit(accuracy)}
    return facts


def shares_within(bounds):
    """Whether the probability of the label 1 is between two numbers, at each alpha."""
    def facts():
        told = {}
        for alpha, (least, most) in bounds.items():
            lower, upper = share_of_ones(alpha)
            told[f"alpha = {alpha}: {least} < P(y = 1) < {most}"] = bool(
                lower > ball(Fraction(least)) and upper < ball(Fraction(most)))
        return told
    return facts


CLAIMS = (
    Claim("wen2021.section-5.last-coordinate", "Section 5.1, second step",
          "x_ij = z_ij + 0.2 (z_{i,j+1} + z_{i,j-1}) for j = 2, ..., 1000, with z_i in R^1000.",
          "{j - 1, j, j + 1} in {1, ..., 1000} for j = 2, ..., 1000", Certificate(inside(2, N_IN)), ("z_i in R^1000",),
          fault="misprint", correction="wen2021.section-5.last-coordinate.corrected",
          tex=r"x_{ij} = z_{ij} + 0.2\,(z_{i,j+1} + z_{i,j-1}), \quad j = 2, \dots, 1000, \quad z_i \in \mathbb{R}^{1000}",
          explanation="For j = 1000 the formula needs z_{i,1001}."),
    Claim("wen2021.section-5.last-coordinate.corrected", "Section 5.1, second step",
          "The formula is for j = 2, ..., 999; what x_{i,1000} is must be said, as it is of x_i1 = z_i1.",
          "{j - 1, j, j + 1} in {1, ..., 1000} for j = 2, ..., 999",
          Certificate(inside(2, N_IN - 1)), ("z_i in R^1000",),
          Control("for j = 1 too", Certificate(inside(1, N_IN - 1))), ours=True,
          tex=r"x_{ij} = z_{ij} + 0.2\,(z_{i,j+1} + z_{i,j-1}), \quad j = 2, \dots, 999, \quad x_{i1} = z_{i1}"),
    Claim("wen2021.section-5.last-coordinate.house", "Section 5.1, second step",
          "The house's samples have x as printed, for each reading of its last coordinate.", "x = M z",
          Certificate(house_mixes()), ("in floats, to 2^-48",),
          Control("with 0.25 in place of 0.2", Certificate(house_mixes(share=Fraction(1, 4)))), ours=True),
    Claim("wen2021.section-5.multicollinearity", "Section 5.1, after the steps",
          "The problem is made more challenging in the presence of multicollinearity.",
          "x_i1, ..., x_i1000 are collinear",
          Informal("no measure of it is named: neighbours are correlated, and no coordinate is nearly a combination of "
                   "the others", "wen2021.section-5.multicollinearity.mild")),
    Claim("wen2021.section-5.multicollinearity.mild", "Section 5.1, after the steps",
          "Neighbours have the correlation 10/27; but the covariance has a condition number below 10 (49/9 at most), "
          "and each variance inflation factor is 3 at most, where 5 or 10 is the usual sign of multicollinearity.",
          "3/5 <= singular values of M <= 7/5, x = M z",
          Certificate(lambda: correlations() | nearly_orthogonal(Fraction(1, 5))()), ("of the distribution, not a "
          "sample",),
          Control("with 0.3 in place of 0.2", Certificate(nearly_orthogonal(Fraction(3, 10)))), ours=True),
    Claim("wen2021.section-5.beta-range", "Section 5.1, first step, with Table 1",
          "The numbers of Table 1 are from data with beta_i ~ Unif(0.15, 150).", "beta_i ~ Unif(0.15, 150)",
          Informal("no theorem excludes it, as some estimator may find 100 coefficients from 500 samples; but the "
                   "errors would suit a range a hundred times shorter", "wen2021.section-5.beta-range.scale")),
    Claim("wen2021.section-5.beta-range.scale", "Section 5.1, first step, with Table 1, c = inf",
          "With Unif(0.15, 150) E (x^T beta)^2, which is less by 1 than the error of answering 0, is 1.3 million: more than "
          "10 000 times the test error 69.52 of the network that fits its 500 samples without regularization. With "
          "Unif(0.15, 1.50) it is 149, and 69.52 is 47 % of it, where least-norm interpolation of isotropic samples leaves "
          "50 %.",
          "69.52 / E (x^T beta)^2 = 0.47 for Unif(0.15, 1.50), < 1/10000 for Unif(0.15, 150)", Certificate(scale_of_beta),
          ("in the mean over beta and, for the 50 %, over directions of the samples",),
          Control("it is 47 % with Unif(0.15, 15)", Certificate(left_of_signal("0.15", "15", "47"))), ours=True),
    Claim("wen2021.section-5.shared-alpha", "Section 5.2, first and second step, with (B1)",
          "As one alpha is drawn for all samples, they are dependent: a coordinate of two of them has the correlation "
          "1/2. They are i.i.d., as (B1) has it, given alpha.", "cov(x_1j, x_2j) = var(alpha)/4 = 1/4, var(x_1j) = 1/2",
          Certificate(samples_correlate(Fraction(1, 2))), ("alpha ~ N(0, 1), once",
          "x_ij ~ N(alpha/2, 1/4) given alpha"),
          Control("so they are given alpha", Certificate(samples_correlate(Fraction(0)))), ours=True),
    Claim("wen2021.section-5.label-share", "Section 5.2, second step",
          "How frequent the label 1 is depends on alpha: it has a probability below 1/5 at alpha = 0, of 2/5 to 2/3 "
          "at alpha = 1, above 4/5 at alpha = 2.",
          "P(e^{x_1} + x_2^2 + 5 sin(x_3 x_4) > 3 | alpha)", Certificate(
              shares_within({0: ("0", "1/5"), 1: ("2/5", "2/3"), 2: ("4/5", "1")})),
          ("x_j ~ N(alpha/2, 1/4), 1/4 the variance",),
          Control("below 1/5 at alpha = 1 too", Certificate(shares_within({1: ("0", "1/5")}))), ours=True),
    Claim("wen2021.section-5.frequent-label", "Section 5.2, with Table 2, c = inf",
          "If alpha is drawn anew for each trial, to answer always with the label that is more frequent in it is right "
          "in more than 71.7 % of the samples, in the mean over alpha: more than the network without regularization, "
          "71.60 %.",
          "E_alpha max(p, 1 - p) > 0.717, p = P(y = 1 | alpha)", Certificate(frequent_label_beats("inf")),
          ("alpha ~ N(0, 1), anew for each trial", "in the mean over alpha, not over ten of them", "1/4 the variance"),
          Control("more than the network with c = 1.00", Certificate(frequent_label_beats("1.00"))), ours=True),
)
