"""The committed notebooks: each script has its executed .ipynb, of the same cells, without errors.

`make notebooks` executes them; here nothing is run.
"""

import json
import re
import tempfile
from pathlib import Path

import pytest

from proofs_check.runner import recorded

FOLDER = Path(__file__).parent.parent / "notebooks"
SCRIPTS = sorted(path for path in FOLDER.glob("*.py") if not path.stem.startswith("__"))
PATHS = re.compile("|".join([r"/(home|root|Users|tmp|mnt)/", "site-packages", re.escape(str(FOLDER.parent) + "/"),
                             re.escape(tempfile.gettempdir() + "/")]))


def cells(script):
    """(type, source) of each cell of a percent script, without its header."""
    _, *parts = re.split(r"^# %%(.*)\n", script, flags=re.M)
    for marker, body in zip(parts[::2], parts[1::2], strict=True):
        if "[markdown]" in marker:
            yield "markdown", re.sub(r"^# ?", "", body.strip(), flags=re.M)
        else:
            yield "code", re.sub(r"^# %", "%", body.strip(), flags=re.M)


def notebook(script):
    return json.loads(script.with_suffix(".ipynb").read_text())


def outputs(script):
    return [output for cell in notebook(script)["cells"] for output in cell.get("outputs", ())]


def printed(script):
    return "".join("".join(output["text"]) for output in outputs(script) if output["output_type"] == "stream")


def test_each_script_has_its_notebook_and_the_reverse():
    assert SCRIPTS
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == {path.stem for path in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
class TestNotebook:
    def test_its_cells_are_those_of_its_script(self, script):
        stored = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook(script)["cells"]]
        assert stored == list(cells(script.read_text())) and len(stored) >= 20

    def test_all_of_its_code_was_run_in_order(self, script):
        counts = [cell["execution_count"] for cell in notebook(script)["cells"] if cell["cell_type"] == "code"]
        assert counts == list(range(1, len(counts) + 1))

    def test_it_shows_figures_and_numbers_and_neither_errors_nor_warnings(self, script):
        kinds = {(output["output_type"], output.get("name")) for output in outputs(script)}
        assert kinds == {("display_data", None), ("stream", "stdout")}
        assert sum("image/png" in output.get("data", {}) for output in outputs(script)) >= 5

    def test_it_names_no_path_of_a_machine_and_no_moment(self, script):
        text = script.with_suffix(".ipynb").read_text()
        assert not PATHS.search(re.sub(r'"image/png": ".*"', "", text))
        assert "timestamp" not in text and "iopub" not in text

    def test_it_is_of_moderate_size(self, script):
        assert script.with_suffix(".ipynb").stat().st_size < 500_000

    def test_the_verdicts_that_it_prints_are_the_recorded_ones(self, script):
        shown = dict(re.findall(r"^((?:yang2022|wen2021)\.\S+) +([a-z]+) ", printed(script), re.M))
        assert len(shown) >= 10
        assert shown.items() <= recorded().items()
