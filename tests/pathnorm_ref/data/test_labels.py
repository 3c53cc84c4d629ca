"""Corrupted labels: both readings, by their rates and their laws."""

import numpy as np
import pytest

from pathnorm_ref.data import corrupt_labels

N = 40_000


def labels(n_classes=10):
    y = np.arange(N) % n_classes
    y.flags.writeable = False
    return y


def near(rate, expected):
    """Five deviations of the mean of N draws: by chance once in two million."""
    return abs(rate - expected) <= 5 * np.sqrt(expected * (1 - expected) / N)


@pytest.mark.parametrize("p", [0, 0.3, 0.7, 1])
@pytest.mark.parametrize("n_classes", [2, 10])
@pytest.mark.parametrize("reading", ["any class", "another class"])
def test_the_rate_is_that_of_the_reading(p, n_classes, reading):
    y = labels(n_classes)
    corrupted = corrupt_labels(np.random.default_rng(0), y, p, n_classes, reading)
    assert near((corrupted != y).mean(), p * (1 - 1 / n_classes) if reading == "any class" else p)
    assert corrupted.dtype == y.dtype
    assert set(corrupted) == set(range(n_classes))


@pytest.mark.parametrize(("reading", "own"), [("any class", 0.1), ("another class", 0)])
def test_the_class_drawn_is_uniform(reading, own):
    moved = (corrupt_labels(np.random.default_rng(0), labels(), 1, 10, reading) - labels()) % 10
    rates = np.bincount(moved, minlength=10) / N
    assert near(rates[0], own)
    assert all(near(rate, (1 - own) / 9) for rate in rates[1:])


def test_the_first_reading_is_the_default_and_the_seed_decides():
    first, again, other = (corrupt_labels(np.random.default_rng(seed), labels(), 0.5, 10) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert near((first != labels()).mean(), 0.45)


def test_small_dtypes_do_not_overflow():
    y = np.full(1000, 255, np.uint8)
    corrupted = corrupt_labels(np.random.default_rng(0), y, 1, 256, "another class")
    assert corrupted.dtype == np.uint8
    assert (corrupted != 255).all()
    assert (np.bincount(corrupted, minlength=256)[:255] < 30).all()  # about 4 each


@pytest.mark.parametrize(("change", "message"), [
    ({"p": -0.1}, r"p is -0\.1"), ({"p": 1.1}, r"p is 1\.1"), ({"p": np.nan}, "p is nan"), ({"p": "half"}, "p is 'half'"),
    ({"n_classes": 0}, "n_classes is 0"), ({"n_classes": 2.0}, r"n_classes is 2\.0"),
    ({"n_classes": True}, "n_classes is True"),
    ({"n_classes": 1, "y": [0], "reading": "another class"}, "n_classes is 1: there is no other class"),
    ({"reading": "all"}, "reading is 'all': it must be one of 'any class', 'another class'"),
    ({"y": [0, 3]}, r"y holds labels outside 0\.\.2"), ({"y": [-1]}, r"y holds labels outside 0\.\.2"),
    ({"y": [0.0]}, "dtype float64"), ({"y": [[0]]}, r"y has shape \(1, 1\)")])
def test_wrong_arguments_are_named(change, message):
    arguments = {"y": [0, 1, 2], "p": 0.5, "n_classes": 3, "reading": "any class"} | change
    with pytest.raises(ValueError, match=message):
        corrupt_labels(np.random.default_rng(0), np.asarray(arguments.pop("y")), **arguments)
