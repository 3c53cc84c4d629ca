"""Section 4: Algorithm 1, gradient descent with projection, and Algorithm 2, the projection onto the L1 ball."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from pathnorm_ref.architectures import mlp
from pathnorm_ref.network import Net
from pathnorm_ref.objectives import loss_and_gradient
from pathnorm_ref.projections import project_l1_ball, project_l1_ball_from
from pathnorm_ref.units import weight_layers
from proofs_check.cases import Vector, arrays, samples, vectors
from proofs_check.checks import ForAll
from proofs_check.claim import Claim, Control
from proofs_check.definitions import algorithm_1_column, algorithm_1_columns, algorithm_2, soft_threshold
from proofs_check.violations import above, both, fails, unequal

# --- the projection: violations of a function P(v, c) --------------------------------------------------

RADII = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(3), Fraction(1, 10**6), Fraction(20), Fraction(2**20)])
RADII_AND_0 = st.integers(0, 19).flatmap(lambda k: RADII if k < 19 else st.just(Fraction(0)))


def not_the_projection(project):
    """Whether p = P(z) fails the conditions that characterise the nearest point of {||x||_1 <= c}.

    ||p||_1 <= c, and <z - p, x - p> <= 0 for all x in the ball: with q = z - p that is c max |q| <= <q, p>.
    """
    def violation(case):
        p = project(case.z, case.size)
        q = case.z - p
        return both(above(l1_norm(p), case.size), above(case.size * np.max(np.abs(q)), np.sum(q * p)))
    return violation


def not_algorithm_1(project):
    return lambda case: unequal(project(case.z, case.size), algorithm_1_column(case.z, case.size))


def warm_start_differs(case):
    """The house's projection of z that starts from the threshold of z2, against Algorithm 1."""
    _, thresholds = project_l1_ball_from(None, case.z2, case.size)
    return unequal(project_l1_ball_from(thresholds, case.z, case.size)[0], algorithm_1_column(case.z, case.size))


def last_threshold_differs(case):
    _, (threshold,) = project_l1_ball_from(None, case.z2, case.size)
    return unequal(soft_threshold(case.z, threshold), algorithm_1_column(case.z, case.size))


def infeasible(project):
    return lambda case: above(l1_norm(project(case.z, case.size)), case.size)


def expands(project):
    """||P(z) - P(z')||^2 - ||z - z'||^2."""
    def violation(case):
        moved = project(case.z, case.size) - project(case.z2, case.size)
        return above(np.sum(moved * moved), np.sum((case.z - case.z2) * (case.z - case.z2)))
    return violation


def moves_again(project):
    def violation(case):
        p = project(case.z, case.size)
        return unequal(project(p, case.size), p)
    return violation


def not_moreau(project):
    """q = z - P(z) must minimise c max |x| + ||x - z||^2 / 2: z - q in c times its subdifferential at q."""
    def violation(case):
        p = project(case.z, case.size)
        q = case.z - p
        return both(above(l1_norm(p), case.size), unequal(np.sum(p * q), case.size * np.max(np.abs(q))))
    return violation


def house(z, c):
    return project_l1_ball(z, c)


def a_hundredth_longer(project):
    return lambda z, c: Fraction(101, 100) * project(z, c)


def l1_norm(z):
    return np.sum(np.abs(z))


# --- the index p* of Algorithm 2 -----------------------------------------------------------------------

def indices(case):
    """{p : mu_p - (1/p)(sum_{q <= p} mu_q - c) > 0}."""
    mu = sorted(np.abs(case.z), reverse=True)
    return [p for p in range(1, len(mu) + 1) if mu[p - 1] - (sum(mu[:p]) - case.size) / p > 0]


def no_index(case):
    return fails(indices(case))


def wrong_count(case):
    """p* against the number of coordinates that Algorithm 2 does not make zero."""
    return unequal(max(indices(case)), np.sum(algorithm_2(case.z, case.size) != 0))


def is_outside(case):
    return l1_norm(case.z) >= case.size


def vector(*values, c, z2=None):
    z = np.array(values, dtype=float)
    return Vector(z, z if z2 is None else np.array(z2, dtype=float), Fraction(c))


INSIDE = vector(1, c=2)
"""Algorithm 2 moves it to 2."""
INSIDE_WITH_0 = vector(1, 0, c=2)
"""Algorithm 2 moves it to (3/2, 0), and that to (7/4, 0); p* = 2."""
OUTSIDE = vector(2, c=1)
EDGES = (vector(1, -1, c=2), vector(2, 1, c=1), vector(2, -2, 2, c=1), OUTSIDE)
"""On the sphere; mu_2 equal to theta; ties."""
RADIUS_0 = vector(2, 1, c=0, z2=[1, 3])
NEAR_0 = vector(0, c=1, z2=[2.0**-20])
"""Algorithm 2 leaves 0 where it is, and moves 2^-20 to 1."""


# --- which columns -------------------------------------------------------------------------------------

class Matrix(NamedTuple):
    """V~ of a layer, (B, W^T)^T, its first row the biases, and c."""

    V: np.ndarray
    c: Fraction


@st.composite
def matrices(draw):
    return Matrix(draw(arrays((draw(st.integers(2, 4)), draw(st.integers(1, 3))))), draw(RADII))


def columns_outside(project):
    """max_j ||V~[., j]||_1 - c after the loop over columns."""
    return lambda case: above(np.sum(np.abs(project(case.V, case.c)), axis=0), case.c)


def without_bias_row(V, c):
    """The loop over the columns of V, which is V~ without its row of biases."""
    return np.concatenate([V[:1], algorithm_1_columns(V[1:], c)])


BIASED_COLUMN = Matrix(np.array([[2.0], [1.0]]), Fraction(1))
"""The bias 2 and the weight 1: the weight is inside, the column is not."""


# --- which layers --------------------------------------------------------------------------------------

class Descent(NamedTuple):
    """A net of hidden layers in S_c, samples, the constant c, and the stepsize."""

    net: Net
    params: tuple
    x: np.ndarray
    y: np.ndarray
    c: Fraction
    step: Fraction


@st.composite
def descents(draw):
    """Nets of one or two hidden layers, the longest column just inside or on the sphere; some fit their samples."""
    sizes = draw(st.lists(st.integers(1, 2), min_size=3, max_size=4))
    net = mlp(sizes)
    params = tuple(tuple(draw(arrays(shape)) for shape in layer.param_shapes) for layer in net)
    x = draw(samples((sizes[0],)))
    y = net.forward(params, x)[0] if draw(st.booleans()) else draw(arrays((x.shape[0], sizes[-1])))
    longest = max(np.max(np.sum(np.abs(columns(params[i])), axis=0)) for i in weight_layers(net)[:-1])
    return Descent(net, params, x, y, (Fraction(longest) or 1) * draw(st.sampled_from([Fraction(1), Fraction(2)])),
                   draw(st.sampled_from([Fraction(1), Fraction(1, 10), Fraction(10)])))


def columns(own):
    """V~ = (B, W^T)^T of the weights and biases of a layer."""
    W, b = own
    return np.concatenate([b[None], W.T])


def gradient_columns(case):
    """The gradient of the loss with respect to V~ of each weight layer."""
    _, gradient = loss_and_gradient(case.net, case.params, case.x, case.y)
    return [columns(gradient[i]) for i in weight_layers(case.net)]


def moved(case, output_layer):
    """By how much an iteration moves V~_1, ..., V~_k by gradient and projection, and `output_layer` V~_{k+1}."""
    V, G = [columns(case.params[i]) for i in weight_layers(case.net)], gradient_columns(case)
    hidden = [unequal(algorithm_1_columns(v - case.step * g, case.c), v) for v, g in zip(V[:-1], G[:-1], strict=True)]
    return both(*hidden, unequal(output_layer(V[-1], case.step * G[-1]), V[-1]))


def as_it_is(V, change):
    return V


def not_stationary(case):
    """Whether -gradient is outside the normal cone of S_c: c max |g| <= <-g, v> of hidden columns, g = 0 of others."""
    V, (*G, last) = [columns(case.params[i]) for i in weight_layers(case.net)], gradient_columns(case)
    hidden = [above(case.c * np.max(np.abs(g), axis=0), -np.sum(g * v, axis=0)) for g, v in zip(G, V, strict=False)]
    return both(*hidden, unequal(last, 0))


def wrong_resting_points(output_layer):
    """Whether an iteration leaves V~ as it is, but V~ is not stationary for (2.2), or the other way round."""
    return lambda case: fails((moved(case, output_layer) > 0) == (not_stationary(case) > 0))


ONES = tuple(own for W in (1.0, 1.0) for own in ((np.array([[W]]), np.zeros(1)), ()))[:-1]
STUCK = Descent(mlp((1, 1, 1)), ONES, np.ones((1, 1)), np.full((1, 1), 2.0), Fraction(1), Fraction(1))
"""relu(x) at x = 1, y = 2, c = 1: the gradient step takes V~_1 = (0, 1) to (1, 2), and the projection takes it back.

The loss is 1/2; with T_2(u) = 2 u it is 0.
"""


CLAIMS = (
    Claim("wen2021.algorithm-2", "Section 4, Algorithm 2",
          "Algorithm 2 is the projection onto the L1 norm ball, of any input v in R^s.",
          "w_p = sgn(v_p) max(|v_p| - theta, 0) = argmin_{||x||_1 <= c} ||x - v||",
          ForAll(not_the_projection(algorithm_2), vectors(RADII), examples=(INSIDE,), ladder=("fractions",)),
          ("c > 0",), fault="missing hypothesis", correction="wen2021.algorithm-2.outside",
          tex=r"w_p = \mathrm{sgn}(v_p) \max(|v_p| - \theta, 0) = \arg\min_{\|x\|_1 \le c} \|x - v\|_2",
          explanation="For v = 1 and c = 2, p* = 1 and theta = 1 - 2 = -1, so w = 2: the point is inside and should "
          "stay. Algorithm 1 asks whether ||v||_1 > c before it calls Algorithm 2; by itself Algorithm 2 does not."),
    Claim("wen2021.algorithm-2.outside", "Section 4, Algorithm 2",
          "Algorithm 2 is the projection where ||v||_1 >= c > 0 (elsewhere theta is negative and it moves v outwards).",
          "w_p = sgn(v_p) max(|v_p| - theta, 0) = argmin_{||x||_1 <= c} ||x - v||",
          ForAll(not_the_projection(algorithm_2), vectors(RADII), EDGES, meets=is_outside,
                 ladder=("fractions",), n_examples=300),
          ("||v||_1 >= c", "c > 0"),
          Control("for every v", ForAll(not_the_projection(algorithm_2), examples=(INSIDE,), ladder=("fractions",))),
          ours=True, tex=r"\|v\|_1 \ge c \implies "
          r"w_p = \mathrm{sgn}(v_p) \max(|v_p| - \theta, 0) = \arg\min_{\|x\|_1 \le c} \|x - v\|_2"),
    Claim("wen2021.algorithm-2.zero-radius", "Section 4, Algorithm 2",
          "p* exists for c = 0 too (an edge for implementers: the paper takes c > 0).",
          "{p in [s] : mu_p - (1/p)(sum_{q=1}^p mu_q - c) > 0} is not empty",
          ForAll(no_index, examples=(RADIUS_0,), ladder=("fractions",)), ("c >= 0",),
          fault="missing hypothesis", correction="wen2021.algorithm-2.p-star", ours=True),
    Claim("wen2021.algorithm-2.p-star", "Section 4, Algorithm 2",
          "For c > 0 and ||v||_1 >= c, p* exists and counts the coordinates that stay non-zero.",
          "p* = #{p : w_p != 0}",
          ForAll(wrong_count, vectors(RADII), EDGES, meets=is_outside, ladder=("fractions",), n_examples=300),
          ("||v||_1 >= c", "c > 0"),
          Control("for every v", ForAll(wrong_count, examples=(INSIDE_WITH_0,), ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-1.projection", "Section 4, Algorithm 1, inner loop",
          "With its test ||v||_1 > c, Algorithm 1 projects a column onto the L1 ball.",
          "if ||v||_1 > c then v = proj_{||.||_1 <= c} v",
          ForAll(not_the_projection(algorithm_1_column), vectors(RADII), EDGES, ladder=("fractions",), n_examples=200),
          ("c > 0",),
          Control("without the test",
                  ForAll(not_the_projection(algorithm_2), examples=(INSIDE,), ladder=("fractions",)))),
    Claim("wen2021.algorithm-1.projection.house", "Section 4, Algorithm 1, inner loop",
          "The house's projection is what Algorithm 1 does to a column.", "project_l1_ball(v, c) = P(v)",
          ForAll(not_algorithm_1(house), vectors(RADII), EDGES, ladder=("fractions",), n_examples=200), ("c > 0",),
          Control("1.01 times the house's projection is", ForAll(
              not_algorithm_1(a_hundredth_longer(house)), examples=(OUTSIDE,), ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-1.projection.warm-start", "Section 4, Algorithm 1, inner loop",
          "Started from the threshold of any other column, as a loop has it from the last iteration, the house's "
          "projection is the same.", "project_l1_ball_from(theta(v'), v, c) = P(v)",
          ForAll(warm_start_differs, vectors(RADII), EDGES, ladder=("fractions",), n_examples=200), ("c > 0",),
          Control("so is the soft threshold by the last threshold",
                  ForAll(last_threshold_differs, vectors(RADII), ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-1.feasible", "Section 4, Algorithm 1, inner loop",
          "What Algorithm 1 makes of a column is in the ball.", "||P(v)||_1 <= c",
          ForAll(infeasible(algorithm_1_column), vectors(RADII), ladder=("fractions",)), ("c > 0",),
          Control("1.01 times it is", ForAll(
              infeasible(a_hundredth_longer(algorithm_1_column)), examples=(OUTSIDE,), ladder=("fractions",)))),
    Claim("wen2021.algorithm-1.nonexpansive", "Section 4, Algorithm 1, inner loop",
          "The house's projection onto the L1 ball does not expand distances.", "||P(v) - P(v')|| <= ||v - v'||",
          ForAll(expands(house), vectors(RADII_AND_0), (RADIUS_0,), ladder=("fractions",)), ("c >= 0",),
          Control("nor does Algorithm 2 without the test ||v||_1 > c",
                  ForAll(expands(algorithm_2), examples=(NEAR_0,), ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-1.idempotent", "Section 4, Algorithm 1, inner loop",
          "Projecting twice with the house's projection is projecting once.", "P(P(v)) = P(v)",
          ForAll(moves_again(house), vectors(RADII_AND_0), (RADIUS_0,), ladder=("fractions",)), ("c >= 0",),
          Control("with Algorithm 2 without the test ||v||_1 > c",
                  ForAll(moves_again(algorithm_2), examples=(INSIDE_WITH_0,), ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-1.moreau", "Section 4, Algorithm 1, inner loop",
          "What the house's projection takes away is the prox of c times the maximum norm.",
          "v = P(v) + prox_{c ||.||_inf}(v)",
          ForAll(not_moreau(house), vectors(RADII_AND_0), (RADIUS_0,), ladder=("fractions",)), ("c >= 0",),
          Control("what Algorithm 2 takes away without the test ||v||_1 > c",
                  ForAll(not_moreau(algorithm_2), examples=(INSIDE,), ladder=("fractions",))), ours=True),
    Claim("wen2021.algorithm-1.columns", "Section 4, Algorithm 1, inner loop",
          "Projecting the columns of V_l, printed without the tilde, leads into S_c: here V_l is V~_l without its biases.",
          "||V~_l[., j]||_1 <= c after: for all columns v in V_l^(t+1), if ||v||_1 > c then v = proj_{||.||_1 <= c} v",
          ForAll(columns_outside(without_bias_row), matrices(), examples=(BIASED_COLUMN,), ladder=("fractions",)),
          ("c > 0", "V_l = W_l^(t+1), as no V_l without a tilde is defined"), fault="misprint",
          correction="wen2021.algorithm-1.columns.corrected",
          tex=r"\text{for all columns } v \text{ in } \mathbf{V}_\ell^{(t+1)}:\ v \leftarrow "
          r"\mathrm{proj}_{\|\cdot\|_1 \le c} v",
          explanation="No V_l without a tilde is defined; V~_l is meant, and a tilde is missing. It matters to who takes "
          "the loop to be over the weights alone: S_c bounds the columns of V~_l = (B_l, W_l^T)^T, biases with the weights: "
          "a column with the bias 2 and the weight 1 keeps both if only the weights are projected, and has the norm 3."),
    Claim("wen2021.algorithm-1.columns.corrected", "Section 4, Algorithm 1, inner loop",
          "Projecting the columns of V~_l, with its row of biases, leads into S_c.", "||V~_l[., j]||_1 <= c",
          ForAll(columns_outside(algorithm_1_columns), matrices(), ladder=("fractions",)), ("c > 0",),
          Control("projecting the columns without the biases does",
                  ForAll(columns_outside(without_bias_row), examples=(BIASED_COLUMN,), ladder=("fractions",))),
          ours=True,
          tex=r"\text{for all columns } v \text{ in } \tilde{\mathbf{V}}_\ell^{(t+1)}:\ v \leftarrow "
          r"\mathrm{proj}_{\|\cdot\|_1 \le c} v"),
    Claim("wen2021.algorithm-1.output-layer", "Section 4, Algorithm 1, input, loop and output",
          "Updating V~_l for l = 1..k, as printed, Algorithm 1 leaves just those points as they are that are "
          "stationary for (2.2), in which T_{k+1} is a variable too.",
          "V~^(t+1) = V~^(t) if and only if V~^(t) is stationary for (2.2)",
          ForAll(wrong_resting_points(as_it_is), examples=(STUCK,), ladder=("fractions",)),
          ("V~_1, ..., V~_k in S_c", "gamma_t > 0", "squared loss"), fault="misprint",
          correction="wen2021.algorithm-1.output-layer.corrected",
          tex=r"\tilde{\mathbf{V}}_\ell^{(t+1)} = P(\tilde{\mathbf{V}}_\ell^{(t)} - \gamma_t \nabla L), \quad "
          r"\ell = 1, \dots, k",
          explanation="relu(x) at x = 1, y = 2, c = 1: the gradient with respect to V~_1 = (0, 1) is (-1, -1), the "
          "step leads to (1, 2), and its projection is (0, 1) again. With V~_2 = (0, 1) held the loss stays at 1/2; "
          "with V~_2 = (0, 2) it is 0."),
    Claim("wen2021.algorithm-1.output-layer.corrected", "Section 4, Algorithm 1, input, loop and output",
          "With a gradient step for l = k + 1, which S_c does not bound and nothing projects, Algorithm 1 leaves just "
          "those points as they are that are stationary for (2.2).",
          "V~^(t+1) = V~^(t) if and only if V~^(t) is stationary for (2.2)",
          ForAll(wrong_resting_points(np.subtract), descents(), examples=(STUCK,), ladder=("fractions",),
                 n_examples=60),
          ("V~_1, ..., V~_k in S_c", "gamma_t > 0", "squared loss"),
          Control("without the step for l = k + 1",
                  ForAll(wrong_resting_points(as_it_is), examples=(STUCK,), ladder=("fractions",))), ours=True,
          tex=r"\tilde{\mathbf{V}}_\ell^{(t+1)} = P(\tilde{\mathbf{V}}_\ell^{(t)} - \gamma_t \nabla L), "
          r"\; \ell \le k, \quad \tilde{\mathbf{V}}_{k+1}^{(t+1)} = \tilde{\mathbf{V}}_{k+1}^{(t)} - \gamma_t \nabla L"),
)
