"""就业意向的每一步 — signing, offering, hiring, withdrawing: one guarded UPDATE each, from the states of one table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.accounts import Purpose
from models.employers import EmployerState
from models.errors import Conflict
from models.intents import INTENT_TRANSITIONS, Intent, IntentEvent, IntentState, Signing
from models.jobs import JobActor, PostingState
from models.transactions import execute, savepoint, transaction
from server.accounts.guards import EmployerMember, Person, StaffMember
from server.accounts.service import require_consent
from server.audit.service import record
from server.jobs.intents.reading import get_employer_intent, get_own_intent, get_visible_intent
from server.jobs.intents.telling import tell
from server.jobs.intents.terms import IntentExpired, TermsChanged
from server.tables.cells import mask_digits

SIGNED_DAYS = 90
"""A signed intent without an offer lapses after so many days; an offer does not lapse by itself."""
TERMS_CODE_LENGTH = 8
"""So many signs of the digest are printed on the paper form."""
_SIGNABLE = (PostingState.LIVE, PostingState.FILLED, PostingState.CLOSED)
_VERBS = {
    IntentState.SIGNED: "签署",
    IntentState.OFFERED: "改为拟录用",
    IntentState.HIRED: "改为已录用",
    IntentState.WITHDRAWN: "撤回",
    IntentState.LAPSED: "作废",
}


class IntentStateForbids(Conflict):
    message = "这份意向书现在的状态不允许这样做"
    next_step = "请刷新后看一下它的状态"


class IntentHalted(Conflict):
    message = "这家单位或这个岗位已被暂停，意向书现在不能签"
    next_step = "请等待退役军人服务站核实，恢复后再签"


class PaperNumberTaken(Conflict):
    message = "这个纸质意向书编号已经登记过"
    next_step = "请核对纸面上的编号；一份纸质意向书只登记一次"


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes a step, for the history and the audit."""

    actor: JobActor
    account_id: UUID | None
    role: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step to a state: what else is stored with it, and what must hold besides the state; ``$1`` is the instant."""

    to: IntentState
    values: Mapping[str, object] = field(default_factory=dict)
    guard: str = ""
    guard_values: tuple[object, ...] = ()
    reason: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


async def sign_intent(
    *, intent_id: UUID, terms_digest: str, shares_mobile: bool, person: Person, at: datetime
) -> Intent:
    """Sign on the phone what was shown; from now on it counts. Signing the same again changes nothing. 签署意向。

    Raises:
        ConsentRequired: no consent to ``jobs`` is in force.
        IntentNotFound: there is none, or it is somebody else's.
        TermsChanged: the terms are not those of the digest: they were corrected meanwhile.
        IntentExpired: a draft that nobody signed in time.
        IntentHalted: the employer or the posting has been stopped.
        IntentStateForbids: it was withdrawn or has lapsed.
    """
    by = Taker(JobActor.SEEKER, person.account_id, person.role)
    values = {"signing": Signing.PHONE.value, "contact_shared_at": at if shares_mobile else None}
    async with transaction():
        intent = await get_own_intent(intent_id=intent_id, account_id=person.account_id)
        await require_consent(account_id=person.account_id, purpose=Purpose.JOBS)
        if await _take(intent, _signing(values, terms_digest, at=at), by=by, at=at):
            return await get_own_intent(intent_id=intent_id, account_id=person.account_id)
        intent = await get_own_intent(intent_id=intent_id, account_id=person.account_id)
        _refuse_signature(intent, is_same=intent.signing is Signing.PHONE, terms_digest=terms_digest, at=at)
        return intent


async def witness_paper(
    *, intent_id: UUID, paper_number: str, terms_code: str, shares_mobile: bool, staff: StaffMember, at: datetime
) -> Intent:
    """Enter a form that the seeker signed on paper before staff. 见证纸质签署。

    ``terms_code`` is what our printed form says of its contents, empty for a form of a pre-printed pad. Entering the
    same form again changes nothing. A form of a fair that is entered afterwards was signed on the day of that fair,
    and counts in its year.

    Raises:
        IntentNotFound: there is none, or it is of another town.
        PaperNumberTaken: another intent was signed on the form of this number.
        TermsChanged, IntentExpired, IntentHalted, IntentStateForbids: as on the phone.
    """
    by = Taker(JobActor.STAFF, staff.account_id, staff.staff_role.value)
    values: dict[str, object] = {
        "signing": Signing.PAPER.value,
        "contact_shared_at": at if shares_mobile else None,
        "paper_number": paper_number,
        "witness_id": staff.account_id,
    }
    async with transaction():
        intent = await get_visible_intent(intent_id=intent_id, staff=staff)
        digest = intent.terms_digest
        if intent.fair is not None and intent.fair.was_entered_afterwards:
            values["signed_at"] = intent.fair.starts_at
        if terms_code and not digest.startswith(terms_code.lower()):
            raise TermsChanged(next_step="这张纸是更正前打印的，请重新打印再签")
        try:
            async with savepoint():
                is_taken = await _take(intent, _signing(values, digest, at=at), by=by, at=at)
        except IntegrityError:
            raise PaperNumberTaken from None
        intent = await get_visible_intent(intent_id=intent_id, staff=staff)
        if not is_taken:
            _refuse_signature(intent, is_same=intent.paper_number == paper_number, terms_digest=digest, at=at)
        return intent


async def offer_intent(*, intent_id: UUID, member: EmployerMember, at: datetime) -> Intent:
    """Say that the employer wants to hire whoever signed. 拟录用。

    Raises:
        IntentNotFound: the employer has no such intent.
        IntentStateForbids: it is not signed, or has gone on.
    """
    return await _as_employer(intent_id, Step(IntentState.OFFERED, {"offered_at": at}), member=member, at=at)


async def hire_by_intent(*, intent_id: UUID, member: EmployerMember, at: datetime) -> Intent:
    """Say that the person was hired; it counts in the figures of the Beijing year. 录用。

    Raises:
        IntentNotFound: the employer has no such intent.
        IntentStateForbids: there was no offer, or it has gone on.
    """
    return await _as_employer(intent_id, Step(IntentState.HIRED, {"hired_at": at}), member=member, at=at)


async def withdraw_by_employer(*, intent_id: UUID, reason: str, member: EmployerMember, at: datetime) -> Intent:
    """Take an intent back by the employer; the seeker reads the reason.

    Raises:
        IntentNotFound: the employer has no such intent.
        IntentStateForbids: it has ended.
    """
    return await _as_employer(intent_id, _withdrawal(reason, at=at), member=member, at=at)


async def withdraw_own_intent(*, intent_id: UUID, reason: str, person: Person, at: datetime) -> Intent:
    """Take an intent back by the seeker, signed or not; what was signed stays counted, and is shown apart.

    Raises:
        IntentNotFound: there is none, or it is somebody else's.
        IntentStateForbids: it has ended, or the person was hired.
    """
    by = Taker(JobActor.SEEKER, person.account_id, person.role)
    async with transaction():
        intent = await get_own_intent(intent_id=intent_id, account_id=person.account_id)
        await _require(intent, _withdrawal(reason, at=at), by=by, at=at)
        return await get_own_intent(intent_id=intent_id, account_id=person.account_id)


async def withdraw_by_staff(*, intent_id: UUID, reason: str, staff: StaffMember, at: datetime) -> Intent:
    """Take an intent back for a seeker who came to the desk without a phone; both sides are told the reason.

    Raises:
        IntentNotFound: there is none, or it is of another town.
        IntentStateForbids: it has ended, or the person was hired.
    """
    by = Taker(JobActor.STAFF, staff.account_id, staff.staff_role.value)
    async with transaction():
        intent = await get_visible_intent(intent_id=intent_id, staff=staff)
        await _require(intent, _withdrawal(reason, at=at), by=by, at=at)
        return await get_visible_intent(intent_id=intent_id, staff=staff)


async def lapse_if_due(intent: Intent, *, reason: str, at: datetime) -> bool:
    """End an intent whose time is over by nobody's deed; return whether it was ended here."""
    step = Step(IntentState.LAPSED, {"lapsed_at": at, "state_reason": reason}, guard="expires_at <= $1", reason=reason)
    async with transaction():
        return await _take(intent, step, by=Taker(JobActor.SYSTEM, None, "system"), at=at, only_from=intent.state)


def _signing(values: Mapping[str, object], terms_digest: str, *, at: datetime) -> Step:
    return Step(
        IntentState.SIGNED,
        {"signed_at": at, "expires_at": at + timedelta(days=SIGNED_DAYS), **values},
        guard="terms_digest = {} AND expires_at > $1 "
        f"AND EXISTS (SELECT 1 FROM employers e WHERE e.id = employer_id AND e.state = '{EmployerState.APPROVED}') "
        "AND EXISTS (SELECT 1 FROM job_postings p WHERE p.id = posting_id "
        f"AND p.state IN ({', '.join(repr(state.value) for state in _SIGNABLE)}))",
        guard_values=(terms_digest,),
        detail={"signing": values["signing"], "terms_digest": terms_digest},
    )


def _withdrawal(reason: str, *, at: datetime) -> Step:
    return Step(IntentState.WITHDRAWN, {"withdrawn_at": at, "state_reason": reason}, reason=reason)


def _refuse_signature(intent: Intent, *, is_same: bool, terms_digest: str, at: datetime) -> None:
    """Say why an intent could not be signed, unless it is signed and this is the same signature again."""
    is_binding = IntentState.WITHDRAWN in INTENT_TRANSITIONS[intent.state] or intent.state is IntentState.HIRED
    if intent.signed_at is not None and is_binding and is_same and intent.terms_digest == terms_digest:
        return
    if intent.state is not IntentState.DRAFT:
        raise IntentStateForbids(f"这份意向书{intent.state.label}，不能签署")
    if intent.terms_digest != terms_digest:
        raise TermsChanged
    raise IntentHalted if intent.expires_at > at else IntentExpired


async def _as_employer(intent_id: UUID, step: Step, *, member: EmployerMember, at: datetime) -> Intent:
    by = Taker(JobActor.EMPLOYER, member.account_id, member.role)
    async with transaction():
        intent = await get_employer_intent(intent_id=intent_id, employer_id=member.employer_id)
        await _require(intent, step, by=by, at=at)
        return await get_employer_intent(intent_id=intent_id, employer_id=member.employer_id)


async def _require(intent: Intent, step: Step, *, by: Taker, at: datetime) -> None:
    if not await _take(intent, step, by=by, at=at):
        found = (await Intent.get(id=intent.id)).state
        raise IntentStateForbids(f"这份意向书{found.label}，不能{_VERBS[step.to]}")


async def _take(intent: Intent, step: Step, *, by: Taker, at: datetime, only_from: IntentState | None = None) -> bool:
    """Take a step from whatever state leads to it, and leave event, audit entry and messages; return whether it was.

    States only go forward in the order of the enum, so trying them in that order misses none that changes meanwhile.
    """
    for before, following in INTENT_TRANSITIONS.items():
        if step.to in following and only_from in (None, before) and await _move(intent.id, before, step, at=at):
            await _note(intent, before, step, by=by, at=at)
            return True
    return False


async def _move(intent_id: UUID, before: IntentState, step: Step, *, at: datetime) -> bool:
    values: list[object] = [at, intent_id, before.value]

    def place(value: object) -> str:
        values.append(value)
        return f"${len(values)}"

    stored = {"state": step.to.value, "state_reason": ""} | dict(step.values)
    assignments = ", ".join(f"{column} = {place(value)}" for column, value in stored.items())
    guard = f" AND {step.guard.format(*map(place, step.guard_values))}" if step.guard else ""
    return bool(
        await execute(f"UPDATE intents SET updated_at = $1, {assignments} WHERE id = $2 AND state = $3{guard}", *values)
    )


async def _note(intent: Intent, before: IntentState, step: Step, *, by: Taker, at: datetime) -> None:
    await IntentEvent.create(
        intent_id=intent.id,
        from_state=before,
        to_state=step.to,
        actor=by.actor,
        account_id=by.account_id,
        note=step.reason,
        created_at=at,
    )
    await record(
        account_id=by.account_id,
        role=by.role,
        action=f"intent.{step.to.value}",
        record_type="intent",
        record_id=intent.id,
        detail={"from": before.value, **step.detail, **({"reason": mask_digits(step.reason)} if step.reason else {})},
    )
    moved = await Intent.get(id=intent.id).select_related("employer")
    await tell(moved, by=by.actor, reason=step.reason, at=at)
