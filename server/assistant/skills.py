"""技能清单 — with ``app.py`` and ``worker.py`` the only place that lists the domains: what the bot can look up."""

from bot.skills import Skill
from server.jobs.skill import JobsSkill
from server.parcels.skill import ParcelsSkill
from server.perks.skill import PerksSkill
from server.stations.skill import StationsSkill

SKILLS: tuple[Skill, ...] = (ParcelsSkill(), JobsSkill(), StationsSkill(), PerksSkill())
"""In the order in which they are asked whether a sentence is theirs."""
