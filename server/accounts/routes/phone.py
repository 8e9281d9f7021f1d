"""账户接口（手机号） — the mobile that a person leaves, sees masked and takes back."""

from config.clock import beijing, utc_now
from models.phones import AccountPhone
from server.accounts import phones
from server.accounts.forgetting import forget_phone as forget
from server.accounts.guards import Person
from server.accounts.schemas import PhoneRequest, PhoneView
from server.accounts.service import ConsentRequired
from server.http.endpoints import Limit, Routes
from server.resources import resources
from server.wechat.accounts import WeChatAccount
from server.wechat.errcodes import WeChatLimited
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured, WeChatNotConfigured

routes = Routes("phones", title="我的手机号")


@routes.post(
    "/me/phone",
    summary="留下手机号：微信授权的 code，或自己填写",
    status=201,
    idempotent=False,
    limit=Limit("10/minute"),
    refusals=(
        *(ConsentRequired, phones.PhoneRequestUnclear, phones.PhoneUnreadable, phones.PhoneAlreadyKept),
        *(phones.PhoneCodeInvalid, phones.PhoneQuotaSpent, phones.PhoneNotOffered),
        *(WeChatNotConfigured, WeChatLimited, WeChatBusy, WeChatMisconfigured),
    ),
)
async def keep_phone(asker: Person, body: PhoneRequest) -> PhoneView:
    """Safe to repeat: what is kept is answered again, and WeChat is not asked twice."""
    if (body.code is None) == (body.mobile is None):
        raise phones.PhoneRequestUnclear
    if body.mobile is not None:
        return _view(await phones.keep_phone_by_hand(account_id=asker.account_id, mobile=body.mobile, at=utc_now()))

    assert body.code is not None
    here = resources()
    return _view(
        await phones.keep_phone_by_code(
            account_id=asker.account_id,
            code=body.code,
            open_client=lambda: here.wechat(WeChatAccount.MINI),
            at=utc_now(),
        )
    )


@routes.get("/me/phone", summary="我留下的手机号（打码）", refusals=(phones.PhoneNotFound,))
async def get_phone(asker: Person) -> PhoneView:
    return _view(await phones.get_phone(account_id=asker.account_id))


@routes.delete("/me/phone", summary="删除我的手机号")
async def forget_phone(asker: Person) -> None:
    await forget(account_id=asker.account_id)


def _view(phone: AccountPhone) -> PhoneView:
    return PhoneView(
        masked_mobile=phone.mobile.masked,
        source=phone.source,
        source_label=phone.source.label,
        kept_at=beijing(phone.created_at),
    )
