"""命中测试 — before a draft is published, staff see what questions find with it and which go astray."""

import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from bot.evaluation.hitting import HitResult, Trial
from bot.knowledge.entries import Knowledge
from config.clock import beijing_day
from config.settings import Settings
from models.base import new_id
from models.errors import NotFound
from models.knowledge import HitTest, HitTestState, KnowledgeVersion
from models.transactions import as_uuid, execute, fetch_row, fetch_rows, transaction
from server.accounts.guards import StaffMember
from server.assistant.knowledge.in_force import knowledge_in_force
from server.assistant.knowledge.versions import entry_of, get_open, note
from server.assistant.training import TrainingFailed, ensure_trained, run_apart

LEASE = timedelta(minutes=5)
_DUE = "state = 'waiting' AND (locked_until IS NULL OR locked_until <= $1)"
_PEEK = f"SELECT 1 AS one FROM knowledge_hit_tests WHERE {_DUE} LIMIT 1"
_CLAIM = (
    "UPDATE knowledge_hit_tests SET locked_until = $2 WHERE id = "
    f"(SELECT id FROM knowledge_hit_tests WHERE {_DUE} ORDER BY id LIMIT 1) AND {_DUE} RETURNING id"
)
_FINISH = "UPDATE knowledge_hit_tests SET state = $1, result = $2, finished_at = $3 WHERE id = $4 AND state = 'waiting'"


class HitTestNotFound(NotFound):
    message = "没有这次命中测试"
    next_step = "请重新做一次"


async def ask_for(*, slug: str, questions: Sequence[str], staff: StaffMember, at: datetime) -> HitTest:
    """Ask the worker for a hit test of the open draft as it is now. 命中测试。

    Raises:
        KnowledgeDraftNotFound: nothing is open.
    """
    version = await get_open(slug)
    async with transaction():
        test = await HitTest.create(
            id=new_id(),
            created_at=at,
            version_id=version.id,
            content_digest=version.content_digest,
            asked_by_id=staff.account_id,
            questions=msgspec.json.encode(list(questions)).decode(),
        )
        await note(version, "hit_tested", staff)
    return test


async def read_hit_test(*, slug: str, hit_test_id: UUID) -> tuple[HitTest, HitResult | None]:
    """Return a hit test of a topic, and its result once it is done.

    Raises:
        HitTestNotFound: there is none.
    """
    test = await HitTest.get_or_none(id=hit_test_id, version__slug=slug)
    if test is None:
        raise HitTestNotFound
    return test, msgspec.json.decode(test.result, type=HitResult) if test.result else None


async def do_hit_test(*, settings: Settings, at: datetime) -> int:
    """Do the oldest hit test that waits, if there is one; return how many were done."""
    if await fetch_row(_PEEK, at) is None:
        return 0
    claimed = await fetch_rows(_CLAIM, at, at + LEASE)
    if not claimed:
        return 0
    test = await HitTest.get(id=as_uuid(claimed[0]["id"])).select_related("version")
    try:
        state, result = HitTestState.DONE, await _try_out(test, settings, at)
    except TrainingFailed:
        state, result = HitTestState.FAILED, ""
    await execute(_FINISH, state.value, result, at, test.id)
    return 1


async def _try_out(test: HitTest, settings: Settings, at: datetime) -> str:
    version: KnowledgeVersion = test.version
    if version.content_digest != test.content_digest:  # it was changed meanwhile: this test says nothing of it
        return msgspec.json.encode(HitResult((), ())).decode()
    found = await knowledge_in_force(beijing_day(at))
    before = await ensure_trained(settings, key=found.key, knowledge=found.knowledge)
    entry = entry_of(version)
    kept = [other for other in found.knowledge.entries if other.slug != entry.slug]
    after = msgspec.structs.replace(found.knowledge, entries=(*kept, entry))
    trial = Trial(version.slug, tuple(msgspec.json.decode(test.questions, type=list[str])))
    with tempfile.TemporaryDirectory(prefix="hit-test-") as name:
        return await _run(Path(name), before, after, trial)


async def _run(folder: Path, before: Path, after: Knowledge, trial: Trial) -> str:
    knowledge, asked, result = (folder / f"{name}.json" for name in ("knowledge", "trial", "result"))
    knowledge.write_bytes(msgspec.json.encode(after))
    asked.write_bytes(msgspec.json.encode(trial))
    await run_apart("bot.evaluation.hitting", str(before), str(knowledge), str(asked), str(result))
    return result.read_text()
