"""Figure 2: box plots of the classification experiment (Section 5.2), from the runs of Table 2."""

from functools import partial

from pathnorm_ref.experiments.experiment import Experiment, unless_diverged
from pathnorm_ref.experiments.wen2021 import table_2
from pathnorm_ref.experiments.wen2021.figure_1 import quartiles
from pathnorm_ref.experiments.wen2021.trials import boxes, jobs, moving

PANES = (("generalization error", "generalization error", "linear", "generalization error"),
         ("sparsity", "weights of 0 (%)", "linear", "sparsity"),
         ("small hidden", "at most 0.001, projected (%)", "linear", "sparsity"))


rows = partial(quartiles, panes=PANES)
draw = partial(boxes, panes=PANES, printed=table_2.PRINTED)


def findings(settings, records):
    table = table_2.rows(settings, records)
    return unless_diverged([
        moving(table, "generalization error", "Figure 2a: the generalization error decreases as c decreases"),
        moving(table, "sparsity", "Figure 2b: the network becomes sparser with a smaller c", rising=False)], records)


EXPERIMENT = Experiment(
    "Figure 2: generalization error and sparsity of the classification experiment, box plots (Section 5.2)",
    table_2.Settings, table_2.small, jobs, table_2.measure, rows, draw, findings, table_2.EXPERIMENT.prepare,
    ("the runs are those of Table 2", "boxes: quartiles; whiskers: 1.5 times their distance", *table_2.CHOICES))
