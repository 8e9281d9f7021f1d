"""微信账号状况 — is it configured, until when is its token good, what failed last, what is left of its quotas."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.settings import Settings, WeChatPushMode
from server.state.protocol import SharedState
from server.wechat.accounts import WeChatAccount, find_credentials
from server.wechat.answers import Quota
from server.wechat.calls import read_quota
from server.wechat.checking import CheckReport, find_report
from server.wechat.errors import WeChatRefused
from server.wechat.measures import calls_by_outcome
from server.wechat.records import CallRecords, Records
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

QUOTAS = {
    WeChatAccount.MINI: (
        "/cgi-bin/message/custom/send",
        "/cgi-bin/message/subscribe/send",
        "/wxa/getwxacodeunlimit",
        "/wxa/msg_sec_check",
    ),
    WeChatAccount.SERVICE: ("/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"),
}
"""The interfaces whose quota is watched; log-in (``/sns/…``) has none that could be asked for."""


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """账号状况 — of one account; ``credentials`` None means that it is not configured."""

    account: WeChatAccount
    appid: str
    is_configured: bool
    is_sandbox: bool
    push_mode: WeChatPushMode | None
    accepts_pushes: bool
    records: Records
    calls: dict[str, int]
    """By outcome, since the service was started."""
    report: CheckReport | None


async def look_after_accounts(*, settings: Settings, state: SharedState) -> tuple[AccountHealth, ...]:
    """Return how both accounts are; WeChat itself is not asked."""
    return tuple([await _look_after(account, settings, state) for account in WeChatAccount])


async def _look_after(account: WeChatAccount, settings: Settings, state: SharedState) -> AccountHealth:
    found = find_credentials(settings, account)
    if found is None:
        nothing = Records(token=None, last_error=None, quotas=None)
        return AccountHealth(account, "", False, False, None, False, nothing, {}, None)
    records = CallRecords(account=account.value, appid=found.appid, state=state)
    return AccountHealth(
        account=account,
        appid=found.appid,
        is_configured=True,
        is_sandbox=found.is_sandbox,
        push_mode=found.push_mode,
        accepts_pushes=bool(found.push_token),
        records=await records.read(),
        calls=await asyncio.to_thread(calls_by_outcome, account.value),
        report=await find_report(state, appid=found.appid),
    )


async def read_quotas(client: "AsyncWeChatClient") -> int:
    """Ask WeChat for today's quotas of an account and note them; return how many it told."""
    found: dict[str, Quota] = {}
    for path in QUOTAS[client.account]:
        try:
            found[path] = await read_quota(client, path=path)
        except WeChatRefused:
            continue  # an interface that the account has not been granted has no quota
        except (WeChatBusy, WeChatMisconfigured):
            break
    if found:
        await client.records.quotas_read(found)
    return len(found)
