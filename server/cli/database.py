"""数据库命令 — migrate, seed."""

import asyncio
from typing import Annotated

import typer

from config.clock import utc_now
from models.migrations.runner import migrate as apply_migrations
from models.migrations.runner import pending
from server.cli.faults import explained, read_settings, stop
from server.run.preparation import opened
from server.seed.service import Seeded
from server.seed.service import seed as store_seeds


def migrate(
    check: Annotated[bool, typer.Option("--check", help="只检查，不改动；有未执行的迁移则退出码为 1")] = False,
) -> None:
    """把数据库迁移到本版本。"""
    settings = read_settings()
    with explained():
        if check:
            waiting = asyncio.run(pending(settings.database_address))
            if waiting:
                stop(f"尚未执行的迁移：{'、'.join(waiting)}")
            print("数据库已是最新")
            return
        done = asyncio.run(apply_migrations(settings.database_address))
    print(f"已执行迁移：{'、'.join(done)}" if done else "数据库已是最新")


def seed(
    reference: Annotated[
        bool, typer.Option("--reference", help="只写入参考数据（乡镇、类别、真实优惠），不写示例")
    ] = False,
) -> None:
    """写入种子数据；已经写过的不会重复。生产模式只能加 --reference。"""
    settings = read_settings()
    if settings.is_production and not reference:
        stop("生产模式不写入示例数据：请用 python -m server seed --reference")

    async def store() -> Seeded:
        async with opened(settings):
            return await store_seeds(samples=not reference, at=utc_now())

    with explained():
        seeded = asyncio.run(store())
    print("参考数据：" + ("已写入" if seeded.reference else "早已写入，没有改动"))
    if not reference:
        print("示例数据：" + ("已写入" if seeded.samples else "早已写入，没有改动"))
