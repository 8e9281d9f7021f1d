"""预约寄件 — booked whole or not at all; every refusal says what to do, and keeps neither place nor number."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from config.clock import beijing_day, utc_now
from models.accounts import Consent
from models.addresses import Address
from models.audit import AuditEntry
from models.notifications import Notification
from models.parcels import EventKind, Parcel, ParcelState, TrackingEvent
from models.series import NumberSeries
from models.stations import Station, StationService, StationSlot
from server.parcels.numbers import PARCEL_NUMBERS
from server.parcels.parties import hash_last4, read_recipient, read_sender
from tests.factories.parcels import SAMPLE_TERMS, make_parcel, make_tariff
from tests.factories.stations import make_day, make_station
from tests.parcels.desk import HOME, UNIT, open_desk
from tests.service import Client


async def test_a_parcel_is_booked_whole(mother: Client) -> None:
    desk = await open_desk()

    answer = await mother.post("/v1/parcels", desk.request())

    assert answer.status == 201, answer
    told = answer.json
    assert PARCEL_NUMBERS.read(told["number"]) == told["number"] == told["qr_text"]
    assert told["price"]["sentence"] == (
        "运费 20 元；优惠 5 元，由示例：拥军包裹专线承担；您付 15 元，交寄时按实际称重结算"
    )
    assert (told["when"], told["charged_grams"]) == ("后天 09:00 到站交寄", 2000)
    assert told["charged_why"] == "实重 2 千克不小于体积重 1 千克，按 2 千克计费"
    parcel = await Parcel.get(number=told["number"])
    assert (parcel.account_id, parcel.state, parcel.open_place) == (mother.account_id, ParcelState.BOOKED, 1)
    assert (parcel.price_fen, parcel.concession_fen, parcel.quoted_fen) == (2000, 500, 1500)
    assert (parcel.zone, parcel.carrier, parcel.recipient_kind.value) == ("2", "ems", "unit_code")
    slot = await StationSlot.get(id=parcel.slot_id)
    assert (slot.day, slot.starts, slot.taken) == (desk.day, "09:00", 1)
    assert [event.kind for event in await TrackingEvent.filter(parcel_id=parcel.id)] == [EventKind.BOOKED]
    assert await AuditEntry.filter(action="parcel.booked", record_id=str(parcel.id)).count() == 1
    message = await Notification.get(account_id=mother.account_id)
    assert message.title == f"包裹 {parcel.number} 预约成功"
    followed = (await mother.get(f"/v1/parcels/{parcel.number}")).json
    assert followed["parcel"]["appointment"] == {"day": desk.day.isoformat(), "starts": "09:00", "ends": "09:30"}


async def test_people_are_sealed_as_the_label_needs_them(mother: Client) -> None:
    desk = await open_desk()

    number = (await mother.post("/v1/parcels", desk.request())).json["number"]

    parcel = await Parcel.get(number=number)
    sender, recipient = read_sender(parcel.sender_sealed), read_recipient(parcel.recipient_sealed)
    assert sender is not None
    assert recipient is not None
    assert (sender.name, sender.telephone, sender.address) == (
        "张三",
        "13800001999",
        "江苏省扬州市高邮市界首镇示例路1号",
    )
    assert (recipient.address, recipient.region) == ("云南省昆明市99999部队", "云南省昆明市")
    assert parcel.sender_last4_hash == hash_last4("1999")
    assert parcel.recipient_region == "云南省昆明市"
    assert "张三" not in str(parcel.sender_sealed)


async def test_a_parcel_may_be_fetched_at_home(mother: Client) -> None:
    desk = await open_desk()
    request = desk.request(collection="home")
    del request["starts"]

    answer = await mother.post("/v1/parcels", request)

    assert (answer.status, answer.json["when"]) == (201, "后天上门揽收")
    parcel = await Parcel.get(number=answer.json["number"])
    assert (parcel.collection.value, parcel.collect_on, parcel.slot_id) == ("home", desk.day, None)
    assert await StationSlot.all().count() == 0


REFUSED: list[tuple[dict[str, Any], int, str, str]] = [
    ({"terms_version": "2020-01"}, 409, "ParcelTermsOutdated", "读过并同意"),
    ({"quoted_fen": 1400}, 409, "QuoteChanged", "报价时是 14 元，现在算出来是 15 元"),
    ({"service": "rocket"}, 422, "ServiceNotOffered", "重新报价"),
    ({"weight_grams": 31_000, "quoted_fen": 0}, 409, "ServiceImpossible", "最大重量 30 千克"),
    ({"length_mm": 2000, "quoted_fen": 0}, 409, "ServiceImpossible", "150 厘米"),
    ({"recipient": UNIT | {"street": "示例路1号"}}, 422, "StreetBesideUnit", "普通地址"),
    ({"recipient": UNIT | {"unit_code": "第71集团军"}}, 422, "UnitDesignationRefused", "五位数字"),
    ({"recipient": UNIT | {"po_box": "12"}}, 422, "AddressKindMixed", "只填这一种"),
    ({"recipient": UNIT | {"province": "火星"}}, 422, "ProvinceUnknown", "江苏省"),
    ({"recipient": UNIT | {"telephone": "12"}}, 422, "AddressInvalid", "修改"),
    ({"sender": UNIT}, 422, "SenderNotCivil", "街道门牌"),
    ({"sender": None}, 422, "ParcelAddressMissing", "二者选一"),
    ({"recipient_address_id": str(uuid4())}, 422, "ParcelAddressMissing", "二者选一"),
    ({"recipient": None, "recipient_address_id": str(uuid4())}, 404, "AddressNotFound", "地址簿"),
    ({"starts": None}, 422, "SlotMissing", "选好日期和时段"),
    ({"starts": "09:07"}, 409, "SlotNotOffered", "列出的时段"),
    ({"station_id": str(uuid4())}, 404, "StationNotFound", "刷新"),
]


@pytest.mark.parametrize(("change", "status", "code", "words"), REFUSED)
async def test_what_is_refused_says_what_to_do_and_keeps_nothing(
    mother: Client, change: dict[str, Any], status: int, code: str, words: str
) -> None:
    desk = await open_desk()

    answer = await mother.post("/v1/parcels", desk.request(**change))

    assert (answer.status, answer.code) == (status, code), answer.json
    assert words in answer.json["detail"] + str(answer.json.get("errors"))
    assert await Parcel.all().count() == 0
    assert await NumberSeries.filter(series__startswith="YB").count() == 0
    assert sum([slot.taken for slot in await StationSlot.all()]) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"weight_grams": 0},
        {"weight_grams": 10_000_000},
        {"height_mm": 0},
        {"contents": []},
        {"contents": [{"name": " "}]},
        {"contents": [{"name": "毛衣", "quantity": 0}]},
        {"contents": [{"name": "毛衣"}] * 21},
        {"quoted_fen": -1},
        {"starts": "25:00"},
        {"recipient": UNIT | {"rank": "上校"}},
    ],
)
async def test_malformed_requests_name_the_field(mother: Client, change: dict[str, Any]) -> None:
    desk = await open_desk()

    answer = await mother.post("/v1/parcels", desk.request(**change))

    assert answer.status == 400
    assert answer.json["errors"][0]["field"].startswith(next(iter(change)))


async def test_without_the_consent_nothing_is_collected(service: Client) -> None:
    desk = await open_desk()
    stranger = await service.login("somebody")

    assert (await stranger.post("/v1/parcels", desk.request())).code == "ConsentRequired"


async def test_a_withdrawn_consent_is_none(mother: Client) -> None:
    desk = await open_desk()
    await Consent.filter(account_id=mother.account_id).update(withdrawn_at=utc_now())

    assert (await mother.post("/v1/parcels", desk.request())).code == "ConsentRequired"


async def test_a_full_slot_names_the_next_free_ones(mother: Client, neighbour: Client) -> None:
    desk = await open_desk(slot_capacity=1)
    assert (await neighbour.post("/v1/parcels", desk.request())).status == 201

    full = await mother.post("/v1/parcels", desk.request())

    assert full.code == "SlotFull"
    assert "后天 09:30" in full.json["detail"]


async def test_a_station_that_is_closed_or_takes_no_parcels_is_refused(mother: Client) -> None:
    desk = await open_desk()
    other = await make_station(services=(StationService.CARD,))
    await make_day(desk.day, station=desk.station)
    await Station.filter(id=desk.station.id).update(closed_at=utc_now())

    closed = await mother.post("/v1/parcels", desk.request())
    none = await mother.post("/v1/parcels", desk.request(station_id=str(other.id)))

    assert (closed.code, none.code) == ("StationClosed", "StationTakesNoParcels")


async def test_twenty_parcels_wait_to_be_brought_and_no_more(mother: Client) -> None:
    desk = await open_desk(slot_capacity=40)
    for place in range(1, 20):
        await make_parcel(account_id=mother.account_id, station=desk.station, open_place=place)

    twentieth = await mother.post("/v1/parcels", desk.request())
    one_more = await mother.post("/v1/parcels", desk.request())
    await mother.post(f"/v1/parcels/{twentieth.json['number']}/cancellation", {})
    again = await mother.post("/v1/parcels", desk.request())

    assert (twentieth.status, again.status) == (201, 201)
    assert (one_more.status, one_more.code) == (409, "TooManyOpenParcels")
    assert "20 个包裹" in one_more.json["detail"]


async def test_the_price_is_of_the_tariff_in_force_today(mother: Client) -> None:
    desk = await open_desk()
    today = beijing_day(utc_now())
    terms = {
        "zones": [{"code": "9", "provinces": ["云南"], "first_fen": 900, "step_fen": 0}],
        "first_grams": 5000,
        "step_grams": 1000,
        "volumetric_divisor": None,
        "max_weight_grams": 20000,
        "max_side_mm": 1000,
    }
    await make_tariff(valid_from=today, terms=msgspec.json.encode(terms).decode())
    await make_tariff(valid_from=today + timedelta(days=1))

    assert (await mother.post("/v1/parcels", desk.request())).code == "QuoteChanged"
    booked = await mother.post("/v1/parcels", desk.request(quoted_fen=900))

    assert (booked.status, booked.json["price"]["sentence"]) == (201, "运费 9 元；您付 9 元，交寄时按实际称重结算")


async def test_insurance_is_paid_for_a_declared_value(mother: Client) -> None:
    desk = await open_desk()

    booked = await mother.post("/v1/parcels", desk.request(declared_value_fen=100_000, quoted_fen=2000))

    assert booked.json["price"]["sentence"].endswith("保价费 5 元；您付 20 元，交寄时按实际称重结算")


async def test_a_repeated_request_books_once(mother: Client) -> None:
    desk = await open_desk()
    key = {"Idempotency-Key": uuid4().hex}

    first, second = [await mother.post("/v1/parcels", desk.request(), headers=key) for _ in range(2)]

    assert first.json == second.json
    assert await Parcel.all().count() == 1


async def test_a_civil_recipient_pays_the_whole_price(mother: Client) -> None:
    desk = await open_desk()
    recipient = HOME | {"province": "云南省", "city": "昆明市", "county": "", "street": "示例路2号"}

    booked = await mother.post("/v1/parcels", desk.request(recipient=recipient, quoted_fen=2000))

    assert (booked.status, booked.json["price"]["concession_fen"]) == (201, 0)


async def test_what_must_be_looked_at_is_booked_with_a_warning_that_names_it(mother: Client) -> None:
    desk = await open_desk()

    booked = await mother.post("/v1/parcels", desk.request(contents=[{"name": "充电宝"}, {"name": "毛衣"}]))

    assert booked.status == 201
    [warning] = booked.json["warnings"]
    assert (warning["item"], warning["severity"]) == ("充电宝", "not_by_air")
    assert warning["category_name"] in warning["sentence"]
    shown = (await mother.get(f"/v1/parcels/{booked.json['number']}")).json
    assert shown["warnings"] == [warning]
    assert shown["contents"][0] == {"name": "充电宝", "quantity": 1}


async def test_what_may_never_be_sent_is_named_first_and_a_person_decides(mother: Client) -> None:
    desk = await open_desk()

    booked = await mother.post("/v1/parcels", desk.request(contents=[{"name": "毛衣"}, {"name": "鞭炮"}]))

    assert booked.status == 201
    [warning] = booked.json["warnings"]
    assert (warning["severity"], "爆炸" in warning["sentence"]) == ("never", True)
    assert "由工作人员查验后决定" in warning["next_step"]


async def test_a_battery_does_not_go_by_air(mother: Client) -> None:
    desk = await open_desk()
    terms = msgspec.json.encode(SAMPLE_TERMS | {"by_air": True}).decode()
    await make_tariff(service="air", name="示例航空", terms=terms)

    refused = await mother.post("/v1/parcels", desk.request(service="air", contents=[{"name": "充电宝"}]))
    booked = await mother.post("/v1/parcels", desk.request(service="air"))

    assert (refused.status, refused.code) == (409, "ServiceImpossible")
    assert "「充电宝」，不能走航空" in refused.json["detail"]
    assert booked.status == 201


async def test_an_address_of_the_book_is_used_and_a_units_kept_longer(mother: Client, neighbour: Client) -> None:
    desk = await open_desk()
    address_id = (await mother.post("/v1/addresses", UNIT)).json["id"]
    await Address.filter(id=address_id).update(purge_on=beijing_day(utc_now()))
    request = desk.request(recipient=None, recipient_address_id=address_id)

    booked = await mother.post("/v1/parcels", request)
    foreign = await neighbour.post("/v1/parcels", request)

    assert booked.status == 201
    recipient = read_recipient((await Parcel.get(number=booked.json["number"])).recipient_sealed)
    assert recipient is not None
    assert recipient.address == "云南省昆明市99999部队"
    assert (await Address.get(id=address_id)).purge_on == beijing_day(utc_now()) + timedelta(days=90)
    assert (foreign.status, foreign.code) == (404, "AddressNotFound")
