"""意向书表格 — the form to print: both sides, the terms, the conditions, places to sign, and a code to verify."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from config.clock import beijing_day
from models.employers import Employer
from models.intents import Intent, Signing
from models.transactions import transaction
from server.accounts.guards import EmployerMember, StaffMember
from server.audit.service import record
from server.jobs.intents.drafting import DRAFT_DAYS
from server.jobs.intents.people import as_the_employer_sees, contacts_of
from server.jobs.intents.reading import get_employer_intent, get_own_intent, get_visible_intent
from server.jobs.intents.steps import SIGNED_DAYS, TERMS_CODE_LENGTH
from server.jobs.intents.terms import pay_of
from server.jobs.intents.verification import qr_text
from server.jobs.pay import format_pay
from server.jobs.seekers.identity import Contact
from server.printing.document import Document
from server.printing.rendering import render

_CONDITIONS = (
    "1. 本意向书不是劳动合同；建立劳动关系，应当订立书面劳动合同（劳动合同法第十条）。\n"
    "2. 用人单位应当如实告知工作内容、条件、地点、职业危害、安全生产状况和劳动报酬（第八条）。\n"
    "3. 用人单位不得扣押身份证等证件，不得要求担保，不得以其他名义收取财物（第九条）。\n"
    f"4. 填写后 {DRAFT_DAYS} 天没有签署、签署后 {SIGNED_DAYS} 天没有拟录用的自动失效；录用以前双方都可以撤回。\n"
    "5. 签署后用人单位能看到求职者的姓名；手机号只在求职者同意后提供。"
)
_LINE = "_" * 20


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a reader may read of the seeker."""

    name: str
    mobile: str


async def print_own_form(*, intent_id: UUID, account_id: UUID, at: datetime) -> bytes:
    """Return the form as PDF for the seeker, with their own name and mobile in full.

    Raises:
        IntentNotFound: there is none, or it is somebody else's.
    """
    intent = await get_own_intent(intent_id=intent_id, account_id=account_id)
    contact = await _contact(intent)
    return await _print(intent, _Shown(contact.name, str(contact.mobile or "")), at=at)


async def print_employer_form(*, intent_id: UUID, member: EmployerMember, at: datetime) -> bytes:
    """Return the form as PDF for the employer: a masked name until it is signed; a full one is audited.

    Raises:
        IntentNotFound: the employer has no such intent.
    """
    intent = await get_employer_intent(intent_id=intent_id, employer_id=member.employer_id)
    shown = _Shown(*as_the_employer_sees(intent, await _contact(intent)))
    await _audit(intent, account_id=member.account_id, role=member.role)
    return await _print(intent, shown, at=at)


async def print_visible_form(*, intent_id: UUID, staff: StaffMember, at: datetime) -> bytes:
    """Return the form as PDF for staff, to be signed on paper or filed: a full name once signed, which is audited.

    Raises:
        IntentNotFound: there is none, or it is of another town.
    """
    intent = await get_visible_intent(intent_id=intent_id, staff=staff)
    contact = await _contact(intent)
    shown = _Shown(contact.name if intent.signed_at else contact.masked_name, contact.masked_mobile)
    await _audit(intent, account_id=staff.account_id, role=staff.staff_role.value)
    return await _print(intent, shown, at=at)


async def _contact(intent: Intent) -> Contact:
    return (await contacts_of([intent.seeker_id]))[intent.seeker_id]


async def _audit(intent: Intent, *, account_id: UUID, role: str) -> None:
    if intent.signed_at is None:
        return
    async with transaction():
        await record(
            account_id=account_id, role=role, action="intent.form_printed", record_type="intent", record_id=intent.id
        )


async def _print(intent: Intent, shown: _Shown, *, at: datetime) -> bytes:
    document = Document(title="就业意向书", at=at, reference=intent.number, is_sample=intent.is_sample)
    _add_parties(document, intent.employer, shown)
    _add_terms(document, intent)
    document.heading("约定")
    document.small_print(_CONDITIONS)
    _add_signing(document, intent)
    document.qr_code(qr_text(intent), caption=_caption(intent))
    return await render(document)


def _add_parties(document: Document, employer: Employer, shown: _Shown) -> None:
    document.facts([("用人单位", employer.name), ("信用代码", employer.credit_code), ("单位地址", employer.address)])
    document.facts([("求职者", shown.name or "未填写"), ("手机", shown.mobile or "未提供")], abreast=2)


def _add_terms(document: Document, intent: Intent) -> None:
    document.facts(
        [
            ("岗位", intent.position_title),
            ("类别", intent.kind.label),
            ("工资", format_pay(pay_of(intent))),
            ("到岗日期", _in_words(intent.starts_on) if intent.starts_on else "另行商定"),
        ],
        abreast=2,
    )
    document.facts(
        [
            ("工作地点", intent.place),
            ("来源", intent.fair.title if intent.fair else "网上投递"),
            ("备注", intent.remarks or "无"),
        ]
    )


def _add_signing(document: Document, intent: Intent) -> None:
    """Add what was signed already, or the places to sign on paper."""
    document.heading("签署")
    day = _in_words(beijing_day(intent.signed_at)) if intent.signed_at else ""
    if day and intent.signing is Signing.PHONE:
        document.paragraph(f"求职者于 {day}（北京时间）在手机上签署。用人单位填写即为同意。")
        return
    if day:
        document.paragraph(f"求职者于 {day} 在纸上签署，由工作人员见证登记，纸质编号 {intent.paper_number}。")
    else:
        document.paragraph(f"在手机上签署的不用签字。在纸上签署的，纸质编号：{_LINE}")
    document.signatures(["求职者（签名）", "用人单位（盖章）"])
    document.paragraph(f"见证工作人员（签名）：{_LINE}")


def _caption(intent: Intent) -> str:
    return (
        f"编号 {intent.number}\n内容码 {intent.terms_digest[:TERMS_CODE_LENGTH].upper()}\n"
        f"打印时的状态：{intent.state.label}\n扫码核验真伪和现在的状态"
    )


def _in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
