"""账户接口（本人） — log-in, log-out, who am I, consent, joining the staff."""

from config.clock import beijing, utc_now
from models.accounts import Consent, Purpose
from server.accounts import service, staffing
from server.accounts.codes import InvitationMistyped
from server.accounts.guards import Person
from server.accounts.routes.shapes import show_member
from server.accounts.schemas import (
    Account,
    ConsentList,
    ConsentRequest,
    ConsentView,
    JoinRequest,
    LoginRequest,
    SessionGranted,
    StaffMemberView,
)
from server.accounts.service import AccountSummary, ConsentOutdated
from server.accounts.staffing import (
    AlreadyStaff,
    StaffInvitationExpired,
    StaffInvitationUnknown,
    StaffInvitationUsed,
)
from server.http.askers import Anyone
from server.http.endpoints import By, Limit, Routes
from server.resources import resources
from server.wechat.refusals import (
    LoginBlocked,
    LoginCodeInvalid,
    LoginCodeUsed,
    LoginTooFrequent,
    WeChatBusy,
    WeChatMisconfigured,
    WeChatNotConfigured,
)

routes = Routes("accounts", title="登录与账户")


@routes.post(
    "/sessions",
    summary="登录",
    status=201,
    idempotent=False,
    limit=Limit("60/minute", by=By.ADDRESS),
    refusals=(
        *(LoginCodeInvalid, LoginCodeUsed, LoginTooFrequent, LoginBlocked),
        *(WeChatBusy, WeChatMisconfigured, WeChatNotConfigured),
    ),
)
async def open_session(asker: Anyone, body: LoginRequest) -> SessionGranted:
    """The token is shown this once; it is opaque, and revocable at once."""
    opened = resources()
    identity = await opened.login.identify(body.code)
    session = await service.open_session(
        openid=identity.openid,
        unionid=identity.unionid,
        lifetime_days=opened.settings.session_days,
        at=utc_now(),
    )
    account = _account(await service.summarise(account_id=session.account_id))
    return SessionGranted(token=session.token, expires_at=beijing(session.expires_at), account=account)


@routes.delete("/sessions/current", summary="退出登录")
async def close_session(asker: Person) -> None:
    await service.close_session(session_id=asker.session_id, account_id=asker.account_id, at=utc_now())


@routes.get("/me", summary="我的账户、身份和已同意的事项", etag=True)
async def get_me(asker: Person) -> Account:
    return _account(await service.summarise(account_id=asker.account_id))


@routes.get("/consents", summary="我已同意的事项")
async def list_consents(asker: Person) -> ConsentList:
    return ConsentList(items=[_consent(item) for item in await service.consents_in_force(account_id=asker.account_id)])


@routes.post("/consents", summary="同意一项个人信息处理", status=201, refusals=(ConsentOutdated,))
async def grant_consent(asker: Person, body: ConsentRequest) -> ConsentView:
    """Recorded per purpose, before the first personal field is stored (个人信息保护法 14)."""
    return _consent(
        await service.grant_consent(
            account_id=asker.account_id, purpose=body.purpose, version=body.version, at=utc_now()
        )
    )


@routes.delete("/consents/<purpose:str>", summary="撤回同意")
async def withdraw_consent(asker: Person, purpose: Purpose) -> None:
    await service.withdraw_consent(account_id=asker.account_id, purpose=purpose, at=utc_now())


@routes.post(
    "/staff/memberships",
    summary="输入邀请码，成为工作人员",
    status=201,
    idempotent=False,
    limit=Limit("10/minute"),
    refusals=(InvitationMistyped, StaffInvitationUnknown, StaffInvitationUsed, StaffInvitationExpired, AlreadyStaff),
)
async def join_staff(asker: Person, body: JoinRequest) -> StaffMemberView:
    """Safe to repeat: the account that used a code gets its membership again."""
    return show_member(await staffing.join(code=body.invitation, account_id=asker.account_id, at=utc_now()))


def _account(summary: AccountSummary) -> Account:
    return Account(
        id=summary.id,
        roles=list(summary.roles),
        town_code=summary.town_code,
        merchant_name=summary.merchant_name,
        consents=list(summary.consents),
    )


def _consent(consent: Consent) -> ConsentView:
    return ConsentView(purpose=consent.purpose, version=consent.version, granted_at=beijing(consent.created_at))
