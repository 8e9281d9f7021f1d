"""承运方接口 — what an adapter gives us: events in our vocabulary, of parcels by the carrier's own number."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from models.errors import Invalid
from models.parcels import EventKind
from server.parcels.events import NewEvent


class UnreadableCarrierMessage(Invalid):
    message = "承运方发来的内容无法识别"
    next_step = "请在「承运方推送」里查看原因，并联系承运方的技术人员"


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """承运方轨迹 — something that a carrier says of one of its numbers, translated; code and words are kept."""

    carrier: str
    tracking_number: str
    kind: EventKind
    occurred_at: datetime
    source: str
    raw_code: str
    text: str = field(default="", repr=False)
    place: str = ""

    def of_parcel(self, parcel_id: UUID) -> NewEvent:
        """Return the event of a parcel of ours; the same one has the same identity however it came.

        What we have no word for is told apart by its text too: several things may happen in one second.
        """
        seen = f"{self.source}\0{self.raw_code}\0{self.kind}\0{self.occurred_at.timestamp():.0f}"
        return NewEvent(
            parcel_id=parcel_id,
            kind=self.kind,
            occurred_at=self.occurred_at,
            source=self.source,
            raw_code=self.raw_code,
            text=self.text,
            place=self.place,
            dedupe=f"{seen}\0{self.text[:300]}" if self.kind is EventKind.UNKNOWN else seen,
        )


class Carrier(Protocol):
    """承运方适配器 — a source of tracking events. Translation is pure: the network is no part of it."""

    @property
    def code(self) -> str:
        """What stands in ``source`` of its events, at most 20 signs."""

    @property
    def name(self) -> str:
        """What people call it."""

    def translate(self, raw: bytes) -> tuple[CarrierEvent, ...]:
        """Return the events of one message or file.

        Raises:
            Invalid: the message is not what this carrier sends.
        """

    def knows(self, raw_code: str) -> bool:
        """Whether a code stands in the carrier's table; the others are listed for staff."""
