# Two commands matter: `make run` and `make test`.
PY := .venv/bin/python
PORT ?= 8000

.PHONY: run test proof bench lint fix worker setup

setup: .venv/ready

.venv/ready: requirements.txt
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

run: setup      ## bring up the desk on 127.0.0.1:8000, with demonstration accounts on first run
	@$(PY) -m kaili_hukou.bringup $(PORT)

worker: setup   ## the background worker alone (no Redis)
	@$(PY) manage.py work

test: setup     ## the whole suite: SQLite always, PostgreSQL and Redis where they can be reached
	@$(PY) -m tests.engines

proof: setup    ## the long proofs in full
	@PROOF=1 $(PY) -m tests.engines

bench: setup    ## speed beside the bare work; `python -m bench.permits`, `bench.rosters`: in full
	@$(PY) bench/assess.py
	@$(PY) -m bench.permits --permits 100000
	@$(PY) -m bench.rosters --rows 10000 --peers 1000

lint: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@$(PY) manage.py makemigrations --check --dry-run >/dev/null
	@.venv/bin/mypy

fix: setup
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format --quiet .
