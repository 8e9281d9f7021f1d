"""助手命令 — makes the model before the service needs it."""

import asyncio
from pathlib import Path

import typer

from config.clock import beijing_day, utc_now
from config.logging import configure_logging
from server.cli.faults import explained, read_settings, stop
from server.run.preparation import opened

app = typer.Typer(help="问答助手", no_args_is_help=True)


@app.callback()
def group() -> None:
    """问答助手。"""


@app.command("train")
def train() -> None:
    """训练今天在用的知识；已经训练过的不再训练。服务运行时后台任务进程会自己做。"""
    from server.assistant.knowledge.in_force import knowledge_in_force
    from server.assistant.training import TrainingFailed, ensure_trained

    settings = read_settings()
    configure_logging(level=settings.log_level, style=settings.log_format)

    async def work() -> tuple[int, Path]:
        async with opened(settings):
            found = await knowledge_in_force(beijing_day(utc_now()))
            print(f"正在训练 {len(found.knowledge.entries)} 个条目，约半分钟……", flush=True)
            made = await ensure_trained(settings, key=found.key, knowledge=found.knowledge)
            return len(found.knowledge.entries), made

    try:
        with explained():
            count, folder = asyncio.run(work())
    except TrainingFailed as fault:
        stop(str(fault))
    print(f"模型已就绪：{count} 个条目，{folder}")
