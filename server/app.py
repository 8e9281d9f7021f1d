"""应用 — builds the Sanic application; with ``worker.py`` the only place that lists the domains."""

from functools import cache
from typing import Any

import msgspec
from sanic import Request, Sanic

from config.database import close_database, open_database
from config.logging import configure_logging
from config.settings import RateLimits, Settings
from models import MODEL_MODULES
from server.accounts import routes as accounts
from server.addresses import routes as addresses
from server.addresses.parser_process import close_parser
from server.assistant import routes as assistant
from server.cards import routes as cards
from server.carriers import routes as carriers
from server.employers import routes as employers
from server.http import health
from server.http.binding import SanicHandler, bind
from server.http.endpoints import Endpoint
from server.http.openapi import build_openapi
from server.http.problems import answer_outside
from server.http.rate_limits import RateLimiter
from server.http.reference import DOCS_CSS, render_docs
from server.http.requests import IncomingRequest
from server.http.responses import Answer, ScriptedPage, begin, note
from server.jobs import routes as jobs
from server.jobs.fairs.board_page import board_files
from server.merchants import routes as merchants
from server.notifications import routes as notifications
from server.parcels import routes as parcels
from server.perks import routes as perks
from server.resources import close_resources, open_resources
from server.scenes import routes as scenes
from server.stations import routes as stations
from server.towns import routes as towns
from server.wechat import routes as wechat_accounts
from server.wechat.fake.phone_page import attach_phone, phone_files
from server.wechat.receiving import routes as wechat

VERSION = "0.1.0"

ENDPOINTS: tuple[Endpoint, ...] = (
    *health.routes.endpoints,
    *accounts.ENDPOINTS,
    *towns.ENDPOINTS,
    *notifications.ENDPOINTS,
    *addresses.ENDPOINTS,
    *cards.ENDPOINTS,
    *merchants.ENDPOINTS,
    *employers.ENDPOINTS,
    *stations.ENDPOINTS,
    *perks.ENDPOINTS,
    *jobs.ENDPOINTS,
    *parcels.ENDPOINTS,
    *carriers.ENDPOINTS,
    *scenes.ENDPOINTS,
    *assistant.ENDPOINTS,
    *wechat.routes.endpoints,
    *wechat_accounts.routes.endpoints,
)


def create_app(settings: Settings, *, name: str = "youbing") -> "Sanic[Any, Any]":
    """Return the application; nothing is opened before the server starts.

    Raises:
        UnsafeSettings: production was asked for with what only a sandbox may have.
    """
    settings.refuse_unsafe()
    configure_logging(level=settings.log_level, style=settings.log_format)
    app: Sanic[Any, Any] = Sanic(
        name,
        dumps=msgspec.json.encode,
        loads=msgspec.json.decode,
        request_class=IncomingRequest,
        configure_logging=False,
    )
    _configure(app, settings)
    app.ctx.settings = settings
    app.before_server_start(_open)
    app.after_server_stop(_close)
    app.error_handler.add(Exception, answer_outside)
    _attach_endpoints(app, settings)
    _attach_docs(app)
    if settings.has_sandbox_wechat:
        _attach_files(app, phone_files(), kind=ScriptedPage)
        attach_phone(app)
    return app


def _configure(app: "Sanic[Any, Any]", settings: Settings) -> None:
    app.config.AUTO_EXTEND = False
    app.config.ACCESS_LOG = False
    app.config.MOTD = False
    app.config.REQUEST_MAX_SIZE = settings.body_limit_bytes
    app.config.REQUEST_TIMEOUT = settings.request_timeout_seconds
    app.config.RESPONSE_TIMEOUT = settings.request_timeout_seconds
    app.config.KEEP_ALIVE_TIMEOUT = 75
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = settings.shutdown_grace_seconds
    app.config.PROXIES_COUNT = settings.trusted_proxies or None
    app.config.FALLBACK_ERROR_FORMAT = "json"


async def _open(app: "Sanic[Any, Any]") -> None:
    settings: Settings = app.ctx.settings
    app.ctx.database = await open_database(
        settings.database_address, model_modules=MODEL_MODULES, pool=settings.database_pool
    )
    health.watch_database(settings.database_address)
    app.ctx.resources = await open_resources(settings)
    if app.ctx.limiter is not None:
        app.ctx.limiter.use(app.ctx.resources.state)


async def _close(app: "Sanic[Any, Any]") -> None:
    await close_parser()
    await close_resources(app.ctx.resources)
    await close_database(app.ctx.database)


def _attach_endpoints(app: "Sanic[Any, Any]", settings: Settings) -> None:
    app.ctx.limiter = limiter = RateLimiter() if settings.rate_limits is RateLimits.ON else None
    for endpoint in ENDPOINTS:
        app.add_route(
            bind(endpoint, limiter=limiter, upload_limit_bytes=settings.upload_limit_bytes),
            endpoint.path,
            methods=[endpoint.method],
            name=endpoint.name.replace(".", "_"),
            stream=endpoint.takes_upload,
            error_format="json",  # unused, but without it Sanic reads the handlers' source to guess one
        )


def _attach_docs(app: "Sanic[Any, Any]") -> None:
    _attach_files(app, _documents(), kind=Answer)
    _attach_files(app, board_files(), kind=ScriptedPage)


def _attach_files(app: "Sanic[Any, Any]", files: tuple[tuple[str, bytes, str], ...], *, kind: type[Answer]) -> None:
    for path, body, media_type in files:
        name = path.strip("/").replace(".", "_").replace("/", "_")
        app.add_route(_always(path, body, media_type, kind), path, name=name, error_format="json")


@cache
def _documents() -> tuple[tuple[str, bytes, str], ...]:
    """Return path, content and media type of what describes the API; the same for every application of a process."""
    return (
        ("/openapi.json", msgspec.json.encode(build_openapi(list(ENDPOINTS), version=VERSION)), "application/json"),
        ("/docs", render_docs(list(ENDPOINTS)).encode(), "text/html; charset=utf-8"),
        ("/docs.css", DOCS_CSS.encode(), "text/css; charset=utf-8"),
    )


def _always(path: str, body: bytes, media_type: str, kind: type[Answer]) -> SanicHandler:
    async def answer(request: Request) -> Answer:
        began = begin(request)
        note(route=path, method="GET", status=200, began=began)
        return kind(body, content_type=media_type)

    return answer
