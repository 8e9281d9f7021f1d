"""求职资料业务 — what a person says of themselves for jobs: entering, reading, erasing, and as it was when applied."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from config.clock import beijing_day
from models.accounts import Purpose
from models.base import new_id
from models.errors import Conflict, FieldError, NotFound
from models.fields import seal
from models.identifiers import Mobile
from models.schooling import Schooling
from models.seekers import SEEKER_NAME, Seeker, SeekerProfile, Speciality
from models.towns import Town
from models.transactions import execute, transaction
from server.accounts.phones import get_phone
from server.accounts.service import require_consent
from server.audit.service import record
from server.cards.identity import plain_name
from server.jobs.seekers.identity import (
    Contact,
    contact_of,
    find_seeker,
    get_survivor,
    seal_mobile,
    seeker_of_account,
)
from server.jobs.seekers.terms import ProfileChanges, ProfileInvalid, read_changes
from server.tables.cells import mask_digits

_WANTING = (
    ("speciality", "军事专业"),
    ("skills", "技能"),
    ("wished_towns", "期望乡镇"),
    ("wished_pay_min_fen", "期望月薪"),
    ("schooling", "学历"),
    ("birth_year", "出生年份"),
    ("latitude", "住处位置"),
)
"""What a recommendation goes by, the weightiest first."""


class ProfileNotFound(NotFound):
    message = "还没有填写求职资料"
    next_step = "请在「求职资料」中填写，填好技能和期望乡镇就可以得到推荐"


class NoProfile(Conflict):
    message = "还没有填写求职资料"
    next_step = "请先在「求职资料」中填写，再继续"


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """求职资料和联系方式 — a person's own, with the names behind the codes."""

    seeker: Seeker
    profile: SeekerProfile
    contact: Contact
    speciality_name: str

    @property
    def wanting(self) -> tuple[str, ...]:
        """The fields that would make recommendations better, by their Chinese names, the weightiest first."""
        empty = (None, "", (), Schooling.ANY)
        return tuple(name for field, name in _WANTING if getattr(self.profile, field) in empty)

    @property
    def hint(self) -> str:
        """What to fill in next, as a sentence; empty when nothing is wanting."""
        return f"再填 {'、'.join(self.wanting[:3])} 推荐更准" if self.wanting else ""


@dataclass(frozen=True, slots=True)
class AppliedProfile:
    """投递时的求职资料 — what an employer reads of an applicant: no name, no number, no place of living."""

    service_years: int
    speciality: str
    skills: tuple[str, ...]
    certificates: tuple[str, ...]
    schooling: Schooling
    birth_year: int | None
    experience_years: int
    wished_towns: tuple[str, ...]
    wished_kinds: tuple[str, ...]
    wished_pay_min_fen: int | None
    introduction: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """求职资料快照 — two JSON texts: ``profile`` as ``AppliedProfile``, ``contact`` to be sealed by its keeper."""

    profile: str
    contact: str


async def change_profile(*, changes: ProfileChanges, account_id: UUID, at: datetime) -> ProfileFile:
    """Change some of a person's profile, made at the first change; the audit names the fields.

    Raises:
        ConsentRequired: no consent to ``jobs`` is in force.
        ProfileInvalid: with one error for each wrong field.
    """
    async with transaction():
        seeker = await seeker_of_account(account_id=account_id, at=at)
        known = await SeekerProfile.get_or_none(seeker_id=seeker.id)
        read = await read_changes(changes, known_speciality=known.speciality if known else "", today=beijing_day(at))
        await _change_contact(seeker, read, at=at)
        await _store(seeker, read, at=at)
        await record(
            account_id=account_id,
            role="person",
            action="job_profile.changed",
            record_type="seeker",
            record_id=seeker.id,
            detail={"fields": sorted(changes.wanted())},
        )
    return await get_profile(account_id=account_id)


async def take_account_mobile(*, account_id: UUID, at: datetime) -> ProfileFile:
    """Use the mobile that the account has left as the one for jobs; it is copied, and each is deleted by itself.

    Raises:
        ConsentRequired: no consent to ``jobs`` is in force.
        PhoneNotFound: the account has left none.
    """
    await require_consent(account_id=account_id, purpose=Purpose.JOBS)
    phone = await get_phone(account_id=account_id)
    return await change_profile(changes=ProfileChanges(mobile=phone.mobile), account_id=account_id, at=at)


async def _change_contact(seeker: Seeker, read: dict[str, Any], *, at: datetime) -> None:
    """Take name and mobile out of what was read and store them with the seeker."""
    if "name" in read:
        name = read.pop("name")
        if seeker.holder_id is not None and plain_name((await contact_of(seeker)).name) != name:
            message = "姓名以优待证登记的为准；登记有误的，请带身份证到退役军人服务站更正"
            raise ProfileInvalid(errors=(FieldError("name", message),))
        await Seeker.filter(id=seeker.id).update(name_sealed=seal(SEEKER_NAME, name), updated_at=at)
    if "mobile" in read:
        sealed, hashed = seal_mobile(read.pop("mobile"))
        await Seeker.filter(id=seeker.id).update(mobile_sealed=sealed, mobile_hash=hashed, updated_at=at)


async def _store(seeker: Seeker, read: dict[str, Any], *, at: datetime) -> None:
    await execute(
        "INSERT INTO seeker_profiles (id, created_at, seeker_id, service_years, speciality, skills, certificates, "
        "schooling, experience_years, wished_towns, wished_kinds, introduction, updated_at) "
        "VALUES ($1, $2, $3, 0, '', '[]', '[]', 'any', 0, '[]', '[]', '', $2) ON CONFLICT (seeker_id) DO NOTHING",
        new_id(),
        at,
        seeker.id,
    )
    await SeekerProfile.filter(seeker_id=seeker.id).update(**read, updated_at=at)


async def get_profile(*, account_id: UUID) -> ProfileFile:
    """Return a person's own profile.

    Raises:
        ProfileNotFound: there is none.
    """
    seeker = await find_seeker(account_id=account_id)
    profile = None if seeker is None else await SeekerProfile.get_or_none(seeker_id=seeker.id)
    if seeker is None or profile is None:
        raise ProfileNotFound
    speciality = await Speciality.get_or_none(code=profile.speciality) if profile.speciality else None
    return ProfileFile(seeker, profile, await contact_of(seeker), speciality.name if speciality else "")


async def erase_profile(*, account_id: UUID, at: datetime) -> None:
    """Erase what a person said of themselves, name and mobile too; without a profile nothing changes. 删除求职资料。

    Applications keep what was sent with them; they can be withdrawn one by one.
    """
    async with transaction():
        seeker = await find_seeker(account_id=account_id)
        if seeker is None:
            return
        erased = await execute("DELETE FROM seeker_profiles WHERE seeker_id = $1", seeker.id)
        erased += await execute(
            "UPDATE seekers SET name_sealed = NULL, mobile_sealed = NULL, mobile_hash = NULL, updated_at = $1 "
            "WHERE id = $2 AND (name_sealed IS NOT NULL OR mobile_sealed IS NOT NULL)",
            at,
            seeker.id,
        )
        if erased:
            await record(
                account_id=account_id,
                role="person",
                action="job_profile.erased",
                record_type="seeker",
                record_id=seeker.id,
            )


async def take_snapshot(*, seeker: Seeker) -> Snapshot:
    """Return a person's profile and contact as they are now, for an application that keeps them. 快照。

    Numbers of seven digits and more in what the person wrote are masked: the employer gets the contact only with
    the person's consent.

    Raises:
        NoProfile: the person has none, or it holds no name and mobile to be reached by.
    """
    survivor = await get_survivor(seeker)
    profile = await SeekerProfile.get_or_none(seeker_id=survivor.id)
    if profile is None:
        raise NoProfile
    contact = await contact_of(survivor)
    if not contact.name or contact.mobile is None:
        raise NoProfile("求职资料里还没有姓名或手机号", next_step="请先在「求职资料」中补上姓名和手机号，再继续")
    speciality = await Speciality.get_or_none(code=profile.speciality) if profile.speciality else None
    applied = AppliedProfile(
        service_years=profile.service_years,
        speciality=speciality.name if speciality else "",
        skills=_masked(profile.skills),
        certificates=_masked(profile.certificates),
        schooling=profile.schooling,
        birth_year=profile.birth_year,
        experience_years=profile.experience_years,
        wished_towns=await _names_of(profile.wished_towns),
        wished_kinds=tuple(profile.wished_kinds),
        wished_pay_min_fen=profile.wished_pay_min_fen,
        introduction=mask_digits(profile.introduction),
    )
    return Snapshot(
        profile=msgspec.json.encode(applied).decode(),
        contact=msgspec.json.encode({"name": contact.name, "mobile": str(contact.mobile)}).decode(),
    )


def read_snapshot(text: str) -> AppliedProfile:
    """Return the profile in the JSON that ``take_snapshot`` made."""
    return msgspec.json.decode(text, type=AppliedProfile)


def read_contact(text: str) -> Contact:
    """Return the contact in the JSON, opened by its keeper, that ``take_snapshot`` made."""
    read = msgspec.json.decode(text, type=dict[str, str])
    return Contact(read["name"], Mobile(read["mobile"]))


def _masked(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(mask_digits(word) for word in words)


async def _names_of(codes: Sequence[str]) -> tuple[str, ...]:
    towns = {town.code: town.name for town in await Town.filter(code__in=codes)} if codes else {}
    return tuple(towns[code] for code in codes if code in towns)
