"""意向书编号 — ``YX2503220017C``; a mistyped one is refused with those of the asker's that are one slip away."""

from models.errors import FieldError, Invalid
from server.numbering.numbers import Numbering

INTENT_NUMBERS = Numbering("YX")


class IntentNumberMistyped(Invalid):
    message = "意向书编号输错了"
    next_step = "请对照意向书逐位核对，编号如 YX2503220017C，开头是 YX 和填写日期"

    def __init__(self, similar: tuple[str, ...] = ()) -> None:
        hint = f"是不是 {'、'.join(similar)}" if similar else "请逐位核对"
        next_step = f"您要找的可能是 {'、'.join(similar)}，请对照意向书核对" if similar else None
        super().__init__(next_step=next_step, errors=(FieldError("number", hint),))
