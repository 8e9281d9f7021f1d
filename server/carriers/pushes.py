"""承运方推送业务 — a push is kept sealed and answered at once; the worker makes events of it."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from config.clock import utc_now
from models.base import new_id
from models.carriers import CARRIER_PUSH_BODY, CarrierPush, PushOutcome
from models.errors import Conflict, Forbidden, NotFound
from models.fields import seal, unseal
from models.transactions import execute, fetch_row, transaction
from server.audit.service import record
from server.carriers.ingestion import take_events
from server.carriers.kuaidi100 import CODE, Kuaidi100, is_signed
from server.carriers.measures import PUSHES
from server.carriers.protocol import UnreadableCarrierMessage
from server.outbox.service import enqueue
from server.state.protocol import SharedState

PUSHED = "carriers.push"
BAD_KEPT_A_MINUTE = 30
_BAD_CHARACTERS = 2_000
_KEEP = (
    "INSERT INTO carrier_pushes (id, created_at, carrier, dedupe, body_sealed, outcome, events, done_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT (dedupe) DO NOTHING RETURNING id"
)
_DONE = (
    "UPDATE carrier_pushes SET outcome = $1, events = events + $2, done_at = $3 WHERE id = $4 AND outcome = 'received'"
)
_AGAIN = (
    "UPDATE carrier_pushes SET outcome = 'received', done_at = NULL "
    "WHERE id = $1 AND outcome IN ('unreadable', 'unknown_parcel') RETURNING id"
)


class PushSignatureWrong(Forbidden):
    message = "推送的签名不对，没有接收"
    next_step = "请核对推送约定的签名串（salt）和签名方法：MD5(param+salt)，再重新推送"


class CarrierPushNotFound(NotFound):
    message = "没有这条推送"
    next_step = "请从承运方推送的列表里选择"


class CarrierPushNotRepeatable(Conflict):
    message = "这条推送不能重新处理"
    next_step = "只有无法识别的、没有对应包裹的可以重新处理；签名不对的请承运方重新推送"


async def receive_push(*, param: str, sign: str, salt: str, state: SharedState, at: datetime) -> None:
    """Keep a push of 快递100 under its hash and have it worked on; the same one again is nothing new.

    Without a salt nothing is accepted. One with a bad signature is kept too, its beginning and so many a minute.

    Raises:
        PushSignatureWrong: the signature is not MD5 of param and salt.
    """
    if not salt or not is_signed(param=param, sign=sign, salt=salt):
        minute = int(at.timestamp()) // 60
        kept = await state.increment(f"carriers:bad_pushes:{minute}", ttl_seconds=120)
        if kept <= BAD_KEPT_A_MINUTE:
            await _keep(param[:_BAD_CHARACTERS], PushOutcome.BAD_SIGNATURE, at=at)
        PUSHES.labels(CODE, PushOutcome.BAD_SIGNATURE.value).inc()
        raise PushSignatureWrong
    PUSHES.labels(CODE, PushOutcome.RECEIVED.value).inc()
    async with transaction():
        push_id = await _keep(param, PushOutcome.RECEIVED, at=at)
        if push_id is not None:
            await enqueue(PUSHED, {"push_id": push_id.hex})


async def work_on_push(payload: dict[str, Any]) -> None:
    """Make events of a push that was kept; doing it twice changes nothing."""
    await take_push(UUID(payload["push_id"]), at=utc_now())


async def take_push(push_id: UUID, *, at: datetime) -> None:
    """Bring a push's events to their parcels and note its outcome, all in one transaction."""
    push = await CarrierPush.get_or_none(id=push_id, outcome=PushOutcome.RECEIVED)
    if push is None:
        return
    try:
        events = Kuaidi100().translate(unseal(CARRIER_PUSH_BODY, push.body_sealed).encode())
    except UnreadableCarrierMessage:
        await execute(_DONE, PushOutcome.UNREADABLE.value, 0, at, push_id)
        PUSHES.labels(CODE, PushOutcome.UNREADABLE.value).inc()
        return
    async with transaction():
        taken = await take_events(events, at=at)
        outcome = PushOutcome.UNKNOWN_PARCEL if taken.unmatched else PushOutcome.DONE
        await execute(_DONE, outcome.value, taken.new, at, push_id)
    PUSHES.labels(CODE, outcome.value).inc()


async def repeat_push(push_id: UUID, *, account_id: UUID, role: str) -> None:
    """Have a push worked on again that was unreadable or of a parcel nobody knew, say after the number was entered.

    Raises:
        CarrierPushNotFound: there is none.
        CarrierPushNotRepeatable: it was badly signed, is done, or is being worked on.
    """
    async with transaction():
        if await fetch_row(_AGAIN, push_id) is None:
            if await CarrierPush.exists(id=push_id):
                raise CarrierPushNotRepeatable
            raise CarrierPushNotFound
        await enqueue(PUSHED, {"push_id": push_id.hex})
        await record(
            account_id=account_id,
            role=role,
            action="carrier.push_repeated",
            record_type=CarrierPush.Meta.table,
            record_id=push_id,
        )


async def list_pushes(*, outcome: PushOutcome | None, after: UUID | None, limit: int) -> list[CarrierPush]:
    """Return pushes, the last to come first, of one outcome or those that failed."""
    failed = (PushOutcome.BAD_SIGNATURE, PushOutcome.UNREADABLE, PushOutcome.UNKNOWN_PARCEL)
    found = CarrierPush.filter(outcome__in=[outcome] if outcome else list(failed))
    if after is not None:
        found = found.filter(id__lt=after)
    return await found.order_by("-id").limit(limit)


async def _keep(param: str, outcome: PushOutcome, *, at: datetime) -> UUID | None:
    """Store a push; None if the same one is there. One that was badly signed never stands in a good one's way."""
    is_good = outcome is PushOutcome.RECEIVED
    text = param.encode("utf-8", "replace")
    dedupe = hashlib.sha256((b"" if is_good else b"bad\0") + CODE.encode() + b"\0" + text).hexdigest()
    push_id, sealed = new_id(), seal(CARRIER_PUSH_BODY, text.decode())
    done_at = None if is_good else at
    row = await fetch_row(_KEEP, push_id, at, CODE, dedupe, sealed, outcome.value, done_at)
    return push_id if row is not None else None
