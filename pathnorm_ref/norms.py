"""Norms of matrices and of nets. Each is homogeneous of degree one in the weights that it measures."""

import math
from fractions import Fraction

import numpy as np

from pathnorm_ref.arrays import (
    Irrational,
    absolute,
    is_exact,
    largest,
    leaves,
    namespace,
    ones,
    sqrt,
    system,
    transcendental,
    zeros,
)
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.layers.layer import check_sample_shape
from pathnorm_ref.network import Net, input_jacobian
from pathnorm_ref.units import check_net, couples, hidden_layers, incoming, outgoing, weight_layers

# --- matrices and kernels ------------------------------------------------------------------------------


def frobenius(W):
    """sqrt(sum of squares), of an array of any shape."""
    return euclidean(namespace(W=W), W, None)


def spectral(W):
    """The largest singular value of a matrix (0 if it is empty); in balls, an enclosure.

    TypeError on Fractions, unless the matrix has one row or column. For a convolution take `operator_norm`:
    the matrix that a kernel reshapes to has another norm.
    """
    xp = namespace(W=W)
    if W.ndim != 2:
        raise ValueError(f"W has shape {W.shape}: it must be a matrix")
    if min(W.shape) <= 1:
        return euclidean(xp, W, None)
    if not is_exact(W):
        return xp.max(xp.linalg.svdvals(W))
    if system(W) is Fraction:
        raise Irrational("the spectral norm of a matrix of Fractions is no Fraction: convert to balls (arrays.convert)")
    return _spectral_ball(W)


def _spectral_ball(W):
    """By trace(G^k) / n <= lambda^k <= trace(G^k), k = 1, 2, 4, ..., for the top eigenvalue of the n x n Gram matrix.

    Eigenvalues may be repeated or zero, which no isolation of eigenvalues survives.
    """
    from flint import arb, arb_mat, ctx  # noqa: PLC0415 (an extra; whoever has balls has it)

    bits = ctx.prec
    with ctx.workprec(2 * bits + 16):  # each squaring costs a bit, and halves what is between the bounds
        rows = arb_mat(W.tolist() if W.shape[0] < W.shape[1] else W.T.tolist())
        power, log_scale, k, log_norm = rows * rows.transpose(), arb(0), 1, None
        while k < 2 ** (bits + 8):
            trace = sum((power[i, i] for i in range(power.nrows())), arb(0))
            if not trace.rad() < trace.mid() / 2:  # zero, or as wide as the balls of W make it
                break
            log_norm = log_scale + trace.log().union((trace / power.nrows()).log()) / (2 * k)
            log_scale, power, k = log_scale + trace.mid().log() / (2 * k), power / trace.mid(), 2 * k
            power = power * power
        norm = arb(0, trace.abs_upper().sqrt()) if log_norm is None else log_norm.exp()
    return +norm


def l_pq(W, p, q):
    """L_{p,q}: the q-norm over units of the p-norms of their incoming weights; p, q in {1, 2, inf}.

    W (n_out, ...): axis 0 is the unit. `l_pq(W, 1, inf)` is the L_{1,inf} norm of Wen et al. 2021, Section
    2.3, who store the transpose of W (and the bias as one more incoming weight).
    """
    xp = namespace(W=W)
    if W.ndim < 1 or 0 in W.shape:
        raise ValueError(f"W has shape {W.shape}: it must have units, and weights that enter them")
    return _vector_norm(xp, _vector_norm(xp, xp.reshape(W, (W.shape[0], -1)), p), q)


def _vector_norm(xp, x, p):
    if p == 1:
        return xp.sum(absolute(xp, x), axis=-1)
    if p == 2:
        return euclidean(xp, x, -1)
    if p == math.inf:
        return _largest_of_rows(xp, absolute(xp, x))
    raise ValueError(f"p or q is {p!r}: it must be 1, 2 or inf")


def _largest_of_rows(xp, x):
    if not is_exact(x):
        return xp.max(x, axis=-1)
    return largest(x) if x.ndim == 1 else np.array([largest(row) for row in x], dtype=object)


def operator_matrix(layer, params, shape):
    """The matrix (n_out, n_in) by which a dense or convolution layer, its bias apart, maps one sample of `shape`,
    both flat. TypeError for other layers and for a shape that is no tuple, ValueError for one that the layer can't read.
    """
    if not weight_layers((layer,)):
        raise TypeError(f"layer is {layer}: it must be a dense or a convolution layer")
    check_sample_shape(shape)
    layer.check_params(params)
    xp = namespace(params=params)
    jacobian = input_jacobian(Net(layer), (params,), zeros(xp, (1, *shape), params[0]))
    return xp.reshape(jacobian, (jacobian.shape[1], -1))


def operator_norm(layer, params, shape):
    """The largest ||layer(x)|| / ||x|| of a linear layer (its bias apart) over x of `shape`.

    For a convolution, its true operator norm on maps of that size, borders included. Errors as `operator_matrix` and
    `spectral` have them.
    """
    return spectral(operator_matrix(layer, params, shape))


# --- units ---------------------------------------------------------------------------------------------

def unit_norms(net, params, hidden, bias):
    """(||w||, ||v||) of each unit of one hidden layer, both (n_units,), in the bias convention `bias`.

    `hidden` is one of `units.hidden_layers(net)`, or of `units.couples(net)[0]`.
    """
    return _unit_norms(check_net(net, params, bias), net, params, hidden, bias)


def _unit_norms(xp, net, params, hidden, bias):
    return (euclidean(xp, incoming(xp, net, params, hidden, bias), 1),
            euclidean(xp, outgoing(xp, net, params, hidden), 1))


def unit_path_norms(net, params, bias):
    """||w|| ||v|| of each hidden unit: one array (n_units,) for each hidden layer."""
    xp = check_net(net, params, bias)
    return tuple(_products(xp, net, params, hidden, bias) for hidden in hidden_layers(net))


def coupled_path_norm(net, params, bias):
    """sum ||w|| ||v|| over the units of the disjoint couples of layers (Yang et al. 2022, Theorem 3); 0 of none."""
    xp = check_net(net, params, bias)
    return sum((xp.sum(_products(xp, net, params, hidden, bias)) for hidden in couples(net)[0]),
               start=zeros(xp, (), _first(params))[()])


def _products(xp, net, params, hidden, bias):
    w, v = _unit_norms(xp, net, params, hidden, bias)
    return w * v


# --- whole nets ----------------------------------------------------------------------------------------

def path_norm(net, params, shape, p=1):
    """(sum over paths of prod |weight|^p)^(1/p), over all paths from inputs and biases to outputs; p 1 or 2.

    `shape` is that of one sample. The weights of an average pooling are 1/size; each element of a window of
    a max-pooling is on a path of its own; activations, which must be homogeneous (else ValueError), weigh one,
    whatever their slopes (Neyshabur et al. 2015). The sum can leave the range of floats: see `log_path_norm`.
    TypeError for p = 2 on Fractions if the root is irrational, and for a shape that is no tuple.
    """
    xp = _check_paths(net, params, shape, p)
    total = xp.sum(net._paths(xp, params, ones(xp, (1, *shape), _first(params)), p))
    return sqrt(xp, total) if p == 2 else total


def log_path_norm(net, params, shape, p=1):
    """log(path_norm(net, params, shape, p)), a Python float or a ball; -inf for 0. No depth or scale under- or
    overflows: each unit's paths are counted in units of the largest weight times scale that enters it.

    Of the paths that reach one unit, those 1e-308 (in float64) times the weightiest or less count as 0. ValueError
    for activations that are not homogeneous, TypeError on Fractions, which have no logarithm.
    """
    xp = _check_paths(net, params, shape, p)
    like = _first(params)
    if is_exact(like):
        total = path_norm(net, params, shape, p)
        return -math.inf if total == 0 else transcendental(xp, "log", total)
    # Layer by layer, the sums over paths are a exp(logs + log_scale): a (1, channels, ...) at most 1 in each
    # channel, logs (channels,) at most 0, and -inf where no path goes.
    a, logs, log_scale = ones(xp, (1, *shape), like), zeros(xp, shape[:1], like), 0.0
    for layer, own in zip(net, params, strict=True):
        if own and own[0].ndim > 1:  # what has parameters but no weights is a PReLU
            weights, logs = _relative(xp, layer, own, logs, log_scale, p)
        else:
            weights = own
        a = layer._paths(xp, weights, a, p)
        logs = xp.reshape(logs[:, None] + zeros(xp, (1, a.shape[1] // logs.shape[0]), like), (-1,))  # across a flatten
        peaks = xp.max(xp.reshape(a, (a.shape[1], -1)), axis=1)
        a = a / xp.reshape(xp.where(peaks > 0, peaks, 1 + 0 * peaks), (1, -1, *(1,) * (a.ndim - 2)))
        logs = logs + _log(xp, peaks)
        top = float(xp.max(logs))
        if top == -math.inf:
            return top
        logs, log_scale = logs - top, log_scale + top
    sums = xp.sum(xp.reshape(a, (a.shape[1], -1)), axis=1)
    return (log_scale + math.log(float(xp.sum(sums * xp.exp(logs))))) / p


def _relative(xp, layer, own, logs, log_scale, p):
    """(the weights and bias that take sums over paths `a` to sums `a` behind the layer, the logs of the latter)."""
    W, groups = own[0], getattr(layer, "groups", 1)
    by_input = xp.reshape(_log(xp, absolute(xp, W)), (groups, W.shape[0] // groups, W.shape[1], -1)) * p
    log_weights = [xp.reshape(by_input + xp.reshape(logs, (groups, 1, -1, 1)), (W.shape[0], -1))]
    log_weights += [p * _log(xp, absolute(xp, b))[:, None] - log_scale for b in own[1:]]
    peaks = xp.max(xp.concat(log_weights, axis=1), axis=1, keepdims=True)
    peaks = xp.where(peaks == -math.inf, zeros(xp, (1, 1), W), peaks)
    relative = (xp.exp((log - peaks) / p) for log in log_weights)
    return tuple(xp.reshape(part, array.shape) for part, array in zip(relative, own, strict=True)), peaks[:, 0]


def _log(xp, x):
    """log x, -inf for 0."""
    return xp.where(x > 0, xp.log(xp.where(x > 0, x, 1 + 0 * x)), -math.inf + 0 * x)


def _check_paths(net, params, shape, p):
    if p not in (1, 2):
        raise ValueError(f"p is {p!r}: it must be 1 or 2")
    check_sample_shape(shape)
    for i, layer in enumerate(net):
        if not layer.homogeneous:
            raise ValueError(f"layer {i} is {layer}: path norms need homogeneous activations")
    net.check_params(params)
    net.out_shape((1, *shape))
    return namespace(params=params)


def _first(params):
    return next(array for _, array in leaves(params))
