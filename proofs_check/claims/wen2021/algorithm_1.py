"""Section 4, Algorithm 1: what its iterations do. The class, descent, where they rest, around which methods."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.objectives import empirical_loss, loss_and_gradient
from pathnorm_ref.training import Adam, GradientProjection, WeightDecay
from pathnorm_ref.units import weight_layers
from proofs_check.cases import vectors
from proofs_check.certificates import polynomials
from proofs_check.checks import Certificate, ForAll, Informal
from proofs_check.claim import Claim, Control
from proofs_check.claims.wen2021.projection import (
    RADII,
    STUCK,
    Descent,
    columns,
    descents,
    gradient_columns,
    not_stationary,
    without_bias_row,
)
from proofs_check.definitions import algorithm_1_column, algorithm_1_columns
from proofs_check.violations import above, both, fails, unequal

# --- an iteration --------------------------------------------------------------------------------------

def gradient(g):
    return g


def matrices(case):
    """V~_1, ..., V~_{k+1}."""
    return [columns(case.params[i]) for i in weight_layers(case.net)]


def hidden_layers(case):
    """(V~_l, gradient) of l = 1, ..., k."""
    return list(zip(matrices(case), gradient_columns(case), strict=True))[:-1]


def stepped(case, direction=gradient, project=algorithm_1_columns):
    """V~_l^(t+1) of l = 1, ..., k: a step along -direction(gradient), then the loop over the columns."""
    return [project(V - case.step * direction(G), case.c) for V, G in hidden_layers(case)]


@st.composite
def from_anywhere(draw):
    """Nets of `descents`, with a smaller c, so that they may be outside of S_c."""
    case = draw(descents())
    return case._replace(c=case.c * draw(st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 100)])))


def outside_the_class(project):
    """max over layers and columns of ||V~_l[., j]||_1 - c after an iteration."""
    return lambda case: both(*(above(np.sum(np.abs(V), axis=0), case.c) for V in stepped(case, project=project)))


def ascends(share=1):
    """<grad, V' - V> + share ||V' - V||^2 / gamma, of each layer and the iterate V' after V."""
    def violation(case):
        moves = [(after - V, G) for (V, G), after in zip(hidden_layers(case), stepped(case), strict=True)]
        return both(*(np.sum(G * D) + share * np.sum(D * D) / case.step for D, G in moves))
    return violation


def unit(V, out=(0, 1), x=1, y=2, c=1, step=1):
    """out_1 relu(V~^T (1, x)) + out_0 with squared loss; x and y are numbers or lists of them."""
    (b, w), (b_out, v) = V, out
    x, y = (np.reshape(np.array(values, dtype=float), (-1, 1)) for values in (x, y))
    params = ((np.array([[float(w)]]), np.array([float(b)])), (), (np.array([[float(v)]]), np.array([float(b_out)])))
    return Descent(mlp((1, 1, 1)), params, x, y, Fraction(c), Fraction(step))


GROWING = unit((0, Fraction(1, 2)))
"""relu(x/2) at x = 1, y = 2: the step takes V~ = (0, 1/2) to (3/2, 2), the projection to (1/4, 3/4)."""
SHORT = unit((0, Fraction(1, 2)), y=1, step=Fraction(1, 10))
"""A step that stays inside: V~' - V~ = -gamma grad."""
FACE = unit((Fraction(1, 2), Fraction(1, 2)), x=2, y=10)
"""V~ = (1/2, 1/2) on the sphere; -gradient is (17/2, 17)."""

# --- where it rests ------------------------------------------------------------------------------------

def not_stationary_in_hidden(case):
    """Whether -gradient is outside the normal cone of the balls, of V~_1, ..., V~_k: c max |g| <= <-g, v>."""
    return both(*(above(case.c * np.max(np.abs(G), axis=0), -np.sum(G * V, axis=0)) for V, G in hidden_layers(case)))


class Column(NamedTuple):
    """v is the projection of z; g is v - z if `normal` (then -g is normal to the ball at v), else the other vector."""

    z: np.ndarray
    other: np.ndarray
    normal: bool
    c: Fraction
    step: Fraction


@st.composite
def feasible_columns(draw):
    z, other, c = draw(vectors(RADII))
    return Column(z, other, draw(st.booleans()), c, draw(RADII))


def wrong_rest(*directions):
    """Whether, around a method with one of these directions, v stays and is not stationary, or the reverse.

    A method is told by the direction that it takes where the gradient g stays as it is.
    """
    def violation(case):
        v = algorithm_1_column(case.z, case.c)
        g = v - case.z if case.normal else case.other
        stationary = case.c * np.max(np.abs(g)) <= -np.sum(g * v)
        return fails({bool(np.all(algorithm_1_column(v - case.step * direction(g), case.c) == v))
                      for direction in directions} == {bool(stationary)})
    return violation


def heavy_ball(g):
    """The velocity s = (9/10) s + g at rest."""
    return 10 * g


EPS = Fraction(1, 128)


def adam(g):
    """m / (sqrt(v) + eps), of the means m = g and v = g^2."""
    return g / (np.abs(g) + EPS)


def first_entry_twice_as_fast(g):
    return np.concatenate([2 * g[:1], g[1:]])


UNEVEN = Column(np.array([0.5, 0.5]), np.array([-1.0, -2.0]), False, Fraction(1), Fraction(1))
"""v = (1/2, 1/2) on the sphere; -g = (1, 2) is not normal to it, but (2, 2) and (1, 1) are."""


def any_gradient(case):
    """sum |gradient| of all layers, and by how much <v, dL/dv> in and out of a hidden unit differ."""
    V, G = matrices(case), gradient_columns(case)
    into = [np.sum(v * g, axis=0) for v, g in zip(V[:-1], G[:-1], strict=True)]
    out_of = [np.sum((v * g)[1:], axis=1) for v, g in zip(V[1:], G[1:], strict=True)]
    return sum(np.sum(np.abs(g)) for g in G), both(*map(unequal, into, out_of))


def bounds_push(stationary):
    """Whether V~ is stationary and the gradient is not 0, or the reverse; or the balance of a hidden unit fails."""
    def violation(case):
        total, imbalance = any_gradient(case)
        return both(imbalance, fails((total == 0) == (stationary(case) <= 0)))
    return violation


# --- two examples --------------------------------------------------------------------------------------

def as_fractions(case):
    """A case with arrays of Fractions."""
    def exact(array):
        return np.array([Fraction(value) for value in array.flat], dtype=object).reshape(array.shape)
    return case._replace(params=tuple(tuple(map(exact, own)) for own in case.params), x=exact(case.x), y=exact(case.y))


def next_bias(b, step):
    """The bias after an iteration from relu(b + w x) at x = 0, y = 1/2, with c = 1."""
    (V,) = stepped(as_fractions(unit((b, 0), x=0, y=Fraction(1, 2), step=step)))
    return V[0, 0]


def cycle(step):
    return {"from b = 1/4 to b = 3/4": next_bias(Fraction(1, 4), step) == Fraction(3, 4),
            "and back": next_bias(Fraction(3, 4), step) == Fraction(1, 4),
            "b = 1/2, which fits, is where it stays": next_bias(Fraction(1, 2), step) == Fraction(1, 2)}


def rests_unsolved(V):
    """Whether every gradient at b + v relu(V~^T (1, x)) is 0, on (0, 0) and (1, 1), which relu(x) in S_1 fits."""
    def facts():
        resting, solution = (as_fractions(unit(V, out, x=[0, 1], y=[0, 1]))
                             for V, out in ((V, (Fraction(1, 2), 1)), ((0, 1), (0, 1))))
        losses = [empirical_loss(case.net, case.params, case.x, case.y) for case in (resting, solution)]
        return {f"at V~_1 = ({V[0]}, {V[1]}), V~_2 = (1/2, 1) the gradient is 0": any_gradient(resting)[0] == 0,
                f"the loss is {losses[0]} there and {losses[1]} at V~_1 = (0, 1), V~_2 = (0, 1)": losses[0] > losses[1]}
    return facts


# --- the house's rule ----------------------------------------------------------------------------------

def house_differs(output="free"):
    """By how much a step of GradientProjection, around gradient descent and Adam's first step, differs from Algorithm 1.

    With output "frozen" V~_{k+1} is held, as printed; with "free", as V~_{k+1} - gamma direction, for any other too.
    """
    def violation(case):
        d_L = loss_and_gradient(case.net, case.params, case.x, case.y)[1]
        found: list[Fraction] = []
        for rule, direction in ((WeightDecay(case.step, 0), gradient), (Adam(case.step, 0, eps=float(EPS)), adam)):
            projection = GradientProjection(rule, case.c, output=output)
            params, state = projection.init(case.net, case.params)
            after = projection.step(case.net, params, state, d_L)[0]
            last = matrices(case)[-1] - case.step * (output != "frozen") * direction(gradient_columns(case)[-1])
            found += map(unequal, matrices(case._replace(params=after)), [*stepped(case, direction), last])
        return both(*found)
    return violation


def house_differs_free_or_frozen(case):
    return both(house_differs("free")(case), house_differs("frozen")(case))


# --- uniform convergence -------------------------------------------------------------------------------

def misjudged(n):
    """Whether, whatever n samples of two equally likely classes are, the cross-entropy of (b, 0) errs by b/(2 n) at least.

    With S = log(1 + e^b) it is S - b for class 1, and S for class 2.
    """
    def facts():
        S, b, ones = polynomials("S", "b", "ones")
        expected, empirical = (2 * S - b) / 2, (ones * (S - b) + (n - ones) * S) / n
        return {f"E - E^ = b (2 ones - {n})/(2 {n})": expected - empirical == b * (2 * ones - n) / (2 * n),
                f"|2 ones - {n}| >= 1 for ones = 0, ..., {n}": all(abs(2 * k - n) >= 1 for k in range(n + 1))}
    return facts


CLAIMS = (
    Claim("wen2021.section-4.output-in-class", "Section 4, last two sentences",
          "The bounds that hold for every hypothesis of Theorems 2 and 3 apply to the output of Algorithm 1: from any "
          "start it is in S_c.", "||V~_l^(t+1)||_{1,inf} <= c, l = 1, ..., k",
          ForAll(outside_the_class(algorithm_1_columns), from_anywhere(), (STUCK,), ladder=("fractions",), n_examples=60),
          ("c > 0; the theorems ask for c rho >= 1 beside, else for the Supplementary Material",
          "V~ in the inner loop"),
          Control("with V, without the biases, in the inner loop",
                  ForAll(outside_the_class(without_bias_row), examples=(STUCK,), ladder=("fractions",)))),
    Claim("wen2021.section-4.output-in-class.not-uniform", "Section 4, last two sentences, with Theorem 3",
          "Over S_c, of which the output layer is free, the convergence is not uniform: for every sample of odd size the "
          "cross-entropy's error is as large as one likes at some f in S_c. What holds for every f at once is (3.2), which "
          "has the norm of its output layer.",
          "sup {E_{L_C}(f) : f in S_c} = infinity, as E_{L_C}((b, 0)) >= b/(2 n)",
          Certificate(lambda: misjudged(1)() | misjudged(501)()),
          ("two classes, equally likely whatever x is", "f = (b, 0), by a bias of the output layer", "n odd: 1 and 501"),
          Control("nor of even size: 500", Certificate(misjudged(500))), ours=True),
    Claim("wen2021.algorithm-1.descent", "Section 4, Algorithm 1",
          "An iteration from V~ in S_c moves each layer with <grad, V~' - V~> <= -||V~' - V~||^2 / gamma, all "
          "gradients those at V~^(t). So where the gradient of L has the Lipschitz constant beta, the loss falls for "
          "gamma < 2/beta.",
          "<grad, V~' - V~> <= -||V~' - V~||^2 / gamma, so L(V') <= L(V) - (1/gamma - beta/2) ||V' - V||^2",
          ForAll(ascends(), descents(), (STUCK, GROWING), ladder=("fractions",), n_examples=60),
          ("V~_1, ..., V~_k in S_c", "gamma > 0"),
          Control("with 2 ||V~' - V~||^2 / gamma",
                  ForAll(ascends(2), examples=(SHORT,), ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-1.cycle", "Section 4, Algorithm 1, gamma_t",
          "With steps that are too long iterates may cycle inside S_c: for relu(b + w x) at x = 0, y = 1/2, and gamma "
          "= 2, which is 2/beta, between b = 1/4 and b = 3/4.", "V~^(t+2) = V~^(t), V~^(t+1) != V~^(t)",
          Certificate(lambda: cycle(2)), ("c = 1", "the output layer is held"),
          Control("with gamma = 1", Certificate(lambda: cycle(1))), ours=True),
    Claim("wen2021.algorithm-1.gradient", "Section 4, Algorithm 1, second line",
          "V~_l^(t+1) := V~_l^(t) - gamma_t grad L(V~_l^(t)), for all l = 1, ..., k.", "grad L(V~_l^(t))",
          Informal("L is the loss of one prediction in Section 2.2; here the objective of (2.2), or its mean with another "
                   "gamma_t, is meant, as a function of all layers: whether at V~^(t), as the superscript suggests, or "
                   "where the loop has moved those before l, is not said", "wen2021.algorithm-1.descent")),
    Claim("wen2021.section-4.solves", "Section 4, first sentence",
          "The algorithm is to solve the optimization problem (2.2).", "min of (2.2)",
          Informal("an aim; (2.2) is not convex, and of a method of descent rest at a stationary point is what there "
                   "is to ask", "wen2021.section-4.solves.rest")),
    Claim("wen2021.section-4.solves.rest", "Section 4, first sentence, with Algorithm 1",
          "Algorithm 1 may rest, with a step for every layer, where (2.2) is not solved: at a unit that is 0 on all "
          "samples.",
          "grad L = 0, L > min L", Certificate(rests_unsolved((-1, 0))), ("sigma = ReLU", "k = 1, c = 1"),
          Control("at relu(x/2) too", Certificate(rests_unsolved((0, Fraction(1, 2))))), ours=True),
    Claim("wen2021.algorithm-1.multipliers", "Section 4, Algorithm 1, with (2.2)",
          "Of ReLU networks a point of S_c is stationary for (2.2) only where the gradient of the loss is 0: there no "
          "bound on ||V~_l|| pushes, as the free output layer makes up for any of them.",
          "V~ stationary for (2.2) iff grad L(V~) = 0; <v, dL/dv> into a unit = <v, dL/dv> out of it",
          ForAll(bounds_push(not_stationary), descents(), (STUCK,), ladder=("fractions",), n_examples=60),
          ("sigma = ReLU, relu'(0) = 0", "V~_1, ..., V~_k in S_c", "squared loss"),
          Control("with the output layer held", ForAll(bounds_push(not_stationary_in_hidden), examples=(STUCK,),
                                                       ladder=("fractions",))), ours=True,
          explanation="relu(t u) = t relu(u), so <v, dL/dv> is the same over what enters a hidden unit and what leaves "
          "it. At a stationary point it is 0 for the output layer; a column v of layer k has c max |g| <= -<g, v> = 0, "
          "so g = 0; and so on, layer by layer."),
    Claim("wen2021.section-4.any-method", "Section 4, fourth paragraph",
          "The algorithm can be implemented as a variation of any gradient descent method.",
          "V~^(t+1) = P(V~^(t) - gamma_t D^(t))",
          Informal("it can, and it is not said that what comes out solves (2.2)",
                   "wen2021.section-4.any-method.rests")),
    Claim("wen2021.section-4.any-method.rests", "Section 4, fourth paragraph",
          "Around gradient descent, momentum and Adam Algorithm 1 rests at the same points, the stationary ones: for "
          "-g to be normal to the L1 ball is a matter of the signs and of the order of the |g|, and |g| / (|g| + eps) "
          "keeps both.",
          "P(v - gamma d(g)) = v iff -g is in the normal cone at v; d(g) = g, g/(1 - momentum), g/(|g| + eps)",
          ForAll(wrong_rest(gradient, heavy_ball, adam), feasible_columns(), (UNEVEN,), ladder=("fractions",),
                 n_examples=200),
          ("||v||_1 <= c", "eps > 0", "the means of momentum and Adam are those of a constant gradient g"),
          Control("and around gradient descent in which the bias has twice the learning rate of the weights",
                  ForAll(wrong_rest(first_entry_twice_as_fast), examples=(UNEVEN,), ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-1.house", "Section 4, Algorithm 1",
          "A step of the house's GradientProjection is an iteration of Algorithm 1, around gradient descent and around "
          "Adam: with output 'frozen' as printed, with 'free' as S_c needs it.", "V~^(t+1) = P(V~^(t) - gamma d)",
          ForAll(house_differs_free_or_frozen, descents(), (STUCK, FACE, GROWING), ladder=("fractions",), n_examples=40),
          ("V~_1, ..., V~_k in S_c", "the first step of Adam"),
          Control("with output 'projected' as S_c needs it", ForAll(
              house_differs("projected"), examples=(GROWING,), ladder=("fractions",))), ours=True),
)
