"""意向书双方 — what is known of the seekers and employers of intents, and whose phones are told."""

from collections.abc import Iterable
from uuid import UUID

from models.cards import HOLDER_NAME
from models.fields import unseal
from models.identifiers import Mobile
from models.intents import Intent, IntentState
from models.seekers import SEEKER_MOBILE, SEEKER_NAME
from models.transactions import Dialects, Row, as_uuid, fetch_rows
from server.jobs.seekers.identity import Contact, person_key

BINDING = frozenset({IntentState.SIGNED, IntentState.OFFERED, IntentState.HIRED})
"""While it binds, the employer knows whom it is to expect; before and after, a masked name will do."""

_SELECT = (
    "SELECT s.id, p.name_sealed, p.mobile_sealed, h.name_sealed AS holder_name_sealed "
    f"FROM seekers s JOIN seekers p ON p.id = {person_key('s')} LEFT JOIN card_holders h ON h.id = p.holder_id "
)
_CONTACTS = Dialects(
    postgres=f"{_SELECT} WHERE s.id = ANY($1::uuid[])",
    sqlite=f"{_SELECT} WHERE s.id IN (SELECT value FROM json_each($1))",
)


async def contacts_of(seeker_ids: Iterable[UUID]) -> dict[UUID, Contact]:
    """Return name and mobile of seekers by id, in clear: the roster's name where the person is on it."""
    rows = await fetch_rows(_CONTACTS, sorted(set(seeker_ids)))
    return {as_uuid(row["id"]): _contact(row) for row in rows}


def _contact(row: Row) -> Contact:
    name = ""
    if row["holder_name_sealed"]:
        name = unseal(HOLDER_NAME, row["holder_name_sealed"])
    elif row["name_sealed"]:
        name = unseal(SEEKER_NAME, row["name_sealed"])
    return Contact(name, Mobile(unseal(SEEKER_MOBILE, row["mobile_sealed"])) if row["mobile_sealed"] else None)


def as_the_employer_sees(intent: Intent, contact: Contact) -> tuple[str, str]:
    """Return name and mobile: the name in full while the intent binds, the mobile if the seeker agreed; else masked."""
    if intent.state not in BINDING:
        return contact.masked_name, ""
    return contact.name, str(contact.mobile or "") if intent.contact_shared_at else ""


async def accounts_of_seeker(seeker_id: UUID) -> list[UUID]:
    """Return the account of the person; none for somebody without a phone."""
    rows = await fetch_rows(
        f"SELECT p.account_id FROM seekers s JOIN seekers p ON p.id = {person_key('s')} "
        "WHERE s.id = $1 AND p.account_id IS NOT NULL",
        seeker_id,
    )
    return [as_uuid(row["account_id"]) for row in rows]


async def accounts_of_employer(employer_id: UUID) -> list[UUID]:
    """Return the accounts that act for an employer now, in the order of joining."""
    rows = await fetch_rows(
        "SELECT account_id FROM employer_members WHERE employer_id = $1 AND removed_at IS NULL ORDER BY created_at, id",
        employer_id,
    )
    return [as_uuid(row["account_id"]) for row in rows]
