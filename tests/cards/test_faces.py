"""刷脸核身 — WeChat's own result counts, once, for the person whom it is of."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import structlog
from structlog.testing import capture_logs

from config.clock import beijing_day, utc_now
from models.accounts import Account
from models.audit import AuditEntry
from models.cards import Card, CardCase, CardKind, CardState, CaseState
from models.face_checks import FACE_CHECK_SUBMITTED, FaceCheck, FaceCheckState
from models.fields import seal
from models.notifications import Notification
from server.cards.tasks import purge_face_checks
from server.wechat.fake.faces import hash_of
from server.wechat.fake.server import Failure, FakeWeChat
from tests.factories.cards import give_consent, make_card, make_face_check, sample_id_number
from tests.service import Answer, Client

BEGIN, QUERY = "/cityservice/face/identify/getverifyid", "/cityservice/face/identify/queryverifyinfo"
NAME = "段誉明"


async def consenting(service: Client) -> Client:
    person = await service.login(f"person-{uuid4().hex}")
    await give_consent(person.account_id)
    return person


async def start(person: Client, card: Card, **overrides: str) -> Answer:
    body = {"name": card.holder.name, "id_number": str(card.holder.id_number)} | overrides
    return await person.post("/v1/me/face-checks", body)


async def finish(person: Client, started: Answer) -> Answer:
    return await person.post(f"/v1/me/face-checks/{started.json['check']['id']}/result")


async def bind(person: Client, started: Answer, **body: Any) -> Answer:
    return await person.post(f"/v1/me/face-checks/{started.json['check']['id']}/binding", body)


async def test_a_passed_face_binds_the_card_without_its_digits(connected: Client, platform: FakeWeChat) -> None:
    person, card = await consenting(connected), await make_card()

    started = await start(person, card)
    platform.mini.faces.show(started.json["verify_id"])
    finished = await finish(person, started)
    bound = await bind(person, started)

    assert (started.status, started.json["check"]["state"]) == (201, "started")
    assert (finished.status, finished.json["state"], finished.json["state_label"]) == (200, "passed", "核身通过")
    assert (bound.status, bound.json["id"], bound.json["masked_name"]) == (201, str(card.id), "段**")
    assert (await Card.get(id=card.id)).account_id == person.account_id
    check = await FaceCheck.get()
    assert (check.state, check.verify_ret, check.card_id) == (FaceCheckState.USED, 10000, card.id)
    actions = await AuditEntry.filter(action__startswith="face_check").values_list("action", flat=True)
    assert sorted(actions) == ["face_check.passed", "face_check.started"]


async def test_wechat_is_asked_about_the_same_person_name_and_number(connected: Client, platform: FakeWeChat) -> None:
    person, card = await consenting(connected), await make_card()
    started = await start(person, card)
    platform.mini.faces.show(started.json["verify_id"])
    await finish(person, started)

    [begun], [asked] = platform.requests(BEGIN), platform.requests(QUERY)
    account = await Account.get(id=person.account_id)
    certificate = {"cert_type": "IDENTITY_CARD", "cert_name": card.holder.name, "cert_no": str(card.holder.id_number)}
    assert begun.body == {"out_seq_no": begun.body["out_seq_no"], "cert_info": certificate, "openid": account.openid}
    assert asked.body == {
        "verify_id": started.json["verify_id"],
        "out_seq_no": begun.body["out_seq_no"],
        "cert_hash": hash_of(certificate),
        "openid": account.openid,
    }


async def test_neither_name_nor_number_nor_their_digest_is_stored(connected: Client, platform: FakeWeChat) -> None:
    person, card = await consenting(connected), await make_card()
    started = await start(person, card)

    check = await FaceCheck.get()
    stored = " ".join(str(value) for value in dict(check).values())
    certificate = {"cert_type": "IDENTITY_CARD", "cert_name": card.holder.name, "cert_no": str(card.holder.id_number)}
    for secret in (str(card.holder.id_number), card.holder.name, hash_of(certificate), started.json["verify_id"]):
        assert secret not in stored
    platform.mini.faces.show(started.json["verify_id"])
    await finish(person, started)
    assert (await FaceCheck.get()).submitted_sealed is None


async def test_a_result_is_asked_for_once_and_told_again(connected: Client, platform: FakeWeChat) -> None:
    person = await consenting(connected)
    started = await start(person, await make_card())
    platform.mini.faces.show(started.json["verify_id"])

    answers = [await finish(person, started) for _ in range(3)]

    assert {answer.body for answer in answers} == {answers[0].body}
    assert len(platform.requests(QUERY)) == 1


async def test_before_the_face_was_shown_there_is_no_result_and_then_there_is(
    connected: Client, platform: FakeWeChat
) -> None:
    person = await consenting(connected)
    started = await start(person, await make_card())

    early = await finish(person, started)
    bound = await bind(person, started)
    platform.mini.faces.show(started.json["verify_id"])
    late = await finish(person, started)

    assert (early.status, early.code) == (409, "FaceCheckUnfinished")
    assert bound.code == "FaceCheckNotPassed"
    assert late.json["state"] == "passed"


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (90004, "刷脸没有做完"),
        (90008, "微信没有使用相机或麦克风的权限"),
        (90001, "这部手机不支持刷脸。请带身份证和优待证到就近的退役军人服务站当面核对。"),
        (10003, "刷脸核身没有通过"),
        (1, "刷脸核身没有通过"),
        (10001, "刷脸核身没有通过"),
    ],
)
async def test_only_ten_thousand_is_a_pass_and_each_failure_names_the_way_to_a_station(
    connected: Client, platform: FakeWeChat, verdict: int, words: str
) -> None:
    person = await consenting(connected)
    started = await start(person, await make_card())
    platform.mini.faces.show(started.json["verify_id"], verdict=verdict)

    answers = [await finish(person, started) for _ in range(2)]
    bound = await bind(person, started)

    for answer in answers:
        assert (answer.status, answer.code) == (409, "FaceCheckFailed")
        assert answer.json["detail"].startswith(words)
        assert "退役军人服务站当面核对" in answer.json["detail"]
    assert bound.code == "FaceCheckNotPassed"
    assert (await FaceCheck.get()).verify_ret == verdict


async def test_the_same_binding_again_answers_the_same_card(connected: Client, platform: FakeWeChat) -> None:
    person, card = await consenting(connected), await make_card()
    started = await start(person, card)
    platform.mini.faces.show(started.json["verify_id"])
    await finish(person, started)

    answers = [await bind(person, started) for _ in range(2)]

    assert {answer.json["id"] for answer in answers} == {str(card.id)}
    assert await AuditEntry.filter(action="card.bound").count() == 1


async def test_a_check_is_good_for_one_binding(service: Client) -> None:
    person, card = await consenting(service), await make_card()
    check = await make_face_check(account_id=person.account_id, id_number=str(card.holder.id_number))
    path = f"/v1/me/face-checks/{check.id}/binding"
    assert (await person.post(path, {})).status == 201
    assert (await person.delete("/v1/card/binding")).status == 204

    again = await person.post(path, {})

    assert (again.status, again.code) == (409, "FaceCheckUsed")
    assert (await Card.get(id=card.id)).account_id is None


async def test_a_pass_is_good_for_an_hour(service: Client) -> None:
    person, card = await consenting(service), await make_card()
    check = await make_face_check(
        account_id=person.account_id, id_number=str(card.holder.id_number), expires_at=utc_now() - timedelta(seconds=1)
    )

    answer = await person.post(f"/v1/me/face-checks/{check.id}/binding", {})

    assert (answer.status, answer.code) == (409, "FaceCheckExpired")
    assert (await Card.get(id=card.id)).account_id is None


async def test_a_session_that_is_over_is_not_asked_about(connected: Client, platform: FakeWeChat) -> None:
    person = await consenting(connected)
    started = await start(person, await make_card())
    platform.mini.faces.show(started.json["verify_id"])
    await FaceCheck.all().update(expires_at=utc_now() - timedelta(seconds=1))

    assert (await finish(person, started)).code == "FaceCheckExpired"
    assert platform.requests(QUERY) == []


async def test_a_card_that_another_account_has_moves_and_that_account_is_told(service: Client) -> None:
    former, person = await consenting(service), await consenting(service)
    card = await make_card(account_id=former.account_id)
    check = await make_face_check(account_id=person.account_id, id_number=str(card.holder.id_number))

    bound = await person.post(f"/v1/me/face-checks/{check.id}/binding", {})

    assert bound.status == 201
    assert (await Card.get(id=card.id)).account_id == person.account_id
    told = await Notification.get(account_id=former.account_id)
    assert (told.event, told.title) == ("card.moved", "优待证已绑定到另一个微信账号")
    entry = await AuditEntry.get(action="card.bound")
    assert str(former.account_id) in str(entry.detail)


async def test_the_case_that_a_mismatch_opened_is_closed(service: Client) -> None:
    person, card = await consenting(service), await make_card()
    claim = {"name": card.holder.name, "id_number": str(card.holder.id_number), "card_last4": "0000"}
    assert (await person.post("/v1/card/claims", claim)).code == "ClaimMismatch"
    check = await make_face_check(account_id=person.account_id, id_number=str(card.holder.id_number))

    bound = await person.post(f"/v1/me/face-checks/{check.id}/binding", {})

    case = await CardCase.get(account_id=person.account_id)
    assert bound.status == 201
    assert (case.state, case.card_id, case.submitted_sealed) == (CaseState.VERIFIED, card.id, None)
    assert case.note == "本人刷脸核身通过"


@pytest.mark.parametrize("difference", [{"id_number": sample_id_number(9_876_543)}, {"name": "王语嫣"}])
async def test_what_differs_from_the_roster_stays_with_staff(service: Client, difference: dict[str, str]) -> None:
    person, card = await consenting(service), await make_card()
    about = {"id_number": str(card.holder.id_number), "name": NAME} | difference
    check = await make_face_check(account_id=person.account_id, **about)

    answer = await person.post(f"/v1/me/face-checks/{check.id}/binding", {})

    assert (answer.status, answer.code) == (409, "FaceMatchesNoCard")
    assert "由工作人员核对" in answer.json["detail"]
    assert (await FaceCheck.get(id=check.id)).state is FaceCheckState.PASSED


async def test_of_several_cards_the_digits_say_which(service: Client) -> None:
    person, card = await consenting(service), await make_card()
    other = await make_card(holder=card.holder, kind=CardKind.BEREAVED_FAMILY)
    check = await make_face_check(account_id=person.account_id, id_number=str(card.holder.id_number))
    path = f"/v1/me/face-checks/{check.id}/binding"

    unclear = await person.post(path, {})
    malformed = await person.post(path, {"card_last4": "12"})
    foreign = await person.post(path, {"card_last4": "ZZZZ"})
    bound = await person.post(path, {"card_last4": other.last4})

    assert (unclear.code, malformed.code, foreign.code) == ("ManyCards", "ClaimUnreadable", "FaceMatchesNoCard")
    assert (bound.status, bound.json["id"]) == (201, str(other.id))


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"state": CardState.SUSPENDED, "state_reason": "待核实"}, "CardSuspended"),
        ({"state": CardState.REVOKED}, "CardRevoked"),
        ({"state": CardState.REPLACED}, "CardReplaced"),
        ({"expires_on": beijing_day(utc_now()) - timedelta(days=1)}, "CardExpired"),
    ],
)
async def test_a_card_that_is_not_good_is_not_bound_by_a_face_either(
    service: Client, overrides: dict[str, Any], code: str
) -> None:
    person, card = await consenting(service), await make_card(**overrides)
    check = await make_face_check(account_id=person.account_id, id_number=str(card.holder.id_number))

    answer = await person.post(f"/v1/me/face-checks/{check.id}/binding", {})

    assert (answer.status, answer.code) == (409, code)
    assert (await FaceCheck.get(id=check.id)).state is FaceCheckState.PASSED


async def test_an_account_with_another_card_binds_no_second_one(service: Client) -> None:
    person, card = await consenting(service), await make_card()
    await make_card(account_id=person.account_id)
    check = await make_face_check(account_id=person.account_id, id_number=str(card.holder.id_number))

    answer = await person.post(f"/v1/me/face-checks/{check.id}/binding", {})

    assert (answer.status, answer.code) == (409, "AccountAlreadyHasCard")


async def test_a_check_is_the_accounts_own(service: Client) -> None:
    person, other, card = await consenting(service), await consenting(service), await make_card()
    check = await make_face_check(account_id=person.account_id, id_number=str(card.holder.id_number))

    for step in ("result", "binding"):
        answer = await other.post(f"/v1/me/face-checks/{check.id}/{step}", {} if step == "binding" else None)
        assert (answer.status, answer.code) == (404, "FaceCheckNotFound")


async def test_without_the_consent_no_face_is_asked_for(connected: Client, platform: FakeWeChat) -> None:
    person = await connected.login("undecided")

    assert (await start(person, await make_card())).code == "ConsentRequired"
    assert platform.requests(BEGIN) == []


async def test_what_is_malformed_is_named_and_counts_as_no_try(connected: Client, platform: FakeWeChat) -> None:
    person, card = await consenting(connected), await make_card()

    for _ in range(6):
        answer = await start(person, card, name="1", id_number="321084")
        assert answer.code == "ClaimUnreadable"
        assert {error["field"] for error in answer.json["errors"]} == {"name", "id_number"}

    assert (await start(person, card)).status == 201


async def test_five_sessions_a_day_are_enough(connected: Client, platform: FakeWeChat) -> None:
    person, card = await consenting(connected), await make_card()
    started = [await start(person, card) for _ in range(5)]

    sixth = await start(person, card)

    assert {answer.status for answer in started} == {201}
    assert (sixth.status, sixth.code) == (429, "FaceChecksUsedUp")
    assert len(platform.requests(BEGIN)) == 5


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (45009, "WeChatLimited"),
        (48001, "FaceChecksNotOffered"),
        (99999, "WeChatBusy"),
        (Failure.RESET, "WeChatBusy"),
        (40125, "WeChatMisconfigured"),
    ],
)
async def test_without_wechat_no_session_is_kept(
    connected: Client, platform: FakeWeChat, failure: Failure | int, code: str
) -> None:
    person = await consenting(connected)
    platform.fail_next(failure, path=BEGIN)

    assert (await start(person, await make_card())).code == code
    assert await FaceCheck.all().count() == 0


async def test_what_wechat_quotes_of_a_person_reaches_neither_the_log_nor_the_answer(
    connected: Client, platform: FakeWeChat
) -> None:
    person, card = await consenting(connected), await make_card()
    platform.quotes_requests = True
    platform.fail_next(99999, path=BEGIN)
    structlog.reset_defaults()

    with capture_logs() as lines:
        answer = await start(person, card)

    assert [line["errcode"] for line in lines if line["event"] == "wechat.refused"] == [99999]
    for secret in (str(card.holder.id_number), card.holder.name, (await Account.get(id=person.account_id)).openid):
        assert secret not in f"{lines}{answer.body.decode()}"


async def test_while_wechat_is_down_a_result_can_be_had_later(connected: Client, platform: FakeWeChat) -> None:
    person = await consenting(connected)
    started = await start(person, await make_card())
    platform.mini.faces.show(started.json["verify_id"])
    platform.fail_next(Failure.SERVER_ERROR, path=QUERY)

    down = await finish(person, started)
    up = await finish(person, started)

    assert (down.code, up.json["state"]) == ("WeChatBusy", "passed")


async def test_without_an_account_at_wechat_the_other_ways_remain(service: Client) -> None:
    person, card = await consenting(service), await make_card()

    answer = await start(person, card)
    claimed = await person.post(
        "/v1/card/claims",
        {"name": card.holder.name, "id_number": str(card.holder.id_number), "card_last4": card.last4},
    )

    assert (answer.status, answer.code) == (503, "WeChatNotConfigured")
    assert claimed.status == 201


async def test_what_is_over_is_forgotten(service: Client) -> None:
    person, at = await consenting(service), utc_now()
    asked = seal(FACE_CHECK_SUBMITTED, "{}")
    live = await make_face_check(account_id=person.account_id, state=FaceCheckState.STARTED, submitted_sealed=asked)
    over = await make_face_check(
        account_id=person.account_id,
        state=FaceCheckState.STARTED,
        submitted_sealed=asked,
        expires_at=at - timedelta(days=29),
    )
    await make_face_check(account_id=person.account_id, expires_at=at - timedelta(days=31))

    removed = await purge_face_checks(at=at)

    assert removed == 1
    assert {check.id: check.submitted_sealed for check in await FaceCheck.all()} == {live.id: asked, over.id: None}
