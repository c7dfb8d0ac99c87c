# make demo   set up, draw and index shoes and people, serve them at http://127.0.0.1:8000
# make test   set up, run every test
# The rest is for people who work on Likeness; CONTRIBUTING.md tells more.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# cpu or gpu: which faiss is installed. What was chosen last stays until the other is asked for.
EXTRA ?= $(or $(shell cat .venv/extra 2>/dev/null),cpu)
OTHER = $(if $(filter gpu,$(EXTRA)),cpu,gpu)
PORT ?= 8000
BENCH ?=
# Tests that run at once.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
SEED ?=
# The migrations run on a new database; what alembic check would then change is an error.
ALEMBIC_CHECK = import sys, tempfile; from indexer.catalogue.schema import differences, upgrade; \
    folder = tempfile.TemporaryDirectory(); url = f'sqlite:///{folder.name}/check.sqlite'; \
    upgrade(url); found = differences(url); sys.exit(f'Write a migration for: {found}' if found else 0)
INSTALLED = .venv/installed-$(EXTRA)

.PHONY: help install demo test faults check format bench clean

help: ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

install: $(INSTALLED) ## make .venv with everything in it; EXTRA=gpu for faiss on a GPU

demo: $(INSTALLED) ## draw, index and serve the demo; PORT=8000
	@.venv/bin/likeness demo --port $(PORT)

test: $(INSTALLED) ## run every test; ARGS="tests/models -k edges" for some
	@# Threads that wait sleep instead of spinning: ten times less processor time on a busy machine.
	@OMP_WAIT_POLICY=PASSIVE .venv/bin/python -m pytest --numprocesses=$(JOBS) --dist=worksteal $(ARGS)

faults: $(INSTALLED) ## search long for what kills, cuts and races break; SEED=1 to repeat a run
	@LIKENESS_FAULTS=long LIKENESS_FAULTS_SEED=$(SEED) OMP_WAIT_POLICY=PASSIVE \
	    .venv/bin/python -m pytest tests/faults $(ARGS)

check: $(INSTALLED) ## format, lint, types, import layers, migrations
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	@echo "Comparing the migrations with the tables"
	@.venv/bin/python -c "$(ALEMBIC_CHECK)"

format: $(INSTALLED) ## put the code in order
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: $(INSTALLED) ## measure this machine into docs/benchmarks.md; BENCH="--items 2000 --requests 500" for a try
	@.venv/bin/python -m benchmarks $(BENCH)

clean: ## remove what was built, not what was stored
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A new enough Python with venv and pip makes .venv; PYTHON=... names another one.
$(INSTALLED): pyproject.toml constraints.txt
	@case "$(EXTRA)" in cpu|gpu) ;; *) \
	    echo "EXTRA is cpu or gpu, not '$(EXTRA)'." >&2; exit 2 ;; esac
	@if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
	    python=; \
	    for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	        if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	            python=$$candidate; break; \
	        fi; \
	    done; \
	    if [ -z "$$python" ]; then \
	        echo "Likeness needs Python 3.11 or newer, and none is on PATH; install one, or name it with make PYTHON=..." >&2; exit 2; \
	    fi; \
	    if ! "$$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	        echo "$$python has no venv: on Debian and Ubuntu install it with: apt-get install python3-venv" >&2; exit 2; \
	    fi; \
	    echo "Making .venv with $$("$$python" --version)"; \
	    "$$python" -m venv --clear .venv; \
	fi
	@echo "Installing Likeness and what it stands on into .venv"
	@.venv/bin/python -m pip uninstall --quiet --yes faiss-$(OTHER) 2>/dev/null || true
	@.venv/bin/python -m pip install --editable ".[$(EXTRA),dev]" --constraint constraints.txt
	@rm -f .venv/installed-*
	@echo $(EXTRA) > .venv/extra
	@touch $@
