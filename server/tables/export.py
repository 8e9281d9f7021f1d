"""导出 — the writers, off the event loop, and loaded only when somebody first exports.

openpyxl takes 8 MB of every process that imports it, and most web workers never write a spreadsheet.
"""

import asyncio
from collections.abc import Iterable, Sequence

from server.tables.columns import TableShape

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of what the writers return."""


async def export_xlsx(
    *,
    title: str,
    columns: Sequence[tuple[str, float]],
    rows: Iterable[Sequence[object]],
    notes: Sequence[str] = (),
) -> bytes:
    """Return ``writing.write_xlsx`` of the same arguments."""

    def write() -> bytes:
        from server.tables.writing import write_xlsx

        return write_xlsx(title=title, columns=columns, rows=rows, notes=notes)

    return await asyncio.to_thread(write)


async def export_workbook(
    *, sheets: Sequence[tuple[str, Sequence[tuple[str, float]], Iterable[Sequence[object]]]], notes: Sequence[str] = ()
) -> bytes:
    """Return ``writing.write_workbook`` of sheets given as title, columns and rows."""

    def write() -> bytes:
        from server.tables.writing import SheetContent, write_workbook

        return write_workbook(sheets=[SheetContent(*sheet) for sheet in sheets], notes=notes)

    return await asyncio.to_thread(write)


async def export_template(shape: TableShape) -> bytes:
    """Return ``template.write_template`` of a shape."""

    def write() -> bytes:
        from server.tables.template import write_template

        return write_template(shape)

    return await asyncio.to_thread(write)
