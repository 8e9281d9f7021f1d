"""商户接口：工作人员。"""

from uuid import UUID

import msgspec

from config.clock import beijing, utc_now
from models.merchants import Branch, Merchant
from server.accounts.guards import Administrator, StaffMember
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.merchants import branches, clerks, invitations, service
from server.merchants.branches import (
    BranchAlreadyClosed,
    BranchChanges,
    BranchExists,
    BranchNotClosed,
    BranchNotFound,
    BranchTerms,
    CoordinatesImplausible,
    MerchantNotFound,
    TownUnknown,
)
from server.merchants.clerks import ClerkNotFound
from server.merchants.invitations import BranchNotOpen, InvitationNotFound, InvitationUsed, MerchantNotActive
from server.merchants.schemas import (
    BranchPatch,
    BranchRequest,
    InvitationGranted,
    InvitationRequest,
    MerchantPatch,
    MerchantQuery,
    MerchantReason,
    MerchantRequest,
    OpenInvitation,
    StaffBranch,
    StaffClerk,
    StaffMerchant,
    StaffMerchantDetail,
    StaffMerchantPage,
)
from server.merchants.service import (
    CreditCodeCheckWrong,
    CreditCodeInvalid,
    LicenceExpired,
    LicencePeriodReversed,
    MerchantAlreadySuspended,
    MerchantChanges,
    MerchantExists,
    MerchantNotSuspended,
    MerchantTerms,
)

routes = Routes("merchants", title="商户")
_TERMS = (CreditCodeInvalid, CreditCodeCheckWrong, LicencePeriodReversed, LicenceExpired, MerchantExists)
_PLACE = (TownUnknown, CoordinatesImplausible, BranchExists)


@routes.post("/staff/merchants", summary="登记商户", status=201, refusals=(*_TERMS, *_PLACE))
async def create_merchant(asker: Administrator, body: MerchantRequest) -> StaffMerchantDetail:
    """A credit code whose check sign is wrong is taken only with a note that says why."""
    at = utc_now()
    terms = MerchantTerms(
        name=body.name.strip(),
        credit_code=body.credit_code,
        credit_code_note=body.credit_code_note.strip(),
        licence_from=body.licence_from,
        licence_to=body.licence_to,
    )
    opened = [BranchTerms(**msgspec.structs.asdict(branch)) for branch in body.branches]
    merchant = await service.create_merchant(terms=terms, branches=opened, staff=asker, at=at)
    return await _detail(merchant.id, asker)


@routes.get("/staff/merchants", summary="商户列表，新的在前")
async def list_merchants(asker: StaffMember, query: MerchantQuery) -> StaffMerchantPage:
    """Staff of a town see the merchants with a branch in it."""
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await service.list_merchants(
        staff=asker,
        q=query.q.strip(),
        state=query.state,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    return StaffMerchantPage(
        items=[_merchant(merchant) for merchant in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.get("/staff/merchants/<merchant_id:uuid>", summary="商户详情", refusals=(MerchantNotFound,))
async def get_merchant(asker: StaffMember, merchant_id: UUID) -> StaffMerchantDetail:
    return await _detail(merchant_id, asker)


@routes.patch("/staff/merchants/<merchant_id:uuid>", summary="修改商户", refusals=(MerchantNotFound, *_TERMS))
async def update_merchant(asker: Administrator, merchant_id: UUID, body: MerchantPatch) -> StaffMerchantDetail:
    changes = MerchantChanges(**msgspec.structs.asdict(body))
    await service.update_merchant(merchant_id=merchant_id, changes=changes, staff=asker, at=utc_now())
    return await _detail(merchant_id, asker)


@routes.post(
    "/staff/merchants/<merchant_id:uuid>/suspension",
    summary="暂停商户，立即停止一切核验和核销",
    refusals=(MerchantNotFound, MerchantAlreadySuspended),
)
async def suspend_merchant(asker: Administrator, merchant_id: UUID, body: MerchantReason) -> StaffMerchantDetail:
    await service.suspend_merchant(merchant_id=merchant_id, reason=body.reason.strip(), staff=asker, at=utc_now())
    return await _detail(merchant_id, asker)


@routes.post(
    "/staff/merchants/<merchant_id:uuid>/reinstatement",
    summary="恢复商户",
    refusals=(MerchantNotFound, MerchantNotSuspended),
)
async def reinstate_merchant(asker: Administrator, merchant_id: UUID, body: MerchantReason) -> StaffMerchantDetail:
    await service.reinstate_merchant(merchant_id=merchant_id, reason=body.reason.strip(), staff=asker, at=utc_now())
    return await _detail(merchant_id, asker)


@routes.post(
    "/staff/merchants/<merchant_id:uuid>/branches",
    summary="增加门店",
    status=201,
    refusals=(MerchantNotFound, *_PLACE),
)
async def create_branch(asker: Administrator, merchant_id: UUID, body: BranchRequest) -> StaffBranch:
    terms = BranchTerms(**msgspec.structs.asdict(body))
    return _branch(await branches.create_branch(merchant_id=merchant_id, terms=terms, staff=asker, at=utc_now()))


@routes.patch("/staff/branches/<branch_id:uuid>", summary="修改门店", refusals=(BranchNotFound, *_PLACE))
async def update_branch(asker: Administrator, branch_id: UUID, body: BranchPatch) -> StaffBranch:
    changes = BranchChanges(**msgspec.structs.asdict(body))
    return _branch(await branches.update_branch(branch_id=branch_id, changes=changes, staff=asker))


@routes.post(
    "/staff/branches/<branch_id:uuid>/closure", summary="关闭门店", refusals=(BranchNotFound, BranchAlreadyClosed)
)
async def close_branch(asker: Administrator, branch_id: UUID) -> StaffBranch:
    await branches.close_branch(branch_id=branch_id, staff=asker, at=utc_now())
    return _branch(await branches.get_branch(branch_id=branch_id))


@routes.post(
    "/staff/branches/<branch_id:uuid>/reopening", summary="重新开放门店", refusals=(BranchNotFound, BranchNotClosed)
)
async def reopen_branch(asker: Administrator, branch_id: UUID) -> StaffBranch:
    await branches.reopen_branch(branch_id=branch_id, staff=asker)
    return _branch(await branches.get_branch(branch_id=branch_id))


@routes.post(
    "/staff/merchants/<merchant_id:uuid>/clerk-invitations",
    summary="邀请店员；邀请码只显示这一次",
    status=201,
    idempotent=False,
    refusals=(MerchantNotFound, BranchNotFound, MerchantNotActive, BranchNotOpen),
)
async def invite_clerk(asker: StaffMember, merchant_id: UUID, body: InvitationRequest) -> InvitationGranted:
    """No Idempotency-Key: a stored reply would keep the code. Whoever lost the answer revokes it and invites again."""
    made = await invitations.invite_clerk(
        merchant_id=merchant_id,
        branch_id=body.branch_id,
        display_name=body.display_name.strip(),
        staff=asker,
        at=utc_now(),
    )
    return InvitationGranted(id=made.id, code=made.code, expires_at=beijing(made.expires_at))


@routes.delete(
    "/staff/clerk-invitations/<invitation_id:uuid>",
    summary="撤回店员邀请",
    refusals=(InvitationNotFound, InvitationUsed),
)
async def revoke_invitation(asker: StaffMember, invitation_id: UUID) -> None:
    await invitations.revoke_invitation(invitation_id=invitation_id, staff=asker, at=utc_now())


@routes.delete("/staff/clerks/<clerk_id:uuid>", summary="移除店员，立即生效", refusals=(ClerkNotFound,))
async def remove_clerk(asker: StaffMember, clerk_id: UUID) -> None:
    await clerks.remove_clerk(clerk_id=clerk_id, staff=asker, at=utc_now())


async def _detail(merchant_id: UUID, asker: StaffMember) -> StaffMerchantDetail:
    found = await service.get_merchant_detail(merchant_id=merchant_id, staff=asker, at=utc_now())
    return StaffMerchantDetail(
        merchant=_merchant(found.merchant),
        branches=[_branch(branch) for branch in found.branches],
        clerks=[
            StaffClerk(
                id=clerk.id,
                branch_id=clerk.branch_id,
                display_name=clerk.display_name,
                joined_at=beijing(clerk.created_at),
            )
            for clerk in found.clerks
        ],
        invitations=[
            OpenInvitation(
                id=item.id,
                branch_id=item.branch_id,
                display_name=item.display_name,
                expires_at=beijing(item.expires_at),
            )
            for item in found.invitations
        ],
    )


def _merchant(merchant: Merchant) -> StaffMerchant:
    return StaffMerchant(
        id=merchant.id,
        name=merchant.name,
        credit_code=merchant.credit_code,
        credit_code_note=merchant.credit_code_note,
        licence_from=merchant.licence_from,
        licence_to=merchant.licence_to,
        state=merchant.state,
        state_reason=merchant.state_reason,
        is_sample=merchant.is_sample,
        created_at=beijing(merchant.created_at),
        updated_at=beijing(merchant.updated_at),
    )


def _branch(branch: Branch) -> StaffBranch:
    return StaffBranch(
        id=branch.id,
        merchant_id=branch.merchant_id,
        name=branch.name,
        town_code=branch.town_id,
        address=branch.address,
        telephone=branch.telephone,
        latitude=branch.latitude,
        longitude=branch.longitude,
        closed_at=beijing(branch.closed_at) if branch.closed_at else None,
    )
