"""签到 — staff check people in on the day: by the card pass, by the number, or by the ID card; each counts once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from config.clock import beijing
from models.errors import Conflict, NotFound
from models.fairs import FairRegistration, FairState, JobFair
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.jobs.fairs.identification import CheckInIdentity, identify
from server.jobs.fairs.registration import (
    FairCancelled,
    FairFull,
    give_place_back,
    registration_of,
    take_place,
)
from server.jobs.fairs.service import get_visible_fair, hold_fair
from server.jobs.seekers.identity import contact_of

MARGIN = timedelta(hours=2)
"""People are let in before a fair begins, and some are entered when it has ended."""
UNDO_WITHIN = timedelta(minutes=15)


class FairNotPublished(Conflict):
    message = "这场招聘会还没有发布，不能签到"
    next_step = "请先上传方案和应急预案并发布"


class CheckInTooEarly(Conflict):
    message = "还没到签到时间"
    next_step = "请在开始前两小时以内再签到"


class CheckInTooLate(Conflict):
    message = "签到时间已过"
    next_step = "招聘会结束两小时后不再签到；确有遗漏的请记下来，联系系统管理员"


class CheckInNotFound(NotFound):
    message = "没有找到这次签到"
    next_step = "请刷新后再看，可能已经撤销"


class CheckInByAnother(Conflict):
    message = "这次签到是另一位工作人员办理的"
    next_step = "请由办理签到的工作人员撤销"


class CheckInUndoTooLate(Conflict):
    message = "签到超过 15 分钟，不能撤销"
    next_step = "确需更正的，请记下情况联系系统管理员"


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """签到结果 — ``already`` where the person had checked in before; ``at`` is the first time."""

    registration_id: UUID
    number: str
    masked_name: str
    at: datetime
    already: bool
    by_staff: bool


async def check_in(*, fair_id: UUID, identity: CheckInIdentity, staff: StaffMember, at: datetime) -> CheckedIn:
    """Note that a person has come; without a registration one is made and takes a place. 签到。

    A person counts once, however often and in whatever way they are checked in. At a fair that was entered
    afterwards people are, too, and count as come at its beginning.

    Raises:
        FairNotFound: there is no such fair, or it is of another town.
        FairNotPublished, FairCancelled: the fair is not held.
        CheckInTooEarly, CheckInTooLate: ``at`` is more than two hours off the fair.
        CheckInNeedsOneIdentity, NumberMistyped, RegistrationNotFound, PassRefused, PassUnknown, CardNotUsable,
        SeekerUnreadable, SeekerNameMismatch: see ``identify``.
        FairFull: the person had not registered, and no place is left.
    """
    fair = await get_visible_fair(fair_id=fair_id, staff=staff)
    moment = _moment_of_coming(fair, at=at)
    async with transaction():
        seeker = await identify(fair_id=fair_id, identity=identity, staff=staff, at=at)
        stored, is_new = await _come(fair_id, seeker.id, staff=staff, moment=moment, at=at)
        if is_new:
            await _audit("fair_registration.checked_in", stored, staff=staff, way=identity.way)
    assert stored.checked_in_at is not None
    return CheckedIn(
        registration_id=stored.id,
        number=stored.number,
        masked_name=(await contact_of(seeker)).masked_name,
        at=stored.checked_in_at,
        already=not is_new,
        by_staff=stored.by_staff,
    )


async def undo_check_in(*, fair_id: UUID, registration_id: UUID, staff: StaffMember, at: datetime) -> None:
    """Take a check-in back that was a slip; a registration that it made gives its place back. 撤销签到。

    Raises:
        FairNotFound: there is no such fair, or it is of another town.
        CheckInNotFound: nobody is checked in under this registration.
        CheckInByAnother: another member of staff did it.
        CheckInUndoTooLate: more than fifteen minutes ago.
    """
    fair = await get_visible_fair(fair_id=fair_id, staff=staff)
    async with transaction():
        await hold_fair(fair_id)
        stored = await FairRegistration.get_or_none(id=registration_id, fair_id=fair_id)
        if stored is None or stored.checked_in_at is None:
            raise CheckInNotFound
        if stored.checked_in_by_id != staff.account_id:
            raise CheckInByAnother
        if at - stored.checked_in_at > UNDO_WITHIN and not fair.was_entered_afterwards:
            raise CheckInUndoTooLate
        await execute(
            "UPDATE fair_registrations SET checked_in_at = NULL, checked_in_by_id = NULL WHERE id = $1", stored.id
        )
        if stored.by_staff:
            await give_place_back(stored, at=at)
        await _audit("fair_registration.check_in_undone", stored, staff=staff)


def _moment_of_coming(fair: JobFair, *, at: datetime) -> datetime:
    """Return the instant at which somebody who is checked in now counts as come, or refuse the time."""
    if fair.state is FairState.DRAFT:
        raise FairNotPublished
    if fair.state is FairState.CANCELLED:
        raise FairCancelled(f"这场招聘会已经取消：{fair.state_reason}", next_step="请不要签到")
    if fair.was_entered_afterwards:
        return fair.starts_at
    first, last = fair.starts_at - MARGIN, fair.ends_at + MARGIN
    if at < first:
        raise CheckInTooEarly(next_step=f"请从 {_words(first)} 起签到")
    if at > last:
        raise CheckInTooLate(f"签到时间已过，到 {_words(last)} 为止")
    return at


def _words(instant: datetime) -> str:
    local = beijing(instant)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


async def _come(
    fair_id: UUID, seeker_id: UUID, *, staff: StaffMember, moment: datetime, at: datetime
) -> tuple[FairRegistration, bool]:
    """Return the registration of a person who has come, and whether that was noted only now."""
    stored = await registration_of(fair_id=fair_id, seeker_id=seeker_id)
    if stored is not None and stored.checked_in_at is not None:
        return stored, False
    if stored is None or not await _note_coming(stored.id, staff=staff, moment=moment):
        await hold_fair(fair_id)
        stored = await registration_of(fair_id=fair_id, seeker_id=seeker_id)
        if stored is None or stored.cancelled_at is not None:
            stored = await _take_place(fair_id, seeker_id, again=stored, at=at)
        is_new = await _note_coming(stored.id, staff=staff, moment=moment)
        return await FairRegistration.get(id=stored.id), is_new
    return await FairRegistration.get(id=stored.id), True


async def _take_place(
    fair_id: UUID, seeker_id: UUID, *, again: FairRegistration | None, at: datetime
) -> FairRegistration:
    try:
        return await take_place(fair_id=fair_id, seeker_id=seeker_id, again=again, by_staff=True, at=at)
    except FairFull:
        raise FairFull(
            "这位求职者没有报名，而名额已满", next_step="现场还能容纳的，请先把招聘会的容量调高，再签到"
        ) from None


async def _note_coming(registration_id: UUID, *, staff: StaffMember, moment: datetime) -> bool:
    """Note once that the person of a registration that was not cancelled has come."""
    return bool(
        await execute(
            "UPDATE fair_registrations SET checked_in_at = $1, checked_in_by_id = $2 "
            "WHERE id = $3 AND checked_in_at IS NULL AND cancelled_at IS NULL",
            moment,
            staff.account_id,
            registration_id,
        )
    )


async def _audit(action: str, registration: FairRegistration, *, staff: StaffMember, way: str = "") -> None:
    detail: dict[str, object] = {"fair_id": registration.fair_id}
    if way:
        detail |= {"way": way, "by_staff": registration.by_staff}
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="fair_registration",
        record_id=registration.id,
        detail=detail,
    )
