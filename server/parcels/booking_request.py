"""预约单 — what a person wants sent, what comes of it, and why it may be refused."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models.errors import Conflict, FieldError, Invalid
from models.parcels import Collection
from server.addresses.kinds import EnteredAddress
from server.parcels.contents import Item
from server.parcels.money import yuan
from server.parcels.quote import Quote
from server.parcels.screening import ScreeningWarning
from server.parcels.steps import Appointment
from server.stations.hours import day_in_words


class ParcelAddressMissing(Invalid):
    message = "寄件人和收件人都要写，从地址簿选或直接填，二者选一"
    next_step = "请补上后再提交"

    def __init__(self, field: str = "") -> None:
        super().__init__(errors=(FieldError(field, "从地址簿选一个，或直接填写，二者选一"),) if field else ())


class SenderNotCivil(Invalid):
    message = "寄件人的地址要写普通地址"
    next_step = "寄件人请写家里或单位的街道门牌；部队代号和信箱只用于收件人"


class ServiceNotOffered(Invalid):
    message = "现在没有这项寄递服务"
    next_step = "请重新报价，从列出的服务里选"


class ServiceImpossible(Conflict):
    message = "这项服务不能寄这个包裹"
    next_step = "请重新报价，换一种服务"


class QuoteChanged(Conflict):
    message = "费用和报价时不一样了"
    next_step = "请看过新的费用再确认预约"

    def __init__(self, told_fen: int = 0, now_fen: int = 0) -> None:
        words = f"报价时是 {yuan(told_fen)}，现在算出来是 {yuan(now_fen)}" if told_fen or now_fen else None
        super().__init__(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """预约 — what a person wants sent; each side is written here or is an entry of the person's address book.

    ``quoted_fen`` is what the person was told to pay, ``terms_version`` the terms that they read and agreed to.
    """

    sender: EnteredAddress | None
    sender_address_id: UUID | None
    recipient: EnteredAddress | None
    recipient_address_id: UUID | None
    items: tuple[Item, ...]
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    service: str
    declared_value_fen: int
    quoted_fen: int
    station_id: UUID
    collection: Collection
    appointment: Appointment
    terms_version: str

    def when(self, *, today: date) -> str:
        """Return the slot or the day of collection as people say it."""
        day, starts = day_in_words(self.appointment.day, today=today), self.appointment.starts
        return f"{day} {starts} 到站交寄" if self.collection is Collection.COUNTER else f"{day}上门揽收"


@dataclass(frozen=True, slots=True)
class Booked:
    """预约结果 — the number that people read aloud, and the quote that stands."""

    number: str
    quote: Quote
    service_name: str
    station_name: str
    declared_value_fen: int
    when: str
    warnings: tuple[ScreeningWarning, ...]
