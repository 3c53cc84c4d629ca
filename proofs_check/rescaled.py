"""What the claims about rescaling share: rescaled parameters, and by how much they change a function."""

from fractions import Fraction
from itertools import cycle, islice, pairwise

import numpy as np

from pathnorm_ref.arrays import system
from pathnorm_ref.norms import unit_norms
from pathnorm_ref.units import Hidden, scale, weight_layers
from proofs_check.violations import unequal


def hidden_units(net):
    """The hidden layers of a net, homogeneous or not: a check must be able to fail."""
    layers = weight_layers(net)
    return [Hidden(i, j, net[i].n_out) for i, j in pairwise(layers)]


FACTORS = (Fraction(2), Fraction(1, 3), Fraction(10**6), Fraction(1, 10**6), Fraction(7, 5))
GENTLE = (Fraction(9, 8), Fraction(15, 16), Fraction(1), Fraction(7, 8), Fraction(17, 16))


def rescaled(case, factors=FACTORS):
    """The parameters after each unit took its own factor, from a fixed list of small, large and huge ones (or yours)."""
    factors = cycle(factors)
    number, params = system(case.x), case.params
    for hidden in hidden_units(case.net):
        factor = np.array([number(factor) for factor in islice(factors, hidden.n_units)], dtype=case.x.dtype)
        params = scale(np, case.net, params, hidden, factor, 1 / factor)
    return params


def difference(case, params):
    """By how much the function differs with other parameters, on the samples."""
    return unequal(case.net.forward(case.params, case.x)[0], case.net.forward(params, case.x)[0])


def norms_of(case):
    """(||w||, ||v||) of the units of each hidden layer."""
    return [unit_norms(case.net, case.params, hidden, case.bias) for hidden in hidden_units(case.net)]
