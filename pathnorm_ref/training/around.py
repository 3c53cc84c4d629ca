"""Rules around a rule: its steps, each followed by a map of the params."""

from dataclasses import dataclass

from pathnorm_ref.losses import squared_error
from pathnorm_ref.training.rule import Rule


@dataclass(frozen=True)
class Around:
    """The steps of `rule`, each followed by a map of the params; state, bias and objective are the rule's own.

    A subclass defines `_mapped`, or, if its map has a memory, `init` and `step`. TypeError, when it is made, for what is
    no rule.
    """

    rule: Rule

    def __post_init__(self):
        parts = ("init", "step", "objective", "bias")
        if isinstance(self.rule, type) or not all(hasattr(self.rule, name) for name in parts):
            raise TypeError(f"rule is {self.rule!r}: it must be a training rule, such as WeightDecay(lr, lam)")

    @property
    def bias(self):
        """The bias convention of the rule."""
        return self.rule.bias

    def init(self, net, params):
        """(params, state): those of the rule, then mapped."""
        params, state = self.rule.init(net, params)
        return self._mapped(net, params, params), state

    def step(self, net, params, state, d_params, name="state"):
        """(params, state) after a step of the rule, then mapped; errors call the state `name`."""
        after, state = self.rule.step(net, params, state, d_params, name)
        return self._mapped(net, params, after), state

    def objective(self, net, params, x, y, loss=squared_error):
        """That of the rule."""
        return self.rule.objective(net, params, x, y, loss)

    def _mapped(self, net, before, after):
        """What the params `after` a step of the rule from `before` become; at the start the two are the same."""
        raise NotImplementedError
