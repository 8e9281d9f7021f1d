"""参考数据 — towns, perk categories, real perks, military specialities, with their sources; in production too."""

from datetime import datetime
from uuid import UUID

import msgspec

from models.merchants import Branch, Merchant
from models.perks import Perk, PerkBranch, PerkCategory
from models.seekers import Speciality
from models.towns import Town
from server.jobs.seekers.speciality_file import SpecialityFile
from server.search.pairs import search_text
from server.seed.files import Categories, Perks, SeedPerk, Towns, load


async def seed_towns() -> int:
    """Store the towns that are missing and return how many there are."""
    towns = load("towns", Towns).towns
    await Town.bulk_create(
        [Town(code=town.code, name=town.name, position=position) for position, town in enumerate(towns, 1)],
        ignore_conflicts=True,
    )
    return len(towns)


async def seed_categories() -> int:
    """Store the perk categories that are missing and return how many there are."""
    categories = load("perk_categories", Categories).categories
    await PerkCategory.bulk_create(
        [
            PerkCategory(code=item.code, name=item.name, position=position)
            for position, item in enumerate(categories, 1)
        ],
        ignore_conflicts=True,
    )
    return len(categories)


async def seed_specialities(*, at: datetime) -> int:
    """Store the military specialities that are missing and return how many there are; what staff edited stays."""
    entries = load("specialities", SpecialityFile).specialities
    await Speciality.bulk_create(
        [
            Speciality(**msgspec.structs.asdict(entry), position=position, updated_at=at)
            for position, entry in enumerate(entries, 1)
        ],
        ignore_conflicts=True,
    )
    return len(entries)


async def seed_perks(*, at: datetime) -> int:
    """Store the real perks that are missing and return how many were; what staff changed stays as it is."""
    perks = load("perks", Perks).perks
    known = {str(number) for number in await Perk.all().values_list("number", flat=True)}
    missing = [perk for perk in perks if perk.number not in known]
    for perk in missing:
        await create_perk(perk, merchant=None, branches=(), is_sample=False, at=at)
    return len(missing)


async def create_perk(
    perk: SeedPerk, *, merchant: Merchant | None, branches: tuple[Branch, ...], is_sample: bool, at: datetime
) -> UUID:
    """Store one perk of a seed file."""
    provider = merchant.name if merchant else perk.provider
    record = await Perk.create(
        number=perk.number,
        category_id=perk.category,
        title=perk.title,
        description=perk.description,
        merchant=merchant,
        provider=provider,
        starts_on=perk.starts_on,
        ends_on=perk.ends_on,
        weekdays=perk.weekdays,
        hours=perk.hours,
        card_kinds=perk.card_kinds,
        households=perk.households,
        documents=perk.documents,
        per_person_day=perk.per_person_day,
        per_person_month=perk.per_person_month,
        per_person_year=perk.per_person_year,
        per_person_ever=perk.per_person_ever,
        total_day=perk.total_day,
        total_ever=perk.total_ever,
        source=perk.source or "示例数据，没有依据文件",
        state=perk.state,
        state_reason=perk.state_reason,
        is_sample=is_sample,
        search_text=search_text(perk.title, provider, perk.description),
        updated_at=at,
    )
    for branch in branches:
        await PerkBranch.create(perk=record, branch=branch)
    return record.id
