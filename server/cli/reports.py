"""统计命令 — the figures of a year on the terminal, the same as staff read them."""

import asyncio
from typing import Annotated

import typer

from config.clock import beijing_day, utc_now
from server.cli.faults import explained, read_settings
from server.run.preparation import opened

app = typer.Typer(help="统计", no_args_is_help=True)


@app.callback()
def report() -> None:
    """Keep ``employment`` a command of its own name."""


@app.command("employment")
def report_employment(
    year: Annotated[int | None, typer.Option("--year", help="年份（北京时间），默认今年", min=2020, max=2100)] = None,
) -> None:
    """全市一年的就业统计：每个指标的数、单位和口径。"""
    from server.jobs.figures.service import WHOLE_CITY, EmploymentReport, Scope, employment_report, notes_of

    settings = read_settings()

    async def work() -> EmploymentReport:
        async with opened(settings):
            now = utc_now()
            scope = Scope(None, WHOLE_CITY, None, "system")
            return await employment_report(year=year or beijing_day(now).year, scope=scope, at=now)

    with explained():
        found = asyncio.run(work())
    print("\n".join(notes_of(found)))
    for one in found.values:
        print(f"  {one.value:>8,} {one.figure.unit}\t{one.figure.title}\t{one.figure.definition}")
