"""表结构测试 — what the migrations make is what the models want, on both databases."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tortoise import fields
from tortoise.context import TortoiseContext
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from config.database import close_database, open_database
from models.transactions import Dialects, execute
from tests.migrations.schema import Table, differences, found_in_database, kind_of, wanted_by
from tests.migrations.specimens import INDEX, OWNERS, PETS

WITHOUT_MODEL = {"schema_migrations"}
"""Tables that only SQL text knows."""


def models_of(context: TortoiseContext) -> list[type[Model]]:
    assert context.apps is not None
    return list(context.apps["models"].values())


async def test_the_migrated_schema_is_what_the_models_want(database: TortoiseContext) -> None:
    wanted, found = wanted_by(models_of(database)), await found_in_database()

    assert differences(wanted, found, without_model=WITHOUT_MODEL) == []


async def test_no_model_deletes_children_with_their_parent(database: TortoiseContext) -> None:
    cascading = [
        f"{model.__name__}.{name}"
        for model in models_of(database)
        for name, field in model._meta.fields_map.items()
        if isinstance(field, ForeignKeyFieldInstance) and field.on_delete is not fields.RESTRICT
    ]

    assert cascading == []


@pytest_asyncio.fixture
async def specimens(database_address: str) -> AsyncIterator[dict[str, Table]]:
    """An open database whose models are the specimens; yields what they want."""
    context = await open_database(database_address, model_modules=["tests.migrations.specimens"], pool=2)
    yield wanted_by(models_of(context))
    await close_database(context)


async def compared(wanted: dict[str, Table]) -> list[str]:
    found = await found_in_database()
    return differences(wanted, {name: found[name] for name in ("owners", "pets") if name in found}, without_model=())


async def test_a_matching_schema_has_no_differences(specimens: dict[str, Table]) -> None:
    for statement in (OWNERS, PETS, INDEX):
        await execute(statement)

    assert await compared(specimens) == []


async def test_a_missing_table_or_index_is_found(specimens: dict[str, Table]) -> None:
    await execute(OWNERS)
    assert await compared(specimens) == ["pets: no such table"]

    await execute(PETS)
    assert await compared(specimens) == ["pets: no index ('fed_at', 'position')"]


async def test_a_table_that_no_model_knows_is_found(specimens: dict[str, Table]) -> None:
    await execute(OWNERS)

    assert differences({}, {"owners": Table()}, without_model=()) == ["owners: no model"]
    assert differences({}, {"owners": Table()}, without_model={"owners"}) == []
    assert specimens.keys() == {"owners", "pets"}


async def test_the_row_number_of_sqlite_is_nobodys_column(specimens: dict[str, Table]) -> None:
    visible = "(search_rowid INTEGER PRIMARY KEY, id CHAR(36) UNIQUE"
    numbered = OWNERS.sqlite.replace("(id CHAR(36) PRIMARY KEY", visible)
    await execute(Dialects(postgres=OWNERS.postgres, sqlite=numbered))

    assert await compared(specimens) == ["pets: no such table"]


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("notes TEXT NOT NULL", "notes TEXT", "pets.notes"),
        ("notes TEXT NOT NULL", "notes VARCHAR(9) NOT NULL", "pets.notes"),
        ("notes TEXT NOT NULL,", "", "pets.notes"),
        ("notes TEXT NOT NULL", "notes TEXT NOT NULL, more TEXT", "pets.more"),
        ("code VARCHAR(12)", "code VARCHAR(13)", "pets.code"),
        ("weight_grams BIGINT", "weight_grams INT", "pets.weight_grams"),
        ("ON DELETE RESTRICT", "ON DELETE CASCADE", "Reference"),
        ("ON DELETE RESTRICT", "", "Reference"),
        (", UNIQUE (owner_id, position)", "", "not unique"),
    ],
)
async def test_every_departure_from_the_model_is_found(
    specimens: dict[str, Table], right: str, wrong: str, complaint: str
) -> None:
    await execute(OWNERS)
    await execute(Dialects(postgres=PETS.postgres.replace(right, wrong), sqlite=PETS.sqlite.replace(right, wrong)))
    await execute(INDEX)

    lines = await compared(specimens)

    assert lines
    assert any(complaint in line for line in lines)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("VARCHAR(40)", "character varying(40)"),
        ("TIMESTAMPTZ", "timestamp with time zone"),
        ("INT", "integer"),
        ("CHAR(36)", "uuid"),
        ("BOOL", "boolean"),
        ("DOUBLE PRECISION", "double precision"),
    ],
)
def test_two_names_of_one_type_are_equal(one: str, other: str) -> None:
    assert kind_of(one) == kind_of(other)
