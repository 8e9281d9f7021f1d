"""优惠接口：收银台的店员。"""

from uuid import UUID

from config.clock import beijing, beijing_day, utc_now
from models.cards import CardExpired, CardReplaced, CardRevoked, CardSuspended
from models.perk_terms import (
    CardKindNotEligible,
    DailyLimitReached,
    HouseholdNotEligible,
    MonthlyLimitReached,
    PerkClosedNow,
    PerkClosedToday,
    PerkEnded,
    PerkNotStarted,
    PerkSuspended,
    PersonalLimitReached,
    SoldOut,
    SoldOutToday,
    YearlyLimitReached,
)
from models.transactions import as_instant, as_uuid
from server.accounts.guards import BranchClosed, Clerk, MerchantSuspended, NotAClerk
from server.cards.passes import PassExpired, PassForged, PassFromTheFuture, PassUnreadable
from server.cards.service import PassUnknown
from server.http.endpoints import Download, Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.perks import statements
from server.perks.catalogue import PerkNotFound
from server.perks.redemption import Redeemed, RedemptionReversed, redeem
from server.perks.reversal import RedemptionNotFound, TooLateToReverse, reverse
from server.perks.schemas import (
    DayQuery,
    HolderView,
    MerchantRedemption,
    MerchantRedemptionPage,
    MonthQuery,
    PerkAtTillView,
    RedemptionRequest,
    RedemptionView,
    VerificationRequest,
    VerificationView,
)
from server.perks.verification import (
    PassAlreadyUsed,
    PerkAtTill,
    Till,
    WrongBranch,
    verify,
)
from server.tables.export import XLSX

routes = Routes("redemptions", title="核验与核销")
_TILL = Limit("240/minute", shared=False)
_CLERK = (NotAClerk, MerchantSuspended, BranchClosed)
_REDEEM_REFUSALS = (
    *(*_CLERK, PassUnreadable, PassForged, PassExpired, PassFromTheFuture, PassUnknown, PassAlreadyUsed),
    *(RedemptionReversed, CardSuspended, CardRevoked, CardReplaced, CardExpired, PerkNotFound, WrongBranch),
    *(PerkNotStarted, PerkEnded, PerkClosedToday, PerkClosedNow, PerkSuspended, CardKindNotEligible),
    *(HouseholdNotEligible, DailyLimitReached, MonthlyLimitReached, YearlyLimitReached, PersonalLimitReached),
    *(SoldOutToday, SoldOut),
)


@routes.post(
    "/merchant/verifications",
    summary="核验出示码",
    idempotent=False,
    limit=_TILL,
    one_connection=True,
    refusals=_CLERK,
)
async def verify_pass(asker: Clerk, body: VerificationRequest) -> VerificationView:
    """A pass that is refused is an answer too: ``result`` is ``refused`` with a reason and a next step."""
    found = await verify(pass_text=body.pass_, till=_till(asker), at=utc_now())
    if found.refusal is not None:
        refusal = found.refusal
        return VerificationView(
            result="refused",
            reason=refusal.code,
            message=refusal.message,
            next_step=refusal.next_step,
            holder=None,
            perks=[],
        )
    return VerificationView(
        result="valid",
        reason="",
        message="证件有效",
        next_step="请选择一项优惠核销",
        holder=HolderView(masked_name=found.masked_name, card_kind=found.card_kind),
        perks=[_perk_at_till(perk) for perk in found.perks],
    )


@routes.post(
    "/merchant/redemptions",
    summary="核销一次",
    status=201,
    limit=_TILL,
    one_connection=True,
    refusals=_REDEEM_REFUSALS,
)
async def redeem_perk(asker: Clerk, body: RedemptionRequest) -> RedemptionView:
    """The same request again by the same clerk returns the first redemption, also after the pass has expired."""
    return _redemption(await redeem(pass_text=body.pass_, perk_id=body.perk_id, till=_till(asker), at=utc_now()))


@routes.post(
    "/merchant/redemptions/<redemption_id:uuid>/reversal",
    summary="撤销核销（15 分钟内）",
    refusals=(*_CLERK, RedemptionNotFound, TooLateToReverse),
)
async def reverse_redemption(asker: Clerk, redemption_id: UUID) -> RedemptionView:
    return _redemption(await reverse(redemption_id=redemption_id, till=_till(asker), at=utc_now()))


@routes.get("/merchant/redemptions", summary="本商户某天的核销，新的在前", refusals=_CLERK)
async def list_redemptions(asker: Clerk, query: DayQuery) -> MerchantRedemptionPage:
    page = await statements.redemptions_of_day(
        merchant_id=asker.merchant_id,
        day=query.day or beijing_day(utc_now()),
        after=decode_cursor(query.cursor, tuple[UUID]),
        limit=query.limit,
    )
    items = [
        MerchantRedemption(
            id=as_uuid(row["id"]),
            perk_id=as_uuid(row["perk_id"]),
            perk_title=row["title"],
            branch_name=row["branch_name"],
            till=row["till"] or "",
            redeemed_at=beijing(as_instant(row["created_at"])),
            reversed_at=beijing(as_instant(row["reversed_at"])) if row["reversed_at"] else None,
        )
        for row in page.rows
    ]
    return MerchantRedemptionPage(items=items, next_cursor=encode_cursor(*page.position) if page.position else None)


@routes.get("/merchant/redemption-statement", summary="月度对账单（XLSX）", media_type=XLSX, refusals=_CLERK)
async def download_statement(asker: Clerk, query: MonthQuery) -> Download:
    year, month = (int(part) for part in query.month.split("-"))
    data = await statements.month_statement(merchant_id=asker.merchant_id, year=year, month=month, at=utc_now())
    return Download(data=data, media_type=XLSX, filename=f"核销对账单-{query.month}.xlsx")


def _till(clerk: Clerk) -> Till:
    return Till(
        account_id=clerk.account_id,
        clerk_id=clerk.clerk_id,
        merchant_id=clerk.merchant_id,
        branch_id=clerk.branch_id,
    )


def _perk_at_till(perk: PerkAtTill) -> PerkAtTillView:
    refusal = perk.entitlement.refusal
    return PerkAtTillView(
        id=perk.id,
        title=perk.title,
        remaining=perk.entitlement.remaining,
        usable=refusal is None,
        reason=refusal.__name__ if refusal else "",
        message=f"{refusal.message}，{refusal.next_step}" if refusal else "",
        documents=perk.documents,
    )


def _redemption(redeemed: Redeemed) -> RedemptionView:
    return RedemptionView(
        id=redeemed.id,
        perk_id=redeemed.perk_id,
        perk_title=redeemed.perk_title,
        redeemed_at=beijing(redeemed.at),
        reversed_at=beijing(redeemed.reversed_at) if redeemed.reversed_at else None,
    )
