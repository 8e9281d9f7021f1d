"""主线旅程 — started with nothing configured: a veteran shows a card, a clerk verifies it and redeems a perk."""

import re
from pathlib import Path

from tests.journeys.people import Person, stranger
from tests.run.installation import running

EGGS = "示例·每日特价鸡蛋20份"


async def show(holder: Person) -> str:
    """Return what the phone of a holder shows."""
    shown: str = (await holder.expect(201, "POST", "/v1/card/passes"))["pass"]
    return shown


async def redeem_eggs_twice(veteran: Person, clerk: Person) -> None:
    verified = await clerk.expect(200, "POST", "/v1/merchant/verifications", {"pass": await show(veteran)})
    eggs = next(perk for perk in verified["perks"] if perk["title"] == EGGS)
    asked = {"pass": await show(veteran), "perk_id": eggs["id"]}
    redeemed = await clerk.expect(201, "POST", "/v1/merchant/redemptions", asked)
    again = await clerk.expect(201, "POST", "/v1/merchant/redemptions", asked)
    second = {"pass": await show(veteran), "perk_id": eggs["id"]}
    refusal = await clerk.expect(409, "POST", "/v1/merchant/redemptions", second)
    after = await clerk.expect(200, "POST", "/v1/merchant/verifications", {"pass": await show(veteran)})
    used = await veteran.expect(200, "GET", "/v1/redemptions")

    assert (verified["result"], verified["holder"]["masked_name"]) == ("valid", "示**")
    assert (eggs["usable"], eggs["remaining"]) == (True, 1)
    assert again == redeemed
    assert refusal["code"] == "DailyLimitReached"
    assert "明天" in refusal["detail"]
    now = next(perk for perk in after["perks"] if perk["title"] == EGGS)
    assert (now["usable"], now["remaining"], now["reason"]) == (False, 0, "DailyLimitReached")
    assert [(use["id"], use["perk_title"]) for use in used["items"]] == [(redeemed["id"], EGGS)]


async def claim_the_printed_card(newcomer: Person, greeting: str) -> None:
    printed = re.search(r"姓名 (\S+)  身份证号 (\S+)  证号后四位 (\S+)", greeting)
    assert printed
    claim = dict(zip(("name", "id_number", "card_last4"), printed.groups(), strict=True))
    before = await newcomer.expect(200, "GET", "/v1/card")
    too_early = await newcomer.expect(409, "POST", "/v1/card/claims", claim)
    agreed = {"purpose": "card_binding", "version": "2026-11"}
    await newcomer.expect(201, "POST", "/v1/consents", agreed)
    card = await newcomer.expect(201, "POST", "/v1/card/claims", claim)
    me = await newcomer.expect(200, "GET", "/v1/me")

    assert (before["state"], too_early["code"]) == ("none", "ConsentRequired")
    assert (card["last4"], card["state"]) == (claim["card_last4"], "active")
    assert me["roles"] == ["veteran"]


async def test_the_main_job_is_done_on_a_fresh_start(tmp_path: Path) -> None:
    async with running(tmp_path, RATE_LIMITS="on") as installation:
        async with stranger(installation.base) as somebody:
            clerk = await somebody.login("demo-clerk")
            await redeem_eggs_twice(await somebody.login("demo-veteran"), clerk)

            newcomer = await somebody.login("somebody-new")
            await claim_the_printed_card(newcomer, installation.greeting)
            shown = {"pass": await show(newcomer)}
            verified = await clerk.expect(200, "POST", "/v1/merchant/verifications", shown)
            assert (verified["result"], verified["holder"]["card_kind"]) == ("valid", "veteran")
            assert next(perk for perk in verified["perks"] if perk["title"] == EGGS)["usable"]
        assert await installation.stop() == 0
