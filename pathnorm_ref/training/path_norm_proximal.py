"""The path-norm proximal algorithm: Algorithm 1, and with it Algorithm 2."""

from dataclasses import dataclass

from pathnorm_ref.layers.layer import check_bool
from pathnorm_ref.losses import squared_error
from pathnorm_ref.objectives import path_norm_objective
from pathnorm_ref.projections import unit_vectors
from pathnorm_ref.prox import prox_l2
from pathnorm_ref.rescaling import normalise
from pathnorm_ref.training.layer_balance import balance_couples, check_balanceable
from pathnorm_ref.training.rule import Rule, decayed, descended
from pathnorm_ref.units import couples, incoming, outgoing_blocks, uncoupled, with_incoming, with_outgoing


@dataclass(frozen=True)
class PathNormProximal(Rule):
    """Algorithm 1 of Yang et al. 2022. Of each unit of the disjoint couples, all gradients taken at the same params:

        w <- P(w - lr dL/dw),   P(y) = y / ||y||
        v <- prox(v - lr dL/dv),   prox(z) = max(1 - lam lr / ||z||, 0) z

    What is penalised and in no w or v (the leftover layer of an odd number, biases by their convention) takes a step
    of gradient descent with weight decay, W <- W - lr (dL/dW + lam W); all else a step of gradient descent. The
    document's own biases are `inside`: part of w ("we consider bias term as part of the weight parameter", B.2.2).

    The document leaves two things open. Where w starts: `init` rescales the couples to ||w|| = 1, which keeps the
    function; ValueError if a unit is a constant, w = 0 with a bias outside of it. What becomes of y = 0, to which all
    of the sphere is nearest: the first coordinate vector, as of `projections.project_sphere`.

    With `layer_balance`, Algorithm 2 stands between the gradient step and the prox: v, and the biases, are rescaled
    so that all couples have one sum of path norms (see `layer_balance`). As B.2.2 has it, biases then are not in w:
    ValueError from `init` for `inside`, if the net has biases, and if a unit of any hidden layer is not homogeneous.

    This is a proximal gradient step of M = L + lam (sum ||v|| + 1/2 ||leftover||^2) on the spheres ||w|| = 1, where
    M = G: if the gradient of what is smooth has the Lipschitz constant beta on the way, G falls by at least
    (1/(2 lr) - beta/2) ||step||^2. So do not the steps with layer balance: the prox then acts on weights rescaled.
    Fixed points are stationary points of G; not so with biases `outside`, where dG/dw = lam b^2 w.
    ValueError if a unit of a couple is not homogeneous; TypeError on Fractions if a norm is irrational.
    """

    layer_balance: bool = False

    def __post_init__(self):
        super().__post_init__()
        check_bool(layer_balance=self.layer_balance)

    def objective(self, net, params, x, y, loss=squared_error):
        """G = L + lam (sum of ||w|| ||v|| over the couples + 1/2 ||leftover||^2)."""
        return path_norm_objective(net, params, x, y, self.lam, self.bias, loss)

    def _init(self, xp, net, params):
        if self.layer_balance:
            check_balanceable(net, self.bias)
        return normalise(net, params, self.bias), ()

    def _step(self, xp, net, params, state, d_params):
        if self.layer_balance:
            check_balanceable(net, self.bias)
        lr, lam = self._scalars(params)
        params = descended(params, decayed(d_params, params, lam, uncoupled(net, self.bias)), lr)
        coupled, _ = couples(net)
        for hidden in coupled:
            w = unit_vectors(xp, incoming(xp, net, params, hidden, self.bias), (1,))
            params = with_incoming(xp, params, hidden, self.bias, w)
        if self.layer_balance:
            params = balance_couples(xp, net, params)
        for hidden in coupled:
            v = prox_l2(outgoing_blocks(xp, net, params, hidden), lam * lr, axis=(1, 3))
            params = with_outgoing(xp, params, hidden, v)
        return params, state
