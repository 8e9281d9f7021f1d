"""工作簿 — reading an .xlsx: check the container, scan the sheet, then let the loader see only what was checked."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import python_calamine

from server.tables.archive import Archive
from server.tables.markup import elements, string_sizes, walk
from server.tables.sheet import SheetScan
from server.tables.table import OldSpreadsheetFormat, Row, Table, UnreadableSpreadsheet, is_blank

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKBOOK_PART = "xl/workbook.xml"
SHEET_PART = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A visible worksheet as the workbook lists it."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class WorkbookParts:
    """What the loader needs besides the sheet: the listing, the shared strings and the date formats."""

    sheets: tuple[SheetEntry, ...]
    counts_from_1904: bool
    strings: bytes
    sizes: list[int]
    styles: bytes


def read_workbook(data: bytes, *, max_rows: int) -> Table:
    """Read the first visible sheet, or the only filled one when the first is blank.

    Raises:
        UnreadableSpreadsheet, OldSpreadsheetFormat, LockedSpreadsheet, SpreadsheetTooLarge: see each.
    """
    archive = Archive(data)
    if WORKBOOK_PART not in archive:
        raise OldSpreadsheetFormat("这不是 .xlsx 表格") if "xl/workbook.bin" in archive else UnreadableSpreadsheet
    parts = read_parts(archive)
    filled: list[tuple[SheetEntry, SheetScan, bytes]] = []
    for position, entry in enumerate(parts.sheets):
        scan = SheetScan(max_rows=max_rows, string_sizes=parts.sizes)
        content = walk(scan.parser, archive.chunks(entry.part))
        if scan.filled_cells:
            filled.append((entry, scan, content))
        if filled and position == 0:
            break
    if len(filled) > 1:
        raise UnreadableSpreadsheet(
            "第一个工作表是空的，后面有几个工作表都有内容", next_step="请把要导入的工作表移到最前面后再上传"
        )
    if not filled:
        return Table(sheet=parts.sheets[0].name, rows=())
    entry, scan, content = filled[0]
    return Table(
        sheet=entry.name,
        rows=tuple(load_rows(content, parts)),
        merged=tuple(scan.merged),
        formulas=tuple(scan.formulas),
        faults=tuple(scan.faults),
    )


def read_parts(archive: Archive) -> WorkbookParts:
    """Read everything of a workbook but its sheets.

    Raises:
        UnreadableSpreadsheet: a needed part is missing or malformed, or there is no visible sheet.
    """
    targets: dict[str, tuple[str, str]] = {}
    for name, attributes in elements(archive.chunks("xl/_rels/workbook.xml.rels")):
        if name == "Relationship":
            part = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
            targets[attributes.get("Id", "")] = (posixpath.basename(attributes.get("Type", "")), part)
    sheets: list[SheetEntry] = []
    counts_from_1904 = False
    for name, attributes in elements(archive.chunks(WORKBOOK_PART)):
        if name == "workbookPr":
            counts_from_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet" and attributes.get("state", "visible") == "visible":
            kind, part = targets.get(attributes.get("id", ""), ("", ""))
            if kind == "worksheet":
                sheets.append(SheetEntry(attributes.get("name", ""), part))
    if not sheets:
        raise UnreadableSpreadsheet("表格里没有工作表")
    by_kind = dict(targets.values())
    sizes, strings = string_sizes(optional_chunks(archive, by_kind.get("sharedStrings"), otherwise=b"<sst/>"))
    styles = b"".join(optional_chunks(archive, by_kind.get("styles"), otherwise=b"<styleSheet/>"))
    return WorkbookParts(tuple(sheets), counts_from_1904, strings, sizes, styles)


def optional_chunks(archive: Archive, part: str | None, *, otherwise: bytes) -> Iterator[bytes]:
    """Yield a part's content, or ``otherwise`` when the workbook has no such part."""
    if part is None or part not in archive:
        yield otherwise
    else:
        yield from archive.chunks(part)


def load_rows(sheet: bytes, parts: WorkbookParts) -> Iterator[Row]:
    """Yield the filled rows of a scanned sheet with their dates recognised.

    Raises:
        UnreadableSpreadsheet: the loader cannot make sense of a cell.
    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(repack(sheet, parts)))
        grid = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except python_calamine.CalamineError as fault:
        raise UnreadableSpreadsheet from fault
    for number, values in enumerate(grid, start=1):
        if not all(map(is_blank, values)):
            yield Row(number, tuple(values))


def repack(sheet: bytes, parts: WorkbookParts) -> bytes:
    """Return a bare workbook of the one scanned sheet, so that the loader cannot see any other byte of the upload."""
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    date1904 = "1" if parts.counts_from_1904 else "0"
    relations = ((SHEET_PART[3:], "worksheet"), ("sharedStrings.xml", "sharedStrings"), ("styles.xml", "styles"))
    inner = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(relations, start=1)
    )
    written: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/{WORKBOOK_PART}" '
        f'ContentType="{types}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="{WORKBOOK_PART}"/></Relationships>',
        WORKBOOK_PART: f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><workbookPr date1904="{date1904}"/>'
        '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>',
        SHEET_PART: sheet,
        "xl/sharedStrings.xml": parts.strings,
        "xl/styles.xml": parts.styles,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in written.items():
            archive.writestr(name, content)
    return packed.getvalue()
