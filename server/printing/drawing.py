"""绘制 — pages of marks become a PDF with the signs that it needs of the typeface inside; the only user of fpdf2."""

from collections.abc import Iterable

import pylopdf_fonts_zh_cn
from fpdf import FPDF, ViewerPreferences
from fpdf.enums import PathPaintRule, TextMode
from fpdf.fonts import TTFFont

from config.clock import beijing
from server.printing.document import Document
from server.printing.layout import FIXED_WORDS, lay_out
from server.printing.marks import FAINT, AreaMark, Mark, Page, RuleMark, TextMark, WatermarkMark
from server.printing.typeface import MM_PER_PT, Typeface

FAMILY = "noto-sans-sc"
BOLD_STROKE = 0.024
"""How thick the outline of bold signs is, in parts of the size; the typeface comes in one weight."""

RULE_MM = 0.2
WATERMARK_ANGLE = 45


def print_document(document: Document) -> bytes:
    """Return a document as PDF; a quarter of a second of work, so it goes through a thread.

    Raises:
        CodeDoesNotFit: a code is too long for the paper.
        ValueError: a table has too many columns for the paper, or a code cannot be made of its content.
    """
    paper = document.paper
    pdf = FPDF(unit="mm", format=(paper.width_mm, paper.height_mm))
    font = _embed(pdf, signs=document.signs.union(FIXED_WORDS))
    try:
        typeface = Typeface({chr(code): font.cw[code] / 1000 for code in font.cmap})
        pages = lay_out(document, typeface=typeface)
        _describe(pdf, document, title=typeface.spelled(document.title))
        for page in pages:
            _draw(pdf, page)
        return bytes(pdf.output())
    finally:
        font.close()


def _embed(pdf: FPDF, *, signs: Iterable[str]) -> TTFFont:
    pdf.add_font(FAMILY, fname=pylopdf_fonts_zh_cn.sans_path(), unicode_range=sorted(map(ord, signs)))
    font = pdf.fonts[FAMILY]
    assert isinstance(font, TTFFont)
    return font


def _describe(pdf: FPDF, document: Document, *, title: str) -> None:
    pdf.set_title(title)
    pdf.set_lang("zh-CN")
    pdf.set_creation_date(beijing(document.at))
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True, print_scaling="None")


def _draw(pdf: FPDF, page: Page) -> None:
    pdf.add_page()
    pdf.set_line_width(RULE_MM)
    for mark in page:
        _draw_mark(pdf, mark)


def _draw_mark(pdf: FPDF, mark: Mark) -> None:
    match mark:
        case TextMark():
            _write(pdf, mark)
        case RuleMark():
            pdf.set_draw_color(mark.grey)
            pdf.line(mark.x_mm, mark.y_mm, mark.to_x_mm, mark.to_y_mm)
        case AreaMark():
            with pdf.new_path(paint_rule=PathPaintRule.FILL_NONZERO) as path:
                path.style.fill_color = f"#{mark.grey:02x}{mark.grey:02x}{mark.grey:02x}"
                for rectangle in mark.rectangles:
                    path.rectangle(*rectangle)
        case WatermarkMark():
            pdf.set_font(FAMILY, size=mark.size_pt)
            pdf.set_text_color(FAINT)
            with pdf.rotation(WATERMARK_ANGLE, mark.x_mm, mark.y_mm):
                pdf.text(mark.x_mm - mark.width_mm / 2, mark.y_mm + mark.size_pt * MM_PER_PT * 0.38, mark.text)


def _write(pdf: FPDF, mark: TextMark) -> None:
    pdf.set_font(FAMILY, size=mark.size_pt)
    pdf.set_text_color(mark.grey)
    if not mark.is_bold:
        pdf.text(mark.x_mm, mark.y_mm, mark.text)
        return
    pdf.set_draw_color(mark.grey)
    stroke = mark.size_pt * MM_PER_PT * BOLD_STROKE
    with pdf.local_context(text_mode=TextMode.FILL_STROKE, line_width=stroke):
        pdf.text(mark.x_mm, mark.y_mm, mark.text)
