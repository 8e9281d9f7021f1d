"""文档 — PDFs as standard readers see them: pypdf the structure, PDFium text and ink, zxing the codes."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from pypdf.generic import ContentStream

from server.printing.document import Column, Document, label_paper
from server.printing.drawing import print_document
from tests.printing.reading import (
    AT,
    LABEL_PRINTER_DPI,
    codes,
    flat,
    fonts,
    make_document,
    picture,
    reader,
    resources,
    texts,
)

PARCEL = label_paper(100, 150)


def form(*, is_sample: bool = False, name: str = "示例甲") -> Document:
    document = make_document(reference="GY-YX-20261124-0007", is_sample=is_sample)
    document.heading("一、求职者")
    document.facts([("姓名", name), ("户籍", "界首镇"), ("学历", "大专"), ("手机号", "138****1234")], abreast=2)
    columns = [Column("序号", is_number=True), Column("岗位", share=4), Column("月薪（元）", share=2, is_number=True)]
    document.table(columns=columns, rows=[["1", "数控车床操作工", "8,000"], ["2", "仓库管理员", "6,500"]])
    document.paragraph("双方确认以上信息真实。")
    document.signatures(["求职者（签名）", "用人单位（盖章）"])
    document.qr_code("https://example.org/intents/GY-YX-20261124-0007", caption="扫码核对本表")
    document.small_print("本表只统计双方已签署的意向。")
    return document


def label(*, is_sample: bool = False) -> Document:
    document = make_document(title="包裹面单", paper=PARCEL, is_sample=is_sample)
    document.large("收件：示例甲")
    document.paragraph("江苏省扬州市高邮市界首镇示例路 12 号")
    document.code_128("YB26112400018K")
    document.qr_code("取件：18-3-0042", caption="取件码\n18-3-0042")
    return document


def test_everything_that_a_form_says_can_be_read_and_searched() -> None:
    (text,) = texts(print_document(form()))

    for words in (
        *("就业意向登记表", "编号：GY-YX-20261124-0007", "一、求职者", "姓名", "示例甲", "界首镇", "138****1234"),
        *("序号", "数控车床操作工", "8,000", "6,500", "双方确认以上信息真实。", "求职者（签名）", "用人单位（盖章）"),
        *("日期：", "扫码核对本表", "本表只统计双方已签署的意向。", "第 1 页 共 1 页", "打印于 2026-11-24 10:30"),
    ):
        assert flat(words) in flat(text), words
    assert "示例甲" in text


def test_a_document_carries_its_title_language_and_time_and_prints_at_its_true_size() -> None:
    found = reader(print_document(form()))

    assert found.metadata is not None
    assert found.metadata.title == "就业意向登记表"
    assert found.metadata.creation_date == AT
    assert found.metadata.creation_date.utcoffset() == timedelta(hours=8)
    assert found.root_object["/Lang"] == "zh-CN"
    preferences = found.root_object["/ViewerPreferences"].get_object()
    assert preferences["/DisplayDocTitle"]
    assert preferences["/PrintScaling"] == "/None"


def test_papers_have_their_size_in_millimetres() -> None:
    a4, parcel = (reader(print_document(document)).pages[0].mediabox for document in (form(), label()))

    assert (float(a4.width), float(a4.height)) == pytest.approx((595.28, 841.89), abs=0.01)
    assert (float(parcel.width), float(parcel.height)) == pytest.approx((283.46, 425.20), abs=0.01)


def test_the_font_is_embedded_and_holds_only_the_signs_used() -> None:
    pdf = print_document(form())

    (font,) = fonts(pdf)
    assert re.fullmatch(r"/[A-Z]{6}\+NotoSansSC", font.name)
    assert 5_000 < font.embedded_bytes < 60_000
    assert font.has_unicode
    assert len(pdf) < 80_000


@pytest.mark.parametrize("dpi", [96, 144, LABEL_PRINTER_DPI, 300])
@pytest.mark.parametrize("is_sample", [False, True])
def test_a_standard_scanner_reads_both_codes_of_a_label_also_over_a_watermark(*, dpi: int, is_sample: bool) -> None:
    pdf = print_document(label(is_sample=is_sample))

    assert codes(pdf, dpi=dpi) == {"Code 128": "YB26112400018K", "QR Code": "取件：18-3-0042"}


def test_a_standard_scanner_reads_the_code_of_a_form() -> None:
    assert codes(print_document(form())) == {"QR Code": "https://example.org/intents/GY-YX-20261124-0007"}


def test_the_text_of_a_bar_code_stands_under_it() -> None:
    assert "YB26112400018K" in texts(print_document(label()))[0]


def test_codes_are_rectangles_and_no_pictures() -> None:
    pdf = print_document(label())

    page = reader(pdf).pages[0]
    assert "/XObject" not in resources(pdf)
    operators = [operator for _, operator in ContentStream(page.get_contents(), reader(pdf)).operations]
    assert operators.count(b"re") > 200
    assert b"BI" not in operators
    assert b"Do" not in operators


def test_the_watermark_of_a_sample_is_light_and_only_there() -> None:
    blank, marked = make_document(paper=PARCEL), make_document(paper=PARCEL, is_sample=True)

    without, with_mark = print_document(blank), print_document(marked)

    assert texts(without) == [""]
    assert flat(texts(with_mark)[0]) == "示例"
    assert picture(without).getextrema() == (255, 255)
    darkest, lightest = picture(with_mark).getextrema()
    assert (darkest, lightest) == (232, 255)


def test_two_pages_of_a_list_repeat_its_header_and_tell_their_numbers() -> None:
    document = make_document(title="岗位清单")
    rows = [[str(number), f"示例企业{number}", f"{number * 1_000:,}"] for number in range(1, 41)]
    columns = [
        Column("序号", is_number=True),
        Column("用人单位", share=4),
        Column("月薪（元）", share=2, is_number=True),
    ]
    document.table(columns=columns, rows=rows)

    first, second = map(flat, texts(print_document(document)))

    for number, text in enumerate((first, second), start=1):
        assert text.count("序号用人单位月薪（元）") == 1
        assert f"第{number}页共2页" in text
    for row in rows:
        assert ("".join(row) in first) != ("".join(row) in second), row


def test_two_thousand_signs_are_all_in_the_text_of_the_pages() -> None:
    document = make_document()
    text = "".join(f"第{number}条高邮市退役军人就业服务须知；" for number in range(1, 121))
    document.paragraph(text)

    pages = texts(print_document(document))

    assert len(text) > 2_000
    assert len(pages) == 2
    told = "".join(re.sub(r"第\d页共2页.*", "", flat(page)) for page in pages)
    assert told == f"就业意向登记表{text}"


@pytest.mark.parametrize("sign", ["𠅤", "䶮", "㛃", "𬱖", "喆"])
def test_rare_signs_of_names_are_printed_as_they_are(sign: str) -> None:
    document = make_document(paper=PARCEL)
    document.large(sign)

    pdf = print_document(document)

    assert texts(pdf) == [sign]
    assert picture(pdf).histogram()[0] > 50


def test_a_sign_that_the_typeface_lacks_is_told_by_its_code_point_and_not_left_blank() -> None:
    document = make_document(title="𠮷某的登记表")
    document.facts([("姓名", "张𠮷\ue863")])

    pdf = print_document(document)

    (text,) = texts(pdf)
    assert "张〔U+20BB7〕〔U+E863〕" in flat(text)
    metadata = reader(pdf).metadata
    assert metadata is not None
    assert metadata.title == "〔U+20BB7〕某的登记表"


@pytest.mark.parametrize(
    "typed",
    ["<b>&amp;]]></b>", "\\) Tj ET (x", "%PDF /Title (x)", "{nb} 第{nb}页", "**粗** __线__", "%s {0} $x"],
)
def test_markup_and_the_syntax_of_pdf_are_printed_as_typed(typed: str) -> None:
    document = make_document(title=typed, paper=PARCEL)
    document.paragraph(typed)

    pdf = print_document(document)

    assert flat(texts(pdf)[0]) == flat(typed)
    metadata = reader(pdf).metadata
    assert metadata is not None
    assert metadata.title == typed


def test_controls_lone_surrogates_and_directions_break_nothing() -> None:
    typed = "".join(map(chr, range(0x20))) + "王\u202e\u200f大\ud800力\x7f\x9f\ufffe\U0010ffff"
    document = form(name=typed)
    document.paragraph(typed)

    (text,) = texts(print_document(document))

    assert flat(text).count("王大〔U+D800〕力〔U+FFFE〕〔U+10FFFF〕") == 2


def test_the_same_content_at_the_same_instant_is_the_same_bytes() -> None:
    one, other = print_document(form(is_sample=True)), print_document(form(is_sample=True))
    later = Document(title="就业意向登记表", at=AT + timedelta(minutes=1))
    earlier = Document(title="就业意向登记表", at=AT)

    assert one == other
    assert print_document(later) != print_document(earlier)


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Document(title="就业意向登记表", at=datetime(2026, 11, 24))
    assert Document(title="就业意向登记表", at=datetime(2026, 11, 24, tzinfo=UTC)).at.tzinfo is UTC
