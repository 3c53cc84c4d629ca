"""Rescaling of homogeneous units: the function stays, the weights move.

All of it rests on v sigma(w x + b) = (v / a) sigma(a w x + a b) for a > 0, so a unit's bias always moves with
its incoming weights, whatever it counts as in norms (`units.Bias`).
"""

from typing import NamedTuple

from pathnorm_ref.arrays import absolute, greater, is_exact, largest, leaves, namespace, number, sqrt, transcendental
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.units import check_net, couples, hidden_layers, incoming, outgoing, scale, weight_layers


def rescale(net, params, factors):
    """Each hidden unit's incoming weights and bias times its factor, its outgoing weights divided by it.

    factors: one array (n_units,) of positive numbers for each hidden layer, of the dtype of params. The function
    stays the same. ValueError if a factor is not positive, or their shapes do not fit; TypeError for other dtypes.
    """
    xp = check_net(net, params)
    layers = hidden_layers(net)
    if len(factors) != len(layers):
        raise ValueError(f"factors has {len(factors)} arrays: the net has {len(layers)} hidden layers")
    namespace(params=params, **dict(leaves(factors, "factors")))  # of another dtype they would promote the weights
    for i, (hidden, factor) in enumerate(zip(layers, factors, strict=True)):
        if factor.shape != (hidden.n_units,):
            raise ValueError(f"factors[{i}] has shape {factor.shape}: hidden layer {i} has {hidden.n_units} units")
        if not bool(xp.all(greater(factor, 0))):
            raise ValueError(f"factors[{i}] must be positive")
        params = scale(xp, net, params, hidden, factor, 1 / factor)
    return params


# --- balance of units ----------------------------------------------------------------------------------

class Balanced(NamedTuple):
    """Balanced parameters, the sweeps that it took, and the imbalance that is left."""

    params: tuple
    cycles: int
    imbalance: float


def balance_sweep(net, params, bias, layers=None):
    """Each unit rescaled by a = sqrt(||v|| / ||w||), so that ||a w|| = ||v / a||, one hidden layer after the other.

    `layers`: which hidden layers (default all; `couples(net)[0]` for the disjoint couples, which stay
    balanced, as later layers do not touch them). A unit with one side zero gets both sides zero, which does
    not change the function. A unit of zero w but a bias outside of it is a constant: it stays as it is.
    """
    xp = check_net(net, params, bias)
    return _sweep(xp, net, params, bias, hidden_layers(net) if layers is None else layers)


def _sweep(xp, net, params, bias, layers):
    for hidden in layers:
        params = scale(xp, net, params, hidden, *_balancing(xp, net, params, hidden, bias))
    return params


def balance(net, params, bias, tol=None, max_cycles=1000):
    """Sweeps until every unit has | ||w|| - ||v|| | <= tol (||w|| + ||v||) (Stock et al. 2019).

    Each sweep lowers the sum of squares of the weights (with biases `inside`, of the biases too), unless it is
    minimal among the rescalings. Constant units (see `balance_sweep`) are left out. `tol` is by default 4096 eps
    of the dtype, 9e-13 in float64 and in exact systems. ValueError if `tol` or `max_cycles` is negative; RuntimeError
    if `max_cycles` do not suffice; TypeError on Fractions if a factor is irrational.
    """
    if isinstance(max_cycles, bool) or not isinstance(max_cycles, int) or max_cycles < 0:
        raise ValueError(f"max_cycles is {max_cycles!r}: it must be an integer of at least 0")
    xp = check_net(net, params, bias)
    _, like = next(leaves(params))
    tol = number("tol", 4096 * _eps(xp, like) if tol is None else tol, like, at_least=0)
    layers = hidden_layers(net)
    for cycle in range(max_cycles + 1):
        left = _imbalance(xp, net, params, bias, layers)
        if left <= tol:
            return Balanced(params, cycle, left)
        params = _sweep(xp, net, params, bias, layers)
    raise RuntimeError(f"max_cycles is {max_cycles}: the imbalance is still {float(left):.3g}, above tol {tol}")


def imbalance(net, params, bias):
    """The largest | ||w|| - ||v|| | / (||w|| + ||v||) of all units; constant units left out; 0 without units."""
    return _imbalance(check_net(net, params, bias), net, params, bias, hidden_layers(net))


def _eps(xp, like):
    return 2.0**-52 if is_exact(like) else float(xp.finfo(like.dtype).eps)


def _imbalance(xp, net, params, bias, layers):
    gaps = []
    for hidden in layers:
        w, v, constant = _sides(xp, net, params, hidden, bias)
        counts = greater(w + v, 0) & ~constant
        gap = xp.where(counts, absolute(xp, w - v) / xp.where(counts, w + v, 1 + 0 * w), 0 * w)
        gaps += [gap[i] for i in range(hidden.n_units)]
    return largest(gaps or [0])


def _sides(xp, net, params, hidden, bias):
    """||w||, ||v||, and whether the unit is a constant."""
    w = euclidean(xp, incoming(xp, net, params, hidden, bias), 1)
    v = euclidean(xp, outgoing(xp, net, params, hidden), 1)
    return w, v, _constant(xp, net, params, hidden, w)


def _constant(xp, net, params, hidden, w):
    """Whether w = 0, the bias outside of it not 0, and v not 0: no rescaling balances or normalises such a unit."""
    read = xp.any(outgoing(xp, net, params, hidden) != 0, axis=1)
    b = params[hidden.incoming][1:]
    return (w == 0) & (b[0] != 0) & read if b else (w == 0) & False


def _balancing(xp, net, params, hidden, bias):
    """The factors of w and of v that balance each unit."""
    w, v, constant = _sides(xp, net, params, hidden, bias)
    one = 1 + 0 * w
    alive = greater(w, 0) & greater(v, 0)
    factor = _sqrt_ratio(xp, xp.where(alive, v, one), xp.where(alive, w, one))
    dead = ~alive & ~constant
    return xp.where(dead, 0 * one, factor), xp.where(dead, 0 * one, 1 / factor)


def _sqrt_ratio(xp, a, b):
    # of floats, the quotient of the roots: that of the norms could overflow
    return sqrt(xp, a / b) if is_exact(a) else sqrt(xp, a) / sqrt(xp, b)


def normalise(net, params, bias):
    """The units of the disjoint couples rescaled to ||w|| = 1: the form of the multitask lasso (Parhi 2024).

    A unit with w = 0 gets w = (1, 0, ...) and v = 0, which does not change the function. ValueError for a
    constant unit: w = 0, and a bias outside of it; TypeError on Fractions if a norm is irrational.
    """
    xp = check_net(net, params, bias)
    for hidden in couples(net)[0]:
        w = euclidean(xp, incoming(xp, net, params, hidden, bias), 1)
        if bool(xp.any(_constant(xp, net, params, hidden, w))):
            raise ValueError(f"layer {hidden.incoming} has a unit with w = 0 and a bias outside of it: "
                             "no rescaling gives it ||w|| = 1")
        zero = w == 0
        factor = xp.where(zero, 1 + 0 * w, w)
        params = scale(xp, net, params, hidden, 1 / factor, xp.where(zero, 0 * w, factor))
        params = _first_coordinate(xp, params, hidden, zero)
    return params


def _first_coordinate(xp, params, hidden, zero):
    """Units marked `zero` get the incoming weights (1, 0, ...)."""
    W, *b = params[hidden.incoming]
    rows = xp.reshape(W, (hidden.n_units, -1))
    first = xp.where(zero[:, None], 1 + 0 * rows[:, :1], rows[:, :1])
    own = (xp.reshape(xp.concat([first, rows[:, 1:]], axis=1), W.shape), *b)
    return (*params[:hidden.incoming], own, *params[hidden.incoming + 1:])


# --- balance of layers ---------------------------------------------------------------------------------

def balance_layers(net, params):
    """Each weight layer times a factor, so that all have the same Frobenius norm; the function stays the same.

    The factors multiply to 1; the bias of layer k takes the product of the factors up to k, the last
    layer's none. ValueError if a layer is zero, or what stands between the first and the last weight layer
    is not homogeneous; TypeError on Fractions (the factors are roots).
    """
    xp = check_net(net, params)
    hidden_layers(net)  # a ValueError if something on the way is not homogeneous
    indices = weight_layers(net)
    if not indices:
        return params
    norms = [euclidean(xp, params[i][0], None) for i in indices]
    for i, norm in zip(indices, norms, strict=True):
        if not greater(norm, 0):
            raise ValueError(f"params[{i}][0] is zero: no factor gives it the norm of the other layers")
    params, so_far = list(params), 1
    for i, factor in zip(indices, equalising(xp, norms), strict=True):
        so_far = so_far * factor
        W, *b = params[i]
        last = i == indices[-1]
        params[i] = (W * factor, *(array if last else array * so_far for array in b))
    return tuple(params)


def equalising(xp, norms):
    """Factors with product 1 that take every one of some positive norms to their geometric mean, by logarithms: the
    product of the norms could leave the range of floats."""
    logs = [transcendental(xp, "log", norm) for norm in norms]
    mean = sum(logs) / len(logs)
    return [transcendental(xp, "exp", mean - log) for log in logs]
