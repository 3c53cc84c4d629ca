"""Executes the notebooks: each script notebooks/NAME.py, in a kernel of its own, into notebooks/NAME.ipynb.

`make notebooks` runs it. A cell that raises ends it with its traceback, and the .ipynb stays as it was. What depends
on the machine or the moment alone (times, versions, random cell ids) is left out, so that a second run changes nothing.
"""

import sys
from pathlib import Path

import jupytext
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
METADATA = {"jupytext": {"formats": "ipynb,py:percent"}, "language_info": {"name": "python"},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def main():
    for script in scripts():
        print(script.stem, flush=True)
        jupytext.write(executed(jupytext.read(script)), script.with_suffix(".ipynb"), fmt="ipynb")


def scripts():
    """The notebooks, as scripts."""
    return sorted(path for path in FOLDER.glob("*.py") if not path.stem.startswith("__"))


def executed(notebook):
    """The notebook with its outputs."""
    NotebookClient(notebook, record_timing=False, coalesce_streams=True).execute()
    for i, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{i}", {}
    notebook.metadata = METADATA
    return notebook


if __name__ == "__main__":
    sys.exit(main())
