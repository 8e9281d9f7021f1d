"""排版 — on whatever paper, whatever is typed: nothing is lost, nothing sticks out, nothing lies on something else."""

from collections.abc import Iterator
from itertools import combinations

import pylopdf_fonts_zh_cn
import pytest
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from server.printing.codes import CodeDoesNotFit
from server.printing.document import A4, Column, Document, Paper, label_paper
from server.printing.layout import FIXED_WORDS, lay_out
from server.printing.marks import BLACK, WHITE, AreaMark, Page, RuleMark, TextMark, WatermarkMark
from server.printing.typeface import MM_PER_PT, Typeface
from tests.printing.reading import flat, make_document

LONG = "高邮市退役军人事务局就业意向登记，" * 118 + "尾句完。"
PARCEL = label_paper(100, 150)
TINY = label_paper(60, 40)


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    with TTFont(pylopdf_fonts_zh_cn.sans_path(), lazy=True) as font:
        units, widths = font["head"].unitsPerEm, font["hmtx"].metrics
        return Typeface({chr(code): widths[glyph][0] / units for code, glyph in font.getBestCmap().items()})


def text_marks(page: Page) -> list[TextMark]:
    return [mark for mark in page if isinstance(mark, TextMark)]


def content(pages: list[Page], document: Document) -> str:
    """Return the text of all pages in order, without blanks, titles and footers."""
    bottom = document.paper.height_mm - document.paper.margin_mm
    marks = [mark for page in pages for mark in text_marks(page) if mark.y_mm <= bottom]
    return flat("".join(mark.text for mark in marks)).removeprefix(flat(document.title))


Box = tuple[float, float, float, float]


def box(mark: TextMark, typeface: Typeface) -> Box:
    """Return left, top, right, bottom of the signs' bodies, a little less than their size."""
    size = mark.size_pt * MM_PER_PT
    return (mark.x_mm, mark.y_mm - 0.8 * size, mark.x_mm + typeface.width_mm(mark.text, mark.size_pt), mark.y_mm)


def meet(one: Box, other: Box) -> bool:
    slack = 0.01
    return (
        one[0] < other[2] - slack
        and other[0] < one[2] - slack
        and one[1] < other[3] - slack
        and other[1] < one[3] - slack
    )


def obstacles(page: Page) -> Iterator[Box]:
    """Yield the boxes of lines and of dark areas, upon which no text may lie."""
    for mark in page:
        if isinstance(mark, RuleMark):
            yield (mark.x_mm - 0.02, mark.y_mm - 0.02, mark.to_x_mm + 0.02, mark.to_y_mm + 0.02)
        elif isinstance(mark, AreaMark) and mark.grey == BLACK:
            xs, ys = [x for x, _, _, _ in mark.rectangles], [y for _, y, _, _ in mark.rectangles]
            rights, bottoms = [x + w for x, _, w, _ in mark.rectangles], [y + h for _, y, _, h in mark.rectangles]
            yield (min(xs), min(ys), max(rights), max(bottoms))


def check(pages: list[Page], *, document: Document, typeface: Typeface) -> None:
    paper = document.paper
    left, right = paper.margin_mm - 0.01, paper.width_mm - paper.margin_mm + 0.01
    for page in pages:
        boxes = [box(mark, typeface) for mark in text_marks(page)]
        barred = list(obstacles(page))
        assert all(left <= one[0] and one[2] <= right for one in boxes)
        assert all(one[1] >= 1 and one[3] <= paper.height_mm - 1 for one in boxes)
        assert all(left - 0.02 <= one[0] and one[2] <= right + 0.02 for one in barred)
        assert all(one[3] <= paper.height_mm - paper.margin_mm + 0.05 for one in barred)
        assert not any(meet(one, other) for one, other in combinations(boxes, 2))
        assert not any(meet(one, other) for one in boxes for other in barred)


def test_a_long_paragraph_goes_over_pages_and_nothing_is_lost(typeface: Typeface) -> None:
    document = make_document()
    document.paragraph(LONG)

    pages = lay_out(document, typeface=typeface)

    assert len(LONG) > 2_000
    assert len(pages) == 2
    assert content(pages, document) == LONG
    check(pages, document=document, typeface=typeface)


@pytest.mark.parametrize("paper", [A4, PARCEL, TINY], ids=["A4", "parcel", "tiny"])
@pytest.mark.parametrize("text", [LONG, "x" * 2_000, "。" * 600, "示" * 2_000, "𠮷" * 300], ids=lambda text: text[:2])
def test_a_cell_that_no_page_can_hold_is_continued_on_the_next(typeface: Typeface, paper: Paper, text: str) -> None:
    document = make_document(paper=paper)
    document.facts([("备注", text)])
    document.signatures(["签名"])

    pages = lay_out(document, typeface=typeface)

    check(pages, document=document, typeface=typeface)
    assert content(pages, document) == f"备注{typeface.spelled(text)}签名日期：年月日"


def test_the_header_of_a_table_is_repeated_on_every_page(typeface: Typeface) -> None:
    document = make_document()
    columns = [Column("序号", is_number=True), Column("用人单位", share=4), Column("人数", is_number=True)]
    rows = [[str(number), f"示例企业{number}", str(number * 7)] for number in range(1, 61)]
    document.table(columns=columns, rows=rows)

    pages = lay_out(document, typeface=typeface)

    assert len(pages) == 3
    for page in pages:
        headers = [mark.text for mark in text_marks(page) if mark.is_bold and mark.size_pt < 20]
        assert headers == ["序号", "用人单位", "人数"]
    told = content(pages, document).replace("序号用人单位人数", "")
    assert told == "".join("".join(row) for row in rows)
    check(pages, document=document, typeface=typeface)


def test_numbers_end_at_the_same_place_whatever_their_length(typeface: Typeface) -> None:
    document = make_document()
    document.table(columns=[Column("项目"), Column("金额", is_number=True)], rows=[["甲", "1"], ["乙", "1,234,567.00"]])

    (page,) = lay_out(document, typeface=typeface)

    ends = {mark.text: round(box(mark, typeface)[2], 3) for mark in text_marks(page)}
    assert ends["1"] == ends["1,234,567.00"] == ends["金额"]


def test_a_number_a_little_too_long_shrinks_instead_of_breaking(typeface: Typeface) -> None:
    document = make_document()
    columns = [Column("项目", share=5), Column("金额", is_number=True)]
    document.table(columns=columns, rows=[["甲", "1,234,567,890"], ["乙", "1,234,567,890,123,456"]])

    (page,) = lay_out(document, typeface=typeface)

    sizes = {mark.text: mark.size_pt for mark in text_marks(page)}
    assert 9.6 < sizes["1,234,567,890"] < 12
    assert "1,234,567,890,123,456" not in sizes
    check([page], document=document, typeface=typeface)


@pytest.mark.parametrize("repeats", [5, 9, 13, 17])
def test_a_row_stays_whole_when_a_page_can_hold_it(typeface: Typeface, repeats: int) -> None:
    document = make_document()
    text = "一二三四五六七八九十" * repeats
    document.table(columns=[Column("说明")], rows=[[text]] * 50)

    pages = lay_out(document, typeface=typeface)

    assert len(pages) > 2
    for page in pages:
        told = flat("".join(mark.text for mark in text_marks(page) if not mark.is_bold and mark.size_pt == 12))
        assert len(told) % len(text) == 0


def test_a_heading_stays_with_what_follows_it(typeface: Typeface) -> None:
    for lines in range(105, 130):
        document = make_document()
        document.paragraph("\n".join(["行"] * lines))
        document.heading("小标题")
        document.paragraph("正文")

        pages = lay_out(document, typeface=typeface)

        for page in pages:
            told = [mark.text for mark in text_marks(page)]
            assert ("小标题" in told) == ("正文" in told)


def test_places_to_sign_are_on_one_page_with_their_names(typeface: Typeface) -> None:
    for lines in range(105, 130):
        document = make_document()
        document.paragraph("\n".join(["行"] * lines))
        document.signatures(["求职者（签名）", "用人单位（盖章）"])

        pages = lay_out(document, typeface=typeface)

        for page in pages:
            told = [mark.text for mark in text_marks(page)]
            ruled = sum(isinstance(mark, RuleMark) for mark in page)
            assert told.count("求职者（签名）") == told.count("用人单位（盖章）") == ruled / 2
            assert sum("日期" in text for text in told) == ruled


@pytest.mark.parametrize("party", ["\n", "签名\n或盖章", "名" * 200])
def test_a_place_to_sign_fits_the_smallest_label(typeface: Typeface, party: str) -> None:
    document = make_document(paper=TINY)
    document.signatures([party, party])

    pages = lay_out(document, typeface=typeface)

    check(pages, document=document, typeface=typeface)
    assert sum(isinstance(mark, RuleMark) for page in pages for mark in page) == 2


def test_the_words_of_a_qr_code_go_under_it_where_no_room_is_beside_it(typeface: Typeface) -> None:
    wide, narrow = make_document(paper=PARCEL), make_document(paper=label_paper(40, 60))
    for document in (wide, narrow):
        document.qr_code("YB1:18-3-0042", caption="取件码")

    (beside,), (under,) = lay_out(wide, typeface=typeface), lay_out(narrow, typeface=typeface)

    for page, is_beside in ((beside, True), (under, False)):
        code = max(bottom for _, _, _, bottom in obstacles(page))
        (caption,) = text_marks(page)
        assert caption.text == "取件码"
        assert (caption.y_mm < code) == is_beside


def test_a_code_lies_on_white_with_its_quiet_zone(typeface: Typeface) -> None:
    document = make_document(paper=PARCEL, is_sample=True)
    document.qr_code("YB1:18-3-0042")
    document.code_128("YB26112400018K")

    (page,) = lay_out(document, typeface=typeface)

    areas = [mark for mark in page if isinstance(mark, AreaMark)]
    assert [mark.grey for mark in areas] == [WHITE, BLACK, WHITE, BLACK]
    for white, code, quiet_mm in ((areas[0], areas[1], 4 * 0.25), (areas[2], areas[3], 10 * 0.25)):
        ((x, _, width, _),) = white.rectangles
        assert min(left for left, _, _, _ in code.rectangles) - x >= quiet_mm
        assert x + width - max(left + length for left, _, length, _ in code.rectangles) >= quiet_mm


def test_a_form_that_is_a_little_too_long_becomes_one_page_of_no_less_than_eleven_points(typeface: Typeface) -> None:
    document = make_document()
    document.paragraph("\n".join(["行"] * 40))

    pages = lay_out(document, typeface=typeface)

    sizes = {mark.size_pt for page in pages for mark in text_marks(page) if mark.text == "行"}
    assert len(pages) == 1
    assert 11 <= min(sizes) < 12


def test_a_form_that_shrinking_cannot_save_keeps_its_size(typeface: Typeface) -> None:
    document = make_document()
    document.paragraph("\n".join(["行"] * 60))

    pages = lay_out(document, typeface=typeface)

    assert len(pages) == 2
    assert {mark.size_pt for page in pages for mark in text_marks(page) if mark.text == "行"} == {12}


def test_a_full_label_shrinks_to_stay_one_label_and_a_fuller_one_becomes_two(typeface: Typeface) -> None:
    full, fuller = make_document(paper=PARCEL), make_document(paper=PARCEL)
    full.paragraph("\n".join(["行"] * 30))
    fuller.paragraph("\n".join(["行"] * 60))

    one, two = lay_out(full, typeface=typeface), lay_out(fuller, typeface=typeface)

    assert [len(one), len(two)] == [1, 2]
    assert 7.8 <= text_marks(one[0])[0].size_pt < 12
    assert [text_marks(page)[-1].text for page in two] == ["第 1 页 共 2 页", "第 2 页 共 2 页"]
    assert not any("页" in mark.text for mark in text_marks(one[0]))


def test_a_form_tells_its_title_reference_pages_and_the_time_of_printing(typeface: Typeface) -> None:
    document = make_document(reference="GY-YX-20261124-0007")
    document.paragraph(LONG)

    pages = lay_out(document, typeface=typeface)

    first, second = ([mark.text for mark in text_marks(page)] for page in pages)
    assert first[:2] == ["就业意向登记表", "编号：GY-YX-20261124-0007"]
    assert first[-3:] == ["第 1 页 共 2 页", "GY-YX-20261124-0007", "打印于 2026-11-24 10:30"]
    assert second[-3:] == ["第 2 页 共 2 页", "GY-YX-20261124-0007", "打印于 2026-11-24 10:30"]


def test_the_watermark_lies_under_everything_on_every_page_of_a_sample_only(typeface: Typeface) -> None:
    sample, genuine = make_document(is_sample=True), make_document()
    for document in (sample, genuine):
        document.paragraph(LONG)

    marked, unmarked = lay_out(sample, typeface=typeface), lay_out(genuine, typeface=typeface)

    assert [isinstance(mark, WatermarkMark) for page in marked for mark in page[:1]] == [True, True]
    assert not any(isinstance(mark, WatermarkMark) for page in unmarked for mark in page)


def test_what_does_not_fit_the_paper_is_refused_and_not_printed_unreadable(typeface: Typeface) -> None:
    crowded, long_bars, dense = (make_document(paper=TINY) for _ in range(3))
    crowded.table(columns=[Column(str(number)) for number in range(8)], rows=[])
    long_bars.code_128("K" * 20)
    dense.qr_code("x" * 1_000)

    with pytest.raises(ValueError, match="too many columns"):
        lay_out(crowded, typeface=typeface)
    for document in (long_bars, dense):
        with pytest.raises(CodeDoesNotFit):
            lay_out(document, typeface=typeface)


@pytest.mark.parametrize(
    ("width", "height", "margin", "size"), [(39, 100, 5, 12), (100, 39, 5, 12), (50, 50, 11, 12), (99, 99, 5, 15)]
)
def test_paper_without_room_for_a_line_is_refused(width: float, height: float, margin: float, size: float) -> None:
    with pytest.raises(ValueError, match=r"needs 30 mm|at most 14 points"):
        Paper(width, height, margin, size, is_form=False)


def test_a_row_without_a_cell_for_every_column_is_refused() -> None:
    with pytest.raises(ValueError, match="every row"):
        make_document().table(columns=[Column("甲"), Column("乙")], rows=[["1"]])


TEXTS = st.one_of(
    st.text(st.sampled_from("高邮市退役军人，。（）“”——…… abcXYZ012.-@/𠮷㛃😀\n\t\x00\u200b\u202e"), max_size=120),
    st.text(max_size=30),
    st.sampled_from(["x" * 300, "示" * 300, "。" * 90, "1,234,567,890.00", ""]),
)
PAPERS = st.sampled_from([A4, PARCEL, TINY, label_paper(40, 60), label_paper(150, 100)])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    document = make_document(
        title=draw(TEXTS), paper=draw(PAPERS), reference=draw(TEXTS), is_sample=draw(st.booleans())
    )
    columns = 2 if document.paper.width_mm < 100 else 4
    for _ in range(draw(st.integers(1, 5))):
        match draw(st.integers(0, 7)):
            case 0:
                document.heading(draw(TEXTS))
            case 1:
                document.large(draw(TEXTS))
            case 2:
                document.paragraph(draw(TEXTS))
            case 3:
                document.small_print(draw(TEXTS))
            case 4:
                pairs = draw(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
                document.facts(pairs, abreast=1 if columns == 2 else draw(st.integers(1, 2)))
            case 5:
                row = st.lists(TEXTS, min_size=columns, max_size=columns)
                names, shares = draw(row), draw(st.lists(st.integers(4, 6), min_size=columns, max_size=columns))
                numbers = draw(st.lists(st.booleans(), min_size=columns, max_size=columns))
                heads = [Column(*parts) for parts in zip(names, shares, numbers, strict=True)]
                document.table(columns=heads, rows=draw(st.lists(row, max_size=6)))
            case 6:
                document.signatures(draw(st.lists(TEXTS, max_size=3)))
            case 7:
                document.qr_code(draw(st.sampled_from(["YB1:18-3", "https://example.org"])), caption=draw(TEXTS))
                document.code_128("18K")
    return document


@given(document=documents())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_sticks_out_or_overlaps_in_any_document(typeface: Typeface, document: Document) -> None:
    note(f"{document.paper} {document.title!r} {document.reference!r} {document.blocks}")
    pages = lay_out(document, typeface=typeface)

    check(pages, document=document, typeface=typeface)


def test_the_typeface_has_every_sign_that_the_layout_adds(typeface: Typeface) -> None:
    assert [sign for sign in FIXED_WORDS if sign not in typeface] == []
