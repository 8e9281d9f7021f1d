"""就业意向的消息 — what each side is told when the other, or nobody, takes a step."""

from datetime import datetime

from config.clock import beijing_day
from models.intents import Intent, IntentState
from models.jobs import JobActor
from server.jobs.intents.people import accounts_of_employer, accounts_of_seeker, contacts_of
from server.notifications.service import Event, notify_all

_TO_SEEKER = {
    IntentState.DRAFT: (
        "就业意向书待签署",
        "{employer}为您填写了「{position}」的就业意向书，请在手机上核对后签署，{until}前有效",
    ),
    IntentState.SIGNED: ("就业意向书已签署", "您与{employer}的「{position}」意向书已由工作人员见证签署"),
    IntentState.OFFERED: ("用人单位拟录用您", "{employer}拟录用您到「{position}」岗位，请留意单位的入职通知"),
    IntentState.HIRED: ("您已被录用", "{employer}已录用您到「{position}」岗位，请按约定到岗"),
    IntentState.WITHDRAWN: ("就业意向书已撤回", "{employer}的「{position}」意向书已撤回{reason}，您可以再看看其他岗位"),
    IntentState.LAPSED: (
        "就业意向书已失效",
        "{employer}的「{position}」意向书因{reason}失效，可与单位联系重新签",
    ),
}
_TO_EMPLOYER = {
    IntentState.SIGNED: ("求职者已签署意向书", "{name}已签署「{position}」的就业意向书"),
    IntentState.WITHDRAWN: ("就业意向书已撤回", "{name}的「{position}」就业意向书已撤回{reason}"),
    IntentState.LAPSED: ("就业意向书已失效", "{name}的「{position}」就业意向书因{reason}失效"),
}


async def tell(intent: Intent, *, by: JobActor, reason: str = "", at: datetime) -> None:
    """Tell whoever did not take the step to the state that an intent is in now; its employer must be loaded."""
    if by is not JobActor.SEEKER:
        await _tell(intent, _TO_SEEKER[intent.state], "seeker", reason=reason, at=at)
    if by is not JobActor.EMPLOYER and intent.state in _TO_EMPLOYER:
        await _tell(intent, _TO_EMPLOYER[intent.state], "employer", reason=reason, at=at)


async def tell_of_correction(intent: Intent, *, at: datetime) -> None:
    """Tell the seeker that what they may have read already was corrected."""
    words = ("就业意向书已更正", "{employer}更正了「{position}」的就业意向书，请重新核对后签署，{until}前有效")
    await _tell(intent, words, "seeker", reason="", at=at)


async def _tell(intent: Intent, words: tuple[str, str], side: str, *, reason: str, at: datetime) -> None:
    is_seeker = side == "seeker"
    accounts = await (accounts_of_seeker(intent.seeker_id) if is_seeker else accounts_of_employer(intent.employer_id))
    if not accounts:
        return
    title, text = words
    event = Event(
        name=f"intent.{intent.state.value}",
        key=f"intent:{intent.id.hex}:{side}:{intent.state.value}:{round(intent.updated_at.timestamp() * 1_000_000)}",
        title=title,
        text=text.format(
            employer=intent.employer.name,
            position=intent.position_title,
            name="" if is_seeker else (await contacts_of([intent.seeker_id]))[intent.seeker_id].masked_name,
            until=_in_words(intent.expires_at),
            reason=_reason(reason, intent.state),
        )
        + f"（编号 {intent.number}）",
        link=f"/v1/intents/{intent.id}" if is_seeker else f"/v1/employer/intents/{intent.id}",
    )
    await notify_all(account_ids=accounts, event=event, at=at)


def _reason(reason: str, state: IntentState) -> str:
    return f"，原因：{reason}" if reason and state is IntentState.WITHDRAWN else reason


def _in_words(at: datetime) -> str:
    day = beijing_day(at)
    return f"{day.year}年{day.month}月{day.day}日"
