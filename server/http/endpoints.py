"""接口登记 — a handler's own types are its parsing, its access rule and its document."""

import inspect
import re
import typing
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from models.errors import Refusal
from server.http.askers import Asker

Handler = Callable[..., Awaitable[Any]]


class By(StrEnum):
    """Whom a limit counts: the network address, or the account behind the token."""

    ADDRESS = "address"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Limit:
    """限流 — at most ``rate`` (such as ``"30/minute"``), counted for all processes or for each by itself.

    ``shared=False`` costs no storage and bounds one worker: enough for busy routes, where exactness is not owed.
    """

    rate: str
    by: By = By.ACCOUNT
    shared: bool = True


@dataclass(frozen=True, slots=True)
class Upload:
    """上传文件 — the one file of a multipart form, in its field ``file``."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Raw:
    """原样的请求 — for a machine whose signature covers what it sent: every parameter of the address, and the body."""

    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """下载文件 — bytes that a browser saves (``filename``) or shows (no filename)."""

    data: bytes
    media_type: str
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """接口 — one method and path with everything that its handler's signature says."""

    method: str
    path: str
    handler: Handler
    summary: str
    tag: str
    title: str
    """The heading, in Chinese, under which people find it."""
    asker: type[Asker]
    asker_name: str
    path_types: dict[str, type]
    query: type[msgspec.Struct] | None
    body: Any
    takes_upload: bool
    takes_form: bool
    takes_raw: bool
    answer: Any
    status: int
    refusals: tuple[type[Refusal], ...]
    idempotent: bool
    etag: bool
    media_type: str
    limit: Limit | None
    one_connection: bool
    description: str

    @property
    def name(self) -> str:
        return f"{self.tag}.{self.handler.__name__}"

    @property
    def template(self) -> str:
        """The path as OpenAPI writes it: ``/v1/perks/{perk_id}``."""
        return re.sub(r"<(\w+)(?::[^>]+)?>", r"{\1}", self.path)


class Routes:
    """A domain's list of endpoints, filled by decorators and read by ``server/app.py``."""

    def __init__(self, tag: str, *, title: str, prefix: str = "/v1") -> None:
        self.tag = tag
        self.title = title
        self.prefix = prefix
        self.endpoints: list[Endpoint] = []

    def get(self, path: str, *, summary: str, **options: Any) -> Callable[[Handler], Handler]:
        """Register a read; see ``_register`` for the options."""
        return self._register("GET", path, summary, **options)

    def post(self, path: str, *, summary: str, **options: Any) -> Callable[[Handler], Handler]:
        """Register a deed; it takes ``Idempotency-Key`` unless ``idempotent=False``."""
        options.setdefault("idempotent", True)
        return self._register("POST", path, summary, **options)

    def patch(self, path: str, *, summary: str, **options: Any) -> Callable[[Handler], Handler]:
        """Register a change of some fields."""
        return self._register("PATCH", path, summary, **options)

    def delete(self, path: str, *, summary: str, **options: Any) -> Callable[[Handler], Handler]:
        """Register a removal, idempotent by nature."""
        return self._register("DELETE", path, summary, **options)

    def _register(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        status: int = 0,
        refusals: tuple[type[Refusal], ...] = (),
        idempotent: bool = False,
        etag: bool = False,
        media_type: str = "application/json",
        limit: Limit | None = None,
        one_connection: bool = False,
        form: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Read the handler's signature: ``asker``, ``query``, ``body``, ``upload``, ``raw``, path parameters by name.

        ``form`` takes the body as a form of a web page too, each field once, for machines that send nothing else.
        ``one_connection`` is for busy routes: asker and handler share one database connection from first to last.
        """

        def register(handler: Handler) -> Handler:
            hints = typing.get_type_hints(handler, include_extras=True)
            answer = hints.pop("return")
            names = list(inspect.signature(handler).parameters)
            asker_name = next(name for name in names if hasattr(hints[name], "authenticate"))
            path_types = {name: hints[name] for name in re.findall(r"<(\w+)", path)}
            endpoint = Endpoint(
                method=method,
                path=self.prefix + path,
                handler=handler,
                summary=summary,
                tag=self.tag,
                title=self.title,
                asker=hints[asker_name],
                asker_name=asker_name,
                path_types=path_types,
                query=hints.get("query"),
                body=hints.get("body"),
                takes_upload="upload" in hints,
                takes_form=form,
                takes_raw="raw" in hints,
                answer=answer,
                status=status or (204 if answer is type(None) else 200),
                refusals=refusals,
                idempotent=idempotent and method == "POST",
                etag=etag,
                media_type=media_type,
                limit=limit,
                one_connection=one_connection,
                description=inspect.getdoc(handler) or "",
            )
            known = {asker_name, "query", "body", "upload", "raw", *path_types}
            if unknown := set(names) - known:
                raise TypeError(f"{endpoint.name}: nothing provides {sorted(unknown)}")
            self.endpoints.append(endpoint)
            return handler

        return register
