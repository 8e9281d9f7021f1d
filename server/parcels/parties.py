"""寄件人和收件人 — name, telephone and address as the waybill carries them, sealed as one JSON."""

from dataclasses import dataclass

import msgspec

from models.addresses import AddressKind
from models.fields import fingerprint, seal, unseal
from models.parcels import PARCEL_RECIPIENT, PARCEL_SENDER

_LAST4 = "parcels.sender_last4"


@dataclass(frozen=True, slots=True)
class Party:
    """寄件人或收件人 — nothing that the waybill may not carry (快递暂行条例 22)."""

    name: str
    telephone: str
    kind: AddressKind
    region: str
    """Province and city, for people to see; never more of a unit."""
    address: str
    """The whole address as it is printed, with province and city."""


def seal_sender(party: Party) -> str:
    """Return the sealed form of a sender."""
    return _seal(PARCEL_SENDER, party)


def seal_recipient(party: Party) -> str:
    """Return the sealed form of a recipient."""
    return _seal(PARCEL_RECIPIENT, party)


def read_sender(sealed: str | None) -> Party | None:
    """Return a sender, None once forgotten."""
    return _read(PARCEL_SENDER, sealed)


def read_recipient(sealed: str | None) -> Party | None:
    """Return a recipient, None once forgotten."""
    return _read(PARCEL_RECIPIENT, sealed)


def hash_last4(telephone: str) -> str:
    """Return the keyed hash by which a counter finds a parcel: of the last four digits of a telephone."""
    digits = "".join(sign for sign in telephone if sign.isdigit())
    return fingerprint(_LAST4, digits[-4:])


def _seal(purpose: str, party: Party) -> str:
    return seal(purpose, msgspec.json.encode(party).decode())


def _read(purpose: str, sealed: str | None) -> Party | None:
    return None if sealed is None else msgspec.json.decode(unseal(purpose, sealed), type=Party)
