"""核验就业意向书"""

from typing import Any

import pytest

from config.clock import beijing_day, utc_now
from models.intents import Intent
from server.jobs.intents.verification import qr_text
from tests.jobs.intents.people import Booth, Visitor, come
from tests.service import Answer, Client, make_settings, serving


async def verify(service: Client, code: str) -> Answer:
    return await service.post("/v1/intent-verifications", {"code": code})


async def code_of(intent: dict[str, Any]) -> str:
    return qr_text(await Intent.get(id=intent["id"]))


async def test_anybody_with_the_form_learns_that_it_is_genuine_and_no_name(
    service: Client, booth: Booth, visitor: Visitor
) -> None:
    intent = (await booth.draft(visitor)).json["intent"]
    code = await code_of(intent)

    before = await verify(service, code)
    await visitor.sign(intent)
    after = await verify(service, f"  {code.lower()}\n")
    await visitor.withdraw(intent)
    ended = await verify(service, code)

    assert before.json == {
        "number": intent["number"],
        "state": "draft",
        "state_label": "待签署",
        "employer_name": booth.recruiter.employer.name,
        "position_title": "示例保安员",
        "masked_seeker_name": "段**",
        "signed_on": None,
        "is_sample": False,
    }
    today = str(beijing_day(utc_now()))
    assert after.json == before.json | {"state": "signed", "state_label": "已签署", "signed_on": today}
    assert ended.json == after.json | {"state": "withdrawn", "state_label": "已撤回"}


async def test_a_number_and_a_secret_of_two_forms_are_not_genuine(
    service: Client, booth: Booth, visitor: Visitor
) -> None:
    other = await come(service, booth.fair, "another-visitor")
    first = (await code_of((await booth.draft(visitor)).json["intent"])).split(":")
    second = (await code_of((await booth.draft(other)).json["intent"])).split(":")

    mixed = await verify(service, ":".join([first[0], first[1], second[2]]))

    assert (mixed.status, mixed.code) == (404, "IntentNotGenuine")


@pytest.mark.parametrize(
    "code",
    [
        *("YX1", "YX2503220017C", "YX1:YX2503220017C:", "YX1:YX2503220017C:AAAAAAAAAAAAAAAAAAAAAAAAAA"),
        *("YX1:YX2503220017D:AAAAAAAAAAAAAAAAAAAAAAAAAA", "YX2:YX2503220017C:AAAAAAAAAAAAAAAAAAAAAAAAAA"),
        "https://example.org/?c=YX1:YX2503220017C:AAAAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
async def test_what_is_no_code_of_ours_is_not_genuine(service: Client, code: str) -> None:
    answer = await verify(service, code)

    assert (answer.status, answer.code) == (404, "IntentNotGenuine")
    assert "退役军人服务站" in answer.json["detail"]


async def test_an_address_verifies_thirty_times_a_minute(sqlite_address: str) -> None:
    async with serving(make_settings(sqlite_address, rate_limits="on")) as service:
        answers = [await verify(service, "YX1") for _ in range(61)]

    assert [answer.status for answer in answers[:30]] == [404] * 30
    assert 429 in {answer.status for answer in answers[30:]}
