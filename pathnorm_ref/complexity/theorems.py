"""The bounds of Wen et al. 2021, Theorems 1 to 3, as printed.

Arguments are Python numbers, in which c rho and its powers are exact; only logarithms, roots and what follows round: to
a float, or with `to=ball` into a ball that encloses the printed value. OverflowError for what no float holds.
"""

from fractions import Fraction

from pathnorm_ref.arrays import number
from pathnorm_ref.complexity.scalars import check_bound, log, powers, probability, root
from pathnorm_ref.layers.layer import check_positive


def rademacher_bound(n, k, m1, c, o, rho=1, to=float):
    """o sqrt((k + 1) log 16 / n) (sum_{l=0}^k (c rho)^l + (c rho)^k) + o (c rho)^k sqrt(2 log(2 m1) / n).

    On the empirical Rademacher complexity of SN_{c,o} with k hidden layers, one output, a rho-Lipschitz activation, on
    any n samples of [-1, 1]^m1 (Wen et al. 2021, Theorem 1, first bound); for c rho below, at and above 1. ValueError
    unless n, m1 >= 1, k >= 0, and c, o, rho > 0.
    """
    k, ratio, o = check_bound(n, k, m1, c, o, rho, to)
    return (to(o * (powers(ratio, k + 1) + ratio**k)) * root(to, (k + 1) * log(to, 16) / n)
            + to(o * ratio**k) * root(to, 2 * log(to, 2 * m1) / n))


def steep_rademacher_bound(n, k, m1, c, o, rho=1, to=float):
    """(1 / sqrt n) o (c rho)^k (sqrt((k + 3) log 4) + sqrt(2 log(2 m1))), for c rho >= 1, else a ValueError.

    On the same as `rademacher_bound` (Wen et al. 2021, Theorem 1, second bound), which it is never above.
    """
    k, ratio, o = check_bound(n, k, m1, c, o, rho, to, steep=True)
    return to(o * ratio**k) * _steep(to, n, k, m1)


def regression_bound(n, k, m1, c, output_norm, delta, rho=1, to=float):
    """sqrt((log(2 / delta) + 2 log(s + 2)) / (2 n))
    + (2 / sqrt n) (s + 1) (c rho)^k (sqrt((k + 3) log 4) + sqrt(2 log(2 m1))).

    On |expected - empirical risk| of every net in S_c with one output at once, with probability 1 - delta, where s =
    `output_norm` is ||T_{k+1}||_1 (see `augmented`; Wen et al. 2021, Theorem 2). The loss is 1-Lipschitz and in an
    interval of length 1, as those of Remark 3 are. For |L| <= 1, which the document assumes in (A3), the first root must
    be doubled: as printed it is then wrong (n = 300, delta = 2^-300, k = 0, m1 = 1, c rho = 1, L = y, a fair sign: T = 0
    has an error of 1, above the bound, on the two samples of one sign, whose probability is 2^-299).

    ValueError if c rho < 1, delta is not in (0, 1) or s < 0.
    """
    k, ratio, _ = check_bound(n, k, m1, c, 1, rho, to, steep=True)
    s, delta = number("output_norm", output_norm, Fraction(0), at_least=0), probability("delta", delta)
    return (root(to, (log(to, 2 / delta) + 2 * log(to, s + 2)) / (2 * n))
            + to(2 * (s + 1) * ratio**k) * _steep(to, n, k, m1))


def classification_rate(n, k, m1, m2, c, norm_1_inf, norm_1_1, delta, rho=1, to=float):
    """((c rho)^k / sqrt n) (||T||_{1,inf} sqrt(log(1 / delta)) + ||T||_{1,1} sqrt(m2) (sqrt k + sqrt(log m1))).

    What stands inside the O of Wen et al. 2021, Theorem 3 (its fraction cleared, so that T = 0 has a value), on the
    cross-entropy of a net of m2 classes with output layer T; the document prints no constant, so this is a rate
    and no bound. With k = 0 and m1 = 1 no constant makes it one: it vanishes as delta tends to 1, while for n = 1 and a
    fair label f = (b, 0) always has the error b / 2. ValueError if c rho < 1, delta is
    not in (0, 1), a norm is negative, or norm_1_inf above norm_1_1.
    """
    k, ratio, _ = check_bound(n, k, m1, c, 1, rho, to, steep=True)
    check_positive(m2=m2)
    delta = probability("delta", delta)
    top, total = (number(name, value, Fraction(0), at_least=0)
                  for name, value in (("norm_1_inf", norm_1_inf), ("norm_1_1", norm_1_1)))
    if top > total:
        raise ValueError(f"norm_1_inf is {norm_1_inf} and norm_1_1 is {norm_1_1}: the latter must be at least the former")
    roots = root(to, to(Fraction(k))) + root(to, log(to, m1))
    return (to(ratio**k) / root(to, to(Fraction(n)))
            * (to(top) * root(to, log(to, 1 / delta)) + to(total) * root(to, to(Fraction(m2))) * roots))


def _steep(to, n, k, m1):
    return (root(to, (k + 3) * log(to, 4)) + root(to, 2 * log(to, 2 * m1))) / root(to, to(Fraction(n)))
