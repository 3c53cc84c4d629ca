"""Section 5.1, Table 1: what its numbers can be, which are bold, and whether rows agree with each other."""

from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, Informal
from proofs_check.claim import Claim, Control

# --- the table, digit by digit -------------------------------------------------------------------------


class Printed(NamedTuple):
    """A mean and what stands behind its +-, in percent; whether it is bold."""

    mean: str
    error: str = "0"
    bold: bool = False

    def __str__(self):
        return self.mean if self.error == "0" else f"{self.mean} +- {self.error}"


class Row(NamedTuple):
    """Test accuracies of weight decay and of the proximal algorithm, and their structural sparsities."""

    task: int
    modification: str
    decay: Printed
    proximal: Printed
    decay_sparsity: Printed
    proximal_sparsity: Printed

    def __str__(self):
        return f"Task {self.task}, {self.modification}"


ALL = Printed("100")
ROWS = (
    Row(1, "true labels", Printed("90.87", "0.1"), Printed("91.46", "0.11", bold=True), ALL, Printed("99.92", "0.14")),
    Row(1, "corrupted data", Printed("64.86", "0.37"), Printed("65.52", "0.65"), ALL, Printed("99.92", "0.14")),
    Row(1, "corrupted labels, p = 0.3", Printed("81.125", "0.44"), Printed("81.87", "0.42"), ALL, ALL),
    Row(1, "corrupted labels, p = 0.7", Printed("47.82", "1.57"), Printed("55.27", "0.95", bold=True), ALL, ALL),
    Row(2, "true labels", Printed("98.29", "0.03"), Printed("98.21", "0.07"), ALL, Printed("98.3", "0.78")),
    Row(2, "corrupted data", Printed("71.54", "0.22"), Printed("72.65", "0.44", bold=True), ALL,
        Printed("99.95", "0.04")),
    Row(3, "true labels", Printed("90.41", "0.1"), Printed("90.79", "0.06", bold=True), ALL, Printed("48.29", "10.68")),
    Row(3, "corrupted data", Printed("60.78", "0.17"), Printed("60.71", "0.26"), ALL, Printed("60.34", "7.69")),
    Row(4, "true labels", Printed("94.68", "0.12"), Printed("95.51", "0.12"), ALL, Printed("44.02", "14.03")),
)
RUNS = 4
"""Seeds 42 to 45 (Appendix C.1.4)."""
UNITS = 3 * 400
"""Hidden neurons of the three groups of MLP-3-400 factorized and of MLP-6-400 (Table 2)."""


def half_unit(text):
    """Half a unit of the last digit printed: by so much rounding moves a number."""
    return Fraction(1, 2 * 10 ** len(text.partition(".")[2]))


def rounds_to(value, text):
    """Whether a number, rounded to the nearest, ties either way, may be printed so."""
    return abs(value - Fraction(text)) <= half_unit(text)


def root_rounds_to(square, text):
    """Whether the root of a number, rounded, may be printed so."""
    least, most = Fraction(text) - half_unit(text), Fraction(text) + half_unit(text)
    return max(least, Fraction(0)) ** 2 <= square <= most**2


def decimal(value):
    """A fraction as a decimal number, to four digits behind the point at most."""
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def gap(row):
    """|mean of the proximal algorithm - mean of weight decay|."""
    return abs(Fraction(row.proximal.mean) - Fraction(row.decay.mean))


def sum_of_errors(row, times=1):
    return times * (Fraction(row.proximal.error) + Fraction(row.decay.error))


# --- which numbers are bold ----------------------------------------------------------------------------

def bold_where(threshold):
    """Of Tasks 1 to 3: whether the larger mean is bold just where the gap reaches the threshold, and no other is."""
    def facts():
        return {f"{row}: gap {decimal(gap(row))}, threshold {decimal(threshold(row))}, "
                f"{'bold' if row.proximal.bold else 'not bold'}":
                row.proximal.bold == (gap(row) >= threshold(row)) and not row.decay.bold
                for row in ROWS if row.task < 4}
    return facts


def larger_error(row):
    return max(Fraction(row.proximal.error), Fraction(row.decay.error))


# --- what stands behind +- -----------------------------------------------------------------------------

def sparsities():
    """(row, printed) of each structural sparsity that has an error."""
    return [(row, row.proximal_sparsity) for row in ROWS if row.proximal_sparsity.error != "0"]


def least_square(cell):
    """The square of the least error that is printed so."""
    return (Fraction(cell.error) - half_unit(cell.error)) ** 2


def most_missing(cell):
    """100 minus the least mean that is printed so."""
    return 100 - Fraction(cell.mean) + half_unit(cell.mean)


def standard_errors_are_possible():
    """SE <= 100 - m, of four numbers of mean m that are at most 100."""
    return bounds() | {f"{row}: {cell}: {decimal(Fraction(cell.error) - half_unit(cell.error))} <= 100 - m <= "
            f"{decimal(most_missing(cell))}": least_square(cell) <= most_missing(cell) ** 2
            for row, cell in sparsities()}


def bounds():
    """With d_i >= 0 what run i lacks of 100, and D their sum, so that 100 - m = D / 4."""
    d = polynomials("a", "b", "c", "d")
    D, squares, pairs = sum(d), sum(x**2 for x in d), sum(x * y for x, y in combinations(d, 2))
    return {"4 sum_i (d_i - D/4)^2 = 3 D^2 - 8 sum_{i<j} d_i d_j <= 3 D^2, and it is 48 SE^2 and 16 SD^2, so that "
            "SE <= D/4 = 100 - m and SD <= sqrt(3) (100 - m)": 4 * squares - D**2 == 3 * D**2 - 8 * pairs}


def splits(total, parts):
    """The ways to write a number as a sum of so many, largest first."""
    if parts == 1:
        return [(total,)]
    return [(first, *rest) for first in range(total, -1, -1) for rest in splits(total - first, parts - 1)
            if first >= rest[0]]


def outcomes(cell, divisor):
    """The numbers of inactive units in the runs of which mean and +- may be printed so.

    The +- is the root of the sum of squared deviations over `divisor`.
    """
    found = []
    for total in range(RUNS * UNITS + 1):
        mean = 100 * (1 - Fraction(total, RUNS * UNITS))
        if rounds_to(mean, cell.mean):
            found += [split for split in splits(total, RUNS) if root_rounds_to(
                sum((100 - Fraction(100 * n, UNITS) - mean) ** 2 for n in split) / divisor, cell.error)]
        elif mean < Fraction(cell.mean) - half_unit(cell.mean):
            break
    return found


DIVISORS = {"standard error": RUNS * (RUNS - 1), "standard deviation, divisor 3": RUNS - 1,
            "standard deviation, divisor 4": RUNS}


def standard_deviations_are_possible():
    """SD <= sqrt(3) (100 - m) everywhere; of 99.92 +- 0.14 nothing else is, and only in one way."""
    facts = bounds()
    facts |= {f"{row}: {cell}: as a standard deviation it is possible":
              least_square(cell) <= 3 * most_missing(cell) ** 2 for row, cell in sparsities()}
    cell = ROWS[0].proximal_sparsity
    found = {name: outcomes(cell, divisor) for name, divisor in DIVISORS.items()}
    return facts | {f"of 3 x 400 units in four runs, {cell} is met only by 4, 0, 0, 0 inactive ones, and only by a "
                    f"standard deviation with divisor 4": found ==
                    {name: [] for name in DIVISORS} | {"standard deviation, divisor 4": [(4, 0, 0, 0)]}}


# --- numbers that are shares of a whole ----------------------------------------------------------------

def accuracies_are_shares(test_images):
    """Whether each accuracy is a mean over the runs of some k / n, n the test images (of each corruption)."""
    def facts():
        return {f"{row}: {cell.mean} = {decimal(nearest)}, rounded": rounds_to(nearest, cell.mean)
                for row in ROWS for cell in (row.decay, row.proximal)
                for nearest in [nearest_share(cell.mean, test_images(row))]}
    return facts


def nearest_share(text, whole):
    """The k / whole next to a percentage, in percent."""
    return Fraction(100 * round(Fraction(text) * whole / 100), whole)


def images_in_all_runs(row):
    """10 000 test images, of SVHN 26 032, of MNIST-C and CIFAR10-C fifteen times as many; in all runs."""
    return RUNS * (26032 if row.task == 4 else 10000) * (15 if row.modification == "corrupted data" else 1)


def images_in_one_run(row):
    return 1000


def shares_of_units(units):
    """Whether each mean of Tasks 1 and 2 is a share of all units in all runs, rounded; with the shares beside it."""
    def facts():
        told = {}
        for row in ROWS:
            if row.task in units:
                whole, mean = RUNS * units[row.task], row.proximal_sparsity.mean
                below = Fraction(mean) * whole // 100
                sides = ", ".join(f"{n}/{whole} = {decimal(Fraction(100 * n, whole))} %" for n in (below, below + 1))
                told[f"{row}: {mean} % is next to {sides}, and one of them rounds to it"] = rounds_to(
                    nearest_share(mean, whole), mean)
        return told
    return facts


COUPLED_UNITS = {1: UNITS, 2: UNITS}
"""Of the couples of layers, as Appendix B.1 counts them: in MLP-6-400 the first, third and fifth hidden layer."""
HIDDEN_NEURONS = {1: UNITS, 2: 5 * 400}
"""Of all hidden layers of the groups: five in MLP-6-400 (Table 2)."""


def share_of_neurons_alone(row):
    """Whether a sparsity of Task 2 is a share of all hidden neurons, and of the units of the couples none."""
    def facts():
        mean = row.proximal_sparsity.mean
        return {f"{row}: {mean} % is {'a' if shares else 'no'} share of {RUNS} x {units}":
                rounds_to(nearest_share(mean, RUNS * units), mean) is shares
                for units, shares in ((HIDDEN_NEURONS[2], True), (COUPLED_UNITS[2], False))}
    return facts


# --- the same models -----------------------------------------------------------------------------------

def same_models(tasks):
    """Whether the models of "true labels" and of "corrupted data" are equally sparse, as the same models are."""
    def facts():
        pairs = [[row for row in ROWS if row.task == task and row.modification in ("true labels", "corrupted data")]
                 for task in tasks]
        return {f"Task {true.task}: {true.proximal_sparsity} under true labels, {corrupted.proximal_sparsity} under "
                f"corrupted data, are the same": true.proximal_sparsity == corrupted.proximal_sparsity
                for true, corrupted in pairs}
    return facts


def other_models():
    wrong = same_models((2, 3))()
    return same_models((1,))() | {name.replace("are the same", "differ"): not same for name, same in wrong.items()}


CLAIMS = (
    Claim("yang2022.table-1.bold", "Section 5.1, Table 1, caption",
          "In Tasks 1 to 3 the larger mean is bold just where the gap is at least the sum of both standard errors.",
          "bold if and only if |m_prox - m_decay| >= s_prox + s_decay",
          Certificate(bold_where(sum_of_errors)), ("the numbers as printed",),
          Control("just where the gap is at least the larger standard error", Certificate(bold_where(larger_error)))),
    Claim("yang2022.table-1.bold.task-4", "Section 5.1, Table 1, last row",
          "In Task 4 no number is bold, although the gap 95.51 - 94.68 = 0.83 is above 0.12 + 0.12 = 0.24.",
          "bold if |m_prox - m_decay| >= s_prox + s_decay",
          Informal("the text at hand, made from a PDF, may have lost the bold face: it can't tell",
                   "yang2022.table-1.bold")),
    Claim("yang2022.table-1.standard-error", "Section 5.1, Table 1, with Appendix C.1.4",
          "The numbers behind +- are standard errors of the mean of four runs: of the structural sparsities too, which "
          "are percentages.", "s^2 = 1/12 sum_{i=1}^4 (p_i - m)^2, 0 <= p_i <= 100",
          Certificate(standard_errors_are_possible), ("four runs (C.1.4)", "rounded to the digits printed"),
          fault="wrong", correction="yang2022.table-1.standard-deviation",
          tex=r"s^2 = \frac{1}{4 \cdot 3} \sum_{i=1}^4 (p_i - m)^2, \quad 0 \le p_i \le 100",
          explanation="With d_i = 100 - p_i >= 0 and D = d_1 + ... + d_4 = 4 (100 - m), 12 s^2 = sum d_i^2 - D^2 / 4 "
          "<= 3/4 D^2, so s <= D / 4 = 100 - m: at most 0.08 (0.085 with rounding) where 0.14 is printed. Three runs "
          "of 100 % and one of 1196/1200 have mean 99.917 and standard deviation (divisor 4) 0.144: 99.92 +- 0.14, as "
          "printed."),
    Claim("yang2022.table-1.standard-deviation", "Section 5.1, Table 1, with Appendix C.1.4",
          "As standard deviations of four runs, with divisor 4, all numbers behind +- of the sparsities are possible; "
          "99.92 +- 0.14 is nothing else.", "s^2 = 1/4 sum_{i=1}^4 (p_i - m)^2 <= 3 (100 - m)^2",
          Certificate(standard_deviations_are_possible),
          ("four runs (C.1.4)", "rounded to the digits printed", "3 x 400 units in Task 1, for 'nothing else'"),
          Control("as standard errors they are", Certificate(standard_errors_are_possible)), ours=True,
          tex=r"s^2 = \frac{1}{4} \sum_{i=1}^4 (p_i - m)^2 \le 3 (100 - m)^2"),
    Claim("yang2022.table-1.accuracies", "Section 5.1, Table 1",
          "Each accuracy is a possible mean of four runs on the test images (15 times as many where corrupted).",
          "m = 100 k / (4 n), rounded, for some integer k", Certificate(accuracies_are_shares(images_in_all_runs)),
          ("10 000 test images of MNIST and CIFAR10, 26 032 of SVHN (C.1.1)",),
          Control("of one run on 1000 images", Certificate(accuracies_are_shares(images_in_one_run)))),
    Claim("yang2022.table-1.sparsities", "Section 5.1, Table 1, structural sparsities of Tasks 1 and 2",
          "Each structural sparsity of Tasks 1 and 2 can be the percentage of active units in the grouped layers, the "
          "mean of four runs, if in Task 2 the neurons of all five hidden layers count.",
          "m = 100 k / (4 n), rounded, for some integer k; n = 1200 in Task 1, 2000 in Task 2",
          Certificate(shares_of_units(HIDDEN_NEURONS)), ("the hidden layers of the groups of Table 2",),
          Control("if the units of the couples count, 1200 in both (B.1)",
                  Certificate(shares_of_units(COUPLED_UNITS)))),
    Claim("yang2022.table-1.sparsities.corrected", "Section 5.1, Table 1, structural sparsities of Tasks 1 and 2",
          "The 99.95 % of Task 2 are of 2000 neurons, not of the 1200 homogeneous units of Appendix B.1: of these two "
          "inactive in four runs leave 99.96 %, three leave 99.94 %.",
          "99.95 = 100 * 7996 / (4 * 2000); 100 * 4797 / 4800 = 99.94, 100 * 4798 / 4800 = 99.96",
          Certificate(share_of_neurons_alone(ROWS[5])),
          ("four runs", "rounded to the nearest, the mean alone: 99.92 is 4796/4800 = 99.9167 %"),
          Control("so are the 98.3 %", Certificate(share_of_neurons_alone(ROWS[4]))), ours=True),
    Claim("yang2022.table-1.same-models", "Section 5.1, ii, and Appendix C.1.1, b and d, with Table 1",
          "The models tested on corrupted data are those tested on the original data: trained on unmodified data and "
          "chosen by the clean validation set, with seeds 42 to 45.",
          "sparsity(corrupted data) = sparsity(true labels)",
          Informal("the text suggests it and does not say it: the models may have been trained anew",
                   "yang2022.table-1.same-models.corrected")),
    Claim("yang2022.table-1.same-models.corrected", "Section 5.1, ii, and Appendix C.1.1, b and d, with Table 1",
          "In Tasks 2 and 3 the models tested on corrupted data are not those tested on the original data, although both "
          "are trained on unmodified data, with the same seeds, and chosen by the clean validation set: their "
          "structural sparsities differ. In Task 1 they may be the same.",
          "sparsity(corrupted data) = sparsity(true labels) in Task 1, not in Tasks 2 and 3",
          Certificate(other_models), (),
          Control("in Tasks 1, 2 and 3 they may", Certificate(same_models((1, 2, 3)))), ours=True),
)
