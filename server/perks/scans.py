"""扫码记录 — every scan leaves one, the refused ones too."""

from datetime import datetime
from uuid import UUID

from config.logging import get_logger
from models.base import new_id
from models.redemptions import ScanOutcome
from models.transactions import execute

log = get_logger("perks")


async def record_scan(
    *,
    account_id: UUID,
    merchant_id: UUID,
    branch_id: UUID,
    pass_id: str | None,
    outcome: ScanOutcome,
    reason: str = "",
    perk_id: UUID | None = None,
    at: datetime,
) -> None:
    """Write one scan; ``reason`` is the refusal's code. No person is named in it."""
    await execute(
        "INSERT INTO scans (id, created_at, account_id, merchant_id, branch_id, pass_id, perk_id, outcome, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new_id(),
        at,
        account_id,
        merchant_id,
        branch_id,
        pass_id,
        perk_id,
        outcome.value,
        reason,
    )
    if reason:
        log.info("perks.scan_refused", merchant_id=merchant_id, branch_id=branch_id, pass_id=pass_id, reason=reason)
