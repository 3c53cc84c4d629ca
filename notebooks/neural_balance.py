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
# # Neural balance and the two objectives
#
# From one neuron to a convolutional net: why weight decay, $\frac12(\|w\|^2 + \|v\|^2)$, is at heart a penalty on the
# products $\|w\|\,\|v\|$, how far the two objectives $F$ and $G$ are apart at any weights, and which of this needs
# which hypothesis. The document is Yang, Zhang, Shenouda, Papailiopoulos, Lee and Nowak, *A Better Way to Decay*
# (2022), cited as Yang et al. 2022.
#
# Everything is computed by `pathnorm_ref`; arrays of `Fraction` go through the same functions as floats, without any
# rounding. At the end `proofs_check` is asked for its verdicts.

# %%
# %matplotlib inline
from fractions import Fraction
from itertools import repeat

import matplotlib as mpl
import numpy as np
from IPython.display import display

from pathnorm_ref import data
from pathnorm_ref.architectures import convnet, mlp
from pathnorm_ref.arrays import convert
from pathnorm_ref.experiments.figures import STYLE, panels
from pathnorm_ref.losses import logistic, softmax_cross_entropy
from pathnorm_ref.norms import unit_norms
from pathnorm_ref.objectives import path_norm_objective, sum_of_squares, weight_decay_objective
from pathnorm_ref.rescaling import balance, balance_sweep, rescale
from pathnorm_ref.training import WeightDecay, iterates, minibatches
from pathnorm_ref.units import Bias, couples, hidden_layers
from proofs_check.report import summary
from proofs_check.runner import run_all

mpl.rcParams.update(STYLE | {"figure.dpi": 110})
BLUE, ORANGE = "#1b6ca8", "#c44e1c"

# %% [markdown]
# ## One neuron
#
# A neuron computes $x \mapsto v\,\sigma(w^\top x)$. The ReLU is *positively homogeneous*, $\sigma(\alpha t) =
# \alpha\,\sigma(t)$ for $\alpha > 0$, so that
#
# $$ v\,\sigma(w^\top x) = \tfrac{v}{\alpha}\,\sigma(\alpha\,w^\top x) \qquad \text{for every } \alpha > 0 . $$
#
# The function stays, but the sum of squares $\alpha^2\|w\|^2 + \|v\|^2/\alpha^2$ does not. Here $w = (3, 4)$ and
# $v = 20$, so $\|w\| = 5$, $\|v\| = 20$, in exact fractions:

# %%
neuron = mlp((2, 1, 1), bias=False)
params = convert(((np.array([[3.0, 4.0]]),), (), (np.array([[20.0]]),)), Fraction)
x = convert(np.array([[1.0, 2.0]]), Fraction)

for alpha in (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4)):
    moved = rescale(neuron, params, [np.array([alpha])])
    print(f"alpha = {alpha!s:>3}:  f(x) = {neuron.forward(moved, x)[0][0, 0]},  "
          f"half the sum of squares = {sum_of_squares(neuron, moved, 'absent') / 2}")

# %% [markdown]
# By the inequality of arithmetic and geometric means,
#
# $$ \tfrac12\left(\alpha^2\|w\|^2 + \tfrac{\|v\|^2}{\alpha^2}\right)
#    = \|w\|\,\|v\| + \tfrac12\left(\alpha\|w\| - \tfrac{\|v\|}{\alpha}\right)^2 \;\ge\; \|w\|\,\|v\| , $$
#
# with equality at $\alpha = \sqrt{\|v\|/\|w\|}$ and nowhere else. There the two sides are *balanced*: both norms are
# $\sqrt{\|w\|\,\|v\|}$. That is the proof of Theorem 1 of Yang et al. 2022, the Neural Balance Theorem: where a unit
# is out of balance, a rescaling has a smaller sum of squares. `balance_sweep` goes there:

# %%
balanced = balance_sweep(neuron, params, "absent")
print("w =", *balanced[0][0][0], "  v =", *balanced[2][0][0],
      "  half the sum of squares =", sum_of_squares(neuron, balanced, "absent") / 2)

# %%
alphas = np.geomspace(0.5, 8, 121)
floats = convert(params, np.float64)
halves = [sum_of_squares(neuron, rescale(neuron, floats, [np.array([a])]), "absent") / 2 for a in alphas]

figure, (axes,) = panels(1, width=4.2)
axes.plot(alphas, halves, color=BLUE, label=r"$\frac{1}{2}(\alpha^2 \|w\|^2 + \|v\|^2 / \alpha^2)$")
axes.axhline(100, color=ORANGE, linestyle="--", label=r"$\|w\| \, \|v\|$")
axes.plot([2], [100], "ko", markersize=5, label=r"balanced: $\alpha = \sqrt{\|v\| / \|w\|} = 2$")
axes.set(xscale="log", xlabel=r"factor $\alpha$ (log scale)", ylabel="penalty of the neuron", ylim=(0, None),
         title="One function, many sums of squares")
axes.set_xticks([0.5, 1, 2, 4, 8], ["1/2", "1", "2", "4", "8"])
axes.minorticks_off()
axes.legend(loc="upper center")
display(figure)

# %% [markdown]
# ## The two objectives, and the gap between them
#
# With $R$ the sum of squares of all weights, the weight decay objective is $F = L + \frac{\lambda}{2} R$. In a net of
# several layers the output weights of one unit are input weights of units in the next layer, so Yang et al. 2022,
# Section 4, couple the layers disjointly, $(1, 2), (3, 4), \dots$; a last layer without a partner is left over. The
# path-norm objective is
#
# $$ G = L + \lambda\,\widetilde R, \qquad
#    \widetilde R = \sum_{\text{units of the couples}} \|w\|\,\|v\| + \tfrac12\,\|\text{leftover}\|^2 . $$
#
# The square completed above, summed over the units, gives the gap at *any* weights, minimisers or not:
#
# $$ F - G = \frac{\lambda}{2} \sum_{\text{units of the couples}} \big(\|w\| - \|v\|\big)^2 \;\ge\; 0 . $$
#
# Two units, with a bias as one more incoming weight (more on that below): the norms are 5 and 5 in the first, 1 and 16
# in the second, and $\lambda = \frac12$, so the gap must be $\frac14\,(0^2 + 15^2) = \frac{225}{4}$.

# %%
net = mlp((2, 2, 1), bias=(True, False))
params = convert(((np.array([[3.0, 0.0], [0.0, 1.0]]), np.array([4.0, 0.0])), (), (np.array([[5.0, 16.0]]),)), Fraction)
x, y, lam = *convert((np.array([[1.0, 2.0]]), np.array([[60.0]])), Fraction), Fraction(1, 2)

F = weight_decay_objective(net, params, x, y, lam, "inside")
G = path_norm_objective(net, params, x, y, lam, "inside")
w, v = unit_norms(net, params, hidden_layers(net)[0], "inside")
print(f"F = {F}, G = {G}, F - G = {F - G}, lam/2 sum (||w|| - ||v||)^2 = {lam / 2 * sum((w - v) ** 2)}")

balanced = balance_sweep(net, params, "inside")
print("after balancing:  f(x) before and after", net.forward(params, x)[0][0, 0], net.forward(balanced, x)[0][0, 0],
      "  F =", weight_decay_objective(net, balanced, x, y, lam, "inside"))

# %% [markdown]
# Two consequences. Balancing the couples keeps the function and takes $F$ down to $G$. And $G$ does not change under
# such rescalings, so it is the value that $F$ has at the best rescaling of the couples. That is why the two objectives
# have the same least value (Yang et al. 2022, Theorem 3); the small print is at the end of this notebook and in the
# other one.
#
# In a deep net `balance` can treat *every* hidden layer, not just the couples. Neighbouring layers share weights, so
# one sweep disturbs what the one before it did; repeated sweeps converge (Stock et al. 2019, to which Appendix A.1 of
# the document refers).

# %%
rng = np.random.default_rng(0)
deep = mlp((2, 20, 20, 20, 1))
start = deep.init(rng)
print("couples:", *couples(deep)[0], " leftover: layer", couples(deep)[1])
x, y = data.two_classes(rng, 60)
after = balance(deep, start, "inside", tol=1e-6)
print(f"{after.cycles} sweeps; sum of squares {sum_of_squares(deep, start, 'inside'):.3f} -> "
      f"{sum_of_squares(deep, after.params, 'inside'):.3f}; "
      f"largest change of f: {np.max(np.abs(deep.forward(start, x)[0] - deep.forward(after.params, x)[0])):.1e}")

# %% [markdown]
# ## Training with weight decay
#
# The theorem speaks of minimisers. Gradient descent with weight decay moves towards balance long before it gets to
# one, since for every unit and at any weights (no biases, or biases inside $w$)
#
# $$ \lambda\,\big(\|w\|^2 - \|v\|^2\big) = \langle w, \nabla_w F\rangle - \langle v, \nabla_v F\rangle . $$
#
# (Homogeneity makes $\langle w, \nabla_w L\rangle = \langle v, \nabla_v L\rangle$, Euler's identity: the loss drops
# out.) So every stationary point of $F$ is balanced, and along the flow $\dot W = -\nabla F$ the difference $D =
# \|w\|^2 - \|v\|^2$ of each unit decays as $e^{-2\lambda t}$, whatever the data. A step of gradient descent with
# learning rate $\gamma$ has a remainder of second order:
#
# $$ D_{k+1} = (1 - \gamma\lambda)^2 D_k + \gamma^2 \big(\|\nabla_w L\|^2 - \|\nabla_v L\|^2\big) . $$

# %%
lr, lam, n_steps = 0.1, 0.01, 4000
mlp_net = mlp((2, 20, 1))
rule = WeightDecay(lr, lam)  # biases inside w
kept = [it for it in iterates(mlp_net, mlp_net.init(rng), rule, repeat((x, y), n_steps), logistic) if it.step % 40 == 0]

steps = np.array([it.step for it in kept])
norms = [unit_norms(mlp_net, it.params, hidden_layers(mlp_net)[0], "inside") for it in kept]
differences = np.array([w**2 - v**2 for w, v in norms])
F = [weight_decay_objective(mlp_net, it.params, x, y, lam, "inside", logistic) for it in kept]
G = [path_norm_objective(mlp_net, it.params, x, y, lam, "inside", logistic) for it in kept]
gaps = [np.max(np.abs(w - v)) for w, v in norms]
print(f"F - G: {F[0] - G[0]:.3g} at the start, {F[-1] - G[-1]:.3g} after {n_steps} steps; "
      f"largest | ||w|| - ||v|| |: {gaps[0]:.3g} -> {gaps[-1]:.3g}")
remaining = differences[-1] / differences[0] / (1 - lr * lam) ** (2 * n_steps)
print(f"D_k / ((1 - lr lam)^2k D_0) at the end, of the 20 units: {remaining.min():.3f} to {remaining.max():.3f}")

# %%
figure, (left, right) = panels(2)
left.plot(steps, F, color=BLUE, label="$F$, weight decay objective")
left.plot(steps, G, color=ORANGE, linestyle="--", label="$G$, path-norm objective")
left.set(xlabel="gradient steps", ylabel="objective", ylim=(0, None), title="$F$ comes down to $G$")
left.legend()
right.plot(steps, np.abs(differences), color="#7fb0d4", linewidth=0.8)
right.plot([], [], color="#7fb0d4", linewidth=0.8, label="each of the 20 units")
right.plot(steps, np.max(np.abs(differences[0])) * (1 - lr * lam) ** (2 * steps), "k--",
           label=r"$(1 - \gamma\lambda)^{2k} \max |D_0|$")
right.set(yscale="log", ylim=(1e-6, None), xlabel="gradient steps $k$", ylabel=r"$|\,\|w\|^2 - \|v\|^2\,|$",
          title="Each unit goes to balance")
right.legend(loc="lower left")
display(figure)

# %% [markdown]
# The lines of all units run beside the dashed one: the rate $(1 - \gamma\lambda)^2$ a step has nothing to do with the
# data, and the remainder of order $\gamma^2$ shows only in the last printed line. The rate is slow: with $\gamma =
# 0.1$ and $\lambda = 10^{-4}$, sizes that are common in practice, $D$ is halved once in about 35 000 steps. With
# $\lambda = 0$ nothing pulls at all: $D$ is conserved by the flow, and a net that starts out of balance stays so.
#
# ## A convolutional net
#
# Nothing above needs dense layers. The unit is a channel: $w$ its kernels, $v$ all kernels of the next layer that read
# it, and max or average pooling, ReLU and a flatten in between are homogeneous as well (Theorem 7 in Appendix A.2 of
# Yang et al. 2022). First exactly, on a small net in fractions: the outputs before and after the rescaling are equal.

# %%
small = convnet((1, 2, 2), 3, (4, 4))
exact = convert(small.init(rng), Fraction)
image = convert(np.round(rng.random((1, 1, 4, 4)), 2), Fraction)
factors = [np.array([Fraction(3), Fraction(1, 7)]), np.array([Fraction(5, 2), Fraction(1)])]
difference = small.forward(rescale(small, exact, factors), image)[0] - small.forward(exact, image)[0]
print(*small, sep="\n")
print("change of the three outputs:", *difference[0])

# %% [markdown]
# Then on scikit-learn's handwritten digits, mini-batches, biases inside $w$. "Balanced" is what one call of `balance`
# makes of the trained weights: the same function, so the same accuracy.

# %%
digits = data.load("digits")
x_train, x_test = data.normalise(digits.x_train, digits.x_test)
conv = convnet((1, 4, 8), 10, (8, 8))
lr, lam, n_epochs = 0.2, 0.02, 14
first = conv.init(rng, np.float32)
batches = (batch for _ in range(n_epochs) for batch in minibatches(rng, x_train, digits.y_train, 64))
*_, last = iterates(conv, first, WeightDecay(lr, lam), batches, softmax_cross_entropy)
stages = {"at the start": first, f"after {last.step} steps": last.params,
          "then balanced": balance(conv, last.params, "inside").params}

for name, found in stages.items():
    F, G = (float(objective(conv, found, x_train, digits.y_train, lam, "inside", softmax_cross_entropy))
            for objective in (weight_decay_objective, path_norm_objective))
    gaps = np.concatenate([w - v for w, v in (unit_norms(conv, found, hidden, "inside") for hidden in hidden_layers(conv))])
    correct = np.mean(np.argmax(conv.forward(found, x_test)[0], axis=1) == digits.y_test)
    print(f"{name:16} largest | ||w|| - ||v|| | {np.max(np.abs(gaps)):.1e}   F = {F:.4f}   G = {G:.4f}   "
          f"test accuracy {100 * correct:.1f} %")

# %%
figure, three = panels(3, width=2.5, height=2.8, sharey=True)
ends = (0, 2.6)
for axes, (name, found) in zip(three, stages.items(), strict=True):
    for hidden, marker, color, which in zip(hidden_layers(conv), "os", (BLUE, ORANGE), ("first", "second"), strict=True):
        axes.plot(*unit_norms(conv, found, hidden, "inside"), marker, color=color, markersize=4,
                  label=f"{which} convolution")
    axes.plot(ends, ends, "k-", linewidth=0.7, label=r"$\|w\| = \|v\|$")
    axes.set(xlim=ends, ylim=ends, xlabel=r"$\|w\|$, into the channel", aspect="equal", title=f"digits, {name}")
three[0].set_ylabel(r"$\|v\|$, out of the channel")
three[-1].legend(loc="lower right", fontsize=7, handletextpad=0.3)
display(figure)

# %% [markdown]
# ## Biases: four conventions, and one in which Theorem 1 fails
#
# Rescaling a unit always rescales its bias: $v\,\sigma(w^\top x + b) = \frac v\alpha\,\sigma(\alpha w^\top x + \alpha
# b)$. What a bias counts as in norms and penalties is another question, and `pathnorm_ref` makes every caller answer
# it:
#
# | convention | penalised | part of $w$ | Theorem 1 |
# |---|---|---|---|
# | `absent` | there is none | there is none | holds |
# | `inside` | yes | yes: $\lVert w\rVert$ means $\sqrt{\lVert w\rVert^2 + b^2}$ | holds |
# | `free` | no | no | holds |
# | `outside` | yes | no | **fails** |
#
# The unit $5\,\sigma(3 x + 4)$ shows it. The function determines $w v = 15$ and $b v = 20$, so all its representations
# (as one unit) are rescalings of this one. With the bias penalised, $w^2 + b^2 + v^2$ is least where
# $w^2 + b^2 = v^2$: here, as $9 + 16 = 25$. So this representation has the minimum sum of squares, and yet
# $\|w\| = 3 \ne 5 = \|v\|$ if $w$ is meant without its bias.

# %%
biased = mlp((1, 1, 1), bias=(True, False))
unit = convert(((np.array([[3.0]]), np.array([4.0])), (), (np.array([[5.0]]),)), Fraction)
for bias in (Bias.INSIDE, Bias.OUTSIDE, Bias.FREE):
    w, v = unit_norms(biased, unit, hidden_layers(biased)[0], bias)
    print(f"{bias:8} ||w|| = {w[0]}, ||v|| = {v[0]}, sum of squares = {sum_of_squares(biased, unit, bias)}")

floats = convert(unit, np.float64)
after = balance_sweep(biased, floats, "outside")
print("forced to ||w|| = ||v|| without the bias, the penalty of weights and bias rises from "
      f"{sum_of_squares(biased, floats, 'outside'):.2f} to {sum_of_squares(biased, after, 'outside'):.2f}")

# %%
alphas = np.geomspace(0.6, 2, 141)
figure, (axes,) = panels(1, width=4.2)
for bias, color, style, label in ((Bias.OUTSIDE, BLUE, "-", "bias penalised (inside or outside $w$)"),
                                  (Bias.FREE, ORANGE, "--", "bias free")):
    squares = [sum_of_squares(biased, rescale(biased, floats, [np.array([a])]), bias) for a in alphas]
    axes.plot(alphas, squares, color=color, linestyle=style, label=label)
    axes.plot(alphas[np.argmin(squares)], min(squares), "o", color=color, markersize=5)
balancing = np.sqrt(5 / 3)
axes.axvline(balancing, ymin=0.32, color="k", linewidth=0.8, linestyle=":", label=r"$\alpha |w| = |v| / \alpha$")
axes.set(xlabel=r"factor $\alpha$ of $w$ and $b$", ylabel="sum of squares", ylim=(0, 90),
         title=r"$\frac{5}{\alpha} \, \sigma(3 \alpha x + 4 \alpha)$; dots: the minima")
axes.legend(loc="lower left")
display(figure)

# %% [markdown]
# The dotted line is where $|w| = |v|$. It goes through the minimum of the dashed curve, where the bias is free, and
# misses that of the solid one.
#
# ## What "any architecture" takes in, and what it does not
#
# Remark 2 of Yang et al. 2022 says that the theorem "holds for any architecture ... and every homogeneous unit". The
# proof rescales *one* unit and leaves all else alone. So it needs weights that belong to the unit.
#
# * **Shared weights.** In $f(x) = v\,\sigma(w\,\sigma(w\,\sigma(w\,\sigma(w x))))$, as in a recurrent net, $w$ enters
#   four layers. With $f(x) = 16\,x$ for $x > 0$, that is $w^4 v = 16$, the sum $w^2 + v^2$ is least where $w^2 = 4
#   v^2$: at $w = 2$, $v = 1$, out of balance.
# * **Skip connections.** In $f(x) = v h + h$ with $h = \sigma(w x)$, the skip passes the unit's output on beside $v$.
#   For $f(x) = \frac89\,\sigma(x)$, that is $w (v + 1) = \frac89$, $w^2 + v^2$ is least at $w = \frac23$, $v =
#   \frac13$. (Units *inside* a residual block, which the skip passes by, are balanced as before.)
# * **Batch normalisation** behind a layer makes the function independent of the size of the weights in front: smaller
#   ones are always better, and no representation in which one of them is not 0 has the minimum sum of squares.

# %%
figure, (left, right) = panels(2)
w = np.linspace(1.5, 2.6, 200)
left.plot(w, w**2 + (16 / w**4) ** 2, color=BLUE)
left.plot([2], [5], "o", color=BLUE, label="least: $w = 2$, $v = 1$")
left.plot([16**0.2], [2 * 16**0.4], "k^", label="balance: $w = v$")
left.set(xlabel="$w$, shared by four layers", ylabel="$w^2 + v^2$", title="$w^4 v = 16$")
w = np.linspace(0.4, 1.0, 200)
right.plot(w, w**2 + (8 / 9 / w - 1) ** 2, color=BLUE)
right.plot([2 / 3], [5 / 9], "o", color=BLUE, label="least: $w = 2/3$, $v = 1/3$")
equal = (np.sqrt(1 + 32 / 9) - 1) / 2  # w (w + 1) = 8/9
right.plot([equal], [2 * equal**2], "k^", label="balance: $w = v$")
right.set(xlabel="$w$, in front of the skip", ylabel="$w^2 + v^2$", title="$w (v + 1) = 8/9$")
for axes in (left, right):
    axes.legend(loc="upper center")
display(figure)

# %% [markdown]
# Where two layers share one array, `pathnorm_ref` refuses to rescale rather than change the function:

# %%
chain = mlp((1, 1, 1, 1), bias=False)
shared = np.array([[2.0]])
try:
    balance_sweep(chain, ((shared,), (), (shared,), (), (np.array([[1.0]]),)), "absent")
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# ## The verdicts
#
# The statements above are claims of `proofs_check`. Each is checked as the document prints it, in exact arithmetic
# where that suffices. `certified` means: no violation in that many cases, none decided by rounded numbers; `proved`:
# an identity re-checked exactly; `held`: some cases were decided in floats, or were equal to 256 bits; `refuted`: an
# exact counterexample, with the correction beside it.

# %%
ids = ["yang2022.theorem-1", "yang2022.theorem-1.bias-inside", "yang2022.theorem-1.bias-free",
       "yang2022.theorem-1.bias-outside", "yang2022.theorem-1.stationary", "yang2022.theorem-1.proof.minimum",
       "yang2022.theorem-7", "yang2022.remark-2", "yang2022.remark-2.corrected", "yang2022.remark-2.skip-connections",
       "yang2022.remark-2.batch-normalisation", "yang2022.section-4.gap", "yang2022.theorem-3.first-to-second",
       "yang2022.theorem-3.second-to-first", "yang2022.theorem-3.rebalanced"]
results = {result.claim.id: result for result in run_all(ids)}
for claim_id in ids:
    print(f"{claim_id:42} {results[claim_id].verdict:10} {summary(results[claim_id])}")

# %%
for claim_id in ("yang2022.theorem-1.bias-outside", "yang2022.theorem-3.second-to-first"):
    result = results[claim_id]
    print(f"{claim_id}\n  {result.claim.statement}\n  {result.finding}; witness: {result.evidence.witness}\n")

# %% [markdown]
# The last one is the small print of Theorem 3. The two objectives do have the same least value, and a minimiser of $F$
# minimises $G$. But a minimiser of $G$ may have units with one side zero and the other not: they cost $G$ nothing and
# $F$ something, and no rescaling by $\alpha > 0$ balances them. Setting both sides to zero does, and keeps the
# function; that is what `balance_sweep` does, and what the corrected claim `yang2022.theorem-3.rebalanced` says.
