"""优惠接口：查优惠的人。"""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from config.clock import beijing, utc_now
from models.cards import CardKind
from models.errors import Refusal, Unauthenticated
from models.fields import decode_words
from models.perk_terms import PerkTerms
from models.transactions import Row, as_instant, as_uuid
from server.accounts.guards import Person, Visitor
from server.cards.service import NoCard
from server.http.endpoints import By, Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.perks import catalogue, statements
from server.perks.catalogue import EligibilityUnknown, PerkNotFound, Standing
from server.perks.entitlement import card_fault, judge, standing_and_usage
from server.perks.schemas import (
    BranchView,
    CategoryList,
    CategoryView,
    EntitlementView,
    Limits,
    MyRedemption,
    MyRedemptionPage,
    PageQuery,
    PerkDetail,
    PerkItem,
    PerkPage,
    PerkQuery,
)
from server.search.pairs import NothingToSearch
from server.search.places import Place, PlaceInvalid, parse_place

routes = Routes("perks", title="查优惠")
_READS = Limit("600/minute", by=By.ADDRESS, shared=False)
_SUMMARY = 80


@routes.get(
    "/perks",
    summary="查优惠：新的在前；给了 near 则近的在前",
    etag=True,
    limit=_READS,
    one_connection=True,
    refusals=(NothingToSearch, PlaceInvalid, EligibilityUnknown),
)
async def list_perks(asker: Visitor, query: PerkQuery) -> PerkPage:
    near = parse_place(query.near) if query.near else None
    page = await catalogue.list_perks(
        at=utc_now(),
        q=query.q,
        category=query.category,
        town=query.town,
        near=near,
        standing=await _standing_of(asker) if query.eligible else None,
        after=decode_cursor(query.cursor, tuple[float, UUID] if near else tuple[UUID]),
        limit=query.limit,
    )
    return PerkPage(
        items=[_item(row, near) for row in page.rows],
        next_cursor=encode_cursor(*page.position) if page.position else None,
    )


async def _standing_of(asker: Visitor) -> Standing:
    standing = await catalogue.find_standing(account_id=asker.account_id)
    if standing is None:
        raise EligibilityUnknown
    return standing


@routes.get(
    "/perks/<perk_id:uuid>",
    summary="优惠详情，以及我能不能用",
    etag=True,
    limit=_READS,
    one_connection=True,
    refusals=(PerkNotFound,),
)
async def get_perk(asker: Visitor, perk_id: UUID) -> PerkDetail:
    at = utc_now()
    rows = await catalogue.get_perk(perk_id=perk_id)
    return _detail(rows, await _entitlement(asker, rows[0], perk_id=perk_id, at=at))


@routes.get("/perk-categories", summary="优惠类别与数量", etag=True, limit=_READS)
async def list_categories(asker: Visitor) -> CategoryList:
    rows = await catalogue.list_categories(at=utc_now())
    return CategoryList(items=[CategoryView(code=row["code"], name=row["name"], perks=row["perks"]) for row in rows])


@routes.get("/redemptions", summary="我用过的优惠，新的在前", etag=True)
async def list_my_redemptions(asker: Person, query: PageQuery) -> MyRedemptionPage:
    page = await statements.redemptions_of_holder(
        account_id=asker.account_id, after=decode_cursor(query.cursor, tuple[UUID]), limit=query.limit
    )
    items = [
        MyRedemption(
            id=as_uuid(row["id"]),
            perk_id=as_uuid(row["perk_id"]),
            perk_title=row["title"],
            provider=row["provider"],
            branch_name=row["branch_name"],
            redeemed_at=beijing(as_instant(row["created_at"])),
            reversed_at=beijing(as_instant(row["reversed_at"])) if row["reversed_at"] else None,
        )
        for row in page.rows
    ]
    return MyRedemptionPage(items=items, next_cursor=encode_cursor(*page.position) if page.position else None)


async def _entitlement(asker: Visitor, perk: Row, *, perk_id: UUID, at: datetime) -> EntitlementView:
    if asker.account_id is None:
        return _refused(Unauthenticated)
    found = await standing_and_usage(account_id=asker.account_id, perk_id=perk_id, at=at)
    if found is None:
        return _refused(NoCard)
    card, usage = found
    if refusal := card_fault(state=card["state"], expires_on=card["expires_on"], at=at):
        return _refused(refusal)
    judged = judge(
        PerkTerms.from_row(perk),
        perk_id=perk_id,
        holder_id=as_uuid(card["holder_id"]),
        kind=card["kind"],
        town_code=card["town_id"],
        usage=usage,
        at=at,
    )
    if judged.refusal is not None:
        return _refused(judged.refusal, remaining=judged.remaining)
    return EntitlementView(entitled=True, remaining=judged.remaining, reason="", message="", next_step="")


def _refused(refusal: type[Refusal], *, remaining: int | None = None) -> EntitlementView:
    return EntitlementView(
        entitled=False,
        remaining=remaining,
        reason=refusal.__name__,
        message=refusal.message,
        next_step=refusal.next_step,
    )


def _item(row: Any, near: Place | None) -> PerkItem:
    description = row["description"]
    item = PerkItem(
        row["id"],
        row["number"],
        row["title"],
        description if len(description) <= _SUMMARY else description[: _SUMMARY - 1] + "…",
        row["category_id"],
        row["provider"],
        row["merchant_id"],
        row["starts_on"],
        row["ends_on"],
        _kinds(row["card_kinds"]),
        decode_words(row["households"]),
        bool(row["is_sample"]),
    )
    if near is not None:
        item.branch_name = row["branch_name"]
        item.distance_metres = round(row["metres"])
    return item


@cache
def _kinds(stored: str) -> tuple[CardKind, ...]:
    return tuple(CardKind(kind) for kind in decode_words(stored))


def _detail(rows: list[Row], entitlement: EntitlementView) -> PerkDetail:
    row = rows[0]
    terms = PerkTerms.from_row(row)
    return PerkDetail(
        id=as_uuid(row["id"]),
        number=row["number"],
        title=row["title"],
        description=row["description"],
        category=row["category_id"],
        category_name=row["category_name"],
        provider=row["provider"],
        merchant_id=as_uuid(row["merchant_id"]) if row["merchant_id"] else None,
        state=row["state"],
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        weekdays=[day + 1 for day in range(7) if terms.weekdays >> day & 1],
        hours=list(terms.hours),
        card_kinds=[CardKind(kind) for kind in terms.card_kinds],
        households=list(terms.households),
        documents=row["documents"],
        limits=Limits(
            per_person_day=terms.per_person_day,
            per_person_month=terms.per_person_month,
            per_person_year=terms.per_person_year,
            per_person_ever=terms.per_person_ever,
            total_day=terms.total_day,
            total_ever=terms.total_ever,
        ),
        source=row["source"],
        is_sample=bool(row["is_sample"]),
        redeemable=row["merchant_state"] == "active",
        branches=[_branch(row) for row in rows if row["branch_id"] is not None],
        entitlement=entitlement,
    )


def _branch(row: Row) -> BranchView:
    return BranchView(
        id=as_uuid(row["branch_id"]),
        name=row["branch_name"],
        town_code=row["branch_town_id"],
        address=row["address"],
        telephone=row["telephone"],
        latitude=row["latitude"],
        longitude=row["longitude"],
    )
