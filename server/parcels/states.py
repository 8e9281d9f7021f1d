"""包裹状态推导 — the state of a parcel as a pure function of the set of its events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.parcels import EventKind, ParcelState

_S = ParcelState
_ON_THE_WAY = frozenset({_S.IN_TRANSIT, _S.OUT_FOR_DELIVERY, _S.READY_FOR_PICKUP, _S.EXCEPTION})
_CARRIED = _ON_THE_WAY | {_S.DELIVERED, _S.RETURNING, _S.RETURNED, _S.LOST}

PARCEL_TRANSITIONS: dict[ParcelState, frozenset[ParcelState]] = {
    _S.BOOKED: frozenset({_S.ACCEPTED, _S.CANCELLED, _S.REFUSED_AT_COUNTER}),
    # carriers lose events, so that whatever comes later in a journey may follow at once; booked again: a slip undone
    _S.ACCEPTED: _CARRIED | {_S.HANDED_OVER, _S.BOOKED},
    _S.HANDED_OVER: _CARRIED,
    _S.IN_TRANSIT: _CARRIED - {_S.IN_TRANSIT},
    _S.OUT_FOR_DELIVERY: _CARRIED - {_S.OUT_FOR_DELIVERY},
    _S.READY_FOR_PICKUP: _CARRIED - {_S.READY_FOR_PICKUP},
    _S.EXCEPTION: _CARRIED - {_S.EXCEPTION},
    _S.RETURNING: frozenset({_S.RETURNED, _S.LOST}),
    # lost ones turn up
    _S.LOST: _ON_THE_WAY | {_S.DELIVERED, _S.RETURNING, _S.RETURNED},
    _S.DELIVERED: frozenset(),
    _S.RETURNED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.REFUSED_AT_COUNTER: frozenset(),
}
"""The one table: an event that leads nowhere from the state before it stays in the timeline and changes nothing."""

ENDS = frozenset(state for state, following in PARCEL_TRANSITIONS.items() if not following)

_K = EventKind
_LEADS_TO: dict[EventKind, ParcelState] = {
    _K.BOOKED: _S.BOOKED,
    _K.ACCEPTED: _S.ACCEPTED,
    _K.ACCEPTANCE_UNDONE: _S.BOOKED,
    _K.HANDED_OVER: _S.HANDED_OVER,
    _K.COLLECTED: _S.HANDED_OVER,
    _K.IN_TRANSIT: _S.IN_TRANSIT,
    _K.ARRIVED: _S.IN_TRANSIT,
    _K.OUT_FOR_DELIVERY: _S.OUT_FOR_DELIVERY,
    _K.READY_FOR_PICKUP: _S.READY_FOR_PICKUP,
    _K.DELIVERED: _S.DELIVERED,
    _K.DELIVERED_TO_OTHER: _S.DELIVERED,
    _K.EXCEPTION: _S.EXCEPTION,
    _K.RECIPIENT_REFUSED: _S.EXCEPTION,
    _K.RETURNING: _S.RETURNING,
    _K.RETURNED: _S.RETURNED,
    _K.LOST: _S.LOST,
    _K.CANCELLED: _S.CANCELLED,
    _K.REFUSED_AT_COUNTER: _S.REFUSED_AT_COUNTER,
}
"""What no carrier's word of ours stands for (``UNKNOWN``) is shown and leads to no state."""

_RANKS = {kind: place for place, kind in enumerate(EventKind)}
_DELIVERIES = frozenset({_K.DELIVERED, _K.DELIVERED_TO_OTHER})


@dataclass(frozen=True, slots=True)
class Happening:
    """What of an event decides the state; ``dedupe`` tells two events of one instant and kind apart."""

    kind: EventKind
    occurred_at: datetime
    dedupe: str


@dataclass(frozen=True, slots=True)
class Derived:
    """推导结果 — the state and the instant of the event that led to it."""

    state: ParcelState
    state_at: datetime

    @property
    def is_end(self) -> bool:
        return self.state in ENDS


def in_order(happenings: Iterable[Happening]) -> list[Happening]:
    """Return each event once, by event time, at one instant by rank: never by the time of hearing of it."""
    once = {happening.dedupe: happening for happening in happenings}
    return sorted(once.values(), key=lambda h: (h.occurred_at, rank(h.kind), h.dedupe))


def rank(kind: EventKind) -> int:
    """Return the place of a kind among events of one instant."""
    return _RANKS[kind]


def derive(happenings: Iterable[Happening]) -> Derived | None:
    """Return the state that a set of events makes, None where nothing was booked yet.

    The same set gives the same state in whatever order and however often its members arrived. A delivery while the
    parcel is on its way back is its return (快递100 counts both as 签收).
    """
    derived: Derived | None = None
    for happening in in_order(happenings):
        state = _LEADS_TO.get(happening.kind)
        if derived is None:
            if happening.kind is _K.BOOKED:
                derived = Derived(_S.BOOKED, happening.occurred_at)
            continue
        if happening.kind is _K.BOOKED:
            continue  # a parcel is booked once
        if derived.state is _S.RETURNING and happening.kind in _DELIVERIES:
            state = _S.RETURNED
        if state in PARCEL_TRANSITIONS[derived.state]:
            derived = Derived(state, happening.occurred_at)
    return derived
