# Leadfold: one command for each thing. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv

# Where this is set, every Airflow process would compile some two thousand modules again.
unexport PYTHONDONTWRITEBYTECODE
export UV_PYTHON_DOWNLOADS := never
export GX_ANALYTICS_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-readme test-rules test-whole check bench bench-matching bench-marts bench-receiver sweep histories fuzz test-dovecot test-mariadb test-tryton crm-demo up down lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

setup: $(VENV)/.ready ## make .venv with everything in it (idempotent)

# uv comes first and by its own hash; then it installs the rest, each package by its hash.
$(VENV)/.ready: requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 15) else "leadfold needs Python 3.11 to 3.14, this is %d.%d; name another with PYTHON=…" % sys.version_info[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## run the demo company through real Airflow DAGs: from nothing to clients, costs and a dashboard
	@$(BIN)/leadfold demo $(DEMO)

test: setup ## lint, types, import contracts and all tests, side by side
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target --keep-going test-readme check test-rules test-whole

# Three processes for two cores, since the first waits half of its time; each starts the servers that it needs.
README := tests/end_to_end/test_readme.py
RULES := $(addprefix tests/,attribution dedup history normalize outcomes quality rejection review sources sql tables warehouse)

test-readme:
	@$(BIN)/python -m pytest $(README)

test-rules:
	@$(BIN)/python -m pytest $(RULES)

test-whole:
	@$(BIN)/python -m pytest $(patsubst %,--ignore=%,$(README) $(RULES))

check: setup ## lint, types and import contracts only
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

bench: setup bench-matching ## measure conform, the fold, and matching against Splink 5 and others (slow)
	@$(BIN)/python -m tests.benchmarks.run

bench-matching: setup .venv-bench/.ready ## matching alone: ours and others on the same files (BENCH="--sets … --rounds …")
	@.venv-bench/bin/python -m tests.benchmarks.matching.run $(BENCH)

# Splink and the others have an environment of their own: what they pin is none of ours.
.venv-bench/.ready: requirements-bench.lock $(VENV)/.ready
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-bench
	@$(UV) pip sync --quiet --python .venv-bench/bin/python --require-hashes requirements-bench.lock
	@touch $@

bench-marts: setup ## measure the marts: from nothing, one new day, one verdict (BENCH="100000 1000000")
	@$(BIN)/python -m tests.benchmarks.marts $(BENCH)

# Tryton too.
.venv-tryton/.ready: requirements-tryton.lock $(VENV)/.ready
	@$(UV) venv --quiet --allow-existing --python $(BIN)/python .venv-tryton
	@$(UV) pip sync --quiet --python .venv-tryton/bin/python --require-hashes requirements-tryton.lock
	@touch $@

crm-demo: setup .venv-tryton/.ready ## after `make demo`: its clients into a real Tryton, merges followed both ways
	@$(BIN)/python -m pipeline.demo.crm .venv-tryton/bin

test-tryton: setup .venv-tryton/.ready ## clients into a real Tryton, also when answers are lost
	@$(BIN)/python -m pytest -q tests/end_to_end/test_tryton.py

bench-receiver: setup ## measure the receiver under load, beside a pull and beside a flood
	@$(BIN)/python -m tests.benchmarks.receiver

fuzz: setup ## fifty thousand hostile records of all vendors: nothing crashes, no phone digit is lost
	@LEADFOLD_FUZZ=50000 $(BIN)/python -m pytest -q tests/sources/contract/test_fuzz.py

test-dovecot: setup ## the mailbox against Dovecot (Debian: dovecot-imapd)
	@$(BIN)/python -m pytest -q tests/end_to_end/test_dovecot.py

test-mariadb: setup ## a PBX in MariaDB (Debian: mariadb-server-core, mariadb-client-core)
	@$(BIN)/python -m pytest -q tests/end_to_end/test_mariadb.py

histories: setup ## a thousand random histories of leads, merges, undos, verdicts and erasures against a ten-line reference
	@LEADFOLD_HISTORIES=1000 $(BIN)/python -m pytest -q tests/test_histories.py

sweep: setup ## kill -9 a run at every statement and compare the outcome (slow)
	@$(BIN)/python -m pytest tests/faults --sweep=full

up: setup ## start Airflow, the receiver and the dashboard together
	@$(BIN)/leadfold up

down: setup ## stop them, and the embedded server
	@$(BIN)/leadfold down

lock: setup ## resolve the newest allowed versions and write the pins (needs the network)
	@$(UV) lock --quiet --upgrade
	@$(UV) export --quiet --all-extras --all-groups --no-emit-project --no-header --no-annotate --format requirements.txt -o requirements.lock
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements-bench.in -o requirements-bench.lock
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements-tryton.in -o requirements-tryton.lock
	@$(UV) export --quiet --only-group bootstrap --no-emit-project --no-header --no-annotate --format requirements.txt -o requirements-uv.lock

clean: ## forget .venv, the embedded server and all it holds
	@if [ -x $(BIN)/leadfold ]; then $(BIN)/leadfold down; fi
	@rm -rf $(VENV) .venv-bench .venv-tryton .leadfold
