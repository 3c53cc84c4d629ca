"""Figure 1: box plots of the regression experiment (Section 5.1), from the runs of Table 1."""

from functools import partial

import numpy as np

from pathnorm_ref.experiments.experiment import Experiment, unless_diverged
from pathnorm_ref.experiments.wen2021 import table_1
from pathnorm_ref.experiments.wen2021.trials import boxes, ended, jobs, moving, named

PANES = (("generalization error", "generalization error", "log", "generalization error"),
         ("sparsity", "weights of 0 (%)", "linear", "sparsity"),
         ("small", "weights of at most 0.001 (%)", "linear", "sparsity"))


def quartiles(settings, records, panes):
    """Of each c the least, the quartiles and the largest over the trials of what each pane is of (`trials.boxes`)."""
    return [{"c": named(c), "trials": len(points)} | {
        f"{name} {q:g} %": float(np.quantile([point[name] for point in points], q / 100))
        for name, *_ in panes for q in (0, 25, 50, 75, 100)} for c, points in ended(settings, records).items()]


rows = partial(quartiles, panes=PANES)
draw = partial(boxes, panes=PANES, printed=table_1.PRINTED)


def findings(settings, records):
    table = table_1.rows(settings, records)
    return unless_diverged([
        moving(table, "generalization error", "Figure 1a: as c increases, the generalization error increases"),
        moving(table, "sparsity", "Figure 1b: as c increases, the weight matrices become denser", rising=False)], records)


EXPERIMENT = Experiment(
    "Figure 1: generalization error and sparsity of the regression experiment, box plots (Section 5.1)", table_1.Settings,
    table_1.small, jobs, table_1.measure, rows, draw, findings,
    table_1.EXPERIMENT.prepare,
    ("the runs are those of Table 1", "boxes: quartiles; whiskers: 1.5 times their distance", *table_1.CHOICES))
