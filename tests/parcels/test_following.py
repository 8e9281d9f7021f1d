"""查件 — the family sees its own parcels, in plain words, by event time, with people masked."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tortoise.context import TortoiseContext

from models.addresses import AddressKind
from models.parcels import Collection, EventKind, Parcel, ParcelState, TrackingEvent
from models.stations import StationSlot
from server.numbering.numbers import check_sign
from server.parcels.events import NewEvent, record_events
from server.parcels.following import get_parcel, list_parcels
from tests.factories.cards import make_account
from tests.factories.parcels import make_parcel, make_party
from tests.factories.stations import EVERY_DAY, make_day, make_station
from tests.service import Client

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
"""Monday, 10 o'clock in Beijing."""


async def test_the_newest_parcels_come_first_page_by_page_and_nobody_elses(mother: Client, neighbour: Client) -> None:
    numbers = [(await make_parcel(account_id=mother.account_id)).number for _ in range(5)]
    await make_parcel(account_id=neighbour.account_id)

    first = (await mother.get("/v1/parcels", params={"limit": "3"})).json
    second = (await mother.get("/v1/parcels", params={"limit": "3", "cursor": first["next_cursor"]})).json

    assert [item["number"] for item in first["items"] + second["items"]] == numbers[::-1]
    assert second["next_cursor"] is None


async def test_the_list_can_be_of_one_state(mother: Client) -> None:
    await make_parcel(account_id=mother.account_id)
    delivered = await make_parcel(account_id=mother.account_id, state=ParcelState.DELIVERED)

    items = (await mother.get("/v1/parcels", params={"state": "delivered"})).json["items"]

    assert [(item["number"], item["state_label"]) for item in items] == [(delivered.number, "已签收")]
    assert (items[0]["masked_recipient_name"], items[0]["recipient_region"]) == ("李*", "云南省昆明市")


async def test_a_parcel_is_shown_with_people_masked_and_who_pays_what(mother: Client) -> None:
    parcel = await make_parcel(account_id=mother.account_id)

    answer = await mother.get(f"/v1/parcels/{parcel.number}")

    shown = answer.json
    assert answer.status == 200
    assert shown["sender"] == {
        "masked_name": "张*",
        "masked_telephone": "138****1999",
        "masked_address": "江苏省扬州市***",
    }
    assert shown["recipient"]["masked_telephone"] == "139****2888"
    assert shown["contents"] == [{"name": "咸鸭蛋", "quantity": 2}]
    assert shown["price"]["sentence"] == (
        "运费 20 元；优惠 5 元，由示例：拥军包裹专线承担；您付 15 元，交寄时按实际称重结算"
    )
    assert shown["station"]["hours"] == "周一至周五 08:30-11:30、14:00-17:30"
    for secret in ("张三", "李四", "13800001999", "13900002888", "示例路 1 号", "示例路 2 号"):
        assert secret.encode() not in answer.body


async def test_an_answer_that_has_not_changed_is_not_sent_again(mother: Client) -> None:
    parcel = await make_parcel(account_id=mother.account_id, state=ParcelState.DELIVERED)
    first = await mother.get(f"/v1/parcels/{parcel.number}")

    again = await mother.get(f"/v1/parcels/{parcel.number}", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("written", ["{}", "{} ", "yb {1}", "{1}", "YB-{1}"])
async def test_a_number_is_read_as_people_type_it(mother: Client, written: str) -> None:
    parcel = await make_parcel(account_id=mother.account_id)
    digits = parcel.number.removeprefix("YB")

    answer = await mother.get(f"/v1/parcels/{written.replace('{1}', digits.lower()).replace('{}', parcel.number)}")

    assert answer.json["parcel"]["number"] == parcel.number


def one_wrong(number: str) -> str:
    """Return a number with another digit in the middle."""
    return number[:9] + ("1" if number[9] != "1" else "2") + number[10:]


async def test_a_slip_of_the_pen_is_answered_with_the_askers_own_number(mother: Client, neighbour: Client) -> None:
    parcel = await make_parcel(account_id=mother.account_id)
    swapped = f"{parcel.number[:6]}{parcel.number[7]}{parcel.number[6]}{parcel.number[8:]}"

    for typed in (one_wrong(parcel.number), swapped):
        own = await mother.get(f"/v1/parcels/{typed}")
        foreign = await neighbour.get(f"/v1/parcels/{typed}")

        assert (own.status, own.code) == (422, "ParcelNumberMistyped")
        assert own.json["errors"] == [{"field": "number", "message": f"您是不是要查 {parcel.number}"}]
        assert own.json["detail"] == f"包裹编号输错了。您是不是要查 {parcel.number}？请核对后重新输入。"
        assert (foreign.status, foreign.code) == (422, "ParcelNumberMistyped")
        assert parcel.number.encode() not in foreign.body


async def test_somebody_elses_number_is_to_the_asker_what_no_number_is(mother: Client, neighbour: Client) -> None:
    parcel = await make_parcel(account_id=mother.account_id)
    absent = "YB9901010001" + check_sign("9901010001")

    foreign, none = await neighbour.get(f"/v1/parcels/{parcel.number}"), await neighbour.get(f"/v1/parcels/{absent}")

    assert (foreign.status, foreign.code) == (none.status, none.code) == (404, "ParcelNotFound")


async def test_the_timeline_goes_by_event_time_whatever_came_first(database: TortoiseContext) -> None:
    account = await make_account()
    parcel = await make_parcel(account_id=account.id, state=ParcelState.HANDED_OVER, booked_at=AT)
    events = [
        NewEvent(parcel_id=parcel.id, kind=kind, occurred_at=AT + timedelta(hours=hour), source="ems", place=place)
        for kind, hour, place in (
            (EventKind.OUT_FOR_DELIVERY, 40, "昆明市"),
            (EventKind.COLLECTED, 5, ""),
            (EventKind.IN_TRANSIT, 20, "南京市"),
        )
    ]
    await record_events(events, at=AT + timedelta(hours=41))

    followed = await get_parcel(number=parcel.number, account_id=account.id, at=AT + timedelta(hours=41))

    assert [(entry.when, entry.sentence, entry.source) for entry in followed.timeline] == [
        ("11月4日（周三）02:00", "快递员正在派送（昆明市）", "承运方"),
        ("11月3日（周二）06:00", "包裹正在路上（南京市）", "承运方"),
        ("11月2日（周一）15:00", "承运方已经揽收", "承运方"),
        ("11月2日（周一）12:00", "包裹已经交给快递员", "驿站"),
        ("11月2日（周一）11:00", "驿站已经验视并收寄", "驿站"),
        ("11月2日（周一）10:00", "寄件预约成功", "驿站"),
    ]
    assert followed.state is ParcelState.OUT_FOR_DELIVERY
    assert followed.next_step == "请提醒收件人留意电话"


async def booked_for(day: date, starts: str, ends: str) -> Parcel:
    account, station = await make_account(), await make_station(name="示例驿站", hours=EVERY_DAY)
    slot = await StationSlot.create(station_id=station.id, day=day, starts=starts, ends=ends, capacity=4, taken=1)
    return await make_parcel(account_id=account.id, station=station, slot_id=slot.id, booked_at=AT)


BRING = "把包裹带到示例驿站，带上寄件人的身份证，包裹先不要封口"


@pytest.mark.parametrize(
    ("day", "starts", "ends", "step"),
    [
        (
            date(2026, 11, 3),
            "09:00",
            "09:30",
            f"请在明天 09:00—09:30 {BRING}",
        ),
        (
            date(2026, 11, 2),
            "10:00",
            "10:30",
            f"请在今天 10:00—10:30 {BRING}",
        ),
        (date(2026, 11, 2), "09:30", "10:00", "约好的时间已经过去，请改约，或取消后重新预约"),
        (date(2026, 11, 1), "11:00", "11:30", "约好的时间已经过去，请改约，或取消后重新预约"),
    ],
)
async def test_a_booked_parcel_says_when_and_where_to_bring_it(
    database: TortoiseContext, day: date, starts: str, ends: str, step: str
) -> None:
    parcel = await booked_for(day, starts, ends)
    assert parcel.account_id is not None

    followed = await get_parcel(number=parcel.number, account_id=parcel.account_id, at=AT)
    listed = await list_parcels(account_id=parcel.account_id, at=AT)

    assert followed.next_step == step
    assert listed[0].next_step == step


async def test_a_parcel_fetched_at_home_says_when(database: TortoiseContext) -> None:
    account = await make_account()
    parcel = await make_parcel(
        account_id=account.id, collection=Collection.HOME, collect_on=date(2026, 11, 4), booked_at=AT
    )

    followed = await get_parcel(number=parcel.number, account_id=account.id, at=AT)

    assert followed.next_step == "后天会有人上门取件，请把寄件人的身份证准备好，包裹先不要封口"


async def test_the_station_is_told_open_or_not_with_its_holidays(database: TortoiseContext) -> None:
    account, station = await make_account(), await make_station(hours=EVERY_DAY)
    parcel = await make_parcel(account_id=account.id, station=station, booked_at=AT)
    await make_day(date(2026, 11, 2), note="示例假日")
    usual = await get_parcel(number=parcel.number, account_id=account.id, at=AT + timedelta(days=1))
    holiday = await get_parcel(number=parcel.number, account_id=account.id, at=AT)
    await make_day(date(2026, 11, 2), station=station, hours=["09:00-12:00"])
    own = await get_parcel(number=parcel.number, account_id=account.id, at=AT)

    assert usual.week == "周一至周日 08:30-17:30"
    assert usual.opening == "正在营业，今天 17:30 关门"
    assert holiday.opening == "今天不上班（示例假日），明天 08:30 开门"
    assert own.opening == "正在营业，今天 12:00 关门"


async def test_a_forgotten_parcel_is_still_followed_without_people(mother: Client) -> None:
    parcel = await make_parcel(account_id=mother.account_id, state=ParcelState.DELIVERED)
    await Parcel.filter(id=parcel.id).update(sender_sealed=None, recipient_sealed=None, contents="[]")

    shown = (await mother.get(f"/v1/parcels/{parcel.number}")).json
    listed = (await mother.get("/v1/parcels")).json["items"]

    assert (shown["sender"], shown["recipient"], shown["contents"]) == (None, None, [])
    assert (listed[0]["number"], listed[0]["masked_recipient_name"]) == (parcel.number, "")


async def test_a_unit_is_shown_by_province_and_city_only(mother: Client) -> None:
    recipient = make_party(
        name="王五", kind=AddressKind.UNIT_CODE, region="云南省昆明市", address="云南省昆明市 99999部队 示例分队"
    )
    parcel = await make_parcel(account_id=mother.account_id, recipient=recipient)

    answer = await mother.get(f"/v1/parcels/{parcel.number}")

    assert answer.json["recipient"]["masked_address"] == "云南省昆明市***"
    assert b"99999" not in answer.body


async def test_words_of_the_carrier_stay_beside_our_sentence(mother: Client) -> None:
    parcel = await make_parcel(account_id=mother.account_id, state=ParcelState.IN_TRANSIT)
    await TrackingEvent.filter(parcel_id=parcel.id, kind=EventKind.IN_TRANSIT).update(text="离开【示例处理中心】")

    entry = (await mother.get(f"/v1/parcels/{parcel.number}")).json["timeline"][0]

    assert (entry["sentence"], entry["source"], entry["words"]) == ("包裹正在路上", "承运方", "离开【示例处理中心】")


async def test_the_number_is_drawn_as_a_code_for_its_owner(mother: Client, neighbour: Client) -> None:
    parcel = await make_parcel(account_id=mother.account_id)

    own = await mother.get(f"/v1/parcels/{parcel.number}/qr")
    foreign = await neighbour.get(f"/v1/parcels/{parcel.number}/qr")

    assert (own.status, own.headers["Content-Type"]) == (200, "image/svg+xml")
    assert b"<svg" in own.body
    assert foreign.code == "ParcelNotFound"


async def test_the_terms_are_shown_to_anybody_with_their_version(service: Client) -> None:
    terms = (await service.get("/v1/parcel-terms")).json

    assert terms["is_sample"] is True
    assert terms["version"] == "2026-11-sample"
    assert {"实名收寄", "收寄验视", "不能寄的东西", "保价和赔偿"} <= {section["title"] for section in terms["sections"]}
    assert any("不是免费的" in section["text"] for section in terms["sections"])
