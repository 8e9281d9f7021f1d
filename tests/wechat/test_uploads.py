"""Uploads: one body of bytes with its length, ASCII names with the right extension, the same for every retry."""

import email
import io
from collections.abc import AsyncIterator
from email.message import Message
from typing import Any

import pytest
import pytest_asyncio

from tests.wechat.recorder import TOKEN, Heard, Recorder

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\r\n--boundary--\r\n"
JPEG = b"\xff\xd8\xff\xe0 a photo"
OK = {"errcode": 0, "errmsg": "ok", "media_id": "m1", "url": "https://example.org/1", "s_media_id": 7, "data": {}}


@pytest_asyncio.fixture
async def recorder() -> AsyncIterator[Recorder]:
    async with Recorder() as started:
        started.answer = OK
        yield started


def parts_of(heard: Heard) -> list[Message]:
    message = email.message_from_bytes(f"Content-Type: {heard.headers['Content-Type']}\n\n".encode() + heard.raw)
    assert message.is_multipart()
    return [part for part in message.get_payload() if isinstance(part, Message)]


def described(part: Message) -> tuple[Any, ...]:
    return (
        part.get_param("name", header="content-disposition"),
        part.get_filename(),
        part.get_content_type(),
        part.get_payload(decode=True),
    )


async def test_a_picture_is_sent_as_it_is_under_a_name_that_wechat_takes(recorder: Recorder) -> None:
    answer = await recorder.client().media.upload("image", ("优待证 照片.PNG", io.BytesIO(PNG), "image/png"))

    heard = recorder.only()
    assert answer["media_id"] == "m1"
    assert (heard.path, heard.query) == ("/cgi-bin/media/upload", {"type": "image", "access_token": TOKEN})
    assert int(heard.headers["Content-Length"]) == len(heard.raw)
    assert "Transfer-Encoding" not in heard.headers
    assert heard.raw.isascii() or PNG in heard.raw
    assert b"filename*" not in heard.raw
    [part] = parts_of(heard)
    assert described(part)[:3] == ("media", "media.png", "image/png")
    assert heard.raw.count(PNG) == 1


@pytest.mark.parametrize(
    ("file", "name", "kind"),
    [
        (JPEG, "media.jpg", "image/jpeg"),
        (("照片.png", JPEG), "media.jpg", "image/jpeg"),
        (("x", b"#!AMR\n"), "media.amr", "audio/amr"),
        (("声音.MP3", b"\x00\x01"), "media.mp3", "audio/mpeg"),
        (("v", b"\x00\x00\x00\x18ftypmp42"), "media.mp4", "video/mp4"),
        (("无名", b"plain", "application/pdf"), "media.pdf", "application/pdf"),
        (("file.坏", b"plain"), "media.bin", "application/octet-stream"),
        (('a"; filename="b.exe\r\nX: y', b"plain"), "media.bin", "application/octet-stream"),
        (b"plain", "media.bin", "application/octet-stream"),
    ],
)
async def test_the_extension_is_that_of_the_content(recorder: Recorder, file: Any, name: str, kind: str) -> None:
    await recorder.client().media.upload("file", file)

    [part] = parts_of(recorder.only())
    assert described(part)[:3] == ("media", name, kind)


async def test_an_open_file_is_read_where_it_lies(recorder: Recorder, tmp_path: Any) -> None:
    path = tmp_path / "相片.jpg"
    path.write_bytes(JPEG)

    with path.open("rb") as file:
        await recorder.client().media.upload("image", file)

    [part] = parts_of(recorder.only())
    assert described(part) == ("media", "media.jpg", "image/jpeg", JPEG)


async def test_a_repetition_sends_the_same_body_again(recorder: Recorder) -> None:
    recorder.answer = [{"errcode": -1, "errmsg": "system error"}, {"errcode": 40001, "errmsg": "dead"}, OK]

    await recorder.client().media.upload("image", io.BytesIO(JPEG))

    sent = [one for one in recorder.heard if one.path == "/cgi-bin/media/upload"]
    assert len(sent) == 3
    assert len({one.raw for one in sent}) == 1
    assert described(parts_of(sent[-1])[0])[3] == JPEG


async def test_a_video_carries_its_description_beside_the_file(recorder: Recorder) -> None:
    await recorder.client().material.add("video", ("v.mp4", b"\x00\x00\x00\x18ftypmp42"), "老兵", "访谈")

    heard = recorder.only()
    about, file = parts_of(heard)
    assert heard.query == {"type": "video", "access_token": TOKEN}
    assert described(about)[0::3] == ("description", '{"title": "老兵", "introduction": "访谈"}'.encode())
    assert described(file)[1] == "media.mp4"


@pytest.mark.parametrize(("title", "introduction"), [(None, "访谈"), ("老兵", None), (None, None)])
async def test_a_video_without_title_or_introduction_is_not_sent(
    recorder: Recorder, title: str | None, introduction: str | None
) -> None:
    with pytest.raises(ValueError, match="title"):
        await recorder.client().material.add("video", b"v", title, introduction)

    assert recorder.heard == []


async def test_a_list_of_files_is_sent_as_a_mapping_is(recorder: Recorder) -> None:
    await recorder.client().wxa.ocr_biz_license(filename="执照.jpg", file_bytes=JPEG, mime_type="image/jpeg")

    heard = recorder.only()
    assert heard.path == "/cv/ocr/bizlicense"
    assert described(parts_of(heard)[0]) == ("img", "media.jpg", "image/jpeg", JPEG)
