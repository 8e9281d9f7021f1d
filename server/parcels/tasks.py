"""包裹任务 — ends bookings that nobody came for, and forgets people once a parcel is long over."""

from datetime import datetime, timedelta

from config.clock import beijing_day
from models.transactions import Dialects, as_uuid, execute, fetch_rows, transaction
from server.parcels.steps import cancel_booked

KEPT_AFTER_DAY = timedelta(days=7)
"""So long after the slot or day that was agreed a booking waits for its parcel."""
UNIT_RETENTION_DAYS = 90
"""A unit's address is kept no longer than this after the parcel's end, whatever the setting."""
_BATCH = 200
_BATCHES = 20

_ABANDONED = (
    "SELECT p.id FROM parcels p LEFT JOIN station_slots l ON l.id = p.slot_id "
    "WHERE p.state = 'booked' AND coalesce(l.day, p.collect_on) < $1 ORDER BY p.id LIMIT $2"
)
_OLD = (
    "SELECT id FROM parcels WHERE (sender_sealed IS NOT NULL OR recipient_sealed IS NOT NULL) "
    "AND ((recipient_kind = 'civil' AND coalesce(ended_at, state_at) < $1) "
    "OR (recipient_kind <> 'civil' AND coalesce(ended_at, state_at) < $2)) ORDER BY id LIMIT $3"
)
_FORGET = (
    "UPDATE parcels SET sender_sealed = NULL, recipient_sealed = NULL, sender_last4_hash = '', contents = '[]', "
    "warnings = '[]', recipient_region = CASE WHEN recipient_kind = 'civil' THEN recipient_region ELSE '' END "
    "WHERE id"
)
_FORGET_WORDS = "UPDATE parcel_events SET text = '', place = '' WHERE (text <> '' OR place <> '') AND parcel_id"
_FORGET_CASES = (
    "UPDATE parcel_cases SET text = '', answer = '' WHERE state = 'closed' AND text <> '' AND closed_at < $1"
)
_FORGET_COURIERS = (
    "UPDATE manifests SET courier_name_sealed = NULL WHERE courier_name_sealed IS NOT NULL AND courier_signed_at < $1"
)
_AMONG = Dialects(postgres="= ANY($1::uuid[])", sqlite="IN (SELECT value FROM json_each($1))")


async def lapse_bookings(*, at: datetime) -> int:
    """Cancel, in the system's name, what was booked for a day a week ago and never brought; return how many.

    At most some thousands a run: the rest waits for the next one.
    """
    total, before = 0, beijing_day(at) - KEPT_AFTER_DAY
    for _ in range(_BATCHES):
        rows = await fetch_rows(_ABANDONED, before, _BATCH)
        for row in rows:
            async with transaction():
                words = f"约好的时间过后 {KEPT_AFTER_DAY.days} 天没有交寄"
                total += await cancel_booked(parcel_id=as_uuid(row["id"]), words=words, account_id=None, at=at)
        if len(rows) < _BATCH:
            break
    return total


async def forget_parcels(*, retention_days: int, at: datetime) -> int:
    """Take people, contents and words from parcels whose state has been the last one for so long; return how many.

    Parcels to units lose theirs after ``UNIT_RETENTION_DAYS`` at the latest, and the region with them. Number,
    states, weight and price stay, for figures and for the station's books. Closed cases lose their words after the same
    time, signed manifests the courier's name.
    """
    civil = at - timedelta(days=retention_days)
    unit = at - timedelta(days=min(retention_days, UNIT_RETENTION_DAYS))
    total = 0
    while rows := await fetch_rows(_OLD, civil, unit, _BATCH):
        ids = [as_uuid(row["id"]) for row in rows]
        async with transaction():
            for statement in (_FORGET, _FORGET_WORDS):
                text = Dialects(postgres=f"{statement} {_AMONG.postgres}", sqlite=f"{statement} {_AMONG.sqlite}")
                count = await execute(text, ids)
                total += count if statement is _FORGET else 0
    for old in (_FORGET_CASES, _FORGET_COURIERS):
        await execute(old, civil)
    return total
