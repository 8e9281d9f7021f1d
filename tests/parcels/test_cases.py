"""售后"""

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.notifications import Notification
from models.parcel_cases import ParcelCase, ParcelCaseState
from models.parcels import EventKind, Parcel, ParcelState
from models.stations import Station
from server.parcels.cases.handling import remind_stations
from server.parcels.cases.opening import find_incidents
from server.parcels.events import NewEvent, record_events
from tests.factories.cards import make_staff
from tests.factories.parcels import make_parcel
from tests.factories.stations import make_station, make_station_staff
from tests.service import Answer, Client

COMPLAINT = {"kind": "complaint", "problem": "late", "text": "半个月还没到"}
CLAIM = {"kind": "claim", "problem": "damaged", "text": "鸭蛋都碎了", "claimed_fen": 9000}


@pytest_asyncio.fixture
async def station(service: Client) -> Station:
    return await make_station()


@pytest_asyncio.fixture
async def mother(service: Client) -> Client:
    return await service.login("mother-of-cases")


@pytest_asyncio.fixture
async def clerk(service: Client, station: Station) -> Client:
    clerk = await service.login("clerk-of-cases")
    await make_station_staff(station, clerk.account_id)
    return clerk


@pytest_asyncio.fixture
async def parcel(mother: Client, station: Station) -> Parcel:
    return await make_parcel(account_id=mother.account_id, station=station, state=ParcelState.IN_TRANSIT)


async def opened(mother: Client, parcel: Parcel, body: dict[str, Any] = COMPLAINT) -> str:
    answer = await mother.post(f"/v1/parcels/{parcel.number}/cases", body)
    assert answer.status == 201
    number: str = answer.json["number"]
    return number


async def deed(who: Client, path: str, **body: Any) -> Answer:
    return await who.post(path, body or None)


async def told(account: Client) -> list[str]:
    found = await Notification.filter(account_id=account.account_id).order_by("id")
    return [one.event for one in found if one.event.startswith("parcel_case")]


async def test_a_complaint_has_a_number_a_clock_and_is_told(mother: Client, parcel: Parcel) -> None:
    answer = await mother.post(f"/v1/parcels/{parcel.number}/cases", COMPLAINT)

    due = beijing_day(utc_now()) + timedelta(days=7)
    assert answer.status == 201
    assert answer.json["number"].startswith("SH")
    assert (answer.json["state"], answer.json["due_on"], answer.json["may"]) == ("open", due.isoformat(), [])
    assert answer.json["clock"].endswith(f"{due.month} 月 {due.day} 日答复")
    assert await told(mother) == ["parcel_case.opened"]
    assert (await mother.get("/v1/parcel-cases")).json["items"] == [answer.json]


@pytest.mark.parametrize(
    ("state", "body", "status", "code"),
    [
        (ParcelState.BOOKED, COMPLAINT | {"kind": "enquiry"}, 409, "ParcelNotSent"),
        (ParcelState.CANCELLED, CLAIM, 409, "ParcelNotSent"),
        (ParcelState.IN_TRANSIT, CLAIM | {"claimed_fen": None}, 422, "ClaimAmountMissing"),
        (ParcelState.IN_TRANSIT, CLAIM | {"claimed_fen": 0}, 400, "MalformedRequest"),
    ],
)
async def test_what_the_rules_do_not_allow_is_refused(
    mother: Client, station: Station, state: ParcelState, body: dict[str, Any], status: int, code: str
) -> None:
    parcel = await make_parcel(account_id=mother.account_id, station=station, state=state)

    answer = await mother.post(f"/v1/parcels/{parcel.number}/cases", body)

    assert (answer.status, answer.code) == (status, code)
    assert await ParcelCase.all().count() == 0


async def test_after_a_year_a_parcel_is_not_asked_about_but_may_be_complained_of(
    mother: Client, parcel: Parcel
) -> None:
    await Parcel.filter(id=parcel.id).update(accepted_at=utc_now() - timedelta(days=367))

    late = await mother.post(f"/v1/parcels/{parcel.number}/cases", COMPLAINT | {"kind": "enquiry"})

    assert (late.status, late.code) == (409, "EnquiryTooLate")
    await opened(mother, parcel)


async def test_one_matter_is_open_once_and_again_after_it_is_closed(
    mother: Client, clerk: Client, parcel: Parcel
) -> None:
    number = await opened(mother, parcel)

    again = await mother.post(f"/v1/parcels/{parcel.number}/cases", COMPLAINT)
    other = await mother.post(f"/v1/parcels/{parcel.number}/cases", COMPLAINT | {"problem": "service"})
    await deed(clerk, f"/v1/station/parcel-cases/{number}/answer", answer="已催办")
    await deed(mother, f"/v1/parcel-cases/{number}/closing")

    assert (again.code, other.status) == ("CaseAlreadyOpen", 201)
    await opened(mother, parcel)


async def test_an_answer_is_told_and_not_accepted_once(mother: Client, clerk: Client, parcel: Parcel) -> None:
    number = await opened(mother, parcel)
    path = f"/v1/parcel-cases/{number}"
    early = await deed(mother, f"{path}/objection", text="太慢")

    answered = await deed(clerk, f"/v1/station/parcel-cases/{number}/answer", answer="已催办，三天内送到")
    shown = await mother.get(path)
    objected = await deed(mother, f"{path}/objection", text="还是没到")
    await deed(clerk, f"/v1/station/parcel-cases/{number}/answer", answer="已送到")
    twice = await deed(mother, f"{path}/objection", text="不行")
    closed = await deed(mother, f"{path}/closing")

    assert early.code == "CaseNotAnswered"
    assert (answered.json["state"], answered.json["clock"], answered.json["may"]) == ("answered", "", ["close"])
    assert shown.json["may"] == ["object", "close"]
    assert objected.json["state"] == "open"
    assert objected.json["text"].endswith("不满意：还是没到")
    assert (twice.code, closed.json["state"]) == ("ObjectedAlready", "closed")
    assert await told(mother) == ["parcel_case.opened", "parcel_case.answered", "parcel_case.answered"]
    late = await deed(clerk, f"/v1/station/parcel-cases/{number}/answer", answer="补充")
    assert (late.code, (await deed(mother, f"{path}/closing")).code) == ("CaseNotOpen", "CaseNotAnswered")
    assert await AuditEntry.filter(action__startswith="parcel_case.").count() == 5


async def test_a_claim_is_granted_at_most_three_times_the_fee(mother: Client, clerk: Client, parcel: Parcel) -> None:
    number = await opened(mother, parcel, CLAIM)
    path = f"/v1/station/parcel-cases/{number}/answer"

    too_high = await deed(clerk, path, answer="同意", granted_fen=6001)
    granted = await deed(clerk, path, answer="同意", granted_fen=6000)

    assert (too_high.status, too_high.code) == (422, "GrantTooHigh")
    assert too_high.json["errors"] == [{"field": "granted_fen", "message": "最多 60.00 元"}]
    assert (granted.json["ceiling_fen"], granted.json["granted_fen"]) == (6000, 6000)
    [message] = await Notification.filter(account_id=mother.account_id, event="parcel_case.answered")
    assert "赔偿 60.00 元" in message.text


async def test_an_insured_claim_is_granted_up_to_the_insured_value(
    mother: Client, clerk: Client, parcel: Parcel
) -> None:
    await Parcel.filter(id=parcel.id).update(declared_value_fen=50_000)
    number = await opened(mother, parcel, CLAIM)

    answer = await deed(clerk, f"/v1/station/parcel-cases/{number}/answer", answer="同意", granted_fen=50_000)

    assert answer.json["granted_fen"] == 50_000


async def test_a_complaint_takes_no_amount(mother: Client, clerk: Client, parcel: Parcel) -> None:
    number = await opened(mother, parcel)

    answer = await deed(clerk, f"/v1/station/parcel-cases/{number}/answer", answer="好", granted_fen=1)

    assert (answer.status, answer.code) == (409, "GrantWithoutClaim")


async def test_the_counter_notes_what_it_saw(mother: Client, clerk: Client, parcel: Parcel) -> None:
    path = f"/v1/station/parcels/{parcel.number}/incidents"

    noted = await deed(clerk, path, problem="damaged", text="外箱压破")
    again = await deed(clerk, path, problem="damaged", text="外箱压破")

    assert (noted.status, noted.json["kind"], noted.json["problem"]) == (201, "enquiry", "damaged")
    assert again.code == "CaseAlreadyOpen"
    assert await told(mother) == ["parcel_case.opened"]


async def test_cases_are_listed_overdue_first_page_by_page_and_only_of_the_own_station(
    mother: Client, clerk: Client, parcel: Parcel, service: Client
) -> None:
    first = await opened(mother, parcel)
    second = await opened(mother, parcel, COMPLAINT | {"problem": "service"})
    third = await opened(mother, parcel, COMPLAINT | {"problem": "other"})
    today = beijing_day(utc_now())
    await ParcelCase.filter(number=second).update(due_on=today - timedelta(days=2))
    stranger = await service.login("clerk-elsewhere")
    await make_station_staff(await make_station(), stranger.account_id)

    page = await clerk.get("/v1/station/parcel-cases?limit=2")
    rest = await clerk.get(f"/v1/station/parcel-cases?limit=2&cursor={page.json['next_cursor']}")
    overdue = await clerk.get("/v1/station/parcel-cases?overdue=true")

    numbers = [item["number"] for item in (*page.json["items"], *rest.json["items"])]
    assert numbers == [second, first, third]
    assert rest.json["next_cursor"] is None
    assert [(item["number"], item["is_overdue"]) for item in overdue.json["items"]] == [(second, True)]
    assert overdue.json["items"][0]["clock"].endswith("已超期 2 天")
    assert (await stranger.get("/v1/station/parcel-cases")).json["items"] == []
    assert (await stranger.get(f"/v1/station/parcel-cases/{first}")).code == "ParcelCaseNotFound"


async def test_the_bureau_sees_what_is_overdue_in_its_town(mother: Client, parcel: Parcel, service: Client) -> None:
    number = await opened(mother, parcel)
    await ParcelCase.filter(number=number).update(due_on=beijing_day(utc_now()) - timedelta(days=1))
    town = await service.login("bureau-of-the-town")
    await make_staff(town.account_id, town_code=(await parcel.station).town_id)
    elsewhere = await service.login("bureau-elsewhere")
    await make_staff(elsewhere.account_id, town_code=(await make_station(town_code="321084115")).town_id)

    seen = await town.get("/v1/staff/parcel-cases?overdue=true")

    assert [item["number"] for item in seen.json["items"]] == [number]
    assert (await elsewhere.get("/v1/staff/parcel-cases")).json["items"] == []


async def test_lost_refused_and_late_parcels_open_a_case_once(mother: Client, station: Station) -> None:
    now = utc_now()
    lost = await make_parcel(account_id=mother.account_id, station=station, state=ParcelState.LOST)
    refused = await make_parcel(account_id=mother.account_id, station=station, state=ParcelState.IN_TRANSIT)
    event = NewEvent(parcel_id=refused.id, kind=EventKind.RECIPIENT_REFUSED, occurred_at=utc_now(), source="ems")
    await record_events([event], at=now)
    late = await make_parcel(station=station, state=ParcelState.IN_TRANSIT, booked_at=now - timedelta(days=12))
    await make_parcel(station=station, state=ParcelState.IN_TRANSIT)

    opened_now, opened_again = await find_incidents(at=now), await find_incidents(at=now)

    cases = {case.parcel_id: case for case in await ParcelCase.all()}
    assert (opened_now, opened_again) == (3, 0)
    assert {parcel.id: cases[parcel.id].problem.value for parcel in (lost, refused, late)} == {
        lost.id: "lost",
        refused.id: "refused",
        late.id: "late",
    }
    assert await told(mother) == ["parcel_case.opened"] * 2
    await ParcelCase.all().update(state=ParcelCaseState.CLOSED)
    assert await find_incidents(at=now) == 0


async def test_the_station_is_reminded_the_day_before_once(mother: Client, clerk: Client, parcel: Parcel) -> None:
    number = await opened(mother, parcel)
    at = utc_now()

    early = await remind_stations(at=at)
    due = await remind_stations(at=at + timedelta(days=6))
    again = await remind_stations(at=at + timedelta(days=6, hours=1))

    assert (early, due, again) == (0, 1, 0)
    [message] = await Notification.filter(account_id=clerk.account_id, event="parcel_case.due")
    assert number in message.title


async def test_a_neighbour_finds_no_case_of_another(mother: Client, parcel: Parcel, service: Client) -> None:
    number = await opened(mother, parcel)
    neighbour = await service.login("neighbour-of-cases")

    assert (await neighbour.get(f"/v1/parcel-cases/{number}")).code == "ParcelCaseNotFound"
    assert (await neighbour.post(f"/v1/parcels/{parcel.number}/cases", COMPLAINT)).code == "ParcelNotFound"
