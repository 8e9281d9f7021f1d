"""表结构 — the schema of a database and the schema that the models want, in one form, and their differences."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tortoise.fields import BooleanField
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.indexes import Index
from tortoise.models import Model

from models.transactions import Dialects, fetch_rows, is_postgres

KINDS = {
    "text": ("TEXT", "VARCHAR", "CHAR", "CHARACTER", "CHARACTER VARYING"),
    "uuid": ("UUID", "CHAR(36)"),
    "integer": ("INT", "INTEGER", "BIGINT", "SMALLINT", "INT2", "INT4", "INT8"),
    "boolean": ("BOOL", "BOOLEAN"),
    "instant": ("TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", "DATETIME"),
    "day": ("DATE",),
    "time": ("TIME", "TIMETZ", "TIME WITH TIME ZONE"),
    "float": ("REAL", "DOUBLE PRECISION", "FLOAT"),
    "decimal": ("NUMERIC", "DECIMAL"),
    "bytes": ("BLOB", "BYTEA"),
    "json": ("JSON", "JSONB"),
}
"""The names of types that mean the same; lengths count (``VARCHAR(40)``), and so do the widths of integers."""

_KIND_OF = {name: kind for kind, names in KINDS.items() for name in names}
_WIDTHS = {"INT2": "SMALLINT", "INT4": "INT", "INT8": "BIGINT", "INTEGER": "INT"}


def kind_of(declared: str) -> str:
    """Return the comparable form of a declared type: ``text(40)``, ``integer:BIGINT``, ``uuid``."""
    name = declared.upper().replace("CHARACTER VARYING", "VARCHAR").replace("CHARACTER(", "CHAR(").strip()
    if name in _KIND_OF:
        kind = _KIND_OF[name]
        return f"{kind}:{_WIDTHS.get(name, name)}" if kind == "integer" else kind
    base, _, length = name.partition("(")
    return f"{_KIND_OF.get(base, base)}({length.removesuffix(')').replace(' ', '')})"


@dataclass(frozen=True)
class Column:
    kind: str
    is_nullable: bool


@dataclass(frozen=True)
class Reference:
    """A foreign key of one column."""

    column: str
    table: str
    target: str
    on_delete: str


@dataclass
class Table:
    columns: dict[str, Column] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    """Empty where only SQLite's own row number is the primary key."""
    references: set[Reference] = field(default_factory=set)
    uniques: set[tuple[str, ...]] = field(default_factory=set)
    """The columns of what is unique without a condition."""
    indexes: set[tuple[str, ...]] = field(default_factory=set)
    """The columns of every index, also of unique and conditional ones."""


ROW_NUMBER = "_rowid"
"""Ends the name of SQLite's own row number, made visible for a full-text or place index; no model knows it."""


def differences(wanted: dict[str, Table], found: dict[str, Table], *, without_model: Iterable[str]) -> list[str]:
    """Return a line for everything in which a database is not what its models want."""
    lines = [f"{name}: no such table" for name in wanted.keys() - found.keys()]
    lines += [f"{name}: no model" for name in found.keys() - wanted.keys() - set(without_model)]
    for name in wanted.keys() & found.keys():
        lines += [f"{name}{line}" for line in _table_differences(wanted[name], found[name])]
    return sorted(lines)


def _table_differences(wanted: Table, found: Table) -> Iterator[str]:
    for column in wanted.columns.keys() | found.columns.keys():
        model, sql = wanted.columns.get(column), found.columns.get(column)
        if model != sql:
            yield f".{column}: the model says {model}, the database {sql}"
    if wanted.key != found.key and (found.key or wanted.key not in found.uniques):
        yield f": the model's key is {wanted.key}, the database's {found.key}"
    for reference in wanted.references ^ found.references:
        yield f": only the {'model' if reference in wanted.references else 'database'} has {reference}"
    for columns in wanted.uniques - found.uniques - {found.key}:
        yield f": not unique {columns}"
    for columns in wanted.indexes:
        if not any(index[: len(columns)] == columns for index in (*found.indexes, found.key)):
            yield f": no index {columns}"


# What the models want


def wanted_by(models: Iterable[type[Model]]) -> dict[str, Table]:
    """Return the tables of models. Every foreign key is wanted with ON DELETE RESTRICT, whatever the model says."""
    dialect = "postgres" if is_postgres() else "sqlite"
    return {model._meta.db_table: _table_of(model, dialect) for model in models}


def _table_of(model: type[Model], dialect: str) -> Table:
    meta, table = model._meta, Table()
    for name, column in meta.fields_db_projection.items():
        own = meta.fields_map[name]
        # Tortoise calls its booleans INT on SQLite; the SQL says what they are.
        declared = "BOOL" if isinstance(own, BooleanField) else own.get_for_dialect(dialect, "SQL_TYPE")
        table.columns[column] = Column(kind_of(declared), own.null)
        if own.unique and not own.pk:
            table.uniques.add((column,))
        if own.index and not own.pk and not own.unique:
            table.indexes.add((column,))
    table.key = (meta.db_pk_column,)
    for name in meta.fk_fields | meta.o2o_fields:
        relation = meta.fields_map[name]
        assert isinstance(relation, ForeignKeyFieldInstance)
        column, target = str(relation.source_field), relation.to_field_instance
        if relation.db_constraint:
            place = relation.related_model._meta.db_table
            table.references.add(Reference(_column(model, column), place, _target_column(target), "RESTRICT"))
    table.uniques |= {_columns(model, names) for names in meta.unique_together}
    table.indexes |= {_columns(model, _fields_of(index)) for index in meta.indexes}
    return table


def _fields_of(index: object) -> Sequence[str]:
    if isinstance(index, Index):
        return tuple(index.fields)
    assert isinstance(index, tuple | list)
    return tuple(index)


def _target_column(target: object) -> str:
    return str(getattr(target, "source_field", None) or getattr(target, "model_field_name", ""))


def _columns(model: type[Model], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(_column(model, name) for name in names)


def _column(model: type[Model], name: str) -> str:
    own = model._meta.fields_map[name]
    source = str(own.source_field or name) if isinstance(own, ForeignKeyFieldInstance) else name
    return model._meta.fields_db_projection.get(source, source)


# What the database has

_COLUMNS = Dialects(
    postgres="""
        SELECT relname AS place, attname AS name, format_type(atttypid, atttypmod) AS declared,
               NOT attnotnull AS is_nullable,
               coalesce(array_position(conkey, attnum), 0) AS key_position
        FROM pg_class
        JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        LEFT JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'p'
        WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace""",
    sqlite="""
        SELECT t.name AS place, c.name AS name, c.type AS declared, NOT c."notnull" AND NOT c.pk AS is_nullable,
               c.pk AS key_position
        FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
        WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite~_%' ESCAPE '~'""",
)
_REFERENCES = Dialects(
    postgres="""
        SELECT child.relname AS place, own.attname AS name, parent.relname AS parent, target.attname AS target,
               CASE confdeltype WHEN 'r' THEN 'RESTRICT' ELSE confdeltype::text END AS on_delete
        FROM pg_constraint
        JOIN pg_class AS child ON child.oid = conrelid
        JOIN pg_class AS parent ON parent.oid = confrelid
        JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = conkey[1]
        JOIN pg_attribute AS target ON target.attrelid = confrelid AND target.attnum = confkey[1]
        WHERE contype = 'f'""",
    sqlite="""
        SELECT t.name AS place, f."from" AS name, f."table" AS parent,
               coalesce(f."to", (SELECT c.name FROM pragma_table_info(f."table") AS c WHERE c.pk = 1)) AS target,
               f.on_delete AS on_delete
        FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS f WHERE t.schema = 'main'""",
)
_INDEXES = Dialects(
    postgres="""
        SELECT place.relname AS place, own.relname AS name, indisunique AS is_unique, indpred IS NOT NULL AS is_partial,
               array_to_string(ARRAY(
                   SELECT coalesce(attname, '<expression>')
                   FROM unnest(indkey::int[]) WITH ORDINALITY AS k (number, position)
                   LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = number AND number > 0
                   WHERE position <= indnkeyatts ORDER BY position), ',') AS columns
        FROM pg_index JOIN pg_class AS own ON own.oid = indexrelid JOIN pg_class AS place ON place.oid = indrelid
        WHERE place.relnamespace = current_schema()::regnamespace""",
    sqlite="""
        SELECT place, name, is_unique, is_partial, group_concat(own, ',') AS columns FROM (
            SELECT t.name AS place, i.name AS name, i."unique" AS is_unique, i.partial AS is_partial,
                   coalesce(x.name, '<expression>') AS own
            FROM pragma_table_list AS t, pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS x
            WHERE t.schema = 'main' AND t.type = 'table' ORDER BY t.name, i.name, x.seqno
        ) GROUP BY place, name, is_unique, is_partial""",
)


async def found_in_database() -> dict[str, Table]:
    """Return the tables of the open database; generated columns and full-text tables are left out."""
    tables: dict[str, Table] = {}
    keys: dict[str, list[tuple[int, str]]] = {}
    for row in await fetch_rows(_COLUMNS):
        table = tables.setdefault(row["place"], Table())
        if row["name"].endswith(ROW_NUMBER):
            continue
        table.columns[row["name"]] = Column(kind_of(row["declared"]), bool(row["is_nullable"]))
        if row["key_position"]:
            keys.setdefault(row["place"], []).append((row["key_position"], row["name"]))
    for place, columns in keys.items():
        tables[place].key = tuple(name for _, name in sorted(columns))
    for row in await fetch_rows(_REFERENCES):
        reference = Reference(row["name"], row["parent"], row["target"], row["on_delete"])
        tables[row["place"]].references.add(reference)
    for row in await fetch_rows(_INDEXES):
        columns_of = tuple(row["columns"].split(","))
        tables[row["place"]].indexes.add(columns_of)
        if row["is_unique"] and not row["is_partial"]:
            tables[row["place"]].uniques.add(columns_of)
    return tables
