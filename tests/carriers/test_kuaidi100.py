"""快递100的翻译和签名 — every documented code has our word; order and repetition change nothing."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.parcels import EventKind, ParcelState
from server.carriers.kuaidi100 import Kuaidi100, is_signed, sign_push, sign_query
from server.carriers.kuaidi100_codes import STATE_WORDS, STATES
from server.carriers.protocol import CarrierEvent, UnreadableCarrierMessage
from server.parcels.states import Happening, derive
from tests.carriers.recordings import JOURNEY, NUMBER, entries, push_param, result

PARCEL = UUID(int=1)
BOOKED = Happening(EventKind.BOOKED, datetime(2026, 11, 1, tzinfo=UTC), "booked")
K = EventKind


def state_after(pushes: list[str]) -> ParcelState:
    """Return the state of a parcel that was handed over and had these pushes."""
    happenings = [BOOKED, Happening(K.HANDED_OVER, BOOKED.occurred_at + timedelta(hours=1), "handed_over")]
    happenings.insert(1, Happening(K.ACCEPTED, BOOKED.occurred_at + timedelta(minutes=30), "accepted"))
    for push in pushes:
        for event in Kuaidi100().translate(push.encode()):
            new = event.of_parcel(PARCEL)
            happenings.append(Happening(new.kind, new.occurred_at, new.identity))
    derived = derive(happenings)
    assert derived is not None
    return derived.state


def test_an_entry_is_translated_with_its_code_words_and_place() -> None:
    (event,) = Kuaidi100().translate(push_param(entries(JOURNEY[2:3]), number=" ab123456 ", com="EMS").encode())

    assert event == CarrierEvent(
        carrier="ems",
        tracking_number="AB123456",
        kind=K.ARRIVED,
        occurred_at=datetime(2026, 11, 3, 22, 30, tzinfo=UTC),
        source="kuaidi100",
        raw_code="1001",
        text="【昆明市】已到达",
        place="云南,昆明市",
    )


def test_the_table_has_every_documented_code() -> None:
    documented = {*(str(state) for state in range(15)), *(str(code) for code in (101, 102, 103, *range(201, 211)))}
    documented -= {"9"}  # the platform has none
    documented |= {"301", "302", "303", "304", "401", "501", "1001", "1002", "1003"}

    assert set(STATES) == documented


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("0", K.IN_TRANSIT), ("1", K.COLLECTED), ("2", K.EXCEPTION), ("3", K.DELIVERED), ("4", K.RETURNED),
        ("5", K.OUT_FOR_DELIVERY), ("6", K.RETURNING), ("7", K.IN_TRANSIT), ("8", K.IN_TRANSIT), ("13", K.EXCEPTION),
        ("14", K.RECIPIENT_REFUSED), ("101", K.UNKNOWN), ("203", K.RECIPIENT_REFUSED), ("205", K.EXCEPTION),
        ("303", K.DELIVERED_TO_OTHER), ("304", K.DELIVERED_TO_OTHER), ("501", K.READY_FOR_PICKUP),
        ("1001", K.ARRIVED), ("9", K.UNKNOWN), ("", K.UNKNOWN),
    ],
)  # fmt: skip
def test_a_code_has_our_word(code: str, kind: EventKind) -> None:
    data = [{"time": "2026-11-02 11:00:00", "context": "文字", "statusCode": code}]

    (event,) = Kuaidi100().translate(push_param(data, state="").encode())

    assert (event.kind, event.raw_code, event.text) == (kind, code, "文字")


@pytest.mark.parametrize(("word", "code"), STATE_WORDS.items())
def test_an_entry_without_a_code_is_known_by_its_word(word: str, code: str) -> None:
    data = [{"time": "2026-11-02 11:00:00", "context": "文字", "status": word}]

    (event,) = Kuaidi100().translate(push_param(data).encode())

    assert (event.raw_code, event.kind) == (code, STATES[code])


def test_a_word_in_no_table_is_kept_for_staff() -> None:
    data = [{"time": "2026-11-02 11:00:00", "context": "文字", "status": "飞升"}]

    (event,) = Kuaidi100().translate(push_param(data).encode())

    assert (event.kind, event.raw_code, event.text) == (K.UNKNOWN, "飞升", "文字")
    assert not Kuaidi100().knows("飞升")
    assert Kuaidi100().knows("101")


def test_without_any_code_the_parcels_own_state_is_an_event_beside_the_entries() -> None:
    data = [{"time": f"2026-11-02 1{hour}:00:00", "context": "文字"} for hour in (1, 3)]

    events = Kuaidi100().translate(push_param(data, state="5").encode())

    assert [(event.kind, event.occurred_at.hour, event.text) for event in events] == [
        (K.UNKNOWN, 11, "文字"),
        (K.UNKNOWN, 13, "文字"),
        (K.OUT_FOR_DELIVERY, 13, ""),
    ]


def test_an_answer_to_a_query_brings_the_same_events_as_a_push() -> None:
    answer = json.dumps(result(entries())).encode()

    assert Kuaidi100().translate_answer(answer) == Kuaidi100().translate(push_param(entries()).encode())


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"null", b"[]", b"{}", b'{"lastResult": null}', b"\xff\xfe", b'{"lastResult": {"nu": 5}}'),
        push_param([{"time": "yesterday", "context": ""}]).encode(),
        push_param([{"context": ""}]).encode(),
    ],
)
def test_rubbish_is_refused_with_a_word(raw: bytes) -> None:
    with pytest.raises(UnreadableCarrierMessage):
        Kuaidi100().translate(raw)


def test_a_query_is_signed_by_param_key_and_customer() -> None:
    expected = hashlib.md5(b'{"com":"ems"}KEYCUSTOMER').hexdigest().upper()

    assert sign_query(param='{"com":"ems"}', key="KEY", customer="CUSTOMER") == expected


def test_a_push_is_signed_by_param_and_salt_in_either_case() -> None:
    expected = hashlib.md5("中文SALT".encode()).hexdigest()

    assert sign_push(param="中文", salt="SALT") == expected.upper()
    assert is_signed(param="中文", sign=expected, salt="SALT")
    assert is_signed(param="中文", sign=expected.upper(), salt="SALT")


@pytest.mark.parametrize("sign", ["", "0" * 32, "é", sign_push(param="中文 ", salt="SALT")])
def test_another_signature_is_none(sign: str) -> None:
    assert not is_signed(param="中文", sign=sign, salt="SALT")


def test_what_has_no_word_of_ours_is_told_apart_by_its_text() -> None:
    data = [{"time": "2026-11-02 11:00:00", "context": text, "statusCode": "9999"} for text in ("甲", "乙", "甲")]

    events = Kuaidi100().translate(push_param(data).encode())

    assert len({event.of_parcel(PARCEL).identity for event in events}) == 2


@given(st.data())
def test_any_order_and_repetition_of_pushes_gives_the_same_state(data: st.DataObject) -> None:
    length = data.draw(st.integers(1, len(JOURNEY)))
    pushes = [push_param(list(reversed(entries(JOURNEY[:end])))) for end in range(1, length + 1)]
    again = data.draw(st.lists(st.sampled_from(pushes), max_size=6))
    shuffled = data.draw(st.permutations(pushes + again))

    assert state_after(list(shuffled)) == state_after(pushes)


@given(st.data())
def test_pushes_of_one_entry_each_give_the_state_of_the_whole(data: st.DataObject) -> None:
    codes = data.draw(st.lists(st.sampled_from([*STATES, "9999"]), min_size=1, max_size=10))
    minutes = data.draw(st.lists(st.integers(0, 59), min_size=len(codes), max_size=len(codes)))
    journey = [
        (f"2026-11-03 10:{minute:02d}:00", code, "", f"文字{minute}", "")
        for code, minute in zip(codes, minutes, strict=True)
    ]
    single = [push_param(entries([entry])) for entry in data.draw(st.permutations(journey))]

    assert state_after(single) == state_after([push_param(entries(journey))])


def test_the_recorded_journey_ends_delivered() -> None:
    assert state_after([push_param(entries())]) is ParcelState.DELIVERED
    assert {event.tracking_number for event in Kuaidi100().translate(push_param(entries()).encode())} == {NUMBER}
