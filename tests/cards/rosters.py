"""花名册样本 — rosters as CSV that a test describes by what matters to it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from models.towns import Town
from server.cards.roster import Importer, import_roster
from server.tables.report import ImportReport
from tests.factories.cards import sample_id_number

HEADERS = ("姓名", "身份证号", "优待证号", "证件类别", "户籍乡镇", "手机号", "发证日期", "有效期至")
AT = datetime(2026, 11, 23, 4, tzinfo=UTC)
OPERATOR = Importer(account_id=None, role="operator")


def line(number: int, **overrides: str) -> dict[str, str]:
    """Return a good row of the roster, another person and card for each number."""
    row = {
        "姓名": "张三丰",
        "身份证号": sample_id_number(number),
        "优待证号": f"YD{number:012d}",
        "证件类别": "退役军人",
        "户籍乡镇": "三垛镇",
        "手机号": f"180{number:08d}",
        "发证日期": "2024-05-01",
        "有效期至": "2034-05-01",
    }
    return row | overrides


def csv_of(rows: Sequence[Mapping[str, str]], headers: Sequence[str] = HEADERS) -> bytes:
    """Return rows as CSV."""
    lines = [",".join(headers), *(",".join(row[name] for name in headers) for row in rows)]
    return "\r\n".join(lines).encode("utf-8-sig")


async def make_towns() -> None:
    """Make three of the towns under their official codes."""
    for position, (code, name) in enumerate(
        (("321084109", "三垛镇"), ("321084200", "菱塘回族乡"), ("321084401", "城南经济新区(车逻镇)"))
    ):
        await Town.get_or_create(code=code, defaults={"name": name, "position": position})


async def bring_in(*rows: Mapping[str, str], headers: Sequence[str] = HEADERS, **overrides: Any) -> ImportReport:
    """Import rows as the command line does."""
    values: dict[str, Any] = {"dry_run": False, "importer": OPERATOR, "at": AT}
    return await import_roster(data=csv_of(rows, headers), filename="roster.csv", **(values | overrides))
