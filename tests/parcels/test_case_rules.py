"""售后规则"""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.clock import BEIJING
from models.parcel_cases import CaseKind
from server.parcels.cases.rules import claim_ceiling, clock_in_words, due_on, insured_share, last_day_to_ask


@pytest.mark.parametrize(
    ("kind", "asked", "due"),
    [
        (CaseKind.COMPLAINT, "2026-11-05 23:59", "2026-11-12"),
        (CaseKind.COMPLAINT, "2026-12-28 00:00", "2027-01-04"),
        (CaseKind.COMPLAINT, "2028-02-24 12:00", "2028-03-02"),
        (CaseKind.COMPLAINT, "2027-02-24 12:00", "2027-03-03"),
        (CaseKind.ENQUIRY, "2026-12-05 08:00", "2027-01-04"),
        (CaseKind.ENQUIRY, "2028-01-31 08:00", "2028-03-01"),
        (CaseKind.CLAIM, "2026-01-31 08:00", "2026-03-02"),
        (CaseKind.RETURN, "2026-11-24 08:00", "2026-12-01"),
    ],
)
def test_the_clock_runs_in_beijing_days_from_the_day_after(kind: CaseKind, asked: str, due: str) -> None:
    at = datetime.fromisoformat(asked).replace(tzinfo=BEIJING)

    assert due_on(kind, at=at) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("sent", "last"), [("2026-11-25", "2027-11-25"), ("2028-02-29", "2029-02-28"), ("2027-02-28", "2028-02-28")]
)
def test_a_parcel_can_be_asked_about_for_a_year(sent: str, last: str) -> None:
    assert last_day_to_ask(date.fromisoformat(sent)) == date.fromisoformat(last)


def test_the_ceiling_is_the_insured_value_else_three_times_the_fee() -> None:
    assert claim_ceiling(fee_fen=2000, declared_value_fen=0) == 6000
    assert claim_ceiling(fee_fen=2000, declared_value_fen=500) == 500
    assert claim_ceiling(fee_fen=2000, declared_value_fen=90_000) == 90_000


def test_an_insured_parcel_lost_in_part_is_granted_its_share() -> None:
    assert insured_share(declared_value_fen=50_000, total_value_fen=100_000, loss_fen=30_000) == 15_000
    assert insured_share(declared_value_fen=100, total_value_fen=300, loss_fen=100) == 33
    assert insured_share(declared_value_fen=200_000, total_value_fen=100_000, loss_fen=100_000) == 100_000
    with pytest.raises(ValueError, match="part"):
        insured_share(declared_value_fen=100, total_value_fen=0, loss_fen=0)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.data())
def test_a_share_is_never_more_than_the_loss_or_the_insured_value(
    declared: int, total: int, data: st.DataObject
) -> None:
    loss = data.draw(st.integers(0, total))

    share = insured_share(declared_value_fen=declared, total_value_fen=total, loss_fen=loss)

    assert 0 <= share <= min(loss, declared)


def test_the_clock_is_told_in_words() -> None:
    due = date(2026, 11, 12)

    assert clock_in_words(due, today=date(2026, 11, 5)) == "最迟 11 月 12 日答复"
    assert clock_in_words(due, today=due) == "最迟 11 月 12 日答复"
    assert clock_in_words(due, today=date(2026, 11, 15)) == "应在 11 月 12 日前答复，已超期 3 天"
    assert clock_in_words(date(2027, 1, 4), today=date(2026, 12, 28)) == "最迟 2027 年 1 月 4 日答复"
