"""内容检测的 JSON 形状。"""

from datetime import datetime

import msgspec

from config.clock import beijing
from models.moderation import ContentCheck, ContentOutcome


class ContentCheckView(msgspec.Struct):
    """内容检测 — WeChat's opinion for whoever reviews; ``reason`` says what was found, or why it was not checked."""

    outcome: ContentOutcome
    outcome_label: str
    label: int | None
    reason: str
    checked_at: datetime | None


def show_check(check: ContentCheck | None) -> ContentCheckView | None:
    """Return a check as a reviewer sees it."""
    if check is None:
        return None
    return ContentCheckView(
        outcome=check.outcome,
        outcome_label=check.outcome.label,
        label=check.label,
        reason=check.reason,
        checked_at=None if check.checked_at is None else beijing(check.checked_at),
    )
