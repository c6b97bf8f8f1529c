# Everyday targets. Prerequisites: git, make, Python 3.11 or later with pip or venv.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
UV := .tools/bin/uv
BIN := $(VENV)/bin
export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_NO_PROGRESS := 1
# what is compiled once need not be compiled again by each process that starts
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install runtime demo test coverage test-quick check sbom audit-dependencies bench soak fuzz docs locks system clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(UV): requirements/tools.lock
	@mkdir -p .tools
	@{ $(PYTHON) -m venv .tools && .tools/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/tools.lock; } \
	  || { $(PYTHON) -m pip install -q --disable-pip-version-check --require-hashes --prefix .tools -r requirements/tools.lock; }
	@touch $(UV)

$(BIN)/python: $(UV)
	@test -x $@ || $(UV) venv -q --python $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml $(BIN)/python
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/runtime.lock
	@$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.spark: requirements/spark.lock $(VENV)/.dev
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/spark.lock
	@touch $@

$(VENV)/.docs: requirements/docs.lock $(VENV)/.dev
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/docs.lock
	@touch $@

runtime: $(VENV)/.runtime  ## what running needs
install: $(VENV)/.runtime $(VENV)/.dev $(VENV)/.spark $(VENV)/.docs  ## .venv with everything

demo: $(VENV)/.runtime  ## a simulated region from invoices to decided loans, then the console (ARGS=--no-serve to stop there)
	@$(BIN)/windchime demo $(ARGS)

system:
	@sh scripts/system-packages.sh

TESTS := -m pytest -n 2 --dist loadgroup --no-loadscope-reorder
test: $(VENV)/.dev $(VENV)/.spark system  ## all tests
	@$(BIN)/python $(TESTS) $(ARGS)

coverage: $(VENV)/.dev $(VENV)/.spark system  ## all tests with branch coverage, half as long again
	@$(BIN)/python $(TESTS) --cov --cov-report=term:skip-covered --cov-fail-under=85 $(ARGS)

test-quick: $(VENV)/.dev  ## tests without browser and samples
	@$(BIN)/python -m pytest -n 2 -q -m "not browser and not samples and not soak" $(ARGS)

check: $(VENV)/.dev  ## lint, format, types, floors, advisories
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/audit_dependencies.py

sbom: $(VENV)/.dev  ## bill of materials (CycloneDX) and licence report in .artefacts/sbom; fails on a licence that is not allowed
	@$(BIN)/python scripts/sbom.py $(ARGS)

audit-dependencies: $(VENV)/.dev  ## known vulnerabilities of what the locks pin, where the advisory service can be reached
	@$(BIN)/python scripts/audit_dependencies.py

bench: $(VENV)/.dev  ## the figures, as one table
	@$(BIN)/python -m bench $(ARGS)

soak: $(VENV)/.dev $(VENV)/.spark system  ## the promises at full counts, for hours (PARTS="kills bypass" for some of them)
	@$(BIN)/python scripts/soak.py $(PARTS)

RUNS ?= 10000
fuzz: $(VENV)/.dev  ## so many inputs from nowhere against every reader of files (RUNS=10000)
	@for form in csv jsonl parquet xlsx zip mapping; do $(BIN)/python -m fuzz.readers $$form -runs=$(RUNS) || exit 1; done
	@for form in xml ofd pdf; do $(BIN)/python -m fuzz.$${form}_invoice -runs=$(RUNS) || exit 1; done

docs: $(VENV)/.docs  ## the documentation as a site in site/
	@$(BIN)/mkdocs build -q --strict

locks: $(UV)  ## renew the pinned versions
	@sh scripts/locks.sh

clean:  ## everything that was built
	rm -rf $(VENV) .tools site .artefacts .mypy_cache .ruff_cache .pytest_cache .coverage*
