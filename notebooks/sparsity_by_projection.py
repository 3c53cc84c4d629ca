# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Sparsity by projection
#
# Wen, Xu, Zheng, Yang and Wang, *Sparse Deep Neural Networks Using $L_{1,\infty}$-Weight Normalization* (2021), cited
# as Wen et al. 2021, keep the incoming weights of every hidden unit in an $L_1$ ball: after each gradient step they
# are projected back. This notebook goes from the geometry of the ball to a small version of the experiment of their
# Table 2: when does the projection make a weight 0, what does the constraint mean for the functions that a net can
# represent, and why does it matter which gradient method stands in front of the projection?
#
# Everything is computed by `pathnorm_ref`, in fractions where that is possible. At the end `proofs_check` is asked for
# its verdicts.

# %%
# %matplotlib inline
import math
from fractions import Fraction
from itertools import repeat

import matplotlib as mpl
import numpy as np
from IPython.display import display

from pathnorm_ref import data
from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import convert
from pathnorm_ref.complexity import augmented, class_lipschitz, why_outside
from pathnorm_ref.experiments.figures import STYLE, panels
from pathnorm_ref.experiments.wen2021.printed import TABLE_2
from pathnorm_ref.losses import softmax_cross_entropy
from pathnorm_ref.norms import l_pq
from pathnorm_ref.projections import project_l1_ball, project_l1_ball_from, project_l2_ball
from pathnorm_ref.prox import prox_l1, prox_l1_inf, prox_linf
from pathnorm_ref.rescaling import rescale
from pathnorm_ref.training import Adam, GradientProjection, WeightDecay, iterates, minibatches
from proofs_check.report import summary
from proofs_check.runner import run_all

mpl.rcParams.update(STYLE | {"figure.dpi": 110})
BLUE, ORANGE, GREEN = "#1b6ca8", "#c44e1c", "#3a7d34"


def exact(*values):
    """A vector of Fractions."""
    return np.array([Fraction(value) for value in values])


def row(vector):
    return f"({', '.join(map(str, vector))})"


# %% [markdown]
# ## The ball in the plane
#
# The $L_1$ ball $\{\|v\|_1 \le c\}$ of the plane is a square that stands on a vertex, and its vertices lie on the axes.
# A point inside stays where it is. A point outside goes to the nearest point of the ball: to a *face*, where both
# entries are smaller by the same amount, or to a *vertex*, where one of them is 0. The points that go to a vertex are
# not exceptions: they are those with $\big|\,|v_1| - |v_2|\,\big| \ge c$, shaded on the left, and far from the origin
# these are nearly all; for the faces four strips of constant width are left. Of the points outside the disk, on the
# right, only those on an axis go to an axis.

# %%
points = np.array([(0.3, 0.25), (-0.4, -0.3), (0.8, 0.9), (1.3, 0.7), (1.8, 0.3), (1.7, -0.5), (0.3, -1.6),
                   (-0.7, -1.1), (-1.7, -0.4), (-1.3, 0.9), (-0.35, 1.7), (0.5, 1.75)])
figure, both = panels(2, width=3.2, height=3.2, sharey=True)
for axes, project, corners, title in (
        (both[0], project_l1_ball, np.array([(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)]), r"$L_1$ ball, $c = 1$"),
        (both[1], project_l2_ball, np.column_stack([trig(np.linspace(0, 2 * np.pi, 200)) for trig in (np.cos, np.sin)]),
         r"$L_2$ ball, $c = 1$")):
    axes.grid(False)
    axes.fill(*corners.T, color="0.85", zorder=0)
    axes.plot(*corners.T, "k-", linewidth=0.9)
    for z, x in zip(points, project(points, 1.0, axis=1), strict=True):
        color = ORANGE if 0 in x else BLUE
        axes.plot(*zip(z, x, strict=True), color=color, linewidth=0.8)
        axes.plot(*z, "o", color=color, markersize=4, markerfacecolor="white")
        axes.plot(*x, "o", color=color, markersize=4)
    axes.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), aspect="equal", xlabel="$v_1$", title=title, xticks=range(-2, 3),
             yticks=range(-2, 3))
for sign in (1, -1):
    both[0].fill([sign, 3 * sign, 3 * sign], [0, 2, -2], color=ORANGE, alpha=0.12, zorder=0)
    both[0].fill([0, 2, -2], [sign, 3 * sign, 3 * sign], color=ORANGE, alpha=0.12, zorder=0)
both[0].set_ylabel("$v_2$")
display(figure)

# %% [markdown]
# ## Algorithm 2 by hand
#
# In any dimension the projection of a $v$ outside of the ball is a *soft threshold*,
#
# $$ P(v)_i = \operatorname{sgn}(v_i)\,\max(|v_i| - \theta, 0) , \qquad \theta > 0
#    \text{ such that } \textstyle\sum_i \max(|v_i| - \theta, 0) = c , $$
#
# so an entry becomes 0 if and only if $|v_i| \le \theta$. Algorithm 2 (Duchi et al. 2008) finds $\theta$: sort the
# magnitudes, $\mu_1 \ge \mu_2 \ge \dots$; suppose that the $p$ largest stay; then $\theta_p = \frac1p (\mu_1 + \dots +
# \mu_p - c)$; the right $p$, called $p^*$, is the largest with $\mu_p > \theta_p$. For $v = (1, -3, \frac12, 2)$ and
# $c = 2$:

# %%
v, c = exact(1, -3, "1/2", 2), Fraction(2)
mu = sorted(abs(v), reverse=True)
for p in range(1, len(mu) + 1):
    theta = (sum(mu[:p]) - c) / p
    print(f"p = {p}:  mu_p = {mu[p - 1]!s:3}  theta_p = {theta!s:4}  mu_p - theta_p = {mu[p - 1] - theta!s:5}"
          f" {'positive' if mu[p - 1] > theta else ''}")
found = project_l1_ball_from(None, v, c)
print(f"p* = 2:  theta = {found.thresholds[0]},  P(v) = {row(found.x)},  its L1 norm {sum(abs(found.x))}")

# %% [markdown]
# Algorithm 1 calls this only if $\|v\|_1 > c$, and must: inside the ball the formula gives a *negative* $\theta$, and
# would push all that is not 0 away from 0 until the norm is $c$. In `pathnorm_ref` the test is part of the projection.

# %%
inside = exact("1/2", "-1/4")
theta = (sum(abs(inside)) - 1) / 2
pushed = np.sign(inside) * (abs(inside) - theta)
print(f"v = {row(inside)} is inside for c = 1: theta = {theta} would make {row(pushed)} of it;  the projection is "
      f"{row(project_l1_ball(inside, Fraction(1)))}")

# %% [markdown]
# ## Which entries survive, as $c$ falls
#
# The sum in the equation of $\theta$ falls as $\theta$ rises. So $\theta$ falls as $c$ grows, from the largest $|v_i|$
# at $c = 0$ to 0 at $c = \|v\|_1$, and the survivors are nested: of one and the same $v$ an entry that is 0 stays 0
# for every smaller $c$. The $p$-th largest entry comes in at $c = \sum_{q < p} (\mu_q - \mu_p)$, a sum of *gaps*: here
# at $1$, $3$ and $\frac92$, and from $c = \|v\|_1 = \frac{13}{2}$ on nothing changes.

# %%
print("entries that stay:", {str(c): int(np.count_nonzero(project_l1_ball(v, c)))
                             for c in exact("1/2", 1, "11/10", 3, "31/10", "9/2", "23/5", 7)})

cs = np.linspace(0, 7, 141)
kept = [project_l1_ball_from(None, v.astype(float), c) for c in cs]
figure, (left, right) = panels(2)
for i, style in enumerate(("-.", "-", ":", "--")):
    left.plot(cs, [abs(each.x[i]) for each in kept], linestyle=style, color=BLUE, label=f"$|v_{i + 1}| = {abs(v[i])}$")
left.set(xlabel="$c$", ylabel="$|P(v)_i|$", title="Entries of the projection")
left.legend()
right.plot(cs, [each.thresholds[0] for each in kept], color=ORANGE)
for magnitude, at in zip(mu, (0, 1, 3, 4.5), strict=True):
    right.plot(at, float(magnitude), "ko", markersize=4)
right.set(xlabel="$c$", ylabel=r"$\theta$", title=r"The threshold; dots: $\theta = |v_i|$", ylim=(0, None))
display(figure)

# %% [markdown]
# Sparsity comes from the gaps, then, and not from the smallness of the ball as such. Equal entries have no gaps, and
# none of them becomes 0 however small $c > 0$ is. Of a $v$ outside of the ball, at most $p$ entries stay if and only if
# the gaps between the $p$ largest and the next one sum to $c$ or more.

# %%
equal, small = exact(1, 1, 1, 1), Fraction(1, 100)
print(f"P{row(equal)} = {row(project_l1_ball(equal, small))} for c = {small}")
nearly = exact(1, 1, 1, "9/10")
print(f"P{row(nearly)}, where the gaps of the first three sum to {sum(nearly[:3] - nearly[3])}:")
for c in exact("3/10", "4/10"):
    print(f"  c = {c}: {row(project_l1_ball(nearly, c))}")

# %% [markdown]
# ## Beside the $L_2$ ball, and what is taken away
#
# The projection onto the $L_2$ ball *multiplies* what is outside by $c / \|v\|_2$, as weight decay multiplies by
# $1 - \gamma\lambda$: no entry becomes 0 that was not 0 before.

# %%
z = exact(3, 4)
for c in exact(2, 1):
    print(f"v = {row(z)}, c = {c}:  L2 ball {row(project_l2_ball(z, c))},  L1 ball {row(project_l1_ball(z, c))}")

# %% [markdown]
# What the $L_1$ projection takes away, $v - P(v)$, is $v$ clipped to $[-\theta, \theta]$. That is Moreau's
# decomposition:
#
# $$ v = P_{\|\cdot\|_1 \le c}(v) + \operatorname{prox}_{c\,\|\cdot\|_\infty}(v) . $$
#
# And a soft threshold is also the prox of the $L_1$ norm, $\operatorname{prox}_{t\,\|\cdot\|_1}$. The difference
# between penalty and constraint is who chooses: the penalty fixes the threshold $t$ for all vectors, the constraint
# fixes the norm $c$, and each vector has a $\theta$ of its own (0 if it is inside).

# %%
c = Fraction(2)
P, taken = project_l1_ball(v, c), prox_linf(v, c)
print(f"v = {row(v)} = {row(P)} + {row(taken)}: {bool(np.all(v == P + taken))}")
for factor in (Fraction(1), Fraction(2), Fraction(1, 4)):
    print(f"{factor!s:>3} v:  L1 ball {row(project_l1_ball(factor * v, c)):22} soft threshold by 3/2 "
          f"{row(prox_l1(factor * v, Fraction(3, 2)))}")

# %%
rng = np.random.default_rng(0)
gauss = rng.standard_normal(40)
gauss = gauss[np.argsort(-np.abs(gauss))]
figure, three = panels(3, width=2.5, height=2.5, sharey=True)
found = project_l1_ball_from(None, gauss, 5.0)
norm = float(np.sqrt(np.sum(found.x**2)))
for axes, parts, title in ((three[0], found.x, rf"$L_1$ ball, $c = 5$: {np.count_nonzero(found.x)} of 40 stay"),
                           (three[1], prox_linf(gauss, 5.0), "what it takes away: clipped"),
                           (three[2], project_l2_ball(gauss, norm), r"$L_2$ ball of the same $\|P(v)\|_2$")):
    axes.bar(range(40), gauss, color="0.85", width=0.9)
    axes.bar(range(40), parts, color=BLUE, width=0.9)
    axes.set(xlabel="entries by magnitude", title=title)
    axes.grid(axis="x", visible=False)
three[0].set_ylabel("$v_i$ (grey) and result (blue)")
display(figure)

# %% [markdown]
# ## The $L_{1,\infty}$ norm and the class $\mathcal{S}_c$
#
# Wen et al. 2021 put bias and weights of a layer into one matrix $\tilde V = (B, W^T)^T$ of shape $(1 + n_{in},
# n_{out})$, whose *columns* are the units. Here $W$ is $(n_{out}, n_{in})$, so `augmented` gives the transpose, $(b,
# W)$, and the units are *rows*. The norm is the largest $L_1$ norm of a unit,
#
# $$ \|\tilde V\|_{1,\infty} = \max_{\text{units}} \big(|b| + \|w\|_1\big) , $$
#
# and the class $\mathcal{S}_c$ holds the nets whose $k$ hidden layers all have $\|\tilde V_\ell\|_{1,\infty} \le c$;
# the output layer is free. To project a layer is to project each unit:

# %%
net = mlp((2, 2, 1))
params = convert(((np.array([[3.0, -1.0], [0.5, 0.25]]), np.array([2.0, 0.0])), (),
                  (np.array([[1.0, -2.0]]), np.array([0.5]))), Fraction)
V = augmented(params[0])
print("(b, w) of the units:", *map(row, V), "  L1,inf norm:", l_pq(V, 1, math.inf))
print("in S_2?", why_outside(net, params, Fraction(2)))
projected = project_l1_ball(V, Fraction(2), axis=1)
print("projected on c = 2: ", *map(row, projected), "  L1,inf norm:", l_pq(projected, 1, math.inf))
for t in exact("3/2", 4):
    print(f"prox of {t} ||.||_1,inf:", *map(row, prox_l1_inf(V, t, axis=1)))

# %% [markdown]
# The document prefers the projection to a penalty as "there is no closed form for the proximal operator with the
# $L_{1,\infty}$ norm". The last lines show that this is no obstacle: finitely many steps give it, exactly. The units
# share the $t$: with $t = \frac32$ all of it is taken off the long row, and the result is the projection for $c = 2$;
# with $t = 4$, which is more than the largest entries of the rows sum to, all is 0.
#
# ## What $c$ does not limit, and what it limits
#
# Does a smaller $c$ make the net less expressive? Not for ReLU: multiply $(b, w)$ of a hidden unit, unless it is 0, by
# $c$ over its norm, and divide what reads it by as much; in a deeper net do so layer by layer. The function stays, the
# hidden norms are $c$, and the output layer may have any size. So as a set of *functions*, $\mathcal{S}_c$ is the same
# for all $c > 0$. The rescaling keeps the zeros too: a net without zeros has a copy without zeros in every
# $\mathcal{S}_c$.

# %%
x = convert(np.array([[1.0, 2.0], [-1.0, 0.5], [2.0, -3.0]]), Fraction)
norms = np.array([l_pq(unit[None], 1, math.inf) for unit in V])
print("as given:         output norm", l_pq(augmented(params[2]), 1, math.inf), "  f(x) =",
      *net.forward(params, x)[0][:, 0])
for c in exact(2, "1/10", "1/1000"):
    moved = rescale(net, params, [c / norms])
    print(f"in S_c, c = {c!s:6}: {why_outside(net, moved, c) is None}, output norm",
          l_pq(augmented(moved[2]), 1, math.inf), "  f(x) =", *net.forward(moved, x)[0][:, 0])

# %% [markdown]
# What is limited is the *product*. With a bound $o$ on the $L_1$ norm of each output (the class $\mathcal{SN}_{c,o}$
# of the document), each layer stretches maximum norms by at most its $L_{1,\infty}$ norm, and ReLU by at most 1:
#
# $$ |f(x) - f(y)| \le o\,c^k\,\|x - y\|_\infty . $$
#
# The bound is sharp: a chain of single units, each with one weight $c$, attains it.

# %%
c, o = Fraction(1, 2), Fraction(3)
chain = mlp((1, 1, 1, 1), bias=False)
steep = ((exact(c)[None],), (), (exact(c)[None],), (), (exact(o)[None],))
f0, f1 = chain.forward(steep, np.array([[Fraction(0)], [Fraction(1)]]))[0][:, 0]
print(f"k = 2, c = {c}, o = {o}:  bound {class_lipschitz(2, c, o)},  the chain from 0 to 1: {f1 - f0}")

# %% [markdown]
# So the sentence "a small $c$ limits the expressive power" (Section 5.2) is not true of $\mathcal{S}_c$ with ReLU, and
# "to obtain a sparse neural network" by minimising the loss over $\mathcal{S}_c$, (2.2), asks for nothing that is
# sparse.
#
# At a stationary point of (2.2) the constraint does not even push. For each hidden unit, with $v_{in}$ its bias and the
# weights into it and $v_{out}$ the weights out of it, ReLU makes
#
# $$ \langle v_{in}, \nabla_{v_{in}} L\rangle = \langle v_{out}, \nabla_{v_{out}} L\rangle . $$
#
# The gradient of the free output layer is 0, so the right side is 0 for the last hidden layer; a constraint that pushes
# would need $-\langle v_{in}, \nabla_{v_{in}} L\rangle = c\,\max_i |\nabla_i L| > 0$ on the left. So the gradient is 0
# there too, and so on, layer by layer. The projection is at work on the *path*: after a gradient step, it sets to 0
# what is below the threshold of that step. Sparsity is a property of the algorithm, of its start and its steps, and not
# of the class.
#
# It projects weights, not functions: $\sigma(2x) = 2\sigma(x)$ is in $\mathcal{S}_1$, but Algorithm 1, handed the
# left-hand representation, makes $\sigma(x)$ of it. The output layer has to learn the factor 2.

# %%
unit = mlp((1, 1, 1), bias=False)
for hidden, output in ((2, 1), (1, 2)):
    given = ((exact(hidden)[None],), (), (exact(output)[None],))
    started, _ = GradientProjection(WeightDecay(1, 0), c=1).init(unit, given)
    print(f"{output} relu({hidden} x):  at x = 3 it is {unit.forward(given, exact(3)[None])[0][0, 0]}, projected "
          f"{unit.forward(started, exact(3)[None])[0][0, 0]}")

# %% [markdown]
# ## One step: gradient descent against Adam
#
# Algorithm 1 "can be implemented as a variation of any gradient descent method". It can; but the soft threshold
# compares *sizes* of entries, and the methods treat these differently. A unit at $v = 0$ with $c = \frac12$, the
# gradient large in one entry and small in three. A gradient step is proportional to the gradient; the first step of
# Adam divides each entry by its own size (up to $\epsilon = 10^{-8}$, left out here), so all entries move by the
# learning rate:

# %%
g, lr, c = exact(-4, -1, 1, "-1/2"), Fraction(1, 4), Fraction(1, 2)
for name, step in (("gradient descent", -lr * g), ("Adam, first step", -lr * np.sign(g))):
    print(f"{name}: step to {row(step):24} projected {row(project_l1_ball(step, c))}")

# %% [markdown]
# One entry stays with gradient descent, all stay with Adam: equal entries have no gaps. More generally:
#
# * After a *gradient step* an entry that was 0 stays 0 if and only if $\gamma\,|g_i| \le \theta$: the threshold sorts
#   the entries by the size of their gradient.
# * After a step of *exactly $\gamma$ in every entry*, entries that were 0 have size $\gamma$, and $\theta$ is at most
#   the mean growth of the entries that stay. It is less than $\gamma$ as soon as one of these shrank, and then no
#   entry is 0 any more that was 0 before. Sizes of the gradient play no part, only signs.
#
# Later steps of Adam are about $\gamma$ long where the gradient of an entry is steady, and shorter where its sign keeps
# changing, so that there are zeros after all, of another kind. It remains that size does not count: if all gradients of
# one entry are multiplied by the same number, its steps are the same, up to $\epsilon$. (Where the two methods rest,
# with full batches, is the same: there Adam's steps are $\gamma\,g_i / (|g_i| + \epsilon)$, which keep the signs and
# the order of the $|g_i|$, and more does not matter. But that order is now in differences of relative size $\epsilon /
# |g_i|$, and the way there is another.)
#
# ## A small regression
#
# The data are those of Section 5.1 in small: $y = x^T \beta$ plus noise of variance 1, with 60 inputs, of which the
# first 6 are active, and 80 samples. The net has 10 hidden ReLUs, all start from the same weights, $c = \frac12$, full
# batches.

# %%
rng = np.random.default_rng(0)
n_active, n_in, c = 6, 60, 0.5
beta = data.sparse_coefficients(rng, n_in, n_active, 0.5, 1.5)
x, y = data.sparse_regression(rng, 80, beta)
x_test, y_test = data.sparse_regression(rng, 400, beta)
net = mlp((n_in, 10, 1))
start = net.init(rng)


def mean_square(params, x, y):
    return float(np.mean((net.forward(params, x)[0] - y) ** 2))


RULES = {"momentum, c = inf": WeightDecay(0.01, 0.0, momentum=0.9),
         "Adam, c = inf": Adam(0.01, 0.0),
         "gradient descent": GradientProjection(WeightDecay(0.02, 0.0), c),
         "momentum": GradientProjection(WeightDecay(0.01, 0.0, momentum=0.9), c),
         "Adam": GradientProjection(Adam(0.01, 0.0), c),
         "Adam, lr / 3": GradientProjection(Adam(0.01 / 3, 0.0), c)}
paths = {}
print("after 600 steps     training error  test error  non-zero: active inputs  the other 54")
for name, rule in RULES.items():
    paths[name] = [it for it in iterates(net, start, rule, repeat((x, y), 600)) if it.step % 10 == 0]
    params = paths[name][-1].params
    W = params[0][0]
    print(f"{name:18} {mean_square(params, x, y):12.2f} {mean_square(params, x_test, y_test):12.1f} "
          f"{100 * np.mean(W[:, :n_active] != 0):18.0f} % {100 * np.mean(W[:, n_active:] != 0):15.0f} %")

# %%
figure, three = panels(3, width=2.6, height=2.3, sharey=True)
for axes, name in zip(three, ("gradient descent", "momentum", "Adam"), strict=True):
    W = np.abs(paths[name][-1].params[0][0])
    image = axes.imshow(np.where(W > 0, W, np.nan), aspect="auto", cmap="viridis_r", vmin=0, vmax=0.3,
                        interpolation="none", extent=(0.5, n_in + 0.5, 10.5, 0.5))
    axes.axvline(n_active + 0.5, color=ORANGE, linewidth=1.2)
    axes.grid(False)
    axes.set(xlabel="input", title=name, yticks=(1, 5, 10), xticks=(1, 20, 40, 60))
three[0].set_ylabel("hidden unit")
figure.colorbar(image, ax=three, label="$|w|$ (white: exactly 0)", extend="max")
display(figure)

# %% [markdown]
# Left of the orange line are the active inputs. With gradient descent and momentum the weights that remain gather
# there. Around Adam two weights of three are 0 as well, but the wrong ones: the active inputs have no larger share of
# what remains than the others. Its test error is worse than without any constraint, at either learning rate (with the
# smaller one the data are not yet fitted). This is one draw of data and start.

# %%
figure, (left, middle, right) = panels(3, width=2.6, height=2.6)
for name, color, style in (("gradient descent", BLUE, "-"), ("momentum", GREEN, "-."), ("Adam", ORANGE, "--")):
    path, look = paths[name][1:], {"color": color, "linestyle": style, "label": name}
    steps = [it.step for it in path]
    left.plot(steps, [mean_square(it.params, x_test, y_test) for it in path], **look)
    # the state is (that of the rule, thresholds of the projected layers)
    middle.plot(steps, [np.mean(it.state[1][0]) for it in path], **look)
    right.plot(steps, [100 * np.mean(it.params[0][0][:, n_active:] != 0) for it in path], **look)
left.set(xlabel="steps", ylabel="mean squared error", ylim=(0, None), title="Test error")
middle.set(xlabel="steps", ylabel=r"mean $\theta$ of the units", ylim=(0, None), title="Taken off each entry")
right.set(xlabel="steps", ylabel="per cent", ylim=(0, None), title="Non-zero: the other 54 inputs")
right.legend(fontsize=8)
display(figure)

# %% [markdown]
# In the middle the statement on stationary points is seen at work: as the loss is fitted, the thresholds of gradient
# descent and momentum fall, and sort the entries less and less; on the right, other inputs come back.
# The thresholds of Adam stay near its learning rate of $0.01$.
#
# ## Table 2 in small
#
# The classification of Section 5.2: $y = 1$ where $e^{x_1} + x_2^2 + 5 \sin(x_3 x_4) > 3$, all other inputs are
# without influence on $y$. (They are not independent of it: $x_{ij} \sim N(\alpha/2, \frac14)$, and with an $\alpha$
# for each sample, as here, each input tells of $\alpha$. It is printed as one $\alpha$ for all; then $y$ can be nearly
# constant.) Here $x$ has 50 entries and not 500, the net is 50-30-20-10-2 and not 500-100-50-20-2, there are 300
# training samples and 30 epochs of momentum, and one run for each $c$ in place of 10. The document does not say
# whether its method is momentum or Adam.
#
# What Algorithm 1 prints, "for all $\ell = 1, \dots, k$", is done in the second block. In the first block only the
# *first* layer is projected, the one that the document shows in its Figure 3.

# %%
rng = np.random.default_rng(1)
x, y = data.nonlinear_classification(rng, 300, None, n_in=50)
x_test, y_test = data.nonlinear_classification(rng, 1000, None, n_in=50)
net = mlp((50, 30, 20, 10, 2))
start = net.init(rng)
print(f"ones: {100 * np.mean(y):.0f} % of the training samples, {100 * np.mean(y_test):.0f} % of the test samples; "
      f"always 0 has a test accuracy of {100 * np.mean(y_test == 0):.1f} %")


def trained(rule):
    """The params after 30 epochs, the same batches for every rule."""
    order = np.random.default_rng(2)
    batches = (batch for _ in range(30) for batch in minibatches(order, x, y, 50))
    *_, last = iterates(net, start, rule, batches, softmax_cross_entropy)
    return last.params


def measured(params):
    """(training error, generalization error, test accuracy, zeros of W_1, and small ones, in per cent)."""
    out, out_test = net.forward(params, x)[0], net.forward(params, x_test)[0]
    training = softmax_cross_entropy(out, y)[0]
    W = np.abs(params[0][0])
    return (float(training), float(softmax_cross_entropy(out_test, y_test)[0] - training),
            100 * np.mean(np.argmax(out_test, axis=1) == y_test), 100 * np.mean(W == 0), 100 * np.mean(W <= 0.001))


def show(name, params):
    print("{:10} {:9.3f} {:9.3f} {:9.1f} %  {:9.1f} % {:9.1f} %".format(name, *measured(params)))


momentum = WeightDecay(0.02, 0.0, momentum=0.9)
CS = (1.0, 0.5, 0.3, 0.1, 0.05)
first = {math.inf: trained(momentum)} | {c: trained(GradientProjection(momentum, c, layers=(0,))) for c in CS}
print("           train err   gen err   test acc   W_1: = 0    <= 0.001")
for c, params in first.items():
    show(f"c = {c:g}", params)
print("all hidden layers projected")
for c in (1.0, 0.3):
    show(f"c = {c:g}", trained(GradientProjection(momentum, c)))
print("the first layer, Adam")
show("c = 0.1", trained(GradientProjection(Adam(0.003, 0.0), 0.1, layers=(0,))))

# %%
figure, (left, middle, right) = panels(3, width=2.6, height=2.7)
places, at = ([min(float(c), 3.0) for c in cs] for cs in (first, [each.c for each in TABLE_2]))  # c = inf is drawn at 3
_, gen_err, accuracy, zeros, small = zip(*map(measured, first.values()), strict=True)
printed = {"color": "0.45", "linestyle": "--", "marker": "s", "markersize": 3, "label": "Table 2 as printed"}
here = {"color": BLUE, "marker": "o", "markersize": 4, "label": "here"}
left.plot(at, [float(each.accuracy) for each in TABLE_2], **printed)
left.plot(places, accuracy, **here)
middle.plot(at, [float(each.generalization_error) for each in TABLE_2], **printed)
middle.plot(places, gen_err, **here)
right.plot(at, [float(each.sparsity) for each in TABLE_2], **printed)
right.plot(places, zeros, **here | {"label": "here: exactly 0"})
right.plot(places, small, **here | {"label": r"here: $|w| \leq 0.001$", "linestyle": ":", "markerfacecolor": "white"})
for axes, title in ((left, "Test accuracy, per cent"), (middle, "Generalization error"),
                    (right, "Zeros, per cent")):
    axes.set(xscale="log", xlabel="$c$", title=title)
    axes.set_xticks([0.01, 0.1, 1, 3], ["0.01", "0.1", "1", r"$\infty$"])
    axes.minorticks_off()
left.legend(loc=(0.33, 0.03), fontsize=7)
right.legend(fontsize=7)
display(figure)

# %% [markdown]
# Sizes, epochs and method differ, so the curves are to be compared in their course and not in their height. What is
# seen of the document's statements, and what is not:
#
# * "The network becomes sparser with a smaller $c$": seen, in the first layer. (It is no theorem: nested are the
#   projections of one vector; each $c$ has a path of its own.)
# * "The generalization error decreases as $c$ decreases": seen here. In the printed table it is not, taken by the
#   word: from $0.543$ at $c = \infty$ it rises to $0.624$ at $c = 1$, and from $0.102$ at $c = 0.07$ to $0.112$ at $c
#   = 0.04$.
# * Accuracy has its best value in between: seen, at another $c$. "More than 20 %" better than without the constraint
#   (there from 71.60 to 90.12, which is 26 % *of it*): not seen here.
# * "A small $c$ limits the expressive power": that is not the reason why the training error rises, as the section on
#   $\mathcal{S}_c$ shows. What is limited is what so many steps find: the output layer has to make up for each
#   projected layer, and with all hidden layers projected at $c = 0.3$ the accuracy is that of always 0.
# * Adam, projected like momentum, leaves fewer exact zeros, as in the regression. Its accuracy is none the worse for
#   it here.
#
# ## What is a zero?
#
# "The sparsity rate is the ratio of the number of zero parameter estimates to the size of the weight matrices".
# Without regularization Table 2 has 2.39 % of zeros and Table 1 has 3.02 %, where gradient steps make no weight
# exactly 0, but by chance. If $|w| \le 0.001$ counts as zero, a first layer that starts uniform in $\pm
# 1/\sqrt{n_{in}}$ (PyTorch's start) has $0.1 \sqrt{n_{in}}$ per cent of them before any training:

# %%
for table, inputs, rate in (("Table 1", 1000, "3.02"), ("Table 2", 500, "2.39")):
    print(f"{table}: {inputs} inputs, {0.1 * math.sqrt(inputs):.2f} % expected, {rate} % printed for c = inf")

# %% [markdown]
# So a threshold of this kind may well have been used; the document prints none. It matters: in the table above the two
# columns differ by many points where $c$ is not small. A weight that is exactly 0 can be left out without a change of
# the function; of a small one that has to be tried.
#
# ## Which weights survive
#
# "The first four columns of the resulting weight matrix are dense, while the others are sparse. This is because only
# the first four elements of the input are included in the true model." In the layout of the document, $W_1 \in
# \mathbb{R}^{d_0 \times d_1}$, a column is a hidden unit, and what reads an input is a *row*. In the layout here,
# $(n_{out}, n_{in})$, columns are right.

# %%
chosen = 0.1
figure, (left, middle, right) = panels(3, width=2.7, height=2.5)
for axes, c, title in ((left, math.inf, r"$|W_1|$, $c = \infty$"), (middle, chosen, f"$|W_1|$, $c = {chosen}$")):
    W = np.abs(first[c][0][0])
    image = axes.imshow(np.where(W > 0, W / W.max(), np.nan), aspect="auto", cmap="viridis_r", vmin=0, vmax=1,
                        interpolation="none", extent=(0.5, 50.5, 30.5, 0.5))
    axes.axvline(4.5, color=ORANGE, linewidth=1.2)
    axes.grid(False)
    axes.set(xlabel="input", ylabel="hidden unit", title=title, xticks=(1, 10, 20, 30, 40, 50), yticks=(1, 10, 20, 30))
figure.colorbar(image, ax=middle, label="by the largest (white: 0)")
share = 100 * np.mean(first[chosen][0][0] != 0, axis=0)
right.bar(range(1, 51), share, color=[ORANGE] * 4 + ["0.6"] * 46)
right.set(xlabel="input", ylabel="per cent", title=f"Units that read it, $c = {chosen}$",
          xticks=(1, 10, 20, 30, 40, 50))
right.grid(axis="x", visible=False)
display(figure)

# %%
print("              non-zero: inputs 1-4    the other 46    sum of |w|: inputs 1-4, share")
for c, params in first.items():
    W = np.abs(params[0][0])
    print(f"c = {c:<5g} {100 * np.mean(W[:, :4] > 0):22.0f} % {100 * np.mean(W[:, 4:] > 0):13.0f} % "
          f"{100 * np.sum(W[:, :4]) / np.sum(W):22.0f} %")

# %% [markdown]
# Of the statement a tendency is seen: with $c = 0.1$ each of the first four inputs is read by about half of the units,
# the others in the mean by one unit in nine. But some of these are read as often: 300 samples do not tell which inputs
# are needed, the more so as all are correlated through $\alpha$. That the true model has four inputs does not make
# the gradients of the others 0. It makes them smaller, as a rule, and the threshold must be let to see this.
#
# ## The verdicts
#
# What `proofs_check` finds of the statements above, each checked as the document prints it, or as it is repaired:

# %%
ids = ["wen2021." + name for name in (
    "section-4.sparsity.gaps", "algorithm-2.nested", "algorithm-1.moreau", "section-2.lipschitz", "section-2.rescaling",
    "section-5.expressive-power", "section-2.sparse.no-zeros", "section-4.projects-to-class.function",
    "algorithm-1.multipliers", "section-4.any-method.rests", "section-5.sparsity-rate.threshold",
    "section-5.first-four-columns", "table-2.sparsity", "table-2.generalization-error.corrected",
    "table-2.accuracy-improves")]
results = {result.claim.id: result for result in run_all(ids)}
for claim_id in ids:
    print(f"{claim_id:46} {results[claim_id].verdict:10} {summary(results[claim_id])}")

# %%
for claim_id in ("wen2021.section-5.expressive-power", "wen2021.algorithm-1.multipliers"):
    claim = results[claim_id].claim
    print(f"{claim_id}\n  {claim.statement}\n  {claim.explanation}\n")
