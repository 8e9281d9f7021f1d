"""优待证接口（刷脸核身） — identity by WeChat where the roster's match fails, or the card is bound elsewhere."""

from typing import TYPE_CHECKING
from uuid import UUID

from config.clock import beijing, utc_now
from models.cards import CardExpired, CardNotUsable, CardReplaced, CardRevoked, CardSuspended
from models.face_checks import FaceCheck
from server.accounts.guards import Person
from server.accounts.service import ConsentRequired
from server.cards import face_binding, faces
from server.cards.claims import AccountAlreadyHasCard, ClaimUnreadable
from server.cards.routes.shapes import show_card
from server.cards.schemas import FaceBindingRequest, FaceCheckRequest, FaceCheckStarted, FaceCheckView, MaskedCard
from server.http.endpoints import Limit, Routes
from server.resources import resources
from server.wechat.accounts import WeChatAccount
from server.wechat.errcodes import WeChatLimited
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured, WeChatNotConfigured

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

routes = Routes("face-checks", title="刷脸核身")
_WECHAT = (faces.FaceChecksNotOffered, WeChatNotConfigured, WeChatLimited, WeChatBusy, WeChatMisconfigured)


@routes.post(
    "/me/face-checks",
    summary="开始刷脸核身（绑定优待证用）",
    status=201,
    idempotent=False,
    limit=Limit("10/minute"),
    refusals=(ClaimUnreadable, ConsentRequired, faces.FaceChecksUsedUp, *_WECHAT),
)
async def start_face_check(asker: Person, body: FaceCheckRequest) -> FaceCheckStarted:
    """The phone passes ``verify_id`` to ``wx.requestFacialVerify``; mainland ID cards only. Five a Beijing day."""
    started = await faces.start_face_check(
        account_id=asker.account_id,
        name=body.name,
        id_number=body.id_number,
        open_client=_open_client,
        state=resources().state,
        at=utc_now(),
    )
    return FaceCheckStarted(check=_view(started.check), verify_id=started.verify_id)


@routes.post(
    "/me/face-checks/<check_id:uuid>/result",
    summary="刷脸做完后取结果",
    idempotent=False,
    limit=Limit("20/minute"),
    refusals=(
        *(faces.FaceCheckNotFound, faces.FaceCheckExpired, faces.FaceCheckUnfinished, faces.FaceCheckFailed),
        *_WECHAT,
    ),
)
async def finish_face_check(asker: Person, check_id: UUID) -> FaceCheckView:
    """The result is WeChat's, not what the phone was told; safe to repeat."""
    check = await faces.finish_face_check(
        check_id=check_id, account_id=asker.account_id, open_client=_open_client, at=utc_now()
    )
    return _view(check)


@routes.post(
    "/me/face-checks/<check_id:uuid>/binding",
    summary="凭通过的核身绑定本人的优待证",
    status=201,
    refusals=(
        *(faces.FaceCheckNotFound, face_binding.FaceCheckNotPassed, face_binding.FaceCheckUsed, faces.FaceCheckExpired),
        *(ClaimUnreadable, AccountAlreadyHasCard, face_binding.FaceMatchesNoCard, face_binding.ManyCards),
        *(CardNotUsable, CardSuspended, CardRevoked, CardReplaced, CardExpired),
    ),
)
async def bind_by_face(asker: Person, check_id: UUID, body: FaceBindingRequest) -> MaskedCard:
    """Once for each check; a card that another account has bound moves, and that account is told."""
    card = await face_binding.bind_by_face(
        check_id=check_id, account_id=asker.account_id, card_last4=body.card_last4, at=utc_now()
    )
    return show_card(card)


def _open_client() -> "AsyncWeChatClient":
    return resources().wechat(WeChatAccount.MINI)


def _view(check: FaceCheck) -> FaceCheckView:
    return FaceCheckView(
        id=check.id, state=check.state, state_label=check.state.label, expires_at=beijing(check.expires_at)
    )
