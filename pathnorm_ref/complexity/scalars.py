"""The bounds' arguments, Python numbers taken as Fractions, and logarithms and roots of them in floats or in balls."""

import math
from fractions import Fraction

from pathnorm_ref.arrays import ball, number
from pathnorm_ref.layers.layer import check_positive


def check_class(k, c, o, rho):
    """(k, c rho, o), the last two as Fractions. ValueError unless k is an integer >= 0, and c, o, rho > 0."""
    if k != 0 or isinstance(k, bool):
        check_positive(k=k)
    return int(k), positive("c", c) * positive("rho", rho), positive("o", o)


def check_bound(n, k, m1, c, o, rho, to, steep=False):
    """`check_class` of a bound that holds for n samples of m1 inputs, and returns a number `to`; `steep`: for c rho >= 1."""
    check_positive(n=n, m1=m1)
    if to not in (float, ball):
        raise ValueError(f"to is {to!r}: it must be float or arrays.ball")
    k, ratio, o = check_class(k, c, o, rho)
    if steep and ratio < 1:
        raise ValueError(f"c rho is {float(ratio)}: this bound needs at least 1")
    return k, ratio, o


def positive(name, value):
    return number(name, value, Fraction(0), above=0)


def probability(name, value):
    p = positive(name, value)
    if p >= 1:
        raise ValueError(f"{name} is {value}: it must be less than 1")
    return p


def powers(q, k):
    """1 + q + ... + q^(k - 1) of a Fraction."""
    return Fraction(k) if q == 1 else (1 - q**k) / (1 - q)


def log(to, value):
    """log of a rational number of at least 1, however large or close to 1."""
    value = Fraction(value)
    if to is ball:
        return ball(value - 1).log1p()
    return math.log1p(value - 1) if value < 2**1000 else math.log(value.numerator) - math.log(value.denominator)


def root(to, value):
    return math.sqrt(value) if to is float else value.sqrt()
