"""售后规则 — the law's days and the law's ceiling, pure."""

from datetime import date, datetime, timedelta

from config.clock import beijing_day
from models.errors import Conflict, FieldError, Invalid
from models.parcel_cases import CaseKind

DUE_DAYS: dict[CaseKind, int] = {
    # 快递暂行条例 28: within 7 days of receiving a complaint
    CaseKind.COMPLAINT: 7,
    # 邮政法 49: within 30 days of the enquiry
    CaseKind.ENQUIRY: 30,
    # the law gives no days for a claim; where an enquiry found nothing it follows after the 30 days
    CaseKind.CLAIM: 30,
    # a house rule
    CaseKind.RETURN: 7,
}
ENQUIRY_YEARS = 1
"""邮政法 49: within one year of sending."""
UNINSURED_TIMES = 3
"""邮政法 47 (二): uninsured, at most three times the fee."""


class EnquiryTooLate(Conflict):
    message = "交寄已经超过一年，不能再查询或索赔（邮政法第四十九条）"
    next_step = "有其他情况的，请到服务站说明"


class GrantTooHigh(Invalid):
    message = "赔偿金额超过法定的最高额"
    next_step = "请按最高额以内填写；承运方有故意或重大过失的，不受此限，请线下办理并写明"

    def __init__(self, ceiling_fen: int = 0) -> None:
        words = f"最多 {ceiling_fen / 100:.2f} 元" if ceiling_fen else "超过最高额"
        super().__init__(errors=(FieldError("granted_fen", words),))


def due_on(kind: CaseKind, *, at: datetime) -> date:
    """Return the last Beijing day on which an answer is in time; the day of the question does not count."""
    return beijing_day(at) + timedelta(days=DUE_DAYS[kind])


def last_day_to_ask(sent_on: date) -> date:
    """Return the last day of the year within which a parcel can be enquired after or claimed for.

    A parcel of 29 February can be asked about until 28 February.
    """
    try:
        return sent_on.replace(year=sent_on.year + ENQUIRY_YEARS)
    except ValueError:
        return sent_on.replace(year=sent_on.year + ENQUIRY_YEARS, day=28)


def claim_ceiling(*, fee_fen: int, declared_value_fen: int) -> int:
    """Return the most that may be granted (邮政法 47): the insured value, else three times the fee.

    ``fee_fen`` is the whole fee of the consignment, whoever bore it. An insured parcel that is lost in part is granted
    less: see ``insured_share``.
    """
    return declared_value_fen if declared_value_fen > 0 else UNINSURED_TIMES * fee_fen


def insured_share(*, declared_value_fen: int, total_value_fen: int, loss_fen: int) -> int:
    """Return what an insured parcel that is lost or damaged in part is granted (邮政法 47 一).

    The loss in the ratio of the insured to the whole value, rounded down to the fen, never more than either.

    Raises:
        ValueError: the whole value is not positive, or the loss is more than it.
    """
    if total_value_fen <= 0 or not 0 <= loss_fen <= total_value_fen:
        raise ValueError("the loss is a part of the whole value")
    ratio = min(declared_value_fen, total_value_fen)
    return loss_fen * ratio // total_value_fen


def clock_in_words(due: date, *, today: date) -> str:
    """Return until when an answer is due as people read it: 最迟 11 月 12 日前答复, or by how many days it is late."""
    if due < today:
        return f"应在 {due.month} 月 {due.day} 日前答复，已超期 {(today - due).days} 天"
    year = f"{due.year} 年 " if due.year != today.year else ""
    return f"最迟 {year}{due.month} 月 {due.day} 日答复"
