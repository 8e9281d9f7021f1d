"""推荐岗位 — the open postings that fit a person best, each with its points and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.accounts import Purpose
from models.cards import CardKind
from models.employers import EmployerNature
from models.fields import decode_words
from models.jobs import JobKind
from models.schooling import Schooling
from models.transactions import Row, as_instant, as_uuid, fetch_row
from server.accounts.service import ConsentRequired
from server.jobs.pay import Pay
from server.jobs.seekers.candidates import Search, find_candidates
from server.jobs.seekers.profile import NoProfile
from server.jobs.seekers.scoring import Offer, Person, Score, excludes_by_age, plain, score
from server.search.places import Place

MOST = 50


@dataclass(frozen=True, slots=True)
class Recommendation:
    """推荐 — a posting as the catalogue's rows have it, and its score."""

    row: Row
    score: Score


async def recommend(*, account_id: UUID, at: datetime, limit: int = 20) -> list[Recommendation]:
    """Return the postings that fit a person best, the highest score first, then the newest, then the later id. 推荐。

    Only those with a score above zero. Never one that is closed or hidden, whose employer is not approved or blocked
    by the person, that the person applied for, or that asks for another age and may not relax it.

    Raises:
        ConsentRequired: no consent to ``jobs`` is in force.
        NoProfile: there is no profile to go by.
    """
    person, seeker_id = await _read_person(account_id)
    rows = await find_candidates(_search(person, seeker_id, account_id, at))
    found: list[tuple[Recommendation, Offer]] = []
    for row in rows:
        offer = _offer(row)
        scored = score(person, offer, at=at)
        if scored.total > 0 and not excludes_by_age(person, offer, at=at):
            found.append((Recommendation(row, scored), offer))
    found.sort(key=lambda pair: (pair[0].score.total, pair[1].published_at, pair[1].id), reverse=True)
    return [recommendation for recommendation, _ in found[:limit]]


async def _read_person(account_id: UUID) -> tuple[Person, UUID]:
    row = await fetch_row(
        "SELECT EXISTS (SELECT 1 FROM consents c WHERE c.account_id = $1 AND c.purpose = $2 "
        "AND c.withdrawn_at IS NULL) AS is_willing, EXISTS (SELECT 1 FROM cards d WHERE d.holder_id = s.holder_id "
        "AND d.kind = $3) AS has_veterans_card, s.id AS seeker_id, f.id AS profile_id, f.service_years, f.speciality, "
        "f.skills, f.certificates, f.schooling, f.birth_year, f.experience_years, f.wished_towns, f.wished_kinds, "
        "f.wished_pay_min_fen, f.latitude, f.longitude, m.name AS speciality_name, m.keywords, m.occupations "
        "FROM accounts a LEFT JOIN seekers s ON s.account_id = a.id LEFT JOIN seeker_profiles f ON f.seeker_id = s.id "
        "LEFT JOIN specialities m ON m.code = f.speciality WHERE a.id = $1",
        account_id,
        Purpose.JOBS.value,
        CardKind.VETERAN.value,
    )
    if row is None or not row["is_willing"]:
        raise ConsentRequired
    if row["profile_id"] is None:
        raise NoProfile(next_step="请先在「求职资料」中填写军事专业、技能和期望乡镇，再来看推荐")
    return _person(row), as_uuid(row["seeker_id"])


def _person(row: Row) -> Person:
    words = [word for column in ("keywords", "occupations") for word in decode_words(row[column] or "[]")]
    has_place = row["latitude"] is not None and row["longitude"] is not None
    return Person(
        is_veteran=bool(row["has_veterans_card"] or row["service_years"] or row["speciality"]),
        speciality=row["speciality_name"] or "",
        speciality_words=tuple(map(plain, words)),
        skills=decode_words(row["skills"]),
        certificates=decode_words(row["certificates"]),
        schooling=Schooling(row["schooling"]),
        birth_year=row["birth_year"],
        experience_years=row["experience_years"],
        wished_towns=frozenset(decode_words(row["wished_towns"])),
        wished_kinds=frozenset(decode_words(row["wished_kinds"])),
        wished_pay_min_fen=row["wished_pay_min_fen"],
        place=Place(row["latitude"], row["longitude"]) if has_place else None,
    )


def _search(person: Person, seeker_id: UUID, account_id: UUID, at: datetime) -> Search:
    special = {JobKind(kind) for kind in person.wished_kinds} - {JobKind.ORDINARY}
    if person.is_veteran:
        special.add(JobKind.VETERANS_ONLY)
    return Search(
        account_id=account_id,
        seeker_id=seeker_id,
        words=(*person.speciality_words, *(skill for skill in person.skills if len(skill) > 1)),
        towns=sorted(person.wished_towns),
        kinds=sorted(special),
        place=person.place,
        at=at,
    )


def _offer(row: Mapping[str, Any]) -> Offer:
    pay = None
    if row["pay_min_fen"] is not None:
        pay = Pay(row["pay_min_fen"], row["pay_max_fen"], row["pay_months"], bool(row["pay_is_negotiable"]))
    return Offer(
        id=as_uuid(row["id"]),
        title=plain(row["title"]),
        text=plain(row["description"]),
        kind=JobKind(row["kind"]),
        town_code=row["town_id"],
        town_name=row["town_name"],
        pay=pay,
        schooling=Schooling(row["schooling"]),
        experience_years=row["experience_years"],
        age_min=row["age_min"],
        age_max=row["age_max"],
        nature=EmployerNature(row["employer_nature"]),
        latitude=row["latitude"],
        longitude=row["longitude"],
        published_at=as_instant(row["published_at"]),
    )
