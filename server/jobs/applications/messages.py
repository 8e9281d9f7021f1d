"""投递的措辞 — what people are told of an application: messages, and the sentence that says what comes next."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from config.clock import beijing, beijing_day
from models.applications import ApplicationState
from models.employers import EmployerMember
from models.jobs import PostingState
from models.transactions import Row, as_uuid
from server.notifications.service import Event, notify, notify_all

_WEEKDAYS = "一二三四五六日"
_NEXT_STEPS = {
    ApplicationState.SUBMITTED: "已送达用人单位，单位查看后会通知您",
    ApplicationState.VIEWED: "用人单位已查看，请留意消息",
    ApplicationState.OFFERED: "用人单位拟录用您，请与单位商定入职；不接受的请撤回投递",
    ApplicationState.HIRED: "已录用，请按与用人单位的约定报到",
    ApplicationState.REFUSED: "这次没有录用，可以看看其他岗位，或到退役军人服务站咨询",
    ApplicationState.WITHDRAWN: "已撤回；同一岗位不能再次投递，仍想应聘的请直接联系用人单位或退役军人服务站",
}
_UNSHARED = "用人单位现在看不到您的全名和手机号，愿意让单位联系您的，请选择「同意提供联系方式」"
_TOLD = {
    ApplicationState.VIEWED: ("用人单位看了您的投递", "{employer}查看了您投递的「{posting}」", "请留意后续消息"),
    ApplicationState.INTERVIEW: (
        "面试通知",
        "{employer}请您面试「{posting}」",
        "不能参加的请提前告诉单位，或撤回投递",
    ),
    ApplicationState.OFFERED: (
        "拟录用通知",
        "{employer}拟录用您，岗位是「{posting}」",
        "请与单位商定入职；不接受的请撤回投递",
    ),
    ApplicationState.HIRED: ("录用通知", "{employer}录用了您，岗位是「{posting}」", "请按与单位的约定报到"),
    ApplicationState.REFUSED: (
        "投递结果",
        "您投递的「{posting}」，{employer}这次没有录用您",
        "可以看看其他岗位，或到退役军人服务站咨询",
    ),
}
_MOVED = ("面试安排有变", "{employer}调整了「{posting}」的面试安排", "不能参加的请提前告诉单位，或撤回投递")
_OVER = ("岗位结束招聘", "您投递了{employer}的「{posting}」", "可以看看其他岗位，或到退役军人服务站咨询")
_ENDED = {
    PostingState.FILLED: "岗位已经招满",
    PostingState.CLOSED: "岗位已经截止",
    PostingState.WITHDRAWN: "用人单位撤回了岗位",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """一份投递 — whose it is, for what, at whom; enough to tell people of it."""

    application_id: UUID
    account_id: UUID
    posting_id: UUID
    posting_title: str
    employer_id: UUID
    employer_name: str

    @classmethod
    def from_row(cls, row: Row) -> "Subject":
        return cls(
            application_id=as_uuid(row["id"]),
            account_id=as_uuid(row["account_id"]),
            posting_id=as_uuid(row["posting_id"]),
            posting_title=row["posting_title"],
            employer_id=as_uuid(row["employer_id"]),
            employer_name=row["employer_name"],
        )


def chinese_day(at: datetime) -> str:
    """Return the Beijing day of an instant as people write it: ``2026年12月1日``."""
    day = beijing_day(at)
    return f"{day.year}年{day.month}月{day.day}日"


def appointment(at: datetime, *, place: str) -> str:
    """Return an interview's time on a Beijing clock and its place: ``2026年12月1日（周二）14:00，人事部``."""
    local = beijing(at)
    return f"{chinese_day(at)}（周{_WEEKDAYS[local.weekday()]}）{local:%H:%M}，{place}"


def next_step_of(
    state: ApplicationState, *, is_contact_shared: bool, interview_at: datetime | None, interview_place: str
) -> str:
    """Return what the seeker can expect or do now."""
    if state is ApplicationState.INTERVIEW:
        when = appointment(interview_at, place=interview_place) if interview_at else "约定的时间"
        sentence = f"面试时间和地点：{when}；不能参加的请提前告诉单位"
    else:
        sentence = _NEXT_STEPS[state]
    is_over = state in (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)
    return sentence if is_over or is_contact_shared else f"{sentence}。{_UNSHARED}"


def ended_kindly(state: PostingState) -> str:
    """Return what somebody reads whose application nobody had looked at when the posting ended."""
    return f"{_ENDED[state]}，单位还没来得及查看您的资料，与您的条件无关，感谢您的投递"


async def tell_seeker(subject: Subject, state: ApplicationState, *, note: str, at: datetime) -> None:
    """Tell the seeker of a step, once for each state."""
    await _notify_seeker(subject, state, _TOLD[state], note=note, key=_once(subject, state), at=at)


async def tell_seeker_of_end(subject: Subject, *, note: str, at: datetime) -> None:
    """Tell the seeker that the posting ended before anybody looked at the application."""
    state = ApplicationState.REFUSED
    await _notify_seeker(subject, state, _OVER, note=note, key=_once(subject, state), at=at)


async def tell_seeker_of_new_time(subject: Subject, *, note: str, event_id: UUID, at: datetime) -> None:
    """Tell the seeker that an interview was moved, each time it is."""
    state = ApplicationState.INTERVIEW
    await _notify_seeker(subject, state, _MOVED, note=note, key=f"interview:{event_id}", at=at)


def _once(subject: Subject, state: ApplicationState) -> str:
    return f"application:{subject.application_id}:{state.value}"


async def _notify_seeker(
    subject: Subject, state: ApplicationState, words: tuple[str, str, str], *, note: str, key: str, at: datetime
) -> None:
    title, opening, closing = words
    opening = opening.format(employer=subject.employer_name, posting=subject.posting_title)
    event = Event(
        name=f"job_application.{state.value}",
        key=key,
        title=title,
        text="。".join(part for part in (opening, note.rstrip("。"), closing) if part) + "。",
        link=f"/v1/applications/{subject.application_id}",
    )
    await notify(account_id=subject.account_id, event=event, at=at)


async def tell_employer_of_applications(subject: Subject, *, at: datetime) -> None:
    """Tell the employer's members that a posting has new applications, once a Beijing day for each posting."""
    event = Event(
        name="job_application.submitted",
        key=f"posting:{subject.posting_id}:applications:{beijing_day(at)}",
        title="收到新的投递",
        text=f"「{subject.posting_title}」今天收到了新的投递，请及时查看。",
        link=f"/v1/employer/jobs/{subject.posting_id}/applications",
    )
    await _notify_members(subject.employer_id, event, at=at)


async def tell_employer_of_withdrawal(subject: Subject, *, before: ApplicationState, at: datetime) -> None:
    """Tell the employer's members that somebody on whom they count has withdrawn."""
    event = Event(
        name="job_application.withdrawn",
        key=_once(subject, ApplicationState.WITHDRAWN),
        title="求职者撤回了投递",
        text=f"「{subject.posting_title}」的一份投递已由求职者撤回，撤回前为「{before.label}」。",
        link=f"/v1/employer/applications/{subject.application_id}",
    )
    await _notify_members(subject.employer_id, event, at=at)


async def _notify_members(employer_id: UUID, event: Event, *, at: datetime) -> None:
    # in one order for everybody: two who apply at the same moment must not wait for each other in a circle
    members = await EmployerMember.filter(employer_id=employer_id, removed_at=None).order_by("account_id")
    await notify_all(account_ids=[member.account_id for member in members], event=event, at=at)
