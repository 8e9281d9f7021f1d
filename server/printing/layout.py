"""排版 — the blocks of a document at their places on as many pages as they need; nothing is ever cut."""

from config.clock import beijing
from server.printing.codes import code_128_modules, qr_modules
from server.printing.document import Block, Code128, Document, Facts, QrCode, Signatures, Style, Table, Words
from server.printing.marks import GREY, WHITE, AreaMark, Page, RuleMark, TextMark, WatermarkMark
from server.printing.rows import place_facts, place_table
from server.printing.sheets import Sheets, line_mm
from server.printing.typeface import MM_PER_PT, Typeface

FORM_SCALES = (0.96, 0.92)
LABEL_SCALES = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65)
"""How far text may shrink to save a sheet: from 12 to 11 points on a form, to 8 on a label."""

LONGEST_SHRUNK_FORM = 2
"""A form of more pages is a list, whose text is worth more than a page."""


SAMPLE = "示例"
BETWEEN_BLOCKS_MM = 3
BESIDE_CODE_MM = 5
KEPT_WITH_HEADING_LINES = 3
SIGNING_ROOM_MM = 15
DATE_LINES = 1.5
BETWEEN_SIGNATURES_MM = 12
NARROWEST_SIGNATURE_MM = 60
LONGEST_PARTY_LINES = 4
NARROWEST_CAPTION_MM = 20
DATE_TO_FILL_IN = "日期：　　　　年　　月　　日"
FOOTER_PT = 10
FIXED_WORDS = f"{SAMPLE}{DATE_TO_FILL_IN}编号打印于第共页〔〕" + "".join(map(chr, range(0x20, 0x7F)))
"""Every sign that a document may hold besides its own."""


def lay_out(document: Document, *, typeface: Typeface) -> list[Page]:
    """Return the pages of a document.

    Raises:
        CodeDoesNotFit: a code is too long for the paper.
        ValueError: a table has too many columns for the paper, or a code cannot be made of its content.
    """
    is_form = document.paper.is_form
    sheets = _filled(document, typeface=typeface, scale=1)
    for scale in FORM_SCALES if is_form else LABEL_SCALES:
        if len(sheets.pages) == 1 or (is_form and len(sheets.pages) > LONGEST_SHRUNK_FORM):
            break
        smaller = _filled(document, typeface=typeface, scale=scale)
        sheets = min(sheets, smaller, key=lambda filled: len(filled.pages))
    for number, page in enumerate(sheets.pages, start=1):
        _add_footer(sheets, page, document=document, number=number)
        if document.is_sample:
            page.insert(0, _watermark(sheets))
    return sheets.pages


def _filled(document: Document, *, typeface: Typeface, scale: float) -> Sheets:
    sheets = Sheets(paper=document.paper, typeface=typeface, scale=scale)
    if document.paper.is_form:
        _place_title(sheets, document)
    for block in document.blocks:
        _place(sheets, block)
    return sheets


def _place_title(sheets: Sheets, document: Document) -> None:
    _place_words(sheets, Words(document.title, Style.TITLE))
    if document.reference:
        _place_words(sheets, Words(f"编号：{document.reference}", Style.REFERENCE))


def _place(sheets: Sheets, block: Block) -> None:
    if isinstance(block, Words):
        _place_words(sheets, block)
        return
    sheets.skip(BETWEEN_BLOCKS_MM)
    match block:
        case Facts():
            place_facts(sheets, block)
        case Table():
            place_table(sheets, block)
        case Signatures():
            _place_signatures(sheets, block)
        case QrCode():
            _place_qr_code(sheets, block)
        case Code128():
            _place_code_128(sheets, block)


def _place_words(sheets: Sheets, words: Words) -> None:
    style = words.style
    size = sheets.text_pt * style.ratio
    height = line_mm(size)
    sheets.skip(style.space_above * line_mm(sheets.text_pt))
    if style is Style.HEADING:
        sheets.make_room(height + KEPT_WITH_HEADING_LINES * line_mm(sheets.text_pt))
    for line in sheets.typeface.lines(words.text, size_pt=size, width_mm=sheets.width_mm):
        sheets.make_room(height)
        spare = sheets.width_mm - sheets.typeface.width_mm(line, size)
        indent = {"left": 0, "centre": spare / 2, "right": spare}[style.place]
        sheets.add_line(line, x_mm=sheets.left_mm + indent, y_mm=sheets.y_mm, size_pt=size, is_bold=style.is_bold)
        sheets.y_mm += height


def _place_signatures(sheets: Sheets, signatures: Signatures) -> None:
    abreast = 2 if sheets.width_mm >= 2 * NARROWEST_SIGNATURE_MM + BETWEEN_SIGNATURES_MM else 1
    width = (sheets.width_mm - (abreast - 1) * BETWEEN_SIGNATURES_MM) / abreast
    size, height = sheets.text_pt, line_mm(sheets.text_pt)
    tallest = min(LONGEST_PARTY_LINES * height, sheets.capacity_mm - SIGNING_ROOM_MM - DATE_LINES * height)
    for start in range(0, len(signatures.parties), abreast):
        parties = signatures.parties[start : start + abreast]
        names = [sheets.typeface.lines(party, size_pt=size, width_mm=width) for party in parties]
        if max(map(len, names)) * height > tallest:
            for party in parties:
                _place_words(sheets, Words(party, Style.BODY))
                _place_signing_row(sheets, [[]], width=width)
        else:
            _place_signing_row(sheets, names, width=width)


def _place_signing_row(sheets: Sheets, names: list[list[str]], *, width: float) -> None:
    size, height = sheets.text_pt, line_mm(sheets.text_pt)
    above = max(map(len, names)) * height
    sheets.make_room(above + SIGNING_ROOM_MM + DATE_LINES * height)
    rule = sheets.y_mm + above + SIGNING_ROOM_MM
    date_pt = sheets.fitting_pt(DATE_TO_FILL_IN, size_pt=size, width_mm=width)
    for place, lines in enumerate(names):
        x = sheets.left_mm + place * (width + BETWEEN_SIGNATURES_MM)
        for number, line in enumerate(lines):
            sheets.add_line(line, x_mm=x, y_mm=sheets.y_mm + number * height, size_pt=size)
        sheets.add(RuleMark(x, rule, x + width, rule, grey=GREY))
        sheets.add_line(DATE_TO_FILL_IN, x_mm=x, y_mm=rule + height * 0.25, size_pt=date_pt)
    sheets.y_mm = rule + DATE_LINES * height
    sheets.skip(BETWEEN_BLOCKS_MM)


def _place_qr_code(sheets: Sheets, code: QrCode) -> None:
    modules = qr_modules(code.content)
    module = modules.size_mm(min(code.side_mm, sheets.width_mm, sheets.capacity_mm))
    side, height = modules.width * module, line_mm(sheets.text_pt)
    beside = sheets.width_mm - side - BESIDE_CODE_MM
    lines: list[str] = []
    if code.caption and beside >= NARROWEST_CAPTION_MM:
        lines = sheets.typeface.lines(code.caption, size_pt=sheets.text_pt, width_mm=beside)
    is_beside = 0 < len(lines) * height <= side
    sheets.make_room(side)
    x = sheets.left_mm + (sheets.width_mm - side if is_beside else (sheets.width_mm - side) / 2)
    sheets.add_area((x, sheets.y_mm, side, side), grey=WHITE)
    sheets.add(AreaMark(modules.rectangles(x_mm=x, y_mm=sheets.y_mm, module_mm=module, height_mm=module)))
    if is_beside:
        top = sheets.y_mm + (side - len(lines) * height) / 2
        for number, line in enumerate(lines):
            sheets.add_line(line, x_mm=sheets.left_mm, y_mm=top + number * height, size_pt=sheets.text_pt)
    sheets.y_mm += side
    if code.caption and not is_beside:
        _place_words(sheets, Words(code.caption, Style.BODY))


def _place_code_128(sheets: Sheets, code: Code128) -> None:
    modules = code_128_modules(code.content)
    module = modules.size_mm(sheets.width_mm)
    width, below = modules.width * module, line_mm(sheets.text_pt)
    height = min(code.height_mm, sheets.capacity_mm - below)
    sheets.make_room(height + below)
    x = sheets.left_mm + (sheets.width_mm - width) / 2
    sheets.add_area((x, sheets.y_mm, width, height), grey=WHITE)
    sheets.add(AreaMark(modules.rectangles(x_mm=x, y_mm=sheets.y_mm, module_mm=module, height_mm=height)))
    size = sheets.fitting_pt(code.content, size_pt=sheets.text_pt, width_mm=sheets.width_mm)
    middle = sheets.left_mm + (sheets.width_mm - sheets.typeface.width_mm(code.content, size)) / 2
    sheets.add_line(code.content, x_mm=middle, y_mm=sheets.y_mm + height, size_pt=size)
    sheets.y_mm += height + below


def _add_footer(sheets: Sheets, page: Page, *, document: Document, number: int) -> None:
    paper, typeface = sheets.paper, sheets.typeface
    if not paper.is_form and len(sheets.pages) == 1:
        return
    y = paper.height_mm - paper.margin_mm * 0.5
    size = FOOTER_PT if paper.is_form else FOOTER_PT * 0.8
    middle = f"第 {number} 页 共 {len(sheets.pages)} 页"
    left = sheets.left_mm + (sheets.width_mm - typeface.width_mm(middle, size)) / 2
    page.append(TextMark(x_mm=left, y_mm=y, text=middle, size_pt=size))
    if paper.is_form:
        third = sheets.width_mm / 3
        reference = typeface.spelled(document.reference)
        size_at_left = sheets.fitting_pt(reference, size_pt=size, width_mm=third)
        page.append(TextMark(x_mm=sheets.left_mm, y_mm=y, text=reference, size_pt=size_at_left, grey=GREY))
        printed = f"打印于 {beijing(document.at):%Y-%m-%d %H:%M}"
        right = sheets.left_mm + sheets.width_mm - typeface.width_mm(printed, size)
        page.append(TextMark(x_mm=right, y_mm=y, text=printed, size_pt=size, grey=GREY))


def _watermark(sheets: Sheets) -> WatermarkMark:
    paper = sheets.paper
    size = min(paper.width_mm, paper.height_mm) * 0.4 / MM_PER_PT
    width = sheets.typeface.width_mm(SAMPLE, size)
    return WatermarkMark(SAMPLE, paper.width_mm / 2, paper.height_mm / 2, size, width)
