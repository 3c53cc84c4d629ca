"""Gradient projection descent, which keeps a net in the class of sparse nets of Wen et al. 2021."""

from dataclasses import dataclass
from fractions import Fraction

from pathnorm_ref.arrays import leaves, namespace, number, tree_map
from pathnorm_ref.layers.layer import outline
from pathnorm_ref.projections import project_l1_ball_from
from pathnorm_ref.training.around import Around
from pathnorm_ref.training.rule import positive_in
from pathnorm_ref.units import Bias, Hidden, check_net, incoming, weight_layers, with_incoming

OUTPUTS = ("free", "frozen", "projected")


@dataclass(frozen=True)
class GradientProjection(Around):
    """The steps of `rule`, after each of which every unit (b, w) of the hidden weight layers is projected:

        (b, w) <- argmin ||u - (b, w)||_2 over ||u||_1 <= c

    which inside the ball is (b, w), bit for bit, and else the soft threshold of `projections.project_l1_ball`. All
    gradients are those at the same params. Wen et al. 2021, Algorithm 1, a "variation of any gradient descent method";
    their columns are our rows, a unit of a convolution a whole kernel, for which their net of the same function repeats
    it at each place. The bias is in the projected vector whatever `bias` the rule has, which says what is penalised.

    `layers`, a tuple of indices into the net, are the hidden weight layers to project, by default all of them; their 5.3
    takes two convolutions. Other layers, also a batch norm, take the step of the rule alone; the bound is one of the
    weights, and with a batch norm none of the function. What becomes of the last weight layer, T_{k+1}, is `output`:

        "free"       it takes the step of the rule, as the class S_c needs it, which sets it no limit (Section 2.3);
        "frozen"     it stays as it was: Algorithm 1 as printed, of which the loop over l = 1..k never meets it;
        "projected"  it is projected too: Section 4 as printed, with a norm of at most c "for all l".

    Choices of ours: "free"; the projection of tilde V with its biases, where Algorithm 1 prints V in the inner loop; the
    first params are projected by `init`. c = infinity of Tables 1 and 2 is the bare rule. After each step of a
    net as `complexity.why_outside` takes it, that net is in S_c: in Fractions exactly, in floats up to rounding.

    The state is (state of the rule, thresholds): a momentum is not projected, and the threshold of each unit is where
    the next projection starts from, which saves time and changes no result.

    The objective is the rule's, F say, with the gradient of F beta-Lipschitz on the way. Around gradient descent, x+ =
    P(x - lr grad F(x)) gives <grad F(x), x+ - x> <= -||x+ - x||^2 / lr, so F falls by at least (1/lr - beta/2)
    ||x+ - x||^2. Around `Lasso` a step is the proximal step of penalty and balls at once, as soft thresholds add up, and
    the same holds with the beta of L. Around momentum and Adam nothing like it does. But on full batches all of these
    rest where gradient descent does, at the stationary points of F on the balls: Adam's d / (|d| + eps) keeps signs
    and the order of magnitudes, of which alone it is a matter whether -d is normal to an L1 ball.

    ValueError for a c that is not positive and finite, another `output`, an index twice, and from `init` and `step` for
    one that is no hidden weight layer, and for a c beyond the range of params. TypeError for `layers` that are no tuple
    of integers.
    """

    c: float
    layers: tuple[int, ...] | None = None
    output: str = "free"

    def __post_init__(self):
        super().__post_init__()
        number("c", self.c, Fraction(0), above=0)
        if self.output not in OUTPUTS:
            raise ValueError(f"output is {self.output!r}: it must be one of {', '.join(map(repr, OUTPUTS))}")
        if self.layers is None:
            return
        if not isinstance(self.layers, tuple) or any(isinstance(i, bool) or not isinstance(i, int) for i in self.layers):
            raise TypeError(f"layers is {self.layers!r}: it must be a tuple of integers, or None")
        if len(set(self.layers)) < len(self.layers):
            raise ValueError(f"layers is {self.layers!r}: it must hold different indices")

    def init(self, net, params):
        """(params, state): those of the rule, then projected."""
        projected = self._projected_layers(net)
        params, state = self.rule.init(net, params)
        params, thresholds = self._projection(net, params, projected, (None,) * len(projected))
        return params, (state, thresholds)

    def step(self, net, params, state, d_params, name="state"):
        """(params, state) after a step of the rule, then projected; errors call the state `name`."""
        projected = self._projected_layers(net)
        if not (isinstance(state, tuple) and len(state) == 2 and isinstance(state[1], tuple)
                and len(state[1]) == len(projected)):
            raise ValueError(f"{name} is {outline(state)}: it must be (state of the rule, thresholds), the thresholds "
                             f"those of {len(projected)} layers")
        after, own_state = self.rule.step(net, params, state[0], d_params, f"{name}[0]")
        if self.output == "frozen":
            after = _with_output(net, after, params)
        _check_thresholds(net, params, projected, state[1], f"{name}[1]")
        after, thresholds = self._projection(net, after, projected, state[1])
        return after, (own_state, thresholds)

    def _projected_layers(self, net):
        """Indices of the layers that are projected. ValueError where `layers` does not fit the net."""
        weights = weight_layers(net)
        hidden, output = weights[:-1], weights[-1:]
        for i in self.layers or ():
            if i in output:
                raise ValueError(f"layers is {self.layers}: layer {i} is the output layer, of which `output` decides")
            if i not in hidden:
                raise ValueError(f"layers is {self.layers}: it must be of the hidden weight layers {hidden}")
        chosen = hidden if self.layers is None else self.layers
        return chosen + output if self.output == "projected" else chosen

    def _projection(self, net, params, projected, thresholds):
        """(params, thresholds) with the units of the given layers in the ball, starting from the given thresholds."""
        xp = check_net(net, params)
        c, found = positive_in("c", self.c, next(leaves(params))[1]), []
        for i, start in zip(projected, thresholds, strict=True):
            units = Hidden(i, -1, net[i].n_out)  # what reads them does not matter
            rows, threshold = project_l1_ball_from(start, incoming(xp, net, params, units, Bias.INSIDE), c, axis=1)
            params = with_incoming(xp, params, units, Bias.INSIDE, rows)
            found.append(threshold)
        return params, tuple(found)


def _check_thresholds(net, params, projected, thresholds, name):
    _, like = next(leaves(params))
    for j, (i, array) in enumerate(zip(projected, thresholds, strict=True)):
        at, shape = f"{name}[{j}]", (net[i].n_out, 1)
        namespace(params=like, **{at: array})
        if array.shape != shape:
            raise ValueError(f"{at} has shape {array.shape}: it must be {shape}, the thresholds of layer {i}")


def _with_output(net, params, source):
    """params with the last weight layer a copy of that of `source`."""
    xp = namespace(params=source)
    return tuple(tree_map(lambda array: xp.asarray(array, copy=True), source[i]) if i in weight_layers(net)[-1:] else own
                 for i, own in enumerate(params))
