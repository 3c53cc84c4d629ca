"""A training run of Yang et al. 2022, Appendix C: a net on images, by one of the four methods."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pathnorm_ref import data
from pathnorm_ref.arrays import NotFinite
from pathnorm_ref.data.augmentation import crop_and_flip
from pathnorm_ref.data.corruptions import CORRUPTIONS
from pathnorm_ref.experiments import kept
from pathnorm_ref.experiments.settings import check_multiple
from pathnorm_ref.experiments.training import accuracy, finite, initial, outputs, step
from pathnorm_ref.experiments.yang2022.problems import Problem, corrupted, prepare
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.losses import softmax_cross_entropy
from pathnorm_ref.objectives import path_norm_regulariser, sum_of_squares
from pathnorm_ref.rescaling import balance_sweep
from pathnorm_ref.training import RULES, active_units, minibatches
from pathnorm_ref.units import Bias, couples

ACTIVE = 1e-5
"""A unit counts as active if ||w|| ||v|| is above (Appendix C.3)."""


@dataclass(frozen=True)
class Method:
    """A training rule by its name in `training.RULES`, and what it is given."""

    name: str
    lr: float
    lam: float
    bias: Bias = Bias.OUTSIDE
    layer_balance: bool = True

    def __post_init__(self):
        self.rule()

    def rule(self):
        """The rule. ValueError for an unknown name, and for numbers that are none."""
        if self.name not in RULES:
            raise ValueError(f"method is {self.name!r}: it must be one of {', '.join(RULES)}")
        own = {"layer_balance": self.layer_balance} if self.name == "path-norm" else {}
        return RULES[self.name](lr=self.lr, lam=self.lam, bias=self.bias, **own)


def compared(settings, layer_balance):
    """The two methods of Figures 1 and 2, weight decay and Algorithm 1, as the settings have them."""
    return [Method(name, settings.lr, settings.lam, settings.bias, layer_balance) for name in ("weight-decay", "path-norm")]


@dataclass(frozen=True)
class Training:
    """A run of `epochs`, measured after each `every` of them. `augment`: crop and flip at random."""

    problem: Problem
    method: Method
    epochs: int
    batch_size: int
    every: int = 1
    augment: bool = False

    def __post_init__(self):
        check_positive(epochs=self.epochs, batch_size=self.batch_size, every=self.every)
        check_multiple(self.every, epochs=self.epochs)


class Trained(NamedTuple):
    """Where a run stands: parameters, the rule's memory, the best epoch so far, what was measured after each."""

    params: tuple
    state: tuple
    best: "Best"
    history: tuple
    diverged: bool = False


class Best(NamedTuple):
    """The parameters with the best validation accuracy, the earliest of equals (C.1.4), and what was measured."""

    params: tuple
    point: dict


# --- training ------------------------------------------------------------------------------------------

def check(jobs, place):
    """ValueError for data, for a net, and for a rule that do not fit together; the first job of each method is tried."""
    for job in {job.method.name: job for job in reversed(jobs)}.values():
        net = prepare(job.problem, place).net
        job.method.rule().init(net, initial(net, job.problem.seed))


def train(job, place):
    """The run, kept after each epoch: `Trained`."""
    return kept.resumable(kept.checkpoint(job, place), lambda: start(job, place),
                          lambda i, trained: advance(job, place, i, trained), job.epochs // job.every)


def start(job, place):
    prepared = prepare(job.problem, place)
    params, state = job.method.rule().init(prepared.net, initial(prepared.net, job.problem.seed))
    point = measure(job.method, prepared, params, 0)
    return Trained(params, state, Best(params, point), (point,))


def advance(job, place, i, trained):
    """`every` epochs more; nothing more of a run that has diverged."""
    if trained.diverged:
        return trained
    prepared, (params, state, *_) = prepare(job.problem, place), trained
    rng = np.random.default_rng([job.problem.seed, 2, i])  # of its own for each call: see `kept.resumable`
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            for x, y in batches(job, rng, prepared):
                params, state = step(job.method.rule(), prepared.net, params, state, x, y, softmax_cross_entropy)
            point = measure(job.method, prepared, params, (i + 1) * job.every)
    except NotFinite:
        return trained._replace(diverged=True)
    best = Best(params, point) if point["validation"] > trained.best.point["validation"] else trained.best
    return Trained(params, state, best, (*trained.history, point))


def batches(job, rng, prepared):
    """`every` epochs; images cropped and flipped at random if the job says so (C.1.1, CIFAR10)."""
    for _ in range(job.every):
        for x, y in minibatches(rng, prepared.x, prepared.y, job.batch_size):
            yield (crop_and_flip(rng, x) if job.augment else x), y


# --- measuring -----------------------------------------------------------------------------------------

def measure(method, prepared, params, epoch):
    """Loss and objectives on the training images, accuracies in per cent, active units in per cent."""
    net = prepared.net
    loss = mean_loss(net, params, prepared.x, prepared.y)
    balanced = balance_sweep(net, params, method.bias, couples(net)[0])  # the same function, so the same loss
    return finite({
        "epoch": epoch, "loss": loss,
        "F": loss + method.lam / 2 * float(sum_of_squares(net, params, method.bias)),
        "F balanced": loss + method.lam / 2 * float(sum_of_squares(net, balanced, method.bias)),
        "G": loss + method.lam * float(path_norm_regulariser(net, params, method.bias)),
        "validation": accuracy(net, params, prepared.x_val, prepared.y_val),
        "test": accuracy(net, params, prepared.x_test, prepared.y_test),
        "active": structural_sparsity(net, params, method.bias)})


def mean_loss(net, params, x, y):
    """The cross-entropy L."""
    return float(softmax_cross_entropy(outputs(net, params, x), y)[0])


def structural_sparsity(net, params, bias):
    """Per cent of the units of the coupled layers that are active: what Section 5.1 calls structural sparsity."""
    return 100 * sum(active_units(net, params, bias, ACTIVE)) / sum(hidden.n_units for hidden in couples(net)[0])


# --- corrupted data ------------------------------------------------------------------------------------

def corrupted_accuracies(problem, place, params):
    """{corruption: accuracy on the corrupted test images}, these normalised by the training images."""
    prepared = prepare(problem, place)
    return {name: accuracy(prepared.net, params, data.normalise(prepared.raw, corrupted(problem, name, place))[1],
                           prepared.y_test) for name in CORRUPTIONS}
