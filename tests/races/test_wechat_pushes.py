"""微信推送的竞争 — repeated, to two processes at once, or cut off by SIGKILL: the work is done once, in order."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest_asyncio

from bot.knowledge.loading import load_knowledge
from config.clock import utc_now
from models.conversations import AssistantMessage
from models.outbox import OutboxMessage
from models.wechat import WeChatContact, WeChatMessage, WeChatMessageState, WeChatPush, WeChatPushState
from server.wechat.accounts import WeChatAccount
from server.wechat.fake import messages
from server.wechat.fake.pushing import PushRequest
from server.wechat.fake.server import FakeWeChat
from tests.races.processes import TwoWorkers, opened, strangers
from tests.run.installation import processes, running, until
from tests.service import Answer, Client

MINI, SERVICE = WeChatAccount.MINI, WeChatAccount.SERVICE
PEOPLE, EACH = 25, 8
QUESTION = "优待证丢了怎么补办"


@pytest_asyncio.fixture
async def wechat() -> AsyncIterator[FakeWeChat]:
    async with FakeWeChat() as fake:
        yield fake


@asynccontextmanager
async def house(address: str, directory: Path, wechat: FakeWeChat, *arguments: str) -> AsyncIterator[TwoWorkers]:
    """Two web processes and a worker behind the fake WeChat."""
    knobs = {
        "DATABASE_URL": address,
        "RATE_LIMITS": "off",
        "WECHAT_ORIGIN": wechat.origin,
        "SANDBOX_WECHAT": "true",
    }
    async with (
        running(directory, "--workers", "2", *arguments, **knobs) as installation,
        strangers(installation.base) as stranger,
    ):
        service = TwoWorkers(installation, stranger, directory)
        await until(lambda: service.log().count("run.web_ready") >= 2)
        wechat.push_to(installation.base)
        yield service


def made(directory: Path) -> Path:
    directory.mkdir()
    return directory


async def deliver(stranger: Client, request: PushRequest, account: WeChatAccount = MINI) -> Answer:
    return await stranger.call(
        "POST",
        f"/v1/wechat/{account}/messages",
        params=dict(request.params),
        data=request.body,
        headers={"Content-Type": request.content_type},
    )


def compose(wechat: FakeWeChat, openid: str, words: str, account: WeChatAccount = MINI) -> PushRequest:
    wechat.did(openid, account=account)
    return wechat.phones.pushers[account].compose(openid, messages.text(words))


def texts(wechat: FakeWeChat, openid: str) -> list[str]:
    return [one.text for one in wechat.sent_to(openid)]


async def settled(address: str) -> None:
    """Return when nothing waits any more."""
    async with opened(address), asyncio.timeout(120):
        while await is_waiting():  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(0.1)


async def is_waiting() -> bool:
    pushes = await WeChatPush.filter(state=WeChatPushState.WAITING).exists()
    return pushes or await WeChatMessage.filter(state__in=["waiting", "sending"]).exists()


async def test_a_push_sent_three_times_to_two_processes_at_once_is_answered_once(
    database_address: str, tmp_path: Path, wechat: FakeWeChat, trained: None
) -> None:
    people = [f"o-{number}" for number in range(PEOPLE)]
    async with house(database_address, tmp_path, wechat) as service:
        requests = [compose(wechat, openid, QUESTION) for openid in people]

        answers = await asyncio.gather(*(deliver(service.stranger, one) for one in requests for _ in range(3)))
        await settled(database_address)

        assert {(answer.status, answer.body) for answer in answers} == {(200, b"success")}
        assert [len(texts(wechat, openid)) for openid in people] == [1] * PEOPLE
        assert wechat.duplicates() == []
    async with opened(database_address):
        assert await AssistantMessage.all().count() == PEOPLE


async def test_a_follower_whose_push_comes_three_times_at_once_reads_one_answer(
    database_address: str, tmp_path: Path, wechat: FakeWeChat, trained: None
) -> None:
    people = [f"o-{number}" for number in range(PEOPLE)]
    async with house(database_address, tmp_path, wechat) as service:
        requests = [compose(wechat, openid, QUESTION, SERVICE) for openid in people]

        answers = await asyncio.gather(*(deliver(service.stranger, one, SERVICE) for one in requests for _ in range(3)))
        await settled(database_address)

        passive = sum(b"Encrypt" in answer.body for answer in answers)
        assert {answer.status for answer in answers} == {200}
        sent = [len(texts(wechat, openid)) for openid in people]
        assert max(sent) <= 1
        assert passive + sum(sent) >= PEOPLE
    async with opened(database_address):
        assert await AssistantMessage.all().count() == PEOPLE
        told = {one.contact_id: one.state for one in await WeChatMessage.all()}
        assert len(told) == PEOPLE
        as_push = sum(state is WeChatMessageState.PASSIVE for state in told.values())
        assert as_push + sum(sent) == PEOPLE, "each by one of the two ways, never by both"


async def test_what_was_acknowledged_before_a_kill_is_answered_once_after_the_restart(
    database_address: str, tmp_path: Path, wechat: FakeWeChat, trained: None
) -> None:
    people = [f"o-{number}" for number in range(PEOPLE)]
    async with house(database_address, made(tmp_path / "first"), wechat, "--no-outbox") as service:
        requests = [compose(wechat, openid, QUESTION) for openid in people]
        answers = await asyncio.gather(*(deliver(service.stranger, one) for one in requests))
        for pid in (service.installation.pid, *service.installation.child_pids()):
            os.kill(pid, signal.SIGKILL)
    assert {answer.body for answer in answers} == {b"success"}
    assert wechat.sent == []

    async with house(database_address, made(tmp_path / "second"), wechat):
        await settled(database_address)

    assert [len(texts(wechat, openid)) for openid in people] == [1] * PEOPLE
    assert wechat.duplicates() == []


async def test_a_worker_killed_while_it_sends_leaves_nothing_lost_and_nothing_twice(
    database_address: str, tmp_path: Path, wechat: FakeWeChat, trained: None
) -> None:
    people = [f"o-{number}" for number in range(60)]
    async with house(database_address, tmp_path, wechat) as service:
        for openid in people:
            await deliver(service.stranger, compose(wechat, openid, QUESTION))
        await until(lambda: len(wechat.sent) >= 10)
        worker = next(
            each.pid for each in processes() if each.parent == service.installation.pid and " worker" in each.command
        )
        os.kill(worker, signal.SIGKILL)
        async with opened(database_address):
            await end_leases()
        await settled(database_address)

    async with opened(database_address):
        unsure = await WeChatMessage.filter(state=WeChatMessageState.UNSURE).count()
    answered = sum(len(texts(wechat, openid)) == 1 for openid in people)
    assert wechat.duplicates() == []
    assert max(len(texts(wechat, openid)) for openid in people) == 1
    assert len(people) - unsure <= answered <= len(people)


async def end_leases() -> None:
    """Let what a killed worker held be free now, not in a minute."""
    await WeChatMessage.filter(state="sending").update(sending_until=utc_now())
    await OutboxMessage.all().update(locked_until=None)
    await WeChatContact.all().update(locked_until=None)


async def test_people_who_ask_at_once_each_read_their_answers_in_the_order_of_their_questions(
    database_address: str, tmp_path: Path, wechat: FakeWeChat, trained: None
) -> None:
    titles = [entry.title for entry in load_knowledge().entries[: EACH * 3 : 3]]
    people = [f"o-{number}" for number in range(PEOPLE)]

    async def speak(stranger: Client, openid: str) -> None:
        for title in titles:
            assert (await deliver(stranger, compose(wechat, openid, title))).body == b"success"

    async with house(database_address, tmp_path, wechat) as service:
        await asyncio.gather(*(speak(service.stranger, openid) for openid in people))
        await settled(database_address)

    async with opened(database_address):
        for openid in people:
            pushes = await WeChatPush.filter(openid=openid).order_by("id")
            assert {push.state for push in pushes} == {WeChatPushState.DONE}
        asked = [one.question for one in await AssistantMessage.all().order_by("id")]
    assert sorted(asked) == sorted(titles * PEOPLE)
    for openid in people:
        said = await said_to(database_address, openid)
        whole = "".join(texts(wechat, openid))
        places = [whole.find(text) for text in said]
        assert len(said) == len(set(said)) == EACH
        assert -1 not in places, "an answer did not arrive"
        assert places == sorted(places)
        assert [whole.count(text) for text in said] == [1] * EACH


async def said_to(address: str, openid: str) -> list[str]:
    """Return the beginnings of what the bot said to a person, in the order of the questions."""
    async with opened(address):
        contact = await WeChatContact.get(openid=openid)
        found = await AssistantMessage.filter(conversation_id=contact.conversation_id).order_by("id")
        return [one.reply[:60] for one in found]
