"""Figures that can be read in print: one style, saved as PNG and SVG."""

from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogFormatter

from pathnorm_ref.experiments import kept

STYLE: Any = {"font.size": 9, "axes.titlesize": 9, "axes.grid": True, "grid.alpha": 0.3, "axes.spines.top": False,
         "axes.spines.right": False, "legend.frameon": False, "lines.linewidth": 1.4, "savefig.dpi": 200,
         "svg.hashsalt": "pathnorm_ref"}

METHODS = {  # the same line for the same method in every figure: they differ in grey too
    "weight-decay": {"color": "#1b6ca8", "linestyle": "-", "marker": "o", "label": "weight decay"},
    "path-norm": {"color": "#c44e1c", "linestyle": "--", "marker": "s", "label": "path-norm proximal"},
    "lasso": {"color": "#3a7d34", "linestyle": "-.", "marker": "^", "label": "lasso"},
    "group-lasso": {"color": "#7a4b9d", "linestyle": ":", "marker": "D", "label": "group lasso"},
}


def look(method):
    """How a method is drawn; one that is not in the table in black, under its own name."""
    return METHODS.get(method, {"color": "black", "linestyle": "-", "marker": "x", "label": method})


def line(method, **changes):
    """How a method is drawn as a line, without markers unless asked for."""
    return {**look(method), "marker": None, "markersize": 4, **changes}


def style():
    """The style, while a figure is made and saved: matplotlib reads it at both times."""
    return mpl.rc_context(STYLE)


def panels(n=1, width=3.4, height=2.8, **options):
    """(figure, list of n axes side by side), sizes in inches."""
    figure = Figure(figsize=(width * n, height), layout="constrained")
    return figure, list(figure.subplots(1, n, squeeze=False, **options)[0])


def logarithmic(axis):
    """A logarithmic scale of y with plain numbers, 60 in place of 6 x 10^1, the smaller ones where there is room."""
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    axis.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(1.5, 0.5)))


def save(figure, path):
    """The figure as PATH.png and PATH.svg, the same bytes for the same figure."""
    for suffix, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        with kept.whole(path.with_name(f"{path.name}.{suffix}")) as file:
            figure.savefig(file, format=suffix, metadata=metadata)
