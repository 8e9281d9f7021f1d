"""小程序码和链接的 JSON 形状。"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from models.scenes import SceneSubject
from server.scenes.service import NARROWEST, WIDEST

SubjectId = Annotated[str, Meta(min_length=1, max_length=40, description="对象的 id；包裹填包裹编号")]
Width = Annotated[int, Meta(ge=NARROWEST, le=WIDEST, description="图片的边长，像素；不填为 430")]
Days = Annotated[int, Meta(ge=1, le=30, description="几天内有效，最长 30 天（微信的限制）")]
Query = Annotated[str, Meta(max_length=1024, description="附加参数，如 from=sms；中文先编码")]


class CodeRequest(msgspec.Struct, forbid_unknown_fields=True):
    """要生成的小程序码"""

    subject: SceneSubject
    id: SubjectId
    width: Width | None = None


class CodeView(msgspec.Struct):
    """小程序码 — the picture is at ``image``."""

    id: UUID
    scene: str
    subject: SceneSubject
    subject_label: str
    width: int
    image: str
    """API path of the picture."""
    leads_to: str | None
    """API path of what a scan leads to; null while the public finds nothing there."""
    title: str
    created_at: datetime


class SceneView(msgspec.Struct):
    """扫码的去处"""

    subject: SceneSubject
    subject_label: str
    link: str
    """API path of what the code leads to."""
    title: str


class LinkRequest(msgspec.Struct, forbid_unknown_fields=True):
    """要生成的小程序链接"""

    subject: SceneSubject
    id: SubjectId
    days: Days = 30
    query: Query = ""


class LinkView(msgspec.Struct):
    """小程序链接 — for one person only: the first who opens it."""

    url: str
    scene: str
    expires_at: datetime
    notice: str
