"""承运方命令 — the files that go to the post and come from it."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.clock import beijing_day, utc_now
from server.carriers.ems import CsvEncoding
from server.cli.faults import explained, in_words, read_settings, stop
from server.run.preparation import opened

app = typer.Typer(help="和承运方交换文件", no_args_is_help=True)


@app.command("export")
def export_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="写到这个 CSV 文件", show_default=False)],
    day: Annotated[datetime | None, typer.Option("--day", help="收寄的日子，默认今天", formats=["%Y-%m-%d"])] = None,
    manifest: Annotated[str, typer.Option("--manifest", help="交接单编号；写了就不看日子")] = "",
    encoding: Annotated[CsvEncoding, typer.Option("--encoding", help="文件编码")] = CsvEncoding.GB18030,
) -> None:
    """导出交给邮政的订单（CSV，示例格式）。文件里有姓名、电话和地址，只能交给承运方。"""
    from server.carriers.exchange import Carrying, OrderFile, export_orders

    settings, at = read_settings(), utc_now()

    async def work() -> OrderFile:
        async with opened(settings):
            return await export_orders(
                day=day.date() if day else beijing_day(at),
                manifest=manifest,
                encoding=encoding,
                who=Carrying(None, "system"),
                at=at,
            )

    with explained():
        exported = asyncio.run(work())
    try:
        file.write_bytes(exported.data)
    except OSError as fault:
        stop(f"写不了文件 {file}：{in_words(fault)}")
    print(f"已导出 {exported.orders} 个包裹到 {file}")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="邮政的轨迹文件，CSV 或 XLSX", show_default=False)],
) -> None:
    """导入邮政的轨迹（示例格式）；有一格不对就一行也不写入，同一个文件只导入一次。"""
    from server.carriers.exchange import Carrying, EventFileReport, import_events
    from server.tables.reading import Sheet

    settings = read_settings()
    try:
        sheet = Sheet(file.read_bytes(), file.name)
    except OSError as fault:
        stop(f"读不了文件 {file}：{in_words(fault)}")

    async def work() -> EventFileReport:
        async with opened(settings):
            return await import_events(sheet=sheet, who=Carrying(None, "system"), at=utc_now())

    with explained():
        report = asyncio.run(work())
    if report.already_taken:
        print("这个文件已经导入过，没有再写入")
        return
    print(f"共 {report.lines} 行：新轨迹 {report.new} 条，{report.changed} 个包裹的状态有变化")
    if report.unmatched:
        print(f"没有这些邮件号的包裹：{'、'.join(report.unmatched)}")
