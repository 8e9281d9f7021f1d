"""包裹统计"""

import io
from datetime import timedelta

import pytest
import pytest_asyncio
from openpyxl import load_workbook

from config.clock import beijing_day, utc_now
from models.audit import AuditEntry
from models.parcel_cases import ParcelCase
from models.parcels import Parcel, ParcelState
from tests.factories.cards import make_staff
from tests.factories.parcels import make_parcel
from tests.factories.stations import make_station
from tests.service import Client

TODAY = beijing_day(utc_now())
SPAN = f"from={TODAY - timedelta(days=30)}&to={TODAY + timedelta(days=1)}"
REPORT = "/v1/staff/reports/parcels"


@pytest_asyncio.fixture
async def bureau(service: Client) -> Client:
    bureau = await service.login("bureau-of-reports")
    await make_staff(bureau.account_id, town_code=None)
    return bureau


async def complain(parcel: Parcel, number: str, **facts: object) -> None:
    values = {"kind": "complaint", "problem": "late", "text": "慢", "updated_at": utc_now(), "due_on": TODAY} | facts
    await ParcelCase.create(number=number, parcel_id=parcel.id, station_id=parcel.station_id, **values)


async def fill() -> None:
    """Make parcels that took two, three and ten days, and others that did not arrive."""
    station, now = await make_station(), utc_now()
    for days in (2, 3, 10):
        parcel = await make_parcel(station=station, state=ParcelState.DELIVERED)
        await Parcel.filter(id=parcel.id).update(accepted_at=now - timedelta(days=days), state_at=now)
    for state in (ParcelState.BOOKED, ParcelState.CANCELLED, ParcelState.REFUSED_AT_COUNTER, ParcelState.LOST):
        parcel = await make_parcel(station=station, state=state)
    await complain(parcel, "SH1", answered_on=TODAY)
    await complain(parcel, "SH2", problem="other", answered_on=TODAY + timedelta(days=1))
    await complain(parcel, "SH3", problem="lost", due_on=TODAY - timedelta(days=1))
    await complain(parcel, "SH4", problem="damaged")
    await complain(parcel, "SH5", kind="claim", problem="lost", granted_fen=4500)


async def test_every_figure_is_the_sum_of_its_records_with_its_definition(bureau: Client) -> None:
    await fill()

    report = (await bureau.get(f"{REPORT}?{SPAN}")).json

    figures = {figure["code"]: figure["value"] for figure in report["figures"]}
    assert figures == {
        "booked": 7,
        "accepted": 4,
        "paid": 6000,
        "refused": 1,
        "cancelled": 1,
        "delivered": 3,
        "returned": 0,
        "lost": 1,
        "complaints": 4,
        "complaints_in_time": 1,
        "complaints_late": 2,
        "granted": 4500,
    }
    assert report["median_days"] == 3.0
    assert report["contains_samples"] is True
    assert all(figure["definition"] for figure in report["figures"])
    for figure in report["figures"]:
        page = (await bureau.get(figure["records_link"] + "&limit=100")).json
        assert sum(item["amount"] for item in page["items"]) == figure["value"]
        assert len(page["items"]) == figure["records"]


async def test_the_records_come_page_by_page_and_looking_is_on_record(bureau: Client) -> None:
    await fill()

    first = (await bureau.get(f"{REPORT}/delivered?{SPAN}&limit=2")).json
    rest = (await bureau.get(f"{REPORT}/delivered?{SPAN}&limit=2&cursor={first['next_cursor']}")).json

    numbers = [item["cells"][0] for item in (*first["items"], *rest["items"])]
    assert numbers == sorted(numbers)
    assert (len(numbers), rest["next_cursor"]) == (3, None)
    assert await AuditEntry.filter(action="parcel_report.records_shown").count() == 2


async def test_staff_of_a_town_read_its_part(bureau: Client, service: Client) -> None:
    await fill()
    elsewhere = await service.login("reports-elsewhere")
    await make_staff(elsewhere.account_id, town_code=(await make_station(town_code="321084115")).town_id)

    report = (await elsewhere.get(f"{REPORT}?{SPAN}")).json

    assert {figure["value"] for figure in report["figures"]} == {0}
    assert report["median_days"] is None
    assert "本乡镇" in report["notes"][1]


async def test_the_workbook_holds_the_figures_and_the_records(bureau: Client) -> None:
    await fill()

    answer = await bureau.get(f"{REPORT}.xlsx?{SPAN}")

    book = load_workbook(io.BytesIO(answer.body))
    rows = {row[0]: row[1] for row in book.worksheets[0].iter_rows(values_only=True)}
    assert (rows["妥投"], rows["收寄到签收天数（中位数）"]) == (3, 3)
    assert "6. 妥投" in book.sheetnames
    assert await AuditEntry.filter(action="parcel_report.exported").count() == 1


@pytest.mark.parametrize("span", ["from=2026-11-02&to=2026-11-01", "from=2025-01-01&to=2026-06-01"])
async def test_a_span_that_is_none_is_refused(bureau: Client, span: str) -> None:
    for path in (REPORT, f"{REPORT}.xlsx", f"{REPORT}/booked"):
        answer = await bureau.get(f"{path}?{span}")
        assert (answer.status, answer.code) == (422, "SpanInvalid")
