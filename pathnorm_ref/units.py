"""Hidden units: which weights enter and which leave each positively homogeneous one, and couples of layers.

A unit's incoming weights w are a slice along axis 0 of its weight layer, its outgoing weights v the slice
along axis 1 of the next one, across activations, pooling and flatten between them. As matrices, rows are
units: `incoming` (n_units, fan-in), `outgoing` (n_units, fan-out).
"""

from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pathnorm_ref.arrays import leaves, namespace
from pathnorm_ref.layers import Conv2d, Dense, Flatten


class Bias(StrEnum):
    """What a bias counts as, in norms and in penalties. Rescaling a unit always rescales its bias."""

    ABSENT = "absent"
    """There are none; a net that has one is an error."""
    INSIDE = "inside"
    """Part of the incoming weights w of its unit, and penalised."""
    OUTSIDE = "outside"
    """Penalised, but no part of w."""
    FREE = "free"
    """Neither penalised nor part of w."""

    @classmethod
    def _missing_(cls, value):
        raise ValueError(f"bias is {value!r}: it must be one of {', '.join(map(repr, map(str, cls)))}")


class Hidden(NamedTuple):
    """A layer of hidden units: the indices in the net of the weight layers before and behind it."""

    incoming: int
    outgoing: int
    n_units: int


def weight_layers(net):
    """The indices of the layers that hold weights."""
    return tuple(i for i, layer in enumerate(net) if isinstance(layer, (Dense, Conv2d)))


def hidden_layers(net):
    """Every layer of hidden units, as `Hidden`; none in a net of one weight layer.

    ValueError if one is not positively homogeneous, or if the next weight layer does not read its units.
    """
    indices = weight_layers(net)
    return tuple(_hidden(net, i, j) for i, j in pairwise(indices))


def couples(net):
    """(couples, leftover): disjoint couples of weight layers (1, 2), (3, 4), ..., as `Hidden`; and the index
    of the last weight layer if their number is odd, else None (Yang et al. 2022, Section 4).

    Between couples the net may do anything. ValueError if a unit inside a couple is not homogeneous.
    """
    indices = weight_layers(net)
    pairs = zip(indices[::2], indices[1::2], strict=False)
    return tuple(_hidden(net, i, j) for i, j in pairs), indices[-1] if len(indices) % 2 else None


def _hidden(net, i, j):
    for k in range(i + 1, j):
        if not net[k].homogeneous:
            raise ValueError(f"the units of layer {i} are not homogeneous: layer {k} is {net[k]}")
    n_units, n_in = net[i].n_out, net[j].n_in
    flat = any(isinstance(layer, Flatten) for layer in net[i + 1:j])
    if n_in % n_units if flat else n_in != n_units:
        raise ValueError(f"layer {j} reads {n_in} inputs: the {n_units} units of layer {i} can't share them")
    return Hidden(i, j, n_units)


def penalised(net, bias):
    """For each parameter of the net whether it is penalised: weights are, biases by their convention, slopes never."""
    return _marked(net, weight_layers(net), weight_layers(net) if bias in (Bias.INSIDE, Bias.OUTSIDE) else ())


def uncoupled(net, bias):
    """For each parameter whether it is penalised and in no couple: the leftover of the path-norm objective."""
    coupled, last = couples(net)
    inside = {hidden.incoming for hidden in coupled} if bias == Bias.INSIDE else ()
    biases = weight_layers(net) if bias in (Bias.INSIDE, Bias.OUTSIDE) else ()
    return _marked(net, (last,), [i for i in biases if i not in inside])


def _marked(net, weights, biases):
    """For each parameter of the net whether it is the weights, or the bias, of one of the given layers."""
    has_weights = weight_layers(net)
    return tuple(((i in weights, i in biases)[:len(layer.param_shapes)] if i in has_weights
                  else (False,) * len(layer.param_shapes)) for i, layer in enumerate(net))


def check_unshared(params):
    """ValueError if two parameters share memory: a unit of such a net has no weights of its own.

    Of other libraries than NumPy, if they are the same object.
    """
    before: list = []  # (end, name, array) of those that reach beyond the start of the present one
    for start, end, name, array in sorted(_extents(params), key=lambda extent: extent[:2]):
        before = [other for other in before if other[0] > start]
        for _, other, shared in before:
            if array is shared or np.shares_memory(array, shared):
                raise ValueError(f"{other} and {name} are the same weights: rescaling needs them unshared")
        before.append((end, name, array))


def _extents(params):
    """(start, end, name, array) of each parameter: its bytes in memory, or its identity."""
    for name, array in leaves(params, "params"):
        if isinstance(array, np.ndarray):
            yield *np.lib.array_utils.byte_bounds(array), name, array
        else:
            yield id(array), id(array) + 1, name, array


def check_net(net, params, bias=Bias.FREE):
    """The array namespace of a net's parameters, after checking them against the net and the bias convention.

    TypeError or ValueError for parameters of wrong shapes, of several libraries or dtypes, not finite or
    shared, for a `bias` that is no `Bias`, and for a net with a bias where it is `absent`.
    """
    net.check_params(params)
    xp = namespace(params=params)
    check_unshared(params)
    if Bias(bias) is Bias.ABSENT:
        for i in weight_layers(net):
            if net[i].bias:
                raise ValueError(f"bias is 'absent': layer {i} of the net has one ({net[i]})")
    return xp


def incoming(xp, net, params, hidden, bias):
    """The weights that enter each unit: (n_units, fan-in), with the unit's bias as last column if it is inside."""
    W, *b = params[hidden.incoming]
    rows = xp.reshape(W, (hidden.n_units, -1))
    return xp.concat([rows, b[0][:, None]], axis=1) if b and bias == Bias.INSIDE else rows


def outgoing(xp, net, params, hidden):
    """The weights that leave each unit: (n_units, fan-out)."""
    blocks = outgoing_blocks(xp, net, params, hidden)
    return xp.reshape(xp.permute_dims(blocks, (0, 2, 1, 3)), (hidden.n_units, -1))


def outgoing_blocks(xp, net, params, hidden):
    """`outgoing` as the weights lie in memory: axes 0 and 2 count the units, axes 1 and 3 the weights of each."""
    return _blocks(xp, net, params[hidden.outgoing][0], hidden)


def with_incoming(xp, params, hidden, bias, rows):
    """params in which `incoming` is `rows`."""
    W, *b = params[hidden.incoming]
    if b and bias == Bias.INSIDE:
        rows, *b = (xp.asarray(part, copy=True) for part in (rows[:, :-1], rows[:, -1]))  # each with memory of its own
    own = (xp.reshape(rows, W.shape), *b)
    return (*params[:hidden.incoming], own, *params[hidden.incoming + 1:])


def with_outgoing(xp, params, hidden, blocks):
    """params in which `outgoing_blocks` is `blocks`."""
    V, *b = params[hidden.outgoing]
    return (*params[:hidden.outgoing], (xp.reshape(blocks, V.shape), *b), *params[hidden.outgoing + 1:])


def scale(xp, net, params, hidden, into, out_of):
    """params with each unit's incoming weights and bias times `into`, its outgoing weights times `out_of`."""
    params = list(params)
    W = params[hidden.incoming][0]
    params[hidden.incoming] = (W * xp.reshape(into, (-1, *(1,) * (W.ndim - 1))),
                               *(b * into for b in params[hidden.incoming][1:]))
    V, *b = params[hidden.outgoing]
    blocks = _blocks(xp, net, V, hidden)
    scaled = blocks * xp.reshape(out_of, (blocks.shape[0], 1, blocks.shape[2], 1))
    params[hidden.outgoing] = (xp.reshape(scaled, V.shape), *b)
    return tuple(params)


def _blocks(xp, net, V, hidden):
    """V as (groups, outputs per group, units per group, weights per unit and output).

    A unit feeds one kernel per output of its group, or, across a flatten, a block of neighbouring columns.
    """
    groups = getattr(net[hidden.outgoing], "groups", 1)
    return xp.reshape(V, (groups, V.shape[0] // groups, hidden.n_units // groups, -1))
