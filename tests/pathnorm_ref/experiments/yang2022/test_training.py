"""What is measured of a training run, by hand; which epoch is the best; what the seeds decide."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pathnorm_ref import data
from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import NotFinite, leaves
from pathnorm_ref.data.corruptions import CORRUPTIONS, corrupt
from pathnorm_ref.experiments import training as shared
from pathnorm_ref.experiments.yang2022 import problems, training
from pathnorm_ref.experiments.yang2022.problems import Prepared, Problem
from pathnorm_ref.experiments.yang2022.training import Method, Training
from pathnorm_ref.units import Bias
from proofs_check import definitions
from tests.pathnorm_ref.experiments.runs import place

PROBLEM = Problem("digits", "MLP-3-400 factorized", 42, 100, 4, 8)
JOB = Training(PROBLEM, Method("weight-decay", 0.03, 0.001), 4, 16)


def example():
    """(net, params): weight layers of 4-3-3-2, the couple (1, 2) and the leftover 3, with biases."""
    rng = np.random.default_rng(5)
    net = mlp((4, 3, 3, 2))
    return net, tuple(tuple(rng.standard_normal(shape) for shape in layer.param_shapes) for layer in net)


def outputs(params, x):
    (W1, b1), _, (W2, b2), _, (W3, b3) = params
    h = np.maximum(definitions.dense(x, W1, b1), 0)
    h = np.maximum(definitions.dense(h, W2, b2), 0)
    return definitions.dense(h, W3, b3)


@pytest.mark.parametrize("bias", [Bias.INSIDE, Bias.OUTSIDE, Bias.FREE])
@pytest.mark.parametrize("chunk", [2, 1000])
def test_what_is_measured_is_what_it_is_called(bias, chunk, monkeypatch):
    monkeypatch.setattr(shared, "CHUNK", chunk)
    rng, (net, params), lam = np.random.default_rng(6), example(), 0.25
    (W1, b1), _, (W2, b2), _, (W3, b3) = params
    x, x_val, x_test = (rng.standard_normal((n, 4)) for n in (7, 5, 9))
    y, y_val, y_test = (rng.integers(0, 2, n) for n in (7, 5, 9))
    found = training.measure(Method("weight-decay", 0.1, lam, bias), Prepared(net, x, x, y, x_val, y_val, x_test, y_test),
                             params, 3)
    loss = definitions.softmax_cross_entropy(outputs(params, x), y)
    w = [math.hypot(*W1[i], *((b1[i],) if bias == Bias.INSIDE else ())) for i in range(3)]
    v = [math.hypot(*W2[:, i]) for i in range(3)]
    decay = sum(float(np.sum(array ** 2)) for array in (W1, W2, W3))
    leftover = float(np.sum(W3 ** 2))
    paths = sum(a * b for a, b in zip(w, v, strict=True))
    balanced = 2 * paths + leftover  # ||w||^2 + ||v||^2 is 2 ||w|| ||v|| where both are equal
    if bias != Bias.FREE:
        others = float(np.sum(b2 ** 2) + np.sum(b3 ** 2))
        decay, leftover, balanced = decay + float(np.sum(b1 ** 2)) + others, leftover + others, balanced + others
    if bias == Bias.OUTSIDE:  # the unit's bias is rescaled as w is
        leftover += float(np.sum(b1 ** 2))
        balanced += sum(b1[i] ** 2 * v[i] / w[i] for i in range(3))
    expected = {"epoch": 3, "loss": loss, "F": loss + lam / 2 * decay, "F balanced": loss + lam / 2 * balanced,
                "G": loss + lam * (paths + leftover / 2),
                "validation": 100 * np.mean(outputs(params, x_val).argmax(axis=1) == y_val),
                "test": 100 * np.mean(outputs(params, x_test).argmax(axis=1) == y_test), "active": 100}
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-13, abs=0), name  # sums of some dozens of doubles


def test_structural_sparsity_counts_units_of_couples_by_their_path_norm():
    net, (first, relu, (W2, b2), relu2, last) = example()
    W2 = W2.copy()
    for unit, norm in ((0, 0.9e-5), (1, 1.1e-5)):
        W2[:, unit] *= norm / (math.hypot(*first[0][unit]) * math.hypot(*W2[:, unit]))
    params = first, relu, (W2, b2), relu2, last
    assert training.structural_sparsity(net, params, Bias.OUTSIDE) == pytest.approx(200 / 3, rel=1e-15, abs=0)
    dead = (0 * first[0], first[1]), relu, (W2, b2), relu2, last
    assert training.structural_sparsity(net, dead, Bias.OUTSIDE) == 0


def test_accuracy_is_the_share_of_right_classes():
    net = mlp((2, 3), bias=False)
    params = ((np.array([[1.0, 0], [0, 1], [-1, -1]]),),)
    x = np.array([[1.0, 0], [0, 1], [-1, -1], [2, 1]])
    assert training.accuracy(net, params, x, np.array([0, 1, 2, 1])) == 75


# --- the best epoch ------------------------------------------------------------------------------------

@pytest.mark.parametrize(("accuracies", "epoch"), [((10, 60, 70, 70, 40), 2), ((70, 60, 70, 70, 40), 0),
                                                   ((10, 20, 30, 40, 50), 4)])
def test_the_best_epoch_is_the_first_of_equals_by_validation(accuracies, epoch, tmp_path, monkeypatch):
    seen = []

    def measured(method, prepared, params, i):
        seen.append(params)
        return {"epoch": i, "validation": accuracies[i], "test": 100 - accuracies[i]}

    monkeypatch.setattr(training, "measure", measured)
    found = training.train(JOB, place(tmp_path))
    assert found.best.point == {"epoch": epoch, "validation": accuracies[epoch], "test": 100 - accuracies[epoch]}
    for (_, kept_then), (_, best) in zip(leaves(seen[epoch]), leaves(found.best.params), strict=True):
        assert_array_equal(best, kept_then)
    assert [point["epoch"] for point in found.history] == [0, 1, 2, 3, 4]


def test_steps_are_those_of_the_rule(tmp_path):
    """One epoch of one batch: W - lr (dL/dW + lam W)."""
    job = replace(JOB, batch_size=1000, epochs=1)
    prepared = problems.prepare(PROBLEM, place(tmp_path))
    net, before = prepared.net, training.initial(prepared.net, 42)
    (batch,) = training.batches(job, np.random.default_rng([42, 2, 0]), prepared)  # the samples in the order of the run
    d_params = shared.loss_and_gradient(net, before, *batch, training.softmax_cross_entropy)[1]
    after = training.train(job, place(tmp_path)).params
    for (_, old), (_, d), (_, new) in zip(leaves(before), leaves(d_params), leaves(after), strict=True):
        assert_array_equal(new, old - 0.03 * (d + 0.001 * old))


def test_a_run_is_the_same_again_and_another_of_another_seed(tmp_path):
    other = replace(JOB, problem=replace(PROBLEM, seed=43))
    once, again, another = (training.train(job, place(tmp_path / name)) for job, name in (
        (JOB, "once"), (JOB, "again"), (other, "another")))
    assert once.history == again.history != another.history
    for (_, a), (_, b) in zip(leaves(once.params), leaves(again.params), strict=True):
        assert_array_equal(a, b)


def test_a_run_that_diverges_keeps_what_it_had(tmp_path, monkeypatch):
    step, calls = training.step, []

    def diverging(*arguments):
        calls.append(1)
        if len(calls) == 2 * 5 + 1:  # five batches an epoch: in the third
            raise NotFinite("params")
        return step(*arguments)

    monkeypatch.setattr(training, "step", diverging)
    found = training.train(JOB, place(tmp_path))
    assert found.diverged and [point["epoch"] for point in found.history] == [0, 1, 2]
    assert len(calls) == 11


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_an_objective_that_overflows_is_a_divergence(value):
    assert training.finite({"loss": 1.0, "epoch": 2}) == {"loss": 1.0, "epoch": 2}
    with pytest.raises(NotFinite, match="loss"):
        training.finite({"epoch": 2, "loss": value})


# --- data and seeds ------------------------------------------------------------------------------------

def test_data_are_split_subsampled_corrupted_and_normalised(tmp_path):
    clean, noisy, other = (problems.prepare(replace(PROBLEM, **change), place(tmp_path))
                           for change in ({}, {"label_noise": 0.7}, {"seed": 43}))
    assert clean.x.shape == (80, 1, 8, 8) and np.bincount(clean.y).tolist() == [8] * 10
    assert clean.x_val.shape == (100, 1, 8, 8) and clean.x_test.shape == (360, 1, 8, 8)
    assert_array_equal(noisy.x, clean.x)
    assert_array_equal(noisy.y_val, clean.y_val)
    assert 0.4 < np.mean(noisy.y != clean.y) < 0.85  # 63 % of 80, within four deviations
    assert (other.raw != clean.raw).any()
    assert_allclose([clean.x.mean(), clean.x.std()], [0, 1], atol=1e-5)  # of float32
    assert_allclose(clean.x_test, data.normalise(clean.raw, data.load("digits").x_test)[1])


def test_weights_start_uniform_in_the_fan_in_and_by_the_seed():
    net = mlp((400, 300))
    (W, b), = training.initial(net, 1)
    assert W.dtype == b.dtype == np.float32
    for array in (W, b):
        assert 0.95 / 20 < np.abs(array).max() <= 1 / 20
    assert_array_equal(W, training.initial(net, 1)[0][0])
    assert (training.initial(net, 2)[0][0] != W).all()


def test_each_epoch_has_an_order_of_its_own(tmp_path):
    prepared = problems.prepare(PROBLEM, place(tmp_path))
    plain = list(training.batches(JOB, np.random.default_rng(0), prepared))
    twice = list(training.batches(replace(JOB, every=2), np.random.default_rng(0), prepared))
    assert [len(x) for x, _ in plain] == [16] * 5 and len(twice) == 10
    assert_array_equal(np.sort(np.concatenate([x for x, _ in plain]).ravel()), np.sort(prepared.x.ravel()))
    assert any((a[0] != b[0]).any() for a, b in zip(twice[:5], twice[5:], strict=True))
    augmented = list(training.batches(replace(JOB, augment=True), np.random.default_rng(0), prepared))
    assert [x.shape for x, _ in augmented] == [x.shape for x, _ in plain]
    assert (augmented[0][0] != plain[0][0]).any()


def test_corrupted_images_are_normalised_by_the_training_images(tmp_path):
    prepared = problems.prepare(PROBLEM, place(tmp_path))
    params = training.initial(prepared.net, 42)
    found = training.corrupted_accuracies(PROBLEM, place(tmp_path), params)
    assert list(found) == list(CORRUPTIONS) and len(found) == 15
    name = list(CORRUPTIONS)[3]
    images = np.round(255 * corrupt(name, 0, data.load("digits").x_test)).astype(np.float32) / 255
    x = (images - prepared.raw.mean()) / prepared.raw.std()
    assert found[name] == training.accuracy(prepared.net, params, x.astype(np.float32), prepared.y_test)


def test_corrupted_images_are_made_once(tmp_path, monkeypatch):
    name = next(iter(CORRUPTIONS))
    once = problems.corrupted(PROBLEM, name, place(tmp_path))
    monkeypatch.setattr(problems, "corrupt", None)
    assert_array_equal(problems.corrupted(PROBLEM, name, place(tmp_path)), once)
    assert once.dtype == np.float32 and 0 <= once.min() <= once.max() <= 1


def test_vgg19_gets_images_of_its_size(tmp_path):
    problem = Problem("digits", "VGG19", 1, 10, width=2)
    prepared, digits = problems.prepare(problem, place(tmp_path)), data.load("digits")
    assert prepared.x_test.shape == (360, 1, 32, 32) and prepared.net.out_shape((1, 1, 32, 32)) == (1, 10)
    large = problems.load(problem, place(tmp_path)).x_test
    for row, column in np.ndindex(4, 4):
        assert_array_equal(large[:, :, row::4, column::4], digits.x_test)
    assert problems.load(replace(problem, net="MLP-3-800"), place(tmp_path)).x_test is not large


def test_images_that_are_enlarged_stand_in_the_middle():
    image = np.arange(1, 28 * 27 + 1, dtype=np.float32).reshape(1, 1, 28, 27)
    large = problems.enlarged(image)
    assert large.shape == (1, 1, 32, 32) and large.dtype == np.float32
    assert_array_equal(large[:, :, 2:30, 2:29], image)
    assert np.sum(large) == np.sum(image)


def test_readings_of_a_corrupted_label(tmp_path):
    any_class, another = (problems.prepare(replace(PROBLEM, label_noise=1.0, reading=reading), place(tmp_path))
                          for reading in ("any class", "another class"))
    own = problems.prepare(PROBLEM, place(tmp_path))
    assert not np.any(another.y == own.y) and np.any(any_class.y == own.y)


@pytest.mark.parametrize("change", [{"width": 0}, {"n_validation": 0}, {"n_per_class": 0}, {"seed": -1}, {"data": "x"},
                                    {"net": "MLP"}, {"seed": 1.5}, {"reading": "x"}])
def test_problems_that_are_none(change):
    with pytest.raises(ValueError, match=f"{next(iter(change))} is"):
        replace(PROBLEM, **change)
