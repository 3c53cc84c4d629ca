"""Selection of c: folds are a partition, the largest average score wins, and only what is handed in is looked at."""

import numpy as np
import pytest

from pathnorm_ref.experiments.wen2021.selection import cross_validated, folds, selected

RNG = np.random.default_rng(0)
LABELS = np.repeat([0, 1, 2], [30, 12, 7])


@pytest.mark.parametrize("y", [LABELS, RNG.standard_normal((49, 1)), RNG.standard_normal(49)])
@pytest.mark.parametrize("n_folds", [2, 5, 7])
def test_folds_are_a_partition(y, n_folds):
    found = folds(y, n_folds, 3)
    assert len(found) == n_folds
    assert sorted(np.concatenate([fold for _, fold in found])) == list(range(49))
    for train, fold in found:
        assert not set(train) & set(fold) and len(train) + len(fold) == 49
        assert 49 // n_folds - 1 <= len(fold) <= 49 // n_folds + 2


def test_folds_of_labels_have_equal_shares_of_each_class():
    for _, fold in folds(LABELS, 6, 0):
        assert all(abs(n - whole / 6) < 1 for n, whole in zip(np.bincount(LABELS[fold]), (30, 12, 7), strict=True))


def test_folds_are_drawn_by_the_seed():
    first, again, other = (np.concatenate([fold for _, fold in folds(np.zeros(40), 4, seed)]) for seed in (0, 0, 1))
    assert (first == again).all() and (first != other).any() and (first != np.arange(40)).any()


@pytest.mark.parametrize(("y", "n_folds"), [(LABELS, 8), (LABELS, 1), (LABELS, 0), (LABELS, True), (LABELS, 2.0),
                                            (np.zeros((5, 1)), 6), (np.zeros((0, 1)), 2), (LABELS[:0], 2)])
def test_folds_that_cannot_be(y, n_folds):
    with pytest.raises(ValueError, match="folds is"):
        folds(y, n_folds, 0)


def test_the_largest_average_score_is_selected_and_the_first_of_equals():
    scores = {None: [1.0, 2.0], 3.0: [0.0, 5.0], 2.0: [2.5, 2.5], 1.0: [3.0, 1.0]}
    assert selected(scores).best == 3.0 and selected(scores).scores is scores
    with pytest.raises(ValueError, match="scores is empty"):
        selected({})


def test_each_candidate_is_scored_on_each_fold_by_a_model_of_the_others():
    x, y = np.arange(20.0)[:, None], np.arange(20.0)
    calls = []

    def score(c, x_train, y_train, x_fold, y_fold):
        assert (x_train[:, 0] == y_train).all() and (x_fold[:, 0] == y_fold).all()
        calls.append((c, sorted(y_train), sorted(y_fold)))
        return -abs(c - 2)

    found = cross_validated((1, 2, 3), score, x, y, 4)
    assert found.best == 2 and found.scores == {1: [-1] * 4, 2: [0] * 4, 3: [-1] * 4}
    for c in (1, 2, 3):
        own = [(train, fold) for candidate, train, fold in calls if candidate == c]
        assert sorted(value for _, fold in own for value in fold) == list(y)
        assert all(sorted(train + fold) == list(y) for train, fold in own)
