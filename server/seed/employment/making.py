"""编造示例 — a year of fairs out of words and dice; the same seed makes the same year."""

from random import Random

from models.employers import EmployerNature
from models.jobs import JobKind
from server.seed.employment.identities import credit_code_of, mobile_of
from server.seed.employment.plan import (
    EmploymentWords,
    Position,
    SampleEmployer,
    SampleFair,
    SampleListing,
    SampleYear,
    load_words,
)
from server.seed.employment.visitors import make_replay
from server.seed.files import Towns, load

COMPANIES = 135
SCHOOLS = 2
COMPANIES_AT_A_FAIR = 45
WHOLE_CITY = "全市"
_FAIRS = (
    ("春风行动退役军人专场招聘会", WHOLE_CITY, "市民广场", "2025-02-08 09:00", "11:30", 1320),
    ("春季退役军人专场招聘会", WHOLE_CITY, "人力资源市场", "2025-03-22 09:00", "11:30", 1180),
    ("界首镇退役军人招聘会", "界首镇", "界首镇文化广场", "2025-05-17 09:00", "11:00", 1246),
    ("“八一”退役军人专场招聘会", WHOLE_CITY, "体育馆", "2025-07-26 08:30", "11:30", 1108),
    ("三垛镇退役军人招聘会", "三垛镇", "三垛镇便民服务中心", "2025-10-25 09:00", "11:00", 1242),
)
FAIRS = tuple(
    SampleFair(f"SL-2025-{number:02}", f"示例·{title}", town, f"示例{place}", starts, ends, openings)
    for number, (title, town, place, starts, ends, openings) in enumerate(_FAIRS, start=1)
)
"""A row that begins with 示例 would be taken for the template's example, so the numbers begin with SL.

Five, whose openings sum up to 6,096, as many as the bureau reported for 2025; everything else is made up."""

_OPENINGS = (1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10)
_MOST_OPENINGS = 30
_VILLAGE_FAIRS = (1, 3)
_INSTRUCTOR_FAIR = 3


def make_year(*, seed: int) -> SampleYear:
    """Return the sample of a year."""
    dice, words = Random(seed), load_words()
    employers = _employers(dice, words)
    listings = tuple(
        one for place, fair in enumerate(FAIRS) for one in _fair(dice, words, employers, fair=fair, place=place)
    )
    return SampleYear(employers, FAIRS, listings, make_replay(dice, words, listings))


def _employers(dice: Random, words: EmploymentWords) -> tuple[SampleEmployer, ...]:
    towns = [town.name for town in load("towns", Towns).towns]
    named = [(f"示例{town}人民政府", town, EmployerNature.STATE_ORGAN, "") for town in towns]
    named += [(f"示例高邮第{number}中学", towns[0], EmployerNature.PUBLIC_INSTITUTION, "") for number in "一二"]
    pairs = [(sector, brand) for sector in words.sectors for brand in words.brands]
    for place, (sector, brand) in enumerate(dice.sample(pairs, COMPANIES)):
        name = f"示例高邮{brand}{sector.suffix}有限公司"
        nature = EmployerNature.STATE_ENTERPRISE if place % 12 == 0 else EmployerNature.OTHER
        named.append((name, towns[place % len(towns)], nature, sector.name))
    return tuple(
        SampleEmployer(
            credit_code=credit_code_of(place),
            name=name,
            town=town,
            address=f"{town}示例路 {dice.randint(1, 299)} 号",
            nature=nature,
            contact_name=f"示例{dice.choice(words.surnames)}经理",
            contact_mobile=mobile_of(place),
            sector=sector_name,
        )
        for place, (name, town, nature, sector_name) in enumerate(named)
    )


def _fair(
    dice: Random, words: EmploymentWords, employers: tuple[SampleEmployer, ...], *, fair: SampleFair, place: int
) -> list[SampleListing]:
    """Return the listings of a fair, whose openings sum up to what it is said to have."""
    here = [(one, _positions(dice, words, one)) for one in employers if one.sector]
    present = dice.sample(here, COMPANIES_AT_A_FAIR)
    if place in _VILLAGE_FAIRS:
        offices = [one for one in employers if one.nature is EmployerNature.STATE_ORGAN]
        present += [(one, _village(dice, words)) for one in offices]
    if place == _INSTRUCTOR_FAIR:
        schools = [one for one in employers if one.nature is EmployerNature.PUBLIC_INSTITUTION]
        present += [(one, [(words.instructor, JobKind.MILITARY_INSTRUCTOR)]) for one in schools]
    posts = [
        (employer, f"A{booth:02}", position, kind)
        for booth, (employer, positions) in enumerate(present, start=1)
        for position, kind in positions
    ]
    openings = _shares(dice, len(posts), total=fair.openings)
    numbers = iter(range(1, len(posts) + 1))
    return [
        SampleListing(
            fair=fair.number,
            booth=booth,
            employer=employer,
            number=f"{fair.number.removeprefix('SL-')}-{next(numbers):03}",
            position=position,
            kind=kind,
            openings=count,
            pay=_pay(dice, position),
            age=dice.choice(("不限", "不限", "18-45周岁", "18-50周岁", "20-55周岁")),
            benefits="、".join(dice.sample(words.benefits, dice.randint(2, 4))),
        )
        for (employer, booth, position, kind), count in zip(posts, openings, strict=True)
    ]


def _positions(dice: Random, words: EmploymentWords, employer: SampleEmployer) -> list[tuple[Position, JobKind]]:
    sector = next(one for one in words.sectors if one.name == employer.sector)
    chosen = dice.sample(sector.positions, dice.randint(4, len(sector.positions)))
    kinds = (JobKind.ORDINARY,) * 7 + (JobKind.VETERANS_ONLY,)
    return [(position, dice.choice(kinds)) for position in chosen]


def _village(dice: Random, words: EmploymentWords) -> list[tuple[Position, JobKind]]:
    welfare = dice.choice(words.welfare)
    return [*((one, JobKind.VILLAGE_STAFF) for one in words.village), (welfare, JobKind.PUBLIC_WELFARE)]


def _shares(dice: Random, count: int, *, total: int) -> list[int]:
    """Return how many openings each listing has: by the dice, then one more or less here and there to the total."""
    shares = [dice.choice(_OPENINGS) for _ in range(count)]
    while (missing := total - sum(shares)) != 0:
        place, step = dice.randrange(count), 1 if missing > 0 else -1
        if 1 <= shares[place] + step <= _MOST_OPENINGS:
            shares[place] += step
    return shares


def _pay(dice: Random, position: Position) -> str:
    """Return the pay in one of the ways in which people write it."""
    low, high = position.low, position.high
    ways = [f"{low}-{high}元/月"] * 6
    ways += [
        f"{low / 1000:g}-{high / 1000:g}K·13薪",
        f"{low}元以上",
        f"{low / 10000:g}-{high / 10000:g}万元/月",
        "面议",
    ]
    return dice.choice(ways)
