"""待改进提问的接口：工作人员。"""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from bot.knowledge.published import Topic
from config.clock import beijing, utc_now
from models.knowledge import KnowledgeStateForbids
from models.questions import Shortcoming
from models.transactions import as_instant
from server.accounts.guards import StaffMember
from server.assistant.current import AssistantNotReady, current_assistant
from server.assistant.knowledge.drafting import KnowledgeDraftExists, KnowledgeSlugInvalid
from server.assistant.knowledge.versions import KnowledgeTopicNotFound
from server.assistant.questions import handling, reading
from server.assistant.questions.handling import (
    QuestionGroupNotFound,
    QuestionGroupStateForbids,
    QuestionOwnProposal,
)
from server.assistant.questions.reading import CountedGroup
from server.assistant.questions.schemas import (
    GroupAttachment,
    GroupDismissal,
    GroupProposal,
    GroupQuestionsQuery,
    GroupRevision,
    QuestionGroupDetail,
    QuestionGroupPage,
    QuestionGroupQuery,
    QuestionGroupView,
    QueuedQuestionView,
    ShortcomingCount,
    TopicGuess,
)
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor, encode_cursor

routes = Routes("questions", title="待改进的提问")
_ALL = "/staff/assistant/questions"
_ONE = f"{_ALL}/<group_id:uuid>"
_STEP = (QuestionGroupNotFound, QuestionGroupStateForbids)


@routes.get(_ALL, summary="没答好的提问，按意思归组，问得多的在前")
async def list_groups(asker: StaffMember, query: QuestionGroupQuery) -> QuestionGroupPage:
    """Not understood, unsure, choices that nobody took, answers that did not help."""
    found = await reading.list_groups(
        state=query.state,
        shortcoming=query.shortcoming,
        after=decode_cursor(query.cursor, tuple[int, UUID]),
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    last = shown[-1].group if shown else None
    cursor = encode_cursor(last.asked, str(last.id)) if last and len(found) > query.limit else None
    topics = await _topics()
    return QuestionGroupPage([_view(one, topics) for one in shown], cursor)


@routes.get(_ONE, summary="一组提问", refusals=(QuestionGroupNotFound,))
async def get_group(asker: StaffMember, group_id: UUID, query: GroupQuestionsQuery) -> QuestionGroupDetail:
    """Masked, the newest first, each with what the bot did with it."""
    group = await _shown(group_id)
    position = decode_cursor(query.cursor, tuple[UUID])
    rows = await reading.questions_of(group_id=group_id, after=position[0] if position else None, limit=query.limit + 1)
    shown = rows[: query.limit]
    questions = [
        QueuedQuestionView(
            id=str(row["id"]),
            at=beijing(as_instant(row["created_at"])),
            question=row["question"],
            shortcoming=Shortcoming(row["shortcoming"]),
            shortcoming_label=Shortcoming(row["shortcoming"]).label,
            kind=row["kind"],
            topic=row["topic"],
            confidence=row["confidence"],
            comment=row["comment"],
        )
        for row in shown
    ]
    return QuestionGroupDetail(
        group, questions, encode_cursor(str(shown[-1]["id"])) if len(rows) > query.limit else None
    )


@routes.post(
    f"{_ONE}/attachment",
    summary="把问法写进一个条目的草稿",
    refusals=(*_STEP, KnowledgeTopicNotFound, KnowledgeSlugInvalid, KnowledgeStateForbids, KnowledgeDraftExists),
)
async def attach_group(asker: StaffMember, group_id: UUID, body: GroupAttachment) -> QuestionGroupView:
    """The draft is then handed in, reviewed and published as any other; with a title it may be of a new topic."""
    await handling.attach(
        group_id=group_id,
        revision=body.revision,
        slug=body.topic,
        askings=body.askings,
        title=body.title.strip(),
        category=body.category,
        staff=asker,
        at=utc_now(),
    )
    return await _shown(group_id)


@routes.post(f"{_ONE}/outside", summary="建议算作范围外", refusals=_STEP)
async def propose_outside(asker: StaffMember, group_id: UUID, body: GroupProposal) -> QuestionGroupView:
    """Nothing is learnt of it before a second person confirms."""
    reason = body.reason.strip()
    await handling.propose_outside(
        group_id=group_id, revision=body.revision, askings=body.askings, reason=reason, staff=asker, at=utc_now()
    )
    return await _shown(group_id)


@routes.post(f"{_ONE}/outside-confirmation", summary="确认范围外", refusals=(*_STEP, QuestionOwnProposal))
async def confirm_outside(asker: StaffMember, group_id: UUID, body: GroupRevision) -> QuestionGroupView:
    """By another person; from then on such questions are refused civilly, as soon as the model is trained."""
    await handling.confirm_outside(group_id=group_id, revision=body.revision, staff=asker, at=utc_now())
    return await _shown(group_id)


@routes.post(f"{_ONE}/dismissal", summary="不处理", refusals=_STEP)
async def dismiss_group(asker: StaffMember, group_id: UUID, body: GroupDismissal) -> QuestionGroupView:
    """What is like it joins it silently from then on."""
    await handling.dismiss(
        group_id=group_id, revision=body.revision, reason=body.reason.strip(), staff=asker, at=utc_now()
    )
    return await _shown(group_id)


@routes.post(f"{_ONE}/reopening", summary="撤回处理，重新打开", refusals=(*_STEP, KnowledgeStateForbids))
async def reopen_group(asker: StaffMember, group_id: UUID, body: GroupRevision) -> QuestionGroupView:
    """Ways of asking leave a draft that may still be changed; published ones are taken back by restoring a version."""
    await handling.reopen(group_id=group_id, revision=body.revision, staff=asker, at=utc_now())
    return await _shown(group_id)


async def _shown(group_id: UUID) -> QuestionGroupView:
    return _view(await reading.read_group(group_id), await _topics())


async def _topics() -> Mapping[str, Topic]:
    """Return what the bot answers now, for the titles; nothing while its first model is being made."""
    try:
        return (await current_assistant()).published.topics
    except AssistantNotReady:
        return {}


def _view(counted: CountedGroup, topics: Mapping[str, Topic]) -> QuestionGroupView:
    group = counted.group
    return QuestionGroupView(
        id=str(group.id),
        state=group.state,
        state_label=group.state.label,
        revision=group.revision,
        text=group.text,
        asked=group.asked,
        shortcomings=[ShortcomingCount(one, one.label, number) for one, number in counted.counts.items()],
        guesses=[
            TopicGuess(slug, topics[slug].title)
            for slug in msgspec.json.decode(group.guesses, type=list[str])
            if slug in topics
        ],
        first_at=beijing(group.first_at),
        last_at=beijing(group.last_at),
        topic=group.slug,
        askings=msgspec.json.decode(group.askings, type=list[str]),
        reason=group.reason,
    )
