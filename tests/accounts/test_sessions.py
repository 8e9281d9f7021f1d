"""登录与退出"""

from tests.service import Client


async def test_a_code_opens_a_session_and_the_token_tells_who_it_is(service: Client) -> None:
    somebody = await service.login("anything")

    me = await somebody.get("/v1/me")

    assert me.status == 200
    assert me.json["id"] == str(somebody.account_id)
    assert me.json["roles"] == []


async def test_the_same_code_is_the_same_account_in_the_sandbox(service: Client) -> None:
    first = await service.login("grandma-li")

    second = await service.login("grandma-li")

    assert first.account_id == second.account_id
    assert first.token != second.token


async def test_a_closed_session_is_refused_at_once(service: Client) -> None:
    somebody = await service.login("anything")

    closed = await somebody.delete("/v1/sessions/current")
    after = await somebody.get("/v1/me")

    assert closed.status == 204
    assert (after.status, after.code) == (401, "Unauthenticated")
    assert "WWW-Authenticate" in after.headers


async def test_a_code_that_cannot_be_one_is_refused_with_a_next_step(service: Client) -> None:
    answer = await service.post("/v1/sessions", {"code": "有汉字"})

    assert (answer.status, answer.code) == (422, "LoginCodeInvalid")
    assert "重新打开" in answer.json["detail"]


async def test_consent_is_recorded_once_and_can_be_withdrawn(service: Client) -> None:
    somebody = await service.login("anything")

    granted = await somebody.post("/v1/consents", {"purpose": "card_binding", "version": "2026-11"})
    again = await somebody.post("/v1/consents", {"purpose": "card_binding", "version": "2026-11"})
    listed = await somebody.get("/v1/consents")
    withdrawn = await somebody.delete("/v1/consents/card_binding")
    after = await somebody.get("/v1/me")

    assert granted.status == again.status == 201
    assert granted.json == again.json
    assert [item["purpose"] for item in listed.json["items"]] == ["card_binding"]
    assert withdrawn.status == 204
    assert after.json["consents"] == []


async def test_consent_to_an_old_text_is_refused(service: Client) -> None:
    somebody = await service.login("anything")

    answer = await somebody.post("/v1/consents", {"purpose": "card_binding", "version": "2001-01"})

    assert (answer.status, answer.code) == (422, "ConsentOutdated")
