# Everything a developer or a newcomer runs. `make demo` shows the product, `make test` proves it.

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$each && break; done)

.PHONY: help demo test lint types imports check bench build lock clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

$(VENV)/.product: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed (set PYTHON=…)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.installed: $(VENV)/.product
	@$(INSTALL) -e '.[dev]'
	@touch $@

demo: $(VENV)/.product ## the main job on the embedded tenant, from validate to corrected drift
	@PATH="$(abspath $(BIN)):$$PATH" sh examples/demo.sh

test: $(VENV)/.installed ## the whole test suite, with coverage
	@$(BIN)/python -m pytest --cov --cov-report=term:skip-covered
	@$(BIN)/python tests/coverage_floor.py

lint: $(VENV)/.installed ## formatting and lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/.installed ## mypy --strict
	@$(BIN)/mypy

imports: $(VENV)/.installed ## who may import whom
	@$(BIN)/lint-imports

check: lint types imports test ## everything but the build

bench: $(VENV)/.installed ## what everything costs beside the least it could cost, into benchmarks/RESULTS.md (half an hour)
	@$(BIN)/python -m benchmarks

build: $(VENV)/.installed ## the wheel
	@$(BIN)/python -m build --wheel

lock: $(VENV)/.installed ## pin what is installed now, for runs that repeat
	@$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

clean: ## remove everything that was made
	@rm -rf $(VENV) build dist .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
