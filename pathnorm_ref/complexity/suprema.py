"""Empirical Rademacher complexity by suprema over a class at given signs: exact, and by Monte Carlo.

An output unit <v, (1, h)>, ||v||_1 <= o, on hidden units h is largest, at any signs, where v is a vertex of its ball: it is
o times one unit, or the bias. So the number of units in the last hidden layer does not count, and a class is given by
its possible units alone: with no hidden layer these are the inputs, with one the `extreme_units`.
"""

import functools
import itertools
import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from pathnorm_ref.arrays import convert, is_exact, namespace, number, ones, system
from pathnorm_ref.complexity.scalars import log, probability
from pathnorm_ref.layers import ReLU
from pathnorm_ref.layers.activations import Activation
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.norms import l_pq

SUMS = 2**22  # over signs and units, which are enumerated at once
UNITS = 10**4
EXACT = 10**5

# --- the complexity, of units --------------------------------------------------------------------------


def mean_sign(n):
    """E |eps_1 + ... + eps_n| / n of independent fair signs, a Fraction: C(n - 1, floor((n - 1) / 2)) / 2^(n - 1).

    The empirical Rademacher complexity of the constants in [-1, 1]; from 1 / sqrt(2 n) to 1 / sqrt n. ValueError unless
    n >= 1, and above `EXACT`, where its digits, n of them, would take long.
    """
    check_positive(n=n)
    if n > EXACT:
        raise ValueError(f"n is {n}: it must be at most {EXACT}")
    return Fraction(math.comb(n - 1, (n - 1) // 2), 2 ** (n - 1))


def rademacher(h, o=1):
    """(o / n) E_eps max(|sum_i eps_i|, max_j |sum_i eps_i h_ij|): that of <v, (1, h_i)>, ||v||_1 <= o, on n samples.

    h (n, n_units). The exact empirical Rademacher complexity of SN_o with no hidden layer for h = x, and with one for h =
    extreme_units(x, c); of other units of a class a bound from below. All 2^n signs are enumerated, so it is exact on
    Fractions. ValueError for other shapes, no sample, 2^(n - 1) (1 + n_units) above `SUMS`, or o < 0.
    """
    xp, a = _with_bias_neuron("h", h)
    n, width = a.shape
    if 2 ** (n - 1) * width > SUMS:
        raise ValueError(f"h has {n} samples of {width - 1} units: at most {SUMS} sums, 2^(n - 1) of each unit and the "
                         "bias, are enumerated (see rademacher_interval)")
    sums = a[:1, :]  # the first sign is 1: -eps gives what eps gives
    for i in range(1, n):
        sums = xp.concat([sums + a[i:i + 1, :], sums - a[i:i + 1, :]], axis=0)
    mean = l_pq(sums / number("n", 2 ** (n - 1), h), math.inf, 1)  # divided first: the sum may be beyond the range
    return mean / number("n", n, h) * number("o", o, h, at_least=0)


class Interval(NamedTuple):
    """A mean over draws, and what encloses the expectation except with the stated probability."""

    low: float
    estimate: float
    high: float


def rademacher_interval(h, rng, draws, failure, o=1):
    """`rademacher` by Monte Carlo, of any n: `Interval`, wrong with probability at most `failure`.

    The mean of `draws` draws of (o / n) max_j |sum_i eps_i a_ij|, a = (1, h). One of the n draws independent signs changes
    it by at most 2 o B_i / (n draws), B_i = max_j |a_ij|, so by McDiarmid's inequality it is farther than
    t = (o / n) sqrt(2 sum_i B_i^2 log(2 / failure) / draws) from its expectation with probability at most `failure`.
    If h is in [-1, 1], t = o sqrt(2 log(2 / failure) / (n draws)). Rounding is counted: for it the interval reaches
    (n + 16) 2^-52 (t + (o / n) max_j sum_i |a_ij|) farther than t, either way, and then to the next floats.

    h (n, n_units) is a NumPy array of float64 and `rng` a numpy.random.Generator, else a TypeError; the same seed gives the
    same interval. ValueError for other shapes, no sample or draw, o < 0, a failure not in (0, 1), and where an end of the
    interval is beyond the floats.
    """
    if not isinstance(h, np.ndarray) or h.dtype != np.float64:
        raise TypeError("h must be a NumPy array of float64: signs are drawn there")
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is {rng!r}: it must be a numpy.random.Generator")
    check_positive(draws=draws)
    failure, o = probability("failure", failure), number("o", o, h, at_least=0)
    _, a = _with_bias_neuron("h", h)
    n, exponent = a.shape[0], math.frexp(float(np.abs(a).max()))[1] - 1
    a = a / 2.0**exponent  # exact but for what is too small to count: sums and squares are in range, and o comes last
    total = math.fsum(float(np.abs((2.0 * rng.integers(0, 2, n) - 1) @ a).max()) for _ in range(draws))
    estimate = total / (n * draws)
    t = 1 / n * math.sqrt(2 * float((np.abs(a).max(axis=1) ** 2).sum()) * log(float, 2 / failure) / draws)
    # with u = 2^-53: in whatever order, a sum of n terms is off by n u sum_i |a_ij|, and t by (n + 12) u t; estimate and
    # ends by a few u more. Twice as many u leave room for products of errors
    t += (n + 16) * 2.0**-52 * (t + float(np.abs(a).sum(axis=0).max()) / n)
    mantissa, power = math.frexp(o)
    try:
        low, estimate, high = (math.ldexp(end * mantissa, exponent + power)
                               for end in (max(0.0, estimate - t), estimate, estimate + t))
    except OverflowError:
        raise ValueError(f"o is {o}: with h up to {float(np.abs(h).max())} the interval is beyond the floats") from None
    return Interval(max(0.0, math.nextafter(low, -math.inf)), estimate, math.nextafter(high, math.inf))


def _with_bias_neuron(name, h):
    xp = namespace(**{name: h})
    if h.ndim != 2 or h.shape[0] == 0:
        raise ValueError(f"{name} has shape {h.shape}: it must have two axes, and at least one sample on the first")
    return xp, xp.concat([ones(xp, (h.shape[0], 1), h), h], axis=1)


# --- the units of a class --------------------------------------------------------------------------------

def extreme_units(x, c, activation=None):
    """The units sigma(<v, (1, x_i)>), ||v||_1 <= c, among which one has the largest |sum_i eps_i sigma(<v, (1, x_i)>)|
    of all, whatever the signs: their values on the n samples, (n, n_units).

    sigma is piecewise linear with its kink at 0 (`ReLU` if None, leaky ReLU, |t|). In each orthant of v and on each side of
    the planes <v, (1, x_i)> = 0 the sum is linear, so |sum| is largest at an extreme ray of such a cone: v is supported on
    j + 1 entries that j of the planes fix up to a factor, whose size is c as sigma is homogeneous.

    Computed in Fractions, and rounded once into the dtype of x, a NumPy array of floats or Fractions (n, n_in), else a
    TypeError. ValueError for other shapes, no sample, c <= 0, an activation that is not homogeneous or has parameters, and
    if of n different samples C(n + 1 + n_in, n_in) cones' rays are more than `UNITS`, or take more than `SUMS` products.
    """
    activation = ReLU() if activation is None else activation
    _check_units(x, activation)
    _, a = _with_bias_neuron("x", convert(x, Fraction))
    c = number("c", c, a, above=0)
    rows = sorted({tuple(row) for row in a.tolist()})
    most = math.comb(len(rows) + a.shape[1], a.shape[1] - 1)
    if most > UNITS or 2 * most * len(rows) * a.shape[1] > SUMS:
        raise ValueError(f"x has {len(rows)} different samples of {x.shape[1]} inputs: more than {UNITS} units, or "
                         f"{SUMS} products, would have to be computed")
    V = np.array([[c * sign * entry / sum(map(abs, ray)) for entry in ray] for ray in _rays(rows) for sign in (1, -1)])
    place = {row: i for i, row in enumerate(rows)}
    h = activation.forward((), np.array(rows) @ V.T)[0][[place[tuple(row)] for row in a.tolist()]]
    h = np.array(sorted(set(zip(*h.tolist(), strict=True))), dtype=object).T
    return h if is_exact(x) else convert(h, x.dtype)


def chain_units(x, k, c, activation=None):
    """Units of the k-th hidden layer, k >= 1, in nets with one unit in each layer before: (n, n_units).

    `extreme_units`, k times, from layer two on of each unit alone. Of a class of greater width the `rademacher` complexity
    of these units is a bound from below. On one input, of an activation that never falls (ReLU, leaky ReLU), it is exact
    for one unit in each of the layers 1 to k - 1: there, in each cone of `extreme_units`, all signs of units and their
    order on the samples are fixed, so that by induction a unit with extreme weights has the values L_i / D, L_i and D > 0
    linear in the weights of the first layer, and |sum_i eps_i L_i| / D is largest at an extreme ray.

    Errors are those of `extreme_units`; ValueError unless k >= 1, and if there are more than `UNITS` units.
    """
    check_positive(k=k)
    h = extreme_units(x, c, activation)
    for _ in range(1, k):
        columns: set[tuple] = set()
        for j in range(h.shape[1]):
            columns |= set(zip(*extreme_units(h[:, j:j + 1], c, activation).tolist(), strict=True))
            if len(columns) > UNITS:
                raise ValueError(f"k is {k}: the chains have more than {UNITS} units")
        h = np.array(sorted(columns), dtype=h.dtype).T
    return h


def _check_units(x, activation):
    if not isinstance(x, np.ndarray) or (is_exact(x) and system(x) is not Fraction):
        raise TypeError("x must be a NumPy array of floats or Fractions: the units are enumerated there, exactly")
    namespace(x=x)
    if not isinstance(activation, Activation) or not activation.homogeneous or activation.param_shapes:
        raise ValueError(f"activation is {activation}: units are enumerated of homogeneous ones without parameters")


def _rays(rows):
    """The v of integers without a common factor, one of each pair v and -v, that are fixed up to a factor by being zero in
    some entries and orthogonal to some of the rows, Fractions."""
    d = len(rows[0])
    scales = [math.lcm(*(entry.denominator for entry in row)) for row in rows]
    rows = [[int(entry * scale) for entry in row] for row, scale in zip(rows, scales, strict=True)]

    @functools.cache
    def minor(I, J):  # by its last row
        return sum((-1) ** (len(J) - 1 - p) * rows[I[-1]][j] * minor(I[:-1], J[:p] + J[p + 1:])
                   for p, j in enumerate(J)) if I else 1

    rays = set()
    for size in range(1, min(d, len(rows) + 1) + 1):
        for J in itertools.combinations(range(d), size):
            for I in itertools.combinations(range(len(rows)), size - 1):
                entries = [(-1) ** p * minor(I, J[:p] + J[p + 1:]) for p in range(size)]
                if all(entries):  # else it is a ray of fewer entries, or none
                    factor = math.gcd(*entries) * (1 if entries[0] > 0 else -1)
                    ray = dict(zip(J, entries, strict=True))
                    rays.add(tuple(ray.get(j, 0) // factor for j in range(d)))
    return sorted(rays)
