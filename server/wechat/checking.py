"""微信自检 — connection, credentials, IP whitelist, callback, key: which step fails, and what to do about it."""

import re
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from config.settings import WeChatPushMode
from server.state.protocol import SharedState
from server.wechat.accounts import WeChatAccount, WeChatCredentials
from server.wechat.calls import check_callback, list_callback_addresses
from server.wechat.errors import WeChatRefused, explain
from server.wechat.pushes.envelope import decrypt, encrypt, is_key, keys_of
from server.wechat.pushes.rejection import PushRejected
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

NOT_WHITELISTED = 40164
BACK_OFFICES = {WeChatAccount.MINI: "小程序后台", WeChatAccount.SERVICE: "公众平台"}

_APPID, _SECRET = re.compile("wx[0-9a-z]{16}"), re.compile("[0-9a-f]{32}")
_PUSH_TOKEN = re.compile("[0-9A-Za-z]{3,32}")
_ADDRESS = re.compile(r"invalid ip ([0-9a-fA-F.:]+)")
_MONTH = 30 * 86_400
_PROOF = '{"ToUserName":"自检","Content":"邮兵 🐎 <![CDATA[]]>"}'


class CheckStep(StrEnum):
    """自检步骤 — in the order in which they are taken."""

    CONNECTION = "connection"
    CREDENTIALS = "credentials"
    WHITELIST = "whitelist"
    CALLBACK = "callback"
    KEY = "key"


STEPS = {
    CheckStep.CONNECTION: "连接微信",
    CheckStep.CREDENTIALS: "账号凭据",
    CheckStep.WHITELIST: "IP 白名单",
    CheckStep.CALLBACK: "消息推送地址",
    CheckStep.KEY: "消息加密密钥",
}


class CheckOutcome(StrEnum):
    """自检结果 — unknown: an earlier step failed, so that this one could not be tried."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Checked(msgspec.Struct, frozen=True):
    """一步自检 — ``words`` say what was found, ``next_step`` what to do; both Chinese, without a full stop."""

    step: CheckStep
    outcome: CheckOutcome
    words: str
    next_step: str = ""


class CheckReport(msgspec.Struct, frozen=True):
    """自检报告 — every step of one account, in order."""

    at: datetime
    steps: list[Checked]

    @property
    def failed(self) -> list[Checked]:
        return [step for step in self.steps if step.outcome is CheckOutcome.FAILED]


def callback_path(credentials: WeChatCredentials) -> str:
    """Return the path under which an account's pushes are taken."""
    return f"/v1/wechat/{credentials.account}/messages"


async def check_account(client: "AsyncWeChatClient", credentials: WeChatCredentials, *, at: datetime) -> CheckReport:
    """Take every step and return what was found; it never raises what WeChat answers."""
    spoken = await _speak(client, credentials)
    is_open = all(step.outcome is CheckOutcome.OK for step in spoken)
    return CheckReport(at=at, steps=[*spoken, await _callback(client, credentials, is_open), _key(credentials)])


async def keep_report(state: SharedState, report: CheckReport, *, appid: str) -> None:
    """Keep the last report for staff to read."""
    await state.set(_state_key(appid), msgspec.json.encode(report).decode(), ttl_seconds=_MONTH)


async def find_report(state: SharedState, *, appid: str) -> CheckReport | None:
    """Return the last report of an account, None if there was none within a month."""
    written = await state.get(_state_key(appid))
    return None if written is None else msgspec.json.decode(written, type=CheckReport)


def _state_key(appid: str) -> str:
    return f"wechat:check:{appid}"


def _ok(step: CheckStep, words: str) -> Checked:
    return Checked(step, CheckOutcome.OK, words)


def _failed(step: CheckStep, words: str, next_step: str) -> Checked:
    return Checked(step, CheckOutcome.FAILED, words, next_step)


def _unknown(step: CheckStep) -> Checked:
    return Checked(step, CheckOutcome.UNKNOWN, "前面的步骤没有通过，这一步没法检查", "先解决前面的问题，再检查一次")


async def _speak(client: "AsyncWeChatClient", credentials: WeChatCredentials) -> list[Checked]:
    """Ask for a token and use it; WeChat's answer tells the first three steps apart."""
    connection, login, whitelist = CheckStep.CONNECTION, CheckStep.CREDENTIALS, CheckStep.WHITELIST
    reached, office = _ok(connection, "能连上微信接口"), BACK_OFFICES[credentials.account]
    try:
        await client.prove_credentials()
        await list_callback_addresses(client)
    except WeChatBusy as failure:
        advice = "检查服务器能否访问 api.weixin.qq.com 的 443 端口；能访问的，等几分钟再检查"
        faulty = _failed(connection, f"连不上微信接口，或没有得到答复（{failure.told}）", advice)
        return [faulty, _unknown(login), _unknown(whitelist)]
    except WeChatMisconfigured as failure:
        if failure.errcode == NOT_WHITELISTED:
            return [reached, _unknown(login), _off_the_whitelist(failure, office)]
        return [reached, _wrong_credentials(credentials, failure.errcode), _unknown(whitelist)]
    except WeChatRefused as failure:
        words = f"微信不接受：{explain(failure.errcode)}（{failure.errcode}）"
        faulty = _failed(login, words, f"在{office}核对账号是否正常")
        return [reached, faulty, _unknown(whitelist)]
    return [reached, _ok(login, "AppID 和 AppSecret 正确"), _ok(whitelist, "服务器的出口 IP 在白名单里")]


def _wrong_credentials(credentials: WeChatCredentials, errcode: int) -> Checked:
    words = f"AppID 或 AppSecret 不对：{explain(errcode)}（{errcode}）"
    if not credentials.is_sandbox and not _APPID.fullmatch(credentials.appid):
        words += "；AppID 应是 wx 开头的 18 位"
    if not credentials.is_sandbox and not _SECRET.fullmatch(credentials.secret):
        words += "；AppSecret 应是 32 位，只有数字和小写字母"
    office = BACK_OFFICES[credentials.account]
    return _failed(CheckStep.CREDENTIALS, words, f"在{office}核对 AppID，AppSecret 记不清的重置一个")


def _off_the_whitelist(failure: WeChatMisconfigured, office: str) -> Checked:
    seen = _ADDRESS.search(failure.told)
    address = seen[1] if seen else "日志里写明的地址"
    return _failed(
        CheckStep.WHITELIST,
        f"微信看到的服务器出口 IP 是 {address}，不在白名单里",
        f"在{office}把 {address} 加进「IP 白名单」，再检查一次",
    )


async def _callback(client: "AsyncWeChatClient", credentials: WeChatCredentials, is_open: bool) -> Checked:
    step, url = CheckStep.CALLBACK, f"https://你的域名{callback_path(credentials)}"
    prefix = f"WECHAT_{credentials.account.upper()}_PUSH_"
    told = f"在{BACK_OFFICES[credentials.account]}的消息推送里填写地址 {url}"
    if not credentials.push_token:
        return _failed(step, f"没有设置 {prefix}TOKEN，微信的推送都不接收", f"设置令牌，再{told}")
    if not _PUSH_TOKEN.fullmatch(credentials.push_token):
        return _failed(step, f"{prefix}TOKEN 不对：应是 3 到 32 位的数字和字母", "改成和后台一样的令牌")
    if not is_open:
        return _ok(step, f"令牌符合规则；{told}")
    try:
        reach = await check_callback(client)
    except (WeChatRefused, WeChatBusy, WeChatMisconfigured):
        return _ok(step, f"令牌符合规则，微信没有说明能否连到推送地址；{told}")
    if not reach.dns:
        return _failed(step, "微信解析不出推送地址的域名，可能还没有填写", told)
    lost = [ping.ip for ping in reach.ping if ping.package_loss == "100%"]
    if reach.ping and len(lost) == len(reach.ping):
        return _failed(step, f"微信连不到 {'、'.join(lost)}", "检查域名解析和防火墙；服务器不回应 ping 的可不管")
    return _ok(step, f"令牌符合规则，微信能解析推送地址；{told}")


def _key(credentials: WeChatCredentials) -> Checked:
    step, name = CheckStep.KEY, f"WECHAT_{credentials.account.upper()}_PUSH_KEY"
    if credentials.push_mode is WeChatPushMode.PLAIN:
        return _ok(step, "明文模式，不用密钥；建议改为安全模式")
    if not credentials.push_key:
        return _failed(step, f"没有设置 {name}，加密的推送解不开", "填写后台的 EncodingAESKey，43 位")
    if not is_key(credentials.push_key):
        return _failed(step, f"{name} 不对：应是 43 位的数字和字母", "从后台复制 EncodingAESKey，前后不要有空格")
    keys = keys_of(credentials)
    try:
        is_same = decrypt(encrypt(_PROOF, keys=keys), keys=keys) == _PROOF
    except PushRejected:
        is_same = False
    if not is_same:
        return _failed(step, f"用 {name} 加密后解不开", "在后台重新生成 EncodingAESKey，两边一起改")
    return _ok(step, f"{name} 能加密和解密")
