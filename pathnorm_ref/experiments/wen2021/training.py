"""A training run of Wen et al. 2021: a problem, a method with or without the constraint, and what is measured."""

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from pathnorm_ref.arrays import NotFinite, tree_map
from pathnorm_ref.data.augmentation import crop_and_flip
from pathnorm_ref.experiments import kept
from pathnorm_ref.experiments.settings import check_multiple, check_seed
from pathnorm_ref.experiments.training import finite, outputs, share_right
from pathnorm_ref.experiments.wen2021.problems import Classification, Fold, Pictures, Regression, prepare
from pathnorm_ref.layers import Dropout, ReLU
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.network import Net, redrawn, without_dropout
from pathnorm_ref.objectives import loss_and_gradient
from pathnorm_ref.training import RULES, GradientProjection, minibatches
from pathnorm_ref.units import Bias, weight_layers

DECAYS = {"constant": lambda t: 1.0, "linear": lambda t: 1 - t, "cosine": lambda t: (1 + math.cos(math.pi * t)) / 2}
"""The learning rate as a multiple of lr, after the share t of all steps."""
SMALL = 0.001
"""Weights are counted too that are this small without being 0 (`sparsity`)."""


@dataclass(frozen=True)
class Method:
    """A rule of `training.RULES` by its name, and what it is given; with c, Algorithm 1 around it.

    `lam` weighs the rule's own penalty; `l1` adds l1 ||W||_{1,1} to the loss, with the subgradient l1 sign(W) (Section
    5.5); both of the weight matrices, not of biases. `momentum` is of weight decay alone. `c` None: no constraint.
    `layers`, `output`: of `GradientProjection`. `dropout`: the rate, behind each hidden ReLU. `decay`: one of `DECAYS`.
    """

    name: str
    lr: float
    lam: float = 0.0
    c: float | None = None
    l1: float = 0.0
    dropout: float = 0.0
    momentum: float = 0.0
    decay: str = "constant"
    output: str = "free"
    layers: tuple[int, ...] | None = None

    def __post_init__(self):
        self.rule(1.0)
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout!r}: it must be a rate, 0 at least and less than 1")
        if not 0 <= self.l1 < math.inf:
            raise ValueError(f"l1 is {self.l1!r}: this lambda must be finite, 0 at least")
        if self.decay not in DECAYS:
            raise ValueError(f"decay is {self.decay!r}: it must be one of {', '.join(map(repr, DECAYS))}")

    def rule(self, multiple):
        """The rule, at this multiple of lr. ValueError for an unknown name, and for numbers that are none."""
        if self.name not in RULES:
            raise ValueError(f"method is {self.name!r}: it must be one of {', '.join(RULES)}")
        if self.momentum and self.name != "weight-decay":
            raise ValueError(f"momentum is {self.momentum!r}: {self.name} has none of its own, it must be 0")
        own: dict[str, Any] = {"momentum": self.momentum} if self.momentum else {}
        rule = RULES[self.name](lr=self.lr * multiple, lam=self.lam, bias=Bias.FREE, **own)
        return rule if self.c is None else GradientProjection(rule, self.c, self.layers, self.output)


@dataclass(frozen=True)
class Run:
    """`epochs` of a method on a problem, measured after each `every` of them.

    `seed`: of what is random in training, beside the problem's own of its samples. `augment`: crop and flip at random.
    """

    problem: Regression | Classification | Pictures | Fold
    method: Method
    epochs: int
    batch_size: int
    seed: int
    every: int = 1
    augment: bool = False

    def __post_init__(self):
        check_positive(epochs=self.epochs, batch_size=self.batch_size, every=self.every)
        check_multiple(self.every, epochs=self.epochs)
        check_seed(self.seed)


def on_fold(run, n_folds, i):
    """The same run on fold i of the training samples of its problem (`problems.Fold`)."""
    return replace(run, problem=Fold(run.problem, n_folds, i))


class Trained(NamedTuple):
    """Where a run stands: parameters, the rule's memory, what was measured so far."""

    params: tuple
    state: Any
    history: tuple
    diverged: bool = False


# --- training ------------------------------------------------------------------------------------------

def check(runs, place):
    """ValueError for data, a net, and a rule that do not fit together; the first run of each kind is tried."""
    kinds = {(type(run.problem), run.method.name, run.method.c is None): run for run in reversed(runs)}
    for run in kinds.values():
        begun(run, place)


def train(run, place):
    """The run, kept after each `every` epochs: `Trained`."""
    return kept.resumable(kept.checkpoint(run, place), lambda: start(run, place),
                          lambda i, trained: advance(run, place, i, trained), run.epochs // run.every)


def begun(run, place):
    """(net, params, state) to start from."""
    prepared = prepare(run.problem, place)
    net = with_dropout(prepared.net, run.method.dropout)
    return net, *run.method.rule(1.0).init(net, prepared.initial(net, run.seed))


def start(run, place):
    net, params, state = begun(run, place)
    return Trained(params, state, (measured(run, prepare(run.problem, place), net, params, 0),))


def with_dropout(net, rate):
    """The net with a `Dropout` behind each ReLU, all of which are hidden; the net itself if the rate is 0."""
    if not rate:
        return net
    return Net(*(part for layer in net for part in ((layer, Dropout(rate)) if isinstance(layer, ReLU) else (layer,))))


def advance(run, place, i, trained):
    """`every` epochs more; nothing more of a run that has diverged."""
    if trained.diverged:
        return trained
    prepared, (params, state, *_) = prepare(run.problem, place), trained
    net = with_dropout(prepared.net, run.method.dropout)
    rng = np.random.default_rng([run.seed, 2, i])  # of its own for each call: see `kept.resumable`
    try:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for t, (x, y) in batches(run, rng, prepared, i):
                params, state = step(run.method, t, redrawn(net, rng) if run.method.dropout else net, params, state, x, y,
                                     prepared.loss)
            point = measured(run, prepared, net, params, (i + 1) * run.every)
    except NotFinite:
        return trained._replace(diverged=True)
    return Trained(params, state, (*trained.history, point))


def batches(run, rng, prepared, i):
    """(share of all steps that is done, (x, y)) of the i-th `every` epochs."""
    per_epoch = -(-len(prepared.x) // run.batch_size)
    done = i * run.every * per_epoch
    for _ in range(run.every):
        for x, y in minibatches(rng, prepared.x, prepared.y, run.batch_size):
            yield done / (run.epochs * per_epoch), (crop_and_flip(rng, x) if run.augment else x, y)
            done += 1


def step(method, t, net, params, state, x, y, loss):
    """(params, state) after one step on a batch, at the learning rate after the share t of all steps."""
    d_params = loss_and_gradient(net, params, x, y, loss)[1]
    if method.l1:
        d_params = tree_map(lambda d, W: d + np.float32(method.l1) * np.sign(W) if W.ndim > 1 else d, d_params, params)
    return method.rule(DECAYS[method.decay](t)).step(net, params, state, d_params)


# --- measuring -----------------------------------------------------------------------------------------

def measured(run, prepared, net, params, epoch):
    """Losses on training and test samples and their difference, accuracies in per cent (of labels), `sparsity`."""
    net = without_dropout(net)
    points: dict[str, Any] = {}
    for part, x, y in (("training", prepared.x, prepared.y), ("test", prepared.x_test, prepared.y_test)):
        out = outputs(net, params, x)
        points[f"{part} error"] = float(prepared.loss(out, y)[0])
        points[f"{part} accuracy"] = share_right(out, y) if y.ndim == 1 else None
    return finite({"epoch": epoch, **points, "generalization error": points["test error"] - points["training error"],
                   **sparsity(net, params, run.method.layers)})


def sparsity(net, params, layers=None):
    """Per cent of the weights, biases not counted, that are 0 ("sparsity") and at most `SMALL` ("small"), of all weight
    matrices and of those `layers` alone, by default all but the last ("hidden").

    "The ratio of the number of zero parameter estimates to the size of the weight matrices", Section 5.
    """
    found = {}
    for of, chosen in (("", weight_layers(net)), (" hidden", weight_layers(net)[:-1] if layers is None else layers)):
        every = np.concatenate([np.abs(params[i][0]).ravel() for i in chosen])
        found[f"sparsity{of}"] = 100 * float(np.mean(every == 0))
        found[f"small{of}"] = 100 * float(np.mean(every <= np.float32(SMALL)))
    return found


def measure(run, place):
    """The record of a run: where it ended, its history of errors, whether it diverged."""
    trained = train(run, place)
    return {"last": trained.history[-1], "history": [brief(point) for point in trained.history],
            "diverged": trained.diverged}


def brief(point):
    """What is plotted by epoch."""
    return {name: point[name] for name in ("epoch", "training error", "test error", "test accuracy", "sparsity")}
