"""军事专业接口：所有人查看，系统管理员修改。"""

import msgspec

from config.clock import beijing, utc_now
from models.seekers import Speciality
from server.accounts.guards import Administrator
from server.http.askers import Anyone
from server.http.endpoints import Routes
from server.jobs.seekers import specialities
from server.jobs.seekers.specialities import (
    SpecialityChanges,
    SpecialityExists,
    SpecialityInvalid,
    SpecialityNotFound,
)
from server.jobs.seekers.speciality_schemas import (
    SpecialityItem,
    SpecialityList,
    SpecialityPatch,
    SpecialityRequest,
    StaffSpeciality,
    StaffSpecialityList,
)

routes = Routes("specialities", title="军事专业")


@routes.get("/specialities", summary="军事专业和它对应的职业", etag=True)
async def list_specialities(asker: Anyone) -> SpecialityList:
    """Every entry names its source; most are suggestions, labelled so."""
    return SpecialityList(
        items=[
            SpecialityItem(code=item.code, name=item.name, occupations=list(item.occupations), source=item.source)
            for item in await specialities.list_specialities()
        ]
    )


@routes.get("/staff/specialities", summary="全部军事专业，停用的也在内")
async def list_all_specialities(asker: Administrator) -> StaffSpecialityList:
    return StaffSpecialityList(items=[_view(item) for item in await specialities.list_specialities(with_retired=True)])


@routes.post("/staff/specialities", summary="新增军事专业", status=201, refusals=(SpecialityInvalid, SpecialityExists))
async def create_speciality(asker: Administrator, body: SpecialityRequest) -> StaffSpeciality:
    entered = msgspec.structs.asdict(body)
    return _view(await specialities.create_speciality(**entered, staff=asker, at=utc_now()))


@routes.patch(
    "/staff/specialities/<code:str>",
    summary="修改军事专业",
    refusals=(SpecialityNotFound, SpecialityInvalid, SpecialityExists),
)
async def change_speciality(asker: Administrator, code: str, body: SpecialityPatch) -> StaffSpeciality:
    changes = SpecialityChanges(**msgspec.structs.asdict(body))
    return _view(await specialities.change_speciality(code=code, changes=changes, staff=asker, at=utc_now()))


@routes.post(
    "/staff/specialities/<code:str>/retirement",
    summary="停用军事专业；已选它的人保留",
    refusals=(SpecialityNotFound,),
)
async def retire_speciality(asker: Administrator, code: str) -> StaffSpeciality:
    return _view(await specialities.retire_speciality(code=code, staff=asker, at=utc_now()))


@routes.post(
    "/staff/specialities/<code:str>/reinstatement", summary="恢复停用的军事专业", refusals=(SpecialityNotFound,)
)
async def reinstate_speciality(asker: Administrator, code: str) -> StaffSpeciality:
    return _view(await specialities.reinstate_speciality(code=code, staff=asker, at=utc_now()))


def _view(item: Speciality) -> StaffSpeciality:
    return StaffSpeciality(
        code=item.code,
        name=item.name,
        position=item.position,
        occupations=list(item.occupations),
        keywords=list(item.keywords),
        source=item.source,
        is_retired=item.is_retired,
        updated_at=beijing(item.updated_at),
    )
