"""删除手机号 — what a person takes back is gone at once; the audit keeps that it was."""

from uuid import UUID

from models.transactions import fetch_rows, transaction
from server.audit.service import record


async def forget_phone(*, account_id: UUID, role: str = "person") -> None:
    """Delete the mobile of an account; without one nothing changes. ``role`` is who wanted it, for the audit."""
    async with transaction():
        rows = await fetch_rows("DELETE FROM account_phones WHERE account_id = $1 RETURNING id", account_id)
        for row in rows:
            await record(
                account_id=account_id,
                role=role,
                action="account_phone.deleted",
                record_type="account_phone",
                record_id=row["id"],
            )
