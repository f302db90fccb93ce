# make start   set everything up, show the course and the first exercise's verdict
# make test    the same set-up, then every test of the course and of its grader
# make studies every project's study at its full size, held against its thresholds: many minutes
# make bench   what the course promises of its speed, measured
# make gpu     what needs a GPU, in one run of minutes: make gpu DATA=FILE.npz with images of 32x32 pixels
# make image   build the service's image by buildah, start it, and ask it: about ten minutes, a gigabyte in build/image, and root
# make system-deps  what comes from apt and not from pip: the sandbox, the browser, Prometheus, an image builder; asks for sudo
# TORCH=cpu    with any of them: take torch's CPU wheels (200 MB instead of several GB)

PYTHON ?= python3
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: start test studies attacks bench gpu clean system-deps faults image

start: .venv/.learner
	@$(BIN)/grader list
	@echo
	@$(BIN)/grader check 1.1.1 || test $$? -eq 1
	@echo
	@echo "What to do next:"
	@echo "  . .venv/bin/activate       so that 'grader' is found"
	@echo "  grader watch               then edit exercises/p1_fundamentals/autograd/arithmetic.py and save"
	@echo "The chapter is exercises/p1_fundamentals/autograd/README.md."

ifneq ($(wildcard tests),)
test: .venv/.maintainer build/nbgrader/.ready
	$(BIN)/ruff check
	$(BIN)/grader verify
	$(BIN)/pytest --quiet -rs --numprocesses 2 --dist worksteal tests/grader --ignore tests/grader/autograde/test_attacks.py
	$(BIN)/grader study all --workspace solutions --quick --output build/study

studies: .venv/.maintainer
	$(BIN)/grader study all --workspace solutions --output build/study --json build/studies.json

# Some 300 hostile submissions, as root and as an ordinary user: many minutes.
attacks: .venv/.maintainer
	$(BIN)/pytest --quiet -rs tests/grader/autograde/test_attacks.py

bench: .venv/.maintainer build/nbgrader/.ready
	$(BIN)/python tests/grader/bench/measure_speed.py
	$(BIN)/python -m tests.grader.bench.measure_class
	$(BIN)/python -m tests.grader.bench.measure_scale
	$(BIN)/grader bench autograd --workspace solutions
	$(BIN)/grader bench optimizers --workspace solutions
	$(BIN)/grader study compression --workspace solutions --output build/study
	$(BIN)/grader smoke serving --workspace solutions

gpu: .venv/.maintainer
	$(BIN)/python -m tests.gpu $(if $(DATA),--data $(DATA))

# Services with one fault each: every one must fail the smoke check that is meant for it. A quarter of an hour.
faults: .venv/.maintainer
	$(BIN)/python -m tests.p3_systems.serving.faults_smoke
	$(BIN)/python -m tests.p3_systems.monitoring.faults_smoke

# The base is made of Debian's packages, so no registry is asked. BASE=IMAGE takes another one, of a registry.
image: .venv/.maintainer
	infra/build_image.sh build/image solutions
	$(BIN)/python -m tests.p3_systems.serving.ask_image
else
test studies bench gpu faults image:
	@echo "This copy of the course has no hidden tests, so nothing was run; make start is for you." >&2; exit 2
endif

# Each package by itself: what one system does not have is said, and what needs it is shown as not run.
SYSTEM_PACKAGES ?= bubblewrap libseccomp2 universal-ctags chromium prometheus buildah debootstrap
SUDO := $(shell test $$(id -u) -eq 0 || echo sudo)
system-deps:
	$(SUDO) apt-get update
	@for package in $(SYSTEM_PACKAGES); do \
	    $(SUDO) apt-get install --yes --no-install-recommends $$package || echo "$$package is not to be had here; what needs it is not run."; \
	done

clean:
	rm -rf .venv build .grader/catalogue

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ML Deepdive needs Python 3.11 or newer; name one with make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/.learner: pyproject.toml constraints.txt | .venv/bin/python
ifeq ($(TORCH),cpu)
	$(PIP) --no-deps --extra-index-url https://download.pytorch.org/whl/cpu torch
endif
	$(PIP) --editable .
	@touch $@

.venv/.maintainer: .venv/.learner
	$(PIP) --editable '.[dev,compression,serving,monitoring]'
	@touch $@

# nbgrader brings all of Jupyter, which nothing else here needs: it has an environment of its own.
build/nbgrader/.ready: tests/grader/nbgrader/nbgrader-requirements.txt | .venv/bin/python
	$(BIN)/python -m venv --clear build/nbgrader
	build/nbgrader/bin/python -m pip install --quiet --requirement $<
	@touch $@
