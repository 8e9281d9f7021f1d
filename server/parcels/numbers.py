"""包裹编号 — ``YB2611020017K``; a mistyped one is refused with those of the asker's that are one slip away."""

from models.errors import FieldError, Invalid
from server.numbering.numbers import Numbering

PARCEL_NUMBERS = Numbering("YB")


class ParcelNumberMistyped(Invalid):
    message = "包裹编号输错了"
    next_step = "请对照预约记录或回执逐位核对，编号如 YB2611020017K，开头是 YB 和预约日期"

    def __init__(self, similar: tuple[str, ...] = ()) -> None:
        hint = f"您是不是要查 {'、'.join(similar)}" if similar else "请逐位核对"
        next_step = f"您是不是要查 {'、'.join(similar)}？请核对后重新输入" if similar else None
        super().__init__(next_step=next_step, errors=(FieldError("number", hint),))
