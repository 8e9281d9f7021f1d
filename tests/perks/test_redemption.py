"""核销 — a use is counted exactly, done once, refused with a reason, taken back exactly."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.clock import beijing, beijing_day, utc_now
from models.cards import CardState
from models.merchants import MerchantState
from models.perks import PerkState
from models.redemptions import Redemption
from models.transactions import execute, fetch_row
from server.perks.redemption import redeem as redeem_perk
from server.perks.reversal import reverse
from server.perks.verification import Till
from tests.factories.cards import make_card
from tests.factories.merchants import make_branch, make_clerk
from tests.factories.perks import make_perk
from tests.perks.till import make_veteran, old_pass, open_shop, redeem, refused_scans, show_pass, usage
from tests.service import Client


def till_of(clerk: Any) -> Till:
    return Till(
        account_id=clerk.account_id, clerk_id=clerk.id, merchant_id=clerk.merchant_id, branch_id=clerk.branch_id
    )


def hours_without_now() -> list[str]:
    later = beijing(utc_now()) + timedelta(hours=3)
    return [f"{later:%H}:00-{later:%H}:30"]


async def test_a_clerk_redeems_a_perk_and_every_limit_counts_it(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(title="洗剪吹八折", per_person_day=1, per_person_month=4, total_ever=100)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    day = beijing_day(utc_now()).isoformat()

    answer = await redeem(clerk, await show_pass(card), perk)

    assert answer.status == 201
    assert answer.json["perk_title"] == "洗剪吹八折"
    assert answer.json["redeemed_at"].endswith("+08:00")
    assert await usage(perk) == {day: 1, day[:7]: 1, "all always": 1}


async def test_a_perk_without_limits_is_redeemed_as_often_as_passes_are_shown(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk()
    _, card = await make_veteran(service)
    clerk = await shop.clerk()

    answers = [await redeem(clerk, await show_pass(card), perk) for _ in range(3)]

    assert [answer.status for answer in answers] == [201] * 3
    assert await usage(perk) == {}


async def test_the_same_request_again_returns_the_first_redemption(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(per_person_day=1)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    shown = await show_pass(card)

    first = await redeem(clerk, shown, perk)
    again = await redeem(clerk, shown, perk)

    assert first.status == again.status == 201
    assert first.json == again.json


async def test_a_repeat_after_the_pass_has_expired_still_returns_the_first(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk()
    _, card = await make_veteran(service)
    clerk = await make_clerk(branch=shop.branch)
    till = till_of(clerk)
    at = utc_now()
    shown = await show_pass(card, at=at)
    first = await redeem_perk(pass_text=shown, perk_id=perk.id, till=till, at=at)

    again = await redeem_perk(pass_text=shown, perk_id=perk.id, till=till, at=at + timedelta(minutes=20))

    assert again == first


async def test_a_pass_is_refused_at_another_till(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk()
    _, card = await make_veteran(service)
    shown = await show_pass(card)
    await redeem(await shop.clerk(), shown, perk)

    answer = await redeem(await shop.clerk(), shown, perk)

    assert (answer.status, answer.code) == (409, "PassAlreadyUsed")
    assert "刷新" in answer.json["detail"]


async def test_a_pass_is_refused_for_another_perk(service: Client) -> None:
    shop = await open_shop(service)
    first, second = await shop.perk(), await shop.perk()
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    shown = await show_pass(card)
    await redeem(clerk, shown, first)

    answer = await redeem(clerk, shown, second)

    assert (answer.status, answer.code) == (409, "PassAlreadyUsed")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"per_person_day": 1}, "DailyLimitReached"),
        ({"per_person_month": 1}, "MonthlyLimitReached"),
        ({"per_person_year": 1}, "YearlyLimitReached"),
        ({"per_person_ever": 1}, "PersonalLimitReached"),
        ({"total_day": 1}, "SoldOutToday"),
        ({"total_ever": 1}, "SoldOut"),
        ({"total_ever": 1, "per_person_day": 1}, "DailyLimitReached"),
    ],
)
async def test_each_exhausted_limit_has_its_own_code_and_takes_nothing(
    service: Client, limits: dict[str, int], code: str
) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(**({"per_person_ever": 50} | limits))
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    await redeem(clerk, await show_pass(card), perk)
    before = await usage(perk)

    answer = await redeem(clerk, await show_pass(card), perk)

    assert (answer.status, answer.code) == (409, code)
    assert answer.json["detail"].count("。") == 2
    assert await usage(perk) == before
    assert await refused_scans() == [code]


async def test_a_limit_follows_the_person_onto_a_replacement_card(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(per_person_day=1)
    veteran, card = await make_veteran(service)
    clerk = await shop.clerk()
    await redeem(clerk, await show_pass(card), perk)
    await execute("UPDATE cards SET account_id = NULL WHERE id = $1", card.id)
    second = await make_card(holder=card.holder, account_id=veteran.account_id)

    answer = await redeem(clerk, await show_pass(second), perk)

    assert answer.code == "DailyLimitReached"


@pytest.mark.parametrize(
    ("perk", "card", "status", "code"),
    [
        ({"state": PerkState.SUSPENDED}, {}, 409, "PerkSuspended"),
        ({"state": PerkState.ENDED}, {}, 409, "PerkEnded"),
        ({"state": PerkState.DRAFT}, {}, 404, "PerkNotFound"),
        ({"starts_on": date(2099, 1, 1)}, {}, 409, "PerkNotStarted"),
        ({"ends_on": date(2020, 1, 1)}, {}, 409, "PerkEnded"),
        ({"weekdays": 0}, {}, 409, "PerkClosedToday"),
        ({"hours": None}, {}, 409, "PerkClosedNow"),
        ({"card_kinds": ["bereaved_family"]}, {}, 403, "CardKindNotEligible"),
        ({"households": ["321084112"]}, {}, 403, "HouseholdNotEligible"),
        ({}, {"state": CardState.SUSPENDED}, 409, "CardSuspended"),
        ({}, {"state": CardState.REVOKED}, 409, "CardRevoked"),
        ({}, {"state": CardState.REPLACED}, 409, "CardReplaced"),
        ({}, {"expires_on": date(2020, 1, 1)}, 409, "CardExpired"),
    ],
)
async def test_what_stands_against_a_redemption_is_told_by_code_and_leaves_a_scan(
    service: Client, perk: dict[str, Any], card: dict[str, Any], status: int, code: str
) -> None:
    shop = await open_shop(service)
    if "hours" in perk:
        perk = {"hours": hours_without_now()}
    offered = await shop.perk(per_person_day=1, **perk)
    _, held = await make_veteran(service, **card)

    answer = await redeem(await shop.clerk(), await show_pass(held), offered)

    assert (answer.status, answer.code) == (status, code)
    assert answer.json["detail"]
    assert await usage(offered) == {}
    assert await refused_scans() == [code]


async def test_a_perk_is_refused_at_a_branch_that_does_not_grant_it(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk()
    other = await make_branch(merchant_id=shop.merchant.id)
    _, card = await make_veteran(service)

    answer = await redeem(await shop.clerk(other), await show_pass(card), perk)

    assert (answer.status, answer.code) == (409, "WrongBranch")


async def test_another_merchants_perk_does_not_exist_at_this_till(service: Client) -> None:
    shop, other = await open_shop(service), await open_shop(service)
    perk = await other.perk()
    _, card = await make_veteran(service)

    answer = await redeem(await shop.clerk(), await show_pass(card), perk)
    unknown = await redeem(await shop.clerk(), await show_pass(card), uuid4())

    assert (answer.status, answer.code) == (404, "PerkNotFound")
    assert (unknown.status, unknown.code) == (404, "PerkNotFound")


async def test_an_authoritys_perk_is_redeemed_at_no_till(service: Client) -> None:
    shop = await open_shop(service)
    free_bus = await make_perk(title="免费公交")
    _, card = await make_veteran(service)

    answer = await redeem(await shop.clerk(), await show_pass(card), free_bus)

    assert answer.code == "PerkNotFound"


async def test_passes_that_are_none_are_refused_and_recorded(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk()
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    good = await show_pass(card)

    answers = [
        await redeem(clerk, shown, perk)
        for shown in (await old_pass(card), good[:-4], "https://example.com", good[:-20] + good[-18:] + "00")
    ]

    assert [answer.status for answer in answers] == [422] * 4
    assert answers[0].code == "PassExpired"
    assert {answer.code for answer in answers[1:]} <= {"PassUnreadable", "PassForged"}
    assert len(await refused_scans()) == 4


async def test_a_pass_of_an_unbound_card_is_unknown(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk()
    _, card = await make_veteran(service)
    shown = await show_pass(card)
    await execute("UPDATE cards SET account_id = NULL WHERE id = $1", card.id)

    answer = await redeem(await shop.clerk(), shown, perk)

    assert (answer.status, answer.code) == (409, "PassUnknown")


async def test_suspending_a_merchant_stops_its_tills_at_once(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk()
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    await execute("UPDATE merchants SET state = $1 WHERE id = $2", MerchantState.SUSPENDED.value, shop.merchant.id)

    redeemed = await redeem(clerk, await show_pass(card), perk)
    verified = await clerk.post("/v1/merchant/verifications", {"pass": await show_pass(card)})

    assert (redeemed.status, redeemed.code) == (403, "MerchantSuspended")
    assert (verified.status, verified.code) == (403, "MerchantSuspended")


async def test_a_reversal_gives_every_counter_back_exactly_and_can_be_repeated(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(per_person_day=1, total_ever=5)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    day = beijing_day(utc_now()).isoformat()
    first = await redeem(clerk, await show_pass(card), perk)

    reversal = await clerk.post(f"/v1/merchant/redemptions/{first.json['id']}/reversal")
    again = await clerk.post(f"/v1/merchant/redemptions/{first.json['id']}/reversal")
    second = await redeem(clerk, await show_pass(card), perk)

    assert reversal.status == again.status == 200
    assert reversal.json == again.json
    assert reversal.json["reversed_at"]
    assert second.status == 201
    assert await usage(perk) == {day: 1, "all always": 1}


async def test_a_reversal_gives_back_what_was_taken_even_if_the_limits_have_changed(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(total_ever=5)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    first = await redeem(clerk, await show_pass(card), perk)
    await execute("UPDATE perks SET total_ever = NULL, per_person_day = 3 WHERE id = $1", perk.id)

    await clerk.post(f"/v1/merchant/redemptions/{first.json['id']}/reversal")

    assert await usage(perk) == {"all always": 0}


async def test_a_pass_whose_redemption_was_reversed_is_told_so(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk()
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    shown = await show_pass(card)
    first = await redeem(clerk, shown, perk)
    await clerk.post(f"/v1/merchant/redemptions/{first.json['id']}/reversal")

    answer = await redeem(clerk, shown, perk)

    assert (answer.status, answer.code) == (409, "RedemptionReversed")


async def test_sixteen_minutes_are_too_late_to_reverse(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(total_ever=5)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    first = await redeem(clerk, await show_pass(card), perk)
    done = await Redemption.get(id=first.json["id"])
    earlier = done.created_at - timedelta(minutes=15, seconds=1)
    await execute("UPDATE redemptions SET created_at = $1 WHERE id = $2", earlier, done.id)

    answer = await clerk.post(f"/v1/merchant/redemptions/{first.json['id']}/reversal")

    assert (answer.status, answer.code) == (409, "TooLateToReverse")
    assert await usage(perk) == {"all always": 1}


async def test_another_merchants_redemption_cannot_be_reversed(service: Client) -> None:
    shop, other = await open_shop(service), await open_shop(service)
    perk = await shop.perk()
    _, card = await make_veteran(service)
    first = await redeem(await shop.clerk(), await show_pass(card), perk)

    answer = await (await other.clerk()).post(f"/v1/merchant/redemptions/{first.json['id']}/reversal")

    assert (answer.status, answer.code) == (404, "RedemptionNotFound")


async def test_two_reversals_at_once_give_back_once(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(total_ever=5)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    first = await redeem(clerk, await show_pass(card), perk)
    path = f"/v1/merchant/redemptions/{first.json['id']}/reversal"

    answers = await asyncio.gather(*(clerk.post(path) for _ in range(8)))

    assert {answer.status for answer in answers} == {200}
    assert await usage(perk) == {"all always": 0}


async def test_the_deed_and_its_audit_entry_are_written_together(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(per_person_day=1)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()

    done = await redeem(clerk, await show_pass(card), perk)
    await redeem(clerk, await show_pass(card), perk)

    row = await fetch_row(
        "SELECT count(*) AS n, max(record_id) AS id FROM audit_entries WHERE action = 'perk.redeemed'"
    )
    assert row is not None
    assert (row["n"], row["id"]) == (1, done.json["id"])


async def test_an_idempotency_key_with_another_body_is_refused(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk()
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    key = {"Idempotency-Key": "till-1-0001"}
    await redeem(clerk, await show_pass(card), perk, headers=key)

    answer = await redeem(clerk, await show_pass(card), perk, headers=key)

    assert (answer.status, answer.code) == (422, "KeyReused")


async def test_a_refusal_under_an_idempotency_key_is_not_kept(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(state=PerkState.SUSPENDED)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    shown = await show_pass(card)
    key = {"Idempotency-Key": "till-1-0002"}
    refused = await redeem(clerk, shown, perk, headers=key)
    await execute("UPDATE perks SET state = 'live' WHERE id = $1", perk.id)

    answer = await redeem(clerk, shown, perk, headers=key)

    assert refused.code == "PerkSuspended"
    assert answer.status == 201
    assert await refused_scans() == ["PerkSuspended"]


async def test_the_limit_of_fifteen_minutes_is_measured_by_the_time_that_is_passed_in(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(total_ever=5)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    first = await redeem(clerk, await show_pass(card), perk)
    done = await Redemption.get(id=first.json["id"]).select_related("clerk")
    last_moment = done.created_at + timedelta(minutes=15)

    reversed_ = await reverse(redemption_id=done.id, till=till_of(done.clerk), at=last_moment)

    assert reversed_.reversed_at == last_moment
