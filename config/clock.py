"""时间 — aware UTC inside, Beijing days and offsets at the edges."""

from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one time zone and no summer time since 1991, so a fixed offset is exact."""


def utc_now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def beijing(at: datetime) -> datetime:
    """Return the same instant on a Beijing clock."""
    return at.astimezone(BEIJING)


def beijing_day(at: datetime) -> date:
    """Return the calendar day of an instant in Beijing."""
    return at.astimezone(BEIJING).date()


def beijing_midnight(day: date) -> datetime:
    """Return the aware instant at which a Beijing day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)
