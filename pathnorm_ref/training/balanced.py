"""Any rule, with its units balanced after each step."""

from dataclasses import dataclass
from fractions import Fraction

from pathnorm_ref.arrays import number
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.losses import squared_error
from pathnorm_ref.rescaling import balance, balance_sweep
from pathnorm_ref.training.rule import Rule
from pathnorm_ref.units import hidden_layers


@dataclass(frozen=True)
class Balanced:
    """The steps of `rule`, each followed by `cycles` sweeps of `rescaling.balance_sweep` over all hidden layers (Stock
    et al. 2019; Yang et al. 2022, Appendix A.1) or, with a `tol`, by as many as `rescaling.balance` needs to reach it.

    The function after a step is that of the rule's own, and so is the state: a momentum is not rescaled. Around
    `PathNormProximal` the units leave ||w|| = 1 until its next step. ValueError from `init` if a hidden unit is not
    homogeneous, RuntimeError from `step` if 1000 sweeps do not reach tol, TypeError on Fractions if a factor is
    irrational.
    """

    rule: Rule
    cycles: int = 1
    tol: float | None = None

    def __post_init__(self):
        check_rule(self.rule)
        check_positive(cycles=self.cycles)
        if self.tol is not None:
            number("tol", self.tol, Fraction(0), at_least=0)

    @property
    def bias(self):
        """The bias convention of the rule."""
        return self.rule.bias

    def init(self, net, params):
        """(params, state): those of the rule, balanced."""
        hidden_layers(net)
        params, state = self.rule.init(net, params)
        return self._balanced(net, params), state

    def step(self, net, params, state, d_params):
        """(params, state) after a step of the rule and the balance."""
        params, state = self.rule.step(net, params, state, d_params)
        return self._balanced(net, params), state

    def objective(self, net, params, x, y, loss=squared_error):
        """That of the rule."""
        return self.rule.objective(net, params, x, y, loss)

    def _balanced(self, net, params):
        if self.tol is not None:
            return balance(net, params, self.bias, self.tol).params
        for _ in range(self.cycles):
            params = balance_sweep(net, params, self.bias)
        return params


def check_rule(rule):
    """TypeError unless it is a rule: a value with `init`, `step`, `objective` and a bias convention."""
    if not all(hasattr(rule, name) for name in ("init", "step", "objective", "bias")) or isinstance(rule, type):
        raise TypeError(f"rule is {rule!r}: it must be a training rule, such as WeightDecay(lr, lam)")
