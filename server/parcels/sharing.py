"""分享链接 — a signed token that ends by itself, with which the recipient's side follows a parcel without addresses."""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from models.errors import NotFound
from models.parcels import EventKind, ParcelState
from models.secrets import keyring
from models.transactions import Row, as_instant, as_uuid, fetch_row, fetch_rows, transaction
from server.audit.service import record
from server.parcels.following import ParcelNotFound, read_number
from server.parcels.states import rank
from server.parcels.timeline import moment_in_words, public_sentence

LONGEST_DAYS = 30
_SIGNATURE_BYTES = 16
_BODY_BYTES = 16 + 4 + 5
TOKEN_LENGTH = 55
"""The signs of 41 bytes in URL-safe base64."""


class ShareInvalid(NotFound):
    message = "分享链接无效，或寄件人已经收回"
    next_step = "请让寄件人重新发一个链接"


class ShareExpired(NotFound):
    message = "分享链接已经过期"
    next_step = "请让寄件人重新发一个链接"


@dataclass(frozen=True, slots=True)
class Share:
    """发出的分享链接"""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SharedEntry:
    """分享的时间线的一条 — what happened and when; no place, no words of the source."""

    kind: EventKind
    occurred_at: datetime
    when: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SharedParcel:
    """分享的包裹 — what whoever holds the link may know: no name, telephone, address or number of the carrier."""

    number: str
    state: ParcelState
    state_at: datetime
    timeline: list[SharedEntry]
    expires_at: datetime
    is_sample: bool


async def share(*, number: str, days: int, account_id: UUID, at: datetime) -> Share:
    """Return a link to a person's parcel that is good for so many days. 分享。

    Nothing is stored but the audit entry; whoever has it may follow the parcel until it ends or is revoked.

    Raises:
        ParcelNumberMistyped, ParcelNotFound: as when it is read.
    """
    stored = await read_number(number, account_id=account_id)
    expires_at = (at + timedelta(days=days)).replace(microsecond=0)
    async with transaction():
        row = await fetch_row(
            "SELECT id, share_generation FROM parcels WHERE number = $1 AND account_id = $2", stored, account_id
        )
        if row is None:
            raise ParcelNotFound
        await _note("parcel.shared", as_uuid(row["id"]), account_id, {"days": days})
    return Share(_write(as_uuid(row["id"]), row["share_generation"], expires_at), expires_at)


async def revoke_shares(*, number: str, account_id: UUID, at: datetime) -> None:
    """Make every link to a person's parcel worthless at once; new ones may be made. 收回分享。

    Raises:
        ParcelNumberMistyped, ParcelNotFound: as when it is read.
    """
    stored = await read_number(number, account_id=account_id)
    async with transaction():
        rows = await fetch_rows(
            "UPDATE parcels SET share_generation = share_generation + 1, updated_at = $1 "
            "WHERE number = $2 AND account_id = $3 RETURNING id",
            at,
            stored,
            account_id,
        )
        if not rows:
            raise ParcelNotFound
        await _note("parcel.shares_revoked", as_uuid(rows[0]["id"]), account_id, {})


async def read_shared(*, token: str, at: datetime) -> SharedParcel:
    """Return what a link shows now.

    Raises:
        ShareInvalid: it is none of ours, was altered, or was revoked.
        ShareExpired: its days are over.
    """
    parcel_id, generation, expires_at = _read(token)
    if at >= expires_at:
        raise ShareExpired
    row = await fetch_row(
        "SELECT number, state, state_at, is_sample FROM parcels WHERE id = $1 AND share_generation = $2",
        parcel_id,
        generation,
    )
    if row is None:
        raise ShareInvalid
    events = await fetch_rows("SELECT kind, occurred_at, dedupe FROM parcel_events WHERE parcel_id = $1", parcel_id)
    return SharedParcel(
        number=row["number"],
        state=ParcelState(row["state"]),
        state_at=as_instant(row["state_at"]),
        timeline=_timeline(events, at=at),
        expires_at=expires_at,
        is_sample=bool(row["is_sample"]),
    )


def _timeline(events: list[Row], *, at: datetime) -> list[SharedEntry]:
    happened = [(as_instant(row["occurred_at"]), EventKind(row["kind"]), row["dedupe"]) for row in events]
    happened.sort(key=lambda event: (event[0], rank(event[1]), event[2]), reverse=True)
    return [
        SharedEntry(kind, occurred_at, moment_in_words(occurred_at, at=at), public_sentence(kind))
        for occurred_at, kind, _ in happened
        if kind is not EventKind.UNKNOWN
    ]


async def _note(action: str, parcel_id: UUID, account_id: UUID, detail: dict[str, object]) -> None:
    await record(
        account_id=account_id,
        role="person",
        action=action,
        record_type="parcel",
        record_id=parcel_id,
        detail=detail,
    )


def _write(parcel_id: UUID, generation: int, expires_at: datetime) -> str:
    body = parcel_id.bytes + generation.to_bytes(4) + int(expires_at.timestamp()).to_bytes(5)
    return base64.urlsafe_b64encode(body + _sign(body)).rstrip(b"=").decode()


def _read(token: str) -> tuple[UUID, int, datetime]:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise ShareInvalid from None
    body, signature = raw[:_BODY_BYTES], raw[_BODY_BYTES:]
    if len(token) != TOKEN_LENGTH or not hmac.compare_digest(signature, _sign(body)):
        raise ShareInvalid
    expires_at = datetime.fromtimestamp(int.from_bytes(body[20:]), UTC)
    return UUID(bytes=body[:16]), int.from_bytes(body[16:20]), expires_at


def _sign(body: bytes) -> bytes:
    return hmac.new(keyring().derive("parcels.share"), body, sha256).digest()[:_SIGNATURE_BYTES]
