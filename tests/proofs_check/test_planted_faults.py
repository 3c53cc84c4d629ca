"""A check must be seen to fail: classic faults, planted one by one, each caught by a claim."""

import numpy as np
import pytest

from pathnorm_ref import objectives, prox, units
from pathnorm_ref.layers import Dense, MaxPool, ReLU
from proofs_check import definitions, rescaled
from proofs_check.claims import all_claims
from proofs_check.claims.wen2021 import projection
from proofs_check.claims.yang2022 import algorithm_1, section_4, theorem_1
from proofs_check.runner import run


def verdict(claim_id):
    return run(all_claims()[claim_id]).verdict


def wrong_sign(patch):
    honest = Dense._d_x
    patch.setattr(Dense, "_d_x", lambda self, *arguments: -honest(self, *arguments))


def relu_that_leaks_backwards(patch):
    patch.setattr(ReLU, "_d_x", lambda self, xp, params, out, d_out: d_out)


def missing_half(patch):
    honest = objectives.weight_decay_objective

    def doubled(net, params, x, y, lam, bias, loss):
        return honest(net, params, x, y, 2 * lam, bias, loss)

    patch.setattr(section_4, "weight_decay_objective", doubled)


def threshold_without_the_step(patch):
    honest = prox.prox_l2
    patch.setattr(algorithm_1, "prox_l2", lambda z, t: honest(z, t / 2))


def projection_without_the_inside_test(patch):
    patch.setattr(projection, "project_l1_ball", definitions.algorithm_2)


def swapped_axis(patch):
    """The outgoing weights of unit i taken from row i of the next layer instead of column i."""
    patch.setattr(theorem_1, "outgoing", lambda xp, net, params, hidden: np.resize(
        params[hidden.outgoing][0].reshape(params[hidden.outgoing][0].shape[0], -1), (hidden.n_units, 1)))


def bias_left_unscaled(patch):
    honest = units.scale

    def forgetful(xp, net, params, hidden, into, out_of):
        scaled = list(honest(xp, net, params, hidden, into, out_of))
        scaled[hidden.incoming] = (scaled[hidden.incoming][0], *params[hidden.incoming][1:])
        return tuple(scaled)

    patch.setattr(rescaled, "scale", forgetful)


def pooling_that_forgets_its_ties(patch):
    """The gradient of a maximum given to every element that attains it."""
    honest = MaxPool._d_x
    patch.setattr(MaxPool, "_d_x", lambda self, xp, params, cache, d_out: 2 * honest(self, xp, params, cache, d_out))


@pytest.mark.parametrize(("plant", "claim_id"), [
    (wrong_sign, "yang2022.theorem-1.stationary"),
    (relu_that_leaks_backwards, "yang2022.theorem-1.stationary"),
    (missing_half, "yang2022.section-4.gap"),
    (threshold_without_the_step, "yang2022.algorithm-1.prox.house"),
    (projection_without_the_inside_test, "wen2021.algorithm-1.projection.house"),
    (swapped_axis, "yang2022.theorem-1"),
    (bias_left_unscaled, "yang2022.section-3.rescaling.biases"),
    (pooling_that_forgets_its_ties, "yang2022.theorem-7.stationary"),
])
def test_fault_is_caught(plant, claim_id, monkeypatch):
    assert verdict(claim_id) in {"certified", "held"}
    plant(monkeypatch)
    assert verdict(claim_id) == "refuted"
