"""种子业务 — seeds each edition of the data once, also when several processes start at once."""

from dataclasses import dataclass
from datetime import datetime

from models.cards import CardState
from models.transactions import execute, fetch_row, is_postgres, transaction
from server.audit.service import record
from server.cards.pass_keys import ensure_pass_key
from server.seed.files import People, SeedHolder, digest, load
from server.seed.reference import seed_categories, seed_perks, seed_specialities, seed_towns
from server.seed.samples import seed_samples

_LOCK = 0x596F755365656473
_REFERENCE_FILES = ("towns", "perk_categories", "perks", "specialities")


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a call stored; False where it had been stored before."""

    reference: bool
    samples: bool


async def seed(*, samples: bool, at: datetime) -> Seeded:
    """Seed the reference data and, if asked, the samples; what is there already is left as it is.

    The mark of what was seeded is an audit entry, so that a sample which staff took away does not come back and a
    new edition of the reference files is noticed. Simultaneous callers wait for each other.
    """
    async with transaction():
        if is_postgres():
            await execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        reference = await _once("reference-" + digest(*_REFERENCE_FILES), at=at)
        if reference:
            await seed_towns()
            await seed_categories()
            await seed_perks(at=at)
            await seed_specialities(at=at)
        await ensure_pass_key(at=at)
        with_samples = samples and await _once("samples", at=at)
        if with_samples:
            await seed_samples(at=at)
    return Seeded(reference=reference, samples=with_samples)


async def _once(edition: str, *, at: datetime) -> bool:
    marked = await fetch_row(
        "SELECT 1 AS one FROM audit_entries WHERE record_type = 'seed' AND record_id = $1", edition
    )
    if marked:
        return False
    await record(account_id=None, role="system", action="seed.stored", record_type="seed", record_id=edition)
    return True


async def sample_to_claim() -> SeedHolder | None:
    """Return the sample holder whose card anybody may try to bind, while nobody has."""
    holder = next((item for item in load("samples/people", People).holders if item.for_claim), None)
    if holder is None:
        return None
    row = await fetch_row(
        "SELECT 1 AS one FROM cards WHERE last4 = $1 AND state = $2 AND account_id IS NULL",
        holder.card_number[-4:],
        CardState.ACTIVE.value,
    )
    return holder if row else None
