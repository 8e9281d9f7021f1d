"""营业时间规则 — whether a station is open, until when, and when it opens next; pure, in Beijing's time."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from config.clock import BEIJING, beijing

HORIZON_DAYS = 60
"""How far ahead the next opening is looked for."""

WEEKDAY_SIGNS = "一二三四五六日"
_SPAN = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")
_NEAR_DAYS = {0: "今天", 1: "明天", 2: "后天"}


class Span(NamedTuple):
    """一段营业时间 — from ``opens`` on and before ``closes``, both ``HH:MM`` of one day."""

    opens: str
    closes: str

    @property
    def text(self) -> str:
        return f"{self.opens}-{self.closes}"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day with hours of its own: a holiday has none."""

    spans: tuple[Span, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """营业日历 — the spans of each weekday (1 is Monday), and the days on which they do not hold."""

    weekly: Mapping[int, tuple[Span, ...]]
    special: Mapping[date, SpecialDay]

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return when the station is open on a day, in order; nothing if it is not."""
        special = self.special.get(day)
        return self.weekly.get(day.isoweekday(), ()) if special is None else special.spans

    def note_on(self, day: date) -> str:
        """Return why a day is special, empty on an ordinary one."""
        special = self.special.get(day)
        return "" if special is None else special.note


@dataclass(frozen=True, slots=True)
class Opening:
    """此刻的营业情况 — ``closes_at`` while it is open, else ``opens_at`` if it will be within the horizon."""

    is_open: bool
    closes_at: datetime | None
    opens_at: datetime | None
    sentence: str


CLOSED = Opening(False, None, None, "这个服务站已经停止服务，请选择其他服务站")
"""What is told of a station that has stopped."""


def parse_spans(words: Iterable[str]) -> tuple[Span, ...]:
    """Return the spans in words such as ``08:30-11:30``, in order; spans that touch become one.

    Raises:
        ValueError: in Chinese; a word is no span, ends before it begins, or overlaps another.
    """
    spans = []
    for word in words:
        found = _SPAN.fullmatch(word)
        if found is None:
            raise ValueError(f"「{word}」不是能认出的时间段，请写成 08:30-17:30 这样，最晚 23:59")
        if found[1] >= found[2]:
            raise ValueError(f"「{word}」的关门时间不晚于开门时间，请核对")
        spans.append(Span(found[1], found[2]))
    return in_order(spans)


def in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans of one day in order, those that touch as one.

    Raises:
        ValueError: two of them overlap.
    """
    ordered: list[Span] = []
    for span in sorted(spans):
        last = ordered[-1] if ordered else None
        if last is not None and span.opens < last.closes:
            raise ValueError(f"{last.text} 和 {span.text} 重叠，请核对")
        if last is not None and span.opens == last.closes:
            ordered[-1] = Span(last.opens, span.closes)
        else:
            ordered.append(span)
    return tuple(ordered)


def opening(calendar: Calendar, *, at: datetime) -> Opening:
    """Return whether a station is open at an instant, and what to tell people about it."""
    today, clock = beijing(at).date(), f"{beijing(at):%H:%M}"
    spans, note = calendar.spans_on(today), _in_brackets(calendar.note_on(today))
    now = next((span for span in spans if span.opens <= clock < span.closes), None)
    later = next((span for span in spans if span.opens > clock), None)
    if now is not None:
        words = f"{now.closes} 休息，{later.opens} 再开门" if later else f"今天 {now.closes} 关门"
        return Opening(True, instant(today, now.closes), None, f"正在营业，{words}{note}")
    if later is not None:
        words = "正在休息" if later is not spans[0] else "还没有开门"
        return Opening(False, None, instant(today, later.opens), f"{words}，今天 {later.opens} 开门{note}")
    return _closed_today(calendar, today, f"今天已经关门{note}" if spans else f"今天不上班{note}")


def _closed_today(calendar: Calendar, today: date, words: str) -> Opening:
    for ahead in range(1, HORIZON_DAYS + 1):
        day = today + timedelta(days=ahead)
        if spans := calendar.spans_on(day):
            when = f"{day_in_words(day, today=today)} {spans[0].opens} 开门"
            return Opening(False, None, instant(day, spans[0].opens), f"{words}，{when}")
    if not any(calendar.weekly.values()):
        return Opening(False, None, None, "营业时间还没有登记，去之前请先打电话问一问")
    return Opening(False, None, None, f"{words}，近期没有安排开门，去之前请先打电话问一问")


def day_in_words(day: date, *, today: date) -> str:
    """Return a day as people say it: 今天, 明天, 后天, then 10月9日（周五）."""
    near = _NEAR_DAYS.get((day - today).days)
    return near or f"{day.month}月{day.day}日（周{WEEKDAY_SIGNS[day.weekday()]}）"


def week_in_words(weekly: Mapping[int, tuple[Span, ...]]) -> str:
    """Return a week's hours as people write them: 周一至周五 08:30-11:30、14:00-17:30；周六 09:00-12:00."""
    runs: list[tuple[int, int, tuple[Span, ...]]] = []
    for weekday in range(1, 8):
        spans = tuple(weekly.get(weekday, ()))
        if not spans:
            continue
        if runs and runs[-1][1] == weekday - 1 and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], weekday, spans)
        else:
            runs.append((weekday, weekday, spans))
    return "；".join(f"{_weekdays(first, last)} {'、'.join(s.text for s in spans)}" for first, last, spans in runs)


def _weekdays(first: int, last: int) -> str:
    name = f"周{WEEKDAY_SIGNS[first - 1]}"
    return name if first == last else f"{name}至周{WEEKDAY_SIGNS[last - 1]}"


def _in_brackets(note: str) -> str:
    return f"（{note}）" if note else ""


def instant(day: date, clock: str) -> datetime:
    """Return the aware instant of ``HH:MM`` on a Beijing day."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=BEIJING)
