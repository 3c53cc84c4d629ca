"""Structural pruning: which units are active, and a smaller net of the same function."""

from dataclasses import dataclass, replace
from math import lcm
from typing import NamedTuple

import numpy as np

from pathnorm_ref.arrays import device, greater, is_exact, leaves, number, ones, zeros
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.layers import AvgPool, Conv2d, Flatten, GlobalAvgPool, MaxPool, PReLU
from pathnorm_ref.layers.activations import Activation
from pathnorm_ref.network import Net
from pathnorm_ref.training.around import Around
from pathnorm_ref.units import Bias, check_net, couples, hidden_layers, incoming, outgoing, outgoing_blocks, scale

# --- by the path norm ----------------------------------------------------------------------------------

def active_units(net, params, bias, threshold, layers=None):
    """How many units have ||w|| ||v|| > threshold: a tuple of integers, one for each of `layers`.

    `layers` are by default the disjoint couples of `units.couples`, the document's "grouped layers" (Yang et al.
    2022, Table 1); or `units.hidden_layers(net)`, or some of them. The document's thresholds: 10^-3 in Figure 1
    (Appendix C.2); 10^-5 in Figure 3 for the nets that are trained on, and 0, no side being zero, during training
    (C.3). ValueError if threshold is negative or if a unit is not homogeneous.
    """
    xp, threshold = _checked(net, params, bias, threshold)
    return tuple(int(xp.sum(xp.astype(_active(xp, net, params, hidden, bias, threshold), xp.int64)))
                 for hidden in (couples(net)[0] if layers is None else layers))


def deactivate(net, params, bias, threshold, layers=None):
    """params in which w, bias and v of every unit that is not active are zero (see `active_units`).

    Which units these are is decided before any is set to zero. A constant unit (w = 0, v not 0, and a bias outside of
    w that is not 0) stays as it is, as in `rescaling.balance_sweep`; `prune` removes it. So a threshold of 0 keeps the
    function, a larger one changes it by what those units did.
    """
    xp, threshold = _checked(net, params, bias, threshold)
    layers = couples(net)[0] if layers is None else layers
    active = [(hidden, _active(xp, net, params, hidden, bias, threshold)) for hidden in layers]
    return _zeroed(xp, net, params, active, bias)


@dataclass(frozen=True)
class Pruning(Around):
    """The steps of `rule`, after each of which all hidden units with a zero side get both sides, and their bias, zero
    (Yang et al. 2022, Appendix C.3: "prune one unit if either its input vector w or output vector v is zeroed out").

    Such units never come back. The function after a step is that of the rule's own; constant units stay (see
    `deactivate`). ValueError from `init` if a hidden unit is not homogeneous.
    """

    def _mapped(self, net, before, after):
        xp, layers = check_net(net, after, self.bias), hidden_layers(net)
        active = [(hidden, _active(xp, net, before, hidden, self.bias, 0)) for hidden in layers]
        params = _zeroed(xp, net, after, active, self.bias)
        for hidden in (*reversed(layers), *layers):  # v of the units before a pruned one can become 0, and w behind it
            active = [(hidden, _active(xp, net, params, hidden, self.bias, 0))]
            params = _zeroed(xp, net, params, active, self.bias)
        return params


def _checked(net, params, bias, threshold):
    xp = check_net(net, params, bias)
    return xp, number("threshold", threshold, next(leaves(params))[1], at_least=0)


def _active(xp, net, params, hidden, bias, threshold):
    """Where ||w|| ||v|| > threshold, of one hidden layer: (n_units,)."""
    w, v = incoming(xp, net, params, hidden, bias), outgoing_blocks(xp, net, params, hidden)
    if is_exact(w):  # squares, as a Fraction need not have a root
        squares = xp.reshape(xp.sum(v * v, axis=(1, 3)), (-1,))
        return greater(xp.sum(w * w, axis=1) * squares, threshold * threshold)
    w, v = euclidean(xp, w, 1), xp.reshape(euclidean(xp, v, (1, 3)), (-1,))
    read = v > 0
    with np.errstate(over="ignore"):  # of two small norms the product could be 0
        return read & (w > threshold / xp.where(read, v, ones(xp, v.shape, v)))


def _zeroed(xp, net, params, active, bias):
    """params with both sides zero of the units that are not `active`, and not constant: pairs (hidden, where)."""
    kept = [(hidden, where | _constant(xp, net, params, hidden, bias)) for hidden, where in active]
    for hidden, where in kept:
        one = ones(xp, where.shape, params[hidden.incoming][0])
        factor = xp.where(where, one, 0 * one)
        params = scale(xp, net, params, hidden, factor, factor)
    return params


def _constant(xp, net, params, hidden, bias):
    """Which units are constants other than 0: w = 0, v not, and a bias outside of w that is not."""
    w, v = incoming(xp, net, params, hidden, Bias.FREE), outgoing(xp, net, params, hidden)
    b = params[hidden.incoming][1:]
    if not b or bias == Bias.INSIDE:
        return xp.zeros_like(xp.all(w == 0, axis=1))
    return xp.all(w == 0, axis=1) & ~xp.all(v == 0, axis=1) & (b[0] != 0)


# --- a smaller net -------------------------------------------------------------------------------------

class Pruned(NamedTuple):
    """A net with fewer units, and its parameters."""

    net: Net
    params: tuple


def prune(net, params):
    """The net without its hidden units of v = 0 or of w = 0, as `Pruned`: its function is the same.

    Exactly so in Fractions, to rounding in floats. A unit of w = 0 is the constant sigma(b), so v sigma(b) goes into
    the next layer's bias, which it gets if it has none. Where padding with zeros (of the next convolution, or of an
    average pooling) keeps such a constant from being one at the border, the unit stays, unless sigma(b) = 0.

    At least one unit of each layer stays; in grouped convolutions as many units of each group as of the others, which
    can keep units that could go alone. Units that have become removable as others went go too. ValueError if a unit is
    not homogeneous. For a threshold on ||w|| ||v||, `deactivate` first.
    """
    xp = check_net(net, params)
    while True:
        before = net
        for at in range(len(hidden_layers(net))):
            net, params = _without_idle_units(xp, net, params, hidden_layers(net)[at])
        if net == before:
            return Pruned(net, params)


def _without_idle_units(xp, net, params, hidden):
    constants = _constants(xp, net, params, hidden)
    kept = _kept(net, hidden, _idle(xp, net, params, hidden, constants)) if constants is not None else None
    if kept is None or all(kept):
        return net, params
    layers, params = list(net), list(params)
    units = [i for i, stays in enumerate(kept) if stays]
    layers[hidden.incoming] = replace(net[hidden.incoming], n_out=len(units))
    params[hidden.incoming] = tuple(_take(xp, array, units, 0) for array in params[hidden.incoming])
    for k in range(hidden.incoming + 1, hidden.outgoing):
        if isinstance(net[k], PReLU):
            n = net[k].n_channels // hidden.n_units  # more than one behind a flatten
            layers[k] = replace(net[k], n_channels=n * len(units))
            params[k] = (_take(xp, params[k][0], [n * i + j for i in units for j in range(n)], 0),)
    layers[hidden.outgoing], params[hidden.outgoing] = _reading(xp, net, params, hidden, kept, constants)
    return Net(*layers), tuple(params)


def _constants(xp, net, params, hidden):
    """sigma(b) of each unit, as (n_units, the number of inputs of the next layer that are one unit's); None if a layer
    stands between that is not known here."""
    b = params[hidden.incoming][1:]
    x = b[0][None, :] if b else zeros(xp, (1, hidden.n_units), params[hidden.incoming][0])
    for k in range(hidden.incoming + 1, hidden.outgoing):
        if isinstance(net[k], Activation):
            x, _ = net[k]._forward(xp, params[k], x)
        elif isinstance(net[k], Flatten):
            block = zeros(xp, (1, net[hidden.outgoing].n_in // x.shape[1]), x)
            x = xp.reshape(x[0, :][:, None] + block, (1, -1))
        elif not isinstance(net[k], (AvgPool, GlobalAvgPool, MaxPool)):
            return None
    return xp.reshape(x, (hidden.n_units, -1))


def _idle(xp, net, params, hidden, constants):
    """Which units can go: (n_units,)."""
    w, v = incoming(xp, net, params, hidden, Bias.FREE), outgoing(xp, net, params, hidden)
    movable = xp.all(constants == 0, axis=1)
    if not any(_pads_with_zeros(net[k]) for k in range(hidden.incoming + 1, hidden.outgoing + 1)):
        movable = xp.ones_like(movable)
    return xp.all(v == 0, axis=1) | (xp.all(w == 0, axis=1) & movable)


def _pads_with_zeros(layer):
    return isinstance(layer, (AvgPool, Conv2d)) and any(layer.windows.padding)


def _kept(net, hidden, idle):
    """Which units stay, as a list: of the smallest blocks of which every group consists, as many go from each."""
    idle = [bool(idle[i]) for i in range(hidden.n_units)]
    n_blocks = lcm(_groups(net[hidden.incoming]), _groups(net[hidden.outgoing]))
    size = hidden.n_units // n_blocks
    blocks = [idle[start:start + size] for start in range(0, hidden.n_units, size)]
    n_removed = min(size - 1, *(sum(block) for block in blocks))
    return [not (goes and sum(block[:i]) < n_removed) for block in blocks for i, goes in enumerate(block)]


def _reading(xp, net, params, hidden, kept, constants):
    """The next layer and its parameters, reading the kept units only; the constants of the others are in its bias."""
    layer, (V, *b) = net[hidden.outgoing], params[hidden.outgoing]
    blocks = outgoing_blocks(xp, net, params, hidden)
    per_group = hidden.n_units // _groups(layer)
    removed = xp.asarray(np.array([not stays for stays in kept]), device=device(V))[:, None]
    moved = xp.where(removed, constants, zeros(xp, constants.shape, constants))
    shift = xp.reshape(xp.sum(blocks * xp.reshape(moved, (blocks.shape[0], 1, per_group, -1)), axis=(2, 3)), (-1,))
    if b or not bool(xp.all(shift == 0)):
        b = [b[0] + shift if b else shift]
    groups = [[i for i in range(per_group) if kept[g * per_group + i]] for g in range(blocks.shape[0])]
    V = xp.stack([_take(xp, blocks[g, ...], units, 1) for g, units in enumerate(groups)])
    n_in = sum(kept) * (layer.n_in // hidden.n_units)
    layer = replace(layer, n_in=n_in, bias=bool(b))
    return layer, (xp.reshape(V, layer.param_shapes[0]), *b)


def _groups(layer):
    return getattr(layer, "groups", 1)


def _take(xp, array, indices, axis):
    return xp.take(array, xp.asarray(np.array(indices), device=device(array)), axis=axis)
