"""替身内容安全与人脸核身 — sample words, activity within two hours, and the digest of an identity."""

import pytest

from server.wechat.fake.faces import hash_of
from server.wechat.fake.server import FakeWeChat, SteppedClock
from tests.wechat.fake.conftest import Asker

TEXT, MEDIA = "/wxa/msg_sec_check", "/wxa/media_check_async"
BEGIN, QUERY = (f"/cityservice/face/identify/{name}" for name in ("getverifyid", "queryverifyinfo"))
CERT = {"cert_type": "IDENTITY_CARD", "cert_name": "张三", "cert_no": "310101199801011234"}


def posting(words: str, **change: object) -> dict[str, object]:
    return {"version": 2, "openid": "o-zhang", "scene": 2, "content": words} | change


@pytest.mark.parametrize(
    ("words", "suggest", "label"),
    [
        ("招聘保安两名", "pass", 100),
        ("招聘，示例广告，加我", "review", 10001),
        ("示例辱骂", "risky", 20003),
        ("示例广告和示例欺诈", "risky", 20008),
    ],
)
async def test_a_text_is_judged_by_its_worst_word(
    wechat: FakeWeChat, mini: Asker, words: str, suggest: str, label: int
) -> None:
    wechat.did("o-zhang")

    answer = await mini.post(TEXT, posting(words))

    assert answer["errcode"] == 0
    assert answer["result"] == {"suggest": suggest, "label": label}


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (posting("字" * 2500), 0),
        (posting("字" * 2501), 45002),
        (posting(""), 44002),
        (posting("好", version=1), 47001),
        (posting("好", scene=5), 47001),
        (posting("好", openid=""), 40003),
        (posting("好", openid="o-wang"), 61010),
    ],
)
async def test_a_check_has_its_own_rules(
    wechat: FakeWeChat, mini: Asker, body: dict[str, object], errcode: int
) -> None:
    wechat.did("o-zhang")

    assert await mini.errcode(TEXT, body) == errcode


async def test_a_person_counts_as_active_for_two_hours(wechat: FakeWeChat, mini: Asker, clock: SteppedClock) -> None:
    wechat.did("o-zhang")
    clock.advance(seconds=7200)
    in_time = await mini.errcode(TEXT, posting("好"))
    clock.advance(seconds=1)

    assert (in_time, await mini.errcode(TEXT, posting("好"))) == (0, 61010)


async def test_media_wait_for_their_push(wechat: FakeWeChat, mini: Asker) -> None:
    wechat.did("o-zhang")
    body = {"version": 2, "openid": "o-zhang", "scene": 2, "media_type": 2, "media_url": "https://example.org/a.png"}

    answer = await mini.post(MEDIA, body)

    assert list(wechat.mini.checks.pending) == [answer["trace_id"]]
    assert await mini.errcode(MEDIA, body | {"media_type": 3}) == 47001
    assert await mini.errcode(MEDIA, body | {"media_url": "a.png"}) == 40007


def test_the_digest_of_an_identity_is_the_documents() -> None:
    assert hash_of(CERT) == "3c241f7ff324977aeb91f173bb2a7b06569e6fd784d5573db34a636d8671108b"


async def begin(mini: Asker, sequence: str = "YB-00001") -> str:
    answer = await mini.post(BEGIN, {"out_seq_no": sequence, "cert_info": CERT, "openid": "o-zhang"})
    assert (answer["errcode"], answer["expires_in"]) == (0, 3600)
    return str(answer["verify_id"])


async def test_a_face_passes_after_it_was_shown(wechat: FakeWeChat, mini: Asker) -> None:
    verify_id = await begin(mini)
    asked = {"verify_id": verify_id, "out_seq_no": "YB-00001", "cert_hash": hash_of(CERT), "openid": "o-zhang"}
    before = await mini.errcode(QUERY, asked)

    wechat.mini.faces.show(verify_id)

    assert before != 0
    assert await mini.post(QUERY, asked) == {"errcode": 0, "errmsg": "ok", "verify_ret": 10000}


@pytest.mark.parametrize(
    "change", [{"openid": "o-wang"}, {"cert_hash": "0" * 64}, {"out_seq_no": "YB-00002"}, {"verify_id": "x"}]
)
async def test_a_session_is_asked_for_with_what_it_was_begun_with(
    wechat: FakeWeChat, mini: Asker, change: dict[str, str]
) -> None:
    verify_id = await begin(mini)
    wechat.mini.faces.show(verify_id)
    asked = {"verify_id": verify_id, "out_seq_no": "YB-00001", "cert_hash": hash_of(CERT), "openid": "o-zhang"}

    assert await mini.errcode(QUERY, asked | change) in (84001, 84002)


async def test_a_session_lives_an_hour_and_its_number_is_used_once(
    wechat: FakeWeChat, mini: Asker, clock: SteppedClock
) -> None:
    verify_id = await begin(mini)
    assert await mini.errcode(BEGIN, {"out_seq_no": "YB-00001", "cert_info": CERT, "openid": "o-zhang"}) == 40097
    assert await mini.errcode(BEGIN, {"out_seq_no": "x", "cert_info": CERT, "openid": "o-zhang"}) == 40097
    clock.advance(seconds=3600)

    with pytest.raises(KeyError):
        wechat.mini.faces.show(verify_id)
