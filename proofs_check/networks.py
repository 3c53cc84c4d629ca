"""Real networks: two trained on scikit-learn's digits to a stated gradient norm, and the user's own."""

import runpy
from fractions import Fraction
from functools import cache

import numpy as np
from scipy.optimize import minimize
from sklearn.datasets import load_digits

from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import leaves, tree_map
from pathnorm_ref.layers import AvgPool, Conv2d, Dense, Flatten, ReLU
from pathnorm_ref.losses import softmax_cross_entropy, squared_error
from pathnorm_ref.network import Net
from pathnorm_ref.objectives import weight_decay_and_gradient, weight_decay_objective
from pathnorm_ref.units import Bias, hidden_layers, weight_layers
from proofs_check.cases import NetCase

LAMBDA = Fraction(1, 64)
"""The weight decay of the trained networks: a dyadic number, so that floats and exact systems share it."""

GRADIENT_NORM = Fraction(1, 1024)
"""||grad F|| at most, where training stops. ReLU nets have their minima at kinks, where no gradient
vanishes, so there is a limit to how small it gets (about 5e-4 for this MLP)."""


@cache
def untrained(convolutional):
    """An MLP on the digits, or a small convolutional net on the first 400 of them (it is slower, and gets there too).

    As initialised; objective F with biases inside.
    """
    images, labels = load_digits(return_X_y=True)
    x, y = images / 16, np.eye(10)[labels]
    net = mlp((64, 16, 8, 10))
    if convolutional:
        net = Net(Conv2d(1, 4, 3), ReLU(), AvgPool(2), Flatten(), Dense(36, 10))
        x, y = x[:400].reshape(-1, 1, 8, 8), y[:400]
    return NetCase(net, net.init(np.random.default_rng(0)), x, y, LAMBDA, Bias.INSIDE)


@cache
def trained(convolutional):
    """The same net, trained by L-BFGS until ||grad F|| <= GRADIENT_NORM."""
    return train(untrained(convolutional))


def trained_on_digits():
    """Both trained nets, with a few of their samples: real input beside the random draws."""
    cases = trained(False), trained(True)
    return tuple(case._replace(x=case.x[:3], y=case.y[:3]) for case in cases)


def train(case):
    """The case with parameters that L-BFGS (scipy) found for F, at ||grad F|| <= GRADIENT_NORM.

    Its line search gives up at some kinks: it starts again from there. RuntimeError if it doesn't get there.
    """
    def objective(vector):
        value, gradient = weight_decay_and_gradient(case.net, unflatten(vector, case.params), case.x, case.y,
                                                    float(case.lam), case.bias, case.loss)
        return value, flatten(gradient)

    def stop(vector):
        if np.linalg.norm(objective(vector)[1]) <= float(GRADIENT_NORM):
            raise StopIteration

    for _ in range(20):
        answer = minimize(objective, flatten(case.params), jac=True, method="L-BFGS-B", callback=stop,
                          options={"maxiter": 2000, "maxfun": 5000, "maxcor": 30, "ftol": 0, "gtol": 0})
        case = case._replace(params=unflatten(answer.x, case.params))
        if gradient_norm(case) <= GRADIENT_NORM:
            return case
    raise RuntimeError(f"training stopped at a gradient norm of {gradient_norm(case):.3g}: {answer.message}")


def gradient_norm(case):
    """||grad F||, in floats."""
    gradient = weight_decay_and_gradient(case.net, case.params, case.x, case.y, float(case.lam), case.bias,
                                         case.loss)[1]
    return float(np.linalg.norm(flatten(gradient)))


def flatten(params):
    """All parameters as one vector, as scipy's solvers want them."""
    return np.concatenate([array.ravel() for _, array in leaves(params)])


def unflatten(vector, like):
    """The inverse of `flatten`, in the shapes of `like`."""
    parts = iter(np.split(vector, np.cumsum([array.size for _, array in leaves(like)])[:-1]))
    return tree_map(lambda array: next(parts).reshape(array.shape), like)


# --- the user's own ------------------------------------------------------------------------------------

class UnusableFile(ValueError):
    """A file that does not define a network."""


def load(path):
    """The `NetCase` that a Python file defines by `net`, `params`, `x`, `y` and, if it likes, `lam`, `bias`, `loss`.

    Defaults: lam 1/1000, biases free, squared error or, for integer y, softmax cross-entropy. UnusableFile says
    what is missing or does not fit.
    """
    try:
        names = runpy.run_path(str(path))
    except Exception as error:
        raise UnusableFile(f"{path} can't be run: {type(error).__name__}: {error}") from error
    missing = [name for name in ("net", "params", "x", "y") if name not in names]
    if missing:
        raise UnusableFile(f"{path} must define net, params, x and y: it has no {', '.join(missing)}")
    y = np.asarray(names["y"])
    loss = names.get("loss", softmax_cross_entropy if y.dtype.kind in "iu" else squared_error)
    try:
        lam = Fraction(float(names["lam"])) if "lam" in names else Fraction(1, 1000)
        case = NetCase(names["net"], names["params"], names["x"], y, lam,
                       Bias(names.get("bias", Bias.FREE)), loss)
        weight_decay_objective(case.net, case.params, case.x, y, case.lam, case.bias, loss)
        hidden_layers(case.net)
        weight_layers(case.net)[0]
    except (AttributeError, IndexError, OverflowError, TypeError, ValueError) as error:
        raise UnusableFile(f"{path} does not define a network: {error}") from error
    return case
