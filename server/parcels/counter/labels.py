"""面单 — the label on a parcel: numbers to scan, and name, address and telephone only (快递暂行条例 22)."""

from dataclasses import dataclass
from datetime import datetime

from server.parcels.parties import Party
from server.printing.document import Document, label_paper

WIDTH_MM, HEIGHT_MM = 100, 150
_QR_SIDE_MM = 26
_BARS_MM = 14
_NO_TRACKING_NUMBER = "快递单号：收寄后贴承运方面单"


@dataclass(frozen=True, slots=True)
class Label:
    """面单 — nothing about what is inside, what it cost, or who the two people are to each other."""

    number: str
    tracking_number: str
    """The carrier's number; empty until there is one."""
    sender: Party
    recipient: Party
    is_sample: bool


def label_document(label: Label, *, at: datetime) -> Document:
    """Return the label of a parcel as a document of 100 × 150 mm, the recipient first and largest."""
    document = Document(
        title=f"面单 {label.number}", at=at, paper=label_paper(WIDTH_MM, HEIGHT_MM), is_sample=label.is_sample
    )
    if label.tracking_number:
        document.code_128(label.tracking_number, height_mm=_BARS_MM)
    else:
        document.small_print(_NO_TRACKING_NUMBER)
    document.large(f"收 {label.recipient.name}  {label.recipient.telephone}")
    document.paragraph(label.recipient.address)
    document.small_print(f"寄 {label.sender.name}  {label.sender.telephone}\n{label.sender.address}")
    document.code_128(label.number, height_mm=_BARS_MM)
    document.qr_code(label.number, side_mm=_QR_SIDE_MM)
    return document
