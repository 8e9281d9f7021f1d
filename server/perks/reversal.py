"""撤销核销 — a use taken back within minutes, every counter given back exactly."""

from datetime import datetime, timedelta
from uuid import UUID

from models.errors import Conflict, NotFound
from models.fields import decode_words
from models.transactions import as_instant, as_uuid, execute, fetch_row, transaction
from server.audit.service import record
from server.perks.redemption import Redeemed
from server.perks.verification import Till

REVERSIBLE_FOR = timedelta(minutes=15)


class RedemptionNotFound(NotFound):
    message = "没有找到这次核销"
    next_step = "请在本店的核销记录中刷新后再试"


class TooLateToReverse(Conflict):
    message = "核销已超过 15 分钟，不能自行撤销"
    next_step = "请把核销编号报给退役军人服务站处理"


async def reverse(*, redemption_id: UUID, till: Till, at: datetime) -> Redeemed:
    """Take a redemption back within 15 minutes; each counter gets back exactly the one that was taken from it.

    Reversing it again returns the reversed redemption. The pass stays used.

    Raises:
        RedemptionNotFound: this merchant has no such redemption.
        TooLateToReverse: it is older than 15 minutes.
    """
    async with transaction():
        row = await fetch_row(
            "UPDATE redemptions SET reversed_at = $1 WHERE id = $2 AND merchant_id = $3 AND reversed_at IS NULL "
            "AND created_at >= $4 RETURNING perk_id, counted",
            at,
            redemption_id,
            till.merchant_id,
            at - REVERSIBLE_FOR,
        )
        if row is not None:
            await _give_back(as_uuid(row["perk_id"]), decode_words(row["counted"]))
            await record(
                account_id=till.account_id,
                role="clerk",
                action="perk.redemption_reversed",
                record_type="redemption",
                record_id=redemption_id,
            )
        redeemed = await _redemption_of(redemption_id, till=till)
        if redeemed.reversed_at is None:
            raise TooLateToReverse
    return redeemed


async def _give_back(perk_id: UUID, counted: tuple[str, ...]) -> None:
    for key in counted:  # in the order in which they were taken, so that two transactions cannot wait in a circle
        subject, _, period = key.partition("|")
        await execute(
            "UPDATE perk_usages SET used = used - 1 WHERE perk_id = $1 AND subject = $2 AND period = $3 AND used > 0",
            perk_id,
            subject,
            period,
        )


async def _redemption_of(redemption_id: UUID, *, till: Till) -> Redeemed:
    row = await fetch_row(
        "SELECT r.perk_id, p.title, r.created_at, r.reversed_at FROM redemptions r JOIN perks p ON p.id = r.perk_id "
        "WHERE r.id = $1 AND r.merchant_id = $2",
        redemption_id,
        till.merchant_id,
    )
    if row is None:
        raise RedemptionNotFound
    return Redeemed(
        id=redemption_id,
        perk_id=as_uuid(row["perk_id"]),
        perk_title=row["title"],
        at=as_instant(row["created_at"]),
        reversed_at=as_instant(row["reversed_at"]) if row["reversed_at"] else None,
    )
