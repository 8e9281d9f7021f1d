"""岗位内容检测 — the outcome helps the reviewer, what is risky goes back, and nothing is blocked in silence."""

from datetime import timedelta
from typing import Any

import pytest

from config.clock import utc_now
from models.accounts import Account
from models.jobs import JobPosting, JobPostingEvent, PostingState
from models.moderation import ContentCheck, ContentOutcome
from models.notifications import Notification
from models.outbox import OutboxMessage
from server.jobs.postings.checking import SUBMITTED
from server.outbox.worker import do_due
from server.wechat.fake.checks import WORDS
from server.wechat.fake.server import Failure, FakeWeChat
from server.worker import TASKS
from tests.employers.people import Recruiter
from tests.factories.merchants import make_town
from tests.jobs.postings.people import JOBS, STAFF_JOBS, look_and_let_live, step, submitted
from tests.jobs.postings.sheets import OWN, ROW, upload
from tests.service import Client

PATH = "/wxa/msg_sec_check"


async def openid_of(person: Client) -> str:
    return (await Account.get(id=person.account_id)).openid


async def work(*, minutes: int = 0) -> None:
    await do_due({SUBMITTED: TASKS[SUBMITTED]}, at=utc_now() + timedelta(minutes=minutes))


async def read(staff: Client, identifier: str) -> Any:
    return (await staff.get(f"{STAFF_JOBS}/{identifier}")).json


async def test_a_harmless_text_is_noted_and_stays_with_the_reviewer(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client
) -> None:
    openid = await openid_of(recruiter.client)
    platform.mini.saw(openid)
    identifier = await submitted(recruiter)

    before = (await read(town_staff, identifier))["content_check"]
    await work()
    after = await read(town_staff, identifier)

    assert (before["outcome"], before["outcome_label"]) == ("waiting", "正在检测")
    assert after["state"] == "submitted"
    check = after["content_check"]
    assert (check["outcome"], check["label"], check["reason"]) == ("passed", 100, "")
    assert check["checked_at"] is not None
    [asked] = platform.requests(PATH)
    assert (asked.body["openid"], asked.body["version"], asked.body["scene"]) == (openid, 2, 3)
    assert asked.body["content"] == "示例保安员\n负责厂区巡逻和门岗值守\n示例路 3 号"


async def test_a_risky_text_goes_back_with_the_reason_and_the_members_are_told(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client
) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter, description="示例欺诈：躺着一年赚一百万")

    await work()

    own = (await recruiter.client.get(f"{JOBS}/{identifier}")).json
    assert own["state"] == "draft"
    assert own["state_reason"].startswith("微信内容安全检测认为有违规内容（欺诈），请修改后重新提交")
    assert own["content_check"] is None
    check = (await read(town_staff, identifier))["content_check"]
    assert (check["outcome"], check["label"], check["reason"]) == ("risky", 20008, "欺诈")
    [told] = await Notification.filter(account_id=recruiter.client.account_id, event="job_posting.refused")
    assert "欺诈" in told.text
    event = await JobPostingEvent.filter(posting_id=identifier).order_by("-id").first()
    assert event is not None
    assert (event.actor, event.to_state) == ("system", PostingState.DRAFT)


async def test_what_was_put_right_is_checked_anew(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client
) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter, description="示例欺诈：躺着一年赚一百万")
    await work()
    await recruiter.client.patch(f"{JOBS}/{identifier}", {"description": "负责厂区巡逻和门岗值守"})

    await step(recruiter.client, f"{JOBS}/{identifier}", "submission")
    await work()

    shown = await read(town_staff, identifier)
    assert (shown["state"], shown["content_check"]["outcome"]) == ("submitted", "passed")
    assert await ContentCheck.all().count() == 1


async def test_a_doubtful_text_waits_for_a_person_with_its_label(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client
) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter, description="示例广告：加入我们")

    await work()

    shown = await read(town_staff, identifier)
    assert shown["state"] == "submitted"
    assert (shown["content_check"]["outcome"], shown["content_check"]["reason"]) == ("doubtful", "广告")
    assert shown["content_check"]["outcome_label"] == "需要人工判断"
    assert (await look_and_let_live(town_staff, identifier)).json["state"] == "live"


async def test_who_was_not_there_lately_cannot_be_checked_and_a_person_decides(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client
) -> None:
    identifier = await submitted(recruiter)

    await work()

    shown = await read(town_staff, identifier)
    assert shown["state"] == "submitted"
    check = shown["content_check"]
    assert (check["outcome"], check["reason"]) == ("not_checked", "提交人两小时内没有使用过小程序")
    assert await OutboxMessage.filter(kind=SUBMITTED).count() == 0
    assert (await look_and_let_live(town_staff, identifier)).status == 200


@pytest.mark.parametrize("failure", [Failure.RESET, Failure.SERVER_ERROR, 45009, 40125])
async def test_while_wechat_is_away_it_is_tried_again_and_nothing_waits_for_it(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client, failure: Failure | int
) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter)
    platform.fail_next(failure, times=1, path=PATH)

    await work()
    away = (await read(town_staff, identifier))["content_check"]
    await work(minutes=4)
    early = len(platform.requests(PATH))
    await work(minutes=6)
    back = (await read(town_staff, identifier))["content_check"]

    assert (away["outcome"], away["outcome_label"]) == ("not_checked", "没有检测成，请人工判断")
    assert early == 1
    assert back["outcome"] == "passed"
    assert await OutboxMessage.filter(kind=SUBMITTED).count() == 0


async def test_after_two_hours_it_is_not_tried_any_more(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client
) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter)
    await ContentCheck.all().update(created_at=utc_now() - timedelta(hours=2))
    platform.failures.be_down(seconds=86_400)

    await work()

    assert (await read(town_staff, identifier))["content_check"]["outcome"] == "not_checked"
    assert await OutboxMessage.filter(kind=SUBMITTED).count() == 0


async def test_a_risky_text_that_staff_approved_meanwhile_stays_with_its_label(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client
) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter, description="示例欺诈预防讲解员")
    assert (await look_and_let_live(town_staff, identifier)).json["state"] == "live"

    await work()

    shown = await read(town_staff, identifier)
    assert (shown["state"], shown["content_check"]["outcome"]) == ("live", "risky")


async def test_a_text_that_was_taken_back_is_not_asked_about(platform: FakeWeChat, recruiter: Recruiter) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter)
    await step(recruiter.client, f"{JOBS}/{identifier}", "recall")

    await work()

    assert platform.requests(PATH) == []


async def test_a_live_posting_that_is_changed_is_checked_again(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client
) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter)
    await work()
    await look_and_let_live(town_staff, identifier)

    await recruiter.client.patch(f"{JOBS}/{identifier}", {"title": "示例广告策划"})
    await work()

    shown = await read(town_staff, identifier)
    assert (shown["state"], shown["content_check"]["outcome"]) == ("submitted", "doubtful")


async def test_a_long_text_is_checked_to_its_end(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client
) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter, description="好" * 3_000 + "示例低俗" + "好" * 500)

    await work()

    assert [len(call.body["content"]) for call in platform.requests(PATH)] == [2500, 1018]
    assert (await read(town_staff, identifier))["content_check"]["label"] == 20012


async def test_what_an_employer_submits_by_a_file_is_checked_too(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client
) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    await make_town("321084112", "界首镇")
    rows = [ROW | {"岗位编号": "B-1"}, ROW | {"岗位编号": "B-2", "岗位名称": "示例欺诈岗"}]
    assert (await upload(recruiter.client, OWN, *rows, submit=True)).status == 200

    await work()

    outcomes = {
        posting.number: (posting.state, (await ContentCheck.get(content_id=posting.id)).outcome)
        for posting in await JobPosting.all()
    }
    assert outcomes == {
        "B-1": (PostingState.SUBMITTED, ContentOutcome.PASSED),
        "B-2": (PostingState.DRAFT, ContentOutcome.RISKY),
    }


async def test_the_work_done_twice_asks_once(platform: FakeWeChat, recruiter: Recruiter) -> None:
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter)

    for _ in range(2):
        await TASKS[SUBMITTED].do({"posting_id": identifier})

    assert len(platform.requests(PATH)) == 1


async def test_an_unknown_label_is_told_as_it_is(
    platform: FakeWeChat, recruiter: Recruiter, town_staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WORDS, "示例新种类", ("review", 29999))  # type: ignore[arg-type]
    platform.mini.saw(await openid_of(recruiter.client))
    identifier = await submitted(recruiter, description="示例新种类的工作")

    await work()

    check = (await read(town_staff, identifier))["content_check"]
    assert (check["outcome"], check["label"], check["reason"]) == ("doubtful", 29999, "标签 29999")
