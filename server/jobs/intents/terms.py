"""意向书条款 — what an intent says, frozen when drafted, and the digest by which a signature names it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from config.clock import beijing_day
from models.errors import Conflict, FieldError, Invalid
from models.intents import Intent
from models.jobs import JobKind, JobPosting
from models.towns import Town
from server.jobs.conditions import find_unlawful
from server.jobs.pay import Pay, format_pay, parse_pay

LATEST_START = timedelta(days=366)


class IntentPayUnclear(Invalid):
    message = "意向书上的工资没有看懂"

    def __init__(self, fault: str = "") -> None:
        super().__init__(errors=(FieldError("pay", fault),) if fault else ())


class IntentPayBelowPosting(Invalid):
    message = "意向书上的工资低于岗位公布的最低工资"
    next_step = "请按公布的工资签；确要降低的，请先修改岗位信息并通过审核"

    def __init__(self, posted: str = "") -> None:
        super().__init__(errors=(FieldError("pay", f"岗位公布的工资是 {posted}"),) if posted else ())


class IntentStartImplausible(Invalid):
    message = "到岗日期不对"
    next_step = "请填写今天到一年以内的日期，没有定的可以不填"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("starts_on", "应为今天到一年以内的日期"),))


class IntentRemarksUnlawful(Invalid):
    message = "备注中有法律不允许的条件"
    next_step = "请删去后再提交"


class TermsChanged(Conflict):
    message = "这份意向书的内容刚刚改过"
    next_step = "请刷新，看过新的内容再继续"


class IntentExpired(Conflict):
    message = "这份意向书过了签署期限"
    next_step = "仍有意向的，请用人单位重新填写一份"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an employer adds to the posting: ``pay`` as people write it, empty for the posting's own."""

    pay: str = ""
    starts_on: date | None = None
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class IntentTerms:
    """意向书条款 — position, pay, place and start as both sides sign them."""

    position_title: str
    kind: JobKind
    place: str
    pay: Pay
    starts_on: date | None
    remarks: str

    def columns(self) -> dict[str, Any]:
        """Return the terms as the columns of ``Intent``."""
        return {
            "position_title": self.position_title,
            "kind": self.kind,
            "place": self.place,
            "pay_min_fen": self.pay.min_fen,
            "pay_max_fen": self.pay.max_fen,
            "pay_months": self.pay.months,
            "pay_is_negotiable": self.pay.is_negotiable,
            "starts_on": self.starts_on,
            "remarks": self.remarks,
        }

    def digest(self, *, number: str, employer_id: UUID) -> str:
        """Return the SHA-256 of the terms on the form of this number by this employer."""
        said = (
            *(number, employer_id.hex, self.position_title, self.kind.value, self.place),
            *(self.pay.min_fen, self.pay.max_fen, self.pay.months, self.pay.is_negotiable),
            *(self.starts_on.isoformat() if self.starts_on else None, self.remarks),
        )
        return hashlib.sha256(msgspec.json.encode(said)).hexdigest()


def terms_of(intent: Intent) -> IntentTerms:
    """Return the terms that an intent was drafted or signed with."""
    return IntentTerms(
        position_title=intent.position_title,
        kind=intent.kind,
        place=intent.place,
        pay=pay_of(intent),
        starts_on=intent.starts_on,
        remarks=intent.remarks,
    )


def pay_of(record: Intent | JobPosting) -> Pay:
    """Return the pay of an intent or of a posting."""
    return Pay(record.pay_min_fen, record.pay_max_fen, record.pay_months, record.pay_is_negotiable)


async def read_terms(*, posting: JobPosting, wishes: Wishes, at: datetime) -> IntentTerms:
    """Return the terms of a posting as they are now, with what the employer adds.

    Raises:
        IntentPayUnclear: the pay cannot be read, or is outside what is sane.
        IntentPayBelowPosting: the least of it is below the least that the posting promises.
        IntentStartImplausible: the start lies before the Beijing day of ``at`` or more than a year after.
        IntentRemarksUnlawful: the remarks ask for what a law forbids to ask.
    """
    today = beijing_day(at)
    if wishes.starts_on is not None and not today <= wishes.starts_on <= today + LATEST_START:
        raise IntentStartImplausible
    _refuse_unlawful(wishes.remarks)
    return IntentTerms(
        position_title=posting.title,
        kind=posting.kind,
        place=await _place(posting),
        pay=_read_pay(wishes.pay, posted=pay_of(posting)),
        starts_on=wishes.starts_on,
        remarks=wishes.remarks,
    )


async def _place(posting: JobPosting) -> str:
    town = await Town.get_or_none(code=posting.town_id) if posting.town_id else None
    if town is None or posting.address.startswith(town.name):
        return posting.address
    return f"{town.name} {posting.address}"[:200]


def _read_pay(text: str, *, posted: Pay) -> Pay:
    if not text.strip():
        return posted
    try:
        pay = parse_pay(text)
    except ValueError as fault:
        raise IntentPayUnclear(str(fault)) from None
    if posted.min_fen is not None and (pay.min_fen is None or pay.min_fen < posted.min_fen):
        raise IntentPayBelowPosting(format_pay(posted))
    return pay


def _refuse_unlawful(remarks: str) -> None:
    certain = [found for found in find_unlawful({"remarks": remarks}) if found.is_certain]
    if certain:
        raise IntentRemarksUnlawful(
            errors=tuple(
                FieldError("remarks", f"“{found.excerpt}”：{found.message}（{found.law}第{found.article}条）")
                for found in certain
            )
        )
