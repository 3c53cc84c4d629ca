"""Section 3.1: Rademacher complexities, Theorem 1 against exact values, Remark 1."""

from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import ball, greater
from pathnorm_ref.complexity import (
    augmented,
    chain_units,
    class_range,
    mean_sign,
    moment_bound,
    rademacher,
    rademacher_bound,
    steep_rademacher_bound,
    tail_bound,
    why_outside,
)
from pathnorm_ref.layers import Abs, LeakyReLU, ReLU
from pathnorm_ref.layers.layer import Layer
from pathnorm_ref.network import Net
from proofs_check import definitions
from proofs_check.cases import arrays
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.section_2 import relu_mlps
from proofs_check.decide import in_system
from proofs_check.violations import above, both, fails, unequal


class Nets(NamedTuple):
    """SN_{c,o} with k hidden layers of one unit each, but the last of any width, and samples x (n, m_1)."""

    x: np.ndarray
    k: int
    c: Fraction
    o: Fraction
    sigma: Layer


class Sizes(NamedTuple):
    """What the bounds depend on."""

    n: int
    k: int
    m1: int
    c: Fraction
    o: Fraction
    rho: Fraction


ACTIVATIONS = (ReLU(), LeakyReLU(1.0), LeakyReLU(3.0), Abs())
CONSTANTS = st.sampled_from([Fraction(1, 3), Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(5)])
QUARTERS = st.sampled_from([k / 4 for k in range(-4, 5)])


@st.composite
def classes(draw, k=(0, 3)):
    k = draw(st.integers(*k))
    shape = draw(st.integers(1, 4 - k // 3)), draw(st.integers(1, 1 if k > 1 else 2))
    return Nets(draw(arrays(shape, QUARTERS)), k, draw(CONSTANTS), draw(st.sampled_from([Fraction(1), Fraction(2, 3)])),
                draw(st.sampled_from(ACTIVATIONS)))


def sizes(k=(0, 40), constants=CONSTANTS):
    return st.builds(Sizes, st.integers(1, 10**6), st.integers(*k), st.integers(1, 10**4), constants,
                     st.sampled_from([Fraction(1), Fraction(7)]), st.sampled_from([Fraction(1), Fraction(1, 2)]))


def steepness(case):
    """rho of its activation."""
    return max(Fraction(1), abs(Fraction(getattr(case.sigma, "slope", 1))))


def of_nets(case):
    """The `Sizes` of `Nets`."""
    return Sizes(case.x.shape[0], case.k, case.x.shape[1], case.c, case.o, steepness(case))


def complexity(case):
    """The empirical Rademacher complexity of the class, a Fraction; of |t| at most that where k > 1 (see `chain_units`)."""
    return rademacher(chain_units(case.x, case.k, case.c, case.sigma) if case.k else case.x, case.o)


def exceeds(value, bound):
    """Whether a Fraction, or a ball, is above a ball; `Undecided` if they overlap."""
    return fails(not greater(ball(value), bound))


def first(s):
    return rademacher_bound(s.n, s.k, s.m1, s.c, s.o, s.rho, ball)


def second(s):
    return steep_rademacher_bound(s.n, s.k, s.m1, s.c, s.o, s.rho, ball)


def is_steep(s):
    return s.c * s.rho >= 1


# --- the definition --------------------------------------------------------------------------------------

def vertices(case):
    """o times each unit, each input of x here, and the bias, of both signs."""
    columns = [[Fraction(1)] * len(case.x), *case.x.T.tolist()]
    return [[sign * case.o * value for value in column] for column in columns for sign in (1, -1)]


def not_at_a_vertex(skipped):
    """Whether <v, (1, x)>, ||v||_1 <= o, has another complexity than its vertices, by definition, but for some of them."""
    def violation(case):
        return unequal(rademacher(case.x, case.o), definitions.rademacher(vertices(case)[skipped:]))
    return violation


def absolute_value_matters(family):
    """By how much E sup_f |sum_i eps_i f(x_i)| / n and the same without |.| differ."""
    def violation(case):
        values = family(case)
        return unequal(definitions.rademacher(values), definitions.rademacher(values + [[-v for v in f] for f in values]))
    return violation


def repetition_counts(*samples):
    """Whether n numbers and the set of them have different complexities, for k = 0 and o = 1."""
    def facts():
        first, second = (rademacher(np.array([[Fraction(x)] for x in s], dtype=object)) for s in (samples, set(samples)))
        return {f"{first} of the samples {samples}, {second} of the set {set(samples)}": first != second}
    return facts


# --- Theorem 1 -------------------------------------------------------------------------------------------

def sign_patterns(n):
    """(n, 2^(n-1)): inputs that have every pattern of n signs, or its negative."""
    return np.array([(1, *signs) for signs in product((1, -1), repeat=n - 1)], dtype=float).T


def of_sign_patterns(n, k=0):
    return Nets(sign_patterns(n), k, Fraction(1), Fraction(1), LeakyReLU(1.0))


def nearly_attained(first_share, second_share, n=10**4):
    """Whether of 2^(n-1) inputs with every pattern of signs, k = 0, o = 1, the bounds are below these, the complexity 1."""
    def facts():
        s = Sizes(n, 0, 2**(n - 1), Fraction(1), Fraction(1), Fraction(1))
        told = {f"n = {m}, m_1 = 2^{m - 1}: the complexity is 1": definitions.rademacher(
            vertices(in_system(of_sign_patterns(m), Fraction))) == 1 for m in range(1, 7)}
        bounds = ("first", first(s), first_share), ("second", second(s), second_share)
        return told | {f"n = {n}, m_1 = 2^{n - 1}: the {name} bound is below {share}": bool(bound < ball(Fraction(share)))
                       for name, bound, share in bounds}
    return facts


def above_the_first(case):
    return exceeds(complexity(case), first(of_nets(case)))


def above_the_second(case):
    return exceeds(complexity(case), second(of_nets(case)))


def last_term(s):
    """o (c rho)^k sqrt(2 log(2 m_1) / n)."""
    return ball(s.o * (s.c * s.rho)**s.k) * (2 * ball(2 * s.m1).log() / s.n).sqrt()


def above_the_last_term(case):
    return exceeds(complexity(case), last_term(of_nets(case)))


def flat_second(s):
    """The second bound's formula, whatever c rho is."""
    roots = ((s.k + 3) * ball(4).log()).sqrt() + (2 * ball(2 * s.m1).log()).sqrt()
    return ball(s.o * (s.c * s.rho)**s.k) * roots / ball(s.n).sqrt()


def above_the_second_anywhere(case):
    return exceeds(complexity(case), flat_second(of_nets(case)))


def no_smaller(bound, printed, factor=1):
    """Whether a bound is not below `factor` times another one."""
    return lambda s: exceeds(bound(s), ball(factor) * printed(s))


# --- sharper ---------------------------------------------------------------------------------------------

def without_depth(case):
    """o E|sum eps_i| / n + o (c rho)^k: of f(0), at most o, and of f - f(0), at most o (c rho)^k."""
    s = of_nets(case)
    return s.o * mean_sign(s.n) + s.o * (s.c * s.rho)**s.k


def above_without_depth(case):
    return complexity(case) - without_depth(case)


def above_the_constants(case):
    s = of_nets(case)
    return complexity(case) - s.o * mean_sign(s.n)


def flat(s):
    """o / sqrt(n) + o (c rho)^k."""
    return ball(s.o) / ball(s.n).sqrt() + ball(s.o * (s.c * s.rho)**s.k)


def first_over_depth(s):
    """The first bound over sqrt((k + 1) log 16) / 2."""
    return 2 * first(s) / ((s.k + 1) * ball(16).log()).sqrt()


def is_deep(s):
    """c rho < 1, and so deep that (c rho)^k sqrt(n) <= 1."""
    return s.c * s.rho < 1 and s.k > 0 and (s.c * s.rho)**(2 * s.k) * s.n <= 1


def by_moments(s, odd=False):
    """o max(1, c rho)^k sqrt(2 log(2^{k+1} (m_1 + 2) - 2) / n); for odd sigma the logarithm is of 2 (k + 1 + m_1)."""
    return moment_bound(s.n, s.k, s.m1, s.c, s.o, s.rho, odd, ball)


def by_tails(s):
    """(o / sqrt(n)) (tau + sum_{l=0}^k (c rho)^{2 l} / tau)."""
    return tail_bound(s.n, s.k, s.m1, s.c, s.o, s.rho, to=ball)


def above_moments(case):
    return exceeds(complexity(case), by_moments(of_nets(case)))


def above_moments_of_odd(case):
    return exceeds(complexity(case), by_moments(of_nets(case), odd=True))


def above_one_moment(case):
    """Whether it is above o max(1, c rho)^k sqrt(2 log(2) / n)."""
    s = of_nets(case)
    return exceeds(complexity(case), ball(s.o * max(1, s.c * s.rho)**s.k) * (2 * ball(2).log() / s.n).sqrt())


def above_tails(case):
    return exceeds(complexity(case), by_tails(of_nets(case)))


def above_trivial(case):
    """R - o max(1, (c rho)^k): no function of the class is larger."""
    return complexity(case) - class_range(case.k, case.c, case.o, steepness(case))


def trivial_is_no_smaller(n_of_k):
    """Whether o (c rho)^k, the largest |f|, is not below the second bound for n = n_of_k(k) samples."""
    def violation(s):
        return exceeds(ball(class_range(s.k, s.c, s.o, s.rho)), second(s._replace(n=n_of_k(s.k))))
    return violation


def few_samples(k):
    """The largest n with n <= (k + 3) log 4 (log 4 = 1.386294...)."""
    return (k + 3) * 1386294 // 10**6


def not_the_range(case):
    """At n equal samples x = 1: R less o max(1, (c rho)^k) E|sum eps_i| / n."""
    s = of_nets(case)
    return unequal(complexity(case), class_range(s.k, s.c, s.o, s.rho) * mean_sign(s.n))


def at_ones(case):
    return case._replace(x=np.ones_like(case.x))


# --- Remark 1 --------------------------------------------------------------------------------------------

def wider_is_larger(factor):
    """Over signs and outputs, sum eps_i f_j(x_i) - factor o_j max(|sum eps_i|, |sum eps_i h_m(x_i)|), h_m the last units."""
    def violation(case):
        out = case.net.forward(case.params, case.x)[0]
        h = Net(*case.net[:-1]).forward(case.params[:-1], case.x)[0]
        o, worst = np.sum(abs(augmented(case.params[-1])), axis=1), [0]
        for eps in product((1, -1), repeat=len(case.x)):
            units = max(abs(sum(eps)), *abs(np.array(eps) @ h))
            worst.append(above(np.array(eps) @ out, factor * o * units))
        return both(*worst)
    return violation


def units_on_a_line(t, c):
    """ReLU units b + w t of one input with |b| + |w| = c: a constant, through the origin, and with its kink at a sample."""
    ends = [(Fraction(1), Fraction(0)), (Fraction(0), Fraction(1)), *((-kink, Fraction(1)) for kink in t)]
    return [np.maximum(sign * c / (abs(b) + abs(w)) * (b + w * t), 0) for b, w in ends for sign in (1, -1)]


def two_units_exceed(units):
    """At six samples and c = 2: two units in the first hidden layer, a constant one among them, and one in the second.

    Against `units`, the extreme ones with one unit in the first layer, or these and the net itself.
    """
    def facts():
        x, c = np.array([[Fraction(i, 4)] for i in (-3, -2, -1, 1, 2, 3)]), Fraction(2)
        number = np.vectorize(Fraction, otypes="O")
        params = ((number([["8/5"], ["0"]]), number(["2/5", "2"])), (),
                  (number([["-10/7", "4/7"]]), number(["0"])), (), (number([["1"]]), number(["0"])))
        net, chains = mlp((1, 2, 1, 1)), chain_units(x, 2, c)
        out, eps = net.forward(params, x)[0], np.array([-1, 1, 1, -1, -1, 1])
        most, signs = max(abs(eps @ units(chains, out))), np.array(list(product((1, -1), repeat=len(x))))
        lines = np.array([unit for t in units_on_a_line(x[:, 0], c) for unit in units_on_a_line(t, c)]).T
        largest = [abs(signs @ h).max(axis=1) for h in (chains, lines)]
        return {"with one unit in the first layer the largest sums are those of kinks at samples": bool(
                    (largest[0] == largest[1]).all()),
                "the net is in SN_{2,1}": why_outside(net, params, c, 1) is None,
                f"sum_i eps_i f(x_i) = {eps @ out[:, 0]} > {most} for these signs": bool(eps @ out[:, 0] > most),
                "so its class has the larger complexity": rademacher(np.hstack([chains, out])) > rademacher(chains)}
    return facts


def geometric(s):
    """(1 - (c rho)^{k+1}) / (1 - c rho)."""
    return (1 - (s.c * s.rho)**(s.k + 1)) / (1 - s.c * s.rho)


def constant(s):
    """o / sqrt(n) (2 sqrt(2 log 16) + sqrt(2 log(2 m_1))): it does not depend on k."""
    return ball(s.o) * (2 * (2 * ball(16).log()).sqrt() + (2 * ball(2 * s.m1).log()).sqrt()) / ball(s.n).sqrt()


def above_the_rate(bound, rate):
    """Whether a bound is above `constant` times sqrt(k) and the rest of its rate."""
    return lambda s: exceeds(bound(s), constant(s) * ball(s.k).sqrt() * ball(rate(s)))


def power(s):
    return (s.c * s.rho)**s.k


def one(s):
    return 1


def total(s):
    """The first bound, or the second if there is one."""
    return second(s) if is_steep(s) else first(s)


def total_rate(s):
    """1 / (1 - c rho) if c rho < 1, else (c rho)^k."""
    return power(s) if is_steep(s) else 1 / (1 - s.c * s.rho)


def product_of_norms(s):
    """o c^k over o, times the rate of Remark 1 once more."""
    return s.c**s.k * total_rate(s)


def odd_nets():
    """Of the identity, the one of `ACTIVATIONS` that is odd."""
    return classes().map(lambda case: case._replace(sigma=LeakyReLU(1.0)))


OPPOSITE = Nets(np.array([[1.0], [-1.0]]), 0, Fraction(1), Fraction(1), LeakyReLU(1.0))
"""Either the bias or the input sees both signs: the complexity is 1, as large as the functions."""
BELOW = st.sampled_from([Fraction(1, 3), Fraction(1, 2), Fraction(9, 10)])
ABOVE = st.sampled_from([Fraction(2), Fraction(3), Fraction(10)])

CLAIMS = (
    Claim("wen2021.section-3.rademacher", "Section 3.1, definition of the empirical Rademacher complexity",
          "With no hidden layer the supremum over SN_o is at a vertex, o times an input or the bias, of either sign: so the "
          "complexity is o/n E max(|sum eps_i|, max_j |sum eps_i x_ij|).",
          "R_S(SN_o^0) = (o/n) E max(|sum_i eps_i|, max_j |sum_i eps_i x_ij|)",
          ForAll(not_at_a_vertex(0), classes((0, 0)), ladder=("fractions",)), ("k = 0",),
          Control("without the bias", ForAll(not_at_a_vertex(2), classes((0, 0)))), ours=True),
    Claim("wen2021.section-3.absolute-value", "Section 3.1, definition of the empirical Rademacher complexity",
          "Of SN_{c,o}, which has -f with f, an absolute value inside the supremum would change nothing.",
          "E sup_f sum_i eps_i f(x_i) = E sup_f |sum_i eps_i f(x_i)|",
          ForAll(absolute_value_matters(vertices), classes((0, 0)), ladder=("fractions",)), ("k = 0",),
          Control("of a single function", ForAll(absolute_value_matters(lambda case: vertices(case)[:1]), classes((0, 0)))),
          ours=True),
    Claim("wen2021.section-3.sample", "Section 3.1, definition of the empirical Rademacher complexity, and Theorem 1",
          "The «set» S = {x_1, ..., x_n} is a sequence: a sample that occurs twice counts twice, and with it but once the "
          "complexity would be another.", "R_(1, 1)(SN_o^0) != R_{1}(SN_o^0)",
          Certificate(repetition_counts(1, 1)), ("k = 0",),
          Control("so it would be of 1 and -1", Certificate(repetition_counts(1, -1))), ours=True),
    Claim("wen2021.theorem-1", "Section 3.1, Theorem 1, first bound",
          "The empirical Rademacher complexity of SN_{c,o} is at most the first bound, for any c rho: against exact values "
          "for up to three hidden layers, all but the last of one unit (for |t| of one, then against some nets). These come "
          "up to 0.42 of the bound for k = 0, 0.23, 0.21 and 0.19 for k = 1, 2 and 3: a slack that they can't tell.",
          "R_S(SN_{c,o}^{k,d,sigma}) <= o sqrt((k+1) log 16 / n) (sum_{l=0}^k (c rho)^l + (c rho)^k) "
          "+ o (c rho)^k sqrt(2 log(2 m_1) / n)",
          ForAll(above_the_first, classes(), (of_sign_patterns(8), *(
              Nets(np.ones((1, 1)), k, Fraction(1, 3), Fraction(1), ReLU()) for k in (1, 2, 3))), ladder=("fractions",)),
          ("x in [-1, 1]^m_1", "sigma(0) = 0, sigma rho-Lipschitz", "one output"),
          Control("its last term alone", ForAll(above_the_last_term, classes(), examples=(OPPOSITE,)))),
    Claim("wen2021.theorem-1.steep", "Section 3.1, Theorem 1, second bound",
          "If c rho >= 1 it is at most the second bound: against exact values for up to three hidden layers, all but "
          "the last of one unit (for |t| of one, then against some nets). These come up to 0.52 of the bound for k = 0, "
          "0.42 for k = 1, 0.40 for k = 2.",
          "R_S(SN_{c,o}^{k,d,sigma}) <= (1/sqrt(n)) o (c rho)^k (sqrt((k+3) log 4) + sqrt(2 log(2 m_1)))",
          ForAll(above_the_second, classes(), (of_sign_patterns(8), of_sign_patterns(4, 1), of_sign_patterns(4, 2)),
                 meets=lambda case: case.c * steepness(case) >= 1, ladder=("fractions",)),
          ("c rho >= 1", "x in [-1, 1]^m_1", "sigma(0) = 0, sigma rho-Lipschitz", "one output"),
          Control("for any c rho", ForAll(above_the_second_anywhere, examples=(
              Nets(np.ones((1, 1)), 3, Fraction(1, 10), Fraction(1), ReLU()),)))),
    Claim("wen2021.theorem-1.nearly-attained", "Section 3.1, Theorem 1, both bounds",
          "With no hidden layer a factor of 0.81 could not stand before the first bound, nor one of 0.83 before the "
          "second: on n = 10^4 samples of which the 2^(n-1) inputs have every pattern of signs the complexity is o, and the "
          "bounds are below 1.22 o and 1.2 o.",
          "R_S(SN_o^0) = o, bounds < 1.22 o, 1.2 o for k = 0, m_1 = 2^(n-1), n = 10^4",
          Certificate(nearly_attained("1.22", "1.2")), ("k = 0, c rho = 1",),
          Control("below 1.17 o both", Certificate(nearly_attained("1.17", "1.17"))), ours=True,
          explanation="At any signs eps one of the inputs is eps or -eps on the samples, so that the supremum is o, "
          "whatever n is (enumerated for n up to 6); nothing in the class is above o."),
    Claim("wen2021.theorem-1.furthermore", "Section 3.1, Theorem 1, both bounds",
          "Where c rho >= 1 the second bound is always the smaller one, as 2 sqrt((k+1) log 16) > sqrt((k+3) log 4): the "
          "first has something to say for c rho < 1 only.",
          "second bound < first bound", ForAll(no_smaller(second, first), sizes(), meets=is_steep, ladder=("fractions",)),
          ("c rho >= 1",),
          Control("it is the larger one", ForAll(no_smaller(first, second), sizes(), meets=is_steep)), ours=True),
    Claim("wen2021.theorem-1.without-depth", "Section 3.1, Theorem 1, c rho < 1",
          "For c rho <= 1 the complexity is at most o / sqrt(n) + o (c rho)^k, even with E|sum eps_i| / n for 1 / sqrt(n), "
          "by f = f(0) + (f - f(0)): it does not grow with the depth.",
          "R_S(SN_{c,o}) <= (o/n) E|sum_i eps_i| + o (c rho)^k <= o / sqrt(n) + o (c rho)^k",
          ForAll(above_without_depth, classes(), meets=lambda case: case.c * steepness(case) <= 1, ladder=("fractions",)),
          ("c rho <= 1", "x in [-1, 1]^m_1"),
          Control("(o/n) E|sum eps_i| alone", ForAll(
              above_the_constants, classes(), meets=lambda case: case.c * steepness(case) <= 1)), ours=True,
          explanation="A hidden unit's output is at most c rho times max(1, those that it reads) <= 1, so |f(0)| <= o: a "
          "constant, of which the complexity is at most o E|sum eps_i| / n <= o / sqrt(n). And f is "
          "o (c rho)^k-Lipschitz in the maximum norm, so |f(x) - f(0)| <= o (c rho)^k."),
    Claim("wen2021.theorem-1.without-depth.smaller", "Section 3.1, Theorem 1, c rho < 1",
          "Where c rho < 1 and (c rho)^k sqrt(n) <= 1, k >= 1, that is below the first bound of Theorem 1, by a factor "
          "that grows with sqrt(k).",
          "o / sqrt(n) + o (c rho)^k < (the first bound) / (sqrt((k+1) log 16) / 2)",
          ForAll(no_smaller(flat, first_over_depth), sizes((1, 40), BELOW), meets=is_deep, ladder=("fractions",)),
          ("c rho < 1", "(c rho)^k sqrt(n) <= 1", "k >= 1"),
          Control("for any k", ForAll(no_smaller(flat, first_over_depth), sizes((0, 40), BELOW))), ours=True),
    Claim("wen2021.theorem-1.moments", "Section 3.1, Theorem 1, second bound",
          "The complexity is at most o max(1, c rho)^k sqrt(2 log(2^{k+1} (m_1 + 2) - 2) / n).",
          "R_S(SN_{c,o}) <= o max(1, c rho)^k sqrt(2 log(2^{k+1} (m_1 + 2) - 2) / n)",
          ForAll(above_moments, classes(), ladder=("fractions",)), ("x in [-1, 1]^m_1", "sigma(0) = 0, sigma rho-Lipschitz"),
          Control("with log 2 for the logarithm", ForAll(above_one_moment, classes(), examples=(OPPOSITE,))), ours=True,
          explanation="With S = |sum eps_i| and M_l the largest |sum eps_i h(x_i)| of the units of layer l, or S: by "
          "contraction E exp(s M_l) <= E exp(s S) + 2 E exp(s c rho M_{l-1}), and M_0 is the largest of 2 (m_1 + 1) sums, "
          "of each of which E exp(s sum) <= exp(s^2 n / 2). Jensen's inequality, and the best s."),
    Claim("wen2021.theorem-1.moments.smaller", "Section 3.1, Theorem 1, second bound",
          "Where c rho >= 1 that is below the second bound, so that Theorem 1 follows.",
          "2^{k+1} (m_1 + 2) - 2 < 2^{k+4} m_1, 2 log(2^{k+4} m_1) < (sqrt((k+3) log 4) + sqrt(2 log(2 m_1)))^2",
          ForAll(no_smaller(by_moments, second), sizes(), meets=is_steep, ladder=("fractions",)), ("c rho >= 1",),
          Control("where c rho < 1, below the first", ForAll(no_smaller(by_moments, first), examples=(
              Sizes(1, 2, 10**9, Fraction(1, 1000), Fraction(1), Fraction(1)),))), ours=True),
    Claim("wen2021.theorem-1.odd", "Section 3.1, Theorem 1, and Remark 1",
          "For an odd activation, as tanh is, it is at most o max(1, c rho)^k sqrt(2 log(2 (k + 1 + m_1)) / n): it depends "
          "on the depth by sqrt(log k) and the product of the norms, not by sqrt(k).",
          "R_S(SN_{c,o}) <= o max(1, c rho)^k sqrt(2 log(2 (k + 1 + m_1)) / n)",
          ForAll(above_moments_of_odd, odd_nets(), ladder=("fractions",)), ("sigma(-t) = -sigma(t)",),
          Control("with log 2 for the logarithm", ForAll(above_one_moment, odd_nets(), examples=(OPPOSITE,))), ours=True,
          explanation="As theorem-1.moments, without the factor 2, which an absolute value costs: with v, -v is there too."),
    Claim("wen2021.theorem-1.tails", "Section 3.1, Theorem 1, first bound",
          "The complexity is at most (o / sqrt(n)) (tau + sum_{l=0}^k (c rho)^{2 l} / tau), tau^2 = max(max_{l<k} 2 (c "
          "rho)^{2 l} log(2^{l+1}), 2 (c rho)^{2 k} log(2^{k+1} (m_1 + 1))), which for c rho < 1 is bounded over all k.",
          "R_S(SN_{c,o}) <= (o / sqrt(n)) (tau + sum_{l=0}^k (c rho)^{2 l} / tau)",
          ForAll(above_tails, classes(), ladder=("fractions",)), ("x in [-1, 1]^m_1", "sigma(0) = 0, sigma rho-Lipschitz"),
          Control("(o/n) E|sum eps_i|", ForAll(above_the_constants, classes())), ours=True,
          explanation="As theorem-1.moments with max(0, u - tau sqrt(n)) for exp(s u)."),
    Claim("wen2021.theorem-1.tails.smaller", "Section 3.1, Theorem 1, first bound",
          "Where c rho <= 1 that is below the first bound, so that Theorem 1 follows.", "tails < first bound",
          ForAll(no_smaller(by_tails, first), sizes(), meets=lambda s: s.c * s.rho <= 1, ladder=("fractions",)),
          ("c rho <= 1",),
          Control("below half the first bound", ForAll(no_smaller(by_tails, first, Fraction(1, 2)), sizes(), examples=(
              Sizes(1, 0, 1, Fraction(1), Fraction(1), Fraction(1)),), meets=lambda s: s.c * s.rho <= 1)), ours=True),
    Claim("wen2021.theorem-1.trivial", "Section 3.1, Theorem 1",
          "No function of the class is above o max(1, (c rho)^k), so neither is its complexity.",
          "R_S(SN_{c,o}) <= o max(1, (c rho)^k)", ForAll(above_trivial, classes(), ladder=("fractions",)),
          ("x in [-1, 1]^m_1",),
          Control("(o/n) E|sum eps_i|", ForAll(above_the_constants, classes())), ours=True),
    Claim("wen2021.theorem-1.trivial.smaller", "Section 3.1, Theorem 1, second bound",
          "Up to n = (k + 3) log 4 samples the second bound says less than that: it is above o (c rho)^k.",
          "o (c rho)^k < second bound for n <= (k + 3) log 4",
          ForAll(trivial_is_no_smaller(few_samples), sizes(), meets=is_steep, ladder=("fractions",)),
          ("c rho >= 1", "n <= (k + 3) log 4"),
          Control("for n = 100 (k + 3)", ForAll(trivial_is_no_smaller(lambda k: 100 * (k + 3)), sizes(), examples=(
              Sizes(1, 40, 1, Fraction(1), Fraction(1), Fraction(1)),), meets=is_steep)), ours=True),
    Claim("wen2021.theorem-1.power", "Section 3.1, Theorem 1",
          "The factor (c rho)^k is needed: on n samples x = 1 the complexity of ReLU nets is o max(1, (c rho)^k) E|sum "
          "eps_i| / n, which is at least o (c rho)^k / sqrt(2 n).",
          "R_S(SN_{c,o}) = (o/n) max(1, (c rho)^k) E|sum_i eps_i| for x_1 = ... = x_n = 1",
          ForAll(not_the_range, classes().map(at_ones), ladder=("fractions",)), ("x_i = (1, ..., 1)",),
          Control("on any samples", ForAll(not_the_range, classes())), ours=True),
    Claim("wen2021.remark-1.width", "Section 3.1, after Remark 1",
          "The complexity bound does not depend on the width of the network: of the last hidden layer not even the "
          "complexity does, as an output unit is at most its norm times its largest unit, or the bias.",
          "sum_i eps_i f(x_i) <= o max(|sum_i eps_i|, max_m |sum_i eps_i h_m(x_i)|)",
          ForAll(wider_is_larger(1), relu_mlps(ReLU()), ladder=("fractions",), n_examples=60), (),
          Control("at most half of it", ForAll(wider_is_larger(Fraction(1, 2)), relu_mlps(ReLU())))),
    Claim("wen2021.remark-1.width.earlier-layers", "Section 3.1, after Remark 1",
          "Of the hidden layers before, the complexity itself does depend on the width: a second unit in the first of two "
          "layers, a constant, serves the next one as a bias.",
          "R_S(SN^{2,(1,1,1,1)}) < R_S(SN^{2,(1,2,1,1)}) for some S",
          Certificate(two_units_exceed(lambda chains, out: chains)), ("sigma = ReLU, c = 2, o = 1",),
          Control("than the units that two make possible", Certificate(two_units_exceed(
              lambda chains, out: np.hstack([chains, out])))), ours=True),
    Claim("wen2021.remark-1.contracting", "Section 3.1, Remark 1, first case",
          "If c rho < 1 the bound is O(sqrt(k) (1 - (c rho)^{k+1}) / (1 - c rho)) in k >= 1, with the constant "
          "o / sqrt(n) (2 sqrt(2 log 16) + sqrt(2 log(2 m_1))).",
          "first bound <= C sqrt(k) (1 - (c rho)^{k+1}) / (1 - c rho)",
          ForAll(above_the_rate(first, geometric), sizes((1, 40), BELOW), ladder=("fractions",)), ("c rho < 1", "k >= 1"),
          Control("for k = 0, where sqrt(k) is 0", ForAll(above_the_rate(first, geometric), sizes((0, 0), BELOW)))),
    Claim("wen2021.remark-1.expanding", "Section 3.1, Remark 1, second case",
          "If c rho >= 1 the bound is O(sqrt(k) (c rho)^k) in k >= 1, with the same constant.",
          "second bound <= C sqrt(k) (c rho)^k",
          ForAll(above_the_rate(second, power), sizes((1, 40)), meets=is_steep, ladder=("fractions",)),
          ("c rho >= 1", "k >= 1"),
          Control("O(sqrt(k))", ForAll(above_the_rate(second, one), sizes((1, 40), ABOVE)))),
    Claim("wen2021.remark-1.depth", "Section 3.1, after Remark 1",
          "The bound depends on the depth by O(sqrt(k)) when c rho < 1, and sqrt(k) (c rho)^k otherwise, as a whole.",
          "bound <= C sqrt(k) / (1 - c rho) if c rho < 1, C sqrt(k) (c rho)^k if c rho >= 1",
          ForAll(above_the_rate(total, total_rate), sizes((1, 40), st.one_of(BELOW, ABOVE)), ladder=("fractions",)),
          ("k >= 1", "the dependence as a whole: that on the product of the norms, o c^k, is in it",),
          Control("times the product of the norms once more, as «in addition to the product» could be read", ForAll(
              above_the_rate(total, product_of_norms), sizes((1, 40), BELOW)))),
    Claim("wen2021.remark-1.small-m1", "Section 3.1, Remark 1",
          "When log(m_1) is small, the bound depends on k as said.", "log m_1 small",
          Informal("how small is not said; the constant of remark-1.contracting has sqrt(log(2 m_1)), and serves any m_1",
                   "wen2021.remark-1.contracting")),
)
