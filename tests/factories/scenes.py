"""小程序码工厂 — codes that a test asks for by what they lead to."""

from typing import Any
from uuid import UUID, uuid4

from models.scenes import SceneCode, SceneSubject
from server.scenes.service import ORDINARY_WIDTH
from tests.factories.cards import make_account


async def make_scene_code(subject: SceneSubject, subject_id: UUID, **overrides: Any) -> SceneCode:
    """Make the code of a record."""
    values: dict[str, Any] = {
        "scene": uuid4().hex[:12],
        "subject": subject,
        "subject_id": subject_id,
        "width": ORDINARY_WIDTH,
        "created_by_id": overrides.pop("created_by_id", None) or (await make_account()).id,
    }
    return await SceneCode.create(**(values | overrides))
