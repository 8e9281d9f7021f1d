"""微信手机号 — the code of a tap is spent once, and a number that is kept is not asked for again."""

import pytest

from models.accounts import Account
from models.phones import AccountPhone
from server.wechat.fake.server import Failure, FakeWeChat
from tests.accounts.test_phones import MOBILE, OTHER, consenting
from tests.service import Client

PATH = "/wxa/business/getuserphonenumber"


async def test_the_mobile_that_wechat_tells_is_kept(connected: Client, platform: FakeWeChat) -> None:
    person = await consenting(connected)

    kept = await person.post("/v1/me/phone", {"code": platform.issue_phone_code(mobile=MOBILE)})

    assert kept.status == 201
    assert (kept.json["masked_mobile"], kept.json["source"]) == ("180****1999", "wechat")
    assert kept.json["source_label"] == "微信验证"
    assert (await AccountPhone.get(account_id=person.account_id)).mobile == MOBILE


async def test_who_has_left_a_number_is_not_asked_about_again(connected: Client, platform: FakeWeChat) -> None:
    person = await consenting(connected)
    first = await person.post("/v1/me/phone", {"code": platform.issue_phone_code(mobile=MOBILE)})

    again = await person.post("/v1/me/phone", {"code": platform.issue_phone_code(mobile=OTHER)})

    assert again.json == first.json
    assert len(platform.requests(PATH)) == 1


async def test_a_number_is_asked_for_anew_once_it_was_deleted(connected: Client, platform: FakeWeChat) -> None:
    person = await consenting(connected)
    await person.post("/v1/me/phone", {"code": platform.issue_phone_code(mobile=MOBILE)})
    await person.delete("/v1/me/phone")

    new = await person.post("/v1/me/phone", {"code": platform.issue_phone_code(mobile=OTHER)})

    assert new.json["masked_mobile"] == "139****2888"


async def test_a_spent_code_tells_nothing_to_another_person(connected: Client, platform: FakeWeChat) -> None:
    code = platform.issue_phone_code(mobile=MOBILE)
    await (await consenting(connected)).post("/v1/me/phone", {"code": code})
    other = await connected.login("another")
    await other.post("/v1/consents", {"purpose": "phone", "version": "2026-11"})

    answer = await other.post("/v1/me/phone", {"code": code})

    assert (answer.status, answer.code) == (422, "PhoneCodeInvalid")
    assert await AccountPhone.all().count() == 1


async def test_a_code_that_another_person_tapped_tells_nothing(connected: Client, platform: FakeWeChat) -> None:
    person = await consenting(connected)
    openid = (await Account.get(id=person.account_id)).openid
    foreign = platform.issue_phone_code(mobile=OTHER, openid="o-somebody-else")
    own = platform.issue_phone_code(mobile=MOBILE, openid=openid)

    refused = await person.post("/v1/me/phone", {"code": foreign})
    kept = await person.post("/v1/me/phone", {"code": own})

    assert refused.code == "PhoneCodeInvalid"
    assert kept.json["masked_mobile"] == "180****1999"


async def test_a_code_is_good_for_five_minutes(connected: Client, platform: FakeWeChat) -> None:
    person, code = await consenting(connected), platform.issue_phone_code(mobile=MOBILE)
    platform.now.advance(seconds=300)

    assert (await person.post("/v1/me/phone", {"code": code})).code == "PhoneCodeInvalid"


@pytest.mark.parametrize("code", ["号码", "a\nb", "\x7f"])
async def test_what_cannot_be_a_code_never_reaches_wechat(connected: Client, platform: FakeWeChat, code: str) -> None:
    person = await consenting(connected)

    assert (await person.post("/v1/me/phone", {"code": code})).code == "PhoneCodeInvalid"
    assert platform.requests(PATH) == []


@pytest.mark.parametrize(
    ("failure", "code", "status"),
    [
        (40029, "PhoneCodeInvalid", 422),
        (1400001, "PhoneQuotaSpent", 503),
        (48001, "PhoneNotOffered", 503),
        (45011, "WeChatLimited", 429),
        (99999, "WeChatBusy", 503),
        (Failure.RESET, "WeChatBusy", 503),
        (40164, "WeChatMisconfigured", 503),
    ],
)
async def test_every_failure_leaves_the_way_by_hand_open(
    connected: Client, platform: FakeWeChat, failure: Failure | int, code: str, status: int
) -> None:
    person = await consenting(connected)
    platform.fail_next(failure, path=PATH)

    refused = await person.post("/v1/me/phone", {"code": platform.issue_phone_code(mobile=MOBILE)})
    by_hand = await person.post("/v1/me/phone", {"mobile": MOBILE})

    assert (refused.status, refused.code) == (status, code)
    assert MOBILE not in refused.body.decode()
    assert by_hand.status == 201


async def test_a_spent_quota_sends_people_to_typing(connected: Client, platform: FakeWeChat) -> None:
    person = await consenting(connected)
    platform.fail_next(1400001, path=PATH)

    refused = await person.post("/v1/me/phone", {"code": platform.issue_phone_code(mobile=MOBILE)})

    assert refused.json["detail"] == "微信手机号功能暂时用不了。请自己填写手机号，效果一样。"
