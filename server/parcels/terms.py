"""寄递须知 — what a sender is told first (快递暂行条例 21): terms, prohibited goods, insurance; with a version."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

import config
from models.errors import Conflict

_FILE = Path(config.__file__).parent / "seed" / "parcel_terms.json"


class ParcelTermsOutdated(Conflict):
    message = "寄递须知已经更新，或还没有同意"
    next_step = "请重新打开寄递须知，读过并同意后再预约"


@dataclass(frozen=True, slots=True)
class TermsSection:
    """须知的一节"""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ParcelTerms:
    """寄递须知"""

    version: str
    title: str
    is_sample: bool
    source: str
    sections: tuple[TermsSection, ...]


@cache
def parcel_terms() -> ParcelTerms:
    """Return the terms that are shown now."""
    return msgspec.json.decode(_FILE.read_bytes(), type=ParcelTerms)


def require_current_terms(version: str) -> None:
    """Refuse a booking whose sender has not read what is shown now.

    Raises:
        ParcelTermsOutdated: the version is another one.
    """
    if version != parcel_terms().version:
        raise ParcelTermsOutdated
