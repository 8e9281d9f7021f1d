"""军事专业对照表 — which civil occupations a line of military work leads to; staff edit it, nothing is deleted."""

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import UNSET, UnsetType
from tortoise.exceptions import IntegrityError

from models.errors import Conflict, FieldError, Invalid, NotFound
from models.seekers import Speciality
from models.transactions import execute, fetch_row, savepoint, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.search.pairs import query_terms

MOST_WORDS = 20
LONGEST_OCCUPATION = 40
LONGEST_KEYWORD = 20
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


class SpecialityNotFound(NotFound):
    message = "没有找到这项军事专业"
    next_step = "请返回军事专业列表刷新后再试"


class SpecialityExists(Conflict):
    message = "已有一项军事专业用了这个代码或名称"
    next_step = "请换一个代码或名称，或修改原来的一项；停用的可以恢复"


class SpecialityInvalid(Invalid):
    message = "军事专业的内容有误"
    next_step = "请按提示修改后再保存"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialityChanges:
    """What staff change of a speciality; what is UNSET stays. The code never changes."""

    name: str | UnsetType = UNSET
    occupations: Sequence[str] | UnsetType = UNSET
    keywords: Sequence[str] | UnsetType = UNSET
    source: str | UnsetType = UNSET
    position: int | UnsetType = UNSET

    def wanted(self) -> dict[str, Any]:
        """Return what is to be changed, by name."""
        values = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if value is not UNSET}


async def list_specialities(*, with_retired: bool = False) -> list[Speciality]:
    """Return the map in the order in which people see it."""
    found = Speciality.all() if with_retired else Speciality.filter(is_retired=False)
    return await found.order_by("position", "code")


async def create_speciality(
    *,
    code: str,
    name: str,
    occupations: Sequence[str],
    keywords: Sequence[str],
    source: str,
    staff: StaffMember,
    at: datetime,
) -> Speciality:
    """Add a speciality at the end of the map.

    Raises:
        SpecialityInvalid: with one error for each wrong field.
        SpecialityExists: the code or the name is another one's.
    """
    entered = {"code": code, "name": name, "occupations": occupations, "keywords": keywords, "source": source}
    read = read_speciality(entered)
    async with transaction():
        row = await fetch_row("SELECT COALESCE(max(position), 0) + 1 AS next FROM specialities")
        assert row is not None
        try:
            async with savepoint():
                made = await Speciality.create(**read, position=row["next"], updated_at=at)
        except IntegrityError:
            raise SpecialityExists from None
        await _audit("speciality.created", made.code, staff, {})
    return made


async def change_speciality(*, code: str, changes: SpecialityChanges, staff: StaffMember, at: datetime) -> Speciality:
    """Change some of a speciality; the audit names the fields.

    Raises:
        SpecialityNotFound: there is none.
        SpecialityInvalid: with one error for each wrong field.
        SpecialityExists: the name is another one's.
    """
    read = read_speciality(changes.wanted())
    async with transaction():
        try:
            async with savepoint():
                changed = await Speciality.filter(code=code).update(**read, updated_at=at)
        except IntegrityError:
            raise SpecialityExists from None
        if not changed:
            raise SpecialityNotFound
        await _audit("speciality.changed", code, staff, {"fields": sorted(read)})
    return await Speciality.get(code=code)


async def retire_speciality(*, code: str, staff: StaffMember, at: datetime) -> Speciality:
    """Take a speciality from the list; who chose it keeps it. Retiring again changes nothing. 停用。

    Raises:
        SpecialityNotFound: there is none.
    """
    return await _set_retired(code, True, staff=staff, at=at)


async def reinstate_speciality(*, code: str, staff: StaffMember, at: datetime) -> Speciality:
    """Put a retired speciality back on the list; on the list already, nothing changes. 恢复。

    Raises:
        SpecialityNotFound: there is none.
    """
    return await _set_retired(code, False, staff=staff, at=at)


async def _set_retired(code: str, is_retired: bool, *, staff: StaffMember, at: datetime) -> Speciality:
    async with transaction():
        changed = await execute(
            "UPDATE specialities SET is_retired = $1, updated_at = $2 WHERE code = $3 AND is_retired <> $1",
            is_retired,
            at,
            code,
        )
        if changed:
            await _audit("speciality.retired" if is_retired else "speciality.reinstated", code, staff, {})
        found = await Speciality.get_or_none(code=code)
    if found is None:
        raise SpecialityNotFound
    return found


def read_speciality(entered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered of a speciality as it is stored; only the fields that were given.

    Raises:
        SpecialityInvalid: with one error for each wrong field.
    """
    read: dict[str, Any] = {}
    errors: list[FieldError] = []
    for field, value in entered.items():
        try:
            read[field] = _READERS[field](value) if field in _READERS else value
        except ValueError as fault:
            errors.append(FieldError(field, str(fault)))
    if errors:
        raise SpecialityInvalid(errors=tuple(errors))
    return read


def _read_code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError("代码应为 2 到 40 位小写字母、数字和下划线，以字母开头，如 vehicle_repair")
    return text


def _read_text(text: str, *, least: int, most: int) -> str:
    plain = _plain(text)
    if not least <= len(plain) <= most:
        raise ValueError(f"应为 {least} 到 {most} 个字")
    return plain


def _read_words(texts: Sequence[str], *, longest: int, shortest: int = 1) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(_plain(text) for text in texts))
    if not 1 <= len(words) <= MOST_WORDS:
        raise ValueError(f"应有 1 到 {MOST_WORDS} 项")
    for word in words:
        if not shortest <= len(word) <= longest or not query_terms(word):
            raise ValueError(f"每项应为 {shortest} 到 {longest} 个字，要有汉字、字母或数字")
    return words


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


_READERS: dict[str, Callable[[Any], Any]] = {
    "code": _read_code,
    "name": partial(_read_text, least=2, most=60),
    "occupations": partial(_read_words, longest=LONGEST_OCCUPATION),
    # a single character is in hundreds of titles that have nothing to do with it
    "keywords": partial(_read_words, longest=LONGEST_KEYWORD, shortest=2),
    "source": partial(_read_text, least=2, most=300),
}


async def _audit(action: str, code: str, staff: StaffMember, detail: Mapping[str, object]) -> None:
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="speciality",
        record_id=code,
        detail=detail,
    )
