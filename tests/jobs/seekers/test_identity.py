"""求职者身份测试 — one person is one seeker, whatever they come with."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from config.clock import utc_now
from models.accounts import Account, Consent, Purpose
from models.audit import AuditEntry
from models.cards import Card, CardState, CardSuspended
from models.identifiers import Mobile
from models.seekers import Seeker, SeekerProfile
from models.transactions import fetch_row
from server.accounts.service import ConsentRequired
from server.cards.pass_keys import ensure_pass_key
from server.cards.passes import PassExpired, issue_pass
from server.cards.service import PassUnknown
from server.jobs.seekers.identity import (
    SeekerNameMismatch,
    SeekerUnreadable,
    contact_of,
    find_seeker,
    get_survivor,
    person_key,
    seeker_of_account,
    seeker_of_pass,
    seeker_of_person,
)
from tests.factories.cards import make_account, make_card, make_holder, sample_id_number, staff_asker
from tests.factories.jobs import (
    make_application,
    make_fair,
    make_intent,
    make_posting,
    make_profile,
    make_registration,
    make_seeker,
)

DESK = {"name": "段正淳", "id_number": sample_id_number(7_000_001), "mobile": "18012345678"}


async def make_willing_account() -> Account:
    account = await make_account()
    await Consent.create(account_id=account.id, purpose=Purpose.JOBS, version="2026-11")
    return account


async def seeker_of(account: Account) -> Seeker:
    return await seeker_of_account(account_id=account.id, at=utc_now())


async def pass_of(card: Card) -> str:
    await ensure_pass_key(at=utc_now())
    return (await issue_pass(card=card, at=utc_now())).pass_


async def actions() -> list[str]:
    return [entry.action for entry in await AuditEntry.all().order_by("id")]


# By account


async def test_an_account_without_consent_makes_no_seeker(database: object) -> None:
    account = await make_account()

    with pytest.raises(ConsentRequired):
        await seeker_of(account)

    assert await Seeker.all().count() == 0


async def test_an_account_without_a_card_is_one_seeker_however_often_it_comes(database: object) -> None:
    account = await make_willing_account()

    first, second = await seeker_of(account), await seeker_of(account)

    assert (first.id, first.account_id, first.holder_id) == (second.id, account.id, None)
    assert await actions() == ["seeker.created"]


async def test_an_account_with_a_card_is_the_seeker_of_its_holder(database: object) -> None:
    account = await make_willing_account()
    card = await make_card(account_id=account.id, name="木婉清")

    seeker = await seeker_of(account)

    assert (seeker.account_id, seeker.holder_id) == (account.id, card.holder_id)
    assert seeker.id_number_hash == card.holder.id_number_hash
    assert seeker.name == "木婉清"
    assert seeker.mobile is None


async def test_a_card_bound_later_merges_what_the_account_was_before(database: object) -> None:
    account = await make_willing_account()
    before = await seeker_of(account)
    card = await make_card(account_id=account.id)

    after = await seeker_of(account)

    assert after.id != before.id
    assert (after.account_id, after.holder_id) == (account.id, card.holder_id)
    merged = await Seeker.get(id=before.id)
    assert (merged.account_id, merged.merged_into_id) == (None, after.id)
    assert (await get_survivor(merged)).id == after.id
    assert (await seeker_of(account)).id == after.id
    assert (await AuditEntry.get(action="seeker.merged")).record_id == str(after.id)
    row = await fetch_row(f"SELECT count(DISTINCT {person_key()}) AS n FROM seekers s")
    assert row is not None
    assert row["n"] == 1


async def test_the_holder_whom_the_desk_knew_first_keeps_that_seeker_when_the_account_joins(database: object) -> None:
    account = await make_willing_account()
    before = await seeker_of(account)
    card = await make_card(name="段誉", id_number=DESK["id_number"])
    staff = await staff_asker()
    desk = await seeker_of_person(name="段誉", id_number=DESK["id_number"], staff=staff, at=utc_now())
    await Card.filter(id=card.id).update(account_id=account.id)

    after = await seeker_of(account)

    assert (after.id, after.account_id) == (desk.id, account.id)
    assert (await Seeker.get(id=before.id)).merged_into_id == desk.id


async def test_records_of_a_merged_seeker_stand_under_the_person(database: object) -> None:
    account = await make_willing_account()
    before = await seeker_of(account)
    application = await make_application(seeker=before)
    registration = await make_registration(seeker=before)
    intent = await make_intent(seeker=before)
    profile = await make_profile(seeker=before, skills=("电焊",))
    await make_card(account_id=account.id)

    after = await seeker_of(account)

    for kept in (application, registration, intent, profile):
        await kept.refresh_from_db()
        assert kept.seeker_id == after.id  # type: ignore[attr-defined]
    assert profile.skills == ("电焊",)


async def test_what_both_seekers_had_once_each_stays_where_it_is(database: object) -> None:
    account = await make_willing_account()
    before = await seeker_of(account)
    card = await make_card()
    holder = await make_seeker(account_id=None, holder_id=card.holder_id)
    posting, fair = await make_posting(), await make_fair()
    doubled = [
        [await make_application(posting=posting, seeker=before), await make_registration(fair=fair, seeker=before)],
        [
            await make_application(posting=posting, seeker=holder, account_id=account.id),
            await make_registration(fair=fair, seeker=holder),
        ],
    ]
    await Card.filter(id=card.id).update(account_id=account.id)

    after = await seeker_of(account)

    assert after.id == holder.id
    for owner, records in zip((before, holder), doubled, strict=True):
        for record in records:
            await record.refresh_from_db()
            assert record.seeker_id == owner.id  # type: ignore[attr-defined]


@pytest.mark.parametrize("account_is_newer", [True, False])
async def test_of_two_profiles_the_one_written_last_is_kept(database: object, account_is_newer: bool) -> None:
    account = await make_willing_account()
    before = await seeker_of(account)
    card = await make_card()
    holder = await make_seeker(account_id=None, holder_id=card.holder_id)
    early, late = utc_now() - timedelta(days=3), utc_now()
    times = (late, early) if account_is_newer else (early, late)
    await make_profile(seeker=before, skills=("账户",), updated_at=times[0])
    await make_profile(seeker=holder, skills=("持证人",), updated_at=times[1])
    await Card.filter(id=card.id).update(account_id=account.id)

    after = await seeker_of(account)

    kept = await SeekerProfile.get()
    assert kept.seeker_id == after.id
    assert kept.skills == (("账户",) if account_is_newer else ("持证人",))


async def test_a_phone_that_binds_another_persons_card_becomes_that_persons(database: object) -> None:
    account = await make_willing_account()
    card = await make_card(account_id=account.id)
    first = await seeker_of(account)
    await Card.filter(id=card.id).update(account_id=None)
    other = await make_card(account_id=account.id)

    second = await seeker_of(account)

    assert (second.holder_id, second.account_id) == (other.holder_id, account.id)
    await first.refresh_from_db()
    assert (first.account_id, first.holder_id, first.merged_into_id) == (None, card.holder_id, None)


async def test_a_person_whose_card_moves_to_a_new_account_stays_one_seeker(database: object) -> None:
    old, new = await make_willing_account(), await make_willing_account()
    card = await make_card(account_id=old.id)
    first = await seeker_of(old)
    await Card.filter(id=card.id).update(account_id=new.id)

    second = await seeker_of(new)

    assert (second.id, second.account_id) == (first.id, new.id)
    assert await find_seeker(account_id=old.id) is None


async def test_an_unbound_card_leaves_the_account_its_seeker(database: object) -> None:
    account = await make_willing_account()
    card = await make_card(account_id=account.id)
    first = await seeker_of(account)
    await Card.filter(id=card.id).update(account_id=None)

    assert (await seeker_of(account)).id == first.id


@pytest.mark.parametrize("has_card", [False, True])
async def test_twenty_at_once_make_one_seeker(database: object, has_card: bool) -> None:
    account = await make_willing_account()
    if has_card:
        await make_seeker(account_id=account.id)
        await make_card(account_id=account.id)

    seekers = await asyncio.gather(*(seeker_of(account) for _ in range(20)))

    assert len({seeker.id for seeker in seekers}) == 1
    assert await Seeker.filter(merged_into_id=None).count() == 1
    assert (await actions()).count("seeker.created") == 1
    assert (await actions()).count("seeker.merged") == int(has_card)


async def test_cards_swapped_between_two_phones_at_once_end_without_a_deadlock(database: object) -> None:
    accounts = [await make_willing_account(), await make_willing_account()]
    cards = [await make_card(account_id=account.id) for account in accounts]
    seekers = [await seeker_of(account) for account in accounts]
    for _ in range(5):
        await Card.all().update(account_id=None)
        for card, account in zip(cards, reversed(accounts), strict=True):
            await Card.filter(id=card.id).update(account_id=account.id)

        swapped = await asyncio.gather(*(seeker_of(account) for account in accounts for _ in range(5)))

        assert [seeker.id for seeker in swapped] == [seekers[1].id] * 5 + [seekers[0].id] * 5
        seekers.reverse()
        cards.reverse()


# By card pass


async def test_a_card_pass_leads_to_the_holders_seeker_and_its_account(database: object) -> None:
    account = await make_account()
    before = await make_seeker(account_id=account.id)
    card = await make_card(account_id=account.id)

    seeker = await seeker_of_pass(pass_text=await pass_of(card), staff=await staff_asker(), at=utc_now())

    assert (seeker.account_id, seeker.holder_id) == (account.id, card.holder_id)
    await before.refresh_from_db()
    assert before.merged_into_id == seeker.id
    entry = await AuditEntry.get(action="seeker.entered")
    assert (entry.role, entry.record_id) == ("staff", str(seeker.id))
    assert entry.detail == '{"purpose":"jobs","consent":"oral"}'


async def test_a_second_scan_enters_nobody_anew(database: object) -> None:
    card = await make_card(account_id=(await make_account()).id)
    staff = await staff_asker()

    scans = [await seeker_of_pass(pass_text=await pass_of(card), staff=staff, at=utc_now()) for _ in range(2)]

    assert scans[0].id == scans[1].id
    assert (await actions()).count("seeker.entered") == 1


async def test_passes_that_are_not_good_are_refused_with_their_own_reason(database: object) -> None:
    card = await make_card(account_id=(await make_account()).id)
    shown, staff = await pass_of(card), await staff_asker()

    with pytest.raises(PassExpired):
        await seeker_of_pass(pass_text=shown, staff=staff, at=utc_now() + timedelta(minutes=2))
    await Card.filter(id=card.id).update(state=CardState.SUSPENDED)
    with pytest.raises(CardSuspended):
        await seeker_of_pass(pass_text=shown, staff=staff, at=utc_now())
    await Card.filter(id=card.id).update(state=CardState.ACTIVE, account_id=None)
    with pytest.raises(PassUnknown):
        await seeker_of_pass(pass_text=shown, staff=staff, at=utc_now())

    assert await Seeker.all().count() == 0


# At the desk


async def test_a_person_at_the_desk_is_known_by_the_hash_of_the_id_number_alone(database: object) -> None:
    staff = await staff_asker()

    first = await seeker_of_person(**DESK, staff=staff, at=utc_now())
    second = await seeker_of_person(**DESK, staff=staff, at=utc_now())

    assert first.id == second.id
    assert (first.account_id, first.holder_id) == (None, None)
    contact = await contact_of(first)
    assert (contact.name, contact.mobile) == ("段正淳", "18012345678")
    assert (contact.masked_name, contact.masked_mobile) == ("段**", "180****5678")
    row = await fetch_row("SELECT * FROM seekers")
    assert row is not None
    assert not any(DESK["id_number"] in str(value) for _, value in row.items())
    assert (await actions()).count("seeker.entered") == 1


async def test_a_person_of_the_roster_is_joined_to_the_holder(database: object) -> None:
    holder = await make_holder(name="阿朱", id_number=DESK["id_number"])

    seeker = await seeker_of_person(name="阿朱", id_number=DESK["id_number"], staff=await staff_asker(), at=utc_now())

    assert seeker.holder_id == holder.id


async def test_a_person_entered_before_the_roster_joins_it_when_they_come_again(database: object) -> None:
    staff = await staff_asker()
    first = await seeker_of_person(**DESK, staff=staff, at=utc_now())
    holder = await make_holder(name=DESK["name"], id_number=DESK["id_number"])

    second = await seeker_of_person(**DESK, staff=staff, at=utc_now())

    assert (second.id, second.holder_id) == (first.id, holder.id)


async def test_a_person_with_an_account_and_at_the_desk_is_one_and_keeps_their_own_mobile(database: object) -> None:
    account = await make_willing_account()
    card = await make_card(account_id=account.id, name=DESK["name"], id_number=DESK["id_number"])
    own = await seeker_of(account)
    staff = await staff_asker()

    told = await seeker_of_person(**DESK, staff=staff, at=utc_now())
    again = await seeker_of_person(**(DESK | {"mobile": "18099999999"}), staff=staff, at=utc_now())

    assert own.id == told.id == again.id
    assert (again.holder_id, again.mobile) == (card.holder_id, "18012345678")


@pytest.mark.parametrize("is_on_roster", [True, False])
async def test_another_name_under_a_known_id_number_is_refused(database: object, is_on_roster: bool) -> None:
    staff = await staff_asker()
    if is_on_roster:
        await make_holder(name="阿朱", id_number=DESK["id_number"])
    else:
        await seeker_of_person(**(DESK | {"name": "阿朱"}), staff=staff, at=utc_now())

    with pytest.raises(SeekerNameMismatch):
        await seeker_of_person(**DESK, staff=staff, at=utc_now())

    assert await Seeker.all().count() == (0 if is_on_roster else 1)


async def test_every_malformed_field_is_named_and_none_is_repeated(database: object) -> None:
    with pytest.raises(SeekerUnreadable) as caught:
        await seeker_of_person(
            name="段1", id_number="321084196001010", mobile="12345", staff=await staff_asker(), at=utc_now()
        )

    assert [error.field for error in caught.value.errors] == ["name", "id_number", "mobile"]
    assert "321084196001010" not in str([error.message for error in caught.value.errors])


async def test_twenty_desks_at_once_enter_one_person(database: object) -> None:
    staff = await staff_asker()
    await make_holder(name=DESK["name"], id_number=DESK["id_number"])

    seekers = await asyncio.gather(*(seeker_of_person(**DESK, staff=staff, at=utc_now()) for _ in range(20)))

    assert len({seeker.id for seeker in seekers}) == 1
    assert await Seeker.all().count() == 1
    assert (await actions()).count("seeker.entered") == 1


async def test_desk_pass_and_account_at_once_are_one_person(database: object) -> None:
    account, staff = await make_willing_account(), await staff_asker()
    await make_seeker(account_id=account.id)
    card = await make_card(account_id=account.id, name=DESK["name"], id_number=DESK["id_number"])
    shown = await pass_of(card)

    seekers = await asyncio.gather(
        *(seeker_of(account) for _ in range(5)),
        *(seeker_of_pass(pass_text=shown, staff=staff, at=utc_now()) for _ in range(5)),
        *(seeker_of_person(**DESK, staff=staff, at=utc_now()) for _ in range(5)),
    )

    ids: set[UUID] = {seeker.id for seeker in seekers}
    assert len(ids) == 1
    assert await Seeker.filter(merged_into_id=None).count() == 1


async def test_a_holders_name_is_told_as_the_roster_has_it(database: object) -> None:
    account = await make_willing_account()
    await make_card(account_id=account.id, name="阿紫", mobile="18011112222")

    contact = await contact_of(await seeker_of(account))

    assert contact.name == "阿紫"
    assert contact.mobile is None, "the roster's mobile was given for the card, not for jobs"
    assert contact.masked_mobile == ""
    assert Mobile.parse("18011112222").masked == "180****2222"
