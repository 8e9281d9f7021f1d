"""乡镇接口 — the list that every form with a town needs."""

import msgspec

from models.towns import Town
from server.http.askers import Anyone
from server.http.endpoints import Routes

routes = Routes("towns", title="乡镇")


class TownView(msgspec.Struct):
    """乡镇街道"""

    code: str
    name: str


class TownList(msgspec.Struct):
    """全部乡镇街道，按官方代码的次序"""

    items: list[TownView]


@routes.get("/towns", summary="高邮市的乡镇街道", etag=True)
async def list_towns(asker: Anyone) -> TownList:
    return TownList(items=[TownView(code=town.code, name=town.name) for town in await Town.all().order_by("position")])


ENDPOINTS = tuple(routes.endpoints)
