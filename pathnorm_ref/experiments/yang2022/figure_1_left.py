"""Figure 1, left: objective and test accuracy of weight decay and of Algorithm 1, by epoch (C.2)."""

from dataclasses import dataclass
from math import inf

from pathnorm_ref.experiments.experiment import Experiment, Finding, unless_diverged
from pathnorm_ref.experiments.figures import line, panels
from pathnorm_ref.experiments.yang2022.problems import Problem
from pathnorm_ref.experiments.yang2022.training import Training, check, compared, train
from pathnorm_ref.units import Bias


@dataclass(frozen=True)
class Settings:
    """Task 1 as C.2 has it."""

    data: str = "mnist"
    width: int = 400
    lr: float = 0.01
    lam: float = 0.0001
    epochs: int = 1000
    every: int = 10
    batch_size: int = 128
    n_per_class: int = 100
    n_validation: int = 5000
    bias: Bias = Bias.OUTSIDE
    layer_balance: bool = True
    seed: int = 42


def jobs(settings, records):
    problem = Problem(settings.data, "MLP-3-400 factorized", settings.seed, settings.n_validation, settings.width,
                      settings.n_per_class)
    return [Training(problem, method, settings.epochs, settings.batch_size, settings.every)
            for method in compared(settings, settings.layer_balance)]


def measure(job, place):
    trained = train(job, place)
    return {"history": list(trained.history), "diverged": trained.diverged}


def rows(settings, records):
    return [{"method": job.method.name} | point for job, record in records.items() for point in record["history"]]


FAIR = "F balanced"
"""The objective in which both are judged: F of the same function with its couples balanced.

Algorithm 1 keeps ||w|| = 1, so that F of its iterates counts a unit as 1 + ||v||^2 where 2 ||v|| would do. One rescaling
at the end, which does not change the function, is free for either method. F as it stands is in the table.
"""


def draw(settings, records):
    figure, (left, right) = panels(2)
    for job, record in records.items():
        epochs = [point["epoch"] for point in record["history"]]
        left.plot(epochs, [point[FAIR] for point in record["history"]], **line(job.method.name))
        right.plot(epochs, [point["test"] for point in record["history"]], **line(job.method.name))
    left.set(yscale="log", xlabel="epoch", ylabel="weight decay objective, training",
             title="of the same functions, couples balanced")
    right.set(xlabel="epoch", ylabel="test accuracy (%)",
              title=f"{settings.data}, {settings.n_per_class} images a class, $\\lambda$ = {settings.lam:g}")
    right.legend(loc="lower right")
    return figure


def findings(settings, records):
    histories = {job.method.name: record["history"] for job, record in records.items()}
    decay, path = histories["weight-decay"], histories["path-norm"]
    reached = first(path, FAIR, below=decay[-1][FAIR])
    when = "never" if reached == inf else f"after {reached} of {decay[-1]['epoch']} epochs"
    return unless_diverged([
        Finding("the proximal algorithm minimises the weight decay objective faster", reached < decay[-1]["epoch"],
                f"below weight decay's last objective: {when}; at the end {path[-1][FAIR]:.4g} against "
                f"{decay[-1][FAIR]:.4g}, couples balanced"),
        Finding("it finds a better solution", path[-1]["test"] > decay[-1]["test"],
                f"test accuracy {path[-1]['test']:.2f} % against {decay[-1]['test']:.2f} %")], records)


def first(history, name, below):
    """The first epoch at which a value is below a bound; infinite if there is none."""
    return next((point["epoch"] for point in history if point[name] < below), inf)


EXPERIMENT = Experiment(
    "Figure 1, left: weight decay objective and test accuracy by epoch, Task 1 (C.2)", Settings,
    lambda given: {"data": "digits", "width": 64, "lr": 0.1, "epochs": 300, "n_per_class": 50, "n_validation": 200},
    jobs, measure, rows, draw, findings,
    lambda settings, place: check(jobs(settings, {}), place),
    ("epochs, batch size and initialisation are not printed: see the settings; uniform weights as PyTorch's layers",
     "plain SGD with a constant learning rate",
     "the objective of both is F of the same function with its couples balanced, which costs one rescaling"))
