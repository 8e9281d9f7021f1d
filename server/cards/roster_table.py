"""花名册表样 — the columns of the roster of card holders, and what must agree between its rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from models.cards import CardKind
from models.identifiers import IdNumber, Mobile
from models.towns import ELSEWHERE, Town, TownNames
from server.cards.identity import parse_card_number, parse_name
from server.tables.columns import Column, ParsedRow, RowFault, TableShape
from server.tables.export import export_template
from server.tables.parsers import day

_KIND_WORDS = {
    CardKind.VETERAN: ("退役军人", "退役军人优待证", "退役", "退伍军人"),
    CardKind.BEREAVED_FAMILY: (
        "三属",
        "遗属",
        "烈属",
        "三属优待证",
        "烈士遗属",
        "因公牺牲军人遗属",
        "病故军人遗属",
        CardKind.BEREAVED_FAMILY.label,
    ),
}
_KINDS = {word: kind for kind, words in _KIND_WORDS.items() for word in words}


def parse_kind(text: str) -> CardKind:
    """Return the kind of card that people name in one of several ways."""
    kind = _KINDS.get(re.sub(r"\s", "", text))
    if kind is None:
        raise ValueError("请写「退役军人」或「三属」")
    return kind


NAME = Column(name="姓名", key="name", parse=parse_name, required=True, example="张三", help="与身份证一致。", width=12)
ID_NUMBER = Column(
    name="身份证号",
    key="id_number",
    parse=IdNumber.parse,
    required=True,
    example="11010519491231002X",
    help="18 位，末位可以是 X。",
    aliases=("身份证", "身份证号码", "公民身份号码"),
    width=24,
)
NUMBER = Column(
    name="优待证号",
    key="number",
    parse=parse_card_number,
    required=True,
    unique=True,
    example="YD00000000001234",
    help="证面上的优待证编号，不是银行卡号。",
    aliases=("优待证编号", "证件编号", "优待证号码"),
    width=24,
)
KIND = Column(
    name="证件类别",
    key="kind",
    parse=parse_kind,
    required=True,
    example="退役军人",
    help="退役军人优待证写「退役军人」；烈士、因公牺牲军人、病故军人遗属优待证写「三属」。",
    aliases=("类别", "优待证类别"),
)
MOBILE = Column(
    name="手机号", key="mobile", parse=Mobile.parse, example="18000001999", aliases=("手机", "联系电话", "手机号码")
)
ISSUED_ON = Column(name="发证日期", key="issued_on", parse=day, example="2024-05-01", aliases=("发证时间",))
EXPIRES_ON = Column(
    name="有效期至",
    key="expires_on",
    parse=day,
    example="2034-05-01",
    help="长期有效的不填。",
    aliases=("有效期", "到期日期"),
)
_TOWN_HELP = f"13 个乡镇街道之一，写名称或代码；户籍不在高邮的写「{ELSEWHERE}」或不填。"


def town_column(towns: Sequence[Town]) -> Column[str | None]:
    """Return the column of the household's town, which knows the towns by name, short name and code."""
    return Column(
        name="户籍乡镇",
        key="town",
        parse=TownNames.of(towns).read,
        example=towns[0].name if towns else "",
        help=_TOWN_HELP,
        aliases=("户籍地", "乡镇", "户籍所在乡镇", "户籍"),
    )


def shape_for(towns: Sequence[Town]) -> TableShape:
    """Return the shape of the roster for the towns of the place."""
    return TableShape(
        title="优待证持证人花名册",
        columns=(NAME, ID_NUMBER, NUMBER, KIND, town_column(towns), MOBILE, ISSUED_ON, EXPIRES_ON),
        checks=(one_card_of_a_kind, one_person_one_description, period_in_order),
    )


async def roster_shape() -> TableShape:
    """Return the shape of the roster, for the import and the command line."""
    return shape_for(await Town.all().order_by("position"))


async def roster_template() -> bytes:
    """Return the workbook that people fill in; its drop-downs offer the words that the bureau uses."""
    towns = await Town.all().order_by("position")
    offered = {KIND.key: ("退役军人", "三属"), "town": (*(town.name for town in towns), ELSEWHERE)}
    shape = shape_for(towns)
    columns = tuple(replace(column, choices=offered.get(column.key, ())) for column in shape.columns)
    return await export_template(replace(shape, columns=columns))


def one_card_of_a_kind(rows: Sequence[ParsedRow]) -> Iterator[RowFault]:
    """Yield the rows in which a person is listed again with the same kind of card."""
    seen: dict[tuple[object, object], int] = {}
    for row in rows:
        person, kind = row.values[ID_NUMBER.key], row.values[KIND.key]
        if person is None or kind is None:
            continue
        first = seen.setdefault((person, kind), row.number)
        if first != row.number:
            yield row.number, ID_NUMBER.key, f"第 {first} 行已有这个人的同类别优待证，请只保留有效的一张"


def one_person_one_description(rows: Sequence[ParsedRow]) -> Iterator[RowFault]:
    """Yield the rows that describe a person otherwise than the first row with the same ID number."""
    first_rows: dict[object, ParsedRow] = {}
    for row in rows:
        person = row.values[ID_NUMBER.key]
        if person is None:
            continue
        first = first_rows.setdefault(person, row)
        for key in (NAME.key, "town", MOBILE.key):
            if row.values[key] != first.values[key]:
                yield row.number, key, f"和第 {first.number} 行的身份证号相同，这一项却不一样，请核对"


def period_in_order(rows: Sequence[ParsedRow]) -> Iterator[RowFault]:
    """Yield the rows whose card ends before it begins."""
    for row in rows:
        issued, expires = row.values[ISSUED_ON.key], row.values[EXPIRES_ON.key]
        if isinstance(issued, date) and isinstance(expires, date) and expires < issued:
            yield row.number, EXPIRES_ON.key, "早于发证日期，请核对两个日期"
