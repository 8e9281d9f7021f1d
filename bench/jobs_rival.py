"""岗位目录的对手 — what a careful engineer writes by hand for the list of jobs: asyncpg, msgspec, the same SQL.

The same indexes are read in the same two ways, a glance and gathering; nobody is authenticated, limited or logged.
"""

from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
from sanic import Request, Sanic
from sanic.response import HTTPResponse

from server.search.pairs import query_terms

BEIJING = timezone(timedelta(hours=8))
KINDS = {"ordinary": "普通岗位", "village_staff": "村社区工作人员", "veterans_only": "退役军人专岗"}
SCHOOLINGS = {
    "any": "不限",
    "junior_middle": "初中",
    "senior_middle": "高中/中专/技校",
    "college": "大专",
    "bachelor": "本科",
}

COLUMNS = (
    "p.id, p.title, p.kind, p.town_id, p.address, p.openings, p.pay_min_fen, p.pay_max_fen, p.pay_months, "
    "p.pay_is_negotiable, p.schooling, p.experience_years, p.closes_on, p.published_at, p.is_sample, p.employer_id, "
    "e.name AS employer_name, e.nature"
)
LIVE = "p.state = 'live' AND p.town_id = $1"
FITS = (
    "e.state = 'approved' AND (p.closes_on IS NULL OR p.closes_on >= $2) "
    "AND (p.pay_max_fen >= $3 OR (p.pay_max_fen IS NULL AND p.pay_min_fen IS NOT NULL))"
)
TITLE = "p.title_search @@ $4::text::tsquery"
REST = "p.search @@ $4::text::tsquery AND NOT p.title_search @@ $4::text::tsquery"
ORDER = "ORDER BY p.published_at DESC, p.id DESC"
TO_EMPLOYER = (
    "CROSS JOIN LATERAL (SELECT e.name, e.nature, e.state FROM employers e WHERE e.id = p.employer_id OFFSET 0) e"
)


def glance(words: str) -> str:
    """Return the query that reads the newest thousand at the most."""
    return (
        f"SELECT {COLUMNS} FROM (SELECT p.* FROM job_postings p WHERE {LIVE} {ORDER} LIMIT 1000) p {TO_EMPLOYER} "
        f"WHERE {FITS} AND {words} {ORDER} LIMIT 21"
    )


def gather(words: str) -> str:
    """Return the query that sorts all that fits."""
    found = f"SELECT {COLUMNS} FROM job_postings p {TO_EMPLOYER} WHERE {LIVE} AND {FITS} AND {words}"
    return f"WITH fitting AS MATERIALIZED ({found}) SELECT * FROM fitting p {ORDER} LIMIT 21"


STEPS = [(glance(TITLE), gather(TITLE)), (glance(REST), gather(REST))]


class Job(msgspec.Struct):
    id: UUID
    title: str
    kind: str
    kind_label: str
    employer_id: UUID
    employer_name: str
    town_code: str | None
    address: str
    openings: int
    pay: str
    pay_min_fen: int | None
    pay_max_fen: int | None
    pay_months: int
    pay_is_negotiable: bool
    schooling: str
    schooling_label: str
    experience_years: int
    closes_on: date | None
    published_at: datetime
    is_veterans_first: bool
    is_sample: bool


class Page(msgspec.Struct):
    items: list[Job]
    next_cursor: str | None


def add_job_routes(app: "Sanic[Any, Any]") -> None:
    """Add the list of jobs to the rival application."""

    @app.get("/jobs")
    async def list_jobs(request: Request) -> HTTPResponse:
        terms = query_terms(request.args["q"][0])
        words = " & ".join(f"'{term[:-1]}':*" if term.endswith("*") else f"'{term}'" for term in terms)
        values = (request.args["town"][0], datetime.now(BEIJING).date(), int(request.args["pay_min_fen"][0]), words)
        rows: list[Any] = []
        async with app.ctx.pool.acquire() as connection:
            for quick, full in STEPS:
                found = await connection.fetch(quick, *values)
                if len(found) < 21:
                    found = await connection.fetch(full, *values)
                rows += found
                if len(rows) >= 21:
                    break
        cursor = f"{rows[19]['published_at']}/{rows[19]['id']}" if len(rows) > 20 else None
        page = Page([_job(row) for row in rows[:20]], cursor)
        return HTTPResponse(msgspec.json.encode(page), content_type="application/json")


def _job(row: Any) -> Job:
    low, high = row["pay_min_fen"], row["pay_max_fen"]
    pay = "面议" if low is None else f"{low // 100}元/月以上" if high is None else f"{low // 100}-{high // 100}元/月"
    return Job(
        row["id"], row["title"], row["kind"], KINDS[row["kind"]], row["employer_id"], row["employer_name"],
        row["town_id"], row["address"], row["openings"], pay, low, high, row["pay_months"], row["pay_is_negotiable"],
        row["schooling"], SCHOOLINGS[row["schooling"]], row["experience_years"], row["closes_on"],
        row["published_at"].astimezone(BEIJING), row["kind"] == "veterans_only" or row["nature"] != "other",
        row["is_sample"],
    )  # fmt: skip
