"""招聘会报名 — one place a person; the last one never goes twice, and a place given up is given once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.errors import Conflict
from models.fairs import FairRegistration, FairState, JobFair
from models.transactions import Row, as_instant, as_uuid, execute, fetch_row, fetch_rows, transaction
from server.audit.service import record
from server.jobs.fairs.numbers import write_number
from server.jobs.fairs.overview import COLUMNS, FairOverview
from server.jobs.fairs.service import FairNotFound, FairOver, hold_fair
from server.jobs.seekers.identity import find_seeker, person_key, seeker_of_account


class FairFull(Conflict):
    message = "这场招聘会的名额已满"
    next_step = "有人取消时会空出名额，请过些时候再来看；也可以看看其他招聘会"


class FairCancelled(Conflict):
    message = "这场招聘会已经取消"
    next_step = "请看看其他招聘会"


class CheckedInAlready(Conflict):
    message = "您已经在这场招聘会签到，不能再取消报名"
    next_step = "无需办理；签错的请当场告诉签到的工作人员"


@dataclass(frozen=True, slots=True)
class Registration:
    """报名 — of one person for one fair."""

    id: UUID
    number: str
    registered_at: datetime
    cancelled_at: datetime | None
    checked_in_at: datetime | None

    @classmethod
    def of(cls, stored: FairRegistration) -> "Registration":
        """Return what a record says."""
        return cls(stored.id, stored.number, stored.created_at, stored.cancelled_at, stored.checked_in_at)


@dataclass(frozen=True, slots=True)
class RegistrationAtFair:
    """A registration with its fair."""

    registration: Registration
    fair: FairOverview


async def register(*, fair_id: UUID, account_id: UUID, at: datetime) -> Registration:
    """Register the person behind an account for a fair; again is the same registration. 报名。

    One that was cancelled takes a place anew and keeps its number.

    Raises:
        ConsentRequired: no consent to ``jobs`` is in force.
        FairNotFound: there is no such fair that was published.
        FairCancelled, FairOver: it will not be held, or was.
        FairFull: no place is left.
    """
    seeker = await seeker_of_account(account_id=account_id, at=at)
    async with transaction():
        await hold_fair(fair_id)
        fair = await _get_published(fair_id)
        if fair.state is FairState.CANCELLED:
            raise FairCancelled(f"这场招聘会已经取消：{fair.state_reason}")
        if at >= fair.ends_at:
            raise FairOver
        stored = await registration_of(fair_id=fair_id, seeker_id=seeker.id)
        if stored is None or stored.cancelled_at is not None:
            stored = await take_place(fair_id=fair_id, seeker_id=seeker.id, again=stored, by_staff=False, at=at)
            await _audit("fair_registration.made", stored, account_id=account_id)
    return Registration.of(stored)


async def cancel_registration(*, fair_id: UUID, account_id: UUID, at: datetime) -> None:
    """Give the place of the person behind an account back; without a registration nothing changes. 取消报名。

    Raises:
        FairNotFound: there is no such fair that was published.
        FairOver: it was held.
        CheckedInAlready: the person has come.
    """
    seeker = await find_seeker(account_id=account_id)
    async with transaction():
        await hold_fair(fair_id)
        fair = await _get_published(fair_id)
        stored = await registration_of(fair_id=fair_id, seeker_id=seeker.id) if seeker else None
        if stored is None or stored.cancelled_at is not None:
            return
        if stored.checked_in_at is not None:
            raise CheckedInAlready
        if at >= fair.ends_at:
            raise FairOver("这场招聘会已经结束，不用再取消报名")
        if not await give_place_back(stored, at=at):
            raise CheckedInAlready
        await _audit("fair_registration.cancelled", stored, account_id=account_id)


async def take_place(
    *, fair_id: UUID, seeker_id: UUID, again: FairRegistration | None, by_staff: bool, at: datetime
) -> FairRegistration:
    """Take a place for a person, anew on the registration ``again`` that was cancelled; the caller holds the fair.

    Raises:
        FairFull: no place is left.
    """
    if not await execute(
        "UPDATE job_fairs SET registered = registered + 1 "
        "WHERE id = $1 AND (capacity IS NULL OR registered < capacity)",
        fair_id,
    ):
        raise FairFull
    if again is not None:
        await execute(
            "UPDATE fair_registrations SET cancelled_at = NULL, by_staff = $1 WHERE id = $2", by_staff, again.id
        )
        return await FairRegistration.get(id=again.id)
    row = await fetch_row(
        "UPDATE job_fairs SET next_registration = next_registration + 1 WHERE id = $1 "
        "RETURNING next_registration - 1 AS serial",
        fair_id,
    )
    assert row is not None
    return await FairRegistration.create(
        fair_id=fair_id, seeker_id=seeker_id, number=write_number(row["serial"]), by_staff=by_staff, created_at=at
    )


async def give_place_back(registration: FairRegistration, *, at: datetime) -> bool:
    """Cancel a registration of somebody who has not come, and free its place, once; the caller holds the fair."""
    if not await execute(
        "UPDATE fair_registrations SET cancelled_at = $1 "
        "WHERE id = $2 AND cancelled_at IS NULL AND checked_in_at IS NULL",
        at,
        registration.id,
    ):
        return False
    await execute("UPDATE job_fairs SET registered = registered - 1 WHERE id = $1", registration.fair_id)
    return True


async def registration_of(*, fair_id: UUID, seeker_id: UUID) -> FairRegistration | None:
    """Return the registration of a person for a fair, the one that counts where two records became one person."""
    row = await fetch_row(
        "SELECT r.id FROM fair_registrations r WHERE r.fair_id = $1 "
        "AND r.seeker_id IN (SELECT id FROM seekers WHERE id = $2 OR merged_into_id = $2) "
        "ORDER BY r.checked_in_at IS NULL, r.cancelled_at IS NOT NULL, r.id LIMIT 1",
        fair_id,
        seeker_id,
    )
    return None if row is None else await FairRegistration.get(id=as_uuid(row["id"]))


async def find_registration(*, fair_id: UUID, account_id: UUID) -> Registration | None:
    """Return the registration of the person behind an account, None if there is none or it was cancelled."""
    seeker = await find_seeker(account_id=account_id)
    stored = await registration_of(fair_id=fair_id, seeker_id=seeker.id) if seeker else None
    return Registration.of(stored) if stored is not None and stored.cancelled_at is None else None


async def list_registrations(
    *, account_id: UUID, after: UUID | None = None, limit: int = 20
) -> list[RegistrationAtFair]:
    """Return the registrations of the person behind an account, cancelled ones too, the newest first.

    ``after`` is the last id of the page before.
    """
    rows = await fetch_rows(
        f"SELECT {COLUMNS}, r.id AS registration_id, r.number AS registration_number, r.created_at AS registered_at, "
        "r.cancelled_at, r.checked_in_at FROM fair_registrations r JOIN seekers s ON s.id = r.seeker_id "
        f"JOIN job_fairs f ON f.id = r.fair_id JOIN seekers p ON p.id = {person_key('s')} "
        "WHERE p.account_id = $1 AND ($2::uuid IS NULL OR r.id < $2::uuid) "
        "ORDER BY r.id DESC LIMIT $3",
        account_id,
        after,
        limit,
    )
    return [RegistrationAtFair(_registration(row), FairOverview.from_row(row)) for row in rows]


def _registration(row: Row) -> Registration:
    cancelled_at, checked_in_at = row["cancelled_at"], row["checked_in_at"]
    return Registration(
        id=as_uuid(row["registration_id"]),
        number=row["registration_number"],
        registered_at=as_instant(row["registered_at"]),
        cancelled_at=as_instant(cancelled_at) if cancelled_at else None,
        checked_in_at=as_instant(checked_in_at) if checked_in_at else None,
    )


async def _get_published(fair_id: UUID) -> JobFair:
    fair = await JobFair.get_or_none(id=fair_id, published_at__isnull=False)
    if fair is None:
        raise FairNotFound
    return fair


async def _audit(action: str, registration: FairRegistration, *, account_id: UUID) -> None:
    await record(
        account_id=account_id,
        role="person",
        action=action,
        record_type="fair_registration",
        record_id=registration.id,
        detail={"fair_id": registration.fair_id},
    )
