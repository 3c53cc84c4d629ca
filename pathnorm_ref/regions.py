"""The linear regions of small piecewise linear nets: proposed by linear programs, confirmed exactly."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog

from pathnorm_ref.arrays import convert, is_exact, leaves, namespace, system
from pathnorm_ref.layers import Dense
from pathnorm_ref.layers.activations import Activation
from pathnorm_ref.units import weight_layers


class Region(NamedTuple):
    """The x with G x + h > 0, of which `point` is one; on it net(x) = matrix x + offset. All in Fractions."""

    G: np.ndarray
    h: np.ndarray
    point: np.ndarray
    matrix: np.ndarray
    offset: np.ndarray


def linear_regions(net, params):
    """Every full-dimensional linear region of a net of dense layers and homogeneous activations, as `Region`.

    Unit by unit, a region splits where both signs of the unit's input occur inside it (even if what is behind
    ignores the unit, so that two regions have one affine map). A linear program (HiGHS, in floats) proposes a
    point on each side; exact arithmetic on the net's own numbers confirms that it lies strictly inside. So every
    region returned exists; one too thin for the solver (no ball of radius 1e-7, its tolerance, in it) can be
    missed. For about twenty hidden units. TypeError for other layers, on balls, and on arrays other than NumPy's.
    """
    net.check_params(params)
    namespace(params=params)
    for name, array in leaves(params, "params"):
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{name} is a {type(array).__module__} array: regions are enumerated in NumPy, so copy "
                            "the parameters there")
    for i, layer in enumerate(net):
        if not isinstance(layer, Dense) and not (isinstance(layer, Activation) and layer.homogeneous):
            raise TypeError(f"layer {i} is {layer}: regions are enumerated of dense layers and homogeneous activations")
    if is_exact(array) and system(array) is not Fraction:
        raise TypeError("params hold balls, which lie on both sides of a kink: convert them to Fractions")
    exact, n_in = convert(params, Fraction), net[weight_layers(net)[0]].n_in
    zero, identity = (convert(array, Fraction) for array in (np.zeros(n_in), np.eye(n_in)))
    regions = [Region(identity[:0], zero[:0], zero, identity, zero)]
    for layer, own in zip(net, exact, strict=True):
        regions = [part for region in regions for part in _behind(layer, own, region)]
    return regions


def _behind(layer, own, region):
    """The regions of layer o (the affine map of a region)."""
    if isinstance(layer, Dense):
        offset = own[0] @ region.offset
        return [region._replace(matrix=own[0] @ region.matrix, offset=offset + own[1] if layer.bias else offset)]
    one = convert(np.ones((1, len(region.offset))), Fraction)
    rising, falling = layer.forward(own, one)[0][0], -layer.forward(own, -one)[0][0]
    parts = [region]
    for i in range(len(region.offset)):
        parts = [half for part in parts for half in _split(part, i, rising[i], falling[i])]
    return parts


def _split(region, i, rising, falling):
    """The parts of a region where the input of unit i is positive, and negative, behind that unit."""
    g, h = region.matrix[i], region.offset[i]
    if rising == falling or not g.any():
        return [_scaled(region, i, rising if h > 0 else falling)]
    halves = (_half(region, g, h, i, rising), _half(region, -g, -h, i, falling))
    return [half for half in halves if half is not None]


def _half(region, g, h, i, slope):
    """The part of the region where g x + h > 0, or None."""
    G, h = np.vstack([region.G, g]), np.append(region.h, h)
    point = region.point if g @ region.point + h[-1] > 0 else _inside(G, h)
    return None if point is None else _scaled(region._replace(G=G, h=h, point=point), i, slope)


def _scaled(region, i, slope):
    matrix, offset = region.matrix.copy(), region.offset.copy()
    matrix[i], offset[i] = matrix[i] * slope, offset[i] * slope
    return region._replace(matrix=matrix, offset=offset)


def _inside(G, h):
    """A point with G x + h > 0, or None: the centre of the largest ball inside, at most of radius 1."""
    sizes = abs(G).max(axis=1)  # divided out exactly, so that no square leaves the range of floats
    rows, right = (G / sizes[:, None]).astype(float), (h / sizes).astype(float)
    lengths = np.sqrt((rows**2).sum(axis=1))
    A = np.column_stack([-rows / lengths[:, None], np.ones(len(G))])
    answer = linprog([0.0] * G.shape[1] + [-1.0], A_ub=A, b_ub=right / lengths,
                     bounds=[(None, None)] * G.shape[1] + [(None, 1)], method="highs")
    if answer.x is None:
        return None
    point = convert(answer.x[:-1], Fraction)
    return point if (G @ point + h > 0).all() else None
