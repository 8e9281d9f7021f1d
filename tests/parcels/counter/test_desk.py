"""柜台查件、收寄、不予收寄"""

from datetime import timedelta

import msgspec
import pytest

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.parcels import Parcel, ParcelState, TrackingEvent
from models.stations import StationSlot
from server.parcels.contents import encode_warnings
from server.parcels.screening import screen
from tests.factories.parcels import make_parcel, make_party
from tests.parcels.counter.conftest import SEEN, Counter
from tests.service import Answer, Client


def numbers(answer: Answer) -> list[str]:
    assert answer.status == 200, answer
    return [item["number"] for item in answer.json["items"]]


async def actions(parcel: Parcel) -> list[str]:
    entries = await AuditEntry.filter(record_id=str(parcel.id)).order_by("created_at")
    return [entry.action for entry in entries]


async def test_a_parcel_is_found_by_number_by_last_four_by_state_and_by_day(counter: Counter) -> None:
    today = beijing_day(utc_now())
    slot = await StationSlot.create(
        station_id=counter.station.id, day=today, starts="09:00", ends="09:30", capacity=4, taken=1
    )
    plain = await counter.parcel()
    other = await counter.parcel(sender=make_party(telephone="13700007777"), slot_id=slot.id)
    taken = await counter.parcel(state=ParcelState.ACCEPTED)
    await make_parcel()  # of another station

    async def found(query: str) -> list[str]:
        return numbers(await counter.clerk.get(f"/v1/station/parcels{query}"))

    assert await found("") == [taken.number, other.number, plain.number]
    assert await found(f"?number={plain.number.lower()}") == [plain.number]
    assert await found("?last4=7777") == [other.number]
    assert await found("?last4=0000") == []
    assert await found("?state=accepted") == [taken.number]
    assert await found(f"?day={today}") == [other.number]
    assert await found(f"?day={today + timedelta(days=1)}") == []


async def test_pages_follow_each_other(counter: Counter) -> None:
    first, second, third = [await counter.parcel() for _ in range(3)]

    page = await counter.clerk.get("/v1/station/parcels?limit=2")
    rest = await counter.clerk.get(f"/v1/station/parcels?limit=2&cursor={page.json['next_cursor']}")

    assert (numbers(page), numbers(rest)) == ([third.number, second.number], [first.number])
    assert rest.json["next_cursor"] is None


async def test_people_are_masked_and_contents_and_warnings_are_shown(counter: Counter) -> None:
    warnings = screen(["白酒"])
    parcel = await counter.parcel(warnings=encode_warnings(warnings))

    answer = await counter.clerk.get(f"/v1/station/parcels/{parcel.number}")

    assert answer.json["parcel"]["sender"]["masked_telephone"] == "138****1999"
    assert answer.json["parcel"]["recipient"]["masked_name"] == "李*"
    assert answer.json["contents"] == [{"name": "咸鸭蛋", "quantity": 2}]
    assert answer.json["warnings"] == msgspec.to_builtins(warnings)
    assert len(warnings) == 1
    assert answer.json["may"] == ["accept", "refuse"]
    for secret in ("张三", "李四", "13900002888", "示例路"):
        assert secret.encode() not in answer.body


async def test_a_mistyped_number_names_only_parcels_of_this_station(counter: Counter, other_clerk: Client) -> None:
    parcels = [await counter.parcel() for _ in range(2)]  # of two in a row, one at least ends in two different signs
    parcel = next(parcel for parcel in parcels if parcel.number[-1] != parcel.number[-2])
    typed = parcel.number[:-2] + parcel.number[-1] + parcel.number[-2]

    own = await counter.clerk.get(f"/v1/station/parcels/{typed}")
    foreign = await other_clerk.get(f"/v1/station/parcels/{typed}")

    assert (own.status, own.code, foreign.code) == (422, "ParcelNumberMistyped", "ParcelNumberMistyped")
    assert parcel.number in own.json["detail"]
    assert parcel.number not in foreign.json["detail"]


async def test_another_stations_parcel_does_not_exist(counter: Counter, other_clerk: Client) -> None:
    parcel = await counter.parcel()

    answer = await other_clerk.post(f"/v1/station/parcels/{parcel.number}/acceptance", SEEN)

    assert (answer.status, answer.code) == (404, "CounterParcelNotFound")
    assert (await Parcel.get(id=parcel.id)).state is ParcelState.BOOKED


async def test_accepting_keeps_what_was_inspected_measured_and_paid(counter: Counter) -> None:
    parcel = await counter.parcel()

    answer = await counter.accept(parcel)

    assert (answer.status, answer.json["parcel"]["state"]) == (200, "accepted")
    stored = await Parcel.get(id=parcel.id)
    assert (stored.weight_grams, stored.charged_grams, stored.price_fen, stored.paid_fen) == (1900, 2000, 2000, 1500)
    assert (stored.concession_fen, stored.concession_bearer, stored.zone) == (500, "示例单位", "2")
    assert (stored.id_inspected, stored.contents_inspected) == ("居民身份证", True)
    assert str(stored.accepted_by_id) == str(counter.clerk.account_id)
    assert await TrackingEvent.filter(parcel_id=parcel.id, kind="accepted").count() == 1
    assert await actions(parcel) == ["parcel.accepted"]


async def test_another_price_than_booked_is_told_and_must_be_confirmed_to_the_fen(counter: Counter) -> None:
    parcel = await counter.parcel()

    told = await counter.accept(parcel, weight_grams=2600)
    wrong = await counter.accept(parcel, weight_grams=2600, confirmed_total_fen=1500)
    agreed = await counter.accept(parcel, weight_grams=2600, confirmed_total_fen=2100)

    assert (told.status, told.code, wrong.code) == (409, "PriceDiffers", "PriceDiffers")
    assert "预约时 15 元，按实际称量应付 21 元（实重 2.6 千克" in told.json["detail"]
    assert (agreed.status, agreed.json["price"]["paid_fen"]) == (200, 2100)


async def test_a_bulky_parcel_is_charged_by_its_volume(counter: Counter) -> None:
    parcel = await counter.parcel()

    answer = await counter.accept(parcel, length_mm=600, width_mm=400, height_mm=100)

    assert answer.code == "PriceDiffers"
    assert "体积重 4 千克大于实重 1.9 千克，按 4 千克计费" in answer.json["detail"]


@pytest.mark.parametrize(
    ("overrides", "status", "code"),
    [
        ({"contents_inspected": False}, 422, "ContentsNotInspected"),
        ({"weight_grams": 20_001}, 409, "ParcelOverLimits"),
        ({"length_mm": 1201}, 409, "ParcelOverLimits"),
        ({"weight_grams": 0}, 400, "MalformedRequest"),
        ({"id_number": "321084197001010011"}, 400, "MalformedRequest"),
    ],
)
async def test_what_may_not_be_accepted_stays_booked(
    counter: Counter, overrides: dict[str, object], status: int, code: str
) -> None:
    parcel = await counter.parcel()

    answer = await counter.accept(parcel, **overrides)

    assert (answer.status, answer.code) == (status, code)
    stored = await Parcel.get(id=parcel.id)
    assert (stored.state, stored.paid_fen, stored.weight_grams) == (ParcelState.BOOKED, None, 2000)
    assert await actions(parcel) == []


@pytest.mark.parametrize("state", [ParcelState.ACCEPTED, ParcelState.CANCELLED, ParcelState.REFUSED_AT_COUNTER])
async def test_only_booked_parcels_are_accepted_or_refused(counter: Counter, state: ParcelState) -> None:
    parcel = await counter.parcel(state=state)

    accepted, refused = await counter.accept(parcel), await counter.refuse(parcel, reason="other")

    assert (accepted.code, refused.code) == ("ParcelNotAwaited", "ParcelNotAwaited")
    assert state.label in accepted.json["detail"]


async def test_a_refusal_tells_the_family_why_and_keeps_the_slot_used(service: Client, counter: Counter) -> None:
    mother = await service.login("a-mother")
    slot = await StationSlot.create(
        station_id=counter.station.id, day=beijing_day(utc_now()), starts="09:00", ends="09:30", capacity=4, taken=1
    )
    parcel = await counter.parcel(account_id=mother.account_id, slot_id=slot.id)

    answer = await counter.refuse(parcel, reason="prohibited", words="里面有打火机")

    assert (answer.status, answer.json["parcel"]["state"]) == (200, "refused_at_counter")
    assert answer.json["state_reason"] == "禁止或限制寄递的物品"
    assert (await StationSlot.get(id=slot.id)).taken == 1
    told = await mother.get(f"/v1/parcels/{parcel.number}")
    assert told.json["timeline"][0]["sentence"] == "驿站没有收寄这个包裹：禁止或限制寄递的物品，里面有打火机"
    inbox = await mother.get("/v1/notifications")
    assert [item["title"] for item in inbox.json["items"]] == [f"包裹 {parcel.number} 未收寄"]
    [entry] = await AuditEntry.filter(record_id=str(parcel.id))
    assert "打火机" not in str(entry.detail)
