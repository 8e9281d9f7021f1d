"""查询测试 — one SQL text on two databases."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from config.clock import BEIJING
from models.transactions import (
    Dialects,
    as_instant,
    as_uuid,
    execute,
    fetch_row,
    fetch_rows,
    is_postgres,
    sqlite_text,
    sqlite_value,
)
from tests.transactions.records import Entry

INSERT = "INSERT INTO entries (id, name, amount) VALUES ($1, $2, $3)"


async def add(**amounts: int) -> None:
    for name, amount in amounts.items():
        await execute(INSERT, uuid4(), name, amount)


@pytest.mark.usefixtures("entries")
async def test_values_come_back_as_the_models_read_them() -> None:
    identifier, at = uuid4(), datetime(2026, 3, 1, 7, 30, 0, 5, BEIJING)
    text = "INSERT INTO entries VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"

    await execute(text, identifier, "it's $1", 7, False, at, date(2026, 3, 1), str(Decimal("1.50")), b"\x00\xff")

    entry = await Entry.get(id=identifier)
    assert (entry.name, entry.amount, entry.is_open, entry.held_on) == ("it's $1", 7, False, date(2026, 3, 1))
    assert (entry.held_at, entry.price, entry.content) == (at, "1.50", b"\x00\xff")
    row = await fetch_row("SELECT id, held_at FROM entries WHERE held_at = $1", at)
    assert row is not None
    assert (as_uuid(row["id"]), as_instant(row["held_at"])) == (identifier, at)
    assert as_instant(row["held_at"]).tzinfo is UTC


@pytest.mark.usefixtures("entries")
async def test_instants_written_with_any_offset_compare_as_instants() -> None:
    early, late = datetime(2026, 3, 1, 7, 0, tzinfo=BEIJING), datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    await Entry.create(id=uuid4(), name="早", amount=1, held_at=early)
    await Entry.create(id=uuid4(), name="晚", amount=1, held_at=late)

    ordered = [row["name"] for row in await fetch_rows("SELECT name FROM entries ORDER BY held_at")]

    assert ordered == ["早", "晚"]
    assert [entry.name for entry in await Entry.filter(held_at__lt=late)] == ["早"]


@pytest.mark.usefixtures("entries")
async def test_every_kind_of_write_tells_how_many_rows_it_wrote() -> None:
    await add(甲=1, 乙=2, 丙=3)

    assert await execute("UPDATE entries SET amount = amount + 1 WHERE amount < $1", 3) == 2
    assert await execute("UPDATE entries SET amount = 0 WHERE amount > $1", 100) == 0
    assert await execute("SELECT * FROM entries") == 0
    assert await execute(f"{INSERT} ON CONFLICT (name) DO NOTHING", uuid4(), "甲", 1) == 0
    assert await execute(f"{INSERT} ON CONFLICT (name) DO UPDATE SET amount = excluded.amount", uuid4(), "甲", 9) == 1
    chosen = "WITH chosen AS (SELECT name FROM entries WHERE amount < $1)"
    assert await execute(f"{chosen} UPDATE entries SET amount = 5 WHERE name IN (SELECT name FROM chosen)", 9) == 2
    assert await execute("UPDATE entries SET amount = 6 WHERE amount = $1 RETURNING id", 5) == 2
    assert await execute("DELETE FROM entries") == 3
    assert await execute("DELETE FROM entries") == 0


@pytest.mark.usefixtures("entries")
async def test_a_write_can_return_its_rows() -> None:
    inserted = await fetch_row(f"{INSERT} RETURNING name, amount", uuid4(), "甲", 1)
    updated = await fetch_rows("UPDATE entries SET amount = amount + $1::int RETURNING amount", 4)

    assert inserted is not None
    assert dict(inserted) == {"name": "甲", "amount": 1}
    assert [row["amount"] for row in updated] == [5]
    assert await fetch_row("SELECT 1 FROM entries WHERE name = $1", "无") is None


@pytest.mark.usefixtures("entries")
async def test_a_query_may_have_a_text_for_each_database() -> None:
    await add(甲=1, 乙=2, 丙=3)
    among = Dialects(
        postgres="SELECT name FROM entries WHERE name = ANY($1) ORDER BY amount",
        sqlite="SELECT name FROM entries WHERE name IN (SELECT value FROM json_each($1)) ORDER BY amount",
    )

    rows = await fetch_rows(among, ["甲", "丙"])

    assert [row["name"] for row in rows] == ["甲", "丙"]


async def test_the_dialect_is_known(entries: str) -> None:
    assert is_postgres() is entries.startswith("postgres")


@pytest.mark.usefixtures("entries")
async def test_faults_have_one_type_on_both_databases() -> None:
    await add(甲=1)

    with pytest.raises(IntegrityError):
        await add(甲=1)
    with pytest.raises(IntegrityError):
        await fetch_rows(f"{INSERT} RETURNING id", uuid4(), "甲", 1)
    with pytest.raises(OperationalError):
        await fetch_rows("SELECT nothing FROM nowhere")
    assert len(await fetch_rows("SELECT * FROM entries")) == 1


@pytest.mark.parametrize(
    ("written", "rewritten"),
    [
        ("SELECT $1, $12", "SELECT ?1, ?12"),
        ("SELECT '$1', 'it''s $2', $1", "SELECT '$1', 'it''s $2', ?1"),
        ("SELECT $1::uuid, $2::numeric(10, 2), $3::text[]", "SELECT ?1, ?2, ?3"),
        ("SELECT '12:30::30'", "SELECT '12:30::30'"),
    ],
)
def test_placeholders_are_rewritten_outside_quotes(written: str, rewritten: str) -> None:
    assert sqlite_text(written) == rewritten


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        sqlite_value(datetime(2026, 3, 1, 7, 30))
