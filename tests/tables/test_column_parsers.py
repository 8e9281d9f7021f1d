"""常用格式 — what the ready parsers read and what they refuse."""

from datetime import date, time

import pytest

from server.tables import parsers


@pytest.mark.parametrize(
    "text", ["2026-11-03", "2026/11/3", "2026.11.03", "2026年11月3日", "20261103", "2026-11-03 08:00:00"]
)
def test_days_are_read_in_every_usual_form(text: str) -> None:
    assert parsers.day(text) == date(2026, 11, 3)


@pytest.mark.parametrize(("text", "fen"), [("12", 1200), ("12.5", 1250), ("¥1,200.05", 120005), ("30元", 3000)])
def test_amounts_in_yuan_become_exact_fen(text: str, fen: int) -> None:
    assert parsers.yuan(text) == fen


@pytest.mark.parametrize("text", ["-1", "1.234", "一百", "1e3", "12,34", "1,2"])
def test_amounts_that_are_not_clear_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="金额"):
        parsers.yuan(text)


def test_times_counts_and_ticks_are_read() -> None:
    assert parsers.clock("8:30") == parsers.clock("8：30") == parsers.clock("1899-12-31 08:30:00") == time(8, 30)
    assert parsers.count(least=1)("12") == 12
    assert [parsers.yes_or_no(text) for text in ("是", "√", "否", "无")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("parse_text", "text"),
    [
        (parsers.clock, "25:00"),
        (parsers.clock, "24:00"),
        (parsers.clock, "8点"),
        (parsers.count(least=1), "0"),
        (parsers.count(), "1.5"),
        (parsers.count(), "９" * 20),
        (parsers.yes_or_no, "也许"),
        (parsers.text(2), "三个字"),
        (parsers.day, "2026-13-01"),
    ],
)
def test_ready_parsers_refuse_in_chinese_what_they_cannot_read(parse_text: object, text: str) -> None:
    assert callable(parse_text)
    with pytest.raises(ValueError, match="请"):
        parse_text(text)
