# make demo: the whole job on the bundled example, into demo/
# make test: style, types, import rules, spelling and all tests; make test-fast: without office and browser
# Both make their own virtual environment from the lock file; only Python 3.11 or later is needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-fast lint thorough fuzz coverage golden findings-diff layouts second-city template bench faults page page-check lock clean

demo: $(READY)
	$(BIN)/xlbudget demo -o demo

# Two processes, each with an office and workbooks of its own. Each begins with a half of the tests, so
# that neighbours share what they are given; the one that is done first takes over some of the other's.
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal

test: lint
	$(PYTEST)

# The two slow ones beside each other.
lint: $(READY)
	$(MAKE) --no-print-directory -j 2 lint-types lint-tests lint-rest

.PHONY: lint-types lint-tests lint-rest
lint-types:
	$(BIN)/mypy

lint-tests:
	$(BIN)/mypy --config-file tests/mypy.ini tests

lint-rest:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/codespell

test-fast: lint
	$(PYTEST) -m "not office and not browser"

# All tests with the many trials that the suite leaves out (tests/thorough.py).
thorough: $(READY)
	XLBUDGET_THOROUGH=1 $(PYTEST)

# Commands on mutated files: so many, drawn by SEED. FUZZ takes more options, as --keep FOLDER for what fails.
N ?= 2000
SEED ?= 1
JOBS ?= $(shell nproc)

fuzz: $(READY)
	PYTHONPATH=tests $(BIN)/python -m fuzz --runs $(N) --seed $(SEED) --jobs $(JOBS) $(FUZZ)

coverage: $(READY)
	$(PYTEST) -m "not office and not browser" --cov --cov-report=term-missing:skip-covered

# Which findings this state adds or removes on all example material; KEEP=--keep makes it the list.
findings-diff: $(READY)
	$(BIN)/python benchmarks/findings_diff.py $(KEEP)

golden: $(READY)
	UPDATE_GOLDEN=1 $(BIN)/python -m pytest tests/authoring/test_page.py tests/explaining/test_golden.py tests/report/test_report.py \
		tests/rules/test_pairs.py tests/test_api.py tests/test_docs.py tests/fuzz/test_security_page.py

# The corpus of layouts of published documents: made, read and measured, a line each (needs LibreOffice, Chromium,
# gnumeric and poppler); ARGUMENTS=--fast takes those of the tests.
layouts: $(READY)
	PYTHONPATH=tests $(BIN)/python -m layouts $(ARGUMENTS)

# 22 documents in the layout of the second city's, with mistakes planted in them, printed by LibreOffice and Chromium or drawn:
# the cells that are read right, and how many errors are true and mistakes found; ARGUMENTS="--documents 40 --seed 3".
second-city: $(READY)
	PYTHONPATH=tests $(BIN)/python -m shanghai.measure $(ARGUMENTS)

template: $(READY)
	$(BIN)/xlbudget build -q
	rm -f budget_template.备份*.xlsm

bench: $(READY)
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/bureau_speed.py
	$(BIN)/python benchmarks/native_agreement.py

# A fault at every system call of the write phase of every command that writes; needs strace. FAULTS: which
# commands, or --single (one of the faults in turn at each call).
faults: $(READY)
	$(BIN)/python benchmarks/faults.py $(FAULTS)

# 部门预算校验.html, from parts that are fetched once (needs Node.js).
page: $(READY)
	$(BIN)/xlbudget page

# The page with all material, in browsers of earlier years and in Firefox (apt: chromium firefox-esr), built twice.
# XLBUDGET_IDLE=1 on a machine with nothing else to do also holds it to its seconds.
page-check: $(READY)
	npm ci --legacy-peer-deps --ignore-scripts --no-audit --no-fund --prefix tests/page/browsers
	XLBUDGET_THOROUGH=1 $(BIN)/python -m pytest tests/page -s

# New versions of the locked dependencies; needs uv in the virtual environment.
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet

lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) --upgrade -o requirements/runtime.lock
	$(LOCK) --upgrade --group dev -o requirements/dev.lock

# Compiled by two processes, where pip takes one; olefile2 is for Python 2 and never imported.
$(READY): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "需要 Python 3.11 或更高版本（可用 make PYTHON=python3.11 指定）。"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	-$(BIN)/python -m compileall -q -j 2 -x olefile2 $(VENV)/lib
	$(BIN)/python -m compileall -q src/xlbudget
	$(BIN)/python -m xlbudget.standard.loader
	touch $@

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
