"""Figure 3: accuracy of structurally sparse models, of four regularisers (C.3)."""

from dataclasses import dataclass
from itertools import count, islice
from math import inf

import numpy as np

from pathnorm_ref.arrays import NotFinite
from pathnorm_ref.experiments import kept
from pathnorm_ref.experiments.experiment import Experiment, Finding
from pathnorm_ref.experiments.figures import look, panels
from pathnorm_ref.experiments.settings import check_grid, check_multiple
from pathnorm_ref.experiments.training import accuracy, initial, step
from pathnorm_ref.experiments.yang2022.problems import Problem, prepare
from pathnorm_ref.experiments.yang2022.training import ACTIVE, Method, check
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.losses import softmax_cross_entropy
from pathnorm_ref.training import Pruning, active_units, deactivate, minibatches, prune
from pathnorm_ref.units import Bias, hidden_layers


@dataclass(frozen=True)
class Settings:
    """Task 5 as C.1.3 and C.3 have it."""

    data: str = "mnist"
    width: int = 800
    methods: tuple[str, ...] = ("weight-decay", "path-norm", "lasso", "group-lasso")
    lrs: tuple[float, ...] = (0.01, 0.03)
    lams: tuple[float, ...] = (0.0001, 0.001, 0.003, 0.01)
    steps: int = 30_000
    every: int = 5000
    retraining: int = 10_000
    batch_size: int = 128
    n_validation: int = 5000
    bias: Bias = Bias.OUTSIDE
    layer_balance: bool = True
    seed: int = 42

    def __post_init__(self):
        check_positive(steps=self.steps, every=self.every, retraining=self.retraining, batch_size=self.batch_size)
        check_multiple(self.every, steps=self.steps)
        check_grid(methods=self.methods, lrs=self.lrs, lams=self.lams)


@dataclass(frozen=True)
class Sparsifying:
    """`steps` of a method, units pruned as they vanish; after each `every` the model so far is trained on by itself."""

    problem: Problem
    method: Method
    steps: int
    every: int
    retraining: int
    batch_size: int


def jobs(settings, records):
    """The path norm couples layers, so it gets the factorised net (C.1.2); the others the plain one."""
    return [Sparsifying(Problem(settings.data, "MLP-3-800 factorized" if name == "path-norm" else "MLP-3-800", settings.seed,
                                settings.n_validation, settings.width),
                        Method(name, lr, lam, settings.bias, settings.layer_balance), settings.steps, settings.every,
                        settings.retraining, settings.batch_size)
            for name in settings.methods for lr in settings.lrs for lam in settings.lams]


def measure(job, place):
    path = kept.checkpoint(job, place)
    _, _, models = kept.resumable(path, lambda: start(job, place), lambda i, progress: advance(job, place, i, progress),
                                  job.steps // job.every)
    return {"models": list(models), "diverged": len(models) < job.steps // job.every}


def start(job, place):
    net = prepare(job.problem, place).net
    return *Pruning(job.method.rule()).init(net, initial(net, job.problem.seed)), ()


def advance(job, place, i, progress):
    """`every` steps more, and what becomes of the model; nothing more of a run that has diverged."""
    params, state, models = progress
    if len(models) < i:
        return progress
    net = prepare(job.problem, place).net
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            params, state = trained(job, place, Pruning(job.method.rule()), net, params, state, job.every, i)
            return params, state, (*models, retrained(job, place, net, params, i))
    except NotFinite:
        return progress


def trained(job, place, rule, net, params, state, n_steps, *stream):
    """(params, state) after n_steps on mini-batches; `stream` numbers their random order."""
    prepared, rng = prepare(job.problem, place), np.random.default_rng([job.problem.seed, 2, *stream])
    epochs = (batch for _ in count() for batch in minibatches(rng, prepared.x, prepared.y, job.batch_size))
    for x, y in islice(epochs, n_steps):
        params, state = step(rule, net, params, state, x, y, softmax_cross_entropy)
    return params, state


def retrained(job, place, net, params, i):
    """The model without its inactive units, trained on by the same method: its sparsity and its accuracy."""
    prepared, bias = prepare(job.problem, place), job.method.bias
    layers = neurons(net)
    active = sum(active_units(net, params, bias, ACTIVE, layers)) / sum(hidden.n_units for hidden in layers)
    small = prune(net, deactivate(net, params, bias, ACTIVE, layers))
    rule = job.method.rule()
    after, _ = trained(job, place, rule, small.net, *rule.init(small.net, small.params), job.retraining, i, 1)
    return {"step": (i + 1) * job.every, "active": 100 * active,
            "validation": accuracy(small.net, after, prepared.x_val, prepared.y_val),
            "test": accuracy(small.net, after, prepared.x_test, prepared.y_test)}


def neurons(net):
    """The hidden layers with an activation: not the seams P, Q of factorised layers."""
    return [hidden for hidden in hidden_layers(net) if hidden.outgoing > hidden.incoming + 1]


# --- the figure ----------------------------------------------------------------------------------------

def rows(settings, records):
    return [{"method": job.method.name, "lr": job.method.lr, "lam": job.method.lam} | model
            for job, record in records.items() for model in record["models"]]


def best_by_sparsity(table, method):
    """(active, accuracy) of the models that no sparser one of the method matches: the best below each sparsity."""
    found: list[tuple] = []
    models = {(row["active"], row["test"]) for row in table if row["method"] == method}
    for active, test in sorted(models, key=lambda model: (model[0], -model[1])):
        if not found or test > found[-1][1]:
            found.append((active, test))
    return found


def draw(settings, records):
    figure, (axes,) = panels(1, width=4.6, height=3.6)
    table = rows(settings, records)
    for method in settings.methods:
        style = look(method)
        axes.scatter([row["active"] for row in table if row["method"] == method],
                     [row["test"] for row in table if row["method"] == method], s=8, marker=style["marker"],
                     color=style["color"], alpha=0.35, linewidth=0)
        steps = best_by_sparsity(table, method)
        active, test = zip(*(*steps, (100, steps[-1][1])), strict=True) if steps else ((), ())
        axes.plot(active, test, drawstyle="steps-post", color=style["color"], linestyle=style["linestyle"],
                  marker=style["marker"], markersize=3, label=style["label"] if steps else f"{style['label']}: diverged")
    axes.set(xlabel="active units (%)", ylabel="test accuracy (%)", xlim=(-2, 102),
             title=f"{settings.data}, MLP-3-{settings.width}: models (points), best no denser (lines)")
    tops = [row["test"] for row in table if row["active"] > 0]
    axes.set_ylim(max(0, min(tops, default=0), max(tops, default=100) - 15) - 0.5, None)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def findings(settings, records):
    table = rows(settings, records)
    sparsest = {method: sparsest_useful(table, method) for method in settings.methods}
    numbers = ", ".join(f"{look(method)['label']} {_per_cent(active)}" for method, active in sparsest.items())
    found = []
    if {"path-norm", "weight-decay"} <= set(settings.methods):
        path, decay = (inf if sparsest[method] is None else sparsest[method] for method in ("path-norm", "weight-decay"))
        found.append(Finding(f"weight decay couldn't find as sparse solutions as {look('path-norm')['label']}",
                             None if path == decay == inf else path < decay,
                             f"fewest active units of a model within {MARGIN:g} points of the best: {numbers}"))
    if {"path-norm", "group-lasso"} <= set(settings.methods):
        found.append(Finding("the proximal algorithm outperforms group lasso in the sparse regime",
                             *compared(table, "path-norm", "group-lasso")))
    if {"path-norm", "lasso"} <= set(settings.methods):
        found.append(Finding("it is competitive with lasso in the sparse regime", *compared(table, "path-norm", "lasso",
                                                                                           margin=1)))
    return found


MARGIN = 2.0
"""A sparse model counts if its accuracy is within this many points of the best of all."""


def sparsest_useful(table, method):
    """The fewest active units, in per cent, of a model of the method within `MARGIN` of the best; None without one."""
    top = max((row["test"] for row in table), default=0)
    return min((row["active"] for row in table if row["method"] == method and row["test"] >= top - MARGIN),
               default=None)


SPARSE = (5, 10, 20, 30)
"""Per cent of active units: where methods are compared, the best model that is sparser."""
USABLE = 0.5
"""A level counts where one of the two has a model with this share of the best accuracy: below, both have collapsed."""


def compared(table, first, second, margin=0):
    """(whether the first is at no level of `SPARSE` worse by more than the margin, and if that is 0 better at one; the
    numbers). A level counts where one has a model that is `USABLE`; None if there is none."""
    pairs = [(level, best_below(table, first, level), best_below(table, second, level)) for level in SPARSE]
    least = USABLE * max((row["test"] for row in table), default=0)
    known = [(level, a, b) for level, a, b in pairs if max(a or 0, b or 0) >= least > 0]
    numbers = ", ".join(f"below {level} %: {_per_cent(a)} against {_per_cent(b)}" for level, a, b in pairs)
    if not known:
        return None, numbers
    matched = all(b is None or (a is not None and a >= b - margin) for _, a, b in known)
    return matched and (margin > 0 or any(a != b for _, a, b in known)), numbers


def best_below(table, method, level):
    """The best accuracy of a model of the method with fewer active units; None without one."""
    return max((row["test"] for row in table if row["method"] == method and row["active"] < level), default=None)


def _per_cent(value):
    return "none" if value is None else f"{value:.2f} %"


EXPERIMENT = Experiment(
    "Figure 3: accuracy of sparse models of four regularisers, Task 5 (C.3)", Settings,
    lambda given: {"data": "digits", "width": 40, "n_validation": 200, "steps": 1200, "every": 400, "retraining": 400,
                   "lrs": (0.1, 0.3), "lams": (0.003, 0.01, 0.03)}, jobs, measure, rows, draw, findings,
    lambda settings, place: check(jobs(settings, {}), place),
    ("batch size and initialisation are not printed: batches of 128, uniform weights as PyTorch's layers",
     "plain SGD with a constant learning rate",
     "sparsity counts the ReLU units of all three hidden layers, active if ||w|| ||v|| > 1e-5",
     "the groups of group lasso are not printed: the weights that leave one unit",
     "the sparse models are trained on by the method that found them, without further pruning",
     "no model is chosen by the test accuracy but the frontier itself, as in the document",
     f"sparsest: of the models within {MARGIN:g} points of the best; the sparse regime: below "
     f"{', '.join(map(str, SPARSE))} % active, where one has at least half of the best accuracy; competitive: at most "
     "one point below"))
