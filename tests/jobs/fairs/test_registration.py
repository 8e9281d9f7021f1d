"""招聘会报名 — once a person, never beyond the capacity, and a place given back is free again."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.fairs import FairRegistration, JobFair
from models.seekers import Seeker
from server.jobs.fairs.numbers import write_number
from tests.factories.cards import give_consent, make_card
from tests.factories.jobs import make_fair, make_registration, make_seeker
from tests.jobs.fairs.fairground import fair_at
from tests.jobs.seekers.people import come
from tests.service import Answer, Client


async def register(person: Client, fair: JobFair) -> Answer:
    return await person.post(f"/v1/fairs/{fair.id}/registrations")


async def cancel(person: Client, fair: JobFair) -> Answer:
    return await person.delete(f"/v1/fairs/{fair.id}/registrations")


async def registered(fair: JobFair) -> int:
    """Return the counter, which must be the number of living registrations."""
    counter = (await JobFair.get(id=fair.id)).registered
    assert counter == await FairRegistration.filter(fair_id=fair.id, cancelled_at=None).count()
    return counter


async def test_registering_gives_a_number_and_again_the_same(service: Client) -> None:
    person, fair = await come(service), await make_fair()

    first, again = await register(person, fair), await register(person, fair)

    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert first.json["number"] == write_number(1)
    assert await registered(fair) == 1
    entries = await AuditEntry.filter(action="fair_registration.made").values_list("record_id", "detail")
    assert [(record_id, json.loads(detail)) for record_id, detail in entries] == [
        (first.json["id"], {"fair_id": str(fair.id)})
    ]


async def test_numbers_follow_each_other_at_each_fair(service: Client) -> None:
    fair, other = await make_fair(), await make_fair()
    people = [await come(service, f"seeker-{number}") for number in range(3)]

    numbers = [(await register(person, fair)).json["number"] for person in people]
    elsewhere = (await register(people[2], other)).json["number"]

    assert numbers == [write_number(serial) for serial in (1, 2, 3)]
    assert elsewhere == write_number(1)


async def test_without_consent_nobody_registers_and_nothing_is_stored(service: Client) -> None:
    person, fair = await service.login("somebody"), await make_fair()
    await give_consent(person.account_id)  # to something else

    answer = await register(person, fair)

    assert (answer.status, answer.code) == (409, "ConsentRequired")
    assert (await registered(fair), await Seeker.all().count()) == (0, 0)


async def test_a_full_fair_says_so_with_what_to_do_until_somebody_gives_the_place_up(service: Client) -> None:
    fair = await make_fair(capacity=1)
    first, second = await come(service, "first"), await come(service, "second")
    await register(first, fair)

    full = await register(second, fair)
    await cancel(first, fair)
    granted = await register(second, fair)

    assert (full.status, full.code) == (409, "FairFull")
    assert "其他招聘会" in full.json["detail"]
    assert granted.status == 201
    assert await registered(fair) == 1


async def test_who_has_the_last_place_keeps_it_when_asking_again(service: Client) -> None:
    person, fair = await come(service), await make_fair(capacity=1)

    answers = [await register(person, fair) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 201]


async def test_a_place_is_given_back_once_and_taken_anew_under_the_same_number(service: Client) -> None:
    person, fair = await come(service), await make_fair(capacity=5)
    first = await register(person, fair)

    cancelled = [await cancel(person, fair) for _ in range(2)]
    empty = await registered(fair)
    again = await register(person, fair)

    assert [answer.status for answer in cancelled] == [204, 204]
    assert empty == 0
    assert again.json == first.json
    assert await registered(fair) == 1
    assert await AuditEntry.filter(action="fair_registration.cancelled").count() == 1
    assert await AuditEntry.filter(action="fair_registration.made").count() == 2


async def test_giving_up_what_one_never_had_changes_nothing(service: Client) -> None:
    person, fair = await come(service), await make_fair()
    await make_registration(fair=fair)

    answer = await cancel(person, fair)

    assert answer.status == 204
    assert await registered(fair) == 1


@pytest.mark.parametrize("deed", [register, cancel])
async def test_a_fair_that_the_public_does_not_see_is_not_found(service: Client, deed: object) -> None:
    person, draft = await come(service), await make_fair(state="draft", published_at=None)
    assert callable(deed)

    answers = [await deed(person, draft), await deed(person, JobFair(id=uuid4()))]

    assert [(answer.status, answer.code) for answer in answers] == [(404, "FairNotFound")] * 2


async def test_nobody_registers_for_what_is_cancelled_or_over(service: Client) -> None:
    person = await come(service)
    cancelled = await make_fair(state="cancelled", state_reason="场地停电")
    over = await fair_at(utc_now() - timedelta(hours=3))

    off, late = await register(person, cancelled), await register(person, over)

    assert (off.status, off.code) == (409, "FairCancelled")
    assert "场地停电" in off.json["detail"]
    assert (late.status, late.code) == (409, "FairOver")


async def test_who_has_come_does_not_cancel_nor_does_anybody_after_the_end(service: Client) -> None:
    person = await come(service)
    seeker = await make_seeker(account_id=person.account_id)
    now = await make_registration(seeker=seeker, checked_in_at=utc_now())
    over = await fair_at(utc_now() - timedelta(hours=3))
    await make_registration(seeker=seeker, fair=over)

    came, late = await cancel(person, await now.fair), await cancel(person, over)

    assert (came.status, came.code) == (409, "CheckedInAlready")
    assert (late.status, late.code) == (409, "FairOver")
    assert await registered(over) == 1


async def test_a_fair_tells_who_is_logged_in_their_number_and_others_nothing(service: Client) -> None:
    person, other, fair = await come(service, "one"), await come(service, "other"), await make_fair()
    path = f"/v1/fairs/{fair.id}"
    mine = (await register(person, fair)).json

    seen = [(await who.get(path)).json["my_registration"] for who in (person, other, service)]
    await cancel(person, fair)

    assert seen == [mine, None, None]
    assert (await person.get(path)).json["my_registration"] is None


async def test_my_registrations_are_paged_newest_first_with_the_cancelled_ones(service: Client) -> None:
    person, other = await come(service, "one"), await come(service, "other")
    fairs = [await make_fair() for _ in range(3)]
    for fair in fairs:
        await register(person, fair)
    await register(other, fairs[0])
    await cancel(person, fairs[1])

    first = (await person.get("/v1/fair-registrations?limit=2")).json
    rest = (await person.get(f"/v1/fair-registrations?limit=2&cursor={first['next_cursor']}")).json

    items = [*first["items"], *rest["items"]]
    assert [item["fair"]["id"] for item in items] == [str(fair.id) for fair in reversed(fairs)]
    assert [bool(item["registration"]["cancelled_at"]) for item in items] == [False, True, False]
    assert rest["next_cursor"] is None
    assert (await (await come(service, "nobody")).get("/v1/fair-registrations")).json["items"] == []


async def test_a_person_who_binds_a_card_later_is_the_same_person_at_the_fair(service: Client) -> None:
    person, fair = await come(service), await make_fair()
    first = await register(person, fair)
    await make_card(account_id=person.account_id)

    again = await register(person, fair)

    assert again.json == first.json
    assert (await person.get(f"/v1/fairs/{fair.id}")).json["my_registration"] == first.json
    assert await registered(fair) == 1
