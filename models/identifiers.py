"""号码 — numbers that carry their own check: ID numbers, mobiles, credit codes; each knows its mask."""

import re
import unicodedata
from datetime import date
from typing import Self

_ID_CHECK = "10X98765432"
_ID_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_LANDLINE = re.compile(r"(?:(010|02\d|0[3-9]\d{2})-?(\d{7,8})|(400)-?(\d{3}-?\d{4}))(?:(?:-|转|#)(\d{1,6}))?", re.ASCII)


def _tidy(text: str) -> str:
    """Return text as people mean it: half-width, upper-case, without blanks and dashes inside."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", unicodedata.normalize("NFKC", text)).upper()


class IdNumber(str):
    """居民身份证号 — 18 places: length, ASCII digits, real birth date, check character (GB 11643-1999).

    The region is not checked: genuine older numbers of Gaoyou carry codes that current lists lack.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return a checked number.

        Raises:
            ValueError: a Chinese sentence that names the fault and never repeats the number.
        """
        value = _tidy(text)
        if not re.fullmatch(r"[0-9]{17}[0-9X]", value, re.ASCII):
            raise ValueError("身份证号应为 18 位（末位可以是 X），请核对位数")
        try:
            born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
        except ValueError:
            raise ValueError("身份证号中的出生日期不存在，请核对第 7 到 14 位") from None
        if born.year < 1900:
            raise ValueError("身份证号中的出生年份过早，请核对第 7 到 10 位")
        total = sum(int(digit) * weight for digit, weight in zip(value, _ID_WEIGHTS, strict=False))
        if _ID_CHECK[total % 11] != value[17]:
            raise ValueError("身份证号的校验位不对，请逐位核对，常见的是抄错或颠倒了一位")
        return cls(value)

    @property
    def masked(self) -> str:
        """The first and the last two places: ``3***************1X``."""
        return f"{self[0]}{'*' * 15}{self[-2:]}"


class Mobile(str):
    """手机号 — 11 digits of a mainland mobile, without the country code."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return a checked mobile; ``+86`` is dropped.

        Raises:
            ValueError: a Chinese sentence that does not repeat the number.
        """
        value = re.sub(r"^(\+?86)(?=1\d{10}$)", "", _tidy(text))
        if not re.fullmatch(r"1[3-9][0-9]{9}", value, re.ASCII):
            raise ValueError("手机号应为 1 开头的 11 位数字，请核对")
        return cls(value)

    @property
    def masked(self) -> str:
        """``180****1999``."""
        return f"{self[:3]}****{self[-4:]}"


class Telephone(str):
    """联系电话 — a mobile, a landline with its area code such as 0514-84612345 (and extension), or a 400 number."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return a checked number in one written form; ``+86`` is dropped.

        Raises:
            ValueError: a Chinese sentence that does not repeat the number.
        """
        plain = re.sub(r"[\s()]|^\+?86-?(?=[01])", "", unicodedata.normalize("NFKC", text))
        found = _LANDLINE.fullmatch(re.sub(r"[\u2010-\u2015]", "-", plain))
        if found is not None:
            return cls("-".join(part.replace("-", "") for part in found.groups() if part))
        try:
            return cls(Mobile.parse(plain))
        except ValueError:
            raise ValueError("请填一个电话：11 位手机号，或带区号的座机，如 0514-84612345") from None

    @property
    def masked(self) -> str:
        """``180****1999``, or of a landline the area code and the last four: ``0514-****2345``."""
        area, dash, number = self.partition("-")
        return f"{area}-****{number.partition('-')[0][-4:]}" if dash else Mobile(self).masked


class CreditCode(str):
    """统一社会信用代码 — 18 characters with a check character, weights 3^i mod 31 (GB 32100-2015)."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return a checked code.

        Raises:
            ValueError: a Chinese sentence; a wrong check character is a ``CreditCodeCheckFailed``, which staff
                may override with a reason because early pilot codes fail it.
        """
        value = cls.shaped(text)
        total = sum(_CREDIT_ALPHABET.index(sign) * weight for sign, weight in zip(value, _CREDIT_WEIGHTS, strict=False))
        if _CREDIT_ALPHABET[-total % 31] != value[17]:
            raise CreditCodeCheckFailed("统一社会信用代码的校验位不对，请对照营业执照逐位核对")
        return value

    @classmethod
    def vouched(cls, text: str, *, note: str) -> tuple[Self, str]:
        """Return a checked code and no note; or one with a wrong check sign that a note vouches for, and the note.

        Raises:
            ValueError: as ``parse``; a ``CreditCodeCheckFailed`` only where there is no note.
        """
        try:
            return cls.parse(text), ""
        except CreditCodeCheckFailed:
            if not note:
                raise
            return cls.shaped(text), note

    @classmethod
    def shaped(cls, text: str) -> Self:
        """Return a code whose form is right and whose check character was not looked at.

        Raises:
            ValueError: not 18 of ``0-9A-HJ-NP-RTUWXY``.
        """
        value = _tidy(text)
        if len(value) != 18 or not set(value) <= set(_CREDIT_ALPHABET):
            raise ValueError("统一社会信用代码应为 18 位，只含数字和除 I、O、S、V、Z 外的大写字母")
        return cls(value)


class CreditCodeCheckFailed(ValueError):
    """The form of a credit code is right and its check character is wrong."""


def mask_name(name: str) -> str:
    """Return the surname and as many stars as there are further characters: ``段**``."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""
