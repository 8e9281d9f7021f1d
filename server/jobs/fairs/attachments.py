"""招聘会材料的文件 — what a file is by its content, and a name that cannot do harm."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from urllib.parse import unquote

from models.errors import Invalid

LONGEST_NAME = 80
MOST_PARTS = 5_000
_ZIP_MARK = b"PK\x03\x04"
_OLE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')


class FairDocumentUnsupported(Invalid):
    message = "这个文件不是能用的格式，或者已经损坏"
    next_step = "请上传 PDF、Word（.doc、.docx）或图片（.jpg、.png）"


class FairDocumentHasMacros(Invalid):
    message = "这个 Word 文件里有宏，不能上传"
    next_step = "请另存为 PDF 或不含宏的 .docx 后再上传"


@dataclass(frozen=True, slots=True)
class FileKind:
    """文件格式 — its media type, and the ending that its name gets."""

    media_type: str
    ending: str


PDF = FileKind("application/pdf", ".pdf")
JPEG = FileKind("image/jpeg", ".jpg")
PNG = FileKind("image/png", ".png")
DOC = FileKind("application/msword", ".doc")
DOCX = FileKind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")


def kind_of(data: bytes) -> FileKind:
    """Return what a file is, told by its content and not by its name. Nothing in it is unpacked.

    Raises:
        FairDocumentUnsupported: none of the kinds, or cut short.
        FairDocumentHasMacros: a Word file with a program in it.
    """
    if data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]:
        return PDF
    if data.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in data[-64:]:
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in data[-64:]:
        return PNG
    if data.startswith(_OLE_MARK) and _WORD_STREAM in data:
        return DOC
    if data.startswith(_ZIP_MARK):
        return _word_in(data)
    raise FairDocumentUnsupported


def _word_in(data: bytes) -> FileKind:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FairDocumentUnsupported from None
    if len(names) > MOST_PARTS or not {"[Content_Types].xml", "word/document.xml"} <= set(names):
        raise FairDocumentUnsupported
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FairDocumentHasMacros
    return DOCX


def clean_name(filename: str, *, kind: FileKind, otherwise: str) -> str:
    """Return a name without folders, control and direction marks, with the ending of what the file is.

    Some programs that upload write a name percent-encoded.
    """
    name = unicodedata.normalize("NFC", unquote(filename)).replace("\\", "/").rpartition("/")[2]
    visible = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cf", "Cc", "Co", "Cs", "Cn"))
    stem = _NOT_IN_NAMES.sub("", visible).rstrip(" .")
    stem = re.sub(r"(\.[A-Za-z0-9]{1,5})+$", "", stem).strip(" .")
    return (stem[:LONGEST_NAME].strip(" .") or otherwise) + kind.ending
