"""Appendix C: counts of data sets and runs, grids, the data of Figures 1 and 2, pruning, Figure 3."""

from fractions import Fraction
from itertools import permutations
from math import factorial
from typing import NamedTuple

import numpy as np

from pathnorm_ref.architectures import factorised_mlp, mlp
from pathnorm_ref.units import Bias
from proofs_check.cases import NetCase, mlp_cases
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.appendix_b1 import factorised_nets
from proofs_check.claims.yang2022.remark_2 import normalised_nets
from proofs_check.claims.yang2022.section_4 import not_equal_after_balancing, not_equal_unbalanced, objectives
from proofs_check.claims.yang2022.section_5 import MODIFICATIONS
from proofs_check.definitions import prox_2
from proofs_check.rescaled import difference, hidden_units

# --- C.1.1: data sets ----------------------------------------------------------------------------------

MNIST_TRAINING = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
MNIST_TEST = (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
"""How often each digit 0, ..., 9 stands in MNIST's published label files."""
SPLITS = {"MNIST": (10 * 6000, 55000, 5000), "CIFAR10": (10 * 5000, 45000, 5000), "SVHN": (73257, 67257, 6000)}
"""(training images, those kept, those for validation), as printed."""
MNIST_C = ("shot noise", "impluse noise", "glass blur", "motion blur", "shear", "scale", "rotate", "brightness",
           "translate", "stripe", "fog", "spatter", "dotted line", "zigzag", "canny edge")
CIFAR10_C = ("Gaussian noise", "shot noise", "impluse noise", "defocus blur", "frosted glass blur", "motion blur",
             "zoom blur", "snow", "frost", "fog", "brightness", "contrast", "elastic", "pixelate", "JPEG")
"""The corruptions that the document names, spelled as there."""
SEEDS = (42, 43, 44, 45)


def every_digit_as_often():
    return {f"{name} images of the digits 0 to 9: {', '.join(map(str, counts))}, each {n}": set(counts) == {n}
            for name, counts, n in (("training", MNIST_TRAINING, 6000), ("test", MNIST_TEST, 1000))}


def as_often_on_average():
    return {f"{name} images: {sum(counts)} = 10 * {n}": sum(counts) == 10 * n
            for name, counts, n in (("training", MNIST_TRAINING, 6000), ("test", MNIST_TEST, 1000))}


def splits_add_up(splits):
    def facts():
        return {f"{name}: {kept} + {validation} = {images}": kept + validation == images
                for name, (images, kept, validation) in splits.items()}
    return facts


def named(corruptions, count):
    def facts():
        n = len(set(corruptions))
        return {f"the {n} in the list are {count}": n == count}
    return facts


def runs(further):
    def facts():
        return {f"seed {SEEDS[0]} and {further} further ones: {len(SEEDS)} runs": 1 + further == len(SEEDS)}
    return facts


# --- C.1.3 and C.2: grids ------------------------------------------------------------------------------

GRIDS = {  # (learning rates, lambdas) of each task, as printed in C.1.3
    1: ("0.003 0.01 0.03 0.1 0.3 0.5", "0.00001 0.00003 0.0001 0.0003 0.001 0.003 0.01"),
    2: ("0.003 0.01 0.03 0.1 0.3 0.5", "0.00001 0.00003 0.0001 0.0003 0.001 0.003 0.01"),
    3: ("0.01 0.03 0.1 0.3", "0.00001 0.00003 0.0001 0.0003 0.001 0.003 0.01"),
    4: ("0.03 0.1 0.3 0.5", "0.0001 0.0003 0.001 0.003"),
    5: ("0.01 0.03", "0.0001 0.001 0.003 0.01"),
}
FIGURES = {"Figure 1 left": (1, "0.01", "0.0001"), "Figure 1 middle": (2, "0.1", "0.00003")}
"""(task, learning rate, lambda), as printed in C.2."""
GRID_OF_C3 = ("0.01 0.03", "0.0001 0.001 0.003 0.01")


def figures_are_in_the_grids(tasks):
    def facts():
        told = {}
        for figure, (task, lr, lam) in FIGURES.items():
            rates, lambdas = GRIDS[tasks.get(figure, task)]
            told[f"{figure}: {lr} is among {rates}"] = lr in rates.split()
            told[f"{figure}: {lam} is among {lambdas}"] = lam in lambdas.split()
        return told
    return facts


def grid_of_c3_is_that_of(task):
    def facts():
        return {f"Task {task}: {GRIDS[task]} is {GRID_OF_C3}": GRIDS[task] == GRID_OF_C3}
    return facts


def tasks_with_grids(others):
    """Whether each task of Section 5.1 has a grid, and so many others have."""
    def facts():
        tasks, beside = MODIFICATIONS.keys(), sorted(GRIDS.keys() - MODIFICATIONS)
        return {f"Tasks {', '.join(map(str, tasks))} of Section 5.1 have grids": tasks <= GRIDS.keys(),
                f"beside them {len(beside)}: Task {', '.join(map(str, beside))}": len(beside) == others}
    return facts


def chosen_is_better(share):
    """Of n + 1 runs that are alike every ranking is as likely; the best of the first n is above the last in so many.

    In all but those where the last is the best of all, n of n + 1: counted for n up to 6.
    """
    def facts():
        rates, lambdas = GRIDS[1]
        n = len(rates.split()) * len(lambdas.split())
        told = {f"Tasks 1 and 2: {len(rates.split())} * {len(lambdas.split())} = {n} settings":
                n == 42 and GRIDS[1] == GRIDS[2]}
        for n in range(1, 7):
            better = sum(max(ranks[:n]) > ranks[n] for ranks in permutations(range(n + 1)))
            told[f"{n} settings: {better} of {factorial(n + 1)} rankings"] = better == share(n) * factorial(n + 1)
        return told
    return facts


def unmoved(lr, lam):
    """How many of the 2^23 float32 numbers w in [1, 2) weight decay leaves as they are: w - lr (lam w) rounds to w."""
    w = np.arange(2**23, 2**24, dtype=np.uint32).astype(np.float32) / np.float32(2**23)
    return int(np.count_nonzero(w - np.float32(lr) * (np.float32(lam) * w) == w))


def smallest_step_moves_few(lr):
    """Of any power of 2 times [1, 2) the same is true, as all roundings scale alike (but for subnormal numbers)."""
    def facts():
        still = unmoved(lr, "0.00001")
        return {f"{still} of 2^23 weights stay: more than 98 in 100": still > Fraction(98, 100) * 2**23}
    return facts


# --- C.2: the data and the neurons of Figure 1, right --------------------------------------------------

PIECES = ((8, Fraction(0), Fraction(0), Fraction(1, 2)), (32, Fraction(1, 2), Fraction(1, 2), Fraction(3, 4)),
          (8, Fraction(3, 4), Fraction(3, 4), Fraction(1)))
"""sin(a pi (x - x_0)) for x_1 < x <= x_2, as (a, x_0, x_1, x_2)."""


def continuous_with_whole_periods(pieces):
    """sin(pi t) is 0 for integer t: so it must be at both ends of each piece; and t / 2 counts periods."""
    def facts():
        told = {}
        for a, x_0, x_1, x_2 in pieces:
            ends = [a * (x - x_0) for x in (x_1, x_2)]
            told[f"sin({a} pi (x - {x_0})) on ({x_1}, {x_2}]: sin({ends[0]} pi) = sin({ends[1]} pi) = 0, "
                 f"{ends[1] / 2} periods, {Fraction(a, 2)} in a unit"] = all(t.denominator == 1 for t in ends) and (
                ends[1] / 2).denominator == 1
        return told
    return facts


STEP = Fraction(1, 100)
"""gamma lambda."""
THRESHOLD = Fraction(1, 1000)
"""A neuron is active if |w| |v| is above (C.2)."""


def decay(unit):
    """One step of weight decay on both sides, no gradient of the loss."""
    return tuple((1 - STEP) * side for side in unit)


def proximal(unit):
    """One step of Algorithm 1: w stays of norm 1, v is shrunk."""
    w, v = unit
    return w, prox_2(np.array([v], dtype=object), STEP, 1)[0]


def steps_to_inactive(step):
    """From |w| = |v| = 1 until |w| |v| <= 0.001; and |w| |v| then."""
    unit, steps = (Fraction(1), Fraction(1)), 0
    while unit[0] * unit[1] > THRESHOLD:
        unit, steps = step(unit), steps + 1
    return steps, unit[0] * unit[1]


def slower_and_never_zero(factor):
    def facts():
        (slow, left), (fast, nothing) = steps_to_inactive(decay), steps_to_inactive(proximal)
        return {f"weight decay takes {slow} steps, the proximal algorithm {fast}: more than {factor} times as many":
                slow > factor * fast, "weight decay leaves something": left > 0, "the prox leaves 0": nothing == 0}
    return facts


# --- C.3: pruning --------------------------------------------------------------------------------------

def pruned(case, with_bias):
    """The parameters without the units of which w or v is zero: both sides zero, and their biases."""
    params = [list(own) for own in case.params]
    for hidden in hidden_units(case.net):
        (W, *b), (V, *_) = params[hidden.incoming], params[hidden.outgoing]
        w_is_zero = [all(W[i] == 0) and (not b or not with_bias or b[0][i] == 0) for i in range(len(W))]
        kept = np.array([int(not (w_is_zero[i] or all(V[:, i] == 0))) for i in range(len(W))])
        params[hidden.incoming] = [W * kept[:, None], *(array * kept for array in b)]
        params[hidden.outgoing][0] = V * kept
    return tuple(map(tuple, params))


def pruning_changes(with_bias):
    return lambda case: difference(case, pruned(case, with_bias))


CONSTANT_UNIT = NetCase(mlp((1, 1, 1), bias=(True, False)), ((np.zeros((1, 1)), np.ones(1)), (), (np.ones((1, 1)),)),
                        np.ones((1, 1)), np.ones((1, 1)), Fraction(1), Bias.FREE)
"""relu(0 x + 1)."""


# --- C.3: the objectives of Figure 3 -------------------------------------------------------------------

class Factorisation(NamedTuple):
    """A net that minimises F, its factorisation, and other weights for the latter."""

    net: NetCase
    factorised: NetCase
    other: NetCase


def chain(make, *weights):
    """The net of width 1 with these weights, no biases; x = 1, y = 4097, lambda = 64."""
    net = make((1,) * 5, bias=False)
    left = iter(weights)
    params = tuple((np.array([[next(left)]]),) if layer.param_shapes else () for layer in net)
    return NetCase(net, params, np.ones((1, 1)), np.array([[4097.0]]), Fraction(64), Bias.ABSENT)


CHAINS = Factorisation(chain(mlp, *[8.0] * 4), chain(factorised_mlp, *[4.0] * 6),
                       chain(factorised_mlp, *[4.0] * 5, 4 + 3 / 4096))
"""f(1) = 4096 as 8^4 (MLP-3-1), as 4^6 (MLP-3-1 factorized), and 4096 + 3/4 there."""


def minimises_F(chains):
    """Whether F = 16385/2, the least, and the factorised weights have the same function and the least G with it.

    |f(1)| = r^2 is at most the product of four norms, so R >= 4 r, and F >= (r^2 - 4097)^2 / 2 + 128 r = 16385/2 +
    (r - 64)^2 (r^2 + 128 r + 4094) / 2. The product of the three sums of R~ is at least f(1) = 4096, so R~ >= 3 * 16.
    """
    outputs = [case.net.forward(case.params, case.x)[0][0, 0] for case in chains[:2]]
    return bool(outputs[0] == outputs[1] == 4096 and objectives(chains.net)[0] == Fraction(16385, 2)
                and objectives(chains.factorised)[1] == Fraction(1, 2) + 64 * 3 * 16)


def larger_path_norm_objective(chains):
    return objectives(chains.factorised)[1] - objectives(chains.other)[1]


# --- footnote 1: batch normalisation -------------------------------------------------------------------

def rescaled_normalisation_differs(case, first=1):
    """By how much f changes on the batch if unit i's (gamma, beta), or its (w, b), take 2^i, and its v 1/2^i."""
    params = list(case.params)
    factors = np.array([2 ** (i + 1) for i in range(len(params[1][0]))])
    params[first] = tuple((array.T * factors).T for array in params[first])
    params[-1] = (params[-1][0] / factors, *params[-1][1:])
    return difference(case, tuple(params))


def rescaled_in_front_differs(case):
    return rescaled_normalisation_differs(case, first=0)


CLAIMS = (
    Claim("yang2022.appendix-c1.mnist-classes", "Appendix C.1.1, a",
          "Each class of MNIST has 6000 training images and 1000 test images.",
          "n_0 = ... = n_9 = 6000 in training, 1000 in test", Certificate(every_digit_as_often),
          ("the label files as published",), fault="missing hypothesis",
          correction="yang2022.appendix-c1.mnist-classes.corrected",
          tex=r"n_0 = \dots = n_9 = 6000 \text{ in training}, \quad 1000 \text{ in test}",
          explanation="Count the labels of MNIST's files: they add up to 60 000 and 10 000, and no class has exactly "
          "a tenth. It is so on average."),
    Claim("yang2022.appendix-c1.mnist-classes.corrected", "Appendix C.1.1, a",
          "On average it has: the ten classes have 60 000 training images and 10 000 test images together.",
          "n_0 + ... + n_9 = 60000 in training, 10000 in test", Certificate(as_often_on_average), (),
          Control("each has a tenth of them", Certificate(every_digit_as_often)), ours=True,
          tex=r"n_0 + \dots + n_9 = 60000 \text{ in training}, \quad 10000 \text{ in test}"),
    Claim("yang2022.appendix-c1.splits", "Appendix C.1.1, a, c and e",
          "The training images are split into as many as there are: MNIST 55000 + 5000, CIFAR10 45000 + 5000, "
          "SVHN 67257 + 6000.", "training + validation = all", Certificate(splits_add_up(SPLITS)),
          ("ten classes of 6000 and 5000, on average", "73257 digits of SVHN"),
          Control("SVHN 67257 + 5000",
                  Certificate(splits_add_up(SPLITS | {"SVHN": (73257, 67257, 5000)})))),
    Claim("yang2022.appendix-c1.mnist-c", "Appendix C.1.1, b", "MNIST-C applies the 15 corruptions that are named.",
          "15", Certificate(named(MNIST_C, 15)), (),
          Control("the 15 without the last", Certificate(named(MNIST_C[:-1], 15)))),
    Claim("yang2022.appendix-c1.cifar10-c", "Appendix C.1.1, d", "CIFAR10-C applies 18 corruptions, namely those "
          "listed.",
          "18", Certificate(named(CIFAR10_C, 18)), (), fault="misprint",
          correction="yang2022.appendix-c1.cifar10-c.corrected", tex=r"\text{corruptions} = 18",
          explanation="Count the list: 1) Gaussian noise, ..., 15) JPEG."),
    Claim("yang2022.appendix-c1.cifar10-c.corrected", "Appendix C.1.1, d", "The list names 15.", "15",
          Certificate(named(CIFAR10_C, 15)), (), Control("it names 18", Certificate(named(CIFAR10_C, 18))), ours=True,
          tex=r"\text{corruptions} = 15"),
    Claim("yang2022.appendix-c1.runs", "Appendix C.1.4",
          "The seed of the grid search and another three make four runs.", "1 + 3 = 4", Certificate(runs(3)), (),
          Control("and another four do", Certificate(runs(4)))),
    Claim("yang2022.appendix-c1.selection", "Appendix C.1.4, with C.1.3",
          "The run of seed 42 is not like the other three: it was chosen for its validation accuracy. If all 42 settings "
          "of Tasks 1 and 2 were alike, it would be above that of another run with probability 42/43.",
          "P(max_{i <= n} a_i > a_{n+1}) = n / (n + 1)",
          Certificate(chosen_is_better(lambda n: Fraction(n, n + 1))),
          ("n + 1 validation accuracies, every ranking as likely, no ties",),
          Control("with probability 1/2", Certificate(chosen_is_better(lambda n: Fraction(1, 2)))), ours=True),
    Claim("yang2022.appendix-c1.grids", "Appendix C.1.3",
          "Of the grids that C.1.3 announces for Section 5.1 four are for its Tasks 1 to 4; the fifth is for Task 5, of "
          "C.3.", "{1, 2, 3, 4, 5} = {1, 2, 3, 4} and {5}", Certificate(tasks_with_grids(others=1)), (),
          Control("all are for tasks of Section 5.1", Certificate(tasks_with_grids(others=0))), ours=True),
    Claim("yang2022.footnote-1", "Appendix C.1.2, c, footnote 1, with Appendix B.1",
          "Where batch normalisation follows each convolution, as in the code that the footnote names, what can be "
          "rescaled against the output weights are its gamma and beta.",
          "v sigma(gamma u + beta) = v / alpha sigma(alpha gamma u + alpha beta)",
          ForAll(rescaled_normalisation_differs, normalised_nets(), ladder=("fractions",), n_examples=40),
          ("batch normalisation before the activation", "the function of the whole batch"),
          Control("the convolution's weights and bias", ForAll(
              rescaled_in_front_differs, normalised_nets(), ladder=("fractions",), n_examples=40)), ours=True),
    Claim("yang2022.appendix-c2.grids", "Appendix C.2, Figure 1 left and middle, with C.1.3",
          "The learning rates and lambdas of Figure 1 are in the grids of their tasks.", "(0.01, 0.0001), (0.1, "
          "0.00003)",
          Certificate(figures_are_in_the_grids({})), (),
          Control("those of the middle are in the grid of Task 5",
                  Certificate(figures_are_in_the_grids({"Figure 1 middle": 5})))),
    Claim("yang2022.appendix-c3.grid", "Appendix C.3, with C.1.3, Task 5",
          "The grid of C.3 is that of Task 5 in C.1.3.", "{0.01, 0.03} x {0.0001, 0.001, 0.003, 0.01}",
          Certificate(grid_of_c3_is_that_of(5)), (),
          Control("it is that of Task 4", Certificate(grid_of_c3_is_that_of(4)))),
    Claim("yang2022.appendix-c1.smallest-step", "Appendix C.1.3, Tasks 1 and 2",
          "With the smallest learning rate and lambda of the grid, weight decay in float32 leaves 98 in 100 weights as "
          "they are, where the loss has no gradient: the step is below half a unit in the last place.",
          "fl(w - fl(lr fl(lambda w))) = w, lr = 0.003, lambda = 0.00001",
          Certificate(smallest_step_moves_few("0.003")),
          ("float32, rounded to the nearest", "decay added to the gradient, which is 0 (units that are off)"),
          Control("with the next learning rate, 0.01", Certificate(smallest_step_moves_few("0.01"))), ours=True),
    Claim("yang2022.figure-1.left", "Figure 1, left, with Appendix C.2",
          "With the same lambda and learning rate the proximal algorithm minimises the weight decay objective faster.",
          "F(W_t^prox) < F(W_t^decay)",
          Informal("of one run on data that are not given. F of unbalanced weights is above G: what the proximal run "
                   "descends is not what is plotted", "yang2022.section-4.gap")),
    Claim("yang2022.figure-1.middle", "Figure 1, middle, with Appendix C.2",
          "The spectral norm of the Jacobian at test samples is generally larger for the net trained with weight "
          "decay, which is therefore less robust.", "||J(x)||_2",
          Informal("of two trained nets; 'generally' and 'robust' are not defined",
                   "yang2022.appendix-a3.lipschitz.net")),
    Claim("yang2022.figure-1.right", "Figure 1, right, with Appendix C.2",
          "Weight decay makes neurons inactive too, but much slower: one from which the loss takes its gradient (|w| = "
          "|v| = 1, gamma lambda = 1/100) becomes inactive in more than three times the steps, and never 0.",
          "(1 - gamma lambda)^{2 t} <= 0.001 against 1 - gamma lambda t <= 0.001",
          Certificate(slower_and_never_zero(3)),
          ("no gradient of the loss", "active if |w| |v| > 0.001 (C.2)"),
          Control("in more than four times the steps", Certificate(slower_and_never_zero(4))), ours=True),
    Claim("yang2022.figure-2", "Figure 2, caption, with Appendix C.2",
          "After the same number of iterations, till convergence, the decision boundaries differ; both algorithms "
          "eventually converge to the same function.", "lim f_prox = lim f_decay",
          Informal("the data are not given. 'Till converge' (C.2) and 'eventually converge' to a third picture "
                   "(caption) do not fit together; that minimisers agree is Theorem 3, that both algorithms find the "
                   "same one is not",
                   "yang2022.theorem-3.first-to-second")),
    Claim("yang2022.appendix-c2.learning-rate", "Appendix C.2, last paragraph",
          "A larger learning rate, with the same lambda, leads to over-thresholding and so to sparse models.",
          "threshold lambda gamma", Informal("'in general', of runs that are not shown", "yang2022.figure-1.right")),
    Claim("yang2022.appendix-c2.frequencies", "Appendix C.2, Figure 1 right, definition of f",
          "f has varying spatial frequency (4, 16 and 4 periods in a unit), and is continuous, 0 between its pieces.",
          "f(x) = sin(8 pi x), sin(32 pi (x - 1/2)), sin(8 pi (x - 3/4)) on (0, 1/2], (1/2, 3/4], (3/4, 1]",
          Certificate(continuous_with_whole_periods(PIECES)), (),
          Control("with 30 pi for 32 pi", Certificate(continuous_with_whole_periods(
              (PIECES[0], (30, *PIECES[1][1:]), PIECES[2]))))),
    Claim("yang2022.appendix-c3.prune", "Appendix C.3, second paragraph",
          "Pruning the units of which the input vector w or the output vector v is zero keeps the function, if the "
          "bias is part of w.", "w = 0 or v = 0 implies v sigma(w^T x) = 0",
          ForAll(pruning_changes(with_bias=True), mlp_cases(Bias.FREE), n_examples=40),
          ("sigma(0) = 0", "w with its bias"),
          Control("if the bias is no part of w", ForAll(pruning_changes(with_bias=False), examples=(CONSTANT_UNIT,))),
          ours=True),
    Claim("yang2022.figure-3", "Appendix C.3, with Figure 3",
          "Weight decay only finds solutions of sparsity above 64 %; the proximal algorithm finds solutions "
          "competitive with lasso, and outperforms group lasso in the sparse regime.", "sparsity > 64 %",
          Informal("of trained nets in a figure. Sparsity is the percentage of active units (Section 5.1), so that "
                   "sparser solutions have less of it", "yang2022.figure-1.right")),
    Claim("yang2022.figure-3.objective", "Appendix C.3, Figure 3, caption, with C.1.2, Task 5",
          "Weight decay, on MLP-3-n, and the proximal algorithm, on MLP-3-n factorized, solve equivalent objectives: a "
          "minimiser of F for the one is, with the inner layers factorised, one of G for the other.",
          "W in argmin F implies (W^1, P^2, Q^2, P^3, Q^3, W^4) in argmin G, W^k = Q^k P^k",
          ForAll(larger_path_norm_objective, examples=(CHAINS,), meets=minimises_F, ladder=("fractions",)),
          ("the same lambda", "no biases"), fault="missing hypothesis",
          correction="yang2022.figure-3.objective.corrected",
          tex=r"W \in \arg\min F_\lambda \implies (W^1, P^2, Q^2, P^3, Q^3, W^4) \in \arg\min G_\lambda, \quad "
              r"W^k = Q^k P^k",
          explanation="Figure 3 has weight decay on MLP-3-800 and the proximal algorithm on MLP-3-800 factorized. Take n "
          "= 1 (or other weights 0), one sample x = 1, y = 4097, and lambda = 64. MLP-3-1 has four weights. Their product "
          "is f(1), so with r^2 = |f(1)| the inequality of the means gives R >= 4 r and F >= (r^2 - 4097)^2 / 2 + 128 r = "
          "16385/2 + (r - 64)^2 (r^2 + 128 r + 4094) / 2: four weights 8 minimise F. Of the same function, f(1) = 4096, "
          "six weights 4 are a best factorisation: the product of the three terms of R~ is 4096 at least, so R~ >= 3 * 16 "
          "and G >= 1/2 + 64 * 48. But with 4 + 3/4096 for the last weight f(1) is 4096 + 3/4 and G = 1/32 + 64 (48 + "
          "3/1024), 9/32 less."),
    Claim("yang2022.figure-3.objective.corrected", "Appendix C.3, Figure 3, caption, with C.1.2, Task 5",
          "On MLP-d-n factorized both are equivalent: balancing the couples keeps the function and takes F to G.",
          "F(balanced W) = G(W)",
          ForAll(not_equal_after_balancing, factorised_nets(Bias.ABSENT), ladder=("balls",), n_examples=20),
          ("both of one network, factorised", "no biases"),
          Control("without balancing", ForAll(not_equal_unbalanced, factorised_nets(Bias.ABSENT), ladder=("balls",))),
          ours=True, tex=r"F_\lambda(\text{balanced } W) = G_\lambda(W)"),
)
