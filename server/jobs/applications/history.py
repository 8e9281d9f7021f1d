"""投递的历史 — the steps of an application as both sides see them, each with its audit entry."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.applications import ApplicationState, JobApplicationEvent
from models.base import new_id
from models.jobs import JobActor
from server.audit.service import record

_ROLES = {JobActor.SEEKER: "person", JobActor.EMPLOYER: "employer", JobActor.SYSTEM: "system"}


@dataclass(frozen=True, slots=True)
class Step:
    """一步 — from one state (None: there was nothing) to another; the note is for both sides to read."""

    before: ApplicationState | None
    after: ApplicationState
    note: str = ""


async def write_step(
    application_id: UUID, step: Step, *, actor: JobActor, account_id: UUID | None, at: datetime
) -> UUID:
    """Write a step into the history and into the audit log, in the caller's transaction; return the event's id.

    The audit entry holds the states only: a note may name places and people.
    """
    event_id = new_id()
    await JobApplicationEvent.create(
        id=event_id,
        created_at=at,
        application_id=application_id,
        from_state=step.before,
        to_state=step.after,
        actor=actor,
        account_id=account_id,
        note=step.note,
    )
    await record(
        account_id=account_id,
        role=_ROLES[actor],
        action=f"job_application.{step.after.value}",
        record_type="job_application",
        record_id=application_id,
        detail={"from": step.before.value} if step.before else {},
    )
    return event_id


async def history_of(*, application_id: UUID) -> list[JobApplicationEvent]:
    """Return the steps of an application, the first one first."""
    return await JobApplicationEvent.filter(application_id=application_id).order_by("id")


async def last_note(application_id: UUID) -> str:
    """Return the note of an application's last step."""
    last = await JobApplicationEvent.filter(application_id=application_id).order_by("-id").first()
    return last.note if last else ""
