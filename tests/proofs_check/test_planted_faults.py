"""A check must be seen to fail: classic faults, planted in the library one by one, each caught by a claim."""

import pytest

from pathnorm_ref import objectives, projections, prox, rescaling, units
from pathnorm_ref.arrays import absolute, sign
from pathnorm_ref.layers import Dense, MaxPool, ReLU
from pathnorm_ref.training import path_norm_proximal
from proofs_check.claims import all_claims
from proofs_check.runner import run


def verdict(claim_id):
    return run(all_claims()[claim_id]).verdict


def wrong_sign(patch):
    honest = Dense._d_x
    patch.setattr(Dense, "_d_x", lambda self, *arguments: -honest(self, *arguments))


def relu_that_leaks_backwards(patch):
    patch.setattr(ReLU, "_d_x", lambda self, xp, params, out, d_out: d_out)


def missing_half(patch):
    honest = objectives.sum_of_squares
    patch.setattr(objectives, "sum_of_squares", lambda *arguments: 2 * honest(*arguments))


def threshold_without_the_step(patch):
    honest = prox.norms_above
    patch.setattr(prox, "norms_above", lambda xp, z, t, axis: honest(xp, z, t * t, axis))


def projection_without_the_inside_test(patch):
    """The simplex with signs, whether z is outside or not."""
    patch.setattr(projections, "_l1_ball", lambda xp, z, size, axes: sign(xp, z) * projections.projected(
        xp, absolute(xp, z), size, axes)[0])


def swapped_axis(patch):
    """The kernels of the next layer with their units and outputs exchanged."""
    honest = units._blocks

    def swapped(xp, net, V, hidden):
        blocks = honest(xp, net, V, hidden)
        return blocks.transpose(0, 2, 1, 3).reshape(blocks.shape)

    patch.setattr(units, "_blocks", swapped)


def bias_left_unscaled(patch):
    honest = units.scale

    def forgetful(xp, net, params, hidden, into, out_of):
        scaled = list(honest(xp, net, params, hidden, into, out_of))
        scaled[hidden.incoming] = (scaled[hidden.incoming][0], *params[hidden.incoming][1:])
        return tuple(scaled)

    patch.setattr(rescaling, "scale", forgetful)


def gradient_of_a_pool_counted_twice(patch):
    honest = MaxPool._d_x
    patch.setattr(MaxPool, "_d_x", lambda self, xp, params, cache, d_out: 2 * honest(self, xp, params, cache, d_out))


def idle_balance(patch):
    patch.setattr(rescaling, "_sweep", lambda xp, net, params, bias, layers: params)


def doubled_threshold(patch):
    honest = path_norm_proximal.prox_l2
    patch.setattr(path_norm_proximal, "prox_l2", lambda z, t, axis: honest(z, 2 * t, axis))


@pytest.mark.parametrize(("plant", "claim_id"), [
    (wrong_sign, "yang2022.theorem-1.stationary"),
    (relu_that_leaks_backwards, "yang2022.theorem-1.stationary"),
    (missing_half, "yang2022.section-4.gap"),
    (threshold_without_the_step, "yang2022.algorithm-1.prox.house"),
    (projection_without_the_inside_test, "wen2021.algorithm-1.projection.house"),
    (swapped_axis, "yang2022.theorem-1"),
    (bias_left_unscaled, "yang2022.theorem-3.rebalanced.bias-free"),
    (gradient_of_a_pool_counted_twice, "yang2022.theorem-7.stationary"),
    (idle_balance, "yang2022.appendix-a1.cycle"),
    (doubled_threshold, "yang2022.algorithm-1.descent"),
])
def test_fault_is_caught(plant, claim_id, monkeypatch):
    assert verdict(claim_id) in {"certified", "held"}
    plant(monkeypatch)
    assert verdict(claim_id) == "refuted"
