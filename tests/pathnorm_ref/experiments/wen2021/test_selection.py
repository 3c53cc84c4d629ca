"""Selection of c: folds are a partition, the largest average score wins, and only what is handed in is looked at."""

import numpy as np
import pytest

from pathnorm_ref.experiments.wen2021.selection import cross_validated, folds

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
    found = cross_validated(scores, range(2), lambda c, i: scores[c][i])
    assert found.best == 3.0 and found.scores == scores
    with pytest.raises(ValueError, match="candidates is empty"):
        cross_validated((), range(2), max)


def test_a_penalty_is_chosen_on_the_training_samples():
    """Ridge regression of 8 inputs on 24 noisy samples: neither no penalty nor a large one predicts best; the scores are
    those of models that have not seen the fold."""
    x = RNG.standard_normal((24, 8))
    y = x @ np.full(8, 0.5) + RNG.standard_normal(24)

    def score(lam, part):
        train, fold = part
        assert not set(train) & set(fold)
        w = np.linalg.solve(x[train].T @ x[train] + lam * np.eye(8), x[train].T @ y[train])
        return -float(np.mean((x[fold] @ w - y[fold]) ** 2))

    found = cross_validated((0.0, 5.0, 1e4), folds(y, 6, 0), score)
    assert found.best == 5.0 and all(len(values) == 6 for values in found.scores.values())
