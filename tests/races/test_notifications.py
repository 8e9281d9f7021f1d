"""微信消息的竞争 — one consent is one message, whoever sends; a report counts once; SIGKILL repeats nothing."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.accounts import Account
from models.notifications import DeliveryState, NotificationDelivery, NotificationTemplate
from server.notifications.service import notify_each
from server.wechat.accounts import SANDBOX_CREDENTIALS, WeChatAccount
from server.wechat.fake.server import FakeWeChat
from tests.factories.cards import make_account
from tests.factories.notifications import TEMPLATE_ID, give_consents, make_event, remaining, use_template
from tests.races.processes import TwoWorkers, opened
from tests.run.installation import environment, until

SEND = "/cgi-bin/message/subscribe/send"
PEOPLE = 24


@pytest.mark.asyncio(loop_scope="package")
async def test_one_report_sent_twenty_times_at_once_counts_once_and_twenty_reports_add_up(house: TwoWorkers) -> None:
    template = f"raced-{uuid4().hex}"
    await NotificationTemplate.filter(key="handover").delete()
    await use_template("handover", template_id=template)
    path = "/v1/subscriptions"

    async def race() -> None:
        person = await house.stranger.login(f"subscriber-{uuid4().hex}")
        assert person.account_id is not None
        body = {"results": [{"template": template, "result": "accept"}]}
        same = await asyncio.gather(*(person.post(path, body | {"report_id": "one-tap"}) for _ in range(20)))
        after_one = await remaining(person.account_id, template_id=template)
        many = await asyncio.gather(*(person.post(path, body | {"report_id": f"tap-{n}"}) for n in range(20)))

        assert {answer.status for answer in (*same, *many)} == {200}
        assert (after_one, await remaining(person.account_id, template_id=template)) == (1, 21)

    await house.raced(path, race)


@dataclass(frozen=True, slots=True)
class Sender:
    """A worker process of its own, and the log that tells what it sent."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def is_ready(self) -> bool:
        return "run.worker_ready" in self.log.read_text(encoding="utf-8")

    @property
    def sent(self) -> int:
        return self.log.read_text(encoding="utf-8").count('"event":"notifications.sent"')

    async def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()


@asynccontextmanager
async def sender(directory: Path, address: str, wechat: FakeWeChat) -> AsyncIterator[Sender]:
    """Start ``python -m server worker`` beside a WeChat of the test; nothing of it is left afterwards."""
    mini = SANDBOX_CREDENTIALS[WeChatAccount.MINI]
    knobs = {
        "DATABASE_URL": address,
        "DATA_DIR": str(directory),
        "WECHAT_ORIGIN": wechat.origin,
        "WECHAT_MINI_APPID": mini.appid,
        "WECHAT_MINI_SECRET": mini.secret,
        "SANDBOX_WECHAT": "false",
        "SANDBOX_CARRIER": "false",
        "NOTIFICATIONS_PER_SECOND": "10",
        "NOTIFICATION_QUIET_FROM": "00:00",
        "NOTIFICATION_QUIET_UNTIL": "00:00",
        "LOG_FORMAT": "json",
    }
    directory.mkdir()  # noqa: ASYNC240 - once, before anything runs
    log = directory / "log"
    with log.open("w") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", "worker"),
            cwd=directory,
            env=environment(**knobs),
            stdout=output,
            stderr=output,
        )
    try:
        yield Sender(process, log)
    finally:
        if process.returncode is None:
            process.terminate()
            async with asyncio.timeout(30):
                await process.wait()


async def tell_twice(wechat: FakeWeChat) -> list[Account]:
    """Tell as many people two things each; they agreed to one message here, and WeChat would send two."""
    wechat.add_template(TEMPLATE_ID, "thing1", "thing2", "time3")
    await use_template()
    people = [await make_account() for _ in range(PEOPLE)]
    for account in people:
        await give_consents(account.id)
        wechat.grant_consent(account.openid, TEMPLATE_ID, times=2)
    at = utc_now()
    told = [(account.id, make_event(text=f"第{number}件事")) for account in people for number in (1, 2)]
    await notify_each(told, at=at)
    return people


async def counts() -> Counter[str]:
    return Counter(one.state.value for one in await NotificationDelivery.all())


async def settle() -> Counter[str]:
    """Return the states once nothing waits and nothing is being sent any more."""
    async with asyncio.timeout(60):
        while (found := await counts()).keys() & {"waiting", "sending"}:  # noqa: ASYNC110 - other processes do it
            await asyncio.sleep(0.2)
    return found


async def test_two_processes_send_one_message_for_each_consent(tmp_path: Path, database_address: str) -> None:
    async with AsyncExitStack() as stack:
        wechat = await stack.enter_async_context(FakeWeChat())
        await stack.enter_async_context(opened(database_address))
        both = [await stack.enter_async_context(sender(tmp_path / name, database_address, wechat)) for name in "ab"]
        await until(lambda: all(one.is_ready for one in both), seconds=60)
        wechat.failures.delay_seconds = 0.3  # a run of one process lasts, so that the other comes between

        people = await tell_twice(wechat)
        found = await settle()

        assert found == {"sent": PEOPLE, "no_consent": PEOPLE}
        assert Counter(one.openid for one in wechat.sent) == {account.openid: 1 for account in people}
        assert len(wechat.requests(SEND)) == PEOPLE
        assert min(one.sent for one in both) > 0
        assert {await remaining(account.id) for account in people} == {0}


async def test_a_process_killed_while_sending_repeats_nothing_and_loses_nothing(
    tmp_path: Path, database_address: str
) -> None:
    async with AsyncExitStack() as stack:
        wechat = await stack.enter_async_context(FakeWeChat())
        await stack.enter_async_context(opened(database_address))
        people = await tell_twice(wechat)
        wechat.failures.delay_seconds = 0.5  # long enough to be killed in the middle
        victim = await stack.enter_async_context(sender(tmp_path / "victim", database_address, wechat))

        await until(lambda: victim.sent > 0 and len(wechat.requests(SEND)) > victim.sent, seconds=60)
        await victim.kill()
        begun = await NotificationDelivery.filter(state=DeliveryState.SENDING).count()
        wechat.failures.delay_seconds = 0.0
        await stack.enter_async_context(sender(tmp_path / "heir", database_address, wechat))
        await NotificationDelivery.filter(state__in=["waiting", "sending"], locked_until__not_isnull=True).update(
            locked_until=utc_now()  # the leases end
        )
        found = await settle()

        assert begun > 0
        assert found == {"sent": PEOPLE - begun, "unsure": begun, "no_consent": PEOPLE}
        assert max(Counter(one.openid for one in wechat.sent).values()) == 1
        assert PEOPLE - begun <= len(wechat.requests(SEND)) <= PEOPLE
        assert {await remaining(account.id) for account in people} == {0}
