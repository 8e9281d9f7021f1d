"""求职者接口：本人。"""

from uuid import UUID

import msgspec

from config.clock import beijing, utc_now
from models.jobs import JobKind
from server.accounts.guards import Person
from server.accounts.phones import PhoneNotFound
from server.accounts.service import ConsentRequired
from server.employers.service import EmployerNotFound
from server.http.endpoints import Limit, Routes
from server.http.pagination import decode_cursor, encode_cursor
from server.jobs.catalogue.views import job_item
from server.jobs.seekers import blocking, profile
from server.jobs.seekers.blocking import Blocked, BlockedEmployerNotFound
from server.jobs.seekers.profile import NoProfile, ProfileFile, ProfileNotFound
from server.jobs.seekers.recommendation import recommend
from server.jobs.seekers.schemas import (
    BlockedEmployerPage,
    BlockedEmployerQuery,
    BlockedEmployerView,
    BlockingRequest,
    ProfilePatch,
    ProfileView,
    ReasonView,
    RecommendationQuery,
    RecommendedJob,
    RecommendedJobs,
)
from server.jobs.seekers.terms import ProfileChanges, ProfileInvalid

routes = Routes("seekers", title="求职资料")


@routes.get("/job-profile", summary="我的求职资料，和再填什么推荐更准", refusals=(ProfileNotFound,))
async def get_my_profile(asker: Person) -> ProfileView:
    return _view(await profile.get_profile(account_id=asker.account_id))


@routes.patch("/job-profile", summary="填写或修改我的求职资料", refusals=(ConsentRequired, ProfileInvalid))
async def change_my_profile(asker: Person, body: ProfilePatch) -> ProfileView:
    """The first change makes it. The consent to ``jobs`` must be in force."""
    changes = ProfileChanges(**msgspec.structs.asdict(body))
    return _view(await profile.change_profile(changes=changes, account_id=asker.account_id, at=utc_now()))


@routes.post(
    "/job-profile/mobile",
    summary="把账户里留的手机号用作求职电话",
    refusals=(ConsentRequired, PhoneNotFound),
)
async def take_account_mobile(asker: Person) -> ProfileView:
    """So that nobody who tapped 微信手机号 types it again; it is the person's own act, for this purpose."""
    return _view(await profile.take_account_mobile(account_id=asker.account_id, at=utc_now()))


@routes.delete("/job-profile", summary="删除我的求职资料")
async def erase_my_profile(asker: Person) -> None:
    """Applications keep what was sent with them and can be withdrawn one by one."""
    await profile.erase_profile(account_id=asker.account_id, at=utc_now())


@routes.get("/blocked-employers", summary="我不看的用人单位，后加的在前")
async def list_blocked_employers(asker: Person, query: BlockedEmployerQuery) -> BlockedEmployerPage:
    position = decode_cursor(query.cursor, tuple[UUID])
    found = await blocking.list_blocked_employers(
        account_id=asker.account_id, after=position[0] if position else None, limit=query.limit + 1
    )
    shown = found[: query.limit]
    return BlockedEmployerPage(
        items=[_blocked(entry) for entry in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > query.limit else None,
    )


@routes.post("/blocked-employers", summary="不看这个用人单位的岗位", status=201, refusals=(EmployerNotFound,))
async def block_employer(asker: Person, body: BlockingRequest) -> BlockedEmployerView:
    """Blocking again changes nothing. Its postings are still found by a search, and never recommended."""
    entry = await blocking.block_employer(employer_id=body.employer_id, account_id=asker.account_id, at=utc_now())
    return _blocked(entry)


@routes.delete(
    "/blocked-employers/<employer_id:uuid>", summary="恢复看这个用人单位", refusals=(BlockedEmployerNotFound,)
)
async def unblock_employer(asker: Person, employer_id: UUID) -> None:
    await blocking.unblock_employer(employer_id=employer_id, account_id=asker.account_id)


@routes.get(
    "/jobs/recommended",
    summary="推荐给我的岗位，写明每一分的理由",
    one_connection=True,
    limit=Limit("60/minute", shared=False),
    refusals=(ConsentRequired, NoProfile),
)
async def recommend_jobs(asker: Person, query: RecommendationQuery) -> RecommendedJobs:
    """Never a closed posting, a blocked employer, or what one applied for. No second page: at most 50 of the best."""
    found = await recommend(account_id=asker.account_id, at=utc_now(), limit=query.limit)
    return RecommendedJobs(
        items=[
            RecommendedJob(
                job=job_item(item.row),
                score=item.score.total,
                reasons=[ReasonView(reason.text, reason.points) for reason in item.score.reasons],
            )
            for item in found
        ]
    )


def _blocked(entry: Blocked) -> BlockedEmployerView:
    return BlockedEmployerView(entry.employer_id, entry.employer_name, beijing(entry.blocked_at))


def _view(file: ProfileFile) -> ProfileView:
    own = file.profile
    return ProfileView(
        masked_name=file.contact.masked_name,
        masked_mobile=file.contact.masked_mobile,
        service_years=own.service_years,
        speciality=own.speciality,
        speciality_name=file.speciality_name,
        skills=list(own.skills),
        certificates=list(own.certificates),
        schooling=own.schooling,
        schooling_label=own.schooling.label,
        birth_year=own.birth_year,
        experience_years=own.experience_years,
        wished_towns=list(own.wished_towns),
        wished_kinds=[JobKind(kind) for kind in own.wished_kinds],
        wished_pay_min_fen=own.wished_pay_min_fen,
        latitude=own.latitude,
        longitude=own.longitude,
        introduction=own.introduction,
        wanting=list(file.wanting),
        hint=file.hint,
        updated_at=beijing(own.updated_at),
    )
