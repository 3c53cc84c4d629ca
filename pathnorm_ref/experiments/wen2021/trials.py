"""Repeated trials for each normalization constant, as in Tables 1 and 2: their settings, rows, box plots, what is seen."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pathnorm_ref.experiments.experiment import Finding
from pathnorm_ref.experiments.figures import logarithmic, panels
from pathnorm_ref.experiments.settings import check_grid, check_seeds
from pathnorm_ref.experiments.wen2021.training import Method, Run

CHOICES = (
    "optimiser, learning rate, epochs, batch size and initialisation are not printed: see the settings; uniform weights as "
    "PyTorch's layers, float32",
    "all hidden layers are projected, as printed (setting `layers`: 0 is the first alone); the output layer has no "
    "constraint, as in the class S_c (setting `output`: Algorithm 1 as printed leaves it as it was, Section 4 as printed "
    "projects it); biases are in the projected vectors; c = inf: the bare rule",
    "whether a trial draws its own samples is not said: see the setting `fresh`; deviations are those of n - 1",
    "generalization error: test minus training error, with sign; both at the end of training, no best epoch is chosen",
    "sparsity: per cent of the entries of all weight matrices, without biases, that are exactly 0, as printed; `small`: at "
    "most 0.001 in magnitude, another reading of the same column; `small hidden`: the same of what is projected. "
    "Uniform weights of fan-in m have 0.1 sqrt(m) % of these, 3.16 % for m = 1000 and 2.24 % for 500: near the 3.02 % and "
    "2.39 % that the document prints for c = inf, where no rule makes exact zeros",
    "rises or falls with c: from each c to the next; undecided if only by less than the sum of both standard errors it does "
    "not")
"""What the document does not say of its trials, and what was chosen."""


@dataclass(frozen=True)
class Trials:
    """The settings of a table: no constraint and each c of `cs`, on each of the `seeds`.

    `layers` None: all hidden ones are projected. `every` None: measured at the start and at the end.
    """

    cs: tuple[float, ...]
    seeds: tuple[int, ...] = tuple(range(42, 52))
    fresh: bool = True
    method: str = "adam"
    lr: float = 0.001
    momentum: float = 0.0
    decay: str = "constant"
    layers: tuple[int, ...] | None = None
    output: str = "free"
    epochs: int = 200
    every: int | None = None
    batch_size: int = 50

    def __post_init__(self):
        check_grid(cs=self.cs)
        check_seeds(self.seeds)

    def problem(self, seed):
        """The problem of the table, its samples drawn by the seed."""
        raise NotImplementedError

    def run(self, seed, c):
        """The trial of this seed, with the constant c (None: no constraint)."""
        method = Method(self.method, self.lr, 0.0, c, momentum=self.momentum, decay=self.decay, output=self.output,
                        layers=self.layers)
        problem = self.problem(seed if self.fresh else self.seeds[0])
        every = self.epochs if self.every is None else self.every
        return Run(problem, method, self.epochs, self.batch_size, seed, every)


def jobs(settings, records):
    """All constants on the first seed, then on the next."""
    return [settings.run(seed, c) for seed in settings.seeds for c in (None, *settings.cs)]


def named(c):
    """A constant as the tables print it."""
    return "inf" if c is None else f"{c:.2f}"


def ended(settings, records):
    """{c: what was measured at the end of each trial}, from c = infinity down."""
    falling = (None, *sorted(settings.cs, reverse=True))
    return {c: [records[settings.run(seed, c)]["last"] for seed in settings.seeds] for c in falling}


def rows(settings, records, names, printed):
    """Of each c the mean and the deviation of each name over the trials, and what the document prints of it.

    `printed`: {c as printed: {name: string}}.
    """
    table = []
    for c, points in ended(settings, records).items():
        diverged = sum(records[settings.run(seed, c)]["diverged"] for seed in settings.seeds)
        row = {"c": named(c), "trials": len(points), "diverged": diverged}
        for name in names:
            values = [point[name] for point in points]
            row |= {name: float(np.mean(values)), f"{name} deviation": float(np.std(values, ddof=1))}
            if any(name in own for own in printed.values()):
                row[f"{name} printed"] = printed.get(named(c), {}).get(name, "")
        table.append(row)
    return table


def boxes(settings, records, panes, printed):
    """Box plots over c, one pane for each (name, label, scale, name of what is printed), with the printed means as
    crosses."""
    return boxplot(ended(settings, records), panes, printed)


def boxplot(ended, panes, printed):
    """`boxes` of {c: what was measured at the end of each run}, each run a dot."""
    figure, axes = panels(len(panes), width=3.4)
    found = dict(reversed(ended.items()))
    for axis, (name, label, scale, as_printed) in zip(axes, panes, strict=True):
        places = range(1, len(found) + 1)
        values = [[point[name] for point in points] for points in found.values()]
        axis.boxplot(values, positions=places, widths=0.6, medianprops={"color": "#c44e1c"}, showfliers=False)
        for place, own in zip(places, values, strict=True):
            axis.plot([place] * len(own), own, ".", color="black", alpha=0.4, markersize=3)
        known = [(place, float(printed[named(c)][as_printed])) for place, c in zip(places, found, strict=True)
                 if as_printed in printed.get(named(c), {})]
        if known:
            axis.plot(*zip(*known, strict=True), "x", color="#1b6ca8", markersize=5, label="means as printed")
            axis.legend(loc="best")
        axis.set(xlabel="c", ylabel=label)
        if scale == "log":
            logarithmic(axis)
        axis.set_xticks(list(places), [named(c).replace("inf", r"$\infty$") for c in found], rotation=60)
    return figure


def moving(table, name, claim, rising=True):
    """`Finding`: whether the mean of `name` rises (or falls) with c, from each row to the next."""
    by_c = list(reversed(table))
    sign = 1 if rising else -1
    gaps = [(sign * (b[name] - a[name]), error(a, name) + error(b, name), a["c"], b["c"]) for a, b in pairwise(by_c)]
    against = [gap for gap in gaps if gap[0] < 0]
    if any(-gap > errors for gap, errors, *_ in against):
        seen: bool | None = False
    else:
        seen = None if against else sign * (by_c[-1][name] - by_c[0][name]) > 0
    numbers = ", ".join(f"{row[name]:.4g}" for row in by_c)
    exceptions = "; ".join(f"not from c = {a} to {b}" for _, _, a, b in against)
    return Finding(claim, seen, f"from c = {by_c[0]['c']} up: {numbers}" + (f"; {exceptions}" if exceptions else ""))


def error(row, name):
    """The standard error of the mean of the trials."""
    return row[f"{name} deviation"] / row["trials"] ** 0.5


def positive(gap, margin):
    """Whether a gap is positive; None if it is no larger than the margin, either way."""
    return None if abs(gap) <= margin else bool(gap > 0)


def within(value, low, high, margin):
    """Whether a value is between two bounds; None if one of them is no farther than the margin."""
    return None if min(abs(value - low), abs(value - high)) <= margin else low < value < high


def ratio(above, below, name):
    """(mean of `name` in one row over that in another, how far the standard errors of both may move it); where the other is
    0, (0, infinity), which decides nothing."""
    over = abs(below[name])
    if over == 0:
        return 0.0, math.inf
    found = above[name] / below[name]
    return found, (error(above, name) + abs(found) * error(below, name)) / over


def best(table, name, c, claim, largest=False):
    """`Finding`: whether the mean of `name` is the smallest (or largest) at this c; None if it is so within the errors."""
    sign = -1 if largest else 1
    top = min(table, key=lambda row: sign * row[name])
    own = row_of(table, c)
    near = abs(own[name] - top[name]) <= error(own, name) + error(top, name)
    return Finding(claim, True if own is top else None if near else False,
                   f"{top[name]:.4g} at c = {top['c']}, {own[name]:.4g} at c = {own['c']}")


def row_of(table, c):
    """The row of a constant; None if it was not run."""
    return next((row for row in table if row["c"] == named(c)), None)
