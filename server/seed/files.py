"""种子文件 — the shapes of the files in ``config/seed``; each file names its source."""

import hashlib
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

import config
from models.cards import CardKind, CardState
from models.perks import ALL_WEEKDAYS, PerkState
from models.stations import StationLevel, StationService

DIRECTORY = Path(config.__file__).parent / "seed"

T = TypeVar("T")


class SeedTown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """乡镇 — a 9-digit code and a name."""

    code: str
    name: str


class Towns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """乡镇名单 — in the official order."""

    source: str
    towns: tuple[SeedTown, ...]


class SeedCategory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """类别"""

    code: str
    name: str


class Categories(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """类别名单 — in the order in which people see them."""

    source: str
    categories: tuple[SeedCategory, ...]


class SeedPerk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """优惠 — a perk by the names of its merchant and branches; all branches when none is named."""

    number: str
    category: str
    title: str
    description: str
    provider: str = ""
    merchant: str = ""
    branches: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    weekdays: int = ALL_WEEKDAYS
    hours: tuple[str, ...] = ()
    card_kinds: tuple[CardKind, ...] = ()
    households: tuple[str, ...] = ()
    documents: str = ""
    per_person_day: int | None = None
    per_person_month: int | None = None
    per_person_year: int | None = None
    per_person_ever: int | None = None
    total_day: int | None = None
    total_ever: int | None = None
    source: str = ""
    state: PerkState = PerkState.LIVE
    state_reason: str = ""


class Perks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """优惠名单"""

    source: str
    perks: tuple[SeedPerk, ...]


class SeedBranch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """门店 — coordinates in GCJ-02 degrees."""

    name: str
    town: str
    address: str
    telephone: str
    latitude: float
    longitude: float


class SeedMerchant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """商户"""

    name: str
    credit_code: str
    branches: tuple[SeedBranch, ...]


class Merchants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """商户名单"""

    source: str
    merchants: tuple[SeedMerchant, ...]


class SeedHolder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """持证人 — with one card; ``bound_to`` is a sandbox log-in code."""

    name: str
    id_number: str
    mobile: str
    card_number: str
    kind: CardKind
    town: str | None = None
    state: CardState = CardState.ACTIVE
    state_reason: str = ""
    expires_on: date | None = None
    bound_to: str = ""
    for_claim: bool = False
    """Start-up prints this person's details, so that binding a card can be tried."""


class SeedClerk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """店员"""

    merchant: str
    branch: str
    display_name: str


class SeedEmployer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """用人单位 — approved, with one member."""

    name: str
    credit_code: str
    town: str
    address: str
    contact_name: str
    contact_mobile: str
    introduction: str
    display_name: str


class SeedStation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """服务站 — after its parent, which it names by number; coordinates in GCJ-02 degrees."""

    number: str
    name: str
    level: StationLevel
    address: str
    telephone: str
    latitude: float
    longitude: float
    services: tuple[StationService, ...]
    hours: str
    parent: str | None = None
    town: str | None = None
    slot_capacity: int = 4


class Stations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """服务站名单"""

    source: str
    stations: tuple[SeedStation, ...]


class SeedStaff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """工作人员 — without a town an administrator; posted at the counter of a station, if it names one."""

    display_name: str
    town: str | None = None
    station: str = ""


class People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """示例人员 — who stands behind the sandbox log-in codes."""

    source: str
    holders: tuple[SeedHolder, ...]
    clerk: SeedClerk
    employer: SeedEmployer
    staff: SeedStaff
    administrator: SeedStaff


def load(name: str, shape: type[T]) -> T:
    """Return the content of ``config/seed/<name>.json``.

    Raises:
        msgspec.ValidationError: the file is not of that shape.
    """
    return msgspec.json.decode((DIRECTORY / f"{name}.json").read_bytes(), type=shape)


def digest(*names: str) -> str:
    """Return a hash of files: another edition of the reference data has another."""
    content = b"".join((DIRECTORY / f"{name}.json").read_bytes() for name in names)
    return hashlib.sha256(content).hexdigest()[:16]
