"""What an experiment is: jobs, what to measure in each, and what its table, figure and findings are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Where an experiment finds its data, and where it keeps what it has."""

    out: Path
    folder: Path | None = None
    download: bool = False


class Finding(NamedTuple):
    """A claim of the document about a table or figure, and whether these numbers show it (None: they can't tell)."""

    claim: str
    seen: bool | None
    numbers: str


def unless_diverged(findings, records):
    """The findings, all of which compare all runs: they can't tell if one, by its "diverged", has diverged."""
    diverged = dict.fromkeys(job.method.name for job, record in records.items() if record["diverged"])
    if not diverged:
        return findings
    return [found._replace(seen=None, numbers=f"diverged: {', '.join(diverged)}; before that {found.numbers}")
            for found in findings]


@dataclass(frozen=True)
class Experiment:
    """One table or figure of a document.

    A job is a frozen dataclass of plain values: it says all that its record depends on, the seed included. Records
    are plain values too. `jobs` gets the records that are there already, and is asked again until it names no
    new job: so a grid can be followed by runs of what it selected.
    """

    title: str
    """What it shows, and where it stands in the document."""
    settings: type
    """A frozen dataclass: the defaults are the document's own settings, or our choice where it is silent."""
    small: Callable[[dict], dict]
    """(the settings that the user gave) -> the others of a run that takes about a minute on two cores."""
    jobs: Callable[[Any, dict], list]
    """(settings, {job: record}) -> jobs."""
    measure: Callable[[Any, Place], dict]
    """(job, place) -> record."""
    rows: Callable[[Any, dict], list[dict]]
    """(settings, {job: record}) -> the rows of the table, each from column to value."""
    draw: Callable[[Any, dict], Any]
    """(settings, {job: record}) -> a matplotlib figure."""
    findings: Callable[[Any, dict], list[Finding]]
    """(settings, {job: record}) -> what the document says of it, and whether it is seen."""
    prepare: Callable[[Any, Place], Any] = lambda settings, place: None
    """(settings, place): whatever can fail for bad input, before anything is computed or written."""
    choices: tuple[str, ...] = ()
    """What the document does not say, and what was chosen."""
