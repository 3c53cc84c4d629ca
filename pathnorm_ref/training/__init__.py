"""Training rules: frozen values with pure steps, and generators of iterates."""

from pathnorm_ref.training.iterates import Iterate, iterates, minibatches
from pathnorm_ref.training.layer_balance import layer_balance
from pathnorm_ref.training.path_norm_proximal import PathNormProximal
from pathnorm_ref.training.rule import Rule
from pathnorm_ref.training.weight_decay import WeightDecay

__all__ = ["Iterate", "PathNormProximal", "Rule", "WeightDecay", "iterates", "layer_balance", "minibatches"]
