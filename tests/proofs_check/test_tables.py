"""The arithmetic behind the claims about the tables of yang2022: rounding, bounds on deviations, shares, layers."""

from fractions import Fraction
from itertools import product
from statistics import pstdev, stdev

import pytest

from proofs_check.certificates import polynomials
from proofs_check.claims.yang2022 import appendix_c, table_1, table_2
from proofs_check.claims.yang2022.table_1 import Printed


@pytest.mark.parametrize(("value", "text", "may"), [
    (Fraction("99.925"), "99.92", True), (Fraction("99.9251"), "99.92", False), (Fraction("99.915"), "99.92", True),
    (Fraction("98.34"), "98.3", True), (Fraction("98.34"), "98.30", False), (Fraction(100), "100", True)])
def test_what_a_number_may_be_printed_as(value, text, may):
    assert table_1.rounds_to(value, text) is may
    assert table_1.root_rounds_to(value**2, text) is may


def test_splits_are_the_partitions_with_zeros():
    assert table_1.splits(4, 4) == [(4, 0, 0, 0), (3, 1, 0, 0), (2, 2, 0, 0), (2, 1, 1, 0), (1, 1, 1, 1)]
    every = {tuple(sorted(runs, reverse=True)) for runs in product(range(7), repeat=3) if sum(runs) == 6}
    assert set(table_1.splits(6, 3)) == every


@pytest.mark.parametrize(("divisor", "deviation"), [(12, lambda p: stdev(p) / 2), (3, stdev), (4, pstdev)])
@pytest.mark.parametrize("cell", [Printed("99.92", "0.14"), Printed("99.92", "0.08"), Printed("99.9", "0.1")])
def test_outcomes_are_those_whose_printed_mean_and_deviation_agree(cell, divisor, deviation):
    digits = len(cell.mean.partition(".")[2])
    expected = set()
    for runs in product(range(9), repeat=4):
        percent = [100 - Fraction(100 * n, table_1.UNITS) for n in runs]
        printed = f"{float(sum(percent) / 4):.{digits}f}", f"{float(deviation(percent)):.{digits}f}"
        if printed == (cell.mean, cell.error):
            expected.add(tuple(sorted(runs, reverse=True)))
    found = {split for split in table_1.outcomes(cell, divisor) if split[0] < 9}
    assert found == expected


def test_the_bounds_on_deviations_are_reached_by_one_deviating_run():
    for missing in (Fraction(1, 3), Fraction(8), Fraction(100)):
        percent = [Fraction(100)] * 3 + [100 - missing]
        square, mean = sum((p - sum(percent) / 4) ** 2 for p in percent), sum(percent) / 4
        assert square / 12 == (100 - mean) ** 2
        assert square / 4 == 3 * (100 - mean) ** 2


def test_the_nearest_share_is_the_nearest():
    for text in ("99.92", "99.95", "98.3", "0.01", "100"):
        best = min((Fraction(100 * k, 4800) for k in range(4801)), key=lambda share: abs(share - Fraction(text)))
        assert table_1.nearest_share(text, 4800) == best


def test_factorised_layers_multiply_out():
    assert table_2.multiplied_out("MLP-3-400 factorized") == [
        (784, 400), "ReLU", (400, 400), "ReLU", (400, 400), "ReLU", (400, 10)]
    assert table_2.multiplied_out("MLP-6-400") == table_2.layers("MLP-6-400")


def test_the_least_F_of_the_chain_is_where_its_identity_says():
    (r,) = polynomials("r")
    assert (r**2 - 4097) ** 2 + 256 * r - 16385 == (r - 64) ** 2 * (r**2 + 128 * r + 4094)
    assert appendix_c.minimises_F(appendix_c.CHAINS)
    assert not appendix_c.minimises_F(appendix_c.CHAINS._replace(net=appendix_c.chain(appendix_c.mlp, 4.0, 8.0, 8.0, 16.0)))


def test_the_best_of_n_is_above_another_in_n_of_n_plus_1_rankings():
    assert all(appendix_c.chosen_is_better(lambda n: Fraction(n, n + 1))().values())
    told = appendix_c.chosen_is_better(lambda n: Fraction(n - 1, n))()
    assert list(told.values()) == [True] + [False] * 6


def test_a_planted_slip_in_a_table_is_found(monkeypatch):
    monkeypatch.setitem(table_2.TABLE, "MLP-3-800", (*table_2.TABLE["MLP-3-800"][:3], ((400, 10),)))
    assert not all(table_2.layers_fit().values())
    rows = [row._replace(proximal=row.proximal._replace(bold=not row.proximal.bold)) for row in table_1.ROWS]
    monkeypatch.setattr(table_1, "ROWS", rows)
    assert not any(table_1.bold_where(table_1.sum_of_errors)().values())
