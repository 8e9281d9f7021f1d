"""在用的助手 — what every process answers with: it notices within two seconds that something else is in force."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import msgspec

from bot.assistant import Assistant
from bot.knowledge.loading import load_categories
from bot.knowledge.published import Published, publish
from bot.retrieval.model import Model
from config.clock import beijing_day, utc_now
from config.logging import get_logger
from config.settings import Settings
from models.errors import Unavailable
from server.assistant.knowledge.in_force import InForce, is_as_shipped, knowledge_in_force, mark_in_force
from server.assistant.language_model import language_model_of
from server.assistant.skills import SKILLS
from server.assistant.training import PUBLISHED, folder_of, is_made, latest_model
from server.resources import Resources, resources

LOOK_SECONDS = 1.0
"""How often a process that is asked looks whether something else is in force: one cheap query."""
_log = get_logger("assistant")


class AssistantNotReady(Unavailable):
    message = "助手正在准备，马上就好"
    next_step = "请过半分钟再问"


@dataclass(slots=True)
class _InUse:
    """What a process answers with, and since when it knows that this is right."""

    of: Resources
    assistant: Assistant | None = None
    mark: tuple[date, int, int] | None = None
    key: str = ""
    model: Path | None = None
    looked_at: float = 0.0
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)


_in_use: _InUse | None = None


async def current_assistant() -> Assistant:
    """Return the assistant of the knowledge in force, with the language model that may choose if one is set.

    What it says is always that; the model that understands questions follows once it is trained, and until then the
    last one serves. While one question brings in what is new, the others are answered with what there was.

    Raises:
        AssistantNotReady: no model was ever made on this machine.
    """
    global _in_use
    here = _in_use
    if here is None or here.of is not resources():
        here = _in_use = _InUse(resources())
    if here.assistant is None or (time.monotonic() - here.looked_at >= LOOK_SECONDS and not here.looking.locked()):
        async with here.looking:
            if here.assistant is None or time.monotonic() - here.looked_at >= LOOK_SECONDS:
                await _look(here)
    if here.assistant is None:
        raise AssistantNotReady
    return here.assistant


async def _look(here: _InUse) -> None:
    """Bring in what is in force if it is something else, and its model as soon as it is made."""
    settings, today = here.of.settings, beijing_day(utc_now())
    mark = await mark_in_force(today)
    here.looked_at = time.monotonic()
    found = None if mark == here.mark or await is_as_shipped(today) else await knowledge_in_force(today)
    key = here.key if mark == here.mark else found.key if found else ""
    model = _model_of(settings, key)
    if model is None or (here.assistant is not None and (key, model) == (here.key, here.model)):
        here.mark = mark if model else None
        return
    try:
        published = await _published(settings, key, found, today)
        here.assistant = Assistant(
            await asyncio.to_thread(_load_model, model), published, SKILLS, language_model_of(here.of)
        )
    except OSError as fault:  # an old model is just being removed: what there was serves until the next look
        _log.warning("assistant.not_loaded", exc_info=fault)
        return
    here.mark, here.key, here.model = mark, key, model
    _log.info("assistant.in_force", count=len(published.topics))


def _model_of(settings: Settings, key: str) -> Path | None:
    exact = folder_of(settings, key)
    return exact if is_made(exact) else latest_model(settings)


async def _published(settings: Settings, key: str, found: InForce | None, today: date) -> Published:
    """Return what may be said: from beside the model if there is one of this very knowledge, else from the records."""
    exact = folder_of(settings, key)
    if is_made(exact):
        return await asyncio.to_thread(_load_published, exact)
    found = found or await knowledge_in_force(today)
    return await asyncio.to_thread(publish, found.knowledge, load_categories())


@lru_cache(maxsize=1)
def _load_model(folder: Path) -> Model:
    from bot.retrieval.model import load_model  # numpy, which a process that is never asked need not carry

    return load_model(folder)


@lru_cache(maxsize=1)
def _load_published(folder: Path) -> Published:
    return msgspec.json.decode((folder / PUBLISHED).read_bytes(), type=Published)
