"""Run an experiment: its jobs in parallel, each record kept as soon as it is there; then table, figure, findings."""

import asyncio
import csv
import platform
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from io import StringIO

from joblib import Parallel, delayed, parallel_config
from rich.console import Console
from rich.progress import Progress

from pathnorm_ref.experiments import kept
from pathnorm_ref.experiments.figures import save, style
from pathnorm_ref.experiments.page import page
from pathnorm_ref.version import VERSION

SCHEDULER_TIMEOUT = 10
"""Seconds in which a Dask scheduler must answer."""


class Unusable(ValueError):
    """Settings, data or a scheduler that can't be used: known before anything is computed or written."""


@contextmanager
def usable():
    """What is wrong with what the user gave, as Unusable."""
    try:
        yield
    except (ValueError, OSError, ImportError) as error:
        raise Unusable(error) from error


def perform(experiment, name, settings, place, n_jobs=1, backend="loky", scheduler=None):
    """The report of an experiment, written to place.out as NAME.json, .csv, .md, .png and .svg.

    Whatever can fail for bad input fails before anything is computed or written: Unusable for settings that do
    not fit, for data that are missing or broken, for a scheduler that does not answer, and for a folder to which
    nothing can be written. kept.Damaged if a file of an earlier run is broken.
    """
    with usable():
        if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs < 1:
            raise ValueError(f"n_jobs is {n_jobs!r}: it must be an integer, 1 at least")
        experiment.jobs(settings, {})
        experiment.prepare(settings, place)
    with cluster(backend, scheduler):
        check_writable(place.out)
        found = gather(experiment, settings, place, n_jobs)
    Console(stderr=True).print(f"{name}: {timed(found.values())}", highlight=False, soft_wrap=True)
    records = {job: kept_record["record"] for job, kept_record in found.items()}
    rows = experiment.rows(settings, records)
    report = {"experiment": name, "title": experiment.title, "settings": asdict(settings),
              "versions": distinct(kept_record["versions"] for kept_record in found.values()),
              "choices": list(experiment.choices), "rows": rows,
              "findings": [finding._asdict() for finding in experiment.findings(settings, records)],
              "records": [{"job": asdict(job), "record": record} for job, record in records.items()]}
    kept.write_json(place.out / f"{name}.json", report)
    with kept.whole(place.out / f"{name}.csv") as file:
        file.write(as_csv(rows).encode())
    with kept.whole(place.out / f"{name}.md") as file:
        file.write(page(report).encode())
    with style():
        save(experiment.draw(settings, records), place.out / name)
    return report


def check_writable(out):
    """Unusable unless files can be written to this folder, which is made if it is not there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise Unusable(f"out is {str(out)!r}: no files can be written there ({error.strerror})") from error


def gather(experiment, settings, place, n_jobs):
    """{job: its record and the versions that made it} of all jobs; those that are kept already are not run again."""
    found: dict = {}
    with Progress(console=Console(stderr=True), transient=True) as progress:
        while todo := [job for job in known(experiment, settings, found) if job not in found]:
            task = progress.add_task(f"{len(todo)} runs", total=len(todo))
            for job, kept_record in run_all(experiment.measure, todo, place, n_jobs):
                found[job] = kept_record
                progress.advance(task)
    return {job: found[job] for job in known(experiment, settings, found)}


def known(experiment, settings, found):
    """The jobs, as far as what was found tells them."""
    return experiment.jobs(settings, {job: kept_record["record"] for job, kept_record in found.items()})


def run_all(measure, jobs, place, n_jobs):
    """(job, its record and versions) of each job as soon as it is there: kept ones first."""
    missing = []
    for job in jobs:
        path = _path(job, place)
        if path.exists():
            yield job, kept.read_json(path)
        else:
            missing.append(job)
    found = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(
        delayed(_measured)(measure, job, place) for job in missing)
    for job, kept_record in found:
        kept.write_json(_path(job, place), kept_record)
        yield job, kept_record


def _measured(measure, job, place):
    begun = time.perf_counter()
    record = measure(job, place)
    return job, {"job": asdict(job), "versions": versions(), "seconds": time.perf_counter() - begun, "record": record}


def timed(found):
    """In words, how long the runs took, as far as it was kept; it stands in no report, which must be the same again."""
    seconds = [kept_record["seconds"] for kept_record in found if "seconds" in kept_record]
    if not seconds:
        return "no run was timed"
    return f"{len(seconds)} runs of {sum(seconds) / len(seconds):.1f} s on average, {sum(seconds):.0f} s in all"


def _path(job, place):
    return place.out / "records" / f"{kept.name(job)}.json"


@contextmanager
def cluster(backend, scheduler):
    """The joblib backend in which jobs run; for "dask" the workers of the scheduler at this address."""
    if backend != "dask":
        if scheduler is not None:
            raise Unusable(f"scheduler is {scheduler!r}: backend {backend!r} has none, it must be 'dask'")
        with parallel_config(backend=backend):
            yield
        return
    if scheduler is None:
        raise Unusable("backend 'dask' needs a scheduler: the address of one, such as tcp://127.0.0.1:8786")
    from distributed import Client  # noqa: PLC0415  # slow to load, and seldom needed
    try:
        with ThreadPoolExecutor(1) as thread:  # in this one the event loop of a notebook may run
            thread.submit(asyncio.run, greeted(scheduler)).result()
    except Exception as error:  # of any kind, where something else listens there
        raise Unusable(f"scheduler {scheduler!r} does not answer: {str(error) or 'no greeting'}") from error
    with Client(scheduler, timeout=SCHEDULER_TIMEOUT, set_as_default=True) as client:
        if not client.scheduler_info()["workers"]:
            raise Unusable(f"scheduler {scheduler!r} has no workers")
        with parallel_config(backend="dask"):
            yield


async def greeted(scheduler):
    """An error unless a scheduler greets at this address: a Client would wait for ever where something else listens."""
    from distributed.comm import connect  # noqa: PLC0415
    async with asyncio.timeout(SCHEDULER_TIMEOUT):
        comm = await connect(scheduler, timeout=SCHEDULER_TIMEOUT)
        await comm.close()


def distinct(found):
    """{package: its version, or all that were in use, where records were made with several}."""
    together: dict = {}
    for one in found:
        for package, number in one.items():
            together.setdefault(package, []).append(number)
    return {package: ", ".join(sorted(set(numbers))) for package, numbers in together.items()}


def versions():
    """The versions of what computes the numbers, here."""
    found = {"python": platform.python_version(), "pathnorm_ref": VERSION}
    for package in ("numpy", "scipy", "scikit-learn", "scikit-image"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def as_csv(rows):
    """The rows as CSV, with a header; nothing of no rows, as when all runs of Figure 3 have diverged."""
    if not rows:
        return ""
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
