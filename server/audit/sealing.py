"""审计封存 — chains the entries by a keyed hash, in batches, so that deeds never wait for each other."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from config.clock import utc_now
from config.logging import get_logger
from models.audit import AuditSeal
from models.secrets import keyring
from models.transactions import Row, as_instant, as_uuid, fetch_row, fetch_rows, is_postgres, transaction

log = get_logger("audit")

BATCH = 500
GENESIS = "0" * 64
"""Stands before the first hash of the chain."""
LATE_COMMIT = timedelta(minutes=10)
"""An entry may become visible this long after its id was made; a full sweep finds what is later still."""
FULL_SWEEP_SECONDS = 3600

_LOCK = 0x596F755365616C73
COLUMNS = "e.id, e.created_at, e.account_id, e.role, e.action, e.record_type, e.record_id, e.detail"
"""What of an entry the chain covers."""
_UNSEALED = (
    f"SELECT {COLUMNS} FROM audit_entries e WHERE e.id >= $1 "
    "AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.entry_id = e.id) ORDER BY e.id LIMIT $2"
)


class Sealer:
    """封存者 — remembers when it last looked at the whole table; otherwise it looks at recent entries only."""

    def __init__(self) -> None:
        self._swept_at: datetime | None = None

    async def seal(self, *, at: datetime) -> int:
        """Seal every entry that is not sealed yet and return how many there were."""
        is_sweep = self._swept_at is None or at - self._swept_at >= timedelta(seconds=FULL_SWEEP_SECONDS)
        floor = UUID(int=0) if is_sweep else first_id_at(at - LATE_COMMIT)
        total = 0
        while await fetch_row(_UNSEALED, floor, 1) is not None:  # a look costs no write lock
            sealed = await seal_batch(floor, at=at)
            total += sealed
            if not sealed:  # another worker is at it
                return total
        if is_sweep:
            self._swept_at = at
        return total


async def seal_batch(floor: UUID, *, at: datetime, limit: int = BATCH) -> int:
    """Append unsealed entries with ids from ``floor`` to the chain; 0 also when another sealer is at work."""
    async with transaction():
        if is_postgres():
            row = await fetch_row("SELECT pg_try_advisory_xact_lock($1) AS held", _LOCK)
            if row is None or not row["held"]:
                return 0
        seq, head = await read_head()
        seals = []
        for entry in await fetch_rows(_UNSEALED, floor, limit):
            seq, head = seq + 1, chain_hash(head, entry)
            seals.append(AuditSeal(seq=seq, entry_id=as_uuid(entry["id"]), hash=head, sealed_at=at))
        await AuditSeal.bulk_create(seals)
    if seals:
        # the log is another place than the database: a head noted there shows if the chain's end is cut off
        log.info("audit.sealed", count=len(seals), seq=seq, hash=head)
    return len(seals)


async def read_head() -> tuple[int, str]:
    """Return the number and hash of the last seal."""
    row = await fetch_row("SELECT seq, hash FROM audit_seals ORDER BY seq DESC LIMIT 1")
    return (int(row["seq"]), str(row["hash"])) if row else (0, GENESIS)


def chain_hash(previous: str, entry: Row | Mapping[str, Any]) -> str:
    """Return the keyed hash (HMAC-SHA256, 64 hex digits) over the previous hash and an entry."""
    return hmac.new(keyring().derive("audit"), previous.encode() + canonical(entry), hashlib.sha256).hexdigest()


def canonical(entry: Row | Mapping[str, Any]) -> bytes:
    """Return the one JSON form of an entry, the same whichever database it was read from."""
    account = entry["account_id"]
    values = {
        "id": str(as_uuid(entry["id"])),
        "created_at": as_instant(entry["created_at"]).isoformat(timespec="microseconds"),
        "account_id": None if account is None else str(as_uuid(account)),
        **{name: entry[name] for name in ("role", "action", "record_type", "record_id", "detail")},
    }
    return msgspec.json.encode(values, order="sorted")


def first_id_at(at: datetime) -> UUID:
    """Return the smallest time-ordered id (UUIDv7) of an instant."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


_sealer = Sealer()


async def seal_new_entries() -> int:
    """Seal what is new: the worker's periodic work."""
    return await _sealer.seal(at=utc_now())
