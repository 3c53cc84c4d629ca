"""Adam: steps of running means of the gradient, over roots of running means of its squares."""

from dataclasses import dataclass
from fractions import Fraction

from pathnorm_ref.arrays import leaves, namespace, number, ones, sqrt, system, tree_map, zeros
from pathnorm_ref.layers.layer import outline
from pathnorm_ref.losses import squared_error
from pathnorm_ref.objectives import weight_decay_objective
from pathnorm_ref.training.rule import Rule, check_like, decayed, positive_in
from pathnorm_ref.units import penalised


@dataclass(frozen=True)
class Adam(Rule):
    """d = dL/dW + lam W;  with t = 1, 2, ... and m = v = 0 at the start, entry by entry

        m <- beta1 m + (1 - beta1) d,   v <- beta2 v + (1 - beta2) d^2,
        W <- W - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)

    Kingma and Ba 2015, Algorithm 1. lam is the weight decay of PyTorch's Adam (not of its AdamW): part of the gradient,
    and so of m and v; only what is penalised decays (`units.Bias`). The state is (t, m, v), t an array of one entry, m
    and v in the shapes of params.

    Nothing is promised of the objective F: the first step is about lr long in every entry whatever the gradient, and
    so rises from nearby a minimum, for every lr. |d| must be below the root of the largest float: v overflows else,
    and the next step refuses that state. On Fractions the first step is exact, as its roots are |d|; TypeError where a
    later root is irrational. ValueError for a beta outside [0, 1), an eps that is not positive, and from a step for one
    that rounds to 0 in the dtype of params, which at d = 0 gave 0 / 0, and for a v with a negative entry.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self):
        super().__post_init__()
        for name in ("beta1", "beta2"):
            number(name, getattr(self, name), Fraction(0), at_least=0)
            if not getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be less than 1")
        number("eps", self.eps, Fraction(0), above=0)

    def objective(self, net, params, x, y, loss=squared_error):
        """F = L + lam/2 (sum of squares of what is penalised)."""
        return weight_decay_objective(net, params, x, y, self.lam, self.bias, loss)

    def _init(self, xp, net, params):
        _, like = next(leaves(params))
        m, v = (tree_map(lambda array: zeros(xp, array.shape, array), params) for _ in range(2))
        return params, (zeros(xp, (1,), like), m, v)

    def _check_state(self, params, state, name):
        if not isinstance(state, tuple) or len(state) != 3:
            raise ValueError(f"{name} is {outline(state)}: it must be (t, m, v), as of init or the last step")
        _, like = next(leaves(params))
        xp = namespace(params=like, **{f"{name}[0]": state[0]})
        if state[0].shape != (1,):
            raise ValueError(f"{name}[0] has shape {state[0].shape}: it must be t, of shape (1,)")
        if not (t := float(state[0][0])) >= 0 or t % 1:
            raise ValueError(f"{name}[0] is {t}: it must be t, the number of steps so far")
        check_like(params, **{f"{name}[1]": state[1], f"{name}[2]": state[2]})
        for at, v in leaves(state[2], f"{name}[2]"):
            if bool(xp.any(v < 0)):
                raise ValueError(f"{at} has a negative entry: it must be v, a mean of squares")

    def _step(self, xp, net, params, state, d_params):
        t, m, v = state
        lr, lam = self._scalars(params)
        beta1, beta2, eps = system(t)(self.beta1), system(t)(self.beta2), positive_in("eps", self.eps, t)
        t = t + ones(xp, (1,), t)
        n = round(float(t[0]))
        d_F = decayed(d_params, params, lam, penalised(net, self.bias))
        m = tree_map(lambda m, d: beta1 * m + (1 - beta1) * d, m, d_F)
        v = tree_map(lambda v, d: beta2 * v + (1 - beta2) * (d * d), v, d_F)
        lr, shrunk = lr / (1 - beta1**n), 1 - beta2**n
        return tree_map(lambda W, m, v: W - lr * m / (sqrt(xp, v / shrunk) + eps), params, m, v), (t, m, v)
