# sparktrack's commands: `make help`. The work is done by the scripts in bin/, which can be called directly.
.DEFAULT_GOAL := help
.PHONY: help setup run test lint format check lock bench mail-load faults api-document fuzz screenshots

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "make %-11s %s\n", $$1, $$2}'

setup: ## make .venv with everything a developer needs
	@bin/bootstrap

run: ## start web, worker and beat with a demo brand; Ctrl-C stops them (HOST, PORT)
	@bin/run

test: ## the whole suite, on SQLite and on PostgreSQL, with Redis and a browser (arguments: bin/test -k word)
	@bin/test

lint: ## ruff, mypy, import-linter, djlint, migrations, deployment check
	@bin/lint

format: ## let ruff and djlint mend what they can
	@bin/bootstrap
	@.venv/bin/ruff check --quiet --fix --exit-zero .
	@.venv/bin/ruff format --quiet .
	@.venv/bin/djlint templates --reformat --quiet || true

check: ## lint and test, without the longest looks: what has to pass before a change lands
	@bin/lint
	@bin/test --quick

lock: ## recompile the locks after a change of requirements*.in (moving pins: bin/lock --upgrade)
	@bin/lock

bench: ## measure board, API, import, proof of gaps and sending beside their lower bounds (BENCH: arguments)
	@bin/bootstrap
	@.venv/bin/python -m tests.benchmarks $(BENCH)

mail-load: ## simulate a year of a brand: how many mails people get, how often each lapse is announced
	@bin/bootstrap
	@.venv/bin/python -m tests.alerts.simulation

faults: ## kill, stop and restart every part while mails are sent; a table of what came of it (half an hour)
	@bin/bootstrap
	@LOG_LEVEL=ERROR .venv/bin/python -m tests.faults

api-document: ## write docs/openapi.json anew, after a change of the REST API
	@bin/bootstrap
	@.venv/bin/python manage.py api_document

fuzz: ## send the REST API whatever its document allows and forbids, as every kind of caller (FUZZ_EXAMPLES)
	@bin/bootstrap
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-100} .venv/bin/python -m pytest -q -n auto --timeout 0 tests/api/test_fuzz.py

screenshots: ## take the pictures of the README anew, of the demo brand in a browser
	@bin/bootstrap
	@SCREENSHOTS=docs/img .venv/bin/python -m pytest -q -n0 tests/e2e/test_screenshots.py
