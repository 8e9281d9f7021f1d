"""身份核对 — names and card numbers as they are compared, whoever typed them."""

import re
import unicodedata

from models.cards import CARD_NUMBER, HOLDER_ID_NUMBER, HOLDER_MOBILE
from models.fields import fingerprint

MOST_NAME_CHARACTERS = 60
_DOTS = re.compile(r"[.\u2022\u2027\u22c5\u2219\u30fb\uff0e\uff65\u3002\u00b7]")
_NUMBER = re.compile(r"[0-9A-Z]{4,40}")


def plain_name(text: str) -> str:
    """Return a name as it is compared: half-width, one kind of middle dot, no blanks between Chinese characters."""
    value = _DOTS.sub("·", unicodedata.normalize("NFKC", text)).strip().upper()
    return re.sub(r"\s+", " " if value.isascii() else "", value)


def parse_name(text: str) -> str:
    """Return the name of a person.

    Raises:
        ValueError: too short, too long, or not made of letters; a Chinese sentence that does not repeat it.
    """
    value = plain_name(text)
    if not 2 <= len(value) <= MOST_NAME_CHARACTERS:
        raise ValueError(f"姓名应为 2 到 {MOST_NAME_CHARACTERS} 个字，请按身份证填写")
    if not all(sign.isalpha() or sign in "·-' " for sign in value):
        raise ValueError("姓名中有数字或符号，请按身份证填写")
    return value


def parse_card_number(text: str) -> str:
    """Return a card's number as it is stored: its structure is not published, so only its signs are checked.

    Raises:
        ValueError: not 4 to 40 letters and digits.
    """
    value = re.sub(r"[\s\-\u2010-\u2015]", "", unicodedata.normalize("NFKC", text)).upper()
    if not _NUMBER.fullmatch(value):
        raise ValueError("优待证号应为 4 到 40 位字母或数字，请按证面填写")
    return value


def parse_last4(text: str) -> str:
    """Return the last four signs of a card's number.

    Raises:
        ValueError: not four letters and digits.
    """
    value = unicodedata.normalize("NFKC", text).strip().upper()
    if not re.fullmatch(r"[0-9A-Z]{4}", value):
        raise ValueError("应为优待证号的后四位，请按证面填写")
    return value


def hash_id_number(number: str) -> str:
    """Return the keyed hash by which a holder is found."""
    return fingerprint(HOLDER_ID_NUMBER, number)


def hash_mobile(mobile: str) -> str:
    """Return the keyed hash by which holders of a mobile are found."""
    return fingerprint(HOLDER_MOBILE, mobile)


def hash_card_number(number: str) -> str:
    """Return the keyed hash by which a card is found."""
    return fingerprint(CARD_NUMBER, number)
