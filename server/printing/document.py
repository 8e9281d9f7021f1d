"""文档 — what a document to print says, block by block; where it falls on the page is the layout's business.

document = Document(title="就业意向登记表", reference="…", at=at)
document.facts([("姓名", name), ("意向岗位", post)])
document.signatures(["求职者（签名）", "用人单位（盖章）"])
pdf = await render(document)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from server.printing.wording import visible

SMALLEST_SPACE_MM = 30
LARGEST_TEXT_PT = 14


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet 纸张: its size and margins, and the size of ordinary text.

    A form shows its title, its reference and the pages' numbers; a label is all content, and its text shrinks
    somewhat before it takes a second label.
    """

    width_mm: float
    height_mm: float
    margin_mm: float
    text_pt: float
    is_form: bool

    def __post_init__(self) -> None:
        if min(self.width_mm, self.height_mm) - 2 * self.margin_mm < SMALLEST_SPACE_MM:
            raise ValueError(f"between its margins the paper needs {SMALLEST_SPACE_MM} mm each way")
        if self.text_pt > LARGEST_TEXT_PT:
            raise ValueError(f"ordinary text has at most {LARGEST_TEXT_PT} points")


A4 = Paper(210, 297, margin_mm=20, text_pt=12, is_form=True)


def label_paper(width_mm: float, height_mm: float) -> Paper:
    """Return the paper of a label 标签, such as 100 × 150 mm for parcels.

    Raises:
        ValueError: a side is under 40 mm.
    """
    return Paper(width_mm, height_mm, margin_mm=5, text_pt=12, is_form=False)


class Style(Enum):
    """How a paragraph is set: size to ordinary text, bold, space above in lines, place in the line."""

    TITLE = (1.75, True, 0.0, "centre")
    HEADING = (1.2, True, 0.9, "left")
    LARGE = (1.5, True, 0.3, "left")
    BODY = (1.0, False, 0.4, "left")
    SMALL = (0.84, False, 0.4, "left")
    REFERENCE = (0.84, False, 0.2, "right")

    def __init__(self, ratio: float, is_bold: bool, space_above: float, place: str) -> None:
        self.ratio = ratio
        self.is_bold = is_bold
        self.space_above = space_above
        self.place = place


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph 段落."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values in a grid 信息表, one or several pairs to a row."""

    pairs: tuple[tuple[str, str], ...]
    abreast: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table 列: its header, its share of the width, whether it holds numbers."""

    name: str
    share: float = 1
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header 表格 that is repeated on every page; numbers stand at the right."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Places to sign 签字栏, with a date under each."""

    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code 二维码 with words beside it."""

    content: str
    caption: str
    side_mm: float


@dataclass(frozen=True, slots=True)
class Code128:
    """A Code 128 bar code 条形码 with its text under it."""

    content: str
    height_mm: float


Block: TypeAlias = Words | Facts | Table | Signatures | QrCode | Code128


class Document:
    """A document that grows block by block, top to bottom.

    Text may be anything that people typed. ``at`` is the instant that the document tells and carries as its
    creation date: the same content at the same instant is the same bytes. ``is_sample`` puts 示例 across every page.

    Raises:
        ValueError: ``at`` has no time zone.
    """

    def __init__(
        self, *, title: str, at: datetime, paper: Paper = A4, reference: str = "", is_sample: bool = False
    ) -> None:
        if at.tzinfo is None:
            raise ValueError("a datetime needs its time zone to be printed")
        self.signs: set[str] = set()
        self.title = self._taken(title).replace("\n", " ")
        self.at = at
        self.paper = paper
        self.reference = self._taken(reference).replace("\n", " ")
        self.is_sample = is_sample
        self.blocks: list[Block] = []

    def heading(self, text: str) -> None:
        """Add a heading, which stays with what follows it. 小标题"""
        self._add_words(text, Style.HEADING)

    def large(self, text: str) -> None:
        """Add a line that is to be read from afar, such as whom a parcel is for. 大字"""
        self._add_words(text, Style.LARGE)

    def paragraph(self, text: str) -> None:
        """Add a paragraph; a line break in it stays one. 段落"""
        self._add_words(text, Style.BODY)

    def small_print(self, text: str) -> None:
        """Add a paragraph in smaller type. 小字"""
        self._add_words(text, Style.SMALL)

    def facts(self, pairs: Iterable[tuple[str, str]], *, abreast: int = 1) -> None:
        """Add names and values, ``abreast`` pairs to a row. 信息表"""
        self.blocks.append(Facts(tuple((self._taken(name), self._taken(value)) for name, value in pairs), abreast))

    def table(self, *, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
        """Add rows under a header. 表格

        Raises:
            ValueError: a row has more or fewer cells than there are columns.
        """
        taken = tuple(tuple(map(self._taken, row)) for row in rows)
        if any(len(row) != len(columns) for row in taken):
            raise ValueError("every row needs a cell for every column")
        headers = tuple(Column(self._taken(column.name), column.share, column.is_number) for column in columns)
        self.blocks.append(Table(headers, taken))

    def signatures(self, parties: Iterable[str]) -> None:
        """Add a place to sign and to date for each party, on one page. 签字栏"""
        self.blocks.append(Signatures(tuple(map(self._taken, parties))))

    def qr_code(self, content: str, *, caption: str = "", side_mm: float = 32) -> None:
        """Add a QR code no larger than ``side_mm`` with its quiet zone, and words beside it. 二维码"""
        self.blocks.append(QrCode(content, self._taken(caption), side_mm))

    def code_128(self, content: str, *, height_mm: float = 16) -> None:
        """Add a bar code of printable ASCII as wide as it needs, with its text under it. 条形码"""
        self.blocks.append(Code128(content, height_mm))

    def _add_words(self, text: str, style: Style) -> None:
        self.blocks.append(Words(self._taken(text), style))

    def _taken(self, text: str) -> str:
        text = visible(text)
        self.signs.update(text)
        return text
