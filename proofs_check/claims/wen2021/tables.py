"""Section 5, Tables 1 to 3: how their numbers must agree with one another, and with what the text says of them."""

from fractions import Fraction
from itertools import combinations, pairwise

from pathnorm_ref.experiments.wen2021.printed import TABLE_1, TABLE_2, TABLE_3
from proofs_check.checks import Certificate, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.yang2022.appendix_c import MNIST_TEST
from proofs_check.claims.yang2022.table_1 import decimal, half_unit, rounds_to


def least(text):
    """The least number that is printed so."""
    return Fraction(text) - half_unit(text)


def most(text):
    return Fraction(text) + half_unit(text)


def row_of(table, c):
    return next(row for row in table if row.c == c)


def above(first, second, column):
    """A fact: a column has more in the first row than in the second."""
    a, b = getattr(first, column), getattr(second, column)
    return {f"{column.replace('_', ' ')} at c = {first.c} and {second.c}: {a} > {b}": Fraction(a) > Fraction(b)}


def falls(table, column):
    """Whether a column falls from each row to the next, which has the next smaller c."""
    def facts():
        told: dict[str, bool] = {}
        for larger, smaller in pairwise(table):
            told |= above(larger, smaller, column)
        return told
    return facts


def rises(table, column):
    """Whether it rises, as c falls."""
    def facts():
        told: dict[str, bool] = {}
        for larger, smaller in pairwise(table):
            told |= above(smaller, larger, column)
        return told
    return facts


def together(*certificates):
    """The facts of several."""
    def facts():
        return {name: true for each in certificates for name, true in each().items()}
    return facts


# --- the generalization error --------------------------------------------------------------------------

def is_difference(row):
    """Whether gen = test - train in a row, each of the three off by half a unit of its last digit at most."""
    columns = row.generalization_error, row.test_error, row.training_error
    printed, test, training = map(Fraction, columns)
    return {f"c = {row.c}: {row.test_error} - {row.training_error} = {decimal(test - training)}, printed "
            f"{row.generalization_error}": abs(printed - (test - training)) <= sum(map(half_unit, columns))}


def differences(table):
    def facts():
        return {name: true for row in table for name, true in is_difference(row).items()}
    return facts


def repaired(**cells):
    """Table 1 with other cells in the row c = 1.00."""
    return [row._replace(**cells) if row.c == "1.00" else row for row in TABLE_1]


def all_but_one_row():
    one, other = repaired(test_error="2.557"), repaired(generalization_error="2.293")
    return differences(one)() | differences(other)() | {
        "the 2.424 at c = 1.00 stands at c = 0.90 too":
        row_of(TABLE_1, "1.00").test_error == row_of(TABLE_1, "0.90").test_error == "2.424",
        "one cell differs": all(sum(a != b for row, new in zip(TABLE_1, table, strict=True)
                                    for a, b in zip(row, new, strict=True)) == 1 for table in (one, other))}


def is_test_loss():
    return {f"Table 1, c = {row.c}: test error {row.test_error}, generalization error {row.generalization_error}":
            abs(Fraction(row.test_error) - Fraction(row.generalization_error))
            <= half_unit(row.test_error) + half_unit(row.generalization_error) for row in TABLE_1} | leaves_wrong(0, LOG_2)()


LOG_2 = sum(Fraction(1, k * 2**k) for k in range(1, 9))
"""Less than log 2: the first eight terms of its series. 7/10 is more."""


def leaves_wrong(with_training, log_2):
    """Whether in Table 2 gen err + with_training * train err, as the mean cross-entropy of the test samples, suffices.

    Of two classes each sample in the wrong one costs log 2 at least, for which `log_2` stands.
    """
    def facts():
        told: dict[str, bool] = {}
        for row in TABLE_2:
            loss = most(row.generalization_error) + with_training * most(row.training_error)
            wrong = 1 - most(row.accuracy) / 100
            told[f"Table 2, c = {row.c}: a loss of {decimal(loss)} at most, and {decimal(wrong * log_2)} for the wrong "
                 f"{decimal(100 * wrong)} %"] = loss >= wrong * log_2
        return told
    return facts


# --- what the text says of Table 1 ---------------------------------------------------------------------

def perfect(table, c):
    """Whether the training error is zero in all digits printed."""
    def facts():
        error = row_of(table, c).training_error
        return {f"c = {c}: training error {error}": Fraction(error) == 0}
    return facts


def decreases_by(share):
    """Whether the test error at c = 1 is lower by more than this share, with the test error printed and with 2.557."""
    def facts():
        before = row_of(TABLE_1, "inf").test_error
        return {f"1 - {after}/{before} = {decimal(1 - Fraction(after) / Fraction(before))} > {decimal(share)}, and so "
                f"before rounding": 1 - most(after) / least(before) > share
                for after in (row_of(TABLE_1, "1.00").test_error, "2.557")}
    return facts


def above_noise(column):
    def facts():
        return {f"c = {row.c}: {column.replace('_', ' ')} {getattr(row, column)} > 1": least(getattr(row, column)) > 1
                for row in TABLE_1}
    return facts


# --- what the text says of Table 2 ---------------------------------------------------------------------

def two_pairs_rise():
    """Whether of all pairs of rows of Table 2 these two alone have the larger error at the smaller c."""
    pairs = list(combinations(TABLE_2, 2))
    rising = [(larger.c, smaller.c) for larger, smaller in pairs
              if Fraction(smaller.generalization_error) >= Fraction(larger.generalization_error)]
    return {f"of {len(pairs)} pairs of rows those that rise are {' and '.join(map(' to '.join, rising))}":
            rising == [("inf", "1.00"), ("0.07", "0.04")]}


def trades_off(start):
    """Whether from c = start down to 0.07 in Table 2 the training error rises, and the generalization error falls."""
    def facts():
        rows = [row for row in TABLE_2 if row.c != "inf" and Fraction("0.07") <= Fraction(row.c) <= Fraction(start)]
        return together(rises(rows, "training_error"), falls(rows, "generalization_error"))()
    return facts


def fewer_weights(factor):
    """Whether at c = 0.07 the weights that are not zero are that many times fewer than at c = inf, however rounded."""
    def facts():
        before, after = (row_of(TABLE_2, c).sparsity for c in ("inf", "0.07"))
        return {f"100 - {before} are more than {factor} times 100 - {after}":
                100 - most(before) > factor * (100 - least(after))}
    return facts


def training_error_grows(least_ratio, most_ratio):
    """Whether the ratio of the training errors at c = 0.07 and 0.10 is between two numbers, however both were rounded."""
    def facts():
        before, after = row_of(TABLE_2, "0.10").training_error, row_of(TABLE_2, "0.07").training_error
        ratio = Fraction(after) / Fraction(before)
        return {f"{after}/{before} = {decimal(ratio)}, before rounding between {decimal(least_ratio)} and "
                f"{decimal(most_ratio)}": least_ratio <= least(after) / most(before)
                and most(after) / least(before) <= most_ratio}
    return facts


def improves(gain, unit, by=Fraction(20)):
    """Whether the accuracy at c = 0.07 is better than at c = inf by more than so many percent of `unit`."""
    def facts():
        before, after = row_of(TABLE_2, "inf").accuracy, row_of(TABLE_2, "0.07").accuracy
        value = gain(Fraction(before), Fraction(after))
        return {f"from {before} to {after}: {decimal(value)} {unit}, more than {decimal(by)}": value > by}
    return facts


def relative(before, after):
    return 100 * (after - before) / before


def points(before, after):
    return after - before


def fewer_wrong_than(number):
    """Of 500 training samples of two classes, whether a mean cross-entropy of 0.005 allows fewer wrong ones than so many.

    Each costs log 2 at least.
    """
    def facts():
        error = row_of(TABLE_2, "inf").training_error
        return {f"{number} wrong ones cost at least {number} log 2 > {decimal(number * LOG_2)}, more than 500 * "
                f"{decimal(most(error))}": number * LOG_2 > 500 * most(error), f"and {error} is not 0": least(error) > 0}
    return facts


# --- Table 3 -------------------------------------------------------------------------------------------

COLUMNS = ("classification", "mnist", "cifar10")


def bold_are_the_best(n):
    """Whether in each column the n largest accuracies are bold, and no other is."""
    def facts():
        told: dict[str, bool] = {}
        for column in COLUMNS:
            cells = sorted((getattr(row, column) for row in TABLE_3), key=lambda cell: -Fraction(cell.percent))
            numbers = ", ".join(cell.percent for cell in cells[:n])
            told[f"{column}: {numbers} are bold, {cells[n].percent} is not"] = (
                [cell.bold for cell in cells] == [i < n for i in range(len(cells))]
                and Fraction(cells[n - 1].percent) > Fraction(cells[n].percent))
        return told
    return facts


def among_the_best(n):
    """Whether fewer than n other methods are above Our Approach, in each column."""
    def facts():
        told: dict[str, bool] = {}
        for column in COLUMNS:
            own = getattr(TABLE_3[-1], column).percent
            better = [row.regularizer for row in TABLE_3 if Fraction(getattr(row, column).percent) > Fraction(own)]
            told[f"{column}: {own}, {len(better)} above it"] = len(better) < n
        return told
    return facts


def shares_of_digits(texts):
    """Whether each accuracy on MNIST is that of a classifier that knows one digit only, of 10 000 test images."""
    def facts():
        shares = [Fraction(100 * count, sum(MNIST_TEST)) for count in MNIST_TEST]
        return {f"{text} % is the share of a digit": Fraction(text) in shares for text in texts}
    return facts


def beyond_table_2(cell):
    """Whether an accuracy of Table 3's first column is in no row of Table 2, and above all of them."""
    def facts():
        best = max((row.accuracy for row in TABLE_2), key=Fraction)
        return {f"no row of Table 2 rounds to {cell}": not any(rounds_to(Fraction(row.accuracy), cell) for row in TABLE_2),
                f"the largest there is {best}, less than {cell}": most(best) < least(cell)}
    return facts


def without_regularizer_agrees():
    cell, row = TABLE_3[0].classification.percent, row_of(TABLE_2, "inf")
    return {f"'No' {cell} is the {row.accuracy} of c = inf": rounds_to(Fraction(row.accuracy), cell)}


CLAIMS = (
    Claim("wen2021.section-5.generalization-error", "Section 5, first paragraph, with Table 1",
          "The generalization error refers to the empirical loss on the test set in all experiments.",
          "gen err = test err", Certificate(is_test_loss), ("the numbers as printed",), fault="misprint",
          correction="wen2021.table-1.generalization-error.corrected",
          tex=r"\mathcal{E}_L(f) = \frac{1}{n_{\mathrm{test}}} \sum_{(x, y) \in \mathrm{test}} L(f(x), y)",
          explanation="Two sentences before, the generalization error is the difference between the training error and "
          "the test error, and so it is in Table 1: what the test set stands for is the expected risk in that "
          "difference. In Table 2 a test loss of 0.068 would leave fewer samples wrong than the accuracy of 88.48 % "
          "does, as each costs log 2. (That there is no access to the distribution of x and y is so of CIFAR-10; those of "
          "Sections 5.1 and 5.2 are printed.)"),
    Claim("wen2021.table-1.generalization-error", "Section 5, Table 1, with the first paragraph",
          "The generalization error is the difference between the training error and the test error.",
          "gen err = test err - train err", Certificate(differences(TABLE_1)), ("each number rounded to three digits",),
          fault="misprint", correction="wen2021.table-1.generalization-error.corrected",
          tex=r"\mathrm{gen\ err} = \mathrm{test\ err} - \mathrm{train\ err}",
          explanation="At c = 1.00 the generalization error 2.426 is more than the test error 2.424, of which it is to "
          "be a part. In the ten other rows the three numbers agree."),
    Claim("wen2021.table-1.generalization-error.corrected", "Section 5, Table 1, with the first paragraph",
          "The generalization error is the test error less the training error, if in the row c = 1.00 the test error "
          "is 2.557 (its 2.424 is also that of the next row), or else the generalization error 2.293.",
          "gen err = test err - train err; 2.557 - 0.131 = 2.426, 2.424 - 0.131 = 2.293", Certificate(all_but_one_row),
          ("each number rounded to three digits",), Control("with the row as printed",
          Certificate(differences(TABLE_1))),
          ours=True, tex=r"2.557 - 0.131 = 2.426 \quad \text{or} \quad 2.424 - 0.131 = 2.293"),
    Claim("wen2021.table-1.monotone", "Section 5.1, second paragraph, with Table 1",
          "As c increases, the weight matrices become denser and the generalization error increases.",
          "c < c' implies sparsity(c) > sparsity(c') and gen err(c) < gen err(c')",
          Certificate(together(rises(TABLE_1, "sparsity"), falls(TABLE_1, "generalization_error"))),
          ("the rows of Table 1",),
          Control("and the test error increases", Certificate(falls(TABLE_1, "test_error")))),
    Claim("wen2021.section-5.regression-theorem-2", "Section 5.1, second paragraph",
          "That the generalization error increases with c matches the conclusion of Theorem 2.",
          "gen err grows with (c rho)^k",
          Informal("Theorem 2 bounds the error from above, by a number that depends on the norm of the output layer "
                   "too, which no table has; nor do the experiments meet its hypotheses",
                   "wen2021.section-5.hypotheses")),
    Claim("wen2021.table-1.perfect-fit", "Section 5.1, last paragraph, with Table 1",
          "With c = inf the model fits the training data perfectly: to the three digits printed.", "train err = 0.000",
          Certificate(perfect(TABLE_1, "inf")), (), Control("with c = 2.00 too",
          Certificate(perfect(TABLE_1, "2.00")))),
    Claim("wen2021.table-1.test-error-decreases", "Section 5.1, last paragraph, with Table 1",
          "The test error decreases by more than 95 % if c = 1: also if it is 2.557 there.",
          "1 - test err(1) / test err(inf) > 95/100", Certificate(decreases_by(Fraction(95, 100))), (),
          Control("by more than 97 %", Certificate(decreases_by(Fraction(97, 100))))),
    Claim("wen2021.table-1.noise", "Section 5, Table 1, with Section 5.1",
          "Every test error of Table 1 is above 1, the variance of the noise, below which no predictor's expected "
          "squared error can be.", "test err > 1", Certificate(above_noise("test_error")),
          ("the squared error without a factor 1/2",),
          Control("so is every training error", Certificate(above_noise("training_error"))), ours=True),
    Claim("wen2021.table-2.generalization-error", "Section 5.2, second paragraph, with Table 2",
          "The generalization error decreases as c decreases; a smaller c leads to a smaller generalization error.",
          "c < c' implies gen err(c) < gen err(c')",
          Informal("a tendency, and right as one: 64 of the 66 pairs of rows of Table 2 agree; how far means of 10 trials "
                   "vary is not printed", "wen2021.table-2.generalization-error.corrected")),
    Claim("wen2021.table-2.generalization-error.corrected", "Section 5.2, second paragraph, with Table 2",
          "Of any two rows of Table 2 the one with the smaller c has the smaller generalization error, but for two pairs, "
          "both of neighbours: c = inf and 1.00 (0.543 and 0.624), c = 0.07 and 0.04 (0.102 and 0.112).",
          "0.07 <= c < c' <= 1 implies gen err(c) < gen err(c')",
          Certificate(two_pairs_rise), ("the rows of Table 2",),
          Control("in every two", Certificate(falls(TABLE_2, "generalization_error"))), ours=True),
    Claim("wen2021.table-2.trade-off", "Section 5.2, second paragraph, with Table 2",
          "There is a trade-off between approximation and generalization: from c = 0.16 to 0.07 the training error rises "
          "with each row, and the generalization error falls.",
          "0.07 <= c < c' <= 0.16 implies train err(c) > train err(c'), gen err(c) < gen err(c')",
          Certificate(trades_off("0.16")), ("the rows of Table 2",),
          Control("from c = 0.50 on", Certificate(trades_off("0.50")))),
    Claim("wen2021.table-2.much-sparser", "Section 5.2, last paragraph, with Table 2",
          "With c = 0.07 the weights are much sparser: more than 95 times fewer of them are not zero than with c = inf.",
          "(100 - 2.39) / (100 - 98.98) > 95", Certificate(fewer_weights(95)),
          ("of all weight matrices; Figure 3 shows a part of the first",),
          Control("more than 96 times", Certificate(fewer_weights(96)))),
    Claim("wen2021.table-2.performs-poorly", "Section 5.2, last paragraph, with Table 2",
          "With no regularization the model performs poorly on the test data set.", "acc(inf) = 71.60",
          Informal("than what is not said; if alpha is drawn anew for each trial, to answer always with the more frequent "
                   "label is better", "wen2021.section-5.frequent-label")),
    Claim("wen2021.table-2.sparsity", "Section 5.2, second paragraph, with Table 2",
          "The network becomes sparser with a smaller c.", "c < c' implies sparsity(c) > sparsity(c')",
          Certificate(rises(TABLE_2, "sparsity")), ("the rows of Table 2",),
          Control("and its training error larger", Certificate(rises(TABLE_2, "training_error")))),
    Claim("wen2021.table-2.cross-entropy", "Section 5.2, Table 2, with the first paragraph of Section 5",
          "The sum of the training error and the generalization error can be the cross-entropy of the test samples, of "
          "which each in the wrong class costs log 2: at c = 0.01 the generalization error alone can't.",
          "train err + gen err >= (1 - acc) log 2", Certificate(leaves_wrong(1, Fraction(7, 10))),
          ("two classes", "rounded as printed"),
          Control("the generalization error alone can", Certificate(leaves_wrong(0, LOG_2))), ours=True),
    Claim("wen2021.table-2.training-error-doubles", "Section 5.2, second paragraph, with Table 2",
          "Decreasing c from 0.10 to 0.07 nearly doubles the training error.", "train err(0.07) ~ 2 train err(0.10)",
          Informal("it grows by 71 %, and how near to double is nearly is not said",
                   "wen2021.table-2.training-error-ratio")),
    Claim("wen2021.table-2.training-error-ratio", "Section 5.2, second paragraph, with Table 2",
          "From c = 0.10 to c = 0.07 the training error grows by a factor from 1.69 to 1.73, however both were rounded.",
          "1.69 <= train err(0.07) / train err(0.10) <= 1.73",
          Certificate(training_error_grows(Fraction(169, 100), Fraction(173, 100))), (),
          Control("by 1.9 to 2.1", Certificate(training_error_grows(Fraction(19, 10), Fraction(21, 10)))), ours=True),
    Claim("wen2021.table-2.perfect-fit", "Section 5.2, last paragraph, with Table 2",
          "With no regularization, the model fits the training data perfectly.", "train err(inf) = 0",
          Informal("0.005 is printed, which as a mean cross-entropy is never 0, and leaves room for a perfect "
                   "classification", "wen2021.table-2.perfect-fit.room")),
    Claim("wen2021.table-2.perfect-fit.room", "Section 5.2, last paragraph, with Table 2",
          "A mean cross-entropy of 0.005 over 500 samples is not 0, and leaves fewer than 4 of them, in the mean over "
          "the trials, in the wrong one of two classes, as each of these costs log 2 at least.",
          "4 log 2 > 500 * 0.0055",
          Certificate(fewer_wrong_than(4)), ("two classes", "the training error is the mean cross-entropy"),
          Control("fewer than 3", Certificate(fewer_wrong_than(3))), ours=True),
    Claim("wen2021.table-2.accuracy-improves", "Section 5.2, last paragraph, with Table 2",
          "With c = 0.07 the test accuracy improves by more than 20 %: of itself, from 71.60 to 90.12.",
          "(acc(0.07) - acc(inf)) / acc(inf) > 20/100", Certificate(improves(relative, "% of it")), (),
          Control("by more than 20 percentage points", Certificate(improves(points, "points")))),
    Claim("wen2021.table-3.bold",
          "Section 5.5, Table 3, caption", "The bold results are the best two in each experiment.",
          "bold if and only if among the two largest of the column", Certificate(bold_are_the_best(2)), (),
          Control("the best three", Certificate(bold_are_the_best(3)))),
    Claim("wen2021.table-3.competitive", "Section 5.5, last sentence, and Section 6, with Table 3",
          "The method is competitive with other methods: among the best two in each experiment.",
          "at most one accuracy of the column is larger", Certificate(among_the_best(2)), (),
          Control("the best in each", Certificate(among_the_best(1)))),
    Claim("wen2021.table-3.previous-experiment", "Section 5.5, Table 3, caption, with Table 2",
          "The first column is of the previous classification experiment, that of Table 2.",
          "91.0 = accuracy(c) for some c",
          Informal("it may have been run again, or with a c that is not in Table 2; neither is said",
                   "wen2021.table-3.previous-experiment.accuracies")),
    Claim("wen2021.table-3.previous-experiment.accuracies", "Section 5.5, Table 3, with Table 2",
          "Without a regularizer both tables agree (71.6 and 71.60); the approach's 91.0 is more than every accuracy "
          "of Table 2, 90.12 at most.", "max over c of accuracy(c) = 90.12 < 91.0",
          Certificate(together(without_regularizer_agrees, beyond_table_2("91.0"))), (),
          Control("so is the 81.6 of L1 regularization", Certificate(beyond_table_2("81.6"))), ours=True),
    Claim("wen2021.table-3.one-digit", "Section 5.5, Table 3, MNIST, L1 with lambda = 0.01",
          "11.35 % is the accuracy on MNIST of a classifier that answers 1 always.",
          "11.35 = 100 * 1135 / 10000",
          Certificate(shares_of_digits(("11.35",))), ("1135 of 10 000 test images are ones",
          "that the network regularized so is constant is likely then, not certain"),
          Control("so is 13.87 %, of another digit", Certificate(shares_of_digits(("13.87",)))), ours=True),
    Claim("wen2021.table-3.fifty", "Section 5.5, Table 3, first column, L1 with lambda = 0.1 and 0.01",
          "With L1 regularization of 0.1 and of 0.01 the accuracy is 50.0 %.", "50.0, 50.0",
          Informal("a constant classifier, which this suggests, has the share of a label as its accuracy; by Section 5.2 "
                   "that depends on alpha, and the more frequent label has more than 71.7 % in the mean; how alpha was "
                   "drawn for Table 3, and in how many trials, is not said", "wen2021.section-5.frequent-label")),
)
