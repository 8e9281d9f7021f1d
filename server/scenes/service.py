"""小程序码业务 — one scene for each record, and what a scene leads to."""

import secrets
from datetime import datetime
from uuid import UUID

from models.base import new_id
from models.errors import NotFound, Unavailable
from models.scenes import SceneCode, SceneSubject
from models.transactions import execute, transaction
from server.accounts.guards import StaffMember
from server.audit.service import record
from server.scenes.subjects import Destination, find_destination, find_subject, require_visible

LONGEST_SCENE = 32
ORDINARY_WIDTH = 430
NARROWEST, WIDEST = 280, 1280
"""Pixels of a picture, as getwxacodeunlimit allows."""
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_RANDOM_SIGNS = 12


class SceneNotFound(NotFound):
    message = "这个码没有对应的内容，可能已经下线"
    next_step = "请从小程序首页查找；海报上的码扫不开的，请告诉贴海报的单位"


class CodeNotFound(NotFound):
    message = "没有这个小程序码"
    next_step = "请重新生成；同一个对象得到的是同一个码"


class MiniProgramNotPublished(Unavailable):
    """WeChat makes codes and links only for pages of a published version."""

    message = "小程序还没有发布，微信不给生成"
    next_step = "请先在小程序后台发布一个版本，再来生成"


NOT_PUBLISHED = {41030: MiniProgramNotPublished, 85079: MiniProgramNotPublished}


async def make_code(
    *, subject: SceneSubject, reference: str, width: int | None, staff: StaffMember, at: datetime
) -> SceneCode:
    """Return the code of a record, made at the first request; a width that is given holds from now on. 生成小程序码。

    Raises:
        SubjectIdMalformed, PerkNotFound, FairNotFound, StationNotFound, ParcelNotFound: see ``find_subject``.
    """
    subject_id = await find_subject(subject, reference, staff=staff)
    async with transaction():
        is_new = await execute(
            "INSERT INTO scene_codes (id, created_at, scene, subject, subject_id, width, created_by_id) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (subject, subject_id) DO NOTHING",
            new_id(),
            at,
            _make_scene(),
            subject.value,
            subject_id,
            width or ORDINARY_WIDTH,
            staff.account_id,
        )
        if width is not None and not is_new:
            await SceneCode.filter(subject=subject, subject_id=subject_id).update(width=width)
        code = await SceneCode.get(subject=subject, subject_id=subject_id)
        if is_new:
            await record(
                account_id=staff.account_id,
                role=staff.staff_role.value,
                action="scene_code.made",
                record_type="scene_code",
                record_id=code.id,
                detail={"subject": subject.value, "subject_id": str(subject_id)},
            )
    return code


async def get_code(*, code_id: UUID, staff: StaffMember) -> SceneCode:
    """Return a code whose record this staff member may have codes of.

    Raises:
        CodeNotFound: there is none, or its record is of another town.
    """
    code = await SceneCode.get_or_none(id=code_id)
    if code is None:
        raise CodeNotFound
    try:
        await require_visible(code.subject, code.subject_id, staff=staff)
    except NotFound:
        raise CodeNotFound from None
    return code


async def resolve_scene(scene: str) -> Destination:
    """Return where a scanned code leads. 扫码。

    Raises:
        SceneNotFound: no code has this scene, or the public finds nothing behind it.
    """
    code = await SceneCode.get_or_none(scene=scene) if 0 < len(scene) <= LONGEST_SCENE else None
    destination = None if code is None else await find_destination(code.subject, code.subject_id)
    if destination is None:
        raise SceneNotFound
    return destination


def _make_scene() -> str:
    """Return about 59 random bits in letters and digits that WeChat allows; nobody need guess a code that hangs."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_RANDOM_SIGNS))
