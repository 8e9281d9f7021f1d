"""寄递物品 — what is in a parcel as its sender tells it, and what the screening found in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from server.parcels.screening import ScreeningWarning

MOST_ITEMS = 20


@dataclass(frozen=True, slots=True)
class Item:
    """寄的一样东西 — a name as people write it and how many."""

    name: str
    quantity: int


def encode_items(items: Sequence[Item]) -> str:
    """Return the stored form of the contents."""
    return msgspec.json.encode(items).decode()


def encode_warnings(warnings: Sequence[ScreeningWarning]) -> str:
    """Return the stored form of what the screening found."""
    return msgspec.json.encode(warnings).decode()
