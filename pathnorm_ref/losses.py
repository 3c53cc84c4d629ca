"""Losses: (value, gradient with respect to the outputs), averaged over the samples (axis 0).

Every loss is a mean over samples of a sum over outputs, so that its weight against a regulariser does not
depend on the size of the batch. The value is a scalar, the gradient an array of the shape of `out`. ValueError
without samples, or where shapes or labels do not fit; TypeError where dtypes or libraries do not.
"""

from pathnorm_ref.arrays import (
    device,
    is_exact,
    namespace,
    ones,
    sigmoid,
    softplus,
    system,
    transcendental,
    zeros,
)


def squared_error(out, y):
    """1/(2n) sum_n ||out_n - y_n||^2, for out and y of one shape (n, ...)."""
    xp = namespace(out=out, y=y)
    _check_targets(out, y)
    n = _samples(out)
    d = out - y
    return xp.sum(d * d) / (2 * n), d / n


def softmax_cross_entropy(out, y):
    """1/n sum_n (log sum_j exp(out_nj) - out_n,y_n), for out (n, classes) and integer labels y (n,).

    Safe for outputs of any size whose differences are finite. TypeError on Fractions, which have no
    exponential.
    """
    xp = namespace(out=out)
    _check_labels(xp, out, y)
    n = _samples(out)
    shifted = out if is_exact(out) else out - xp.max(out, axis=1, keepdims=True)
    exponentials = transcendental(xp, "exp", shifted)
    total = xp.sum(exponentials, axis=1, keepdims=True)
    right = _one_hot(xp, y, out)
    losses = transcendental(xp, "log", total) - xp.sum(shifted * right, axis=1, keepdims=True)
    return xp.sum(losses) / n, (exponentials / total - right) / n


def logistic(out, y):
    """1/n sum log(1 + exp(-y out)), for out and y of one shape, y of -1 and 1."""
    xp = namespace(out=out, y=y)
    _check_signs(xp, out, y)
    n, loss = _samples(out), -y * out
    return xp.sum(softplus(xp, loss)) / n, -y * sigmoid(xp, loss) / n


def exponential(out, y):
    """1/n sum exp(-y out), for out and y of one shape, y of -1 and 1; infinite where floats overflow."""
    xp = namespace(out=out, y=y)
    _check_signs(xp, out, y)
    n, e = _samples(out), transcendental(xp, "exp", -y * out)
    return xp.sum(e) / n, -y * e / n


LOSSES = {f.__name__: f for f in (squared_error, softmax_cross_entropy, logistic, exponential)}


def _samples(out):
    if out.ndim == 0 or out.shape[0] == 0:
        raise ValueError(f"out has shape {out.shape}: a mean needs at least one sample")
    return system(out)(out.shape[0])


def _check_targets(out, y):
    if y.shape != out.shape:
        raise ValueError(f"y has shape {y.shape}: it must have the shape of out, {out.shape}")


def _check_signs(xp, out, y):
    _check_targets(out, y)
    if not bool(xp.all((y == 1) | (y == -1))):
        raise ValueError("y holds labels other than -1 and 1")


def _check_labels(xp, out, y):
    if type(y) is not type(out):
        raise TypeError(f"y is {y!r}: it must be an array of integers, of the library of out")
    if out.ndim != 2 or y.shape != out.shape[:1]:
        raise ValueError(f"out has shape {out.shape} and y {y.shape}: they must be (n, classes) and (n,)")
    if not xp.isdtype(y.dtype, "integral"):
        raise TypeError(f"y has dtype {y.dtype}: labels must be integers")
    if not bool(xp.all((y >= 0) & (y < out.shape[1]))):
        raise ValueError(f"y holds labels outside 0..{out.shape[1] - 1}")


def _one_hot(xp, y, like):
    one, zero = ones(xp, (1, 1), like), zeros(xp, (1, 1), like)
    classes = xp.arange(like.shape[1], device=device(like))
    return xp.where(xp.astype(y, classes.dtype)[:, None] == classes, one, zero)
