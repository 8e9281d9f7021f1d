"""内容检测业务 — a text is noted in the deed that offers it, checked afterwards, and the outcome kept for staff."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from models.accounts import Account
from models.base import new_id
from models.batches import insert_many, store_many
from models.errors import Refusal
from models.moderation import CheckedContent, ContentCheck, ContentOutcome
from models.transactions import execute
from server.wechat.answers import Suggestion, TextScene, TextVerdict
from server.wechat.calls import check_text
from server.wechat.errors import OpenidUnknown, PersonNotActive, WeChatRefused
from server.wechat.refusals import WeChatNotConfigured

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

OpenClient = Callable[[], "AsyncWeChatClient"]

LONGEST_TEXT = 2500
"""Characters of one check (msg_sec_check); a longer text is checked in parts."""
TRIED_FOR = timedelta(hours=2)
"""WeChat checks what somebody wrote who was there in the last two hours: later there is no point in trying."""
PAUSE = timedelta(minutes=5)

LABELS = {
    10001: "广告",
    20001: "时政",
    20002: "色情",
    20003: "辱骂",
    20006: "违法犯罪",
    20008: "欺诈",
    20012: "低俗",
    20013: "版权",
    21000: "其他",
}
_OUTCOMES = {
    Suggestion.PASS: ContentOutcome.PASSED,
    Suggestion.REVIEW: ContentOutcome.DOUBTFUL,
    Suggestion.RISKY: ContentOutcome.RISKY,
}
_WORST_FIRST = (Suggestion.RISKY, Suggestion.REVIEW, Suggestion.PASS)

_REQUESTED = insert_many(
    "content_checks",
    {"id": "uuid", "content_id": "uuid", "digest": "text"},
    fixed={"created_at": "$2", "content": "$3", "account_id": "$4", "outcome": "'waiting'", "reason": "''"},
    conflict="ON CONFLICT (content, content_id) DO UPDATE SET digest = excluded.digest, "
    "account_id = excluded.account_id, created_at = excluded.created_at, outcome = 'waiting', label = NULL, "
    "reason = '', checked_at = NULL",
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """检测的结果 — ``again_at`` is when to try again, where WeChat could not be asked."""

    check: ContentCheck
    again_at: datetime | None


async def request_checks(
    *, content: CheckedContent, texts: Sequence[tuple[UUID, str]], account_id: UUID, at: datetime
) -> None:
    """Note in the caller's transaction that texts wait to be checked; an older check of the same record is void.

    The caller leaves the work in the outbox: it alone can read the text again.
    """
    rows = [{"id": new_id(), "content_id": content_id, "digest": digest_of(text)} for content_id, text in texts]
    await store_many(_REQUESTED, rows, at, content.value, account_id)


async def find_check(*, content: CheckedContent, content_id: UUID) -> ContentCheck | None:
    """Return the latest check of a record's text, or None where none was asked for."""
    return await ContentCheck.get_or_none(content=content, content_id=content_id)


async def judge(
    *, content: CheckedContent, content_id: UUID, text: str, open_client: OpenClient, at: datetime
) -> Judgement | None:
    """Have a text checked and keep the outcome; None where another text waits by now. 内容检测。

    It never fails: what could not be checked is kept as not checked, with the reason, and goes to the reviewer so.
    It must not run inside a transaction: WeChat is asked in between.
    """
    check = await find_check(content=content, content_id=content_id)
    if check is None or check.digest != digest_of(text):
        return None
    if check.outcome not in (ContentOutcome.WAITING, ContentOutcome.NOT_CHECKED):
        return Judgement(check, None)
    verdict, reason, is_worth_trying = await _ask(check.account_id, text, open_client)
    outcome = ContentOutcome.NOT_CHECKED if verdict is None else _OUTCOMES[verdict.suggest]
    label = int(verdict.label) if verdict is not None and str(verdict.label).isdecimal() else None
    if verdict is not None and verdict.suggest is not Suggestion.PASS:
        reason = LABELS.get(label or 0, f"标签 {str(verdict.label)[:20]}")
    kept = await execute(
        "UPDATE content_checks SET outcome = $1, label = $2, reason = $3, checked_at = $4 "
        "WHERE id = $5 AND digest = $6 AND outcome IN ('waiting', 'not_checked')",
        outcome.value,
        label,
        reason,
        at,
        check.id,
        check.digest,
    )
    if not kept:
        return None
    again_at = at + PAUSE if is_worth_trying and at + PAUSE < check.created_at + TRIED_FOR else None
    return Judgement(await ContentCheck.get(id=check.id), again_at)


async def _ask(account_id: UUID, text: str, open_client: OpenClient) -> tuple[TextVerdict | None, str, bool]:
    """Return WeChat's verdict; or None, why there is none, and whether it may come later."""
    openid = (await Account.get(id=account_id)).openid
    try:
        client = open_client()
        parts = [text[start : start + LONGEST_TEXT] for start in range(0, len(text), LONGEST_TEXT)]
        return worst([await check_text(client, openid=openid, content=part, scene=TextScene.FORUM) for part in parts])
    except WeChatNotConfigured:
        return None, "没有配置小程序账号", False
    except (PersonNotActive, OpenidUnknown):
        return None, "提交人两小时内没有使用过小程序", False
    except WeChatRefused as refused:
        return None, f"微信没有检测（{refused.errcode}）", True
    except Refusal:  # busy or misconfigured, as the client says
        return None, "微信没有回应", True


def worst(verdicts: Iterable[TextVerdict]) -> tuple[TextVerdict | None, str, bool]:
    """Return the verdict on a text whose parts were checked one by one."""
    return min(verdicts, key=lambda one: _WORST_FIRST.index(one.suggest), default=None), "", False


def digest_of(text: str) -> str:
    """Return what tells one text from another."""
    return hashlib.sha256(text.encode()).hexdigest()
