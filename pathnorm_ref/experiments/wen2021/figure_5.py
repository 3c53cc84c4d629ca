"""Figure 5: the average cross-validation score against c, and the c that it selects (Section 5.4)."""

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np

from pathnorm_ref.experiments.experiment import Experiment, Finding, unless_diverged
from pathnorm_ref.experiments.figures import logarithmic, panels
from pathnorm_ref.experiments.settings import check_seed
from pathnorm_ref.experiments.wen2021 import table_1, table_2
from pathnorm_ref.experiments.wen2021.problems import prepare
from pathnorm_ref.experiments.wen2021.selection import cross_validated, folds
from pathnorm_ref.experiments.wen2021.training import check, measure, on_fold
from pathnorm_ref.experiments.wen2021.trials import named


class Task(NamedTuple):
    """A pane: the settings of its table, what is measured on a fold, and the sign with which larger is better."""

    table: Any
    measured: str
    sign: int


TASKS = {"classification": Task(table_2.Settings, "test accuracy", 1),
         "regression": Task(table_1.Settings, "test error", -1)}


@dataclass(frozen=True)
class Settings:
    """One pane: (a) the classification, (b) the regression. None stands for what its table has; `n_active`, `beta`
    and `last` are of the regression, `alpha` and `spread` of the classification."""

    task: str = "classification"
    cs: tuple[float, ...] | None = None
    folds: int = 10
    n_train: int | None = None
    n_test: int | None = None
    n_in: int | None = None
    n_active: int | None = None
    beta: tuple[float, float] | None = None
    last: str | None = None
    alpha: str | None = None
    spread: str | None = None
    method: str | None = None
    lr: float | None = None
    momentum: float | None = None
    decay: str | None = None
    layers: tuple[int, ...] | None = None
    epochs: int | None = None
    every: int | None = None
    batch_size: int | None = None
    seed: int = 42

    def __post_init__(self):
        check_seed(self.seed)
        if self.task not in TASKS:
            raise ValueError(f"task is {self.task!r}: it must be one of {', '.join(TASKS)}")
        own = {field.name for field in fields(TASKS[self.task].table)}
        for name, value in self.given().items():
            if name not in own:
                raise ValueError(f"{name} is {value!r}: the task {self.task} has none, it must be left out")

    def given(self):
        """{name: value} of what replaces the table's."""
        values = {field.name: getattr(self, field.name) for field in fields(self)
                  if field.name not in ("task", "folds", "seed")}
        return {name: value for name, value in values.items() if value is not None}

    def table(self):
        """The settings of the table; of its seeds, the first is ours."""
        return TASKS[self.task].table(seeds=(self.seed, self.seed + 1), **self.given())

    def run(self, c, fold=None):
        """On all training samples, tested on the test samples; or on all but one fold, tested on that."""
        run = self.table().run(self.seed, c)
        return run if fold is None else on_fold(run, self.folds, fold)

    def grid(self):
        """No constraint, then the constants from the largest down."""
        return (None, *sorted(self.table().cs, reverse=True))


def jobs(settings, records):
    return [settings.run(c, fold) for fold in (*range(settings.folds), None) for c in settings.grid()]


def prepared(settings, place):
    """ValueError for folds or a method that do not fit."""
    folds(prepare(settings.run(None).problem, place).y, settings.folds, settings.seed)
    check(jobs(settings, {}), place)


def selection(settings, records):
    """`selection.Selection` of c by the scores on the folds; nothing else is looked at."""
    task = TASKS[settings.task]
    return cross_validated(settings.grid(), range(settings.folds),
                           lambda c, i: task.sign * records[settings.run(c, i)]["last"][task.measured])


def rows(settings, records):
    task, (best, scores) = TASKS[settings.task], selection(settings, records)
    return [{"c": named(c), "measured": task.measured, "folds": len(values),
             "on the folds": task.sign * float(np.mean(values)),
             "standard error": float(np.std(values, ddof=1)) / len(values) ** 0.5,
             "on the test samples": records[settings.run(c)]["last"][task.measured],
             "selected": "selected" if c == best else ""} for c, values in scores.items()]


def draw(settings, records):
    figure, (axis,) = panels(1, width=4.4, height=3.2)
    table = list(reversed(rows(settings, records)))
    places = list(range(len(table)))
    axis.errorbar(places, [row["on the folds"] for row in table], yerr=[row["standard error"] for row in table],
                  color="#c44e1c", marker="o", markersize=3, capsize=2, label="mean of the folds, standard error")
    axis.plot(places, [row["on the test samples"] for row in table], "s--", color="#1b6ca8", markersize=3,
              label="on the test samples")
    chosen = next(i for i, row in enumerate(table) if row["selected"])
    axis.axvline(chosen, color="black", linewidth=0.8, linestyle=":", label=f"selected: c = {table[chosen]['c']}")
    axis.set(xlabel="c", title=f"{settings.task}, {settings.folds} folds",
             ylabel="accuracy (%)" if settings.task == "classification" else "mean squared error")
    if settings.task == "regression":
        logarithmic(axis)
    axis.set_xticks(places, [row["c"].replace("inf", r"$\infty$") for row in table], rotation=60)
    figure.legend(loc="outside lower center", fontsize=7)
    return figure


def findings(settings, records):
    table, sign = rows(settings, records), TASKS[settings.task].sign
    return unless_diverged([between(table, sign), good(table, sign)], records)


def between(table, sign):
    """`Finding`: whether the folds select a constant between the ends of the grid: if so both ends must be worse, and if
    not all between, by more than the sum of both standard errors; None else, and of a grid without any between."""
    own, ends = next(row for row in table if row["selected"]), (table[0], table[-1])
    inside = all(own is not end for end in ends)
    rivals = ends if inside else table[1:-1]
    clear = rivals and all(sign * (own["on the folds"] - row["on the folds"]) > own["standard error"] + row["standard error"]
                           for row in rivals)
    return Finding("the average score is best at a constant between no constraint and the smallest",
                   inside if clear else None,
                   ", ".join(f"{row['on the folds']:.4g} +- {row['standard error']:.2g} at c = {row['c']}"
                             for row in (own, *rivals)))


def good(table, sign):
    """`Finding`: whether what the folds select is the best on the test samples too; None if it is behind by less than the
    standard error of its score."""
    own, top = next(row for row in table if row["selected"]), max(table, key=lambda row: sign * row["on the test samples"])
    behind = abs(top["on the test samples"] - own["on the test samples"])
    return Finding("the constant that is selected is the best on the test samples",
                   True if behind == 0 else None if behind <= own["standard error"] else False,
                   f"{own['on the test samples']:.4g} at c = {own['c']}, {top['on the test samples']:.4g} at c = {top['c']}")


def small(given):
    common = {"folds": 3, "n_test": 200, "epochs": 60}
    if given.get("task", "classification") == "regression":
        return common | {"cs": (10.0, 0.5, 0.3), "n_train": 100, "n_in": 200, "n_active": 20, "beta": (0.15, 1.5),
                         "lr": 0.001, "epochs": 400}
    return common | {"cs": (1.0, 0.3, 0.07), "n_train": 200, "n_in": 100}


EXPERIMENT = Experiment(
    "Figure 5: selection of c by cross-validation, for Table 1 or Table 2 (Section 5.4)", Settings, small, jobs, measure,
    rows, draw, findings, prepared,
    ("k is not printed: by default 10 folds, which Kohavi (1995), whom the text cites, recommends; of the classification "
     "with equal shares of each class",
     "the score of a fold is its accuracy, or minus its squared error; the figure's captions have the test data, the text "
     "the cross-validation score: both are shown, by the second c is selected; test samples have no part in it",
     "one trial, the first of the table, from whose samples the folds are; no constraint is a candidate too",
     "net, optimiser and the other settings are those of the table, with its choices (Table 1, Table 2)"))
