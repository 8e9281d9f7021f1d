"""助手任务 — makes the model where there is none, and forgets what was said."""

from datetime import datetime, timedelta

from models.transactions import execute
from server.assistant.current import ensure_trained
from server.resources import resources

_FORGET = (
    "UPDATE assistant_messages SET question = '', reply = '', comment = '' WHERE created_at < $1 "
    "AND (question <> '' OR reply <> '' OR comment <> '')"
)


async def make_model() -> int:
    """Train the model of today's knowledge if this machine has none; return 0: there is nothing to count.

    Raises:
        TrainingFailed: the training process ended with a fault.
    """
    await ensure_trained(resources().settings)
    return 0


async def forget_conversations(*, retention_days: int, at: datetime) -> int:
    """Take the words from what was said so long ago; return of how many. Kinds, topics and counts stay."""
    return await execute(_FORGET, at - timedelta(days=retention_days))
