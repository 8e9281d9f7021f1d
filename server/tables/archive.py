"""压缩包 — taking parts out of an untrusted .xlsx container without ever unpacking more than allowed."""

import io
import zipfile
import zlib
from collections.abc import Iterator

from server.tables.table import LockedSpreadsheet, SpreadsheetTooLarge, UnreadableSpreadsheet

MAX_ENTRIES = 5_000
MAX_DECLARED_BYTES = 512 * 2**20
MAX_UNPACKED_BYTES = 64 * 2**20
MAX_RATIO = 250
"""Rows that repeat one line pack about 1:30; a bomb of zeros packs 1:1000."""

RATIO_MATTERS_ABOVE_BYTES = 8 * 2**20
CHUNK_BYTES = 64 * 2**10
ENCRYPTED_FLAG = 0x1


class Archive:
    """An opened container whose directory was checked; parts are read once, against one common allowance."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as fault:
            raise UnreadableSpreadsheet("文件不完整或已经损坏", next_step="请重新保存后再上传") from fault
        self._parts = {info.filename: info for info in self._zip.infolist()}
        self._allowance = MAX_UNPACKED_BYTES
        refuse_bomb(self._zip.infolist(), packed=len(data))

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a part's content piece by piece.

        Raises:
            SpreadsheetTooLarge: what was unpacked from this container, in sum, passed the allowance.
            LockedSpreadsheet: the part is encrypted.
            UnreadableSpreadsheet: the part is missing, damaged, or not what the directory says.
        """
        info = self._parts.get(name)
        if info is None:
            raise UnreadableSpreadsheet
        if info.flag_bits & ENCRYPTED_FLAG:
            raise LockedSpreadsheet
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableSpreadsheet
        try:
            with self._zip.open(info) as part:
                while chunk := part.read(CHUNK_BYTES):
                    self._allowance -= len(chunk)
                    if self._allowance < 0:
                        raise SpreadsheetTooLarge("表格解开后太大")
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as fault:
            raise UnreadableSpreadsheet("文件不完整或已经损坏", next_step="请重新保存后再上传") from fault

    def read(self, name: str) -> bytes:
        """Return a part's whole content; raises as ``chunks`` does."""
        return b"".join(self.chunks(name))


def refuse_bomb(entries: list[zipfile.ZipInfo], *, packed: int) -> None:
    """Check the sizes that the directory declares, before anything is unpacked.

    Raises:
        SpreadsheetTooLarge: too many parts, too many bytes, or a ratio that no real workbook has.
    """
    declared = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or declared > MAX_DECLARED_BYTES:
        raise SpreadsheetTooLarge("表格解开后太大")
    if declared > RATIO_MATTERS_ABOVE_BYTES and declared > packed * MAX_RATIO:
        raise SpreadsheetTooLarge("表格解开后太大")
