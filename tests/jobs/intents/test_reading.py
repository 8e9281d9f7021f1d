"""查看就业意向"""

from typing import Any
from uuid import uuid4

import pytest

from models.intents import IntentState
from models.seekers import Seeker
from server.jobs.intents.numbers import INTENT_NUMBERS
from tests.factories.employers import make_employer
from tests.factories.jobs import make_fair, make_intent, make_posting, make_seeker
from tests.jobs.intents.people import Booth, Visitor
from tests.service import Client

HERE, ELSEWHERE = "321084001", "321084101"


async def ids(client: Client, path: str, **params: Any) -> list[str]:
    answer = await client.get(path, params=params)
    assert answer.status == 200, answer
    return [item["id"] for item in answer.json["items"]]


async def test_a_person_sees_all_their_own_also_of_records_that_were_merged(booth: Booth, visitor: Visitor) -> None:
    double = await make_seeker(account_id=None)
    await Seeker.filter(id=double.id).update(merged_into_id=visitor.seeker.id)
    first, second = await make_intent(seeker=visitor.seeker), await make_intent(seeker=double)
    await make_intent()

    assert await ids(visitor.client, "/v1/intents") == [str(second.id), str(first.id)]
    assert (await visitor.client.get(f"/v1/intents/{second.id}")).status == 200


async def test_somebody_who_never_looked_for_work_has_no_intents(service: Client) -> None:
    newcomer = await service.login("a-newcomer")

    assert (await newcomer.get("/v1/intents")).json == {"items": [], "next_cursor": None}


async def test_lists_are_paged_newest_first_without_gaps_or_repeats(
    booth: Booth, visitor: Visitor, town_staff: Client
) -> None:
    made = []
    for _ in range(5):
        posting = await make_posting(employer=booth.recruiter.employer)
        made.append(str((await make_intent(posting=posting, seeker=visitor.seeker)).id))

    for client, path in (
        (visitor.client, "/v1/intents"),
        (booth.hr, "/v1/employer/intents"),
        (town_staff, "/v1/staff/intents"),
    ):
        seen, cursor = [], ""
        while cursor is not None:
            page = (await client.get(f"{path}?limit=2&cursor={cursor}")).json
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
        assert seen == made[::-1]


async def test_lists_are_narrowed_by_state_and_fair(booth: Booth, visitor: Visitor, town_staff: Client) -> None:
    draft = await make_intent(posting=booth.posting, seeker=visitor.seeker, fair_id=booth.fair.id)
    posting = await make_posting(employer=booth.recruiter.employer)
    signed = await make_intent(posting=posting, seeker=visitor.seeker, state=IntentState.SIGNED)

    assert await ids(visitor.client, "/v1/intents", state="signed") == [str(signed.id)]
    for client, path in ((booth.hr, "/v1/employer/intents"), (town_staff, "/v1/staff/intents")):
        assert await ids(client, path, state="draft") == [str(draft.id)]
        assert await ids(client, path, fair=str(booth.fair.id)) == [str(draft.id)]
        assert await ids(client, path, fair=str(uuid4())) == []


@pytest.mark.parametrize(
    ("employer_town", "fair_town", "is_seen"),
    [
        (HERE, None, True),
        (None, None, True),
        (ELSEWHERE, None, False),
        (ELSEWHERE, HERE, True),
        (HERE, ELSEWHERE, True),
        (ELSEWHERE, ELSEWHERE, False),
        (ELSEWHERE, "city", True),
    ],
)
async def test_staff_see_what_was_made_at_a_fair_or_by_an_employer_of_their_town_or_of_none(
    service: Client, town_staff: Client, employer_town: str | None, fair_town: str | None, is_seen: bool
) -> None:
    posting = await make_posting(employer=await make_employer(town_code=employer_town))
    fair = await make_fair(town_code=None if fair_town == "city" else fair_town) if fair_town else None
    intent = await make_intent(posting=posting, fair_id=fair.id if fair else None)

    listed = await ids(town_staff, "/v1/staff/intents")
    one = await town_staff.get(f"/v1/staff/intents/{intent.id}")

    assert listed == ([str(intent.id)] if is_seen else [])
    assert one.status == (200 if is_seen else 404)


async def test_an_intent_is_found_by_its_number_as_people_type_it(
    booth: Booth, visitor: Visitor, town_staff: Client
) -> None:
    intent = (await booth.draft(visitor)).json["intent"]
    typed = f"{intent['number'][:8].lower()}-{intent['number'][8:12]} {intent['number'][12:]}"

    for client, path in ((booth.hr, "/v1/employer/intents"), (town_staff, "/v1/staff/intents")):
        assert await ids(client, path, number=typed) == [intent["id"]]


async def test_a_mistyped_number_is_answered_with_one_of_theirs_that_is_like_it(
    booth: Booth, visitor: Visitor, town_staff: Client, other_town_staff: Client
) -> None:
    number = (await booth.draft(visitor)).json["intent"]["number"]
    slip = number[:11] + str((int(number[11]) + 1) % 10) + number[12:]
    assert len(INTENT_NUMBERS.similar(slip)) > 1

    mine = await town_staff.get("/v1/staff/intents", params={"number": slip})
    theirs = await other_town_staff.get("/v1/staff/intents", params={"number": slip})

    assert (mine.status, mine.code) == (theirs.status, theirs.code) == (422, "IntentNumberMistyped")
    assert mine.json["errors"] == [{"field": "number", "message": f"是不是 {number}"}]
    assert number in mine.json["detail"]
    assert number not in theirs.body.decode()


async def test_the_seeker_reads_what_to_do_next(booth: Booth, visitor: Visitor) -> None:
    for state in IntentState:
        posting = await make_posting(employer=booth.recruiter.employer)
        await make_intent(posting=posting, seeker=visitor.seeker, state=state)

    items = (await visitor.client.get("/v1/intents")).json["items"]

    assert len({item["next_step"] for item in items}) == len(IntentState)
    assert [bool(item["expires_at"]) for item in items] == [False, False, False, False, True, True]
