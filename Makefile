# The commands of this project. `make run` and `make test` need nothing to be done first.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := bash
PYTHON := .venv/bin/python
BCST2 := .venv/bin/bcst2
SOURCES := bot bench tests scripts
# Two at once: more would measure each other's load, for some tests start whole servers.
WORKERS ?= 2

.PHONY: help setup setup-dev run train test lint format evaluate bench bench-plans bench-kiosks screenshots kill-test shell lock clean distclean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## install both environments as locked (does nothing when nothing changed)
	@scripts/setup web

setup-dev:
	@scripts/setup dev

run: setup ## start the assistant with made-up people; prints the address and the sign-in
	@scripts/system run
	@$(BCST2) train
	@exec $(BCST2) serve --demo

train: setup ## train the dialogue model if the questions changed
	@$(BCST2) train

test: setup-dev ## lint, types, model and every test (ARGS="-k word" for some of them)
	@scripts/system test
	@$(MAKE) --no-print-directory check-style
	@$(BCST2) train
	@$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

coverage: setup-dev ## branch coverage of the engine and the checker; fails below 100 %
	@$(PYTHON) -m pytest tests/interview -q --cov=bot.interview --cov-branch --cov-report=term-missing --cov-fail-under=100

lint: setup-dev check-style ## style and types only

.PHONY: check-style
check-style:
	@$(PYTHON) -m ruff check $(SOURCES)
	@$(PYTHON) -m ruff format --check --quiet $(SOURCES) || { echo 'lint: run make format' >&2; exit 1; }
	@$(PYTHON) -m mypy

format: setup-dev ## put the code in the house's format
	@$(PYTHON) -m ruff check --fix --quiet $(SOURCES) || true
	@$(PYTHON) -m ruff format $(SOURCES)

evaluate: setup ## measure how well own words are understood; writes docs/evaluation.md
	@$(BCST2) train
	@$(PYTHON) -m bot.evaluation

bench: setup ## measure this bot beside a stock Rasa form: start, turns, memory
	@$(BCST2) train
	@$(PYTHON) -m bench $(ARGS)

bench-plans: setup ## measure plans: making one, listing 10,000 of them, and what comes out of one
	@$(PYTHON) -m bench.plans $(ARGS)
	@$(PYTHON) -m bench.papers

bench-kiosks: setup-dev ## measure 40 kiosks at once, each answering every 10 s, and the stock form alike
	@$(BCST2) train
	@$(PYTHON) -m bench.kiosks $(ARGS)

screenshots: setup-dev ## take the pictures of the main pages that are in docs/images
	@scripts/system test
	@$(BCST2) train
	@$(PYTHON) scripts/screenshots.py $(ARGS)

kill-test: setup ## kill the processes again and again and see that they come back
	@$(BCST2) train
	@$(PYTHON) scripts/kill_test.py $(ARGS)

shell: setup ## talk to the assistant in this terminal (rasa shell)
	@$(BCST2) train
	@$(PYTHON) scripts/shell.py

lock: ## write locks/ anew from pyproject.toml (scripts/lock --upgrade renews versions)
	@scripts/lock

clean: ## remove caches and trained models; never var/, where people's data are
	@rm -rf models build .pytest_cache .mypy_cache .ruff_cache .hypothesis .rasa .coverage* *.egg-info/__pycache__
	@find bot tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## also remove both environments and the tools
	@rm -rf .venv .venv-rasa .tools bcst2.egg-info
