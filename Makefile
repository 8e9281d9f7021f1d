# 邮兵: every command sets up what it needs by itself; `make help` lists them.
PYTHON ?= python3
WORKERS ?= 1
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKAGES := server bot models config

.DEFAULT_GOAL := help
.PHONY: help run test lint bench eval lock seed

help: ## 列出所有命令
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(STAMP) ## 启动服务（WORKERS=2 启动两个网页进程）
	@exec $(BIN)/python -m server run --workers $(WORKERS)

test: $(STAMP) ## 运行全部测试（SQLite 和 PostgreSQL）
	$(BIN)/python -m pytest -n 2

lint: $(STAMP) ## 检查代码：ruff、mypy --strict、分层约定
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(PACKAGES)
	$(BIN)/lint-imports

bench: $(STAMP) ## 运行性能测试（需要 PostgreSQL）
	$(BIN)/python -m bench

eval: $(STAMP) ## 评测助手：make eval FILE=题目.jsonl；不给文件就做交叉验证
	$(BIN)/python -m server.assistant.evaluating $(FILE)

seed: $(STAMP) ## 迁移数据库并写入种子数据
	$(BIN)/python -m server migrate
	$(BIN)/python -m server seed

lock: $(STAMP) ## 依 pyproject.toml 重新生成 requirements.lock（需要网络）
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --universal --no-emit-index-url --no-header --quiet --upgrade -o requirements.lock
	@! grep -nE '^(--|.*file://)' requirements.lock || { echo "requirements.lock 里混入了本机地址" >&2; exit 1; }

# The stamp is written last: an installation that was cut short is done again.
$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新的版本：make PYTHON=python3.11 …" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $(STAMP)
