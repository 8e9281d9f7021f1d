"""核验意向书 — whether a form that somebody shows is genuine, by the code on it."""

import re
import unicodedata
from dataclasses import dataclass

from models.errors import NotFound
from models.intents import Intent
from server.jobs.intents.numbers import INTENT_NUMBERS
from server.jobs.intents.people import contacts_of

PREFIX = "YX1"
_FORM = re.compile(rf"{PREFIX}:(YX[0-9A-Z]{{11,13}}):([A-Z2-7]{{26}})")


class IntentNotGenuine(NotFound):
    message = "这不是本系统出具的就业意向书"
    next_step = "请核对二维码是否完整、清晰；纸面有涂改或来历不明的，请向退役军人服务站反映"


@dataclass(frozen=True, slots=True)
class VerifiedIntent:
    """核验结果 — what anybody who holds the form may know; the employer must be loaded with the intent."""

    intent: Intent
    masked_name: str


def qr_text(intent: Intent) -> str:
    """Return what the QR code of a form holds: short, and in signs of which a small code is made."""
    return f"{PREFIX}:{intent.number}:{intent.verification_code}"


async def verify_intent(*, code: str) -> VerifiedIntent:
    """Return the intent whose form carries this code. 核验意向书。

    The number alone verifies nothing: it is printed to be read aloud. The code is random and only on the form.

    Raises:
        IntentNotGenuine: the code is none of ours, or its number and its secret do not belong together.
    """
    form = _FORM.fullmatch("".join(unicodedata.normalize("NFKC", code).split()).upper())
    if form is None:
        raise IntentNotGenuine
    number = INTENT_NUMBERS.read(form[1])
    intent = await Intent.get_or_none(verification_code=form[2], number=number).select_related("employer")
    if intent is None:
        raise IntentNotGenuine
    contact = (await contacts_of([intent.seeker_id]))[intent.seeker_id]
    return VerifiedIntent(intent, contact.masked_name)
