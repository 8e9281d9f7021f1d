"""导入命令 — the bureau's files from the command line, checked whole before anything is stored."""

import asyncio
from pathlib import Path
from typing import Annotated, Protocol

import typer

from config.clock import utc_now
from server.cli.faults import explained, in_words, read_settings, stop
from server.cli.progress import progress_bar
from server.run.preparation import opened
from server.tables.report import ImportReport

app = typer.Typer(help="从文件导入", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="XLSX 或 CSV 文件", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")]


@app.command("roster")
def import_roster(file: File, dry_run: DryRun = False) -> None:
    """导入持证人花名册；有一格不对就一行也不写入。"""
    from server.cards.roster import Importer
    from server.cards.roster import import_roster as store

    settings, data = read_settings(), _read(file)

    async def work() -> ImportReport:
        async with opened(settings):
            with progress_bar("写入") as progress:
                return await store(
                    data=data,
                    filename=file.name,
                    dry_run=dry_run,
                    importer=Importer(account_id=None, role="system"),
                    at=utc_now(),
                    progress=progress,
                )

    with explained():
        _print(asyncio.run(work()))


@app.command("perks")
def import_perks(file: File, dry_run: DryRun = False) -> None:
    """导入优惠清单；有一格不对就一行也不写入。"""
    from server.perks.importing import import_perks as store

    settings, data = read_settings(), _read(file)

    async def work() -> ImportReport:
        async with opened(settings):
            with progress_bar("写入") as progress:
                return await store(
                    data=data,
                    filename=file.name,
                    dry_run=dry_run,
                    account_id=None,
                    role="system",
                    at=utc_now(),
                    progress=progress,
                )

    with explained():
        _print(asyncio.run(work()))


@app.command("specialities")
def import_specialities(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="导出的 JSON 文件", show_default=False)],
    dry_run: DryRun = False,
) -> None:
    """导入军事专业对照表（JSON，见 export specialities）；有一条不对就一条也不写入。"""
    from server.jobs.seekers.speciality_file import import_specialities as store

    settings, data = read_settings(), _read(file)

    async def work() -> ImportReport:
        async with opened(settings):
            return await store(data=data, dry_run=dry_run, at=utc_now())

    with explained():
        _print(asyncio.run(work()))


@app.command("fairs")
def import_fairs(
    file: File,
    dry_run: DryRun = False,
    published_past: Annotated[
        bool, typer.Option("--published-past", help="补录已经举办完的招聘会：直接记为已发布，不要求方案和预案")
    ] = False,
) -> None:
    """导入招聘会；有一格不对就一行也不写入。"""
    from server.jobs.fairs.importing import import_fairs as store

    settings, data = read_settings(), _read(file)

    async def work() -> ImportReport:
        async with opened(settings):
            with progress_bar("写入") as progress:
                return await store(
                    data=data,
                    filename=file.name,
                    dry_run=dry_run,
                    account_id=None,
                    role="system",
                    at=utc_now(),
                    published_past=published_past,
                    progress=progress,
                )

    with explained():
        _print(asyncio.run(work()))


@app.command("employers")
def import_employers(file: File, dry_run: DryRun = False) -> None:
    """导入用人单位；已审核写“是”的即审核通过。有一格不对就一行也不写入。"""
    from server.employers.importing import import_employers as store
    from server.tables.reading import Sheet

    settings, sheet = read_settings(), Sheet(_read(file), file.name)

    async def work() -> ImportReport:
        async with opened(settings):
            return await store(sheet=sheet, dry_run=dry_run, staff=None, at=utc_now())

    with explained():
        _print(asyncio.run(work()))


@app.command("jobs")
def import_jobs(
    file: File,
    dry_run: DryRun = False,
    publish: Annotated[
        bool, typer.Option("--publish", help="直接上线；不加则待审核。可能违法的条件一律待审核")
    ] = False,
) -> None:
    """导入多个用人单位的岗位，可带招聘会编号和展位；有一格不对就一行也不写入。"""
    from server.jobs.postings.importing import JobImportReport
    from server.jobs.postings.importing import import_jobs as store
    from server.tables.reading import Sheet

    settings, sheet = read_settings(), Sheet(_read(file), file.name)

    async def work() -> JobImportReport:
        async with opened(settings):
            with progress_bar("写入") as progress:
                return await store(
                    sheet=sheet, publish=publish, dry_run=dry_run, staff=None, at=utc_now(), progress=progress
                )

    with explained():
        report = asyncio.run(work())
    _print(report)
    print(f"  其中上线 {report.published}，待审核 {report.submitted}")
    for doubt in report.doubts:
        print(f"  第 {doubt.row} 行须由工作人员判断：{doubt.message}")


@app.command("stations")
def import_stations(file: File, dry_run: DryRun = False) -> None:
    """导入服务站清单；有一格不对就一行也不写入。"""
    from server.stations.importing import Importer
    from server.stations.importing import import_stations as store
    from server.tables.reading import Sheet

    settings, sheet = read_settings(), Sheet(_read(file), file.name)

    async def work() -> ImportReport:
        async with opened(settings):
            with progress_bar("写入") as progress:
                return await store(
                    sheet=sheet,
                    dry_run=dry_run,
                    importer=Importer(account_id=None, role="system"),
                    at=utc_now(),
                    progress=progress,
                )

    with explained():
        _print(asyncio.run(work()))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        stop(f"读不了文件 {file}：{in_words(fault)}")


class _Counts(Protocol):
    """What every report of an import counts."""

    @property
    def rows(self) -> int: ...
    @property
    def created(self) -> int: ...
    @property
    def updated(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def dry_run(self) -> bool: ...


def _print(report: _Counts) -> None:
    print("检查通过，没有写入" if report.dry_run else "导入完成")
    print(f"  共 {report.rows} 行：新增 {report.created}，更新 {report.updated}，没有变化 {report.unchanged}")
