"""健康检查 — whether the process lives, whether it may be sent requests, and its measures."""

import msgspec

from config.logging import get_logger
from models.errors import Unavailable
from models.migrations.runner import MigrationFault, pending
from models.transactions import fetch_row
from server.http.askers import Anyone
from server.http.endpoints import Download, Routes
from server.http.metrics import render_metrics

log = get_logger("health")
routes = Routes("health", title="运行状况", prefix="")


class NotReady(Unavailable):
    message = "服务尚未就绪"
    next_step = "请稍后再试；管理员请看日志中的 health.not_ready"


class Health(msgspec.Struct, frozen=True):
    """存活"""

    status: str


class Readiness(msgspec.Struct, frozen=True):
    """就绪"""

    status: str
    database: str
    migrations: str


_database_address = ""


def watch_database(address: str) -> None:
    """Say which database ``/readyz`` looks at."""
    global _database_address
    _database_address = address


@routes.get("/healthz", summary="进程是否存活")
async def healthz(asker: Anyone) -> Health:
    return Health(status="ok")


@routes.get("/readyz", summary="能否接受请求（数据库、迁移）", refusals=(NotReady,))
async def readyz(asker: Anyone) -> Readiness:
    try:
        await fetch_row("SELECT 1 AS one")
        waiting = await pending(_database_address)
    except MigrationFault:
        log.warning("health.not_ready", step="migrations", fault="MigrationFault")
        raise NotReady("数据库与程序的版本不一致", next_step="管理员请核对程序版本，见 docs/operations.md") from None
    except Exception as fault:
        log.warning("health.not_ready", step="database", fault=type(fault).__name__)
        raise NotReady("数据库连接不上") from None
    if waiting:
        log.warning("health.not_ready", step="migrations", count=len(waiting))
        raise NotReady("数据库尚未迁移", next_step="管理员请运行 python -m server migrate")
    return Readiness(status="ok", database="ok", migrations="ok")


@routes.get("/metrics", summary="Prometheus 指标", media_type="text/plain; version=0.0.4; charset=utf-8")
async def metrics(asker: Anyone) -> Download:
    return Download(data=render_metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
