# Oathgate. `make` lists what can be made.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

STAGE ?= dev
# Several stages of one run, such as "dev prod".
STAGES ?= $(STAGE)
# Modules that a macro declares, which `cargo fmt` does not see (authorizer/engine/src/handlers/registry.rs).
HANDLERS := $(wildcard authorizer/engine/src/handlers/*/*.rs)
# The real Oathkeeper, for recording and fuzzing.
OATHKEEPER_BIN ?=
DECISIONS ?= 5000
SEED ?= 1
# The functions that `make functions` has built, for `make package`.
BINARIES ?=
# One folder for every build, so that nothing is compiled twice.
export CARGO_TARGET_DIR ?= $(CURDIR)/target
VENV := .venv
PYTHON := $(VENV)/bin/python
OATHGATE := $(CARGO_TARGET_DIR)/debug/oathgate
BOOTSTRAP := $(CARGO_TARGET_DIR)/debug/bootstrap
PEER := $(CARGO_TARGET_DIR)/release/peer
# On one processor, as a function of less than 1,769 MB: else the time to wake another one drowns what is measured.
ONE_CPU = $(shell taskset -cp $$$$ 2>/dev/null | sed 's/.*: \([0-9]*\).*/taskset -c \1/')
BENCH = $(ONE_CPU) $(CARGO_TARGET_DIR)/release/oathgate-bench --oathgate $(CARGO_TARGET_DIR)/release/oathgate \
	--bootstrap $(CARGO_TARGET_DIR)/release/bootstrap --floor $(CARGO_TARGET_DIR)/release/floor \
	--floor-tls $(CARGO_TARGET_DIR)/release/floor_tls $(if $(OATHKEEPER_SRC),--peer $(PEER))
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

##@ Try it

.PHONY: demo
demo: prerequisites ## Build, start the local cloud, deploy, send real requests and show what happened
	python3 local/demo.py

.PHONY: stop
stop: ## Stop the local cloud and everything the demo started
	$(PYTHON) -m local.cloud stop

##@ Develop

.PHONY: test
test: prerequisites lint test-rust test-infra conformance test-local arm64 ## Everything: what CI runs
	echo "every check passed"

.PHONY: lint
lint: node_modules $(VENV) ## Formatting and lints of every language, warnings denied
	cargo fmt --all --check
	rustfmt --check --edition 2024 $(HANDLERS)
	cargo clippy --workspace --all-targets --locked -- -D warnings
	npm run --silent lint
	npm run --silent typecheck
	$(PYTHON) -m ruff check --quiet local e2e conformance scripts
	$(PYTHON) -m ruff format --check --quiet local e2e conformance scripts

.PHONY: crates
crates:
	cargo fetch --locked

.PHONY: test-rust
test-rust: crates ## Unit, property and fixture tests
	cargo test --workspace --locked --quiet

.PHONY: test-infra
test-infra: node_modules infra/api-page/node_modules $(VENV) ## Template assertions and snapshots, cfn-lint and cdk-nag
	npm test --silent

.PHONY: package api-page
package: node_modules ## The npm package oathgate-cdk, in target/; BINARIES=target/functions puts the functions into it
	rm -rf infra/binaries
	if [ -n '$(BINARIES)' ]; then
		machine=infra/binaries/$$(node -p 'process.platform + "-" + process.arch')
		mkdir -p infra/binaries/lambda-arm64 $$machine
		cp -R $(BINARIES)/bootstrap $(BINARIES)/oathgate-signing-keys infra/binaries/lambda-arm64/
		cp $(BINARIES)/oathgate $$machine/
	fi
	mkdir -p target
	npm pack --silent --pack-destination target ./infra
	rm -rf infra/binaries

api-page: node_modules infra/api-page/node_modules ## infra/API.md, from the doc comments of infra/lib
	infra/api-page/generate infra/API.md

.PHONY: handler-pages
handler-pages: ## docs/handlers, from the handlers' own files (`oathgate schema handlers`)
	rm -f docs/handlers/*.md
	cargo run --quiet --locked -p oathgate -- schema handlers --pages docs/handlers

.PHONY: facts
facts: ## infra/lib/facts.json, from the definitions in Rust (`oathgate schema facts`)
	cargo run --quiet --locked -p oathgate -- schema facts > infra/lib/facts.json.new
	mv infra/lib/facts.json.new infra/lib/facts.json

.PHONY: binaries
binaries: ## The CLI and both functions, for this machine
	cargo build --workspace --bins --examples --locked

.PHONY: conformance
conformance: $(VENV) binaries ## Oathkeeper's recorded decisions and known attacks, over HTTP and as API Gateway events
	$(PYTHON) -m conformance differences conformance/suites
	$(PYTHON) -m conformance check conformance/suites --server '$(OATHGATE) serve --config {config}'
	$(PYTHON) -m conformance events conformance/suites --oathgate $(OATHGATE) --bootstrap $(BOOTSTRAP)
	$(PYTHON) -m conformance bypasses conformance/bypasses --oathgate $(OATHGATE) --bootstrap $(BOOTSTRAP)
	$(PYTHON) -m conformance alike conformance/suites conformance/bypasses --oathgate $(OATHGATE) --bootstrap $(BOOTSTRAP)
	$(PYTHON) -m conformance mutations conformance/bypasses --oathgate $(OATHGATE) --bootstrap $(BOOTSTRAP) --count 150
	OATHGATE=$(OATHGATE) $(PYTHON) -m pytest -q conformance/tests
	if [ -x '$(OATHKEEPER_BIN)' ]; then
		$(PYTHON) -m conformance fuzz --oathkeeper $(OATHKEEPER_BIN) --oathgate $(OATHGATE) --decisions 1000 --seed $$RANDOM --short
	fi

.PHONY: conformance-record fuzz
conformance-record: $(VENV) oathkeeper-bin ## Record all suites anew from the Oathkeeper that OATHKEEPER_BIN names
	$(PYTHON) -m conformance record conformance/suites --server '$(OATHKEEPER_BIN) serve --config {config}'
	git diff --stat -- conformance/suites

fuzz: $(VENV) oathkeeper-bin binaries ## Compare with that Oathkeeper over random configurations: DECISIONS=5000 SEED=1
	$(PYTHON) -m conformance fuzz --oathkeeper $(OATHKEEPER_BIN) --oathgate $(OATHGATE) \
		--decisions $(DECISIONS) --seed $(SEED) $(FUZZ_FLAGS)

.PHONY: oathkeeper-bin
oathkeeper-bin:
	@if ! [ -x '$(OATHKEEPER_BIN)' ]; then
		echo "OATHKEEPER_BIN does not name a program: build Oathkeeper (go build, in a checkout of github.com/ory/oathkeeper)" >&2
		echo "and say for example: make $(MAKECMDGOALS) OATHKEEPER_BIN=/usr/local/bin/oathkeeper" >&2
		exit 2
	fi

.PHONY: test-local
test-local: $(VENV) node_modules binaries ## The scripts' and the local cloud's own tests, and a real deployment called over HTTP
	$(PYTHON) -m pytest -q scripts/tests local/tests e2e

.PHONY: arm64
arm64: $(VENV) binaries ## Build the function for arm64 and run it over the seed suite
	scripts/arm64

.PHONY: bench bench-guard bench-micro bench-serve bench-binaries
bench-binaries:
	# By itself, as it is deployed: what other crates ask of the engine would be in it.
	cargo build --release --locked -p oathgate-lambda
	cargo build --release --locked -p oathgate -p oathgate-bench
	$(if $(OATHKEEPER_SRC),bench/peer/build $(OATHKEEPER_SRC) $(PEER))

bench: bench-binaries ## Cold start, decisions, memory and size, beside an empty Lambda; and beside Oathkeeper's of OATHKEEPER_SRC
	$(BENCH) --json target/bench.json --svg docs/performance.svg $(BENCH_FLAGS)

bench-guard: bench-binaries ## Fail where a ratio to the empty Lambda got worse than bench/baseline.json by more than a quarter
	$(BENCH) --baseline bench/baseline.json --margin 0.25 --repeats 3 --rules 10,10000 --events 1000 $(BENCH_FLAGS)

bench-micro: ## What each part of a decision costs by itself: routing, handlers, templates, signing
	cargo bench --locked -p oathgate-bench --bench micro -- --noplot $(BENCH_FLAGS)

bench-serve: node_modules bench-binaries ## `oathgate serve` beside the `oathkeeper serve` of OATHKEEPER_BIN, under load
	npx tsx bench/serve.ts $(CARGO_TARGET_DIR)/release/oathgate $(or $(OATHKEEPER_BIN),oathkeeper) $(CARGO_TARGET_DIR)/release/rules

.PHONY: cost
cost: node_modules ## Write docs/cost.md anew, from bench/baseline.json and bench/cost/prices.json
	tsx bench/cost/main.ts

##@ Prove

.PHONY: prove
prove: prerequisites node_modules $(VENV) ## Ask a real gate in the account and region of STAGE, and record what AWS does (docs/aws.md)
	$(PYTHON) -m e2e.prove --stage $(STAGE) $(PROVE_FLAGS)

.PHONY: faults
faults: ## Break every service in every way under load, 10,000 requests and more; writes docs/faults.md
	OATHGATE_FAULTS=$${OATHGATE_FAULTS:-10000} OATHGATE_FAULTS_TABLE=$(CURDIR)/docs/faults.md \
		cargo test --locked -p oathgate-lambda --test faults -- --nocapture

.PHONY: attacks
attacks: $(VENV) binaries ## Every spelling of every kind of attack, against serve and the function
	$(PYTHON) -m conformance mutations conformance/bypasses --oathgate $(OATHGATE) --bootstrap $(BOOTSTRAP)

.PHONY: properties
properties: ## A million and more generated events, each answered in process
	PROPTEST_CASES=$${PROPTEST_CASES:-250000} cargo test --locked --profile campaign -p oathgate-lambda -p oathgate-apigateway \
		--test properties --test events

.PHONY: mutants
mutants: ## Change what decides, one line at a time, and list the changes that no test of the crate notices: MUTANTS_FLAGS="--re safety/path.rs"
	scripts/mutants $(MUTANTS_FLAGS)

.PHONY: deny
deny: ## Licences, sources, banned crates and known vulnerabilities of everything that is built on
	scripts/deny

.PHONY: sbom
sbom: node_modules $(VENV) ## What each artefact is made of, as CycloneDX, in target/sbom
	scripts/sbom

.PHONY: reproducible
reproducible: ## Build the authorizer twice in two places and compare the binaries
	scripts/reproducible

##@ Deploy

.PHONY: check
check: node_modules ## Check the settings, configuration and rules of STAGE (default dev) or STAGES, and run the rules' tests
	tsx infra/bin/check.ts $(STAGES)

.PHONY: bootstrap diff deploy destroy
bootstrap: %: prerequisites preflight-% ## `cdk bootstrap` of the account and region of STAGE, once for both, with the least rights
	tsx infra/bin/bootstrap.ts '$(STAGES)' $(CDK_FLAGS)

.PHONY: functions
functions: prerequisites $(VENV) ## The functions for arm64, built once for all stages, in target/functions
	scripts/functions

.PHONY: pipeline-roles
pipeline-roles: prerequisites node_modules ## The roles of a pipeline in GitHub Actions: REPOSITORY=owner/name STAGES="dev prod"
	cdk deploy --app 'tsx infra/bin/pipeline.ts' -c pipeline=roles -c 'repository=$(REPOSITORY)' -c 'stages=$(STAGES)' \
		-c 'trust=$(TRUST)' -c 'branch=$(BRANCH)' -c 'provider=$(OIDC_PROVIDER)' -c 'boundary=$(BOUNDARY)' $(CDK_FLAGS)

diff deploy destroy: %: prerequisites preflight-% $(VENV) ## `cdk diff`, `cdk deploy` or `cdk destroy` of STAGE (default dev); STAGES="dev prod" for several
	case "$@:$${OATHGATE_PREBUILT_DIR:-}$${OATHGATE_BINARIES:-}" in
	  destroy:* | *:?*) ;;
	  *) toolchain=$$(scripts/arm64-toolchain) && eval "$$toolchain" || export PATH=$(CURDIR)/$(VENV)/bin:$$PATH ;;
	esac
	if [ $(words $(STAGES)) -gt 1 ]; then
		tsx infra/bin/run-stages.ts $@ '$(STAGES)' $(CDK_FLAGS)
	else
		cdk $@ -c stage=$(STAGES) $(CDK_FLAGS)
	fi
	if [ $@ = deploy ]; then
		tsx infra/bin/prune.ts '$(STAGES)' --after-deploy $(CDK_FLAGS)
	fi
	if [ $@ = destroy ]; then
		tsx infra/bin/remains.ts '$(STAGES)' $(CDK_FLAGS)
	fi

.PHONY: rollback versions prune
rollback: node_modules ## Let STAGE serve what it served before, in seconds and without a build; TO=… of `make versions` for another
	tsx infra/bin/rollback.ts $(STAGE) $(if $(TO),--to '$(TO)') $(CDK_FLAGS)

versions: node_modules ## What STAGE can be rolled back to, with dates
	tsx infra/bin/rollback.ts $(STAGE) --list $(CDK_FLAGS)

prune: node_modules ## Delete what is older than the last `rollout.keepVersions` deploys of STAGE; DRY_RUN=1 says what that is
	tsx infra/bin/prune.ts '$(STAGES)' $(if $(DRY_RUN),--dry-run) $(CDK_FLAGS)

.PHONY: remains
remains: node_modules ## What AWS still has of STAGE (or STAGES) once it was destroyed; `make destroy` ends with it
	tsx infra/bin/remains.ts '$(STAGES)' $(CDK_FLAGS)

.PHONY: drift
drift: node_modules ## Compare what STAGE (or STAGES) has in AWS with what was deployed; fails where something differs
	tsx infra/bin/drift.ts '$(STAGES)' $(CDK_FLAGS)

# What can be known of AWS before anything is built.
preflight-%: node_modules
	tsx infra/bin/preflight.ts $* '$(STAGES)' $(CDK_FLAGS)

##@ Set up

.PHONY: prerequisites
prerequisites: ## Say which tools are missing, and how to get them
	scripts/prerequisites

$(VENV): local/requirements.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r local/requirements.txt
	touch $(VENV)

node_modules: package.json package-lock.json
	npm ci --silent --no-audit --no-fund
	touch node_modules

# TypeDoc needs a TypeScript of its own beside the project's.
infra/api-page/node_modules: infra/api-page/package.json infra/api-page/package-lock.json
	npm ci --silent --no-audit --no-fund --prefix infra/api-page
	touch infra/api-page/node_modules

.PHONY: clean
clean: ## Remove everything that was built or installed here
	if [ -d .local ] && [ -x $(PYTHON) ]; then
		for port in $$(ls .local); do OATHGATE_LOCAL_PORT=$$port $(PYTHON) -m local.cloud stop || true; done
	fi
	rm -rf target node_modules infra/api-page/node_modules infra/dist infra/binaries infra/LICENSE $(VENV) .local cdk.out cdk.out.* dist

.PHONY: help
help: ## This list
	awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z0-9 -]+:.*## / { printf "  %-24s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
