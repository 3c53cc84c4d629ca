"""The table of training rules."""

from pathnorm_ref.training.lasso import GroupLasso, Lasso
from pathnorm_ref.training.path_norm_proximal import PathNormProximal
from pathnorm_ref.training.weight_decay import WeightDecay

RULES = {"weight-decay": WeightDecay, "path-norm": PathNormProximal, "lasso": Lasso, "group-lasso": GroupLasso}
"""The four methods that Yang et al. 2022 compare in Figure 3, each made as rule(lr, lam, bias)."""
