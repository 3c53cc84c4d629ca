"""Lasso and group lasso, by proximal gradient steps."""

from dataclasses import dataclass

from pathnorm_ref.arrays import absolute, number, tree_map
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.losses import squared_error
from pathnorm_ref.objectives import empirical_loss
from pathnorm_ref.prox import prox_l1, prox_l2
from pathnorm_ref.training.rule import Rule, descended
from pathnorm_ref.units import (
    Hidden,
    check_net,
    hidden_layers,
    outgoing_blocks,
    penalised,
    weight_layers,
    with_outgoing,
)


@dataclass(frozen=True)
class Lasso(Rule):
    """W <- prox(W - lr dL/dW), the soft threshold by lam lr of each penalised entry (`units.Bias`).

    It descends L + lam ||W||_1 (Tibshirani 1996; a baseline of Yang et al. 2022, Appendix C.3).
    """

    def objective(self, net, params, x, y, loss=squared_error):
        """L + lam (sum of magnitudes of what is penalised)."""
        xp = check_net(net, params, self.bias)
        marked = penalised(net, self.bias)
        total = sum(xp.sum(absolute(xp, array)) for own, counted in zip(params, marked, strict=True)
                    for array, counts in zip(own, counted, strict=True) if counts)
        return empirical_loss(net, params, x, y, loss) + number("lam", self.lam, x) * total

    def _step(self, xp, net, params, state, d_params):
        lr, lam = self._scalars(params)
        return tree_map(lambda z, counts: prox_l1(z, lam * lr) if counts else z,
                        descended(params, d_params, lr), penalised(net, self.bias)), state


@dataclass(frozen=True)
class GroupLasso(Rule):
    """W <- prox(W - lr dL/dW), the group soft threshold by lam lr.

    It descends L + lam sum over groups of ||group||_2 (Yuan and Lin 2006; a baseline of Yang et al. 2022, Appendix
    C.3, which does not say what its groups are). The groups here are the weights that leave one unit, hidden or of the
    input (a feature, a channel): they partition the weights, each layer by its axis 1, and a hidden unit with a zero
    group is no part of the function, whatever its bias (Scardapane et al. 2017). Each penalised bias is a group of its
    own. All groups have the weight 1, as ||v|| has in the path norm, not the root of their size.

    ValueError from `init` if a hidden unit is not homogeneous; TypeError on Fractions if a norm is irrational.
    """

    def objective(self, net, params, x, y, loss=squared_error):
        """L + lam (sum of the norms of the groups)."""
        xp = check_net(net, params, self.bias)
        norms = [xp.sum(euclidean(xp, outgoing_blocks(xp, net, params, sources), (1, 3))) for sources in _sources(net)]
        biases = [xp.sum(absolute(xp, b)) for b in _penalised_biases(net, params, self.bias)]
        return empirical_loss(net, params, x, y, loss) + number("lam", self.lam, x) * sum(norms + biases)

    def _init(self, xp, net, params):
        hidden_layers(net)
        return params, ()

    def _step(self, xp, net, params, state, d_params):
        lr, lam = self._scalars(params)
        z = tree_map(lambda array, counts: prox_l1(array, lam * lr) if counts and array.ndim == 1 else array,
                     descended(params, d_params, lr), penalised(net, self.bias))
        for sources in _sources(net):
            z = with_outgoing(xp, z, sources, prox_l2(outgoing_blocks(xp, net, z, sources), lam * lr, axis=(1, 3)))
        return z, state


def _sources(net):
    """The units that feed each weight layer, as `Hidden`: those of the input, which have no layer, then the hidden."""
    first = weight_layers(net)[0]
    return (Hidden(-1, first, net[first].n_in), *hidden_layers(net))


def _penalised_biases(net, params, bias):
    return [array for own, counted in zip(params, penalised(net, bias), strict=True)
            for array, counts in zip(own, counted, strict=True) if counts and array.ndim == 1]
