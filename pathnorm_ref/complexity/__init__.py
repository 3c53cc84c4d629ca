"""Sparse nets of bounded L_{1,inf} norm, their Rademacher complexity, and bounds on it (Wen et al. 2021)."""

from pathnorm_ref.complexity.bounds import moment_bound, peeled_bound, smallest_bound, split_bound, tail_bound
from pathnorm_ref.complexity.sparse_nets import augmented, class_lipschitz, class_range, into_class, why_outside
from pathnorm_ref.complexity.suprema import (
    Interval,
    chain_units,
    extreme_units,
    mean_sign,
    rademacher,
    rademacher_interval,
)
from pathnorm_ref.complexity.theorems import (
    classification_rate,
    rademacher_bound,
    regression_bound,
    steep_rademacher_bound,
)

__all__ = ["Interval", "augmented", "chain_units", "class_lipschitz", "class_range", "classification_rate",
           "extreme_units", "into_class", "mean_sign", "moment_bound", "peeled_bound", "rademacher",
           "rademacher_bound", "rademacher_interval", "regression_bound", "smallest_bound", "split_bound",
           "steep_rademacher_bound", "tail_bound", "why_outside"]
