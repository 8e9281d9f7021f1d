"""快递100状态码 — its states and sub-states in our vocabulary."""

from models.parcels import EventKind

_K = EventKind
STATES: dict[str, EventKind] = {
    "0": _K.IN_TRANSIT,
    "1001": _K.ARRIVED,
    "1002": _K.IN_TRANSIT,
    "1003": _K.IN_TRANSIT,
    "1": _K.COLLECTED,
    # ordered and waiting for collection: the carrier has nothing in hand yet, so no state of ours follows
    "101": _K.UNKNOWN,
    "102": _K.UNKNOWN,
    "103": _K.COLLECTED,
    "2": _K.EXCEPTION,
    "201": _K.EXCEPTION,
    "202": _K.EXCEPTION,
    "203": _K.RECIPIENT_REFUSED,
    "204": _K.EXCEPTION,
    "205": _K.EXCEPTION,
    "206": _K.EXCEPTION,
    "207": _K.EXCEPTION,
    "208": _K.EXCEPTION,
    "209": _K.EXCEPTION,
    "210": _K.EXCEPTION,
    "3": _K.DELIVERED,
    "301": _K.DELIVERED,
    "302": _K.DELIVERED,
    "303": _K.DELIVERED_TO_OTHER,
    "304": _K.DELIVERED_TO_OTHER,
    "4": _K.RETURNED,
    # the order was struck out after all: somebody has to look, for it is not back either
    "401": _K.EXCEPTION,
    "5": _K.OUT_FOR_DELIVERY,
    "501": _K.READY_FOR_PICKUP,
    "6": _K.RETURNING,
    "7": _K.IN_TRANSIT,
    "8": _K.IN_TRANSIT,
    "10": _K.IN_TRANSIT,
    "11": _K.IN_TRANSIT,
    "12": _K.IN_TRANSIT,
    "13": _K.EXCEPTION,
    "14": _K.RECIPIENT_REFUSED,
}
"""Every code that the platform documents, sub-states after their state; any other code is ``UNKNOWN``."""

STATE_WORDS: dict[str, str] = {
    "在途": "0",
    "揽收": "1",
    "疑难": "2",
    "签收": "3",
    "退签": "4",
    "派件": "5",
    "退回": "6",
    "转投": "7",
    "清关": "8",
    "拒签": "14",
}
"""The words by which an entry without a code names its state."""


def kind_of(code: str) -> EventKind:
    """Return our word for a code, ``UNKNOWN`` for one that stands in no table."""
    return STATES.get(code, EventKind.UNKNOWN)
