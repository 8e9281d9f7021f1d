"""优惠工厂 — categories and perks that a test asks for by what matters to it."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from config.clock import utc_now
from models.merchants import Branch
from models.perks import Perk, PerkBranch, PerkCategory, PerkState
from server.search.pairs import search_text

SOME_CATEGORY = "life_services"

_numbers = count(1)


async def make_category(code: str = SOME_CATEGORY, name: str = "") -> PerkCategory:
    """Return the category of a code, made if it is not there."""
    defaults = {"name": name or ("生活服务" if code == SOME_CATEGORY else f"类别{code}"), "position": next(_numbers)}
    category, _ = await PerkCategory.get_or_create(code=code, defaults=defaults)
    return category


async def make_perk(*, branches: Iterable[Branch] = (), **overrides: Any) -> Perk:
    """Make a live perk without limits: at ``branches`` and of their merchant, or an authority's when there are none.

    ``category_code`` names a category that is made if it is not there; every field of the record can be overridden.
    """
    offered_at = list(branches)
    number = next(_numbers)
    category = await make_category(overrides.pop("category_code", SOME_CATEGORY))
    values: dict[str, Any] = {
        "number": f"T-{number:05d}",
        "category_id": category.code,
        "title": f"示例优惠{number}",
        "description": "凭优待证享受优惠",
        "merchant_id": offered_at[0].merchant_id if offered_at else None,
        "provider": "示例单位",
        "source": "示例文件",
        "state": PerkState.LIVE,
        "updated_at": utc_now(),
    }
    values |= overrides
    values.setdefault("search_text", search_text(values["title"], values["provider"], values["description"]))
    perk = await Perk.create(**values)
    for branch in offered_at:
        await PerkBranch.create(perk_id=perk.id, branch_id=branch.id)
    return perk
