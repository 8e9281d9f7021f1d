"""招聘会导入 — drafts from a spreadsheet, and last year's fairs as they were held."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.clock import BEIJING, beijing, utc_now
from models.audit import AuditEntry
from models.fairs import FairState, JobFair
from models.towns import Town
from server.jobs.fairs.import_columns import parse_end, parse_instant
from server.jobs.fairs.importing import ENTERED_AFTERWARDS, import_fairs
from server.tables.faults import TableRejected
from server.tables.report import ImportReport
from server.tables.writing import write_xlsx
from tests.factories.jobs import make_fair
from tests.factories.merchants import make_town
from tests.service import Client

NAMES = ("编号", "名称", "地点", "乡镇", "开始时间", "结束时间", "容量")
PLAIN = {
    "编号": "2027-01",
    "名称": "退役军人专场招聘会",
    "地点": "示例人力资源市场",
    "乡镇": "全市",
    "开始时间": "2027-03-28 08:30",
    "结束时间": "11:30",
    "容量": "300",
}
AT = utc_now()


def sheet(*rows: dict[str, Any]) -> bytes:
    return write_xlsx(
        title="招聘会",
        columns=[(name, 20) for name in NAMES],
        rows=[[row.get(name, "") for name in NAMES] for row in rows],
    )


async def load(*rows: dict[str, Any], **options: Any) -> ImportReport:
    values: dict[str, Any] = {"dry_run": False, "account_id": None, "role": "system", "at": AT}
    return await import_fairs(data=sheet(*rows), filename="招聘会.xlsx", **(values | options))


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.rows, report.created, report.updated, report.unchanged


async def faults(*rows: dict[str, Any], **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(TableRejected) as caught:
        await load(*rows, **options)
    return [(error.field, error.message) for error in caught.value.errors]


@pytest.mark.parametrize(
    "text",
    ["2027-03-28 08:30", "2027/3/28 8:30", "2027年3月28日 8:30", "2027年3月28日08：30", "2027-03-28T08:30:00"],
)
def test_an_instant_is_read_as_people_write_it(text: str) -> None:
    assert parse_instant(text) == datetime(2027, 3, 28, 8, 30, tzinfo=BEIJING)


@pytest.mark.parametrize(
    "text", ["2027-03-28", "08:30", "3月28日 8:30", "2027-02-30 08:30", "2027-03-28 25:00", "下周六"]
)
def test_what_is_no_instant_is_refused_in_chinese(text: str) -> None:
    with pytest.raises(ValueError, match=r"[一-龥]"):
        parse_instant(text)


def test_an_end_may_be_a_time_of_day_alone() -> None:
    assert str(parse_end("11:30")) == "11:30:00"
    assert parse_end("2027-03-29 11:30") == datetime(2027, 3, 29, 11, 30, tzinfo=BEIJING)


async def test_a_row_becomes_a_draft_and_the_same_file_again_changes_nothing(database: object) -> None:
    await make_town("321084109", "甘垛镇")
    rows = (PLAIN, PLAIN | {"编号": "2027-02", "乡镇": "甘垛镇", "容量": ""})

    first, again = await load(*rows), await load(*rows)

    assert (counts(first), counts(again)) == ((2, 2, 0, 0), (2, 0, 0, 2))
    fair = await JobFair.get(number="2027-01")
    assert (fair.state, fair.published_at, fair.town_id, fair.capacity) == (FairState.DRAFT, None, None, 300)
    assert beijing(fair.starts_at) == datetime(2027, 3, 28, 8, 30, tzinfo=BEIJING)
    assert beijing(fair.ends_at) == datetime(2027, 3, 28, 11, 30, tzinfo=BEIJING)
    other = await JobFair.get(number="2027-02")
    assert (other.town_id, other.capacity) == ("321084109", None)


async def test_a_dry_run_stores_nothing_and_a_draft_is_updated_by_its_number(database: object) -> None:
    dry = await load(PLAIN, dry_run=True)
    assert (counts(dry), dry.dry_run, await JobFair.all().count()) == ((1, 1, 0, 0), True, 0)
    await load(PLAIN)

    report = await load(PLAIN | {"地点": "示例体育馆"})

    assert counts(report) == (1, 0, 1, 0)
    assert (await JobFair.get(number="2027-01")).place == "示例体育馆"
    assert await AuditEntry.filter(action="fairs.imported").count() == 2


async def test_every_fault_is_told_by_row_and_column_and_nothing_is_stored(database: object) -> None:
    found = await faults(
        PLAIN,
        PLAIN | {"编号": "2027-02", "乡镇": "甘朵镇"},
        PLAIN | {"编号": "2027-03", "开始时间": "2027-03-28", "容量": "0"},
        PLAIN | {"编号": "2027-04", "结束时间": "08:30"},
        PLAIN | {"编号": "2027-01", "名称": ""},
    )

    assert [field for field, _ in found] == [
        "第2行「编号」(A2)",
        "第3行「乡镇」(D3)",
        "第4行「开始时间」(E4)",
        "第4行「容量」(G4)",
        "第5行「结束时间」(F5)",
        "第6行「编号」(A6)",
        "第6行「名称」(B6)",
    ]
    assert await JobFair.all().count() == 0


async def test_a_published_fair_is_not_changed_by_an_import_and_may_stand_in_it_unchanged(database: object) -> None:
    await load(PLAIN)
    await JobFair.filter(number="2027-01").update(state=FairState.PUBLISHED, published_at=AT)

    assert counts(await load(PLAIN)) == (1, 0, 0, 1)
    [(field, message)] = await faults(PLAIN | {"容量": "500"})

    assert (field, "已发布" in message) == ("第2行「编号」(A2)", True)


async def test_last_years_fairs_are_recorded_as_held_with_a_note_and_on_record(database: object) -> None:
    held = PLAIN | {"编号": "2025-01", "开始时间": "2025-03-28 08:30"}
    await load(held)

    report = await load(held, held | {"编号": "2025-02"}, published_past=True)
    again = await load(held, held | {"编号": "2025-02"}, published_past=True)

    assert (counts(report), counts(again)) == ((2, 1, 1, 0), (2, 0, 0, 2))
    for fair in await JobFair.all():
        assert (fair.state, fair.state_reason) == (FairState.PUBLISHED, ENTERED_AFTERWARDS)
        assert fair.was_entered_afterwards
    entries = await AuditEntry.filter(action="fairs.imported").order_by("id").values_list("detail", flat=True)
    assert [json.loads(detail).get("note") for detail in entries] == [None, ENTERED_AFTERWARDS, ENTERED_AFTERWARDS]


async def test_a_fair_that_is_not_over_is_not_recorded_as_held(database: object) -> None:
    end = beijing(AT + timedelta(hours=1))
    running = PLAIN | {"开始时间": f"{end - timedelta(hours=9):%Y-%m-%d %H:%M}", "结束时间": f"{end:%Y-%m-%d %H:%M}"}

    [(field, message)] = await faults(running, published_past=True)

    assert (field, "还没有结束" in message) == ("第2行「结束时间」(F2)", True)
    assert await JobFair.all().count() == 0


async def test_a_cancelled_fair_is_not_revived_by_an_import(database: object) -> None:
    await make_fair(number="2027-01", state="cancelled")

    [(field, _)] = await faults(PLAIN)

    assert field == "第2行「编号」(A2)"


async def test_staff_upload_a_file_and_download_the_template_that_reads_back(
    service: Client, administrator: Client
) -> None:
    await make_town("321084109", "甘垛镇")

    template = await administrator.get("/v1/staff/fair-template")
    dry = await administrator.upload("/v1/staff/fair-imports?dry_run=true", filename="a.xlsx", data=sheet(PLAIN))
    empty = await administrator.upload("/v1/staff/fair-imports", filename="a.xlsx", data=template.body)
    real = await administrator.upload("/v1/staff/fair-imports", filename="a.xlsx", data=sheet(PLAIN))

    assert template.body[:2] == b"PK"
    assert (dry.json["created"], dry.json["dry_run"]) == (1, True)
    assert (empty.status, empty.code) == (422, "TableHasNoRows")
    assert (real.json["created"], await JobFair.all().count()) == (1, 1)
    assert await Town.exists(code="321084109")
    from openpyxl import load_workbook

    assert [cell.value for cell in load_workbook(io.BytesIO(template.body)).worksheets[0][1]] == list(NAMES)
