"""订阅 — accepts add up, each report counts once, and one tap told of twice is one."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from config.clock import utc_now
from models.accounts import Account
from models.subscriptions import SubscriptionBalance, SubscriptionEntry, SubscriptionKind
from models.transactions import transaction
from server.notifications import ledger
from server.notifications.subscriptions import (
    CHANGED,
    POPUP,
    SENT,
    SubscriptionResult,
    SubscriptionTemplateUnknown,
    end_subscriptions,
    record_reports,
    report_results,
)
from tests.factories.cards import make_account
from tests.factories.notifications import TEMPLATE_ID, give_consents, remaining, use_template
from tests.service import Client


def accepted(**overrides: Any) -> dict[str, Any]:
    return {"results": [{"template": TEMPLATE_ID, "result": "accept"}]} | overrides


async def push(account: Account, event: str, *items: dict[str, object], reference: str = "") -> int:
    return await record_reports(
        openid=account.openid, event=event, items=items, reference=reference or uuid4().hex, at=utc_now()
    )


def item(status: str, **overrides: object) -> dict[str, object]:
    return {"TemplateId": TEMPLATE_ID, "SubscribeStatusString": status} | overrides


async def report(account_id: UUID, result: SubscriptionResult, *, report_id: str = "") -> None:
    await report_results(account_id=account_id, results=[(TEMPLATE_ID, result)], report_id=report_id, at=utc_now())


async def test_a_person_sees_the_templates_in_use_with_what_is_left(service: Client) -> None:
    person = await service.login("subscriber")
    await use_template()
    await use_template("fair", template_id="switched-off", is_on=False)
    await use_template("intent", template_id=None)
    assert person.account_id is not None
    await give_consents(person.account_id, 2)

    answer = await person.get("/v1/subscriptions")

    assert answer.status == 200
    assert answer.json == {
        "items": [{"key": "job_application", "title": "求职进展提醒", "template_id": TEMPLATE_ID, "left": 2}]
    }


async def test_accepts_add_up_by_id_or_by_key(service: Client) -> None:
    person = await service.login("subscriber")
    await use_template()

    await person.post("/v1/subscriptions", accepted())
    answer = await person.post(
        "/v1/subscriptions", {"results": [{"template": "job_application", "result": "accept"}], "report_id": "tap-2"}
    )

    assert answer.status == 200
    assert answer.json["items"][0]["left"] == 2


async def test_the_same_report_counts_once(service: Client) -> None:
    person, other = await service.login("subscriber"), await service.login("somebody-else")
    await use_template()

    answers = [await one.post("/v1/subscriptions", accepted(report_id="tap-1")) for one in (person, person, other)]

    assert [answer.json["items"][0]["left"] for answer in answers] == [1, 1, 1]


@pytest.mark.parametrize("result", ["reject", "ban", "filter"])
async def test_what_is_not_an_accept_is_noted_and_takes_nothing(service: Client, result: str) -> None:
    person = await service.login("subscriber")
    await use_template()
    await person.post("/v1/subscriptions", accepted())

    answer = await person.post("/v1/subscriptions", {"results": [{"template": TEMPLATE_ID, "result": result}]})

    assert answer.json["items"][0]["left"] == 1
    assert await SubscriptionEntry.filter(change=0).count() == 1


async def test_a_template_that_is_not_in_use_is_refused_and_nothing_is_entered(service: Client) -> None:
    person = await service.login("subscriber")
    await use_template()
    results = [*accepted()["results"], {"template": "of-another-year", "result": "accept"}]

    answer = await person.post("/v1/subscriptions", {"results": results})

    assert (answer.status, answer.code) == (422, SubscriptionTemplateUnknown.__name__)
    assert await SubscriptionEntry.all().count() == 0


@pytest.mark.parametrize(
    "body",
    [
        {"results": []},
        {"results": accepted()["results"] * 6},
        {"results": [{"template": TEMPLATE_ID, "result": "maybe"}]},
        accepted(report_id="a b"),
        accepted(openid="somebody"),
    ],
)
async def test_a_report_of_another_form_is_refused(service: Client, body: dict[str, Any]) -> None:
    person = await service.login("subscriber")
    await use_template()

    assert (await person.post("/v1/subscriptions", body)).status == 400


async def test_what_wechat_pushes_of_a_popup_is_entered_once(database: object) -> None:
    account = await make_account()

    for _ in range(2):
        await push(account, POPUP, item("accept", PopupScene="1"), item("reject"), reference="push-1")

    assert await remaining(account.id) == 1
    assert await SubscriptionEntry.all().count() == 2


async def test_one_tap_that_the_phone_and_wechat_tell_of_is_one_consent(database: object) -> None:
    await use_template()
    account = await make_account()

    await report(account.id, SubscriptionResult.ACCEPT)
    await push(account, POPUP, item("accept"))
    after_one_tap = await remaining(account.id)
    await push(account, POPUP, item("accept"))
    await report(account.id, SubscriptionResult.ACCEPT)
    after_two_taps = await remaining(account.id)
    await report(account.id, SubscriptionResult.ACCEPT)

    assert (after_one_tap, after_two_taps, await remaining(account.id)) == (1, 2, 3)


async def test_a_push_long_after_the_phones_report_is_another_tap(database: object) -> None:
    await use_template()
    account = await make_account()
    await report(account.id, SubscriptionResult.ACCEPT)

    await record_reports(
        openid=account.openid,
        event=POPUP,
        items=[item("accept")],
        reference="late",
        at=utc_now() + ledger.SAME_TAP + timedelta(seconds=1),
    )

    assert await remaining(account.id) == 2


async def test_a_refusal_in_wechats_settings_closes_the_balance(database: object) -> None:
    account = await make_account()
    await give_consents(account.id, 3)

    used = await push(account, CHANGED, item("reject"))

    assert (used, await remaining(account.id)) == (1, 0)
    closed = await SubscriptionEntry.get(kind=SubscriptionKind.CLOSED)
    assert closed.change == -3


async def test_a_message_that_wechat_failed_to_send_for_want_of_consent_closes_the_balance(database: object) -> None:
    account = await make_account()
    await give_consents(account.id, 2)

    await push(account, SENT, {"TemplateId": TEMPLATE_ID, "MsgID": "1700827132819554304", "ErrorCode": "43101"})

    assert await remaining(account.id) == 0


@pytest.mark.parametrize(
    ("event", "entry"),
    [
        (POPUP, {"SubscribeStatusString": "accept"}),
        (POPUP, {"TemplateId": TEMPLATE_ID}),
        (POPUP, {"TemplateId": TEMPLATE_ID, "SubscribeStatusString": "perhaps"}),
        ("subscribe", {"TemplateId": TEMPLATE_ID, "SubscribeStatusString": "accept"}),
        (SENT, {"TemplateId": TEMPLATE_ID, "MsgID": "1", "ErrorCode": "0"}),
        (SENT, {"TemplateId": TEMPLATE_ID, "ErrorCode": "rubbish"}),
    ],
)
async def test_items_of_no_use_change_nothing(database: object, event: str, entry: dict[str, object]) -> None:
    account = await make_account()

    assert await push(account, event, entry) == 0

    assert await SubscriptionBalance.all().count() == 0


async def test_the_phone_and_wechat_telling_of_one_tap_at_the_same_moment_are_one_consent(database: object) -> None:
    await use_template()
    people = [await make_account() for _ in range(10)]

    await asyncio.gather(
        *(report(account.id, SubscriptionResult.ACCEPT) for account in people),
        *(push(account, POPUP, item("accept")) for account in people),
    )

    assert [await remaining(account.id) for account in people] == [1] * 10


async def test_whoever_wants_no_messages_any_more_has_nothing_left(database: object) -> None:
    account, other = await make_account(), await make_account()
    for one in (account, other):
        await give_consents(one.id, 2)
        await give_consents(one.id, template_id="another-template")

    async with transaction():
        await end_subscriptions(account_id=account.id, at=utc_now())

    assert [await remaining(one.id) for one in (account, other)] == [0, 2]
    closed = await SubscriptionEntry.filter(kind=SubscriptionKind.CLOSED).values_list("change", flat=True)
    assert sorted(closed) == [-2, -1]  # type: ignore[type-var]


async def test_reports_of_a_stranger_are_left_out(database: object) -> None:
    stranger = Account(openid="o-nobody")

    assert await push(stranger, POPUP, item("accept")) == 0


async def test_the_lines_of_the_ledger_add_up_to_the_balance(database: object) -> None:
    account = await make_account()
    about = {"account_id": account.id, "template_id": TEMPLATE_ID, "at": utc_now()}
    await give_consents(account.id, 3)
    async with transaction():
        taken = [await ledger.take(reference=f"delivery-{number}", **about) for number in range(4)]
        await ledger.give_back(reference="delivery-0-returned", **about)
        await ledger.give_back(reference="delivery-0-returned", **about)

    assert taken == [True, True, True, False]
    assert await remaining(account.id) == 1
    assert sum(await SubscriptionEntry.all().values_list("change", flat=True)) == 1  # type: ignore[arg-type]
