"""对手 — what a careful engineer writes by hand for one route: Sanic, asyncpg, msgspec, and nothing else.

No authentication, no idempotency, no audit, no limits, no log, no metrics, no ETag: the caller is believed.
The SQL work is the same: the same tables are read and written for the same answer.
"""

import base64
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import base45
import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sanic import Request, Sanic
from sanic.response import HTTPResponse

from models.fields import unseal

BEIJING = timezone(timedelta(hours=8))
TERMS = (
    "p.starts_on, p.ends_on, p.weekdays, p.hours, p.card_kinds, p.households, p.per_person_day, p.per_person_month, "
    "p.per_person_year, p.per_person_ever, p.total_day, p.total_ever"
)


class Item(msgspec.Struct):
    id: UUID
    number: str
    title: str
    summary: str
    category: str
    provider: str
    merchant_id: UUID | None
    starts_on: date | None
    ends_on: date | None
    card_kinds: list[str]
    households: list[str]
    is_sample: bool


class Page(msgspec.Struct):
    items: list[Item]
    next_cursor: str | None


class RedemptionBody(msgspec.Struct):
    pass_: str = msgspec.field(name="pass")
    perk_id: UUID | None = None


_body = msgspec.json.Decoder(RedemptionBody)


def create_rival(dsn: str, *, pool: int, public_key: str) -> "Sanic[Any, Any]":
    """Return the rival application."""
    app: Sanic[Any, Any] = Sanic("rival", dumps=msgspec.json.encode, configure_logging=False)
    app.config.AUTO_EXTEND = False
    app.config.ACCESS_LOG = False
    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(public_key + "=="))

    @app.before_server_start
    async def open_pool(app: Any) -> None:
        app.ctx.pool = await asyncpg.create_pool(dsn, min_size=1, max_size=pool)

    @app.after_server_stop
    async def close_pool(app: Any) -> None:
        await app.ctx.pool.close()

    def read_pass(text: str) -> tuple[str, str]:
        protected, _, payload, signature = cbor2.loads(base45.b45decode(text[4:])).value
        key.verify(signature, cbor2.dumps(["Signature1", protected, b"", payload]))
        claims = cbor2.loads(payload)
        if claims[4] <= datetime.now(UTC).timestamp():
            raise ValueError("expired")
        return claims[2], claims[7].hex()

    @app.get("/perks")
    async def list_perks(request: Request) -> HTTPResponse:
        async with app.ctx.pool.acquire() as connection:
            rows = await connection.fetch(
                "SELECT p.id, p.number, p.title, p.description, p.category_id, p.provider, p.merchant_id, p.starts_on, "
                "p.ends_on, p.card_kinds, p.households, p.is_sample FROM perks p WHERE p.state = 'live' "
                "AND (p.ends_on IS NULL OR p.ends_on >= $1) ORDER BY p.id DESC LIMIT 21",
                datetime.now(BEIJING).date(),
            )
        items = [
            Item(
                r["id"], r["number"], r["title"], r["description"][:80], r["category_id"], r["provider"],
                r["merchant_id"], r["starts_on"], r["ends_on"], msgspec.json.decode(r["card_kinds"]),
                msgspec.json.decode(r["households"]), r["is_sample"],
            )
            for r in rows[:20]
        ]  # fmt: skip
        cursor = str(rows[19]["id"]) if len(rows) > 20 else None
        return HTTPResponse(msgspec.json.encode(Page(items, cursor)), content_type="application/json")

    @app.get("/perks/<perk_id:uuid>")
    async def get_perk(request: Request, perk_id: UUID) -> HTTPResponse:
        account = request.headers.get("x-account")
        day = datetime.now(BEIJING).date().isoformat()
        async with app.ctx.pool.acquire() as connection:
            rows = await connection.fetch(
                "SELECT p.id, p.number, p.title, p.description, p.category_id, p.merchant_id, p.provider, p.documents, "
                f"p.source, p.state, p.is_sample, {TERMS}, c.name AS category_name, m.state AS merchant_state, "
                "b.id AS branch_id, b.name AS branch_name, b.town_id AS branch_town_id, b.address, b.telephone, "
                "b.latitude, b.longitude FROM perks p JOIN perk_categories c ON c.code = p.category_id "
                "LEFT JOIN merchants m ON m.id = p.merchant_id LEFT JOIN (perk_branches t JOIN branches b "
                "ON b.id = t.branch_id AND b.closed_at IS NULL) ON t.perk_id = p.id "
                "WHERE p.id = $1 AND p.state <> 'draft' ORDER BY b.name, b.id",
                perk_id,
            )
            usage = []
            if account:
                usage = await connection.fetch(
                    "SELECT c.holder_id, c.kind, h.town_id, c.state, c.expires_on, u.subject, u.period, u.used "
                    "FROM cards c JOIN card_holders h ON h.id = c.holder_id LEFT JOIN perk_usages u ON u.perk_id = $2 "
                    "AND u.subject IN (replace(h.id::text, '-', ''), 'all') AND u.period IN ($3, $4, $5, 'always') "
                    "WHERE c.account_id = $1",
                    UUID(account), perk_id, day, day[:7], day[:4],
                )  # fmt: skip
        perk = dict(rows[0])
        branches = [
            {name: row[name] for name in ("branch_id", "branch_name", "branch_town_id", "address", "telephone")}
            for row in rows
        ]
        entitled = bool(usage) and not any((row["used"] or 0) >= (perk["per_person_day"] or 2**31) for row in usage)
        answer = perk | {"branches": branches, "entitled": entitled}
        return HTTPResponse(msgspec.json.encode(answer), content_type="application/json")

    @app.post("/verifications")
    async def verify(request: Request) -> HTTPResponse:
        pseudonym, pass_id = read_pass(_body.decode(request.body).pass_)
        merchant, branch, account = (UUID(request.headers[name]) for name in ("x-merchant", "x-branch", "x-account"))
        day = datetime.now(BEIJING).date().isoformat()
        async with app.ctx.pool.acquire() as connection:
            card = await connection.fetchrow(
                "SELECT c.kind, c.state, c.expires_on, c.holder_id, h.name_sealed, h.town_id, "
                "EXISTS (SELECT 1 FROM redemptions r WHERE r.pass_id = $2) AS is_used FROM cards c "
                "JOIN card_holders h ON h.id = c.holder_id WHERE c.pseudonym = $1 AND c.account_id IS NOT NULL",
                pseudonym, pass_id,
            )  # fmt: skip
            perks = await connection.fetch(
                f"SELECT p.id, p.title, p.documents, p.state, {TERMS}, EXISTS (SELECT 1 FROM perk_branches t "
                "WHERE t.perk_id = p.id AND t.branch_id = $2) AS is_here FROM perks p WHERE p.merchant_id = $1 "
                "AND p.state IN ('live', 'suspended') ORDER BY p.id",
                merchant, branch,
            )  # fmt: skip
            usage = await connection.fetch(
                "SELECT u.perk_id, u.subject, u.period, u.used FROM perks p JOIN perk_usages u ON u.perk_id = p.id "
                "WHERE p.merchant_id = $1 AND p.state = 'live' AND u.subject IN ($2, 'all') "
                "AND u.period IN ($3, $4, $5, 'always')",
                merchant, card["holder_id"].hex, day, day[:7], day[:4],
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO scans (id, created_at, account_id, merchant_id, branch_id, pass_id, outcome, reason) "
                "VALUES ($1, $2, $3, $4, $5, $6, 'valid', '')",
                uuid4(), datetime.now(UTC), account, merchant, branch, pass_id,
            )  # fmt: skip
        used = {(row["perk_id"], row["period"]): row["used"] for row in usage}
        name = unseal("card_holders.name", card["name_sealed"])
        answer = {
            "result": "valid",
            "holder": {"masked_name": name[:1] + "**", "card_kind": card["kind"]},
            "perks": [
                {
                    "id": perk["id"],
                    "title": perk["title"],
                    "remaining": (perk["per_person_day"] or 0) - used.get((perk["id"], day), 0),
                    "usable": perk["is_here"],
                }
                for perk in perks
            ],
        }
        return HTTPResponse(msgspec.json.encode(answer), content_type="application/json")

    @app.post("/redemptions")
    async def redeem(request: Request) -> HTTPResponse:
        body = _body.decode(request.body)
        pseudonym, pass_id = read_pass(body.pass_)
        merchant, branch, clerk = (UUID(request.headers[name]) for name in ("x-merchant", "x-branch", "x-clerk"))
        now = datetime.now(UTC)
        day = now.astimezone(BEIJING).date()
        async with app.ctx.pool.acquire() as connection, connection.transaction():
            facts = await connection.fetchrow(
                f"SELECT p.title, p.state, {TERMS}, EXISTS (SELECT 1 FROM perk_branches t WHERE t.perk_id = p.id "
                "AND t.branch_id = $3) AS is_here, c.id AS card_id, c.kind, c.state AS card_state, c.expires_on, "
                "c.holder_id, h.town_id FROM perks p, cards c JOIN card_holders h ON h.id = c.holder_id "
                "WHERE p.id = $1 AND c.pseudonym = $2",
                body.perk_id, pseudonym, branch,
            )  # fmt: skip
            holder = facts["holder_id"].hex
            taken = await connection.fetch(
                "INSERT INTO perk_usages (id, created_at, perk_id, subject, period, used) VALUES "
                "($1, $3, $4, $5, $6, 1), ($2, $3, $4, 'all', 'always', 1) ON CONFLICT (perk_id, subject, period) "
                "DO UPDATE SET used = perk_usages.used + 1 WHERE perk_usages.used < CASE perk_usages.subject "
                "WHEN 'all' THEN $7::int ELSE $8::int END RETURNING used",
                uuid4(), uuid4(), now, body.perk_id, holder, day.isoformat(), facts["total_ever"],
                facts["per_person_day"],
            )  # fmt: skip
            if len(taken) < 2:
                raise ValueError("limit")
            redemption_id = uuid4()
            await connection.execute(
                "INSERT INTO redemptions (id, created_at, pass_id, perk_id, merchant_id, branch_id, clerk_id, card_id, "
                "holder_id, redeemed_on, counted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                redemption_id, now, pass_id, body.perk_id, merchant, branch, clerk, facts["card_id"],
                facts["holder_id"], day, "[]",
            )  # fmt: skip
        answer = {"id": redemption_id, "perk_id": body.perk_id, "perk_title": facts["title"], "redeemed_at": now}
        return HTTPResponse(msgspec.json.encode(answer), status=201, content_type="application/json")

    return app
