"""埋设的秘密 — people who exist nowhere else, every form in which one of their data could lie open, and a search."""

import base64
import json
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from tests.factories.cards import sample_id_number


@dataclass(frozen=True, slots=True)
class Planted:
    """一个埋设的人 — name, numbers and card, each rare enough to be found by itself."""

    name: str
    id_number: str
    mobile: str
    card_number: str

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.name, self.id_number, self.mobile, self.card_number)

    @property
    def claim(self) -> dict[str, str]:
        """What the person types to bind the card."""
        return {"name": self.name, "id_number": self.id_number, "card_last4": self.card_number[-4:]}


_BORN = date(1957, 8, 13)
PEOPLE = (
    Planted("亓官翀", sample_id_number(471, born=_BORN), "19987654301", "YD77620519384601"),
    Planted("逄琭嬛", sample_id_number(638, born=_BORN), "19987654302", "YD77620519384602"),
    Planted("禤竑旻", sample_id_number(805, born=_BORN), "19987654303", "YD77620519384603"),
)


@dataclass(frozen=True, slots=True)
class PlantedParty:
    """埋设的寄件人或收件人 — name, mobile and street, each rare enough to be found by itself."""

    name: str
    mobile: str
    street: str

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.name, self.mobile, self.street)


AT_HOME = PlantedParty("缑璟瑄", "19987654304", "示例甓社巷仄径709号")
ABROAD = PlantedParty("郤翾翯", "19987654305", "示例翠筠里曲廊816号")
PARTIES = (AT_HOME, ABROAD)
COURIER = "鄂昶昳"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def forms(secret: str) -> frozenset[bytes]:
    """Return the byte strings by which a secret would lie open: written, reversed, escaped, in base64 or in hex."""
    raw = secret.encode()
    found = {text.encode(encoding) for text in (secret, secret[::-1]) for encoding in ENCODINGS}
    found |= {raw.hex().encode(), raw.hex().upper().encode(), quote(secret).encode(), json.dumps(secret)[1:-1].encode()}
    for shift in range(3):  # base64 of a longer text shows a piece of it in one of three ways
        encoded = base64.b64encode(bytes(shift) + raw)
        whole = encoded[4 if shift else 0 : len(encoded) - (4 if (len(raw) + shift) % 3 else 0)]
        found |= {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}
    return frozenset(found)


_SECRETS = (COURIER, *(secret for planted in (*PEOPLE, *PARTIES) for secret in planted.secrets))
_FORMS = {secret: forms(secret) for secret in _SECRETS}


def secrets_in(content: bytes) -> set[str]:
    """Return the planted secrets that lie open in some bytes."""
    return {secret for secret, written in _FORMS.items() if any(form in content for form in written)}
