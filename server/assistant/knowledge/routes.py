"""知识管理接口：工作人员写，管理员审核、发布、停用、恢复。"""

from uuid import UUID

from msgspec import UNSET

from config.clock import beijing_day, utc_now
from models.knowledge import KnowledgeStateForbids
from server.accounts.guards import Administrator, StaffMember
from server.assistant.knowledge import drafting, hit_tests, publication, reading, reviewing
from server.assistant.knowledge.drafting import KnowledgeDraftExists, KnowledgeSlugInvalid, KnowledgeUnfit
from server.assistant.knowledge.hit_tests import HitTestNotFound
from server.assistant.knowledge.publication import (
    KnowledgeAlreadyRetired,
    KnowledgeChangedMeanwhile,
    KnowledgeNotHitTested,
    KnowledgeSpanInvalid,
    KnowledgeVersionNotFound,
)
from server.assistant.knowledge.reviewing import KnowledgeOwnWork
from server.assistant.knowledge.schemas import (
    HitTestRequest,
    HitTestView,
    KnowledgeDraftPatch,
    KnowledgeDraftRequest,
    KnowledgeDraftView,
    KnowledgePublication,
    KnowledgeQuery,
    KnowledgeRefusal,
    KnowledgeRestoration,
    KnowledgeRetirement,
    KnowledgeRevision,
    KnowledgeTopicDetail,
    KnowledgeTopicPage,
)
from server.assistant.knowledge.versions import KnowledgeDraftNotFound, KnowledgeTopicNotFound
from server.assistant.knowledge.views import changes_of, detail_view, draft_view, hit_test_view, item_view
from server.http.endpoints import Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor

routes = Routes("knowledge", title="知识管理")
_TOPIC = "/staff/knowledge/<slug:str>"
_DRAFT = f"{_TOPIC}/draft"
_STEP = (KnowledgeDraftNotFound, KnowledgeStateForbids)


@routes.get("/staff/knowledge", summary="知识条目，按代号排列")
async def list_topics(asker: StaffMember, query: KnowledgeQuery) -> KnowledgeTopicPage:
    """Those of the files and those that staff wrote, also drafts and what is retired."""
    position = decode_cursor(query.cursor, tuple[str])
    found = await reading.list_topics(
        category=query.category,
        state=query.state,
        words=query.q,
        after=position[0] if position else "",
        limit=query.limit + 1,
        today=beijing_day(utc_now()),
    )
    shown = found[: query.limit]
    cursor = encode_cursor(shown[-1].entry.slug) if len(found) > query.limit else None
    return KnowledgeTopicPage([item_view(line) for line in shown], cursor)


@routes.get(_TOPIC, summary="一个知识条目、它的草稿和各版", refusals=(KnowledgeTopicNotFound,))
async def get_topic(asker: StaffMember, slug: str) -> KnowledgeTopicDetail:
    """With what the draft changes, in words."""
    detail = await reading.read_topic(slug=slug, today=beijing_day(utc_now()))
    return detail_view(detail, asker_id=asker.account_id)


@routes.post(
    _DRAFT,
    summary="建草稿：新条目，或在用条目的下一版",
    status=201,
    refusals=(KnowledgeSlugInvalid, KnowledgeDraftExists),
)
async def open_draft(asker: StaffMember, slug: str, body: KnowledgeDraftRequest) -> KnowledgeDraftView:
    """What is not given is taken from what is in force. One open draft a topic."""
    note = "" if body.note is UNSET else body.note
    version = await drafting.open_draft(slug=slug, changes=changes_of(body), note_text=note, staff=asker, at=utc_now())
    return draft_view(version, asker_id=asker.account_id)


@routes.patch(_DRAFT, summary="修改草稿", refusals=_STEP)
async def edit_draft(asker: StaffMember, slug: str, body: KnowledgeDraftPatch) -> KnowledgeDraftView:
    """Also of one that was refused. Whoever wrote any of it may not review it."""
    version = await drafting.edit_draft(
        slug=slug,
        changes=changes_of(body),
        note_text=None if body.note is UNSET else body.note,
        revision=body.revision,
        staff=asker,
        at=utc_now(),
    )
    return draft_view(version, asker_id=asker.account_id)


@routes.delete(_DRAFT, summary="撤下草稿", refusals=_STEP)
async def discard_draft(asker: StaffMember, slug: str) -> None:
    """In whatever state before publication; it stays among the versions."""
    await drafting.discard_draft(slug=slug, staff=asker, at=utc_now())


@routes.post(f"{_DRAFT}/submission", summary="提交审核", refusals=(*_STEP, KnowledgeUnfit))
async def submit_draft(asker: StaffMember, slug: str, body: KnowledgeRevision) -> KnowledgeDraftView:
    """Checked against the rules of the knowledge first: each fault is told at its field."""
    version = await drafting.submit_draft(slug=slug, revision=body.revision, staff=asker, at=utc_now())
    return draft_view(version, asker_id=asker.account_id)


@routes.post(f"{_DRAFT}/approval", summary="审核通过", refusals=(*_STEP, KnowledgeOwnWork))
async def approve_draft(asker: Administrator, slug: str, body: KnowledgeRevision) -> KnowledgeDraftView:
    """By somebody who wrote nothing of it, and exactly as it was read. The answer is then as of this day."""
    version = await reviewing.approve(slug=slug, revision=body.revision, staff=asker, at=utc_now())
    return draft_view(version, asker_id=asker.account_id)


@routes.post(f"{_DRAFT}/refusal", summary="审核不通过", refusals=_STEP)
async def refuse_draft(asker: Administrator, slug: str, body: KnowledgeRefusal) -> KnowledgeDraftView:
    """Also of what was approved and not published yet. Its authors read the reason and may change it."""
    reason = body.reason.strip()
    version = await reviewing.refuse(slug=slug, revision=body.revision, reason=reason, staff=asker, at=utc_now())
    return draft_view(version, asker_id=asker.account_id)


@routes.post(
    f"{_TOPIC}/hit-tests",
    summary="命中测试：带上草稿，看这些问题问到什么",
    status=202,
    limit=Limit("10/minute"),
    refusals=(KnowledgeDraftNotFound,),
)
async def ask_for_hit_test(asker: StaffMember, slug: str, body: HitTestRequest) -> HitTestView:
    """The worker trains with the draft: ask for the result until it is there, about a minute."""
    return hit_test_view(await hit_tests.ask_for(slug=slug, questions=body.questions, staff=asker, at=utc_now()), None)


@routes.get(f"{_TOPIC}/hit-tests/<hit_test_id:uuid>", summary="命中测试的结果", refusals=(HitTestNotFound,))
async def get_hit_test(asker: StaffMember, slug: str, hit_test_id: UUID) -> HitTestView:
    """Each question before and after, and the ways of asking other topics that go astray."""
    return hit_test_view(*await hit_tests.read_hit_test(slug=slug, hit_test_id=hit_test_id))


@routes.post(f"{_DRAFT}/publication", summary="发布", refusals=(*_STEP, KnowledgeSpanInvalid, KnowledgeNotHitTested))
async def publish_draft(asker: Administrator, slug: str, body: KnowledgePublication) -> KnowledgeDraftView:
    """What is said changes within two seconds of its day; the new ways of asking as soon as the model is trained."""
    version = await publication.publish(
        slug=slug,
        revision=body.revision,
        effective_from=body.effective_from,
        effective_to=body.effective_to,
        staff=asker,
        at=utc_now(),
    )
    return draft_view(version, asker_id=asker.account_id)


@routes.post(
    f"{_TOPIC}/retirement",
    summary="停用一个条目，马上不再回答",
    refusals=(KnowledgeTopicNotFound, KnowledgeAlreadyRetired, KnowledgeChangedMeanwhile),
)
async def retire_topic(asker: Administrator, slug: str, body: KnowledgeRetirement) -> KnowledgeDraftView:
    version = await publication.retire(slug=slug, reason=body.reason.strip(), staff=asker, at=utc_now())
    return draft_view(version, asker_id=asker.account_id)


@routes.post(
    f"{_TOPIC}/restoration",
    summary="恢复发布过的一版，马上生效",
    refusals=(KnowledgeVersionNotFound, KnowledgeChangedMeanwhile),
)
async def restore_version(asker: Administrator, slug: str, body: KnowledgeRestoration) -> KnowledgeDraftView:
    """The way back from a publication and from a retirement; number 0 is the file."""
    version = await publication.restore(
        slug=slug, number=body.number, reason=body.reason.strip(), staff=asker, at=utc_now()
    )
    return draft_view(version, asker_id=asker.account_id)
