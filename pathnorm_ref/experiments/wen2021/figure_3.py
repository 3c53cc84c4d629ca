"""Figure 3: the first 20 columns of the first hidden layer's matrix, with and without the constraint (Section 5.2)."""

from dataclasses import dataclass

import numpy as np

from pathnorm_ref.experiments.experiment import Experiment, Finding, unless_diverged
from pathnorm_ref.experiments.figures import panels
from pathnorm_ref.experiments.wen2021 import table_2, trials
from pathnorm_ref.experiments.wen2021.training import Method, Run, check, train
from pathnorm_ref.experiments.wen2021.trials import named, positive

SHOWN = 20
"""Columns in the picture."""
RELEVANT = 4
""""Only the first four elements of the input are included in the true model"."""


@dataclass(frozen=True)
class Settings(table_2.Settings):
    """Table 2 at c = 0.07, for which the text cites the figure."""

    cs: tuple[float, ...] = (0.07,)


@dataclass(frozen=True)
class FirstLayer:
    """The first layer's matrix of a run of Table 2."""

    run: Run

    @property
    def method(self) -> Method:
        return self.run.method


def jobs(settings, records):
    return [FirstLayer(run) for run in trials.jobs(settings, {})]


def measure(job, place):
    """Weights (unit, input) of the first inputs, to four digits; per cent of the units that read each input."""
    trained = train(job.run, place)
    W = trained.params[0][0]
    return {"weights": [[float(f"{w:.4g}") for w in row[:SHOWN]] for row in W],
            "read": [100 * float(np.mean(column != 0)) for column in W.T], "diverged": trained.diverged}


def shares(settings, records):
    """{c: per cent of the units that read each input, (trials, inputs)}."""
    return {c: np.array([records[FirstLayer(settings.run(seed, c))]["read"] for seed in settings.seeds])
            for c in (None, *settings.cs)}


def rows(settings, records):
    """Of each c and each input that is shown, and of the mean of the others."""
    return [{"c": named(c), "input": name, "units that read it (%)": float(share)}
            for c, read in ((c, found.mean(axis=0)) for c, found in shares(settings, records).items())
            for name, share in [*((str(j + 1), read[j]) for j in range(min(SHOWN, len(read)))),
                                *([("mean of the others", np.mean(read[SHOWN:]))] if len(read) > SHOWN else [])]]


def draw(settings, records):
    """The first trial: magnitudes, inputs across as in the text, units down."""
    figure, axes = panels(1 + len(settings.cs), width=2.6, height=4.2)
    for axis, c in zip(axes, (None, *settings.cs), strict=True):
        W = np.abs(records[FirstLayer(settings.run(settings.seeds[0], c))]["weights"])
        image = axis.imshow(W, aspect="auto", cmap="Greys", interpolation="nearest", vmin=0,
                            extent=(0.5, W.shape[1] + 0.5, len(W) + 0.5, 0.5))
        axis.grid(visible=False)
        axis.set(xlabel="input", ylabel="unit of the first hidden layer", xticks=(1, 4, 10, 15, 20),
                 title=f"c = {named(c)}".replace("inf", r"$\infty$"))
        figure.colorbar(image, ax=axis, label="|weight|")
    return figure


def findings(settings, records):
    found = shares(settings, records)
    bare, bare_error = mean_and_error(found[None].mean(axis=1))
    claims = []
    for c in settings.cs:
        all_of_it, its_error = mean_and_error(found[c].mean(axis=1))
        columns, errors = mean_and_error(found[c])
        first, others = columns[:RELEVANT], columns[RELEVANT:]
        as_claimed = [positive(gap, error) for gap, error in zip((*(first - 50), *(50 - others)), errors, strict=True)]
        claims += [
            Finding(f"with c = {named(c)} the resulting weight matrix is much sparser",
                    positive(bare / 2 - all_of_it, bare_error / 2 + its_error),
                    f"{all_of_it:.2f} % of its weights are not 0, {bare:.2f} % without"),
            Finding(f"with c = {named(c)} the first four columns are dense, the others sparse",
                    False if False in as_claimed else None if None in as_claimed else True,
                    f"of {', '.join(f'{share:.1f} %' for share in first)} of the units the first four inputs are read, each "
                    f"of the others of {np.mean(others):.2f} % on average, {max(others):.1f} % at most")]
    return unless_diverged(claims, records)


def mean_and_error(values):
    """The mean over the trials, on axis 0, and its standard error."""
    return values.mean(axis=0), values.std(axis=0, ddof=1) / len(values) ** 0.5


EXPERIMENT = Experiment(
    "Figure 3: the first hidden layer's matrix with and without the constraint (Section 5.2)", Settings,
    lambda given: table_2.small(given) | {"cs": (0.07,)}, jobs, measure, rows, draw, findings,
    lambda settings, place: check([job.run for job in jobs(settings, {})], place),
    ("the runs are those of Table 2; c is not printed, the text cites the figure for c = 0.07",
     "columns: of the printed layout, (input, unit), the first 20 would be units; the text's \"first four columns are dense "
     "... because only the first four elements of the input are included\" is of inputs, which are shown",
     "dense: read by more than half of the units, sparse: by less; much sparser: less than half as many weights; each is "
     "undecided within the standard errors of the means of the trials; the picture is of the first trial, each pane on its "
     "own scale of grey; the shares are of all trials", *table_2.CHOICES))
