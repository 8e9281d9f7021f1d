"""示例年度 — what the sample of a year holds: employers, fairs, listings, visitors, and their intents."""

from enum import StrEnum

import msgspec

from models.employers import EmployerNature
from models.jobs import JobKind
from server.seed.files import load


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """示例岗位 — one line of work with its usual pay in yuan a month."""

    title: str
    low: int
    high: int
    schooling: str
    experience: str
    duty: str


class Sector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """行业"""

    name: str
    suffix: str
    positions: tuple[Position, ...]


class EmploymentWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """示例用词 — of which names and positions are made."""

    source: str
    brands: tuple[str, ...]
    surnames: tuple[str, ...]
    given: tuple[str, ...]
    benefits: tuple[str, ...]
    instructor: Position
    village: tuple[Position, ...]
    welfare: tuple[Position, ...]
    sectors: tuple[Sector, ...]


class SampleEmployer(msgspec.Struct, frozen=True):
    """示例单位 — ``sector`` is empty for a government or a school."""

    credit_code: str
    name: str
    town: str
    address: str
    nature: EmployerNature
    contact_name: str
    contact_mobile: str
    sector: str = ""


class SampleFair(msgspec.Struct, frozen=True):
    """示例招聘会 — ``town`` 全市 for one of the whole city; times as people write them."""

    number: str
    title: str
    town: str
    place: str
    starts: str
    ends: str
    openings: int


class SampleListing(msgspec.Struct, frozen=True):
    """示例条目 — openings of one position at one booth of one fair."""

    fair: str
    booth: str
    employer: SampleEmployer
    number: str
    position: Position
    kind: JobKind
    openings: int
    pay: str
    age: str
    benefits: str


class Ending(StrEnum):
    """示例结局 — what became of an intent that was signed."""

    SIGNED = "signed"
    OFFERED = "offered"
    HIRED = "hired"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken_back"
    """Withdrawn by the employer."""


class SampleVisitor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """示例求职者 — ``login`` is a sandbox code, empty for somebody without a phone; ``fairs`` they came to."""

    name: str
    id_number: str
    mobile: str
    login: str
    fairs: tuple[str, ...]


class SampleIntent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """示例意向 — signed at a fair by the n-th visitor, and what became of it."""

    visitor: int
    fair: str
    credit_code: str
    posting: str
    ending: Ending


class Replay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """回放 — who came to which fair and signed what."""

    source: str
    visitors: tuple[SampleVisitor, ...]
    intents: tuple[SampleIntent, ...]


class SampleYear(msgspec.Struct, frozen=True):
    """示例年度 — all of it, before it is written to files."""

    employers: tuple[SampleEmployer, ...]
    fairs: tuple[SampleFair, ...]
    listings: tuple[SampleListing, ...]
    replay: Replay


def load_words() -> EmploymentWords:
    """Return the words of which the sample is made."""
    return load("samples/employment", EmploymentWords)
