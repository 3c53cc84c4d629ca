"""Section 5: the experiments' set-up and networks, what is said of their results, how c is chosen."""

import math
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import flint
import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp, vgg16
from pathnorm_ref.arrays import ball
from pathnorm_ref.complexity import class_lipschitz
from pathnorm_ref.experiments.wen2021.printed import TABLE_1, TABLE_2
from pathnorm_ref.layers import Conv2d, MaxPool
from pathnorm_ref.units import weight_layers
from proofs_check.cases import Vector, arrays, vectors
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.projection import Matrix
from proofs_check.claims.wen2021.projection import matrices as single_matrices
from proofs_check.claims.wen2021.section_2 import smaller_c_loses_a_net
from proofs_check.claims.wen2021.theorem_2 import LOSSES, Pair, violates_a3
from proofs_check.claims.yang2022.table_1 import decimal
from proofs_check.claims.yang2022.table_2 import CONVOLUTIONS
from proofs_check.definitions import algorithm_1_columns, l_1_inf, p_norm
from proofs_check.violations import unequal

# --- networks, in the format d_0 - d_1 - ... - d_{k+1} -------------------------------------------------

def reads_and_gives(network, n_in, n_out):
    """Whether a network in the format of Section 5 reads as many numbers as there are, and gives as many."""
    def facts():
        sizes = [int(size) for size in network.split("-")]
        n_given = mlp(sizes).out_shape((1, sizes[0]))[1]
        return {f"{network} reads {sizes[0]} numbers, and there are {n_in}": sizes[0] == n_in,
                f"{network} gives {n_given} numbers, for {n_out}": n_given == n_out}
    return facts


PIXELS = 28 * 28

# --- hypotheses of the theorems ------------------------------------------------------------------------

def with_finite_c(table):
    return [row for row in table if row.c != "inf"]


def outside_the_theorems():
    facts = {f"{name}: c rho >= 1 in {n} of {len(with_finite_c(table))} rows with finite c":
             n == sum(Fraction(row.c) >= 1 for row in with_finite_c(table))
             for name, table, n in (("Table 1", TABLE_1, 3), ("Table 2", TABLE_2, 1))}
    with flint.ctx.workprec(128):
        share = (1 / (2 * ball(Fraction(27, 25))).sqrt()).erf()  # of x_j ~ N(0, 1.08) within [-1, 1]
        apart = len(range(2, 1000, 3))
        return facts | {
            "the squared errors of f = 2 and f = 3, y = 0, are not as (A3) has them":
            violates_a3(LOSSES["squared error"])(Pair(*map(np.array, (2, 3, 0)))) > 0,
            f"x_2, x_5, ..., {apart} coordinates that share no z, are all in [-1, 1] with a probability below 10^-50":
            bool(share**apart < ball(Fraction(1, 10**50))),
            "x_1, ..., x_500 of Section 5.2 are all in [-1, 1] with a probability below 10^-10 for every alpha, as for "
            "alpha = 0":
            bool(ball(2).sqrt().erf()**500 < ball(Fraction(1, 10**10)))}


def every_row_has_c_of_1():
    return {f"c rho >= 1 at c = {row.c}": Fraction(row.c) >= 1
            for table in (TABLE_1, TABLE_2) for row in with_finite_c(table)}


# --- zeros ---------------------------------------------------------------------------------------------

def counted_at_start(threshold):
    """Whether too many weights are counted for Table 1, and too few for Table 2, if |w| <= threshold is, at the start.

    Of n_in n_out weights uniform in +-1/sqrt(n_in) the share is threshold sqrt(n_in).
    """
    def facts():
        told: dict[str, bool] = {}
        for row, sizes, many in ((TABLE_1[0], (1000, 300, 1), True), (TABLE_2[0], (500, 100, 50, 20, 2), False)):
            layers = list(pairwise(sizes))
            with flint.ctx.workprec(128):
                counted = sum(n_in * n_out * ball(n_in).sqrt() for n_in, n_out in layers) * ball(Fraction(threshold))
                share, printed = 100 * counted / sum(n_in * n_out for n_in, n_out in layers), ball(Fraction(row.sparsity))
                told[f"{'-'.join(map(str, sizes))}: {decimal(Fraction(float(share)))} % are {threshold} at most, "
                     f"{'more' if many else 'less'} than {row.sparsity} %"] = bool(
                         share > printed if many else share < printed)
        return told
    return facts


# --- the first hidden layer ----------------------------------------------------------------------------

class FirstLayer(NamedTuple):
    """W_1 (d_0, d_1) as the document stores it, the output weights, x, and what is added to inputs 5, 6, ..., d_0."""

    W: np.ndarray
    v: np.ndarray
    x: np.ndarray
    change: np.ndarray


@st.composite
def first_layers(draw):
    d0, d1 = draw(st.integers(5, 6)), draw(st.integers(1, 6))
    return FirstLayer(*(draw(arrays(shape)) for shape in ((d0, d1), (d1,), (d0,), (d0 - 4,))))


def depends_on_other_inputs(kept):
    """|f(x) - f(x')|, where x' differs from x in inputs 5, 6, ...; of W_1 only what is kept is not zero."""
    def violation(case):
        W = kept(case.W)
        moved = np.concatenate([case.x[:4], case.x[4:] + case.change])
        before, after = (np.maximum(x @ W, 0 * (x @ W)) @ case.v for x in (case.x, moved))
        return unequal(before, after)
    return violation


def four_columns(W):
    return np.concatenate([W[:, :4], 0 * W[:, 4:]], axis=1)


def four_rows(W):
    return np.concatenate([W[:4], 0 * W[4:]])


FIFTH_INPUT = FirstLayer(*(np.array(a, dtype=float) for a in ([[0]] * 4 + [[1]], [1], [0] * 5, [1])))
"""relu(x_5): W_1 has one column, which is among the first four."""


# --- what c limits -------------------------------------------------------------------------------------

N_HIDDEN = 3
"""Hidden layers of the network of Section 5.2."""


def out_of_reach(output_norm):
    """Whether o relu(c' relu(c' relu(c' x))), of SN_{c',o}, rises by more than any f in SN_{c,o} may from 0 to 1.

    For o = 1, and `output_norm(c, c')` as the bound on the output layer at c; c < c' are neighbours in Table 2.
    """
    def facts():
        told: dict[str, bool] = {}
        for larger, smaller in pairwise(Fraction(row.c) for row in with_finite_c(TABLE_2)):
            f = Fraction(1)
            for _ in range(N_HIDDEN):
                f = max(larger * f, Fraction(0))
            most = class_lipschitz(N_HIDDEN, smaller, output_norm(smaller, larger), 1)
            told[f"c' = {larger}: from 0 to 1 it rises by {f}; at c = {smaller} none by more than {most}"] = f > most
        return told
    return facts


def moves_less_than_1(output_norms):
    """Whether f in SN_{c,o} differ by less than 1 between any inputs of [-3, 3]^500, for these c and o."""
    def facts():
        told: dict[str, bool] = {}
        for c, o in output_norms.items():
            most = 6 * class_lipschitz(N_HIDDEN, Fraction(c), o, 1)
            told[f"c = {c}, o = {o}: by {decimal(most)} at most"] = most < 1
        return told
    return facts


# --- VGG-16 --------------------------------------------------------------------------------------------

def kernels(net):
    """Of the convolutions: those before each max-pooling layer, and the size of each kernel."""
    blocks, sizes, count = [], [], 0
    for layer in net:
        if isinstance(layer, Conv2d):
            sizes.append(layer.windows.kernel)
            count += 1
        if isinstance(layer, MaxPool):
            blocks.append(count)
            count = 0
    return tuple(blocks), sizes


def replaces_the_first(n):
    """Whether the house's modified VGG-16 differs from its VGG-16 in the first n kernels, 3 x 3 there and 21 x 21 here."""
    def facts():
        (blocks, before), (same, after) = (kernels(vgg16(width=1, first_kernel=size)) for size in (3, 21))
        return {f"{', '.join(map(str, blocks))} convolutions, each 3 x 3, before the max-pooling layers":
                blocks == same == CONVOLUTIONS["VGG16"] and set(before) == {(3, 3)},
                f"of the kernels {n} are 21 x 21": after == [(21, 21)] * n + before[n:]}
    return facts


def large_kernels_hold(percent):
    """Whether the two large kernels have less than so many percent of the weights, those of the dense layer among them."""
    def facts():
        net = vgg16(first_kernel=21)
        numbers = [math.prod(net[i].param_shapes[0]) for i in weight_layers(net)]
        share = Fraction(100 * sum(numbers[:2]), sum(numbers))
        return {f"{sum(numbers[:2])} of {sum(numbers)} weights are {decimal(share)} %, less than {percent}": share < percent}
    return facts


# --- the choice of c, and penalties --------------------------------------------------------------------

def test_loss(row):
    """Of Table 2, which prints the generalization error and the training error."""
    return Fraction(row.generalization_error) + Fraction(row.training_error)


def chooses(of_errors):
    """Which c is chosen: by `of_errors` (min or max) of the test errors of Table 1, and by two scores of Table 2."""
    def facts():
        error = of_errors(TABLE_1, key=lambda row: Fraction(row.test_error)).c
        accuracy, loss = max(TABLE_2, key=lambda row: Fraction(row.accuracy)).c, min(TABLE_2, key=test_loss).c
        return {f"Table 1, by the {of_errors.__name__} of the test errors: c = {error}, of 0.50": error == "0.50",
                f"Table 2, by the largest accuracy: c = {accuracy}, of 0.07": accuracy == "0.07",
                f"Table 2, by the smallest test loss: c = {loss}, of 0.13": loss == "0.13"}
    return facts


def not_the_slope(share):
    """<size W, D> for the difference of the penalty share * size ||W||_{2,2}^2 at W + D and W - D, halved."""
    def violation(case):
        W, D, lam = case.z, case.z2, case.size
        ahead, behind = (share * lam * np.sum((W + sign * D) ** 2) for sign in (1, -1))
        return unequal((ahead - behind) / 2, lam * np.sum(W * D))
    return violation


def not_the_sign(share):
    """<size sgn(W), D> for the difference of the penalty share * size ||W||_{1,1} at W + D and W - D, halved.

    D = z2 |W| / 4, so that no weight changes its sign.
    """
    def violation(case):
        W, lam = case.z, case.size
        D = case.z2 * abs(W) / 4
        ahead, behind = (share * lam * p_norm(W + sign * D, 1) for sign in (1, -1))
        return unequal((ahead - behind) / 2, lam * sum(((w > 0) * 1 - (w < 0) * 1) * d for w, d in zip(W, D, strict=True)))
    return violation


def moves(share):
    """By how much the loop over the columns changes V~ for c = share ||V~||_{1,inf}."""
    return lambda case: unequal(algorithm_1_columns(case.V, share * l_1_inf(case.V)), case.V)


STEEP = Vector(np.ones(1), np.ones(1), Fraction(1))


CLAIMS = (
    # --- set-up
    Claim("wen2021.section-5.sparsity-rate", "Section 5, first paragraph, with Tables 1 and 2",
          "The sparsity rate is the ratio of the number of zero parameter estimates to the size of the weight "
          "matrices.",
          "sparsity = #{w = 0} / #{w}",
          Informal("with c = inf the tables have 3.02 % and 2.39 %, where gradient steps from a random start make no "
                   "weight 0 but by chance; so small ones may have been counted, and no threshold is printed",
                   "wen2021.section-5.sparsity-rate.threshold")),
    Claim("wen2021.section-5.sparsity-rate.threshold", "Section 5, first paragraph, with Tables 1 and 2, c = inf",
          "Were weights counted as zero up to a threshold, the 3.02 % of Table 1 would be those of a start uniform in "
          "+-1/sqrt(n_in), PyTorch's, at one below 0.001, and the 2.39 % of Table 2 at one above it.",
          "share(|w| <= 0.001): 3.16 % > 3.02 % of 1000-300-1, 2.10 % < 2.39 % of 500-100-50-20-2",
          Certificate(counted_at_start("0.001")),
          ("before any training, which moves the weights: a hint, no more", "weights without biases"),
          Control("at one below 0.0009 and at one above it", Certificate(counted_at_start("0.0009"))), ours=True),
    Claim("wen2021.section-5.hypotheses", "Section 5.1 and Section 5.2, with Theorems 2 and 3",
          "The inputs are in [-1, 1]^{m_1}, as Section 3 supposes, in neither experiment; the regression has not the "
          "loss of (A3); and c rho >= 1, which Theorems 2 and 3 suppose, holds in three rows of Table 1 and in one of "
          "Table 2 (the other rows are the Supplementary Material's).",
          "X = [-1, 1]^{m_1}, (A3), c rho >= 1", Certificate(outside_the_theorems), ("rho = 1, of ReLU",),
          Control("c rho >= 1 in every row with finite c", Certificate(every_row_has_c_of_1)), ours=True),
    Claim("wen2021.section-5.measured", "Section 5, first paragraph, with Tables 1 and 2 and Figure 4",
          "For each setting the training error, generalization error, test accuracy and model sparsity are measured.",
          "train err, gen err, test acc, sparsity",
          Informal("not all are told: of the regression, which has no accuracy, the test error stands in Table 1; Table 2 "
                   "has no test error; of CIFAR-10 there are two of the four, in pictures",
                   "wen2021.table-2.cross-entropy")),
    Claim("wen2021.section-5.validates", "Section 5 and Section 6, first paragraphs, with Sections 5.1 to 5.3",
          "The experiments validate the theory: that the errors fall with c matches the conclusions of Theorems 2 and 3.",
          "gen err falls with (c rho)^k",
          Informal("an upper bound does not say that an error falls, c alone does not say how large it is, and none of the "
                   "experiments meets the hypotheses", "wen2021.section-5.output-norm")),
    Claim("wen2021.section-5.no-regularization", "Section 5.1, last paragraph",
          "c = inf is no regularization: where c is at least ||V~_l||_{1,inf} the projection leaves V~_l as it is.",
          "c >= ||V~_l||_{1,inf} implies P(V~_l) = V~_l",
          ForAll(moves(1), single_matrices(), ladder=("fractions",)), (),
          Control("at least half of it", ForAll(moves(Fraction(1, 2)), examples=(
              Matrix(np.array([[2.0, 1.0]]), Fraction(1)),), ladder=("fractions",)))),
    # --- the regression
    Claim("wen2021.section-5.regression-network", "Section 5.1, after the steps",
          "The regression model is one fully connected layer with 300 output units, using ReLU.", "1000-300, for y in R",
          Informal("how 300 outputs make the one number that the mean square error compares with y is not said; the 300 "
                   "are those of the hidden layer, if there is one output behind it, as (A2) has it",
                   "wen2021.section-5.regression-network.one-output")),
    Claim("wen2021.section-5.regression-network.one-output", "Section 5.1, after the steps, with (A2)",
          "As 1000-300-1 the model reads x in R^1000 and gives one number: a hidden layer of 300 units with ReLU, and an "
          "output.", "d_0 = 1000, d_1 = 300, d_2 = 1", Certificate(reads_and_gives("1000-300-1", 1000, 1)), (),
          Control("as 1000-300", Certificate(reads_and_gives("1000-300", 1000, 1))), ours=True),
    # --- the classification
    Claim("wen2021.section-5.classification-network", "Section 5.2, third paragraph",
          "The 500-100-50-20-2 network, in the format d_0-...-d_{k+1}, reads x in R^500 and tells two classes apart.",
          "d_0 = 500, d_{k+1} = 2", Certificate(reads_and_gives("500-100-50-20-2", 500, 2)),
          ("the labels 0 and 1 stand for the classes 1 and 2 of Section 3.3",),
          Control("so does 100-50-20-2", Certificate(reads_and_gives("100-50-20-2", 500, 2)))),
    Claim("wen2021.section-5.first-four-columns", "Section 5.2, last paragraph, with Figure 3 and Section 2.3",
          "The first four columns of the resulting weight matrix are dense, the others sparse, because only the first four "
          "elements of the input are included in the true model.",
          "W_1[., j] = 0 for j > 4",
          Informal("so it is if the matrix shown is W_1^T, as software stores it; the columns of W_1 as Section 2.3 has it, "
                   "and of V~_1 in Algorithm 1, belong to hidden units, and those of an input are a row",
                   "wen2021.section-5.first-four-columns.rows")),
    Claim("wen2021.section-5.first-four-columns.rows", "Section 5.2, last paragraph, with Section 2.3",
          "It is the first four rows of W_1 (of V~_1 the rows 2 to 5, behind the biases) that read the first four "
          "inputs: with only these rows a network depends on those inputs alone.",
          "W_1[j, .] = 0 for j > 4 implies that f(x) depends on x_1, ..., x_4 only",
          ForAll(depends_on_other_inputs(four_rows), first_layers(), (FIFTH_INPUT,), ladder=("fractions",)),
          ("W_1 in R^{d_0 x d_1}",),
          Control("with only the first four columns",
                  ForAll(depends_on_other_inputs(four_columns), examples=(FIFTH_INPUT,), ladder=("fractions",))),
          ours=True),
    Claim("wen2021.section-5.expressive-power", "Section 5.2, second paragraph",
          "A small c limits the expressive power of the neural network: some f in S_c' is not in S_c, c < c'.",
          "S_c^{k,d,sigma} != S_c'^{k,d,sigma} for c < c'", Certificate(smaller_c_loses_a_net(zeros=False)),
          ("sigma = ReLU, as in Section 5.2", "the output layer is unconstrained, as in S_c and (2.2)",
           "here three nets with one input and one hidden layer; of any net section-2.rescaling says it"),
          fault="missing hypothesis", correction="wen2021.section-5.expressive-power.bounded-output",
          tex=r"\mathcal{S}_c^{k,\mathbf{d},\sigma} \subsetneq \mathcal{S}_{c'}^{k,\mathbf{d},\sigma} \text{ for } c < c'",
          explanation="With t = c/c' each hidden unit's weights and bias times t are within c, and relu(t u) = t "
          "relu(u): the next layer divides by t, the output layer, which nothing bounds, by t^k in all (biases of "
          "layer l by t^{l-1}). So any f in S_c' is in S_c (section-2.rescaling). The sentence holds where the output layer "
          "is bounded as well, as in SN_{c,o}, or held, as Algorithm 1 prints it; else what a small c limits is what "
          "training finds in its steps."),
    Claim("wen2021.section-5.expressive-power.bounded-output", "Section 5.2, second paragraph, with (d) of Section 2.3",
          "With the output layer bounded by o too, a smaller c limits the expressive power: some f in SN_{c',o} is not in "
          "SN_{c,o}, as it is steeper than o c^k.",
          "SN_{c,o} != SN_{c',o} for c < c'", Certificate(out_of_reach(lambda c, larger: Fraction(1))),
          ("sigma = ReLU, k = 3, o = 1", "c and c' those of neighbouring rows of Table 2",
           "o c^k is the Lipschitz constant of section-2.lipschitz"),
          Control("with the output layer (c'/c)^k times as large", Certificate(
              out_of_reach(lambda c, larger: (larger / c) ** N_HIDDEN))), ours=True,
          tex=r"\mathcal{SN}_{c,\mathbf{o}}^{k,\mathbf{d},\sigma} \subsetneq "
          r"\mathcal{SN}_{c',\mathbf{o}}^{k,\mathbf{d},\sigma} \text{ for } c < c'"),
    Claim("wen2021.section-5.output-norm", "Section 5.2, Table 2, with (3.2)",
          "That an output of the 500-100-50-20-2 network differs by 1 between two inputs in [-3, 3]^500, its column of the "
          "output layer must have a norm above 100 at c = 0.10, and above 100 000 at c = 0.01: what (c rho)^k takes from "
          "(3.2) there, ||T_{k+1}|| gives back.",
          "|f(x)[j] - f(x')[j]| <= ||V~_4[., j]||_1 c^3 ||x - x'||_inf",
          Certificate(moves_less_than_1({"0.10": 100, "0.01": 100_000})),
          ("all three hidden layers in S_c", "of x_j ~ N(alpha/2, 1/4) hardly any is beyond 3 for |alpha| <= 1"),
          Control("above 100 000 at c = 0.10 too", Certificate(moves_less_than_1({"0.10": 100_000}))), ours=True),
    # --- CIFAR-10, the choice of c, penalties
    Claim("wen2021.section-5.vgg-16", "Section 5.3, first paragraph",
          "In the modified VGG-16 of the house the first two 3 x 3 convolutional layers are replaced by 21 x 21 ones.",
          "13 kernels: 21 x 21, 21 x 21, 3 x 3, ..., 3 x 3", Certificate(replaces_the_first(2)), ("VGG-16 without its "
          "dense layers",), Control("the first three", Certificate(replaces_the_first(3))), ours=True),
    Claim("wen2021.section-5.vgg-16.large-kernels", "Section 5.3, with Figure 4",
          "The two 21 x 21 kernels have 1 891 008 of the 16 568 000 weights of the modified VGG-16, less than 11.5 %.",
          "3 * 64 * 21^2 + 64^2 * 21^2 = 1891008", Certificate(large_kernels_hold(Fraction(23, 2))),
          ("64 to 512 channels, one dense layer behind; with the three of VGG-16 the share is smaller", "without biases"),
          Control("less than 11 %", Certificate(large_kernels_hold(Fraction(11)))), ours=True),
    Claim("wen2021.figure-4.sparse", "Section 5.3, second paragraph, with Figure 4",
          "With c = 15 the connection is very sparse: more than 95 % of its elements are learned to be zero.",
          "#{w = 0} / #{w} > 95/100",
          Informal("of the large kernels, as the small ones need not be normalized; of the network it would be a tenth. The "
                   "numbers are in box plots, which the text at hand has not", "wen2021.section-5.vgg-16.large-kernels")),
    Claim("wen2021.section-5.cifar-10-folds", "Section 5.3, first paragraph",
          "CIFAR-10 consists of 60,000 images; by 20-fold cross-validation it is tested how new data are predicted.",
          "60000 = 50000 + 10000, 20 folds",
          Informal("whether the folds are of all 60,000 images or of the 50,000 for training is not said, nor whether the "
                   "box plots show 20 folds, nor how Table 3 has its accuracies", "wen2021.table-3.bold")),
    Claim("wen2021.section-5.small-kernels", "Section 5.3, first paragraph",
          "A small kernel assumes local sparsity, so that it need not be normalized.", "3 x 3 of 32 x 32",
          Informal("a choice; the classes of the theorems have their bound in every hidden layer, so that no theorem "
                   "speaks of a network of which some are free", "wen2021.section-5.hypotheses")),
    Claim("wen2021.figure-4", "Section 5.3, second paragraph, with Figure 4",
          "From c = 15 to c = 45 the sparsity rate reduces by almost 25 % and the generalization error doubles.",
          "sparsity(15) - sparsity(45) ~ 25/100, gen err(45) ~ 2 gen err(15)",
          Informal("the numbers are in box plots only, which the text at hand has not", "wen2021.table-1.monotone")),
    Claim("wen2021.section-5.selection", "Section 5.4, last two sentences, with the captions of Figure 5",
          "Figure 5 plots the average cross-validation score in both experiments, and the optimal c is that of the largest.",
          "c* = argmax_c score(c)",
          Informal("the captions say accuracy on the test data set and test error: of the second the smallest must be "
                   "meant, and c would be chosen on the data that test it; what score the folds had is not said",
                   "wen2021.section-5.selection.tables")),
    Claim("wen2021.section-5.selection.tables", "Section 5.4, last sentence, with Tables 1 and 2",
          "The choice depends on the score: of Table 2 the largest accuracy is at c = 0.07, the smallest test loss, "
          "training and generalization error together, at c = 0.13; of Table 1 the smallest test error is at c = 0.50.",
          "argmax_c accuracy(c) = 0.07, argmin_c loss(c) = 0.13, argmin_c error(c) = 0.50", Certificate(chooses(min)),
          ("the rows of the tables, in place of the scores of cross-validation, which are not printed",),
          Control("the largest test error is there", Certificate(chooses(max))), ours=True),
    Claim("wen2021.section-5.mnist-network", "Section 5.5, first paragraph, with the format of Section 5",
          "The image, resized to 784 x 1, is passed to a 900-10 network.",
          "d_0 - d_1 - ... - d_{k+1} = 900-10, x in R^784",
          Certificate(reads_and_gives("900-10", PIXELS, 10)), ("the format d_0-d_1-...-d_{k+1} of Section 5",),
          fault="misprint", correction="wen2021.section-5.mnist-network.corrected",
          tex=r"d_0 = 900, \quad d_{k+1} = 10, \quad x \in \mathbb{R}^{784}",
          explanation="In the format of Section 5, by which 500-100-50-20-2 reads R^500, a 900-10 network reads 900 "
          "numbers and has no hidden layer, in which ReLU could stand."),
    Claim("wen2021.section-5.mnist-network.corrected", "Section 5.5, first paragraph, with the format of Section 5",
          "The image is passed to a 784-900-10 network.",
          "784-900-10", Certificate(reads_and_gives("784-900-10", PIXELS, 10)),
          (), Control("to a 900-10 network", Certificate(reads_and_gives("900-10", PIXELS, 10))), ours=True,
          tex=r"784\text{-}900\text{-}10"),
    Claim("wen2021.section-5.l2-penalty", "Section 5.5, second paragraph",
          "The penalty lambda sum ||W||_{2,2}^2 / 2 is weight decay: its gradient is lambda W.",
          "<grad, D> = lambda <W, D>", ForAll(not_the_slope(Fraction(1, 2)), vectors(), ladder=("fractions",)), (),
          Control("without the 1/2", ForAll(not_the_slope(1), examples=(STEEP,), ladder=("fractions",)))),
    Claim("wen2021.section-5.l1-penalty", "Section 5.5, second paragraph",
          "The penalty lambda sum ||W||_{1,1} has the gradient lambda sgn(W) where no weight is 0.",
          "<grad, D> = lambda <sgn(W), D>", ForAll(not_the_sign(1), vectors(), ladder=("fractions",)), ("|D| <= |W|",),
          Control("with 1/2, as the L2 penalty has it", ForAll(not_the_sign(Fraction(1, 2)), examples=(STEEP,),
                                                               ladder=("fractions",))), ours=True),
    Claim("wen2021.section-5.fair-comparison", "Section 5.5, both paragraphs",
          "Different regularizers are compared with various hyperparameters on the same baseline model, a fair comparison.",
          "Table 3",
          Informal("fair is not defined: of each penalty four lambda are shown, of dropout one rate, of the approach one "
                   "row whose c is not printed, nor among how many it was chosen, and on which data",
                   "wen2021.section-5.selection.tables")),
)
