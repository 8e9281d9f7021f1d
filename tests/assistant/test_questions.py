"""待改进的提问"""

import asyncio
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import openpyxl
import pytest
import pytest_asyncio

from bot.dialogue.follow_ups import REMEMBERED
from bot.knowledge.entries import Style
from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.knowledge import KnowledgeState, KnowledgeVersion
from models.questions import QuestionGroup, QuestionGroupState, QueuedQuestion, Shortcoming
from server.assistant.current import AssistantNotReady, current_assistant
from server.assistant.knowledge.in_force import is_as_shipped, knowledge_in_force, mark_in_force
from server.assistant.knowledge.versions import entry_of
from server.assistant.questions.gathering import forget_questions, gather_questions
from server.assistant.tasks import forget_conversations, gather_due
from tests.factories.assistant import make_message
from tests.factories.cards import make_staff
from tests.service import Answer, Client

MESSAGES = "/v1/assistant/messages"
QUESTIONS = "/v1/staff/assistant/questions"
TEXTS = ("退役军人的宠物能上户口吗", "退役军人的宠物能不能上户口", "高铁站有没有军人候车的地方")


@pytest_asyncio.fixture
async def staff(bot: Client) -> tuple[Client, Client]:
    people = [await bot.login(f"questions-{name}") for name in ("clerk", "chief")]
    await make_staff(people[0].account_id)
    await make_staff(people[1].account_id, town_code=None)
    return people[0], people[1]


async def queued(text: str, shortcoming: Shortcoming = Shortcoming.UNKNOWN, **message: Any) -> QueuedQuestion:
    made = await make_message(question=text, kind="refusal", reason="unknown", topic=None, confidence=0.2, **message)
    return await QueuedQuestion.create(message_id=made.id, shortcoming=shortcoming, due_at=made.created_at)


async def gathered(*texts: str) -> list[QuestionGroup]:
    for text in texts:
        await queued(text)
    await gather_due(at=utc_now())
    return await QuestionGroup.all().order_by("id")


def step(group: QuestionGroup, deed: str) -> str:
    return f"{QUESTIONS}/{group.id}/{deed}"


class TestQueueing:
    async def test_what_is_not_understood_is_queued_masked(self, bot: Client) -> None:
        await bot.post(MESSAGES, {"text": "呜啦啦咕噜噜，我叫张三丰，哗啦啦嘟嘟"})

        [one] = await QueuedQuestion.all().select_related("message")
        assert one.shortcoming is Shortcoming.UNKNOWN
        assert one.message.question == "呜啦啦咕噜噜,我叫张**,哗啦啦嘟嘟"

    async def test_a_sure_answer_is_not_queued(self, bot: Client) -> None:
        await bot.post(MESSAGES, {"text": "优待证丢了怎么补办"})

        assert not await QueuedQuestion.exists()

    async def test_an_answer_that_did_not_help_is_queued_until_it_is_said_to_have_helped(self, bot: Client) -> None:
        asked = await bot.post(MESSAGES, {"text": "优待证丢了怎么补办"})
        feedback = f"{MESSAGES}/{asked.json['message_id']}/feedback"

        await bot.post(feedback, {"helpful": False})
        await bot.post(feedback, {"helpful": False, "comment": "没说去哪"})
        [one] = await QueuedQuestion.all()
        await bot.post(feedback, {"helpful": True})

        assert one.shortcoming is Shortcoming.UNHELPFUL
        assert not await QueuedQuestion.exists()

    async def test_a_choice_counts_only_if_nothing_of_it_is_taken(self, bot: Client) -> None:
        asked = await bot.post(MESSAGES, {"text": "补贴怎么领"})
        assert asked.json["kind"] == "clarify"
        [one] = await QueuedQuestion.all()
        chosen = next(option for option in asked.json["options"] if option["topic"])

        assert one.shortcoming is Shortcoming.UNTAKEN
        assert one.due_at - one.created_at >= REMEMBERED
        assert await gather_due(at=utc_now()) == 0
        await bot.post(
            MESSAGES,
            {
                "text": chosen["send"],
                "topic": chosen["topic"],
                "conversation_id": asked.json["conversation_id"],
            },
        )
        assert not await QueuedQuestion.exists()

    async def test_an_untaken_choice_is_gathered_after_half_an_hour(self, bot: Client) -> None:
        await bot.post(MESSAGES, {"text": "补贴怎么领"})

        assert await gather_due(at=utc_now() + REMEMBERED) == 1
        [group] = await QuestionGroup.all()
        assert (group.text, group.asked, group.state) == ("补贴怎么领", 1, QuestionGroupState.OPEN)


class TestGathering:
    async def test_questions_of_one_meaning_are_one_group(self, bot: Client) -> None:
        groups = await gathered(*TEXTS)

        assert [(group.text, group.asked) for group in groups] == [(TEXTS[0], 2), (TEXTS[2], 1)]
        assert await QueuedQuestion.filter(group_id=None).count() == 0

    async def test_the_same_questions_make_the_same_groups_in_one_run_or_three(self, bot: Client) -> None:
        for text in TEXTS:
            await queued(text)
            await gather_due(at=utc_now())

        assert [group.asked for group in await QuestionGroup.all().order_by("id")] == [2, 1]

    async def test_two_runs_at_once_put_each_question_into_one_group(self, bot: Client) -> None:
        for text in TEXTS:
            await queued(text)
        assistant, now = await current_assistant(), utc_now()

        done = await asyncio.gather(*(gather_questions(assistant=assistant, at=now) for _ in range(3)))

        assert sum(done) == 3
        assert [group.asked for group in await QuestionGroup.all().order_by("id")] == [2, 1]

    async def test_a_question_like_one_set_aside_joins_it(self, bot: Client, staff: tuple[Client, Client]) -> None:
        [group] = await gathered(TEXTS[0])
        await staff[0].post(step(group, "dismissal"), {"revision": 1, "reason": "与退役军人无关"})

        await gathered(TEXTS[1])

        [same] = await QuestionGroup.all()
        assert (same.asked, same.state) == (2, QuestionGroupState.DISMISSED)

    async def test_a_question_like_one_that_a_topic_took_over_begins_a_new_group(
        self, bot: Client, staff: tuple[Client, Client]
    ) -> None:
        [group] = await gathered(TEXTS[0])
        await staff[0].post(step(group, "attachment"), {"revision": 1, "topic": "ydz-lost", "askings": [TEXTS[0]]})

        groups = await gathered(TEXTS[1])

        assert [(one.state, one.asked) for one in groups] == [
            (QuestionGroupState.ATTACHED, 1),
            (QuestionGroupState.OPEN, 1),
        ]

    async def test_groups_and_words_go_with_the_conversations(self, bot: Client, staff: tuple[Client, Client]) -> None:
        groups = await gathered(TEXTS[0], TEXTS[2])
        await staff[0].post(
            step(groups[0], "attachment"), {"revision": 1, "topic": "ydz-lost", "askings": ["红本丢了"]}
        )
        later = utc_now() + timedelta(days=181)

        assert await forget_questions(retention_days=180, at=later) == 2

        [kept] = await QuestionGroup.all()
        assert (kept.id, kept.text, kept.askings) == (groups[0].id, "", '["红本丢了"]')

    async def test_a_question_whose_words_are_gone_is_dropped(self, bot: Client) -> None:
        await queued(TEXTS[0])
        await forget_conversations(retention_days=30, at=utc_now() + timedelta(days=31))

        await gather_due(at=utc_now())

        assert not await QueuedQuestion.exists()
        assert not await QuestionGroup.exists()


class TestReading:
    async def test_groups_come_by_how_often_they_were_asked(self, bot: Client, staff: tuple[Client, Client]) -> None:
        await gathered(TEXTS[2], *TEXTS[:2])

        first = await staff[0].get(f"{QUESTIONS}?limit=1")
        second = await staff[0].get(f"{QUESTIONS}?limit=1&cursor={first.json['next_cursor']}")

        [one], [other] = first.json["items"], second.json["items"]
        assert (one["text"], one["asked"], other["text"], second.json["next_cursor"]) == (TEXTS[0], 2, TEXTS[2], None)
        assert one["shortcomings"] == [{"shortcoming": "unknown", "label": "没听懂", "count": 2}]
        assert one["state_label"] == "待处理"
        assert 1 <= len(one["guesses"]) <= 3
        assert all(guess["title"] for guess in one["guesses"])

    async def test_groups_are_found_by_shortcoming_and_state(self, bot: Client, staff: tuple[Client, Client]) -> None:
        await queued(TEXTS[0], Shortcoming.UNHELPFUL)
        await gathered(TEXTS[2])

        unhelpful = await staff[0].get(f"{QUESTIONS}?shortcoming=unhelpful")
        dismissed = await staff[0].get(f"{QUESTIONS}?state=dismissed")

        assert [item["text"] for item in unhelpful.json["items"]] == [TEXTS[0]]
        assert dismissed.json["items"] == []

    async def test_a_group_shows_its_questions_by_pages(self, bot: Client, staff: tuple[Client, Client]) -> None:
        [group, _] = await gathered(*TEXTS)

        first = await staff[0].get(f"{QUESTIONS}/{group.id}?limit=1")
        second = await staff[0].get(f"{QUESTIONS}/{group.id}?limit=1&cursor={first.json['next_cursor']}")

        assert [first.json["questions"][0]["question"], second.json["questions"][0]["question"]] == [TEXTS[1], TEXTS[0]]
        assert first.json["questions"][0]["shortcoming_label"] == "没听懂"
        assert second.json["next_cursor"] is None

    async def test_a_group_that_is_none_is_not_found(self, bot: Client, staff: tuple[Client, Client]) -> None:
        answer = await staff[0].get(f"{QUESTIONS}/{UUID(int=1)}")

        assert (answer.status, answer.code) == (404, "QuestionGroupNotFound")


class TestAttaching:
    async def test_a_way_of_asking_stands_in_the_draft_for_review(
        self, bot: Client, staff: tuple[Client, Client]
    ) -> None:
        [group] = await gathered("那个红颜色的小本子寻不着了咋弄哦")
        asking = "红颜色的小本子寻不着了咋弄"

        answer = await staff[0].post(
            step(group, "attachment"), {"revision": 1, "topic": "ydz-lost", "askings": [asking, asking]}
        )

        draft = await KnowledgeVersion.get(slug="ydz-lost")
        [added] = [one for one in entry_of(draft).askings if one.style is Style.STAFF and one.text == asking]
        assert (answer.status, answer.json["state"], answer.json["topic"]) == (200, "attached", "ydz-lost")
        assert added.text == asking
        assert draft.state is KnowledgeState.DRAFT
        assert await AuditEntry.filter(action="question_group.attached", record_id=group.id).count() == 1

    async def test_a_second_group_goes_into_the_same_draft(self, bot: Client, staff: tuple[Client, Client]) -> None:
        groups = await gathered(TEXTS[0], TEXTS[2])
        for group in groups:
            body = {"revision": 1, "topic": "ydz-lost", "askings": [group.text]}
            assert (await staff[0].post(step(group, "attachment"), body)).status == 200

        texts = {one.text for one in entry_of(await KnowledgeVersion.get(slug="ydz-lost")).askings}
        assert {TEXTS[0], TEXTS[2]} <= texts

    async def test_a_new_topic_is_begun_with_a_title(self, bot: Client, staff: tuple[Client, Client]) -> None:
        [group] = await gathered(TEXTS[2])
        body = {"revision": 1, "topic": "sample-lounge", "askings": [TEXTS[2]]}

        without = await staff[0].post(step(group, "attachment"), body)
        begun = await staff[0].post(step(group, "attachment"), body | {"title": "示例：候车", "category": "优待"})

        entry = entry_of(await KnowledgeVersion.get(slug="sample-lounge"))
        assert (without.status, without.code) == (404, "KnowledgeTopicNotFound")
        assert begun.status == 200
        assert (entry.title, [one.text for one in entry.askings]) == ("示例：候车", [TEXTS[2]])

    async def test_a_draft_under_review_is_not_touched_and_the_group_stays_open(
        self, bot: Client, staff: tuple[Client, Client]
    ) -> None:
        groups = await gathered(TEXTS[0], TEXTS[2])
        drafted = await staff[0].post("/v1/staff/knowledge/ydz-lost/draft", {})
        revision = drafted.json["version"]["revision"]
        await staff[0].post("/v1/staff/knowledge/ydz-lost/draft/submission", {"revision": revision})

        answer = await staff[0].post(
            step(groups[0], "attachment"), {"revision": 1, "topic": "ydz-lost", "askings": [TEXTS[0]]}
        )

        assert (answer.status, answer.code) == (409, "KnowledgeStateForbids")
        assert (await QuestionGroup.get(id=groups[0].id)).state is QuestionGroupState.OPEN

    async def test_a_slug_that_is_none_is_refused(self, bot: Client, staff: tuple[Client, Client]) -> None:
        [group] = await gathered(TEXTS[0])
        body = {"revision": 1, "topic": "-", "title": "示例", "askings": [TEXTS[0]]}

        assert (await staff[0].post(step(group, "attachment"), body)).code == "KnowledgeSlugInvalid"

    async def test_whoever_saw_an_older_state_is_told(self, bot: Client, staff: tuple[Client, Client]) -> None:
        [group] = await gathered(TEXTS[0])
        body = {"revision": 1, "topic": "ydz-lost", "askings": [TEXTS[0]]}
        await staff[0].post(step(group, "attachment"), body)

        again = await staff[1].post(step(group, "attachment"), body)

        assert (again.status, again.code) == (409, "QuestionGroupStateForbids")

    async def test_reopening_takes_the_ways_of_asking_out_of_the_draft(
        self, bot: Client, staff: tuple[Client, Client]
    ) -> None:
        [group] = await gathered(TEXTS[0])
        attached = await staff[0].post(
            step(group, "attachment"), {"revision": 1, "topic": "ydz-lost", "askings": [TEXTS[0]]}
        )

        reopened = await staff[1].post(step(group, "reopening"), {"revision": attached.json["revision"]})

        texts = {one.text for one in entry_of(await KnowledgeVersion.get(slug="ydz-lost")).askings}
        assert (reopened.json["state"], reopened.json["topic"]) == ("open", None)
        assert TEXTS[0] not in texts


class TestOutside:
    async def propose(self, clerk: Client, group: QuestionGroup) -> Answer:
        body = {"revision": 1, "askings": [TEXTS[0], "宠物落户口"], "reason": "不是退役军人事务"}
        return await clerk.post(step(group, "outside"), body)

    async def test_two_people_make_it_a_refusal_that_the_bot_learns(
        self, bot: Client, staff: tuple[Client, Client]
    ) -> None:
        [group] = await gathered(TEXTS[0])
        today = beijing_day(utc_now())
        shipped = await knowledge_in_force(today)
        proposed = await self.propose(staff[0], group)
        before = await mark_in_force(today), await is_as_shipped(today)

        confirmed = await staff[1].post(step(group, "outside-confirmation"), {"revision": proposed.json["revision"]})

        found = await knowledge_in_force(today)
        learnt = [
            asking.text for one in found.knowledge.boundaries for asking in one.askings if asking.style is Style.STAFF
        ]
        assert (proposed.json["state"], confirmed.json["state"]) == ("proposed", "outside")
        assert learnt == [TEXTS[0], "宠物落户口"]
        assert before[1]
        assert not await is_as_shipped(today)
        assert await mark_in_force(today) != before[0]
        assert (shipped.key == "", found.key != "") == (True, True)

        reopened = await staff[0].post(step(group, "reopening"), {"revision": confirmed.json["revision"]})
        assert reopened.json["state"] == "open"
        assert (await knowledge_in_force(today)).key == ""
        assert await is_as_shipped(today)

    async def test_nobody_confirms_what_they_proposed(self, bot: Client, staff: tuple[Client, Client]) -> None:
        [group] = await gathered(TEXTS[0])
        proposed = await self.propose(staff[0], group)

        answer = await staff[0].post(step(group, "outside-confirmation"), {"revision": proposed.json["revision"]})

        assert (answer.status, answer.code) == (403, "QuestionOwnProposal")

    async def test_what_nobody_proposed_is_not_confirmed(self, bot: Client, staff: tuple[Client, Client]) -> None:
        [group] = await gathered(TEXTS[0])

        answer = await staff[1].post(step(group, "outside-confirmation"), {"revision": 1})

        assert (answer.status, answer.code) == (409, "QuestionGroupStateForbids")

    @pytest.mark.parametrize("deed", ["attachment", "outside", "outside-confirmation", "dismissal", "reopening"])
    async def test_every_deed_on_a_group_that_is_none_is_not_found(
        self, bot: Client, staff: tuple[Client, Client], deed: str
    ) -> None:
        bodies: dict[str, dict[str, Any]] = {
            "attachment": {"topic": "ydz-lost", "askings": ["示例"]},
            "outside": {"askings": ["示例"], "reason": "示例"},
            "dismissal": {"reason": "示例"},
        }

        answer = await staff[0].post(f"{QUESTIONS}/{UUID(int=1)}/{deed}", {"revision": 1} | bodies.get(deed, {}))

        assert (answer.status, answer.code) == (404, "QuestionGroupNotFound")


async def test_a_deed_is_answered_also_while_the_first_model_is_made(
    bot: Client, staff: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_ready() -> None:
        raise AssistantNotReady

    [group] = await gathered(TEXTS[0])
    monkeypatch.setattr("server.assistant.questions.routes.current_assistant", not_ready)

    answer = await staff[0].post(step(group, "dismissal"), {"revision": 1, "reason": "示例"})

    assert (answer.status, answer.json["state"], answer.json["guesses"]) == (200, "dismissed", [])


async def test_the_figures_come_as_a_workbook_with_their_definitions(bot: Client, staff: tuple[Client, Client]) -> None:
    await bot.post(MESSAGES, {"text": "优待证丢了怎么补办"})
    today = beijing_day(utc_now())

    answer = await staff[0].get(f"/v1/staff/assistant/figures.xlsx?from={today}&to={today}")

    book = openpyxl.load_workbook(BytesIO(answer.body))
    assert book.sheetnames == ["助手统计", "按主题", "按日", "说明"]
    figures = {row[0]: row[1] for row in book["助手统计"].iter_rows(values_only=True)}
    assert (figures["提问"], figures["直接回答"], figures["未作答"]) == (1, 1, 0)
    assert ("ydz-lost", 1) in [(row[0], row[2]) for row in book["按主题"].iter_rows(values_only=True)]
    assert (str(today), 1, 1) in list(book["按日"].iter_rows(values_only=True))
    assert await AuditEntry.filter(action="assistant_figures.exported").count() == 1
