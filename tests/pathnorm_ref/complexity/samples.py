"""Samples in Fractions, a complexity by its definition, and how far a float may be from a formula by hand."""

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from pathnorm_ref.arrays import convert

U = 2.0**-53


def exact(rows):
    """In Fractions."""
    return convert(np.array(rows, dtype=float), F)


def signs(n):
    """All 2^n of n samples."""
    return [np.array(eps) for eps in product((1, -1), repeat=n)]


def relu_line(x, c, o):
    """The complexity of one hidden layer of ReLUs on the samples x (n,) of one input, literally:
    (o / n) E max(|sum_i eps_i|, c max_v |sum_i eps_i relu(v . (1, x_i))|), |v|_1 = 1.

    The inner function is linear in each cone between the lines v . (1, x_i) = 0 and the axes, so that it is largest on one
    of these lines.
    """
    directions = [(1, 0), (0, 1), *((-t, 1) for t in x)]
    spokes = [(F(sign * p) / (abs(p) + abs(q)), F(sign * q) / (abs(p) + abs(q)))
              for p, q in directions for sign in (1, -1)]
    units = [np.array([max(F(0), p + q * t) for t in x]) for p, q in spokes]
    return F(o) / (len(x) * 2**len(x)) * sum(max(abs(eps.sum()), c * max(abs(eps @ unit) for unit in units))
                                             for eps in signs(len(x)))


def by_hand(value):
    """What equals the value to rounding: of a dozen operations on either side, logarithms of 2 at least, roots, sums and
    products of what is positive, each is within an ulp or two."""
    return pytest.approx(value, rel=32 * U, abs=0)
