"""Definitions, taken at their word: slow, literal, obviously right. Checks measure `pathnorm_ref` by them.

Loops and formulas over NumPy arrays of floats, Fractions or balls: Fractions in, Fractions out. This module
never imports the code that it judges.
"""

import math
from fractions import Fraction
from itertools import pairwise, product

import numpy as np

# --- layers --------------------------------------------------------------------------------------------


def dense(x, W, b=None):
    """out[n, o] = b[o] + sum_i W[o, i] x[n, i]."""
    out = np.zeros((x.shape[0], W.shape[0]), dtype=x.dtype)
    for n, o in np.ndindex(out.shape):
        out[n, o] = sum((W[o, i] * x[n, i] for i in range(W.shape[1])), _zero(x) if b is None else b[o])
    return out


def conv2d(x, W, b=None, stride=(1, 1), padding=(0, 0, 0, 0), dilation=(1, 1), groups=1):
    """out[n, o, i, j] = b[o] + sum_{c, p, q} W[o, c, p, q] x[n, f + c, s i + d p - top, s j + d q - left].

    f is the first input channel of the group of o; pixels outside the map are zero.
    """
    size = grid(x.shape[2:], W.shape[2:], stride, padding, dilation)
    out = np.zeros((x.shape[0], W.shape[0], *size), dtype=x.dtype)
    for n, o, i, j in np.ndindex(out.shape):
        first = o // (W.shape[0] // groups) * W.shape[1]
        terms = (W[o, c, p, q] * x[n, first + c, row, column] for c in range(W.shape[1]) for p, q, row, column
                 in seen(x.shape[2:], W.shape[2:], stride, padding, dilation, i, j))
        out[n, o, i, j] = sum(terms, _zero(x) if b is None else b[o])
    return out


def max_pool(x, kernel, stride, padding=(0, 0, 0, 0)):
    """(out, where): the largest pixel that each window sees, and its (row, column); of ties the first."""
    out = np.zeros((*x.shape[:2], *grid(x.shape[2:], kernel, stride, padding)), dtype=x.dtype)
    where = np.empty(out.shape, dtype=object)
    for n, c, i, j in np.ndindex(out.shape):
        pixels = [pixel[2:] for pixel in seen(x.shape[2:], kernel, stride, padding, (1, 1), i, j)]
        where[n, c, i, j] = max(pixels, key=x[n, c].__getitem__)
        out[n, c, i, j] = x[n, c, *where[n, c, i, j]]
    return out, where


def avg_pool(x, kernel, stride, padding=(0, 0, 0, 0)):
    """The sum of what each window sees, divided by the size of the kernel."""
    out = np.zeros((*x.shape[:2], *grid(x.shape[2:], kernel, stride, padding)), dtype=x.dtype)
    for n, c, i, j in np.ndindex(out.shape):
        pixels = seen(x.shape[2:], kernel, stride, padding, (1, 1), i, j)
        total = sum((x[n, c, row, column] for _, _, row, column in pixels), _zero(x))
        out[n, c, i, j] = total / math.prod(kernel)
    return out


def grid(size, kernel, stride, padding, dilation=(1, 1)):
    """How many windows there are, vertically and horizontally: their first pixels, counted."""
    return tuple(len(range(0, n + before + after - d * (k - 1), s)) for n, k, s, d, before, after
                 in zip(size, kernel, stride, dilation, padding[::2], padding[1::2], strict=True))


def seen(size, kernel, stride, padding, dilation, i, j):
    """(p, q, row, column) of each pixel of the map that window (i, j) sees at its place (p, q)."""
    for p, q in np.ndindex(*kernel):
        row = stride[0] * i + dilation[0] * p - padding[0]
        column = stride[1] * j + dilation[1] * q - padding[2]
        if 0 <= row < size[0] and 0 <= column < size[1]:
            yield p, q, row, column


def operator_matrix(linear, shape, one=1.0):
    """The matrix of a linear map of arrays of `shape`, column by column: what it makes of each unit array."""
    size = math.prod(shape)
    units = (np.array([one * (i == k) for i in range(size)]).reshape(shape) for k in range(size))
    return np.stack([linear(unit).ravel() for unit in units], axis=1)


def _zero(x):
    return x.flat[0] * 0 if x.size else Fraction(0)


# --- losses: means over samples ------------------------------------------------------------------------

def squared_error(out, y):
    """1/(2n) sum over samples and outputs of (out - y)^2."""
    return sum((a - b) ** 2 for a, b in zip(out.flat, y.flat, strict=True)) / (2 * out.shape[0])


def softmax_cross_entropy(out, y, exp=math.exp, log=math.log):
    """1/n sum over samples of log(sum over classes of exp(out)) - the output of the right class."""
    terms = (log(sum(exp(a) for a in row)) - row[label] for row, label in zip(out, y, strict=True))
    return sum(terms) / out.shape[0]


def logistic(out, y, exp=math.exp, log=math.log):
    """1/n sum over samples and outputs of log(1 + exp(-y out))."""
    return sum(log(1 + exp(-b * a)) for a, b in zip(out.flat, y.flat, strict=True)) / out.shape[0]


def exponential(out, y, exp=math.exp):
    """1/n sum over samples and outputs of exp(-y out)."""
    return sum(exp(-b * a) for a, b in zip(out.flat, y.flat, strict=True)) / out.shape[0]


# --- dense chains: weights [W_1, ..., W_L], each (n_out, n_in), biases [b_1 or None, ..., b_L or None] ---

def paths(weights, biases=None):
    """The weights along each path to an output, from every input and then from every bias."""
    widths = [weights[0].shape[1], *(W.shape[0] for W in weights)]
    for units in product(*map(range, widths)):
        yield [W[j, i] for W, (i, j) in zip(weights, pairwise(units), strict=True)]
    for layer, b in enumerate(biases or ()):
        behind = weights[layer + 1:]
        for units in product(*map(range, widths[layer + 1:])) if b is not None else ():
            yield [b[units[0]], *(W[j, i] for W, (i, j) in zip(behind, pairwise(units), strict=True))]


def path_sum(weights, biases=None, p=1):
    """The sum over paths of the product of |weight|^p: the path norm to the power p."""
    return sum(math.prod(abs(w) ** p for w in path) for path in paths(weights, biases))


def rescaled(weights, biases, factors):
    """Each hidden unit's incoming weights and bias times its factor, its outgoing weights divided by it."""
    weights, biases = [W.copy() for W in weights], [b if b is None else b.copy() for b in biases]
    for layer, unit_factors in enumerate(factors):
        for unit, factor in enumerate(unit_factors):
            weights[layer][unit, :] = weights[layer][unit, :] * factor
            weights[layer + 1][:, unit] = weights[layer + 1][:, unit] / factor
            if biases[layer] is not None:
                biases[layer][unit] = biases[layer][unit] * factor
    return weights, biases


# --- norms ---------------------------------------------------------------------------------------------

def p_norm(x, p):
    """(sum |x_i|^p)^(1/p), or max |x_i| for p = inf; 0 of no numbers. Exact for p 1 and inf."""
    sizes = [abs(value) for value in x]
    if p == math.inf:
        return max(sizes, default=0)
    return sum(sizes) if p == 1 else sum(size ** p for size in sizes) ** (1 / p)


def l_pq(W, p, q):
    """The q-norm over units of the p-norm of the weights that enter each: all of the slice W[unit]."""
    return p_norm([p_norm(np.ravel(row), p) for row in W], q)


# --- Wen et al. 2021, Sections 2.3 and 3.1: augmented matrices (columns are units), and complexity ----------

def affine(V, u):
    """T(u) = <V, (1, u^T)^T> of one vector u: T(u)[j] = V[0, j] + sum_i V[i + 1, j] u[i]."""
    return [V[0, j] + sum(V[i + 1, j] * u[i] for i in range(len(u))) for j in range(V.shape[1])]


def hidden_layers(matrices, x, sigma):
    """[f_1(x), ..., f_k(x), f(x)]: f_1 = T_1 x, then f_l = T_l sigma f_{l-1}, of one vector x."""
    layers = [affine(matrices[0], x)]
    for V in matrices[1:]:
        layers.append(affine(V, [sigma(value) for value in layers[-1]]))
    return layers


def l_1_inf(A):
    """max_j sum_i |a_ij|."""
    return max(sum(abs(A[i, j]) for i in range(A.shape[0])) for j in range(A.shape[1]))


def rademacher(family):
    """E_eps sup_f (1/n) sum_i eps_i f(z_i), of a finite family of the values (f(z_1), ..., f(z_n))."""
    n = len(family[0])
    suprema = [max(sum(e * value for e, value in zip(eps, values, strict=True)) for values in family)
               for eps in product((1, -1), repeat=n)]
    return Fraction(sum(suprema)) / (n * len(suprema))


# --- minimisers ----------------------------------------------------------------------------------------

def soft_threshold(z, t):
    """argmin_x t ||x||_1 + ||x - z||^2 / 2: each z_i nearer to zero by t, and not past it."""
    return np.array([_sgn(value) * max(abs(value) - t, value * 0) for value in z], dtype=z.dtype)


def prox(g, z, t, points):
    """The one of the points at which g(x) + (x - z)^2 / (2 t) is least: a search for the prox of a number."""
    return min(points, key=lambda x: g(x) + (x - z) ** 2 / (2 * t))


def algorithm_2(v, c):
    """Wen et al. 2021, Algorithm 2, line by line: the projection to the L1 ball of size c, as printed.

    As printed it does not ask whether v is inside already. ValueError if no p satisfies its second line.
    """
    mu = sorted((abs(value) for value in v), reverse=True)
    candidates = [p for p in range(1, len(mu) + 1) if mu[p - 1] - (sum(mu[:p]) - c) / p > 0]
    if not candidates:
        raise ValueError(f"v is {v} and c is {c}: no p has mu_p - (1/p)(mu_1 + ... + mu_p - c) > 0")
    p_star = max(candidates)
    theta = (sum(mu[:p_star]) - c) / p_star
    return np.array([_sgn(value) * max(abs(value) - theta, value * 0) for value in v], dtype=v.dtype)


def algorithm_1_column(v, c):
    """Wen et al. 2021, Algorithm 1, what it makes of a column: if ||v||_1 > c then Algorithm 2, else v itself."""
    return algorithm_2(v, c) if sum(abs(value) for value in v) > c else v.copy()


def algorithm_1_columns(V, c):
    """Wen et al. 2021, Algorithm 1, the loop over the columns of a matrix."""
    return np.stack([algorithm_1_column(v, c) for v in V.T], axis=1)


def project_l1_ball(v, c):
    """The nearest point of {||x||_1 <= c}, in Fractions, by enumeration of the faces.

    v if it is inside, else the nearest feasible one of its projections to the plane of each face: a set of
    coordinates, with the signs of v, among which the excess is shared equally.
    """
    if sum(abs(value) for value in v) <= c:
        return v.copy()
    points = (_on_face(v, c, active) for active in product((False, True), repeat=len(v)))
    feasible = [x for x in points if sum(abs(value) for value in x) <= c]
    return min(feasible, key=lambda x: sum((a - b) ** 2 for a, b in zip(x, v, strict=True)))


def _on_face(v, c, active):
    sizes = [abs(value) for value, on in zip(v, active, strict=True) if on]
    excess = (sum(sizes) - c) / max(1, len(sizes))
    return np.array([_sgn(value) * (abs(value) - excess) if on else value * 0
                     for value, on in zip(v, active, strict=True)], dtype=v.dtype)


def _sgn(value):
    return int(value > 0) - int(value < 0)


# --- Yang et al. 2022, Algorithms 1 and 2, as printed: in Fractions, so every norm must be rational ------

def root(x, degree=2):
    """The root of a Fraction, not negative. ValueError if there is no rational one."""
    found = Fraction(_integer_root(x.numerator, degree), _integer_root(x.denominator, degree))
    if found ** degree != x:
        raise ValueError(f"{x} has no rational root of degree {degree}")
    return found


def euclidean_norm(x):
    """sqrt(sum x_i^2)."""
    return root(sum((value * value for value in np.ravel(x)), Fraction(0)))


def prox_2(z, lam, gamma):
    """Algorithm 1, Prox_2: 0 if ||z|| <= lam gamma, else z_i - lam gamma z_i / ||z||."""
    norm = euclidean_norm(z)
    if norm <= lam * gamma:
        return z * 0
    return np.array([value - lam * gamma * value / norm for value in z], dtype=z.dtype)


def on_sphere(y):
    """Algorithm 1, the projection to unit norm: y / ||y||. ZeroDivisionError for y = 0."""
    norm = euclidean_norm(y)
    return np.array([value / norm for value in y], dtype=y.dtype)


def column_sum(W):
    """sum_i ||W_:,i||_2."""
    return sum(euclidean_norm(column) for column in W.T)


def spectral_norm(W):
    """The largest norm of a column, of a matrix of which the columns are orthogonal; ValueError for others."""
    if any(W[:, i] @ W[:, j] != 0 for i in range(W.shape[1]) for j in range(i)):
        raise ValueError(f"the columns of {W} are not orthogonal")
    return max(euclidean_norm(column) for column in W.T)


def layer_balance(weights, biases, size, carry=None):
    """Algorithm 2 of a chain, line by line: (weights, biases, [alpha_1, alpha_2, ...]).

    `size` of a matrix is what stands for ||W^2j||_2. Either each alpha_j is computed in its turn: the last line
    of the loop, which changes alpha_{j+1} before it is computed, then has no effect. Or all are computed before the
    loop, and the last line is alpha_{j+1} <- carry(alpha_{j+1}, alpha_j).
    """
    W, b = dict(enumerate(weights, 1)), dict(enumerate(biases, 1))
    n = len(weights) // 2
    X = root(math.prod(column_sum(W[2 * j]) for j in range(1, n + 1)), n)
    alpha = {j: X / size(W[2 * j]) for j in range(1, n + 1)}
    for j in range(1, n + 1):
        if carry is None:
            alpha[j] = X / size(W[2 * j])
        W, b = adjusted(W, b, j, alpha[j])
        if carry is not None and j < n:
            alpha[j + 1] = carry(alpha[j + 1], alpha[j])
    return list(W.values()), list(b.values()), list(alpha.values())


def adjusted(W, b, j, alpha):
    """Algorithm 2, the body of its loop without its first and last lines, of those layers that there are.

    W^2j <- alpha W^2j, b^2j <- alpha b^2j, b^{2j+1} <- alpha b^{2j+1}, W^{2j+2} <- W^{2j+2} / alpha, where W and b
    are dictionaries from the number of a layer, 1 the first.
    """
    W, b = dict(W), dict(b)
    W[2 * j], b[2 * j] = alpha * W[2 * j], alpha * b[2 * j]
    if 2 * j + 1 in b:
        b[2 * j + 1] = alpha * b[2 * j + 1]
    if 2 * j + 2 in W:
        W[2 * j + 2] = W[2 * j + 2] / alpha
    return W, b


def relu_chain(weights, biases, x):
    """W_L relu(... relu(W_1 x + b_1) ...) + b_L, of samples x (n, n_in)."""
    out = dense(x, weights[0], biases[0])
    for W, b in zip(weights[1:], biases[1:], strict=True):
        out = dense(np.maximum(out, 0 * out), W, b)
    return out


def _integer_root(n, degree):
    """The largest integer of which the power is not above n."""
    low, high = 0, 1 << (n.bit_length() // degree + 1)
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if middle ** degree <= n else (low, middle)
    return low
