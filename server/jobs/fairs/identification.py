"""认人 — who stands at the desk of a fair: told by the card pass, by the number, or by the ID card that staff see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.errors import FieldError, Invalid, NotFound
from models.fairs import FairRegistration
from models.identifiers import Mobile
from models.seekers import Seeker
from server.accounts.guards import StaffMember
from server.cards.identity import plain_name
from server.jobs.fairs.numbers import read_number, similar_numbers
from server.jobs.seekers.identity import contact_of, get_survivor, seal_mobile, seeker_of_pass, seeker_of_person

SUGGESTIONS = 3


class CheckInNeedsOneIdentity(Invalid):
    message = "签到要有且只有一种身份"
    next_step = "请扫出示码、填报名号，或填姓名和身份证号，三样只用一样"


class NumberMistyped(Invalid):
    message = "报名号输错了"
    next_step = "请对照求职者手机上的报名号重新输入，也可以扫出示码，或用姓名和身份证号签到"


class RegistrationNotFound(NotFound):
    message = "本场招聘会没有这个报名号"
    next_step = "请核对是不是别场的报名号；没有报名的，请扫出示码或用姓名和身份证号签到"


@dataclass(frozen=True, slots=True)
class CheckInIdentity:
    """签到身份 — who stands at the desk: by pass, by number, or by the ID card that staff see."""

    pass_text: str = ""
    number: str = ""
    name: str = ""
    id_number: str = ""
    mobile: str = ""

    @property
    def way(self) -> str:
        """``pass``, ``number`` or ``person``.

        Raises:
            CheckInNeedsOneIdentity: none, more than one, or half of one.
        """
        ways = {"pass": self.pass_text, "number": self.number, "person": self.name or self.id_number or self.mobile}
        [*given] = (way for way, value in ways.items() if value.strip())
        if len(given) != 1:
            raise CheckInNeedsOneIdentity
        if given == ["person"] and not (self.name.strip() and self.id_number.strip()):
            missing = "id_number" if self.name.strip() else "name"
            raise CheckInNeedsOneIdentity(errors=(FieldError(missing, "没有手机的，姓名和身份证号都要填"),))
        return given[0]


async def identify(*, fair_id: UUID, identity: CheckInIdentity, staff: StaffMember, at: datetime) -> Seeker:
    """Return the person who stands at the desk of a fair, made a seeker at the first need.

    Raises:
        CheckInNeedsOneIdentity: not exactly one way to tell who it is.
        NumberMistyped, RegistrationNotFound: the number is none, or none of this fair.
        PassRefused, PassUnknown, CardNotUsable: see ``seeker_of_pass``.
        SeekerUnreadable, SeekerNameMismatch: see ``seeker_of_person``.
    """
    match identity.way:
        case "pass":
            return await seeker_of_pass(pass_text=identity.pass_text, staff=staff, at=at)
        case "number":
            return await _seeker_with_number(fair_id, identity.number)
    known = await _registered_by_phone(fair_id, identity)
    return known or await seeker_of_person(
        name=identity.name, id_number=identity.id_number, mobile=identity.mobile, staff=staff, at=at
    )


async def _seeker_with_number(fair_id: UUID, text: str) -> Seeker:
    number = read_number(text)
    if number is None:
        raise await _mistyped(fair_id, text)
    stored = await FairRegistration.get_or_none(fair_id=fair_id, number=number).select_related("seeker")
    if stored is None:
        raise RegistrationNotFound
    return await get_survivor(stored.seeker)


async def _mistyped(fair_id: UUID, text: str) -> NumberMistyped:
    """Return the refusal of a number, with those of this fair that could have been meant."""
    similar = similar_numbers(text)
    found = await FairRegistration.filter(fair_id=fair_id, number__in=similar, cancelled_at=None).select_related(
        "seeker"
    )
    likeliest = sorted(found, key=lambda one: similar.index(one.number))[:SUGGESTIONS]
    meant = [f"{one.number}（{(await contact_of(one.seeker)).masked_name or '未填姓名'}）" for one in likeliest]
    errors = (FieldError("number", "报名号由数字和最后一位校验码组成，请逐位核对"),)
    next_step = f"您是不是要找 {'、'.join(meant)}？请对照求职者手机上的报名号核对" if meant else None
    return NumberMistyped(next_step=next_step, errors=errors)


async def _registered_by_phone(fair_id: UUID, identity: CheckInIdentity) -> Seeker | None:
    """Return somebody who registered with the same name and mobile and has shown no ID card: the same person."""
    try:
        _, mobile_hash = seal_mobile(Mobile.parse(identity.mobile))
    except ValueError:
        return None
    found = FairRegistration.filter(
        fair_id=fair_id,
        cancelled_at=None,
        seeker__mobile_hash=mobile_hash,
        seeker__id_number_hash=None,
        seeker__merged_into_id=None,
    )
    for one in await found.select_related("seeker").order_by("id"):
        if plain_name((await contact_of(one.seeker)).name) == plain_name(identity.name):
            return one.seeker
    return None
