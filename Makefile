# The doors of Anneal. Each needs Python 3.11, make and, where possible, Node 20; nothing else by hand.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Pages, models and browser are fetched beside each other.
MAKEFLAGS += --jobs=2

PYTHON_BASE := $(or $(PYTHON_BASE),$(shell command -v python3.11),python3)
PORT ?= 8000
ARGS ?=
VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Python compiles what is imported, once; pip would compile the rest of the packages as well, for a
# minute. Where nothing may be written, every start would compile anew.
unexport PYTHONDONTWRITEBYTECODE

PACKAGES := $(VENV)/installed
MODULES := frontend/node_modules/.package-lock.json
PAGES := frontend/dist/index.html
MODELS := var/models/SOURCES.json
CAPTION_MODELS := var/models/smollm2-135m-instruct/SOURCE.json
# What tests need: they make the models of captions themselves, tiny ones.
TESTED := $(PACKAGES) $(MODULES) $(PAGES) $(MODELS)

.PHONY: help install demo up test pages-tests unit loop check fix bench bench-editor bench-captions bench-datasets bench-learning browser strangers lock clean

help: ## Show the doors.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | column -t -s '|'

install: $(TESTED) $(CAPTION_MODELS) ## Install everything into .venv, frontend and var.

$(PACKAGES): requirements-dev.lock requirements-torch.lock
	test -x $(PYTHON) || $(PYTHON_BASE) -m venv $(VENV)
	$(PIP) install --no-compile -r requirements-torch.lock
	$(PIP) install --no-compile --no-deps --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --editable .  # its version, which bundles record
	command -v npm >/dev/null || deploy/node.sh $(VENV)
	touch $@

# Where Node is missing, the packages bring it.
$(MODULES): frontend/package-lock.json | $(if $(shell command -v npm),,$(PACKAGES))
	cd frontend && npm ci --silent --no-audit --no-fund
	touch $@

$(PAGES): $(MODULES) $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts engine/speech/aspects.json engine/media/limits.json -type f 2>/dev/null)
	cd frontend && npm run --silent build
	touch $@

$(MODELS): $(wildcard engine/weights/*.py) engine/segmentation/onnx_export.py | $(PACKAGES)
	$(PYTHON) -m engine.weights
	touch $@

$(CAPTION_MODELS): engine/weights/captioning.py | $(MODELS)
	$(PYTHON) -m engine.weights --captions
	touch $@

up: install ## Start everything on PORT (and the next two); Ctrl-C stops it.
	exec $(PYTHON) manage.py up --port $(PORT)

demo: install ## The same, with a project of real images and three users.
	exec $(PYTHON) manage.py up --port $(PORT) --demo

# Two processes, as the tests mostly wait; a file stays together, as its tests share a stack.
test: $(TESTED) browser pages-tests ## Every test: front end, unit, slow, end to end.
	time $(PYTHON) -m pytest -m 'not gpu' --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

# They need no Python, which is still being fetched meanwhile.
pages-tests: $(PAGES)
	cd frontend && time npm test --silent

unit: $(TESTED) ## The quick tests alone.
	$(PYTHON) -m pytest -m 'not (slow or e2e or gpu)' --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

# Where other tools' readers live, apart: none of them is a dependency of ours.
STRANGERS := .venv-strangers
READERS := $(STRANGERS)/installed

$(READERS): tests/strangers/requirements.lock tests/strangers/fiftyone.lock
	$(PYTHON_BASE) -m venv $(STRANGERS)
	$(STRANGERS)/bin/python -m pip --disable-pip-version-check --quiet install \
		--no-compile --no-deps -r tests/strangers/requirements.lock
	$(PYTHON_BASE) -m venv $(STRANGERS)/fiftyone
	$(STRANGERS)/fiftyone/bin/python -m pip --disable-pip-version-check --quiet install \
		--no-compile --no-deps -r tests/strangers/fiftyone.lock
	touch $@

strangers: $(PACKAGES) $(READERS) ## Let other tools' readers read what we write, and what we read (2 GB, once).
	ANNEAL_STRANGERS=required $(PYTHON) -m tests.strangers.table
	ANNEAL_STRANGERS=required $(PYTHON) -m pytest -m strangers tests/strangers $(ARGS)

browser: $(PACKAGES)
	@deploy/browser.sh

loop: install ## Simulated annotators and retraining: make loop ARGS="--images DIR --coco FILE ..."
	$(PYTHON) manage.py with-services simulate_rounds $(ARGS)

check: $(PACKAGES) $(MODULES) ## What every commit passes.
	ruff check .
	ruff format --check .
	ANNEAL_ENV_FILE=deploy/env.sample $(PYTHON) -m mypy .
	lint-imports --no-cache
	find annotation -name '*.html' | xargs --no-run-if-empty djlint --check --lint
	cd frontend && npm run --silent check && npm test --silent
	$(PYTHON) -m pytest -m 'not (slow or e2e or gpu)' -q

fix: $(PACKAGES) $(MODULES) ## Let the tools repair what they can.
	ruff check --fix .
	ruff format .
	cd frontend && npm run --silent fix

bench: install browser ## Measure what DESIGN promises about speed.
	$(PYTHON) -m tests.bench $(ARGS)

bench-editor: install browser ## Measure how fast the editor is, row by row: one line of JSON.
	$(PYTHON) -m tests.bench.editor $(ARGS)

bench-captions: install ## Measure descriptions: hearing, captions, pages of many. One line of JSON.
	$(PYTHON) -m engine.weights --captions
	$(PYTHON) -m tests.bench.captions $(ARGS)

bench-datasets: install ## Measure what datasets cost: write, open, cut, compare, import. One line of JSON.
	$(PYTHON) -m tests.bench.datasets $(ARGS)

bench-learning: install ## Measure what learning costs: a step, proposals, verdicts, memory. One line of JSON.
	$(PYTHON) -m tests.bench.learning $(ARGS)

COMPILE := $(VENV)/bin/pip-compile --quiet --generate-hashes --strip-extras --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	--unsafe-package torch --unsafe-package torchvision --unsafe-package triton

lock: ## Pin again what pyproject.toml allows.
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml
	sed -i '/^$$/d; /^# /d' requirements.lock requirements-dev.lock  # torch has a lock of its own

clean: ## Remove what was installed and built; the data in var stays.
	rm -rf $(VENV) $(STRANGERS) frontend/node_modules frontend/dist
