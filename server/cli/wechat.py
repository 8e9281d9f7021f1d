"""微信命令 — what an operator checks or applies on the WeChat side."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.clock import utc_now
from config.logging import configure_logging
from config.settings import Settings
from server.cli import wechat_menu
from server.cli.faults import FAILED, explained, in_words, read_settings, stop
from server.wechat.accounts import NAMES, OFFICIAL_ORIGIN, WeChatAccount, find_credentials, get_credentials

if TYPE_CHECKING:
    from server.wechat.client import AsyncWeChatClient

app = typer.Typer(help="微信", no_args_is_help=True)
app.add_typer(wechat_menu.menu, name="menu")
app.add_typer(wechat_menu.tags, name="tags")


@app.callback()
def group() -> None:
    """微信。"""


@app.command("vectors")
def run_vector_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="测试向量文件（JSON）", show_default=False)],
) -> None:
    """用本系统自己的函数跑一遍测试向量：验签、加解密、推送解析；有没通过的，退出码为 1。"""
    from server.wechat.vectors.running import Verdict, run_vectors

    try:
        loaded = json.loads(file.read_bytes())
    except OSError as fault:
        stop(f"读不了文件 {file}：{in_words(fault)}")
    except ValueError:
        stop(f"{file} 不是 JSON 文件")
    vectors = loaded.get("vectors") if isinstance(loaded, dict) else loaded
    if not isinstance(vectors, list) or not all(isinstance(one, dict) for one in vectors):
        stop(f"{file} 里没有测试向量：应当是一个列表，每项有 kind、id、input、expected")
    outcomes = run_vectors(vectors)
    counted = Counter((one.kind, one.verdict) for one in outcomes)
    for kind in dict.fromkeys(one.kind for one in outcomes):
        passed, failed, refused = (counted[kind, verdict] for verdict in Verdict)
        print(f"{kind}：通过 {passed}，未通过 {failed}，不能判断 {refused}")
    for one in outcomes:
        if one.verdict is not Verdict.PASSED:
            print(f"  {one.verdict}\t{one.kind}\t{one.id}\t{'；'.join(one.why)}")
        for attribute in one.unchecked:
            print(f"  另有一项没有核对：{one.id} 的 {attribute}，是别的程序库自己的属性")
    missed = sum(one.verdict is not Verdict.PASSED for one in outcomes)
    print(f"共 {len(outcomes)} 个：通过 {len(outcomes) - missed}，其余 {missed}")
    if missed:
        raise typer.Exit(FAILED)


@app.command("check")
def check_accounts(
    account: Annotated[WeChatAccount | None, typer.Option("--account", help="只检查这个账号；默认两个都检查")] = None,
) -> None:
    """检查和微信的连接：凭据、IP 白名单、消息推送地址、密钥，逐步说明结果和怎么办；有没通过的，退出码为 1。"""
    settings = read_settings()
    configure_logging(level="CRITICAL")  # the steps say it all
    if settings.has_sandbox_wechat and settings.wechat_origin == OFFICIAL_ORIGIN:
        print("没有填写微信凭据，用的是沙箱微信，不用检查")
        return
    chosen = [account] if account else list(WeChatAccount)
    missing = [one for one in chosen if find_credentials(settings, one) is None]
    for one in missing:
        print(f"{NAMES[one]}：没有填写凭据（WECHAT_{one.upper()}_APPID、WECHAT_{one.upper()}_SECRET），不检查")
    results = [asyncio.run(_check(settings, one)) for one in chosen if one not in missing]
    if not all(results) or account in missing:
        raise typer.Exit(FAILED)


@app.command("quota")
def show_quota(
    account: Annotated[WeChatAccount, typer.Option("--account", help="哪个账号")] = WeChatAccount.MINI,
    is_cleared: Annotated[bool, typer.Option("--clear", help="清零今天的调用次数，每月只有 10 次")] = False,
) -> None:
    """显示微信接口今天的额度；加 --clear 先清零（每个账号每月 10 次）。"""
    settings = read_settings()
    configure_logging(level="CRITICAL")
    with explained():
        get_credentials(settings, account)
        asyncio.run(_quota(settings, account, is_cleared=is_cleared))


async def _quota(settings: Settings, account: WeChatAccount, *, is_cleared: bool) -> None:
    from server.wechat.calls import clear_quota
    from server.wechat.errors import WeChatRefused, explain
    from server.wechat.health import read_quotas

    async with _client(settings, account) as client:
        try:
            if is_cleared:
                await clear_quota(client)
                print(f"{NAMES[account]}今天的调用次数已清零")
            await read_quotas(client)
        except WeChatRefused as refusal:
            stop(f"微信没有接受：{explain(refusal.errcode)}（{refusal.errcode}）")
        reading = (await client.records.read()).quotas
    if reading is None:
        stop("微信没有告诉任何接口的额度")
    for path, quota in sorted(reading.quotas.items()):
        print(f"{path}\t今天 {quota.daily_limit} 次，已用 {quota.used}，还剩 {quota.remain}")


@asynccontextmanager
async def _client(settings: Settings, account: WeChatAccount) -> AsyncIterator["AsyncWeChatClient"]:
    """Yield a client with a memory of its own: the command needs no database."""
    import aiohttp

    from server.state.memory import MemoryState
    from server.wechat.client import AsyncWeChatClient

    credentials = get_credentials(settings, account)
    async with aiohttp.ClientSession() as http:
        yield AsyncWeChatClient(
            appid=credentials.appid,
            secret=credentials.secret,
            account=account,
            http=http,
            state=MemoryState(),
            origin=settings.wechat_origin,
        )


async def _check(settings: Settings, account: WeChatAccount) -> bool:
    """Print every step of an account; return whether none failed."""
    from server.wechat.checking import STEPS, CheckOutcome, check_account

    credentials = get_credentials(settings, account)
    async with _client(settings, account) as client:
        report = await check_account(client, credentials, at=utc_now())
    marks = {CheckOutcome.OK: "通过", CheckOutcome.FAILED: "没有通过", CheckOutcome.UNKNOWN: "没法检查"}
    print(f"{NAMES[account]}（{credentials.appid}）")
    for step in report.steps:
        print(f"  {STEPS[step.step]}：{marks[step.outcome]}。{step.words}")
        if step.next_step:
            print(f"    怎么办：{step.next_step}")
    return not report.failed
