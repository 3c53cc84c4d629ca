"""Lipschitz constants of nets, in Euclidean norms: bounds from above, samples from below, exact values.

What stands between weight layers counts with its own constant (`Layer.stretch`): an activation with its
steepest slope, a pooling by how many of its windows share an element. ValueError for a net that reads the whole
batch (`BatchNorm`: fold it first), or a `shape` that it can't read, and TypeError for a `shape` that is no tuple.
"""

import math

from pathnorm_ref.arrays import convert, greater, is_exact, largest, leaves, namespace, root
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.layers import Conv2d
from pathnorm_ref.layers.activations import Activation
from pathnorm_ref.layers.layer import check_sample_shape
from pathnorm_ref.layers.windows import overlap
from pathnorm_ref.network import check_by_sample, input_jacobian
from pathnorm_ref.norms import frobenius, operator_norm, path_norm, spectral, unit_norms
from pathnorm_ref.regions import linear_regions
from pathnorm_ref.units import Bias, hidden_layers, weight_layers

# --- from above ----------------------------------------------------------------------------------------


def spectral_bound(net, params, shape):
    """prod ||W_k||_2 of the layers' operator norms on samples of `shape` (Szegedy et al. 2014, Section 4.3).

    Of convolutions the true one for that size, borders included. TypeError on Fractions, unless each matrix has one
    row or column.
    """
    return _product(net, params, shape, operator_norm)


def frobenius_bound(net, params, shape):
    """prod ||W_k||_F of the layers' Frobenius norms; that of a kernel times the root of the `overlap` of its windows.

    At least `spectral_bound`: ||W x|| <= ||W||_F ||x||, and in a convolution the sum over all windows of the ||x||^2 that
    they see counts no element more than `overlap` times. TypeError on Fractions if a root is irrational.
    """
    return _product(net, params, shape, _frobenius_norm)


def path_norm_bound(net, params, shape):
    """The L1 path norm (Neyshabur et al. 2015) without biases, times the activations' steepest slopes, where above 1.

    It bounds more: the net as a map from the maximum norm, at most ||x||_2, to the sum of magnitudes, at least
    ||.||_2. ValueError for activations that are not homogeneous.
    """
    net.check_params(params)
    weights = tuple((own[0], *(0 * b for b in own[1:])) if i in weight_layers(net) else own
                    for i, own in enumerate(params))
    value = path_norm(net, weights, shape)
    return math.prod((layer.stretch(own, value) for layer, own in zip(net, params, strict=True)
                      if isinstance(layer, Activation)), start=value)


def unit_bounds(net, params, bias=Bias.FREE):
    """For each hidden layer, ||w|| ||v|| times the constant of what stands between: (n_units,) arrays.

    A bound on the Lipschitz constant of each unit's own part of the net, v sigma(w x) (Yang et al. 2022,
    Appendix A.3). Across a convolution it takes the root of the `overlap`, without which it is no bound.
    ValueError if a unit is not homogeneous, or for an unknown `bias`; TypeError on Fractions if a norm is irrational.
    """
    bounds = []
    for hidden in hidden_layers(net):
        w, v = unit_norms(net, params, hidden, bias)
        shared = math.prod(overlap(net[i].windows) for i in hidden[:2] if isinstance(net[i], Conv2d))
        between = (net[k].stretch(params[k], w) for k in range(hidden.incoming + 1, hidden.outgoing))
        bounds.append(math.prod(between, start=w * v * root(shared, w)))
    return tuple(bounds)


def _product(net, params, shape, weight_norm):
    check_sample_shape(shape)
    net.check_params(params)
    namespace(params=params)
    _, like = next(leaves(params))
    weights, product, shape = weight_layers(net), 1, (1, *shape)
    for i, (layer, own) in enumerate(zip(net, params, strict=True)):
        stretch = weight_norm(layer, own, shape[1:]) if i in weights else layer.stretch(own, like)
        product, shape = product * stretch, layer.out_shape(shape)
    return product


def _frobenius_norm(layer, own, shape):
    norm = frobenius(own[0])
    return norm * root(overlap(layer.windows), norm) if isinstance(layer, Conv2d) else norm


# --- from below ----------------------------------------------------------------------------------------

def local_lipschitz(net, params, x):
    """||J(x_n)||_2, the spectral norm of the input Jacobian at each sample (Yang et al. 2022, Appendix C.2), as a list.

    Each is a bound from below on the Lipschitz constant, but at kinks, where J is no limit (see `layers.activations`).
    TypeError on Fractions, unless J has one row or column; ValueError as `network.input_jacobian` has it.
    """
    xp = namespace(x=x, params=params)
    jacobians = input_jacobian(net, params, x)
    flat = xp.reshape(jacobians, (*jacobians.shape[:2], math.prod(jacobians.shape[2:])))
    return [spectral(flat[i, ...]) for i in range(flat.shape[0])]


def quotient(net, params, x, x2):
    """||net(x) - net(x2)|| / ||x - x2|| for each pair of samples, (n,): by definition a bound from below.

    ValueError if x and x2 are of different shapes or a pair is equal, `Undecided` if balls of one overlap; TypeError
    on Fractions if a norm is irrational.
    """
    check_by_sample(net)
    xp = namespace(x=x, x2=x2, params=params)
    if x.shape != x2.shape:
        raise ValueError(f"x has shape {x.shape} and x2 {x2.shape}: they must be pairs")
    d_out = net.forward(params, x)[0] - net.forward(params, x2)[0]
    distance = _rows_norm(xp, x - x2)
    if not bool(xp.all(greater(distance, 0))):
        raise ValueError("x and x2 hold a pair of equal samples: they must differ")
    return _rows_norm(xp, d_out) / distance


def _rows_norm(xp, x):
    return euclidean(xp, xp.reshape(x, (x.shape[0], math.prod(x.shape[1:]))), 1)


# --- exact ---------------------------------------------------------------------------------------------

def lipschitz_constant(net, params):
    """The largest spectral norm over all linear regions of a small piecewise linear net of dense layers.

    A rounding away from exact; `regions.linear_regions` states the limits, and which layers are a TypeError. ValueError
    without a dense layer; TypeError on balls, and on Fractions where a norm is irrational (convert the matrices of the
    regions to balls).
    """
    if not weight_layers(net):
        raise ValueError(f"net is {net}: it must have a dense layer, which says how many inputs there are")
    regions = linear_regions(net, params)
    like = params[weight_layers(net)[0]][0]
    matrices = (region.matrix if is_exact(like) else convert(region.matrix, like.dtype) for region in regions)
    return largest(map(spectral, matrices))
