"""订阅消息发送 — asks WeChat to send one message, and says what is known of it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class SendOutcome(StrEnum):
    """发送结果 — what an attempt came to; only after ``not_sent`` may it be repeated by itself."""

    SENT = "sent"
    NO_CONSENT = "no_consent"
    """WeChat knows of no consent of this person (43101)."""
    NOT_SENT = "not_sent"
    """It never left, or WeChat says that it is busy: nothing was sent."""
    REFUSED = "refused"
    """WeChat refused this very message, and will again."""
    UNKNOWN = "unknown"
    """It left, and no readable answer came: WeChat may have sent it."""


@dataclass(frozen=True, slots=True)
class Sending:
    """一次发送 — what an attempt came to, WeChat's errcode and its id of the message."""

    outcome: SendOutcome
    errcode: int | None = None
    message_id: str = ""
    is_outage: bool = False
    """WeChat itself is away, or refuses everything: the next message would fare no better."""


@dataclass(frozen=True, slots=True)
class SubscribeMessage:
    """订阅消息 — as it goes to WeChat; ``fields`` by their names in the bureau's template."""

    openid: str
    template_id: str
    page: str
    fields: Mapping[str, str]


class Sender(Protocol):
    """发送者 — WeChat, as the deliveries see it. Neither method raises for what WeChat does."""

    async def send(self, message: SubscribeMessage) -> Sending:
        """Ask for one message to be sent."""

    async def is_there(self) -> bool:
        """Return whether WeChat answers a question that sends nothing."""
