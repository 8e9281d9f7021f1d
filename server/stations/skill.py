"""服务站技能 — 哪个站能寄, 几点关门, 最近的服务站, 周末开门吗: answered from the stations' own records."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.skills import Question, SkillAnswer, SkillCard
from config.clock import beijing_day
from models.towns import Town, TownNames
from models.transactions import as_uuid
from server.search.pairs import NothingToSearch
from server.search.places import Place
from server.stations.directory import StationPage, list_stations
from server.stations.hours import Calendar, day_in_words, opening, week_in_words
from server.stations.sentences import ANY_HOLIDAY, HOLIDAYS, StationIntent, StationWishes, read_wishes, recognise

_SHOWN, _DAYS_SHOWN = 3, 7
_FARTHEST_METRES = 100_000
"""Somebody further away than that is not in or near 高邮, and the nearest station means nothing to them."""


class StationsSkill:
    """服务站技能 — one intent, ``station_lookup``; nothing personal, so that nobody needs to log in."""

    name = "stations"

    def recognise(self, text: str) -> str | None:
        """Return the intent of a sentence about stations, else None."""
        intent = recognise(text)
        return None if intent is None else intent.value

    async def answer(self, intent: str, question: Question) -> SkillAnswer:
        """Return the stations that a question asks for, with what it asks of them; nothing is stored.

        Raises:
            ValueError: the intent is none of this skill's.
        """
        StationIntent(intent)
        towns = await Town.all().order_by("position")
        wishes = read_wishes(question.text, TownNames.of(towns), today=beijing_day(question.at))
        found, start = await _find(wishes, _place(question), at=question.at)
        town = next((town.name for town in towns if town.code == wishes.town_code), "")
        about = f"{town}{_that(wishes)}服务站"
        if not found.rows:
            return SkillAnswer(
                f"没有找到{about}。可以换个问法，例如「哪个站能寄包裹」或「界首镇服务站几点关门」；也可以看看全部服务站。",
                cards=(SkillCard("全部服务站", (), "/v1/stations"),),
            )
        rows = found.rows[:_SHOWN]
        cards = tuple(_card(row, found.calendars[as_uuid(row["id"])], wishes, at=question.at) for row in rows)
        return SkillAnswer(_sentence(found, wishes, about, is_near=start is not None, at=question.at), cards=cards)


async def _find(wishes: StationWishes, place: Place | None, *, at: datetime) -> tuple[StationPage, Place | None]:
    """Return what was asked for, nearest first where we know from where, and that place if it was of use.

    Words that are no station's name are let go rather than answered with nothing.
    """
    near = None if wishes.town_code and not wishes.is_near else place
    page = None
    for words, start in dict.fromkeys(((wishes.words, near), ("", near), ("", None))):
        try:
            page = await list_stations(
                at=at, q=words, service=wishes.service, town=wishes.town_code, near=start, limit=_SHOWN
            )
        except NothingToSearch:
            continue
        if page.rows and (start is None or page.rows[0]["metres"] <= _FARTHEST_METRES):
            return page, start
    assert page is not None
    return page, None


def _sentence(found: StationPage, wishes: StationWishes, about: str, *, is_near: bool, at: datetime) -> str:
    first = found.rows[0]
    calendar = found.calendars[as_uuid(first["id"])]
    if wishes.holiday or wishes.days:
        return f"{first['name']}：{'；'.join(_on_days(calendar, wishes, today=beijing_day(at)))}。"
    if wishes.asks_hours:
        return f"{first['name']}：{opening(calendar, at=at).sentence}。"
    if is_near:
        return f"离您最近的{_that(wishes)}服务站是{first['name']}，约 {_distance(first['metres'])}。"
    count = f"有 {len(found.rows)} 个" if found.position is None else f"不止 {_SHOWN} 个，先列出 {_SHOWN} 个"
    hint = "" if wishes.town_code else "打开定位，或者说出乡镇名，可以找到最近的。"
    return f"{about}{count}。{hint}"


def _card(row: Mapping[str, Any], calendar: Calendar, wishes: StationWishes, *, at: datetime) -> SkillCard:
    lines = [f"地址：{row['address']}"]
    if row["telephone"]:
        lines.append(f"电话：{row['telephone']}")
    if wishes.holiday or wishes.days:
        lines += _on_days(calendar, wishes, today=beijing_day(at))
    else:
        lines.append(opening(calendar, at=at).sentence)
    if "metres" in row:
        lines.append(f"距离约 {_distance(row['metres'])}")
    return SkillCard(row["name"], tuple(lines), f"/v1/stations/{as_uuid(row['id'])}")


def _on_days(calendar: Calendar, wishes: StationWishes, *, today: date) -> list[str]:
    """Return the hours of the days asked about, or of a holiday as far as somebody entered it."""
    days = list(wishes.days)
    if wishes.holiday:
        words = HOLIDAYS.get(wishes.holiday, ("",))
        coming = sorted(day for day in calendar.special if day >= today)
        days = [day for day in coming if any(word in calendar.note_on(day) for word in words)][:_DAYS_SHOWN]
    if not days:
        usual = week_in_words(calendar.weekly) or "的营业时间没有登记"
        name = wishes.holiday if wishes.holiday == ANY_HOLIDAY else f"{wishes.holiday}期间"
        return [f"{name}的安排还没有公布，平时 {usual}"]
    return [_on(calendar, day, today=today) for day in days]


def _on(calendar: Calendar, day: date, *, today: date) -> str:
    spans, note = calendar.spans_on(day), calendar.note_on(day)
    hours = "、".join(span.text for span in spans) + " 开门" if spans else "不上班"
    return f"{day_in_words(day, today=today)}{f'（{note}）' if note else ''} {hours}"


def _that(wishes: StationWishes) -> str:
    return f"提供{wishes.service.label}的" if wishes.service else ""


def _distance(metres: float) -> str:
    return f"{round(metres, -1):.0f} 米" if metres < 1000 else f"{metres / 1000:.1f} 公里"


def _place(question: Question) -> Place | None:
    if question.latitude is None or question.longitude is None:
        return None
    return Place(question.latitude, question.longitude)
