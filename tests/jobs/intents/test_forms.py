"""就业意向书的打印"""

import re
from typing import Any

import pytest

from models.audit import AuditEntry
from models.intents import Intent
from models.jobs import JobPosting
from server.printing.marks import FAINT
from tests.jobs.intents.people import Booth, Visitor, come
from tests.jobs.intents.test_signing import drafted, witness
from tests.printing.reading import codes, flat, picture, texts
from tests.service import Answer, Client

MOBILE = "18112345678"


async def print_of(client: Client, side: str, intent: dict[str, Any]) -> str:
    answer = await client.get(f"/v1{side}/intents/{intent['id']}/form.pdf")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")  # type: ignore[index,call-overload]
    return flat("".join(texts(answer.body)))


async def pdf_of(client: Client, intent: dict[str, Any]) -> Answer:
    return await client.get(f"/v1/intents/{intent['id']}/form.pdf")


async def test_the_form_holds_both_sides_the_terms_the_conditions_and_places_to_sign(
    booth: Booth, visitor: Visitor
) -> None:
    intent = await drafted(booth, visitor, remarks="包工作餐", pay="6000-8000元/月")

    text = await print_of(visitor.client, "", intent)

    employer = booth.recruiter.employer
    for words in (
        *("就业意向书", intent["number"], employer.name, employer.credit_code, "示例路2号", "段誉明"),
        *("示例保安员", "普通岗位", "6000-8000元/月", "示例镇001示例路3号", "包工作餐", flat(booth.fair.title)),
        *("劳动合同法第十条", "求职者（签名）", "用人单位（盖章）", "见证工作人员（签名）", "待签署"),
        intent["terms_digest"][:8].upper(),
    ):
        assert words in text, words


async def test_the_code_on_the_page_verifies_the_form(service: Client, booth: Booth, visitor: Visitor) -> None:
    intent = await drafted(booth, visitor)

    pdf = (await pdf_of(visitor.client, intent)).body

    [code] = codes(pdf).values()
    assert re.fullmatch(rf"YX1:{intent['number']}:[A-Z2-7]{{26}}", code)
    verified = await service.post("/v1/intent-verifications", {"code": code})
    assert (verified.status, verified.json["number"]) == (200, intent["number"])


async def test_an_ordinary_form_is_one_page_to_be_signed(booth: Booth, visitor: Visitor) -> None:
    intent = await drafted(booth, visitor, remarks="包工作餐，三个月试用期")

    assert len(texts((await pdf_of(visitor.client, intent)).body)) == 1


async def test_nothing_is_cut_when_everything_is_as_long_as_it_may_be(booth: Booth, visitor: Visitor) -> None:
    await JobPosting.filter(id=booth.posting.id).update(title="焊" * 120, address="巷" * 190)
    intent = await drafted(booth, visitor, remarks="勤" * 500)

    pdf = (await pdf_of(visitor.client, intent)).body

    text = flat("".join(texts(pdf)))
    assert [text.count(sign) for sign in "焊巷勤"] == [120, 190, 500]


async def test_each_side_reads_of_the_seeker_what_it_may(service: Client, booth: Booth, town_staff: Client) -> None:
    visitor = await come(service, booth.fair, mobile=MOBILE)
    intent = await drafted(booth, visitor)
    before = [
        await print_of(client, side, intent)
        for client, side in ((visitor.client, ""), (booth.hr, "/employer"), (town_staff, "/staff"))
    ]
    await visitor.sign(intent, shares_mobile=True)
    after = [
        await print_of(client, side, intent)
        for client, side in ((visitor.client, ""), (booth.hr, "/employer"), (town_staff, "/staff"))
    ]

    assert [("段誉明" in text, MOBILE in text) for text in before] == [(True, True), (False, False), (False, False)]
    assert [("段誉明" in text, MOBILE in text) for text in after] == [(True, True), (True, True), (True, False)]
    assert all("段**" in text for text in before[1:])


async def test_a_full_name_on_paper_is_on_record(booth: Booth, visitor: Visitor, town_staff: Client) -> None:
    intent = await drafted(booth, visitor)
    for client, side in ((visitor.client, ""), (booth.hr, "/employer"), (town_staff, "/staff")):
        await print_of(client, side, intent)
    masked = await AuditEntry.filter(action="intent.form_printed").count()
    await visitor.sign(intent)
    for client, side in ((visitor.client, ""), (booth.hr, "/employer"), (town_staff, "/staff")):
        await print_of(client, side, intent)

    entries = await AuditEntry.filter(action="intent.form_printed").order_by("created_at")
    assert masked == 0
    assert [(entry.account_id, entry.record_id) for entry in entries] == [
        *((booth.hr.account_id, intent["id"]), (town_staff.account_id, intent["id"])),
    ]


async def test_a_signed_form_says_how_it_was_signed(
    service: Client, booth: Booth, visitor: Visitor, town_staff: Client
) -> None:
    on_phone = await drafted(booth, visitor)
    await visitor.sign(on_phone)
    other = await come(service, booth.fair, "another-visitor")
    on_paper = await drafted(booth, other)
    await witness(town_staff, on_paper, number="GY-001")

    phone, paper = await print_of(visitor.client, "", on_phone), await print_of(town_staff, "/staff", on_paper)

    assert "在手机上签署" in phone
    assert "求职者（签名）" not in phone
    assert "纸质编号GY-001" in paper
    assert "求职者（签名）" in paper


@pytest.mark.parametrize("is_sample", [False, True])
async def test_the_form_of_a_sample_is_marked_across_the_page(booth: Booth, visitor: Visitor, is_sample: bool) -> None:
    intent = await drafted(booth, visitor)
    await Intent.filter(id=intent["id"]).update(is_sample=is_sample)

    page = picture((await pdf_of(visitor.client, intent)).body)

    watermark = sum(page.histogram()[FAINT - 3 : FAINT + 4])
    assert (watermark > page.width * page.height / 50) is is_sample
