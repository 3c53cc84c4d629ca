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
# # The proximal algorithm: shrinkage against decay
#
# Yang et al. 2022 (*A Better Way to Decay*) replace the weight decay step by a proximal one. The objective is then
#
# $$ G(W) = L(W) + \lambda \Big( \sum_{\text{units of the couples}} \|w\|\,\|v\| + \tfrac12 \|\text{leftover}\|^2 \Big) , $$
#
# the path-norm objective, with $w$ the weights into a unit and $v$ those out of it (see the notebook on neural
# balance). This notebook shows what the step does, how many units it leaves, how the two methods can be compared
# fairly, and what the theorems say of the result and what they don't.

# %%
# %matplotlib inline
from fractions import Fraction
from itertools import repeat

import matplotlib as mpl
import numpy as np
from IPython.display import display

from pathnorm_ref import data
from pathnorm_ref.architectures import mlp, mlp_d_n
from pathnorm_ref.arrays import convert
from pathnorm_ref.experiments.figures import STYLE, line, panels
from pathnorm_ref.experiments.yang2022.training import initial
from pathnorm_ref.layers import LeakyReLU
from pathnorm_ref.losses import softmax_cross_entropy
from pathnorm_ref.norms import unit_path_norms
from pathnorm_ref.objectives import (
    empirical_loss,
    loss_and_gradient,
    path_norm_objective,
    weight_decay_and_gradient,
    weight_decay_objective,
)
from pathnorm_ref.prox import prox_l2
from pathnorm_ref.rescaling import balance_sweep
from pathnorm_ref.training import (
    PathNormProximal,
    WeightDecay,
    active_units,
    iterates,
    layer_balance,
    minibatches,
    prune,
)
from proofs_check.report import summary
from proofs_check.runner import run_all

mpl.rcParams.update(STYLE | {"figure.dpi": 110})
METHODS = {"weight-decay": WeightDecay, "path-norm": PathNormProximal}

# %% [markdown]
# ## Shrinkage against decay, in one dimension
#
# Take a unit from which the loss wants nothing: $\nabla L = 0$. A step of gradient descent with weight decay
# *multiplies*, and a proximal step of $\lambda \|v\|$ *subtracts*:
#
# $$ \text{decay:}\quad v \leftarrow (1 - \gamma\lambda)\,v , \qquad \text{shrinkage:}\quad
#    v \leftarrow \operatorname{prox}(v) = \max\!\big(1 - \tfrac{\gamma\lambda}{\|v\|},\, 0\big)\, v . $$
#
# The first never gets to zero, the second does in $\lceil \|v\| / (\gamma\lambda) \rceil$ steps. In fractions, with
# $\gamma\lambda = \frac{1}{10}$ and $v = (\frac35, \frac45)$, of length 1:

# %%
threshold, n_steps = Fraction(1, 10), 14
v = np.array([Fraction(3, 5), Fraction(4, 5)])
shrunk, decayed = [v], [v]
for _ in range(n_steps):
    shrunk.append(prox_l2(shrunk[-1], threshold))
    decayed.append((1 - threshold) * decayed[-1])
for step in (1, 9, 10):
    print(f"step {step:2}: shrinkage ({', '.join(map(str, shrunk[step]))}),  "
          f"decay ({', '.join(map(str, decayed[step]))})")

# %%
figure, (left, right) = panels(2)
steps = np.arange(n_steps + 1)
left.plot(steps, [float(v[1]) / 0.8 for v in decayed], **line("weight-decay", marker="o", label="decay"))
left.plot(steps, [float(v[1]) / 0.8 for v in shrunk], **line("path-norm", marker="s", label="shrinkage"))
left.set(xlabel="steps", ylabel=r"$\|v\|$", title=r"No gradient, $\gamma\lambda = 1/10$",
         xticks=range(0, 15, 2))
left.legend()
z = np.linspace(-1, 1, 201)
right.plot(z, z, color="0.6", linewidth=0.8, label="identity")
right.plot(z, (1 - 0.3) * z, **line("weight-decay", label=r"decay, $(1 - \gamma\lambda) z$"))
right.plot(z, prox_l2(z[:, None], 0.3, axis=1)[:, 0], **line("path-norm", label=r"shrinkage, $\mathrm{prox}(z)$"))
right.set(xlabel="$z$", ylabel="after one step", title=r"One step in one dimension, $\gamma\lambda = 0.3$")
right.legend()
display(figure)

# %% [markdown]
# Shrinkage comes from the kink of $\|v\|$ at 0, which $\frac12\|v\|^2$ lacks. The product $\|w\|\,\|v\|$ has it where
# exactly one side is zero. So fix $\|w\| = 1$, as rescaling allows: the penalty of the unit is $\lambda\|v\|$.
#
# ## Algorithm 1, and where it stands still
#
# A step of Algorithm 1 of Yang et al. 2022, all gradients taken at the same weights:
#
# $$ w \leftarrow \frac{w - \gamma\nabla_w L}{\|w - \gamma\nabla_w L\|}, \qquad
#    v \leftarrow \operatorname{prox}\big(v - \gamma\nabla_v L\big) ; $$
#
# a leftover layer takes a step of weight decay. `init` first rescales the given weights to $\|w\| = 1$, which keeps
# the function. Below, $f = v\,\sigma(w^\top x)$ at one sample with $v = 4 = y - \lambda$: the loss pulls $v$ up by as
# much as the prox takes off, and a step changes nothing.

# %%
net = mlp((2, 1, 1), bias=False)
given = ((np.array([[Fraction(6), Fraction(8)]]),), (), (np.array([[Fraction(2, 5)]]),))
x, y = np.array([[Fraction(3, 5), Fraction(4, 5)]]), np.array([[Fraction(9, 2)]])
rule = PathNormProximal(lr=Fraction(1, 3), lam=Fraction(1, 2), bias="absent")

params, state = rule.init(net, given)
print("start: w =", *given[0][0][0], " v =", *given[2][0][0], " f(x) =", net.forward(given, x)[0][0, 0])
print("init:  w =", *params[0][0][0], " v =", *params[2][0][0], " f(x) =", net.forward(params, x)[0][0, 0])
after, _ = rule.step(net, params, state, loss_and_gradient(net, params, x, y)[1])
print("step:  w =", *after[0][0][0], " v =", *after[2][0][0])
balanced = balance_sweep(net, after, "absent")
_, d_F = weight_decay_and_gradient(net, balanced, x, y, rule.lam, "absent")
print("balanced: w =", *balanced[0][0][0], " v =", *balanced[2][0][0], "  grad F there: ", *d_F[0][0][0], *d_F[2][0][0])

# %% [markdown]
# This is general, for biases absent or inside $w$: a fixed point of Algorithm 1 with $v \ne 0$ is a stationary point
# of $G$, and of $F$ once it is balanced. For where the step leaves $w$ and $v$ as they are, $\nabla_w L = \kappa w$
# and $\nabla_v L = -\lambda v / \|v\|$; Euler's identity $\langle w, \nabla_w L\rangle = \langle v, \nabla_v L\rangle$
# gives $\kappa = -\lambda\|v\|$, and that is what stationarity of $\lambda\|w\|\,\|v\|$ asks of $w$. With biases
# penalised *outside* $w$ the identity gets a term $b\,\nabla_b L$, and fixed points are not stationary: see the end.
#
# ## A function of varying frequency
#
# The experiment of Figure 1 (right) of Yang et al. 2022: 64 samples of a function whose frequency changes, one hidden
# layer of 640 ReLUs, full batches. Learning rate, $\lambda$ and initialisation are not printed in the document; here
# the kinks of the ReLUs start uniformly on the interval. Both methods start from the same function.

# %%
rng = np.random.default_rng(42)
x, y = data.varying_frequency(rng, 64)
net = mlp((1, 640, 1))
(W, _), relu, (V, b) = net.init(rng)
start = ((W, -W[:, 0] * rng.uniform(0, 1, 640)), relu, (V, b))

lr, lam, n_steps = 0.05, 0.001, 4000
runs = {name: [it for it in iterates(net, start, rule(lr, lam), repeat((x, y), n_steps)) if it.step % 40 == 0]
        for name, rule in METHODS.items()}
steps = [it.step for it in runs["path-norm"]]
for name, run in runs.items():
    zeros = int(np.sum(run[-1].params[2][0] == 0))
    print(f"{name:12} active: {active_units(net, run[0].params, 'free', 1e-3)[0]} of 640 at first, "
          f"{active_units(net, run[-1].params, 'free', 1e-3)[0]} at last;  v exactly 0: {zeros};  "
          f"loss {empirical_loss(net, run[-1].params, x, y):.3f}")

# %%
figure, (left, right) = panels(2)
grid = np.linspace(0, 1, 401)[1:, None]
for name, run in runs.items():
    left.plot(steps, [active_units(net, it.params, "free", 1e-3)[0] for it in run], **line(name))
    right.plot(grid[:, 0], net.forward(run[-1].params, grid)[0][:, 0], **line(name))
right.plot(x[:, 0], y[:, 0], "k.", markersize=3, label="data")
left.set(xlabel="gradient steps", ylabel="active neurons", ylim=(0, 660), title="$|w| \\, |v| > 10^{-3}$, of 640 neurons")
right.set(xlabel="$x$", ylabel="net$(x)$", ylim=(-1.3, 2.7), title=f"The fits after {n_steps} steps")
left.legend()
right.legend(loc="upper right", fontsize=7)
display(figure)

# %% [markdown]
# (Active is counted as in Appendix C.2 of the document, without the bias, while in the penalty the bias is part of
# $w$.) Weight decay takes no $v$ to zero, and after these steps about as many neurons are active as at the start. The
# fit of the proximal algorithm has the larger loss and the smaller penalty; it is their sum that is minimised, and the
# next figure compares.
#
# ## A fair objective
#
# Which of the two has the smaller $F$? Algorithm 1 keeps $\|w\| = 1$, so that $F$ counts a unit as
# $\frac\lambda2 (1 + \|v\|^2)$ where $\lambda \|v\|$ would do: even a unit with $v = 0$ costs $\frac\lambda2$. Since
#
# $$ F - G = \tfrac{\lambda}{2} \sum \big(\|w\| - \|v\|\big)^2 , $$
#
# $G$ is $F$ of the same function with its couples balanced. That is the objective in which both are to be compared;
# the raw $F$ of Algorithm 1's iterates says more about the normalisation than about the fit.

# %%
figure, (axes,) = panels(1, width=4.6)
for name, run in runs.items():
    style = line(name)
    for objective, letter, thin in ((weight_decay_objective, "F", True), (path_norm_objective, "G", False)):
        axes.plot(steps, [objective(net, it.params, x, y, lam, "inside") for it in run],
                  **(style | {"linewidth": 0.7 if thin else 1.8, "label": f"${letter}$, {style['label']}"}))
axes.set(xlabel="gradient steps", ylabel="objective (log scale)", yscale="log",
         title="$F$ as it stands; $G$: couples balanced")
axes.legend(fontsize=7)
display(figure)

# %%
for name, run in runs.items():
    raw = float(weight_decay_objective(net, run[-1].params, x, y, lam, "inside"))
    balanced = balance_sweep(net, run[-1].params, "inside")
    print(f"{name:12} F = {raw:.4f}, F balanced = {float(weight_decay_objective(net, balanced, x, y, lam, 'inside')):.4f}, "
          f"G = {float(path_norm_objective(net, run[-1].params, x, y, lam, 'inside')):.4f}")

# %% [markdown]
# ## Digits, and pruning that keeps the function
#
# A factorised net (Appendix B.1): each hidden layer has a couple of its own, and no layer is left over. Mini-batches,
# and the biases inside $w$.

# %%
digits = data.load("digits")
x_train, x_test = data.normalise(digits.x_train, digits.x_test)
net = mlp_d_n("MLP-3-400 factorized", width=40, n_in=64)
start = initial(net, 42)  # float32, uniform in +- 1 / sqrt(fan-in)
lr, lam, n_epochs = 0.1, 0.008, 100
trained = {}
for name, rule in METHODS.items():
    order = np.random.default_rng(7)
    batches = (batch for _ in range(n_epochs) for batch in minibatches(order, x_train, digits.y_train, 64))
    *_, last = iterates(net, start, rule(lr, lam), batches, softmax_cross_entropy)
    trained[name] = last.params
    correct = np.mean(np.argmax(net.forward(last.params, x_test)[0], axis=1) == digits.y_test)
    G = path_norm_objective(net, last.params, x_train, digits.y_train, lam, "inside", softmax_cross_entropy)
    print(f"{name:12} active units by couple {active_units(net, last.params, 'inside', 1e-5)} of 40 each;  "
          f"G = {G:.4f};  test accuracy {100 * correct:.1f} %")

# %%
figure, three = panels(3, width=2.4, height=2.6, sharey=True)
for axes, j in zip(three, range(3), strict=True):
    for name, params in trained.items():
        # unit_path_norms has every hidden layer; the couples are the first, the third and the fifth of them
        sizes = np.sort(unit_path_norms(net, params, "inside")[2 * j])[::-1]
        axes.plot(np.arange(1, 41), sizes, **line(name))
    axes.set(xlabel="units, by size", title=f"couple {j + 1}")
three[0].set(ylim=(-0.05, None), ylabel=r"$\|w\| \, \|v\|$")
three[-1].legend(fontsize=7)
display(figure)

# %% [markdown]
# (With mini-batches and a constant learning rate neither run comes to rest: in float32, $G$ and the numbers of units
# change from one machine to another. What stays is the tail: the one method leaves inactive units, the other none.)
#
# Units with $v = 0$ are read by nobody, and can go; a unit with $w = 0$ is a constant, which moves into the next bias.
# `prune` removes both kinds and keeps the function: to rounding in floats, exactly in fractions (here on three images,
# with the trained weights taken as the fractions that they are).

# %%
pruned = prune(net, trained["path-norm"])
count = [sum(array.size for own in params for array in own) for params in (trained["path-norm"], pruned.params)]
print("parameters:", count[0], "->", count[1])
print("largest change of an output, float32:",
      f"{np.max(np.abs(net.forward(trained['path-norm'], x_test)[0] - pruned.net.forward(pruned.params, x_test)[0])):.1e}")
exact, images = convert(trained["path-norm"], Fraction), convert(x_test[:3], Fraction)
pruned = prune(net, exact)
change = net.forward(exact, images)[0] - pruned.net.forward(pruned.params, images)[0]
print("in fractions:", max(abs(entry) for entry in change.flat))

# %% [markdown]
# ## Along $\lambda$: the sum falls, the number of units need not
#
# Section 4 of Yang et al. 2022 says: "as $\lambda$ increases fewer and fewer terms (neurons) will be nonzero". What is
# true of global minimisers is that the *sum* of the terms does not grow: with $\lambda_1 < \lambda_2$, each of the two
# minimisers is no worse than the other for its own $\lambda$; add the two inequalities, and $\widetilde R(W_2) \le
# \widetilde R(W_1)$ and $L(W_2) \ge L(W_1)$ follow. The *number* can grow. A net of two leaky ReLUs (slope $\frac12$)
# at the samples $x = 1, -2$ with targets $y = -14, 10$ is a lasso with two columns, $(1, -1)$ and $(-\frac12, 2)$.
# With $w = (1, -1)$, which Algorithm 1 keeps here, $G$ is that lasso in $v$: convex, with the global minima of $G$.
# Along $\lambda$ there are 2, 1, 2, 1 and 0 active units:

# %%
x, y = np.array([[1.0], [-2.0]]), np.array([[-14.0], [10.0]])
net = mlp((1, 2, 1), LeakyReLU(0.5), bias=False)
start = ((np.array([[1.0], [-1.0]]),), (), (np.array([[-1.0, 1.0]]),))
lams = np.arange(0.125, 15, 0.25)
path = []
for lam in lams:
    *_, last = iterates(net, start, PathNormProximal(0.2, float(lam), "absent"), repeat((x, y), 150))
    path.append(last.params)
terms = np.array([unit_path_norms(net, params, "absent")[0] for params in path])
n_active = [active_units(net, params, "absent", 1e-6)[0] for params in path]

figure, (left, right) = panels(2)
left.plot(lams, terms.sum(axis=1), "k-", linewidth=0.9, label=r"their sum, $\widetilde{R}$")
left.plot(lams, terms[:, 0], color="#c44e1c", linestyle="--", label=r"$\|w_1\| \, \|v_1\|$")
left.plot(lams, terms[:, 1], color="#1b6ca8", linestyle="-.", label=r"$\|w_2\| \, \|v_2\|$")
left.set(xlabel=r"$\lambda$", ylabel="terms of the path norm", title="The sum falls ...")
left.legend()
right.plot(lams, n_active, "k.", markersize=4)
right.set(xlabel=r"$\lambda$", ylabel="active units", yticks=(0, 1, 2), title="... the number of terms need not")
display(figure)

# %% [markdown]
# ## What the theorem does not say
#
# **Local minimisers.** Theorem 3 is about global minimisers. The unit $v\,\sigma(w x)$ at $x = -1$, $y = 2$, $\lambda
# = 1$ has a local minimum of $G$ at $w = 1$, $v = 0$: there, and nearby, the unit is idle ($w x < 0$), and $G = 2 +
# |w|\,|v|$. Its balanced form is $w = v = 0$, and that is no local minimum of $F$: towards $w = -s$, $v = s$ it falls
# as $2 - s^2 + \frac12 s^4$. Algorithm 1, started at the cross, stays there; the least value, $\frac32$, is elsewhere.

# %%
unit = mlp((1, 1, 1), bias=False)
x, y = np.array([[-1.0]]), np.array([[2.0]])
w_axis, v_axis = np.linspace(-1.8, 1.8, 61), np.linspace(-1.8, 1.8, 61)
figure, both = panels(2, width=3.2, height=3.0, sharey=True)
for axes, objective, letter, at, what in ((both[0], path_norm_objective, "G", (1, 0), "local minimum of $G$"),
                                          (both[1], weight_decay_objective, "F", (0, 0), "the same unit balanced")):
    values = [[objective(unit, ((np.array([[w]]),), (), (np.array([[v]]),)), x, y, 1.0, "absent") for w in w_axis]
              for v in v_axis]
    lines = axes.contour(w_axis, v_axis, values, levels=[1.55, 1.75, 1.9, 2.1, 2.6, 3.5], colors="0.35",
                         linewidths=0.8, linestyles="-")
    axes.clabel(lines, fontsize=7)
    axes.grid(False)
    axes.plot(*at, "x", color="#c44e1c", markersize=8, markeredgewidth=2, label=what)
    axes.set(xlabel="$w$", title=f"${letter}(w, v)$", aspect="equal")
    axes.legend(loc="lower left", fontsize=7, frameon=True, edgecolor="none", framealpha=1)
both[0].set_ylabel("$v$")
display(figure)

# %%
stuck = ((np.array([[1.0]]),), (), (np.array([[0.0]]),))
free = ((np.array([[-1.0]]),), (), (np.array([[0.5]]),))
for name, given in {"the cross": stuck, "w = -1, v = 1/2": free}.items():
    *_, last = iterates(unit, given, PathNormProximal(0.1, 1.0, "absent"), repeat((x, y), 300))
    print(f"from {name:16} to w = {last.params[0][0][0, 0]:g}, v = {last.params[2][0][0, 0]:.6f}, "
          f"G = {path_norm_objective(unit, last.params, x, y, 1.0, 'absent'):.6f}")

# %% [markdown]
# **Constant steps.** A learning rate that is too large makes Algorithm 1 cycle for ever: $v\,\sigma(w x)$ at $x = 1$,
# $y = \frac54$, with $\lambda = 1$ and $\gamma = 2$, in fractions ($G$ is least at $v = \frac14$):

# %%
x, y = np.array([[Fraction(1)]]), np.array([[Fraction(5, 4)]])
start = ((np.array([[Fraction(1)]]),), (), (np.array([[Fraction(1, 8)]]),))
for it in iterates(unit, start, PathNormProximal(2, 1, "absent"), repeat((x, y), 4)):
    print(f"step {it.step}: v = {it.params[2][0][0, 0]}, G = {path_norm_objective(unit, it.params, x, y, 1, 'absent')}")

# %% [markdown]
# From $\|w\| = 1$ and with $\gamma \le 1/\beta$, where $\beta$ is a Lipschitz constant of the gradient of $L$ (and of
# the decay of the leftover) on the way, no step raises $G$ (biases absent or inside $w$).
#
# **Biases outside $w$.** If biases are penalised but no part of $w$ (as in Appendix B.2.2 of the document), a fixed
# point need not be stationary. At $w = b = 1$, $v = 2$ with $x = 1$, $y = \frac92$, $\lambda = \gamma = 1$ a step
# changes nothing, and yet $G$ falls as $w$ is made smaller:

# %%
biased = mlp((1, 1, 1), bias=(True, False))
x, y = np.array([[Fraction(1)]]), np.array([[Fraction(9, 2)]])
fixed = ((np.array([[Fraction(1)]]), np.array([Fraction(1)])), (), (np.array([[Fraction(2)]]),))
after, _ = PathNormProximal(1, 1, "outside").step(biased, fixed, (), loss_and_gradient(biased, fixed, x, y)[1])
print("after a step:  w, b, v =", *after[0][0][0], *after[0][1], *after[2][0][0])
for w in (Fraction(1), Fraction(9, 10), Fraction(3, 4)):
    moved = ((np.array([[w]]), fixed[0][1]), *fixed[1:])
    print(f"w = {w!s:>4}:  G = {path_norm_objective(biased, moved, x, y, 1, 'outside')}")

# %% [markdown]
# **Layer balance.** Algorithm 2 gives all couples the same sum of path norms. In the form that `layer_balance` has, it
# keeps the function; as printed it does not (claims `yang2022.algorithm-2.scale`, `.alpha-update`, `.function`). It is
# no part of the proximal step's descent: it leaves $L$ as it is, and moves the sum of the terms to $J$ times their
# geometric mean ($J$ couples, none of sum 0), which is never more than the sum.

# %%
deep = mlp((4, 8, 8, 8, 8, 8, 2))
params = deep.init(rng)
after = layer_balance(deep, params)
x = rng.standard_normal((20, 4))
for name, found in {"before": params, "after": after}.items():
    sums = [float(np.sum(sizes)) for sizes in unit_path_norms(deep, found, "free")[::2]]
    print(f"{name:6}  sums of path norms of the three couples: {', '.join(f'{S:.3f}' for S in sums)}")
print(f"largest change of f: {np.max(np.abs(deep.forward(params, x)[0] - deep.forward(after, x)[0])):.1e}")

# %% [markdown]
# ## The verdicts
#
# What `proofs_check` finds of the statements above, each checked as the document prints it:

# %%
ids = ["yang2022.algorithm-1.prox", "yang2022.section-1.exact-zeros", "yang2022.algorithm-1.fixed-points",
       "yang2022.algorithm-1.fixed-points.bias-outside", "yang2022.algorithm-1.constant-step",
       "yang2022.section-4.non-smooth", "yang2022.section-4.fewer-terms", "yang2022.section-4.fewer-terms.corrected",
       "yang2022.theorem-3.second-to-first", "yang2022.theorem-3.local-minimisers", "yang2022.algorithm-2.scale",
       "yang2022.algorithm-2.function", "yang2022.figure-1.right"]
results = {result.claim.id: result for result in run_all(ids)}
for claim_id in ids:
    print(f"{claim_id:47} {results[claim_id].verdict:10} {summary(results[claim_id])}")

# %%
for claim_id in ("yang2022.section-4.fewer-terms", "yang2022.algorithm-1.fixed-points.bias-outside"):
    result = results[claim_id]
    print(f"{claim_id}\n  {result.claim.statement}\n  {result.finding}; witness: {result.evidence.witness}\n")
