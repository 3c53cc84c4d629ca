"""Figure 2: decision boundaries of a one-hidden-layer net, of weight decay and of Algorithm 1 (C.2)."""

from dataclasses import dataclass

import numpy as np
from matplotlib.cm import ScalarMappable
from scipy.special import expit

from pathnorm_ref import data
from pathnorm_ref.architectures import mlp
from pathnorm_ref.arrays import NotFinite
from pathnorm_ref.experiments import kept
from pathnorm_ref.experiments.experiment import Experiment, Finding, unless_diverged
from pathnorm_ref.experiments.figures import look, panels
from pathnorm_ref.experiments.settings import check_seed
from pathnorm_ref.experiments.training import finite
from pathnorm_ref.experiments.yang2022.training import Method, compared
from pathnorm_ref.layers.layer import check_positive
from pathnorm_ref.losses import logistic
from pathnorm_ref.norms import unit_norms
from pathnorm_ref.objectives import loss_and_gradient
from pathnorm_ref.units import Bias, hidden_layers

ACTIVE = 1e-5
CONFIDENCE = 0.9
"""The red and the blue line: sigmoid(net(x)) of 0.9 and 0.1."""
SAME = 0.1
"""Two functions have come together if they differ by less than this share of what they differed by at first."""

COLORS = "RdBu_r"


@dataclass(frozen=True)
class Settings:
    """C.2 prints learning rate and lambda; neither points, nor width, nor how long."""

    n: int = 40
    noise: float = 0.1
    width: int = 100
    lr: float = 0.1
    lam: float = 0.0001
    steps: int = 20_000
    converged: int = 1_000_000
    bias: Bias = Bias.INSIDE
    grid: int = 121
    seed: int = 42

    def __post_init__(self):
        check_positive(n=self.n, width=self.width, steps=self.steps, converged=self.converged, grid=self.grid)
        if self.converged % self.steps or self.converged == self.steps:
            raise ValueError(f"converged is {self.converged}: it must be a multiple of steps, {self.steps}, and more")
        if self.grid < 2:
            raise ValueError(f"grid is {self.grid}: it must be 2 at least")
        check_seed(self.seed)


@dataclass(frozen=True)
class Classifier:
    """One run, full batch, of `settings.converged` steps, looked at after `settings.steps` too."""

    method: Method
    settings: Settings


def jobs(settings, records):
    return [Classifier(method, settings) for method in compared(settings, layer_balance=False)]


def check(settings, place):
    """ValueError for points that can't be drawn, and for a bias convention that the net or a rule has not."""
    points(settings)
    for job in jobs(settings, {}):
        start(job)


def network(settings):
    return mlp((2, settings.width, 1))


def points(settings):
    return data.two_classes(np.random.default_rng([settings.seed, 0]), settings.n, settings.noise)


def window(settings):
    """The coordinates of the grid on which the net is drawn, the same on both axes."""
    return np.linspace(-2, 2, settings.grid)


def measure(job, place):
    settings = job.settings
    path = kept.checkpoint(job, place)
    rounds = settings.converged // settings.steps
    _, _, pictures = kept.resumable(path, lambda: start(job), lambda i, progress: advance(job, i, progress), rounds)
    return {"pictures": pictures, "diverged": at(pictures, settings.converged) is None}


def start(job):
    net = network(job.settings)
    params = net.init(np.random.default_rng([job.settings.seed, 1]))
    return *job.method.rule().init(net, params), ()


def advance(job, i, progress):
    """`steps` more; a picture after the first round and after the last. Of a run that diverges the rounds before."""
    settings, rule = job.settings, job.method.rule()
    net, (x, y), (params, state, pictures) = network(settings), points(settings), progress
    if i and not pictures:
        return progress
    n_done = (i + 1) * settings.steps
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(settings.steps):
                params, state = rule.step(net, params, state, loss_and_gradient(net, params, x, y, logistic)[1])
            if n_done in (settings.steps, settings.converged):
                pictures = (*pictures, picture(job, params, n_done))
    except NotFinite:
        return progress  # no batch is drawn at random, so the next round ends here too
    return params, state, pictures


def picture(job, params, n_done):
    """What is drawn: net(x) on the grid, the objective, and the active units."""
    settings = job.settings
    net, (x, y), axis = network(settings), points(settings), window(settings)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    w, v = unit_norms(net, params, hidden_layers(net)[0], settings.bias)
    numbers = finite({"step": n_done, "objective": float(job.method.rule().objective(net, params, x, y, logistic)),
                      "active": int(np.sum(w * v > ACTIVE)), "path_norm": float(np.sum(w * v))})
    return numbers | {"outputs": np.round(net.forward(params, grid)[0][:, 0], 6).tolist()}


def at(pictures, step):
    """The picture after so many steps; None if the run has diverged before."""
    return next((picture for picture in pictures if picture["step"] == step), None)


def rows(settings, records):
    return [{"method": job.method.name} | {name: value for name, value in picture.items() if name != "outputs"}
            for job, record in records.items() for picture in record["pictures"]]


def draw(settings, records):
    figure, axes = panels(3, width=2.6, height=2.7, sharey=True)
    pictures = {job.method.name: record["pictures"] for job, record in records.items()}
    (x, y), axis = points(settings), window(settings)
    shown = (("weight-decay", settings.steps), ("path-norm", settings.steps), ("weight-decay", settings.converged))
    for panel, (method, step) in zip(axes, shown, strict=True):
        found = at(pictures[method], step)
        if found is not None:
            boundary(panel, axis, np.array(found["outputs"]).reshape(len(axis), len(axis)))
        for sign, marker in ((1, "o"), (-1, "^")):
            panel.scatter(*x[y[:, 0] == sign].T, s=12, marker=marker, edgecolor="black", facecolor="white", linewidth=0.7)
        state = "diverged" if found is None else f"{found['active']} active"
        panel.set(title=f"{look(method)['label']}\n{step:,} steps, {state}", xlabel="$x_1$", aspect="equal")
        panel.grid(False)
    axes[0].set_ylabel("$x_2$")
    figure.colorbar(ScalarMappable(cmap=COLORS), ax=axes, label="sigmoid(net(x)); lines: 0.1, 0.5, 0.9")
    return figure


def boundary(panel, axis, outputs):
    """sigmoid(net) in colours, and the lines where it is `CONFIDENCE`, 1/2, and 1 - `CONFIDENCE`."""
    panel.contourf(axis, axis, expit(outputs), np.linspace(0, 1, 11), cmap=COLORS, alpha=0.7)
    odds = np.log(CONFIDENCE / (1 - CONFIDENCE))
    for level, color, width in ((-odds, "navy", 1.0), (0, "white", 1.8), (odds, "darkred", 1.0)):
        if np.min(outputs) < level < np.max(outputs):
            panel.contour(axis, axis, outputs, (level,), colors=color, linestyles="-", linewidths=width)


def findings(settings, records):
    pictures = {job.method.name: record["pictures"] for job, record in records.items()}
    decay, path = pictures["weight-decay"], pictures["path-norm"]
    nearer = "after the same number of steps the proximal algorithm is nearer to its limit"
    same = "both converge to the same function"
    if not decay or not path:
        return unless_diverged([Finding(claim, None, "nothing to compare") for claim in (nearer, same)], records)
    gap = {when: difference(decay[i], path[i]) for when, i in (("first", 0), ("last", -1))}
    return unless_diverged([
        Finding(nearer,
                difference(path[0], path[-1]) < difference(decay[0], decay[-1]),
                f"largest change of sigmoid(net) from {path[0]['step']} to {path[-1]['step']} steps: "
                f"{difference(path[0], path[-1]):.2g} against {difference(decay[0], decay[-1]):.2g}"),
        Finding(same, gap["last"] < SAME * gap["first"],
                f"largest difference of sigmoid(net) between them: {gap['first']:.2g}, at the end {gap['last']:.2g}; "
                f"objectives {decay[-1]['objective']:.6g} and {path[-1]['objective']:.6g}, "
                f"{decay[-1]['active']} and {path[-1]['active']} active units")], records)


def difference(a, b):
    """The largest difference of sigmoid(net) on the grid."""
    p, q = (expit(picture["outputs"]) for picture in (a, b))
    return float(np.max(np.abs(p - q)))


EXPERIMENT = Experiment(
    "Figure 2: decision boundaries of weight decay and of Algorithm 1 after as many steps, and after many more (C.2)",
    Settings, lambda given: {"converged": 160_000, "width": 50, "grid": 81}, jobs, measure, rows, draw, findings, check,
    ("the points, the width and the number of steps are not printed: see the settings; two half circles that "
     "interlock, logistic loss, all of the data one batch, He's normal weights",
     "the right panel is weight decay after `converged` steps",
     "two functions count as the same if the largest difference of sigmoid(net) has fallen to a tenth"))
