# make demo   sets up and runs the sample contest       make test   all checks, as CI runs them
# make lint   the checks without the tests              make drill  the long drills
# make cover  the tests, and which lines they reach     make lock   renew the lock files
# make clean  remove what these made
.POSIX:
.SUFFIXES:
SHELL = /bin/bash

# where the demo's contest lies; `make demo DIR=/data/demo`
DIR = kepu-demo
# what to pass to `kepu demo`; `make demo ARGS=--small`
ARGS =

.PHONY: demo test lint cover drill lock licences clean

demo: .venv/.kepu-runtime
	.venv/bin/kepu demo "$(DIR)" $(ARGS)

test: .venv/.kepu-dev
	@bash .ci/checks

lint: .venv/.kepu-dev
	@bash .ci/checks lint

cover: .venv/.kepu-dev
	PATH="$$PATH:/usr/sbin" .venv/bin/python -m pytest -q -n 2 --dist loadfile --cov --cov-report=
	.venv/bin/coverage report

drill: .venv/.kepu-dev
	PATH="$$PATH:/usr/sbin" .venv/bin/python -m pytest -m drill -q

.venv/.kepu-runtime: requirements.lock pyproject.toml .ci/setup
	@bash .ci/setup runtime

.venv/.kepu-dev: requirements.lock requirements-dev.lock pyproject.toml .ci/setup
	@bash .ci/setup dev

# The resolver runs in a throwaway environment; an index's address never enters a lock.
LOCK = pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" --extra build pyproject.toml
lock: .venv/.kepu-runtime
	rm -rf .venv/lock && .venv/bin/python -m venv .venv/lock && .venv/lock/bin/pip install --quiet uv
	.venv/lock/bin/uv $(LOCK) --upgrade --output-file requirements.lock
	.venv/lock/bin/uv $(LOCK) --upgrade --extra dev --constraints requirements.lock --output-file requirements-dev.lock
	rm -rf .venv/lock

licences: .venv/.kepu-dev
	.venv/bin/python tests/test_licences.py

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov build dist .coverage .coverage.*
	find ingest parsers reports tests -name __pycache__ -type d -prune -exec rm -rf {} +
