"""我的优待证 — over HTTP."""

import os
from datetime import date, timedelta

import zxingcpp
from PIL import Image

from config.clock import utc_now
from models.audit import AuditEntry
from models.cards import Card, CardCase, CardState, CaseState
from server.cards.pass_keys import create_pass_key, ensure_pass_key, signing_key
from server.cards.passes import encode_pass, issue_pass, read_pass
from tests.cards.test_passes import some_pass
from tests.cards.test_qr import raster
from tests.factories.cards import give_consent, make_card, sample_id_number
from tests.service import Client


async def bound(service: Client, **fields: object) -> tuple[Client, Card]:
    """Return somebody with a card."""
    await ensure_pass_key(at=utc_now())
    somebody = await service.login("somebody")
    return somebody, await make_card(account_id=somebody.account_id, **fields)


async def test_a_claim_over_http_answers_the_masked_card(service: Client) -> None:
    somebody = await service.login("somebody")
    await give_consent(somebody.account_id)
    card = await make_card(name="段誉明", id_number="11010519491231002X", number="YD000000001234")
    body = {"name": "段誉明", "id_number": "11010519491231002X", "card_last4": "1234"}

    answer = await somebody.post("/v1/card/claims", body)
    shown = await somebody.get("/v1/card")

    assert answer.status == 201
    assert answer.json["id"] == str(card.id)
    assert answer.json["masked_name"] == "段**"
    assert answer.json["masked_id_number"] == "1***************2X"
    assert answer.json["kind_label"] == "退役军人优待证"
    assert shown.json["card"] == answer.json
    assert (shown.json["state"], shown.json["reason"]) == ("bound", None)
    assert b"11010519491231002X" not in shown.body


async def test_a_mismatch_over_http_is_kept_as_a_case_though_it_is_refused(service: Client) -> None:
    somebody = await service.login("somebody")
    await give_consent(somebody.account_id)
    body = {"name": "段誉明", "id_number": sample_id_number(1), "card_last4": "1234"}

    answers = [await somebody.post("/v1/card/claims", body, headers={"Idempotency-Key": "one-tap"}) for _ in range(6)]
    shown = await somebody.get("/v1/card")

    case = await CardCase.get()
    assert [answer.status for answer in answers] == [409] * 5 + [429]
    assert answers[0].code == "ClaimMismatch"
    assert case.number in answers[0].json["detail"]
    assert answers[5].code == "ClaimTriesUsedUp"
    assert 0 < int(answers[5].headers["Retry-After"]) <= 86_400
    assert (shown.json["state"], shown.json["reason"], shown.json["case_number"]) == ("none", "case_open", case.number)
    assert case.number in shown.json["next_step"]


async def test_a_claim_needs_consent_first(service: Client) -> None:
    somebody = await service.login("somebody")
    body = {"name": "段誉明", "id_number": sample_id_number(1), "card_last4": "1234"}

    answer = await somebody.post("/v1/card/claims", body)

    assert (answer.status, answer.code) == (409, "ConsentRequired")


async def test_a_malformed_id_number_is_an_error_of_its_field(service: Client) -> None:
    somebody = await service.login("somebody")
    body = {"name": "段誉明", "id_number": "321084197001010012", "card_last4": "1234"}

    answer = await somebody.post("/v1/card/claims", body)

    assert (answer.status, answer.code) == (422, "ClaimUnreadable")
    assert [error["field"] for error in answer.json["errors"]] == ["id_number"]
    assert b"321084197001010012" not in answer.body


async def test_somebody_without_a_card_is_told_what_to_do(service: Client) -> None:
    somebody = await service.login("somebody")

    shown = await somebody.get("/v1/card")
    shown_pass = await somebody.post("/v1/card/passes")

    assert (shown.json["state"], shown.json["card"], shown.json["reason"]) == ("none", None, "never_claimed")
    assert "绑定" in shown.json["next_step"]
    assert (shown_pass.status, shown_pass.code) == (404, "NoCard")


async def test_a_rejected_case_shows_the_note_of_staff(service: Client) -> None:
    somebody = await service.login("somebody")
    await CardCase.create(
        number="12345678",
        account_id=somebody.account_id,
        state=CaseState.REJECTED,
        note="证件照片不清",
        updated_at=utc_now(),
    )

    shown = await somebody.get("/v1/card")

    assert shown.json["reason"] == "case_rejected"
    assert "证件照片不清" in shown.json["message"]


async def test_a_card_that_is_not_good_is_shown_with_its_reason_and_makes_no_pass(service: Client) -> None:
    somebody, card = await bound(service)
    yesterday = date(2020, 1, 1)
    cases: list[tuple[dict[str, object], str, str]] = [
        ({"state": CardState.SUSPENDED, "state_reason": "遗失"}, "suspended", "CardSuspended"),
        ({"state": CardState.REVOKED, "state_reason": "重复发放"}, "revoked", "CardRevoked"),
        ({"state": CardState.ACTIVE, "state_reason": "", "expires_on": yesterday}, "expired", "CardExpired"),
    ]

    for fields, reason, code in cases:
        await Card.filter(id=card.id).update(**fields)
        shown = await somebody.get("/v1/card")
        refused = await somebody.post("/v1/card/passes")

        assert (shown.json["state"], shown.json["reason"]) == ("bound", reason)
        assert str(fields["state_reason"]) in shown.json["message"]
        assert (refused.status, refused.code) == (409, code)
        assert str(fields["state_reason"]) in refused.json["detail"]


async def test_unbinding_lets_the_card_go_and_is_on_record(service: Client) -> None:
    somebody, card = await bound(service)

    first = await somebody.delete("/v1/card/binding")
    second = await somebody.delete("/v1/card/binding")
    shown = await somebody.get("/v1/card")

    assert first.status == second.status == 204
    assert shown.json["state"] == "none"
    assert await AuditEntry.filter(action="card.unbound", record_id=str(card.id)).count() == 1


async def test_a_pass_over_http_is_read_by_the_service(service: Client) -> None:
    somebody, card = await bound(service)

    answer = await somebody.post("/v1/card/passes")

    read = await read_pass(answer.json["pass"], at=utc_now())
    assert answer.status == 201
    assert set(answer.json) == {"pass", "expires_at", "refresh_after_seconds"}
    assert answer.json["refresh_after_seconds"] == 45
    assert answer.json["expires_at"].endswith("+08:00")
    assert read.pseudonym == card.pseudonym


async def test_without_a_key_the_service_says_it_cannot_now(service: Client) -> None:
    somebody = await service.login("somebody")
    await make_card(account_id=somebody.account_id)

    answer = await somebody.post("/v1/card/passes")

    assert (answer.status, answer.code) == (503, "NoPassKey")


async def test_the_picture_of_a_pass_reads_as_the_pass(service: Client) -> None:
    somebody, _ = await bound(service)
    shown = (await somebody.post("/v1/card/passes")).json["pass"]

    picture = await somebody.post("/v1/card/passes/qr", {"pass": shown})

    assert picture.status == 200
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    svg = picture.body.decode()
    side = int(svg.split('viewBox="0 0 ')[1].split()[0])
    image: Image.Image = raster(svg, side)
    assert zxingcpp.read_barcodes(image)[0].text == shown


async def test_only_a_good_pass_of_ones_own_is_drawn(service: Client) -> None:
    somebody, own = await bound(service)
    other = await issue_pass(card=await make_card(), at=utc_now())
    old = await issue_pass(card=own, at=utc_now() - timedelta(seconds=61))
    early = await issue_pass(card=own, at=utc_now() + timedelta(seconds=100))
    forged = encode_pass(some_pass(), key=signing_key(b"stranger", os.urandom(32)))

    for text, status, code in (
        (other.pass_, 404, "PassNotYours"),
        (old.pass_, 422, "PassExpired"),
        (early.pass_, 422, "PassFromTheFuture"),
        (forged, 422, "PassForged"),
        ("YB1:", 422, "PassUnreadable"),
    ):
        answer = await somebody.post("/v1/card/passes/qr", {"pass": text})
        assert (answer.status, answer.code) == (status, code)


async def test_anybody_may_read_the_public_keys(service: Client) -> None:
    key = await create_pass_key(at=utc_now())

    answer = await service.get("/v1/pass-keys")
    unchanged = await service.get("/v1/pass-keys", headers={"If-None-Match": answer.headers["ETag"]})

    assert answer.json["keys"] == [
        {"kid": key.key_id, "x": key.x, "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig"}
    ]
    assert unchanged.status == 304
