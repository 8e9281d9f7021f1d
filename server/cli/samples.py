"""示例命令 — a labelled year of job fairs: written as files to import, and replayed once they are imported."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from config.clock import utc_now
from server.cli.faults import explained, in_words, read_settings, stop
from server.cli.progress import progress_bar
from server.run.preparation import opened

app = typer.Typer(help="示例数据（只用于试用和演示）", no_args_is_help=True)

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="示例文件所在的目录", show_default=False)]


@app.command("employment")
def sample_employment(
    directory: Directory,
    seed: Annotated[int, typer.Option("--seed", help="同一个数编出同一份示例")] = 2025,
) -> None:
    """写出一年招聘会的示例表格：用人单位、招聘会、岗位，以及到场和签约的回放。"""
    from server.seed.employment.files import EMPLOYERS, FAIRS, JOBS, write_year
    from server.seed.employment.making import make_year

    year = make_year(seed=seed)
    try:
        write_year(year, directory=directory)
    except OSError as fault:
        stop(f"写不了目录 {directory}：{in_words(fault)}")
    openings = sum(one.openings for one in year.listings)
    print(f"已写出示例：用人单位 {len(year.employers)} 个，招聘会 {len(year.fairs)} 场")
    print(f"  岗位 {len(year.listings)} 条，共招 {openings:,} 人。请依次执行：")
    print(f"  python -m server import employers {directory / EMPLOYERS}")
    print(f"  python -m server import fairs --published-past {directory / FAIRS}")
    print(f"  python -m server import jobs {directory / JOBS}")
    print(f"  python -m server sample replay {directory}")
    print("  python -m server report employment --year 2025")


@app.command("replay")
def replay_sample(directory: Directory) -> None:
    """回放示例：求职者报名、签到、签意向书、录用。先导入三张表格；生产模式不能回放。"""
    from server.seed.employment.files import read_replay
    from server.seed.employment.replaying import Replayed, replay_year

    settings = read_settings()
    if settings.is_production:
        stop("生产模式不写入示例数据")
    try:
        replay = read_replay(directory)
    except OSError as fault:
        stop(f"读不了目录 {directory} 里的回放：{in_words(fault)}")
    except msgspec.DecodeError:
        stop("回放文件已损坏，请重新执行 sample employment")

    async def work() -> Replayed:
        async with opened(settings):
            with progress_bar("回放") as progress:
                return await replay_year(replay, at=utc_now(), progress=progress)

    with explained():
        done = asyncio.run(work())
    print(f"回放完成：{done.persons} 人到场 {done.visits} 人次，签署意向书 {done.intents} 份")
