"""优惠的定期清理"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from config.clock import beijing
from models.base import new_id
from models.cards import Card, CardHolder
from models.merchants import Branch, Clerk
from models.perks import Perk
from models.redemptions import PerkUsage, Redemption, Scan
from server.perks.tasks import SCANS_KEPT, deidentify_redemptions, purge_scans
from server.seed.service import seed

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("database")


async def make_redemption(*, redeemed_at: datetime, **overrides: Any) -> Redemption:
    await seed(samples=True, at=AT)
    clerk = await Clerk.first().prefetch_related("branch__merchant")
    assert clerk is not None
    card = await Card.filter(account_id__isnull=False).first().prefetch_related("holder")
    assert card is not None
    day = beijing(redeemed_at).date()
    values: dict[str, Any] = {
        "pass_id": new_id().hex,
        "perk": await Perk.get(number="SAMPLE-02"),
        "merchant": clerk.branch.merchant,
        "branch": clerk.branch,
        "clerk": clerk,
        "card": card,
        "holder": card.holder,
        "redeemed_on": day,
        "created_at": redeemed_at,
        "counted": (f"{card.holder.id.hex}|{day.isoformat()[:7]}",),
    }
    return await Redemption.create(**(values | overrides))


async def test_an_old_redemption_loses_person_clerk_day_and_minute_and_keeps_its_month() -> None:
    made = await make_redemption(redeemed_at=datetime(2025, 9, 17, 6, 31, tzinfo=UTC))

    count = await deidentify_redemptions(retention_days=400, at=AT)

    kept = (await Redemption.filter(pass_id=made.pass_id).values())[0]
    assert kept["id"] != made.id
    assert kept["id"].version == 4
    assert count == 1
    assert (kept["holder_id"], kept["card_id"], kept["clerk_id"]) == (None, None, None)
    assert kept["counted"] == ()
    assert kept["redeemed_on"] == date(2025, 9, 1)
    assert beijing(kept["created_at"]) == datetime(2025, 9, 1, tzinfo=beijing(AT).tzinfo)
    assert kept["merchant_id"] is not None


async def test_a_redemption_within_the_retention_stays_as_it_is() -> None:
    made = await make_redemption(redeemed_at=AT - timedelta(days=399))

    count = await deidentify_redemptions(retention_days=400, at=AT)

    kept = (await Redemption.filter(pass_id=made.pass_id).values())[0]
    assert kept["id"] == made.id
    assert count == 0
    assert kept["holder_id"] is not None
    assert kept["created_at"] == AT - timedelta(days=399)


async def test_the_retention_is_counted_in_beijing_days() -> None:
    last_kept = beijing(AT).date() - timedelta(days=400)
    old = await make_redemption(redeemed_at=AT, redeemed_on=last_kept - timedelta(days=1))
    kept = await make_redemption(redeemed_at=AT, redeemed_on=last_kept)

    await deidentify_redemptions(retention_days=400, at=AT)

    remaining = await Redemption.filter(holder_id__isnull=False).values_list("id", flat=True)
    assert remaining == [kept.id]
    assert old.id != kept.id


async def test_forgetting_again_changes_nothing() -> None:
    await make_redemption(redeemed_at=datetime(2025, 9, 17, 6, 31, tzinfo=UTC))
    await deidentify_redemptions(retention_days=400, at=AT)

    count = await deidentify_redemptions(retention_days=400, at=AT)

    assert count == 0


async def test_counters_that_tell_a_persons_days_go_too_and_those_still_in_force_stay() -> None:
    await make_redemption(redeemed_at=AT)
    perk, holder = await Perk.get(number="SAMPLE-02"), await CardHolder.first()
    assert holder is not None
    old, current = ("2025-09-17", "2025-09"), ("2026-11-23", "2026-11", "2025", "ever")
    for period in (*old, *current):
        await PerkUsage.create(perk=perk, subject=holder.id.hex, period=period, used=1)
    await PerkUsage.create(perk=perk, subject="all", period="2025-09-17", used=5)

    await deidentify_redemptions(retention_days=400, at=AT)

    kept = set(await PerkUsage.all().values_list("subject", "period"))
    assert kept == {(holder.id.hex, period) for period in current} | {("all", "2025-09-17")}


async def test_scans_are_kept_for_ninety_days() -> None:
    await make_redemption(redeemed_at=AT)
    clerk = await Clerk.first().prefetch_related("branch__merchant", "account")
    assert clerk is not None

    async def scan(created_at: datetime) -> UUID:
        made = await Scan.create(
            account=clerk.account,
            merchant=clerk.branch.merchant,
            branch=await Branch.get(id=clerk.branch.id),
            outcome="refused",
            created_at=created_at,
        )
        return made.id

    await scan(AT - SCANS_KEPT - timedelta(seconds=1))
    recent = await scan(AT - SCANS_KEPT + timedelta(seconds=1))

    count = await purge_scans(at=AT)

    assert count == 1
    assert await Scan.all().values_list("id", flat=True) == [recent]
