"""Training rules: frozen values with pure steps; generators of iterates; pruning."""

from pathnorm_ref.training.adam import Adam
from pathnorm_ref.training.balanced import Balanced
from pathnorm_ref.training.gradient_projection import GradientProjection
from pathnorm_ref.training.iterates import Iterate, iterates, minibatches
from pathnorm_ref.training.lasso import GroupLasso, Lasso
from pathnorm_ref.training.layer_balance import layer_balance
from pathnorm_ref.training.path_norm_proximal import PathNormProximal
from pathnorm_ref.training.pruning import Pruned, Pruning, active_units, deactivate, prune
from pathnorm_ref.training.rule import Rule
from pathnorm_ref.training.rules import RULES
from pathnorm_ref.training.weight_decay import WeightDecay

__all__ = ["RULES", "Adam", "Balanced", "GradientProjection", "GroupLasso", "Iterate", "Lasso", "PathNormProximal",
           "Pruned", "Pruning", "Rule", "WeightDecay", "active_units", "deactivate", "iterates", "layer_balance",
           "minibatches", "prune"]
