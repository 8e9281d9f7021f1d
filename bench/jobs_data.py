"""岗位基准数据 — labelled sample employers and postings in the quantities that a benchmark needs."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from bench.data import insert_many
from models.base import new_id
from models.transactions import execute, fetch_row, is_postgres
from server.search.pairs import search_text

TOWNS = [f"3210840{number:02d}" for number in range(1, 14)]
PER_EMPLOYER = 25

COMMON = "操作工"
RARE = "无人机飞手"
UNIQUE = "777号专线"
"""In the title of the posting of that number alone."""
TRADES = [
    *(COMMON, "保安员", "仓库管理员", "叉车司机", "货车司机", "电工", "焊工", "钳工", "质检员", "保洁员"),
    *("会计", "文员", "客服专员", "销售代表", "安全员", "消防值班员", "设备维修工", "食堂厨师", "快递员", "项目经理"),
]
SHIFTS = ["长白班", "两班倒", "三班倒", "做六休一", "双休", "弹性安排"]
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
    "甓社",
    "界首",
    "三垛",
    "临泽",
    "送桥",
]
WORKS = [
    "负责设备日常操作和点检",
    "负责厂区巡逻和门岗值守",
    "负责货物收发和台账登记",
    "负责车辆驾驶和日常保养",
    "负责现场安全检查和隐患整改",
    "负责客户接待和资料整理",
    "负责生产线产品检验",
    "完成领导交办的其他工作",
]
SCHOOLINGS = ["any", "any", "junior_middle", "senior_middle", "senior_middle", "college", "bachelor"]
RANKS = {"any": 0, "junior_middle": 1, "senior_middle": 2, "college": 3, "bachelor": 4}

_EMPLOYER = (
    "INSERT INTO employers (id, created_at, name, credit_code, credit_code_note, town_id, address, introduction, "
    "nature, state, state_reason, is_sample, updated_at) "
    "VALUES ($1, $2, $3, $4, '', $5, '示例路 1 号', '', 'other', 'approved', '', true, $2)"
)
_POSTING = (
    "INSERT INTO job_postings (id, created_at, employer_id, number, title, kind, openings, town_id, address, latitude, "
    "longitude, pay_min_fen, pay_max_fen, pay_months, pay_is_negotiable, experience_years, schooling, schooling_rank, "
    "benefits, description, closes_on, state, state_reason, published_at, is_sample, title_search_text, search_text, "
    "updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 12, $14, 0, $15, $16, "
    "'[\"五险\",\"包吃住\"]', $17, $18, 'live', '', $2, true, $19, $20, $2)"
)


async def add_towns() -> None:
    """Add the thirteen towns that the postings refer to."""
    for number, code in enumerate(TOWNS):
        await execute(
            "INSERT INTO towns (code, name, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            code,
            f"示例镇{number}",
            100 + number,
        )


async def add_postings(count: int, *, seed: int) -> None:
    """Add live postings around 高邮, published a second apart, by many employers; a seed gives the same ones."""
    chance = random.Random(seed)
    row = await fetch_row("SELECT count(*) AS n FROM job_postings")
    assert row is not None
    base, start = int(row["n"]), datetime.now(UTC) - timedelta(days=30)
    employers: list[tuple[object, ...]] = []
    postings: list[tuple[object, ...]] = []
    name, employer_id = "", UUID(int=0)
    for number in range(base, base + count):
        at = start + timedelta(seconds=number)
        if not employers or number % PER_EMPLOYER == 0:
            name, employer_id = f"示例{chance.choice(PLACES)}实业{number // PER_EMPLOYER}公司", new_id()
            employers.append((employer_id, at, name, f"E{number:017d}", chance.choice(TOWNS)))
        postings.append(_posting(chance, number, employer_id, name, at))
    await insert_many(_EMPLOYER, employers)
    await insert_many(_POSTING, postings)
    # without it the words of the last rows wait unsorted in the GIN indexes; a running server does this by itself
    await execute("VACUUM ANALYZE" if is_postgres() else "ANALYZE")


def _posting(chance: random.Random, number: int, employer_id: UUID, employer: str, at: datetime) -> tuple[object, ...]:
    title = f"{RARE if chance.random() < 0.002 else chance.choice(TRADES)}（{chance.choice(SHIFTS)}）"
    if chance.random() < 0.3 or number == 777:
        title += f"{number}号专线"
    kind = "village_staff" if chance.random() < 0.002 else "ordinary"
    address = f"示例{chance.choice(PLACES)}路 {chance.randrange(1, 400)} 号"
    works = "，".join(chance.sample(WORKS, 4))
    description = f"{works}。{chance.choice(SHIFTS)}，在{chance.choice(PLACES)}附近上班，退役军人同等条件下优先。"
    low = chance.randrange(30, 120) * 10_000
    figures = chance.random()
    low_fen, high_fen = (None, None) if figures < 0.1 else (low, None if figures < 0.15 else int(low * 1.4))
    schooling = chance.choice(SCHOOLINGS)
    closes_on = date(2099, 12, 31) if chance.random() < 0.5 else None
    return (
        *(new_id(), at, employer_id, f"B{number:07d}", title, kind, chance.randrange(1, 20), chance.choice(TOWNS)),
        *(address, 32.55 + chance.random() * 0.5, 119.2 + chance.random() * 0.6, low_fen, high_fen, figures < 0.1),
        *(schooling, RANKS[schooling], description, closes_on),
        *(search_text(title), search_text(title, employer, address, description)),
    )
