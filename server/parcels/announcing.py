"""包裹消息 — telling a family that the state of their parcel has changed, once however many events led to it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from models.parcels import ParcelState
from models.transactions import Dialects, as_uuid, fetch_rows
from server.notifications.service import Event, notify_each
from server.parcels.events import Change
from server.parcels.timeline import moment_in_words, next_step

_OF = Dialects(
    postgres="SELECT id, number, account_id FROM parcels WHERE id = ANY($1::uuid[]) AND account_id IS NOT NULL",
    sqlite="SELECT id, number, account_id FROM parcels "
    "WHERE id IN (SELECT value FROM json_each($1)) AND account_id IS NOT NULL",
)
_BOOKED = "请按约好的时间交寄，来不了请提前取消或改约"


async def announce(changes: Iterable[Change], *, at: datetime) -> int:
    """Tell the families of parcels whose state has changed; return how many messages. 通知家属。

    Call it after ``record_events`` in the same transaction, with the changes of one or of many calls: of each parcel
    only what it came to is told, nothing if it came back to where it was. Repeating it tells nobody twice. Parcels
    of nobody's account are left out.
    """
    merged: dict[UUID, Change] = {}
    for change in changes:
        first = merged.get(change.parcel_id)
        before = first.before if first else change.before
        merged[change.parcel_id] = Change(change.parcel_id, before, change.after, change.state_at)
    come_to = {parcel_id: change for parcel_id, change in merged.items() if change.before is not change.after}
    if not come_to:
        return 0
    rows = await fetch_rows(_OF, sorted(come_to))
    told = [(as_uuid(row["account_id"]), _event(row["number"], come_to[as_uuid(row["id"])], at=at)) for row in rows]
    await notify_each(told, at=at)
    return len(told)


def booked_event(number: str, parcel_id: UUID, when: str) -> Event:
    """Return what a family is told of a parcel that they have just booked; ``when`` is the slot or day in words."""
    return Event(
        name="parcel.booked",
        key=f"parcel:{parcel_id.hex}:booked",
        title=f"包裹 {number} 预约成功",
        text=f"{when}，{_BOOKED}",
        link=f"/v1/parcels/{number}",
        values={"number": number, "state": "预约成功", "hint": when},
    )


def rescheduled_event(number: str, parcel_id: UUID, when: str, *, at: datetime) -> Event:
    """Return what a family is told of another slot or day."""
    return Event(
        name="parcel.rescheduled",
        key=f"parcel:{parcel_id.hex}:rescheduled:{at.timestamp():.6f}",
        title=f"包裹 {number} 已改约",
        text=f"{when}，{_BOOKED}",
        link=f"/v1/parcels/{number}",
        values={"number": number, "state": "已改约", "hint": when},
    )


def _event(number: str, change: Change, *, at: datetime) -> Event:
    state = change.after
    step = _BOOKED if state is ParcelState.BOOKED else next_step(state)
    return Event(
        name=f"parcel.{state.value}",
        key=f"parcel:{change.parcel_id.hex}:{state.value}:{change.state_at.timestamp():.0f}",
        title=f"包裹 {number} {state.label}",
        text=f"{moment_in_words(change.state_at, at=at)}，包裹{state.label}。{step}。",
        link=f"/v1/parcels/{number}",
        values={"number": number, "state": state.label, "hint": step},
    )
