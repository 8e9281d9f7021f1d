"""岗位内容检测没有小程序账号时 — staff review as ever, and are told that nothing was checked."""

from config.clock import utc_now
from models.moderation import ContentCheck
from server.jobs.postings.checking import SUBMITTED
from server.outbox.worker import do_due
from server.worker import TASKS
from tests.employers.people import Recruiter
from tests.factories.jobs import make_posting
from tests.jobs.postings.people import STAFF_JOBS, look_and_let_live, submitted
from tests.service import Client


async def test_without_an_account_at_wechat_staff_review_as_ever(recruiter: Recruiter, town_staff: Client) -> None:
    identifier = await submitted(recruiter)

    await do_due({SUBMITTED: TASKS[SUBMITTED]}, at=utc_now())

    check = (await town_staff.get(f"{STAFF_JOBS}/{identifier}")).json["content_check"]
    assert (check["outcome"], check["reason"]) == ("not_checked", "没有配置小程序账号")
    assert (await look_and_let_live(town_staff, identifier)).status == 200


async def test_what_nobody_submitted_through_the_service_has_no_check(town_staff: Client) -> None:
    posting = await make_posting()

    shown = await town_staff.get(f"{STAFF_JOBS}/{posting.id}")

    assert shown.json["content_check"] is None
    assert await ContentCheck.all().count() == 0
