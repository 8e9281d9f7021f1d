"""岗位导入计划 — what a checked sheet would create and change, or why it cannot; pure, so that it runs in a thread."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from models.base import new_id
from models.jobs import PostingState
from server.jobs.conditions import UnlawfulCondition
from server.jobs.postings.import_fairs import BoothPlan, BringPlan, FairPlanner
from server.jobs.postings.import_known import Known, KnownEmployer, KnownFair, KnownPosting
from server.jobs.postings.import_rules import ImportMode, RowFacts, RowForbidden, state_after
from server.jobs.postings.terms import ALL_FIELDS, Fault, PostingTerms, explain, faults_of
from server.tables.columns import ParsedRow, ParsedTable
from server.tables.faults import CellError

_COLUMN_OF = {"town_code": "town", "age_min": "age", "age_max": "age"}
_CONTACT = frozenset({"contact_name", "contact_telephone"})


@dataclass(frozen=True, slots=True)
class PostingPlan:
    """One posting to store: from which state (None for a new one) to which, and which fields differ."""

    id: UUID
    employer: KnownEmployer
    number: str
    stored: PostingState | None
    state: PostingState
    terms: PostingTerms
    changed: frozenset[str]


@dataclass(frozen=True, slots=True)
class RowDoubt:
    """待判断的行 — a condition that may be unlawful; staff read the posting before it goes live."""

    row: int
    message: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import will do; rows that are as stored are in nothing but the counts."""

    rows: int
    unchanged: int
    postings: tuple[PostingPlan, ...]
    booths: tuple[BoothPlan, ...]
    brought: tuple[BringPlan, ...]
    doubts: tuple[RowDoubt, ...]
    errors: tuple[CellError, ...]
    fairs_over: tuple[str, ...]
    """The numbers of fairs that are over, whose records are filled in afterwards."""

    @property
    def names_contacts(self) -> bool:
        return any(
            plan.changed & _CONTACT and (plan.terms.contact_name or plan.terms.contact_telephone)
            for plan in self.postings
        )


def plan_import(parsed: ParsedTable, known: Known, *, mode: ImportMode, today: date) -> Plan:
    """Return what the rows without faults would change, and every further fault of theirs."""
    reader = _Reader(parsed, known, mode=mode, today=today)
    owned = [(row, employer) for row in parsed.rows if (employer := known.employer_of(row)[0]) is not None]
    reader.fairs.look_at(owned)
    unchanged = sum([reader.read(row) for row in parsed.rows])
    return Plan(
        rows=len(parsed.rows),
        unchanged=unchanged,
        postings=tuple(reader.postings),
        booths=tuple(reader.fairs.booths),
        brought=tuple(reader.fairs.brought),
        doubts=tuple(reader.doubts),
        errors=tuple(reader.errors),
        fairs_over=tuple(sorted(fair.number for fair in known.fairs.values() if fair.is_over)),
    )


class _Reader:
    """Goes through the rows once and gathers what they come to."""

    def __init__(self, parsed: ParsedTable, known: Known, *, mode: ImportMode, today: date) -> None:
        self._parsed, self._known, self._mode, self._today = parsed, known, mode, today
        self._first: dict[tuple[UUID, str], int] = {}
        self.fairs = FairPlanner(known)
        self.postings: list[PostingPlan] = []
        self.doubts: list[RowDoubt] = []
        self.errors: list[CellError] = []

    def read(self, row: ParsedRow) -> bool:
        """Plan one row, or note its faults; return whether all of it is as stored."""
        employer, faults = self._known.employer_of(row)
        number = str(row.values["number"])
        stored = self._known.postings.get((employer.id, number)) if employer else None
        terms = self._terms(row, stored.terms if stored else PostingTerms())
        found = terms.unlawful()
        faults += self._faults(row, employer, terms, found)
        changed = terms.changed_from(stored.terms) if stored else ALL_FIELDS
        facts = self._facts(stored, terms, changed, self.fairs.fair_of(row), found)
        state = PostingState.DRAFT
        try:
            state = state_after(self._mode, facts)
        except RowForbidden as fault:
            faults.append(("number", str(fault)))
        identifier = stored.id if stored else new_id()
        if not faults and employer and self.fairs.is_kept_from(row, employer, identifier, terms.openings):
            faults.append(("fair", "这场招聘会已经结束，当天的展位、岗位和人数是统计的依据，不能再改"))
        if faults or employer is None:
            self.errors += [self._parsed.error(row=row.number, key=key, message=text) for key, text in faults]
            return False
        is_same = not changed and state is facts.stored
        if not is_same:
            self.postings.append(PostingPlan(identifier, employer, number, facts.stored, state, terms, changed))
            if state is PostingState.SUBMITTED:
                self.doubts += [RowDoubt(row.number, explain(one)) for one in found]
        return not self.fairs.bring(row, employer, identifier, terms.openings) and is_same

    def _faults(
        self,
        row: ParsedRow,
        employer: KnownEmployer | None,
        terms: PostingTerms,
        found: list[UnlawfulCondition],
    ) -> Iterator[Fault]:
        # staff who publish may record what is over; anybody else is told of a day that has passed
        looked_at = () if self._mode is ImportMode.PUBLISH else ("closes_on",)
        for field, message in faults_of(terms, changed=looked_at, today=self._today):
            yield _COLUMN_OF.get(field, field), message
        for one in found:
            if one.is_certain:
                yield one.field, explain(one)
        yield from self.fairs.faults(row, employer)
        if employer is not None:
            first = self._first.setdefault((employer.id, str(row.values["number"])), row.number)
            if first != row.number:
                yield "number", f"和第 {first} 行是同一单位的同一编号，请只留一行；参加几场招聘会的，请按场次分开导入"

    def _terms(self, row: ParsedRow, before: PostingTerms) -> PostingTerms:
        """Return what a row says of its posting; a column that the file lacks leaves what is stored."""
        cells, columns = row.values, self._parsed.header.places.keys()
        blank = PostingTerms()
        given: dict[str, Any] = {
            key: getattr(blank, key) if cells[key] is None else cells[key] for key in columns if key in ALL_FIELDS
        }
        if "age" in columns:
            given["age_min"], given["age_max"] = cells["age"] or (None, None)  # type: ignore[misc]
        if cells["requirements"]:
            given["description"] += f"\n任职要求：{cells['requirements']}"
        town = self._known.towns.read_address(given["address"]) if cells["town"] is None else str(cells["town"])
        given["town_code"] = town or None
        if (given["address"], given["town_code"]) != (before.address, before.town_code):
            given["latitude"] = given["longitude"] = None  # the point on the map was the old place's
        return dataclasses.replace(before, **given)

    def _facts(
        self,
        stored: KnownPosting | None,
        terms: PostingTerms,
        changed: frozenset[str],
        fair: KnownFair | None,
        found: list[UnlawfulCondition],
    ) -> RowFacts:
        day = terms.closes_on
        is_past = day < self._today if day is not None else fair is not None and fair.is_over
        return RowFacts(stored.state if stored else None, changed, is_past, bool(found))
