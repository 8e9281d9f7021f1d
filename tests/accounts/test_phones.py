"""我的手机号"""

import pytest

from models.accounts import Consent, Purpose
from models.audit import AuditEntry
from models.phones import AccountPhone
from tests.factories.cards import give_consent
from tests.service import Client

MOBILE, OTHER = "18012341999", "13900002888"


async def consenting(service: Client) -> Client:
    person = await service.login("somebody")
    await give_consent(person.account_id, purpose=Purpose.PHONE)
    return person


async def test_a_mobile_that_is_typed_is_kept_sealed_and_shown_masked(service: Client) -> None:
    person = await consenting(service)

    kept = await person.post("/v1/me/phone", {"mobile": "+86 180-1234-1999"})
    read = await person.get("/v1/me/phone")

    assert kept.status == 201
    assert (kept.json["masked_mobile"], kept.json["source"]) == ("180****1999", "manual")
    assert kept.json["source_label"] == "本人填写"
    assert read.json == kept.json
    stored = await AccountPhone.get(account_id=person.account_id)
    assert stored.mobile == MOBILE
    assert MOBILE not in stored.mobile_sealed
    entry = await AuditEntry.get(action="account_phone.kept")
    assert MOBILE not in str(entry.detail)


async def test_without_the_consent_nothing_is_kept(service: Client) -> None:
    person = await service.login("somebody")
    await give_consent(person.account_id, purpose=Purpose.JOBS)

    for body in ({"mobile": MOBILE}, {"code": "c" * 32}):
        assert (await person.post("/v1/me/phone", body)).code == "ConsentRequired"

    assert await AccountPhone.all().count() == 0


async def test_the_same_number_again_changes_nothing_and_another_is_refused(service: Client) -> None:
    person = await consenting(service)
    first = await person.post("/v1/me/phone", {"mobile": MOBILE})

    again = await person.post("/v1/me/phone", {"mobile": MOBILE})
    other = await person.post("/v1/me/phone", {"mobile": OTHER})

    assert again.json == first.json
    assert (other.status, other.code) == (409, "PhoneAlreadyKept")


@pytest.mark.parametrize("body", [{}, {"mobile": MOBILE, "code": "c"}])
async def test_one_way_has_to_be_chosen(service: Client, body: dict[str, str]) -> None:
    answer = await (await consenting(service)).post("/v1/me/phone", body)

    assert answer.code == "PhoneRequestUnclear"


@pytest.mark.parametrize("mobile", ["1801234199", "28012341999", "0514-84612345", "号码忘了"])
async def test_what_is_no_mobile_is_refused_without_repeating_it(service: Client, mobile: str) -> None:
    answer = await (await consenting(service)).post("/v1/me/phone", {"mobile": mobile})

    assert answer.code == "PhoneUnreadable"
    assert mobile not in answer.body.decode()


async def test_a_person_deletes_the_number_and_may_leave_another(service: Client) -> None:
    person = await consenting(service)
    await person.post("/v1/me/phone", {"mobile": MOBILE})

    gone = [await person.delete("/v1/me/phone") for _ in range(2)]
    after = await person.get("/v1/me/phone")
    new = await person.post("/v1/me/phone", {"mobile": OTHER})

    assert [answer.status for answer in gone] == [204, 204]
    assert (after.status, after.code) == (404, "PhoneNotFound")
    assert new.json["masked_mobile"] == "139****2888"
    assert await AuditEntry.filter(action="account_phone.deleted").count() == 1


async def test_withdrawing_the_consent_deletes_the_number(service: Client) -> None:
    person = await consenting(service)
    await person.post("/v1/me/phone", {"mobile": MOBILE})

    await person.delete("/v1/consents/jobs")
    assert (await person.get("/v1/me/phone")).status == 200
    await person.delete("/v1/consents/phone")

    assert await AccountPhone.all().count() == 0
    assert await Consent.filter(account_id=person.account_id, purpose=Purpose.PHONE, withdrawn_at=None).count() == 0


async def test_nobody_sees_the_number_of_another(service: Client) -> None:
    await (await consenting(service)).post("/v1/me/phone", {"mobile": MOBILE})

    assert (await (await service.login("another")).get("/v1/me/phone")).code == "PhoneNotFound"


async def test_without_a_wechat_account_the_number_can_still_be_typed(service: Client) -> None:
    person = await consenting(service)

    by_code = await person.post("/v1/me/phone", {"code": "c" * 32})
    by_hand = await person.post("/v1/me/phone", {"mobile": MOBILE})

    assert (by_code.status, by_code.code) == (503, "WeChatNotConfigured")
    assert by_hand.status == 201


async def test_the_number_is_used_for_jobs_when_the_person_says_so(service: Client) -> None:
    person = await consenting(service)
    await person.post("/v1/me/phone", {"mobile": MOBILE})

    without = await person.post("/v1/job-profile/mobile")
    await give_consent(person.account_id, purpose=Purpose.JOBS)
    used = await person.post("/v1/job-profile/mobile")
    await person.delete("/v1/me/phone")
    kept = await person.get("/v1/job-profile")

    assert without.code == "ConsentRequired"
    assert (used.status, used.json["masked_mobile"]) == (200, "180****1999")
    assert kept.json["masked_mobile"] == "180****1999"


async def test_there_must_be_a_number_to_be_used_for_jobs(service: Client) -> None:
    person = await service.login("somebody")
    await give_consent(person.account_id, purpose=Purpose.JOBS)

    assert (await person.post("/v1/job-profile/mobile")).code == "PhoneNotFound"
