"""优待证接口（持证人） — my card, binding it, its passes, and the keys that verify them."""

import asyncio

from config.clock import beijing, utc_now
from models.cards import CardExpired, CardNotUsable, CardReplaced, CardRevoked, CardSuspended
from server.accounts.guards import Person
from server.accounts.service import ConsentRequired
from server.cards import claims, service
from server.cards.pass_keys import NoPassKey, list_public_keys
from server.cards.passes import PassExpired, PassForged, PassFromTheFuture, PassUnreadable
from server.cards.qr import draw_svg
from server.cards.routes.shapes import show_card
from server.cards.schemas import (
    CardStanding,
    ClaimRequest,
    MaskedCard,
    PassGranted,
    PassKeyList,
    PassKeyView,
    PassPicture,
)
from server.http.askers import Anyone
from server.http.endpoints import Download, Limit, Routes
from server.resources import resources

routes = Routes("cards", title="我的优待证")
SVG = "image/svg+xml"


@routes.get("/card", summary="我的优待证，或为什么没有、下一步怎么办")
async def get_card(asker: Person) -> CardStanding:
    standing = await service.describe_standing(account_id=asker.account_id, at=utc_now())
    return CardStanding(
        state="none" if standing.card is None else "bound",
        card=None if standing.card is None else show_card(standing.card),
        reason=standing.reason,
        message=standing.message,
        next_step=standing.next_step,
        case_number=standing.case_number,
    )


@routes.post(
    "/card/claims",
    summary="绑定优待证",
    status=201,
    idempotent=False,
    limit=Limit("20/minute"),
    refusals=(
        claims.ClaimUnreadable,
        ConsentRequired,
        claims.AccountAlreadyHasCard,
        claims.ClaimTriesUsedUp,
        claims.ClaimMismatch,
        claims.CardAlreadyBound,
        CardNotUsable,
        CardSuspended,
        CardRevoked,
        CardReplaced,
        CardExpired,
    ),
)
async def claim_card(asker: Person, body: ClaimRequest) -> MaskedCard:
    """Safe to repeat: a claim that succeeded answers the same card. Five tries a Beijing day."""
    card = await claims.claim_card(
        account_id=asker.account_id,
        name=body.name,
        id_number=body.id_number,
        card_last4=body.card_last4,
        state=resources().state,
        at=utc_now(),
    )
    return show_card(card)


@routes.delete("/card/binding", summary="解除绑定")
async def unbind_card(asker: Person) -> None:
    await service.unbind_card(account_id=asker.account_id, at=utc_now())


@routes.post(
    "/card/passes",
    summary="取得出示码，60 秒内有效",
    status=201,
    idempotent=False,
    limit=Limit("30/minute", shared=False),
    refusals=(service.NoCard, CardSuspended, CardRevoked, CardReplaced, CardExpired, NoPassKey),
)
async def show_pass(asker: Person) -> PassGranted:
    """The text is drawn as an alphanumeric QR code by the phone; ask again after ``refresh_after_seconds``."""
    issued = await service.show_pass(account_id=asker.account_id, at=utc_now())
    return PassGranted(
        pass_=issued.pass_,
        expires_at=beijing(issued.expires_at),
        refresh_after_seconds=issued.refresh_after_seconds,
    )


@routes.post(
    "/card/passes/qr",
    summary="把自己的出示码画成二维码图片",
    idempotent=False,
    media_type=SVG,
    limit=Limit("30/minute", shared=False),
    refusals=(service.PassNotYours, PassUnreadable, PassForged, PassExpired, PassFromTheFuture),
)
async def draw_pass(asker: Person, body: PassPicture) -> Download:
    """For phones whose own QR component fails."""
    await service.require_own_pass(text=body.pass_, account_id=asker.account_id, at=utc_now())
    return Download(data=await asyncio.to_thread(draw_svg, body.pass_.strip()), media_type=SVG)


@routes.get("/pass-keys", summary="验证出示码的公钥", etag=True)
async def list_pass_keys(asker: Anyone) -> PassKeyList:
    return PassKeyList(keys=[PassKeyView(kid=key.key_id, x=key.x) for key in await list_public_keys()])
