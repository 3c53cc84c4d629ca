"""What a run of Yang et al. 2022 starts from: a net and images, split, subsampled and corrupted (C.1.1, C.1.2)."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from pathnorm_ref import data
from pathnorm_ref.architectures import TABLE_2, mlp_d_n, vgg19
from pathnorm_ref.data.corruptions import corrupt
from pathnorm_ref.experiments import kept
from pathnorm_ref.experiments.pictures import enlarged, read
from pathnorm_ref.experiments.settings import check_seed
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.version import VERSION

NETS = (*TABLE_2, "VGG19")


@dataclass(frozen=True)
class Problem:
    """A net and its data: all that is there before a method is chosen.

    `net`: a column of Table 2, or VGG19 of C.1.2; `width` replaces its 400, 800, or the 64 of VGG19's first layer.
    `reading`: of a corrupted label (`data.corrupt_labels`).
    """

    data: str
    net: str
    seed: int
    n_validation: int
    width: int | None = None
    n_per_class: int | None = None
    label_noise: float = 0.0
    reading: str = "any class"

    def __post_init__(self):
        if self.reading not in data.READINGS:
            raise ValueError(f"reading is {self.reading!r}: it must be one of {', '.join(data.READINGS)}")
        if self.data not in data.SETS:
            raise ValueError(f"data is {self.data!r}: it must be one of {', '.join(data.SETS)}")
        if self.net not in NETS:
            raise ValueError(f"net is {self.net!r}: it must be one of {', '.join(NETS)}")
        check_seed(self.seed)
        given = {"width": self.width, "n_per_class": self.n_per_class}
        check_positive(n_validation=self.n_validation, **{name: n for name, n in given.items() if n is not None})


def network(problem, shape, n_classes):
    """The net of a problem, for images of `shape` (channels, h, w)."""
    if problem.net == "VGG19":
        return vgg19(n_classes, shape[0], size=shape[1], width=64 if problem.width is None else problem.width)
    return mlp_d_n(problem.net, problem.width, math.prod(shape), n_classes)


class Prepared(NamedTuple):
    """Images ready for training: split, subsampled, labels corrupted, and all normalised by the training images."""

    net: Any
    raw: np.ndarray
    """The training images as they were."""
    x: np.ndarray
    y: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


@lru_cache(maxsize=2)
def load(problem, place):
    """The data set of a problem; for VGG19, which halves images five times, of 32x32 pixels at least."""
    loaded = read(problem.data, place)
    if problem.net != "VGG19":
        return loaded
    return loaded._replace(x_train=enlarged(loaded.x_train), x_test=enlarged(loaded.x_test))


@lru_cache(maxsize=2)
def prepare(problem, place):
    """`Prepared`, by the seed of the problem."""
    loaded, rng = load(problem, place), np.random.default_rng([problem.seed, 0])
    x, y, x_val, y_val = data.split(rng, loaded.x_train, loaded.y_train, problem.n_validation)
    if problem.n_per_class is not None:
        x, y = subset(rng, x, y, problem.n_per_class)
    y = data.corrupt_labels(rng, y, problem.label_noise, loaded.n_classes, problem.reading)
    net = network(problem, x.shape[1:], loaded.n_classes)
    normal, normal_val, normal_test = data.normalise(x, x_val, loaded.x_test)
    return Prepared(net, x, normal, y, normal_val, y_val, normal_test, loaded.y_test)


def subset(rng, x, y, n_per_class):
    """`n_per_class` images of each class."""
    try:
        return data.subset_per_class(rng, x, y, n_per_class)
    except ValueError as error:
        raise ValueError(f"n_per_class is too large: {error}") from error


def corrupted(problem, name, place):
    """The test images under one corruption, always the same; kept on disk, since each run asks for them."""
    images = load(problem, place).x_test
    path = place.out / "corrupted" / f"{problem.data}-{images.shape[2]}-{name.replace(' ', '-')}-{VERSION}.npy"
    if not path.exists():
        images = corrupt(name, 0, images)
        with kept.whole(path) as file:
            np.save(file, np.round(255 * images).astype(np.uint8))  # bytes, as in the published corrupted sets
    return np.load(path).astype(np.float32) / 255
