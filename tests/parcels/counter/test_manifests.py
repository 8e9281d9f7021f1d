"""交接单"""

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.manifests import Manifest, ManifestParcel, ManifestState
from models.notifications import Notification
from models.parcels import EventKind, Parcel, ParcelState, TrackingEvent
from models.stations import StationStaff as StationPost
from server.parcels.events import NewEvent, record_events
from server.parcels.manifests import loading
from tests.factories.parcels import make_parcel
from tests.factories.stations import make_station, make_station_staff
from tests.parcels.counter.conftest import Counter
from tests.printing.reading import codes, flat, texts
from tests.service import Answer, Client

MANIFESTS = "/v1/station/manifests"


async def opened(counter: Counter, carrier: str = "ems") -> str:
    answer = await counter.clerk.post(MANIFESTS, {"carrier": carrier})
    assert answer.status == 201
    number: str = answer.json["manifest"]["number"]
    return number


async def deed(clerk: Client, number: str, name: str, **body: Any) -> Answer:
    return await clerk.post(f"{MANIFESTS}/{number}/{name}", body or None)


async def loaded(counter: Counter, *, parcels: int = 2) -> tuple[str, list[Parcel]]:
    """Return an open manifest with accepted parcels on it."""
    number = await opened(counter)
    accepted = [await counter.parcel(state=ParcelState.ACCEPTED) for _ in range(parcels)]
    for parcel in accepted:
        assert (await deed(counter.clerk, number, "parcels", scanned=parcel.number)).status == 200
    return number, accepted


async def closed(counter: Counter, *, parcels: int = 2) -> tuple[str, list[Parcel]]:
    number, accepted = await loaded(counter, parcels=parcels)
    assert (await deed(counter.clerk, number, "closing")).status == 200
    return number, accepted


async def code_of(counter: Counter, number: str) -> str:
    code: str = (await deed(counter.clerk, number, "courier-code")).json["code"]
    return code


async def sign(counter: Counter, number: str, code: str, *, parcels: int = 2) -> Answer:
    return await deed(counter.clerk, number, "signature", code=code, courier_name="王快递", parcels=parcels)


# Loading


async def test_one_manifest_a_carrier_is_open_and_asking_again_gives_it(counter: Counter) -> None:
    first, again, other = await opened(counter), await opened(counter), await opened(counter, "sf")

    assert first == again
    assert other != first
    assert first.startswith("JJ")
    assert await AuditEntry.filter(action="manifest.opened").count() == 2


async def test_parcels_are_added_by_either_number_in_the_order_of_scanning(counter: Counter) -> None:
    number = await opened(counter)
    one = await counter.parcel(state=ParcelState.ACCEPTED)
    other = await counter.parcel(state=ParcelState.ACCEPTED, tracking_number="RR123456785CN")

    await deed(counter.clerk, number, "parcels", scanned=other.tracking_number.lower())
    answer = await deed(counter.clerk, number, "parcels", scanned=f" {one.number[:6]}-{one.number[6:]} ")

    assert [(row["position"], row["number"]) for row in answer.json["rows"]] == [(1, other.number), (2, one.number)]
    assert answer.json["may"] == ["add", "remove", "close", "print"]


async def test_what_is_not_to_be_loaded_is_refused_with_its_reason(counter: Counter) -> None:
    number, [on_it, _] = await loaded(counter)
    booked = await counter.parcel()
    elsewhere = await make_parcel(state=ParcelState.ACCEPTED)
    other_carrier = await counter.parcel(state=ParcelState.ACCEPTED, carrier="sf")

    answers = {
        parcel.number: await deed(counter.clerk, number, "parcels", scanned=parcel.number)
        for parcel in (on_it, booked, elsewhere, other_carrier)
    }

    assert {found: answer.code for found, answer in answers.items()} == {
        on_it.number: "ParcelOnManifest",
        booked.number: "ParcelNotLoadable",
        elsewhere.number: "CounterParcelNotFound",
        other_carrier.number: "OtherCarrier",
    }
    assert number in answers[on_it.number].json["detail"]
    assert "已预约" in answers[booked.number].json["detail"]


async def test_a_full_manifest_takes_no_more(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MOST_PARCELS", 2)
    number, _ = await loaded(counter)

    answer = await deed(
        counter.clerk, number, "parcels", scanned=(await counter.parcel(state=ParcelState.ACCEPTED)).number
    )

    assert (answer.status, answer.code) == (409, "ManifestFull")


async def test_a_parcel_is_taken_off_and_goes_onto_another(counter: Counter) -> None:
    number, [one, other] = await loaded(counter)

    taken = await deed(counter.clerk, number, "removals", scanned=one.number)
    again = await deed(counter.clerk, number, "removals", scanned=one.number)
    nowhere = await deed(counter.clerk, number, "removals", scanned="1234567890")

    assert [row["number"] for row in taken.json["rows"]] == [other.number]
    assert (again.code, nowhere.code) == ("ParcelNotOnManifest", "CounterParcelNotFound")
    assert (await deed(counter.clerk, number, "parcels", scanned=one.number)).status == 200


async def test_who_works_at_several_stations_names_one_of_them(counter: Counter) -> None:
    second = await make_station()
    await StationPost.create(station_id=second.id, account_id=counter.clerk.account_id)

    unclear = await counter.clerk.post(MANIFESTS, {"carrier": "ems"})
    named = await counter.clerk.post(MANIFESTS, {"carrier": "ems", "station_id": str(second.id)})
    foreign = await counter.clerk.post(MANIFESTS, {"carrier": "ems", "station_id": str((await make_station()).id)})

    assert (unclear.code, foreign.code) == ("StationUnclear", "StationNotFound")
    assert named.json["manifest"]["station_id"] == str(second.id)


# Closing and signing


async def test_closing_freezes_the_count_the_weight_and_the_carriers_numbers(counter: Counter) -> None:
    number, [one, _] = await loaded(counter)
    await counter.track(one, "RR123456785CN")
    await deed(counter.clerk, number, "removals", scanned=one.number)
    await deed(counter.clerk, number, "parcels", scanned=one.number)

    answer = await deed(counter.clerk, number, "closing")

    manifest = answer.json["manifest"]
    assert (manifest["state"], manifest["parcels"], manifest["grams"]) == ("closed", 2, 4000)
    assert [row["position"] for row in answer.json["rows"]] == [1, 2]
    assert answer.json["rows"][1]["tracking_number"] == "RR123456785CN"
    assert len(answer.json["digest"]) == 64
    late = await counter.parcel(state=ParcelState.ACCEPTED)
    assert (await deed(counter.clerk, number, "parcels", scanned=late.number)).code == "ManifestNotOpen"
    assert (await deed(counter.clerk, number, "closing")).code == "ManifestNotOpen"


async def test_an_empty_manifest_is_not_closed(counter: Counter) -> None:
    assert (await deed(counter.clerk, await opened(counter), "closing")).code == "ManifestEmpty"


async def test_a_closed_manifest_opens_again_until_it_is_signed(counter: Counter) -> None:
    number, _ = await closed(counter)

    reopened = await deed(counter.clerk, number, "reopening")

    assert (reopened.json["manifest"]["state"], reopened.json["digest"]) == ("open", "")
    assert (await deed(counter.clerk, number, "reopening")).code == "ManifestNotClosed"
    await deed(counter.clerk, number, "closing")
    other = await opened(counter)
    assert other != number
    assert (await deed(counter.clerk, number, "reopening")).code == "OtherManifestOpen"


async def test_the_couriers_signature_hands_every_parcel_over_and_tells_the_families(counter: Counter) -> None:
    family = await counter.clerk.login("family-of-a-manifest")
    number = await opened(counter)
    parcel = await counter.parcel(state=ParcelState.ACCEPTED, account_id=family.account_id)
    await deed(counter.clerk, number, "parcels", scanned=parcel.number)
    await deed(counter.clerk, number, "closing")

    answer = await sign(counter, number, await code_of(counter, number), parcels=1)

    assert answer.json["manifest"]["state"] == "signed"
    assert (answer.json["masked_courier"], answer.json["may"], answer.json["is_intact"]) == ("王**", ["print"], True)
    assert (await Parcel.get(id=parcel.id)).state is ParcelState.HANDED_OVER
    assert await TrackingEvent.filter(parcel_id=parcel.id, kind=EventKind.HANDED_OVER).count() == 1
    assert await Notification.filter(account_id=family.account_id, event="parcel.handed_over").count() == 1
    assert "王快递" not in ((await Manifest.get(number=number)).courier_name_sealed or "")
    assert (await sign(counter, number, "000000", parcels=1)).code == "ManifestNotClosed"
    assert (await deed(counter.clerk, number, "courier-code")).code == "ManifestNotClosed"


async def test_a_wrong_count_signs_nothing_and_says_both_numbers(counter: Counter) -> None:
    number, [one, _] = await closed(counter)

    answer = await sign(counter, number, await code_of(counter, number), parcels=3)

    assert (answer.status, answer.code) == (422, "ManifestCountDiffers")
    assert answer.json["errors"] == [{"field": "parcels", "message": "单上 2 件，快递员点了 3 件"}]
    assert (await Parcel.get(id=one.id)).state is ParcelState.ACCEPTED


async def test_a_code_is_void_after_five_wrong_tries_ten_minutes_or_a_newer_one(counter: Counter) -> None:
    number, _ = await closed(counter)
    first = await code_of(counter, number)
    second = await code_of(counter, number)
    wrong = "1" * 6 if "1" * 6 not in (first, second) else "2" * 6

    assert first == second or (await sign(counter, number, first)).code == "CourierCodeInvalid"
    for _ in range(5):
        assert (await sign(counter, number, wrong)).code == "CourierCodeInvalid"
    assert (await sign(counter, number, second)).code == "CourierCodeInvalid"

    third = await code_of(counter, number)
    await Manifest.filter(number=number).update(courier_code_expires_at=utc_now() - timedelta(seconds=1))
    assert (await sign(counter, number, third)).code == "CourierCodeInvalid"
    assert (await sign(counter, number, await code_of(counter, number))).status == 200


async def test_a_parcel_that_is_no_longer_here_stops_the_signing(counter: Counter) -> None:
    number, [one, other] = await closed(counter)
    await Parcel.filter(id=one.id).update(state=ParcelState.CANCELLED)

    answer = await sign(counter, number, await code_of(counter, number))

    assert (answer.status, answer.code) == (409, "ManifestParcelsChanged")
    assert (await Parcel.get(id=other.id)).state is ParcelState.ACCEPTED
    assert (await Manifest.get(number=number)).state is ManifestState.CLOSED


async def test_a_parcel_that_the_carrier_reported_already_can_still_be_signed_for(counter: Counter) -> None:
    number, [one, _] = await closed(counter)
    moved = NewEvent(parcel_id=one.id, kind=EventKind.IN_TRANSIT, occurred_at=utc_now(), source="ems")
    await record_events([moved], at=utc_now())

    assert (await sign(counter, number, await code_of(counter, number))).status == 200
    assert (await Parcel.get(id=one.id)).state is ParcelState.IN_TRANSIT


# Reading and printing


async def test_manifests_are_listed_by_page_day_and_state_of_the_own_station_only(
    counter: Counter, other_clerk: Client
) -> None:
    first, _ = await closed(counter, parcels=1)
    second = await opened(counter)

    page = await counter.clerk.get(f"{MANIFESTS}?limit=1")
    rest = await counter.clerk.get(f"{MANIFESTS}?limit=1&cursor={page.json['next_cursor']}")
    today = await counter.clerk.get(f"{MANIFESTS}?state=closed&day={beijing_day(utc_now())}")

    assert [page.json["items"][0]["number"], rest.json["items"][0]["number"]] == [second, first]
    assert rest.json["next_cursor"] is None
    assert [item["number"] for item in today.json["items"]] == [first]
    assert (await other_clerk.get(MANIFESTS)).json["items"] == []
    assert (await other_clerk.get(f"{MANIFESTS}/{first}")).code == "ManifestNotFound"
    assert (await counter.clerk.get(f"{MANIFESTS}/JJ123")).code == "ManifestNotFound"


async def test_the_sheet_carries_every_number_and_a_code_that_scans(counter: Counter) -> None:
    number, accepted = await closed(counter, parcels=40)
    await sign(counter, number, await code_of(counter, number), parcels=40)

    pdf = (await counter.clerk.get(f"{MANIFESTS}/{number}/manifest.pdf")).body

    pages = [flat(page) for page in texts(pdf)]
    assert len(pages) == 2
    assert all(parcel.number in "".join(pages) for parcel in accepted)
    assert all(word in "".join(pages) for word in ("包裹交接单", "40件", "80.000千克", "王快递", "凭签收码签收"))
    assert list(codes(pdf).values()) == [number]
    assert await AuditEntry.filter(action="manifest.printed").count() == 1


async def test_before_the_signature_the_sheet_has_places_to_sign(counter: Counter) -> None:
    number, _ = await closed(counter)

    pdf = (await counter.clerk.get(f"{MANIFESTS}/{number}/manifest.pdf")).body

    assert all(word in flat("".join(texts(pdf))) for word in ("服务站（签字）", "快递员（签字）", "待快递员签收"))


async def test_the_table_holds_what_the_sheet_holds(counter: Counter) -> None:
    number, accepted = await closed(counter)

    data = (await counter.clerk.get(f"{MANIFESTS}/{number}/manifest.xlsx")).body

    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["序号", "包裹编号", "快递单号", "重量（克）"]
    assert rows[1:] == [[place, parcel.number, None, 2000] for place, parcel in enumerate(accepted, start=1)]


async def test_rows_that_were_changed_behind_the_signature_are_noticed_and_not_printed(counter: Counter) -> None:
    number, [one, _] = await closed(counter)
    await ManifestParcel.filter(parcel_id=one.id).update(weight_grams=1)

    shown = await counter.clerk.get(f"{MANIFESTS}/{number}")
    pdf = await counter.clerk.get(f"{MANIFESTS}/{number}/manifest.pdf")
    table = await counter.clerk.get(f"{MANIFESTS}/{number}/manifest.xlsx")

    assert shown.json["is_intact"] is False
    assert (pdf.code, table.code) == ("ManifestAltered", "ManifestAltered")


# The day


async def test_a_stations_day_is_counted_from_its_records(counter: Counter) -> None:
    number, _ = await closed(counter)
    await sign(counter, number, await code_of(counter, number))
    refused = await counter.parcel()
    await counter.refuse(refused, reason="no_id")
    await counter.parcel(collect_on=beijing_day(utc_now()))
    await make_station_staff(await make_station(), (await counter.clerk.login("someone-else")).account_id)

    day = beijing_day(utc_now())
    answer = await counter.clerk.get(f"/v1/station/days/{day}")
    before = await counter.clerk.get(f"/v1/station/days/{day - timedelta(days=40)}")

    assert answer.json == {
        "station_id": str(counter.station.id),
        "day": day.isoformat(),
        "booked": 1,
        "accepted": 2,
        "paid_fen": 3000,
        "refused": {"没有出示有效身份证件": 1},
        "handed_over": 2,
    }
    assert (before.json["accepted"], before.json["refused"], before.json["handed_over"]) == (0, {}, 0)
