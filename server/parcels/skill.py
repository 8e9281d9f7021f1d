"""包裹技能 — what the bot may say of somebody's own parcels, from the records alone."""

from uuid import UUID

from bot.skills import Question, SkillAnswer, SkillCard
from models.identifiers import mask_name
from models.transactions import fetch_row
from server.parcels.following import FollowedParcel, ListedParcel, ParcelNotFound, get_parcel, list_parcels
from server.parcels.numbers import ParcelNumberMistyped
from server.parcels.sentences import ParcelIntent, find_carriers_number, find_number, recognise
from server.parcels.states import ENDS

MOST_CARDS = 5
_LOOKED_AT = 20


class ParcelsSkill:
    """包裹技能 — fulfils ``bot.skills.Skill``."""

    name = "parcels"

    def recognise(self, text: str) -> str | None:
        """Return the intent of a sentence about one's own parcels, None for any other."""
        return recognise(text)

    async def answer(self, intent: str, question: Question) -> SkillAnswer:
        """Return what the records say now; nobody hears of somebody else's parcel.

        Raises:
            ValueError: the intent is none of this skill's.
        """
        kind = ParcelIntent(intent)
        if question.account_id is None:
            return SkillAnswer("请先登录，登录后可以查看您的包裹到哪了", needs_login=True)
        if kind is ParcelIntent.PARCEL_NUMBER:
            return await _by_number(question, question.account_id)
        return await _own(question, question.account_id)


async def _by_number(question: Question, account_id: UUID) -> SkillAnswer:
    number = find_number(question.text) or await _number_of(find_carriers_number(question.text), account_id)
    if not number:
        return SkillAnswer("没有找到用这个单号寄的包裹；这里只能查您自己预约的包裹，别人寄给您的请让寄件人发分享链接")
    try:
        return _one(await get_parcel(number=number, account_id=account_id, at=question.at))
    except (ParcelNumberMistyped, ParcelNotFound) as refusal:
        return SkillAnswer(refusal.detail.removesuffix("。"))


async def _number_of(tracking_number: str, account_id: UUID) -> str:
    row = await fetch_row(
        "SELECT number FROM parcels WHERE account_id = $1 AND tracking_number = $2 ORDER BY id DESC LIMIT 1",
        account_id,
        tracking_number,
    )
    return str(row["number"]) if row else ""


async def _own(question: Question, account_id: UUID) -> SkillAnswer:
    """Speak of what is still under way; if nothing is, of the last parcel."""
    found = await list_parcels(account_id=account_id, at=question.at, limit=_LOOKED_AT)
    if not found:
        return SkillAnswer("您还没有预约过包裹；可以到「寄包裹」里预约")
    under_way = [parcel for parcel in found if parcel.state not in ENDS] or found[:1]
    if len(under_way) == 1:
        return _one(await get_parcel(number=under_way[0].row["number"], account_id=account_id, at=question.at))
    cards = tuple(_card(parcel) for parcel in under_way[:MOST_CARDS])
    more = f"，先列出最近的 {MOST_CARDS} 个" if len(under_way) > MOST_CARDS else ""
    return SkillAnswer(f"您有 {len(under_way)} 个包裹还没有结束{more}", cards)


def _one(parcel: FollowedParcel) -> SkillAnswer:
    number, last = parcel.row["number"], parcel.timeline[0]
    told = f"包裹 {number} {parcel.state.label}：{last.when}，{last.sentence}。{parcel.next_step}"
    lines = tuple(f"{entry.when} {entry.sentence}" for entry in parcel.timeline[:MOST_CARDS])
    return SkillAnswer(told, (SkillCard(number, lines, f"/v1/parcels/{number}"),))


def _card(parcel: ListedParcel) -> SkillCard:
    number = parcel.row["number"]
    to = mask_name(parcel.recipient.name) if parcel.recipient else ""
    who = f"寄给 {to} · {parcel.row['recipient_region']}" if to else parcel.row["service_name"]
    return SkillCard(f"{number} {parcel.state.label}", (who, parcel.next_step), f"/v1/parcels/{number}")
