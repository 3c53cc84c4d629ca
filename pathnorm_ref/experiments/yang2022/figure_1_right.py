"""Figure 1, right: active neurons of a one-hidden-layer net that fits a function of varying frequency (C.2)."""

from dataclasses import dataclass

import numpy as np

from pathnorm_ref import data
from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import NotFinite
from pathnorm_ref.experiments import kept
from pathnorm_ref.experiments.experiment import Experiment, Finding, unless_diverged
from pathnorm_ref.experiments.figures import line, panels
from pathnorm_ref.experiments.settings import check_multiple, check_seed
from pathnorm_ref.experiments.training import finite
from pathnorm_ref.experiments.yang2022.training import Method, compared
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.objectives import loss_and_gradient, path_norm_objective, weight_decay_objective
from pathnorm_ref.units import Bias

ACTIVE = 0.001
"""A neuron is active if |w| |v| is above (C.2); its bias does not count there."""


@dataclass(frozen=True)
class Settings:
    """C.2 prints the data, the net and the threshold; neither learning rate, nor lambda, nor how long."""

    n: int = 64
    width: int = 640
    lr: float = 0.05
    lam: float = 0.001
    steps: int = 100_000
    every: int = 2000
    bias: Bias = Bias.INSIDE
    seed: int = 42

    def __post_init__(self):
        check_positive(n=self.n, width=self.width, steps=self.steps, every=self.every)
        check_multiple(self.every, steps=self.steps)
        check_seed(self.seed)


@dataclass(frozen=True)
class Fit:
    """One run, full batch."""

    method: Method
    settings: Settings


def jobs(settings, records):
    return [Fit(method, settings) for method in compared(settings, layer_balance=False)]


def check(settings, place):
    """ValueError for a bias convention that the net or a rule has not."""
    for fit in jobs(settings, {}):
        start(fit)


def start(fit):
    """He's normal weights; kinks spread over the interval, where zero biases would put all of them at 0."""
    net, rng = network(fit), np.random.default_rng([fit.settings.seed, 1])
    (W, _), relu, (V, b) = net.init(rng)
    kinks = rng.uniform(0, 1, fit.settings.width)
    params, state = fit.method.rule().init(net, ((W, -W[:, 0] * kinks), relu, (V, b)))
    return params, state, (point(fit, params, 0),)


def network(fit):
    return mlp((1, fit.settings.width, 1))


def points(fit):
    return data.varying_frequency(np.random.default_rng([fit.settings.seed, 0]), fit.settings.n)


def advance(fit, i, progress):
    """`every` steps of full batch gradient; nothing more of a run that has diverged."""
    params, state, history = progress
    if len(history) <= i:
        return progress
    net, rule, (x, y) = network(fit), fit.method.rule(), points(fit)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(fit.settings.every):
                params, state = rule.step(net, params, state, loss_and_gradient(net, params, x, y)[1])
            return params, state, (*history, point(fit, params, (i + 1) * fit.settings.every))
    except NotFinite:
        return progress


def point(fit, params, step):
    net, (x, y) = network(fit), points(fit)
    (W, _), _, (V, _) = params
    lam, bias = fit.settings.lam, fit.settings.bias
    return finite({
        "step": step, "active": int(np.sum(np.abs(W[:, 0]) * np.abs(V[0]) > ACTIVE)),
        "F": float(weight_decay_objective(net, params, x, y, lam, bias)),
        "G": float(path_norm_objective(net, params, x, y, lam, bias)),
        "loss": float(loss_and_gradient(net, params, x, y)[0])})


def measure(fit, place):
    path = kept.checkpoint(fit, place)
    n = fit.settings.steps // fit.settings.every
    params, _, history = kept.resumable(path, lambda: start(fit), lambda i, progress: advance(fit, i, progress), n)
    grid = np.linspace(0, 1, 513)[1:, None]
    return {"history": list(history), "x": grid[:, 0].tolist(),
            "fit": network(fit).forward(params, grid)[0][:, 0].tolist(), "diverged": len(history) <= n}


def rows(settings, records):
    return [{"method": fit.method.name} | point for fit, record in records.items() for point in record["history"]]


def draw(settings, records):
    figure, (left, right) = panels(2)
    for fit, record in records.items():
        left.plot([point["step"] for point in record["history"]], [point["active"] for point in record["history"]],
                  **line(fit.method.name))
        right.plot(record["x"], record["fit"], **line(fit.method.name))
    x, y = points(next(iter(records)))
    right.plot(x[:, 0], y[:, 0], "k.", markersize=3)
    left.set(xlabel="gradient steps", ylabel=f"active neurons of {settings.width}", ylim=(0, None),
             title=f"|w| |v| > {ACTIVE:g};  lr = {settings.lr:g}, $\\lambda$ = {settings.lam:g}")
    right.set(xlabel="x", ylabel="net(x)", title=f"data (points) and fits after {settings.steps:,} steps")
    left.legend()
    return figure


def findings(settings, records):
    history = {fit.method.name: record["history"] for fit, record in records.items()}
    decay, path = ([point["active"] for point in history[method]] for method in ("weight-decay", "path-norm"))
    return unless_diverged([
        Finding("weight decay sparsifies too", decay[-1] < decay[0], f"{decay[0]} active at first, {decay[-1]} at last"),
        Finding("the proximal algorithm sparsifies faster", sum(path) < sum(decay) and path[-1] <= decay[-1],
                f"{path[-1]} active at last against {decay[-1]}; on average {np.mean(path):.0f} against "
                f"{np.mean(decay):.0f}; losses {history['path-norm'][-1]['loss']:.2g} and "
                f"{history['weight-decay'][-1]['loss']:.2g}")], records)


EXPERIMENT = Experiment(
    "Figure 1, right: active neurons by gradient steps, function of varying frequency (C.2)", Settings,
    lambda given: {"steps": 20_000, "every": 500}, jobs, measure, rows, draw, findings, check,
    ("learning rate, lambda, the number of steps, the initialisation and the loss are not printed: see the "
     "settings; He's normal weights with kinks uniform on the interval; mean of half squares",
     "all of the data is one batch", "a neuron's bias is part of w in the penalty, and does not count as active"))
