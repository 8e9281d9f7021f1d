"""小程序码和链接接口 — made by staff, read by the mini-program's start page."""

from uuid import UUID

from config.clock import beijing, utc_now
from models.scenes import SceneCode, SceneSubject
from server.accounts.guards import StaffMember
from server.http.askers import Anyone
from server.http.endpoints import Download, Limit, Routes
from server.jobs.fairs.service import FairNotFound
from server.parcels.following import ParcelNotFound
from server.perks.catalogue import PerkNotFound
from server.resources import resources
from server.scenes import service
from server.scenes.links import LinkQueryInvalid, make_link
from server.scenes.pictures import CodePictureUnusable, get_picture
from server.scenes.schemas import CodeRequest, CodeView, LinkRequest, LinkView, SceneView
from server.scenes.subjects import SubjectIdMalformed, find_destination
from server.stations.service import StationNotFound
from server.wechat.accounts import WeChatAccount
from server.wechat.errcodes import WeChatLimited
from server.wechat.refusals import WeChatBusy, WeChatMisconfigured, WeChatNotConfigured

routes = Routes("scenes", title="小程序码和链接")
_SUBJECT = (SubjectIdMalformed, PerkNotFound, FairNotFound, StationNotFound, ParcelNotFound)
_WECHAT = (service.MiniProgramNotPublished, WeChatNotConfigured, WeChatLimited, WeChatBusy, WeChatMisconfigured)
ONE_PERSON = "每个链接只能由第一个打开它的人使用，不要群发；给很多人看请用小程序码"


@routes.get(
    "/scenes/<scene:str>",
    summary="扫小程序码后去哪里",
    limit=Limit("120/minute", shared=False),
    refusals=(service.SceneNotFound,),
)
async def resolve_scene(asker: Anyone, scene: str) -> SceneView:
    found = await service.resolve_scene(scene)
    return SceneView(subject=found.subject, subject_label=found.subject.label, link=found.link, title=found.title)


@routes.post("/staff/wechat-codes", summary="生成小程序码，同一对象总是同一个码", status=201, refusals=_SUBJECT)
async def make_code(asker: StaffMember, body: CodeRequest) -> CodeView:
    """Also for what is still a draft; the code leads nowhere until it is published."""
    code = await service.make_code(subject=body.subject, reference=body.id, width=body.width, staff=asker, at=utc_now())
    return await _code(code)


@routes.get("/staff/wechat-codes/<code_id:uuid>", summary="小程序码", refusals=(service.CodeNotFound,))
async def get_code(asker: StaffMember, code_id: UUID) -> CodeView:
    return await _code(await service.get_code(code_id=code_id, staff=asker))


@routes.get(
    "/staff/wechat-codes/<code_id:uuid>/image",
    summary="小程序码图片",
    etag=True,
    media_type="image/png",
    refusals=(service.CodeNotFound, CodePictureUnusable, *_WECHAT),
)
async def draw_code(asker: StaffMember, code_id: UUID) -> Download:
    """Drawn by WeChat once, then kept; PNG, or JPEG where WeChat sends that: see ``Content-Type``."""
    code = await service.get_code(code_id=code_id, staff=asker)
    here = resources()
    picture = await get_picture(
        code, directory=here.settings.data_dir, open_client=lambda: here.wechat(WeChatAccount.MINI)
    )
    return Download(data=picture.data, media_type=picture.media_type)


@routes.post(
    "/staff/wechat-links",
    summary="生成小程序链接（短信、网页里用），一个链接一个人",
    status=201,
    idempotent=False,
    limit=Limit("60/minute"),
    refusals=(LinkQueryInvalid, *_SUBJECT, *_WECHAT),
)
async def generate_link(asker: StaffMember, body: LinkRequest) -> LinkView:
    """A new link each time: asked again after a lost reply, the first one is simply never used."""
    here = resources()
    made = await make_link(
        subject=body.subject,
        reference=body.id,
        days=body.days,
        query=body.query,
        open_client=lambda: here.wechat(WeChatAccount.MINI),
        staff=asker,
        at=utc_now(),
    )
    return LinkView(url=made.url, scene=made.code.scene, expires_at=beijing(made.expires_at), notice=ONE_PERSON)


async def _code(code: SceneCode) -> CodeView:
    destination = await find_destination(code.subject, code.subject_id)
    return CodeView(
        id=code.id,
        scene=code.scene,
        subject=code.subject,
        subject_label=SceneSubject(code.subject).label,
        width=code.width,
        image=f"/v1/staff/wechat-codes/{code.id}/image",
        leads_to=None if destination is None else destination.link,
        title="" if destination is None else destination.title,
        created_at=beijing(code.created_at),
    )


ENDPOINTS = tuple(routes.endpoints)
