"""投递任务 — tells whose application nobody will read any more, and forgets what need not be kept."""

from datetime import datetime, timedelta
from uuid import UUID

from models.applications import ApplicationState
from models.jobs import JobActor, PostingState
from models.transactions import Dialects, Row, as_uuid, execute, fetch_rows, transaction
from server.jobs.applications.history import Step, write_step
from server.jobs.applications.messages import Subject, ended_kindly, tell_seeker_of_end

REOPENED_WITHIN = timedelta(hours=1)
"""So long an employer who marked a posting as filled by mistake may take that back before anybody is told."""
_BATCH = 100
_BATCHES = 20
_PURGED = 500

_UNREAD = (
    "SELECT a.id, a.account_id, a.posting_id, p.title AS posting_title, p.state AS posting_state, a.employer_id, "
    "e.name AS employer_name FROM job_applications a JOIN job_postings p ON p.id = a.posting_id "
    "JOIN employers e ON e.id = a.employer_id WHERE a.state = 'submitted' "
    "AND (p.state IN ('closed', 'withdrawn') OR (p.state = 'filled' AND p.updated_at <= $1)) ORDER BY a.id LIMIT $2"
)
_END = (
    "UPDATE job_applications SET state = 'refused', updated_at = $1 WHERE id = $2 AND state = 'submitted' "
    "AND EXISTS (SELECT 1 FROM job_postings p WHERE p.id = job_applications.posting_id AND p.state = $3)"
)
_OLD = "SELECT id FROM job_applications WHERE updated_at < $1 AND profile <> '' ORDER BY id LIMIT $2"
_FORGET = (
    "UPDATE job_applications SET profile = '', contact_sealed = NULL, contact_shared_at = NULL, message = '', "
    "interview_at = NULL, interview_place = '' WHERE id"
)
_FORGET_NOTES = "UPDATE job_application_events SET note = '' WHERE note <> '' AND application_id"
_AMONG = Dialects(postgres="= ANY($1::uuid[])", sqlite="IN (SELECT value FROM json_each($1))")


async def end_unread_applications(*, at: datetime) -> int:
    """Refuse, in the system's name and kindly, what nobody has looked at for a posting that has ended; return how many.

    What the employer has seen stays the employer's to decide. A posting that was marked as filled may be taken back
    for an hour. At most two thousand a run: the rest waits for the next one.
    """
    total = 0
    for _ in range(_BATCHES):
        rows = await fetch_rows(_UNREAD, at - REOPENED_WITHIN, _BATCH)
        total += sum([await _end(row, at=at) for row in rows])
        if len(rows) < _BATCH:
            break
    return total


async def _end(row: Row, *, at: datetime) -> bool:
    subject, posting_state = Subject.from_row(row), PostingState(row["posting_state"])
    step = Step(ApplicationState.SUBMITTED, ApplicationState.REFUSED, note=ended_kindly(posting_state))
    async with transaction():
        if not await execute(_END, at, subject.application_id, posting_state.value):
            return False  # the employer has looked at it, or the posting is open again
        await write_step(subject.application_id, step, actor=JobActor.SYSTEM, account_id=None, at=at)
        await tell_seeker_of_end(subject, note=step.note, at=at)
    return True


async def purge_applications(*, retention_days: int, at: datetime) -> int:
    """Take profile, contact, words and notes from applications in which nothing has happened for so long.

    Return how many. The row itself, its states and their days stay, for figures.
    """
    total = 0
    while ids := [as_uuid(row["id"]) for row in await fetch_rows(_OLD, at - timedelta(days=retention_days), _PURGED)]:
        async with transaction():
            total += await _forget(_FORGET, ids)
            await _forget(_FORGET_NOTES, ids)
    return total


async def _forget(statement: str, ids: list[UUID]) -> int:
    text = Dialects(postgres=f"{statement} {_AMONG.postgres}", sqlite=f"{statement} {_AMONG.sqlite}")
    return await execute(text, ids)
