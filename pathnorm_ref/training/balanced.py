"""Any rule, with its units balanced after each step."""

from dataclasses import dataclass
from fractions import Fraction

from pathnorm_ref.arrays import number
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.rescaling import balance, balance_sweep
from pathnorm_ref.training.around import Around


@dataclass(frozen=True)
class Balanced(Around):
    """The steps of `rule`, each followed by `cycles` sweeps of `rescaling.balance_sweep` over all hidden layers (Stock
    et al. 2019; Yang et al. 2022, Appendix A.1) or, with a `tol`, by as many as `rescaling.balance` needs to reach it.

    The function after a step is that of the rule's own, and so is the state: a momentum is not rescaled. Around
    `PathNormProximal` the units leave ||w|| = 1 until its next step. ValueError from `init` if a hidden unit is not
    homogeneous, RuntimeError from `step` if 1000 sweeps do not reach tol, TypeError on Fractions if a factor is
    irrational.
    """

    cycles: int = 1
    tol: float | None = None

    def __post_init__(self):
        super().__post_init__()
        check_positive(cycles=self.cycles)
        if self.tol is not None:
            number("tol", self.tol, Fraction(0), at_least=0)

    def _mapped(self, net, before, after):
        if self.tol is not None:
            return balance(net, after, self.bias, self.tol).params
        for _ in range(self.cycles):
            after = balance_sweep(net, after, self.bias)
        return after
