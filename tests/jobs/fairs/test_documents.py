"""招聘会材料 — known by content, named harmlessly, replaced on record, and staff's alone."""

import hashlib
import json
from typing import Any
from urllib.parse import unquote

import pytest

from models.audit import AuditEntry
from server.jobs.fairs.attachments import (
    DOC,
    DOCX,
    JPEG,
    PDF,
    PNG,
    FairDocumentHasMacros,
    FairDocumentUnsupported,
    FileKind,
    clean_name,
    kind_of,
)
from tests.factories.jobs import make_fair
from tests.jobs.fairs import fairground
from tests.jobs.fairs.fairground import attach, draft, publish, word
from tests.service import Client


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (fairground.PDF, PDF),
        (fairground.PNG, PNG),
        (fairground.JPEG, JPEG),
        (fairground.DOC, DOC),
        (word(), DOCX),
        (word("word/document.xml", "word/media/image1.png"), DOCX),
    ],
)
def test_a_file_is_what_its_content_says(data: bytes, kind: FileKind) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\x00",
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7\n1 0 obj",
        fairground.PDF[5:],
        fairground.PNG[:-20],
        fairground.JPEG[:-30],
        fairground.XLS,
        word("xl/workbook.xml"),
        word()[:-30],
        b"PK\x03\x04" + b"\x00" * 40,
    ],
)
def test_what_is_none_of_them_or_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(FairDocumentUnsupported):
        kind_of(data)


def test_a_word_file_with_macros_is_refused() -> None:
    with pytest.raises(FairDocumentHasMacros):
        kind_of(word("word/document.xml", "word/vbaProject.bin"))


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("活动方案.pdf", "活动方案.pdf"),
        ("2026年 方案（定稿）.PDF", "2026年 方案（定稿）.pdf"),
        ("方案.pdf.exe", "方案.pdf"),
        ("方案.docx", "方案.pdf"),
        ("%E6%96%B9%E6%A1%88.pdf", "方案.pdf"),
        ("..%2F..%2Fetc%2Fpasswd", "passwd.pdf"),
        ("完成率100%.pdf", "完成率100%.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\x\\方案.pdf", "方案.pdf"),
        ("方案\u202efdp.exe", "方案fdp.pdf"),
        ('a"b<c>|d?*.pdf', "abcd.pdf"),
        ("行一\r\nSet-Cookie: x.pdf", "行一Set-Cookie x.pdf"),
        ("", "应急预案.pdf"),
        (".pdf", "应急预案.pdf"),
        ("...", "应急预案.pdf"),
        ("长" * 300 + ".pdf", "长" * 80 + ".pdf"),
    ],
)
def test_a_name_is_stored_without_what_could_do_harm(sent: str, stored: str) -> None:
    assert clean_name(sent, kind=PDF, otherwise="应急预案") == stored


async def test_what_was_attached_is_listed_with_its_hash_and_downloads_as_it_was(
    service: Client, town_staff: Client
) -> None:
    fair_id = await draft(town_staff)

    sent = await attach(town_staff, fair_id, "plan", fairground.PDF, filename="../活动方案.exe")
    await attach(town_staff, fair_id, "emergency_plan", word(), filename="预案.docx")
    listed = (await town_staff.get(f"/v1/staff/fairs/{fair_id}")).json
    got = await town_staff.get(f"/v1/staff/fairs/{fair_id}/documents/plan")

    assert [document["kind"] for document in listed["documents"]] == ["plan", "emergency_plan"]
    assert listed["documents"][0] == sent.json
    assert (sent.json["filename"], sent.json["size_bytes"]) == ("活动方案.pdf", len(fairground.PDF))
    assert sent.json["sha256"] == hashlib.sha256(fairground.PDF).hexdigest()
    headers: Any = got.headers
    assert (got.body, headers["Content-Type"]) == (fairground.PDF, "application/pdf")
    assert unquote(headers["Content-Disposition"]) == "attachment; filename*=UTF-8''活动方案.pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_document_is_replaced_also_after_publication_and_the_audit_keeps_both_hashes(
    service: Client, town_staff: Client
) -> None:
    fair_id = await draft(town_staff)
    await publish(town_staff, fair_id)

    replaced = await attach(town_staff, fair_id, "plan", fairground.PNG, filename="方案.png")
    again = await attach(town_staff, fair_id, "plan", fairground.PNG, filename="方案.png")

    assert (replaced.status, again.json) == (200, replaced.json)
    entries = await AuditEntry.filter(action="fair.document_attached").order_by("id").values_list("detail", flat=True)
    details = [json.loads(entry) for entry in entries]
    assert len(details) == 3
    assert details[2] == {
        "kind": "plan",
        "sha256": hashlib.sha256(fairground.PNG).hexdigest(),
        "replaced": hashlib.sha256(fairground.PDF).hexdigest(),
        "state": "published",
    }


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"MZ\x90\x00 not a document", "FairDocumentUnsupported"), (word("word/document.xml", "word/vbaProject.bin"),
                                                                "FairDocumentHasMacros")],
)  # fmt: skip
async def test_a_refused_file_leaves_the_one_before(
    service: Client, town_staff: Client, data: bytes, code: str
) -> None:
    fair_id = await draft(town_staff)
    before = await attach(town_staff, fair_id)

    answer = await attach(town_staff, fair_id, data=data)

    assert (answer.status, answer.code) == (422, code)
    assert (await town_staff.get(f"/v1/staff/fairs/{fair_id}")).json["documents"] == [before.json]


async def test_nothing_is_attached_to_a_cancelled_fair_and_an_absent_document_is_not_found(
    service: Client, town_staff: Client
) -> None:
    cancelled, empty = await make_fair(state="cancelled"), await make_fair()

    refused = await attach(town_staff, cancelled.id)
    absent = await town_staff.get(f"/v1/staff/fairs/{empty.id}/documents/plan")
    no_kind = await town_staff.get(f"/v1/staff/fairs/{empty.id}/documents/photo")

    assert (refused.status, refused.code) == (409, "FairStateForbids")
    assert (absent.status, absent.code) == (404, "FairDocumentNotFound")
    assert no_kind.status == 404


async def test_a_file_above_the_limit_is_refused(service: Client, town_staff: Client) -> None:
    fair_id = await draft(town_staff)

    answer = await attach(town_staff, fair_id, data=fairground.PDF + b"\x00" * 8_388_608)

    assert (answer.status, answer.code) == (413, "BodyTooLarge")
