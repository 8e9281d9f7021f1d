"""花名册语句 — the four bulk statements of an import, each over a JSON array of rows, on either database."""

from collections.abc import Sequence

import msgspec

from models.transactions import Dialects


def as_json(rows: Sequence[Sequence[object]]) -> str:
    """Return rows as the JSON array of arrays that the statements read."""
    return msgspec.json.encode(rows).decode()


def _columns(kinds: str) -> tuple[str, str]:
    """Return the rows' columns as SELECT expressions for PostgreSQL and SQLite."""
    postgres = ", ".join(f"(v.value->>{n})::{kind} AS c{n}" for n, kind in enumerate(kinds.split()))
    sqlite = ", ".join(f"json_extract(v.value, '$[{n}]') AS c{n}" for n, _ in enumerate(kinds.split()))
    return (
        f"(SELECT {postgres} FROM jsonb_array_elements($1::jsonb) AS v(value)) AS r",
        f"(SELECT {sqlite} FROM json_each($1) AS v) AS r",
    )


def _bulk(template: str, kinds: str) -> Dialects:
    """Return a statement over many rows: ``$1`` is their JSON, ``$2`` the instant of the import where it is kept."""
    postgres, sqlite = _columns(kinds)
    return Dialects(postgres=template.replace("{rows}", postgres), sqlite=template.replace("{rows}", sqlite))


# id, name, id number, its hash, mobile, its hash, town
NEW_HOLDERS = _bulk(
    "INSERT INTO card_holders (id, created_at, name_sealed, id_number_sealed, id_number_hash, mobile_sealed, "
    "mobile_hash, town_id, updated_at) "
    "SELECT c0, $2::timestamptz, c1, c2, c3, c4, c5, c6, $2::timestamptz FROM {rows}",
    "uuid text text text text text text",
)

# id, name, mobile, its hash, town
OLD_HOLDERS = _bulk(
    "UPDATE card_holders SET name_sealed = r.c1, mobile_sealed = r.c2, mobile_hash = r.c3, town_id = r.c4, "
    "updated_at = $2::timestamptz FROM {rows} WHERE card_holders.id = r.c0",
    "uuid text text text text",
)

# id, holder, number, its hash, last four, kind, issued, expires, pseudonym
NEW_CARDS = _bulk(
    "INSERT INTO cards (id, created_at, holder_id, number_sealed, number_hash, last4, kind, state, state_reason, "
    "issued_on, expires_on, pseudonym) "
    "SELECT c0, $2::timestamptz, c1, c2, c3, c4, c5, 'active', '', c6, c7, c8 FROM {rows}",
    "uuid uuid text text text text date date text",
)

# id, kind, issued, expires
OLD_CARDS = _bulk(
    "UPDATE cards SET kind = r.c1, issued_on = r.c2, expires_on = r.c3 FROM {rows} WHERE cards.id = r.c0",
    "uuid text date date",
)
