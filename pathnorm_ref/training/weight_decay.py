"""(Stochastic) gradient descent with weight decay."""

from dataclasses import dataclass
from fractions import Fraction

from pathnorm_ref.arrays import leaves, number, tree_map
from pathnorm_ref.losses import squared_error
from pathnorm_ref.objectives import weight_decay_objective
from pathnorm_ref.training.rule import Rule, check_like, decayed, descended
from pathnorm_ref.units import penalised


@dataclass(frozen=True)
class WeightDecay(Rule):
    """d = dL/dW + lam W,  s <- momentum s + d (s = 0 at the start),  W <- W - lr s.

    It descends F (Yang et al. 2022, Section 3). Only what is penalised decays (`units.Bias`). With `momentum` in
    [0, 1) the state is s, in the shapes of params: the heavy ball as PyTorch's SGD has it (dampening 0).
    """

    momentum: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        number("momentum", self.momentum, Fraction(0), at_least=0)
        if not self.momentum < 1:
            raise ValueError(f"momentum is {self.momentum}: it must be less than 1")

    def objective(self, net, params, x, y, loss=squared_error):
        """F = L + lam/2 (sum of squares of what is penalised)."""
        return weight_decay_objective(net, params, x, y, self.lam, self.bias, loss)

    def _init(self, xp, net, params):
        return params, tree_map(lambda array: 0 * array, params) if self.momentum else ()

    def _check_state(self, params, state, name):
        if self.momentum:
            check_like(params, **{name: state})
        else:
            super()._check_state(params, state, name)

    def _step(self, xp, net, params, state, d_params):
        lr, lam = self._scalars(params)
        d_F = decayed(d_params, params, lam, penalised(net, self.bias))
        if not self.momentum:
            return descended(params, d_F, lr), state
        momentum = number("momentum", self.momentum, next(leaves(params))[1])
        velocity = tree_map(lambda s, d: momentum * s + d, state, d_F)
        return descended(params, velocity, lr), velocity
