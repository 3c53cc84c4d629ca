# Every target sets up what it needs in its own virtual environment, once.
PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin

.PHONY: check test test-fast lint bench notebooks clean

check: $(VENV)/.check
	$(RUN)/proofs-check

test: $(VENV)/.test
	$(RUN)/python -m pytest -q -n auto

test-fast: $(VENV)/.test
	$(RUN)/python -m pytest -q -n auto -m "not slow"

lint: $(VENV)/.dev
	$(RUN)/ruff check .
	$(RUN)/mypy

bench: $(VENV)/.bench
	$(RUN)/python -m benchmarks $(BENCH)
	$(RUN)/python -m benchmarks --threads 2 --quick

notebooks: $(VENV)/.notebooks
	$(RUN)/python -m notebooks

# the stamp of each extra: made again when pyproject.toml changes
$(VENV)/.%: pyproject.toml | $(RUN)/python
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	touch $@

$(RUN)/python:
	$(PYTHON) -m venv $(VENV)

.PRECIOUS: $(VENV)/.%

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
