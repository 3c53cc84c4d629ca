"""The same command on a cluster of two Dask workers."""

import os

import pytest

from pathnorm_ref.experiments.yang2022.figure_3 import Settings
from tests.pathnorm_ref.experiments.runs import report, results, run

distributed = pytest.importorskip("distributed", reason="an extra")


def problems_prepared():
    """How often the worker on which this runs has prepared a problem."""
    from pathnorm_ref.experiments.yang2022.problems import prepare  # noqa: PLC0415  # on the worker

    return prepare.cache_info().misses


def test_two_workers_share_a_grid_and_find_the_same(tmp_path, monkeypatch):
    options = {"lams": (0.001, 0.01)}
    monkeypatch.chdir(tmp_path)  # as a user types it, in a folder in which the workers do not run
    (tmp_path / "elsewhere").mkdir()
    assert run("yang2022", "figure-3", "here", **options) == 0
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        scheduler = cluster.scheduler_address
        more = ("--scheduler", scheduler)
        with distributed.Client(scheduler) as client:
            client.run(os.chdir, tmp_path / "elsewhere")
        assert run("yang2022", "figure-3", "there", *more, backend="dask", jobs=2, **options) == 0
        with distributed.Client(scheduler) as client:
            work = client.run(problems_prepared)
    assert len(work) == 2 and min(work.values()) > 0
    assert not list((tmp_path / "elsewhere").iterdir())
    assert results(tmp_path / "there") == results(tmp_path / "here")
    assert len(report(tmp_path / "there")["records"]) == 2 * len(Settings().methods)


def test_a_scheduler_without_workers(tmp_path, capsys):
    with distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=None) as cluster:
        scheduler = cluster.scheduler_address
        assert run("yang2022", "figure-3", tmp_path / "out", "--scheduler", scheduler, backend="dask") == 2
    assert f"scheduler '{scheduler}' has no workers" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
