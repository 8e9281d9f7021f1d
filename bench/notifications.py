"""消息基准 — what planning a subscribe message adds to telling people something, on both databases."""

import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from bench.data import add_account
from config.database import close_database, open_database
from models import MODEL_MODULES
from models.migrations.runner import migrate
from models.notifications import NotificationDelivery, NotificationTemplate
from models.transactions import transaction
from server.notifications.service import Event, notify, notify_each

ROUNDS = 5
SINGLE, MANY = 400, 5_000
WANTED = 0.5
"""Of the messages a second without a template: planning must not double the cost."""
BEGAN = datetime(2026, 3, 2, 2, tzinfo=UTC)
CASES = {"没有模板": "sample.event", "模板未启用": "intent.signed", "模板已启用": "job_application.offered"}

Work = Callable[[UUID, str], Awaitable[int]]


async def measure_notifications(postgres: str) -> None:
    """Print messages a second, one by one and many at once, without a template, with one, and with one in use."""
    print(f"\n消息：逐条 {SINGLE:,} 条、成批 {MANY:,} 条，{ROUNDS} 轮轮流的中位数，条/秒（与没有模板之比）")
    await _measure("PostgreSQL", postgres)
    with tempfile.TemporaryDirectory() as name:
        address = f"sqlite://{Path(name, 'bench.sqlite3')}"
        await migrate(address)
        await _measure("SQLite", address)


async def _measure(label: str, address: str) -> None:
    context = await open_database(address, model_modules=MODEL_MODULES, pool=2)
    try:
        account_id, _ = await add_account("told", BEGAN)
        await NotificationTemplate.create(key="job_application", template_id="bench", changed_at=BEGAN)
        for name, work in (("逐条", _one_by_one), ("成批", _many_at_once)):
            rates = await _rates(work, account_id)
            plain = rates["没有模板"]
            told = "  ".join(f"{case} {rate:8,.0f} ({rate / plain:.2f})" for case, rate in rates.items())
            print(f"{label:12}{name}  {told}  目标 ≥{WANTED}")
        assert await NotificationDelivery.all().count() == (ROUNDS + 1) * (SINGLE + MANY)
    finally:
        await close_database(context)


async def _rates(work: Work, account_id: UUID) -> dict[str, float]:
    found: dict[str, list[float]] = {case: [] for case in CASES}
    for number in range(ROUNDS + 1):
        for case, event in CASES.items():
            began = time.perf_counter()
            told = await work(account_id, event)
            if number:  # the first round warms up
                found[case].append(told / (time.perf_counter() - began))
    return {case: statistics.median(rates) for case, rates in found.items()}


async def _one_by_one(account_id: UUID, name: str) -> int:
    for _ in range(SINGLE):
        async with transaction():  # as a deed tells of itself
            await notify(account_id=account_id, event=_event(name), at=BEGAN)
    return SINGLE


async def _many_at_once(account_id: UUID, name: str) -> int:
    async with transaction():
        await notify_each([(account_id, _event(name)) for _ in range(MANY)], at=BEGAN)
    return MANY


def _event(name: str) -> Event:
    text = "示例：包裹已由示例处理中心发往下一站，约两天后到达。"
    return Event(name, uuid4().hex, "示例消息", text, "/v1/notifications")
