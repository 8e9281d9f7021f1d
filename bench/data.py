"""基准数据 — labelled sample merchants, holders and perks in the quantities that a benchmark needs."""

import random
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from models.base import new_id
from models.fields import fingerprint, seal
from models.transactions import execute, fetch_row, is_postgres, sqlite_text, sqlite_value, transaction
from server.accounts.service import hash_token
from server.search.pairs import search_text

TOWN = "321084001"
SHOPS = [
    "理发店",
    "面馆",
    "药店",
    "眼镜店",
    "体检中心",
    "超市",
    "照相馆",
    "汽修厂",
    "洗衣店",
    "书店",
    "健身房",
    "电影院",
    "宾馆",
    "茶馆",
    "五金店",
    "花店",
]
PLACES = [
    "文游",
    "盂城",
    "蝶园",
    "北海",
    "通湖",
    "琵琶",
    "海潮",
    "秦邮",
    "珠光",
    "净土",
    "甓社",
    "界首",
    "三垛",
    "临泽",
    "送桥",
    "菱塘",
    "龙虬",
    "汤庄",
]
OFFERS = [
    "八折",
    "九折",
    "满百减二十",
    "免费体验一次",
    "优先办理",
    "会员价",
    "赠送小礼品",
    "免挂号费",
    "免费检测",
    "第二件半价",
]


@dataclass(frozen=True, slots=True)
class Scene:
    """What the requests of a benchmark need."""

    merchant_id: UUID
    branch_id: UUID
    clerk_id: UUID
    clerk_account_id: UUID
    clerk_token: str
    veteran_account_id: UUID
    veteran_token: str
    perk_id: UUID
    pseudonyms: list[str]


async def add_perks(count: int, *, seed: int) -> None:
    """Add perks of many small shops around 高邮, one branch each; the same seed gives the same perks."""
    chance = random.Random(seed)
    now = datetime.now(UTC)
    base = int((await _one("SELECT count(*) AS n FROM perks"))["n"])
    merchants, branches, perks, links = [], [], [], []
    for number in range(base, base + count):
        merchant_id, branch_id, perk_id = new_id(), new_id(), new_id()
        shop = f"示例{chance.choice(PLACES)}{chance.choice(SHOPS)}{number}号"
        title = f"{chance.choice(SHOPS)}{chance.choice(OFFERS)}"
        description = f"凭优待证在{shop}享受{chance.choice(OFFERS)}，{chance.choice(PLACES)}路店通用"
        merchants.append((merchant_id, now, shop, f"B{number:017d}", "", "active", "", True, now))
        latitude, longitude = 32.55 + chance.random() * 0.5, 119.2 + chance.random() * 0.6
        branches.append((branch_id, now, merchant_id, "总店", TOWN, "示例路", "", latitude, longitude))
        text = search_text(title, shop, description)
        category = f"bench{number % 8}"
        perks.append((perk_id, now, f"B-{number:07d}", category, title, description, merchant_id, shop, text, now))
        links.append((new_id(), now, perk_id, branch_id))
    await insert_many(
        "INSERT INTO merchants (id, created_at, name, credit_code, credit_code_note, state, state_reason, is_sample, "
        "updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        merchants,
    )
    await insert_many(
        "INSERT INTO branches (id, created_at, merchant_id, name, town_id, address, telephone, latitude, longitude) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        branches,
    )
    await insert_many(
        "INSERT INTO perks (id, created_at, number, category_id, title, description, merchant_id, provider, weekdays, "
        "hours, card_kinds, households, documents, source, state, state_reason, is_sample, search_text, updated_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 127, '[]', '[\"veteran\"]', '[]', '', '基准示例', 'live', '', true, "
        "$9, $10)",
        perks,
    )
    await insert_many("INSERT INTO perk_branches (id, created_at, perk_id, branch_id) VALUES ($1, $2, $3, $4)", links)
    await execute("ANALYZE")


async def add_reference() -> None:
    """Add the town and the categories that the perks refer to."""
    await execute("INSERT INTO towns (code, name, position) VALUES ($1, '示例街道', 1) ON CONFLICT DO NOTHING", TOWN)
    for number in range(8):
        await execute(
            "INSERT INTO perk_categories (code, name, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            f"bench{number}",
            f"示例类别{number}",
            number,
        )


async def build_scene(*, holders: int) -> Scene:
    """Make a merchant with 8 perks, a clerk, and holders with bound cards."""
    now = datetime.now(UTC)
    merchant_id, branch_id = new_id(), new_id()
    await execute(
        "INSERT INTO merchants (id, created_at, name, credit_code, credit_code_note, state, state_reason, is_sample, "
        "updated_at) VALUES ($1, $2, '示例商户', 'S00000000000000000', '', 'active', '', true, $2)",
        merchant_id,
        now,
    )
    await execute(
        "INSERT INTO branches (id, created_at, merchant_id, name, town_id, address, telephone) "
        "VALUES ($1, $2, $3, '总店', $4, '示例路', '')",
        branch_id,
        now,
        merchant_id,
        TOWN,
    )
    perk_ids = [await _add_limited_perk(number, merchant_id, branch_id, now) for number in range(8)]
    clerk_account, clerk_token = await add_account("clerk", now)
    clerk_id = new_id()
    await execute(
        "INSERT INTO clerks (id, created_at, account_id, merchant_id, branch_id, display_name) "
        "VALUES ($1, $2, $3, $4, $5, '收银一号')",
        clerk_id,
        now,
        clerk_account,
        merchant_id,
        branch_id,
    )
    people = [await _add_holder(number, now) for number in range(holders)]
    return Scene(
        merchant_id=merchant_id,
        branch_id=branch_id,
        clerk_id=clerk_id,
        clerk_account_id=clerk_account,
        clerk_token=clerk_token,
        veteran_account_id=people[0][0],
        veteran_token=people[0][1],
        perk_id=perk_ids[0],
        pseudonyms=[person[2] for person in people],
    )


async def _add_limited_perk(number: int, merchant_id: UUID, branch_id: UUID, now: datetime) -> UUID:
    perk_id = new_id()
    await execute(
        "INSERT INTO perks (id, created_at, number, category_id, title, description, merchant_id, provider, weekdays, "
        "hours, card_kinds, households, documents, per_person_day, total_ever, source, state, state_reason, is_sample, "
        "search_text, updated_at) VALUES ($1, $2, $3, 'bench0', $4, '说明', $5, '示例商户', 127, '[]', "
        "'[\"veteran\"]', '[]', '', 1000000, 100000000, '基准示例', 'live', '', true, '示例', $2)",
        perk_id,
        now,
        f"S-{number}",
        f"示例优惠{number}",
        merchant_id,
    )
    await execute(
        "INSERT INTO perk_branches (id, created_at, perk_id, branch_id) VALUES ($1, $2, $3, $4)",
        new_id(),
        now,
        perk_id,
        branch_id,
    )
    return perk_id


async def add_account(name: str, now: datetime) -> tuple[UUID, str]:
    """Make an account that is logged in; return its id and the token of its session."""
    account_id, token = new_id(), secrets.token_urlsafe(32)
    await execute("INSERT INTO accounts (id, created_at, openid) VALUES ($1, $2, $3)", account_id, now, f"bench-{name}")
    await execute(
        "INSERT INTO sessions (id, created_at, account_id, token_hash, expires_at) VALUES ($1, $2, $3, $4, $5)",
        new_id(),
        now,
        account_id,
        hash_token(token),
        now + timedelta(days=1),
    )
    return account_id, token


async def _add_holder(number: int, now: datetime) -> tuple[UUID, str, str]:
    account_id, token = await add_account(f"veteran-{number}", now)
    holder_id, pseudonym = new_id(), secrets.token_urlsafe(12)
    await execute(
        "INSERT INTO card_holders (id, created_at, name_sealed, id_number_sealed, id_number_hash, town_id, updated_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $2)",
        holder_id,
        now,
        seal("card_holders.name", "示例人"),
        seal("card_holders.id_number", f"{number:018d}"),
        fingerprint("card_holders.id_number", f"{number:018d}"),
        TOWN,
    )
    await execute(
        "INSERT INTO cards (id, created_at, holder_id, number_sealed, number_hash, last4, kind, state, state_reason, "
        "account_id, bound_at, pseudonym) VALUES ($1, $2, $3, $4, $5, '0000', 'veteran', 'active', '', $6, $2, $7)",
        new_id(),
        now,
        holder_id,
        seal("cards.number", f"{number:08d}"),
        fingerprint("cards.number", f"{number:08d}"),
        account_id,
        pseudonym,
    )
    return account_id, token, pseudonym


async def insert_many(sql: str, rows: list[tuple[object, ...]]) -> None:
    """Insert rows in one transaction."""
    if not is_postgres():
        sql, rows = sqlite_text(sql), [tuple(sqlite_value(value) for value in row) for row in rows]
    async with transaction() as connection:
        await connection.execute_many(sql, [list(row) for row in rows])


async def _one(sql: str) -> dict[str, object]:
    row = await fetch_row(sql)
    assert row is not None
    return dict(row.items())
