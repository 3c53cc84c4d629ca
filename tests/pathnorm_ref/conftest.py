"""The number systems, as a fixture: a test that takes `system` runs in each of them."""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import array_api_strict
import numpy as np
import pytest

from pathnorm_ref.arrays import ball, convert, tree_map

DEVICE = array_api_strict.Device("device1")  # where a stray `np.` call can't pass


class System(NamedTuple):
    """`take` brings a tree of NumPy float64 arrays into the system; `u` is its unit of rounding."""

    name: str
    take: Callable
    u: float

    def holds(self, array):
        """Whether an array, or a bare number, belongs to the system."""
        if self.name == "strict":
            return array.device == DEVICE and array.dtype == array_api_strict.float64
        if self.name in ("float64", "float32"):
            return array.dtype == self.name
        kind = type(next(iter(np.asarray(array, dtype=object).flat)))
        return kind.__name__ == {"fractions": "Fraction", "balls": "arb"}[self.name]

    def back(self, array):
        """As NumPy float64; a ball by its midpoint."""
        if self.name == "strict":
            array = array.to_device(array_api_strict.Device("CPU_DEVICE"))
        return np.asarray(array).astype(float)


def _strict(tree):
    return tree_map(lambda array: array_api_strict.asarray(array, device=DEVICE), tree)


SYSTEMS = {s.name: s for s in (
    System("float64", lambda tree: tree, 2.0**-53),
    System("float32", lambda tree: convert(tree, np.float32), 2.0**-24),
    System("strict", _strict, 2.0**-53),
    System("fractions", lambda tree: convert(tree, Fraction), 0.0),
    System("balls", lambda tree: convert(tree, ball), 2.0**-53),
)}


@pytest.fixture(params=SYSTEMS)
def system(request):
    return SYSTEMS[request.param]


@pytest.fixture(params=[name for name in SYSTEMS if name != "fractions"])
def rooted_system(request):
    """Those with square roots."""
    return SYSTEMS[request.param]


@pytest.fixture
def fractions():
    return SYSTEMS["fractions"]


@pytest.fixture
def strict():
    return SYSTEMS["strict"]


@pytest.fixture
def balls():
    return SYSTEMS["balls"]
