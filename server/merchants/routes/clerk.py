"""商户接口：店员。"""

from config.clock import beijing, utc_now
from server.accounts.codes import InvitationMistyped
from server.accounts.guards import BranchClosed, Clerk, MerchantSuspended, NotAClerk, Person
from server.http.endpoints import Limit, Routes
from server.merchants import clerks, invitations
from server.merchants.clerks import Till
from server.merchants.invitations import AlreadyAClerk, InvitationExpired, InvitationUnknown, InvitationUsed
from server.merchants.schemas import MembershipRequest, TillBranch, TillMerchant, TillView

routes = Routes("merchants", title="商户")


@routes.get("/merchant", summary="我所在的商户、门店和收银台", refusals=(NotAClerk, MerchantSuspended, BranchClosed))
async def get_my_till(asker: Clerk) -> TillView:
    till = await clerks.find_till(account_id=asker.account_id)
    if till is None:
        raise NotAClerk  # removed since the guard looked
    return _view(till)


@routes.post(
    "/merchant/memberships",
    summary="凭邀请码成为店员",
    status=201,
    limit=Limit("10/minute"),
    refusals=(
        *(InvitationMistyped, InvitationUnknown, InvitationUsed, InvitationExpired),
        *(AlreadyAClerk, MerchantSuspended, BranchClosed),
    ),
)
async def join_merchant(asker: Person, body: MembershipRequest) -> TillView:
    """One use a code; the account that used it may repeat the request and gets the same answer."""
    return _view(await invitations.join_merchant(code=body.invitation, account_id=asker.account_id, at=utc_now()))


@routes.delete("/merchant/memberships/current", summary="退出所在的商户")
async def leave_merchant(asker: Person) -> None:
    await clerks.leave_merchant(account_id=asker.account_id, at=utc_now())


def _view(till: Till) -> TillView:
    return TillView(
        merchant=TillMerchant(id=till.merchant_id, name=till.merchant_name),
        branch=TillBranch(
            id=till.branch_id,
            name=till.branch_name,
            town_code=till.town_code,
            address=till.branch_address,
            telephone=till.branch_telephone,
        ),
        display_name=till.display_name,
        joined_at=beijing(till.joined_at),
    )
