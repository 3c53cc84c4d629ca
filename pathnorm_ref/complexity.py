"""Sparse nets of bounded L_{1,inf} norm, their Rademacher complexity, and the bounds of Wen et al. 2021, Sections 2 and 3.

Their V_l is (1 + n_in, n_out) with the bias in row 0; ours is its transpose, `augmented`, (n_out, 1 + n_in), so that
their columns are our rows. The bounds take Python numbers, in which c rho and its powers are exact, and round only
logarithms, roots and what follows: to a float, or with `to=ball` into a ball that encloses the printed value.
OverflowError for what no float holds.
"""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from pathnorm_ref.arrays import ball, greater, leaves, namespace, number, ones, zeros
from pathnorm_ref.layers import Dense
from pathnorm_ref.layers.activations import Activation
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.norms import l_pq

LIMIT = 16  # samples whose 2^15 signs, up to the sign of all, are enumerated

# --- the class -----------------------------------------------------------------------------------------


def augmented(own):
    """(b, W), (n_out, 1 + n_in), of the parameters (W, b) or (W,) of a dense layer: a missing bias counts as 0.

    `l_pq(augmented(own), 1, inf)` is ||T||_{1,inf}, and `l_pq(augmented(own), 1, 1)` is ||T||_{1,1} of Theorem 3, and
    ||T||_1 of Theorem 2 where there is one output. ValueError for parameters of other shapes.
    """
    xp = namespace(params=own)
    if len(own) not in (1, 2) or own[0].ndim != 2 or [b.shape for b in own[1:]] not in ([], [own[0].shape[:1]]):
        raise ValueError("own must be (W, b) or (W,), with W (n_out, n_in) and b (n_out,), as a dense layer has them")
    bias = own[1] if len(own) == 2 else zeros(xp, own[0].shape[:1], own[0])
    return xp.concat([bias[:, None], own[0]], axis=1)


def why_outside(net, params, c, o=None):
    """None if the net is in the class SN_{c,o} of sparse nets (Wen et al. 2021, Section 2.3), else why not, a sentence.

    The class: dense layers, between any two of them one and the same activation with sigma(0) = 0; the L1 norm of
    each hidden unit's incoming weights, its bias with them, is at most c > 0; that of output j at most o_j >= 0. Depth,
    widths and activation are the net's own. `o` is a number, for all outputs, or a sequence of one for each; None
    sets no limit, which is the class S_c. Exact on Fractions; on floats it compares rounded sums (arrays.convert helps).

    ValueError for c or o out of range or a sequence of another length, and for parameters that do not fit; `Undecided`
    for balls that overlap a limit.
    """
    net.check_params(params)
    reason = _other_architecture(net)
    if reason:
        return reason
    namespace(params=params)
    _, like = next(leaves(params))
    c, n_out = number("c", c, like, above=0), net[-1].n_out
    limits = None if o is None else [number("o", value, like, at_least=0)
                                     for value in (o if np.ndim(o) else [o] * n_out)]
    if limits is not None and len(limits) != n_out:
        raise ValueError(f"o has {len(limits)} entries: the net has {n_out} outputs")
    for i in range(0, len(net) - 1, 2):
        for unit, limit in zip(_unit_norms(params[i]), [c] * net[i].n_out, strict=True):
            if bool(greater(unit, limit)):
                return f"layer {i} has a unit whose weights and bias have L1 norm {unit}: c is {limit}"
    for j, (unit, limit) in enumerate(zip(_unit_norms(params[-1]), limits or [], strict=limits is not None)):
        if bool(greater(unit, limit)):
            return f"output {j} has weights and bias of L1 norm {unit}: o is {limit}"
    return None


def _other_architecture(net):
    if len(net) % 2 == 0 or not all(isinstance(layer, Dense) for layer in net[::2]):
        return f"the net is {net}: dense layers and activations must take turns, from a dense layer to a dense layer"
    for i, layer in enumerate(net[1::2]):
        if not isinstance(layer, Activation) or layer.param_shapes or layer != net[1]:
            return f"layer {2 * i + 1} is {layer}: between dense layers stands one and the same activation"
        if layer._forward(np, (), np.zeros((1, 1)))[0].item() != 0:
            return f"layer {2 * i + 1} is {layer}: sigma(0) must be 0"
    return None


def _unit_norms(own):
    matrix = augmented(own)
    return [l_pq(matrix[j:j + 1, :], 1, math.inf) for j in range(matrix.shape[0])]


# --- Rademacher complexity -----------------------------------------------------------------------------

class Interval(NamedTuple):
    """A mean over draws, and what encloses the expectation except with the stated probability."""

    low: float
    estimate: float
    high: float


def linear_rademacher(x, o=1):
    """(o / n) E_eps max(|sum_i eps_i|, max_j |sum_i eps_i x_ij|): the empirical Rademacher complexity of SN_o^0.

    Of depth 0 the class is <v, (1, x)>, ||v||_1 <= o, and its supremum is at a vertex. x (n, n_in), n at most `LIMIT`:
    all 2^n signs are enumerated, so it is exact on Fractions. ValueError for other shapes, no sample, too many, or o < 0.
    """
    xp, a = _with_bias_neuron(x)
    n = a.shape[0]
    if n > LIMIT:
        raise ValueError(f"x has {n} samples: the signs of at most {LIMIT} are enumerated (see rademacher_interval)")
    sums = a[:1, :]  # the first sign is 1: -eps gives what eps gives
    for i in range(1, n):
        sums = xp.concat([sums + a[i:i + 1, :], sums - a[i:i + 1, :]], axis=0)
    return l_pq(sums, math.inf, 1) * number("o", o, x, at_least=0) / number("n", n * 2 ** (n - 1), x)


def rademacher_interval(x, rng, draws, failure, o=1):
    """The same by Monte Carlo, of any n: `Interval`, wrong with probability at most `failure`.

    The mean of `draws` draws of (o / n) max_j |sum_i eps_i a_ij|, a = (1, x). One of the n draws independent signs changes
    it by at most 2 o B_i / (n draws), B_i = max_j |a_ij|, so by McDiarmid's inequality it is farther than
    t = (o / n) sqrt(2 sum_i B_i^2 log(2 / failure) / draws) from its expectation with probability at most `failure`.
    If x is in [-1, 1], t = o sqrt(2 log(2 / failure) / (n draws)). Rounding is not counted.

    x (n, n_in) is a NumPy array of float64 and `rng` a numpy.random.Generator, else a TypeError; the same seed gives the
    same interval. ValueError for other shapes, no sample or draw, o < 0, or a failure not in (0, 1).
    """
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        raise TypeError("x must be a NumPy array of float64: signs are drawn there")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}: it must be a numpy.random.Generator")
    check_positive(draws=draws)
    failure, o = _probability("failure", failure), number("o", o, x, at_least=0)
    _, a = _with_bias_neuron(x)
    n = a.shape[0]
    total = sum(float(np.abs((2.0 * rng.integers(0, 2, n) - 1) @ a).max()) for _ in range(draws))
    estimate = o * total / (n * draws)
    t = o / n * math.sqrt(2 * float((np.abs(a).max(axis=1) ** 2).sum()) * _log(float, 2 / failure) / draws)
    return Interval(max(0.0, estimate - t), estimate, estimate + t)


def _with_bias_neuron(x):
    xp = namespace(x=x)
    if x.ndim != 2 or x.shape[0] == 0:
        raise ValueError(f"x has shape {x.shape}: it must be (n, n_in), with at least one sample")
    return xp, xp.concat([ones(xp, (x.shape[0], 1), x), x], axis=1)


# --- the theorems' bounds ------------------------------------------------------------------------------

def rademacher_bound(n, k, m1, c, o, rho=1, to=float):
    """o sqrt((k + 1) log 16 / n) (sum_{l=0}^k (c rho)^l + (c rho)^k) + o (c rho)^k sqrt(2 log(2 m1) / n).

    On the empirical Rademacher complexity of SN_{c,o} with k hidden layers, one output, a rho-Lipschitz activation, on
    any n samples of [-1, 1]^m1 (Wen et al. 2021, Theorem 1, first bound); for c rho below, at and above 1. ValueError
    unless n, m1 >= 1, k >= 0, and c, o, rho > 0.
    """
    k, ratio = _check(n, k, m1, c, rho, to)
    o, geometric = _positive("o", o), sum((ratio**l for l in range(k + 1)), Fraction(0))
    return (to(o * (geometric + ratio**k)) * _root(to, (k + 1) * _log(to, 16) / n)
            + to(o * ratio**k) * _root(to, 2 * _log(to, 2 * m1) / n))


def steep_rademacher_bound(n, k, m1, c, o, rho=1, to=float):
    """(1 / sqrt n) o (c rho)^k (sqrt((k + 3) log 4) + sqrt(2 log(2 m1))), for c rho >= 1, else a ValueError.

    On the same as `rademacher_bound` (Wen et al. 2021, Theorem 1, second bound), which it is never above.
    """
    k, ratio = _check(n, k, m1, c, rho, to, steep=True)
    return to(_positive("o", o) * ratio**k) * _steep(to, n, k, m1)


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
    k, ratio = _check(n, k, m1, c, rho, to, steep=True)
    s, delta = number("output_norm", output_norm, Fraction(0), at_least=0), _probability("delta", delta)
    return (_root(to, (_log(to, 2 / delta) + 2 * _log(to, s + 2)) / (2 * n))
            + to(2 * (s + 1) * ratio**k) * _steep(to, n, k, m1))


def classification_rate(n, k, m1, m2, c, norm_1_inf, norm_1_1, delta, rho=1, to=float):
    """((c rho)^k / sqrt n) (||T||_{1,inf} sqrt(log(1 / delta)) + ||T||_{1,1} sqrt(m2) (sqrt k + sqrt(log m1))).

    What stands inside the O of Wen et al. 2021, Theorem 3 (its fraction cleared, so that T = 0 has a value), on the
    cross-entropy of a net of m2 classes with output layer T; the document prints no constant, so this is a rate
    and no bound. With k = 0 and m1 = 1 no constant makes it one: it vanishes as delta tends to 1, while for n = 1 and a
    fair label f = (b, 0) always has the error b / 2. ValueError if c rho < 1, delta is
    not in (0, 1), a norm is negative, or norm_1_inf above norm_1_1.
    """
    k, ratio = _check(n, k, m1, c, rho, to, steep=True)
    check_positive(m2=m2)
    delta = _probability("delta", delta)
    top, total = (number(name, value, Fraction(0), at_least=0)
                  for name, value in (("norm_1_inf", norm_1_inf), ("norm_1_1", norm_1_1)))
    if top > total:
        raise ValueError(f"norm_1_inf is {norm_1_inf} and norm_1_1 is {norm_1_1}: the latter must be at least the former")
    roots = _root(to, to(Fraction(k))) + _root(to, _log(to, m1))
    return (to(ratio**k) / _root(to, to(Fraction(n)))
            * (to(top) * _root(to, _log(to, 1 / delta)) + to(total) * _root(to, to(Fraction(m2))) * roots))


def _steep(to, n, k, m1):
    return (_root(to, (k + 3) * _log(to, 4)) + _root(to, 2 * _log(to, 2 * m1))) / _root(to, to(Fraction(n)))


def _check(n, k, m1, c, rho, to, steep=False):
    """(k, c rho), the latter a Fraction."""
    check_positive(n=n, m1=m1)
    if k != 0 or isinstance(k, bool):
        check_positive(k=k)
    if to not in (float, ball):
        raise ValueError(f"to is {to!r}: it must be float or arrays.ball")
    ratio = _positive("c", c) * _positive("rho", rho)
    if steep and ratio < 1:
        raise ValueError(f"c rho is {float(ratio)}: this bound needs at least 1")
    return int(k), ratio


def _positive(name, value):
    return number(name, value, Fraction(0), above=0)


def _probability(name, value):
    p = _positive(name, value)
    if p >= 1:
        raise ValueError(f"{name} is {value}: it must be less than 1")
    return p


def _log(to, value):
    """log of a rational number of at least 1, however large or close to 1."""
    value = Fraction(value)
    if to is ball:
        return ball(value - 1).log1p()
    return math.log1p(value - 1) if value < 2**1000 else math.log(value.numerator) - math.log(value.denominator)


def _root(to, value):
    return math.sqrt(value) if to is float else value.sqrt()
