"""What a run of Wen et al. 2021 starts from: a net, a loss, training and test samples (Section 5).

A problem is a frozen dataclass with `samples`, `net`, `loss`, `initial` and `inputs`; `prepare` puts them together, as
float32.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from pathnorm_ref import data
from pathnorm_ref.architectures import mlp, vgg16
from pathnorm_ref.experiments.pictures import enlarged, read
from pathnorm_ref.experiments.settings import check_seed
from pathnorm_ref.experiments.training import initial
from pathnorm_ref.experiments.wen2021.selection import folds
from pathnorm_ref.layers import Flatten
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.losses import softmax_cross_entropy, squared_error
from pathnorm_ref.network import Net

MODELS = ("MLP", "VGG-16")
ALPHAS = ("shared", "each sample")
"""Whose alpha of Section 5.2, step 1, is: one of all samples, as printed, or each sample's own."""


class Prepared(NamedTuple):
    """A net and the samples that it is trained and tested on."""

    net: Any
    loss: Any
    initial: Any
    """(net, seed) -> the parameters that training starts from."""
    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


@lru_cache(maxsize=2)
def prepare(problem, place):
    """`Prepared`, by the seed of the problem: x, and the y of a regression, as float32."""
    x, y, x_test, y_test = problem.samples(place)
    x, x_test = problem.inputs(x.astype(np.float32), x_test.astype(np.float32))
    if not np.issubdtype(y.dtype, np.integer):
        y, y_test = y.astype(np.float32), y_test.astype(np.float32)
    return Prepared(problem.net(x.shape[1:]), problem.loss, problem.initial, x, y, x_test, y_test)


def mean_squared_error(out, y):
    """1/n sum_n ||out_n - y_n||^2 and its gradient: "the loss function is the mean square error", without the half."""
    value, d_out = squared_error(out, y)
    return 2 * value, 2 * d_out


@dataclass(frozen=True)
class Regression:
    """Section 5.1: `data.sparse_regression`, and a ReLU net n_in-width-1.

    `beta` is the range of the coefficients: printed as (0.15, 150); (0.15, 1.5) is the other reading.
    """

    seed: int
    n_train: int = 500
    n_test: int = 1500
    n_in: int = 1000
    n_active: int = 100
    beta: tuple[float, float] = (0.15, 150.0)
    last: str = "zero"
    width: int = 300

    loss = staticmethod(mean_squared_error)
    initial = staticmethod(initial)

    def __post_init__(self):
        check_seed(self.seed)
        check_positive(n_train=self.n_train, n_test=self.n_test, n_in=self.n_in, width=self.width)
        if len(self.beta) != 2:
            raise ValueError(f"beta is {self.beta!r}: it must be the least and the largest coefficient")

    def samples(self, place):
        """(x, y, x_test, y_test), all of one beta."""
        rng = np.random.default_rng([self.seed, 0])
        coefficients = data.sparse_coefficients(rng, self.n_in, self.n_active, *self.beta)
        return parted(data.sparse_regression(rng, self.n_train + self.n_test, coefficients, self.last), self.n_train)

    def net(self, shape):
        return mlp((*shape, self.width, 1))

    def inputs(self, *arrays):
        return arrays


@dataclass(frozen=True)
class Classification:
    """Section 5.2: `data.nonlinear_classification`, and a ReLU net n_in-widths-2.

    `alpha`: one of `ALPHAS`. `spread`: what 1/4 is, one of `data.SPREADS`.
    """

    seed: int
    n_train: int = 500
    n_test: int = 1000
    n_in: int = 500
    alpha: str = "shared"
    spread: str = "variance"
    widths: tuple[int, ...] = (100, 50, 20)

    loss = staticmethod(softmax_cross_entropy)
    initial = staticmethod(initial)

    def __post_init__(self):
        check_seed(self.seed)
        check_positive(n_train=self.n_train, n_test=self.n_test, n_in=self.n_in, widths=self.widths)
        if self.spread not in data.SPREADS:
            raise ValueError(f"spread is {self.spread!r}: it must be one of {', '.join(map(repr, data.SPREADS))}")
        if self.alpha not in ALPHAS:
            raise ValueError(f"alpha is {self.alpha!r}: it must be one of {', '.join(map(repr, ALPHAS))}")

    def samples(self, place):
        """(x, y, x_test, y_test), of one alpha if it is shared."""
        rng = np.random.default_rng([self.seed, 0])
        alpha = rng.standard_normal() if self.alpha == "shared" else None
        return parted(data.nonlinear_classification(rng, self.n_train + self.n_test, alpha, self.n_in, self.spread),
                      self.n_train)

    def net(self, shape):
        return mlp((*shape, *self.widths, 2))

    def inputs(self, *arrays):
        return arrays


@dataclass(frozen=True)
class Pictures:
    """Sections 5.3 and 5.5: images of `data.SETS`, normalised by the training images, and a net of `MODELS`.

    The MLP is 784-width-10, the VGG-16 that of Section 5.3 (`architectures.vgg16`), its first layer of `width` channels,
    its first two kernels of `first_kernel`; smaller images are enlarged to its 32x32. `n_train`, `n_test`: so many
    images, drawn at random, None for all.
    """

    seed: int
    data: str = "mnist"
    model: str = "MLP"
    width: int = 900
    first_kernel: int = 21
    n_train: int | None = None
    n_test: int | None = None

    loss = staticmethod(softmax_cross_entropy)

    def __post_init__(self):
        check_seed(self.seed)
        if self.data not in data.SETS:
            raise ValueError(f"data is {self.data!r}: it must be one of {', '.join(data.SETS)}")
        if self.model not in MODELS:
            raise ValueError(f"model is {self.model!r}: it must be one of {', '.join(MODELS)}")
        given = {"n_train": self.n_train, "n_test": self.n_test}
        check_positive(width=self.width, first_kernel=self.first_kernel,
                       **{name: n for name, n in given.items() if n is not None})

    def samples(self, place):
        """(x, y, x_test, y_test), pixels in [0, 1]."""
        images, rng = read(self.data, place), np.random.default_rng([self.seed, 0])
        return (*drawn(rng, images.x_train, images.y_train, "n_train", self.n_train),
                *drawn(rng, images.x_test, images.y_test, "n_test", self.n_test))

    @property
    def initial(self):
        return initial if self.model == "MLP" else initial_he

    def net(self, shape):
        if self.model == "MLP":
            return Net(Flatten(), mlp((math.prod(shape), self.width, 10)))
        return vgg16(channels=shape[0], size=shape[1], width=self.width, first_kernel=self.first_kernel)

    def inputs(self, *arrays):
        normal = data.normalise(*arrays)
        return normal if self.model == "MLP" else tuple(enlarged(x) for x in normal)


@dataclass(frozen=True)
class Fold:
    """A problem's training samples alone, split in folds: fold i for the test, the others to train on.

    The problem's own test samples have no part in it, so that what is chosen by folds is not chosen by them.
    """

    problem: Regression | Classification | Pictures
    n_folds: int
    i: int

    @property
    def seed(self):
        return self.problem.seed

    @property
    def loss(self):
        return self.problem.loss

    @property
    def initial(self):
        return self.problem.initial

    def samples(self, place):
        """(x, y, x_fold, y_fold)."""
        x, y, _, _ = self.problem.samples(place)
        train, fold = folds(y, self.n_folds, self.seed)[self.i]
        return x[train], y[train], x[fold], y[fold]

    def net(self, shape):
        return self.problem.net(shape)

    def inputs(self, *arrays):
        return self.problem.inputs(*arrays)


def initial_he(net, seed):
    """Net.init, float32: normal weights of variance 2 / fan-in, zero biases. Uniform ones in +- 1 / sqrt(fan-in) shrink
    what passes a ReLU layer by 0.4, and so by 1e-5 on the way through the VGG-16, which then learns nothing."""
    return net.init(np.random.default_rng([seed, 1]), np.float32)


def parted(samples, n):
    """(x, y, x_test, y_test): the first n samples, and the others."""
    x, y = samples
    return x[:n], y[:n], x[n:], y[n:]


def drawn(rng, x, y, name, n):
    """n samples (None: all), without replacement, in the order in which they stand. ValueError if there are fewer."""
    if n is None:
        return x, y
    if n > len(x):
        raise ValueError(f"{name} is {n}: there are {len(x)} images")
    chosen = np.sort(rng.choice(len(x), n, replace=False))
    return x[chosen], y[chosen]
