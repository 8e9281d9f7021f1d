"""就业统计 — every figure is the sum of the records behind it, and counts what its definition says."""

import io
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from openpyxl import load_workbook

from config.clock import BEIJING, utc_now
from models.applications import ApplicationState, JobApplicationEvent
from models.audit import AuditEntry
from models.fairs import FairState
from models.intents import IntentState
from models.jobs import JobActor, JobKind
from models.seekers import Seeker
from server.jobs.figures.definitions import FIGURES, FigureCode
from tests.factories.cards import make_staff
from tests.factories.employers import make_employer
from tests.factories.jobs import (
    bring,
    make_application,
    make_fair,
    make_intent,
    make_posting,
    make_registration,
    make_seeker,
)
from tests.service import Client

HERE, ELSEWHERE = "321084001", "321084101"
PATH = "/v1/staff/reports/employment"
YEAR = 2025
SUMMER = datetime(2025, 7, 1, 9, tzinfo=BEIJING)
FIRST_MOMENT = datetime(2025, 1, 1, tzinfo=BEIJING)
AFTER_THE_LAST = datetime(2026, 1, 1, tzinfo=BEIJING)


@pytest_asyncio.fixture
async def administrator(service: Client) -> Client:
    client = await service.login("an-administrator")
    await make_staff(client.account_id, town_code=None)
    return client


@pytest_asyncio.fixture
async def town_staff(service: Client) -> Client:
    client = await service.login("staff-of-the-town")
    await make_staff(client.account_id, town_code=HERE)
    return client


async def figures_of(client: Client, year: int = YEAR) -> dict[str, int]:
    answer = await client.get(f"{PATH}?year={year}")
    assert answer.status == 200, answer
    return {figure["code"]: figure["value"] for figure in answer.json["figures"]}


async def records_of(client: Client, code: str, limit: int = 7) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while cursor is not None:
        answer = await client.get(f"{PATH}/{code}?year={YEAR}&limit={limit}&cursor={cursor}")
        assert answer.status == 200, answer
        found += answer.json["items"]
        cursor = answer.json["next_cursor"]
    return found


async def come(fair: Any, seeker: Any, at: datetime = SUMMER) -> None:
    await make_registration(fair=fair, seeker=seeker, checked_in_at=at)


async def hire_by_application(posting: Any, seeker: Any, at: datetime) -> None:
    application = await make_application(posting=posting, seeker=seeker, state=ApplicationState.HIRED)
    for state, when in ((ApplicationState.OFFERED, at - timedelta(days=1)), (ApplicationState.HIRED, at)):
        await JobApplicationEvent.create(
            application_id=application.id, to_state=state, actor=JobActor.EMPLOYER, created_at=when
        )


async def test_a_year_without_records_is_all_noughts(administrator: Client) -> None:
    answer = await administrator.get(f"{PATH}?year={YEAR}")

    figures = answer.json["figures"]
    assert [figure["code"] for figure in figures] == [code.value for code in FigureCode]
    assert {figure["value"] for figure in figures} == {0}
    assert all(figure["unit"] and figure["definition"] and figure["title"] for figure in figures)
    assert len({figure["definition"] for figure in figures}) == len(figures)
    assert {figure["unit"] for figure in figures} == {"场", "个", "条", "人", "人次", "份"}
    assert answer.json["scope"] == "全市"
    assert answer.json["town_code"] is None


@pytest.mark.parametrize(
    ("starts_at", "state", "counts"),
    [
        (FIRST_MOMENT, FairState.PUBLISHED, 1),
        (FIRST_MOMENT - timedelta(seconds=1), FairState.PUBLISHED, 0),
        (AFTER_THE_LAST - timedelta(seconds=1), FairState.PUBLISHED, 1),
        (AFTER_THE_LAST, FairState.PUBLISHED, 0),
        (SUMMER, FairState.DRAFT, 0),
        (SUMMER, FairState.CANCELLED, 0),
    ],
)
async def test_a_fair_counts_when_it_was_held_in_the_beijing_year(
    administrator: Client, starts_at: datetime, state: FairState, counts: int
) -> None:
    fair = await make_fair(starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), state=state)
    await bring(await make_posting(openings=3), fair)
    await come(fair, await make_seeker(), starts_at)

    figures = await figures_of(administrator)

    assert (figures["fairs"], figures["openings"], figures["listings"]) == (counts, 3 * counts, counts)
    assert (figures["persons"], figures["person_times"]) == (counts, counts)


async def test_a_fair_that_has_not_begun_does_not_count(administrator: Client) -> None:
    now = utc_now()
    await make_fair(starts_at=now + timedelta(minutes=5), ends_at=now + timedelta(hours=1))

    assert (await figures_of(administrator, now.astimezone(BEIJING).year))["fairs"] == 0


async def test_openings_are_those_brought_to_the_fairs_and_not_those_of_the_posting_now(administrator: Client) -> None:
    first, second = [await make_fair(starts_at=SUMMER, ends_at=SUMMER) for _ in range(2)]
    posting = await make_posting(openings=7)
    await bring(posting, first)
    await bring(posting, second)
    posting.openings = 100
    await posting.save()

    figures = await figures_of(administrator)

    assert (figures["openings"], figures["listings"]) == (14, 2)


async def test_a_person_counts_once_however_often_and_under_however_many_records_they_came(
    administrator: Client,
) -> None:
    first, second = [await make_fair(starts_at=SUMMER, ends_at=SUMMER) for _ in range(2)]
    person, double, other = [await make_seeker() for _ in range(3)]
    for fair, seeker in ((first, person), (first, double), (second, person), (second, other)):
        await come(fair, seeker)
    await make_registration(fair=first, seeker=other)
    await Seeker.filter(id=double.id).update(merged_into_id=person.id)

    figures = await figures_of(administrator)

    assert (figures["persons"], figures["person_times"]) == (2, 3)
    assert sorted(record["cells"][1] for record in await records_of(administrator, "persons")) == ["1", "2"]


@pytest.mark.parametrize(
    ("signed_at", "counts"),
    [(FIRST_MOMENT, 1), (FIRST_MOMENT - timedelta(seconds=1), 0), (AFTER_THE_LAST, 0), (None, 0)],
)
async def test_an_intent_counts_in_the_beijing_year_of_its_signature(
    administrator: Client, signed_at: datetime | None, counts: int
) -> None:
    await make_intent(signed_at=signed_at)

    assert (await figures_of(administrator))["intents"] == counts


async def test_withdrawn_and_lapsed_intents_stay_counted_and_are_shown_apart(administrator: Client) -> None:
    for state in (*IntentState, IntentState.LAPSED):
        if state is not IntentState.DRAFT:
            hired_at = SUMMER if state is IntentState.HIRED else None
            await make_intent(state=state, signed_at=SUMMER, hired_at=hired_at)
    await make_intent(state=IntentState.WITHDRAWN)

    figures = await figures_of(administrator)

    assert (figures["intents"], figures["intents_withdrawn"], figures["intents_lapsed"]) == (6, 1, 2)


async def test_hired_by_intent_and_by_application_for_one_posting_is_one_hire(administrator: Client) -> None:
    posting, seeker = await make_posting(kind=JobKind.VILLAGE_STAFF), await make_seeker()
    double = await make_seeker()
    await make_intent(posting=posting, seeker=seeker, state=IntentState.HIRED, hired_at=SUMMER, signed_at=SUMMER)
    await hire_by_application(posting, double, SUMMER + timedelta(days=3))
    before = await figures_of(administrator)
    await Seeker.filter(id=double.id).update(merged_into_id=seeker.id)

    figures = await figures_of(administrator)

    assert (before["hires_village_staff"], figures["hires_village_staff"], figures["hires"]) == (2, 1, 1)


async def test_a_hire_counts_in_the_year_in_which_it_was_first_told(administrator: Client) -> None:
    posting, seeker = await make_posting(), await make_seeker()
    at = AFTER_THE_LAST + timedelta(days=1)
    await make_intent(posting=posting, seeker=seeker, state=IntentState.HIRED, hired_at=at, signed_at=SUMMER)
    await hire_by_application(posting, seeker, AFTER_THE_LAST - timedelta(days=1))

    assert (await figures_of(administrator, 2025))["hires"] == 1
    assert (await figures_of(administrator, 2026))["hires"] == 0


async def test_the_kind_of_a_hire_is_the_one_that_was_signed(administrator: Client) -> None:
    posting = await make_posting(kind=JobKind.MILITARY_INSTRUCTOR)
    await make_intent(posting=posting, state=IntentState.HIRED, hired_at=SUMMER, signed_at=SUMMER)
    posting.kind = JobKind.ORDINARY
    await posting.save()

    figures = await figures_of(administrator)

    assert (figures["hires_military_instructor"], figures["hires_ordinary"]) == (1, 0)


async def make_a_year(seed: int) -> dict[str, int]:
    """Store a random year in two towns and return the whole city's figures, counted by hand on the way."""
    dice = random.Random(seed)
    expected = dict.fromkeys((code.value for code in FigureCode), 0)
    people = [await make_seeker() for _ in range(25)]
    merged = {people[number].id: people[number + 1].id for number in (0, 4, 8)}
    for old, new in merged.items():
        await Seeker.filter(id=old).update(merged_into_id=new)
    employers = [await make_employer(town_code=dice.choice([HERE, ELSEWHERE, None])) for _ in range(4)]
    postings = [
        await make_posting(
            employer=dice.choice(employers), kind=dice.choice(list(JobKind)), openings=dice.randint(1, 9)
        )
        for _ in range(12)
    ]
    came: set[tuple[UUID, UUID]] = set()
    for _ in range(6):
        starts_at = datetime(dice.choice([2024, 2025, 2025, 2025]), dice.randint(1, 12), 20, 8, tzinfo=BEIJING)
        state = dice.choice([FairState.PUBLISHED, FairState.PUBLISHED, FairState.PUBLISHED, FairState.CANCELLED])
        fair = await make_fair(
            starts_at=starts_at, ends_at=starts_at, state=state, town_code=dice.choice([HERE, ELSEWHERE, None])
        )
        is_counted = starts_at.year == YEAR and state is FairState.PUBLISHED
        expected["fairs"] += is_counted
        for posting in dice.sample(postings, dice.randint(0, 8)):
            await bring(posting, fair)
            expected["openings"] += posting.openings * is_counted
            expected["listings"] += is_counted
        for seeker in dice.sample(people, dice.randint(0, 20)):
            has_come = dice.random() < 0.7
            await make_registration(fair=fair, seeker=seeker, checked_in_at=starts_at if has_come else None)
            if has_come and is_counted:
                came.add((fair.id, merged.get(seeker.id, seeker.id)))
    expected["person_times"] = len(came)
    expected["persons"] = len({person for _, person in came})
    await _sign_and_hire(dice, postings, people[12:], expected)
    return expected


async def _sign_and_hire(dice: random.Random, postings: list[Any], people: list[Any], expected: dict[str, int]) -> None:
    for posting in postings:
        for seeker in dice.sample(people, 4):
            year = dice.choice([2024, 2025, 2025])
            signed_at = datetime(year, dice.randint(1, 12), 21, 9, tzinfo=UTC)
            state = dice.choice([state for state in IntentState if state is not IntentState.DRAFT])
            is_hired = state is IntentState.HIRED
            hired_at = signed_at + timedelta(days=3) if is_hired else None
            await make_intent(posting=posting, seeker=seeker, state=state, signed_at=signed_at, hired_at=hired_at)
            if dice.random() < 0.4:
                is_hired = True
                await hire_by_application(posting, seeker, signed_at + timedelta(days=dice.choice([2, 4])))
            if year == YEAR:
                expected["intents"] += 1
                expected["intents_withdrawn"] += state is IntentState.WITHDRAWN
                expected["intents_lapsed"] += state is IntentState.LAPSED
                expected["hires"] += is_hired
                expected[f"hires_{posting.kind.value}"] += is_hired


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_of_a_random_year_every_figure_is_right_and_is_the_sum_of_its_records(
    administrator: Client, town_staff: Client, seed: int
) -> None:
    expected = await make_a_year(seed)

    assert await figures_of(administrator) == expected
    assert all(expected[name] for name in ("fairs", "openings", "persons", "intents", "hires"))
    assert expected["hires"] == sum(value for name, value in expected.items() if name.startswith("hires_"))
    for client in (administrator, town_staff):
        for code, value in (await figures_of(client)).items():
            records = await records_of(client, code)
            assert sum(record["amount"] for record in records) == value, code
            if code != "openings":
                assert len(records) == value, code


async def test_a_town_reads_its_own_part(administrator: Client, town_staff: Client) -> None:
    for town in (HERE, ELSEWHERE, None):
        fair = await make_fair(starts_at=SUMMER, ends_at=SUMMER, town_code=town)
        employer = await make_employer(town_code=town)
        posting = await make_posting(employer=employer, openings=5)
        await bring(posting, fair)
        await come(fair, await make_seeker())
        await make_intent(posting=posting, state=IntentState.HIRED, signed_at=SUMMER, hired_at=SUMMER)

    own, whole = await figures_of(town_staff), await figures_of(administrator)

    counted = {"fairs": 1, "openings": 5, "listings": 1, "persons": 1, "person_times": 1, "intents": 1, "hires": 1}
    assert {name: own[name] for name in counted} == counted
    assert {name: whole[name] for name in counted} == {name: 3 * value for name, value in counted.items()}
    answer = (await town_staff.get(f"{PATH}?year={YEAR}")).json
    assert answer["town_code"] == HERE
    assert "本乡镇" in answer["scope"]


async def test_samples_among_the_records_are_said(administrator: Client) -> None:
    before = (await administrator.get(f"{PATH}?year={YEAR}")).json["contains_samples"]
    await make_intent(signed_at=SUMMER, is_sample=True)

    after = (await administrator.get(f"{PATH}?year={YEAR}")).json["contains_samples"]

    assert (before, after) == (False, True)


async def test_people_are_masked_and_whoever_looks_is_on_record(administrator: Client) -> None:
    fair = await make_fair(starts_at=SUMMER, ends_at=SUMMER)
    seeker = await make_seeker(name="木婉清")
    await come(fair, seeker)
    await make_intent(seeker=seeker, state=IntentState.HIRED, signed_at=SUMMER, hired_at=SUMMER)

    for code in ("persons", "person_times", "intents", "hires"):
        answer = await administrator.get(f"{PATH}/{code}?year={YEAR}")

        assert "木**" in answer.json["items"][0]["cells"]
        assert "木婉清" not in answer.body.decode()
        assert len(answer.json["columns"]) == len(answer.json["items"][0]["cells"])
    entries = await AuditEntry.filter(action="employment_report.records_shown").order_by("created_at")
    assert [json.loads(entry.detail)["figure"] for entry in entries] == ["persons", "person_times", "intents", "hires"]
    assert {(entry.record_id, entry.account_id) for entry in entries} == {("2025", administrator.account_id)}


async def test_the_workbook_has_the_figures_and_a_sheet_of_records_for_each(administrator: Client) -> None:
    await make_a_year(4)
    figures = await figures_of(administrator)

    answer = await administrator.get(f"{PATH}.xlsx?year={YEAR}")

    workbook = load_workbook(io.BytesIO(answer.body))
    assert len(workbook.sheetnames) == 1 + len(FIGURES) + 1
    first = [[cell.value for cell in row] for row in workbook["就业统计"]]
    assert first[0] == ["指标", "数值", "单位", "口径"]
    assert [row[1] for row in first[1:]] == list(figures.values())
    for sheet, (code, value) in zip(workbook.worksheets[1:-1], figures.items(), strict=True):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        counted = sum(row[-1] for row in rows) if code == "openings" else len(rows)
        assert counted == value, code
    assert workbook["说明"]["A2"].value == "范围：全市"
    assert await AuditEntry.filter(action="employment_report.exported").count() == 1


@pytest.mark.parametrize("path", ["?year=1999", "", "/fairs", "/persons?year=2025&limit=0"])
async def test_a_year_is_asked_for(administrator: Client, path: str) -> None:
    answer = await administrator.get(PATH + path)

    assert (answer.status, answer.code) == (400, "MalformedRequest")


async def test_there_is_no_other_figure_and_no_foreign_cursor(administrator: Client) -> None:
    unknown = await administrator.get(f"{PATH}/profits?year={YEAR}")
    cursor = await administrator.get(f"{PATH}/fairs?year={YEAR}&cursor=WyJcdTAwMDAiXQ")

    assert (unknown.status, unknown.code) == (404, "NoSuchPath")
    assert (cursor.status, cursor.code) == (422, "CursorInvalid")
