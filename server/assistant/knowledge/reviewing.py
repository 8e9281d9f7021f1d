"""知识审核 — a second person reads what was handed in: approves exactly that, or refuses it with a reason."""

from datetime import datetime

import msgspec

from config.clock import beijing_day
from models.errors import Forbidden
from models.knowledge import KnowledgeDeed, KnowledgeStateForbids, KnowledgeVersion
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.assistant.knowledge.versions import entry_of, get_open, move, note

_APPROVE = (
    "UPDATE knowledge_versions SET state = 'reviewed', reviewer_id = $1, content = $2, revision = revision + 1, "
    "updated_at = $3 WHERE id = $4 AND revision = $5 AND state = 'submitted' AND editors NOT LIKE $6"
)


class KnowledgeOwnWork(Forbidden):
    message = "自己写过的版本不能由自己审核"
    next_step = "请另一位管理员审核"


async def approve(*, slug: str, revision: int, staff: StaffMember, at: datetime) -> KnowledgeVersion:
    """Approve what was handed in, as it was read; the answer is then as of this day. 审核通过。

    Raises:
        KnowledgeDraftNotFound: nothing is open.
        KnowledgeOwnWork: the asker wrote some of it.
        KnowledgeStateForbids: it is not waiting for review, or was changed since ``revision``.
    """
    version = await get_open(slug)
    if str(staff.account_id) in msgspec.json.decode(version.editors, type=list[str]):
        raise KnowledgeOwnWork
    entry = msgspec.structs.replace(entry_of(version), reviewed_on=beijing_day(at))
    content = msgspec.json.encode(entry).decode()
    async with transaction():
        own = f"%{staff.account_id}%"
        if not await execute(_APPROVE, staff.account_id, content, at, version.id, revision, own):
            raise KnowledgeStateForbids
        await note(version, KnowledgeDeed.APPROVED.value, staff)
    return await KnowledgeVersion.get(id=version.id)


async def refuse(*, slug: str, revision: int, reason: str, staff: StaffMember, at: datetime) -> KnowledgeVersion:
    """Refuse what was handed in; its authors read why and may change it. 审核不通过。

    Raises:
        KnowledgeDraftNotFound: nothing is open.
        KnowledgeStateForbids: it is not under review, or was changed since ``revision``.
    """
    version = await get_open(slug)
    async with transaction():
        await move(version, KnowledgeDeed.REFUSED, revision=revision, staff=staff, at=at, reason=reason)
    return await KnowledgeVersion.get(id=version.id)
