"""核销记录与对账 — what a merchant's tills redeemed by day and month, and what a veteran used."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from config.clock import beijing
from models.transactions import Row, as_instant, as_uuid, fetch_row, fetch_rows
from server.tables.export import export_xlsx


@dataclass(frozen=True, slots=True)
class RedemptionPage:
    rows: list[Row]
    position: tuple[str, ...] | None


async def redemptions_of_day(
    *, merchant_id: UUID, day: date, after: tuple[UUID, ...] | None, limit: int
) -> RedemptionPage:
    """Return a merchant's redemptions of a Beijing day, newest first, reversed ones included and marked."""
    rows = await fetch_rows(
        "SELECT r.id, r.perk_id, p.title, r.created_at, r.reversed_at, b.name AS branch_name, k.display_name AS till "
        "FROM redemptions r JOIN perks p ON p.id = r.perk_id JOIN branches b ON b.id = r.branch_id "
        "LEFT JOIN clerks k ON k.id = r.clerk_id "
        "WHERE r.merchant_id = $1 AND r.redeemed_on = $2 AND r.id < $3 ORDER BY r.id DESC LIMIT $4",
        merchant_id,
        day,
        after[0] if after else UUID(int=2**128 - 1),
        limit + 1,
    )
    return _page(rows, limit)


async def redemptions_of_holder(*, account_id: UUID, after: tuple[UUID, ...] | None, limit: int) -> RedemptionPage:
    """Return the redemptions of the person whose card an account holds, newest first."""
    rows = await fetch_rows(
        "SELECT r.id, r.perk_id, p.title, p.provider, r.created_at, r.reversed_at, b.name AS branch_name "
        "FROM cards c JOIN redemptions r ON r.holder_id = c.holder_id JOIN perks p ON p.id = r.perk_id "
        "JOIN branches b ON b.id = r.branch_id WHERE c.account_id = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3",
        account_id,
        after[0] if after else UUID(int=2**128 - 1),
        limit + 1,
    )
    return _page(rows, limit)


def _page(rows: list[Row], limit: int) -> RedemptionPage:
    kept = rows[:limit]
    return RedemptionPage(rows=kept, position=(str(kept[-1]["id"]),) if len(rows) > limit else None)


async def month_statement(*, merchant_id: UUID, year: int, month: int, at: datetime) -> bytes:
    """Return the XLSX statement of a Beijing month: every redemption, and the sums per perk. No person is in it."""
    first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    merchant = await fetch_row("SELECT name FROM merchants WHERE id = $1", merchant_id)
    assert merchant is not None
    rows = await fetch_rows(
        "SELECT r.id, r.created_at, r.redeemed_on, r.reversed_at, p.number, p.title, b.name AS branch_name, "
        "k.display_name AS till FROM redemptions r JOIN perks p ON p.id = r.perk_id "
        "JOIN branches b ON b.id = r.branch_id LEFT JOIN clerks k ON k.id = r.clerk_id "
        "WHERE r.merchant_id = $1 AND r.redeemed_on BETWEEN $2 AND $3 ORDER BY r.created_at, r.id",
        merchant_id,
        first,
        last,
    )
    done = sum(1 for row in rows if row["reversed_at"] is None)
    notes = (
        f"商户：{merchant['name']}",
        f"月份：{year}年{month}月（北京时间），制表：{beijing(at):%Y-%m-%d %H:%M}",
        f"核销 {len(rows)} 次，其中撤销 {len(rows) - done} 次，有效 {done} 次；有效次数＝未撤销的核销记录数",
        *_sums(rows),
    )
    return await export_xlsx(
        title=f"{year}年{month}月核销对账单",
        columns=[
            ("核销编号", 38),
            ("时间", 20),
            ("优惠编号", 14),
            ("优惠", 36),
            ("门店", 24),
            ("收银台", 16),
            ("状态", 10),
        ],
        rows=[_line(row) for row in rows],
        notes=notes,
    )


def _line(row: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        str(as_uuid(row["id"])),
        as_instant(row["created_at"]),
        row["number"],
        row["title"],
        row["branch_name"],
        row["till"] or "",
        "已撤销" if row["reversed_at"] else "有效",
    )


def _sums(rows: list[Row]) -> list[str]:
    sums: dict[str, int] = {}
    for row in rows:
        if row["reversed_at"] is None:
            sums[row["title"]] = sums.get(row["title"], 0) + 1
    return [f"{title}：有效 {count} 次" for title, count in sorted(sums.items())]
