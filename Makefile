# The two commands of the README are `make run` and `make test`.
.DEFAULT_GOAL := help
DOCS := $(if $(filter Windows_NT,$(OS)),.venv-docs/Scripts,.venv-docs/bin)
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
ARGS :=
PYTHON := python3
POWERSHELL := pwsh
TAG :=
SCRIPTS := --shell=sh assets/scripts/*.sh assets/hosts/*.sh .ci/setup tests/mac/first_look.sh packaging/install.sh \
	assets/kit/*.sh assets/kit/start.command

# The tests start hundreds of Pythons: each would compile the wizard and its libraries again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test unit lint types checks live live-matrix live-windows live-musl dist try-dist powershell \
	release-check lock faults knowledge tables bench shots man docs clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 20

.venv/.run: pyproject.toml .ci/setup
	@echo "Setting up the wizard in ./.venv …" >&2
	@.ci/setup run

.venv/.test: pyproject.toml .ci/setup .ci/constraints.txt
	@echo "Setting up the tests in ./.venv …" >&2
	@.ci/setup test

# In a clone, the wizard recommends ~/cryptography-env, which outlives `make clean` and the clone.
run: .venv/.run ## Set up and start the wizard; without a terminal, install into ~/cryptography-env
	@if [ -t 0 ] && [ -t 1 ]; then \
		exec $(BIN)/cryptography-wizard $(ARGS); \
	else \
		exec $(BIN)/cryptography-wizard --yes $(ARGS); \
	fi

test: lint ## Set up and run the tests that need no network
	@$(MAKE) --no-print-directory unit

unit: .venv/.test ## Run the tests that need no network, without the checks of `make lint`
	$(BIN)/python -m pytest -q -n auto --maxprocesses 16 --dist worksteal -m "not live"

lint: .venv/.test ## Run ruff, mypy, the checks of the import layers and of the wording
	@$(MAKE) --no-print-directory -j 2 types checks

types: .venv/.test
	$(BIN)/mypy

checks: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m tests.wording
	$(BIN)/validate-pyproject pyproject.toml
	$(BIN)/python -m distribution.metadata
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@if command -v actionlint >/dev/null; then actionlint; \
	else echo "No actionlint on PATH: of the workflows, only the form is reviewed." >&2; fi
	@if [ -x $(BIN)/shellcheck ]; then set -x; $(BIN)/shellcheck $(SCRIPTS); \
	else echo "No shellcheck for this machine: the shell scripts are not reviewed." >&2; fi

live: .venv/.test ## Run the live tests: real index, real builds, real apt in temporary systems
	$(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist loadgroup --no-loadscope-reorder \
		-m live -rs tests/live

live-matrix: .venv/.test ## Run all live tests that take minutes, and write docs/tested.md
	LIVE_MATRIX=all $(BIN)/python -m pytest -q -s -m live -rs tests/live/test_live_matrix.py \
		tests/live/test_live_rustup.py::test_a_rust_that_is_kept_after_a_build \
		tests/live/test_live_openssl.py tests/live/test_live_old_openssl.py \
		tests/live/test_live_wheelhouse.py tests/live/test_live_kit.py tests/live/test_live_dockerfile.py \
		tests/live/test_live_windows.py tests/live/test_live_musl.py

live-windows: .venv/.test ## Run the live tests for Windows, under Wine
	LIVE_MATRIX=windows $(BIN)/python -m pytest -q -m live -rs tests/live/test_live_windows.py

live-musl: .venv/.test ## Run the live tests with a Python that is linked to musl
	LIVE_MATRIX=musl $(BIN)/python -m pytest -q -m live -rs tests/live/test_live_musl.py

dist: .venv/.test ## Build all files of a release in ./dist: wheel, sdist, the one file, installers, checksums
	$(BIN)/python -m distribution

try-dist: ## Install with the one file in ./dist, started by PYTHON=python3, and prove the result
	$(PYTHON) distribution/trial.py dist/cryptography-wizard.pyz

powershell: .venv/.run ## On Windows: run an exported plan, and the installer, with POWERSHELL=pwsh
	mkdir -p build
	$(BIN)/cryptography-wizard plan --venv build/powershell-env --format powershell > build/plan.ps1
	$(POWERSHELL) -NoProfile -ExecutionPolicy Bypass -File build/plan.ps1
	$(MAKE) dist
	CRYPTOGRAPHY_WIZARD_FROM=dist $(POWERSHELL) -NoProfile -ExecutionPolicy Bypass -File packaging/install.ps1
	$(POWERSHELL) -NoProfile -ExecutionPolicy Bypass -File packaging/install.ps1 -Uninstall
	$(POWERSHELL) -NoProfile -Command "Install-Module PSScriptAnalyzer -Force -Scope CurrentUser; \
		Invoke-ScriptAnalyzer -Path packaging/install.ps1 -EnableExit"

release-check: ## Compare TAG=v1.2.3 with the version and the changelog
	$(PYTHON) distribution/tag.py "$(TAG)"

lock: .venv/.test ## Choose the versions of the libraries in the one file: packaging/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.9 --fork-strategy fewest --upgrade \
		--generate-hashes --no-annotate --no-header pyproject.toml -o packaging/requirements.txt

faults: .venv/.test ## Make things go wrong, thousands of times, and write docs/reliability.md
	$(BIN)/python -m tests.faults $(ARGS)

knowledge: .venv/.test ## Compare the tables with the index and Debian's archive, and say what is out of date
	$(BIN)/python -m tests.knowledge

tables: .venv/.test ## Write the date of the tables after they have changed
	$(BIN)/python -m tests.knowledge.dated

bench: .venv/.test ## Compare with the documented ways, and write tests/bench/results.md
	$(BIN)/python -m tests.bench

shots: .venv/.test ## Draw every screen into assets/screenshots
	$(BIN)/python -m tests.screens.shots
	$(BIN)/python -m tests.live.pictures

man: .venv/.test ## Write the manual page, docs/cryptography-wizard.1
	$(BIN)/python -m screens.manual > docs/cryptography-wizard.1

.venv-docs/.docs: pyproject.toml .ci/setup
	@echo "Setting up the documentation in ./.venv-docs …" >&2
	@.ci/setup docs

docs: .venv-docs/.docs ## Make the documentation's web site in build/site
	$(DOCS)/python -m tests.site build/docs
	NO_MKDOCS_2_WARNING=1 $(DOCS)/mkdocs build --quiet --strict --config-file docs/site/mkdocs.yml
	@echo "Open build/site/index.html. Its search needs a server: python3 -m http.server -b 127.0.0.1 -d build/site"

clean: ## Remove what the commands above created here; what the wizard has installed stays
	rm -rf .venv .venv-docs build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
