"""标记 — walking the XML of a workbook: UTF-8 only, no document type, so no entity is ever declared or resolved."""

import codecs
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NoReturn
from xml.parsers import expat

from server.tables.table import UnreadableSpreadsheet

UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""The parser would follow these even when told UTF-8."""


def refuse_doctype(*_: object) -> NoReturn:
    """Refuse a document type: no program writes one into a workbook, and entities would come through it."""
    raise UnreadableSpreadsheet("表格里有不允许的内容")


def new_parser() -> expat.XMLParserType:
    """Return a parser that stops at the first sign of a document type."""
    parser = expat.ParserCreate("UTF-8")
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.EntityDeclHandler = refuse_doctype
    parser.buffer_text = True
    return parser


def walk(parser: expat.XMLParserType, chunks: Iterable[bytes]) -> bytes:
    """Feed the parser piece by piece and return the whole of what it accepted.

    Raises:
        UnreadableSpreadsheet: the XML is malformed, or not UTF-8.
    """
    kept: list[bytes] = []
    try:
        for chunk in chunks:
            if not kept and (chunk.startswith(UTF_16_MARKS) or b"\0" in chunk[:4]):
                raise UnreadableSpreadsheet
            parser.Parse(chunk, False)
            kept.append(chunk)
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        raise UnreadableSpreadsheet from fault
    return b"".join(kept)


def local(name: str) -> str:
    """Return a name without its namespace prefix; programs differ in the prefixes they write."""
    return name.rpartition(":")[2]


def elements(chunks: Iterable[bytes]) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a small part in order, names and attribute names without their prefixes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = new_parser()
    parser.StartElementHandler = lambda name, attributes: found.append(
        (local(name), {local(key): value for key, value in attributes.items()})
    )
    walk(parser, chunks)
    return found


def string_sizes(chunks: Iterable[bytes]) -> tuple[list[int], bytes]:
    """Return, for each shared string, an upper bound of its bytes, and the part itself."""
    starts: list[int] = []
    parser = new_parser()

    def note(name: str, _: Mapping[str, str]) -> None:
        if name == "si" or name.endswith(":si"):
            starts.append(parser.CurrentByteIndex)

    parser.StartElementHandler = note
    content = walk(parser, chunks)
    starts.append(len(content))
    return [after - before for before, after in pairwise(starts)], content
