"""审计校验 — walks the whole chain of seals and tells the first place where it does not hold."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.transactions import Row, fetch_row, fetch_rows
from server.audit.sealing import COLUMNS, GENESIS, chain_hash

_CHUNK = 1000
_OVERDUE = timedelta(minutes=1)
_LINKS = (
    f"SELECT s.seq, s.hash, {COLUMNS} FROM audit_seals s LEFT JOIN audit_entries e ON e.id = s.entry_id "
    "WHERE s.seq > $1 ORDER BY s.seq LIMIT $2"
)


@dataclass(frozen=True, slots=True)
class Head:
    """链头 — the number and hash of a seal, as noted outside the database (the log's ``audit.sealed``)."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class ChainFault:
    """断点 — the first number at which the chain does not hold, and in what way."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """校验结果 — the counts, the head to note down, and the first fault if there is one."""

    entries: int
    sealed: int
    unsealed_older_than_a_minute: int
    head: Head
    fault: ChainFault | None


async def verify_chain(
    *, at: datetime, noted: Head | None = None, progress: Callable[[int, int], None] | None = None
) -> ChainReport:
    """Check every seal against its entry and its predecessor, and a head noted earlier against the chain.

    An entry that was changed or removed, a seal that was removed, and a changed order each break the chain. Cutting
    off its end is seen only against ``noted``. ``progress`` hears (seals checked, seals in all).
    """
    sealed = await _count("SELECT count(*) AS n FROM audit_seals")
    head, fault, noted_hash = Head(0, GENESIS), None, None
    while fault is None:
        links = await fetch_rows(_LINKS, head.seq, _CHUNK)
        if not links:
            break
        for link in links:
            fault = _fault_of(link, after=head)
            if fault:
                break
            head = Head(link["seq"], link["hash"])
            if noted and noted.seq == head.seq:
                noted_hash = head.hash
        if progress:
            progress(head.seq, sealed)
    if fault is None and noted and noted.seq and noted_hash != noted.hash:
        fault = _fault_of_noted(noted, head)
    return ChainReport(
        entries=await _count("SELECT count(*) AS n FROM audit_entries"),
        sealed=sealed,
        unsealed_older_than_a_minute=await _overdue(at),
        head=head,
        fault=fault,
    )


def _fault_of(link: Row, *, after: Head) -> ChainFault | None:
    expected = after.seq + 1
    if link["seq"] != expected:
        return ChainFault(expected, "封存记录缺失，可能被删除")
    if link["id"] is None:
        return ChainFault(expected, "审计记录缺失，可能被删除")
    if not hmac.compare_digest(chain_hash(after.hash, link), link["hash"]):
        return ChainFault(expected, "内容与封存值不符：记录被改动、顺序被改动，或审计密钥（INDEX_KEY）已更换")
    return None


def _fault_of_noted(noted: Head, head: Head) -> ChainFault:
    if noted.seq > head.seq:
        return ChainFault(head.seq + 1, f"链在此处中断，而以前记下的链头是第 {noted.seq} 条：末尾被截断")
    return ChainFault(noted.seq, "与以前记下的链头不符：这之前的链被整体重写")


async def _overdue(at: datetime) -> int:
    return await _count(
        "SELECT count(*) AS n FROM audit_entries e WHERE e.created_at < $1 "
        "AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.entry_id = e.id)",
        at - _OVERDUE,
    )


async def _count(sql: str, *values: object) -> int:
    row = await fetch_row(sql, *values)
    return int(row["n"]) if row else 0
