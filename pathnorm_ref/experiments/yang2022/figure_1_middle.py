"""Figure 1, middle: spectral norms of the input Jacobian on the test images (C.2)."""

from dataclasses import dataclass

import numpy as np

from pathnorm_ref.experiments.experiment import Experiment, Finding, unless_diverged
from pathnorm_ref.experiments.figures import look, panels
from pathnorm_ref.experiments.training import CHUNK
from pathnorm_ref.experiments.yang2022.problems import Problem, prepare
from pathnorm_ref.experiments.yang2022.training import Training, check, compared, train
from pathnorm_ref.lipschitz import local_lipschitz
from pathnorm_ref.units import Bias


@dataclass(frozen=True)
class Settings:
    """Task 2 as C.2 has it."""

    data: str = "mnist"
    width: int = 400
    lr: float = 0.1
    lam: float = 0.00003
    epochs: int = 50
    batch_size: int = 128
    n_validation: int = 5000
    bias: Bias = Bias.OUTSIDE
    layer_balance: bool = True
    seed: int = 42


def jobs(settings, records):
    problem = Problem(settings.data, "MLP-6-400", settings.seed, settings.n_validation, settings.width)
    return [Training(problem, method, settings.epochs, settings.batch_size)
            for method in compared(settings, settings.layer_balance)]


def measure(job, place):
    """The spectral norms of d net(x) / d x of the best model by validation, over normalised images."""
    prepared, trained = prepare(job.problem, place), train(job, place)
    x, params = prepared.x_test, trained.best.params
    norms = [float(norm) for i in range(0, len(x), CHUNK)
             for norm in local_lipschitz(prepared.net, params, x[i:i + CHUNK])]
    return {"norms": norms, "best": trained.best.point, "diverged": trained.diverged}


def rows(settings, records):
    return [{"method": job.method.name, "epoch": record["best"]["epoch"], "validation": record["best"]["validation"],
             "test": record["best"]["test"], "n": len(record["norms"]), "mean": float(np.mean(record["norms"])),
             **{f"quantile {q:g}": float(np.quantile(record["norms"], q)) for q in (0.05, 0.25, 0.5, 0.75, 0.95)}}
            for job, record in records.items()]


def draw(settings, records):
    figure, (axes,) = panels(1, width=4.2)
    every = np.concatenate([record["norms"] for record in records.values()])
    edges = np.histogram_bin_edges(every, 60, range=(0, float(np.quantile(every, 0.995))))
    for job, record in records.items():
        style = look(job.method.name)
        axes.hist(record["norms"], edges, histtype="stepfilled", alpha=0.35, color=style["color"])
        axes.hist(record["norms"], edges, histtype="step", color=style["color"], linestyle=style["linestyle"],
                  label=style["label"])
    axes.set(xlabel="spectral norm of the Jacobian at a test image\n(largest 0.5 % not shown)", ylabel="images",
             title=f"{settings.data}, MLP-6-{settings.width}, lr = {settings.lr:g}, $\\lambda$ = {settings.lam:g}")
    axes.legend()
    return figure


def findings(settings, records):
    norms = {job.method.name: np.array(record["norms"]) for job, record in records.items()}
    decay, path = norms["weight-decay"], norms["path-norm"]
    return unless_diverged([
        Finding("the Jacobian's spectral norm is generally larger for weight decay",
                bool(np.median(decay) > np.median(path)),
                f"medians {np.median(decay):.4g} and {np.median(path):.4g}; larger at "
                f"{100 * np.mean(decay > path):.1f} % of {len(decay)} images")], records)


EXPERIMENT = Experiment(
    "Figure 1, middle: Jacobian norms on test images, Task 2 (C.2)", Settings,
    lambda given: {"data": "digits", "width": 64, "epochs": 40, "n_validation": 200}, jobs, measure, rows, draw, findings,
    lambda settings, place: check(jobs(settings, {}), place),
    ("epochs, batch size and initialisation are not printed: see the settings; uniform weights as PyTorch's layers",
     "plain SGD with a constant learning rate",
     "the Jacobian is that of the net on normalised images; the model is the best by validation"))
