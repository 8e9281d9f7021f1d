"""求职者的竞争 — one person is one seeker, one profile and one block, however many phones and desks ask at once."""

import asyncio
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.accounts import Consent, Purpose
from models.seekers import BlockedEmployer, Seeker, SeekerProfile, Speciality
from server.cards.pass_keys import ensure_pass_key
from tests.factories.cards import make_card, make_staff, sample_id_number
from tests.factories.employers import make_employer
from tests.factories.jobs import make_fair
from tests.perks.till import show_pass
from tests.races.ledger import count
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes
from tests.service import Client

pytestmark = pytest.mark.asyncio(loop_scope="package")

NOTES = "SELECT count(*) AS n FROM audit_entries WHERE action = $1 AND account_id = $2"


async def willing(house: TwoWorkers) -> Client:
    """Return somebody who agreed to the purpose of jobs."""
    person = await house.stranger.login(f"seeker-{uuid4().hex}")
    await Consent.create(account_id=person.account_id, purpose=Purpose.JOBS, version="2026-11")
    return person


async def test_twenty_first_changes_at_once_make_one_seeker_with_one_profile(house: TwoWorkers) -> None:
    person = await willing(house)

    answers = await asyncio.gather(
        *(person.patch("/v1/job-profile", {"skills": [f"技能{number}"]}) for number in range(20))
    )

    assert outcomes(answers) == {"200": 20}
    seeker = await Seeker.get(account_id=person.account_id)
    assert await SeekerProfile.filter(seeker_id=seeker.id).count() == 1
    assert await count(NOTES, "seeker.created", person.account_id) == 1


async def test_a_card_bound_before_twenty_requests_merges_once(house: TwoWorkers) -> None:
    person = await willing(house)
    await person.patch("/v1/job-profile", {"skills": ["电焊"]})
    before = await Seeker.get(account_id=person.account_id)
    card = await make_card(account_id=person.account_id)

    answers = await asyncio.gather(*(person.patch("/v1/job-profile", {"service_years": 8}) for _ in range(20)))

    assert outcomes(answers) == {"200": 20}
    seeker = await Seeker.get(account_id=person.account_id)
    assert seeker.holder_id == card.holder_id
    assert [merged.id for merged in await Seeker.filter(merged_into_id=seeker.id)] == [before.id]
    profile = await SeekerProfile.get(seeker_id=seeker.id)
    assert (profile.skills, profile.service_years) == (("电焊",), 8)
    assert await count(NOTES, "seeker.merged", person.account_id) == 1


async def test_phone_pass_and_id_card_at_once_are_one_person_at_a_fair(house: TwoWorkers) -> None:
    await ensure_pass_key(at=utc_now())
    person, fair = await willing(house), await make_fair()
    id_number = sample_id_number(7_654_321)
    card = await make_card(account_id=person.account_id, name="段正淳", id_number=id_number)
    desks = [await house.stranger.login(f"desk-{uuid4().hex}") for _ in range(4)]
    for desk in desks:
        await make_staff(desk.account_id)
    shown = [await show_pass(card) for _ in desks]
    check_ins = f"/v1/staff/fairs/{fair.id}/check-ins"

    answers = await asyncio.gather(
        *(person.patch("/v1/job-profile", {"service_years": 8}) for _ in range(4)),
        *(person.post(f"/v1/fairs/{fair.id}/registrations") for _ in range(4)),
        *(desk.post(check_ins, {"pass": text}) for desk, text in zip(desks, shown, strict=True)),
        *(desk.post(check_ins, {"name": "段正淳", "id_number": id_number}) for desk in desks),
    )

    assert {answer.status for answer in answers} <= {200, 201, 409}, outcomes(answers)
    row = await Seeker.filter(id_number_hash=card.holder.id_number_hash)
    assert len(row) == 1
    assert row[0].account_id == person.account_id
    came = "SELECT count(*) AS n FROM fair_registrations WHERE fair_id = $1 AND checked_in_at IS NOT NULL"
    assert await count(came, fair.id) == 1


async def test_twenty_blocks_at_once_are_one_and_twenty_unblocks_take_it_once(house: TwoWorkers) -> None:
    person, employer = await willing(house), await make_employer()
    body = {"employer_id": str(employer.id)}

    blocked = await asyncio.gather(*(person.post("/v1/blocked-employers", body) for _ in range(20)))
    listed = await BlockedEmployer.filter(account_id=person.account_id).count()
    unblocked = await asyncio.gather(*(person.delete(f"/v1/blocked-employers/{employer.id}") for _ in range(20)))

    assert outcomes(blocked) == {"201": 20}
    assert listed == 1
    assert outcomes(unblocked) == {"204": 1, "BlockedEmployerNotFound": 19}
    assert await count(NOTES, "employer.blocked", person.account_id) == 1
    assert await count(NOTES, "employer.unblocked", person.account_id) == 1


async def test_twenty_administrators_add_one_speciality_and_retire_it_once(house: TwoWorkers) -> None:
    staff = await house.stranger.login(f"administrator-{uuid4().hex}")
    await make_staff(staff.account_id, town_code=None)
    code = f"race_{uuid4().hex[:8]}"
    body = {"code": code, "name": f"示例{code}", "occupations": ["电工"], "keywords": ["电工"], "source": "示例对应"}

    added = await asyncio.gather(*(staff.post("/v1/staff/specialities", body) for _ in range(20)))
    retired = await asyncio.gather(*(staff.post(f"/v1/staff/specialities/{code}/retirement") for _ in range(20)))

    assert sorted(answer.status for answer in added) == [201] + [409] * 19
    assert {answer.status for answer in retired} == {200}
    assert (await Speciality.get(code=code)).is_retired
    noted = "SELECT count(*) AS n FROM audit_entries WHERE record_type = 'speciality' AND record_id = $1"
    assert await count(noted, code) == 2
