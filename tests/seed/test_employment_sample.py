"""招聘示例 — the files are labelled and import whole; the replay gives the figures that the bureau reported."""

import shutil
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from tortoise.context import TortoiseContext

from config.clock import utc_now
from models.employers import Employer, EmployerState
from models.fairs import FairRegistration, JobFair
from models.intents import Intent, IntentState, Signing
from models.jobs import JobKind, JobPosting, PostingState
from models.seekers import Seeker
from models.towns import Town
from server.employers.importing import import_employers
from server.jobs.conditions import find_unlawful
from server.jobs.fairs.importing import import_fairs
from server.jobs.figures.definitions import FigureCode
from server.jobs.figures.service import WHOLE_CITY, Scope, employment_report
from server.jobs.postings.importing import import_jobs
from server.seed.employment.files import EMPLOYERS, FAIRS, JOBS, REPLAY, read_replay, write_year
from server.seed.employment.making import make_year
from server.seed.employment.plan import Ending, Replay, SampleYear
from server.seed.employment.replaying import SampleNotImported, SampleReplayed, replay_year
from server.seed.service import seed
from server.tables.reading import Sheet

SEED = 2025
CITY = Scope(None, WHOLE_CITY, None, "system")


@pytest.fixture(scope="module")
def year() -> SampleYear:
    return make_year(seed=SEED)


@pytest.fixture(scope="module")
def files(year: SampleYear, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sample") / "employment"
    write_year(year, directory=directory)
    return directory


def sheet(files: Path, name: str) -> Sheet:
    return Sheet((files / name).read_bytes(), name)


async def import_all(files: Path) -> None:
    at = utc_now()
    await seed(samples=False, at=at)
    await import_employers(sheet=sheet(files, EMPLOYERS), dry_run=False, staff=None, at=at)
    await import_fairs(
        data=(files / FAIRS).read_bytes(),
        filename=FAIRS,
        dry_run=False,
        account_id=None,
        role="system",
        at=at,
        published_past=True,
    )
    report = await import_jobs(sheet=sheet(files, JOBS), publish=False, dry_run=False, staff=None, at=at)
    assert (report.created, report.updated, report.doubts) == (report.rows, 0, [])


async def figures() -> dict[str, int]:
    report = await employment_report(year=2025, scope=CITY, at=utc_now())
    return {one.code.value: one.value for one in report.values}


def shown(done: list[tuple[int, int]]) -> None:
    """Check that a progress went up one by one to its end."""
    total = done[0][1]
    assert done == [(step, total) for step in range(1, total + 1)]


def part_of(replay: Replay, *, visitors: int) -> Replay:
    """Return the replay of the first visitors alone."""
    return Replay(
        replay.source,
        replay.visitors[:visitors],
        tuple(one for one in replay.intents if one.visitor < visitors),
    )


@pytest.mark.parametrize("number", [1, 2, SEED])
def test_every_seed_makes_another_year_of_the_same_figures(number: int) -> None:
    made, again = make_year(seed=number), make_year(seed=number)

    assert made == again
    assert made != make_year(seed=number + 1)
    assert sum(one.openings for one in made.listings) == 6_096
    assert (len(made.fairs), len(made.employers)) == (5, 150)
    assert len({visitor.id_number for visitor in made.replay.visitors}) == len(made.replay.visitors) == 337
    assert len({(one.visitor, one.posting) for one in made.replay.intents}) == len(made.replay.intents) == 120


def test_the_year_is_as_mixed_as_a_real_one(year: SampleYear) -> None:
    assert {one.employer.town for one in year.listings} >= {one.town for one in year.employers}
    assert len({one.town for one in year.employers}) == 13
    assert {one.kind for one in year.listings} == set(JobKind)
    assert len({one.position.title for one in year.listings}) > 80
    assert {one.ending for one in year.replay.intents} == set(Ending)
    assert {bool(visitor.login) for visitor in year.replay.visitors} == {True, False}
    assert {len(visitor.fairs) for visitor in year.replay.visitors} == {1, 2, 3}
    assert all(1 <= one.openings <= 30 for one in year.listings)


def test_everything_is_labelled_and_nothing_in_it_is_unlawful(year: SampleYear) -> None:
    assert all(one.name.startswith("示例") for one in (*year.employers, *year.replay.visitors))
    assert all(one.title.startswith("示例") for one in year.fairs)
    assert all(visitor.id_number[6:10] == "1900" for visitor in year.replay.visitors)
    for one in year.listings:
        assert find_unlawful({"title": one.position.title, "description": one.position.duty}) == []


async def test_the_whole_chain_gives_the_figures_that_were_reported(
    database: TortoiseContext, files: Path, year: SampleYear
) -> None:
    await import_all(files)
    done: list[tuple[int, int]] = []

    replayed = await replay_year(
        read_replay(files), at=utc_now(), progress=lambda step, total: done.append((step, total))
    )

    visits = sum(len(visitor.fairs) for visitor in year.replay.visitors)
    assert (replayed.persons, replayed.visits, replayed.intents) == (337, visits, 120)
    shown(done)
    assert await figures() == {
        **dict.fromkeys((code.value for code in FigureCode), 0),
        "fairs": 5,
        "openings": 6_096,
        "listings": len(year.listings),
        "persons": 337,
        "person_times": visits,
        "intents": 120,
        "intents_withdrawn": 16,
        "hires": 40,
        "hires_ordinary": 14,
        "hires_military_instructor": 1,
        "hires_village_staff": 25,
    }
    states = Counter(await Intent.all().values_list("state", flat=True))
    assert states == {
        IntentState.SIGNED: 52,
        IntentState.OFFERED: 12,
        IntentState.HIRED: 40,
        IntentState.WITHDRAWN: 16,
    }


async def test_what_was_replayed_is_marked_as_sample_and_came_both_ways(database: TortoiseContext, files: Path) -> None:
    await import_all(files)

    await replay_year(part_of(read_replay(files), visitors=40), at=utc_now(), progress=lambda step, total: None)

    report = await employment_report(year=2025, scope=CITY, at=utc_now())
    assert report.contains_samples
    for model in (Employer, JobFair, JobPosting, Intent, Seeker):
        assert await model.filter(is_sample=False).count() == 0, model
    assert {await JobPosting.filter(state=PostingState.CLOSED).count()} == {await JobPosting.all().count()}
    assert await Employer.filter(state=EmployerState.APPROVED).count() == 150
    assert set(await Intent.all().values_list("signing", flat=True)) == {Signing.PHONE, Signing.PAPER}
    assert set(await FairRegistration.all().values_list("by_staff", flat=True)) == {True, False}
    signed = {intent.signed_at for intent in await Intent.all()}
    held = {fair.number: fair.starts_at for fair in await JobFair.all()}
    assert {at.date() for at in signed if at} <= {at.date() for at in held.values()}
    assert await Seeker.all().count() == 40


async def test_a_second_replay_and_one_without_imports_are_refused_and_store_nothing(
    database: TortoiseContext, files: Path
) -> None:
    replay = part_of(read_replay(files), visitors=15)
    with pytest.raises(SampleNotImported):
        await replay_year(replay, at=utc_now(), progress=lambda step, total: None)
    await import_all(files)
    await replay_year(replay, at=utc_now(), progress=lambda step, total: None)
    before = await figures()

    with pytest.raises(SampleReplayed):
        await replay_year(replay, at=utc_now(), progress=lambda step, total: None)

    assert before["intents"] == len(replay.intents) > 0
    assert await figures() == before


async def test_importing_the_tables_again_changes_nothing(database: TortoiseContext, files: Path) -> None:
    await import_all(files)
    before = await figures()

    again = await import_jobs(sheet=sheet(files, JOBS), publish=False, dry_run=False, staff=None, at=utc_now())

    assert again.unchanged == again.rows
    assert await figures() == before
    assert await Town.all().count() == 13


def test_a_damaged_replay_is_noticed(files: Path, tmp_path: Path) -> None:
    shutil.copytree(files, tmp_path / "copy")
    (tmp_path / "copy" / REPLAY).write_text('{"visitors": []}')

    with pytest.raises(msgspec.DecodeError):
        read_replay(tmp_path / "copy")
