"""邮政文件 — over HTTP: orders leave with one's own station only; events are taken once and change the states."""

import asyncio
import csv
import random
from datetime import UTC, date, datetime, timedelta

import pytest
import pytest_asyncio

from models.audit import AuditEntry
from models.carriers import CarrierFile
from models.notifications import Notification
from models.parcels import Parcel, ParcelState, TrackingEvent
from models.stations import Station
from tests.factories.cards import make_staff
from tests.factories.parcels import make_parcel
from tests.factories.stations import make_station, make_station_staff
from tests.service import Answer, Client

BOOKED_AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
HEADER = "邮件号,状态,时间,地点,说明"
ORDERS = "/v1/staff/carrier-orders"
EVENTS = "/v1/staff/carrier-event-files"


@pytest_asyncio.fixture
async def administrator(service: Client) -> Client:
    client = await service.login("an-administrator")
    await make_staff(client.account_id, town_code=None)
    return client


def event_lines(number: str) -> list[str]:
    return [
        f"{number},收寄,2026-11-02 12:00:00,高邮市,",
        f"{number},运输,2026-11-02 20:00:00,扬州市,",
        f"{number},投递,2026-11-04 08:00:00,昆明市,",
        f"{number},未妥投,2026-11-04 12:00:00,昆明市,家中无人",
        f"{number},投递,2026-11-05 08:00:00,昆明市,",
        f"{number},妥投,2026-11-05 09:00:00,昆明市,",
        f"{number},封发,2026-11-02 15:00:00,高邮市,",
    ]


async def upload(client: Client, lines: list[str], *, encoding: str = "utf-8") -> Answer:
    data = "\r\n".join((HEADER, *lines, "")).encode(encoding)
    return await client.upload(EVENTS, filename="轨迹.csv", data=data)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
async def test_a_file_of_events_changes_the_state_and_is_told_once(administrator: Client, encoding: str) -> None:
    family = await administrator.login("a-family")
    parcel = await make_parcel(
        state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, account_id=family.account_id, tracking_number="9800000001"
    )
    lines = event_lines("9800000001")
    lines = random.Random(5).sample([*lines, *lines[:3]], k=len(lines) + 3)

    first = await upload(administrator, lines, encoding=encoding)
    again = await upload(administrator, lines, encoding=encoding)

    assert first.json == {
        "lines": 10, "matched": 10, "new": 7, "changed": 1, "unmatched": [], "already_taken": False
    }  # fmt: skip
    assert again.json | {"lines": 10, "new": 0, "already_taken": True} == again.json
    parcel = await Parcel.get(id=parcel.id)
    assert parcel.state is ParcelState.DELIVERED
    assert parcel.state_at == datetime(2026, 11, 5, 1, 0, tzinfo=UTC)
    assert await TrackingEvent.filter(parcel_id=parcel.id, source="ems", kind="unknown").values_list(
        "raw_code", flat=True
    ) == ["封发"]
    assert await Notification.filter(account_id=family.account_id).count() == 1
    assert await CarrierFile.filter(direction="in").count() == 1
    assert await AuditEntry.filter(action="carrier.events_imported").count() == 1


async def test_the_same_events_in_another_order_end_in_the_same_state(administrator: Client) -> None:
    numbers = [f"98000001{place:02d}" for place in range(6)]
    for number in numbers:
        await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, tracking_number=number)
    dice = random.Random(7)

    for number in numbers:
        lines = dice.sample(event_lines(number), k=7)
        cut = dice.randint(1, 6)
        for part in (lines[:cut], lines[cut:], lines[:2]):
            assert (await upload(administrator, part)).status == 200

    states = await Parcel.filter(tracking_number__in=numbers).values_list("state", "state_at")
    assert states == [(ParcelState.DELIVERED, datetime(2026, 11, 5, 1, 0, tzinfo=UTC))] * 6


async def test_the_same_file_twice_at_once_is_taken_once(administrator: Client) -> None:
    await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, tracking_number="9800000001")

    answers = await asyncio.gather(*(upload(administrator, event_lines("9800000001")) for _ in range(3)))

    assert sorted((answer.json["new"], answer.json["already_taken"]) for answer in answers) == [
        *[(0, True)] * 2,
        (7, False),
    ]
    assert await CarrierFile.filter(direction="in").count() == 1


async def test_numbers_of_nobody_are_told_and_the_file_may_come_again(administrator: Client) -> None:
    lines = event_lines("9800000001")

    before = await upload(administrator, lines)
    await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, tracking_number="9800000001")
    after = await upload(administrator, lines)

    assert (before.json["matched"], before.json["unmatched"]) == (0, ["9800000001"])
    assert (after.json["new"], after.json["already_taken"]) == (7, False)


async def test_a_number_of_another_carrier_is_not_the_posts(administrator: Client) -> None:
    await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, tracking_number="9800000001", carrier="yunda")

    answer = await upload(administrator, event_lines("9800000001"))

    assert answer.json["unmatched"] == ["9800000001"]


async def test_one_bad_line_keeps_the_whole_file_out(administrator: Client) -> None:
    await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, tracking_number="9800000001")

    answer = await upload(administrator, [*event_lines("9800000001"), "9800000001,妥投,后天,,"])

    assert (answer.status, answer.code) == (422, "TableRejected")
    assert answer.json["errors"][0]["field"].startswith("第9行「时间」")
    assert await TrackingEvent.filter(source="ems", kind="unknown").count() == 0
    assert await CarrierFile.all().count() == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (HEADER.encode(), "TableHasNoRows"),
        (b"a,b\r\n1,2\r\n", "WrongHeaders"),
        (b"\x00\x01\x02", "UnreadableSpreadsheet"),
    ],
)
async def test_a_file_that_holds_no_events_is_refused(administrator: Client, data: bytes, code: str) -> None:
    answer = await administrator.upload(EVENTS, filename="轨迹.csv", data=data)

    assert answer.code == code


async def at_the_counter(service: Client, station: Station, code: str) -> Client:
    """Return somebody who is posted at a station's counter."""
    client = await service.login(code)
    await make_station_staff(station, client.account_id)
    return client


async def test_orders_of_a_day_are_those_of_ones_own_station(service: Client) -> None:
    here, elsewhere = await make_station(), await make_station()
    clerk, other = await at_the_counter(service, here, "here"), await at_the_counter(service, elsewhere, "elsewhere")
    mine = await make_parcel(state=ParcelState.HANDED_OVER, booked_at=BOOKED_AT, station=here)
    await make_parcel(state=ParcelState.BOOKED, booked_at=BOOKED_AT, station=here)
    await make_parcel(state=ParcelState.ACCEPTED, booked_at=BOOKED_AT - timedelta(days=1), station=here)
    await make_parcel(state=ParcelState.ACCEPTED, booked_at=BOOKED_AT, station=here, carrier="yunda")

    answer = await clerk.get(f"{ORDERS}?day=2026-11-02")
    foreign = await other.get(f"{ORDERS}?day=2026-11-02")

    assert answer.status == 200
    rows = list(csv.DictReader(answer.body.decode("gb18030").splitlines()))
    assert [(row["包裹编号"], row["邮件号"]) for row in rows] == [(mine.number, mine.tracking_number)]
    assert rows[0]["收件人"] == "李四"
    assert (foreign.status, foreign.code) == (404, "NoOrdersToHandOver")
    entry = await AuditEntry.get(action="carrier.orders_exported")
    assert entry.account_id == clerk.account_id
    assert "李四" not in str(entry.detail)


async def test_orders_in_utf_8_carry_its_mark(administrator: Client) -> None:
    await make_parcel(state=ParcelState.ACCEPTED, booked_at=BOOKED_AT)

    answer = await administrator.get(f"{ORDERS}?day={date(2026, 11, 2)}&encoding=utf-8-sig")

    assert answer.body.startswith(b"\xef\xbb\xbf")
    assert await CarrierFile.filter(direction="out", lines=1).count() == 1


async def test_a_manifest_that_does_not_exist_has_no_orders(administrator: Client) -> None:
    answer = await administrator.get(f"{ORDERS}?manifest=JJ0000")

    assert (answer.status, answer.code) == (404, "NoOrdersToHandOver")
