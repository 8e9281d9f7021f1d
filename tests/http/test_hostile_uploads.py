"""恶意上传 — what comes to a staff import instead of a spreadsheet."""

from time import perf_counter

import aiohttp
import pytest

from tests.http.standing import Standing
from tests.http.wire import WireAnswer, assert_problem, request, say
from tests.service import Client
from tests.tables.workbooks import row_of, sheet_of, workbook_of

NINE_MEGABYTES = 9 * 1024 * 1024
IMPORTS = ["/v1/staff/rosters", "/v1/staff/perk-imports"]
BOUNDARY = "a-boundary-that-no-file-holds"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
EDGE = f"--{BOUNDARY}\r\n".encode()
UNFINISHED = EDGE + b'Content-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\nx'


def part(data: bytes, disposition: str = 'form-data; name="file"; filename="a.xlsx"') -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n"
    return head.encode("utf-8", "surrogateescape") + data + f"\r\n--{BOUNDARY}--\r\n".encode()


async def send(standing: Standing, path: str, *parts: bytes, length: int | None = None, **headers: str) -> WireAnswer:
    """Send the parts of one body as the administrator."""
    sent = {"content_type": FORM, "authorization": f"Bearer {standing.tokens['administrator']}"} | headers
    head = request("POST", path, content_length=str(sum(map(len, parts)) if length is None else length), **sent)
    async with aiohttp.ClientSession() as http:
        return await say(Client(http, standing.base), head, *parts)


@pytest.mark.parametrize("path", IMPORTS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(EDGE, id="a boundary alone"),
        pytest.param(b"garbage", id="no boundary"),
        pytest.param(bytes(range(256)) * 40, id="bytes"),
        pytest.param(EDGE + b"Content-Disposition: \xff\xfe\r\n\r\n\xff\r\n" + EDGE, id="bytes in the disposition"),
        pytest.param(EDGE + b"no colon\r\n\r\nx\r\n" + EDGE, id="header without a colon"),
        pytest.param(part(b"x", 'form-data; name="other"; filename="a.csv"'), id="another field"),
        pytest.param(part(b"x", 'form-data; name="file"'), id="a field without a file"),
        pytest.param(part(b"x", "form-data"), id="no name"),
        pytest.param(part(b""), id="an empty file"),
        pytest.param(EDGE * 2000, id="two thousand boundaries"),
    ],
)
async def test_a_form_that_holds_no_file_is_refused(standing: Standing, path: str, body: bytes) -> None:
    answer = await send(standing, path, body)

    assert_problem(answer, 400, "MalformedRequest")


@pytest.mark.parametrize(
    "disposition",
    [
        'form-data; name="file"; filename="../../etc/passwd"',
        'form-data; name="file"; filename="\udcff\udcfe.csv"',
        "form-data; name=\"file\"; filename*=UTF-8''%ff%00.csv",
        "form-data; name=\"file\"; filename*=nonsense''x.csv",
        f'form-data; name="file"; filename="{"长" * 3000}.csv"',
    ],
)
async def test_a_strange_name_is_only_a_name(standing: Standing, disposition: str) -> None:
    answer = await send(standing, IMPORTS[0], part(b"x", disposition))

    assert_problem(answer, answer.status)
    assert answer.status in (400, 422)


async def test_another_media_type_than_a_form_is_refused(standing: Standing) -> None:
    answers = [await send(standing, path, b"a,b", content_type="text/csv") for path in IMPORTS]

    for answer in answers:
        assert_problem(answer, 415, "WrongMediaType")


@pytest.mark.parametrize("parameter", ["", "; boundary=", "; b"])
async def test_a_form_without_a_boundary_is_refused(standing: Standing, parameter: str) -> None:
    answer = await send(standing, IMPORTS[0], part(b"x"), content_type=f"multipart/form-data{parameter}")

    assert_problem(answer, 400, "MalformedRequest")


@pytest.mark.parametrize("path", IMPORTS)
async def test_an_upload_of_nine_megabytes_is_too_large(standing: Standing, path: str) -> None:
    piece = b"a" * 0x40000

    answer = await send(standing, path, UNFINISHED, *[piece] * (NINE_MEGABYTES // len(piece)))

    assert_problem(answer, 413, "BodyTooLarge")


async def test_an_upload_that_says_it_is_too_large_is_not_read(standing: Standing) -> None:
    answer = await send(standing, IMPORTS[0], UNFINISHED, length=NINE_MEGABYTES)

    assert_problem(answer, 413, "BodyTooLarge")


async def test_a_stranger_is_refused_before_the_file_is_read(standing: Standing) -> None:
    answer = await send(standing, IMPORTS[0], UNFINISHED, length=1_000_000, authorization="Bearer nobody")

    assert_problem(answer, 401, "Unauthenticated")


@pytest.mark.parametrize("path", IMPORTS)
async def test_a_zip_bomb_is_refused_unopened(standing: Standing, path: str) -> None:
    bomb = workbook_of(sheet_of(" " * (96 * 2**20)))

    began = perf_counter()
    answer = await send(standing, path, part(bomb))

    assert_problem(answer, 422, "SpreadsheetTooLarge")
    assert perf_counter() - began < 3


@pytest.mark.parametrize("path", IMPORTS)
async def test_a_hundred_thousand_rows_are_refused(standing: Standing, path: str) -> None:
    row = row_of(1, ["张三"]).replace(' r="1"', "").replace(' r="A1"', "")
    data = workbook_of(sheet_of(row * 100_000))

    answer = await send(standing, path, part(data))

    assert_problem(answer, 422, "SpreadsheetTooLarge")
