"""收寄回执 — what the sender takes home: what was paid and why, and what they may ask for later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.clock import beijing
from server.printing.document import Column, Document, Paper

A5 = Paper(148, 210, margin_mm=12, text_pt=10, is_form=True)
_NO_TRACKING_NUMBER = "尚未录入，录入后在「我的包裹」里能看到"
_TERMS = (
    "1. 投诉的，快递企业自接到投诉之日起 7 日内处理并告知（快递暂行条例第二十八条）。\n"
    "2. 贵重物品请保价；保价的按约定的保价规则赔偿，未保价的依照民事法律的有关规定赔偿（第二十七条）。\n"
    "3. 寄件人的身份和寄递物品已经当面查验，只登记证件种类，不登记号码。\n"
    "4. 查进度、投诉、索赔时请报包裹编号；扫二维码可以读出编号。"
)


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    """回执上的一项物品"""

    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """收寄回执 — amounts in fen; ``weight_sentence`` says which weight was charged and why."""

    number: str
    tracking_number: str
    station_name: str
    station_address: str
    station_telephone: str
    accepted_at: datetime
    service_name: str
    masked_recipient: str
    recipient_region: str
    items: Sequence[ReceiptItem]
    length_mm: int
    width_mm: int
    height_mm: int
    weight_sentence: str
    price_fen: int
    concession_fen: int
    concession_bearer: str
    declared_value_fen: int
    insurance_fen: int
    paid_fen: int
    id_inspected: str
    """The kind of document that was shown; never its number."""
    terms_version: str
    is_sample: bool


def receipt_document(receipt: Receipt, *, at: datetime) -> Document:
    """Return the receipt of an accepted parcel as a document on A5."""
    document = Document(title="收寄回执", at=at, paper=A5, reference=receipt.number, is_sample=receipt.is_sample)
    _add_parcel(document, receipt)
    _add_money(document, receipt)
    document.small_print(f"寄递须知版本 {receipt.terms_version}\n{_TERMS}")
    document.qr_code(receipt.number, caption=f"包裹编号\n{receipt.number}", side_mm=26)
    return document


def exact_yuan(fen: int) -> str:
    """Return an amount as it stands on a bill: 12.50 元."""
    return f"{fen // 100}.{fen % 100:02d} 元"


def _add_parcel(document: Document, receipt: Receipt) -> None:
    station = f"{receipt.station_name}，{receipt.station_address}"
    document.facts(
        [
            ("收寄驿站", f"{station}，{receipt.station_telephone}" if receipt.station_telephone else station),
            ("收寄时间", f"{beijing(receipt.accepted_at):%Y-%m-%d %H:%M}（北京时间）"),
            ("服务", receipt.service_name),
            ("快递单号", receipt.tracking_number or _NO_TRACKING_NUMBER),
            ("寄往", f"{receipt.recipient_region}，{receipt.masked_recipient}"),
            ("物品", "；".join(f"{item.name} × {item.quantity}" for item in receipt.items)),
            ("查验", f"寄件人证件：{receipt.id_inspected}；寄递物品：已当面验视"),
        ]
    )


def _add_money(document: Document, receipt: Receipt) -> None:
    size = " × ".join(f"{side / 10:g}" for side in (receipt.length_mm, receipt.width_mm, receipt.height_mm))
    document.heading("计费")
    document.paragraph(f"{receipt.weight_sentence}；量得 {size} 厘米。")
    rows = [("运费", exact_yuan(receipt.price_fen))]
    if receipt.concession_fen:
        rows.append((f"优惠，由{receipt.concession_bearer}承担", f"-{exact_yuan(receipt.concession_fen)}"))
    if receipt.insurance_fen:
        value = exact_yuan(receipt.declared_value_fen)
        rows.append((f"保价费（声明价值 {value}）", exact_yuan(receipt.insurance_fen)))
    rows.append(("实付", exact_yuan(receipt.paid_fen)))
    document.table(columns=[Column("项目", 3), Column("金额", 1, is_number=True)], rows=rows)
