"""What a training rule is: a value with pure `init`, `step` and `objective`; all memory is in `state`."""

from dataclasses import dataclass
from fractions import Fraction

from pathnorm_ref.arrays import leaves, namespace, number, tree_map
from pathnorm_ref.layers.layer import outline
from pathnorm_ref.losses import squared_error
from pathnorm_ref.units import Bias, check_net


def positive_in(name, value, like):
    """`value` in the number system of `like`. ValueError if it is not above 0 there, where a small one may round to 0."""
    rounded = number(name, value, like, above=0)
    if not rounded > 0:
        raise ValueError(f"{name} is {value}: it must be greater than 0 in {like.dtype}, to which it rounds as 0")
    return rounded


@dataclass(frozen=True)
class Rule:
    """Steps of learning rate lr > 0 down an objective that weighs its penalty with lam >= 0, biases by `bias`.

    The public methods check their arguments and infer the array namespace once; the mathematics of each rule stands
    in the underscored methods, which get that namespace as `xp`. A subclass defines `objective` and `_step`.
    ValueError or TypeError, when a rule is made, for an lr, a lam or a bias that is none.
    """

    lr: float
    lam: float
    bias: Bias = Bias.INSIDE

    def __post_init__(self):
        number("lr", self.lr, Fraction(0), above=0)
        number("lam", self.lam, Fraction(0), at_least=0)
        Bias(self.bias)

    def init(self, net, params):
        """(params, state) to start from, with the function of the given params. Errors as of `units.check_net`."""
        return self._init(check_net(net, params, self.bias), net, params)

    def step(self, net, params, state, d_params, name="state"):
        """(params, state) after one step, from the gradient d_params at params of the loss alone.

        TypeError or ValueError if params do not fit the net (see `units.check_net`), or d_params or state the params; they
        call the state `name`, which says its place where it is part of another rule's.
        """
        xp = check_net(net, params, self.bias)
        check_like(params, d_params=d_params)
        self._check_state(params, state, name)
        return self._step(xp, net, params, state, d_params)

    def objective(self, net, params, x, y, loss=squared_error):
        """What the steps descend: loss(net(x), y) and the penalty, a number."""
        raise NotImplementedError

    def _init(self, xp, net, params):
        return params, ()

    def _check_state(self, params, state, name):
        if not isinstance(state, tuple) or state:
            raise ValueError(f"{name} is {outline(state)}: this rule has no memory, it must be ()")

    def _step(self, xp, net, params, state, d_params):
        raise NotImplementedError

    def _scalars(self, params):
        """(lr, lam) in the number system of params."""
        _, like = next(leaves(params))
        return number("lr", self.lr, like), number("lam", self.lam, like)


def check_like(params, **trees):
    """TypeError or ValueError unless each tree has the shapes, dtype and library of params, and is finite."""
    _, like = next(leaves(params))
    expected = {at: array.shape for at, array in leaves(params, "")}
    for name, tree in trees.items():
        found = dict(leaves(tree, ""))
        for at, shape in expected.items():
            if at not in found or getattr(found[at], "shape", None) != shape:
                what = outline(found[at]) if at in found else "missing"
                raise ValueError(f"{name}{at} is {what}: params{at} has shape {shape}")
        if len(found) > len(expected):
            raise ValueError(f"{name} holds {len(found)} arrays: params holds {len(expected)}")
        namespace(params=like, **{name + at: array for at, array in found.items()})


def decayed(d_params, params, lam, penalised):
    """The gradient of L + lam/2 ||what is penalised||^2."""
    return tree_map(lambda d, array, counts: d + lam * array if counts else d, d_params, params, penalised)


def descended(params, d_params, lr):
    """params - lr d_params."""
    return tree_map(lambda array, d: array - lr * d, params, d_params)
