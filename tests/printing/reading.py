"""读 PDF — what standard readers find in a document: its text, its fonts, its codes, its ink."""

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pypdfium2
import zxingcpp
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from server.printing.document import A4, Document, Paper

AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
LABEL_PRINTER_DPI = 203


def make_document(
    *, title: str = "就业意向登记表", paper: Paper = A4, reference: str = "", is_sample: bool = False
) -> Document:
    return Document(title=title, at=AT, paper=paper, reference=reference, is_sample=is_sample)


@dataclass(frozen=True)
class Font:
    """A font of a PDF: its name, and how many bytes of outlines are inside."""

    name: str
    embedded_bytes: int
    has_unicode: bool


def texts(pdf: bytes) -> list[str]:
    """Return the text of every page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]
    finally:
        document.close()


def flat(text: str) -> str:
    """Return text without blanks and line ends, which a reader may place differently."""
    return re.sub(r"\s", "", text)


def picture(pdf: bytes, *, page: int = 0, dpi: int = 144) -> Image.Image:
    """Return a page as a grey picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[page].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    finally:
        document.close()


def codes(pdf: bytes, *, page: int = 0, dpi: int = 144) -> dict[str, str]:
    """Return what a standard scanner reads on a page: texts by the kind of code."""
    return {str(code.format): code.text for code in zxingcpp.read_barcodes(picture(pdf, page=page, dpi=dpi))}


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf), strict=True)


def resources(pdf: bytes, *, page: int = 0) -> DictionaryObject:
    found = reader(pdf).pages[page]["/Resources"].get_object()
    assert isinstance(found, DictionaryObject)
    return found


def fonts(pdf: bytes) -> list[Font]:
    """Return the fonts that the first page uses."""
    found = []
    for entry in resources(pdf)["/Font"].get_object().values():
        font = entry.get_object()
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        outlines = descriptor["/FontFile3"].get_object().get_data()
        found.append(Font(font["/BaseFont"], len(outlines), "/ToUnicode" in font))
    return found
