"""The layer-wise balance of couples: Algorithm 2, in a form that keeps the function."""

import math
from fractions import Fraction

from pathnorm_ref.arrays import Irrational, greater, is_ball, is_exact
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.rescaling import equalising
from pathnorm_ref.units import Bias, check_net, couples, hidden_layers, incoming, outgoing_blocks, weight_layers


def layer_balance(net, params):
    """The couples rescaled so that all have the same sum of path norms; the function stays the same.

        S_j = sum_i ||w_i|| ||v_i|| of couple j, the biases apart,   X = (prod_j S_j)^(1/J),   alpha_j = X / S_j
        W_{2j} <- alpha_j W_{2j},   b_{2j} <- A_j b_{2j},   b_{2j+1} <- A_j b_{2j+1},   A_j = alpha_1 ... alpha_j

    after which each S_j is X. As A_J = 1, nothing behind the last couple changes, not its last bias, nor a leftover
    layer. J couples take part: one with S_j = 0 has alpha_j = 1, and stays as it is but for its biases. Yang et al.
    2022, Algorithm 2 in the form of its corrected claims (the printed one takes ||W_{2j}||, and divides by what came
    before). ValueError if what stands between the first and the last weight layer is not homogeneous; TypeError on
    Fractions if a norm, or the mean X, is irrational.
    """
    xp = check_net(net, params)
    hidden_layers(net)
    return balance_couples(xp, net, params)


def check_balanceable(net, bias):
    """ValueError for a net, or a bias convention, for which Algorithm 2 does not keep the function, or ||w|| = 1."""
    hidden_layers(net)
    if bias == Bias.INSIDE and any(net[i].bias for i in weight_layers(net)):
        raise ValueError("bias is 'inside': layer_balance rescales biases alone, which would change ||w||; "
                         "it must be 'outside', as in Appendix B.2.2 of Yang et al. 2022, or 'free'")


def balance_couples(xp, net, params):
    """`layer_balance` of arguments that have been checked."""
    coupled, _ = couples(net)
    sums = [_sum_of_path_norms(xp, net, params, hidden) for hidden in coupled]
    positive = [greater(S, 0) for S in sums]
    if sum(map(bool, positive)) < 2:
        return params
    factors = iter(_equalising(xp, [S for S, counts in zip(sums, positive, strict=True) if counts]))
    alphas = {hidden.outgoing: next(factors) for hidden, counts in zip(coupled, positive, strict=True) if counts}
    params, so_far = list(params), None
    for i in weight_layers(net):
        W, *b = params[i]
        if i in alphas:
            W = W * alphas[i]
            so_far = alphas[i] if so_far is None else so_far * alphas[i]
        if i == max(alphas):  # so_far is 1 from here on
            params[i] = (W, *b)
            break
        params[i] = (W, *(array if so_far is None else array * so_far for array in b))
    return tuple(params)


def _sum_of_path_norms(xp, net, params, hidden):
    w = euclidean(xp, incoming(xp, net, params, hidden, Bias.FREE), 1)
    v = euclidean(xp, outgoing_blocks(xp, net, params, hidden), (1, 3))
    return xp.sum(w * xp.reshape(v, (-1,)))


def _equalising(xp, sums):
    """Factors with product 1 that take each of the sums to their geometric mean; a Fraction where that is one."""
    if not is_exact(sums[0]):
        return equalising(xp, sums)
    mean = _root(math.prod(sums[1:], start=sums[0]), len(sums))
    return [mean / S for S in sums]


def _root(value, degree):
    """The root of a positive ball or Fraction; TypeError if it is no Fraction."""
    if is_ball(value):
        return value.root(degree)
    root = Fraction(_integer_root(value.numerator, degree), _integer_root(value.denominator, degree))
    if root**degree != value:
        raise Irrational(f"the geometric mean X, with X^{degree} = {value}, is not a Fraction: convert to balls "
                         "(arrays.convert)")
    return root


def _integer_root(n, degree):
    """The largest integer of which the power is at most n >= 1: Newton's method, from above."""
    x = 1 << -(-n.bit_length() // degree)
    while True:
        y = ((degree - 1) * x + n // x ** (degree - 1)) // degree
        if y >= x:
            return x
        x = y
