"""处理提问组 — staff write a group into a topic's draft, set it aside, or have it known as outside the subject."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from bot.knowledge.entries import Asking, Entry, Style
from config.clock import beijing_day
from models.errors import Conflict, Forbidden, NotFound
from models.knowledge import KnowledgeState, KnowledgeStateForbids
from models.questions import QUESTION_GROUP_TRANSITIONS, QuestionGroup, QuestionGroupDeed
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.assistant.knowledge.drafting import KnowledgeChanges, edit_draft, open_draft
from server.assistant.knowledge.in_force import knowledge_in_force
from server.assistant.knowledge.versions import KnowledgeTopicNotFound, entry_of, find_open
from server.audit.service import record

_EDITABLE = frozenset({KnowledgeState.DRAFT, KnowledgeState.REFUSED})
_STEP = (
    "UPDATE question_groups SET state = $1, slug = $2, askings = $3, decided_by_id = $4, decided_at = $5, "
    "confirmed_at = CASE WHEN $6 THEN $5 ELSE confirmed_at END, reason = $7, revision = revision + 1 "
    "WHERE id = $8 AND revision = $9 AND state IN ({states})"
)


class QuestionGroupNotFound(NotFound):
    message = "没有这组提问，可能已经到期清除"
    next_step = "请刷新列表"


class QuestionGroupStateForbids(Conflict):
    message = "这组提问现在的状态不允许这样做，或者刚被别人处理过"
    next_step = "请刷新后看一下它的状态"


class QuestionOwnProposal(Forbidden):
    message = "自己提出的「范围外」不能自己确认"
    next_step = "请另一位工作人员确认"


async def get_group(group_id: UUID) -> QuestionGroup:
    """Return a group of questions.

    Raises:
        QuestionGroupNotFound: there is none.
    """
    group = await QuestionGroup.get_or_none(id=group_id)
    if group is None:
        raise QuestionGroupNotFound
    return group


async def attach(
    *,
    group_id: UUID,
    revision: int,
    slug: str,
    askings: Sequence[str],
    title: str,
    category: str,
    staff: StaffMember,
    at: datetime,
) -> QuestionGroup:
    """Write ways of asking from a group into the draft of a topic, begun if there is none. 归入条目。

    With a ``title`` the topic may be new. The draft takes the usual way: handed in, reviewed by another, published.

    Raises:
        QuestionGroupNotFound: there is none.
        QuestionGroupStateForbids: it is not open, or was changed since ``revision``.
        KnowledgeTopicNotFound: there is no such topic and no title for a new one.
        KnowledgeSlugInvalid: the slug is none.
        KnowledgeStateForbids: the topic's draft is under review, or was changed meanwhile.
        KnowledgeDraftExists: somebody began a draft meanwhile.
    """
    group = await get_group(group_id)
    texts = list(dict.fromkeys(text.strip() for text in askings))
    async with transaction():
        await _step(group, QuestionGroupDeed.ATTACHED, revision=revision, staff=staff, at=at, slug=slug, askings=texts)
        await _write(slug, texts, title=title, category=category, staff=staff, at=at)
    return await get_group(group_id)


async def propose_outside(
    *, group_id: UUID, revision: int, askings: Sequence[str], reason: str, staff: StaffMember, at: datetime
) -> QuestionGroup:
    """Propose that a group is outside the subject: nothing is learnt of it before a second person agrees. 建议范围外。

    Raises:
        QuestionGroupNotFound: there is none.
        QuestionGroupStateForbids: it is not open, or was changed since ``revision``.
    """
    group = await get_group(group_id)
    texts = list(dict.fromkeys(text.strip() for text in askings))
    async with transaction():
        await _step(
            group, QuestionGroupDeed.PROPOSED, revision=revision, staff=staff, at=at, askings=texts, reason=reason
        )
    return await get_group(group_id)


async def confirm_outside(*, group_id: UUID, revision: int, staff: StaffMember, at: datetime) -> QuestionGroup:
    """Agree that a group is outside: the bot learns to refuse such questions civilly. 确认范围外。

    Raises:
        QuestionGroupNotFound: there is none.
        QuestionOwnProposal: the same person proposed it.
        QuestionGroupStateForbids: nobody proposes it, or it was changed since ``revision``.
    """
    group = await get_group(group_id)
    if group.decided_by_id == staff.account_id:
        raise QuestionOwnProposal
    async with transaction():
        await _step(
            group,
            QuestionGroupDeed.CONFIRMED,
            revision=revision,
            staff=staff,
            at=at,
            askings=msgspec.json.decode(group.askings, type=list[str]),
            reason=group.reason,
        )
    return await get_group(group_id)


async def dismiss(*, group_id: UUID, revision: int, reason: str, staff: StaffMember, at: datetime) -> QuestionGroup:
    """Set a group aside; what is like it joins it silently. 不处理。

    Raises:
        QuestionGroupNotFound: there is none.
        QuestionGroupStateForbids: it is not open, or was changed since ``revision``.
    """
    group = await get_group(group_id)
    async with transaction():
        await _step(group, QuestionGroupDeed.DISMISSED, revision=revision, staff=staff, at=at, reason=reason)
    return await get_group(group_id)


async def reopen(*, group_id: UUID, revision: int, staff: StaffMember, at: datetime) -> QuestionGroup:
    """Take back whatever was decided of a group. 重新打开。

    Ways of asking leave a draft that may still be changed; what was published or is under review stays there. What was
    outside is not refused as such any more once the bot has learnt anew.

    Raises:
        QuestionGroupNotFound: there is none.
        QuestionGroupStateForbids: it is open, or was changed since ``revision``.
        KnowledgeStateForbids: the draft was changed meanwhile.
    """
    group = await get_group(group_id)
    async with transaction():
        await _step(group, QuestionGroupDeed.REOPENED, revision=revision, staff=staff, at=at)
        if group.slug is not None:
            await _take_back(group.slug, msgspec.json.decode(group.askings, type=list[str]), staff=staff, at=at)
    return await get_group(group_id)


async def _write(
    slug: str, texts: Sequence[str], *, title: str, category: str, staff: StaffMember, at: datetime
) -> None:
    draft = await find_open(slug)
    if draft is not None:
        if draft.state not in _EDITABLE:
            raise KnowledgeStateForbids
        changes = KnowledgeChanges(askings=_with(entry_of(draft), texts))
        await edit_draft(slug=slug, changes=changes, note_text=None, revision=draft.revision, staff=staff, at=at)
        return
    found = await knowledge_in_force(beijing_day(at))
    entry = found.entries.get(slug) or found.retired.get(slug)
    if entry is None and not title:
        raise KnowledgeTopicNotFound
    new = tuple(Asking(text, Style.STAFF) for text in texts)
    changes = (
        KnowledgeChanges(askings=_with(entry, texts))
        if entry
        else KnowledgeChanges(title=title, category=category, askings=new)
    )
    await open_draft(slug=slug, changes=changes, note_text="从真实提问补充问法", staff=staff, at=at)


def _with(entry: Entry, texts: Sequence[str]) -> tuple[Asking, ...]:
    known = {asking.text for asking in entry.askings}
    return entry.askings + tuple(Asking(text, Style.STAFF) for text in texts if text not in known)


async def _take_back(slug: str, texts: Sequence[str], *, staff: StaffMember, at: datetime) -> None:
    draft = await find_open(slug)
    if draft is None or draft.state not in _EDITABLE:
        return
    entry = entry_of(draft)
    kept = tuple(one for one in entry.askings if not (one.style is Style.STAFF and one.text in texts))
    if kept != entry.askings:
        await edit_draft(
            slug=slug,
            changes=KnowledgeChanges(askings=kept),
            note_text=None,
            revision=draft.revision,
            staff=staff,
            at=at,
        )


async def _step(
    group: QuestionGroup,
    deed: QuestionGroupDeed,
    *,
    revision: int,
    staff: StaffMember,
    at: datetime,
    slug: str | None = None,
    askings: Sequence[str] = (),
    reason: str = "",
) -> None:
    """Take one step of a group in the caller's transaction, if it is still as its reader saw it."""
    before, after = QUESTION_GROUP_TRANSITIONS[deed]
    states = ", ".join(f"'{state.value}'" for state in sorted(before))
    if not await execute(
        _STEP.format(states=states),
        after.value,
        slug,
        msgspec.json.encode(list(askings)).decode(),
        staff.account_id,
        at,
        deed is QuestionGroupDeed.CONFIRMED,
        reason,
        group.id,
        revision,
    ):
        raise QuestionGroupStateForbids
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=f"question_group.{deed.value}",
        record_type="question_group",
        record_id=group.id,
        detail={"slug": slug, "count": len(askings)},
    )
