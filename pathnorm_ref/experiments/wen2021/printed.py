"""Tables 1, 2 and 3 as Wen et al. 2021 print them, every number a string with the digits that it has there.

Strings, because the digits say how far a number was rounded; Fraction(string) and float(string) are its value.
Imports nothing of the experiments, so that claims about the tables need none of their extras.
"""

from typing import NamedTuple


class Regression(NamedTuple):
    """A row of Table 1: means of 10 trials; the squared errors, and the share of zeros in the weight matrices."""

    c: str
    training_error: str
    test_error: str
    generalization_error: str
    sparsity: str


class Classification(NamedTuple):
    """A row of Table 2: means of 10 trials; cross-entropies, the accuracy on test data and the share of zeros."""

    c: str
    training_error: str
    generalization_error: str
    accuracy: str
    sparsity: str


class Accuracy(NamedTuple):
    """A test accuracy in percent; whether it is bold."""

    percent: str
    bold: bool = False


class Comparison(NamedTuple):
    """A row of Table 3: test accuracies of a regularizer on the experiment of Section 5.2, MNIST and CIFAR-10."""

    regularizer: str
    classification: Accuracy
    mnist: Accuracy
    cifar10: Accuracy


TABLE_1 = (
    Regression("inf", "0.000", "69.520", "69.520", "3.02"),
    Regression("10.00", "0.000", "35.571", "35.571", "41.58"),
    Regression("2.00", "0.052", "8.129", "8.077", "61.42"),
    Regression("1.00", "0.131", "2.424", "2.426", "84.69"),
    Regression("0.90", "0.173", "2.424", "2.251", "87.62"),
    Regression("0.80", "0.197", "2.384", "2.186", "89.80"),
    Regression("0.70", "0.235", "2.334", "2.099", "91.09"),
    Regression("0.60", "0.252", "2.247", "1.994", "91.78"),
    Regression("0.50", "0.286", "2.140", "1.854", "93.33"),
    Regression("0.40", "0.387", "2.209", "1.822", "93.88"),
    Regression("0.30", "0.850", "2.526", "1.675", "94.18"),
)
TABLE_2 = (
    Classification("inf", "0.005", "0.543", "71.60", "2.39"),
    Classification("1.00", "0.016", "0.624", "83.50", "66.71"),
    Classification("0.50", "0.087", "0.337", "87.30", "68.43"),
    Classification("0.30", "0.053", "0.297", "88.40", "90.78"),
    Classification("0.22", "0.034", "0.280", "88.93", "93.29"),
    Classification("0.19", "0.046", "0.273", "89.10", "94.53"),
    Classification("0.16", "0.030", "0.250", "89.23", "95.40"),
    Classification("0.13", "0.077", "0.177", "89.93", "96.60"),
    Classification("0.10", "0.121", "0.155", "90.01", "97.53"),
    Classification("0.07", "0.207", "0.102", "90.12", "98.98"),
    Classification("0.04", "0.239", "0.112", "89.57", "99.04"),
    Classification("0.01", "0.265", "0.068", "88.48", "99.49"),
)


def _bold(percent):
    return Accuracy(percent, bold=True)


TABLE_3 = (
    Comparison("No", Accuracy("71.6"), Accuracy("97.85"), Accuracy("93.34")),
    Comparison("L1, lambda = 0.1", Accuracy("50.0"), Accuracy("13.87"), Accuracy("48.32")),
    Comparison("L1, lambda = 0.01", Accuracy("50.0"), Accuracy("11.35"), Accuracy("92.53")),
    Comparison("L1, lambda = 0.001", _bold("81.6"), Accuracy("97.33"), Accuracy("93.43")),
    Comparison("L1, lambda = 0.0001", Accuracy("73.2"), Accuracy("97.99"), Accuracy("93.64")),
    Comparison("L2, lambda = 0.1", Accuracy("70.8"), Accuracy("80.30"), Accuracy("80.41")),
    Comparison("L2, lambda = 0.01", Accuracy("73.4"), Accuracy("92.30"), Accuracy("90.38")),
    Comparison("L2, lambda = 0.001", Accuracy("73.2"), Accuracy("94.43"), Accuracy("91.41")),
    Comparison("L2, lambda = 0.0001", Accuracy("71.8"), Accuracy("97.90"), _bold("93.72")),
    Comparison("Dropout, r_d = 0.5", Accuracy("73.5"), _bold("98.11"), Accuracy("93.42")),
    Comparison("Our Approach", _bold("91.0"), _bold("98.03"), _bold("93.75")),
)
TRIALS = 10
"""Tables 1 and 2 are "estimated using the mean of 10 repeated trials"."""
