"""招聘会表样 — the columns of the fairs table, and how people write instants in it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time

from config.clock import BEIJING
from models.errors import Invalid
from server.jobs.fairs.terms import check_period
from server.tables.columns import Column, ParsedRow, RowFault, TableShape
from server.tables.parsers import clock, count, day, text

WHOLE_CITY = "全市"
_CLOCK_ALONE = re.compile(r"\d{1,2}[:：]\d{2}([:：]\d{2})?")


def fair_shape(*, towns: Mapping[str, str]) -> TableShape:
    """Return the shape of the fairs table for the towns there are, as name → code."""
    codes: dict[str, str] = {WHOLE_CITY: "", **towns}
    return TableShape(
        title="招聘会",
        columns=(
            Column(name="编号", key="number", parse=_number, required=True, unique=True, example="2026-03",
                   help="每场一个编号；再次导入时按编号更新还在筹备的"),
            Column(name="名称", key="title", parse=text(120), required=True, example="退役军人专场招聘会", width=32),
            Column(name="地点", key="place", parse=text(200), required=True, example="高邮市人力资源市场", width=32),
            Column(name="乡镇", key="town_code", parse=codes.__getitem__, required=True, choices=tuple(codes),
                   example=WHOLE_CITY, help="主办的乡镇（街道），全市的选「全市」"),
            Column(name="开始时间", key="starts_at", parse=parse_instant, required=True, example="2026-03-28 08:30",
                   help="日期和时刻"),
            Column(name="结束时间", key="ends_at", parse=parse_end, required=True, example="11:30",
                   help="日期和时刻；同一天的可以只写时刻"),
            Column(name="容量", key="capacity", parse=count(least=1, most=100_000), example="300", width=10,
                   help="可以报名的人数；留空为不限"),
        ),
        checks=(_periods,),
    )  # fmt: skip


def parse_instant(value: str) -> datetime:
    """Return a Beijing instant written as 2026-03-28 08:30 or 2026年3月28日8:30.

    Raises:
        ValueError: the day or the time of day is missing or wrong; a Chinese sentence.
    """
    found = re.fullmatch(r"(.*?)[\sT]*(\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)", value)
    if found is None or not found[1]:
        raise ValueError("请写日期和时刻，如 2026-03-28 08:30")
    return datetime.combine(day(found[1].strip()), clock(found[2]), tzinfo=BEIJING)


def parse_end(value: str) -> datetime | time:
    """Return a Beijing instant, or a time of day alone, which is of the day of the beginning.

    Raises:
        ValueError: as ``parse_instant``.
    """
    return clock(value) if _CLOCK_ALONE.fullmatch(value) else parse_instant(value)


def period_of(row: ParsedRow) -> tuple[datetime, datetime]:
    """Return the beginning and the end of a row without faults."""
    starts_at, end = row.values["starts_at"], row.values["ends_at"]
    assert isinstance(starts_at, datetime)
    if isinstance(end, datetime):
        return starts_at, end
    assert isinstance(end, time)
    return starts_at, datetime.combine(starts_at.date(), end, tzinfo=BEIJING)


def _periods(rows: Sequence[ParsedRow]) -> Iterator[RowFault]:
    for row in rows:
        if row.values["starts_at"] is None or row.values["ends_at"] is None:
            continue
        try:
            check_period(*period_of(row))
        except Invalid as refusal:
            yield row.number, "ends_at", f"{refusal.errors[0].message}，请核对"


def _number(value: str) -> str:
    if len(value) > 40 or re.search(r"\s", value):
        raise ValueError("编号最多 40 个字，中间不能有空格")
    return value
