"""回放示例 — the visitors of the sample come, sign and go on, through the same operations as real ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.accounts import Purpose, StaffRole
from models.employers import Employer
from models.errors import Conflict, NotFound
from models.fairs import FairRegistration, JobFair
from models.intents import Intent
from models.jobs import JobPosting
from models.seekers import Seeker
from models.transactions import transaction
from server.accounts import staffing
from server.accounts.guards import ApprovedEmployerMember, Person, StaffMember
from server.accounts.service import CONSENT_VERSIONS, OpenedSession, grant_consent, open_session
from server.employers.invitations import invite_member_by_staff, join_employer
from server.jobs.fairs.check_in import check_in
from server.jobs.fairs.identification import CheckInIdentity
from server.jobs.fairs.registration import register
from server.jobs.intents import steps
from server.jobs.intents.drafting import draft_intent
from server.jobs.intents.sources import IntentSource
from server.jobs.intents.terms import Wishes
from server.jobs.seekers.profile import change_profile
from server.jobs.seekers.terms import ProfileChanges
from server.seed.employment.plan import Ending, Replay, SampleIntent, SampleVisitor
from server.wechat.sandbox import sandbox_openid

Progress = Callable[[int, int], None]

DESK = "sample-desk"
_ANSWER_AFTER, _HIRE_AFTER, _REGRET_AFTER = timedelta(days=6), timedelta(days=20), timedelta(days=9)
_REGRET, _FILLED = "示例：另有安排", "示例：岗位已有人选"


class SampleNotImported(NotFound):
    message = "还没有导入示例的用人单位、招聘会和岗位"
    next_step = (
        "请先依次执行 import employers、import fairs --published-past 和 import jobs，文件都在示例目录里，再回放"
    )


class SampleReplayed(Conflict):
    message = "这份示例已经回放过"
    next_step = "要重新回放，请换一个空的数据库"


@dataclass(frozen=True, slots=True)
class Replayed:
    """回放结果 — how many people came how often, and how many intents were signed."""

    persons: int
    visits: int
    intents: int


async def replay_year(replay: Replay, *, at: datetime, progress: Progress) -> Replayed:
    """Let everybody come and sign, each at the time of the fair, all or none; what was imported is marked as sample.

    Raises:
        SampleNotImported: a fair, an employer or a posting is missing.
        SampleReplayed: there are intents of these fairs already.
    """
    async with transaction():
        stage = await _set_stage(replay, at=at)
        total = sum(len(visitor.fairs) for visitor in replay.visitors) + len(replay.intents)
        done = 0
        for number, fair in sorted(stage.fairs.items()):
            here = [visitor for visitor in replay.visitors if number in visitor.fairs]
            for visitor in here:
                await _come(stage, visitor, fair)
                progress(done := done + 1, total)
            for intent in (one for one in replay.intents if one.fair == number):
                await _sign(stage, replay.visitors[intent.visitor], intent, fair)
                progress(done := done + 1, total)
    return Replayed(len(replay.visitors), total - len(replay.intents), len(replay.intents))


@dataclass(slots=True)
class _Stage:
    """What the replay finds and who acts in it."""

    staff: StaffMember
    fairs: dict[str, JobFair]
    employers: dict[str, Employer]
    postings: dict[tuple[str, str], JobPosting]
    members: dict[str, ApprovedEmployerMember]
    people: dict[str, Person]
    """Visitors with a phone, by their sandbox code."""
    registrations: dict[tuple[str, str], str]
    """Registration numbers by ID number and fair."""
    at: datetime


async def _set_stage(replay: Replay, *, at: datetime) -> _Stage:
    numbers = sorted({number for visitor in replay.visitors for number in visitor.fairs})
    codes = sorted({intent.credit_code for intent in replay.intents})
    fairs = {fair.number: fair for fair in await JobFair.filter(number__in=numbers)}
    employers = {employer.credit_code: employer for employer in await Employer.filter(credit_code__in=codes)}
    postings = {
        (posting.employer.credit_code, posting.number): posting
        for posting in await JobPosting.filter(employer__credit_code__in=codes).select_related("employer")
    }
    wanted = {(intent.credit_code, intent.posting) for intent in replay.intents}
    if len(fairs) < len(numbers) or len(employers) < len(codes) or not wanted <= postings.keys():
        raise SampleNotImported
    if await Intent.exists(fair_id__in=[fair.id for fair in fairs.values()]):
        raise SampleReplayed
    await _mark(fairs)
    return _Stage(await _open_desk(at=at), fairs, employers, postings, {}, {}, {}, at)


async def _mark(fairs: dict[str, JobFair]) -> None:
    """Mark what the imports of the sample stored; a table of the bureau's has no column for that."""
    await JobFair.filter(number__in=list(fairs)).update(is_sample=True)
    await Employer.filter(name__startswith="示例").update(is_sample=True)
    await JobPosting.filter(employer__name__startswith="示例").update(is_sample=True)


async def _open_desk(*, at: datetime) -> StaffMember:
    session = await _log_in(DESK, at=at)
    invited = await staffing.invite(
        role=StaffRole.ADMINISTRATOR, town_code=None, display_name="示例签到台", inviter_id=None, at=at
    )
    await staffing.join(code=invited.code, account_id=session.account_id, at=at)
    return await StaffMember.authenticate(session.token)


async def _log_in(code: str, *, at: datetime) -> OpenedSession:
    return await open_session(openid=sandbox_openid(code), unionid=None, lifetime_days=1, at=at)


async def _come(stage: _Stage, visitor: SampleVisitor, fair: JobFair) -> None:
    """Check a visitor in: by the number of the registration where there is a phone, else by the ID card."""
    identity = CheckInIdentity(name=visitor.name, id_number=visitor.id_number, mobile=visitor.mobile)
    if visitor.login:
        registered_at = fair.starts_at - timedelta(days=3)
        person = await _person(stage, visitor, at=registered_at)
        registration = await register(fair_id=fair.id, account_id=person.account_id, at=registered_at)
        identity = CheckInIdentity(number=registration.number)
    checked_in = await check_in(fair_id=fair.id, identity=identity, staff=stage.staff, at=fair.starts_at)
    stage.registrations[visitor.id_number, fair.number] = checked_in.number
    came = await FairRegistration.get(id=checked_in.registration_id)
    await Seeker.filter(id=came.seeker_id).update(is_sample=True)


async def _person(stage: _Stage, visitor: SampleVisitor, *, at: datetime) -> Person:
    """Return a visitor with a phone, who at the first time logs in, consents, and says who they are."""
    if visitor.login not in stage.people:
        session = await _log_in(visitor.login, at=stage.at)
        version = CONSENT_VERSIONS[Purpose.JOBS]
        await grant_consent(account_id=session.account_id, purpose=Purpose.JOBS, version=version, at=at)
        changes = ProfileChanges(name=visitor.name, mobile=visitor.mobile)
        await change_profile(changes=changes, account_id=session.account_id, at=at)
        stage.people[visitor.login] = await Person.authenticate(session.token)
    return stage.people[visitor.login]


async def _member(stage: _Stage, credit_code: str) -> ApprovedEmployerMember:
    if credit_code not in stage.members:
        employer = stage.employers[credit_code]
        session = await _log_in(f"sample-employer-{credit_code}", at=stage.at)
        invited = await invite_member_by_staff(
            employer_id=employer.id, display_name="示例人事", staff=stage.staff, at=stage.at
        )
        await join_employer(code=invited.code, account_id=session.account_id, at=stage.at)
        stage.members[credit_code] = await ApprovedEmployerMember.authenticate(session.token)
    return stage.members[credit_code]


async def _sign(stage: _Stage, visitor: SampleVisitor, wanted: SampleIntent, fair: JobFair) -> None:
    member, at = await _member(stage, wanted.credit_code), fair.starts_at + timedelta(minutes=40)
    intent = await draft_intent(
        posting_id=stage.postings[wanted.credit_code, wanted.posting].id,
        source=IntentSource(fair.id, stage.registrations[visitor.id_number, fair.number]),
        wishes=Wishes(remarks="示例"),
        member=member,
        at=at,
    )
    if visitor.login:
        person = stage.people[visitor.login]
        await steps.sign_intent(
            intent_id=intent.id, terms_digest=intent.terms_digest, shares_mobile=True, person=person, at=at
        )
    else:
        await steps.witness_paper(
            intent_id=intent.id,
            paper_number=f"示例{wanted.visitor + 1:04}",
            terms_code="",
            shares_mobile=True,
            staff=stage.staff,
            at=at,
        )
    await _end(stage, visitor, intent, wanted.ending, member=member, at=at)


async def _end(
    stage: _Stage,
    visitor: SampleVisitor,
    intent: Intent,
    ending: Ending,
    *,
    member: ApprovedEmployerMember,
    at: datetime,
) -> None:
    """Let an intent come to what the sample says of it."""
    if ending in (Ending.OFFERED, Ending.HIRED):
        await steps.offer_intent(intent_id=intent.id, member=member, at=at + _ANSWER_AFTER)
    if ending is Ending.HIRED:
        await steps.hire_by_intent(intent_id=intent.id, member=member, at=at + _HIRE_AFTER)
    if ending is Ending.TAKEN_BACK:
        await steps.withdraw_by_employer(intent_id=intent.id, reason=_FILLED, member=member, at=at + _REGRET_AFTER)
    if ending is Ending.WITHDRAWN and visitor.login:
        person = stage.people[visitor.login]
        await steps.withdraw_own_intent(intent_id=intent.id, reason=_REGRET, person=person, at=at + _REGRET_AFTER)
    elif ending is Ending.WITHDRAWN:
        await steps.withdraw_by_staff(intent_id=intent.id, reason=_REGRET, staff=stage.staff, at=at + _REGRET_AFTER)
