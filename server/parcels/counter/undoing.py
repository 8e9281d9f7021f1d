"""撤销收寄 — a slip at the counter is taken back within minutes, before the parcel is on a manifest."""

from datetime import datetime, timedelta

from models.errors import Conflict
from models.parcels import EventKind, Parcel, ParcelState
from models.transactions import as_instant, execute, fetch_row, transaction
from server.parcels.announcing import announce
from server.parcels.counter.acceptance import note
from server.parcels.counter.desk import get_counter_parcel
from server.parcels.events import NewEvent, record_events
from server.stations.guards import StationStaff

UNDO_WITHIN = timedelta(minutes=15)

_HOLD = (
    "UPDATE parcels SET updated_at = $1 WHERE id = $2 AND state = 'accepted' AND accepted_at >= $3 RETURNING state_at"
)
_CLEAR = (
    "UPDATE parcels SET accepted_at = NULL, accepted_by_id = NULL, paid_fen = NULL, id_inspected = '', "
    "contents_inspected = false, tracking_number = NULL, next_poll_at = NULL, updated_at = $1 WHERE id = $2"
)


class AcceptanceNotUndoable(Conflict):
    message = "不能撤销收寄：只能在收寄后 15 分钟内，由本站撤销还没有交出的包裹"
    next_step = "已经过了时间的，请按「售后」处理"


class ParcelAlreadyLoaded(Conflict):
    message = "包裹已经在交接单上，不能撤销收寄"
    next_step = "请先从交接单上取下，再撤销"


async def undo_acceptance(*, number: str, reason: str, asker: StationStaff, at: datetime) -> Parcel:
    """Take an acceptance back: the parcel is booked again, what was paid is to be given back. 撤销收寄。

    The number of the carrier goes too. The event stays in the timeline, and the family is told.

    Raises:
        ParcelNumberMistyped, CounterParcelNotFound: as when it is read.
        AcceptanceNotUndoable: it is not accepted, or was so more than 15 minutes ago.
        ParcelAlreadyLoaded: it is on a manifest.
    """
    parcel = await get_counter_parcel(number=number, asker=asker)
    async with transaction():
        held = await fetch_row(_HOLD, at, parcel.id, at - UNDO_WITHIN)
        if held is None:
            raise AcceptanceNotUndoable
        # asked after the lock is held, so that whoever loads it at this moment has finished
        if await fetch_row("SELECT 1 FROM manifest_parcels WHERE parcel_id = $1", parcel.id):
            raise ParcelAlreadyLoaded
        paid_fen = (await Parcel.get(id=parcel.id)).paid_fen or 0
        await execute(_CLEAR, at, parcel.id)
        event = NewEvent(
            parcel_id=parcel.id,
            kind=EventKind.ACCEPTANCE_UNDONE,
            occurred_at=max(at, as_instant(held["state_at"])),
            text=reason,
            account_id=asker.account_id,
            dedupe=f"{EventKind.ACCEPTANCE_UNDONE}:{at.timestamp():.6f}",
        )
        recorded = await record_events([event], at=at)
        await announce(recorded.changes, at=at)
        await note(parcel, "parcel.acceptance_undone", asker=asker, detail={"paid_fen": paid_fen})
    undone = await get_counter_parcel(number=parcel.number, asker=asker)
    assert undone.state is ParcelState.BOOKED
    return undone
