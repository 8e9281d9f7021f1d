"""求职者身份 — one person is one seeker, whether they come by account, by card pass, or with an ID card to the desk."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.accounts import Purpose
from models.base import new_id
from models.cards import Card, CardHolder
from models.errors import Conflict, FieldError, Invalid
from models.fields import fingerprint, seal
from models.identifiers import IdNumber, Mobile, mask_name
from models.seekers import SEEKER_MOBILE, SEEKER_NAME, Seeker
from models.transactions import execute, fetch_row, transaction
from server.accounts.guards import StaffMember
from server.accounts.service import require_consent
from server.audit.service import record
from server.cards.identity import hash_id_number, parse_name, plain_name
from server.cards.passes import read_pass
from server.cards.service import get_shown_card
from server.jobs.seekers.merging import move_account

ORAL_CONSENT = {"purpose": Purpose.JOBS.value, "consent": "oral"}
"""What the audit says of a person whom staff enter: they agreed by word of mouth, at the desk."""


class SeekerUnreadable(Invalid):
    message = "填写的求职者信息有误"
    next_step = "请对照身份证修改后再提交"


class SeekerNameMismatch(Conflict):
    message = "姓名与这个身份证号登记的姓名不一致"
    next_step = "请对照身份证核对姓名和号码；确已改名的，请先由系统管理员更正登记信息"


@dataclass(frozen=True, slots=True)
class Contact:
    """联系方式 — in clear; ``mobile`` None where the person gave none."""

    name: str
    mobile: Mobile | None

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_mobile(self) -> str:
        return self.mobile.masked if self.mobile else ""


@dataclass(frozen=True, slots=True)
class _Person:
    """Who somebody is by the ID number, as far as the roster or the desk knows."""

    id_number_hash: str
    holder_id: UUID | None
    name: str


def person_key(alias: str = "s") -> str:
    """Return the SQL of what one person has only one of, for counting persons over ``seekers`` as ``alias``."""
    return f"COALESCE({alias}.merged_into_id, {alias}.id)"


async def seeker_of_account(*, account_id: UUID, at: datetime) -> Seeker:
    """Return the seeker behind an account, made at the first need. 求职者.

    With a bound card it is the seeker of the card's holder; what the account did before the binding is merged into it.

    Raises:
        ConsentRequired: no consent to ``jobs`` is in force.
    """
    await require_consent(account_id=account_id, purpose=Purpose.JOBS)
    row = await fetch_row(
        "SELECT s.id, s.holder_id, c.holder_id AS card_holder_id FROM seekers s "
        "LEFT JOIN cards c ON c.account_id = s.account_id WHERE s.account_id = $1",
        account_id,
    )
    if row is not None and row["card_holder_id"] in (None, row["holder_id"]):
        return await Seeker.get(id=row["id"])
    async with transaction():
        seeker, is_new = await _settle(account_id, at=at)
        if is_new:
            await record(
                account_id=account_id,
                role="person",
                action="seeker.created",
                record_type="seeker",
                record_id=seeker.id,
            )
    return seeker


async def find_seeker(*, account_id: UUID) -> Seeker | None:
    """Return the seeker that an account has, made by nobody and asked no consent; for reading and erasing."""
    return await Seeker.get_or_none(account_id=account_id)


async def get_survivor(seeker: Seeker) -> Seeker:
    """Return the seeker that counts: the one itself, or the one it was merged into."""
    return seeker if seeker.merged_into_id is None else await Seeker.get(id=seeker.merged_into_id)


async def seeker_of_pass(*, pass_text: str, staff: StaffMember, at: datetime) -> Seeker:
    """Return the seeker whose card pass staff scanned; consent is given by word of mouth and audited. 刷码。

    Raises:
        PassRefused: the text is no pass that is good now; see ``read_pass``.
        PassUnknown: its card was unbound or replaced.
        CardNotUsable: its card is suspended, revoked, replaced or expired.
    """
    card_pass = await read_pass(pass_text, at=at)
    card = await get_shown_card(card_pass, at=at)
    account_id = card.account_id
    assert account_id is not None
    async with transaction():
        seeker, is_new = await _settle(account_id, at=at)
        if is_new:
            await _note_entry(seeker, staff)
    return seeker


async def seeker_of_person(*, name: str, id_number: str, mobile: str = "", staff: StaffMember, at: datetime) -> Seeker:
    """Return the seeker whose ID card staff see at the desk, with or without a phone or a card. 现场登记。

    The ID number itself is not stored, only its hash. Name and mobile are stored where there are none yet: what a
    person said of themselves is not overwritten by the desk.

    Raises:
        SeekerUnreadable: with one error for each malformed field.
        SeekerNameMismatch: this ID number is known under another name.
    """
    plain, number, telephone = _read(name, id_number, mobile)
    async with transaction():
        holder = await CardHolder.get_or_none(id_number_hash=hash_id_number(number))
        if holder is not None and plain_name(holder.name) != plain:
            raise SeekerNameMismatch
        person = _Person(hash_id_number(number), holder.id if holder else None, plain)
        seeker, is_new = await _seeker_of(person, at=at)
        if seeker.name_sealed is not None and plain_name(seeker.name) != plain:
            raise SeekerNameMismatch
        is_told = await _fill(seeker, name=plain, mobile=telephone, at=at)
        if is_new or is_told:
            await _note_entry(seeker, staff)
    return await Seeker.get(id=seeker.id)


async def contact_of(seeker: Seeker) -> Contact:
    """Return name and mobile: the name of the roster where the person is on it, the mobile that they gave for jobs."""
    survivor = await get_survivor(seeker)
    if survivor.holder_id is None:
        return Contact(survivor.name, survivor.mobile)
    holder = await CardHolder.get(id=survivor.holder_id)
    return Contact(holder.name, survivor.mobile)


def seal_mobile(mobile: Mobile | None) -> tuple[str | None, str | None]:
    """Return a mobile as it is stored, and the hash by which it is found."""
    if mobile is None:
        return None, None
    return seal(SEEKER_MOBILE, mobile), fingerprint(SEEKER_MOBILE, mobile)


def _read(name: str, id_number: str, mobile: str) -> tuple[str, IdNumber, Mobile | None]:
    errors: list[FieldError] = []
    values: dict[str, str] = {}
    for key, text, parse in (
        ("name", name, parse_name),
        ("id_number", id_number, IdNumber.parse),
        *((("mobile", mobile, Mobile.parse),) if mobile.strip() else ()),
    ):
        try:
            values[key] = parse(text)
        except ValueError as fault:
            errors.append(FieldError(key, str(fault)))
    if errors:
        raise SeekerUnreadable(errors=tuple(errors))
    telephone = Mobile(values["mobile"]) if "mobile" in values else None
    return values["name"], IdNumber(values["id_number"]), telephone


async def _settle(account_id: UUID, *, at: datetime) -> tuple[Seeker, bool]:
    """Return the seeker of an account and whether they are new; the account's row is held, so two cannot differ."""
    await execute("UPDATE accounts SET openid = openid WHERE id = $1", account_id)
    card = await Card.get_or_none(account_id=account_id).select_related("holder")
    if card is None:
        return await _of_account_alone(account_id, at=at)
    person = _Person(card.holder.id_number_hash, card.holder_id, card.holder.name)
    seeker, is_new = await _seeker_of(person, at=at)
    own = await Seeker.get_or_none(account_id=account_id)
    if own is None or own.id != seeker.id:
        await move_account(account_id=account_id, own=own, to=seeker, at=at)
    return await Seeker.get(id=seeker.id), is_new


async def _of_account_alone(account_id: UUID, *, at: datetime) -> tuple[Seeker, bool]:
    is_new = await execute(
        "INSERT INTO seekers (id, created_at, account_id, is_sample, updated_at) VALUES ($1, $2, $3, $4, $2) "
        "ON CONFLICT (account_id) DO NOTHING",
        new_id(),
        at,
        account_id,
        False,
    )
    return await Seeker.get(account_id=account_id), bool(is_new)


async def _seeker_of(person: _Person, *, at: datetime) -> tuple[Seeker, bool]:
    """Return the seeker with an ID number and whether they are new; one whom the desk knew first joins the roster."""
    is_new = await execute(
        "INSERT INTO seekers (id, created_at, holder_id, id_number_hash, name_sealed, is_sample, updated_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $2) ON CONFLICT DO NOTHING",
        new_id(),
        at,
        person.holder_id,
        person.id_number_hash,
        seal(SEEKER_NAME, person.name),
        False,
    )
    if person.holder_id is not None and not is_new:
        await execute(
            "UPDATE seekers SET holder_id = $1, updated_at = $2 WHERE id_number_hash = $3 AND holder_id IS NULL",
            person.holder_id,
            at,
            person.id_number_hash,
        )
    return await Seeker.get(id_number_hash=person.id_number_hash), bool(is_new)


async def _fill(seeker: Seeker, *, name: str, mobile: Mobile | None, at: datetime) -> bool:
    """Store name and mobile where there are none; return whether anything was stored."""
    mobile_sealed, mobile_hash = seal_mobile(mobile)
    return bool(
        await execute(
            "UPDATE seekers SET name_sealed = COALESCE(name_sealed, $1), updated_at = $2, "
            "mobile_hash = CASE WHEN mobile_sealed IS NULL THEN $3::text ELSE mobile_hash END, "
            "mobile_sealed = COALESCE(mobile_sealed, $4::text) "
            "WHERE id = $5 AND (name_sealed IS NULL OR (mobile_sealed IS NULL AND $4::text IS NOT NULL))",
            seal(SEEKER_NAME, name),
            at,
            mobile_hash,
            mobile_sealed,
            seeker.id,
        )
    )


async def _note_entry(seeker: Seeker, staff: StaffMember) -> None:
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action="seeker.entered",
        record_type="seeker",
        record_id=seeker.id,
        detail=ORAL_CONSENT,
    )
