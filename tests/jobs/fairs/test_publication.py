"""发布和取消招聘会"""

import json
from datetime import timedelta
from typing import Any

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.fairs import JobFair
from models.notifications import Notification, NotificationDelivery
from models.outbox import OutboxMessage
from server.jobs.fairs.tasks import remind, tell_cancelled, tell_changed
from server.notifications.fields import FieldKind, fit
from server.outbox.worker import do_due
from server.worker import TASKS
from tests.employers.people import Recruiter
from tests.factories.cards import make_account
from tests.factories.jobs import make_booth, make_fair, make_registration, make_seeker
from tests.factories.notifications import use_template
from tests.jobs.fairs.fairground import attach, draft, fair_at, publish
from tests.service import Client

WHY = {"reason": "场地停电"}


async def test_a_fair_is_published_once_both_documents_are_there(service: Client, town_staff: Client) -> None:
    fair_id = await draft(town_staff)
    path = f"/v1/staff/fairs/{fair_id}/publication"

    nothing = await town_staff.post(path, {})
    await attach(town_staff, fair_id, "plan")
    half = await town_staff.post(path, {})
    await attach(town_staff, fair_id, "emergency_plan")
    whole = await town_staff.post(path, {})
    again = await town_staff.post(path, {})

    assert [(answer.status, answer.code) for answer in (nothing, half)] == [(409, "FairDocumentsMissing")] * 2
    assert "活动方案和应急预案" in nothing.json["detail"]
    assert "还没有上传应急预案" in half.json["detail"]
    assert (whole.status, whole.json["state"], whole.json["missing_documents"]) == (200, "published", [])
    assert whole.json["published_at"]
    assert (again.status, again.code) == (409, "FairStateForbids")


async def test_a_fair_that_is_over_is_published_only_with_a_reason_on_record(
    service: Client, town_staff: Client
) -> None:
    past = utc_now() - timedelta(days=200)
    fair_id = await draft(town_staff, starts_at=past.isoformat(), ends_at=(past + timedelta(hours=3)).isoformat())

    silent = await publish(town_staff, fair_id)
    told = await publish(town_staff, fair_id, reason="补录去年的场次")

    assert (silent.status, silent.code) == (409, "FairInThePast")
    assert (told.status, told.json["phase"], told.json["state_reason"]) == (200, "over", "补录去年的场次")
    entry = await AuditEntry.get(action="fair.published", record_id=fair_id)
    assert json.loads(entry.detail) == {"reason": "补录去年的场次"}


@pytest.mark.parametrize("state", ["draft", "published"])
async def test_a_fair_is_called_off_with_its_reason(service: Client, town_staff: Client, state: str) -> None:
    fair = await make_fair(state=state, published_at=utc_now() if state == "published" else None)

    answer = await town_staff.post(f"/v1/staff/fairs/{fair.id}/cancellation", WHY)
    again = await town_staff.post(f"/v1/staff/fairs/{fair.id}/cancellation", WHY)

    assert (answer.status, answer.json["state"], answer.json["state_reason"]) == (200, "cancelled", "场地停电")
    assert (again.status, again.code) == (409, "FairStateForbids")
    assert await OutboxMessage.filter(kind="jobs.fair_cancelled").count() == int(state == "published")
    assert json.loads((await AuditEntry.get(action="fair.cancelled")).detail) == WHY


async def test_a_fair_that_was_held_is_not_called_off(service: Client, town_staff: Client) -> None:
    fair = await fair_at(utc_now() - timedelta(days=1))

    answer = await town_staff.post(f"/v1/staff/fairs/{fair.id}/cancellation", WHY)

    assert (answer.status, answer.code) == (409, "FairOver")


@pytest.mark.parametrize("deed", ["publication", "cancellation"])
async def test_an_unknown_fair_is_not_found_and_the_citys_is_the_administrators(
    service: Client, town_staff: Client, deed: str
) -> None:
    city = await make_fair(town_code=None, state="draft")
    body: dict[str, Any] = WHY if deed == "cancellation" else {}

    unknown = await town_staff.post(f"/v1/staff/fairs/{JobFair().id}/{deed}", body)
    forbidden = await town_staff.post(f"/v1/staff/fairs/{city.id}/{deed}", body)

    assert (unknown.status, unknown.code) == (404, "FairNotFound")
    assert (forbidden.status, forbidden.code) == (403, "WholeCityFair")


async def test_a_cancellation_is_told_by_the_worker_to_all_who_are_concerned_and_once(
    service: Client, town_staff: Client, recruiter: Recruiter
) -> None:
    fair = await make_fair()
    coming, gone, without_phone = await make_seeker(), await make_seeker(), await make_seeker(account_id=None)
    await make_registration(fair=fair, seeker=coming)
    await make_registration(fair=fair, seeker=gone, cancelled_at=utc_now())
    await make_registration(fair=fair, seeker=without_phone)
    await make_booth(fair=fair, employer=recruiter.employer)
    await town_staff.post(f"/v1/staff/fairs/{fair.id}/cancellation", WHY)

    assert await do_due(TASKS, at=utc_now()) == 1
    await tell_cancelled({"fair_id": str(fair.id)})

    told = await Notification.all().order_by("account_id")
    assert {item.account_id for item in told} == {coming.account_id, recruiter.client.account_id}
    assert len(told) == 2
    assert {(item.event, item.link) for item in told} == {("job_fair.cancelled", f"/v1/fairs/{fair.id}")}
    assert all("场地停电" in item.text and fair.place in item.text for item in told)


async def test_a_cancellation_is_sent_at_night_too_with_name_time_and_place(database: object) -> None:
    await use_template("fair")
    fair = await make_fair()
    await make_registration(fair=fair)

    await tell_changed({"fair_id": str(fair.id), "change_id": str(JobFair().id)})
    await tell_cancelled({"fair_id": str(fair.id)})

    changed, cancelled = await NotificationDelivery.all().order_by("id")
    values = json.loads(cancelled.field_values)
    assert (changed.is_urgent, cancelled.is_urgent) == (False, True)
    assert (values["fair"], values["place"]) == (fair.title, fair.place)
    assert fit(FieldKind.THING, values["when"]) == values["when"]


async def test_each_change_of_place_is_told_once(database: object) -> None:
    fair = await make_fair()
    registration = await make_registration(fair=fair)
    one, other = ({"fair_id": str(fair.id), "change_id": str(JobFair().id)} for _ in range(2))

    for payload in (one, one, other):
        await tell_changed(payload)

    told = await Notification.filter(account_id=(await registration.seeker).account_id)
    assert [item.event for item in told] == ["job_fair.changed"] * 2


async def test_a_person_whose_record_was_merged_is_told_under_the_account_it_gave_away(database: object) -> None:
    fair, account = await make_fair(), await make_account()
    survivor = await make_seeker(account_id=account.id)
    merged = await make_seeker(account_id=None, merged_into_id=survivor.id)
    await make_registration(fair=fair, seeker=merged)

    await tell_cancelled({"fair_id": str(fair.id)})

    assert await Notification.filter(account_id=account.id).count() == 1


async def test_who_registered_is_reminded_once_on_the_day_before_from_nine_in_the_morning(database: object) -> None:
    morning = utc_now().replace(hour=1, minute=0, second=0, microsecond=0) + timedelta(days=30)  # nine in Beijing
    tomorrow = await fair_at(morning + timedelta(hours=23))
    for start in (morning + timedelta(hours=14, minutes=59), morning + timedelta(hours=39)):
        await make_registration(fair=await fair_at(start))  # today's last hour; the day after tomorrow's first
    await make_registration(fair=await fair_at(morning + timedelta(hours=20), state="cancelled"))
    coming = await make_registration(fair=tomorrow)
    await make_registration(fair=tomorrow, cancelled_at=utc_now())

    told = [await remind(at=morning + timedelta(minutes=minutes)) for minutes in (-1, 0, 60)]

    assert told == [0, 1, 0]
    reminder = await Notification.get(event="job_fair.tomorrow")
    assert reminder.account_id == (await coming.seeker).account_id
    assert coming.number in reminder.text
    assert "08:00-11:00" in reminder.text
