"""用人单位导入"""

import asyncio
import json
from typing import Any

import pytest
import pytest_asyncio

from models.audit import AuditEntry
from models.employers import Employer, EmployerNature, EmployerState
from server.tables.writing import write_csv
from tests.employers.people import CODE, wrong_check_sign
from tests.factories.merchants import SOME_TOWN, make_town, sample_credit_code
from tests.service import Answer, Client

PATH = "/v1/staff/employer-imports"
ROW: dict[str, Any] = {
    "单位名称": "高邮示例机械厂",
    "统一社会信用代码": CODE,
    "所在乡镇": "界首镇",
    "地址": "工业园区 8 号",
    "联系人": "木婉清",
    "联系人手机号": "18012341999",
    "单位性质": "国有企业",
    "已审核": "是",
}
_KEPT = ("id", "name", "credit_code", "town_id", "address", "nature", "state", "updated_at")


@pytest_asyncio.fixture(autouse=True)
async def towns(service: Client) -> None:
    await make_town(SOME_TOWN, "界首镇")
    await make_town("321084101", "龙虬镇")


async def upload(staff: Client, *rows: dict[str, Any], dry_run: bool = False) -> Answer:
    names = list(dict.fromkeys(name for row in rows for name in row))
    data = write_csv(columns=names, rows=[[row.get(name, "") for name in names] for row in rows])
    return await staff.upload(f"{PATH}?dry_run={str(dry_run).lower()}", filename="用人单位.csv", data=data)


def counts(answer: Answer) -> tuple[int, ...]:
    assert answer.status == 200, answer.json
    return tuple(answer.json[name] for name in ("rows", "created", "updated", "unchanged"))


async def test_a_row_becomes_an_employer_that_the_importing_staff_approved(
    service: Client, administrator: Client
) -> None:
    answer = await upload(administrator, ROW | {"单位简介": "做零件"})

    assert counts(answer) == (1, 1, 0, 0)
    employer = await Employer.get(credit_code=CODE)
    assert (employer.name, employer.town_id, employer.address) == ("高邮示例机械厂", SOME_TOWN, "工业园区 8 号")
    assert (employer.nature, employer.state) == (EmployerNature.STATE_ENTERPRISE, EmployerState.APPROVED)
    assert (employer.contact_name, employer.contact_mobile) == ("木婉清", "18012341999")
    assert employer.introduction == "做零件"
    noted = AuditEntry.filter(account_id=administrator.account_id, action__startswith="employer")
    entries = await noted.order_by("id").values_list("action", flat=True)
    assert entries == ["employer.entered", "employer.approved", "employers.imported"]


@pytest.mark.parametrize("word", ["否", ""])
async def test_a_row_that_is_not_approved_waits_for_vetting(service: Client, administrator: Client, word: str) -> None:
    answer = await upload(administrator, ROW | {"已审核": word})

    assert counts(answer) == (1, 1, 0, 0)
    assert (await Employer.get(credit_code=CODE)).state is EmployerState.SUBMITTED


async def test_sixty_employers_come_from_one_sheet_and_again_change_nothing(
    service: Client, administrator: Client
) -> None:
    rows = [
        ROW | {"单位名称": f"高邮示例单位{n}", "统一社会信用代码": sample_credit_code(810_000 + n), "所在乡镇": town}
        for n, town in zip(range(60), ("界首", "高邮市龙虬镇", "外地", "") * 15, strict=True)
    ]
    first = await upload(administrator, *rows)
    before = await Employer.all().order_by("id").values(*_KEPT)

    again = await upload(administrator, *rows)

    assert counts(first) == (60, 60, 0, 0)
    assert counts(again) == (60, 0, 0, 60)
    assert await Employer.all().order_by("id").values(*_KEPT) == before
    assert await Employer.filter(town_id=None).count() == 30


async def test_a_known_employer_is_brought_up_to_date_and_blank_cells_leave_what_is_stored(
    service: Client, administrator: Client
) -> None:
    await upload(administrator, ROW | {"单位简介": "做零件"})

    answer = await upload(administrator, ROW | {"地址": "新园区 1 号", "单位性质": "", "单位简介": ""})

    employer = await Employer.get(credit_code=CODE)
    assert counts(answer) == (1, 0, 1, 0)
    assert (employer.address, employer.nature, employer.introduction) == (
        *("新园区 1 号", EmployerNature.STATE_ENTERPRISE, "做零件"),
    )
    entry = await AuditEntry.get(action="employer.changed")
    assert json.loads(entry.detail) == {"fields": ["address"]}


async def test_a_submitted_employer_is_approved_by_the_sheet(service: Client, administrator: Client) -> None:
    await upload(administrator, ROW | {"已审核": "否"})

    answer = await upload(administrator, ROW)

    assert counts(answer) == (1, 0, 1, 0)
    assert (await Employer.get(credit_code=CODE)).state is EmployerState.APPROVED
    assert await AuditEntry.filter(action="employer.approved").count() == 1


async def test_a_dry_run_stores_nothing(service: Client, administrator: Client) -> None:
    answer = await upload(administrator, ROW, dry_run=True)

    assert answer.json == {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "dry_run": True}
    assert await Employer.all().count() == 0
    assert await AuditEntry.filter(action__startswith="employer").count() == 0


@pytest.mark.parametrize(
    ("fault", "column", "words"),
    [
        ({"单位名称": ""}, "单位名称", "没有填"),
        ({"统一社会信用代码": "12"}, "统一社会信用代码", "18 位"),
        ({"统一社会信用代码": wrong_check_sign(CODE)}, "统一社会信用代码", "校验位"),
        ({"所在乡镇": "南京"}, "所在乡镇", "没有这个乡镇"),
        ({"地址": ""}, "地址", "没有填"),
        ({"联系人手机号": "0514-84612345"}, "联系人手机号", "11 位"),
        ({"单位性质": "私企"}, "单位性质", "下拉列表"),
        ({"已审核": "通过"}, "已审核", "下拉列表"),
    ],
)
async def test_a_fault_is_told_by_row_and_column_and_nothing_is_stored(
    service: Client, administrator: Client, fault: dict[str, str], column: str, words: str
) -> None:
    good = ROW | {"统一社会信用代码": sample_credit_code(820_000)}

    answer = await upload(administrator, good, ROW | fault)

    assert (answer.status, answer.code) == (422, "TableRejected")
    assert [error["field"].split("(")[0] for error in answer.json["errors"]] == [f"第3行「{column}」"]
    assert words in answer.json["errors"][0]["message"]
    assert await Employer.all().count() == 0


async def test_a_wrong_check_sign_is_taken_with_a_note(service: Client, administrator: Client) -> None:
    row = ROW | {"统一社会信用代码": wrong_check_sign(CODE), "信用代码说明": "早期试点证照如此"}

    first, again = [await upload(administrator, row) for _ in range(2)]

    assert (counts(first), counts(again)) == ((1, 1, 0, 0), (1, 0, 0, 1))
    assert (await Employer.get(credit_code=wrong_check_sign(CODE))).credit_code_note == "早期试点证照如此"


@pytest.mark.parametrize(
    ("fault", "column"),
    [({"单位名称": "别的名称"}, "单位名称"), ({"所在乡镇": "龙虬镇"}, "所在乡镇"), ({"单位性质": "机关"}, "单位性质")],
)
async def test_what_was_vetted_is_not_changed_by_a_sheet(
    service: Client, administrator: Client, fault: dict[str, str], column: str
) -> None:
    await upload(administrator, ROW)

    answer = await upload(administrator, ROW | fault)

    assert [error["field"].split("(")[0] for error in answer.json["errors"]] == [f"第2行「{column}」"]
    assert "更正" in answer.json["errors"][0]["message"]


@pytest.mark.parametrize("state", [EmployerState.REFUSED, EmployerState.SUSPENDED])
async def test_a_refused_or_suspended_employer_is_not_approved_by_a_sheet(
    service: Client, administrator: Client, state: EmployerState
) -> None:
    await upload(administrator, ROW)
    await Employer.all().update(state=state)

    answer = await upload(administrator, ROW)

    assert [error["field"].split("(")[0] for error in answer.json["errors"]] == ["第2行「已审核」"]
    assert state.label in answer.json["errors"][0]["message"]


async def test_staff_of_a_town_import_employers_of_it_and_of_none(
    service: Client, town_staff: Client, other_town_staff: Client
) -> None:
    outside = ROW | {"所在乡镇": "外地", "统一社会信用代码": sample_credit_code(820_001)}

    foreign = await upload(other_town_staff, ROW)
    own = await upload(town_staff, ROW, outside)
    taken = await upload(other_town_staff, ROW | {"所在乡镇": "龙虬镇"})

    assert [error["field"].split("(")[0] for error in foreign.json["errors"]] == ["第2行「所在乡镇」"]
    assert counts(own) == (2, 2, 0, 0)
    assert taken.json["errors"][0]["field"].startswith("第2行「统一社会信用代码」")
    assert taken.json["errors"][0]["message"].startswith("这个单位由其他乡镇")


async def test_two_imports_at_once_store_every_employer_once(service: Client, administrator: Client) -> None:
    rows = [ROW | {"统一社会信用代码": sample_credit_code(830_000 + n)} for n in range(10)]

    answers = await asyncio.gather(*(upload(administrator, *rows) for _ in range(3)))

    assert {answer.code for answer in answers} <= {"", "EmployersChangedMeanwhile"}
    assert await Employer.all().count() == 10
    assert await AuditEntry.filter(action="employer.approved").count() == 10


async def test_the_template_reads_back_as_a_table_without_rows(service: Client, administrator: Client) -> None:
    template = await administrator.get("/v1/staff/employer-template")
    answer = await administrator.upload(PATH, filename="模板.xlsx", data=template.body)

    assert (template.status, answer.code) == (200, "TableHasNoRows")
