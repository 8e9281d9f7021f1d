"""推荐评分测试 — every reason with its sentence and points, and that what fits better never scores less."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.employers import EmployerNature
from models.jobs import JobKind
from models.schooling import Schooling
from server.jobs.pay import Pay
from server.jobs.seekers.grounds import POINTS, SENTENCES, Ground
from server.jobs.seekers.scoring import Offer, Person, excludes_by_age, plain, score
from server.search.places import Place
from tests.docs.pages import page
from tests.jobs.seekers.people import JIESHOU, LINZE

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=30)
HOME = Place(latitude=33.0, longitude=119.44)
CAUTION = "依《退役军人保障法》第四十二条，该类单位可以适当放宽，请先询问"


def offer(**overrides: Any) -> Offer:
    values: dict[str, Any] = {
        "id": UUID(int=1),
        "title": "操作工",
        "text": "负责设备操作",
        "kind": JobKind.ORDINARY,
        "published_at": LONG_AGO,
    }
    return Offer(**(values | overrides))


VETERAN = Person(is_veteran=True, speciality="汽车修理", speciality_words=("汽修", "汽车维修"))
CASES: list[tuple[Person, dict[str, Any], Ground, str]] = [
    (VETERAN, {"title": "汽修工"}, Ground.SPECIALITY_IN_TITLE, "您在部队做过汽车修理，岗位名称有「汽修」"),
    (VETERAN, {"text": "懂汽车维修"}, Ground.SPECIALITY_IN_TEXT, "您在部队做过汽车修理，岗位内容提到「汽车维修」"),
    (Person(skills=("CAD",)), {"title": plain("ＣＡＤ绘图员")}, Ground.SKILL_IN_TITLE, "您的技能「CAD」，岗位名称里有"),
    (Person(skills=("电焊",)), {"text": "会电焊"}, Ground.SKILL_IN_TEXT, "您的技能「电焊」，岗位内容里提到"),
    (Person(certificates=("电工证",)), {"text": "持电工证"}, Ground.CERTIFICATE, "岗位提到「电工证」，您有这个证书"),
    (
        Person(wished_towns=frozenset({JIESHOU})),
        {"town_code": JIESHOU, "town_name": "界首镇"},
        Ground.WISHED_TOWN,
        "工作地点在您期望的界首镇",
    ),
    (
        Person(wished_kinds=frozenset({"military_instructor"})),
        {"kind": JobKind.MILITARY_INSTRUCTOR},
        Ground.WISHED_KIND,
        "您期望的岗位类别：兵教师",
    ),
    (VETERAN, {"kind": JobKind.VETERANS_ONLY}, Ground.VETERANS_ONLY, "退役军人专岗"),
    (
        VETERAN,
        {"nature": EmployerNature.STATE_ENTERPRISE},
        Ground.PREFERS_VETERANS,
        "用人单位是国有企业：依《退役军人保障法》第四十二条，同等条件下优先招录、招聘退役军人",
    ),
    (Person(place=HOME), {"latitude": 33.027, "longitude": 119.44}, Ground.NEAR, "距您约 3 公里"),
    (Person(place=HOME), {"latitude": 33.0001, "longitude": 119.44}, Ground.NEAR, "距您约 1 公里"),
    (Person(place=HOME), {"latitude": 33.08, "longitude": 119.44}, Ground.CLOSE, "距您约 9 公里"),
    (Person(place=HOME), {"latitude": 33.15, "longitude": 119.44}, Ground.FAR, "距您约 17 公里"),
    (
        Person(wished_pay_min_fen=500_000),
        {"pay": Pay(600_000, 800_000)},
        Ground.PAY_REACHED,
        "工资 6000-8000元/月，达到您期望的 5000 元",
    ),
    (
        Person(wished_pay_min_fen=700_000),
        {"pay": Pay(600_000, 800_000, months=14)},
        Ground.PAY_UP_TO,
        "工资 6000-8000元/月·14薪，最高能达到您期望的 7000 元",
    ),
    (
        Person(wished_pay_min_fen=700_000),
        {"pay": Pay(600_000, None)},
        Ground.PAY_OPEN,
        "工资 6000元/月以上，能否达到您期望的 7000 元，请先询问",
    ),
    (
        Person(wished_pay_min_fen=900_000),
        {"pay": Pay(600_000, 800_000)},
        Ground.PAY_BELOW,
        "工资 6000-8000元/月，低于您期望的 9000 元",
    ),
    (
        Person(schooling=Schooling.COLLEGE),
        {"schooling": Schooling.COLLEGE},
        Ground.SCHOOLING_MET,
        "学历要求大专，您是大专",
    ),
    (
        Person(schooling=Schooling.COLLEGE, is_veteran=True),
        {"schooling": Schooling.BACHELOR},
        Ground.SCHOOLING_UNMET,
        "学历要求本科，您是大专",
    ),
    (
        Person(experience_years=3),
        {"experience_years": 2},
        Ground.EXPERIENCE_MET,
        "要求 2 年工作经验，您填写的是 3 年",
    ),
    (
        Person(experience_years=1),
        {"experience_years": 2},
        Ground.EXPERIENCE_UNMET,
        "要求 2 年工作经验，您填写的是 1 年",
    ),
    (
        Person(birth_year=1990),
        {"age_min": 18, "age_max": 45},
        Ground.AGE_MET,
        "年龄要求 18-45 岁，您在范围内",
    ),
    (Person(birth_year=1990), {"age_max": 45}, Ground.AGE_MET, "年龄要求 45 岁以下，您在范围内"),
    (Person(birth_year=1990), {"age_min": 18}, Ground.AGE_MET, "年龄要求 18 岁以上，您在范围内"),
    (Person(), {"published_at": NOON - timedelta(days=7)}, Ground.NEW, "一周内新发布"),
]


@pytest.mark.parametrize(("person", "about", "ground", "text"), CASES, ids=[f"{case[2]}" for case in CASES])
def test_a_reason_has_its_sentence_and_its_points(
    person: Person, about: dict[str, Any], ground: Ground, text: str
) -> None:
    scored = score(person, offer(**about), at=NOON)

    assert [(reason.ground, reason.text) for reason in scored.reasons] == [(ground, text)]
    assert scored.total == POINTS[ground]


@pytest.mark.parametrize(
    ("person", "about"),
    [
        (Person(), {}),
        (Person(is_veteran=False), {"kind": JobKind.VETERANS_ONLY, "nature": EmployerNature.STATE_ORGAN}),
        (Person(wished_pay_min_fen=500_000), {"pay": Pay(None, None, is_negotiable=True)}),
        (Person(schooling=Schooling.ANY), {"schooling": Schooling.BACHELOR}),
        (Person(schooling=Schooling.DOCTOR), {"schooling": Schooling.ANY}),
        (Person(birth_year=None), {"age_max": 18}),
        (Person(birth_year=1981), {"age_max": 44}),
        (Person(place=HOME), {"latitude": 33.5, "longitude": 119.44}),
        (Person(skills=("水",)), {"title": "水电工"}),
        (Person(), {"published_at": NOON + timedelta(hours=1)}),
    ],
    ids=[
        *("nothing", "no-veteran", "negotiable", "no-schooling", "any-schooling", "no-birth-year"),
        *("perhaps-the-age", "far-away", "one-character", "published-later"),
    ],
)
def test_what_is_not_known_or_does_not_matter_is_no_reason(person: Person, about: dict[str, Any]) -> None:
    assert score(person, offer(**about), at=NOON).reasons == ()


def test_a_state_employer_may_relax_age_and_schooling_and_the_person_is_told_to_ask() -> None:
    person = Person(is_veteran=True, birth_year=1970, schooling=Schooling.COLLEGE)
    asked = offer(age_min=18, age_max=35, schooling=Schooling.BACHELOR, nature=EmployerNature.PUBLIC_INSTITUTION)

    scored = score(person, asked, at=NOON)

    assert not excludes_by_age(person, asked, at=NOON)
    assert [reason.text for reason in scored.reasons[1:]] == [
        f"学历要求本科，您是大专：{CAUTION}",
        f"年龄要求 18-35 岁，您不在范围内：{CAUTION}",
    ]
    assert scored.total == 6 - 4 - 5


@pytest.mark.parametrize(
    ("birth_year", "is_veteran", "nature", "is_excluded"),
    [
        (1990, True, EmployerNature.OTHER, True),
        (1990, False, EmployerNature.STATE_ENTERPRISE, True),
        (1990, True, EmployerNature.STATE_ENTERPRISE, False),
        (1991, True, EmployerNature.OTHER, False),
        (2009, True, EmployerNature.OTHER, True),
        (2008, True, EmployerNature.OTHER, False),
        (None, True, EmployerNature.OTHER, False),
    ],
    ids=["too-old", "no-veteran", "may-relax", "perhaps-still-34", "too-young", "perhaps-18", "not-known"],
)
def test_only_an_age_that_is_surely_outside_and_cannot_be_relaxed_excludes(
    birth_year: int | None, is_veteran: bool, nature: EmployerNature, is_excluded: bool
) -> None:
    person = Person(birth_year=birth_year, is_veteran=is_veteran)

    assert excludes_by_age(person, offer(age_min=18, age_max=34, nature=nature), at=NOON) is is_excluded


def test_the_year_is_that_of_beijing() -> None:
    person, asked = Person(birth_year=1990), offer(age_max=35)
    new_years_eve = datetime(2026, 12, 31, 16, tzinfo=UTC)

    assert not excludes_by_age(person, asked, at=new_years_eve - timedelta(seconds=1))
    assert excludes_by_age(person, asked, at=new_years_eve)


def test_three_skills_and_two_certificates_count_the_heaviest_first() -> None:
    person = Person(skills=("电焊", "叉车", "驾驶", "钳工"), certificates=("电工证", "焊工证", "叉车证"))
    asked = offer(title="钳工", text="会电焊、叉车、驾驶，持电工证、焊工证、叉车证")

    scored = score(person, asked, at=NOON)

    assert [(reason.ground, reason.points) for reason in scored.reasons] == [
        (Ground.SKILL_IN_TITLE, 15),
        *[(Ground.CERTIFICATE, 10)] * 2,
        *[(Ground.SKILL_IN_TEXT, 8)] * 2,
    ]
    assert scored.total == 15 + 20 + 16


def test_the_page_of_the_architecture_prints_the_table_of_points() -> None:
    table = page("docs/architecture.md").split("<!-- points:begin -->")[1].split("<!-- points:end -->")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| `")]

    assert {cells[0].strip("`"): int(cells[1]) for cells in rows} == {
        ground.value: points for ground, points in POINTS.items()
    }
    assert set(POINTS) == set(SENTENCES) == set(Ground)


# What fits better never scores less

WORDS = ("汽修", "电焊", "叉车", "驾驶", "cad", "电工", "保安", "水电")
TOWNS = (JIESHOU, LINZE, "321084001")
texts = st.lists(st.sampled_from(WORDS), max_size=5).map("、".join)
words = st.lists(st.sampled_from(WORDS), unique=True, max_size=5).map(tuple)
pays = st.one_of(
    st.none(),
    st.just(Pay(None, None, is_negotiable=True)),
    st.builds(
        lambda low, more: Pay(low * 10_000, None if more is None else (low + more) * 10_000),
        st.integers(20, 100),
        st.none() | st.integers(0, 50),
    ),
)
degrees = st.floats(32.5, 33.5)
offers = st.builds(
    Offer,
    id=st.just(UUID(int=1)),
    title=texts,
    text=texts,
    kind=st.sampled_from(JobKind),
    town_code=st.none() | st.sampled_from(TOWNS),
    pay=pays,
    schooling=st.sampled_from(Schooling),
    experience_years=st.integers(0, 5),
    age_min=st.none() | st.integers(18, 40),
    age_max=st.none() | st.integers(40, 65),
    nature=st.sampled_from(EmployerNature),
    latitude=st.none() | degrees,
    longitude=degrees,
    published_at=st.just(LONG_AGO),
)
people = st.builds(
    Person,
    is_veteran=st.booleans(),
    speciality=st.just("示例专业"),
    speciality_words=words,
    skills=words,
    certificates=words,
    schooling=st.sampled_from(Schooling),
    birth_year=st.none() | st.integers(1950, 2008),
    experience_years=st.integers(0, 6),
    wished_towns=st.frozensets(st.sampled_from(TOWNS)),
    wished_kinds=st.frozensets(st.sampled_from([kind.value for kind in JobKind])),
    wished_pay_min_fen=st.none() | st.integers(20, 120).map(lambda hundreds: hundreds * 10_000),
    place=st.none() | st.builds(Place, latitude=degrees, longitude=st.just(119.44)),
)


def total(person: Person, asked: Offer) -> int:
    return score(person, asked, at=NOON).total


@given(people, offers)
def test_the_total_is_the_sum_of_what_the_reasons_say(person: Person, asked: Offer) -> None:
    scored = score(person, asked, at=NOON)

    assert scored.total == sum(POINTS[reason.ground] for reason in scored.reasons)
    assert scored == score(person, asked, at=NOON)
    assert [reason.points for reason in scored.reasons] == sorted((r.points for r in scored.reasons), reverse=True)
    assert all(reason.text for reason in scored.reasons)


@given(people, offers, st.sampled_from(TOWNS))
def test_another_wished_town_never_lowers_and_the_one_of_the_work_lifts(
    person: Person, asked: Offer, town: str
) -> None:
    assume(town not in person.wished_towns)
    wishing = replace(person, wished_towns=person.wished_towns | {town})

    gained = total(wishing, asked) - total(person, asked)

    assert gained == (POINTS[Ground.WISHED_TOWN] if asked.town_code == town else 0)


@given(people, offers, st.sampled_from(list(JobKind)))
def test_another_wished_kind_never_lowers(person: Person, asked: Offer, kind: JobKind) -> None:
    assert total(replace(person, wished_kinds=person.wished_kinds | {kind.value}), asked) >= total(person, asked)


@given(people, offers, st.sampled_from(["skills", "certificates", "speciality_words"]), st.sampled_from(WORDS))
def test_another_skill_certificate_or_word_never_lowers(person: Person, asked: Offer, field: str, word: str) -> None:
    held: tuple[str, ...] = getattr(person, field)
    assume(word not in held)

    for more in ((*held, word), (word, *held)):
        assert total(replace(person, **{field: more}), asked) >= total(person, asked)


RISING = [
    (lower, higher) for lower, higher in combinations(sorted(Schooling), 2) if Schooling.ANY not in (lower, higher)
]


@given(people, offers, st.sampled_from(RISING))
def test_a_higher_schooling_never_lowers(person: Person, asked: Offer, rising: tuple[Schooling, Schooling]) -> None:
    lower, higher = (replace(person, schooling=level) for level in rising)

    assert total(higher, asked) >= total(lower, asked)


@given(people, offers, st.integers(1, 5))
def test_more_experience_never_lowers(person: Person, asked: Offer, more: int) -> None:
    assert total(replace(person, experience_years=person.experience_years + more), asked) >= total(person, asked)


@given(people, offers, st.integers(1, 10_000))
def test_a_humbler_wish_for_pay_never_lowers(person: Person, asked: Offer, less: int) -> None:
    assume(person.wished_pay_min_fen is not None)
    assert person.wished_pay_min_fen is not None

    humbler = replace(person, wished_pay_min_fen=person.wished_pay_min_fen - less)

    assert total(humbler, asked) >= total(person, asked)


@given(people, offers, st.floats(0, 1))
def test_the_nearer_the_better(person: Person, asked: Offer, share: float) -> None:
    assume(person.place is not None and asked.latitude is not None and asked.longitude is not None)
    assert person.place is not None
    assert asked.latitude is not None
    assert asked.longitude is not None

    nearer = asked._replace(
        latitude=person.place.latitude + (asked.latitude - person.place.latitude) * share,
        longitude=person.place.longitude + (asked.longitude - person.place.longitude) * share,
    )

    assert total(person, nearer) >= total(person, asked)


@given(people, offers)
def test_having_served_never_lowers(person: Person, asked: Offer) -> None:
    assume(not excludes_by_age(replace(person, is_veteran=False), asked, at=NOON))

    assert total(replace(person, is_veteran=True), asked) >= total(replace(person, is_veteran=False), asked)
