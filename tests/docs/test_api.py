"""接口文档页"""

import re

import msgspec

from models.errors import Refusal
from server.app import ENDPOINTS
from server.http.endpoints import Endpoint
from server.http.problems import STATUSES, Problem
from tests.docs.pages import page, repository_files


def row(endpoint: Endpoint) -> str:
    """Return the row of an endpoint in the page's table."""
    marks = [
        *(["幂等"] if endpoint.idempotent else []),
        *(["ETag"] if endpoint.etag else []),
        *(["上传"] if endpoint.takes_upload else []),
        *([f"{endpoint.limit.rate}"] if endpoint.limit else []),
    ]
    return (
        f"| {endpoint.method} | `{endpoint.template}` | {endpoint.summary} | {endpoint.asker.role} "
        f"| {endpoint.status} | {'、'.join(marks)} |"
    )


def test_the_table_lists_every_endpoint_as_it_is_and_no_other() -> None:
    table = page("docs/api.md").split("<!-- endpoints:begin -->")[1].split("<!-- endpoints:end -->")[0]

    written = [line for line in table.splitlines() if re.match(r"\| [A-Z]{3,6} \| ", line)]

    wanted = [row(endpoint) for endpoint in ENDPOINTS]
    missing = "\n".join(sorted(set(wanted) - set(written)))
    foreign = "\n".join(sorted(set(written) - set(wanted)))
    assert sorted(written) == sorted(wanted), f"missing:\n{missing}\nforeign:\n{foreign}"


def test_every_family_of_refusals_stands_with_its_status() -> None:
    text = page("docs/api.md")

    for family, status in STATUSES.items():
        assert re.search(rf"\| {status} \| `{family.__name__}` \|", text), family.__name__


def test_every_address_that_a_page_names_is_an_endpoint() -> None:
    known = [(endpoint.method, re.sub(r"\\{\w+\\}", "[^/]+", re.escape(endpoint.template))) for endpoint in ENDPOINTS]
    named = {
        (method, path)
        for text in (path.read_text(encoding="utf-8") for path in repository_files() if path.suffix == ".md")
        for method, path in re.findall(r"\b(GET|POST|PUT|PATCH|DELETE) (/v1/[\w/{}$-]+)", text)
    }

    unknown = [name for name in named if not any(name[0] == m and re.fullmatch(p, name[1]) for m, p in known)]

    assert len(named) > 10
    assert unknown == []


def test_the_example_problem_has_the_form_that_is_answered() -> None:
    example = re.search(r"```json\n(\{.*?\})\n```", page("docs/api.md"), re.DOTALL)
    assert example

    problem = msgspec.json.decode(example[1], type=Problem, strict=True)

    known = {kind.__name__: kind for kind in _kinds(Refusal)}
    assert problem.type == f"/docs#{problem.code}"
    assert problem.detail == known[problem.code]().detail


def _kinds(kind: type[Refusal]) -> list[type[Refusal]]:
    return [kind, *(member for child in kind.__subclasses__() for member in _kinds(child))]
