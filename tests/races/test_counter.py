"""收银台的竞争 — many tills, two processes, one count."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from tests.perks.till import Shop, redeem, show_pass
from tests.races.ledger import ledger_of, make_bound_cards
from tests.races.processes import TwoWorkers
from tests.service import Answer, Client

pytestmark = pytest.mark.asyncio(loop_scope="package")

REDEMPTIONS = "/v1/merchant/redemptions"


def outcomes(answers: Iterable[Answer]) -> Counter[str]:
    """Return how often each answer came: the status of a success, the code of a refusal."""
    return Counter(answer.code or str(answer.status) for answer in answers)


async def test_five_hundred_at_once_get_exactly_the_hundred_that_are_left(house: TwoWorkers, shop: Shop) -> None:
    async def race() -> None:
        perk = await shop.perk(total_ever=100)
        shown = [await show_pass(card) for card in await make_bound_cards(50) for _ in range(10)]

        answers = await asyncio.gather(
            *(redeem(shop.clerks[number % len(shop.clerks)], text, perk) for number, text in enumerate(shown))
        )

        assert outcomes(answers) == {"201": 100, "SoldOut": 400}
        ledger = await ledger_of(perk)
        ledger.assert_consistent()
        assert ledger.redeemed == {UUID(answer.json["id"]) for answer in answers if answer.status == 201}
        assert ledger.counters == {"all|always": 100}

    await house.raced(REDEMPTIONS, race)


async def test_one_pass_at_fifty_tills_is_redeemed_once(shop: Shop) -> None:
    perk = await shop.perk(per_person_day=1, total_ever=100)
    [card] = await make_bound_cards(1)
    shown = await show_pass(card)

    answers = await asyncio.gather(*(redeem(clerk, shown, perk) for clerk in shop.clerks))

    assert outcomes(answers) == {"201": 1, "PassAlreadyUsed": 49}
    ledger = await ledger_of(perk)
    ledger.assert_consistent()
    assert len(ledger.redeemed) == 1


async def test_two_clerks_and_two_passes_of_one_holder_make_one_use_a_day(shop: Shop) -> None:
    perk = await shop.perk(per_person_day=1)
    pairs = [(await show_pass(card), await show_pass(card)) for card in await make_bound_cards(20)]

    seen = [
        outcomes(
            await asyncio.gather(*(redeem(clerk, text, perk) for clerk, text in zip(shop.clerks, pair, strict=False)))
        )
        for pair in pairs
    ]

    assert seen == [{"201": 1, "DailyLimitReached": 1}] * 20
    ledger = await ledger_of(perk)
    ledger.assert_consistent()
    assert len(ledger.redeemed) == 20


async def test_one_till_that_sends_a_request_twice_at_once_makes_one_use(shop: Shop) -> None:
    perk = await shop.perk(per_person_day=1)
    shown = [await show_pass(card) for card in await make_bound_cards(20)]

    pairs = [await asyncio.gather(*(redeem(shop.clerks[0], text, perk) for _ in range(2))) for text in shown]

    assert [outcomes(pair) for pair in pairs] == [{"201": 2}] * 20
    assert all(first.json == second.json for first, second in pairs)
    ledger = await ledger_of(perk)
    ledger.assert_consistent()
    assert len(ledger.redeemed) == 20


async def ask_and_hang_up(clerk: Client, body: dict[str, str], headers: dict[str, str], *, after_ms: int) -> None:
    """Send a request and cut the connection a moment later, wherever the service has got to by then."""
    place = urlsplit(clerk.base)
    _, writer = await asyncio.open_connection(place.hostname, place.port)
    sent = json.dumps(body).encode()
    lines = {
        "Host": place.netloc,
        "Authorization": f"Bearer {clerk.token}",
        "Content-Type": "application/json",
        "Content-Length": str(len(sent)),
    } | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"POST {REDEMPTIONS} HTTP/1.1\r\n{head}\r\n".encode() + sent)
    await writer.drain()
    await asyncio.sleep(after_ms / 1000)
    writer.close()
    await writer.wait_closed()


async def until_answered(clerk: Client, body: dict[str, str], headers: dict[str, str]) -> Answer:
    """Ask as a till does that got no answer: again, for as long as the first request is said to be under way."""
    async with asyncio.timeout(10):
        while True:
            answer = await clerk.post(REDEMPTIONS, body, headers=headers)
            if answer.code != "StillInProgress":
                return answer


@pytest.mark.parametrize("has_key", [False, True], ids=["plain", "idempotency-key"])
async def test_a_till_that_never_got_its_answer_repeats_and_gets_the_one_redemption(shop: Shop, has_key: bool) -> None:
    perk = await shop.perk(per_person_day=1)
    clerk = shop.clerks[0]

    async def lose_and_repeat(shown: str, after_ms: int) -> list[Answer]:
        body = {"pass": shown, "perk_id": str(perk.id)}
        headers = {"Idempotency-Key": uuid4().hex} if has_key else {}
        await ask_and_hang_up(clerk, body, headers, after_ms=after_ms)
        return [await until_answered(clerk, body, headers) for _ in range(2)]

    texts = [await show_pass(card) for card in await make_bound_cards(40)]
    repeats = [await lose_and_repeat(text, number % 10) for number, text in enumerate(texts)]

    assert [outcomes(pair) for pair in repeats] == [{"201": 2}] * 40
    ids = [{UUID(answer.json["id"]) for answer in pair} for pair in repeats]
    assert all(len(same) == 1 for same in ids)
    ledger = await ledger_of(perk)
    ledger.assert_consistent()
    assert ledger.redeemed == set().union(*ids)


async def test_ten_reversals_at_once_give_back_once(shop: Shop) -> None:
    perk = await shop.perk(per_person_day=2, total_ever=10)
    cards = await make_bound_cards(2)
    kept, taken_back = [await redeem(shop.clerks[0], await show_pass(card), perk) for card in cards]
    path = f"{REDEMPTIONS}/{taken_back.json['id']}/reversal"

    answers = await asyncio.gather(*(clerk.post(path) for clerk in shop.clerks[:10]))

    assert outcomes(answers) == {"200": 10}
    assert len({answer.json["reversed_at"] for answer in answers}) == 1
    ledger = await ledger_of(perk)
    ledger.assert_consistent()
    assert ledger.redeemed - ledger.reversed == {UUID(kept.json["id"])}
    assert ledger.counters["all|always"] == 1


async def test_reversals_that_race_redemptions_never_pass_a_quota_of_one(shop: Shop) -> None:
    perk = await shop.perk(total_ever=1)
    cards = await make_bound_cards(5)
    standing = await redeem(shop.clerks[0], await show_pass(cards[0]), perk)

    for _ in range(15):
        shown = [await show_pass(card) for card in cards[1:]]
        reversal, *tries = await asyncio.gather(
            shop.clerks[0].post(f"{REDEMPTIONS}/{standing.json['id']}/reversal"),
            *(redeem(clerk, text, perk) for clerk, text in zip(shop.clerks[1:], shown, strict=False)),
        )

        assert reversal.status == 200
        assert outcomes(tries) in ({"SoldOut": 4}, {"201": 1, "SoldOut": 3})
        ledger = await ledger_of(perk)
        ledger.assert_consistent()
        assert len(ledger.redeemed - ledger.reversed) == outcomes(tries)["201"]
        if not outcomes(tries)["201"]:
            tries = [await redeem(shop.clerks[0], await show_pass(cards[0]), perk)]
        standing = next(answer for answer in tries if answer.status == 201)

    assert len((await ledger_of(perk)).redeemed) == 16
