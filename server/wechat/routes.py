"""微信账号接口 — how the two accounts are, for administrators."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from config.clock import beijing
from config.settings import WeChatPushMode
from server.accounts.guards import Administrator
from server.http.endpoints import Routes
from server.resources import resources
from server.wechat.accounts import NAMES, WeChatAccount
from server.wechat.checking import STEPS, Checked, CheckOutcome, CheckReport, CheckStep
from server.wechat.errors import explain
from server.wechat.health import AccountHealth, look_after_accounts
from server.wechat.records import LastError, QuotaReading, TokenTimes

routes = Routes("wechat_accounts", title="微信账号")


class TokenItem(msgspec.Struct):
    """接口凭据的时间；从不显示凭据"""

    issued_at: datetime
    renewal_at: Annotated[datetime, Meta(description="到这时换新的")]


class LastErrorItem(msgspec.Struct):
    """最近一次失败；用户自己造成的不算"""

    at: datetime
    endpoint: str
    errcode: Annotated[int, Meta(description="微信的错误码；0 是没有得到答复")]
    words: Annotated[str, Meta(description="错误码的意思")]
    fault: Annotated[str, Meta(description="微信的原话，去掉了请求的内容")]


class QuotaItem(msgspec.Struct):
    """一个接口今天的额度"""

    endpoint: str
    daily_limit: int
    used: int
    remain: int


class CheckItem(msgspec.Struct):
    """一步自检"""

    step: CheckStep
    name: str
    outcome: Annotated[CheckOutcome, Meta(description="ok 通过；failed 没有通过；unknown 前面没有通过，没法检查")]
    words: str
    next_step: str


class WeChatAccountItem(msgspec.Struct):
    """一个微信账号"""

    account: WeChatAccount
    name: str
    appid: str
    is_configured: bool
    is_sandbox: Annotated[bool, Meta(description="沙箱的账号，不是真的微信")]
    push_mode: WeChatPushMode | None
    accepts_pushes: Annotated[bool, Meta(description="设置了推送令牌")]
    token: Annotated[TokenItem | None, Meta(description="还没有取过凭据，或已经过期，为空")]
    last_error: LastErrorItem | None
    calls: Annotated[
        dict[str, int], Meta(description="服务启动以来各种结果的调用次数：ok、refused、busy、misconfigured")
    ]
    quotas: list[QuotaItem]
    quotas_read_at: datetime | None
    checks: Annotated[list[CheckItem], Meta(description="最近一次自检；启动时自动检查")]
    checked_at: datetime | None


class WeChatAccountList(msgspec.Struct):
    items: list[WeChatAccountItem]


@routes.get("/staff/wechat", summary="微信账号状况：凭据、最近一次失败、调用次数、额度、自检")
async def get_wechat_accounts(asker: Administrator) -> WeChatAccountList:
    here = resources()
    found = await look_after_accounts(settings=here.settings, state=here.state)
    return WeChatAccountList(items=[_item(account) for account in found])


def _item(found: AccountHealth) -> WeChatAccountItem:
    return WeChatAccountItem(
        account=found.account,
        name=NAMES[found.account],
        appid=found.appid,
        is_configured=found.is_configured,
        is_sandbox=found.is_sandbox,
        push_mode=found.push_mode,
        accepts_pushes=found.accepts_pushes,
        token=_token(found.records.token),
        last_error=_error(found.records.last_error),
        calls=found.calls,
        quotas=_quotas(found.records.quotas),
        quotas_read_at=beijing(found.records.quotas.at) if found.records.quotas else None,
        checks=_checks(found.report),
        checked_at=beijing(found.report.at) if found.report else None,
    )


def _token(times: TokenTimes | None) -> TokenItem | None:
    return None if times is None else TokenItem(beijing(times.issued_at), beijing(times.renewal_at))


def _error(error: LastError | None) -> LastErrorItem | None:
    if error is None:
        return None
    words = explain(error.errcode) if error.errcode else "没有得到答复"
    return LastErrorItem(beijing(error.at), error.endpoint, error.errcode, words, error.fault)


def _quotas(reading: QuotaReading | None) -> list[QuotaItem]:
    if reading is None:
        return []
    return [QuotaItem(path, one.daily_limit, one.used, one.remain) for path, one in sorted(reading.quotas.items())]


def _checks(report: CheckReport | None) -> list[CheckItem]:
    return [] if report is None else [_check(step) for step in report.steps]


def _check(step: Checked) -> CheckItem:
    return CheckItem(step.step, STEPS[step.step], step.outcome, step.words, step.next_step)
