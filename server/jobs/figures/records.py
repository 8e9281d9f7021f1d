"""统计的明细 — the records behind each figure, as SQL; a figure is nothing but their sum.

Every text takes the same four values: the instants at which the Beijing year begins and ends, the instant of the
report, and a town's code or NULL for the whole city. Each row has ``key`` (order and cursor), ``amount``, and
``person_id``, NULL where the record is of no person.
"""

from models.jobs import JobKind
from server.jobs.seekers.identity import person_key

_HELD = (
    "f.state = 'published' AND f.starts_at >= $1 AND f.starts_at < $2 AND f.starts_at <= $3 "
    "AND ($4::text IS NULL OR f.town_id = $4)"
)
_CAME = f"r.checked_in_at IS NOT NULL AND r.checked_in_at <= $3 AND {_HELD}"
_PERSON = person_key("s")

FAIRS = (
    "SELECT f.id::text AS key, 1 AS amount, NULL::uuid AS person_id, f.number, f.title, f.place, f.starts_at, "
    "t.name AS town "
    f"FROM job_fairs f LEFT JOIN towns t ON t.code = f.town_id WHERE {_HELD}"
)

_BROUGHT = (
    "NULL::uuid AS person_id, f.number, f.starts_at, e.name AS employer, p.number AS posting_number, "
    "p.title AS position, p.kind, x.openings "
    "FROM fair_postings x JOIN job_fairs f ON f.id = x.fair_id JOIN job_postings p ON p.id = x.posting_id "
    f"JOIN employers e ON e.id = p.employer_id WHERE {_HELD}"
)
OPENINGS = f"SELECT x.id::text AS key, x.openings AS amount, {_BROUGHT}"
LISTINGS = f"SELECT x.id::text AS key, 1 AS amount, {_BROUGHT}"

_VISITS = (
    f"FROM fair_registrations r JOIN job_fairs f ON f.id = r.fair_id JOIN seekers s ON s.id = r.seeker_id WHERE {_CAME}"
)
PERSONS = (
    f"SELECT {_PERSON}::text AS key, 1 AS amount, {_PERSON} AS person_id, count(DISTINCT f.id) AS fairs, "
    f"min(r.checked_in_at) AS came_at {_VISITS} GROUP BY {_PERSON}"
)
PERSON_TIMES = (
    f"SELECT f.id::text || ':' || {_PERSON}::text AS key, 1 AS amount, {_PERSON} AS person_id, f.number, f.title, "
    f"min(r.checked_in_at) AS came_at {_VISITS} GROUP BY f.id, f.number, f.title, {_PERSON}"
)

INTENTS = (
    "SELECT i.id::text AS key, 1 AS amount, i.seeker_id AS person_id, i.number, e.name AS employer, "
    "i.position_title AS position, i.kind, i.state, i.signing, i.signed_at, f.number AS fair_number "
    "FROM intents i JOIN employers e ON e.id = i.employer_id LEFT JOIN job_fairs f ON f.id = i.fair_id "
    "WHERE i.signed_at >= $1 AND i.signed_at < $2 AND i.signed_at <= $3 AND ($4::text IS NULL OR e.town_id = $4)"
)
INTENTS_WITHDRAWN = f"{INTENTS} AND i.state = 'withdrawn'"
INTENTS_LAPSED = f"{INTENTS} AND i.state = 'lapsed'"

# hired by an intent and by an application for the same posting is one hire, at the earlier of the two instants
_HIRES = (
    f"SELECT i.posting_id, {_PERSON} AS person_id, i.hired_at, i.kind, i.number FROM intents i "
    "JOIN seekers s ON s.id = i.seeker_id WHERE i.state = 'hired' "
    f"UNION ALL SELECT a.posting_id, {_PERSON}, v.created_at, NULL::varchar, NULL::varchar "
    "FROM job_applications a JOIN seekers s ON s.id = a.seeker_id "
    "JOIN job_application_events v ON v.application_id = a.id AND v.to_state = 'hired' WHERE a.state = 'hired'"
)
HIRES = (
    "SELECT h.posting_id::text || ':' || h.person_id::text AS key, 1 AS amount, h.person_id, h.hired_at, h.number, "
    "e.name AS employer, p.title AS position, COALESCE(h.kind, p.kind) AS kind FROM "
    "(SELECT posting_id, person_id, min(hired_at) AS hired_at, max(kind) AS kind, max(number) AS number "
    f"FROM ({_HIRES}) one GROUP BY posting_id, person_id) h "
    "JOIN job_postings p ON p.id = h.posting_id JOIN employers e ON e.id = p.employer_id "
    "WHERE h.hired_at >= $1 AND h.hired_at < $2 AND h.hired_at <= $3 AND ($4::text IS NULL OR e.town_id = $4)"
)


def hires_of(kind: JobKind) -> str:
    """Return the hires for one kind of post, as the intent has it, else the posting."""
    return f"{HIRES} AND COALESCE(h.kind, p.kind) = '{kind.value}'"
