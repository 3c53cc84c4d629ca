"""The documents' tables and figures, each one function and one command: `python -m pathnorm_ref.experiments`.

An experiment is a list of independent jobs, what to measure in each, and what its table, its figure and its
findings are made of (`experiment.Experiment`). A folder per document, a module per table or figure, each with an
`EXPERIMENT`; listing the folder finds them.
"""

import importlib
import pkgutil


def experiments():
    """{document: {name: Experiment}}."""
    found: dict[str, dict] = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        experiment = getattr(importlib.import_module(module.name), "EXPERIMENT", None)
        if experiment is not None:
            document, stem = module.name.split(".")[-2:]
            found.setdefault(document, {})[stem.replace("_", "-")] = experiment
    return found
