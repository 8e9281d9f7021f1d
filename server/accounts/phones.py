"""账户手机号业务 — asked of WeChat once by a code, or typed; kept sealed, shown masked, deleted by the person."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from models.accounts import Account, Purpose
from models.base import new_id
from models.errors import Conflict, FieldError, Invalid, NotFound, Unavailable
from models.fields import seal
from models.identifiers import Mobile
from models.phones import ACCOUNT_MOBILE, AccountPhone, PhoneSource
from models.transactions import execute, transaction
from server.accounts.service import ConsentRequired, require_consent
from server.audit.service import record
from server.wechat.calls import read_phone_number
from server.wechat.errcodes import answered
from server.wechat.identity import CODE_LENGTH

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient


class PhoneNotFound(NotFound):
    message = "还没有留手机号"
    next_step = "可以点「用微信手机号」，也可以自己填写；不留也能办理其他业务"


class PhoneUnreadable(Invalid):
    message = "手机号填写有误"
    next_step = "请核对 11 位手机号后再提交"


class PhoneRequestUnclear(Invalid):
    message = "请在微信手机号和自己填写中选一种"
    next_step = "点「用微信手机号」时只发 code，自己填写时只发 mobile"


class PhoneAlreadyKept(Conflict):
    message = "已经留过另一个手机号"
    next_step = "要换号码，请先删除原来的，再重新填写"


class PhoneCodeInvalid(Invalid):
    """The code is not one of the button's, is older than five minutes, or was used."""

    message = "微信的手机号授权无效或已过期"
    next_step = "请重新点「用微信手机号」；不行的话请自己填写手机号"


class PhoneQuotaSpent(Unavailable):
    """The bureau's paid quota is used up, which WeChat calls 1400001."""

    message = "微信手机号功能暂时用不了"
    next_step = "请自己填写手机号，效果一样"


class PhoneNotOffered(Unavailable):
    """The bureau's mini-program was not granted the interface (48001)."""

    message = "小程序没有开通微信手机号"
    next_step = "请自己填写手机号，效果一样"


_REFUSALS = {40029: PhoneCodeInvalid, 40163: PhoneCodeInvalid, 1400001: PhoneQuotaSpent, 48001: PhoneNotOffered}


async def keep_phone_by_code(
    *, account_id: UUID, code: str, open_client: "Callable[[], AsyncWeChatClient]", at: datetime
) -> AccountPhone:
    """Keep the mobile behind a code of the phone-number button; who has left one is not asked about again. 获取手机号。

    A code is spent by the first call, and each success may cost the bureau money, so what is kept is returned.
    It must not run inside a transaction: WeChat is asked in between.

    Raises:
        ConsentRequired: no consent to ``phone`` is in force.
        PhoneCodeInvalid: unknown, used, older than five minutes, or another person's.
        PhoneQuotaSpent, PhoneNotOffered: the paid quota is used up, or there is none; the person may type the number.
        PhoneUnreadable: WeChat's number is not one of the mainland.
        WeChatNotConfigured, WeChatLimited, WeChatBusy, WeChatMisconfigured: WeChat could not be asked.
    """
    await require_consent(account_id=account_id, purpose=Purpose.PHONE)
    kept = await find_phone(account_id=account_id)
    if kept is not None:
        return kept
    try:
        told = await _tell(code, account_id, open_client)
    except PhoneCodeInvalid:
        kept = await find_phone(account_id=account_id)
        if kept is None:
            raise
        return kept  # the same tap, twice at once: the other one was quicker
    return await _keep(account_id, _read(told), PhoneSource.WECHAT, at=at)


async def _tell(code: str, account_id: UUID, open_client: "Callable[[], AsyncWeChatClient]") -> str:
    if not 0 < len(code) <= CODE_LENGTH or not code.isascii() or not code.isprintable():
        raise PhoneCodeInvalid
    client = open_client()
    openid = (await Account.get(id=account_id)).openid  # so that WeChat refuses a code that another person tapped
    told = await answered(read_phone_number(client, code=code, openid=openid), _REFUSALS)
    is_mainland = str(told.country_code) == "86"
    return told.pure_phone_number if is_mainland else f"+{told.country_code}{told.pure_phone_number}"


async def keep_phone_by_hand(*, account_id: UUID, mobile: str, at: datetime) -> AccountPhone:
    """Keep the mobile that a person typed; typing the kept one again changes nothing. 填写手机号。

    Raises:
        ConsentRequired: no consent to ``phone`` is in force.
        PhoneUnreadable: it is no mobile of the mainland.
        PhoneAlreadyKept: another one is kept.
    """
    await require_consent(account_id=account_id, purpose=Purpose.PHONE)
    number = _read(mobile)
    phone = await _keep(account_id, number, PhoneSource.MANUAL, at=at)
    if phone.mobile != number:
        raise PhoneAlreadyKept
    return phone


async def get_phone(*, account_id: UUID) -> AccountPhone:
    """Return the mobile that an account has left.

    Raises:
        PhoneNotFound: none.
    """
    phone = await find_phone(account_id=account_id)
    if phone is None:
        raise PhoneNotFound
    return phone


async def find_phone(*, account_id: UUID) -> AccountPhone | None:
    """Return the mobile that an account has left, or None."""
    return await AccountPhone.get_or_none(account_id=account_id)


def _read(text: str) -> Mobile:
    try:
        return Mobile.parse(text)
    except ValueError as fault:
        raise PhoneUnreadable(errors=(FieldError("mobile", str(fault)),)) from None


async def _keep(account_id: UUID, mobile: Mobile, source: PhoneSource, *, at: datetime) -> AccountPhone:
    """Store a mobile unless one is kept; return what is kept then. A consent withdrawn meanwhile counts."""
    async with transaction():
        identifier = new_id()
        inserted = await execute(
            "INSERT INTO account_phones (id, created_at, account_id, mobile_sealed, source) "
            "SELECT $1::uuid, $2::timestamptz, c.account_id, $3::text, $4::text FROM consents c "
            "WHERE c.account_id = $5 AND c.purpose = $6 AND c.withdrawn_at IS NULL "
            "ON CONFLICT (account_id) DO NOTHING",
            identifier,
            at,
            seal(ACCOUNT_MOBILE, mobile),
            source.value,
            account_id,
            Purpose.PHONE.value,
        )
        if inserted:
            await record(
                account_id=account_id,
                role="person",
                action="account_phone.kept",
                record_type="account_phone",
                record_id=identifier,
                detail={"source": source.value},
            )
        kept = await find_phone(account_id=account_id)
    if kept is None:
        raise ConsentRequired
    return kept
