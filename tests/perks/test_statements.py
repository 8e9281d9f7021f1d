"""核销记录与对账"""

from io import BytesIO

from openpyxl import load_workbook

from config.clock import beijing, utc_now
from tests.perks.till import make_veteran, open_shop, redeem, show_pass
from tests.service import Client


async def test_a_merchant_sees_its_own_day_newest_first(service: Client) -> None:
    shop, other = await open_shop(service), await open_shop(service)
    perk = await shop.perk(title="洗剪吹八折")
    _, card = await make_veteran(service)
    clerk = await shop.clerk()
    first = await redeem(clerk, await show_pass(card), perk)
    second = await redeem(clerk, await show_pass(card), perk)
    await redeem(await other.clerk(), await show_pass(card), await other.perk())

    page = await clerk.get("/v1/merchant/redemptions?limit=1")
    rest = await clerk.get(f"/v1/merchant/redemptions?limit=1&cursor={page.json['next_cursor']}")
    elsewhen = await clerk.get("/v1/merchant/redemptions?day=2020-01-01")

    assert [item["id"] for item in page.json["items"] + rest.json["items"]] == [second.json["id"], first.json["id"]]
    assert rest.json["next_cursor"] is None
    assert elsewhen.json == {"items": [], "next_cursor": None}


async def test_a_veteran_sees_where_his_card_was_used(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(title="洗剪吹八折")
    veteran, card = await make_veteran(service)
    stranger, _ = await make_veteran(service)
    await redeem(await shop.clerk(), await show_pass(card), perk)

    mine = await veteran.get("/v1/redemptions")
    theirs = await stranger.get("/v1/redemptions")

    assert [(item["perk_title"], item["branch_name"]) for item in mine.json["items"]] == [
        ("洗剪吹八折", shop.branch.name)
    ]
    assert theirs.json["items"] == []


async def test_the_months_statement_counts_what_was_not_reversed_and_names_nobody(service: Client) -> None:
    shop = await open_shop(service)
    perk = await shop.perk(title="=洗剪吹八折")
    _, card = await make_veteran(service, name="段誉明", mobile="18012341999")
    clerk = await shop.clerk()
    done = await redeem(clerk, await show_pass(card), perk)
    await redeem(clerk, await show_pass(card), perk)
    await clerk.post(f"/v1/merchant/redemptions/{done.json['id']}/reversal")
    month = f"{beijing(utc_now()):%Y-%m}"

    answer = await clerk.get(f"/v1/merchant/redemption-statement?month={month}")

    assert answer.status == 200
    text = "\n".join(
        str(value)
        for sheet in load_workbook(BytesIO(answer.body)).worksheets
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None
    )
    assert "核销 2 次，其中撤销 1 次，有效 1 次" in text
    assert "=洗剪吹八折：有效 1 次" in text
    assert "段" not in text
    assert "18012341999" not in text


async def test_a_month_that_is_none_is_refused(service: Client) -> None:
    clerk = await (await open_shop(service)).clerk()

    answer = await clerk.get("/v1/merchant/redemption-statement?month=2026-13")

    assert (answer.status, answer.code) == (400, "MalformedRequest")
