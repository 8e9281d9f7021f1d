"""接口文档 — the machine's document is valid, and the page for people leaves nothing out."""

from html.parser import HTMLParser
from typing import Any

import jsonschema_rs
import pytest

from server.app import ENDPOINTS, VERSION
from server.http.openapi import build_openapi, refusals_of
from server.http.reference import DOCS_CSS, render_docs
from tests.service import Client

DOCUMENT = build_openapi(list(ENDPOINTS), version=VERSION)
PAGE = render_docs(list(ENDPOINTS))


class Page(HTMLParser):
    """Collects the ids, links, tags and text of a page, and whether what was opened is closed."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in ("href", "src") and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)


def operations() -> list[dict[str, Any]]:
    return [operation for path in DOCUMENT["paths"].values() for operation in path.values()]


def references(node: Any) -> set[str]:
    """Return every ``$ref`` below a node."""
    if isinstance(node, list):
        return {found for item in node for found in references(item)}
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own | {found for item in node.values() for found in references(item)}
    return set()


def test_every_schema_is_json_schema_and_every_reference_leads_somewhere() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    inline = [parameter["schema"] for operation in operations() for parameter in operation["parameters"]]

    for schema in [*schemas.values(), *inline]:
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema)

    assert references(DOCUMENT) <= {f"#/components/schemas/{name}" for name in schemas}


def test_every_endpoint_is_one_operation_with_its_parameters() -> None:
    assert len(operations()) == len(ENDPOINTS)
    assert len({operation["operationId"] for operation in operations()}) == len(ENDPOINTS)
    for path, methods in DOCUMENT["paths"].items():
        in_path = {part.strip("{}") for part in path.split("/") if part.startswith("{")}
        for operation in methods.values():
            told = {one["name"] for one in operation["parameters"] if one["in"] == "path" and one["required"]}
            assert told == in_path
            assert operation["summary"]
            assert all(response["description"] for response in operation["responses"].values())


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_who_needs_a_token_is_documented_with_a_401(endpoint: Any) -> None:
    operation = DOCUMENT["paths"][endpoint.template][endpoint.method.lower()]

    assert ("401" in operation["responses"]) is ("security" in operation)
    assert ("requestBody" in operation) is (endpoint.body is not None or endpoint.takes_upload)


def test_the_page_lists_every_endpoint_and_explains_every_code() -> None:
    page = Page(PAGE)
    codes = {kind.__name__ for endpoint in ENDPOINTS for kind in refusals_of(endpoint)}

    assert codes <= set(page.ids)
    assert {"NotStaff", "NotAdministrator", "NotAClerk", "RateLimited", "OutOfTime", "KeyReused"} <= set(page.ids)
    assert {endpoint.name for endpoint in ENDPOINTS} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_the_page_is_whole_leads_nowhere_else_and_runs_nothing() -> None:
    page = Page(PAGE)

    assert (page.crossed, page.open) == ([], [])
    assert not page.tags & {"script", "iframe", "img", "style", "form", "object"}
    assert not [link for link in page.links if not link.startswith(("#", "/"))]
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert "style=" not in PAGE
    assert "url(" not in DOCS_CSS


async def test_the_documents_are_served_as_what_they_are(stranger: Client) -> None:
    document, page, style = [await stranger.get(path) for path in ("/openapi.json", "/docs", "/docs.css")]

    assert document.json == DOCUMENT
    assert page.body.decode() == PAGE
    assert (page.headers["Content-Type"], style.headers["Content-Type"]) == (
        "text/html; charset=utf-8",
        "text/css; charset=utf-8",
    )
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
