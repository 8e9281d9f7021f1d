"""优待证工厂 — holders, cards, consents and staff that a test asks for by what matters to it."""

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from config.clock import utc_now
from models.accounts import Account, Consent, Purpose, StaffMember, StaffRole
from models.cards import (
    CARD_NUMBER,
    HOLDER_ID_NUMBER,
    HOLDER_MOBILE,
    HOLDER_NAME,
    Card,
    CardHolder,
    CardKind,
    CardState,
)
from models.face_checks import FaceCheck, FaceCheckState
from models.fields import seal
from models.identifiers import IdNumber
from server.accounts.guards import StaffMember as StaffAsker
from server.cards.faces import LIVES, PASSED, hash_name
from server.cards.identity import hash_card_number, hash_id_number, hash_mobile
from server.cards.roster_plan import new_pseudonym
from tests.factories.merchants import SOME_TOWN, make_town

_numbers = count(1)


def sample_id_number(number: int, *, born: date = date(1960, 1, 1)) -> str:
    """Return an ID number of Gaoyou with a right check character, another one for each number below ten million."""
    day = born + timedelta(days=number // 1000)
    first = f"321084{day:%Y%m%d}{number % 1000:03d}"
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(first))
    return first + "10X98765432"[total % 11]


async def make_holder(**overrides: Any) -> CardHolder:
    """Make a holder in ``town_code``; ``name``, ``id_number`` and ``mobile`` are given in clear."""
    number = next(_numbers)
    town_code: str | None = overrides.pop("town_code", SOME_TOWN)
    if town_code is not None:
        await make_town(town_code)
    id_number: str = overrides.pop("id_number", sample_id_number(number))
    mobile: str | None = overrides.pop("mobile", f"180{number:08d}")
    values: dict[str, Any] = {
        "name_sealed": seal(HOLDER_NAME, overrides.pop("name", "段誉明")),
        "id_number_sealed": seal(HOLDER_ID_NUMBER, id_number),
        "id_number_hash": hash_id_number(IdNumber.parse(id_number)),
        "mobile_sealed": None if mobile is None else seal(HOLDER_MOBILE, mobile),
        "mobile_hash": None if mobile is None else hash_mobile(mobile),
        "town_id": town_code,
        "updated_at": utc_now(),
    }
    return await CardHolder.create(**(values | overrides))


async def make_card(**overrides: Any) -> Card:
    """Make an active, unbound veteran's card with its holder; ``number`` is given in clear, ``holder`` if it matters.

    What ``make_holder`` takes may be given as ``name``, ``id_number``, ``mobile``, ``town_code``.
    """
    about = {key: overrides.pop(key) for key in ("name", "id_number", "mobile", "town_code") if key in overrides}
    holder: CardHolder = overrides.pop("holder", None) or await make_holder(**about)
    number: str = overrides.pop("number", f"YD{next(_numbers):014d}")
    values: dict[str, Any] = {
        "holder_id": holder.id,
        "number_sealed": seal(CARD_NUMBER, number),
        "number_hash": hash_card_number(number),
        "last4": number[-4:],
        "kind": CardKind.VETERAN,
        "state": CardState.ACTIVE,
        "pseudonym": new_pseudonym(),
        "bound_at": utc_now() if overrides.get("account_id") else None,
    }
    card = await Card.create(**(values | overrides))
    card.holder = holder
    return card


async def make_face_check(**overrides: Any) -> FaceCheck:
    """Make a face check that passed just now, of ``name`` and ``id_number`` in clear."""
    at = utc_now()
    values: dict[str, Any] = {
        "serial": uuid4().hex,
        "id_number_hash": hash_id_number(overrides.pop("id_number", sample_id_number(next(_numbers)))),
        "name_hash": hash_name(overrides.pop("name", "段誉明")),
        "state": FaceCheckState.PASSED,
        "verify_ret": PASSED,
        "expires_at": at + LIVES,
        "finished_at": at,
    }
    return await FaceCheck.create(**(values | overrides))


async def make_account() -> Account:
    """Make an account of somebody."""
    return await Account.create(openid=f"test-{uuid4().hex}")


async def make_consenting_account() -> Account:
    """Make an account that agreed to card binding."""
    account = await make_account()
    await give_consent(account.id)
    return account


async def give_consent(account_id: UUID | None, *, purpose: Purpose = Purpose.CARD_BINDING) -> None:
    """Record an account's consent, to card binding if nothing is said."""
    await Consent.create(account_id=account_id, purpose=purpose, version="2026-11")


async def make_staff(account_id: UUID | None, *, town_code: str | None = SOME_TOWN) -> None:
    """Make an account staff of a town, or with ``town_code`` None an administrator."""
    if town_code is not None:
        await make_town(town_code)
    role = StaffRole.ADMINISTRATOR if town_code is None else StaffRole.STAFF
    await StaffMember.create(account_id=account_id, role=role, town_code=town_code, display_name="示例人员")


async def staff_asker(*, town_code: str | None = SOME_TOWN) -> StaffAsker:
    """Return staff of a town, or an administrator, as a service sees them."""
    account = await make_account()
    await make_staff(account.id, town_code=town_code)
    role = StaffRole.ADMINISTRATOR if town_code is None else StaffRole.STAFF
    return StaffAsker(account_id=account.id, staff_role=role, town_code=town_code)
