"""The command: `python -m pathnorm_ref.experiments DOCUMENT NAME`."""

import argparse
import os
import sys
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import get_args, get_origin, get_type_hints

try:
    from pathnorm_ref.experiments import experiments
    from pathnorm_ref.experiments.experiment import Place
    from pathnorm_ref.experiments.kept import Damaged
    from pathnorm_ref.experiments.page import verdict
    from pathnorm_ref.experiments.perform import Unusable, perform, usable
except ModuleNotFoundError as missing:
    raise SystemExit(f"the experiments need {missing.name}: pip install 'pathnorm-ref[experiments]'") from missing

HELP = {
    "task": "of the table: 1 to 4 of C.1 in yang2022, a column of Table 3 in wen2021", "data": "the set of images",
    "width": "units of a hidden layer (VGG: channels of its first)", "widths": "units of the hidden layers",
    "methods": "training rules", "method": "training rule", "lr": "learning rate", "lrs": "learning rates of the grid",
    "momentum": "of the rule weight-decay", "decay": "of the learning rate: constant, linear or cosine, to 0",
    "lam": "lambda", "lams": "lambdas of the grid", "epochs": "passes over the training samples",
    "every": "how many epochs, or steps, between two measurements", "steps": "steps of the optimiser",
    "converged": "steps after which a run counts as converged: a multiple of --steps",
    "retraining": "steps for which each sparse model is trained on", "batch_size": "samples in a step",
    "n": "points", "noise": "deviation of the points from their half circles",
    "n_train": "training samples", "n_test": "test samples", "n_in": "inputs", "n_active": "coefficients that are not 0",
    "beta": "the least and the largest coefficient", "last": "what z_1001 is", "spread": "what 1/4 is",
    "alpha": "whose alpha is: shared, or each sample", "n_per_class": "training images of each class",
    "n_validation": "images set apart to choose by", "reading": "what a corrupted label becomes",
    "cs": "normalization constants, beside no constraint", "layers": "indices of the layers to project",
    "output": "what becomes of the output layer", "dropout": "the rate of dropout",
    "folds": "of the cross-validation", "first_kernel": "size of the first two kernels",
    "augment": "crop and flip images at random", "fresh": "each trial draws samples of its own",
    "bias": "what a bias counts as in the penalties",
    "layer_balance": "Algorithm 2 in each step of the proximal algorithm", "grid": "points on a side of the picture",
    "seed": "of all that is random", "seeds": "of the trials; a grid runs on the first, what it selects on all"}
"""What a setting is, by its name, which means the same in every experiment."""


def main(argv=None):
    """Exit status: 0 when done, 1 if interrupted (run it again to go on), 2 for unusable arguments or data."""
    arguments = parser().parse_args(argv)
    experiment = arguments.experiment
    name = f"{arguments.document}-{arguments.name}"
    given = {field.name: _plain(getattr(arguments, field.name)) for field in fields(experiment.settings)
             if getattr(arguments, field.name) is not None}
    folder = arguments.folder and arguments.folder.resolve()  # workers may run in another folder
    place = Place(arguments.out.resolve(), folder, arguments.download)
    try:
        with usable():
            settings = experiment.settings(**(experiment.small(given) if arguments.small else {}) | given)
        report = perform(experiment, name, settings, place, arguments.jobs, arguments.backend, arguments.scheduler)
    except (Unusable, Damaged) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{name}: interrupted; the same command goes on where it stopped", file=sys.stderr)
        return 1
    for finding in report["findings"]:
        print(f"{verdict(finding['seen'])}: {finding['claim']} ({finding['numbers']})")
    print(f"written: {arguments.out / name}.json, .csv, .md, .png, .svg")
    return 0


def parser():
    """Of the command: a subcommand for each document, in it one for each experiment."""
    words = argparse.ArgumentParser(prog="python -m pathnorm_ref.experiments",
                                    description="The tables and figures of the documents.")
    documents = words.add_subparsers(dest="document", required=True, metavar="DOCUMENT")
    for document, found in experiments().items():
        names = documents.add_parser(document, help=", ".join(found)).add_subparsers(
            dest="name", required=True, metavar="NAME")
        for name, experiment in found.items():
            own = names.add_parser(name, help=experiment.title, description=experiment.title)
            own.set_defaults(experiment=experiment)
            add_places(own)
            add_settings(own, experiment.settings)
    return words


def add_places(words):
    """The options that every experiment has."""
    words.add_argument("--small", action="store_true", help="a run of about a minute; without it, the document's size")
    words.add_argument("--folder", type=Path, metavar="DIR", help="where the files of the data set are")
    words.add_argument("--download", action="store_true", help="fetch the data set, if it is not there")
    words.add_argument("--out", type=Path, default=Path("results"), metavar="DIR", help="where results go (results)")
    words.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N",
                       help="runs at a time (all cores; with Dask, as many as its workers take)")
    words.add_argument("--backend", default="loky", choices=("loky", "threading", "sequential", "dask"),
                       help="of joblib (loky)")
    words.add_argument("--scheduler", metavar="ADDRESS",
                       help="of Dask, tcp://host:8786; its workers must share DIR and --out")


def add_settings(words, settings):
    """An option for each field of the settings, of its type."""
    hints = get_type_hints(settings)
    for field in fields(settings):
        kind, many = _kind(hints[field.name])
        option: dict = {"action": argparse.BooleanOptionalAction} if kind is bool else {"type": kind}
        if many:
            option["nargs"] = "+"
        if issubclass(kind, StrEnum):
            option = {"choices": [str(member) for member in kind]}
        words.add_argument(f"--{field.name.replace('_', '-')}", dest=field.name, default=None,
                           help=f"{HELP[field.name]} (by default {_shown(field.default)})", **option)


def _shown(default):
    """A default as it would be typed."""
    if default is None:
        return "as in the document"
    return " ".join(map(str, default)) if isinstance(default, tuple) else str(default)


def _plain(value):
    """A list of the command line as the tuple that settings hold."""
    return tuple(value) if isinstance(value, list) else value


def _kind(hint):
    """(the type of one value, whether there may be many) of an annotation: int, int | None, tuple[float, ...]."""
    if isinstance(hint, UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is tuple:
        return get_args(hint)[0], True
    return hint, False


if __name__ == "__main__":
    sys.exit(main())
