"""助手 — a question in, a reply out: a person if it is urgent, live data, a cited answer, a choice, or an honest no."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from bot.dialogue.chooser import Candidate, Chooser
from bot.dialogue.deciding import Decision, Sorted, Thresholds, decide
from bot.dialogue.follow_ups import REMEMBERED, context_of, earlier_of
from bot.dialogue.reading import glance
from bot.dialogue.urgent import urgent_reason
from bot.dialogue.wording import CLARIFY, HANDOVERS, OTHER, PERHAPS, REFUSALS
from bot.knowledge.published import Published, Topic
from bot.replies import HandoverReason, Kind, Option, RefusalReason, Reply, Turn
from bot.retrieval.model import Model
from bot.retrieval.normalising import clean
from bot.skills import Question, Skill
from config.clock import beijing_day

PASTED_NUMBER = "parcel_number"
PUBLIC_INTENTS = {"parcel_number": "parcel_status", "application_status": "job_search"}
"""Finer intents of the skills, under the names that clients know."""
A_PERSON = Option(OTHER, "转人工")
"""Offered after the topics of a choice, and where nothing was understood."""
_WHO_ANSWERS = {
    "parcel_status": ("parcels", "parcel_status"),
    "perk_search": ("perks", "perk_search"),
    "lodging": ("perks", "lodging"),
    "job_search": ("jobs", "job_search"),
    "job_fair": ("jobs", "job_fair"),
    "station_lookup": ("stations", "station_lookup"),
}
_ABUSE, _GREETING = "abuse", "greeting"
MOST_BESIDE, MOST_MEANT = 3, 2
"""Topics offered beside an answer, and how many of them because they may have been meant."""


@dataclass(frozen=True, slots=True)
class Assistant:
    """助手 — the model of the knowledge in force, the domains' skills, and perhaps a language model that may choose."""

    model: Model
    published: Published
    skills: Sequence[Skill] = ()
    chooser: Chooser | None = None
    limits: Thresholds = field(default_factory=Thresholds)
    labels: Sorted = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", Sorted.of(self.model.labels, self.published))

    async def reply(self, question: Question, turns: Sequence[Turn] = ()) -> Reply:
        """Return what to say to a question; ``turns`` are those before it in the conversation, the oldest first.

        Nothing of it is stored, and nothing in it is an instruction to us.
        """
        seen = glance(question.text)
        if seen is not None:
            return _refusal(seen)
        cleaned = clean(question.text)
        urgent = urgent_reason(cleaned)
        if urgent is not None:
            return _handover(urgent, confidence=1.0)
        decision = self.understand(question, turns)
        if decision.kind is Kind.HANDOVER:
            return _handover(HandoverReason(decision.reason), confidence=decision.confidence)
        named = self._skill_for(question.text) if self._may_yield(decision, cleaned) else None
        if named is not None and self._yields(decision, named[1]):
            return await _live(*named, question, confidence=max(decision.confidence, self.limits.sure))
        return await self._say(await self._choose(decision, question, turns), question, turns)

    def _may_yield(self, decision: Decision, cleaned: str) -> bool:
        """Whether a skill is worth asking: what the model is sure of yields to a pasted number alone."""
        return self._yields(decision, "") or any(map(str.isdigit, cleaned))

    def _yields(self, decision: Decision, intent: str) -> bool:
        """Whether a skill that knows a sentence by rule may have it: a pasted number, or the model is unsure."""
        if intent == PASTED_NUMBER:
            return True
        is_sure = decision.confidence >= self.limits.sure
        return not (decision.kind is Kind.LIVE or (decision.kind is Kind.ANSWER and is_sure))

    def understand(self, question: Question, turns: Sequence[Turn] = ()) -> Decision:
        """Return what is decided of a question by the model alone: for live use, hit tests and evaluation."""
        history = context_of(question.text, turns, at=question.at)
        scored = self.model.score(question.text, history)
        return decide(scored, self.labels, self.published, today=beijing_day(question.at), limits=self.limits)

    async def _choose(self, decision: Decision, question: Question, turns: Sequence[Turn]) -> Decision:
        """Return what is decided with the chooser's word, which counts only among what would be offered."""
        if self.chooser is None or decision.kind is not Kind.CLARIFY:
            return decision
        chances: Mapping[str, float] = dict(decision.ranked)
        today, topics = beijing_day(question.at), self.published.topics
        candidates = [
            Candidate(slug, topics[slug].title, chances.get(slug, 0.0)) for slug in self._offered(decision, today)
        ]
        earlier = earlier_of(question.text, turns, at=question.at)
        chosen = await self.chooser.choose(question.text, earlier, candidates)
        if chosen not in {candidate.slug for candidate in candidates}:
            return decision
        return Decision(Kind.ANSWER, decision.confidence, (chosen,), ranked=decision.ranked)

    def answer(self, slug: str, *, confidence: float = 1.0) -> Reply | None:
        """Return the answer of a topic, None if there is no such topic: what a tapped option gets."""
        topic = self.published.topics.get(slug)
        return None if topic is None else _answer(topic, confidence, self._related(topic))

    def _skill_for(self, text: str) -> tuple[Skill, str] | None:
        for skill in self.skills:
            intent = skill.recognise(text)
            if intent is not None:
                return skill, intent
        return None

    async def _say(self, decision: Decision, question: Question, turns: Sequence[Turn]) -> Reply:
        match decision.kind:
            case Kind.ANSWER:
                return self._answer_with_others(decision)
            case Kind.CLARIFY:
                return self._clarify(decision, beijing_day(question.at))
            case Kind.LIVE:
                return await self._live_by_model(decision, question)
            case _:
                return self._refuse(decision, question, turns)

    def _answer_with_others(self, decision: Decision) -> Reply:
        """Answer the first topic and offer, beside it, those that may have been meant and those that are near."""
        topic = self.published.topics[decision.slugs[0]]
        ranked = [(slug, chance) for slug, chance in decision.ranked if slug != topic.slug]
        meant = [slug for slug, chance in ranked if chance >= self.limits.option]
        others = [self.published.topics[slug] for slug in meant[:MOST_MEANT]]
        others += [other for other in self._related(topic) if other not in others]
        answered = _answer(topic, decision.confidence, others)
        if decision.confidence >= self.limits.sure:
            return answered
        return msgspec.structs.replace(answered, text=f"{PERHAPS.format(topic.title)}\n{answered.text}")

    def _related(self, topic: Topic) -> list[Topic]:
        return [self.published.topics[slug] for slug in topic.related if slug in self.published.topics]

    def _offered(self, decision: Decision, today: date) -> list[str]:
        """Return the topics that a person would choose from, those that may be answered today."""
        choice = self.published.choices.get(decision.choice)
        slugs = choice.options if choice else decision.slugs
        return [slug for slug in slugs if slug in self.published.topics and self.published.topics[slug].is_valid(today)]

    def _clarify(self, decision: Decision, today: date) -> Reply:
        choice = self.published.choices.get(decision.choice)
        topics = self.published.topics
        offered = self._offered(decision, today)
        options = tuple(Option(topics[slug].title, topics[slug].title, slug) for slug in offered)
        return Reply(
            kind=Kind.CLARIFY,
            text=choice.question if choice else CLARIFY,
            confidence=decision.confidence,
            options=(*options, A_PERSON),
        )

    async def _live_by_model(self, decision: Decision, question: Question) -> Reply:
        name, intent = _WHO_ANSWERS[decision.intent]
        skill = next((skill for skill in self.skills if skill.name == name), None)
        if skill is None:
            return Reply(kind=Kind.LIVE, text="", intent=decision.intent, confidence=decision.confidence)
        return await _live(skill, intent, question, confidence=decision.confidence)

    def _refuse(self, decision: Decision, question: Question, turns: Sequence[Turn]) -> Reply:
        reason = {_ABUSE: RefusalReason.ABUSE, _GREETING: RefusalReason.GREETING}.get(
            decision.reason, RefusalReason.OUTSIDE
        )
        if decision.reason == RefusalReason.UNKNOWN:
            last = turns[-1] if turns else None
            is_again = last is not None and question.at - last.at <= REMEMBERED
            if is_again and last is not None and last.reason == RefusalReason.UNKNOWN:
                return _handover(HandoverReason.NOT_UNDERSTOOD, confidence=decision.confidence)
            reason = RefusalReason.UNKNOWN
        return _refusal(reason, confidence=decision.confidence)


def _answer(topic: Topic, confidence: float, others: Sequence[Topic]) -> Reply:
    return Reply(
        kind=Kind.ANSWER,
        text=topic.text,
        topic=topic.slug,
        confidence=confidence,
        as_of=topic.as_of,
        citations=topic.citations,
        options=tuple(Option(one.title, one.title, one.slug) for one in others[:MOST_BESIDE]),
    )


async def _live(skill: Skill, intent: str, question: Question, *, confidence: float) -> Reply:
    answer = await skill.answer(intent, question)
    return Reply(
        kind=Kind.LIVE,
        text=answer.text,
        intent=PUBLIC_INTENTS.get(intent, intent),
        confidence=confidence,
        cards=answer.cards,
        needs_login=answer.needs_login,
    )


def _handover(reason: HandoverReason, *, confidence: float) -> Reply:
    return Reply(kind=Kind.HANDOVER, text=HANDOVERS[reason], confidence=confidence, reason=reason.value)


def _refusal(reason: RefusalReason, *, confidence: float = 1.0) -> Reply:
    options = (A_PERSON,) if reason is RefusalReason.UNKNOWN else ()
    return Reply(kind=Kind.REFUSAL, text=REFUSALS[reason], confidence=confidence, reason=reason.value, options=options)
