"""A run: its steps one by one, what is measured of it by hand, its schedule, dropout and divergence."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import leaves
from pathnorm_ref.experiments import kept
from pathnorm_ref.experiments.wen2021 import training
from pathnorm_ref.experiments.wen2021.problems import Classification, Prepared, Regression, prepare
from pathnorm_ref.experiments.wen2021.training import DECAYS, Method, Run
from pathnorm_ref.layers import Dropout
from pathnorm_ref.losses import softmax_cross_entropy
from pathnorm_ref.network import without_dropout
from pathnorm_ref.objectives import loss_and_gradient
from pathnorm_ref.projections import project_l1_ball
from proofs_check import definitions
from tests.pathnorm_ref.experiments.runs import place

PROBLEM = Classification(42, 60, 30, 8, widths=(5, 4))
RUN = Run(PROBLEM, Method("weight-decay", 0.05), 4, 16, 42)


def gradient(net, params, x, y):
    return loss_and_gradient(net, params, x, y, softmax_cross_entropy)[1]


def first_step(run, tmp_path):
    """(params before, gradient there on the samples in the order of the run, params after) of a run of one full batch."""
    run = replace(run, epochs=1, batch_size=1000)
    prepared = prepare(run.problem, place(tmp_path))
    before = training.begun(run, place(tmp_path))[1]
    after = training.train(run, place(tmp_path)).params
    ((_, batch),) = training.batches(run, np.random.default_rng([run.seed, 2, 0]), prepared, 0)
    return before, gradient(prepared.net, before, *batch), after


def same(found, expected):
    for (_, a), (_, b) in zip(leaves(found), leaves(expected), strict=True):
        assert_array_equal(a, b)


def largest(own):
    """The largest L1 norm of a unit, its bias with it, summed in float64."""
    W, b = own
    return (np.abs(W).sum(axis=1, dtype=float) + np.abs(b)).max()


def limit(c):
    """c, and an ulp of float32 for each of the 9 entries that a unit has at most."""
    return c * (1 + 9 * 2.0**-23)


# --- steps ---------------------------------------------------------------------------------------------

def test_l1_adds_the_sign_and_l2_the_weight_to_the_gradient_of_matrices_alone(tmp_path):
    for method, penalty in ((Method("weight-decay", 0.1, l1=0.03), np.sign),
                            (Method("weight-decay", 0.1, 0.03), lambda W: W)):
        before, d, after = first_step(replace(RUN, method=method), tmp_path)
        same(after, [[W - 0.1 * (d_W + 0.03 * penalty(W) if W.ndim > 1 else d_W) for W, d_W in zip(own, d_own, strict=True)]
                      for own, d_own in zip(before, d, strict=True)])


def test_with_c_each_hidden_unit_is_projected_with_its_bias_and_the_output_is_free(tmp_path):
    before, d, after = first_step(replace(RUN, method=Method("weight-decay", 0.1, c=0.4)), tmp_path)
    for i in (0, 2, 4):
        W, b = (array - 0.1 * d_array for array, d_array in zip(before[i], d[i], strict=True))
        unit = np.concatenate([W, b[:, None]], axis=1)
        if i < 4:
            assert largest(before[i]) <= limit(0.4)  # from the start
            unit = project_l1_ball(unit, 0.4, axis=1)
        same((after[i],), ((unit[:, :-1], unit[:, -1]),))


def test_layers_and_output_are_those_of_the_rule(tmp_path):
    first, frozen = (first_step(replace(RUN, method=Method("weight-decay", 0.1, c=0.1, **own)), tmp_path)
                     for own in ({"layers": (0,)}, {"output": "frozen"}))
    assert largest(first[2][0]) <= limit(0.1) and largest(first[2][2]) > 0.2
    same(frozen[2][4], frozen[0][4])


@pytest.mark.parametrize("decay", DECAYS)
def test_the_learning_rate_of_each_step(decay, tmp_path, monkeypatch):
    rates = []
    step = training.step

    def recorded(method, t, *arguments):
        rates.append(method.rule(DECAYS[method.decay](t)).lr)
        return step(method, t, *arguments)

    monkeypatch.setattr(training, "step", recorded)
    training.train(replace(RUN, method=replace(RUN.method, decay=decay)), place(tmp_path))
    n = 4 * 4  # four epochs of 60 samples, 16 at a time
    expected = {"constant": [0.05] * n, "linear": [0.05 * (1 - t / n) for t in range(n)],
                "cosine": [0.025 * (1 + math.cos(math.pi * (t / n))) for t in range(n)]}[decay]
    assert rates == expected  # 0.025 is half of 0.05, exactly


def test_dropout_is_drawn_anew_in_each_step_and_left_out_of_what_is_measured(tmp_path, monkeypatch):
    nets, step = [], training.step
    monkeypatch.setattr(training, "step", lambda method, t, net, *rest: nets.append(net) or step(method, t, net, *rest))
    run = replace(RUN, method=replace(RUN.method, dropout=0.5))
    found = training.train(run, place(tmp_path))
    seeds = [[layer.seed for layer in net if isinstance(layer, Dropout)] for net in nets]
    assert len({seed for own in seeds for seed in own}) == 2 * len(nets) == 2 * 16
    prepared = prepare(PROBLEM, place(tmp_path))
    net = without_dropout(training.with_dropout(prepared.net, 0.5))
    loss = softmax_cross_entropy(net.forward(found.params, prepared.x)[0], prepared.y)[0]
    assert found.history[-1]["training error"] == float(loss)
    assert training.with_dropout(prepared.net, 0.0) is prepared.net


# --- measuring -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("labels", [True, False])
def test_what_is_measured_is_what_it_is_called(labels):
    rng, net = np.random.default_rng(6), mlp((4, 3, 2) if labels else (4, 3, 1))
    (W, b), _, (V, a) = params = tuple(tuple(rng.standard_normal(shape) for shape in layer.param_shapes) for layer in net)
    x, x_test = rng.standard_normal((7, 4)), rng.standard_normal((9, 4))
    y, y_test = ((rng.integers(0, 2, n) if labels else rng.standard_normal((n, 1))) for n in (7, 9))
    problem = PROBLEM if labels else Regression(0)
    found = training.measured(RUN, Prepared(net, problem.loss, None, x, y, x_test, y_test), net, params, 3)

    def out(x):
        return definitions.dense(np.maximum(definitions.dense(x, W, b), 0), V, a)

    def error(x, y):
        return definitions.softmax_cross_entropy(out(x), y) if labels else np.mean((out(x) - y) ** 2)

    # outputs below 10, of sums of 5 and 4 terms: off by less than 10 roundings of them; differences, squares or logarithms
    # of them are below 100, and a mean of at most 9 has as many roundings again, on either side
    close = 40 * 2.0**-53 * 100
    assert abs(found["training error"] - error(x, y)) <= close and abs(found["test error"] - error(x_test, y_test)) <= close
    assert found["generalization error"] == found["test error"] - found["training error"]
    assert all(abs(out(points) - (0 if labels else targets)).max() < 10 for points, targets in ((x, y), (x_test, y_test)))
    assert found["test accuracy"] == (100 * np.mean(out(x_test).argmax(axis=1) == y_test) if labels else None)
    assert found["epoch"] == 3 and found["sparsity"] == 0


def test_sparsity_counts_weights_and_no_biases():
    net = mlp((2, 2, 1, 1))
    params = ((np.array([[0, 0.0005], [1, 2]]), np.zeros(2)), (), (np.array([[0.0, -0.001]]), np.zeros(1)), (),
              (np.array([[0.002]]), np.zeros(1)))
    params = tuple(tuple(array.astype(np.float32) for array in own) for own in params)
    assert training.sparsity(net, params) == {
        "sparsity": 100 * (2 / 7), "small": 100 * (4 / 7), "sparsity hidden": 100 * (2 / 6), "small hidden": 100 * (4 / 6)}
    assert training.sparsity(net, params, (0,))["small hidden"] == 50


# --- a run ---------------------------------------------------------------------------------------------

def test_a_run_that_goes_on_from_its_file_is_that_which_was_not_interrupted(tmp_path, monkeypatch):
    run = replace(RUN, method=Method("adam", 0.01, c=0.5, dropout=0.2, decay="cosine"))
    whole = training.train(run, place(tmp_path / "whole"))
    advance = training.advance

    def interrupted(run, place, i, trained):
        if i == 2:
            raise KeyboardInterrupt
        return advance(run, place, i, trained)

    monkeypatch.setattr(training, "advance", interrupted)
    with pytest.raises(KeyboardInterrupt):
        training.train(run, place(tmp_path / "out"))
    monkeypatch.undo()
    assert kept.checkpoint(run, place(tmp_path / "out")).exists()
    again = training.train(run, place(tmp_path / "out"))
    assert again.history == whole.history and len(again.history) == 5
    for (_, a), (_, b) in zip(leaves(again.params), leaves(whole.params), strict=True):
        assert_array_equal(a, b)


def test_seeds_of_samples_and_of_training_are_apart(tmp_path):
    base, other, samples = (training.train(run, place(tmp_path)).history for run in (
        RUN, replace(RUN, seed=43), replace(RUN, problem=replace(PROBLEM, seed=43))))
    assert base not in (other, samples)
    assert training.begun(RUN, place(tmp_path))[1][0][0].tolist() == training.begun(
        replace(RUN, problem=replace(PROBLEM, seed=43)), place(tmp_path))[1][0][0].tolist()


@pytest.mark.parametrize("method", [Method("weight-decay", 1e30), Method("adam", 1e30), Method("weight-decay", 1e30, c=1.0)])
def test_a_run_that_diverges_keeps_what_it_had(method, tmp_path):
    run = replace(RUN, problem=Regression(0, 40, 20, 6, 2, width=4), method=method)
    record = training.measure(run, place(tmp_path))
    assert record["diverged"] and record["last"]["epoch"] == 0 and len(record["history"]) == 1


def test_a_record_has_the_end_and_the_history(tmp_path):
    record = training.measure(replace(RUN, every=2), place(tmp_path))
    assert [point["epoch"] for point in record["history"]] == [0, 2, 4] and record["last"]["epoch"] == 4
    assert record["history"][-1]["test error"] == record["last"]["test error"]


@pytest.mark.parametrize(("change", "named"), [
    ({"name": "newton"}, "method is"), ({"lr": 0.0}, "lr is"), ({"lam": -1.0}, "lam is"), ({"l1": -1.0}, "l1 is"),
    ({"l1": math.inf}, "l1 is"), ({"dropout": 1.0}, "dropout is"), ({"c": 0.0}, "c is"), ({"decay": "x"}, "decay is"),
    ({"momentum": 1.0}, "momentum is"), ({"name": "adam", "momentum": 0.5}, "momentum is"),
    ({"c": 1.0, "output": "gone"}, "output is")])
def test_methods_that_are_none(change, named):
    with pytest.raises(ValueError, match=named):
        replace(RUN.method, **change)


@pytest.mark.parametrize("change", [{"epochs": 0}, {"batch_size": 0}, {"every": 3}, {"seed": -1}])
def test_runs_that_are_none(change):
    with pytest.raises(ValueError, match=next(iter(change)) if "every" not in change else "epochs is 4"):
        replace(RUN, **change)
