"""优惠导入"""

import asyncio
import json
from typing import Any

import pytest
import pytest_asyncio

from models.accounts import StaffRole
from models.audit import AuditEntry
from models.merchants import Branch
from models.perks import Perk, PerkBranch, PerkState
from models.redemptions import PerkUsage
from server.tables.writing import write_csv, write_xlsx
from tests.factories.merchants import make_branch, make_merchant, make_town
from tests.factories.perks import make_category, make_perk
from tests.merchants.conftest import make_staff
from tests.service import Answer, Client

NAMES = (
    *("编号", "类别", "名称", "说明", "商户信用代码", "提供单位", "门店", "开始日期", "结束日期", "星期", "时段"),
    *("适用证件", "户籍要求", "出示材料", "每人每日", "每人每月", "每人每年", "每人总计", "每日总量", "总量"),
    *("依据文件", "状态"),
)
PLAIN = {
    "编号": "GY-001",
    "类别": "生活服务",
    "名称": "早茶九折",
    "说明": "堂食早茶九折",
    "提供单位": "高邮市退役军人事务局",
    "依据文件": "合作协议",
}


@pytest_asyncio.fixture
async def administrator(service: Client) -> Client:
    await make_category()
    await make_town("321084001", "高邮街道")
    await make_town("321084110", "三垛镇")
    return await make_staff(service, "an-administrator", role=StaffRole.ADMINISTRATOR)


def sheet(*rows: dict[str, Any]) -> bytes:
    return write_xlsx(
        title="优惠",
        columns=[(name, 12) for name in NAMES],
        rows=[[row.get(name, "") for name in NAMES] for row in rows],
    )


async def upload(administrator: Client, *rows: dict[str, Any], dry_run: bool = False) -> Answer:
    address = f"/v1/staff/perk-imports?dry_run={str(dry_run).lower()}"
    return await administrator.upload(address, filename="优惠.xlsx", data=sheet(*rows))


def counts(answer: Answer) -> tuple[int, int, int, int]:
    assert answer.status == 200, answer.json
    return tuple(answer.json[name] for name in ("rows", "created", "updated", "unchanged"))


async def shop(*names: str) -> tuple[str, list[Branch]]:
    merchant = await make_merchant(name="秦邮早茶")
    return merchant.credit_code, [await make_branch(merchant_id=merchant.id, name=name) for name in names]


async def test_a_row_becomes_a_perk_with_all_its_terms(service: Client, administrator: Client) -> None:
    code, (north, _) = await shop("北店", "南店")
    row = PLAIN | {
        "商户信用代码": code,
        "提供单位": "",
        "门店": "北店",
        "开始日期": "2026-01-01",
        "结束日期": "2026/12/31",
        "星期": "周一至周五",
        "时段": "9:00-14:00、18:00～02:00",
        "适用证件": "退役军人",
        "户籍要求": "高邮",
        "出示材料": "本人优待证",
        "每人每日": 1,
        "总量": 500,
        "状态": "上线",
    }

    answer = await upload(administrator, row)

    assert counts(answer) == (1, 1, 0, 0)
    perk = await Perk.get(number="GY-001")
    assert (perk.state, perk.provider, perk.merchant_id) == (PerkState.LIVE, "秦邮早茶", north.merchant_id)
    assert (str(perk.starts_on), str(perk.ends_on), perk.weekdays) == ("2026-01-01", "2026-12-31", 0b11111)
    assert (perk.hours, perk.card_kinds) == (("09:00-14:00", "18:00-02:00"), ("veteran",))
    assert perk.households == ("321084001", "321084110")
    assert (perk.per_person_day, perk.per_person_month, perk.total_ever) == (1, None, 500)
    assert await PerkBranch.filter(perk_id=perk.id).values_list("branch_id", flat=True) == [north.id]


async def test_an_imported_perk_is_found_by_its_words(service: Client, administrator: Client) -> None:
    await upload(administrator, PLAIN | {"状态": "上线"})
    before = await service.get("/v1/perks", params={"q": "早茶"})

    await upload(administrator, PLAIN | {"名称": "汗蒸体验", "说明": "免费一次"})
    after = await service.get("/v1/perks", params={"q": "汗蒸"})
    gone = await service.get("/v1/perks", params={"q": "早茶"})

    assert [len(answer.json["items"]) for answer in (before, after, gone)] == [1, 1, 0]


async def test_no_branch_named_means_every_open_branch(service: Client, administrator: Client) -> None:
    code, branches = await shop("北店", "南店")
    await administrator.post(f"/v1/staff/branches/{branches[1].id}/closure")

    await upload(administrator, PLAIN | {"商户信用代码": code})

    perk = await Perk.get(number="GY-001")
    assert await PerkBranch.filter(perk_id=perk.id).values_list("branch_id", flat=True) == [branches[0].id]


async def test_the_same_file_again_changes_nothing(service: Client, administrator: Client) -> None:
    code, _ = await shop("北店")
    rows = [PLAIN | {"户籍要求": "三垛镇", "时段": "09:00-21:00"}, PLAIN | {"编号": "GY-002", "商户信用代码": code}]
    await upload(administrator, *rows)
    before = await Perk.all().order_by("id").values()

    again = await upload(administrator, *rows)

    assert counts(again) == (2, 0, 0, 2)
    assert await Perk.all().order_by("id").values() == before


async def test_a_known_number_is_updated_with_its_branches(service: Client, administrator: Client) -> None:
    code, (north, south) = await shop("北店", "南店")
    row = PLAIN | {"商户信用代码": code, "门店": "北店"}
    await upload(administrator, row)
    perk = await Perk.get(number="GY-001")

    answer = await upload(administrator, row | {"名称": "早茶八折", "门店": "南店"}, PLAIN | {"编号": "GY-002"})

    assert counts(answer) == (2, 1, 1, 0)
    updated = await Perk.get(number="GY-001")
    assert (updated.id, updated.title) == (perk.id, "早茶八折")
    assert await PerkBranch.filter(perk_id=perk.id).values_list("branch_id", flat=True) == [south.id]
    assert north.id != south.id


async def test_a_dry_run_reports_and_stores_nothing(service: Client, administrator: Client) -> None:
    answer = await upload(administrator, PLAIN, dry_run=True)

    assert answer.json == {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "dry_run": True}
    assert await Perk.all().count() == 0
    assert await AuditEntry.filter(action="perks.imported").count() == 0


@pytest.mark.parametrize(
    ("fault", "column"),
    [
        ({"类别": "没有的类别"}, "类别"),
        ({"商户信用代码": "91321084000000000A"}, "商户信用代码"),
        ({"商户信用代码": "123"}, "商户信用代码"),
        ({"提供单位": ""}, "提供单位"),
        ({"门店": "北店"}, "门店"),
        ({"结束日期": "昨天"}, "结束日期"),
        ({"开始日期": "2026-02-02", "结束日期": "2026-02-01"}, "结束日期"),
        ({"星期": "星期八"}, "星期"),
        ({"时段": "25:00-26:00"}, "时段"),
        ({"适用证件": "军官"}, "适用证件"),
        ({"户籍要求": "上海"}, "户籍要求"),
        ({"每人每日": "0"}, "每人每日"),
        ({"每人每日": "9", "每人每月": "3"}, "每人每月"),
        ({"依据文件": "", "状态": "上线"}, "依据文件"),
        ({"状态": "随便"}, "状态"),
    ],
)
async def test_a_fault_is_told_by_row_and_column_and_nothing_is_stored(
    service: Client, administrator: Client, fault: dict[str, str], column: str
) -> None:
    answer = await upload(administrator, PLAIN | {"编号": "GY-000"}, PLAIN | fault)

    assert (answer.status, answer.code) == (422, "TableRejected")
    assert [error["field"].split("(")[0] for error in answer.json["errors"]] == [f"第3行「{column}」"]
    assert await Perk.all().count() == 0


async def test_an_unknown_branch_is_told_by_name(service: Client, administrator: Client) -> None:
    code, _ = await shop("北店")

    answer = await upload(administrator, PLAIN | {"商户信用代码": code, "门店": "北店、东店"})

    assert answer.code == "TableRejected"
    assert "东店" in answer.json["errors"][0]["message"]


async def test_a_merchant_without_open_branches_cannot_go_live(service: Client, administrator: Client) -> None:
    code, _ = await shop()

    answer = await upload(administrator, PLAIN | {"商户信用代码": code, "状态": "上线"})

    assert [error["field"].split("(")[0] for error in answer.json["errors"]] == ["第2行「门店」"]


async def test_a_suspended_perk_takes_new_terms_and_stays_suspended(service: Client, administrator: Client) -> None:
    perk = await make_perk(number="GY-001", state=PerkState.SUSPENDED, state_reason="投诉核实中")

    answer = await upload(administrator, PLAIN | {"状态": "上线"})

    after = await Perk.get(id=perk.id)
    assert counts(answer) == (1, 0, 1, 0)
    assert (after.title, after.state, after.state_reason) == ("早茶九折", PerkState.SUSPENDED, "投诉核实中")


async def test_a_live_perk_is_not_sent_back_to_draft(service: Client, administrator: Client) -> None:
    await make_perk(number="GY-001")

    answer = await upload(administrator, PLAIN | {"状态": "草稿"})

    assert answer.json["errors"][0]["field"].startswith("第2行「状态」")


async def test_an_ended_perk_is_not_changed(service: Client, administrator: Client) -> None:
    await make_perk(number="GY-001", state=PerkState.ENDED)

    answer = await upload(administrator, PLAIN)

    assert answer.json["errors"][0]["field"].startswith("第2行「编号」")


async def test_a_number_of_another_merchant_is_not_taken_over(service: Client, administrator: Client) -> None:
    await make_perk(number="GY-001", branches=[await make_branch()])

    answer = await upload(administrator, PLAIN)

    assert answer.json["errors"][0]["field"].startswith("第2行「编号」")


async def test_a_total_below_what_is_used_is_told_with_the_figure(service: Client, administrator: Client) -> None:
    perk = await make_perk(number="GY-001", total_ever=100)
    await PerkUsage.create(perk_id=perk.id, subject="all", period="ever", used=37)

    answer = await upload(administrator, PLAIN | {"总量": 36})

    assert "37" in answer.json["errors"][0]["message"]


async def test_one_import_is_one_audit_entry_with_its_counts(service: Client, administrator: Client) -> None:
    await upload(administrator, PLAIN, PLAIN | {"编号": "GY-002"})

    entry = await AuditEntry.get(action="perks.imported")
    assert json.loads(entry.detail) == {"rows": 2, "created": 2, "updated": 0}
    assert len(entry.record_id) == 64


async def test_two_imports_at_once_store_every_perk_once(service: Client, administrator: Client) -> None:
    code, _ = await shop("北店")
    rows = [PLAIN | {"编号": f"GY-{number}", "商户信用代码": code} for number in range(20)]

    answers = await asyncio.gather(*(upload(administrator, *rows) for _ in range(4)))

    assert {answer.code for answer in answers} <= {"", "PerksChangedMeanwhile"}
    assert "" in {answer.code for answer in answers}
    assert await Perk.all().count() == await PerkBranch.all().count() == 20


async def test_a_csv_is_taken_too(service: Client, administrator: Client) -> None:
    data = write_csv(columns=list(PLAIN), rows=[list(PLAIN.values())])

    answer = await administrator.upload("/v1/staff/perk-imports", filename="优惠.csv", data=data)

    assert counts(answer) == (1, 1, 0, 0)


async def test_the_template_reads_back_as_a_table_without_rows(service: Client, administrator: Client) -> None:
    template = await administrator.get("/v1/staff/perk-template")
    answer = await administrator.upload("/v1/staff/perk-imports", filename="模板.xlsx", data=template.body)

    assert template.status == 200
    assert (answer.status, answer.code) == (422, "TableHasNoRows")


async def test_only_an_administrator_imports(service: Client, administrator: Client) -> None:
    staff = await make_staff(service, "town-staff", role=StaffRole.STAFF, town_code="321084001")

    answer = await upload(staff, PLAIN)

    assert (answer.status, answer.code) == (403, "NotAdministrator")
