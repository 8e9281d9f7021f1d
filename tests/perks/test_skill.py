"""优惠技能测试 — what the bot says of offers, from the catalogue as it is."""

from typing import Any

import pytest

from bot.skills import Question, Skill, SkillAnswer
from config.clock import utc_now
from server.perks.skill import PerksSkill
from tests.factories.merchants import make_branch, make_merchant, make_town
from tests.factories.perks import make_perk

pytestmark = pytest.mark.usefixtures("database")

SKILL: Skill = PerksSkill()


async def ask(text: str, **about: Any) -> SkillAnswer:
    """Ask the skill what it recognises as its own."""
    intent = SKILL.recognise(text)
    assert intent is not None, text
    return await SKILL.answer(intent, Question(text=text, at=utc_now(), **about))


def titles(answer: SkillAnswer) -> list[str]:
    return [card.title for card in answer.cards]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("附近哪家理发店给退伍军人打折", "perk_search"),
        ("优待 药店", "perk_search"),
        ("身边有什么优惠", "perk_search"),
        ("军人驿站今晚还有房吗", "lodging"),
        ("宾馆有优惠吗", "lodging"),
        ("优待证怎么申领", None),
        ("外地的优待证在超市能打折吗", None),
        ("98项优惠是哪些规定", None),
        ("今天天气怎么样", None),
        ("店", None),
    ],
)
def test_only_what_asks_for_offers_is_recognised(text: str, intent: str | None) -> None:
    assert SKILL.recognise(text) == intent


async def test_the_word_for_a_shop_finds_its_offers() -> None:
    perk = await make_perk(title="示例理发八折", description="剪头八折")
    await make_perk(title="示例面馆立减三元")

    answer = await ask("哪里理发有优惠")

    assert titles(answer) == ["示例理发八折"]
    assert answer.cards[0].lines == ("示例单位", "剪头八折")
    assert answer.cards[0].link == f"/v1/perks/{perk.id}"
    assert answer.text == "为您列出 1 项优惠"


async def test_offers_nearby_come_nearest_first_with_their_distance() -> None:
    merchant = await make_merchant()
    near = await make_branch(merchant=merchant, latitude=32.785, longitude=119.5)
    far = await make_branch(merchant=merchant, latitude=32.80, longitude=119.5)
    await make_perk(title="远处的优惠", branches=[far])
    await make_perk(title="近处的优惠", branches=[near])

    answer = await ask("附近有什么优惠", latitude=32.78, longitude=119.5)

    assert titles(answer) == ["近处的优惠", "远处的优惠"]
    assert answer.cards[0].lines[-1] == "距您约 600 米"


async def test_without_a_place_it_says_how_to_see_the_nearest() -> None:
    await make_perk(title="示例优惠")

    assert (await ask("附近有什么优惠")).text == "为您列出 1 项优惠；允许使用位置信息后可以由近到远看"


async def test_what_nobody_offers_is_said_before_the_others() -> None:
    await make_perk(title="示例面馆立减三元")

    answer = await ask("干洗店有折扣吗")

    assert answer.text.startswith("没有找到「干洗店」的优惠，先为您列出 1 项")


async def test_only_offers_of_the_town_that_is_named_are_told() -> None:
    await make_town("321084112", "界首镇")
    merchant = await make_merchant()
    there = await make_branch(merchant=merchant, town_code="321084112")
    await make_perk(title="界首的超市优惠", branches=[there])
    await make_perk(title="别处的超市优惠")

    assert titles(await ask("界首镇超市有没有优惠")) == ["界首的超市优惠"]


async def test_lodging_is_the_offers_of_that_category_and_promises_no_room() -> None:
    await make_perk(title="示例驿站住宿优惠", category_code="lodging")
    await make_perk(title="别的优惠")

    answer = await ask("军人驿站今晚还有空房吗")

    assert titles(answer) == ["示例驿站住宿优惠"]
    assert "订房前请和酒店确认" in answer.text


async def test_an_empty_catalogue_is_said_with_a_way_on() -> None:
    answer = await ask("附近有什么优惠")

    assert answer.text == "现在没有登记在册的优惠，可以看看全部优惠"
    assert answer.cards[0].link == "/v1/perks"
