"""找岗位的词 — full text of postings as conditions of SQL text, by an index or row by row."""

from enum import StrEnum

from models.transactions import fetch_row, is_postgres
from server.search.conditions import Conditions
from server.search.pairs import postgres_query, sqlite_query

COMMON = 1500
"""More matches than this make a word common on SQLite: then rows are read in order until a page is full."""


class Where(StrEnum):
    """匹配处 — in which part of a posting the words must stand."""

    ANYWHERE = "anywhere"
    TITLE = "title"
    REST = "rest"
    """Somewhere, and not all of them in the title."""


def add_words(conditions: Conditions, terms: list[str], where: Where, *, is_indexed: bool) -> None:
    """Add that the words stand in a posting ``p``.

    On SQLite ``is_indexed`` asks the full-text index for all matches; otherwise the texts of each row are read.
    PostgreSQL decides by itself.
    """
    if is_postgres():
        words = f"{conditions.value(postgres_query(terms))}::text::tsquery"
        conditions.add(f"p.{'title_search' if where is Where.TITLE else 'search'} @@ {words}")
        if where is Where.REST:
            conditions.add(f"NOT p.title_search @@ {words}")
        return
    column = "title_search_text" if where is Where.TITLE else "search_text"
    if is_indexed:
        found = conditions.value(_in_column(column, terms))
        conditions.add(
            f"p.search_rowid IN (SELECT rowid FROM job_posting_search WHERE job_posting_search MATCH {found})"
        )
    else:
        conditions.add(_read_in(column, terms, conditions))
    if where is Where.REST:
        conditions.add(f"NOT ({_read_in('title_search_text', terms, conditions)})")


async def are_common(terms: list[str]) -> bool:
    """Return whether so many postings hold the words that SQLite had better not gather all of them."""
    row = await fetch_row(
        "SELECT count(*) AS n FROM (SELECT 1 FROM job_posting_search WHERE job_posting_search MATCH $1 LIMIT $2) AS f",
        _in_column("search_text", terms),
        COMMON + 1,
    )
    assert row is not None
    return int(row["n"]) > COMMON


def _in_column(column: str, terms: list[str]) -> str:
    return f"{{{column}}} : ({sqlite_query(terms)})"


def _read_in(column: str, terms: list[str], conditions: Conditions) -> str:
    """Return that a column holds the terms, each between blanks or, a beginning, after one."""
    wanted = [f" {term[:-1]}" if term.endswith("*") else f" {term} " for term in terms]
    return " AND ".join(f"instr(' ' || p.{column} || ' ', {conditions.value(term)}) > 0" for term in wanted)
