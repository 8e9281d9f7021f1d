"""查看就业意向 — one's own, one's employer's, one's town's; and what happened to each."""

from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models.errors import NotFound
from models.intents import Intent, IntentEvent, IntentState
from server.accounts.guards import StaffMember
from server.jobs.intents.numbers import INTENT_NUMBERS, IntentNumberMistyped
from server.jobs.seekers.identity import find_seeker

_PARTIES = ("employer", "fair")


class IntentNotFound(NotFound):
    message = "没有找到这份就业意向书"
    next_step = "请返回意向书列表刷新后再试"


@dataclass(frozen=True, slots=True)
class IntentFilter:
    """意向书列表的条件 — ``number`` as somebody typed it."""

    fair_id: UUID | None = None
    state: IntentState | None = None
    number: str = ""


async def get_own_intent(*, intent_id: UUID, account_id: UUID) -> Intent:
    """Return an intent of the person behind an account.

    Raises:
        IntentNotFound: there is none, or it is somebody else's.
    """
    return await _one((await _of_account(account_id)).filter(id=intent_id))


async def list_own_intents(
    *, account_id: UUID, state: IntentState | None = None, after: UUID | None = None, limit: int = 20
) -> list[Intent]:
    """Return the intents of the person behind an account, newest first; ``after`` is the last id of the page before."""
    return await _page(await _of_account(account_id), IntentFilter(state=state), after=after, limit=limit)


async def get_employer_intent(*, intent_id: UUID, employer_id: UUID) -> Intent:
    """Return an intent of an employer.

    Raises:
        IntentNotFound: there is none, or it is another employer's.
    """
    return await _one(Intent.filter(id=intent_id, employer_id=employer_id))


async def list_employer_intents(
    *, employer_id: UUID, where: IntentFilter, after: UUID | None = None, limit: int = 20
) -> list[Intent]:
    """Return the intents of an employer, newest first; ``after`` is the last id of the page before.

    Raises:
        IntentNumberMistyped: a number was asked for and is none.
    """
    return await _page(Intent.filter(employer_id=employer_id), where, after=after, limit=limit)


async def get_visible_intent(*, intent_id: UUID, staff: StaffMember) -> Intent:
    """Return an intent that is this staff member's business: made at a fair or by an employer of their town or of none.

    Raises:
        IntentNotFound: there is none, or both are of another town.
    """
    return await _one(_visible_to(staff).filter(id=intent_id))


async def list_visible_intents(
    *, staff: StaffMember, where: IntentFilter, after: UUID | None = None, limit: int = 20
) -> list[Intent]:
    """Return the intents that are this staff member's business, newest first.

    Raises:
        IntentNumberMistyped: the number is none; it names those of theirs that are one slip away.
    """
    return await _page(_visible_to(staff), where, after=after, limit=limit)


async def history_of(intent_id: UUID) -> list[IntentEvent]:
    """Return the steps of an intent, the first one first."""
    return await IntentEvent.filter(intent_id=intent_id).order_by("id")


def _visible_to(staff: StaffMember) -> QuerySet[Intent]:
    if staff.is_administrator:
        return Intent.all()
    of_the_fair = Q(fair_id__isnull=False) & (Q(fair__town_id=staff.town_code) | Q(fair__town_id__isnull=True))
    of_the_employer = Q(employer__town_id=staff.town_code) | Q(employer__town_id__isnull=True)
    return Intent.filter(of_the_fair | of_the_employer)


async def _of_account(account_id: UUID) -> QuerySet[Intent]:
    seeker = await find_seeker(account_id=account_id)
    if seeker is None:
        return Intent.filter(id__in=[])
    return Intent.filter(Q(seeker_id=seeker.id) | Q(seeker__merged_into_id=seeker.id))


async def _one(found: QuerySet[Intent]) -> Intent:
    intent = await found.select_related(*_PARTIES).first()
    if intent is None:
        raise IntentNotFound
    return intent


async def _page(found: QuerySet[Intent], where: IntentFilter, *, after: UUID | None, limit: int) -> list[Intent]:
    if where.number:
        found = await _of_number(found, where.number)
    if where.state is not None:
        found = found.filter(state=where.state)
    if where.fair_id is not None:
        found = found.filter(fair_id=where.fair_id)
    if after is not None:
        found = found.filter(id__lt=after)
    return await found.select_related(*_PARTIES).order_by("-id").limit(limit)


async def _of_number(found: QuerySet[Intent], typed: str) -> QuerySet[Intent]:
    number = INTENT_NUMBERS.read(typed)
    if number is not None:
        return found.filter(number=number)
    candidates = INTENT_NUMBERS.similar(typed)
    known = await found.filter(number__in=candidates).order_by("number").values_list("number", flat=True)
    raise IntentNumberMistyped(tuple(str(other) for other in known))
