"""What runs start from: sizes and readings of Sections 5.1, 5.2, 5.3 and 5.5; folds know nothing of the test samples."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pathnorm_ref import data
from pathnorm_ref.experiments.wen2021 import problems
from pathnorm_ref.experiments.wen2021.problems import Classification, Fold, Pictures, Regression, prepare
from pathnorm_ref.losses import squared_error
from tests.pathnorm_ref.experiments.runs import place

PICTURES = Pictures(1, "digits", width=5, n_train=100, n_test=20)


def sizes(net):
    return [layer.param_shapes[0] for layer in net if layer.param_shapes]


def test_the_documents_own_sizes(tmp_path):
    regression, classification = (prepare(problem, place(tmp_path)) for problem in (Regression(0), Classification(0)))
    assert regression.x.shape == (500, 1000) and regression.y.shape == (500, 1)
    assert regression.x_test.shape == (1500, 1000) and sizes(regression.net) == [(300, 1000), (1, 300)]
    assert classification.x.shape == (500, 500) and classification.x_test.shape == (1000, 500)
    assert sizes(classification.net) == [(100, 500), (50, 100), (20, 50), (2, 20)]
    assert sizes(Pictures(0).net((1, 28, 28))) == [(900, 784), (10, 900)]
    vgg = Pictures(0, "cifar10", "VGG-16", 64).net((3, 32, 32))
    assert [shape[2:] for shape in sizes(vgg)[:-1]] == [(21, 21)] * 2 + [(3, 3)] * 11
    assert {array.dtype for array in (*regression[3:], classification.x, classification.x_test)} == {np.dtype(np.float32)}
    assert set(classification.y) == {0, 1}


def test_training_and_test_samples_are_of_one_beta(tmp_path):
    x, y, x_test, y_test = Regression(3, n_train=40, n_test=30, n_in=6, n_active=2).samples(place(tmp_path))
    beta, *_ = np.linalg.lstsq(x, y[:, 0], rcond=None)
    assert (beta[:2] > 1).all() and np.abs(beta[2:]).max() < 1.5  # deviations of 0.2: noise 1, 40 samples
    assert np.std(x_test @ beta - y_test[:, 0]) < 2


def test_readings_of_the_classification(tmp_path):
    problem = Classification(2, n_train=50, n_test=50)
    shared, own, narrow = (replace(problem, **reading).samples(place(tmp_path))
                           for reading in ({}, {"alpha": "each sample"}, {"spread": "deviation"}))
    assert np.std(shared[0].mean(axis=1)) < 0.1  # 0.5 / sqrt(500)
    assert np.std(own[0].mean(axis=1)) > 0.3  # half of a normal's
    # of 25 000 entries, within five deviations: 0.5 sqrt(2 / 25 000) of a difference of means, 1 / sqrt(50 000) of a spread
    assert np.mean(shared[0]) == pytest.approx(np.mean(shared[2]), abs=0.0224)  # one alpha for training and test
    assert np.std(shared[0]) == pytest.approx(0.5, rel=0.0224) and np.std(narrow[0]) == pytest.approx(0.25, rel=0.0224)


def test_the_mean_square_error_has_no_half():
    rng = np.random.default_rng(0)
    out, y = rng.standard_normal((2, 7, 1))
    value, d_out = problems.mean_squared_error(out, y)
    assert value == pytest.approx(np.mean((out - y) ** 2), rel=20 * 2.0**-53, abs=0)  # 7 squares of differences, either way
    assert_array_equal(d_out, 2 * squared_error(out, y)[1])


def test_images_are_drawn_normalised_and_enlarged(tmp_path):
    small, large = (prepare(replace(PICTURES, model=model), place(tmp_path)) for model in ("MLP", "VGG-16"))
    assert small.x.shape == (100, 1, 8, 8) and large.x.shape == (100, 1, 32, 32) and len(small.x_test) == 20
    assert_allclose([small.x.mean(), small.x.std()], [0, 1], atol=1e-5)  # of float32
    assert_array_equal(large.x[:, :, ::4, ::4], small.x)
    digits = data.load("digits").x_train
    raw = PICTURES.samples(place(tmp_path))[0]
    assert all((digits == image).all(axis=(1, 2, 3)).any() for image in raw)
    with pytest.raises(ValueError, match="n_train is 2000"):
        prepare(replace(PICTURES, n_train=2000), place(tmp_path))


def test_a_deep_net_starts_with_hes_weights():
    deep, flat = (replace(PICTURES, model=model) for model in ("VGG-16", "MLP"))
    (W, b), *_ = deep.initial(replace(deep, width=32).net((1, 32, 32)), 0)
    assert W.dtype == np.float32 and not b.any() and np.std(W) == pytest.approx(
        (2 / 441) ** 0.5, rel=5 / (2 * W.size) ** 0.5)  # five deviations
    assert np.abs(flat.initial(flat.net((1, 8, 8)), 0)[1][0]).max() <= 1 / 8


@pytest.mark.parametrize("problem", [Regression(1, 30, 20, 6, 2, width=3), Classification(1, 60, 20, 6, widths=(3,)),
                                     PICTURES])
class TestFold:
    def test_folds_are_a_partition_of_the_training_samples(self, problem, tmp_path):
        x, y, *_ = problem.samples(place(tmp_path))
        parts = [Fold(problem, 3, i).samples(place(tmp_path)) for i in range(3)]
        together = np.concatenate([x_fold.reshape(len(x_fold), -1) for _, _, x_fold, _ in parts])
        assert_array_equal(np.sort(together, axis=0), np.sort(x.reshape(len(x), -1), axis=0))
        for x_train, y_train, x_fold, y_fold in parts:
            assert len(x_train) + len(x_fold) == len(x) and len(y_train) + len(y_fold) == len(y)

    def test_test_samples_change_nothing(self, problem, tmp_path, monkeypatch):
        fold, samples = Fold(problem, 3, 1), type(problem).samples
        before = prepare(fold, place(tmp_path))
        monkeypatch.setattr(type(problem), "samples", lambda self, place: (*samples(self, place)[:2], None, None))
        prepare.cache_clear()
        after = prepare(fold, place(tmp_path))
        for name in ("x", "y", "x_test", "y_test"):
            assert_array_equal(getattr(before, name), getattr(after, name))

    def test_it_is_the_problem_otherwise(self, problem, tmp_path):
        fold, whole = prepare(Fold(problem, 3, 0), place(tmp_path)), prepare(problem, place(tmp_path))
        assert (fold.net, fold.loss, fold.initial) == (whole.net, whole.loss, whole.initial)


def test_a_fold_of_images_is_normalised_by_the_others(tmp_path):
    assert_allclose(prepare(Fold(PICTURES, 3, 0), place(tmp_path)).x.mean(), 0, atol=1e-5)
    assert abs(prepare(Fold(PICTURES, 3, 0), place(tmp_path)).x_test.mean()) > 1e-4


@pytest.mark.parametrize(("problem", "change"), [
    (Regression(0), {"seed": -1}), (Regression(0), {"n_train": 0}), (Regression(0), {"beta": (1.0,)}),
    (Classification(0), {"alpha": "none"}), (Classification(0), {"spread": "wide"}), (Classification(0), {"widths": (3, 0)}),
    (Classification(0), {"seed": 1.5}), (PICTURES, {"data": "x"}), (PICTURES, {"n_train": 0}),
    (PICTURES, {"first_kernel": 0})])
def test_problems_that_are_none(problem, change):
    with pytest.raises(ValueError, match=f"{next(iter(change))} is"):
        replace(problem, **change)
