"""意向书来源 — whom an intent is for: who told their number at the booth, or who applied."""

from dataclasses import dataclass
from uuid import UUID

from models.applications import ApplicationState, JobApplication
from models.errors import Conflict, FieldError, Invalid, NotFound
from models.fairs import FairRegistration, FairState, JobFair, JobFairBooth
from models.jobs import JobPosting
from models.seekers import Seeker
from server.jobs.fairs.numbers import read_number
from server.jobs.fairs.service import FairNotFound
from server.jobs.seekers.identity import get_survivor

_OVER = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)


class IntentSourceUnclear(Invalid):
    message = "没有写明这份意向书从哪里来"
    next_step = "在招聘会上签的填招聘会和求职者的报名号，从投递签的填投递，两样只填一样"


class NoBoothAtFair(Conflict):
    message = "本单位在这场招聘会没有展位"
    next_step = "请核对招聘会；确实参会的，请联系主办的服务站登记展位"


class BoothNumberMistyped(Invalid):
    message = "求职者的报名号输错了"
    next_step = "请对照求职者手机上的报名号重新输入；没有手机的，号码在签到时已经告知"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("registration_number", "请逐位核对，号码如 0017M"),))


class SeekerNotAtFair(Conflict):
    message = "这个报名号在本场没有签到"
    next_step = "请求职者先到签到处签到，再报一次号码"


class IntentApplicationNotFound(NotFound):
    message = "这个岗位没有收到这份投递"
    next_step = "请返回投递列表刷新后再选"


class IntentApplicationOver(Conflict):
    message = "这份投递已经结束，不能再签意向书"
    next_step = "对方仍有意向的，请其在招聘会上报号，或联系服务站"


@dataclass(frozen=True, slots=True)
class IntentSource:
    """意向书来源 — the number told at a booth of a fair, or an application; exactly one of them."""

    fair_id: UUID | None = None
    registration_number: str = ""
    application_id: UUID | None = None

    def check(self) -> None:
        """Raise ``IntentSourceUnclear`` unless it is exactly one of the two, and whole."""
        at_fair = (self.fair_id is not None, bool(self.registration_number.strip()))
        if self.application_id is not None if any(at_fair) else self.application_id is None:
            raise IntentSourceUnclear
        if any(at_fair) and not all(at_fair):
            field = "registration_number" if at_fair[0] else "fair_id"
            raise IntentSourceUnclear(errors=(FieldError(field, "在招聘会上签的，招聘会和报名号都要填"),))


@dataclass(frozen=True, slots=True)
class Met:
    """Whom an employer met, and at which fair if at one."""

    seeker: Seeker
    fair: JobFair | None


async def met(source: IntentSource, posting: JobPosting) -> Met:
    """Return the person that a source speaks of, for a posting of the employer who asks.

    Raises:
        FairNotFound, NoBoothAtFair: the fair is not published, or the employer has no booth at it.
        BoothNumberMistyped: the number's check sign is wrong; nobody else's number is proposed to an employer.
        SeekerNotAtFair: nobody with that number has checked in there.
        IntentApplicationNotFound, IntentApplicationOver: the application is not for this posting, or is at its end.
    """
    if source.application_id is not None:
        return Met(await _applicant(source.application_id, posting), None)
    fair = await JobFair.get_or_none(id=source.fair_id, state=FairState.PUBLISHED)
    if fair is None:
        raise FairNotFound
    return Met(await _visitor(fair, source.registration_number, posting.employer_id), fair)


async def _visitor(fair: JobFair, number: str, employer_id: UUID) -> Seeker:
    if not await JobFairBooth.exists(fair_id=fair.id, employer_id=employer_id):
        raise NoBoothAtFair
    signs = read_number(number)
    if signs is None:
        raise BoothNumberMistyped
    registration = await FairRegistration.get_or_none(
        fair_id=fair.id, number=signs, checked_in_at__isnull=False
    ).select_related("seeker")
    if registration is None:
        raise SeekerNotAtFair
    return await get_survivor(registration.seeker)


async def _applicant(application_id: UUID, posting: JobPosting) -> Seeker:
    application = await JobApplication.get_or_none(
        id=application_id, posting_id=posting.id, employer_id=posting.employer_id
    ).select_related("seeker")
    if application is None:
        raise IntentApplicationNotFound
    if application.state in _OVER:
        raise IntentApplicationOver(f"这份投递{application.state.label}，不能再签意向书")
    return await get_survivor(application.seeker)
