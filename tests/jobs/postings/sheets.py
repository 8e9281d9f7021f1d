"""岗位表格 — sheets that tests upload."""

from collections.abc import Sequence
from typing import Any

from models.employers import Employer
from server.tables.writing import write_csv
from tests.factories.employers import make_employer
from tests.factories.jobs import make_fair
from tests.service import Answer, Client

OWN = "/v1/employer/job-imports"
FOR_MANY = "/v1/staff/job-imports"
ROW: dict[str, Any] = {
    "岗位编号": "A-1",
    "岗位名称": "示例数控车工",
    "岗位类别": "普通岗位",
    "招聘人数": "5人",
    "工作地点(乡镇)": "界首镇",
    "详细地址": "高邮市界首镇示例路 3 号",
    "薪资": "5000-7000元/月·13薪",
    "经验要求": "3年以上",
    "学历要求": "高中及以上",
    "年龄要求": "18-45周岁",
    "福利待遇": "五险一金、包吃住",
    "岗位职责/要求": "操作数控车床，看懂图纸",
    "联系人": "木婉清",
    "联系电话": "0514-84612345",
    "截止日期": "",
}


def sheet(*rows: dict[str, Any]) -> bytes:
    """Return a CSV of rows; a name that one row has is a column."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return write_csv(columns=names, rows=[[row.get(name, "") for name in names] for row in rows])


async def upload(client: Client, path: str, *rows: dict[str, Any], **query: bool) -> Answer:
    """Upload rows."""
    asked = "&".join(f"{name}={str(value).lower()}" for name, value in query.items())
    return await client.upload(f"{path}?{asked}", filename="岗位.csv", data=sheet(*rows))


def counts(answer: Answer) -> tuple[int, ...]:
    """Return rows, created, updated and unchanged of an import that was done."""
    assert answer.status == 200, answer.json
    return tuple(answer.json[name] for name in ("rows", "created", "updated", "unchanged"))


def places(answer: Answer) -> list[str]:
    """Return the rows and columns at fault."""
    assert (answer.status, answer.code) == (422, "TableRejected"), answer
    return [error["field"].partition("」")[0] + "」" for error in answer.json["errors"]]


def messages(answer: Answer) -> list[str]:
    """Return what is wrong, in words."""
    return [error["message"] for error in answer.json["errors"]]


def numbered(row: dict[str, Any], numbers: Sequence[object]) -> list[dict[str, Any]]:
    """Return a row under each of the numbers."""
    return [row | {"岗位编号": f"N-{number}"} for number in numbers]


def row(employer: Employer, **overrides: Any) -> dict[str, Any]:
    """Return a row of an employer in the sheet of staff."""
    whose = {"用人单位信用代码": employer.credit_code, "用人单位名称": "", "招聘会编号": "", "展位": ""}
    return whose | ROW | overrides


async def many_rows(number: int) -> list[dict[str, Any]]:
    """Return rows of one opening each, of sixty employers at five fairs."""
    fairs = [await make_fair() for _ in range(5)]
    employers = [await make_employer() for _ in range(60)]
    return [
        row(
            employers[n % 60],
            岗位编号=f"N-{n}",
            招聘会编号=fairs[n % 5].number,
            展位=f"A{n % 60}",
            招聘人数=1,
        )
        for n in range(number)
    ]
