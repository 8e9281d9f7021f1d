"""知识发布 — a reviewed version comes into force on a day; a topic is retired; what was once in force is restored."""

from datetime import date, datetime

from bot.knowledge.entries import Entry
from config.clock import beijing_day
from models.errors import Conflict, FieldError, Invalid, NotFound
from models.knowledge import (
    HitTest,
    HitTestState,
    KnowledgeDeed,
    KnowledgeState,
    KnowledgeStateForbids,
    KnowledgeVersion,
)
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.assistant.knowledge.in_force import file_entry, knowledge_in_force
from server.assistant.knowledge.versions import (
    KnowledgeTopicNotFound,
    add_version,
    entry_of,
    get_open,
    last_number,
    note,
)

_PUBLISH = (
    "UPDATE knowledge_versions SET state = 'published', effective_from = $1, effective_to = $2, published_at = $3, "
    "revision = revision + 1, updated_at = $3 WHERE id = $4 AND revision = $5 AND state = 'reviewed' "
    "AND EXISTS (SELECT 1 FROM knowledge_hit_tests AS t WHERE t.version_id = knowledge_versions.id "
    "AND t.content_digest = knowledge_versions.content_digest AND t.state = 'done')"
)
_CALL_OFF = (
    "UPDATE knowledge_versions SET state = 'withdrawn', revision = revision + 1, updated_at = $1 "
    "WHERE slug = $2 AND state = 'published' AND effective_from > $3"
)


class KnowledgeSpanInvalid(Invalid):
    message = "生效日期有误"
    next_step = "生效日不早于今天，失效日不早于生效日"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("effective_from", "不早于今天，也不晚于失效日"),))


class KnowledgeNotHitTested(Conflict):
    message = "这一版还没有做过命中测试，或者做过以后又改了"
    next_step = "请用几个真实的问题做一次命中测试，看过结果再发布"


class KnowledgeVersionNotFound(NotFound):
    message = "这个条目没有这一版，或者这一版没有发布过"
    next_step = "请从版本列表里选发布过的一版；0 是随系统带的文件"


class KnowledgeAlreadyRetired(Conflict):
    message = "这个条目已经停用"
    next_step = "需要时可以恢复它的某一版"


class KnowledgeChangedMeanwhile(Conflict):
    message = "这个条目刚被别人改过"
    next_step = "请刷新后再试"


async def publish(
    *,
    slug: str,
    revision: int,
    effective_from: date | None,
    effective_to: date | None,
    staff: StaffMember,
    at: datetime,
) -> KnowledgeVersion:
    """Let a reviewed version come into force on a Beijing day, today where none is named. 发布。

    Raises:
        KnowledgeDraftNotFound: nothing is open.
        KnowledgeSpanInvalid: it begins before today, or ends before it begins.
        KnowledgeStateForbids: it is not reviewed, or was changed since ``revision``.
        KnowledgeNotHitTested: nobody saw what questions find with this very content.
    """
    today = beijing_day(at)
    first = effective_from or today
    if first < today or (effective_to is not None and effective_to < first):
        raise KnowledgeSpanInvalid
    version = await get_open(slug)
    async with transaction():
        if not await execute(_PUBLISH, first, effective_to, at, version.id, revision):
            raise await _why_not(version)
        await note(version, KnowledgeDeed.PUBLISHED.value, staff)
    return await KnowledgeVersion.get(id=version.id)


async def _why_not(version: KnowledgeVersion) -> Conflict:
    digest = version.content_digest
    is_tested = await HitTest.exists(version_id=version.id, content_digest=digest, state=HitTestState.DONE)
    is_reviewed = version.state is KnowledgeState.REVIEWED
    return KnowledgeNotHitTested() if is_reviewed and not is_tested else KnowledgeStateForbids()


async def retire(*, slug: str, reason: str, staff: StaffMember, at: datetime) -> KnowledgeVersion:
    """Stop answering a topic at once; what was to come into force later does not. 停用。

    Raises:
        KnowledgeTopicNotFound: there is no such topic.
        KnowledgeAlreadyRetired: it is not answered.
        KnowledgeChangedMeanwhile: somebody else changed it at the same time.
    """
    after = await last_number(slug)
    found = await knowledge_in_force(beijing_day(at))
    if slug in found.retired:
        raise KnowledgeAlreadyRetired
    entry = found.entries.get(slug)
    if entry is None:
        raise KnowledgeTopicNotFound
    return await _put_in_force(entry, "retired", after=after, reason=reason, staff=staff, at=at, is_retirement=True)


async def restore(*, slug: str, number: int, reason: str, staff: StaffMember, at: datetime) -> KnowledgeVersion:
    """Let a topic say again, at once, what a version of it said that was published, or the file. 恢复。

    It was reviewed by two people then, so nobody has to review it again; what was to come into force later does not.

    Raises:
        KnowledgeVersionNotFound: there is no such version, or it was never published.
        KnowledgeChangedMeanwhile: somebody else changed the topic at the same time.
    """
    after = await last_number(slug)
    entry = await _published_entry(slug, number)
    if entry is None:
        raise KnowledgeVersionNotFound
    return await _put_in_force(entry, "restored", after=after, reason=reason, staff=staff, at=at)


async def _published_entry(slug: str, number: int) -> Entry | None:
    if number == 0:
        return await file_entry(slug)
    version = await KnowledgeVersion.get_or_none(
        slug=slug, number=number, published_at__isnull=False, is_retirement=False
    )
    return entry_of(version) if version else None


async def _put_in_force(
    entry: Entry, deed: str, *, after: int, reason: str, staff: StaffMember, at: datetime, is_retirement: bool = False
) -> KnowledgeVersion:
    today = beijing_day(at)
    async with transaction():
        made = await add_version(
            entry=entry,
            state=KnowledgeState.PUBLISHED,
            staff=staff,
            at=at,
            reason=reason,
            effective_from=today,
            is_retirement=is_retirement,
            after=after,
        )
        if made is None:
            raise KnowledgeChangedMeanwhile
        await execute(_CALL_OFF, at, entry.slug, today)
        version = await KnowledgeVersion.get(id=made)
        await note(version, deed, staff)
    return version
