"""微信上传 — files as one multipart body of bytes, the same for every retry, under names that WeChat takes.

WeChat answers 412 to chunked bodies, and 41005 to names outside ASCII or without an extension.
"""

import json
import mimetypes
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

_BY_BEGINNING = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"%PDF", ".pdf"),
    (b"#!AMR", ".amr"),
    (b"ID3", ".mp3"),
    (b"\xff\xfb", ".mp3"),
)
_EXTENSION = re.compile(r"\.[a-z0-9]{1,5}")
_TYPES = {".amr": "audio/amr", ".mp4": "video/mp4"}


@dataclass(frozen=True, slots=True)
class Upload:
    """上传的文件 — a multipart body and the content type that names its boundary."""

    body: bytes = field(repr=False)
    content_type: str


def encode_upload(files: Mapping[str, Any] | Iterable[tuple[str, Any]], fields: Mapping[str, object]) -> Upload:
    """Return the body for files as wechatpy passes them: bytes, an open file, or a tuple of name, either and type.

    It reads open files, so it belongs into a thread. Fields come before the files; a mapping among them becomes JSON.
    """
    boundary = secrets.token_hex(16)
    parts = [_part(boundary, f'name="{name}"', None, _written(value)) for name, value in fields.items()]
    for name, file in files.items() if isinstance(files, Mapping) else files:
        filename, blob, content_type = _read(file)
        extension = _extension(filename, blob, content_type)
        kind = _TYPES.get(extension) or mimetypes.guess_type(f"x{extension}")[0] or "application/octet-stream"
        parts.append(_part(boundary, f'name="{name}"; filename="media{extension}"', kind, blob))
    body = b"".join([*parts, f"--{boundary}--\r\n".encode()])
    return Upload(body, f"multipart/form-data; boundary={boundary}")


def _part(boundary: str, disposition: str, content_type: str | None, blob: bytes) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n"
    if content_type:
        head += f"Content-Type: {content_type}\r\n"
    return head.encode() + b"\r\n" + blob + b"\r\n"


def _written(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()


def _read(file: Any) -> tuple[str, bytes, str]:
    """Return name, content and content type of one file; name and type may be empty."""
    filename, source, content_type = "", file, ""
    if isinstance(file, tuple):
        filename, source, content_type = (*file, "")[:3]
    content = source if isinstance(source, bytes | bytearray) else source.read()
    filename = filename or getattr(source, "name", "")
    return (filename if isinstance(filename, str) else ""), bytes(content), content_type or ""


def _extension(filename: str, blob: bytes, content_type: str) -> str:
    """Return the extension that fits the content, else that of the name, else that of the declared type."""
    for beginning, extension in _BY_BEGINNING:
        if blob.startswith(beginning):
            return extension
    if blob[4:8] == b"ftyp":
        return ".mp4"
    named = PurePath(filename).suffix.lower()
    if _EXTENSION.fullmatch(named):
        return named
    return mimetypes.guess_extension(content_type) or ".bin"
