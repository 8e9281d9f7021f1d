"""微信调用记录 — what staff see of an account: its token's times, the last failure, quotas. Never a token."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from config.clock import utc_now
from config.logging import get_logger
from server.state.protocol import SharedState
from server.wechat.answers import Quota
from server.wechat.errors import WeChatRefused
from server.wechat.measures import CALLS, ERRCODES, LAST_ERROR, QUOTA_LEFT, TOKEN_ISSUED, TOKEN_RENEWAL, TOKENS
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured

OF_PEOPLE = frozenset({40029, 40163, 40226, 43004, 43101, 45015, 45047, 45080, 45081, 61010})
"""What a person did or did not do: counted, but nothing for an operator to look at."""

_MONTH = 30 * 86_400
_DAY = 86_400
_SAME_FAULT_SECONDS = 10
"""While one fault goes on, each process writes it down this often."""

T = TypeVar("T")
Failure = WeChatRefused | WeChatBusy | WeChatMisconfigured

log = get_logger(__name__)


class TokenTimes(msgspec.Struct, frozen=True):
    """凭据时间 — when the token in use was issued and when it is to be renewed."""

    issued_at: datetime
    renewal_at: datetime


class LastError(msgspec.Struct, frozen=True):
    """最近一次失败 — ``errcode`` is 0 where WeChat gave none; ``fault`` holds nothing of the request."""

    at: datetime
    endpoint: str
    errcode: int
    fault: str


class QuotaReading(msgspec.Struct, frozen=True):
    """额度读数 — of several interfaces, as WeChat told them at one time."""

    at: datetime
    quotas: dict[str, Quota]


@dataclass(frozen=True, slots=True)
class Records:
    """读到的记录 — what is known of one account now."""

    token: TokenTimes | None
    last_error: LastError | None
    quotas: QuotaReading | None


class CallRecords:
    """调用记录 — of one account in one process; what all processes must see goes into the shared state."""

    def __init__(self, *, account: str, appid: str, state: SharedState) -> None:
        self._account = account
        self._prefix = f"wechat:records:{appid}"
        self._state = state
        self._noted: tuple[str, int] = ("", 0)
        self._noted_at = datetime.min.replace(tzinfo=UTC)

    def succeeded(self) -> None:
        """Count a call that WeChat fulfilled."""
        CALLS.labels(self._account, "ok").inc()

    async def failed(self, failure: Failure, endpoint: str) -> None:
        """Count a call that failed, and note it as the last failure unless it is a person's doing."""
        CALLS.labels(self._account, _outcome(failure)).inc()
        if failure.endpoint != endpoint:
            return  # the request for a token failed, and was noted by itself
        if failure.errcode:
            ERRCODES.labels(self._account, str(failure.errcode)).inc()
        if failure.errcode not in OF_PEOPLE:
            await self._note(failure)

    async def _note(self, failure: Failure) -> None:
        now, what = utc_now(), (failure.endpoint, failure.errcode)
        if what == self._noted and now - self._noted_at < timedelta(seconds=_SAME_FAULT_SECONDS):
            return
        self._noted, self._noted_at = what, now
        LAST_ERROR.labels(self._account).set(now.timestamp())
        error = LastError(at=now, endpoint=failure.endpoint, errcode=failure.errcode, fault=failure.told)
        try:
            await self._write("last_error", error, ttl_seconds=_MONTH)
        except Exception as fault:  # whatever ails the state, the caller is to learn what WeChat said
            log.warning("wechat.failure_not_noted", fault=type(fault).__name__)

    async def issued(self, *, lives_seconds: int, is_forced: bool) -> None:
        """Note a token that is in use from now on, for so many seconds."""
        now = utc_now()
        times = TokenTimes(issued_at=now, renewal_at=now + timedelta(seconds=lives_seconds))
        TOKENS.labels(self._account, "forced" if is_forced else "normal").inc()
        self._show(times)
        await self._write("token", times, ttl_seconds=lives_seconds)

    async def quotas_read(self, quotas: dict[str, Quota]) -> None:
        """Note what WeChat says of quotas."""
        for path, quota in quotas.items():
            QUOTA_LEFT.labels(self._account, path).set(quota.remain)
        await self._write("quotas", QuotaReading(at=utc_now(), quotas=quotas), ttl_seconds=_DAY)

    async def read(self) -> Records:
        """Return what any process noted; the measures of this one follow it."""
        records = Records(
            token=await self._find("token", TokenTimes),
            last_error=await self._find("last_error", LastError),
            quotas=await self._find("quotas", QuotaReading),
        )
        if records.token:
            self._show(records.token)
        return records

    def _show(self, times: TokenTimes) -> None:
        TOKEN_ISSUED.labels(self._account).set(times.issued_at.timestamp())
        TOKEN_RENEWAL.labels(self._account).set(times.renewal_at.timestamp())

    async def _write(self, what: str, value: msgspec.Struct, *, ttl_seconds: int) -> None:
        await self._state.set(f"{self._prefix}:{what}", msgspec.json.encode(value).decode(), ttl_seconds=ttl_seconds)

    async def _find(self, what: str, shape: type[T]) -> T | None:
        written = await self._state.get(f"{self._prefix}:{what}")
        return None if written is None else msgspec.json.decode(written, type=shape)


def _outcome(failure: Failure) -> str:
    match failure:
        case WeChatRefused():
            return "refused"
        case WeChatMisconfigured():
            return "misconfigured"
        case _:
            return "busy"
