"""The arithmetic behind the claims about wen2021, Sections 4 to 6: what each check takes for true, and that it can fail."""

from fractions import Fraction
from itertools import pairwise, product

import flint
import numpy as np
import pytest

from pathnorm_ref.architectures import mlp
from pathnorm_ref.data import synthetic
from pathnorm_ref.experiments.wen2021.printed import TABLE_1, TABLE_2, TABLE_3
from pathnorm_ref.losses import softmax_cross_entropy
from proofs_check.claims.wen2021 import (
    algorithm_1,
    algorithm_2,
    projection,
    section_4,
    section_5,
    section_5_data,
    tables,
)
from proofs_check.claims.wen2021.projection import Matrix, vector
from proofs_check.decide import in_system
from proofs_check.definitions import algorithm_1_columns
from proofs_check.definitions import algorithm_2 as printed_algorithm_2


def exact(case):
    return in_system(case, Fraction)


# --- the tables ----------------------------------------------------------------------------------------

def test_every_number_of_the_tables_is_one():
    numbers = [cell for row in (*TABLE_1, *TABLE_2) for cell in row[1:]]
    numbers += [cell.percent for row in TABLE_3 for cell in row[1:]]
    assert len(numbers) == 11 * 4 + 12 * 4 + 11 * 3
    assert all(0 <= Fraction(number) <= 100 for number in numbers)
    for table in (TABLE_1, TABLE_2):  # from the largest c to the smallest
        assert [float(row.c) for row in table] == sorted((float(row.c) for row in table), reverse=True)


@pytest.mark.parametrize(("cells", "agrees"), [
    ({"generalization_error": "2.293"}, True), ({"generalization_error": "2.294"}, True),
    ({"generalization_error": "2.295"}, False), ({"test_error": "2.557"}, True), ({"test_error": "2.559"}, False),
    ({}, False)])
def test_a_difference_of_rounded_numbers_is_off_by_three_half_units_at_most(cells, agrees):
    (row,) = [row for row in tables.repaired(**cells) if row.c == "1.00"]
    assert list(tables.is_difference(row).values()) == [agrees]


def test_a_planted_slip_in_a_table_is_found(monkeypatch):
    slip = tuple(row._replace(sparsity="84.69") if row.c == "0.90" else row for row in TABLE_1)
    assert not all(tables.rises(slip, "sparsity")().values())
    monkeypatch.setattr(tables, "TABLE_3", (*TABLE_3[:-1], TABLE_3[-1]._replace(mnist=TABLE_3[0].mnist)))
    assert not all(tables.bold_are_the_best(2)().values())
    assert not all(tables.among_the_best(2)().values())


def test_the_series_is_less_than_log_2_and_7_tenths_are_more():
    assert flint.arb(flint.fmpq(tables.LOG_2.numerator, tables.LOG_2.denominator)) < flint.arb(2).log()
    assert flint.arb(flint.fmpq(7, 10)) > flint.arb(2).log()


def test_a_third_pair_that_rises_is_found(monkeypatch):
    assert all(tables.two_pairs_rise().values())
    slip = tuple(row._replace(generalization_error="0.275") if row.c == "0.16" else row for row in TABLE_2)
    monkeypatch.setattr(tables, "TABLE_2", slip)
    assert not any(tables.two_pairs_rise().values())


def test_a_row_that_breaks_the_trade_off_is_found(monkeypatch):
    assert all(tables.trades_off("0.16")().values()) and len(tables.trades_off("0.16")()) == 2 * 3
    slip = tuple(row._replace(training_error="0.120") if row.c == "0.07" else row for row in TABLE_2)
    monkeypatch.setattr(tables, "TABLE_2", slip)
    assert not all(tables.trades_off("0.16")().values())


@pytest.mark.parametrize(("threshold", "between"), [("0.0009", False), ("0.001", True), ("0.0012", False)])
def test_the_threshold_is_between_those_of_the_tables(threshold, between):
    assert all(section_5.counted_at_start(threshold)().values()) is between


def test_the_share_at_the_start_is_that_of_uniform_weights():
    rng, sizes = np.random.default_rng(1), (500, 100, 50, 20, 2)
    weights = [rng.uniform(-1, 1, (n_in, n_out)) / n_in**0.5 for n_in, n_out in pairwise(sizes)]
    n = sum(w.size for w in weights)
    share = sum(np.count_nonzero(np.abs(w) <= 0.001) for w in weights) / n
    told = next(name for name in section_5.counted_at_start("0.001")() if name.startswith("500-"))
    assert abs(100 * share - float(told.split()[1])) < 100 * 5 * (0.021 * 0.979 / n) ** 0.5  # five deviations


# --- the data ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("alpha", [0, 1, -2])
def test_the_share_of_ones_is_that_of_samples(alpha):
    lower, upper = section_5_data.share_of_ones(alpha)
    n = 100_000
    share = synthetic.nonlinear_classification(np.random.default_rng(1), n, float(alpha), n_in=4).y.mean()
    five_deviations = 5 / (2 * n**0.5)
    assert lower - five_deviations < share < upper + five_deviations
    assert upper - lower < flint.arb("0.12")


def test_bounds_over_an_interval_of_alpha_hold_at_its_ends():
    lower, upper = section_5_data.share_of_ones(1, Fraction(9, 8))
    for alpha in (1, Fraction(9, 8)):
        at_alpha = section_5_data.share_of_ones(alpha)
        assert lower < at_alpha[0] < at_alpha[1] < upper


def test_sums_of_histograms_are_counted_from_the_end_that_is_asked_for():
    half = flint.arb("0.5")
    left, right = {(-2, 0): half, (1, 3): half}, {(-1, 0): half, (0, 1): half}
    assert section_5_data._exceeds(left, right, 0) == flint.arb("0.25")  # 1 + 0 alone is above 0
    assert section_5_data._exceeds(left, right, 1) == flint.arb("0.75")  # all but 0 + 0


def test_the_signal_is_that_of_the_covariance():
    M = np.array([[float(row.get(j, 0)) for j in range(1000)] for row in section_5_data.mixing("plain")])
    low, high = 0.15, 1.5
    covariance = (M @ M.T)[:100, :100]
    second_moments = np.full((100, 100), ((low + high) / 2) ** 2) + np.eye(100) * (high - low) ** 2 / 12
    found = section_5_data.signal(Fraction("0.15"), Fraction("1.5"))
    assert float(found) == pytest.approx(np.sum(covariance * second_moments), rel=1e-12)  # 10^4 roundings


@pytest.mark.parametrize("last", synthetic.LAST)
def test_the_bounds_on_the_singular_values_are_nearly_met(last):
    M = np.array([[float(row.get(j, 0)) for j in range(1001)] for row in section_5_data.mixing(last)])
    constant, alternating = np.ones(1000), (-1.0) ** np.arange(1000)
    norms = [float(np.linalg.norm(u @ M) / np.linalg.norm(u)) for u in (constant, alternating)]
    assert 1.39 < norms[0] <= 1.4 and 0.6 <= norms[1] < 0.61  # 1 +- 2/5 in the inner coordinates


def test_a_row_that_is_off_is_found_in_the_houses_samples(monkeypatch):
    assert all(section_5_data.house_mixes()().values())
    honest = section_5_data.mixing
    monkeypatch.setattr(section_5_data, "mixing", lambda last, share: [honest(last, share)[1], *honest(last, share)[1:]])
    assert not any(section_5_data.house_mixes()().values())


# --- Algorithms 1 and 2 --------------------------------------------------------------------------------

def test_the_condition_for_the_prox_is_that_nothing_near_it_is_better():
    case = exact(Matrix(np.array([[2.0, 1.0], [-1.0, 3.0]]), Fraction(1)))

    def objective(X):
        return case.c * section_4.l_1_inf(X) + np.sum((X - case.V) ** 2) / 2

    best = section_4.prox_by_columns(case.V, case.c)
    for step in product((-1, 0, 1), repeat=4):
        other = best + Fraction(1, 64) * np.array(step).reshape(2, 2)
        off = section_4.not_the_prox(lambda V, t, other=other: other)(case)
        assert (off > 0) == any(step) == (objective(other) > objective(best))


def test_the_condition_for_the_projection_fails_where_the_point_is_not_the_nearest():
    case = exact(Matrix(np.array([[2.0, 1.0], [-1.0, 3.0]]), Fraction(1)))
    assert section_4.not_the_projection(algorithm_1_columns)(case) <= 0
    nearby = algorithm_1_columns(case.V, case.c) + np.array([[-1, 0], [1, 0]]) * Fraction(1, 64)
    assert section_4.not_the_projection(lambda V, c: nearby)(case) > 0


def test_the_nearest_point_of_the_sphere_is_told_from_others(monkeypatch):
    for case in map(exact, (vector(1, -0.5, c=3), vector(2, 3, c=1))):
        assert algorithm_2.not_nearest_on_sphere(case) <= 0
        x = printed_algorithm_2(case.z, case.size)
        moved = x + np.array([1, -1]) * np.sign(x) * Fraction(1, 64)  # on the same face
        with monkeypatch.context() as patch:
            patch.setattr(algorithm_2, "algorithm_2", lambda z, c, moved=moved: moved)
            assert algorithm_2.not_nearest_on_sphere(case) > 0


def test_resting_points_of_columns_meet_both_outcomes():
    found = set()
    for normal, other in product((True, False), ([0.0, 0.0], [-1.0, -1.0], [-1.0, -2.0])):
        case = exact(algorithm_1.UNEVEN._replace(z=np.array([1.0, 1.0]), other=np.array(other), normal=normal))
        assert algorithm_1.wrong_rest(algorithm_1.gradient, algorithm_1.adam)(case) == 0
        g = case.other if not normal else projection.algorithm_1_column(case.z, case.c) - case.z
        found.add(bool(case.c * max(abs(g)) <= -np.sum(g * projection.algorithm_1_column(case.z, case.c))))
    assert found == {True, False}


def test_an_adam_that_forgets_the_root_rests_elsewhere():
    case = exact(algorithm_1.UNEVEN)
    assert algorithm_1.wrong_rest(lambda g: g / (g * g))(case) == 0  # (-1, -1/2): not normal either
    assert algorithm_1.wrong_rest(lambda g: g / abs(g))(case) == 1


def test_the_house_has_a_step_that_is_not_algorithm_1s():
    case = exact(algorithm_1.GROWING)
    differs = {output: algorithm_1.house_differs(output)(case) > 0 for output in ("free", "frozen", "projected")}
    assert differs == {"free": False, "frozen": False, "projected": True}


def test_the_cross_entropy_of_two_scores_misjudges_samples_of_odd_size():
    b, n = 7.0, 3
    expected = softmax_cross_entropy(np.array([[b, 0.0]] * 2), np.array([0, 1]))[0]
    for ones in range(n + 1):
        labels = np.array([0] * ones + [1] * (n - ones))
        empirical = softmax_cross_entropy(np.array([[b, 0.0]] * n), labels)[0]
        assert expected - empirical == pytest.approx(b * (2 * ones - n) / (2 * n), rel=1e-12)  # a few roundings
    assert all(algorithm_1.misjudged(n)().values()) and not all(algorithm_1.misjudged(4)().values())


# --- networks ------------------------------------------------------------------------------------------

def test_a_chain_of_units_moves_as_far_as_the_class_may():
    net, c = mlp((1, 1, 1, 1, 1), bias=False), Fraction(1, 10)
    weights = [np.array([[weight]], dtype=object) for weight in (c, c, c, Fraction(1))]
    params = tuple((weights.pop(0),) if layer.param_shapes else () for layer in net)
    low, high = net.forward(params, np.array([[Fraction(0)], [Fraction(1)]], dtype=object))[0][:, 0]
    told = section_5.out_of_reach(lambda smaller, larger: Fraction(1))()
    assert any(name.startswith(f"c' = {c}: from 0 to 1 it rises by {high - low};") for name in told)


@pytest.mark.parametrize(("network", "fits"), [("784-900-10", True), ("900-10", False), ("784-900-11", False)])
def test_the_format_is_read_from_the_input_to_the_output(network, fits):
    assert all(section_5.reads_and_gives(network, 784, 10)().values()) is fits
