"""遮盖 — takes out of a question what tells who somebody is, before it is stored or shown to anybody."""

import re
import unicodedata

LONGEST = 600
_NUMBERS = re.compile(r"(?<![0-9])[0-9](?:[ \-]?[0-9Xx]){6,}(?![0-9])")
"""Seven digits and more in a row: ID numbers, cards, telephones, waybills; amounts and years are shorter."""
_NAMED = re.compile(r"((?:我叫|名叫|名字叫|叫做|姓名[是:： ]?)\s*)([\u4e00-\u9fff·]{2,4})(?=[，,。.；;\s]|$)")
_HOUSE = re.compile(
    r"[0-9]{1,4}\s*(?:号楼|幢|栋|单元|室|弄|组)(?:[0-9]{1,4}\s*(?:号|室|单元))*|[路街巷村组庄][0-9]{1,4}号"
)
_STARS = "***"
_CALLED = re.compile(r"((?:我叫|名叫|名字叫|姓名[是: ])\s*)[\u4e00-\u9fff·]{2,3}")
_LEFT = re.compile(r"[\u4e00-\u9fff]\*\*(?!\*)|(?:[A-Za-z0-9]{1,20}[\s.,_\-]{0,3})?\*{3}[0-9Xx]{1,4}(?![0-9])")
"""What ``mask_question`` leaves: a surname, the last four of a number and what stood before it."""
_ADDRESS = re.compile(r"[A-Za-z0-9_.+\-]{1,64}@[A-Za-z0-9_.\-]+")
_ANY_NUMBER = re.compile(r"[A-Za-z_\-]{0,20}[0-9](?:[\s.,/_\-]{0,3}[0-9Xx]){4,}[A-Za-z0-9_\-]*")
_SPELT_NUMBER = re.compile(r"[零〇○一二三四五六七八九幺](?:[\s,\-]?[零〇○一二三四五六七八九幺]){4,}")
_SIGN = re.compile(r"(?=[A-Za-z_\-]{0,20}[0-9])[A-Za-z0-9_\-]{5,}")
"""Bounded, so that a long run of letters costs no more than its length."""


def mask_question(text: str) -> str:
    """Return a question as it may be stored: numbers to the last four, names after 我叫 and house numbers taken out."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = _NUMBERS.sub(lambda found: _STARS + re.sub(r"[ \-]", "", found[0])[-4:], plain)
    plain = _NAMED.sub(lambda found: found[1] + found[2][0] + "**", plain)
    return _HOUSE.sub(_STARS, plain)[:LONGEST]


def mask_wholly(text: str) -> str:
    """Return a question as it may leave the house: like ``mask_question``, with nothing left of what was found.

    Numbers of five digits and more go whole, also spelt or with dots between; so do mail addresses and plates.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = _LEFT.sub(_STARS, plain)
    plain = _NAMED.sub(lambda found: found[1] + _STARS, plain)
    plain = _CALLED.sub(lambda found: found[1] + _STARS, plain)
    for pattern in (_ADDRESS, _ANY_NUMBER, _SPELT_NUMBER, _SIGN, _HOUSE):
        plain = pattern.sub(_STARS, plain)
    return plain[:LONGEST]
