"""Witnesses as text: numbers in fractions, a net with its weights."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from pathnorm_ref.layers import Conv2d, Dense, Flatten, LeakyReLU, MaxPool, PReLU
from pathnorm_ref.network import Net
from proofs_check.cases import NetCase
from proofs_check.describe import describe


def net_case():
    net = Net(Conv2d(1, 1, (1, 2), stride=2), PReLU(1), MaxPool(2), LeakyReLU(0.25), Flatten(), Dense(2, 1, False))
    params = ((np.array([[[[1.0, 0.5]]]]), np.array([0.25])), (np.array([2.0]),), (), (), (), (np.array([[1.0, 3.0]]),))
    return NetCase(net, params, np.array([[0.75]]), np.zeros((1, 1)), Fraction(1, 3))


def test_floats_are_the_fractions_that_they_are():
    assert describe(0.1) == "3602879701896397/36028797018963968"
    assert describe(np.array([[0.5, 2.0]])) == "[[1/2, 2]]"
    assert describe((np.array(1.5),)) == "(3/2,)"


def test_a_net_is_told_with_its_parameters_and_with_settings_that_are_not_the_default():
    text = describe(net_case())
    assert text.startswith("net = (Conv2d(W = [[[[1, 1/2]]]], b = [1/4], stride = 2), PReLU(slope = [2]), ")
    assert "MaxPool(kernel = 2), LeakyReLU(slope = 1/4), Flatten(), Dense(W = [[1, 3]])); x = [[3/4]]; " in text
    assert text.endswith("y = [[0]]; lam = 1/3; bias = free; loss = squared_error")
    assert "params" not in text


def test_a_case_within_a_case_is_told_in_braces():
    class Two(NamedTuple):
        first: NetCase
        factor: Fraction | None

    text = describe(Two(net_case(), Fraction(2)))
    assert text.startswith("first = {net = (") and text.endswith("loss = squared_error}; factor = 2")
    assert "factor" not in describe(Two(net_case(), None))
