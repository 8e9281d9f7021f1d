"""账户接口（管理员） — inviting, listing, suspending and reinstating staff."""

from uuid import UUID

from config.clock import beijing, utc_now
from server.accounts import staffing
from server.accounts.guards import Administrator, NotAdministrator, NotStaff
from server.accounts.routes.shapes import show_member
from server.accounts.schemas import (
    StaffInvitationGranted,
    StaffInvitationRequest,
    StaffMemberList,
    StaffMemberView,
)
from server.accounts.staffing import (
    LastAdministrator,
    StaffInvitationMisaddressed,
    StaffMemberNotFound,
)
from server.http.endpoints import Routes

routes = Routes("staff", title="工作人员")
_GUARD = (NotStaff, NotAdministrator)


@routes.post(
    "/staff/invitations",
    summary="邀请工作人员（邀请码只显示这一次）",
    status=201,
    idempotent=False,
    refusals=(*_GUARD, StaffInvitationMisaddressed),
)
async def invite_staff(asker: Administrator, body: StaffInvitationRequest) -> StaffInvitationGranted:
    made = await staffing.invite(
        role=body.role,
        town_code=body.town_code,
        display_name=body.display_name,
        inviter_id=asker.account_id,
        at=utc_now(),
    )
    return StaffInvitationGranted(id=made.id, code=made.code, expires_at=beijing(made.expires_at))


@routes.get("/staff/members", summary="全部工作人员", refusals=_GUARD)
async def list_staff(asker: Administrator) -> StaffMemberList:
    return StaffMemberList(items=[show_member(member) for member in await staffing.list_members()])


@routes.post(
    "/staff/members/<member_id:uuid>/suspension",
    summary="停用工作人员，立即生效",
    refusals=(*_GUARD, StaffMemberNotFound, LastAdministrator),
)
async def suspend_staff(asker: Administrator, member_id: UUID) -> StaffMemberView:
    return show_member(await staffing.suspend(member_id=member_id, by=asker.account_id, at=utc_now()))


@routes.post(
    "/staff/members/<member_id:uuid>/reinstatement",
    summary="恢复工作人员",
    refusals=(*_GUARD, StaffMemberNotFound),
)
async def reinstate_staff(asker: Administrator, member_id: UUID) -> StaffMemberView:
    return show_member(await staffing.reinstate(member_id=member_id, by=asker.account_id, at=utc_now()))
