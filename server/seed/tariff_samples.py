"""示例资费 — labelled prices of three services for the sandbox; never seeded in production."""

from datetime import date, datetime

import msgspec

from server.parcels.tariff_terms import TariffTerms
from server.parcels.tariffs import NewTariff, simulate, store_tariff
from server.seed.files import load

BEGINS_ON = date(2026, 1, 1)


class SeedTariff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """示例资费的一项服务"""

    service: str
    name: str
    carrier: str
    terms: TariffTerms


class SeedTariffs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """示例资费"""

    source: str
    tariffs: tuple[SeedTariff, ...]


async def seed_tariffs(*, at: datetime) -> None:
    """Store the sample tariffs."""
    samples = load("samples/tariffs", SeedTariffs)
    for item in samples.tariffs:
        simulate(item.terms)
        new = NewTariff(
            service=item.service,
            name=item.name,
            carrier=item.carrier,
            valid_from=BEGINS_ON,
            valid_to=None,
            terms=item.terms,
            source=samples.source,
            is_sample=True,
        )
        await store_tariff(new=new, at=at)
