"""The arithmetic behind the claims about Sections 1 to 3 of wen2021, and faults planted in what they judge."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from pathnorm_ref.arrays import convert
from pathnorm_ref.complexity import sparse_nets, suprema
from pathnorm_ref.layers import LeakyReLU, ReLU, ReLU6
from proofs_check.claims import all_claims
from proofs_check.claims.wen2021 import section_2, theorem_1, theorem_2, theorem_3
from proofs_check.decide import in_system
from proofs_check.runner import run

F = Fraction


def exact(rows):
    return convert(np.array(rows, dtype=float), Fraction)


# --- sections 2 and 3 ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("rows", [[[1, 2, 3]], [[0, 1, 2], [0, 3, 4]], [[1, 2, 3, 4], [2, 4, 6, 8]], [[0, 0]]])
def test_null_vectors(rows):
    A = exact(rows)
    h = section_2.null_vector(A)
    assert any(h)
    assert not any(A @ h)


def test_square_matrices_have_no_null_vector_to_give():
    with pytest.raises(ValueError, match="more columns than rows"):
        section_2.null_vector(exact([[1]]))


def test_few_weights_give_the_same_values_and_no_larger_norm():
    A, v = exact([[1, 1, 2, -1], [1, 0, 3, 1]]), exact([1, 2, 3, 4])
    few = section_2.with_few_weights(A, v)
    assert (A @ few == A @ v).all()
    assert sum(abs(few)) <= sum(abs(v))
    assert np.count_nonzero(few) <= 2
    assert v.tolist() == [1, 2, 3, 4]


def test_expectations_over_samples_by_hand():
    case = section_2.Family(exact([[0, 1]]), exact([3, 1]), 2)  # one function, 1 with probability 1/4
    assert section_2.expected(case, lambda sample: F(sum(sample), 2)) == F(1, 4)
    assert section_2.complexity(case) == 0
    assert section_2.absolute_gap_above(case) == F(9, 16) * F(1, 4) + F(6, 16) * F(1, 4) + F(1, 16) * F(3, 4)


def test_limits_of_a_net():
    case = section_2.relu_unit(0.25, (0.25, 0.5), -0.5, 0.75, (1.0, 1.0), 1.0, 1)
    assert section_2.hidden_limits(case) == (1, 1, [1.25])
    assert section_2.padded(case).net[0].n_out == 2


def test_a_class_by_hand():
    case = theorem_1.Nets(exact([[1], [-1]]), 1, F(2), F(3), LeakyReLU(3.0))
    assert theorem_1.steepness(case) == 3
    assert theorem_1.complexity(case) == F(3, 2) * (6 * 2 + 6 + 2) / 2  # at equal signs of a bias -2; else -6 and 2
    assert theorem_1.of_nets(case) == (2, 1, 1, 2, 3, 3)
    assert theorem_1.complexity(case._replace(k=0)) == 3
    assert theorem_1.without_depth(case) == 3 * F(1, 2) + 3 * 6


@pytest.mark.parametrize("zeros", [True, False])
def test_a_smaller_c_loses_nets_of_a_saturating_activation_and_none_of_relu(zeros):
    assert not any(section_2.smaller_c_loses_a_net(zeros)().values())
    assert all(section_2.smaller_c_loses_a_net(zeros, ReLU6())().values())


def test_a_net_is_looked_at_on_either_side_of_each_of_its_kinks():
    for W, b, v in section_2.LINES:
        case = section_2.line(W, b, v, None)
        kinks = {-F(shift) / F(slope) for shift, slope in zip(b, W[:, 0], strict=True) if slope}
        x = set(case.x[:, 0])
        assert kinks <= x and min(x) < min(kinks) and max(x) > max(kinks)


def test_a_net_that_is_not_in_the_larger_class_has_no_say():
    with pytest.raises(ValueError, match="not in S_c'"):
        section_2.has_twin(section_2.line(np.array([[9.0]]), np.array([0.0]), np.array([[1.0]]), None), F(1), True)


def test_zeros_that_come_or_go_are_seen():
    (W, b, v), other = section_2.LINES[1], np.array([[1.0], [-3.0], [1.0]])
    assert section_2.other_zeros(((W, b), (), (v,)), ((2 * W, b), (), (v,))) == 0
    assert section_2.other_zeros(((W, b), (), (v,)), ((other, b), (), (v,))) == 1


def test_shares_of_another_weight_do_not_add_up():
    for weight in (lambda o: o * o, lambda o: o * (o + 2)):
        assert not any(theorem_2.shares_of_delta(weight)().values())


@pytest.mark.parametrize(("claim_id", "bound", "told"), [
    ("wen2021.theorem-1", theorem_1.first, {0: "0.42", 1: "0.23", 2: "0.21", 3: "0.19"}),
    ("wen2021.theorem-1.steep", theorem_1.second, {0: "0.52", 1: "0.42", 2: "0.40"})])
def test_the_cases_of_theorem_1_come_as_near_to_its_bounds_as_is_told(claim_id, bound, told):
    claim, found = all_claims()[claim_id], {}
    for case in (in_system(example, F) for example in claim.check.examples):
        share = float(theorem_1.complexity(case)) / float(bound(theorem_1.of_nets(case)))
        found[case.k] = f"{math.floor(100 * share) / 100:.2f}"
    assert found == told
    assert all(share in claim.statement for share in told.values())


def test_patterns_of_signs_are_all_there():
    x = theorem_1.sign_patterns(4)
    assert {tuple(column) for column in np.hstack([x, -x]).T} == set(product((1, -1), repeat=4))


# --- theorems 2 and 3 ----------------------------------------------------------------------------------------

def test_failures_of_theorem_2_are_counted():
    case = theorem_2.Draws(3, F(1, 3), F(1, 2))
    above_half = theorem_2.fails_too_often(theorem_2.symmetric, lambda case, s: theorem_2.ball(F(1, 2) + 9 * s))
    # 2 |m/3 - 1/3| > 1/2 for m = 0, 2, 3 twos: not for m = 1
    assert above_half(case) == (1 - 3 * F(1, 3) * F(4, 9)) / F(1, 2) - 1


def test_failures_of_theorem_3_are_counted():
    case = theorem_3.Labels(1, F(1, 2), F(1, 2), F(1, 4), F(1), theorem_3.OUTPUTS[:1])
    below, above = (theorem_3.fails_too_often(lambda case, T, limit=limit: theorem_3.ball(limit)) for limit in (0.49, 0.51))
    assert below(case) == 1 - F(1, 4)  # the error is 1/2 whatever is drawn
    assert above(case) == -F(1, 4)


def test_the_printed_bound_of_theorem_3_fails_for_odd_n_only():
    assert not any(theorem_3.holds_at(1, 3, 7, 101)().values())
    assert all(theorem_3.holds_at(2, 100)().values())  # with as many of either class the error is 0


def test_a_convolution_as_a_dense_layer():
    case = theorem_3.Convolution(exact([[[[1, -2]]], [[[3, 4]]]]), exact([5, 0.5]), 0)
    V = theorem_3.as_dense(case)
    assert V.shape == (1 + 12, 2 * 9)
    assert V[0].tolist() == [5] * 9 + [F(1, 2)] * 9
    assert sorted(V[1:, 0].tolist()) == [-2] + [0] * 10 + [1]
    assert theorem_3.kernel_norms(case) == [8, F(15, 2)]


# --- planted faults ------------------------------------------------------------------------------------------

def range_without_the_bias(patch):
    patch.setattr(section_2, "class_range", lambda k, c, o, rho: o * (c * rho)**k)


def lipschitz_of_one_layer_less(patch):
    honest = sparse_nets.class_lipschitz
    patch.setattr(section_2, "class_lipschitz", lambda k, c, o, rho: honest(k - 1, c, o, rho))


def membership_without_biases(patch):
    honest = sparse_nets.augmented
    patch.setattr(sparse_nets, "augmented", lambda own: honest(own[:1]))


def complexity_without_the_bias(patch):
    patch.setattr(suprema, "_with_bias_neuron", lambda name, h: (np, h))


def matrix_of_another_layout(patch):
    honest = section_2.augmented
    patch.setattr(section_2, "augmented", lambda own: honest(own)[:, ::-1])


def half_the_complexity(patch):
    honest = theorem_1.rademacher
    patch.setattr(theorem_1, "rademacher", lambda h, o: honest(h, o) / 2)


def units_without_kinks(patch):
    honest = suprema._rays
    patch.setattr(suprema, "_rays", lambda rows: [ray for ray in honest(rows) if sum(map(bool, ray)) == 1])


def a_third_of_the_moments(patch):
    honest = theorem_1.moment_bound
    patch.setattr(theorem_1, "moment_bound", lambda *args: honest(*args) / 3)


def rescaling_that_forgets_biases(patch):
    honest = sparse_nets.into_class

    def forgetful(net, params, c):
        return tuple((own[0], *old[1:]) if own else own for own, old in zip(honest(net, params, c), params, strict=True))

    patch.setattr(section_2, "into_class", forgetful)


def first_bound_times(factor):
    def plant(patch):
        honest = theorem_1.rademacher_bound
        patch.setattr(theorem_1, "rademacher_bound", lambda *args: honest(*args) * theorem_1.ball(F(factor)))
    return plant


def second_bound_times(factor):
    def plant(patch):
        honest = theorem_1.steep_rademacher_bound
        patch.setattr(theorem_1, "steep_rademacher_bound", lambda *args: honest(*args) * theorem_1.ball(F(factor)))
    return plant


def tails_without_tau(patch):
    honest = theorem_1.tail_bound
    patch.setattr(theorem_1, "tail_bound", lambda n, *args, to: honest(n, *args, to=to) - to(1) / to(n).sqrt())


def relu_of_slope_2(patch):
    patch.setattr(ReLU, "_forward", lambda self, xp, params, x: (2 * x, x))


@pytest.mark.parametrize(("plant", "claim_id"), [
    (range_without_the_bias, "wen2021.section-2.range"),
    (lipschitz_of_one_layer_less, "wen2021.section-2.lipschitz"),
    (membership_without_biases, "wen2021.section-2.union"),
    (complexity_without_the_bias, "wen2021.section-3.rademacher"),
    (matrix_of_another_layout, "wen2021.section-2.layers"),
    (half_the_complexity, "wen2021.theorem-1.power"),
    (units_without_kinks, "wen2021.remark-1.width.earlier-layers"),
    (a_third_of_the_moments, "wen2021.theorem-1.moments"),
    (tails_without_tau, "wen2021.theorem-1.tails"),
    (rescaling_that_forgets_biases, "wen2021.section-2.rescaling"),
    (rescaling_that_forgets_biases, "wen2021.section-4.lagrangian.rescaled"),
    (first_bound_times("0.42"), "wen2021.theorem-1"),
    (second_bound_times("0.52"), "wen2021.theorem-1.steep"),
    (first_bound_times("1.01"), "wen2021.theorem-1.nearly-attained"),
    (relu_of_slope_2, "wen2021.section-3.lipschitz-relu"),
])
def test_fault_is_caught(plant, claim_id, monkeypatch):
    plant(monkeypatch)
    assert run(all_claims()[claim_id]).verdict == "refuted"
