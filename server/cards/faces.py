"""人脸核身业务 — WeChat compares the face with the ID card, so that a person need not come to the counter."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from config.clock import beijing_day, beijing_midnight
from models.accounts import Account, Purpose
from models.errors import Conflict, FieldError, NotFound, TooMany, Unavailable
from models.face_checks import FACE_CHECK_SUBMITTED, FaceCheck, FaceCheckState
from models.fields import fingerprint, seal, unseal
from models.identifiers import IdNumber
from models.transactions import execute, transaction
from server.accounts.service import require_consent
from server.audit.service import record
from server.cards.claims import ClaimUnreadable
from server.cards.identity import hash_id_number, parse_name, plain_name
from server.state.protocol import SharedState
from server.wechat.calls import begin_face_check, read_face_check
from server.wechat.errcodes import answered
from server.wechat.user_data import cert_hash

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

OpenClient = Callable[[], "AsyncWeChatClient"]

LIVES = timedelta(seconds=3600)
"""As long as WeChat's session (getVerifyId: expires_in); what was passed in it proves no longer."""
CHECKS_A_DAY = 5
PASSED = 10000
_CANCELLED = range(90002, 90007)
_NOT_PERMITTED = range(90008, 90011)
_UNSUITABLE_PHONE = (90001, 90109)
_AT_A_STATION = "也可以带身份证和优待证到就近的退役军人服务站当面核对"


class FaceCheckNotFound(NotFound):
    message = "没有这次核身"
    next_step = "请重新开始刷脸核身"


class FaceChecksUsedUp(TooMany):
    message = "今天刷脸核身的次数已用完"
    next_step = "请明天再试，或带身份证和优待证到就近的退役军人服务站当面核对"


class FaceCheckExpired(Conflict):
    message = "这次核身已经超过一小时"
    next_step = f"请重新开始刷脸核身；{_AT_A_STATION}"


class FaceCheckUnfinished(Conflict):
    """WeChat has no result yet, or none for this person and number."""

    message = "微信还没有这次刷脸的结果"
    next_step = f"请先完成刷脸，再点「完成」；{_AT_A_STATION}"


class FaceCheckFailed(Conflict):
    message = "刷脸核身没有通过"
    next_step = f"请核对姓名和身份证号，在光线好的地方再试一次；{_AT_A_STATION}"


class FaceChecksNotOffered(Unavailable):
    """The bureau's mini-program was not granted 微信人脸核身 (48001)."""

    message = "小程序还没有开通刷脸核身"
    next_step = f"请用优待证后四位绑定，{_AT_A_STATION}"


_REFUSALS = {48001: FaceChecksNotOffered}


class _Submitted(msgspec.Struct, frozen=True):
    """What WeChat is asked for the result with; the digest would give a number away, so it is kept sealed."""

    verify_id: str
    cert_hash: str


class StartedFaceCheck(msgspec.Struct, frozen=True):
    """开始的核身 — ``verify_id`` is what the phone passes to ``wx.requestFacialVerify``."""

    check: FaceCheck
    verify_id: str


async def start_face_check(
    *, account_id: UUID, name: str, id_number: str, open_client: OpenClient, state: SharedState, at: datetime
) -> StartedFaceCheck:
    """Begin a session of 微信人脸核身 for a name and an ID number, which are not stored. 开始刷脸。

    Whether the person is on the roster is not looked at: that is told only to whom the number belongs. It must not
    run inside a transaction: WeChat is asked in between.

    Raises:
        ClaimUnreadable: a field is malformed; the try is not counted.
        ConsentRequired: no consent to ``card_binding`` is in force.
        FaceChecksUsedUp: five sessions of the account on this Beijing day.
        FaceChecksNotOffered: WeChat has not granted them to this mini-program.
        WeChatNotConfigured, WeChatLimited, WeChatBusy, WeChatMisconfigured: WeChat could not be asked.
    """
    plain, number = _read(name, id_number)
    await require_consent(account_id=account_id, purpose=Purpose.CARD_BINDING)
    client = open_client()
    await _count(account_id, state=state, at=at)
    serial = secrets.token_hex(16)
    openid = (await Account.get(id=account_id)).openid
    call = begin_face_check(client, openid=openid, number=serial, name=plain, id_number=number)
    begun = await answered(call, _REFUSALS)
    submitted = _Submitted(verify_id=begun.verify_id, cert_hash=cert_hash(cert_name=plain, cert_no=number))
    async with transaction():
        check = await FaceCheck.create(
            created_at=at,
            account_id=account_id,
            serial=serial,
            submitted_sealed=seal(FACE_CHECK_SUBMITTED, msgspec.json.encode(submitted).decode()),
            id_number_hash=hash_id_number(number),
            name_hash=hash_name(plain),
            expires_at=at + LIVES,
        )
        await _note("face_check.started", check)
    return StartedFaceCheck(check=check, verify_id=begun.verify_id)


def hash_name(name: str) -> str:
    """Return the keyed hash of a name as it is compared."""
    return fingerprint(FACE_CHECK_SUBMITTED, plain_name(name))


def _read(name: str, id_number: str) -> tuple[str, IdNumber]:
    errors: list[FieldError] = []
    plain, number = "", IdNumber()
    try:
        plain = parse_name(name)
    except ValueError as fault:
        errors.append(FieldError("name", str(fault)))
    try:
        number = IdNumber.parse(id_number)
    except ValueError as fault:
        errors.append(FieldError("id_number", str(fault)))
    if errors:
        raise ClaimUnreadable(errors=tuple(errors))
    return plain, number


async def _count(account_id: UUID, *, state: SharedState, at: datetime) -> None:
    day = beijing_day(at)
    if await state.increment(f"face-checks:{day}:{account_id.hex}", ttl_seconds=86_400) > CHECKS_A_DAY:
        until = beijing_midnight(day + timedelta(days=1)) - at
        raise FaceChecksUsedUp(retry_after_seconds=max(1, int(until.total_seconds())))


async def finish_face_check(*, check_id: UUID, account_id: UUID, open_client: OpenClient, at: datetime) -> FaceCheck:
    """Ask WeChat for the result, whatever the phone says it is, and keep it; a result that is kept is told again.

    Only ``errcode`` 0 with ``verify_ret`` 10000 is a pass (queryVerifyInfo). 核身结果。

    Raises:
        FaceCheckNotFound: it is not this account's.
        FaceCheckExpired: the session is over.
        FaceCheckUnfinished: WeChat has no result for this session and person.
        FaceCheckFailed: WeChat's result is another than a pass; ``message`` says which.
        FaceChecksNotOffered: WeChat took them from this mini-program.
        WeChatNotConfigured, WeChatLimited, WeChatBusy, WeChatMisconfigured: WeChat could not be asked.
    """
    check = await get_face_check(check_id=check_id, account_id=account_id)
    if check.state is FaceCheckState.STARTED:
        if at >= check.expires_at or check.submitted_sealed is None:
            raise FaceCheckExpired
        verify_ret = await _ask(check, open_client())
        await _keep(check, verify_ret, at=at)
        check = await get_face_check(check_id=check_id, account_id=account_id)
    if check.state is FaceCheckState.FAILED:
        raise _failure(check.verify_ret or 0)
    return check


async def get_face_check(*, check_id: UUID, account_id: UUID) -> FaceCheck:
    """Return a face check of the account.

    Raises:
        FaceCheckNotFound: it is not this account's.
    """
    check = await FaceCheck.get_or_none(id=check_id, account_id=account_id)
    if check is None:
        raise FaceCheckNotFound
    return check


async def _ask(check: FaceCheck, client: "AsyncWeChatClient") -> int:
    assert check.submitted_sealed is not None
    submitted = msgspec.json.decode(unseal(FACE_CHECK_SUBMITTED, check.submitted_sealed), type=_Submitted)
    call = read_face_check(
        client,
        openid=(await Account.get(id=check.account_id)).openid,
        number=check.serial,
        verify_id=submitted.verify_id,
        cert_hash=submitted.cert_hash,
    )
    return await answered(call, _REFUSALS, otherwise=FaceCheckUnfinished)


async def _keep(check: FaceCheck, verify_ret: int, *, at: datetime) -> None:
    state = FaceCheckState.PASSED if verify_ret == PASSED else FaceCheckState.FAILED
    async with transaction():
        kept = await execute(
            "UPDATE face_checks SET state = $1, verify_ret = $2, finished_at = $3, submitted_sealed = NULL "
            "WHERE id = $4 AND state = 'started'",
            state.value,
            verify_ret,
            at,
            check.id,
        )
        if kept:
            await _note(f"face_check.{state.value}", check, detail={"verify_ret": verify_ret})


def _failure(verify_ret: int) -> FaceCheckFailed:
    if verify_ret in _CANCELLED:
        return FaceCheckFailed("刷脸没有做完", next_step=f"请重新开始，按提示做完；{_AT_A_STATION}")
    if verify_ret in _NOT_PERMITTED:
        return FaceCheckFailed(
            "微信没有使用相机或麦克风的权限", next_step=f"请在手机设置里允许微信使用，再试一次；{_AT_A_STATION}"
        )
    if verify_ret in _UNSUITABLE_PHONE:
        return FaceCheckFailed("这部手机不支持刷脸", next_step=_AT_A_STATION.replace("也可以", "请"))
    return FaceCheckFailed()


async def _note(action: str, check: FaceCheck, *, detail: dict[str, object] | None = None) -> None:
    await record(
        account_id=check.account_id,
        role="person",
        action=action,
        record_type="face_check",
        record_id=check.id,
        detail=detail,
    )
