"""常用格式 — ready parsers for columns: text, days, amounts, counts, yes or no. They raise ValueError in Chinese."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal

DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})")
CLOCK = re.compile(r"([01]?\d|2[0-4])[:：](\d{2})(?:[:：](\d{2}))?")
YUAN = re.compile(r"[¥￥]?\s*(\d{1,3}(?:[,，]\d{3})+|\d{1,9})(\.\d{1,2})?\s*元?")
YES = frozenset(("是", "有", "对", "√", "1", "TRUE", "True", "true", "Y", "y"))
NO = frozenset(("否", "无", "不", "×", "0", "FALSE", "False", "false", "N", "n"))


def text(max_characters: int) -> Callable[[str], str]:
    """Return a parser of text of at most so many characters."""

    def parse(value: str) -> str:
        if len(value) > max_characters:
            raise ValueError(f"超过 {max_characters} 个字，请改短")
        return value

    return parse


def day(value: str) -> date:
    """Return a day written as 2026-11-23, 2026/11/23, 2026.11.23, 2026年11月23日 or 20261123; a time is dropped."""
    found = DAY.fullmatch(re.split(r"[ T](?=\d{1,2}:)", value)[0])
    if found is None:
        raise ValueError("不是能认出的日期，请写成 2026-01-31 这样")
    year, month, number = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, number)
    except ValueError:
        raise ValueError("没有这一天，请核对年月日") from None


def clock(value: str) -> time:
    """Return a time of day written as 8:30 or 08:30:00; a day before it is dropped."""
    found = CLOCK.fullmatch(value.rpartition(" ")[2])
    if found is None:
        raise ValueError("不是能认出的时间，请写成 08:30 这样")
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    if hours == 24 or minutes > 59 or seconds > 59:
        raise ValueError("没有这个时间，请写成 08:30 这样，最晚 23:59")
    return datetime(1, 1, 1, hours, minutes, seconds).time()


def yuan(value: str) -> int:
    """Return the fen of an amount in yuan, such as 12.5, ¥1,200 or 30元."""
    found = YUAN.fullmatch(value)
    if found is None:
        raise ValueError("不是能认出的金额，请写成以元为单位的数，最多两位小数，如 12.50")
    return int(Decimal(re.sub("[,，]", "", found[1]) + (found[2] or "")) * 100)


def count(*, least: int = 0, most: int = 1_000_000) -> Callable[[str], int]:
    """Return a parser of whole numbers from ``least`` to ``most``, both allowed."""

    def parse(value: str) -> int:
        number = int(value) if re.fullmatch(r"-?[0-9]{1,15}", value) else None
        if number is None or not least <= number <= most:
            raise ValueError(f"请写 {least} 到 {most} 之间的整数")
        return number

    return parse


def yes_or_no(value: str) -> bool:
    """Return a truth written as 是 or 否, or in the other ways that people tick a column."""
    if value in YES:
        return True
    if value in NO:
        return False
    raise ValueError("请填 是 或 否")
