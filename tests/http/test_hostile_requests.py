"""恶意请求 — whatever arrives, the answer is a problem document that a person can read."""

import pytest

from tests.http.wire import WireAnswer, assert_problem, request, say
from tests.service import Client

JSON = "application/json"
TEN_MEGABYTES = 10 * 1024 * 1024
LOG_IN = b'{"code": "somebody"}'


async def log_in(service: Client, body: bytes, **headers: str) -> WireAnswer:
    return await say(service, request("POST", "/v1/sessions", body, **({"content_type": JSON} | headers)))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(b'{"code": "a', "", id="truncated"),
        pytest.param(b"", "", id="empty"),
        pytest.param(b"null", "", id="null"),
        pytest.param(b'{"code": 7}', "code", id="number for text"),
        pytest.param(b'{"code": ["a"]}', "code", id="list for text"),
        pytest.param(b'["code"]', "", id="list for object"),
        pytest.param(b'{"code": 1e400}', "code", id="float out of range"),
        pytest.param(b'{"code": ' + b"9" * 400 + b"}", "code", id="four hundred digits"),
        pytest.param(b'{"code": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "code", id="nested value"),
        pytest.param(b"[" * 10_000, "", id="nested document"),
        pytest.param(b'{"code": "\\ud800"}', "", id="escaped lone surrogate"),
        pytest.param(b'{"code": "\xed\xa0\x80"}', "", id="raw lone surrogate"),
        pytest.param(b'{"code": "\xff\xfe"}', "", id="not UTF-8"),
        pytest.param(b'{"code": "a\\u0000"}', "", id="escaped NUL"),
        pytest.param(b'{"code": "a\x00"}', "", id="raw NUL"),
        pytest.param(b'{"code": "a", "role": "administrator"}', "", id="unknown field"),
        pytest.param(b"{}", "code", id="missing field"),
        pytest.param(b'{"code": ""}', "code", id="too short"),
        pytest.param(b'{"code": "' + b"a" * 129 + b'"}', "code", id="too long"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_by_field(stranger: Client, body: bytes, field: str) -> None:
    answer = await log_in(stranger, body)

    assert_problem(answer, 400, "MalformedRequest")
    assert [error["field"] for error in answer.problem["errors"]] in ([field], [])
    assert all(error["message"] for error in answer.problem["errors"])


async def test_a_repeated_key_is_checked_every_time(stranger: Client) -> None:
    first_wrong = await log_in(stranger, b'{"code": 7, "code": "somebody"}')
    last_wrong = await log_in(stranger, b'{"code": "somebody", "code": 7}')

    assert_problem(first_wrong, 400)
    assert_problem(last_wrong, 400)


async def test_a_body_of_ten_megabytes_is_refused_before_it_is_sent(stranger: Client) -> None:
    answer = await log_in(stranger, b"", content_length=str(TEN_MEGABYTES))

    assert_problem(answer, 413, "BodyTooLarge")


async def test_a_body_of_ten_megabytes_in_chunks_is_cut_off(stranger: Client) -> None:
    head = request("POST", "/v1/sessions", content_type=JSON, transfer_encoding="chunked")
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"

    answer = await say(stranger, head, *[chunk] * (TEN_MEGABYTES // 0x10000))

    assert_problem(answer, 413, "BodyTooLarge")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/jsonx", "application/x-www-form-urlencoded", "\udcff", "multipart/form-data"],
)
async def test_another_media_type_than_json_is_refused(stranger: Client, content_type: str) -> None:
    answer = await log_in(stranger, LOG_IN, content_type=content_type)

    assert_problem(answer, 415, "WrongMediaType")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
async def test_json_is_known_by_its_type_alone(stranger: Client, content_type: str) -> None:
    answer = await log_in(stranger, LOG_IN, content_type=content_type)

    assert answer.status == 201


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param("q=%00", "q", id="NUL"),
        pytest.param("q=%ff", "q", id="not UTF-8"),
        pytest.param("q=%ed%a0%80", "q", id="lone surrogate"),
        pytest.param("limit=1&limit=2", "limit", id="twice"),
        pytest.param("limit=" + "9" * 400, "limit", id="huge"),
        pytest.param("limit=1e400", "limit", id="float out of range"),
        pytest.param("limit=-1", "limit", id="negative"),
        pytest.param("limit=", "limit", id="empty"),
        pytest.param("colour=red", "", id="unknown"),
        pytest.param("&".join(f"a{number}=1" for number in range(400)), "", id="four hundred"),
        pytest.param("q=" + "a" * 7000, "q", id="seven thousand letters"),
    ],
)
async def test_a_query_that_cannot_be_read_is_refused_by_field(stranger: Client, query: str, field: str) -> None:
    answer = await say(stranger, request("GET", f"/v1/perks?{query}"))

    assert_problem(answer, 400, "MalformedRequest")
    assert [error["field"] for error in answer.problem["errors"]] == [field]


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "//elsewhere.example/",
        "/v1/perks/%00",
        "/v1/perks/1",
        "/v1/perks/00000000-0000-0000-0000-00000000000g",
        "/v1/perks/..%2f..%2fetc%2fpasswd",
        "/v1/%ff",
        "/v1/%ed%a0%80",
        "/v1/%zz",
    ],
)
async def test_a_path_that_is_none_is_not_found(stranger: Client, path: str) -> None:
    answer = await say(stranger, request("GET", path))

    assert_problem(answer, 404, "NoSuchPath")


@pytest.mark.parametrize("purpose", ["%00", "%ff", "%2f", "astrology"])
async def test_a_word_in_a_path_that_is_none_of_ours_is_not_found(stranger: Client, purpose: str) -> None:
    somebody = await stranger.login("somebody")

    answer = await say(stranger, request("DELETE", f"/v1/consents/{purpose}", authorization=f"Bearer {somebody.token}"))

    assert_problem(answer, 404, "NoSuchPath")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "BREW", "get"])
async def test_another_method_is_refused_and_told_which_one_is_right(stranger: Client, method: str) -> None:
    answer = await say(stranger, request(method, "/v1/perks"))

    assert_problem(answer, 405, "WrongMethod")
    assert answer.headers["allow"] == "GET"


async def test_the_documents_refuse_other_methods_too(stranger: Client) -> None:
    answer = await say(stranger, request("POST", "/docs"))

    assert_problem(answer, 405, "WrongMethod")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"GARBAGE\r\n\r\n", 400, id="no request line"),
        pytest.param(b"GET /\r\n\r\n", 400, id="HTTP 0.9"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, id="HTTP 2"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, id="TLS"),
        pytest.param(b"GET /v1/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n", 400, id="bytes in the path"),
        pytest.param(b"GET /healthz HTTP/1.1\r\nHost\r\n\r\n", 400, id="header without a colon"),
        pytest.param(b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400, id="CONNECT"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 404, id="asterisk"),
        pytest.param(request("POST", "/v1/sessions", content_length="abc"), 400, id="length in words"),
        pytest.param(request("POST", "/v1/sessions", content_length="-5"), 400, id="negative length"),
        pytest.param(request("POST", "/v1/sessions", content_length="9" * 5000), 400, id="length of 5,000 digits"),
        pytest.param(
            b"POST /v1/sessions HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, id="two"
        ),
        pytest.param(request("POST", "/v1/sessions", transfer_encoding="gzip"), 400, id="unknown encoding"),
        pytest.param(request("POST", "/v1/sessions", transfer_encoding="chunked") + b"zz\r\nab\r\n", 400, id="chunk"),
        pytest.param(request("POST", "/v1/sessions", LOG_IN, expect="a miracle"), 400, id="expectation"),
        pytest.param(request("GET", "/v1/perks?q=" + "a" * 20_000), 413, id="long address"),
        pytest.param(request("GET", "/healthz", x_letter="a" * 20_000), 413, id="long header"),
        pytest.param(request("GET", "/v1/perks", content_length=str(TEN_MEGABYTES)), 413, id="GET with a body"),
    ],
)
async def test_what_is_not_http_is_answered_in_chinese_all_the_same(stranger: Client, sent: bytes, status: int) -> None:
    answer = await say(stranger, sent)

    assert_problem(answer, status)


async def test_the_service_answers_on_after_all_that(stranger: Client) -> None:
    await say(stranger, b"GARBAGE\r\n\r\n")

    answer = await say(stranger, b"GET /healthz HTTP/1.0\r\n\r\n")

    assert (answer.status, answer.headers["connection"]) == (200, "close")


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([b"GET /healthz HTTP/1.1\r\nHost: a\r\n"], id="head"),
        pytest.param([request("POST", "/v1/sessions", content_type=JSON, content_length="30"), b"{"], id="body"),
    ],
)
async def test_who_stops_sending_is_told_so_and_not_waited_for(impatient: Client, parts: list[bytes]) -> None:
    answer = await say(impatient, *parts)

    assert_problem(answer, 408, "RequestTooSlow")


@pytest.mark.parametrize(
    "head",
    [b"GET /healthz HTTP/1.1\r\nX-Slow: ", b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n"],
    ids=["head", "body"],
)
async def test_bytes_that_trickle_in_do_not_put_the_deadline_off(impatient: Client, head: bytes) -> None:
    answer = await say(impatient, head, *[b"x"] * 100, pause_seconds=0.1)

    assert_problem(answer, 408, "RequestTooSlow")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "sent",
    [
        "Bearer",
        "Bearer " + "a" * 43,
        "Bearer " + "\udcff" * 43,
        "Bearer " + "兵" * 43,
        "Bearer " + "a" * 5000,
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "\x01\x02",
        "' OR 1=1 --",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/v1/me", "/v1/perks"])
async def test_credentials_that_are_none_need_a_log_in(stranger: Client, path: str, sent: str) -> None:
    answer = await say(stranger, request("GET", path, authorization=sent))

    assert_problem(answer, 401, "Unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_counts_only_as_a_bearer_token(stranger: Client) -> None:
    somebody = await stranger.login("somebody")
    assert somebody.token is not None

    bare = await say(stranger, request("GET", "/v1/me", authorization=somebody.token))
    other = await say(stranger, request("GET", "/v1/me", authorization=f"Token {somebody.token}"))
    lower = await say(stranger, request("GET", "/v1/me", authorization=f"bearer {somebody.token}"))

    assert_problem(bare, 401)
    assert_problem(other, 401)
    assert lower.status == 200


@pytest.mark.parametrize("key", ["\udcff\udcfe", "a" * 129, "兵", "two words", ""])
async def test_an_idempotency_key_that_is_none_is_refused(stranger: Client, key: str) -> None:
    somebody = await stranger.login("somebody")
    body = b'{"purpose": "jobs", "version": "2026-11"}'
    headers = {"authorization": f"Bearer {somebody.token}", "idempotency_key": key, "content_type": JSON}

    answer = await say(stranger, request("POST", "/v1/consents", body, **headers))

    assert_problem(answer, 400, "MalformedRequest")
    assert answer.problem["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize("offered", ["abcdefgh-1", "0" * 64])
async def test_a_well_formed_request_id_is_echoed(stranger: Client, offered: str) -> None:
    answer = await say(stranger, request("GET", "/nope", x_request_id=offered))

    assert answer.headers["x-request-id"] == offered


@pytest.mark.parametrize("offered", ["short", "a" * 65, "two words", "\udcff" * 12, "<script>alert", ""])
async def test_any_other_request_id_is_replaced(stranger: Client, offered: str) -> None:
    answer = await say(stranger, request("GET", "/nope", x_request_id=offered))

    assert_problem(answer, 404)
    assert answer.headers["x-request-id"] != offered


async def test_every_request_on_one_connection_has_its_own_id(stranger: Client) -> None:
    answers = [await stranger.get("/nope") for _ in range(3)]

    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 3
