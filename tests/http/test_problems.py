"""问题文档的措辞 — what people read when something is wrong, whatever the library said."""

import re
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta

from models.errors import FieldError, Invalid, Refusal
from server.http.problems import STATUSES, InternalFault, as_refusal, field_error, problem_response, status_of


class Colour(StrEnum):
    RED = "red"


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class Outer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    text: Annotated[str, Meta(min_length=2, max_length=4)] = "ok"
    exact: Annotated[str, Meta(min_length=2, max_length=2)] = "ok"
    number: Annotated[int, Meta(ge=1, le=100)] = 1
    share: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    step: Annotated[int, Meta(multiple_of=5)] = 5
    words: Annotated[list[str], Meta(min_length=1, max_length=2)] = msgspec.field(default_factory=lambda: ["a"])
    matching: Annotated[str, Meta(pattern="^[0-9]+$")] = "1"
    colour: Colour = Colour.RED
    choice: Literal["a", "b"] = "a"
    flag: bool = True
    day: date | None = None
    moment: Annotated[datetime, Meta(tz=True)] | None = None
    hour: time | None = None
    id: UUID | None = None
    inner: Inner | None = None
    inners: list[Inner] = []
    counts: dict[str, int] = {}


CASES = [
    ({"text": "a"}, "text", "至少 2 个字"),
    ({"text": "abcde"}, "text", "最多 4 个字"),
    ({"text": 1}, "text", "应为文字"),
    ({"text": None}, "text", "应为文字"),
    ({"number": 0}, "number", "不能小于 1"),
    ({"number": 101}, "number", "不能大于 100"),
    ({"number": "1"}, "number", "应为整数"),
    ({"number": 1.5}, "number", "应为整数"),
    ({"share": 0}, "share", "应大于 0"),
    ({"share": 1}, "share", "应小于 1"),
    ({"step": 7}, "step", "应为 5 的倍数"),
    ({"words": []}, "words", "至少 1 项"),
    ({"words": ["a", "b", "c"]}, "words", "最多 2 项"),
    ({"words": "a"}, "words", "应为列表"),
    ({"words": [1]}, "words[0]", "应为文字"),
    ({"matching": "x"}, "matching", "格式不对，请检查后重填"),
    ({"colour": "blue"}, "colour", "不在可选的值之内"),
    ({"choice": "c"}, "choice", "不在可选的值之内"),
    ({"flag": "yes"}, "flag", "应为true 或 false"),
    ({"day": "2026-02-30"}, "day", "不是有效的日期（YYYY-MM-DD）"),
    ({"day": 5}, "day", "应为日期（YYYY-MM-DD）或空值"),
    ({"moment": "soon"}, "moment", "不是有效的时间（RFC 3339，带时区）"),
    ({"moment": "2026-01-01T00:00:00"}, "moment", "应为时间（RFC 3339，带时区）"),
    ({"hour": "25:00"}, "hour", "不是有效的时刻（HH:MM）"),
    ({"id": "1"}, "id", "不是有效的编号"),
    ({"inner": {}}, "inner.name", "必填，请补上这一项"),
    ({"inner": {"name": 1}}, "inner.name", "应为文字"),
    ({"inner": {"name": "a", "x": 1}}, "inner", "有未知的字段，请检查字段名"),
    ({"inners": [{"name": "a"}, {}]}, "inners[1].name", "必填，请补上这一项"),
    ({"counts": {"a": "b"}}, "counts[...]", "应为整数"),
    ({"secret": 1}, "", "有未知的字段，请检查字段名"),
    ([], "", "应为对象"),
]


@pytest.mark.parametrize(("sent", "field", "message"), CASES)
def test_every_complaint_is_a_chinese_sentence_about_a_field(sent: Any, field: str, message: str) -> None:
    with pytest.raises(msgspec.DecodeError) as raised:
        msgspec.json.decode(msgspec.json.encode(sent), type=Outer)

    told = field_error(raised.value)

    assert (told.field, told.message) == (field, message)


@pytest.mark.parametrize("sent", [b"", b"{", b"{]", b'{"text": tru', b'"\\ud800"', b"{} x"])
def test_what_is_no_json_is_called_so(sent: bytes) -> None:
    with pytest.raises(msgspec.DecodeError) as raised:
        msgspec.json.decode(sent, type=Outer)

    assert field_error(raised.value).message in ("内容不是有效的 JSON", "应为对象")


def families() -> list[type[Refusal]]:
    found: list[type[Refusal]] = []
    for kind in Refusal.__subclasses__():
        found += [kind, *descendants(kind)]
    return [kind for kind in found if kind.__module__.startswith(("server.", "models.", "bot."))]


def descendants(kind: type[Refusal]) -> list[type[Refusal]]:
    return [below for child in kind.__subclasses__() for below in (child, *descendants(child))]


def test_every_refusal_has_a_status_and_says_in_chinese_what_happened_and_what_to_do() -> None:
    import server.app  # noqa: F401 - defines every refusal that is served

    wrong = [
        kind.__name__
        for kind in families()
        if not any(family in STATUSES for family in kind.__mro__)
        or not re.search("[\u4e00-\u9fff]", kind.message)
        or not re.search("[\u4e00-\u9fff]", kind.next_step)
        or kind.message.endswith(("。", "！", "."))
        or kind.next_step.endswith(("。", "！", "."))
    ]

    assert wrong == []
    assert len(families()) > 80


def test_the_code_is_the_name_of_one_refusal_only() -> None:
    names = [kind.__name__ for kind in set(families())]

    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_a_refusal_becomes_a_document_with_its_errors_and_its_wait() -> None:
    refusal = Invalid("填错了", next_step="请改", errors=(FieldError("name", "太长"),), retry_after_seconds=7)

    response = problem_response(refusal)

    document = msgspec.json.decode(response.body or b"")
    assert response.status == document["status"] == 422
    assert response.headers["Retry-After"] == "7"
    assert document["detail"] == "填错了。请改。"
    assert document["errors"] == [{"field": "name", "message": "太长"}]


@pytest.mark.parametrize("fault", [ValueError("secret"), KeyError("secret"), RuntimeError("secret")])
def test_a_fault_is_never_shown(fault: Exception) -> None:
    refusal = as_refusal(fault)

    assert isinstance(refusal, InternalFault)
    assert status_of(type(refusal)) == 500
    assert b"secret" not in (problem_response(refusal).body or b"")
