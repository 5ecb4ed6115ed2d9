# Everything a person or CI needs. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)
UV_VERSION := 0.13.9
UV := .tools/uv/bin/uv
PY := .venv/bin/python
READY := .tools/ready
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE ?= copy
USERS ?= 10000
EVENTS ?= 1000
NAME ?= shop
FUZZ_EXAMPLES ?= 204

.PHONY: help run test check reset seed service-token bench-abuse bench-activities bench-cache bench-claims bench-documents bench-scale docs fuzz router supergraph manifest format setup clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## Start everything on this machine; ctrl-C ends it
	@$(PY) -m deploy.local run

test: setup check ## Run everything that can fail
	@$(PY) -m deploy.ci.suite

check: setup ## Lint, types, walls, schema, quick tests: under a minute
	@$(PY) -m deploy.ci.check

reset: setup ## Empty the local stack's data
	@$(PY) -m deploy.local reset

seed: setup ## Fill the running stack: make seed USERS=1000000 EVENTS=10000
	@$(PY) -m deploy.local seed --users $(USERS) --events $(EVENTS)

service-token: setup ## Print a trusted service's token: make service-token NAME=shop
	@$(PY) -m deploy.local service-token --name $(NAME)

bench-abuse: setup ## Measure what abuse costs another client
	@$(PY) -m deploy.benchmarks.abuse

bench-activities: setup ## Measure how fast activities are taken and eligibility is told
	@$(PY) -m deploy.benchmarks.activities

bench-claims: setup ## Measure how many claims a second there are, in groups and one by one
	@$(PY) -m deploy.benchmarks.claims

bench-cache: setup ## Measure what the cache saves, field by field
	@$(PY) -m deploy.benchmarks.cache

bench-documents: setup ## Measure persisted queries with 10 and with 1,000 operations
	@$(PY) -m deploy.benchmarks.documents

bench-scale: setup ## Measure a million users against a thousand (a quarter of an hour)
	@$(PY) -m deploy.benchmarks.scale

docs: setup ## Write the schema's documentation: artifacts/schema.html
	@$(PY) -m deploy.generate.schema_page

fuzz: setup ## Send generated operations, 204 a field, as every kind of caller
	@FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) OPERATION_LIMIT=999999/60 VIEWER_LIMIT=999999/60 $(PY) -m pytest -q -m fuzz

router: setup ## Build the Apollo Router from its crate (about 15 minutes)
	@$(PY) -m router.build

supergraph: setup ## Export the subgraphs' SDL and permissions, and compose the supergraph
	@$(PY) -m deploy.generate.schema
	@$(PY) -m deploy.generate.permissions
	@$(PY) -m router.compose

manifest: setup ## Gather the clients' operations: make manifest [RELEASE=mobile@1.2.0]
	@$(PY) -m router.manifest $(if $(RELEASE),--release $(RELEASE))

format: setup ## Format the code
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format .

setup: $(READY) ## Build the environment (the other targets do it by themselves)

$(UV):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found; set PYTHON=/path/to/python3"; exit 2; }
	@echo "installing uv" >&2
	@$(PYTHON) -m venv .tools/uv
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(READY): pyproject.toml uv.lock | $(UV)
	@echo "installing the locked packages" >&2
	@$(UV) sync --locked --quiet --python "$(PYTHON)"
	@touch $(READY)

clean: ## Remove what the targets have built (not the data)
	rm -rf .venv .tools router/node_modules tests/clients/node_modules artifacts .mypy_cache .ruff_cache .pytest_cache .hypothesis
