"""招聘会材料 — the plan and the emergency plan of a fair: attached, replaced on record, read by staff."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.base import new_id
from models.errors import NotFound
from models.fairs import FairDocumentKind, FairState, JobFairDocument
from models.transactions import as_instant, as_uuid, execute, fetch_row, fetch_rows, transaction
from server.accounts.guards import StaffMember
from server.jobs.fairs.attachments import clean_name, kind_of
from server.jobs.fairs.service import FairStateForbids, get_managed_fair, get_visible_fair, hold_fair, note


class FairDocumentNotFound(NotFound):
    message = "这份材料还没有上传"
    next_step = "请主办这场招聘会的工作人员上传"


@dataclass(frozen=True, slots=True)
class AttachedDocument:
    """A document without its content."""

    id: UUID
    kind: FairDocumentKind
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    attached_at: datetime


async def attach_document(
    *, fair_id: UUID, kind: FairDocumentKind, filename: str, data: bytes, staff: StaffMember, at: datetime
) -> AttachedDocument:
    """Attach the plan or the emergency plan, in place of the one before. 上传材料。

    The audit keeps the hash of the old file and of the new one. The same file again changes nothing.

    Raises:
        FairNotFound, WholeCityFair: see ``get_managed_fair``.
        FairStateForbids: the fair was cancelled.
        FairDocumentUnsupported, FairDocumentHasMacros: see ``attachments.kind_of``.
    """
    await get_managed_fair(fair_id=fair_id, staff=staff)
    file_kind = await asyncio.to_thread(kind_of, data)
    sha256 = hashlib.sha256(data).hexdigest()
    name = clean_name(filename, kind=file_kind, otherwise=kind.label)
    async with transaction():
        await hold_fair(fair_id)
        fair = await get_managed_fair(fair_id=fair_id, staff=staff)
        if fair.state is FairState.CANCELLED:
            raise FairStateForbids("这场招聘会已经取消，不再上传材料")
        before = await fetch_row(
            "SELECT sha256, filename FROM job_fair_documents WHERE fair_id = $1 AND kind = $2", fair_id, kind.value
        )
        if before is None or (before["sha256"], before["filename"]) != (sha256, name):
            await _store(fair_id, kind, name, file_kind.media_type, data, sha256, at)
            detail: dict[str, object] = {"kind": kind.value, "sha256": sha256, "state": fair.state.value}
            if before is not None:
                detail["replaced"] = before["sha256"]
            await note(fair_id, "fair.document_attached", staff=staff, detail=detail)
        [attached] = [found for found in await documents_of(fair_id=fair_id) if found.kind is kind]
    return attached


async def _store(
    fair_id: UUID, kind: FairDocumentKind, filename: str, media_type: str, data: bytes, sha256: str, at: datetime
) -> None:
    await execute(
        "INSERT INTO job_fair_documents (id, created_at, fair_id, kind, filename, media_type, bytes, sha256, content) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (fair_id, kind) DO UPDATE SET "
        "created_at = excluded.created_at, filename = excluded.filename, media_type = excluded.media_type, "
        "bytes = excluded.bytes, sha256 = excluded.sha256, content = excluded.content",
        new_id(),
        at,
        fair_id,
        kind.value,
        filename,
        media_type,
        len(data),
        sha256,
        data,
    )


async def documents_of(*, fair_id: UUID) -> list[AttachedDocument]:
    """Return what is attached to a fair, the plan first, without the contents."""
    rows = await fetch_rows(
        "SELECT id, kind, filename, media_type, bytes, sha256, created_at FROM job_fair_documents "
        "WHERE fair_id = $1 ORDER BY kind DESC",
        fair_id,
    )
    return [
        AttachedDocument(
            id=as_uuid(row["id"]),
            kind=FairDocumentKind(row["kind"]),
            filename=row["filename"],
            media_type=row["media_type"],
            size_bytes=row["bytes"],
            sha256=row["sha256"],
            attached_at=as_instant(row["created_at"]),
        )
        for row in rows
    ]


async def get_document(*, fair_id: UUID, kind: FairDocumentKind, staff: StaffMember) -> JobFairDocument:
    """Return a document with its content.

    Raises:
        FairNotFound: there is no such fair, or it is of another town.
        FairDocumentNotFound: nothing of the kind is attached.
    """
    await get_visible_fair(fair_id=fair_id, staff=staff)
    document = await JobFairDocument.get_or_none(fair_id=fair_id, kind=kind)
    if document is None:
        raise FairDocumentNotFound
    return document
