"""运行命令 — ``run`` for the whole installation, ``worker`` for an outbox process by itself."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

import typer

from config.logging import configure_logging
from config.settings import Settings
from server.cli.faults import explained, in_words, read_settings, stop
from server.run.background import work
from server.run.greeting import greeting
from server.run.preparation import prepare, use_fresh_metrics
from server.run.supervisor import Supervisor, bind, plan


def run(
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="网页进程数")] = None,
    host: Annotated[str | None, typer.Option(help="监听地址")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="监听端口，0 为任选空闲端口")] = None,
    outbox: Annotated[bool, typer.Option(help="同时运行后台任务进程")] = True,
) -> None:
    """启动服务：网页进程和后台任务进程，退出的进程会自动重启。"""
    settings = read_settings()
    with explained():
        settings.refuse_unsafe()
    chosen = {"workers": workers, "host": host, "port": port}
    settings = settings.model_copy(update={name: value for name, value in chosen.items() if value is not None})
    configure_logging(level=settings.log_level, style=settings.log_format)
    with explained():
        code = asyncio.run(_run(settings, with_outbox=outbox))
    raise typer.Exit(code)


async def _run(settings: Settings, *, with_outbox: bool) -> int:
    sample = await prepare(settings)
    try:
        listener = bind(settings.host, settings.port)
    except OSError as fault:
        stop(f"不能监听 {settings.host}:{settings.port}：{in_words(fault)}。请换一个 PORT，或停止占用它的程序")
    metrics = use_fresh_metrics(settings.data_dir)
    host, port = listener.getsockname()[:2]
    os.environ |= {"HOST": host, "PORT": str(port)}  # the sandbox's carrier, a child, pushes to this address
    children = plan(listener, workers=settings.workers, with_outbox=with_outbox)
    try:
        async with AsyncExitStack() as twins:
            twins.enter_context(listener)
            wechat = await twins.enter_async_context(_sandbox_wechat(settings, host=host, port=port))
            text = greeting(
                settings, host=host, port=port, workers=settings.workers, sample=sample, sandbox_wechat=wechat
            )
            supervisor = Supervisor(children, listener=listener, grace_seconds=settings.shutdown_grace_seconds)
            return await supervisor.run(_print_once(text))
    finally:
        shutil.rmtree(metrics, ignore_errors=True)


@asynccontextmanager
async def _sandbox_wechat(settings: Settings, *, host: str, port: int) -> AsyncIterator[str]:
    """Run a fake WeChat beside the children and tell them where it is; it outlives any one of them.

    Yield its origin, empty where WeChat is set up.
    """
    if not settings.has_sandbox_wechat:
        yield ""
        return
    from server.wechat.fake.sandbox import needs_fake, sandbox_wechat  # what production need not carry

    if not needs_fake(settings):
        yield settings.wechat_origin
        return
    async with sandbox_wechat(host=host, port=port) as origin:
        os.environ["WECHAT_ORIGIN"] = origin
        yield origin


def _print_once(text: str) -> Callable[[], None]:
    return lambda: print(text, flush=True)


def worker(tie: Annotated[int | None, typer.Option(hidden=True)] = None) -> None:
    """单独运行一个后台任务进程（run 默认已带一个）。"""
    settings = read_settings()
    with explained():
        settings.refuse_unsafe()
        work(settings, tie=tie)
