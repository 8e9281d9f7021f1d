"""用人单位接口：登记人和成员。"""

from uuid import UUID

import msgspec

from config.clock import beijing, utc_now
from models.employers import Employer, EmployerStateForbids
from server.accounts.codes import InvitationMistyped
from server.accounts.guards import EmployerMember, Person
from server.accounts.service import ConsentRequired
from server.employers import invitations, members, service, vetting
from server.employers.invitations import (
    EmployerInvitationExpired,
    EmployerInvitationNotFound,
    EmployerInvitationUnknown,
    EmployerInvitationUsed,
    EmployerSuspended,
)
from server.employers.members import AlreadyEmployerMember, EmployerMemberNotFound, LastEmployerMember
from server.employers.schemas import (
    EmployerMembershipRequest,
    EmployerPatch,
    EmployerRequest,
    MemberInvitationGranted,
    MemberInvitationRequest,
    MemberList,
    MemberView,
    MyEmployer,
    OpenEmployerInvitation,
    OpenInvitationList,
)
from server.employers.service import EmployerAlreadyVetted, EmployerExists
from server.employers.terms import (
    EmployerChanges,
    EmployerContactInvalid,
    EmployerCreditCodeCheckWrong,
    EmployerCreditCodeInvalid,
    EmployerTerms,
    EmployerTownUnknown,
)
from server.http.endpoints import Limit, Routes

routes = Routes("employers", title="用人单位")
_TERMS = (
    *(EmployerCreditCodeInvalid, EmployerCreditCodeCheckWrong, EmployerContactInvalid, EmployerTownUnknown),
    *(EmployerExists, ConsentRequired),
)


@routes.post(
    "/employers",
    summary="登记用人单位，提交审核",
    status=201,
    limit=Limit("10/minute"),
    refusals=(*_TERMS, AlreadyEmployerMember),
)
async def register_employer(asker: Person, body: EmployerRequest) -> MyEmployer:
    """Whoever registers becomes the first member. The consent to ``jobs`` must be in force."""
    terms = EmployerTerms(**msgspec.structs.asdict(body))
    return _view(await service.register_employer(terms=terms, account_id=asker.account_id, at=utc_now()))


@routes.get("/employer", summary="我的单位、审核状态和下一步")
async def get_my_employer(asker: EmployerMember) -> MyEmployer:
    return _view(await service.get_own_employer(member=asker))


@routes.patch("/employer", summary="修改我的单位", refusals=(*_TERMS, EmployerAlreadyVetted))
async def update_my_employer(asker: EmployerMember, body: EmployerPatch) -> MyEmployer:
    """After approval the name, the credit code, the town and the nature stay as they were vetted."""
    changes = EmployerChanges(**msgspec.structs.asdict(body))
    return _view(await service.update_employer(changes=changes, member=asker, at=utc_now()))


@routes.post("/employer/submission", summary="修改后再次提交审核", refusals=(EmployerStateForbids,))
async def submit_my_employer(asker: EmployerMember) -> MyEmployer:
    return _view(await vetting.submit_employer(member=asker, at=utc_now()))


@routes.post(
    "/employer/invitations",
    summary="邀请本单位成员；邀请码只显示这一次",
    status=201,
    idempotent=False,
    limit=Limit("10/minute"),
    refusals=(EmployerSuspended,),
)
async def invite_member(asker: EmployerMember, body: MemberInvitationRequest) -> MemberInvitationGranted:
    """No Idempotency-Key: a stored reply would keep the code. Whoever lost the answer invites again."""
    name = body.display_name.strip()
    made = await invitations.invite_member(display_name=name, asker=asker, at=utc_now())
    return MemberInvitationGranted(id=made.id, code=made.code, expires_at=beijing(made.expires_at))


@routes.get("/employer/invitations", summary="本单位还有效的邀请，先发的在前")
async def list_invitations(asker: EmployerMember) -> OpenInvitationList:
    found = await invitations.list_open_invitations(employer_id=asker.employer_id, at=utc_now())
    return OpenInvitationList(
        items=[
            OpenEmployerInvitation(id=item.id, display_name=item.display_name, expires_at=beijing(item.expires_at))
            for item in found
        ]
    )


@routes.delete(
    "/employer/invitations/<employer_invitation_id:uuid>",
    summary="撤回未用的邀请",
    refusals=(EmployerInvitationNotFound, EmployerInvitationUsed),
)
async def revoke_invitation(asker: EmployerMember, employer_invitation_id: UUID) -> None:
    await invitations.revoke_invitation(invitation_id=employer_invitation_id, member=asker, at=utc_now())


@routes.get("/employer/members", summary="本单位成员，先加入的在前")
async def list_members(asker: EmployerMember) -> MemberList:
    found = await members.list_members(employer_id=asker.employer_id)
    return MemberList(
        items=[
            MemberView(id=member.id, display_name=member.display_name, joined_at=beijing(member.created_at))
            for member in found
        ]
    )


@routes.delete(
    "/employer/members/<member_id:uuid>",
    summary="移除本单位成员，立即生效",
    refusals=(EmployerMemberNotFound, LastEmployerMember),
)
async def remove_member(asker: EmployerMember, member_id: UUID) -> None:
    await members.remove_member(member_id=member_id, asker=asker, at=utc_now())


@routes.post(
    "/employer/memberships",
    summary="凭邀请码加入用人单位",
    status=201,
    limit=Limit("10/minute"),
    refusals=(
        *(InvitationMistyped, EmployerInvitationUnknown, EmployerInvitationUsed, EmployerInvitationExpired),
        *(AlreadyEmployerMember, EmployerSuspended),
    ),
)
async def join_employer(asker: Person, body: EmployerMembershipRequest) -> MyEmployer:
    """One use a code; the account that used it may repeat the request and gets the same answer."""
    return _view(await invitations.join_employer(code=body.invitation, account_id=asker.account_id, at=utc_now()))


@routes.delete("/employer/memberships/current", summary="退出所在的用人单位", refusals=(LastEmployerMember,))
async def leave_employer(asker: Person) -> None:
    await members.leave_employer(account_id=asker.account_id, at=utc_now())


def _view(employer: Employer) -> MyEmployer:
    return MyEmployer(
        id=employer.id,
        name=employer.name,
        credit_code=employer.credit_code,
        town_code=employer.town_id,
        address=employer.address,
        masked_contact_name=employer.masked_contact_name,
        masked_contact_mobile=employer.masked_contact_mobile,
        introduction=employer.introduction,
        nature=employer.nature,
        nature_label=employer.nature.label,
        state=employer.state,
        state_label=employer.state.label,
        state_reason=employer.state_reason,
        next_step=employer.state.next_step,
        created_at=beijing(employer.created_at),
        updated_at=beijing(employer.updated_at),
    )
