"""编造求职者 — who came to which fair, what they signed, and what became of it."""

from collections.abc import Sequence
from random import Random

from models.jobs import JobKind
from server.seed.employment.identities import id_number_of, mobile_of
from server.seed.employment.plan import (
    EmploymentWords,
    Ending,
    Replay,
    SampleIntent,
    SampleListing,
    SampleVisitor,
)

PERSONS = 337
INTENTS = 120
HIRED_IN_VILLAGES = 25
HIRED_AS_INSTRUCTORS = 1
"""As many as the bureau reported for 2025."""
SOURCE = "示例数据：人员和意向都不是真实的；姓名以「示例」开头，身份证号为 1900 年出生"

_SECOND_FAIR, _THIRD_FAIR = 0.2, 0.05
_WITH_PHONE = 0.6
_ENDINGS = (
    *(Ending.HIRED,) * 14,
    *(Ending.OFFERED,) * 12,
    *(Ending.WITHDRAWN,) * 11,
    *(Ending.TAKEN_BACK,) * 5,
    *(Ending.SIGNED,) * (INTENTS - HIRED_IN_VILLAGES - HIRED_AS_INSTRUCTORS - 14 - 12 - 11 - 5),
)
_MOBILES_FROM = 1_000


def make_replay(dice: Random, words: EmploymentWords, listings: Sequence[SampleListing]) -> Replay:
    """Return the visitors of the fairs of some listings, and their intents for these."""
    fairs = sorted({one.fair for one in listings})
    visitors = [_visitor(dice, words, fairs, serial) for serial in range(PERSONS)]
    wanted = [
        *((JobKind.VILLAGE_STAFF, Ending.HIRED) for _ in range(HIRED_IN_VILLAGES)),
        *((JobKind.MILITARY_INSTRUCTOR, Ending.HIRED) for _ in range(HIRED_AS_INSTRUCTORS)),
        *((JobKind.ORDINARY, ending) for ending in _ENDINGS),
    ]
    free = list(range(PERSONS))
    dice.shuffle(free)
    intents = [_intent(dice, visitors, listings, free, kind=kind, ending=ending) for kind, ending in wanted]
    intents.sort(key=lambda one: (one.fair, one.visitor))
    return Replay(SOURCE, tuple(visitors), tuple(intents))


def _visitor(dice: Random, words: EmploymentWords, fairs: Sequence[str], serial: int) -> SampleVisitor:
    throw = dice.random()
    times = 3 if throw < _THIRD_FAIR else 2 if throw < _THIRD_FAIR + _SECOND_FAIR else 1
    return SampleVisitor(
        name=f"示例{dice.choice(words.surnames)}{dice.choice(words.given)}",
        id_number=id_number_of(serial),
        mobile=mobile_of(_MOBILES_FROM + serial),
        login=f"sample-visitor-{serial + 1:03}" if dice.random() < _WITH_PHONE else "",
        fairs=tuple(sorted(dice.sample(fairs, times))),
    )


def _intent(
    dice: Random,
    visitors: Sequence[SampleVisitor],
    listings: Sequence[SampleListing],
    free: list[int],
    *,
    kind: JobKind,
    ending: Ending,
) -> SampleIntent:
    """Return an intent of the next visitor who came to a fair with such a post; each visitor signs at most one."""
    offered: dict[str, list[SampleListing]] = {}
    for one in listings:
        if one.kind is kind:
            offered.setdefault(one.fair, []).append(one)
    serial = next(serial for serial in free if set(visitors[serial].fairs) & offered.keys())
    free.remove(serial)
    fair = dice.choice([number for number in visitors[serial].fairs if number in offered])
    listing = dice.choice(offered[fair])
    return SampleIntent(serial, fair, listing.employer.credit_code, listing.number, ending)
