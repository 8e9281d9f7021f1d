"""分页 — keyset cursors that say where a page ended; opaque to clients, checked when they come back."""

import base64
from typing import Annotated, Any

import msgspec

from models.errors import FieldError, Invalid

PageSize = Annotated[int, msgspec.Meta(ge=1, le=100, description="每页条数，最多 100")]
Cursor = Annotated[str, msgspec.Meta(max_length=512, description="上一页答复中的 next_cursor")]


class CursorInvalid(Invalid):
    message = "翻页标记无效"
    next_step = "请从第一页重新查询"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("cursor", "请从第一页重新查询"),))


def encode_cursor(*position: str | int | float) -> str:
    """Return the cursor of the last row of a page: its sort key, then its id."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, shape: Any) -> Any | None:
    """Return the position in a cursor as ``shape`` (such as ``tuple[float, UUID]``), None without a cursor.

    Raises:
        CursorInvalid: the text is no cursor of this list.
    """
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=shape)
    except (ValueError, msgspec.DecodeError):
        raise CursorInvalid from None
