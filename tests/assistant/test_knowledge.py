"""知识管理"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from bot.knowledge.entries import Entry
from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.knowledge import OPEN_STATES, HitTest, HitTestState, KnowledgeState, KnowledgeVersion
from server.assistant.knowledge.in_force import knowledge_in_force, mark_in_force
from tests.factories.cards import make_staff
from tests.factories.knowledge import ANSWER, VETERANS_LAW
from tests.service import Answer, Client

TOPICS = "/v1/staff/knowledge"
NEW = f"{TOPICS}/sample-new"
KNOWN = f"{TOPICS}/ydz-lost"
CONTENT: Mapping[str, Any] = {
    "category": "服务体系与办事",
    "title": "示例：新建的条目",
    "answer": ANSWER,
    "sources": [{"title": VETERANS_LAW, "article": "第十五条"}],
    "facts": [{"words": ["身份证"], "sources": [0]}],
    "askings": [{"text": f"示例新条目的第{number}种问法"} for number in range(5)],
}


class Desk:
    """Two administrators and a member of staff of a town."""

    def __init__(self, clerk: Client, chief: Client, deputy: Client) -> None:
        self.clerk, self.chief, self.deputy = clerk, chief, deputy


@pytest_asyncio.fixture
async def desk(service: Client) -> Desk:
    people = [await service.login(f"knowledge-{name}") for name in ("clerk", "chief", "deputy")]
    await make_staff(people[0].account_id)
    for chief in people[1:]:
        await make_staff(chief.account_id, town_code=None)
    return Desk(*people)


def revision(answer: Answer) -> int:
    assert answer.status in (200, 201), answer
    number: int = answer.json["version"]["revision"]
    return number


async def submitted(desk: Desk, path: str = NEW, **content: Any) -> Answer:
    drafted = await desk.clerk.post(f"{path}/draft", (dict(CONTENT) if path == NEW else {}) | content)
    return await desk.clerk.post(f"{path}/draft/submission", {"revision": revision(drafted)})


async def reviewed(desk: Desk, path: str = NEW, **content: Any) -> Answer:
    handed_in = await submitted(desk, path, **content)
    return await desk.chief.post(f"{path}/draft/approval", {"revision": revision(handed_in)})


async def hit_tested(desk: Desk, path: str = NEW) -> None:
    """The open draft was tried out."""
    version = await KnowledgeVersion.get(slug=path.rsplit("/", 1)[1], state__in=list(OPEN_STATES))
    await HitTest.create(
        version=version,
        content_digest=version.content_digest,
        asked_by_id=desk.clerk.account_id,
        questions="[]",
        state=HitTestState.DONE,
    )


async def published(desk: Desk, path: str = NEW, *, days: Mapping[str, Any] | None = None, **content: Any) -> Answer:
    approved = await reviewed(desk, path, **content)
    await hit_tested(desk, path)
    return await desk.chief.post(f"{path}/draft/publication", {"revision": revision(approved)} | dict(days or {}))


async def entry_in_force(slug: str, *, after_days: int = 0) -> Entry | None:
    found = await knowledge_in_force(beijing_day(utc_now()) + timedelta(days=after_days))
    return found.entries.get(slug)


async def test_a_new_topic_goes_from_a_draft_over_two_people_into_force(desk: Desk) -> None:
    drafted = await desk.clerk.post(f"{NEW}/draft", CONTENT | {"note": "常有人问"})
    handed_in = await desk.clerk.post(f"{NEW}/draft/submission", {"revision": revision(drafted)})
    approved = await desk.chief.post(f"{NEW}/draft/approval", {"revision": revision(handed_in)})
    await hit_tested(desk)
    before = await entry_in_force("sample-new")
    done = await desk.chief.post(f"{NEW}/draft/publication", {"revision": revision(approved)})

    states = [answer.json["version"]["state"] for answer in (drafted, handed_in, approved, done)]
    assert states == ["draft", "submitted", "reviewed", "published"]
    assert before is None
    entry = await entry_in_force("sample-new")
    assert entry is not None
    assert (entry.title, entry.reviewed_on) == (CONTENT["title"], beijing_day(utc_now()))
    assert [asking.style.value for asking in entry.askings] == ["staff"] * 5
    actions = [one.action for one in await AuditEntry.filter(record_type="knowledge_version").order_by("id")]
    assert actions == [f"knowledge.{deed}" for deed in ("drafted", "submitted", "approved", "published")]


async def test_the_next_version_of_a_topic_begins_with_what_is_in_force_and_tells_what_it_changes(desk: Desk) -> None:
    shown = (await desk.clerk.get(KNOWN)).json
    answer = shown["content"]["answer"].replace("。", "，请放心。", 1)

    await desk.clerk.post(f"{KNOWN}/draft", {"answer": answer})
    detail = (await desk.clerk.get(KNOWN)).json

    assert shown["topic"]["number"] == 0
    assert detail["draft"]["content"] == shown["content"] | {"answer": answer}
    [change] = detail["changes"]
    assert (change["field"], change["label"]) == ("answer", "答案")
    assert [piece for piece in change["pieces"] if piece["change"] != "same"] == [
        {"change": "added", "text": "，请放心"}
    ]
    assert "".join(piece["text"] for piece in change["pieces"]) == answer


async def test_lists_tell_line_by_line_what_went_and_came(desk: Desk) -> None:
    shown = (await desk.clerk.get(KNOWN)).json
    first, *rest = shown["content"]["askings"]

    await desk.clerk.post(f"{KNOWN}/draft", {"askings": [*rest, {"text": "示例新问法"}]})

    [change] = (await desk.clerk.get(KNOWN)).json["changes"]
    gone = " → ".join([*first["history"], first["text"]])
    assert change["pieces"] == [{"change": "removed", "text": gone}, {"change": "added", "text": "示例新问法"}]


async def test_a_topic_has_one_open_draft(desk: Desk) -> None:
    await desk.clerk.post(f"{NEW}/draft", CONTENT)

    second = await desk.deputy.post(f"{NEW}/draft", CONTENT)
    wrong = await desk.clerk.post(f"{TOPICS}/Sample_New/draft", CONTENT)

    assert (second.status, second.code) == (409, "KnowledgeDraftExists")
    assert (wrong.status, wrong.code, wrong.json["errors"][0]["field"]) == (422, "KnowledgeSlugInvalid", "slug")


async def test_whoever_wrote_any_of_it_does_not_review_it(desk: Desk) -> None:
    drafted = await desk.clerk.post(f"{NEW}/draft", CONTENT)
    edited = await desk.chief.patch(f"{NEW}/draft", {"title": "改过的标题", "revision": revision(drafted)})
    handed_in = await desk.clerk.post(f"{NEW}/draft/submission", {"revision": revision(edited)})

    own = await desk.chief.post(f"{NEW}/draft/approval", {"revision": revision(handed_in)})
    foreign = await desk.deputy.post(f"{NEW}/draft/approval", {"revision": revision(handed_in)})

    assert (own.status, own.code) == (403, "KnowledgeOwnWork")
    assert foreign.json["version"]["state"] == "reviewed"
    assert (foreign.json["version"]["is_mine"], edited.json["version"]["is_mine"]) == (False, True)


async def test_town_staff_write_and_administrators_decide(desk: Desk) -> None:
    handed_in = await submitted(desk)

    answer = await desk.clerk.post(f"{NEW}/draft/approval", {"revision": revision(handed_in)})

    assert (answer.status, answer.code) == (403, "NotAdministrator")


async def test_what_breaks_a_rule_is_not_handed_in_and_every_fault_is_told_at_its_field(desk: Desk) -> None:
    known = (await desk.clerk.get(KNOWN)).json["content"]["askings"][0]["text"]
    faulty = {
        "category": "没有",
        "sources": [{"title": VETERANS_LAW, "article": "第九十九条"}],
        "facts": [{"words": ["不在答案里"], "sources": [0]}],
        "askings": [*CONTENT["askings"], {"text": known}],
    }

    drafted = await desk.clerk.post(f"{NEW}/draft", dict(CONTENT) | faulty)
    answer = await desk.clerk.post(f"{NEW}/draft/submission", {"revision": revision(drafted)})

    assert (answer.status, answer.code) == (422, "KnowledgeUnfit")
    assert [error["field"] for error in answer.json["errors"]] == ["category", "sources[0]", "facts[0]", "askings"]
    assert "ydz-lost 里" in answer.json["errors"][-1]["message"]
    assert (await KnowledgeVersion.get(slug="sample-new")).state is KnowledgeState.DRAFT


async def test_refused_work_is_mended_and_handed_in_again(desk: Desk) -> None:
    handed_in = await submitted(desk)
    body = {"revision": revision(handed_in), "reason": "第二句不准确"}

    refused = await desk.chief.post(f"{NEW}/draft/refusal", body)
    detail = (await desk.clerk.get(NEW)).json
    mended = await desk.clerk.patch(f"{NEW}/draft", {"title": "改正了", "revision": revision(refused)})
    again = await desk.clerk.post(f"{NEW}/draft/submission", {"revision": revision(mended)})

    assert (detail["draft"]["version"]["state_label"], detail["draft"]["version"]["reason"]) == (
        "审核未通过",
        "第二句不准确",
    )
    assert (mended.json["version"]["state"], mended.json["version"]["reason"]) == ("draft", "")
    assert again.json["version"]["state"] == "submitted"


async def test_nothing_is_done_to_another_revision_than_was_seen(desk: Desk) -> None:
    drafted = await desk.clerk.post(f"{NEW}/draft", CONTENT)
    seen = revision(drafted)
    await desk.clerk.patch(f"{NEW}/draft", {"title": "又改了", "revision": seen})

    late = await desk.deputy.patch(f"{NEW}/draft", {"title": "没看到", "revision": seen})
    submitted_late = await desk.clerk.post(f"{NEW}/draft/submission", {"revision": seen})
    approved = await desk.chief.post(f"{NEW}/draft/approval", {"revision": seen + 1})
    refused = await desk.chief.post(f"{NEW}/draft/refusal", {"revision": seen + 1, "reason": "早了"})
    published_early = await desk.chief.post(f"{NEW}/draft/publication", {"revision": seen + 1})

    answers = (late, submitted_late, approved, refused, published_early)
    assert [(answer.status, answer.code) for answer in answers] == [(409, "KnowledgeStateForbids")] * 5


async def test_a_draft_that_is_taken_back_is_gone_and_remembered(desk: Desk) -> None:
    await submitted(desk)

    gone = await desk.clerk.delete(f"{NEW}/draft")
    again = await desk.clerk.delete(f"{NEW}/draft")
    detail = await desk.clerk.get(NEW)

    assert (gone.status, again.code) == (204, "KnowledgeDraftNotFound")
    assert [version["state"] for version in detail.json["versions"]] == ["withdrawn"]
    assert (await desk.clerk.post(f"{NEW}/draft", CONTENT)).json["version"]["number"] == 2


async def test_a_version_comes_into_force_on_its_day_and_ends_after_its_last(desk: Desk) -> None:
    today = beijing_day(utc_now())
    days = {
        "effective_from": (today + timedelta(days=2)).isoformat(),
        "effective_to": (today + timedelta(days=3)).isoformat(),
    }

    await published(desk, KNOWN, days=days, title="两天后的标题")

    titles = [entry.title for day in range(5) if (entry := await entry_in_force("ydz-lost", after_days=day))]
    shipped = titles[0]
    assert titles == [shipped, shipped, "两天后的标题", "两天后的标题", shipped]


@pytest.mark.parametrize(("first", "last"), [(-1, None), (2, 1)])
async def test_a_span_that_makes_no_sense_is_refused(desk: Desk, first: int, last: int | None) -> None:
    approved = await reviewed(desk)
    today = beijing_day(utc_now())
    days = {"effective_from": today + timedelta(days=first)}
    if last is not None:
        days["effective_to"] = today + timedelta(days=last)
    body = {"revision": revision(approved)} | {name: day.isoformat() for name, day in days.items()}

    answer = await desk.chief.post(f"{NEW}/draft/publication", body)

    assert (answer.status, answer.code) == (422, "KnowledgeSpanInvalid")


async def test_a_retired_topic_is_not_answered_until_it_is_restored(desk: Desk) -> None:
    retired = await desk.chief.post(f"{KNOWN}/retirement", {"reason": "政策有变"})
    hidden = await entry_in_force("ydz-lost")
    again = await desk.chief.post(f"{KNOWN}/retirement", {"reason": "政策有变"})
    listed = (await desk.clerk.get(f"{TOPICS}?state=retired")).json["items"]
    restored = await desk.deputy.post(f"{KNOWN}/restoration", {"number": 0, "reason": "政策没变"})

    assert (retired.status, hidden, again.code) == (200, None, "KnowledgeAlreadyRetired")
    assert [(item["slug"], item["number"], item["is_retired"]) for item in listed] == [("ydz-lost", None, True)]
    assert restored.json["version"]["number"] == 2
    assert await entry_in_force("ydz-lost") is not None
    assert (await desk.chief.post(f"{TOPICS}/nowhere/retirement", {"reason": "没有"})).code == "KnowledgeTopicNotFound"


async def test_an_earlier_version_is_restored_at_once_and_nothing_scheduled_comes(desk: Desk) -> None:
    today = beijing_day(utc_now())
    await published(desk, KNOWN, title="第一次改")
    await published(desk, KNOWN, title="第二次改")
    days = {"effective_from": (today + timedelta(days=5)).isoformat()}
    await published(desk, KNOWN, days=days, title="以后的")

    await desk.chief.post(f"{KNOWN}/restoration", {"number": 1, "reason": "第二次改错了"})

    titles = [entry.title for day in (0, 6) if (entry := await entry_in_force("ydz-lost", after_days=day))]
    assert titles == ["第一次改", "第一次改"]
    states = [version["state"] for version in (await desk.clerk.get(KNOWN)).json["versions"]]
    assert states == ["published", "withdrawn", "published", "published"]
    unknown = await desk.chief.post(f"{KNOWN}/restoration", {"number": 9, "reason": "没有"})
    assert (unknown.status, unknown.code) == (404, "KnowledgeVersionNotFound")


async def test_a_draft_that_was_never_published_is_not_restored(desk: Desk) -> None:
    await desk.clerk.post(f"{KNOWN}/draft", {"title": "没人审过"})

    answer = await desk.chief.post(f"{KNOWN}/restoration", {"number": 1, "reason": "想省事"})

    assert answer.code == "KnowledgeVersionNotFound"


async def test_the_list_is_by_slug_and_by_what_is_asked_for(desk: Desk) -> None:
    await desk.clerk.post(f"{NEW}/draft", CONTENT)
    first = (await desk.clerk.get(f"{TOPICS}?limit=2")).json

    following = (await desk.clerk.get(f"{TOPICS}?limit=2&cursor={first['next_cursor']}")).json
    drafts = (await desk.clerk.get(f"{TOPICS}?state=draft")).json["items"]
    by_words = (await desk.clerk.get(f"{TOPICS}?q=示例新条目 第3种")).json["items"]
    by_category = (await desk.clerk.get(f"{TOPICS}?category=优待证&limit=100")).json["items"]

    slugs = [item["slug"] for page in (first, following) for item in page["items"]]
    assert len(slugs) == 4
    assert slugs == sorted(slugs)
    assert [(item["slug"], item["number"], item["draft_state_label"]) for item in drafts] == [
        ("sample-new", None, "草稿")
    ]
    assert [item["slug"] for item in by_words] == ["sample-new"]
    assert {item["category"] for item in by_category} == {"优待证"}
    assert (await desk.clerk.get(f"{TOPICS}/nowhere")).code == "KnowledgeTopicNotFound"
    assert (await desk.clerk.get(f"{TOPICS}?state=other")).status == 400


async def test_one_cheap_query_tells_whether_something_else_is_in_force(desk: Desk) -> None:
    today = beijing_day(utc_now())
    marks = [await mark_in_force(today)]
    await reviewed(desk)
    marks.append(await mark_in_force(today))
    draft = (await desk.clerk.get(NEW)).json["draft"]["version"]
    await hit_tested(desk)
    await desk.chief.post(f"{NEW}/draft/publication", {"revision": draft["revision"]})
    marks.append(await mark_in_force(today))
    await desk.chief.post(f"{NEW}/retirement", {"reason": "试试"})
    marks.append(await mark_in_force(today))
    marks.append(await mark_in_force(today + timedelta(days=1)))

    assert marks[0] == marks[1]
    assert len(set(marks)) == 4
    keys = {(await knowledge_in_force(today)).key, (await knowledge_in_force(today - timedelta(days=1))).key}
    assert keys == {(await knowledge_in_force(today)).key, ""}


async def test_what_was_published_reads_back_as_it_was_written(desk: Desk) -> None:
    await published(desk, valid_to="2046-01-01", related=["ydz-lost"])

    entry = await entry_in_force("sample-new")

    assert entry is not None
    stored = await KnowledgeVersion.get(slug="sample-new")
    assert msgspec.json.decode(stored.content, type=Entry) == entry
    assert (entry.related, entry.valid_to and entry.valid_to.year) == (("ydz-lost",), 2046)


async def test_what_nobody_tried_out_is_not_published(desk: Desk) -> None:
    approved = await reviewed(desk)

    untested = await desk.chief.post(f"{NEW}/draft/publication", {"revision": revision(approved)})
    refused = await desk.chief.post(f"{NEW}/draft/refusal", {"revision": revision(approved), "reason": "再改改"})
    await hit_tested(desk)
    edited = await desk.clerk.patch(f"{NEW}/draft", {"title": "又改了标题", "revision": revision(refused)})
    handed_in = await desk.clerk.post(f"{NEW}/draft/submission", {"revision": revision(edited)})
    again = await desk.chief.post(f"{NEW}/draft/approval", {"revision": revision(handed_in)})
    stale = await desk.chief.post(f"{NEW}/draft/publication", {"revision": revision(again)})

    assert (untested.status, untested.code) == (409, "KnowledgeNotHitTested")
    assert (stale.status, stale.code) == (409, "KnowledgeNotHitTested")


async def test_a_hit_test_waits_for_the_worker_and_is_read_by_its_id(desk: Desk) -> None:
    await desk.clerk.post(f"{NEW}/draft", CONTENT)

    asked = await desk.clerk.post(f"{NEW}/hit-tests", {"questions": ["怎么登记"]})
    waiting = await desk.clerk.get(f"{NEW}/hit-tests/{asked.json['id']}")
    elsewhere = await desk.clerk.get(f"{KNOWN}/hit-tests/{asked.json['id']}")
    nothing_open = await desk.clerk.post(f"{KNOWN}/hit-tests", {"questions": ["怎么登记"]})
    empty = await desk.clerk.post(f"{NEW}/hit-tests", {"questions": []})

    assert (asked.status, waiting.json["state_label"], waiting.json["hits"]) == (202, "正在测试", [])
    assert (elsewhere.code, nothing_open.code, empty.status) == ("HitTestNotFound", "KnowledgeDraftNotFound", 400)
