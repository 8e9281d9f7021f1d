"""招聘会场景 — what staff send, and files that are what they seem or not."""

import io
import zipfile
from datetime import datetime, timedelta
from typing import Any

from config.clock import utc_now
from models.fairs import JobFair
from tests.factories.jobs import make_fair
from tests.factories.merchants import SOME_TOWN
from tests.service import Answer, Client

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 40 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40 + b"\xff\xd9"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
DOC = OLE + b"\x00" * 504 + "WordDocument".encode("utf-16-le") + b"\x00" * 100
XLS = OLE + b"\x00" * 504 + "Workbook".encode("utf-16-le") + b"\x00" * 100


def word(*parts: str) -> bytes:
    """Return a zip that holds the parts of a Word file, and further ones."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("[Content_Types].xml", *(parts or ("word/document.xml",))):
            archive.writestr(name, "<x/>")
    return packed.getvalue()


def terms(**overrides: Any) -> dict[str, Any]:
    """Return what staff send to draft a fair that begins in a week."""
    start = utc_now().replace(microsecond=0) + timedelta(days=7)
    values: dict[str, Any] = {
        "number": "2026-03",
        "title": "退役军人专场招聘会",
        "place": "示例人力资源市场",
        "town_code": SOME_TOWN,
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=3)).isoformat(),
    }
    return values | overrides


async def draft(staff: Client, **overrides: Any) -> str:
    """Draft a fair and return its id."""
    answer = await staff.post("/v1/staff/fairs", terms(**overrides))
    assert answer.status == 201, answer
    return str(answer.json["id"])


async def attach(
    staff: Client, fair_id: object, kind: str = "plan", data: bytes = PDF, filename: str = "方案.pdf"
) -> Answer:
    """Upload a document of a fair."""
    return await staff.upload(f"/v1/staff/fairs/{fair_id}/documents/{kind}", filename=filename, data=data)


async def publish(staff: Client, fair_id: object, **body: Any) -> Answer:
    """Attach both documents and publish a fair."""
    for kind in ("plan", "emergency_plan"):
        assert (await attach(staff, fair_id, kind)).status == 200
    return await staff.post(f"/v1/staff/fairs/{fair_id}/publication", body)


async def fair_at(start: datetime, *, hours: float = 3, **overrides: Any) -> JobFair:
    """Make a published fair that begins at an instant."""
    return await make_fair(starts_at=start, ends_at=start + timedelta(hours=hours), **overrides)
