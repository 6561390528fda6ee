# The helpdesk from a shell. `make` alone says what there is.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
SEQUENCES ?= 300
SEED ?= 7
INSTANCE ?= $(CURDIR)/instance

.DEFAULT_GOAL := help
.PHONY: help setup run codes test check lint types imports migrations templates translations words catalogue playbooks published \
        migrate bench faults reading pictures lock clean-up

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## Build .venv from the hash-pinned lock, and stop

# The stamp is older than the lock whenever the lock has changed; otherwise there is nothing to do.
$(VENV)/.ready: requirements-dev.lock
	@echo "Building $(VENV) from requirements-dev.lock. The first time takes a minute or two."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "The helpdesk needs Python 3.11 or newer; PYTHON=/path/to/python names another one."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --progress-bar off \
	  --require-hashes -r requirements-dev.lock
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
	  --no-build-isolation --no-deps --no-index -e .
	@touch $@
	@echo "$(VENV) is ready."

run: setup ## Start the whole helpdesk with a drill organisation (PORT=8000)
	@$(BIN)/helpdesk playbooks publish --folder playbooks
	@PORT=$(PORT) INSTANCE=$(INSTANCE) exec $(BIN)/helpdesk up

codes: setup ## Print how everybody in the drill signs in right now
	@INSTANCE=$(INSTANCE) $(BIN)/helpdesk drill people

test: setup ## Run the whole suite (ARGS= for pytest)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: lint types imports migrations templates translations words published playbooks ## Run every check that is not a test
	@echo "All checks passed."

lint: setup ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## Check the types of helpdesk/, bench/ and checks/
	$(BIN)/mypy

imports: setup ## Check the order of the packages
	$(BIN)/lint-imports

migrations: setup ## Check that the migrations make the tables the models describe
	$(BIN)/python -m checks.migrations

templates: setup ## Check that every template compiles
	$(BIN)/python -m checks.templates

translations: setup ## Check that the catalogue holds every sentence
	$(BIN)/python -m checks.translations

words: setup ## Check that no sentence uses a word that docs/words.md replaces
	$(BIN)/python -m checks.words

catalogue: setup ## Write the catalogue of sentences to translate
	$(BIN)/python -m checks.translations --write

playbooks: setup ## Check the playbooks, simulate them, and publish them (ARGS= for some)
	$(BIN)/helpdesk playbooks lint --folder playbooks --forgiving $(ARGS)
	$(BIN)/helpdesk playbooks simulate --all --folder playbooks $(ARGS)
	$(BIN)/helpdesk playbooks publish --folder playbooks

published: setup ## Check that the playbooks are published as they are written
	$(BIN)/helpdesk playbooks publish --check --folder playbooks

migrate: setup ## Bring the database of DATABASE_URL up to date
	$(BIN)/helpdesk migrate

faults: setup ## Kill things and flood the form while people work; nothing may be lost
	$(BIN)/python -m bench.faults $(ARGS)
	$(BIN)/python -m pytest -q -s tests/escalations/test_acts.py --sequences $(SEQUENCES) --acts-seed $(SEED)
	$(BIN)/python -m pytest -q tests/journeys --every-page -k "every_page or whole_story or enrolment or languages"

reading: setup ## Count the words and screens of a report, in a browser
	@$(BIN)/python -m pytest -q -s tests/journeys/test_reading_load.py --every-kind

pictures: setup ## Take the pictures of the README anew, of a drill
	@$(BIN)/python -m pytest -q -p no:cacheprovider tests/journeys/pictures.py

bench: setup ## Measure, beside a bare Flask app, and print the table
	$(BIN)/python -m bench $(ARGS)

# With the oldest Python we promise, Debian 12's 3.11.2: a newer one leaves out what that one needs.
lock: setup ## Write both locks again from pyproject.toml
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:3] != (3, 11, 2))' \
	  || { echo "Locks are written with Python 3.11.2: make clean-up, then make lock PYTHON=/usr/bin/python3"; exit 1; }
	$(BIN)/pip-compile $(LOCKING) -o requirements.lock pyproject.toml
	$(BIN)/pip-compile $(LOCKING) --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

# No host name of anybody's package index belongs into a lock; the hashes say what may be installed.
LOCKING := --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

clean-up: ## Remove .venv, the instance with all its data, and caches
	@if [ -x $(BIN)/helpdesk ]; then INSTANCE=$(INSTANCE) $(BIN)/helpdesk forget-instance --yes; fi
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis helpdesk.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
