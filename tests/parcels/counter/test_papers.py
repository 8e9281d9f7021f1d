"""面单和收寄回执"""

from dataclasses import replace

import zxingcpp

from models.addresses import AddressKind
from server.parcels.counter.labels import Label, label_document
from server.parcels.counter.receipts import Receipt, ReceiptItem, exact_yuan, receipt_document
from server.printing.rendering import render
from tests.factories.parcels import make_party
from tests.printing.reading import AT, LABEL_PRINTER_DPI, codes, flat, picture, reader, texts

NUMBER = "YB2611020017K"
LABEL = Label(
    number=NUMBER,
    tracking_number="RR123456785CN",
    sender=make_party(),
    recipient=make_party(
        name="李四",
        telephone="13900002888",
        kind=AddressKind.UNIT_CODE,
        region="云南省昆明市",
        address="云南省昆明市00000部队01分队",
    ),
    is_sample=True,
)
RECEIPT = Receipt(
    number=NUMBER,
    tracking_number="RR123456785CN",
    station_name="示例驿站",
    station_address="示例路1号",
    station_telephone="0514-00000000",
    accepted_at=AT,
    service_name="示例标准快递",
    masked_recipient="李*",
    recipient_region="云南省昆明市",
    items=[ReceiptItem("咸鸭蛋", 2), ReceiptItem("棉鞋", 1)],
    length_mm=300,
    width_mm=200,
    height_mm=105,
    weight_sentence="体积重 4.2 千克大于实重 3 千克，按 4.5 千克计费",
    price_fen=2000,
    concession_fen=500,
    concession_bearer="示例单位",
    declared_value_fen=10_000,
    insurance_fen=105,
    paid_fen=1605,
    id_inspected="居民身份证",
    terms_version="2026-11",
    is_sample=True,
)


async def test_a_label_is_one_sheet_whose_codes_a_scanner_reads_from_a_label_printer() -> None:
    pdf = await render(label_document(LABEL, at=AT))

    [page] = reader(pdf).pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [100, 150]
    read = zxingcpp.read_barcodes(picture(pdf, dpi=LABEL_PRINTER_DPI))
    assert sorted((str(code.format), code.text) for code in read) == [
        ("Code 128", "RR123456785CN"),
        ("Code 128", NUMBER),
        ("QR Code", NUMBER),
    ]


async def test_a_label_holds_names_telephones_and_addresses_and_nothing_else() -> None:
    [text] = texts(await render(label_document(replace(LABEL, is_sample=False), at=AT)))

    assert flat(text) == (
        "RR123456785CN收李四13900002888云南省昆明市00000部队01分队"
        f"寄张三13800001999江苏省扬州市高邮市界首镇示例路1号{NUMBER}"
    )


async def test_a_label_without_a_tracking_number_says_so_and_keeps_our_codes() -> None:
    pdf = await render(label_document(replace(LABEL, tracking_number=""), at=AT))

    assert codes(pdf, dpi=LABEL_PRINTER_DPI) == {"Code 128": NUMBER, "QR Code": NUMBER}
    assert "收寄后贴承运方面单" in flat(texts(pdf)[0])


async def test_long_names_and_addresses_stay_on_one_label() -> None:
    long = make_party(
        name="阿卜杜热伊木·买买提艾力·吐尔逊江",
        address="新疆维吾尔自治区" + "很长的地址" * 16,
        telephone="0514-84600000-8001",
    )

    pdf = await render(label_document(replace(LABEL, sender=long, recipient=long), at=AT))

    [text] = texts(pdf)
    assert flat(text).count("很长的地址") == 32
    assert codes(pdf, dpi=LABEL_PRINTER_DPI) == {"Code 128": NUMBER, "QR Code": NUMBER}


async def test_a_receipt_says_what_was_paid_and_why() -> None:
    pdf = await render(receipt_document(RECEIPT, at=AT))

    [text] = texts(pdf)
    for words in (
        *(
            "收寄回执",
            NUMBER,
            "RR123456785CN",
            "示例驿站",
            "0514-00000000",
            "2026-11-2410:30（北京时间）",
            "示例标准快递",
        ),
        *(
            "云南省昆明市，李*",
            "咸鸭蛋×2；棉鞋×1",
            "居民身份证",
            "体积重4.2千克大于实重3千克，按4.5千克计费",
            "30×20×10.5厘米",
        ),
        *("运费20.00元", "优惠，由示例单位承担-5.00元", "保价费（声明价值100.00元）1.05元", "实付16.05元"),
        *("寄递须知版本2026-11", "第二十八条"),
    ):
        assert words in flat(text), words
    assert codes(pdf) == {"QR Code": NUMBER}


async def test_a_receipt_leaves_out_what_was_not_given() -> None:
    plain = replace(RECEIPT, concession_fen=0, insurance_fen=0, tracking_number="", paid_fen=2000)

    text = flat("".join(texts(await render(receipt_document(plain, at=AT)))))

    assert "优惠" not in text
    assert "保价费" not in text
    assert "快递单号尚未录入" in text
    assert "实付20.00元" in text


def test_amounts_on_a_bill_keep_their_fen() -> None:
    assert [exact_yuan(fen) for fen in (0, 5, 1605, 200_000)] == ["0.00 元", "0.05 元", "16.05 元", "2000.00 元"]
