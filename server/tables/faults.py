"""表格错误 — faults of cells as data, and the refusals that carry all of them to the person at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import FieldError, Invalid

MOST_ERRORS_SHOWN = 200


class TableRejected(Invalid):
    title = "表格有误"
    message = "表格里有要改的地方，没有导入任何一行"
    next_step = "请按提示逐格修改后重新上传"


class TableHasNoRows(Invalid):
    title = "表格没有数据"
    message = "表格里没有可以导入的数据"
    next_step = "请在表头下面填好数据后再上传；以「示例」开头的行不算数据"


@dataclass(frozen=True, slots=True)
class CellError:
    """One fault of one cell 单元格错误.

    ``row`` counts from 1 as the spreadsheet shows it; ``column`` is the header; ``cell`` is a name such as
    ``C7``, or empty when the file has no such column; ``message`` is Chinese and shows no personal data.
    """

    row: int
    column: str
    cell: str
    message: str

    def as_field_error(self) -> FieldError:
        """Return the fault as a problem document lists it."""
        place = f"({self.cell})" if self.cell else ""
        return FieldError(f"第{self.row}行「{self.column}」{place}", self.message)


def rejected(errors: Sequence[CellError]) -> TableRejected:
    """Return the refusal that names every fault, or the first two hundred when there are more."""
    shown = tuple(error.as_field_error() for error in errors[:MOST_ERRORS_SHOWN])
    message = f"表格里有 {len(errors)} 处要改，没有导入任何一行"
    if len(errors) > MOST_ERRORS_SHOWN:
        message += f"，这里先列出前 {MOST_ERRORS_SHOWN} 处"
    return TableRejected(message, errors=shown)
