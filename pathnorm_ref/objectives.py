"""The objectives: weight decay F, path norm G, and their regularisers.

    F = L + lam/2 R         R  = sum of squares of all that is penalised
    G = L + lam   R~        R~ = sum of ||w|| ||v|| over the couples + 1/2 ||leftover||^2

The couples are the disjoint ones of `units.couples`; the leftover is all that is penalised and in no couple:
the last weight layer if their number is odd, and biases by their convention (`units.Bias`): none if absent
or free; if inside, those that are not in a w; if outside, all. Slopes of PReLU and the parameters of BatchNorm are
never penalised. So F - G = lam/2 sum (||w|| - ||v||)^2 >= 0, with equality just where the couples are balanced.
"""

from pathnorm_ref.arrays import leaves, number, tree_map, zeros
from pathnorm_ref.euclidean import euclidean
from pathnorm_ref.losses import squared_error
from pathnorm_ref.norms import coupled_path_norm
from pathnorm_ref.units import check_net, couples, outgoing, penalised, uncoupled


def weight_decay_objective(net, params, x, y, lam, bias, loss=squared_error):
    """F = L + lam/2 R (Yang et al. 2022, Section 3), a number. ValueError if lam is negative."""
    lam = number("lam", lam, x, at_least=0)
    return empirical_loss(net, params, x, y, loss) + lam * sum_of_squares(net, params, bias) / 2


def path_norm_objective(net, params, x, y, lam, bias, loss=squared_error):
    """G = L + lam R~ (Yang et al. 2022, Theorem 3 and below), a number. ValueError if lam is negative.

    TypeError on Fractions if a norm is irrational.
    """
    lam = number("lam", lam, x, at_least=0)
    return empirical_loss(net, params, x, y, loss) + lam * path_norm_regulariser(net, params, bias)


def multitask_lasso_objective(net, params, x, y, lam, bias, loss=squared_error):
    """M = L + lam (sum of ||v|| over the couples + 1/2 ||leftover||^2), meant where every ||w|| = 1.

    There M = G (Parhi 2024; `rescaling.normalise` goes there). ValueError if lam is negative.
    """
    lam = number("lam", lam, x, at_least=0)
    xp = check_net(net, params, bias)
    lasso = sum((xp.sum(euclidean(xp, outgoing(xp, net, params, hidden), 1)) for hidden in couples(net)[0]),
                start=zeros(xp, (), x)[()])
    return empirical_loss(net, params, x, y, loss) + lam * (lasso + leftover_squares(net, params, bias) / 2)


def empirical_loss(net, params, x, y, loss=squared_error):
    """L = loss(net(x), y): x (n, ...) and y as the loss wants it, by default (n, n_out)."""
    return loss(net.forward(params, x)[0], y)[0]


def loss_and_gradient(net, params, x, y, loss=squared_error):
    """(L, its gradient with respect to the parameters)."""
    out, cache = net.forward(params, x)
    value, d_out = loss(out, y)
    return value, net.gradient(params, cache, d_out)


def weight_decay_and_gradient(net, params, x, y, lam, bias, loss=squared_error):
    """(F, its gradient with respect to the parameters, in their shapes). ValueError if lam is negative."""
    lam = number("lam", lam, x, at_least=0)
    value, d_params = loss_and_gradient(net, params, x, y, loss)
    d_R = sum_of_squares_gradient(net, params, bias)
    return (value + lam * sum_of_squares(net, params, bias) / 2,
            tree_map(lambda d, r: d + lam * r / 2, d_params, d_R))


# --- regularisers --------------------------------------------------------------------------------------

def sum_of_squares(net, params, bias):
    """R: the sum of squares of the weights, and of the biases unless they are free."""
    xp = check_net(net, params, bias)
    return _squares(xp, params, penalised(net, bias))


def sum_of_squares_gradient(net, params, bias):
    """The gradient of R: twice what is penalised, and zeros."""
    check_net(net, params, bias)
    return tree_map(lambda array, counts: 2 * array if counts else 0 * array, params, penalised(net, bias))


def path_norm_regulariser(net, params, bias):
    """R~: the sum of ||w|| ||v|| over the couples + 1/2 ||leftover||^2."""
    return coupled_path_norm(net, params, bias) + leftover_squares(net, params, bias) / 2


def leftover_squares(net, params, bias):
    """||leftover||^2: the sum of squares of all that is penalised and in no couple."""
    xp = check_net(net, params, bias)
    return _squares(xp, params, uncoupled(net, bias))


def _squares(xp, params, marked):
    """The sum of squares of the parameters that are marked; a bare 0 would spoil an exact sum of none."""
    _, like = next(leaves(params))
    counted = (array for (_, array), (_, counts) in zip(leaves(params), leaves(marked), strict=True) if counts)
    return sum((xp.sum(array * array) for array in counted), start=zeros(xp, (), like)[()])
