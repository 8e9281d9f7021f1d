"""知识的竞争 — one publication of one version, however many ask; every web process says it within seconds."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest_asyncio

from config.clock import utc_now
from models.knowledge import HitTest, HitTestState, KnowledgeState, KnowledgeVersion
from models.questions import QuestionGroup, QuestionGroupState
from tests.factories.cards import make_staff
from tests.races.ledger import count
from tests.races.processes import WORKERS, TwoWorkers, opened, strangers
from tests.races.test_counter import outcomes
from tests.run.installation import running, until
from tests.service import Client

KNOWN = "/v1/staff/knowledge/ydz-lost"
QUESTION = {"text": "优待证丢了怎么补办"}
NOTICED_SECONDS = 3.0
ADDED = "示例补充一句。"


@pytest_asyncio.fixture
async def untrained(database_address: str, tmp_path: Path, trained: None) -> AsyncIterator[TwoWorkers]:
    """Two web processes on a database of their own, without a worker: nothing is trained beside the tests."""
    knobs = {"DATABASE_URL": database_address, "RATE_LIMITS": "off"}
    arguments = ("--workers", str(WORKERS), "--no-outbox")
    async with (
        running(tmp_path, *arguments, **knobs) as installation,
        strangers(installation.base) as stranger,
        opened(database_address),
    ):
        service = TwoWorkers(installation, stranger, tmp_path)
        await until(lambda: service.log().count("run.web_ready") >= WORKERS)
        yield service


async def staff(house: TwoWorkers, *, town_code: str | None) -> Client:
    client = await house.stranger.login(f"keeper-{uuid4().hex}")
    await make_staff(client.account_id, town_code=town_code)
    return client


async def reviewed(writer: Client, reviewer: Client) -> int:
    """A version that may be published; return its revision."""
    content = (await writer.get(KNOWN)).json["content"]
    drafted = await writer.post(f"{KNOWN}/draft", {"answer": content["answer"] + ADDED})
    body = {"revision": drafted.json["version"]["revision"]}
    handed_in = await writer.post(f"{KNOWN}/draft/submission", body)
    body = {"revision": handed_in.json["version"]["revision"]}
    approved = await reviewer.post(f"{KNOWN}/draft/approval", body)
    assert approved.status == 200, approved
    version = await KnowledgeVersion.get(slug="ydz-lost", state=KnowledgeState.REVIEWED)
    await HitTest.create(
        version=version,
        content_digest=version.content_digest,
        asked_by_id=writer.account_id,
        questions="[]",
        state=HitTestState.DONE,
    )
    revision: int = approved.json["version"]["revision"]
    return revision


async def test_twenty_drafts_at_once_are_one(untrained: TwoWorkers) -> None:
    writers = [await staff(untrained, town_code=None) for _ in range(4)]

    answers = await asyncio.gather(*(writers[n % 4].post(f"{KNOWN}/draft", {}) for n in range(20)))

    assert outcomes(answers) == {"201": 1, "KnowledgeDraftExists": 19}
    assert await KnowledgeVersion.filter(slug="ydz-lost").count() == 1


async def test_two_reviewers_who_publish_and_refuse_at_once_do_one_of_it(untrained: TwoWorkers) -> None:
    writer = await staff(untrained, town_code=None)
    chiefs = [await staff(untrained, town_code=None) for _ in range(2)]
    body = {"revision": await reviewed(writer, chiefs[0])}

    answers = await asyncio.gather(
        *(chiefs[n % 2].post(f"{KNOWN}/draft/publication", body) for n in range(10)),
        *(chiefs[n % 2].post(f"{KNOWN}/draft/refusal", body | {"reason": "再看看"}) for n in range(10)),
    )

    assert sum(answer.status == 200 for answer in answers) == 1
    assert set(outcomes(answers)) <= {"200", "KnowledgeStateForbids", "KnowledgeDraftNotFound"}
    done = "SELECT count(*) AS n FROM audit_entries WHERE action IN ('knowledge.published', 'knowledge.refused')"
    assert await count(done) == 1


async def test_twenty_retirements_at_once_are_one(untrained: TwoWorkers) -> None:
    chiefs = [await staff(untrained, town_code=None) for _ in range(4)]

    answers = await asyncio.gather(
        *(chiefs[n % 4].post(f"{KNOWN}/retirement", {"reason": "政策有变"}) for n in range(20))
    )

    assert outcomes(answers)["200"] == 1
    assert set(outcomes(answers)) <= {"200", "KnowledgeAlreadyRetired", "KnowledgeChangedMeanwhile"}
    assert await KnowledgeVersion.filter(slug="ydz-lost").count() == 1


async def test_both_processes_say_what_was_published_within_three_seconds(untrained: TwoWorkers) -> None:
    writer, chief = await staff(untrained, town_code=None), await staff(untrained, town_code=None)
    revision = await reviewed(writer, chief)
    before = await said_by_both(untrained)
    published = await chief.post(f"{KNOWN}/draft/publication", {"revision": revision})
    asked = asyncio.create_task(keep_asking(untrained.stranger))
    await asyncio.sleep(NOTICED_SECONDS)
    assert not asked.done()
    asked.cancel()
    after = await said_by_both(untrained)

    assert published.status == 200
    assert [len(before), len(after)] == [1, 1]
    assert not any(ADDED in text for text in before)
    assert all(ADDED in text for text in after)


async def said_by_both(house: TwoWorkers) -> set[str]:
    """Ask until each process has answered some more; return what they said."""
    began, said = house.answered("/v1/assistant/messages"), set[str]()
    async with asyncio.timeout(30):
        while any(house.answered("/v1/assistant/messages")[pid] < number + 3 for pid, number in began.items()):
            answers = await asyncio.gather(*(house.stranger.post("/v1/assistant/messages", QUESTION) for _ in range(4)))
            said |= {answer.json["text"] for answer in answers}
    return said


async def keep_asking(who: Client) -> None:
    """Ask without a pause; every question is answered while the knowledge is exchanged."""
    while True:
        assert (await who.post("/v1/assistant/messages", QUESTION)).status == 200


async def test_twenty_restorations_at_once_leave_the_numbers_whole(untrained: TwoWorkers) -> None:
    chief = await staff(untrained, town_code=None)
    body = {"number": 0, "reason": "恢复"}

    answers = await asyncio.gather(*(chief.post(f"{KNOWN}/restoration", body) for _ in range(20)))

    assert set(outcomes(answers)) <= {"200", "KnowledgeChangedMeanwhile"}
    numbers = sorted(version.number for version in await KnowledgeVersion.filter(slug="ydz-lost"))
    assert numbers == list(range(1, outcomes(answers)["200"] + 1))


async def test_one_group_that_four_members_of_staff_write_into_a_draft_at_once_is_there_once(
    untrained: TwoWorkers,
) -> None:
    writers = [await staff(untrained, town_code=None) for _ in range(4)]
    at = utc_now()
    group = await QuestionGroup.create(text="示例的提问", guesses="[]", first_at=at, last_at=at)
    path = f"/v1/staff/assistant/questions/{group.id}"
    attached = {"revision": 1, "topic": "ydz-lost", "askings": ["示例的问法"]}

    answers = await asyncio.gather(
        *(writers[n % 4].post(f"{path}/attachment", attached) for n in range(10)),
        *(writers[n % 4].post(f"{path}/dismissal", {"revision": 1, "reason": "示例"}) for n in range(10)),
    )

    assert outcomes(answers) == {"200": 1, "QuestionGroupStateForbids": 19}
    stored = await QuestionGroup.get(id=group.id)
    is_attached = stored.state is QuestionGroupState.ATTACHED
    drafts = await KnowledgeVersion.filter(slug="ydz-lost")
    assert [draft.content.count("示例的问法") for draft in drafts] == ([1] if is_attached else [])
    assert await count("SELECT count(*) AS n FROM audit_entries WHERE action LIKE 'question_group.%'") == 1
