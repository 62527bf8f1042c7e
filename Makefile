# "make" alone lists the commands. Everything runs in virtual environments under .venvs, which each
# command makes or brings up to date first; nothing here touches a cloud account.

.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory

export PYTHONPATH := $(CURDIR)/layers/core

python := .venvs/dev/bin/python
pytest := $(python) -m pytest
architecture := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)

# The first Python that works; what is called python3 may be a shim for a version that is missing.
bootstrap = $$(for candidate in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	"$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$candidate" && break; done)

.PHONY: help
help:
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## make or update the virtual environments
	@found=$(bootstrap); test -n "$$found" || { \
		echo "Python 3.11 or newer with venv is needed: apt install python3-venv"; exit 1; }; \
	"$$found" -m infra.setup

.PHONY: run
run: setup ## start the whole shop on this machine and print how to call it
	@$(python) -m infra.local.run up

.PHONY: down
down: setup ## end everything that "make run" started
	@$(python) -m infra.local.run down

.PHONY: logs
logs: setup ## what a function of the running shop logged: make logs FUNCTION=mirror
	@FUNCTION="$(FUNCTION)" $(python) -m infra.local.run logs

.PHONY: test
test: export HYPOTHESIS_PROFILE := thorough
test: check unit contract integration e2e ## everything that a push has to pass

.PHONY: check
check: setup ## format, lint, types, architecture, template
	@$(python) -m infra.check

.PHONY: format
format: setup ## let ruff write what check would complain about
	@$(python) -m ruff format --quiet .
	@$(python) -m ruff check --quiet --fix-only .

.PHONY: unit
unit: setup ## tests of pure code, and what every provider's adapters have to do
	@$(pytest) tests/unit tests/conformance -q -m "not soak" -n auto --dist worksteal -p no:schemathesis -p no:anyio

.PHONY: contract
contract: setup ## our requests and the stand-in's answers against the providers' own documents
	@$(pytest) tests/contract -q -m "not soak"

.PHONY: integration
integration: setup ## adapters against a local AWS, and what takes too long for make unit
	@$(pytest) tests/integration -q -m "not soak" -n auto --dist worksteal

.PHONY: e2e
e2e: setup ## the deployed stack on a local AWS and a local Stripe
	@$(pytest) tests/e2e -q -m "not soak"

.PHONY: soak
soak: export HYPOTHESIS_PROFILE := thorough
soak: setup ## what takes too long for every push
	@$(pytest) tests -q -m soak --timeout 7200

.PHONY: bench
bench: setup build ## what performance.md names; prints ratios, never fails by time
	@$(python) -m benchmarks

.PHONY: features
features: setup ## lines of the mission, with the tests that prove them
	@$(python) -m infra.marks feature

.PHONY: cases
cases: setup ## cases of the reliability catalogue, with the tests that prove them
	@$(python) -m infra.marks case

.PHONY: routes
routes: setup ## the route table; also written into docs/routes.md
	@$(python) -m infra.routes

.PHONY: openapi
openapi: setup ## make the OpenAPI document anew from routes and schemas
	@$(python) -m infra.openapi

.PHONY: where
where: setup ## where a word lives, storey by storey: make where WORD=refund
	@$(python) -m infra.where "$(WORD)"

.PHONY: build
build: setup ## what "sam deploy" takes; for Graviton: make build ARCHITECTURE=arm64
	@PATH="$(CURDIR)/.venvs/sam/bin:$$PATH" SAM_CLI_TELEMETRY=0 \
		PYTHON="$(CURDIR)/$(python)" UV="$(CURDIR)/.venvs/uv/bin/uv" \
		ARCHITECTURE="$(or $(ARCHITECTURE),$(architecture))" \
		sam build --cached --parallel \
		--parameter-overrides "Architecture=$(or $(ARCHITECTURE),$(architecture))"

.PHONY: owner-key
owner-key: setup ## the first API key of a deployed stack: make owner-key STACK=frontdesk-prod
	@$(python) -m infra.owner_key --stack "$(STACK)"
