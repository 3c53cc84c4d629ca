"""Bounds on the empirical Rademacher complexity of SN_{c,o} with k hidden layers, with their proofs: smaller than those of
Wen et al. 2021, Theorem 1, and so a proof of it.

Of one output, any widths, a rho-Lipschitz activation with sigma(0) = 0, any n samples of [-1, 1]^m1. Arguments, errors and
`to` are those of `theorems`, and q = c rho. `odd` says that sigma(-t) = -sigma(t), as tanh has it: then f = 1, else f = 2.

The proofs. Let eps be fair signs, S = |sum_i eps_i|, Z_l the largest |sum_i eps_i h(x_i)| of all units h that layer l can
have (for l = 0, of the inputs), and M_l = max(S, Z_l). An output unit is largest at a vertex of its ball, so the complexity
is (o / n) E M_k. By the contraction principle (Ledoux and Talagrand 1991, Theorem 4.12, first step of the proof), for G
convex and rising, E G(sup_{v,h} sum_i eps_i sigma(<v, (1, h(x_i))>)) <= E G(rho sup_{v,h} sum_i eps_i <v, (1, h(x_i))>)
= E G(q M_{l-1}); this takes sigma(0) = 0. Z_l is the larger of the first supremum and of that of -sum, which has the same
law, and if sigma is odd they are one, as v may be -v. So if also G >= 0,

    E G(Z_l) <= f E G(q M_{l-1}),    E G(M_k) <= sum_{l<k} f^l E G(q^l S) + f^k E G(q^k M_0).    (*)

S is the larger of 2 sums, and M_0 of 2 (m1 + 1), of each of which E e^{s sum} <= e^{s^2 n / 2} (Hoeffding).
"""

from fractions import Fraction

from pathnorm_ref.arrays import largest
from pathnorm_ref.complexity.scalars import check_bound, log, powers, root
from pathnorm_ref.complexity.sparse_nets import class_lipschitz, class_range
from pathnorm_ref.complexity.suprema import EXACT, mean_sign


def split_bound(n, k, c, o, rho=1, to=float):
    """o max(1, q^k) E S / n + o q^k: it does not grow with k if q <= 1. E S / n is `mean_sign`, for n > `EXACT` 1 / sqrt n.

    f(x_i) = f(0) + (f(x_i) - f(0)): constants in the range of the class, and a rest below its Lipschitz constant.
    """
    check_bound(n, k, 1, c, o, rho, to)
    return to(class_range(k, c, o, rho)) * _mean_sign(n, to) + to(class_lipschitz(k, c, o, rho))


def peeled_bound(n, k, m1, c, o, rho=1, odd=False, to=float):
    """o sum_{l<k} (f q)^l E S / n + o (f q)^k min(1, sqrt(2 log(2 (m1 + 1)) / n)). E S / n is as in `split_bound`.

    (*) with G(u) = max(0, u). For odd sigma and q > 1 it grows as q^k with the depth: there is no sqrt(k).
    """
    k, ratio, o = check_bound(n, k, m1, c, o, rho, to)
    ratio *= _folds(odd)
    inputs = -largest([-to(Fraction(1)), -root(to, 2 * log(to, 2 * (m1 + 1)) / n)])
    return to(o * powers(ratio, k)) * _mean_sign(n, to) + to(o * ratio**k) * inputs


def moment_bound(n, k, m1, c, o, rho=1, odd=False, to=float):
    """o max(1, q)^k sqrt(2 log(2 sum_{l<k} f^l + 2 f^k (m1 + 1)) / n).

    (*) with G(u) = e^{s u}, Jensen's inequality, and the best s. The logarithm is of 2 (k + 1 + m1) for odd sigma, else of
    2^(k + 1) (m1 + 2) - 2, at most 2^(k + 4) m1: so for q >= 1 this is below the second bound of Theorem 1.
    """
    k, ratio, o = check_bound(n, k, m1, c, o, rho, to)
    f = _folds(odd)
    sums = 2 * powers(Fraction(f), k) + 2 * f**k * (m1 + 1)
    return to(o * max(Fraction(1), ratio) ** k) * root(to, 2 * log(to, sums) / n)


def tail_bound(n, k, m1, c, o, rho=1, odd=False, to=float):
    """(o / sqrt n) (tau + sum_{l=0}^k q^(2 l) / tau): for q < 1 it is bounded over all k.

    tau^2 = max(max_{l<k} 2 q^(2 l) log(2 f^l), 2 q^(2 k) log(2 f^k (m1 + 1))).

    (*) with G(u) = max(0, u - t), t = tau sqrt n: E M_k <= t + E G(M_k), and of N sums E max(0, q^l max |sum| - t) <=
    N q^(2 l) (n / t) e^{-t^2 / (2 q^(2 l) n)}. For q <= 1 this is below the first bound of Theorem 1: tau <= sqrt(k log 4) +
    q^k (sqrt((k + 1) log 4) + sqrt(2 log(m1 + 1))), tau >= sqrt(log 4), and sqrt(k log 4) + 1 / sqrt(log 4) <=
    sqrt((k + 1) log 16).
    """
    k, ratio, o = check_bound(n, k, m1, c, o, rho, to)
    f, squares = _folds(odd), [ratio ** (2 * l) for l in range(k + 1)]
    sums = [2 * f**l for l in range(k)] + [2 * f**k * (m1 + 1)]
    tau = root(to, largest([to(2 * square) * log(to, N) for square, N in zip(squares, sums, strict=True)]))
    return to(o) * (tau + to(powers(ratio * ratio, k + 1)) / tau) / root(to, to(Fraction(n)))


def smallest_bound(n, k, m1, c, o, rho=1, odd=False, to=float):
    """The smallest of `class_range`, `split_bound`, `peeled_bound`, `moment_bound` and `tail_bound`.

    From below the complexity is bounded by `rademacher` of any units of layer k, of `chain_units` say, and by
    `mean_sign` times `class_range`, if that says that constants attain it.
    """
    bounds = [to(class_range(k, c, o, rho)), split_bound(n, k, c, o, rho, to),
              *(bound(n, k, m1, c, o, rho, odd, to) for bound in (peeled_bound, moment_bound, tail_bound))]
    return -largest([-bound for bound in bounds])


def _mean_sign(n, to):
    return to(mean_sign(n)) if n <= EXACT else 1 / root(to, to(Fraction(n)))


def _folds(odd):
    """f, by how much the absolute value multiplies at each layer."""
    return 1 if odd else 2
