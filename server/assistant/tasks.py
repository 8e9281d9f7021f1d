"""助手任务 — makes the model where there is none, and forgets what was said."""

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from prometheus_client import Counter

from config.clock import beijing_day, utc_now
from models.accounts import StaffMember as StaffRecord
from models.accounts import StaffRole
from models.transactions import execute, transaction
from server.assistant.current import AssistantNotReady, current_assistant
from server.assistant.knowledge.in_force import knowledge_in_force, mark_in_force
from server.assistant.questions.gathering import gather_questions, has_due
from server.assistant.training import TrainingFailed, TrainingLeftAlone, ensure_trained, folder_of, is_made
from server.notifications.service import Event, notify_all
from server.resources import resources

TRAININGS = Counter("youbing_bot_trainings", "Models made of new knowledge by outcome", ("outcome",))

_FORGET = (
    "UPDATE assistant_messages SET question = '', reply = '', comment = '' WHERE created_at < $1 "
    "AND (question <> '' OR reply <> '' OR comment <> '')"
)


_made: tuple[tuple[date, int, int], Path] | None = None
"""What this process last saw in force, and the model of it."""


async def make_model() -> int:
    """Train the model of what is in force if this machine has none; return 0: there is nothing to count.

    If that fails, the last model goes on serving, it is counted, and every administrator is told, once for each.

    Raises:
        TrainingFailed: the training process ended with a fault.
    """
    global _made
    settings, today = resources().settings, beijing_day(utc_now())
    mark = await mark_in_force(today)
    if _made and _made[0] == mark and is_made(_made[1]):
        return 0
    found = await knowledge_in_force(today)
    folder = folder_of(settings, found.key)
    is_new = not is_made(folder)
    try:
        await ensure_trained(settings, key=found.key, knowledge=found.knowledge)
    except TrainingLeftAlone:
        return 0
    except TrainingFailed:
        TRAININGS.labels("failed").inc()
        await tell_of_failure(key=found.key, at=utc_now())
        raise
    if is_new:
        TRAININGS.labels("done").inc()
    _made = (mark, folder)
    return 0


async def tell_of_failure(*, key: str, at: datetime) -> None:
    """Tell every administrator that the knowledge named by ``key`` could not be learnt, once for each."""
    administrators = StaffRecord.filter(role=StaffRole.ADMINISTRATOR, suspended_at=None, account_id__isnull=False)
    told: list[UUID] = await administrators.values_list("account_id", flat=True)  # type: ignore[assignment]
    event = Event(
        name="assistant.training_failed",
        key=f"training:{key or 'files'}",
        title="助手的新模型没有训练成功",
        text="答案已按最新发布的内容回答，但新增的问法还认不出来；系统会再试，请系统管理员查看日志。",
        link="/v1/staff/knowledge",
    )
    async with transaction():
        await notify_all(account_ids=told, event=event, at=at)


async def forget_conversations(*, retention_days: int, at: datetime) -> int:
    """Take the words from what was said so long ago; return of how many. Kinds, topics and counts stay."""
    return await execute(_FORGET, at - timedelta(days=retention_days))


async def gather_due(*, at: datetime) -> int:
    """Put the questions that the bot did not serve well into groups; return how many. Waits for the first model."""
    if not await has_due(at=at):
        return 0
    try:
        assistant = await current_assistant()
    except AssistantNotReady:
        return 0
    return await gather_questions(assistant=assistant, at=at)
