"""包裹的问法 — which sentences ask where a parcel is, and the number that somebody pasted into one."""

import re
import unicodedata
from enum import StrEnum

from server.parcels.numbers import PARCEL_NUMBERS


class ParcelIntent(StrEnum):
    """包裹意图 — one's own parcels, or one by the number that was pasted."""

    PARCEL_STATUS = "parcel_status"
    PARCEL_NUMBER = "parcel_number"


_OURS = re.compile(r"(?<![0-9A-Z])YB[\s\-_·.]?[0-9A-Z|](?:[\s\-_·.]?[0-9A-Z|]){8,14}(?![0-9A-Z])")
_CARRIERS = re.compile(
    r"(?<![0-9A-Z])(?:[A-Z]{2}[0-9]{9}[A-Z]{2}|(?!YX|GW|YB)[A-Z]{2,4}[0-9]{10,18}|[0-9]{10}|[0-9]{12,17}|[0-9]{19,20})"
    r"(?![0-9A-Z])"
)
"""S10, letters with digits, or digits alone; never 11 or 18 digits, which are a mobile or an ID number."""
_THING = re.compile(
    r"包裹|快递|快件|邮包|邮件|[寄发]件|运单|单号|[寄邮](?:出去?)?[给到]\S{0,8}的|我[寄邮发](?:出去?)?的|寄的(?:东西|衣服|吃的)"
)
_WHERE = re.compile(
    r"到(?:哪|那|什么地方|了没|没到|没有|货)|在(?:哪|什么地方)|到了吗|收到(?:了没|没|了吗)|签收|送到|没到|没收到|走到|"
    r"进度|进展|物流|轨迹|状态|怎么样了|什么时候(?:能|会)?(?:到|送)|几时到|几天能?到|多久(?:能|会)?到|查(?:一?下|询|件|查)?"
)
_OTHER = re.compile(
    r"多少钱|[费价]|怎么(?:寄|邮|预约|写)|[能可]不?[能以]?寄|免费|哪个站|几点|关门|开门|赔|投诉|取消|改约|地址怎么"
)


def recognise(text: str) -> str | None:
    """Return the intent of a sentence about one's own parcels, None for any other."""
    plain = _plain(text)
    if find_number(text):
        return ParcelIntent.PARCEL_NUMBER
    carriers = _CARRIERS.search(plain)
    if carriers and (_THING.search(plain) or _WHERE.search(plain) or carriers[0] == plain.strip()):
        return ParcelIntent.PARCEL_NUMBER
    if _THING.search(plain) and _WHERE.search(plain) and not _OTHER.search(plain):
        return ParcelIntent.PARCEL_STATUS
    return None


def find_number(text: str) -> str:
    """Return what somebody pasted as a number of ours, right or mistyped; empty if there is none."""
    found = _OURS.search(_plain(text))
    return found[0] if found and PARCEL_NUMBERS.looks_like(found[0]) else ""


def find_carriers_number(text: str) -> str:
    """Return what somebody pasted as a carrier's number; empty if there is none."""
    found = _CARRIERS.search(_plain(text))
    return found[0] if found else ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()
