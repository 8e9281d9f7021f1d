"""导出命令 — what staff edit, as files that can be reviewed and imported again."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from server.cli.faults import explained, in_words, read_settings, stop
from server.run.preparation import opened

app = typer.Typer(help="导出为文件", no_args_is_help=True)


@app.callback()
def export() -> None:
    """导出为文件"""


@app.command("specialities")
def export_specialities(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="写到这个 JSON 文件", show_default=False)],
) -> None:
    """导出军事专业对照表，改好后可用 import specialities 导入。"""
    from server.jobs.seekers.speciality_file import export_specialities as read

    settings = read_settings()

    async def work() -> bytes:
        async with opened(settings):
            return await read()

    with explained():
        data = asyncio.run(work())
    try:
        file.write_bytes(data)
    except OSError as fault:
        stop(f"写不了文件 {file}：{in_words(fault)}")
    print(f"已导出到 {file}")
