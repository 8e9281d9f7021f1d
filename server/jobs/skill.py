"""岗位技能 — what the bot may say of jobs: openings, fairs and one's own applications, from the records alone."""

import re
from collections.abc import Mapping
from typing import Any

from bot.skills import Question, SkillAnswer, SkillCard
from config.clock import beijing
from models.fairs import FairPhase, phase_of
from models.towns import Town
from models.transactions import as_uuid
from server.accounts.service import ConsentRequired
from server.jobs.applications.reading import list_own_applications
from server.jobs.catalogue.criteria import Criteria, JobOrder
from server.jobs.catalogue.listing import list_jobs
from server.jobs.fairs.overview import FairOverview
from server.jobs.fairs.programme import FairTime, list_public_fairs
from server.jobs.fairs.registration import list_registrations
from server.jobs.pay import Pay, format_pay
from server.jobs.seekers.profile import NoProfile
from server.jobs.seekers.recommendation import Recommendation, recommend
from server.jobs.sentences import JobIntent, JobWishes, read_wishes, recognise
from server.search.pairs import query_terms
from server.search.places import Place, distance_in_words

MOST_CARDS = 5
MOST_FAIRS = 3
_FOR_ME = re.compile(r"推荐|适合我|我能[做干找]")
_MY_FAIR = re.compile(r"我(?:已经)?报(?:了|过)?名(?:了|过)?的|我报的|我的报名")
_WEEKDAYS = "一二三四五六日"


class JobsSkill:
    """岗位技能 — fulfils ``bot.skills.Skill``."""

    name = "jobs"

    def recognise(self, text: str) -> str | None:
        """Return the intent of a sentence about jobs, None for any other."""
        return recognise(text)

    async def answer(self, intent: str, question: Question) -> SkillAnswer:
        """Return what the records say now; nothing is stored.

        Raises:
            ValueError: the intent is none of this skill's.
        """
        match JobIntent(intent):
            case JobIntent.JOB_SEARCH:
                return await _openings(question)
            case JobIntent.JOB_FAIR:
                return await _own_fairs(question) if _MY_FAIR.search(question.text) else await _fairs(question)
            case JobIntent.APPLICATION_STATUS:
                return await _applications(question)


async def _openings(question: Question) -> SkillAnswer:
    towns = {town.code: town.name for town in await Town.all()}
    wishes = read_wishes(question.text, towns)
    if wishes == JobWishes("", None, "", is_near=False) and _FOR_ME.search(question.text):
        found = await _recommended(question)
        if found:
            cards = tuple(_job(item.row, towns, item.score.reasons[0].text) for item in found)
            return SkillAnswer(f"按您的求职资料，为您挑了 {len(found)} 个岗位", cards)
    place = None
    if question.latitude is not None and question.longitude is not None and not wishes.town_code:
        place = Place(question.latitude, question.longitude)
    words = wishes.words if query_terms(wishes.words) else ""
    rows = await _search(wishes, words, place, question)
    asked, instead = _what(wishes, words, towns), ""
    if not rows and words:
        rows = await _search(wishes, "", place, question)
        instead = f"现在没有找到{asked}，先"
        asked = _what(wishes, "", towns)
    if not rows:
        return SkillAnswer(f"现在没有{asked}；可以订阅搜索，有新岗位时会通知您")
    hint = "；允许使用位置信息后可以由近到远看" if wishes.is_near and place is None and not wishes.town_code else ""
    cards = tuple(_job(row, towns, distance_in_words(row.get("metres"))) for row in rows)
    return SkillAnswer(f"{instead}为您列出 {len(rows)} 个{asked}{hint}", cards)


async def _recommended(question: Question) -> list[Recommendation]:
    """Return recommendations; none for who is not known, gave no consent or no profile: then a search answers."""
    if question.account_id is None:
        return []
    try:
        return await recommend(account_id=question.account_id, at=question.at, limit=MOST_CARDS)
    except (ConsentRequired, NoProfile):
        return []


async def _search(wishes: JobWishes, words: str, place: Place | None, question: Question) -> list[Mapping[str, Any]]:
    order = JobOrder.RELEVANCE if words else JobOrder.NEWEST
    if place is not None and (wishes.is_near or not words):
        order = JobOrder.DISTANCE
    criteria = Criteria(q=words, town=wishes.town_code, kind=wishes.kind)
    page = await list_jobs(at=question.at, criteria=criteria, order=order, near=place, limit=MOST_CARDS)
    if not page.rows and order is JobOrder.DISTANCE:  # postings without coordinates have no distance
        other = JobOrder.RELEVANCE if words else JobOrder.NEWEST
        page = await list_jobs(at=question.at, criteria=criteria, order=other, limit=MOST_CARDS)
    return page.rows


def _what(wishes: JobWishes, words: str, towns: Mapping[str, str]) -> str:
    kind = wishes.kind.label if wishes.kind else ""
    about = [towns.get(wishes.town_code, ""), f"「{words}」" if words else ""]
    which = "".join(about) + ("的" if any(about) else "")
    return which + (kind if kind.endswith(("岗", "岗位")) else f"{kind}岗位")


def _job(row: Mapping[str, Any], towns: Mapping[str, str], more: str) -> SkillCard:
    pay = "工资见详情"
    if row["pay_min_fen"] is not None or row["pay_is_negotiable"]:
        figures = (row["pay_min_fen"], row["pay_max_fen"], row["pay_months"], bool(row["pay_is_negotiable"]))
        pay = format_pay(Pay(*figures))
    where = towns.get(row["town_id"] or "", "高邮以外")
    lines = (row["employer_name"], f"{where} · {pay}", *((more,) if more else ()))
    return SkillCard(title=row["title"], lines=lines, link=f"/v1/jobs/{as_uuid(row['id'])}")


async def _fairs(question: Question) -> SkillAnswer:
    towns = {town.code: town.name for town in await Town.all()}
    town = read_wishes(question.text, towns).town_code
    coming = await list_public_fairs(at=question.at, when=FairTime.UPCOMING, town=town, limit=MOST_FAIRS)
    if coming.fairs:
        cards = tuple(_fair(fair, question) for fair in coming.fairs)
        return SkillAnswer(f"最近的招聘会有 {len(cards)} 场，可以在详情里报名", cards)
    past = await list_public_fairs(at=question.at, when=FairTime.PAST, town=town, limit=1)
    cards = tuple(_fair(fair, question) for fair in past.fairs)
    before = "；上一场是" if cards else ""
    return SkillAnswer(f"目前没有公布新的{towns.get(town, '')}招聘会{before}", cards)


async def _own_fairs(question: Question) -> SkillAnswer:
    if question.account_id is None:
        return _log_in("报名的招聘会")
    registered = await list_registrations(account_id=question.account_id, limit=20)
    alive = [item for item in registered if item.registration.cancelled_at is None and item.fair.ends_at > question.at]
    if not alive:
        return SkillAnswer("您没有报名还没结束的招聘会；可以问我「最近的招聘会」")
    alive.sort(key=lambda item: item.fair.starts_at)
    cards = tuple(
        _fair(item.fair, question, f"报名号 {item.registration.number}，到场时出示") for item in alive[:MOST_FAIRS]
    )
    return SkillAnswer(f"您报名了 {len(alive)} 场招聘会", cards)


def _fair(fair: FairOverview, question: Question, more: str = "") -> SkillCard:
    start, end = beijing(fair.starts_at), beijing(fair.ends_at)
    phase = phase_of(state=fair.state, starts_at=fair.starts_at, ends_at=fair.ends_at, at=question.at)
    day = f"{start.month}月{start.day}日（周{_WEEKDAYS[start.weekday()]}）"
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end.month}月{end.day}日 {end:%H:%M}"
    places = "" if fair.capacity is None else f"，还可报名 {max(0, fair.capacity - fair.registered)} 人"
    lines = [f"{day}{start:%H:%M}–{until}", fair.place, f"{fair.employers} 家单位，{fair.openings} 个岗位名额{places}"]
    if phase is FairPhase.CANCELLED:
        lines = [f"已取消：{fair.state_reason}" if fair.state_reason else "已取消", *lines[:2]]
    elif phase is FairPhase.RUNNING:
        lines.insert(0, "正在进行")
    elif phase is FairPhase.OVER:
        lines = ["已结束", *lines[:2]]
    return SkillCard(title=fair.title, lines=(*lines, *((more,) if more else ())), link=f"/v1/fairs/{fair.id}")


async def _applications(question: Question) -> SkillAnswer:
    if question.account_id is None:
        return _log_in("投递进度")
    found = await list_own_applications(account_id=question.account_id, limit=MOST_CARDS)
    if not found:
        return SkillAnswer("您还没有投递过岗位；可以问我「附近有什么岗位」")
    cards = tuple(
        SkillCard(
            title=item.posting_title,
            lines=(item.employer_name, item.state.label, item.next_step),
            link=f"/v1/applications/{item.id}",
        )
        for item in found
    )
    latest = max(found, key=lambda item: item.updated_at)
    told = f"最近有变化的是「{latest.posting_title}」：{latest.state.label}"
    return SkillAnswer(f"您最近的 {len(found)} 份投递如下，{told}", cards)


def _log_in(what: str) -> SkillAnswer:
    return SkillAnswer(f"请先登录，登录后可以查看您的{what}", needs_login=True)
