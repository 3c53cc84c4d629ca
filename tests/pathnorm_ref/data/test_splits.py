"""Splits: what is drawn is drawn once, classes are even, seeds repeat, nothing is written."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathnorm_ref.data import split, subset_per_class

CASES = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def samples(n):
    """Samples that can be told apart, read-only, with labels that follow from them."""
    x = np.arange(n, dtype=np.float32).reshape(n, 1)
    y = np.arange(n) % 3
    for array in (x, y):
        array.flags.writeable = False
    return x, y


@CASES
@given(st.data(), st.integers(1, 40))
def test_a_split_parts_the_samples(data, n):
    n_validation = data.draw(st.integers(0, n - 1))
    x, y = samples(n)
    parts = split(np.random.default_rng(n), x, y, n_validation)
    assert len(parts.x_val) == len(parts.y_val) == n_validation
    assert sorted([*parts.x_train.flat, *parts.x_val.flat]) == list(range(n))
    for part_x, part_y in ((parts.x_train, parts.y_train), (parts.x_val, parts.y_val)):
        np.testing.assert_array_equal(part_x.ravel() % 3, part_y)


def test_a_split_is_random_and_follows_the_seed():
    x, y = samples(1000)
    first, again, other = (split(np.random.default_rng(seed), x, y, 500).x_val.ravel() for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert 400 < first.mean() < 600  # uniform draws: mean 499.5, deviation of the mean below 10, so ten deviations


@pytest.mark.parametrize("n_validation", [-1, 5, 2.0, True, None])
def test_a_split_names_a_wrong_number(n_validation):
    with pytest.raises(ValueError, match=r"n_validation is .*: it must be an integer in 0\.\.4"):
        split(np.random.default_rng(0), *samples(5), n_validation)


def test_a_subset_has_n_of_each_class():
    x, y = samples(32)
    subset = subset_per_class(np.random.default_rng(0), x, y, 10)
    assert np.bincount(subset.y).tolist() == [10, 10, 10]
    assert len(set(subset.x.flat)) == 30
    np.testing.assert_array_equal(subset.x.ravel() % 3, subset.y)


def test_a_subset_is_random_and_follows_the_seed():
    first, again, other = (subset_per_class(np.random.default_rng(seed), *samples(300), 10).x for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize(("n", "message"), [
    (11, r"n is 11: class 2 has 10 samples only"), (-1, "n is -1"), (1.0, r"n is 1\.0"), (True, "n is True")])
def test_a_subset_names_a_wrong_number(n, message):
    with pytest.raises(ValueError, match=message):
        subset_per_class(np.random.default_rng(0), *samples(32), n)


def test_samples_must_match():
    for function in (split, subset_per_class):
        with pytest.raises(ValueError, match=r"x has shape \(3, 1\) and y \(2,\)"):
            function(np.random.default_rng(0), np.zeros((3, 1)), np.zeros(2, int), 1)
        with pytest.raises(ValueError, match=r"x has shape \(0, 1\)"):
            function(np.random.default_rng(0), np.zeros((0, 1)), np.zeros(0, int), 0)


@pytest.mark.parametrize("y", [np.zeros(3), np.zeros((3, 1), int)])
def test_a_subset_needs_labels(y):
    with pytest.raises(ValueError, match=r"y has shape .*: it must be a list of integer labels"):
        subset_per_class(np.random.default_rng(0), np.zeros((3, 1)), y, 1)
