"""Table 3: the constraint beside L1, L2 and dropout on one of three problems (Section 5.5)."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pathnorm_ref.experiments.experiment import Experiment, Finding, unless_diverged
from pathnorm_ref.experiments.figures import panels
from pathnorm_ref.experiments.settings import check_grid, check_seeds
from pathnorm_ref.experiments.wen2021 import table_2, trials
from pathnorm_ref.experiments.wen2021.printed import TABLE_3
from pathnorm_ref.experiments.wen2021.problems import Classification, Pictures, prepare
from pathnorm_ref.experiments.wen2021.selection import cross_validated, folds
from pathnorm_ref.experiments.wen2021.training import Method, Run, check, measure, on_fold
from pathnorm_ref.experiments.wen2021.trials import error, positive

OURS = TABLE_3[-1].regularizer
LARGE_KERNELS = (0, 2)
"""The two convolutions of the VGG-16 that are projected."""


class Task(NamedTuple):
    """A column of the table: data, net and its width, which layers are projected; the grid of c, epochs, batch size."""

    data: str | None
    model: str
    width: int | None
    layers: tuple[int, ...] | None
    cs: tuple[float, ...]
    epochs: int
    batch_size: int


TASKS = {
    "classification": Task(None, "MLP", None, None, table_2.Settings().cs, 200, 50),
    "mnist": Task("mnist", "MLP", 900, None, (1.0, 2.0, 5.0, 10.0, 20.0), 20, 128),
    "cifar10": Task("cifar10", "VGG-16", 64, LARGE_KERNELS, (15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0), 100, 100),
}


@dataclass(frozen=True)
class Settings:
    """None stands for what the task has, `every` None for once, at the end. `alpha`, `spread`: of the task
    classification; `first_kernel`, `augment`: of cifar10."""

    task: str = "classification"
    data: str | None = None
    width: int | None = None
    first_kernel: int = 21
    n_train: int | None = None
    n_test: int | None = None
    alpha: str = "shared"
    spread: str = "variance"
    lams: tuple[float, ...] = (0.1, 0.01, 0.001, 0.0001)
    dropout: float = 0.5
    cs: tuple[float, ...] | None = None
    layers: tuple[int, ...] | None = None
    folds: int = 5
    method: str = "adam"
    lr: float = 0.001
    momentum: float = 0.0
    decay: str = "constant"
    epochs: int | None = None
    every: int | None = None
    batch_size: int | None = None
    augment: bool = False
    fresh: bool = True
    seeds: tuple[int, ...] = tuple(range(42, 52))

    def __post_init__(self):
        if self.task not in TASKS:
            raise ValueError(f"task is {self.task!r}: it must be one of {', '.join(TASKS)}")
        if self.task == "classification" and self.data is not None:
            raise ValueError(f"data is {self.data!r}: the task classification draws its own, it must be left out")
        if self.dropout == 0:
            raise ValueError("dropout is 0: it must be more, as no regularizer is there too")
        Classification(0, alpha=self.alpha, spread=self.spread)
        check_grid(lams=self.lams, cs=self.of_task("cs"))
        check_seeds(self.seeds)

    def of_task(self, name):
        """A setting, or what the task has."""
        own = getattr(self, name)
        return getattr(TASKS[self.task], name) if own is None else own

    def problem(self, seed):
        """The problem of the task, its samples drawn by the seed."""
        given: dict = {name: n for name, n in (("n_train", self.n_train), ("n_test", self.n_test)) if n is not None}
        if self.task == "classification":
            return Classification(seed, alpha=self.alpha, spread=self.spread, **given)
        return Pictures(seed, self.of_task("data"), TASKS[self.task].model, self.of_task("width"), self.first_kernel,
                        **given)

    def run(self, seed, **own):
        """A trial, with these arguments of `Method`."""
        problem = self.problem(seed if self.fresh else self.seeds[0])
        layers = self.of_task("layers") if "c" in own else None
        method = Method(self.method, self.lr, momentum=self.momentum, decay=self.decay, layers=layers, **own)
        epochs = self.of_task("epochs")
        return Run(problem, method, epochs, self.of_task("batch_size"), seed, epochs if self.every is None else self.every,
                   self.augment)


# --- the runs ------------------------------------------------------------------------------------------

def regularizers(settings):
    """{name as the table prints it: arguments of `Method`}, without ours, which has its c still to be chosen."""
    named: dict[str, dict] = {"No": {}}
    named |= {f"L1, lambda = {lam:g}": {"l1": lam} for lam in settings.lams}
    named |= {f"L2, lambda = {lam:g}": {"lam": lam} for lam in settings.lams}
    return named | {f"Dropout, r_d = {settings.dropout:g}": {"dropout": settings.dropout}}


def scored(settings):
    """{c: its runs on the folds of the first trial's training samples}."""
    return {c: [on_fold(settings.run(settings.seeds[0], c=c), settings.folds, i) for i in range(settings.folds)]
            for c in settings.of_task("cs")}


def chosen(settings, records):
    """The c of the largest average accuracy on the folds (`cross_validated`); None before all of them are there."""
    runs = scored(settings)
    if not all(run in records for on_folds in runs.values() for run in on_folds):
        return None
    return cross_validated(runs, range(settings.folds), lambda c, i: records[runs[c][i]]["last"]["test accuracy"]).best


def compared(settings, records):
    """{regularizer: its runs on all seeds}; ours once c is chosen."""
    c = chosen(settings, records)
    methods = regularizers(settings) | ({} if c is None else {OURS: {"c": c}})
    return {name: [settings.run(seed, **own) for seed in settings.seeds] for name, own in methods.items()}


def jobs(settings, records):
    """The folds and all regularizers, then ours with the c that the folds have chosen, on every seed."""
    return [run for runs in (*scored(settings).values(), *compared(settings, records).values()) for run in runs]


def prepared(settings, place):
    """ValueError for data, folds or a method that do not fit."""
    first = settings.run(settings.seeds[0]).problem
    folds(prepare(first, place).y, settings.folds, first.seed)
    check(jobs(settings, {}), place)


# --- the table -----------------------------------------------------------------------------------------

def printed(settings):
    """{regularizer: its `printed.Accuracy` in the column of the task}."""
    return {row.regularizer: getattr(row, settings.task) for row in TABLE_3}


def rows(settings, records):
    table, document = [], printed(settings)
    for name, runs in compared(settings, records).items():
        values = [records[run]["last"]["test accuracy"] for run in runs]
        own = document.get(name)
        table.append({
            "regularizer": name, "c": f"{runs[0].method.c:g}" if name == OURS else "", "trials": len(runs),
            "diverged": sum(records[run]["diverged"] for run in runs), "accuracy": float(np.mean(values)),
            "accuracy deviation": float(np.std(values, ddof=1)), "accuracy printed": own.percent if own else "",
            "bold printed": "bold" if own and own.bold else ""})
    best_two = sorted(table, key=lambda row: -row["accuracy"])[:2]
    return [row | {"best two": "best two" if row in best_two else ""} for row in table]


def draw(settings, records):
    figure, (axis,) = panels(1, width=4.8, height=3.4)
    table = list(reversed(rows(settings, records)))
    places = range(len(table))
    axis.errorbar([row["accuracy"] for row in table], places, xerr=[row["accuracy deviation"] for row in table],
                  linestyle="none", marker="o", markersize=4, capsize=2, color="#c44e1c", label="mean and deviation")
    known = [(float(row["accuracy printed"]), place) for place, row in zip(places, table, strict=True)
             if row["accuracy printed"]]
    axis.plot(*zip(*known, strict=True), "x", color="#1b6ca8", markersize=5, label=f"as printed, for {settings.task}")
    axis.set(xlabel="test accuracy (%)", title=settings.of_task("data") or "the samples of Section 5.2")
    axis.set_yticks(list(places), [f"{row['regularizer']}{', c = ' + row['c'] if row['c'] else ''}" for row in table])
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def findings(settings, records):
    *others, ours = rows(settings, records)
    by_accuracy = sorted(others, key=lambda row: -row["accuracy"])
    return unless_diverged([ahead(ours, by_accuracy[1], "our approach is one of the best two methods", "second best"),
                            ahead(ours, by_accuracy[0], "our approach is the best method", "best")], records)


def ahead(ours, other, claim, place):
    """`Finding`: whether ours is more accurate than another; None within the sum of both standard errors."""
    margin = error(ours, "accuracy") + error(other, "accuracy")
    return Finding(claim, positive(ours["accuracy"] - other["accuracy"], margin),
                   f"{ours['accuracy']:.2f} +- {error(ours, 'accuracy'):.2f} % with c = {ours['c']}; the {place} other, "
                   f"{other['regularizer']}: {other['accuracy']:.2f} +- {error(other, 'accuracy'):.2f} %")


def small(given):
    common = {"seeds": (42, 43), "folds": 2, "lams": (0.01, 0.0001)}
    task = given.get("task", "classification")
    if task == "classification":
        return common | {"cs": (0.3, 0.07), "n_train": 200, "n_test": 300, "epochs": 60}
    if task == "mnist":
        return common | {"data": "digits", "cs": (2.0, 8.0), "width": 64, "n_train": 500, "epochs": 40, "batch_size": 50}
    return common | {"data": "digits", "cs": (15.0, 45.0), "width": 2, "first_kernel": 5, "n_train": 60, "n_test": 60,
                     "epochs": 2, "batch_size": 20, "lams": (0.001,)}


EXPERIMENT = Experiment(
    "Table 3: test accuracy of regularizers on one of three problems (Section 5.5)", Settings, small, jobs, measure, rows,
    draw, findings, prepared,
    ("c is not printed: it is the one of the grid with the largest average accuracy in k-fold cross-validation on the "
     "training samples of the first trial (Section 5.4); test samples have no part in it. The document prints every "
     "lambda of the others, and no choice among them",
     "L1: the penalty is added to the loss, with the subgradient lambda sign(W), and L2 with the gradient lambda W, as the "
     "text has them; of the weight matrices, biases are free. Dropout behind every hidden ReLU",
     "all methods have the same optimiser, learning rate, epochs and batch size, which are not printed: see the settings",
     "the accuracy is that at the end of training; one of the best two: beyond the sum of both standard errors",
     "images are normalised by the training images; cifar10: VGG-16 without batch normalisation, its two large kernels "
     "alone projected, He's normal weights; whether images are cropped and flipped is not said: see the setting `augment`",
     *trials.CHOICES[:3]))
