"""招聘会任务 — telling everybody who registered that a fair moved, was called off, or is tomorrow."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from config.clock import beijing, beijing_day, beijing_midnight, utc_now
from models.fairs import JobFair
from models.transactions import as_uuid, fetch_rows
from server.jobs.seekers.identity import person_key
from server.notifications.service import Event, notify_all

REMINDERS_FROM = timedelta(hours=9)
"""Nobody is reminded in the night: from nine in the morning of the day before."""

_REGISTERED = (
    f"FROM fair_registrations r JOIN seekers s ON s.id = r.seeker_id JOIN seekers p ON p.id = {person_key('s')} "
    "WHERE r.fair_id = $1 AND r.cancelled_at IS NULL AND p.account_id IS NOT NULL"
)


async def tell_cancelled(payload: dict[str, Any]) -> None:
    """Tell everybody who registered, and the employers with a booth, that a fair was called off and why."""
    fair = await JobFair.get(id=UUID(payload["fair_id"]))
    event = Event(
        name="job_fair.cancelled",
        key=f"job_fair.cancelled:{fair.id.hex}",
        title="招聘会取消",
        text=f"原定 {_time(fair)} 在{fair.place}举行的「{fair.title}」取消了：{fair.state_reason}。您不用再去现场。",
        link=f"/v1/fairs/{fair.id}",
        values=_values(fair),
    )
    await notify_all(account_ids=await _concerned(fair.id), event=event, at=utc_now())


async def tell_changed(payload: dict[str, Any]) -> None:
    """Tell them of a new place or time; each change once."""
    fair = await JobFair.get(id=UUID(payload["fair_id"]))
    event = Event(
        name="job_fair.changed",
        key=f"job_fair.changed:{UUID(payload['change_id']).hex}",
        title="招聘会时间地点有变",
        text=f"「{fair.title}」现在定于 {_time(fair)}，在{fair.place}举行。去不了的请在小程序中取消报名。",
        link=f"/v1/fairs/{fair.id}",
        values=_values(fair),
    )
    await notify_all(account_ids=await _concerned(fair.id), event=event, at=utc_now())


async def remind(*, at: datetime) -> int:
    """Remind everybody who registered of a fair that begins on the next Beijing day; return how many were told now.

    Each person is reminded of a fair once, however often this runs and whatever becomes of the time.
    """
    today = beijing_midnight(beijing_day(at))
    if at < today + REMINDERS_FROM:
        return 0
    tomorrow = today + timedelta(days=1)
    fairs = JobFair.filter(state="published", starts_at__gte=tomorrow, starts_at__lt=tomorrow + timedelta(days=1))
    told = 0
    for fair in await fairs.order_by("starts_at", "id"):
        told += await _remind(fair, at=at)
    return told


async def _remind(fair: JobFair, *, at: datetime) -> int:
    rows = await fetch_rows(
        f"SELECT p.account_id, r.number {_REGISTERED} ORDER BY r.id",
        fair.id,
    )
    told = 0
    for row in rows:
        event = Event(
            name="job_fair.tomorrow",
            key=f"job_fair.tomorrow:{fair.id.hex}",
            title="明天有招聘会",
            text=f"您报名的「{fair.title}」{_time(fair)} 在{fair.place}举行，您的报名号是 {row['number']}。"
            "请带上身份证和优待证；去不了的请先取消报名，把名额留给别人。",
            link=f"/v1/fairs/{fair.id}",
            values=_values(fair),
        )
        told += await notify_all(account_ids=[as_uuid(row["account_id"])], event=event, at=at)
    return told


def _values(fair: JobFair) -> dict[str, str]:
    return {"fair": fair.title, "when": _time(fair), "place": fair.place}


async def _concerned(fair_id: UUID) -> list[UUID]:
    rows = await fetch_rows(
        f"SELECT p.account_id {_REGISTERED} UNION "
        "SELECT k.account_id FROM job_fair_booths b JOIN employer_members k ON k.employer_id = b.employer_id "
        "WHERE b.fair_id = $1 AND k.removed_at IS NULL",
        fair_id,
    )
    return [as_uuid(row["account_id"]) for row in rows]


def _time(fair: JobFair) -> str:
    starts_at, ends_at = beijing(fair.starts_at), beijing(fair.ends_at)
    end = (
        f"{ends_at:%H:%M}" if ends_at.date() == starts_at.date() else f"{ends_at.month}月{ends_at.day}日{ends_at:%H:%M}"
    )
    return f"{starts_at.month}月{starts_at.day}日 {starts_at:%H:%M}-{end}"
