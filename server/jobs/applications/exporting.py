"""投递导出 — the applications for a posting as a spreadsheet for its employer; contacts only where they are shared."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from config.clock import beijing
from models.jobs import JobKind
from models.transactions import transaction
from server.accounts.guards import EmployerMember
from server.audit.service import record
from server.jobs.applications.contact import contact_in
from server.jobs.applications.reading import Application, ApplicationFilter, list_applicants
from server.jobs.postings.service import get_own_posting
from server.jobs.seekers.profile import read_snapshot
from server.tables.export import export_xlsx

MOST_ROWS = 5000
_COLUMNS = (
    *(("序号", 8), ("姓名", 12), ("手机号", 16), ("状态", 10), ("投递时间", 20), ("最近变动", 20)),
    *(("服役年限", 10), ("军事专业", 18), ("技能", 30), ("证书", 30), ("学历", 14), ("出生年份", 10), ("工作年限", 10)),
    *(("期望乡镇", 24), ("期望岗位类别", 20), ("期望月薪（元）", 14), ("自我介绍", 40), ("附言", 40)),
    *(("面试时间", 20), ("面试地点", 30)),
)


@dataclass(frozen=True, slots=True)
class Exported:
    """导出文件"""

    data: bytes
    filename: str


async def export_applicants(*, posting_id: UUID, member: EmployerMember, at: datetime) -> Exported:
    """Return the applications for a posting of the asker's own employer as XLSX, newest first, five thousand at most.

    Name and mobile are in clear where the person agrees; of what was withdrawn only the states remain. The audit
    names the applications whose contact was given out.

    Raises:
        PostingNotFound: the employer has none such.
    """
    async with transaction():
        posting = await get_own_posting(posting_id=posting_id, member=member)
        found = await list_applicants(wanted=ApplicationFilter(posting_id=posting_id), member=member, limit=MOST_ROWS)
        shared = [str(application.id) for application in found if application.is_contact_shared]
        await record(
            account_id=member.account_id,
            role=member.role,
            action="job_application.exported",
            record_type="job_posting",
            record_id=posting_id,
            detail={"applications": len(found), "contacts": len(shared), "contacts_of": shared},
        )
    notes = (
        f"岗位：{posting.title}（编号 {posting.number}）",
        f"制表：{beijing(at):%Y-%m-%d %H:%M}（北京时间），共 {len(found)} 份，新的在前；最多导出 {MOST_ROWS} 份",
        f"{len(shared)} 位求职者同意向本单位提供姓名和手机号，其余打码；收回同意后请停止使用并删除",
        "求职资料为投递时的内容。这份表格含个人信息，只用于本次招聘，请妥善保管，用完删除",
    )
    data = await export_xlsx(title="投递名单", columns=_COLUMNS, rows=_rows(found), notes=notes)
    return Exported(data=data, filename=f"投递名单-{posting.number}.xlsx")


def _rows(found: list[Application]) -> Iterator[tuple[object, ...]]:
    """Yield the lines one at a time: what is sealed is opened by the thread that writes."""
    for number, application in enumerate(found, start=1):
        sent = ("", "") if application.is_withdrawn else (application.profile, application.message)
        interview = (application.interview_at, application.interview_place)
        yield (number, *_person(application), *_profile(sent[0]), sent[1], *interview)


def _person(application: Application) -> tuple[object, ...]:
    if application.is_contact_shared and application.contact_sealed is not None:
        contact = contact_in(application.contact_sealed)
        name, mobile = contact.name, str(contact.mobile or "")
    else:
        name, mobile = application.masked_name, ""
    return name, mobile, application.state.label, application.created_at, application.updated_at


def _profile(snapshot: str) -> tuple[object, ...]:
    if not snapshot:
        return (None,) * 11
    profile = read_snapshot(snapshot)
    wished = profile.wished_pay_min_fen
    return (
        profile.service_years,
        profile.speciality,
        "、".join(profile.skills),
        "、".join(profile.certificates),
        profile.schooling.label,
        profile.birth_year,
        profile.experience_years,
        "、".join(profile.wished_towns),
        "、".join(JobKind(kind).label for kind in profile.wished_kinds),
        None if wished is None else Decimal(wished) / 100,
        profile.introduction,
    )
