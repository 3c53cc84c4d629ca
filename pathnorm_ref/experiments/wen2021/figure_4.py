"""Figure 4: the VGG-16 with two large kernels on CIFAR-10, box plots over the folds (Section 5.3)."""

from dataclasses import dataclass

import numpy as np

from pathnorm_ref.experiments.experiment import Experiment, Finding, unless_diverged
from pathnorm_ref.experiments.settings import check_grid, check_seed
from pathnorm_ref.experiments.wen2021 import trials
from pathnorm_ref.experiments.wen2021.problems import Fold, Pictures, prepare
from pathnorm_ref.experiments.wen2021.selection import folds
from pathnorm_ref.experiments.wen2021.table_3 import LARGE_KERNELS
from pathnorm_ref.experiments.wen2021.training import Method, Run, check, measure
from pathnorm_ref.experiments.wen2021.trials import boxplot, moving, named, positive, ratio, within

NAMES = ("training error", "test error", "generalization error", "test accuracy", "sparsity hidden")
PANES = (("generalization error", "generalization error", "linear", None),
         ("sparsity hidden", "zeros in the large kernels (%)", "linear", None))


@dataclass(frozen=True)
class Settings:
    """Section 5.3 as printed."""

    data: str = "cifar10"
    width: int = 64
    first_kernel: int = 21
    cs: tuple[float, ...] = (15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0)
    folds: int = 20
    n_train: int | None = None
    method: str = "adam"
    lr: float = 0.001
    momentum: float = 0.0
    decay: str = "constant"
    epochs: int = 100
    every: int = 1
    batch_size: int = 100
    augment: bool = False
    seed: int = 42

    def __post_init__(self):
        check_grid(cs=self.cs)
        check_seed(self.seed)

    def problem(self):
        """All images for training: the folds leave out one part each."""
        return Pictures(self.seed, self.data, "VGG-16", self.width, self.first_kernel, self.n_train)

    def run(self, i, c):
        """The run that leaves out fold i."""
        method = Method(self.method, self.lr, c=c, momentum=self.momentum, decay=self.decay, layers=LARGE_KERNELS)
        return Run(Fold(self.problem(), self.folds, i), method, self.epochs, self.batch_size, self.seed, self.every,
                   self.augment)


def jobs(settings, records):
    return [settings.run(i, c) for i in range(settings.folds) for c in settings.cs]


def prepared(settings, place):
    """ValueError for data, folds or a method that do not fit."""
    problem = settings.problem()
    folds(problem.samples(place)[1], settings.folds, settings.seed)
    prepare(Fold(problem, settings.folds, 0), place)
    check(jobs(settings, {}), place)


def ended(settings, records):
    """{c: what was measured at the end on each fold}, from the largest c down."""
    return {c: [records[settings.run(i, c)]["last"] for i in range(settings.folds)]
            for c in sorted(settings.cs, reverse=True)}


def rows(settings, records):
    """Of each c means and deviations over the folds."""
    return [{"c": named(c), "trials": len(points),
             "diverged": sum(records[settings.run(i, c)]["diverged"] for i in range(settings.folds))} |
            {key: value for name in NAMES for values in [[point[name] for point in points]] for key, value in (
                (name, float(np.mean(values))), (f"{name} deviation", float(np.std(values, ddof=1))))}
            for c, points in ended(settings, records).items()]


def draw(settings, records):
    figure = boxplot(ended(settings, records), PANES, {})
    images = "" if settings.n_train is None else f"{settings.n_train} images, "
    figure.suptitle(f"{settings.data}, {images}{settings.width} channels, {settings.folds} folds, {settings.epochs} epochs",
                    fontsize=9)
    return figure


def findings(settings, records):
    table = rows(settings, records)
    dense, sparse = table[0], table[-1]
    found = [moving(table, "sparsity hidden", "when c increases, the network becomes denser", rising=False),
             moving(table, "generalization error", "a larger c might result in poorer generalization")]
    if (sparse["c"], dense["c"]) == ("15.00", "45.00"):
        found += extremes(sparse, dense)
    return unless_diverged(found, records)


def extremes(sparse, dense):
    """What the text says of c = 15 and c = 45; None within the standard errors."""
    zeros, errors = "sparsity hidden", "generalization error"
    own = trials.error(sparse, zeros)
    both = own + trials.error(dense, zeros)
    fall = sparse[zeros] - dense[zeros]
    times, margin = ratio(dense, sparse, errors)
    return [
        Finding("with c = 15 more than 95 % of the weights are 0", positive(sparse[zeros] - 95, own),
                f"{sparse[zeros]:.2f} +- {own:.2f} %"),
        Finding("from c = 15 to 45 the sparsity rate falls by almost 25 points (20 to 25)",
                within(fall, 20, 25, both), f"from {sparse[zeros]:.2f} % to {dense[zeros]:.2f} %"),
        Finding("from c = 15 to 45 the generalization error doubles (1.5 to 2.5 times)", within(times, 1.5, 2.5, margin),
                f"from {sparse[errors]:.4g} to {dense[errors]:.4g}, {times:.2f} times")]


def small(given):
    """On digits, enlarged, with so few channels that it only shows that all of it runs."""
    return {"data": "digits", "width": 4, "first_kernel": 9, "cs": (5.0, 15.0), "folds": 2, "n_train": 120, "epochs": 6,
            "every": 3, "batch_size": 20}


EXPERIMENT = Experiment(
    "Figure 4: generalization error and sparsity of a VGG-16 with large kernels, printed for CIFAR-10 (Section 5.3)",
    Settings, small, jobs, measure, rows, draw, findings, prepared,
    ("the folds are parts of all training images, 50 000 of CIFAR-10, with equal shares of each class; its test images are "
     "not used. The test error is that of the fold left out",
     "the sparsity is that of the two large kernels, which alone are projected: at width 64 they are 11 % of the weights, "
     "so that of all weights could not reach 95 %; whether the constant is the same for both is not said: it is",
     "VGG-16 without batch normalisation, of which the document says nothing, from He's normal weights; constants in "
     "steps of 5, read off no text; optimiser, learning rate, epochs, batch size and cropping are not printed: see the "
     "settings",
     "images are normalised by all training images but the fold, smaller ones enlarged to 32x32",
     *trials.CHOICES[3:]))
