"""助手 — a question in, a reply out: a person if it is urgent, live data, a cited answer, a choice, or an honest no."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.dialogue.chooser import Chooser
from bot.dialogue.deciding import Decision, Thresholds, decide
from bot.dialogue.follow_ups import context_of
from bot.dialogue.urgent import urgent_reason
from bot.dialogue.wording import CLARIFY, HANDOVERS, OTHER, REFUSALS
from bot.knowledge.published import Published
from bot.replies import Citation, HandoverReason, Kind, Option, RefusalReason, Reply, Turn
from bot.skills import Question, Skill, SkillAnswer
