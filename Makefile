# Everything works from a fresh clone with Python 3.11 or newer: each target sets up .venv first if need be.
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test lint bench backtest docs interop new-preset

help:            ## this list
	@sed -n 's/^\([a-z-]*:\).*## /\1 /p' $(MAKEFILE_LIST)

run:             ## show a demo gateway: loopback only, nothing of yours is touched
	@scripts/set_up
	@$(BIN)/gaugeway demo

test: lint       ## all checks and all tests, with the coverage floors
	@mkdir -p build
	$(BIN)/pytest -n 2 -q --cov --cov-report= --cov-report=json:build/coverage.json
	$(BIN)/python scripts/check_coverage.py build/coverage.json

lint:            ## style, types, layers
	@scripts/set_up dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@scripts/check_javascript

bench:           ## measure, and write docs/performance.md
	@scripts/set_up dev
	$(BIN)/python -m benchmarks; kept=$$?; $(BIN)/python -m benchmarks.opencode && exit $$kept

backtest:        ## ask the forecast about people who do not exist, and write docs/forecast.md
	@scripts/set_up dev
	$(BIN)/python -m benchmarks.backtest

docs:            ## regenerate what the documentation takes from the code
	@scripts/set_up dev
	$(BIN)/python scripts/generate_docs.py
	$(BIN)/python scripts/make_picture.py

interop:         ## compare with a LiteLLM that runs (LITELLM_URL, LITELLM_MASTER_KEY, LITELLM_DATABASE_URL)
	@scripts/set_up dev
	$(BIN)/python -m tests.interop.litellm
	$(BIN)/python -m tests.interop.story

new-preset:      ## scaffold a preset: make new-preset NAME=x
	@scripts/set_up dev
	$(BIN)/python scripts/new_preset.py "$(NAME)"
