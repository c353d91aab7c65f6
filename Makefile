# Two commands do everything: `make run` (the main job) and `make test` (all checks). The rest is convenience.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCK := requirements-dev.txt

.PHONY: run full test lint types layers unit docs bench clean help

run: $(STAMP)  ## set up what is needed and run the shipped case to its report
	$(BIN)/ceasefire run examples/energy-2025/case.yml

full: $(STAMP)  ## the same case on all data (needs CEASEFIRE_DATA)
	$(BIN)/ceasefire run examples/energy-2025/full.yml

test: lint types layers unit docs  ## every check that CI makes

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports

unit: $(STAMP)  ## tests, and every example in the documentation and the docstrings
	$(BIN)/pytest

docs: $(STAMP)  ## the documentation as a site, in site/
	$(BIN)/mkdocs build --strict --quiet

bench: $(STAMP)  ## one benchmark: make bench NAME=speed
	@test -n "$(NAME)" || { echo "usage: make bench NAME=..., one of:"; ls benchmarks/*.py | xargs -n1 basename -s .py; exit 2; }
	$(BIN)/python -m benchmarks.$(NAME)

$(STAMP): pyproject.toml $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no venv module: on Debian, apt-get install python3-venv"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:  ## remove the environment and all results
	rm -rf $(VENV) site out examples/*/out .pytest_cache .mypy_cache .ruff_cache

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'
