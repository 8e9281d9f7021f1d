"""幂等 — a request that is repeated is done once and answered alike."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tortoise.context import TortoiseContext

from config.clock import utc_now
from models.accounts import Consent
from models.idempotency import StoredReply
from models.transactions import transaction
from server.http.idempotency import KEPT_FOR, KeyReused, Reply, StillInProgress, claim, purge_stored_replies, store
from tests.service import Answer, Client

FIRST = Reply(status=201, body=b'{"done": true}')


async def consent(somebody: Client, key: str, **overrides: str) -> Answer:
    body = {"purpose": "jobs", "version": "2026-11"} | overrides
    return await somebody.post("/v1/consents", body, headers={"Idempotency-Key": key})


async def deed(**overrides: Any) -> Reply | None:
    """Claim a key and answer it in one transaction, as a request does; return the reply that was kept before."""
    about = {"account_id": uuid4(), "key": "k", "fingerprint": "f", "at": utc_now()} | overrides
    async with transaction():
        kept = await claim(**about)
        if kept is None:
            await store(account_id=about["account_id"], key=about["key"], reply=FIRST)
    return kept


async def test_a_repeated_request_gets_the_same_answer_and_is_done_once(service: Client) -> None:
    somebody = await service.login("somebody")

    first = await consent(somebody, "tap-1")
    again = await consent(somebody, "tap-1")

    assert (first.status, "Idempotency-Replayed" in first.headers) == (201, False)
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await Consent.filter(account_id=somebody.account_id).count() == 1


async def test_another_body_under_the_same_key_is_refused(service: Client) -> None:
    somebody = await service.login("somebody")
    await consent(somebody, "tap-1")

    other = await consent(somebody, "tap-1", purpose="parcels")

    assert (other.status, other.code) == (422, "KeyReused")
    assert await Consent.filter(account_id=somebody.account_id).count() == 1


async def test_the_same_key_of_somebody_else_is_another_request(service: Client) -> None:
    somebody, other = await service.login("somebody"), await service.login("somebody-else")
    await consent(somebody, "tap-1")

    answer = await consent(other, "tap-1", purpose="parcels")

    assert (answer.status, answer.json["purpose"]) == (201, "parcels")


async def test_a_refused_request_leaves_its_key_free(service: Client) -> None:
    somebody = await service.login("somebody")

    refused = await consent(somebody, "tap-1", version="1999-01")
    mended = await consent(somebody, "tap-1")

    assert (refused.status, refused.code) == (422, "ConsentOutdated")
    assert mended.status == 201


async def test_twenty_repeats_at_once_are_done_once(service: Client) -> None:
    somebody = await service.login("somebody")

    answers = await asyncio.gather(*(consent(somebody, "tap-1") for _ in range(20)))

    granted = [answer for answer in answers if answer.status == 201]
    assert granted
    assert len({answer.body for answer in granted}) == 1
    assert {answer.code for answer in answers} <= {"", "StillInProgress"}
    assert await Consent.filter(account_id=somebody.account_id).count() == 1


async def test_without_a_key_every_request_is_its_own(service: Client) -> None:
    somebody = await service.login("somebody")
    body = {"purpose": "jobs", "version": "2026-11"}

    answers = [await somebody.post("/v1/consents", body) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 201]
    assert await StoredReply.all().count() == 0


async def test_a_reply_is_kept_for_a_day_and_then_the_key_is_new(database: TortoiseContext) -> None:
    account_id, began = uuid4(), utc_now()
    await deed(account_id=account_id, at=began)

    within = await deed(account_id=account_id, at=began + KEPT_FOR - timedelta(seconds=1))
    after = await deed(account_id=account_id, fingerprint="other", at=began + KEPT_FOR)
    again = await deed(account_id=account_id, fingerprint="other", at=began + KEPT_FOR + timedelta(seconds=1))

    assert (within, after, again) == (FIRST, None, FIRST)


async def test_a_crash_between_the_claim_and_the_commit_leaves_nothing(database: TortoiseContext) -> None:
    account_id = uuid4()

    async def crash() -> None:
        async with transaction():
            await claim(account_id=account_id, key="k", fingerprint="f", at=utc_now())
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await crash()

    assert await StoredReply.all().count() == 0
    assert await deed(account_id=account_id) is None


async def test_a_key_stands_for_one_request(database: TortoiseContext) -> None:
    account_id = uuid4()
    await deed(account_id=account_id)

    with pytest.raises(KeyReused):
        await deed(account_id=account_id, fingerprint="other")


@pytest.mark.parametrize("database_address", ["postgres"], indirect=True)
async def test_on_postgres_a_second_request_is_told_that_the_first_is_in_flight(database: TortoiseContext) -> None:
    account_id, claimed, release = uuid4(), asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with transaction():
            await claim(account_id=account_id, key="k", fingerprint="f", at=utc_now())
            claimed.set()
            await release.wait()
            await store(account_id=account_id, key="k", reply=FIRST)

    first = asyncio.create_task(slow())
    await claimed.wait()

    with pytest.raises(StillInProgress):
        await deed(account_id=account_id)
    independent = await deed(account_id=account_id, key="another")
    release.set()
    await first

    assert independent is None
    assert await deed(account_id=account_id) == FIRST


async def test_only_replies_past_their_day_are_purged(database: TortoiseContext) -> None:
    await deed(at=utc_now() - KEPT_FOR - timedelta(seconds=1))
    await deed(at=utc_now())

    assert await purge_stored_replies() == 1
    assert await StoredReply.all().count() == 1
