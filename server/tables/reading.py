"""读表格 — from the bytes that somebody uploaded to a plain grid, or to a refusal that tells what to do."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import PurePath

from server.tables.delimited import read_delimited
from server.tables.table import (
    MAX_ROWS,
    LockedSpreadsheet,
    OldSpreadsheetFormat,
    SpreadsheetTooLarge,
    Table,
    UnreadableSpreadsheet,
)
from server.tables.workbook import read_workbook

MAX_FILE_BYTES = 16 * 2**20
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
COMPOUND_FILE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
CONTAINER_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".ods", ".numbers")


@dataclass(frozen=True, slots=True)
class Sheet:
    """表格文件 — a file as it came; its hash names the import in the audit."""

    data: bytes
    filename: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read_table(data: bytes, *, filename: str, max_rows: int = MAX_ROWS) -> Table:
    """Read an .xlsx workbook or CSV text; what it is, is told by its content, not by its name.

    Blank rows are left out. Up to five rows beyond ``max_rows`` are let through for a title and a header.
    This takes tens to hundreds of milliseconds: await ``load_table`` in the server.

    Raises:
        UnreadableSpreadsheet: not a spreadsheet, damaged, or with content that no spreadsheet has.
        OldSpreadsheetFormat: an .xls, .et or .xlsb file.
        LockedSpreadsheet: it needs a password.
        SpreadsheetTooLarge: too many bytes (packed or unpacked), rows, columns or characters.
    """
    if not data:
        raise UnreadableSpreadsheet("这个文件是空的", next_step="请检查后重新选择文件")
    if len(data) > MAX_FILE_BYTES:
        raise SpreadsheetTooLarge(f"文件超过 {MAX_FILE_BYTES // 2**20} MB")
    if data.startswith(ZIP_MARKS):
        return read_workbook(data, max_rows=max_rows)
    if data.startswith(COMPOUND_FILE_MARK):
        raise LockedSpreadsheet if ENCRYPTED_STREAM in data else OldSpreadsheetFormat
    if PurePath(filename).suffix.lower() in CONTAINER_SUFFIXES:
        raise UnreadableSpreadsheet
    return read_delimited(data, max_rows=max_rows)


async def load_table(data: bytes, *, filename: str, max_rows: int = MAX_ROWS) -> Table:
    """Read a spreadsheet as ``read_table`` does, off the event loop."""
    return await asyncio.to_thread(read_table, data, filename=filename, max_rows=max_rows)
