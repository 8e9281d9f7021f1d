"""导入所知 — what is stored of what a sheet of postings speaks of: employers, postings, fairs, booths."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from models.batches import CHUNK, as_json, fetch_many, one_of
from models.employers import Employer, EmployerState
from models.fairs import FairState
from models.fields import decode_words, unseal
from models.jobs import POSTING_CONTACT_NAME, POSTING_CONTACT_TELEPHONE, JobKind, PostingState
from models.schooling import Schooling
from models.towns import Town, TownNames
from models.transactions import Dialects, Row, as_instant, as_uuid, fetch_rows
from server.accounts.guards import StaffMember
from server.jobs.pay import Pay
from server.jobs.postings.terms import Fault, PostingTerms
from server.tables.columns import ParsedRow, ParsedTable

_EMPLOYERS = "SELECT id, name, credit_code, town_id, state, is_sample FROM employers WHERE "
_BY_CODE = one_of(_EMPLOYERS + "credit_code {keys}", "text")
_BY_NAME = one_of(_EMPLOYERS + "name {keys}", "text")
_POSTINGS = Dialects(
    postgres="SELECT p.* FROM jsonb_to_recordset($1::text::jsonb) AS x(employer_id uuid, number text) "
    "JOIN job_postings p ON p.employer_id = x.employer_id AND p.number = x.number",
    sqlite="SELECT p.* FROM json_each($1) JOIN job_postings p "
    "ON p.employer_id = json_extract(value, '$.employer_id') AND p.number = json_extract(value, '$.number')",
)
_POSTINGS_LOCKED = Dialects(postgres=_POSTINGS.postgres + " FOR UPDATE OF p", sqlite=_POSTINGS.sqlite)
_FAIRS = one_of("SELECT id, number, town_id, ends_at, published_at, state FROM job_fairs WHERE number {keys}", "text")
_FAIRS_LOCKED = Dialects(postgres=_FAIRS.postgres + " ORDER BY id FOR UPDATE", sqlite=_FAIRS.sqlite)
_BOOTHS = one_of("SELECT id, fair_id, employer_id, number FROM job_fair_booths WHERE fair_id {keys}", "uuid")
_BROUGHT = one_of("SELECT fair_id, posting_id, openings FROM fair_postings WHERE fair_id {keys}", "uuid")


@dataclass(frozen=True, slots=True)
class KnownEmployer:
    """An employer to which rows may belong."""

    id: UUID
    name: str
    credit_code: str
    town_id: str | None
    state: EmployerState
    is_sample: bool


@dataclass(frozen=True, slots=True)
class KnownPosting:
    """A stored posting that a row names."""

    id: UUID
    state: PostingState
    terms: PostingTerms


@dataclass(frozen=True, slots=True)
class KnownFair:
    """A fair that a row names."""

    id: UUID
    number: str
    is_cancelled: bool
    is_over: bool
    is_kept: bool
    """It was held and is over: what was there that day is what the figures rest on."""
    is_managed: bool
    """Who imports may set it up; a fair of the whole city is an administrator's."""


@dataclass(slots=True)
class Known:
    """What is stored; ``own`` is the employer that imports for itself, for whom rows name none."""

    towns: TownNames
    own: KnownEmployer | None = None
    by_code: dict[str, KnownEmployer] = field(default_factory=dict)
    by_name: dict[str, list[KnownEmployer]] = field(default_factory=dict)
    postings: dict[tuple[UUID, str], KnownPosting] = field(default_factory=dict)
    fairs: dict[str, KnownFair] = field(default_factory=dict)
    booths: dict[tuple[UUID, UUID], str] = field(default_factory=dict)
    """The numbers of booths by fair and employer."""
    brought: dict[tuple[UUID, UUID], int] = field(default_factory=dict)
    """The openings by fair and posting."""

    def employer_of(self, row: ParsedRow) -> tuple[KnownEmployer | None, list[Fault]]:
        """Return whose a row is, or why nobody's."""
        if self.own is not None:
            return self.own, []
        code, name = row.values["credit_code"], row.values["employer_name"]
        if code is None and name is None:
            return None, [("credit_code", "请填用人单位的信用代码或名称")]
        found = [self.by_code[str(code)]] if code in self.by_code else self.by_name.get(str(name), [])
        key = "employer_name" if code is None else "credit_code"
        if code is not None and code not in self.by_code:
            return None, [(key, "没有登记过这个信用代码的用人单位，请先登记并审核")]
        if not found:
            return None, [(key, "没有登记过这个名称的用人单位，请和登记的名称写得一字不差，或填信用代码")]
        if len(found) > 1:
            return None, [(key, "有几个用人单位叫这个名称，请填信用代码")]
        if name is not None and found[0].name != name:
            return None, [("employer_name", f"这个信用代码登记的是「{found[0].name}」，请核对名称和代码")]
        if found[0].state is not EmployerState.APPROVED:
            return None, [(key, f"这个用人单位{found[0].state.label}，审核通过后才能导入它的岗位")]
        return found[0], []


async def read_towns() -> TownNames:
    """Return the names of the towns that there are."""
    return TownNames.of(await Town.all().order_by("position", "code"))


async def read_known(
    parsed: ParsedTable, *, own: Employer | None, staff: StaffMember | None, locked: bool, at: datetime
) -> Known:
    """Read what the rows speak of and ``staff`` may see; ``locked`` keeps the postings as they are until the end.

    Without an own employer and staff it is the command line, which sees all.
    """
    known = Known(towns=await read_towns())
    if own is not None:
        known.own = KnownEmployer(own.id, own.name, own.credit_code, own.town_id, own.state, own.is_sample)
    else:
        await _read_employers(known, parsed.rows, staff)
        await _read_fairs(known, parsed.rows, staff, locked=locked, at=at)
    await _read_postings(known, parsed.rows, locked=locked)
    return known


async def _read_employers(known: Known, rows: Sequence[ParsedRow], staff: StaffMember | None) -> None:
    codes = sorted({str(row.values["credit_code"]) for row in rows if row.values["credit_code"]})
    names = sorted({str(row.values["employer_name"]) for row in rows if not row.values["credit_code"]})
    for row in [*await fetch_many(_BY_CODE, codes), *await fetch_many(_BY_NAME, names)]:
        if staff is None or staff.sees_town(row["town_id"]):
            employer = KnownEmployer(
                as_uuid(row["id"]),
                row["name"],
                row["credit_code"],
                row["town_id"],
                EmployerState(row["state"]),
                bool(row["is_sample"]),
            )
            known.by_code[employer.credit_code] = employer
            if employer not in known.by_name.setdefault(employer.name, []):
                known.by_name[employer.name].append(employer)


async def _read_postings(known: Known, rows: Sequence[ParsedRow], *, locked: bool) -> None:
    wanted = [
        {"employer_id": employer.id, "number": row.values["number"]}
        for row in rows
        if (employer := known.employer_of(row)[0]) is not None
    ]
    found: list[Row] = []
    for start in range(0, len(wanted), CHUNK):
        found += await fetch_rows(_POSTINGS_LOCKED if locked else _POSTINGS, as_json(wanted[start : start + CHUNK]))
    known.postings |= await asyncio.to_thread(lambda: dict(map(_posting, found)))


def _posting(row: Row) -> tuple[tuple[UUID, str], KnownPosting]:
    has_pay = row["pay_min_fen"] is not None or row["pay_is_negotiable"]
    pay = Pay(row["pay_min_fen"], row["pay_max_fen"], row["pay_months"], bool(row["pay_is_negotiable"]))
    name, telephone, closes_on = row["contact_name_sealed"], row["contact_telephone_sealed"], row["closes_on"]
    same = ("title", "openings", "address", "latitude", "longitude", "experience_years", "age_min", "age_max")
    terms = PostingTerms(
        **{column: row[column] for column in (*same, "description")},
        kind=JobKind(row["kind"]),
        town_code=row["town_id"],
        pay=pay if has_pay else None,
        schooling=Schooling(row["schooling"]),
        benefits=decode_words(row["benefits"]),
        contact_name=unseal(POSTING_CONTACT_NAME, name) if name else "",
        contact_telephone=unseal(POSTING_CONTACT_TELEPHONE, telephone) if telephone else "",
        closes_on=date.fromisoformat(closes_on) if isinstance(closes_on, str) else closes_on,
    )
    key = (as_uuid(row["employer_id"]), str(row["number"]))
    return key, KnownPosting(as_uuid(row["id"]), PostingState(row["state"]), terms)


async def _read_fairs(
    known: Known, rows: Sequence[ParsedRow], staff: StaffMember | None, *, locked: bool, at: datetime
) -> None:
    numbers = sorted({str(row.values["fair"]) for row in rows if row.values["fair"]})
    for row in await fetch_many(_FAIRS_LOCKED if locked else _FAIRS, numbers):
        if staff is None or staff.sees_town(row["town_id"]):
            known.fairs[row["number"]] = _fair(row, staff, at=at)
    fair_ids = [fair.id for fair in known.fairs.values()]
    for row in await fetch_many(_BOOTHS, fair_ids):
        known.booths[as_uuid(row["fair_id"]), as_uuid(row["employer_id"])] = row["number"]
    for row in await fetch_many(_BROUGHT, fair_ids):
        known.brought[as_uuid(row["fair_id"]), as_uuid(row["posting_id"])] = row["openings"]


def _fair(row: Row, staff: StaffMember | None, *, at: datetime) -> KnownFair:
    ends_at = as_instant(row["ends_at"])
    was_entered_afterwards = row["published_at"] is not None and as_instant(row["published_at"]) >= ends_at
    return KnownFair(
        id=as_uuid(row["id"]),
        number=row["number"],
        is_cancelled=row["state"] == FairState.CANCELLED,
        is_over=ends_at <= at,
        is_kept=ends_at <= at and row["state"] == FairState.PUBLISHED and not was_entered_afterwards,
        is_managed=staff is None or staff.is_administrator or row["town_id"] is not None,
    )
