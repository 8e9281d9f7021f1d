"""微信命令 — what an operator checks or applies on the WeChat side."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from config.clock import utc_now
from config.logging import configure_logging
from config.settings import Settings
from server.cli import wechat_menu
from server.cli.faults import FAILED, in_words, read_settings, stop
from server.wechat.accounts import NAMES, OFFICIAL_ORIGIN, WeChatAccount, find_credentials

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


async def _check(settings: Settings, account: WeChatAccount) -> bool:
    """Print every step of an account; return whether none failed."""
    import aiohttp

    from server.state.memory import MemoryState
    from server.wechat.checking import STEPS, CheckOutcome, check_account
    from server.wechat.client import AsyncWeChatClient

    credentials = find_credentials(settings, account)
    assert credentials is not None
    async with aiohttp.ClientSession() as http:
        client = AsyncWeChatClient(
            appid=credentials.appid,
            secret=credentials.secret,
            account=account,
            http=http,
            state=MemoryState(),
            origin=settings.wechat_origin,
        )
        report = await check_account(client, credentials, at=utc_now())
    marks = {CheckOutcome.OK: "通过", CheckOutcome.FAILED: "没有通过", CheckOutcome.UNKNOWN: "没法检查"}
    print(f"{NAMES[account]}（{credentials.appid}）")
    for step in report.steps:
        print(f"  {STEPS[step.step]}：{marks[step.outcome]}。{step.words}")
        if step.next_step:
            print(f"    怎么办：{step.next_step}")
    return not report.failed
