"""The committed results of experiments: each page and table is made from the report beside it."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from pathnorm_ref.experiments import experiments
from pathnorm_ref.experiments.page import page
from pathnorm_ref.experiments.perform import as_csv

DOCS = Path(__file__).parent.parent / "docs"
REPORTS = sorted(DOCS.glob("*/**/*.json"))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: str(path.relative_to(DOCS)))
class TestReport:
    def test_its_page_and_its_table_are_made_from_it(self, path):
        report = json.loads(path.read_text())
        assert path.with_suffix(".md").read_text() == page(report)
        assert path.with_suffix(".csv").read_text() == as_csv(report["rows"])

    def test_its_figure_stands_beside_it(self, path):
        assert path.with_suffix(".png").read_bytes()[:4] == b"\x89PNG" and "<svg" in path.with_suffix(".svg").read_text()

    def test_it_is_of_a_present_experiment_with_its_settings(self, path):
        report, (document, _, name) = json.loads(path.read_text()), path.stem.partition("-")
        experiment = experiments()[document][name]
        plain = {key: tuple(value) if isinstance(value, list) else value for key, value in report["settings"].items()}
        settings = experiment.settings(**plain)
        assert report["title"] == experiment.title and report["choices"] == list(experiment.choices)
        assert [entry["job"] for entry in report["records"]][:1] == [
            json.loads(json.dumps(asdict(experiment.jobs(settings, {})[0])))]

    def test_the_overview_links_it(self, path):
        folder = DOCS / path.relative_to(DOCS).parts[0]
        assert f"({path.with_suffix('.md').relative_to(folder)})" in (folder / "README.md").read_text()


def test_there_are_reports():
    assert len(REPORTS) >= 6
