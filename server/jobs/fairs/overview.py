"""招聘会概况 — a fair with the numbers that everybody asks for, read in one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from models.fairs import FairPhase, FairState, phase_of
from models.transactions import Row, as_instant, as_uuid

COLUMNS = (
    "f.id, f.number, f.title, f.description, f.town_id, f.place, f.latitude, f.longitude, f.starts_at, f.ends_at, "
    "f.capacity, f.registered, f.state, f.state_reason, f.published_at, f.is_sample, f.created_at, f.updated_at, "
    "(SELECT count(*) FROM job_fair_booths b WHERE b.fair_id = f.id) AS employers, "
    "(SELECT COALESCE(sum(o.openings), 0) FROM fair_postings o WHERE o.fair_id = f.id) AS openings"
)
"""Of ``job_fairs f``. Openings are those of the day on which each posting was brought, whatever became of it since."""


@dataclass(frozen=True, slots=True)
class FairOverview:
    """招聘会概况 — ``openings`` is the sum of openings, not of postings; ``places_left`` None means without limit."""

    id: UUID
    number: str
    title: str
    description: str
    town_code: str | None
    place: str
    latitude: float | None
    longitude: float | None
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    registered: int
    state: FairState
    state_reason: str
    published_at: datetime | None
    is_sample: bool
    created_at: datetime
    updated_at: datetime
    employers: int
    openings: int

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Return what a row of ``COLUMNS`` says."""
        published_at = row["published_at"]
        return cls(
            id=as_uuid(row["id"]),
            number=row["number"],
            title=row["title"],
            description=row["description"],
            town_code=row["town_id"],
            place=row["place"],
            latitude=row["latitude"],
            longitude=row["longitude"],
            starts_at=as_instant(row["starts_at"]),
            ends_at=as_instant(row["ends_at"]),
            capacity=row["capacity"],
            registered=row["registered"],
            state=FairState(row["state"]),
            state_reason=row["state_reason"],
            published_at=as_instant(published_at) if published_at else None,
            is_sample=bool(row["is_sample"]),
            created_at=as_instant(row["created_at"]),
            updated_at=as_instant(row["updated_at"]),
            employers=row["employers"],
            openings=int(row["openings"]),
        )

    @property
    def places_left(self) -> int | None:
        return None if self.capacity is None else self.capacity - self.registered

    def phase_at(self, at: datetime) -> FairPhase:
        """Return what the fair is to the public at an instant."""
        return phase_of(state=self.state, starts_at=self.starts_at, ends_at=self.ends_at, at=at)
