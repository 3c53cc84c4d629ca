"""Nets, batches and trees for the tests of training."""

import numpy as np

from pathnorm_ref.arrays import tree_map


def frozen(tree):
    """Copies that can't be written to; arrays of other libraries than NumPy as they are."""
    return tree_map(_frozen, tree)


def _frozen(array):
    if isinstance(array, np.ndarray):
        array = array.copy()
        array.flags.writeable = False
    return array
