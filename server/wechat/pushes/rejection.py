"""推送被拒 — why a push is not believed, or cannot be read; for our own record, WeChat is told nothing of it."""

from enum import StrEnum


class PushReason(StrEnum):
    """Why a push was rejected. 拒绝推送的原因

    There is none for a stale timestamp, on purpose: WeChat repeats a push up to three times with the timestamp and
    nonce of the first, and a clock that refused them would lose the late ones. Repetitions are told by
    ``Push.dedupe_key``.
    """

    SIGNATURE = "signature"
    DOWNGRADE = "downgrade"
    KEY = "key"
    APPID = "appid"
    PADDING = "padding"
    MALFORMED = "malformed"
    OVERSIZED = "oversized"
    DOCTYPE = "doctype"


class PushRejected(Exception):
    """A push that is not worked on. ``detail`` says more for the log and never quotes what was pushed."""

    def __init__(self, reason: PushReason, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}" if detail else reason.value)
