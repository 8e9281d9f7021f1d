"""审计命令 — verifies the chain of sealed entries."""

import asyncio
import re
from typing import Annotated

import typer

from config.clock import utc_now
from server.audit.verification import ChainReport, Head, verify_chain
from server.cli.faults import WRONG_SETTINGS, explained, read_settings, stop
from server.cli.progress import progress_bar
from server.run.preparation import opened

app = typer.Typer(help="审计记录", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Keep ``verify`` a command of its own name."""


@app.command("verify")
def verify(
    head: Annotated[str, typer.Option(metavar="SEQ:HASH", help="以前记下的链头，用来发现末尾被截断")] = "",
) -> None:
    """校验审计链；完好退出码为 0，有问题为 1。"""
    noted = _parse(head)
    settings = read_settings()

    async def work() -> ChainReport:
        async with opened(settings):
            with progress_bar("校验") as progress:
                return await verify_chain(at=utc_now(), noted=noted, progress=progress)

    with explained():
        report = asyncio.run(work())
    print(f"审计记录 {report.entries} 条，已封存 {report.sealed} 条")
    if report.fault:
        stop(f"审计链在第 {report.fault.seq} 条不成立：{report.fault.what}")
    print(f"链头 {report.head.seq}:{report.head.hash}")
    if report.unsealed_older_than_a_minute:
        stop(f"有 {report.unsealed_older_than_a_minute} 条超过一分钟没有封存：后台任务进程没有运行，或封存记录被删除")
    print("审计链完好")


def _parse(text: str) -> Head | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", text)
    if not found:
        stop("--head 须写成 序号:64位十六进制，例如日志 audit.sealed 里的 seq 和 hash", code=WRONG_SETTINGS)
    return Head(int(found[1]), found[2])
