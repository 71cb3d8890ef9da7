# A fresh machine needs python3 (3.11 or newer) and make; each target installs what else it needs, once, into .venv.
# Another Python: make PYTHON=python3.12 demo. Arguments for pytest: make test ARGS='-k steady'.

PYTHON ?= python3
ARGS =
VENV := .venv
RUN := $(VENV)/bin/python -m
INSTALLED := $(VENV)/.installed
APT := apt-get install -y --no-install-recommends
DEMO := demo/astronaut-launch

.DEFAULT_GOAL := help
.PHONY: help demo test check bench clean

help: ## show these lines
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-6s %s\n", $$1, $$2}' Makefile

demo: $(INSTALLED) ## put an astronaut in front of a rocket launch: a video and a picture to look at, in demo/
	@mkdir -p demo
	$(RUN) vidseg replace sample_media/astronaut.mp4 --bg sample_media/launch.jpg -o $(DEMO).mp4 --existing overwrite
	@$(RUN) benchmarks.strip sample_media/astronaut.mp4 $(DEMO).mp4 $(DEMO).png --at 5/3

# Tests begin about a hundred processes: what Python has compiled is kept, whatever the environment says of that. Whoever
# has no tests left takes the later half of another's, so that those that share a fixture mostly stay together.
test: $(INSTALLED) ## run the tests
	@PYTHONDONTWRITEBYTECODE= $(RUN) pytest -q -n auto --dist worksteal $(ARGS)

check: $(INSTALLED) ## lint, formatting, types, and which module may import which
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(VENV)/bin/lint-imports --no-logo

bench: $(INSTALLED) ## measure speed and memory (some minutes)
	$(RUN) benchmarks.speed
	$(RUN) benchmarks.memory

clean: ## remove what these targets made, .venv too
	rm -rf $(VENV) demo build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Debian keeps a part of venv in a package of its own; vidseg/libraries.py knows the other packages. Root gets them
# installed, anybody else gets the command. The stamp comes last, so a step that failed is done again.
$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "vidseg needs Python 3.11 or newer, which '$(PYTHON)' is not." \
	        "Install one and name it, for example: make PYTHON=python3.12 demo" >&2; exit 1; }
	@needed() { \
	    $(PYTHON) -I vidseg/libraries.py && \
	    $(PYTHON) -c 'import importlib.util as u, sys; \
	        u.find_spec("ensurepip") or print("python%d.%d-venv" % sys.version_info[:2])'; }; \
	packages=$$(needed) || exit 1; \
	if [ "$$packages" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing system packages:" $$packages; \
	    said=$$(exec 2>&1; export DEBIAN_FRONTEND=noninteractive; apt-get update; $(APT) $$packages) || { \
	        echo "$$said" >&2; exit 1; }; \
	    packages=$$(needed) || exit 1; \
	fi; \
	if [ "$$packages" ]; then \
	    echo "System packages are missing. Install them, then run make again:" >&2; \
	    echo "    sudo apt-get update && sudo $(APT)" $$packages >&2; exit 1; \
	fi
	@$(RUN) pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing vidseg and what it needs into $(VENV) (once; about 230 MB to download)"
	@$(RUN) pip install --quiet --disable-pip-version-check --no-input -e '.[dev]'
	@touch $@
