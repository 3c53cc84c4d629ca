"""Section 3.3: generalization bounds for classification, Theorem 3 at its corners, Remark 5, convolutions."""

import math
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import ball, greater
from pathnorm_ref.complexity import classification_rate
from pathnorm_ref.losses import softmax_cross_entropy
from pathnorm_ref.units import Bias
from proofs_check import definitions
from proofs_check.cases import NetCase, arrays
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.section_2 import Matrices, hidden_limits, leaky_mlps
from proofs_check.claims.wen2021.theorem_1 import BELOW, exceeds, first, geometric, power, sizes
from proofs_check.claims.yang2022.table_1 import decimal
from proofs_check.definitions import l_1_inf, l_pq
from proofs_check.violations import above, both, unequal


class Scores(NamedTuple):
    """Outputs f and g of as many samples, a row each, and the samples' classes."""

    f: np.ndarray
    g: np.ndarray
    y: np.ndarray


class Labels(NamedTuple):
    """n samples of x in {-1, 1}, fair, and y, 1 with probability p if x = 1 and q if x = -1, else 2.

    So the support is {-1, 1} x {1, 2}. The nets have no hidden layer: each is T(x) = <V, (1, x)>, V = ((b_1, b_2),
    (w_1, w_2)). K stands for the O.
    """

    n: int
    p: Fraction
    q: Fraction
    delta: Fraction
    K: Fraction
    T: tuple


class Convolution(NamedTuple):
    """Kernels W (c_out, c_in, k_h, k_w) and biases, on maps (c_in, 3, 4) with this padding on each side."""

    W: np.ndarray
    b: np.ndarray
    padding: int


@st.composite
def scores(draw):
    n, m2 = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return Scores(draw(arrays((n, m2))), draw(arrays((n, m2))),
                  np.array(draw(st.lists(st.integers(0, m2 - 1), min_size=n, max_size=n))))


@st.composite
def convolutions(draw):
    c_out, c_in, k_h, k_w = (draw(st.integers(1, 2)) for _ in range(4))
    return Convolution(draw(arrays((c_out, c_in, k_h, k_w))), draw(arrays((c_out,))), draw(st.integers(0, 1)))


# --- the cross-entropy -----------------------------------------------------------------------------------

def cross_entropy_differs(case):
    """The mean of L_C(f(x), y) as printed, less our loss."""
    return unequal(definitions.softmax_cross_entropy(case.f, case.y, exp=lambda t: t.exp(), log=lambda t: t.log()),
                   softmax_cross_entropy(case.f, case.y)[0])


def cross_entropy_without_own_class_differs(case):
    """The same with the sum over the other classes."""
    terms = [sum(value.exp() for j, value in enumerate(row) if j != y or len(row) == 1).log() - row[y]
             for row, y in zip(case.f, case.y, strict=True)]
    return unequal(sum(terms) / len(terms), softmax_cross_entropy(case.f, case.y)[0])


def steeper_than(constant):
    """max over samples of |L_C(f, y) - L_C(g, y)| - constant ||f - g||_inf."""
    def violation(case):
        worst = []
        for f, g, y in zip(case.f, case.g, case.y, strict=True):
            losses = [sum((value - out[y]).exp() for value in out).log() for out in (f, g)]
            worst.append(abs(losses[0] - losses[1]) - constant * max(abs(f - g)))
        return both(*worst)
    return violation


# --- Theorem 3 -------------------------------------------------------------------------------------------

ATOMS = tuple(product((1, -1), (0, 1)))
"""(x, class), class 0 being y = 1."""

OUTPUTS = tuple(tuple(Fraction(value) for value in V) for V in (
    (1, 0, 0, 0), (1, -1, 0, 0), (0, 0, 1, -1), (4, 0, -4, 0), (Fraction(1, 64), 0, Fraction(1, 64), 0), (32, 1, 0, -1)))
"""(b_1, b_2, w_1, w_2)."""

LABELS = st.builds(
    Labels, st.integers(1, 4), st.sampled_from([Fraction(1, 2), Fraction(1, 10)]),
    st.sampled_from([Fraction(1, 2), Fraction(9, 10)]),
    st.sampled_from([Fraction(1, 1000), Fraction(1, 2), Fraction(9, 10), 1 - Fraction(1, 10**6)]), st.just(Fraction(1, 2)),
    st.just(OUTPUTS))
NEARLY_SURE = Labels(1, Fraction(1, 2), Fraction(1, 2), 1 - Fraction(1, 10**14), Fraction(10**6), OUTPUTS[:1])


def matrix(T):
    """V, its columns the classes."""
    return np.array(T, dtype=object).reshape(2, 2)


def losses(T):
    """L_C(T(x), y) on each atom, in balls."""
    V, found = matrix(T), []
    for x, label in ATOMS:
        out = definitions.affine(V, [x])
        found.append((ball(out[1 - label] - out[label])).exp().log1p())
    return found


def norms(T):
    """(||T||_{1,inf}, ||T||_{1,1})."""
    return l_1_inf(matrix(T)), l_pq(matrix(T).T, 1, 1)


def printed(case, T):
    """What is inside the O of (3.2), its fraction cleared, with k = 0, m_1 = 1, m_2 = 2."""
    norm_1_inf, norm_1_1 = norms(T)
    return classification_rate(case.n, 0, 1, 2, 1, norm_1_inf, norm_1_1, case.delta, to=ball)


def repaired(case, T):
    """The same with sqrt(k + 1) + sqrt(log(2 m_1)) for sqrt(k) + sqrt(log m_1)."""
    return printed(case, T) + ball(norms(T)[1]) * ball(2).sqrt() * (1 + ball(2).log().sqrt()) / ball(case.n).sqrt()


def fails_too_often(rate):
    """P(some T has an error above K times its rate) - delta, by enumeration of how often each atom is drawn."""
    def violation(case):
        p = [(case.p, case.q)[x < 0] / 2 for x, _ in ATOMS]
        p = [p_1 if label == 0 else Fraction(1, 2) - p_1 for p_1, (_, label) in zip(p, ATOMS, strict=True)]
        nets = [(losses(T), ball(case.K) * rate(case, T)) for T in case.T]
        probability = Fraction(0)
        for counts in product(range(case.n + 1), repeat=len(ATOMS)):
            if sum(counts) == case.n:
                gaps = [p_a - Fraction(count, case.n) for p_a, count in zip(p, counts, strict=True)]
                if any(greater(abs(sum(ball(gap) * loss for gap, loss in zip(gaps, own, strict=True))), limit)
                       for own, limit in nets):
                    ways = math.factorial(case.n) // math.prod(map(math.factorial, counts))
                    probability += ways * math.prod(p_a**count for p_a, count in zip(p, counts, strict=True))
        return probability - case.delta
    return violation


def holds_at(*sizes):
    """Whether (3.2), with K = 10^6 for the O and delta = 1 - 1/(10^14 n), holds of f = (1, 0) for n samples, of these n.

    x as you like, which f does not read, and both classes equally likely whatever x is; k = 0, m_1 = 1, m_2 = 2.
    """
    def facts():
        told: dict[str, bool] = {}
        span = abs(losses(OUTPUTS[0])[0] - losses(OUTPUTS[0])[1])
        for n in sizes:
            delta = 1 - Fraction(1, 10**14 * n)
            limit = 10**6 * classification_rate(n, 0, 1, 2, 1, 1, 1, delta, to=ball)
            failing = [ones for ones in range(n + 1) if greater(ball(abs(Fraction(ones, n) - Fraction(1, 2))) * span, limit)]
            probability = Fraction(sum(math.comb(n, ones) for ones in failing), 2**n)
            told[f"n = {n}: an error above 10^6 times (3.2) has a probability of {decimal(probability)}, at most delta"] = (
                probability <= delta)
        return told
    return facts


# --- Remark 5 --------------------------------------------------------------------------------------------

def beyond_the_product(rho):
    """max |f_T(x)[j]| - (c rho)^k ||T_{k+1}||_{1,inf}, for x in [-1, 1]."""
    def violation(case):
        k, c, o = hidden_limits(case)
        return above(abs(case.net.forward(case.params, case.x / 4)[0]), (c * rho)**k * max(o))
    return violation


def beyond_twice(case):
    """||V||_{1,1} against ||V||_{1,inf} and m_2 times it."""
    V = case.V[0]
    return both(l_1_inf(V) - l_pq(V.T, 1, 1), l_pq(V.T, 1, 1) - V.shape[1] * l_1_inf(V))


def beyond_once(case):
    return l_pq(case.V[0].T, 1, 1) - l_1_inf(case.V[0])


def above_the_rate(rate):
    """Whether Theorem 1's first bound is above rate(c rho) times what does not depend on c rho."""
    def violation(s):
        constant = ball(s.o) * (2 * ((s.k + 1) * ball(16).log()).sqrt() + (2 * ball(2 * s.m1).log()).sqrt())
        return exceeds(first(s), constant / ball(s.n).sqrt() * ball(rate(s)))
    return violation


def small_hidden_layer():
    """1 + relu(x / 4): hidden norm 1/4, at x = 4 / 4."""
    params = ((np.array([[0.25]]), np.zeros(1)), (), (np.ones((1, 1)), np.ones(1)))
    return NetCase(mlp((1, 1, 1)), params, np.array([[4.0]]), np.zeros((1, 1)), Fraction(1), Bias.FREE)


def is_steep(rho):
    return lambda case: hidden_limits(case)[1] * rho >= 1


# --- convolutions ----------------------------------------------------------------------------------------

def as_dense(case):
    """V~ of the convolution as a dense layer of all pixels: each output pixel is a unit, with its kernel's bias."""
    def linear(x):
        return definitions.conv2d(x[None], case.W, padding=(case.padding,) * 4)[0]
    weights = definitions.operator_matrix(linear, (case.W.shape[1], 3, 4), one=Fraction(1))
    pixels = weights.shape[0] // case.W.shape[0]
    return np.concatenate([np.repeat(case.b, pixels)[None, :], weights.T])


def kernel_norms(case):
    return [abs(b) + np.sum(abs(W)) for W, b in zip(case.W, case.b, strict=True)]


def not_the_largest_kernel(case):
    """||V~||_{1,inf} - max over kernels of their L1 norm with bias, or how far it is above, if there is padding."""
    norm, largest = l_1_inf(as_dense(case)), max(kernel_norms(case))
    return norm - largest if case.padding else unequal(norm, largest)


def not_the_sum_of_kernels(case):
    return unequal(l_1_inf(as_dense(case)), sum(kernel_norms(case)))


def changes_with_more_kernels(norm):
    """By how much a norm of V~ changes if each kernel is there twice."""
    def violation(case):
        twice = case._replace(W=np.concatenate([case.W] * 2), b=np.concatenate([case.b] * 2))
        return unequal(norm(as_dense(case)), norm(as_dense(twice)))
    return violation


@st.composite
def outputs(draw):
    return Matrices((draw(arrays((draw(st.integers(1, 3)), draw(st.integers(1, 3))))),), Fraction(1))


CLAIMS = (
    Claim("wen2021.section-3.cross-entropy", "Section 3.3, definition of L_C",
          "L_C(f(x), y) = -log(exp(f(x)[y]) / sum_j exp(f(x)[j])) is the softmax cross-entropy, our loss.",
          "L_C(f(x), y) = -log(exp(f(x)[y]) / sum_j exp f(x)[j])",
          ForAll(cross_entropy_differs, scores(), ladder=("balls",)), (),
          Control("with the sum over j != y", ForAll(cross_entropy_without_own_class_differs, scores(), ladder=("balls",)))),
    Claim("wen2021.section-3.cross-entropy.lipschitz", "Section 3.3, Theorem 3",
          "L_C is 2-Lipschitz in the maximum norm of f(x).",
          "|L_C(f, y) - L_C(g, y)| <= 2 max_j |f[j] - g[j]|",
          ForAll(steeper_than(2), scores(), ladder=("balls",)), (),
          Control("1-Lipschitz", ForAll(steeper_than(1), scores(), ladder=("balls",))), ours=True),
    Claim("wen2021.section-3.columns", "Section 3.3, before Theorem 3", "T[j] is V[, j], the j-th column of V.",
          "T[j] = V[, j]", Informal("a notation that our text does not use again", "wen2021.remark-5.norms")),
    Claim("wen2021.theorem-3", "Section 3.3, Theorem 3, (3.2)",
          "With probability at least 1 - delta every f_T in S_c has an error of at most (3.2), here with 10^6 for the O.",
          "E_{L_C}(f_T) <= O((c rho)^k / sqrt(n) ||T||_{1,inf} [sqrt(log(1/delta)) + ||T||_{1,1} / ||T||_{1,inf} sqrt(m_2) "
          "(sqrt(k) + sqrt(log m_1))])",
          Certificate(holds_at(1, 3, 7, 101)),
          ("k = 0, m_1 = 1, m_2 = 2, c rho = 1", "x uniform on [-1, 1], both classes equally likely whatever x is",
           "delta = 1 - 1/(10^14 n)"),
          fault="missing hypothesis", correction="wen2021.theorem-3.corrected",
          tex=r"\mathcal{E}_{L_C}(f_T) \le O\left(\frac{(c\rho_\sigma)^k}{\sqrt n} \|T_{k+1}\|_{1,\infty} \left[\sqrt{\log "
              r"\tfrac{1}{\delta}} + \frac{\|T_{k+1}\|_{1,1}}{\|T_{k+1}\|_{1,\infty}} \sqrt{m_2} (\sqrt k + \sqrt{\log m_1})"
              r"\right]\right)",
          explanation="(B2) allows k = 0 and m_1 = 1, where sqrt(k) + sqrt(log m_1) = 0. With two classes, equally likely "
          "whatever x is, and f = (b, 0) the loss is log(1 + e^-b) or log(1 + e^b): they differ by b. So if m of n samples "
          "are of the first class the error is b |2 m - n|/(2 n), which is b/(2 n) at least for every odd n, whatever is "
          "drawn. What remains of (3.2) is K b sqrt(log(1/delta)/n), which tends to 0 as delta tends to 1: whatever the "
          "constant K and the odd n are, some delta makes it less. Here b = 1, and with K = 10^6 the bound is 1/(10 n): the "
          "failure is certain. That n is large is no way out."),
    Claim("wen2021.theorem-3.zero-output", "Section 3.3, Theorem 3, (3.2)",
          "(3.2) is a bound for every f_T in S_c, T_{k+1} = 0 too.", "||T_{k+1}||_{1,1} / ||T_{k+1}||_{1,inf}",
          Informal("there the ratio is 0 / 0; with the bracket multiplied out, as it is meant, the bound is 0, and right: "
                   "the loss is log m_2 on every sample", "wen2021.theorem-3.corrected")),
    Claim("wen2021.theorem-3.corrected", "Section 3.3, Theorem 3, (3.2)",
          "With sqrt(k + 1) + sqrt(log(2 m_1)), as Theorem 1 has k and m_1, and the bracket multiplied out, it fails "
          "no more: in these cases, with up to four samples and k = 0, with the constant 1/2 for the O.",
          "E_{L_C}(f_T) <= O((c rho)^k / sqrt(n) [||T||_{1,inf} sqrt(log(1/delta)) + ||T||_{1,1} sqrt(m_2) "
          "(sqrt(k + 1) + sqrt(log(2 m_1)))])",
          ForAll(fails_too_often(repaired), LABELS, examples=(NEARLY_SURE._replace(K=Fraction(1, 2)),),
                 ladder=("fractions",), n_examples=30),
          ("k = 0, m_1 = 1, m_2 = 2, c rho = 1", "six output layers, x in {-1, 1}"),
          Control("as printed", ForAll(fails_too_often(printed), LABELS, examples=(NEARLY_SURE,))), ours=True,
          tex=r"\mathcal{E}_{L_C}(f_T) \le O\left(\frac{(c\rho_\sigma)^k}{\sqrt n} \left[\|T_{k+1}\|_{1,\infty} \sqrt{\log "
              r"\tfrac{1}{\delta}} + \|T_{k+1}\|_{1,1} \sqrt{m_2} (\sqrt{k+1} + \sqrt{\log(2 m_1)})\right]\right)"),
    Claim("wen2021.section-3.residual", "Section 3.3, last paragraph",
          "It would be interesting to extend the results to residual neural networks.", "sigma(T(u)) + u",
          Informal("a plan; the recursion of Section 2.3 has no skip; of ReLU nets a wider layer carries u on, as relu(u) - "
                   "relu(-u)", "wen2021.section-2.layers")),
    Claim("wen2021.remark-5.range", "Section 3.3, Remark 5",
          "(c rho)^k ||T_{k+1}||_{1,inf} reflects the range of f_T: on [-1, 1]^m_1 no output is larger.",
          "|f_T(x)[j]| <= (c rho)^k ||T_{k+1}||_{1,inf}",
          ForAll(beyond_the_product(3), leaky_mlps(3.0), meets=is_steep(3), ladder=("fractions",), n_examples=60),
          ("c rho >= 1", "x in [-1, 1]^m_1"),
          Control("for c rho < 1", ForAll(beyond_the_product(1), examples=(small_hidden_layer(),)))),
    Claim("wen2021.remark-5.norms", "Section 3.3, Remark 5",
          "The ratio ||T||_{1,1} / ||T||_{1,inf} is from 1 to m_2, the number of classes.",
          "||T||_{1,inf} <= ||T||_{1,1} <= m_2 ||T||_{1,inf}", ForAll(beyond_twice, outputs(), ladder=("fractions",)), (),
          Control("it is at most 1", ForAll(beyond_once, outputs())), ours=True),
    Claim("wen2021.remark-5.contracting", "Section 3.3, Remark 5, last sentence",
          "If c rho < 1 the bound relies on c rho by O((1 - (c rho)^{k+1}) / (1 - c rho)): so does Theorem 1's first bound, "
          "from which it comes.",
          "first bound <= C (1 - (c rho)^{k+1}) / (1 - c rho), C independent of c rho",
          ForAll(above_the_rate(geometric), sizes((1, 40), BELOW), ladder=("fractions",)), ("c rho < 1", "k >= 1"),
          Control("by O((c rho)^k)", ForAll(above_the_rate(power), sizes((1, 40), BELOW)))),
    Claim("wen2021.section-3.convolution", "Section 3.3, last paragraph",
          "A convolution is a layer with a sparse structure: the L1,inf norm of its augmented matrix is the largest L1 norm "
          "of a kernel with its bias, or less where all windows reach into the padding.",
          "||V~||_{1,inf} = max_o (|b_o| + ||W_o||_1) without padding, <= with",
          ForAll(not_the_largest_kernel, convolutions(), ladder=("fractions",), n_examples=60), (),
          Control("it is the sum over kernels", ForAll(not_the_sum_of_kernels, convolutions()))),
    Claim("wen2021.section-3.kernels", "Section 3.3, last paragraph",
          "The bound does not depend on the number of kernels: more copies of the same leave the norm as it is.",
          "||(V~, V~)||_{1,inf} = ||V~||_{1,inf}",
          ForAll(changes_with_more_kernels(l_1_inf), convolutions(), ladder=("fractions",), n_examples=40), (),
          Control("nor does ||V~||_{1,1}", ForAll(
              changes_with_more_kernels(lambda V: l_pq(V.T, 1, 1)), convolutions()))),
    Claim("wen2021.section-3.pooling", "Section 3.3, last paragraph",
          "The results can be easily extended to convolutional neural networks.", "CNNs",
          Informal("to convolutions and average pooling, which are affine, they apply; a maximum of pixels is no affine map "
                   "followed by one sigma of each number, so that the nets of Section 5.3 are outside of the class",
                   "wen2021.section-3.convolution")),
)
