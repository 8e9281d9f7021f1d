"""优惠技能 — what the bot may say of perks and lodging: the live offers, nearest first where it knows from where."""

from collections.abc import Mapping
from typing import Any

from bot.skills import Question, SkillAnswer, SkillCard
from models.towns import Town, TownNames
from server.perks.catalogue import Page, list_perks
from server.perks.sentences import PerkIntent, PerkWishes, read_wishes, recognise
from server.search.pairs import NothingToSearch, query_terms
from server.search.places import Place, distance_in_words

MOST_CARDS = 5
LODGING = "lodging"
"""The category of the 军人驿站."""
_LONGEST_LINE = 40


class PerksSkill:
    """优惠技能 — fulfils ``bot.skills.Skill``; nothing personal, so that nobody needs to log in."""

    name = "perks"

    def recognise(self, text: str) -> str | None:
        """Return the intent of a sentence about offers, else None."""
        intent = recognise(text)
        return None if intent is None else intent.value

    async def answer(self, intent: str, question: Question) -> SkillAnswer:
        """Return the offers that a question asks for, as the catalogue has them now; nothing is stored.

        Raises:
            ValueError: the intent is none of this skill's.
        """
        category = LODGING if PerkIntent(intent) is PerkIntent.LODGING else ""
        towns = TownNames.of(await Town.all().order_by("position"))
        wishes = read_wishes(question.text, towns)
        words = "" if category else wishes.words
        page = await _find(wishes, words, category, question)
        said = ""
        if not page.rows and words:
            page, said = await _find(wishes, "", category, question), f"没有找到「{words}」的优惠，先"
        if not page.rows:
            what = "登记在册的军人驿站" if category else "登记在册的优惠"
            return SkillAnswer(f"现在没有{what}，可以看看全部优惠", (SkillCard("全部优惠", (), "/v1/perks"),))
        cards = tuple(_card(row) for row in page.rows[:MOST_CARDS])
        if category:
            return SkillAnswer("军人驿站有这些优惠；有没有空房、什么价，订房前请和酒店确认", cards)
        hint = "；允许使用位置信息后可以由近到远看" if wishes.is_near and _place(question) is None else ""
        return SkillAnswer(f"{said}为您列出 {len(cards)} 项优惠{hint}", cards)


async def _find(wishes: PerkWishes, words: str, category: str, question: Question) -> Page:
    near = None if wishes.town_code else _place(question)
    found = words if query_terms(words) else ""
    try:
        page = await list_perks(
            at=question.at, q=found, category=category, town=wishes.town_code, near=near, limit=MOST_CARDS
        )
    except NothingToSearch:
        return Page([], None)
    if not page.rows and near is not None:  # what authorities offer has no branch to be near
        return await list_perks(at=question.at, q=found, category=category, limit=MOST_CARDS)
    return page


def _place(question: Question) -> Place | None:
    if question.latitude is None or question.longitude is None:
        return None
    return Place(question.latitude, question.longitude)


def _card(row: Mapping[str, Any]) -> SkillCard:
    description = str(row["description"])
    shown = description if len(description) <= _LONGEST_LINE else description[: _LONGEST_LINE - 1] + "…"
    branch = row.get("branch_name")
    where = f"{row['provider']}（{branch}）" if branch else str(row["provider"])
    return SkillCard(
        str(row["title"]),
        tuple(filter(None, (where, shown, distance_in_words(row.get("metres"))))),
        f"/v1/perks/{row['id']}",
    )
