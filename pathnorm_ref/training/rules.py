"""The table of training rules."""

from pathnorm_ref.training.adam import Adam
from pathnorm_ref.training.lasso import GroupLasso, Lasso
from pathnorm_ref.training.path_norm_proximal import PathNormProximal
from pathnorm_ref.training.weight_decay import WeightDecay

RULES = {"weight-decay": WeightDecay, "path-norm": PathNormProximal, "lasso": Lasso, "group-lasso": GroupLasso,
         "adam": Adam}
"""The rules by name, each made as rule(lr, lam, bias)."""
