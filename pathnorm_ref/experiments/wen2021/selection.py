"""Selection of the normalization constant by k-fold cross-validation (Wen et al. 2021, Section 5.4).

"We choose the optimal c that corresponds to the largest average cross-validation score"; the score is the accuracy in
the classification, minus the squared error in the regression. Only training samples take part.
"""

from typing import Any, NamedTuple

import numpy as np


class Selection(NamedTuple):
    """The candidate with the largest average score, the first of equals; {candidate: its score in each fold}."""

    best: Any
    scores: dict


def folds(y, n_folds, seed):
    """[(indices to train on, indices to score by)] of n_folds folds of the samples with targets y, in random order.

    Those of scikit-learn: StratifiedKFold for integer labels y (n,), else KFold, shuffled by the seed. Every sample is
    scored once. ValueError unless 2 <= n_folds <= n, and of no class there are fewer samples than folds; ImportError
    without scikit-learn (the extra `data`).
    """
    from sklearn.model_selection import KFold, StratifiedKFold  # noqa: PLC0415  # an extra

    y = np.asarray(y)
    labels = np.issubdtype(y.dtype, np.integer) and y.ndim == 1
    fewest = int(np.bincount(y)[np.unique(y)].min()) if labels and len(y) else len(y)
    if isinstance(n_folds, bool) or not isinstance(n_folds, int) or not 2 <= n_folds <= fewest:
        raise ValueError(f"folds is {n_folds!r}: it must be an integer in 2..{fewest}, the "
                         f"{'samples of the rarest class' if labels else 'samples'}")
    splitter = (StratifiedKFold if labels else KFold)(n_folds, shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(y)), y if labels else None))


def cross_validated(candidates, parts, score):
    """`Selection` among the candidates by score(candidate, part) on each of the parts, larger is better.

    The parts are `folds` of training samples alone, so that the choice is no test of what is chosen, or their numbers,
    where the scores are known (Table 3, Figure 5). ValueError without candidates.
    """
    scores = {candidate: [score(candidate, part) for part in parts] for candidate in candidates}
    if not scores:
        raise ValueError("candidates is empty: it must hold one at least")
    return Selection(max(scores, key=lambda candidate: float(np.mean(scores[candidate]))), scores)
