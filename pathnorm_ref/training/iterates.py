"""Training as a generator of iterates, and mini-batches for it."""

from typing import Any, NamedTuple

from pathnorm_ref.arrays import device, namespace
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.losses import squared_error
from pathnorm_ref.objectives import loss_and_gradient


class Iterate(NamedTuple):
    """The parameters and the rule's state after `step` steps; the loss of the last batch, at the params before it.

    The start is step 0, of loss None.
    """

    step: int
    params: tuple
    state: tuple
    loss: Any


def iterates(net, params, rule, batches, loss=squared_error):
    """An iterator of `Iterate`s: the start, rule.init(net, params), and one after each batch (x, y) of `batches`.

    Full batches are `itertools.repeat((x, y), n_steps)`. Errors of the rule's `init` come at once.
    """
    params, state = rule.init(net, params)
    return _iterates(net, params, state, rule, batches, loss)


def _iterates(net, params, state, rule, batches, loss):
    yield Iterate(0, params, state, None)
    for step, (x, y) in enumerate(batches, 1):
        value, d_params = loss_and_gradient(net, params, x, y, loss)
        params, state = rule.step(net, params, state, d_params)
        yield Iterate(step, params, state, value)


def minibatches(rng, x, y, size):
    """An iterator of batches (x, y), one epoch: the samples in an order drawn from rng (a NumPy generator), `size` at
    a time; the last batch holds what is left.

    ValueError if x and y have different numbers of samples, or size is no positive integer. The rng is drawn from
    when the first batch is asked for.
    """
    check_positive(size=size)
    if x.ndim == 0 or y.ndim == 0 or x.shape[0] != y.shape[0]:
        raise ValueError(f"y has shape {y.shape}: it must have as many samples as x, of shape {x.shape}")
    return _minibatches(namespace(x=x), rng, x, y, size)


def _minibatches(xp, rng, x, y, size):
    order = rng.permutation(x.shape[0])
    for start in range(0, len(order), size):
        chosen = xp.asarray(order[start:start + size], device=device(x))
        yield xp.take(x, chosen, axis=0), xp.take(y, chosen, axis=0)
