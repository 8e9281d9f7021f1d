"""微信能力的竞争 — one code for a record, one number for an account, one binding for a face check."""

import asyncio
from uuid import uuid4

import pytest

from models.accounts import Purpose
from models.cards import Card
from models.face_checks import FaceCheck, FaceCheckState
from models.phones import AccountPhone
from models.scenes import SceneCode
from tests.factories.cards import give_consent, make_card, make_face_check
from tests.factories.perks import make_perk
from tests.races.ledger import count
from tests.races.processes import TwoWorkers
from tests.races.test_counter import outcomes
from tests.races.test_enrolment import administrator, newcomers

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_twenty_requests_for_a_code_at_once_make_one(house: TwoWorkers) -> None:
    staff = await administrator(house)

    async def race() -> None:
        perk = await make_perk()
        body = {"subject": "perk", "id": str(perk.id)}

        answers = await asyncio.gather(*(staff.post("/v1/staff/wechat-codes", body) for _ in range(20)))

        assert outcomes(answers) == {"201": 20}
        assert len({(answer.json["id"], answer.json["scene"]) for answer in answers}) == 1
        assert await SceneCode.filter(subject_id=perk.id).count() == 1
        noted = "SELECT count(*) AS n FROM audit_entries WHERE action = 'scene_code.made' AND record_id = $1"
        assert await count(noted, answers[0].json["id"]) == 1

    await house.raced("/v1/staff/wechat-codes", race)


async def test_of_twenty_numbers_left_at_once_one_is_kept(house: TwoWorkers) -> None:
    async def race() -> None:
        [person] = await newcomers(house, 1)
        await give_consent(person.account_id, purpose=Purpose.PHONE)

        answers = await asyncio.gather(
            *(person.post("/v1/me/phone", {"mobile": f"180123400{number:02d}"}) for number in range(20))
        )

        kept = await AccountPhone.get(account_id=person.account_id)
        assert outcomes(answers) == {"201": 1, "PhoneAlreadyKept": 19}
        assert [answer.json["masked_mobile"] for answer in answers if answer.status == 201] == [kept.mobile.masked]

    await house.raced("/v1/me/phone", race)


async def test_a_number_left_while_the_consent_is_withdrawn_is_not_kept_without_it(house: TwoWorkers) -> None:
    for _ in range(10):
        [person] = await newcomers(house, 1)
        await give_consent(person.account_id, purpose=Purpose.PHONE)

        await asyncio.gather(
            person.post("/v1/me/phone", {"mobile": "18012341999"}), person.delete("/v1/consents/phone")
        )
        await person.delete("/v1/consents/phone")

        assert (await person.get("/v1/me/phone")).code == "PhoneNotFound"


async def test_a_face_check_used_twenty_times_at_once_binds_once(house: TwoWorkers) -> None:
    async def race() -> None:
        [person] = await newcomers(house, 1)
        card = await make_card()
        check = await make_face_check(account_id=person.account_id, id_number=str(card.holder.id_number))
        path = f"/v1/me/face-checks/{check.id}/binding"

        answers = await asyncio.gather(*(person.post(path, {}) for _ in range(20)))

        assert outcomes(answers) == {"201": 20}
        assert {answer.json["id"] for answer in answers} == {str(card.id)}
        assert (await FaceCheck.get(id=check.id)).state is FaceCheckState.USED
        noted = "SELECT count(*) AS n FROM audit_entries WHERE action = 'card.bound' AND record_id = $1"
        assert await count(noted, str(card.id)) == 1

    await house.raced("/v1/me/face-checks/{check_id}/binding", race)


async def test_two_accounts_with_a_pass_of_one_person_end_with_one_binding(house: TwoWorkers) -> None:
    people = await newcomers(house, 2)
    card = await make_card()
    checks = [
        await make_face_check(account_id=person.account_id, id_number=str(card.holder.id_number)) for person in people
    ]

    answers = await asyncio.gather(
        *(
            person.post(f"/v1/me/face-checks/{check.id}/binding", {}, headers={"Idempotency-Key": uuid4().hex})
            for person, check in zip(people, checks, strict=True)
        )
    )

    assert outcomes(answers) == {"201": 2}
    assert (await Card.get(id=card.id)).account_id in {person.account_id for person in people}
    assert await FaceCheck.filter(card_id=card.id, state=FaceCheckState.USED).count() == 2
