"""启动时的微信自检 — logs every step for each account and keeps it for staff; nothing waits for it."""

from collections.abc import Callable
from datetime import datetime

from config.logging import get_logger
from server.resources import Resources
from server.wechat.accounts import WeChatAccount, get_credentials
from server.wechat.checking import CheckOutcome, CheckReport, check_account, keep_report
from server.wechat.refusals import WeChatNotConfigured

log = get_logger(__name__)


async def check_wechat(opened: Resources, *, now: Callable[[], datetime]) -> None:
    """Check every account that is configured; whatever goes wrong is logged and stops nothing."""
    for account in WeChatAccount:
        try:
            credentials = get_credentials(opened.settings, account)
            client = opened.wechat(account)
            report = await check_account(client, credentials, at=now())
            await client.records.read()  # a token that an earlier process fetched is on the measures of this run too
            await keep_report(opened.state, report, appid=credentials.appid)
        except WeChatNotConfigured:
            continue
        except Exception as fault:  # a check that fails for a reason of its own must not end the process
            log.warning("wechat.check_broken", kind=account.value, fault=type(fault).__name__)
            continue
        _tell(account, report)


def _tell(account: WeChatAccount, report: CheckReport) -> None:
    for step in report.steps:
        reason = "。".join(part for part in (step.words, step.next_step) if part)
        tell = log.info if step.outcome is CheckOutcome.OK else log.warning
        tell("wechat.checked", kind=account.value, step=step.step.value, reason=reason, code=step.outcome.value)
