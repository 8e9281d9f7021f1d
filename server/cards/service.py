"""我的优待证 — the card of an account: its standing, its passes, and letting go of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from config.clock import beijing_day
from models.cards import (
    Card,
    CardCase,
    CardExpired,
    CardNotUsable,
    CardReplaced,
    CardRevoked,
    CardSuspended,
    CaseState,
    card_refusal,
)
from models.errors import Conflict, NotFound
from models.transactions import fetch_rows, transaction
from server.audit.service import record
from server.cards.passes import CardPass, IssuedPass, issue_pass, read_pass


class NoCard(NotFound):
    message = "当前账号还没有绑定优待证"
    next_step = "请先在「我的优待证」中绑定；没有优待证请到户籍所在地的退役军人服务站申领"


class PassUnknown(Conflict):
    message = "这张出示码对应的优待证已解绑或换发"
    next_step = "请持证人在小程序中重新打开出示码"


class PassNotYours(NotFound):
    message = "这不是您的优待证的出示码"
    next_step = "请先取得自己的出示码，再换成二维码图片"


class StandingReason(StrEnum):
    """Why a card cannot be shown."""

    NEVER_CLAIMED = "never_claimed"
    CASE_OPEN = "case_open"
    CASE_REJECTED = "case_rejected"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"
    EXPIRED = "expired"


_REASONS: dict[type[CardNotUsable], StandingReason] = {
    CardSuspended: StandingReason.SUSPENDED,
    CardRevoked: StandingReason.REVOKED,
    CardReplaced: StandingReason.REPLACED,
    CardExpired: StandingReason.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """持证情况 — the bound card with its holder, or why there is none; ``reason`` None means it can be shown."""

    card: Card | None
    reason: StandingReason | None
    message: str
    next_step: str
    case_number: str | None = None


async def describe_standing(*, account_id: UUID, at: datetime) -> Standing:
    """Return the card of an account and whether it can be shown at ``at``, else what to do next."""
    card = await Card.get_or_none(account_id=account_id).select_related("holder")
    if card is None:
        return await _without_card(account_id)
    refusal = card_refusal(state=card.state, expires_on=card.expires_on, day=beijing_day(at))
    if refusal is None:
        return Standing(card, None, "优待证可以使用", "办理时请打开出示码让店员扫描")
    message = f"{refusal.message}（{card.state_reason}）" if card.state_reason else refusal.message
    return Standing(card, _REASONS[refusal], message, refusal.next_step)


async def _without_card(account_id: UUID) -> Standing:
    case = await CardCase.filter(account_id=account_id).order_by("-id").first()
    if case is not None and case.state == CaseState.OPEN:
        return Standing(
            None,
            StandingReason.CASE_OPEN,
            "您填写的内容还在等工作人员核对",
            f"请带身份证和优待证到就近的退役军人服务站，报核对件编号 {case.number}；也可以核对后重新填写",
            case.number,
        )
    if case is not None and case.state == CaseState.REJECTED:
        return Standing(
            None,
            StandingReason.CASE_REJECTED,
            f"工作人员核对未通过：{case.note}",
            "请按说明补正后重新绑定，或带证件到就近的退役军人服务站",
            case.number,
        )
    return Standing(None, StandingReason.NEVER_CLAIMED, NoCard.message, NoCard.next_step)


async def unbind_card(*, account_id: UUID, at: datetime) -> None:
    """Take the card off the account; without a card nothing changes. 解除绑定。

    A revoked or suspended card can be let go as well; binding it again takes what binding takes.
    """
    async with transaction():
        rows = await fetch_rows(
            "UPDATE cards SET account_id = NULL, bound_at = NULL WHERE account_id = $1 RETURNING id", account_id
        )
        for row in rows:
            await record(
                account_id=account_id, role="person", action="card.unbound", record_type="card", record_id=row["id"]
            )


async def show_pass(*, account_id: UUID, at: datetime) -> IssuedPass:
    """Return a new pass of the account's card. 出示优待证。

    Raises:
        NoCard: no card is bound.
        CardSuspended, CardRevoked, CardReplaced, CardExpired: the card is not good.
        NoPassKey: the installation has no key.
    """
    card = await Card.get_or_none(account_id=account_id)
    if card is None:
        raise NoCard
    _require_good(card, at=at)
    return await issue_pass(card=card, at=at)


async def get_shown_card(card_pass: CardPass, *, at: datetime) -> Card:
    """Return the bound card that a genuine pass is of, with its holder.

    Raises:
        PassUnknown: the card was unbound or replaced since.
        CardSuspended, CardRevoked, CardReplaced, CardExpired: the card is not good.
    """
    card = await Card.get_or_none(pseudonym=card_pass.pseudonym, account_id__isnull=False).select_related("holder")
    if card is None:
        raise PassUnknown
    _require_good(card, at=at)
    return card


def _require_good(card: Card, *, at: datetime) -> None:
    refusal = card_refusal(state=card.state, expires_on=card.expires_on, day=beijing_day(at))
    if refusal is not None:
        raise refusal(f"{refusal.message}（{card.state_reason}）" if card.state_reason else None)


async def require_own_pass(*, text: str, account_id: UUID, at: datetime) -> None:
    """Refuse a pass that is not good, or not of the account's card.

    Raises:
        PassRefused: see ``read_pass``.
        PassNotYours: it is another card's.
    """
    card_pass = await read_pass(text, at=at)
    if not await Card.exists(pseudonym=card_pass.pseudonym, account_id=account_id):
        raise PassNotYours
