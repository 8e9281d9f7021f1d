"""邮政文件的翻译 — orders out and events in, in the encodings that office programs write."""

import csv
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.parcels import EventKind
from server.carriers.ems import ORDER_COLUMNS, CsvEncoding, EmsPost, Order, write_orders
from server.carriers.protocol import CarrierEvent
from server.tables.faults import TableHasNoRows, TableRejected
from server.tables.headers import WrongHeaders
from tests.factories.parcels import make_party

HEADER = "邮件号,状态,时间,地点,说明"
ROWS = (
    "1234567890123,收寄,2026-11-02 11:00:00,高邮市,揽投员已收寄",
    "1234567890123,运输,2026/11/02 20:10,扬州市,",
    "1234567890123,投递,2026-11-04 08:05:00,昆明市,",
    "1234567890123,未妥投,2026-11-04 12:00:00,昆明市,家中无人",
    "1234567890123,妥投,2026-11-05 09:00:00,昆明市,他人代收",
    "1234567890123,退回,2026-11-05 10:00:00,昆明市,",
    "1234567890123,封发,2026-11-02 15:00:00,高邮市,",
)
K = EventKind


def file_of(*rows: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join((HEADER, *rows, "")).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_the_words_of_the_post_are_translated_in_any_encoding(encoding: str) -> None:
    events = EmsPost().translate(file_of(*ROWS, encoding=encoding))

    assert [event.kind for event in events] == [
        *(K.COLLECTED, K.IN_TRANSIT, K.OUT_FOR_DELIVERY, K.EXCEPTION, K.DELIVERED, K.RETURNING, K.UNKNOWN),
    ]
    assert events[0] == CarrierEvent(
        carrier="ems",
        tracking_number="1234567890123",
        kind=K.COLLECTED,
        occurred_at=datetime(2026, 11, 2, 3, 0, tzinfo=UTC),
        source="ems",
        raw_code="收寄",
        text="揽投员已收寄",
        place="高邮市",
    )


def test_a_word_in_no_table_is_kept_for_staff() -> None:
    (event,) = EmsPost().translate(file_of(ROWS[-1]))

    assert (event.kind, event.raw_code) == (K.UNKNOWN, "封发")
    assert not EmsPost().knows("封发")
    assert EmsPost().knows("妥投")


def test_every_fault_is_told_by_line() -> None:
    with pytest.raises(TableRejected) as caught:
        EmsPost().translate(file_of(ROWS[0], "12,收寄,2026-11-02 11:00,,", ",投递,昨天,,"))

    told = [(error.field, error.message) for error in caught.value.errors]
    assert len(told) == 3
    assert "第3行" in told[0][0]
    assert "不是邮件号" in told[0][1]
    assert all("第4行" in place for place, _ in told[1:])


def test_a_file_without_rows_or_with_other_headers_is_refused() -> None:
    with pytest.raises(TableHasNoRows):
        EmsPost().translate(file_of())
    with pytest.raises(WrongHeaders):
        EmsPost().translate("甲,乙\r\n1,2\r\n".encode())


@given(st.permutations(ROWS), st.lists(st.sampled_from(ROWS), max_size=5))
def test_lines_in_any_order_and_repeated_are_the_same_events(rows: list[str], again: list[str]) -> None:
    def seen(lines: list[str]) -> set[CarrierEvent]:
        return set(EmsPost().translate(file_of(*lines)))

    assert seen([*rows, *again]) == seen(list(ROWS))


def order(**overrides: str) -> Order:
    recipient = make_party(name="李四", telephone="13900002888", **overrides)
    return Order(
        number="YB2611020017K",
        tracking_number="1234567890123",
        accepted_at=datetime(2026, 11, 1, 16, 30, tzinfo=UTC),
        service="示例标准快递",
        weight_grams=2050,
        declared_value_fen=123405,
        sender=make_party(),
        recipient=recipient,
    )


@pytest.mark.parametrize("encoding", CsvEncoding)
def test_orders_are_written_in_the_encoding_that_was_asked_for(encoding: CsvEncoding) -> None:
    data = write_orders([order()], encoding=encoding)

    rows = list(csv.reader(data.decode(encoding.value).splitlines()))
    assert tuple(rows[0]) == ORDER_COLUMNS
    assert rows[1][:6] == ["YB2611020017K", "1234567890123", "2026-11-02", "示例标准快递", "2050", "1234.05"]
    assert rows[1][6:8] == ["张三", "13800001999"]
    assert rows[1][9:11] == ["李四", "13900002888"]
    assert data.startswith(b"\xef\xbb\xbf") is (encoding is CsvEncoding.UTF8)


def test_a_formula_in_an_address_is_not_run() -> None:
    data = write_orders([order(address='=HYPERLINK("http://x")')], encoding=CsvEncoding.UTF8)

    assert "'=HYPERLINK" in data.decode("utf-8-sig")


def test_an_order_does_not_tell_people_when_printed() -> None:
    told = repr(order())

    assert "张三" not in told
    assert "13900002888" not in told
