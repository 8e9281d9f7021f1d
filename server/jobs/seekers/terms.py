"""求职资料的内容 — what a person enters of themselves, checked and brought into the form in which it is stored."""

import dataclasses
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec import UNSET, UnsetType

from models.errors import FieldError, Invalid
from models.identifiers import Mobile
from models.jobs import JobKind
from models.schooling import Schooling
from models.seekers import Speciality
from models.towns import Town
from server.cards.identity import parse_name
from server.jobs.pay import LEAST_FEN, MOST_FEN

LONGEST_SKILL = 20
LONGEST_CERTIFICATE = 40
MOST_WORDS = 20
LEAST_AGE = 16
"""Nobody younger may be employed (劳动法 15), so a later year of birth is a slip of the pen."""
FIRST_BIRTH_YEAR = 1930


class ProfileInvalid(Invalid):
    message = "求职资料有误"
    next_step = "请按提示修改后再保存"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanges:
    """求职资料的修改 — what is UNSET stays as it is; an empty text, list or None takes a thing away."""

    name: str | UnsetType = UNSET
    mobile: str | UnsetType = UNSET
    service_years: int | UnsetType = UNSET
    speciality: str | UnsetType = UNSET
    skills: Sequence[str] | UnsetType = UNSET
    certificates: Sequence[str] | UnsetType = UNSET
    schooling: Schooling | UnsetType = UNSET
    birth_year: int | UnsetType | None = UNSET
    experience_years: int | UnsetType = UNSET
    wished_towns: Sequence[str] | UnsetType = UNSET
    wished_kinds: Sequence[JobKind] | UnsetType = UNSET
    wished_pay_min_fen: int | UnsetType | None = UNSET
    latitude: float | UnsetType | None = UNSET
    longitude: float | UnsetType | None = UNSET
    introduction: str | UnsetType = UNSET

    def wanted(self) -> dict[str, Any]:
        """Return what is to be changed, by name."""
        values = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if value is not UNSET}


async def read_changes(changes: ProfileChanges, *, known_speciality: str, today: date) -> dict[str, Any]:
    """Return the changes as they are stored, name and mobile in clear; coordinates to two decimals, about 1 km.

    ``known_speciality`` may stay although it was retired since.

    Raises:
        ProfileInvalid: with one error for each wrong field.
    """
    wanted = changes.wanted()
    errors: list[FieldError] = []
    read: dict[str, Any] = {}
    for field, value in wanted.items():
        try:
            read[field] = _read(field, value, today=today)
        except ValueError as fault:
            errors.append(FieldError(field, str(fault)))
    errors += await _unknown_codes(read, known_speciality=known_speciality)
    if ("latitude" in wanted) != ("longitude" in wanted) or (
        (wanted.get("latitude") is None) != (wanted.get("longitude") is None)
    ):
        errors.append(FieldError("latitude", "纬度和经度要一起填写，或一起清空"))
    if errors:
        raise ProfileInvalid(errors=tuple(errors))
    return read


def _read(field: str, value: Any, *, today: date) -> Any:
    match field:
        case "name":
            return parse_name(value)
        case "mobile":
            return Mobile.parse(value) if value.strip() else None
        case "skills":
            return _words(value, longest=LONGEST_SKILL)
        case "certificates":
            return _words(value, longest=LONGEST_CERTIFICATE)
        case "wished_towns" | "wished_kinds":
            return tuple(dict.fromkeys(str(item) for item in value))
        case "birth_year" if value is not None:
            if not FIRST_BIRTH_YEAR <= value <= today.year - LEAST_AGE:
                raise ValueError(f"出生年份应在 {FIRST_BIRTH_YEAR} 到 {today.year - LEAST_AGE} 之间，请核对")
        case "wished_pay_min_fen" if value is not None:
            if not LEAST_FEN <= value <= MOST_FEN:
                raise ValueError("期望月薪应在 500 元到 500000 元之间，单位是分，请核对")
        case "latitude" | "longitude" if value is not None:
            return round(value, 2)
        case "introduction" | "speciality":
            return value.strip()
    return value


def _words(texts: Sequence[str], *, longest: int) -> tuple[str, ...]:
    """Return words in one form of every sign, each once.

    Raises:
        ValueError: too many, too long, or without a letter.
    """
    words = dict.fromkeys(re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip() for text in texts)
    if len(words) > MOST_WORDS:
        raise ValueError(f"最多填 {MOST_WORDS} 项，请留下最重要的")
    for word in words:
        if len(word) > longest:
            raise ValueError(f"每项最多 {longest} 个字，请写得短一些，多项请分开填写")
        if not any(sign.isalpha() for sign in word):
            raise ValueError("每项都要有文字，不能只有数字或符号")
    return tuple(words)


async def _unknown_codes(read: dict[str, Any], *, known_speciality: str) -> list[FieldError]:
    errors = []
    speciality = read.get("speciality", "")
    if speciality and speciality != known_speciality and not await Speciality.exists(code=speciality, is_retired=False):
        errors.append(FieldError("speciality", "没有这项军事专业，请从列表中选择，没有合适的请留空并填写技能"))
    towns = read.get("wished_towns", ())
    if towns and await Town.filter(code__in=towns).count() != len(towns):
        errors.append(FieldError("wished_towns", "有不是高邮市的乡镇（街道）代码，请从列表中选择"))
    return errors
