"""用人单位接口：工作人员。"""

from uuid import UUID

import msgspec

from config.clock import beijing, utc_now
from models.employers import Employer, EmployerStateForbids
from server.accounts.guards import StaffMember
from server.employers import invitations, members, service, vetting
from server.employers.invitations import EmployerInvitationNotFound, EmployerInvitationUsed, EmployerSuspended
from server.employers.members import EmployerMemberNotFound
from server.employers.schemas import (
    EmployerCorrection,
    EmployerQuery,
    EmployerReason,
    MemberInvitationGranted,
    MemberInvitationRequest,
    MemberView,
    OpenEmployerInvitation,
    StaffEmployer,
    StaffEmployerDetail,
    StaffEmployerPage,
    StaffEmployerRequest,
)
from server.employers.service import EmployerExists, EmployerNotFound, EmployerOfAnotherTown
from server.employers.terms import (
    EmployerChanges,
    EmployerContactInvalid,
    EmployerCreditCodeCheckWrong,
    EmployerCreditCodeInvalid,
    EmployerTerms,
    EmployerTownUnknown,
)
from server.http.endpoints import Routes
from server.http.pagination import decode_cursor, encode_cursor

routes = Routes("employers", title="用人单位")
_TERMS = (
    *(EmployerCreditCodeInvalid, EmployerCreditCodeCheckWrong, EmployerContactInvalid),
    *(EmployerTownUnknown, EmployerOfAnotherTown, EmployerExists),
)
_VETTING = (EmployerNotFound, EmployerStateForbids)


@routes.post("/staff/employers", summary="登记用人单位（待审核）", status=201, refusals=_TERMS)
async def enter_employer(asker: StaffMember, body: StaffEmployerRequest) -> StaffEmployerDetail:
    """A credit code whose check sign is wrong is taken only with a note that says why."""
    terms = EmployerTerms(**msgspec.structs.asdict(body))
    return await _detail(await service.enter_employer(terms=terms, staff=asker, at=utc_now()))


@routes.get("/staff/employers", summary="用人单位列表，新的在前")
async def list_employers(asker: StaffMember, query: EmployerQuery) -> StaffEmployerPage:
    """Staff of a town see the employers of the town and those of no town of ours."""
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await service.list_employers(
        staff=asker,
        q=query.q.strip(),
        state=query.state,
        after=position[0] if position else None,
        limit=query.limit + 1,
    )
    shown = found[: query.limit]
    return StaffEmployerPage(
        items=[_employer(employer) for employer in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.get("/staff/employers/<employer_id:uuid>", summary="用人单位详情", refusals=(EmployerNotFound,))
async def get_employer(asker: StaffMember, employer_id: UUID) -> StaffEmployerDetail:
    return await _detail(await service.get_visible_employer(employer_id=employer_id, staff=asker))


@routes.post("/staff/employers/<employer_id:uuid>/approval", summary="审核通过", refusals=_VETTING)
async def approve_employer(asker: StaffMember, employer_id: UUID) -> StaffEmployerDetail:
    return await _detail(await vetting.approve_employer(employer_id=employer_id, staff=asker, at=utc_now()))


@routes.post("/staff/employers/<employer_id:uuid>/refusal", summary="审核不予通过", refusals=_VETTING)
async def refuse_employer(asker: StaffMember, employer_id: UUID, body: EmployerReason) -> StaffEmployerDetail:
    reason = body.reason.strip()
    return await _detail(
        await vetting.refuse_employer(employer_id=employer_id, reason=reason, staff=asker, at=utc_now())
    )


@routes.post("/staff/employers/<employer_id:uuid>/suspension", summary="暂停用人单位，立即生效", refusals=_VETTING)
async def suspend_employer(asker: StaffMember, employer_id: UUID, body: EmployerReason) -> StaffEmployerDetail:
    reason = body.reason.strip()
    return await _detail(
        await vetting.suspend_employer(employer_id=employer_id, reason=reason, staff=asker, at=utc_now())
    )


@routes.post("/staff/employers/<employer_id:uuid>/reinstatement", summary="恢复用人单位", refusals=_VETTING)
async def reinstate_employer(asker: StaffMember, employer_id: UUID, body: EmployerReason) -> StaffEmployerDetail:
    reason = body.reason.strip()
    return await _detail(
        await vetting.reinstate_employer(employer_id=employer_id, reason=reason, staff=asker, at=utc_now())
    )


@routes.post(
    "/staff/employers/<employer_id:uuid>/invitations",
    summary="邀请用人单位成员；邀请码只显示这一次",
    status=201,
    idempotent=False,
    refusals=(EmployerNotFound, EmployerSuspended),
)
async def invite_employer_member(
    asker: StaffMember, employer_id: UUID, body: MemberInvitationRequest
) -> MemberInvitationGranted:
    """For an employer that staff entered, or whose members are gone. No Idempotency-Key: it would keep the code."""
    name = body.display_name.strip()
    made = await invitations.invite_member_by_staff(
        employer_id=employer_id, display_name=name, staff=asker, at=utc_now()
    )
    return MemberInvitationGranted(id=made.id, code=made.code, expires_at=beijing(made.expires_at))


@routes.post(
    "/staff/employers/<employer_id:uuid>/correction",
    summary="更正单位名称、所在乡镇、单位性质，写明依据",
    refusals=(EmployerNotFound, EmployerTownUnknown, EmployerOfAnotherTown),
)
async def correct_employer(asker: StaffMember, employer_id: UUID, body: EmployerCorrection) -> StaffEmployerDetail:
    """Also after approval: what was vetted is staff's to correct."""
    changes = EmployerChanges(name=body.name, town_code=body.town_code, nature=body.nature)
    reason = body.reason.strip()
    return await _detail(
        await service.correct_employer(
            employer_id=employer_id, changes=changes, reason=reason, staff=asker, at=utc_now()
        )
    )


@routes.delete(
    "/staff/employer-invitations/<employer_invitation_id:uuid>",
    summary="撤回未用的成员邀请",
    refusals=(EmployerInvitationNotFound, EmployerInvitationUsed),
)
async def revoke_employer_invitation(asker: StaffMember, employer_invitation_id: UUID) -> None:
    await invitations.revoke_invitation_by_staff(invitation_id=employer_invitation_id, staff=asker, at=utc_now())


@routes.delete(
    "/staff/employer-members/<member_id:uuid>",
    summary="移除用人单位成员，立即生效",
    refusals=(EmployerMemberNotFound,),
)
async def remove_employer_member(asker: StaffMember, member_id: UUID) -> None:
    """The last one too: staff may invite another."""
    await members.remove_member_by_staff(member_id=member_id, staff=asker, at=utc_now())


async def _detail(employer: Employer) -> StaffEmployerDetail:
    found = await members.list_members(employer_id=employer.id)
    still_good = await invitations.list_open_invitations(employer_id=employer.id, at=utc_now())
    return StaffEmployerDetail(
        employer=_employer(employer),
        members=[
            MemberView(id=member.id, display_name=member.display_name, joined_at=beijing(member.created_at))
            for member in found
        ],
        invitations=[
            OpenEmployerInvitation(id=item.id, display_name=item.display_name, expires_at=beijing(item.expires_at))
            for item in still_good
        ],
    )


def _employer(employer: Employer) -> StaffEmployer:
    return StaffEmployer(
        id=employer.id,
        name=employer.name,
        credit_code=employer.credit_code,
        credit_code_note=employer.credit_code_note,
        town_code=employer.town_id,
        address=employer.address,
        masked_contact_name=employer.masked_contact_name,
        masked_contact_mobile=employer.masked_contact_mobile,
        introduction=employer.introduction,
        nature=employer.nature,
        nature_label=employer.nature.label,
        state=employer.state,
        state_reason=employer.state_reason,
        is_sample=employer.is_sample,
        created_at=beijing(employer.created_at),
        updated_at=beijing(employer.updated_at),
    )
