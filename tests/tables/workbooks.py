"""工作簿样本 — workbooks for tests, written as plain XML so that they can hold what no library would write."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from server.tables.table import cell_name

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def text_cell(name: str, text: str) -> str:
    """Return a cell of text."""
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def number_cell(name: str, number: object, *, style: int = 0) -> str:
    """Return a cell of a number; style 1 shows it as a day."""
    return f'<c r="{name}" s="{style}"><v>{number}</v></c>'


def row_of(number: int, cells: Sequence[str]) -> str:
    """Return a row of text cells; blank texts leave blank cells."""
    inner = "".join(text_cell(cell_name(number, place), text) for place, text in enumerate(cells, 1) if text)
    return f'<row r="{number}">{inner}</row>'


def rows_of(rows: Iterable[Sequence[str]]) -> str:
    """Return rows of text cells from row 1 on."""
    return "".join(row_of(number, cells) for number, cells in enumerate(rows, start=1))


def sheet_of(rows: str, *, after: str = "", before: str = "") -> str:
    """Return a worksheet; ``after`` stands behind the cells, ``before`` at the very beginning."""
    return f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def merges(*ranges: str) -> str:
    """Return the list of merged ranges of a sheet."""
    return "<mergeCells>" + "".join(f'<mergeCell ref="{name}"/>' for name in ranges) + "</mergeCells>"


def workbook_of(
    *sheets: str | bytes,
    strings: str | bytes = f'<sst xmlns="{MAIN}"/>',
    states: Sequence[str] = (),
    properties: str = "",
    extra: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """Return an .xlsx of these sheets."""
    listed = relations = ""
    for number, _ in enumerate(sheets, start=1):
        state = f' state="{states[number - 1]}"' if states else ""
        listed += f'<sheet name="表{number}" sheetId="{number}"{state} r:id="r{number}"/>'
        relations += f'<Relationship Id="r{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
    relations += f'<Relationship Id="rs" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    relations += f'<Relationship Id="rt" Type="{OFFICE}/styles" Target="/xl/styles.xml"/>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<sheets>{listed}</sheets></workbook>',
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>')
        archive.writestr("xl/sharedStrings.xml", strings)
        archive.writestr("xl/styles.xml", STYLES)
        for number, sheet in enumerate(sheets, start=1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", sheet)
        for name, content in extra:
            archive.writestr(name, content)
    return packed.getvalue()
