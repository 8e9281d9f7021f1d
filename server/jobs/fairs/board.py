"""大屏 — the figures of one fair for a screen in the hall, and the code with which the screen asks for them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.fairs import FairPhase
from models.transactions import as_uuid, execute, fetch_row, transaction
from server.accounts.codes import make_code, read_code
from server.accounts.guards import StaffMember
from server.accounts.service import hash_token
from server.jobs.fairs.overview import COLUMNS, FairOverview
from server.jobs.fairs.service import FairNotFound, get_managed_fair, note
from server.jobs.seekers.identity import person_key

_FIGURES = (
    f"(SELECT count(DISTINCT {person_key('s')}) FROM fair_registrations r JOIN seekers s ON s.id = r.seeker_id "
    "WHERE r.fair_id = f.id AND r.checked_in_at IS NOT NULL) AS checked_in, "
    "(SELECT count(*) FROM intents i WHERE i.fair_id = f.id AND i.signed_at IS NOT NULL "
    "AND i.state IN ('signed', 'offered', 'hired')) AS intents, "
    "(SELECT count(*) FROM intents i WHERE i.fair_id = f.id AND i.signed_at IS NOT NULL "
    "AND i.state = 'withdrawn') AS intents_withdrawn"
)


@dataclass(frozen=True, slots=True)
class Board:
    """大屏数字 — of persons, each once; intents are signed ones, those withdrawn since shown apart."""

    fair: FairOverview
    phase: FairPhase
    as_of: datetime
    checked_in: int
    intents: int
    intents_withdrawn: int


async def get_board(*, fair_id: UUID, at: datetime) -> Board:
    """Return the figures of a fair as of the minute; one query.

    Raises:
        FairNotFound: there is none.
    """
    row = await fetch_row(f"SELECT {COLUMNS}, {_FIGURES} FROM job_fairs f WHERE f.id = $1", fair_id)
    if row is None:
        raise FairNotFound
    fair = FairOverview.from_row(row)
    return Board(
        fair=fair,
        phase=fair.phase_at(at),
        as_of=at.replace(second=0, microsecond=0),
        checked_in=row["checked_in"],
        intents=row["intents"],
        intents_withdrawn=row["intents_withdrawn"],
    )


async def renew_board_code(*, fair_id: UUID, staff: StaffMember, at: datetime) -> str:
    """Return a new code for the screens of a fair, shown this once; the one before ends. 大屏码。

    Raises:
        FairNotFound, WholeCityFair: see ``get_managed_fair``.
    """
    code = make_code()
    async with transaction():
        await get_managed_fair(fair_id=fair_id, staff=staff)
        await execute(
            "UPDATE job_fairs SET board_token = $1, updated_at = $2 WHERE id = $3",
            hash_token(read_code(code)),
            at,
            fair_id,
        )
        await note(fair_id, "fair.board_code_renewed", staff=staff)
    return code


async def find_fair_of_code(*, code: str) -> UUID | None:
    """Return the fair whose screens a code in canonical form is for, None if it is for none (any more)."""
    row = await fetch_row("SELECT id FROM job_fairs WHERE board_token = $1", hash_token(code))
    return None if row is None else as_uuid(row["id"])
