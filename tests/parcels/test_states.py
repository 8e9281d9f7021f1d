"""包裹状态推导 — whatever the order and however often events arrive, the same set gives the same state."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.parcels import EventKind, ParcelState
from server.parcels.states import ENDS, PARCEL_TRANSITIONS, Happening, derive

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
K = EventKind


def journey(*kinds: EventKind) -> list[Happening]:
    """Return events an hour apart, in this order."""
    return [Happening(kind, START + timedelta(hours=hour), f"{hour}") for hour, kind in enumerate(kinds)]


def state_of(*kinds: EventKind) -> ParcelState:
    derived = derive(journey(*kinds))
    assert derived is not None
    return derived.state


happenings = st.builds(
    Happening,
    kind=st.sampled_from(EventKind),
    occurred_at=st.integers(0, 40).map(lambda minutes: START + timedelta(minutes=minutes)),
    dedupe=st.integers(0, 30).map(str),
)


@given(st.lists(happenings, unique_by=lambda h: h.dedupe, max_size=14), st.data())
def test_any_order_and_repetition_gives_the_same_state(events: list[Happening], data: st.DataObject) -> None:
    booked = Happening(K.BOOKED, START - timedelta(hours=1), "booked")
    whole = [booked, *events]

    again = data.draw(st.lists(st.sampled_from(whole), max_size=10))
    arrived = data.draw(st.permutations(whole + again))

    assert derive(arrived) == derive(whole)


@given(st.lists(happenings, unique_by=lambda h: h.dedupe, max_size=14))
def test_a_state_is_only_ever_reached_by_the_table(events: list[Happening]) -> None:
    booked = Happening(K.BOOKED, START - timedelta(hours=1), "booked")
    ordered = sorted(events, key=lambda h: h.occurred_at)

    states = [derive([booked, *ordered[:count]]) for count in range(len(ordered) + 1)]

    assert all(derived is not None and derived.state in PARCEL_TRANSITIONS for derived in states)


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ((K.BOOKED,), "booked"),
        ((K.BOOKED, K.ACCEPTED, K.HANDED_OVER, K.COLLECTED, K.IN_TRANSIT), "in_transit"),
        ((K.BOOKED, K.ACCEPTED, K.IN_TRANSIT, K.HANDED_OVER), "in_transit"),
        ((K.BOOKED, K.ACCEPTED, K.OUT_FOR_DELIVERY, K.READY_FOR_PICKUP, K.DELIVERED), "delivered"),
        ((K.BOOKED, K.ACCEPTED, K.DELIVERED, K.IN_TRANSIT), "delivered"),
        ((K.BOOKED, K.ACCEPTED, K.IN_TRANSIT, K.RECIPIENT_REFUSED), "exception"),
        ((K.BOOKED, K.ACCEPTED, K.IN_TRANSIT, K.RETURNING, K.DELIVERED), "returned"),
        ((K.BOOKED, K.ACCEPTED, K.IN_TRANSIT, K.LOST, K.DELIVERED), "delivered"),
        ((K.BOOKED, K.CANCELLED, K.ACCEPTED), "cancelled"),
        ((K.BOOKED, K.IN_TRANSIT), "booked"),
        ((K.BOOKED, K.ACCEPTED, K.UNKNOWN), "accepted"),
    ],
)
def test_a_journey_ends_where_its_last_telling_event_leads(kinds: tuple[EventKind, ...], state: str) -> None:
    assert state_of(*kinds) == state


def test_nothing_was_booked_is_no_state() -> None:
    assert derive(journey(K.IN_TRANSIT)) is None
    assert derive([]) is None


def test_the_state_has_the_time_of_the_event_and_not_of_its_arrival() -> None:
    derived = derive(journey(K.BOOKED, K.ACCEPTED, K.UNKNOWN))

    assert derived is not None
    assert derived.state_at == START + timedelta(hours=1)


def test_every_state_is_in_the_table_and_the_ends_are_these() -> None:
    assert set(PARCEL_TRANSITIONS) == set(ParcelState)
    assert {state.value for state in ENDS} == {"delivered", "returned", "cancelled", "refused_at_counter"}
