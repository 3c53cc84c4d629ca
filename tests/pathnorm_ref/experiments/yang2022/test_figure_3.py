"""Figure 3: pruned models, the best that are sparser, comparisons where models are sparse."""

import numpy as np
import pytest

from pathnorm_ref.architectures import factorised_mlp, mlp
from pathnorm_ref.arrays import NotFinite
from pathnorm_ref.experiments.yang2022 import figure_3
from pathnorm_ref.experiments.yang2022.problems import prepare
from pathnorm_ref.units import Hidden
from tests.pathnorm_ref.experiments.runs import place, tiny


def table(*models, method="lasso"):
    return [{"method": method, "active": active, "test": test} for active, test in models]


@pytest.mark.parametrize(("models", "best"), [
    ([(50, 90), (10, 80), (20, 85)], [(10, 80), (20, 85), (50, 90)]),
    ([(50, 90), (10, 80), (20, 79), (30, 80)], [(10, 80), (50, 90)]),  # no sparser one may match it
    ([(10, 70), (10, 80), (10, 75)], [(10, 80)]), ([(0, 10)], [(0, 10)]), ([], [])])
def test_the_best_models_below_each_sparsity(models, best):
    assert figure_3.best_by_sparsity(table(*models) + table((1, 99), method="other"), "lasso") == best


def test_the_sparsest_model_that_is_still_useful():
    found = table((50, 90), (20, 88), (10, 87.9)) + table((5, 60), method="other")
    assert figure_3.sparsest_useful(found, "lasso") == 20
    assert figure_3.sparsest_useful(found, "other") is None
    assert figure_3.sparsest_useful([], "lasso") is None


@pytest.mark.parametrize(("first", "second", "margin", "verdict"), [
    ([(4, 80)], [(4, 79)], 0, True), ([(4, 79)], [(4, 80)], 0, False), ([(4, 80)], [(4, 80)], 0, False),
    ([(4, 79)], [(4, 80)], 1, True), ([(4, 78.9)], [(4, 80)], 1, False), ([], [(4, 80)], 1, False), ([(4, 80)], [], 0, True),
    ([(4, 80), (25, 85)], [(4, 79), (25, 86)], 0, False), ([(4, 80), (25, 86)], [(4, 80), (25, 85)], 0, True),
    ([(30, 80)], [(30, 70)], 0, None), ([(5, 80)], [(30, 70)], 0, True),  # 5 % is not below 5 %
    ([(4, 10), (90, 80)], [(4, 39.9)], 0, None),  # both have collapsed
    ([(4, 10), (90, 80)], [(4, 40)], 0, False), ([(4, 10), (25, 80)], [(4, 39), (25, 70)], 0, True)])
def test_methods_are_compared_where_models_are_sparse(first, second, margin, verdict):
    found = figure_3.compared(table(*first, method="a") + table(*second, method="b"), "a", "b", margin)
    assert found[0] is verdict
    assert found[1].count("below") == 4


def test_neurons_are_the_units_with_an_activation():
    plain, factorised = mlp((3, 4, 5, 2)), factorised_mlp((3, 4, 5, 2))
    assert figure_3.neurons(plain) == [Hidden(0, 2, 4), Hidden(2, 4, 5)]
    assert [hidden.n_units for hidden in figure_3.neurons(factorised)] == [4, 5]


def job_and_net(tmp_path, **changes):
    job = figure_3.jobs(tiny("yang2022", "figure-3", lrs=(0.03,), lams=(0.001,), batch_size=128, **changes), {})[0]
    return job, prepare(job.problem, place(tmp_path)).net


def test_the_model_that_is_trained_on_has_only_the_active_units(tmp_path, monkeypatch):
    job, net = job_and_net(tmp_path)
    params, *_ = figure_3.start(job, place(tmp_path))
    (at, *_), nets, trained = figure_3.neurons(net), [], figure_3.trained
    W, b = params[at.incoming]
    dead = np.arange(4)[:, None] == 1
    params = (*params[:at.incoming], (np.where(dead, 0, W), np.where(dead[:, 0], 0, b)), *params[at.incoming + 1:])

    def noted(job, place, rule, net, params, *rest):
        nets.append((net, rest[1], rule))
        return trained(job, place, rule, net, params, *rest)

    monkeypatch.setattr(figure_3, "trained", noted)
    found = figure_3.retrained(job, place(tmp_path), net, params, 0)
    assert found["active"] == pytest.approx(100 * 11 / 12) and found["step"] == 2
    (small, n_steps, rule), = nets
    assert [hidden.n_units for hidden in figure_3.neurons(small)] == [3, 4, 4]
    assert n_steps == 2 and rule == job.method.rule()  # the method that found it, without pruning


def test_training_takes_as_many_steps_as_asked_for_across_epochs(tmp_path, monkeypatch):
    job, net = job_and_net(tmp_path)
    sizes, step = [], figure_3.step
    monkeypatch.setattr(figure_3, "step", lambda *all: sizes.append(len(all[4])) or step(*all))
    params, state, _ = figure_3.start(job, place(tmp_path))
    figure_3.trained(job, place(tmp_path), job.method.rule(), net, params, state, 25, 0)
    assert sizes == ([128] * 10 + [57]) * 2 + [128] * 3  # 1337 images


def test_nothing_more_of_a_run_that_has_diverged(tmp_path, monkeypatch):
    job, _ = job_and_net(tmp_path, steps=6)
    calls = []

    def diverging(*_arguments):
        calls.append(1)
        if len(calls) == 1:
            return {"step": 2}
        raise NotFinite("params")

    monkeypatch.setattr(figure_3, "retrained", diverging)
    found = figure_3.measure(job, place(tmp_path))
    assert found == {"models": [{"step": 2}], "diverged": True}
    assert len(calls) == 2
