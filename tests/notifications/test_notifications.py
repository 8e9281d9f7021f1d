"""消息 — told once, read by whom it was told, and by nobody else."""

from uuid import UUID, uuid4

import pytest

from config.clock import utc_now
from models.notifications import Notification
from models.transactions import transaction
from server.notifications.service import LONGEST_TEXT, Event, notify, notify_all
from tests.factories.cards import make_account
from tests.service import Client


def event(**overrides: str) -> Event:
    values = {
        "name": "job_application.interview",
        "key": uuid4().hex,
        "title": "面试通知",
        "text": "示例单位约您面试",
        "link": "/v1/jobs/1",
    }
    return Event(**(values | overrides))


async def tell(person: Client, **overrides: str) -> None:
    assert person.account_id is not None
    await notify(account_id=person.account_id, event=event(**overrides), at=utc_now())


async def test_the_same_key_is_told_to_one_person_once_and_to_another_too(database: object) -> None:
    one, other = await make_account(), await make_account()
    told = event()

    news = [await notify(account_id=account.id, event=told, at=utc_now()) for account in (one, one, other)]

    assert news == [True, False, True]
    assert await Notification.filter(account_id=one.id).count() == 1


async def test_several_people_are_told_and_the_new_ones_counted(database: object) -> None:
    one, other = await make_account(), await make_account()
    told = event()
    await notify(account_id=one.id, event=told, at=utc_now())

    assert await notify_all(account_ids=[one.id, other.id], event=told, at=utc_now()) == 1


async def test_what_is_told_in_a_deed_that_fails_is_not_told(database: object) -> None:
    account = await make_account()

    async def tell_and_fail() -> None:
        async with transaction():
            await notify(account_id=account.id, event=event(), at=utc_now())
            raise RuntimeError("fails")

    with pytest.raises(RuntimeError, match="fails"):
        await tell_and_fail()

    assert await Notification.filter(account_id=account.id).count() == 0


async def test_a_text_that_is_too_long_ends_with_an_ellipsis(database: object) -> None:
    account = await make_account()

    await notify(account_id=account.id, event=event(text="字" * 600), at=utc_now())

    text = (await Notification.get(account_id=account.id)).text
    assert len(text) == LONGEST_TEXT
    assert text.endswith("字…")


async def test_the_inbox_is_newest_first_and_pages_without_loss(service: Client) -> None:
    person = await service.login("reader")
    for number in range(5):
        await tell(person, title=f"第 {number} 条")

    first = await person.get("/v1/notifications?limit=2")
    second = await person.get(f"/v1/notifications?limit=2&cursor={first.json['next_cursor']}")
    third = await person.get(f"/v1/notifications?limit=2&cursor={second.json['next_cursor']}")

    titles = [item["title"] for page in (first, second, third) for item in page.json["items"]]
    assert titles == [f"第 {number} 条" for number in (4, 3, 2, 1, 0)]
    assert third.json["next_cursor"] is None
    assert first.json["unread"] == 5


async def test_reading_one_leaves_the_others_unread_and_keeps_the_first_time(service: Client) -> None:
    person = await service.login("reader")
    await tell(person)
    await tell(person)
    [newest, _] = (await person.get("/v1/notifications")).json["items"]

    read = await person.post(f"/v1/notifications/{newest['id']}/reading")
    again = await person.post(f"/v1/notifications/{newest['id']}/reading")
    unread = await person.get("/v1/notifications?unread=true")

    assert read.status == 200
    assert read.json["read_at"] == again.json["read_at"]
    assert read.json["read_at"] is not None
    assert unread.json["unread"] == len(unread.json["items"]) == 1


async def test_reading_all_says_how_many_were_unread(service: Client) -> None:
    person = await service.login("reader")
    await tell(person)
    await tell(person)

    first = await person.post("/v1/notifications/reading")
    second = await person.post("/v1/notifications/reading")

    assert (first.json, second.json) == ({"marked": 2}, {"marked": 0})


async def test_nobody_reads_or_marks_what_another_was_told(service: Client) -> None:
    person, other = await service.login("reader"), await service.login("stranger")
    await tell(person)
    [item] = (await person.get("/v1/notifications")).json["items"]

    seen = await other.get("/v1/notifications")
    marked = await other.post(f"/v1/notifications/{item['id']}/reading")
    await other.post("/v1/notifications/reading")

    assert seen.json["items"] == []
    assert (marked.status, marked.code) == (404, "NotificationNotFound")
    assert (await Notification.get(id=UUID(item["id"]))).read_at is None
