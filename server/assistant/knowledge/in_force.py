"""在用知识 — the files with what staff published over them, as of a day."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import msgspec

from bot.knowledge.entries import Asking, Boundary, Entry, Knowledge, Style
from bot.knowledge.loading import load_knowledge
from bot.replies import RefusalReason
from bot.retrieval.labels import REFUSAL, label
from models.transactions import Row, fetch_row, fetch_rows

OUTSIDE = label(REFUSAL, RefusalReason.OUTSIDE)
_MARK = (
    "SELECT count(*) AS n, coalesce(sum(revision), 0) "
    "+ (SELECT coalesce(sum(revision), 0) FROM question_groups WHERE confirmed_at IS NOT NULL) AS changes "
    "FROM knowledge_versions WHERE state IN ('published', 'withdrawn')"
)
"""Changes with whatever may change what is in force: none of it is removed, and every step raises its revision."""
_IN_FORCE = (
    "SELECT slug, number, is_retirement, content FROM knowledge_versions WHERE state = 'published' "
    "AND effective_from <= $1 AND (effective_to IS NULL OR effective_to >= $1) "
    "ORDER BY slug, effective_from, published_at, number"
)
_OUTSIDE = "SELECT askings FROM question_groups WHERE confirmed_at IS NOT NULL AND state = 'outside' ORDER BY id"
"""What two members of staff found to be outside the subject."""


@dataclass(frozen=True, slots=True)
class InForce:
    """在用知识 — ``numbers`` are those of staff's versions in force, by slug; ``key`` is the same for the same ones."""

    knowledge: Knowledge
    numbers: dict[str, int]
    retired: dict[str, Entry]
    key: str

    @property
    def entries(self) -> dict[str, Entry]:
        """The entries by slug."""
        return {entry.slug: entry for entry in self.knowledge.entries}


@cache
def files() -> Knowledge:
    """Return the shipped knowledge: version 0 of every topic."""
    return load_knowledge()


async def file_entry(slug: str) -> Entry | None:
    """Return the shipped entry of a topic, None where staff wrote it first."""
    found = (await asyncio.to_thread(files)).entries
    return next((entry for entry in found if entry.slug == slug), None)


async def mark_in_force(day: date) -> tuple[date, int, int]:
    """Return what differs as soon as other knowledge is in force: one cheap query."""
    row = await fetch_row(_MARK)
    return (day, int(row["n"]), int(row["changes"])) if row else (day, 0, 0)


async def is_as_shipped(day: date) -> bool:
    """Whether nothing that staff published is in force on a Beijing day: the files alone count."""
    found = (
        f"SELECT 1 AS one FROM ({_IN_FORCE}) AS found UNION ALL SELECT 1 AS one FROM ({_OUTSIDE}) AS outside LIMIT 1"
    )
    return await fetch_row(found, day) is None


async def knowledge_in_force(day: date) -> InForce:
    """Return what may be answered on a Beijing day: of each topic what came into force last, else the file."""
    rows, outside = await fetch_rows(_IN_FORCE, day), await fetch_rows(_OUTSIDE)
    return await asyncio.to_thread(_combine, rows, outside)


def _combine(rows: Sequence[Row], outside: Sequence[Row]) -> InForce:
    last = {row["slug"]: row for row in rows}
    written = {slug: msgspec.json.decode(row["content"], type=Entry) for slug, row in last.items()}
    retired = {slug: written[slug] for slug, row in last.items() if row["is_retirement"]}
    shipped = files()
    of_files = {entry.slug: entry for entry in shipped.entries}
    entries = of_files | written
    kept = tuple(entries[slug] for slug in sorted(entries) if slug not in retired)
    other = [entry for slug, entry in sorted(written.items()) if slug not in retired and entry != of_files.get(slug)]
    refused = [text for row in outside for text in msgspec.json.decode(row["askings"], type=list[str])]
    return InForce(
        knowledge=msgspec.structs.replace(shipped, entries=kept, boundaries=_bounded(shipped.boundaries, refused)),
        numbers={slug: int(row["number"]) for slug, row in last.items()},
        retired=retired,
        key=_key(other, sorted(retired), refused),
    )


def _bounded(shipped: Sequence[Boundary], refused: Sequence[str]) -> tuple[Boundary, ...]:
    """Return the boundaries with what staff found to be outside added to what is refused."""
    if not refused:
        return tuple(shipped)
    added = Boundary(OUTSIDE, tuple(Asking(text, Style.STAFF) for text in dict.fromkeys(refused)))
    return (*shipped, added)


def _key(other: Sequence[Entry], retired: Sequence[str], refused: Sequence[str]) -> str:
    """Return what names the difference from the files: going back to what there was needs no model anew."""
    if not other and not retired and not refused:
        return ""
    return hashlib.sha256(msgspec.json.encode((other, retired, sorted(refused)))).hexdigest()[:12]
