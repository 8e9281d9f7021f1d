"""优惠管理 — staff write, publish, change, suspend and end perks."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from models.errors import Conflict, FieldError, Invalid
from models.merchants import Branch, Merchant
from models.perk_terms import EVERYBODY
from models.perks import PERK_TRANSITIONS, Perk, PerkBranch, PerkCategory, PerkState
from models.redemptions import PerkUsage
from models.towns import Town
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.perks.catalogue import PerkNotFound
from server.perks.drafts import PerkChanges, PerkDraft, columns_of, faults_of

STATE_WORDS = {
    PerkState.DRAFT: "还是草稿",
    PerkState.LIVE: "已经上线",
    PerkState.SUSPENDED: "已经暂停",
    PerkState.ENDED: "已经结束",
}
_READY = "source <> '' AND (merchant_id IS NULL OR EXISTS (SELECT 1 FROM perk_branches t WHERE t.perk_id = perks.id))"


class PerkTermsInvalid(Invalid):
    message = "优惠的内容有误"


class PerkNumberTaken(Conflict):
    message = "这个编号已有一项优惠"
    next_step = "请换一个编号，或修改原来的优惠"


class PerkStateForbids(Conflict):
    message = "这项优惠现在的状态不允许这样做"
    next_step = "请刷新后看一下它的状态"


class PerkHasNoSource(Conflict):
    message = "这项优惠没有写依据文件，不能上线"
    next_step = "请先补上依据文件"


class PerkHasNoBranches(Conflict):
    message = "这项优惠没有选门店，不能上线"
    next_step = "请先选至少一个门店"


class TotalBelowUse(Conflict):
    message = "总量不能低于已经用掉的次数"
    next_step = "请改成不低于已用次数的数，或暂停这项优惠"


@dataclass(frozen=True, slots=True)
class PerkFile:
    """A perk as staff see it: with the branches, and how much of its total is used."""

    perk: Perk
    category_name: str
    branches: list[Branch]
    used_ever: int


async def create_perk(*, draft: PerkDraft, staff: StaffMember, at: datetime) -> UUID:
    """Store a perk as a draft, which nobody but staff sees, and return its id.

    Raises:
        PerkTermsInvalid: something does not hold; it carries every fault.
        PerkNumberTaken: the number is another perk's.
    """
    checked = await _checked(draft)
    try:
        async with transaction():
            perk = await Perk.create(**columns_of(checked), created_at=at, updated_at=at)
            for branch_id in checked.branch_ids:
                await PerkBranch.create(perk_id=perk.id, branch_id=branch_id)
            await _audit("perk.created", perk.id, staff=staff, detail={"number": checked.number})
    except IntegrityError:
        raise PerkNumberTaken from None
    return perk.id


async def update_perk(*, perk_id: UUID, changes: PerkChanges, staff: StaffMember, at: datetime) -> None:
    """Change some of the terms, of a live perk too; the audit names the fields.

    A redemption in flight still counts by the old limits. A limit set where there was none counts from then on.

    Raises:
        PerkNotFound: there is none.
        PerkStateForbids: it has ended.
        PerkTermsInvalid: the result does not hold; it carries every fault.
        PerkHasNoSource, PerkHasNoBranches: a live perk would be left without.
        TotalBelowUse: more is used than the new total.
    """
    async with transaction():
        # takes the row for this transaction on both databases, so that two changes never mix
        if not await execute("UPDATE perks SET updated_at = updated_at WHERE id = $1 AND state <> 'ended'", perk_id):
            await _refuse_state(perk_id, "修改")
        perk = await Perk.get(id=perk_id)
        known = tuple(sorted(await _branch_ids(perk_id)))
        before = draft_of(perk, branch_ids=known)
        after = await _checked(dataclasses.replace(before, **changes.wanted()))
        if perk.state is PerkState.LIVE:
            _refuse_unready(after)
        await _refuse_total_below_use(perk_id, after.total_ever, before.total_ever)
        values = {name: value for name, value in columns_of(after).items() if getattr(perk, name) != value}
        changed = sorted(values.keys() - {"search_text"})
        if set(after.branch_ids) != set(known):
            await _set_branches(perk_id, after.branch_ids, known)
            changed.append("branches")
        if changed:
            perk.update_from_dict(values | {"updated_at": at})
            await perk.save(update_fields=[*values, "updated_at"])
            await _audit("perk.changed", perk_id, staff=staff, detail={"fields": changed, "state": perk.state.value})


def draft_of(perk: Perk, *, branch_ids: tuple[UUID, ...]) -> PerkDraft:
    """Return the terms of a stored perk."""
    names = {field.name for field in dataclasses.fields(PerkDraft)} - {"category_code", "branch_ids"}
    values = {name: getattr(perk, name) for name in names}
    return PerkDraft(**values, category_code=perk.category_id, branch_ids=branch_ids)


async def _checked(draft: PerkDraft) -> PerkDraft:
    """Return the draft with its provider filled in, if all of it holds."""
    faults = list(faults_of(draft))
    if not await PerkCategory.exists(code=draft.category_code):
        faults.append(("category", "没有这个类别"))
    if draft.households and await Town.filter(code__in=draft.households).count() < len(set(draft.households)):
        faults.append(("households", "不是高邮市的乡镇（街道）代码"))
    merchant = await Merchant.get_or_none(id=draft.merchant_id) if draft.merchant_id else None
    if draft.merchant_id and merchant is None:
        faults.append(("merchant_id", "没有这个商户"))
    elif draft.merchant_id and draft.branch_ids:
        own = await Branch.filter(id__in=draft.branch_ids, merchant_id=draft.merchant_id).count()
        if own < len(set(draft.branch_ids)):
            faults.append(("branch_ids", "有门店不属于这个商户"))
    if faults:
        raise PerkTermsInvalid(errors=tuple(FieldError(field, message) for field, message in faults))
    provider = draft.provider.strip() or (merchant.name if merchant else "")
    return dataclasses.replace(draft, provider=provider, branch_ids=tuple(dict.fromkeys(draft.branch_ids)))


def _refuse_unready(draft: PerkDraft) -> None:
    if not draft.source:
        raise PerkHasNoSource("这项优惠已经上线，依据文件不能清空")
    if draft.merchant_id and not draft.branch_ids:
        raise PerkHasNoBranches("这项优惠已经上线，门店不能清空")


async def _refuse_total_below_use(perk_id: UUID, total: int | None, old_total: int | None) -> None:
    if total is None or total == old_total:
        return
    used = await _used_ever(perk_id)
    if total < used:
        errors = (FieldError("limits.total_ever", f"已经用掉 {used} 次，不能低于 {used}"),)
        raise TotalBelowUse(f"已经用掉 {used} 次，总量不能改成 {total}", errors=errors)


async def _used_ever(perk_id: UUID) -> int:
    usage = await PerkUsage.get_or_none(perk_id=perk_id, subject=EVERYBODY, period="ever")
    return usage.used if usage else 0


async def _branch_ids(perk_id: UUID) -> list[UUID]:
    return [link.branch_id for link in await PerkBranch.filter(perk_id=perk_id)]


async def _set_branches(perk_id: UUID, wanted: Sequence[UUID], known: Sequence[UUID]) -> None:
    await PerkBranch.filter(perk_id=perk_id, branch_id__in=set(known) - set(wanted)).delete()
    for branch_id in wanted:
        if branch_id not in known:
            await PerkBranch.create(perk_id=perk_id, branch_id=branch_id)


async def publish_perk(*, perk_id: UUID, staff: StaffMember, at: datetime) -> None:
    """Put a draft or a suspended perk before the public.

    Raises:
        PerkNotFound: there is none.
        PerkStateForbids: it is live, or has ended.
        PerkHasNoSource: no document is named that grants it.
        PerkHasNoBranches: it is a merchant's and no branch grants it.
    """
    async with transaction():
        if await _move(perk_id, PerkState.LIVE, reason="", also=_READY, at=at):
            await _audit("perk.published", perk_id, staff=staff, detail={})
            return
        perk = await Perk.get_or_none(id=perk_id)
        if perk is not None and PerkState.LIVE in PERK_TRANSITIONS[perk.state]:
            raise PerkHasNoBranches if perk.source else PerkHasNoSource
        await _refuse_state(perk_id, "上线")


async def suspend_perk(*, perk_id: UUID, reason: str, staff: StaffMember, at: datetime) -> None:
    """Stop a live perk until it is published again.

    Raises:
        PerkNotFound: there is none.
        PerkStateForbids: it is not live.
    """
    async with transaction():
        if not await _move(perk_id, PerkState.SUSPENDED, reason=reason, at=at):
            await _refuse_state(perk_id, "暂停")
        await _audit("perk.suspended", perk_id, staff=staff, detail={"reason": reason})


async def end_perk(*, perk_id: UUID, reason: str, staff: StaffMember, at: datetime) -> None:
    """End a live or suspended perk for good.

    Raises:
        PerkNotFound: there is none.
        PerkStateForbids: it is a draft, or has ended.
    """
    async with transaction():
        if not await _move(perk_id, PerkState.ENDED, reason=reason, at=at):
            await _refuse_state(perk_id, "结束")
        await _audit("perk.ended", perk_id, staff=staff, detail={"reason": reason})


async def _move(perk_id: UUID, target: PerkState, *, reason: str, at: datetime, also: str = "1 = 1") -> int:
    sources = [source.value for source, targets in PERK_TRANSITIONS.items() if target in targets]
    places = ", ".join(f"${place}" for place in range(5, 5 + len(sources)))
    return await execute(
        "UPDATE perks SET state = $1, state_reason = $2, updated_at = $3 "
        f"WHERE id = $4 AND state IN ({places}) AND {also}",
        *(target.value, reason, at, perk_id, *sources),
    )


async def _refuse_state(perk_id: UUID, deed: str) -> None:
    perk = await Perk.get_or_none(id=perk_id)
    if perk is None:
        raise PerkNotFound
    raise PerkStateForbids(f"这项优惠{STATE_WORDS[perk.state]}，不能{deed}")


async def list_perks(
    *,
    q: str = "",
    state: PerkState | None = None,
    merchant_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 20,
) -> list[Perk]:
    """Return perks in every state, newest first, of which ``q`` is in the number, title or provider."""
    found = Perk.all()
    if q:
        found = found.filter(Q(number__icontains=q) | Q(title__icontains=q) | Q(provider__icontains=q))
    if state is not None:
        found = found.filter(state=state)
    if merchant_id is not None:
        found = found.filter(merchant_id=merchant_id)
    if after is not None:
        found = found.filter(id__lt=after)
    return await found.order_by("-id").limit(limit)


async def get_perk_file(*, perk_id: UUID) -> PerkFile:
    """Return a perk in whatever state, with its branches by name.

    Raises:
        PerkNotFound: there is none.
    """
    perk = await Perk.get_or_none(id=perk_id).select_related("category")
    if perk is None:
        raise PerkNotFound
    branches = await Branch.filter(perk_branches__perk_id=perk_id).order_by("name", "id")
    return PerkFile(perk, perk.category.name, branches, await _used_ever(perk_id))


async def _audit(action: str, perk_id: UUID, *, staff: StaffMember, detail: dict[str, object]) -> None:
    await record(
        account_id=staff.account_id,
        role=staff.staff_role.value,
        action=action,
        record_type="perk",
        record_id=perk_id,
        detail=detail,
    )
