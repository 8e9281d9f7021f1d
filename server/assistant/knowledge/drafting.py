"""知识草稿 — staff write the next version of a topic, or a new topic, and hand it in once it obeys the rules."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import UNSET, UnsetType

from bot.knowledge.checking import Problem, check_entry, is_slug
from bot.knowledge.entries import Asking, Entry, Fact, Source
from bot.knowledge.loading import load_categories, load_laws
from config.clock import beijing_day
from models.errors import Conflict, FieldError, Invalid
from models.knowledge import KnowledgeDeed, KnowledgeState, KnowledgeStateForbids, KnowledgeVersion
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.assistant.knowledge.in_force import file_entry, knowledge_in_force
from server.assistant.knowledge.versions import add_version, digest_of, entry_of, get_open, move, note

_EDIT = (
    "UPDATE knowledge_versions SET content = $1, content_digest = $2, editors = $3, note = $4, state = 'draft', "
    "reason = '', revision = revision + 1, updated_at = $5 "
    "WHERE id = $6 AND revision = $7 AND state IN ('draft', 'refused')"
)


class KnowledgeDraftExists(Conflict):
    message = "这个条目已经有一份没有结束的草稿"
    next_step = "请在那份草稿上修改，或者先撤下它"


class KnowledgeSlugInvalid(Invalid):
    message = "条目的代号有误"
    next_step = "请换一个代号"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("slug", "只用小写字母、数字和短横，2 到 60 位"),))


class KnowledgeUnfit(Invalid):
    message = "这一版还不能提交"
    next_step = "请按提示逐项修改"

    def __init__(self, problems: Sequence[Problem] = ()) -> None:
        super().__init__(errors=tuple(FieldError(problem.field, problem.sentence) for problem in problems))


class KnowledgeChanges(msgspec.Struct, frozen=True):
    """草稿的修改 — what is given takes the place of what there was."""

    category: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    answer: str | UnsetType = UNSET
    sources: tuple[Source, ...] | UnsetType = UNSET
    facts: tuple[Fact, ...] | UnsetType = UNSET
    askings: tuple[Asking, ...] | UnsetType = UNSET
    related: tuple[str, ...] | UnsetType = UNSET
    valid_from: date | UnsetType | None = UNSET
    valid_to: date | UnsetType | None = UNSET
    local: bool | UnsetType = UNSET

    def apply(self, entry: Entry) -> Entry:
        """Return an entry with the changes."""
        given = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}
        return msgspec.structs.replace(entry, **given)


async def open_draft(
    *, slug: str, changes: KnowledgeChanges, note_text: str, staff: StaffMember, at: datetime
) -> KnowledgeVersion:
    """Begin the next version of a topic from what is in force, or a topic that is new. 建草稿。

    Raises:
        KnowledgeSlugInvalid: the slug is none.
        KnowledgeDraftExists: one is open.
    """
    if not is_slug(slug):
        raise KnowledgeSlugInvalid
    entry = changes.apply(await _begin(slug, at))
    async with transaction():
        made = await add_version(entry=entry, state=KnowledgeState.DRAFT, staff=staff, at=at, note=note_text)
        if made is None:
            raise KnowledgeDraftExists
        version = await KnowledgeVersion.get(id=made)
        await note(version, "drafted", staff)
    return version


async def edit_draft(
    *, slug: str, changes: KnowledgeChanges, note_text: str | None, revision: int, staff: StaffMember, at: datetime
) -> KnowledgeVersion:
    """Change a draft, or one that was refused, which is a draft again. 改草稿。

    Raises:
        KnowledgeDraftNotFound: there is none.
        KnowledgeStateForbids: it is under review, or was changed since ``revision``.
    """
    version = await get_open(slug)
    entry = changes.apply(entry_of(version))
    editors = dict.fromkeys([*msgspec.json.decode(version.editors, type=list[str]), str(staff.account_id)])
    async with transaction():
        changed = await execute(
            _EDIT,
            msgspec.json.encode(entry).decode(),
            digest_of(entry),
            msgspec.json.encode(list(editors)).decode(),
            version.note if note_text is None else note_text,
            at,
            version.id,
            revision,
        )
        if not changed:
            raise KnowledgeStateForbids
        await note(version, KnowledgeDeed.EDITED.value, staff)
    return await KnowledgeVersion.get(id=version.id)


async def submit_draft(*, slug: str, revision: int, staff: StaffMember, at: datetime) -> KnowledgeVersion:
    """Hand a draft in for review. 提交审核。

    Raises:
        KnowledgeDraftNotFound: there is none.
        KnowledgeUnfit: it breaks a rule; every fault is told at its field.
        KnowledgeStateForbids: it is no draft, or was changed since ``revision``.
    """
    version = await get_open(slug)
    problems = await problems_of(entry_of(version), today=beijing_day(at))
    if problems:
        raise KnowledgeUnfit(problems)
    async with transaction():
        await move(version, KnowledgeDeed.SUBMITTED, revision=revision, staff=staff, at=at)
    return await KnowledgeVersion.get(id=version.id)


async def discard_draft(*, slug: str, staff: StaffMember, at: datetime) -> None:
    """Take back what was not published. 撤下草稿。

    Raises:
        KnowledgeDraftNotFound: there is none.
        KnowledgeStateForbids: it was published or changed meanwhile.
    """
    version = await get_open(slug)
    async with transaction():
        await move(version, KnowledgeDeed.DISCARDED, revision=version.revision, staff=staff, at=at)


async def problems_of(entry: Entry, *, today: date) -> list[Problem]:
    """Return what is wrong with an entry beside everything that is in force."""
    others = (await knowledge_in_force(today)).knowledge
    is_of_staff = await file_entry(entry.slug) is None
    return await asyncio.to_thread(
        check_entry, entry, others, load_laws(), load_categories(), today=today, is_of_staff=is_of_staff
    )


async def _begin(slug: str, at: datetime) -> Entry:
    today = beijing_day(at)
    found = await knowledge_in_force(today)
    known = found.entries.get(slug) or found.retired.get(slug)
    return known or Entry(
        slug=slug, category="", title="", answer="", sources=(), facts=(), askings=(), reviewed_on=today
    )
