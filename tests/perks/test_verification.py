"""核验 — what a till is told about a pass."""

from datetime import date

from config.clock import beijing, utc_now
from models.cards import CardKind, CardState
from tests.factories.merchants import make_branch
from tests.perks.till import make_veteran, old_pass, open_shop, redeem, refused_scans, show_pass
from tests.service import Answer, Client


async def verify(clerk: Client, shown: str) -> Answer:
    return await clerk.post("/v1/merchant/verifications", {"pass": shown})


async def test_a_good_pass_shows_a_masked_holder_and_what_is_left_of_each_perk(service: Client) -> None:
    shop = await open_shop(service)
    twice = await shop.perk(title="洗剪吹八折", per_person_month=2)
    await shop.perk(title="不限次数")
    await shop.perk(title="只给三属", card_kinds=["bereaved_family"])
    await shop.perk(title="暂停中", state="suspended")
    await shop.perk(title="草稿", state="draft")
    _, card = await make_veteran(service, name="段誉明")
    clerk = await shop.clerk()
    await redeem(clerk, await show_pass(card), twice)

    answer = await verify(clerk, await show_pass(card))

    assert answer.status == 200
    assert answer.json["result"] == "valid"
    assert answer.json["holder"] == {"masked_name": "段**", "card_kind": "veteran"}
    seen = {perk["title"]: (perk["usable"], perk["remaining"], perk["reason"]) for perk in answer.json["perks"]}
    assert seen == {
        "洗剪吹八折": (True, 1, ""),
        "不限次数": (True, None, ""),
        "只给三属": (False, None, "CardKindNotEligible"),
        "暂停中": (False, None, "PerkSuspended"),
    }


async def test_an_exhausted_perk_says_so_before_anybody_presses_redeem(service: Client) -> None:
    shop = await open_shop(service)
    once = await shop.perk(per_person_day=1)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    await redeem(clerk, await show_pass(card), once)

    answer = await verify(clerk, await show_pass(card))

    perk = answer.json["perks"][0]
    assert (perk["usable"], perk["remaining"], perk["reason"]) == (False, 0, "DailyLimitReached")
    assert "明天" in perk["message"]


async def test_a_perk_of_another_branch_is_named_as_such(service: Client) -> None:
    shop = await open_shop(service)
    await shop.perk()
    other = await make_branch(merchant_id=shop.merchant.id)
    _, card = await make_veteran(service)

    answer = await verify(await shop.clerk(other), await show_pass(card))

    assert answer.json["perks"][0]["reason"] == "WrongBranch"


async def test_a_used_pass_is_refused_with_the_next_step(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk()
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    shown = await show_pass(card)
    await redeem(clerk, shown, perk)

    answer = await verify(clerk, shown)

    assert answer.status == 200
    assert (answer.json["result"], answer.json["reason"]) == ("refused", "PassAlreadyUsed")
    assert "刷新" in answer.json["next_step"]
    assert answer.json["holder"] is None


async def test_each_kind_of_bad_card_is_refused_for_its_own_reason(service: Client) -> None:
    shop = await open_shop(service)
    clerk = await shop.clerk()
    cards = [
        (await make_veteran(service, state=CardState.SUSPENDED))[1],
        (await make_veteran(service, state=CardState.REVOKED))[1],
        (await make_veteran(service, expires_on=date(2020, 1, 1)))[1],
    ]

    reasons = [(await verify(clerk, await show_pass(card))).json["reason"] for card in cards]

    assert reasons == ["CardSuspended", "CardRevoked", "CardExpired"]


async def test_a_card_is_good_on_its_last_day(service: Client) -> None:
    shop = await open_shop(service)
    _, card = await make_veteran(service, expires_on=beijing(utc_now()).date(), kind=CardKind.BEREAVED_FAMILY)

    answer = await verify(await shop.clerk(), await show_pass(card))

    assert answer.json["holder"]["card_kind"] == "bereaved_family"


async def test_expired_forged_and_foreign_texts_are_answers_and_records(service: Client) -> None:
    shop = await open_shop(service)
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    good = await show_pass(card)

    answers = [
        await verify(clerk, shown)
        for shown in (await old_pass(card), "YB1:" + good[4:][::-1], "13800000000", "HC1:6BF", "YB1:", "一二三")
    ]

    assert [answer.status for answer in answers] == [200] * 6
    assert answers[0].json["reason"] == "PassExpired"
    assert {answer.json["reason"] for answer in answers[1:]} <= {"PassUnreadable", "PassForged"}
    assert all(answer.json["message"] and answer.json["next_step"] for answer in answers)
    assert len(await refused_scans()) == 6
