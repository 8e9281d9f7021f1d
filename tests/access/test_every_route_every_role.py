"""每个接口 × 每种人 — only those whom the table allows pass, and nobody finds the record of somebody else."""

from dataclasses import fields
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest

from server.app import ENDPOINTS
from server.http.endpoints import Endpoint
from server.numbering.numbers import check_sign
from tests.access.allowed import ALLOWED
from tests.access.people import A_DAY, EVERYBODY, GONE, SCREENS, Records, gather
from tests.service import Answer, Client, make_settings, serving

pytestmark = pytest.mark.usefixtures("trained")

WHY = {"reason": "接到举报"}
UNREAD = {"seen_state": "submitted"}
INTERVIEW = UNREAD | {"interview_at": "2046-11-23T08:00:00+08:00", "place": "人事部"}
SEEN = {"updated_at": "2026-11-23T08:00:00+08:00"}
UNSEEN_PARCEL = {
    "id_document": "resident_id_card",
    "contents_inspected": False,
    **dict.fromkeys(("weight_grams", "length_mm", "width_mm", "height_mm"), 100),
}
OF_A_TOWN = {
    "staff_cards.get_case": ("case_id", None),
    "staff_cards.get_card": ("card_id", None),
    "staff_cards.disclose": ("card_id", {"purpose": "核对身份", "fields": ["name"]}),
    "staff_cards.suspend_card": ("card_id", WHY),
    "staff_cards.reinstate_card": ("card_id", WHY),
    "staff_cards.replace_card": ("card_id", {"card_number": "YD99999999999999", "reason": "补发"}),
    "staff_cards.revoke_card": ("card_id", WHY),
    "staff_cards.resolve_case": ("case_id", {"outcome": "rejected", "note": "证件不符"}),
    "merchants.get_merchant": ("merchant_id", None),
    "merchants.invite_clerk": ("merchant_id", {"branch_id": "{branch_id}", "display_name": "收银三号"}),
    "merchants.revoke_invitation": ("invitation_id", None),
    "merchants.remove_clerk": ("clerk_id", None),
    "employers.get_employer": ("employer_id", None),
    "employers.approve_employer": ("employer_id", None),
    "employers.refuse_employer": ("employer_id", WHY),
    "employers.suspend_employer": ("employer_id", WHY),
    "employers.reinstate_employer": ("employer_id", WHY),
    "employers.invite_employer_member": ("employer_id", {"display_name": "人事部"}),
    "employers.correct_employer": ("employer_id", {"name": "更名后的示例厂", "reason": "营业执照已变更"}),
    "employers.revoke_employer_invitation": ("employer_invitation_id", None),
    "employers.remove_employer_member": ("member_id", None),
    "staff-jobs.get_posting": ("posting_id", None),
    "staff-jobs.approve_posting": ("posting_id", SEEN),
    "staff-jobs.refuse_posting": ("posting_id", WHY),
    "staff-jobs.suspend_posting": ("posting_id", WHY),
    "staff-jobs.reinstate_posting": ("posting_id", SEEN),
    "staff-jobs.close_posting": ("posting_id", WHY),
    "intents.get_intent": ("intent_id", None),
    "intents.print_form": ("intent_id", None),
    "intents.witness_paper": ("intent_id", {"paper_number": "GY-001"}),
    "intents.withdraw_intent": ("intent_id", WHY),
    "fair-administration.get_fair": ("fair_id", None),
    "fair-administration.update_fair": ("fair_id", {"title": "新的名称"}),
    "fair-administration.publish_fair": ("fair_id", {}),
    "fair-administration.attach_document": ("fair_id", None),
    "fair-administration.download_document": ("fair_id", None),
    "fair-administration.list_postings": ("fair_id", None),
    "fair-administration.bring_postings": ("fair_id", {"posting_ids": ["{posting_id}"]}),
    "fair-desk.check_in": ("fair_id", {"number": "{registration_number}"}),
    "fair-desk.undo_check_in": ("registration_id", None),
    "fair-administration.take_posting_back": ("fair_id", None),
    "fair-administration.add_booth": ("fair_id", {"number": "Z9", "employer_id": "{employer_id}"}),
    "fair-administration.change_booth": ("fair_id", {"number": "Z8"}),
    "fair-administration.remove_booth": ("fair_id", None),
    "fair-board.renew_board_code": ("fair_id", None),
    "fair-administration.cancel_fair": ("fair_id", WHY),
    "scenes.get_code": ("code_id", None),
    "scenes.draw_code": ("code_id", None),
    "station-administration.get_station": ("station_id", None),
    "station-administration.update_station": ("station_id", {"notice": "请走东门"}),
    "station-administration.close_station": ("station_id", None),
    "station-administration.reopen_station": ("station_id", None),
    "station-hours.set_hours": ("station_id", {"week": []}),
    "station-hours.set_day": ("station_id", {"day": A_DAY.isoformat()}),
    "station-hours.remove_day": ("day_id", None),
    "station-staff.list_posts": ("station_id", None),
    "station-staff.post_staff": ("station_id", {"member_id": "{staff_member_id}"}),
    "station-staff.remove_staff": ("post_id", None),
}
"""The record that each endpoint is asked about, and a good body; staff of its town may, staff of another may not."""
OF_A_STATION = {
    "counter.get_parcel": ("number", None),
    "counter.accept_parcel": ("number", UNSEEN_PARCEL),
    "counter.set_tracking_number": ("number", {"tracking_number": "RR123456785CN"}),
    "counter.print_label": ("number", None),
    "counter.print_receipt": ("number", None),
    "counter.undo_acceptance": ("number", {"reason": "称错了"}),
    "counter.refuse_parcel": ("number", {"reason": "no_id"}),
    "parcel-cases.note_incident": ("number", {"problem": "damaged", "text": "外箱压破"}),
    "parcel-cases.get_station_case": ("case_number", None),
    "parcel-cases.answer_case": ("case_number", {"answer": "已催办"}),
    "parcel-cases.close_case": ("case_number", None),
    "manifests.get_manifest": ("manifest_number", None),
    "manifests.add_parcel": ("manifest_number", {"scanned": "{number}"}),
    "manifests.remove_parcel": ("manifest_number", {"scanned": "{number}"}),
    "manifests.close_manifest": ("manifest_number", None),
    "manifests.give_courier_code": ("manifest_number", None),
    "manifests.sign_manifest": ("manifest_number", {"code": "000000", "courier_name": "王快递", "parcels": 1}),
    "manifests.print_manifest": ("manifest_number", None),
    "manifests.export_manifest": ("manifest_number", None),
    "manifests.reopen_manifest": ("manifest_number", None),
}
OF_A_MERCHANT = {"redemptions.reverse_redemption": ("redemption_id", None)}
OF_AN_EMPLOYER = {
    "employers.remove_member": ("member_id", None),
    "employers.revoke_invitation": ("employer_invitation_id", None),
    "employer-jobs.get_posting": ("posting_id", None),
    "employer-jobs.update_posting": ("posting_id", {"openings": 3}),
    "employer-jobs.submit_posting": ("posting_id", None),
    "employer-jobs.recall_posting": ("posting_id", None),
    "employer-jobs.fill_posting": ("posting_id", None),
    "employer-jobs.reopen_posting": ("posting_id", None),
    "employer-jobs.close_posting": ("posting_id", None),
    "employer-jobs.withdraw_posting": ("posting_id", None),
    "intents.get_employer_intent": ("intent_id", None),
    "intents.print_employer_form": ("intent_id", None),
    "intents.correct_intent": ("intent_id", {"remarks": "包工作餐"}),
    "intents.offer_intent": ("intent_id", None),
    "intents.hire_by_intent": ("intent_id", None),
    "intents.withdraw_employer_intent": ("intent_id", WHY),
    "employer-applications.list_applicants_of_posting": ("posting_id", None),
    "employer-applications.export_applicants": ("posting_id", None),
    "employer-applications.get_applicant": ("application_id", None),
    "employer-applications.view_application": ("application_id", None),
    "employer-applications.disclose_contact": ("application_id", None),
    "employer-applications.arrange_interview": ("application_id", INTERVIEW),
    "employer-applications.make_offer": ("application_id", UNREAD),
    "employer-applications.hire_applicant": ("application_id", UNREAD),
    "employer-applications.refuse_applicant": ("application_id", UNREAD | WHY),
}
OF_A_PERSON = {
    "notifications.mark_read": ("notification_id", None),
    "face-checks.finish_face_check": ("check_id", None),
    "face-checks.bind_by_face": ("check_id", {}),
    "addresses.get_address": ("address_id", None),
    "addresses.update_address": ("address_id", {"label": "儿子"}),
    "addresses.remove_address": ("address_id", None),
    "parcels.get_my_parcel": ("number", None),
    "parcels.draw_my_parcel": ("number", None),
    "parcels.share_my_parcel": ("number", {"days": 3}),
    "parcels.revoke_my_shares": ("number", None),
    "parcels.reschedule_my_parcel": ("number", {"day": "2026-11-02", "starts": "09:00"}),
    "parcel-cases.open_case": ("number", {"kind": "complaint", "problem": "service", "text": "没人接电话"}),
    "parcel-cases.get_my_case": ("case_number", None),
    "parcel-cases.object_to_answer": ("case_number", {"text": "还是没到"}),
    "parcel-cases.close_my_case": ("case_number", None),
    "parcels.cancel_my_parcel": ("number", {}),
    "seekers.unblock_employer": ("employer_id", None),
    "intents.get_my_intent": ("intent_id", None),
    "intents.print_my_form": ("intent_id", None),
    "intents.sign_intent": ("intent_id", {"terms_digest": "0" * 64}),
    "intents.withdraw_my_intent": ("intent_id", {}),
    "assistant.rate": ("message_id", {"helpful": True}),
    "assistant.list_messages": ("conversation_id", None),
    "saved.remove_saved_job": ("posting_id", None),
    "saved.get_saved_search": ("search_id", None),
    "saved.change_saved_search": ("search_id", {"is_paused": True}),
    "saved.remove_saved_search": ("search_id", None),
    "applications.get_my_application": ("application_id", None),
    "applications.share_contact": ("application_id", None),
    "applications.withhold_contact": ("application_id", None),
    "applications.withdraw_application": ("application_id", {}),
}
"""The veteran's own; the newcomer, a person like any other, finds nothing."""
OF_A_SCREEN = {"fair-board.get_board": ("fair_id", None)}
OF_THE_WHOLE_CITY = {
    "knowledge.get_hit_test",
    *("questions.get_group", "questions.attach_group", "questions.propose_outside", "questions.confirm_outside"),
    *("wechat.repeat_wechat_push", "wechat.resend_wechat_message"),
    *("questions.dismiss_group", "questions.reopen_group"),
    *("staff.suspend_staff", "staff.reinstate_staff", "tariffs.end_tariff", "carriers.repeat_carrier_push"),
    "notification-administration.resend_delivery",
    *("merchants.update_merchant", "merchants.suspend_merchant", "merchants.reinstate_merchant"),
    *("merchants.create_branch", "merchants.update_branch", "merchants.close_branch", "merchants.reopen_branch"),
    *("perk-administration.get_perk", "perk-administration.update_perk", "perk-administration.publish_perk"),
    *("perk-administration.suspend_perk", "perk-administration.end_perk"),
    *("perks.get_perk", "jobs.get_job", "applications.apply"),
    *("fairs.get_fair", "fairs.list_postings_at_booth", "fairs.register", "fairs.cancel_registration"),
    *("stations.get_station", "stations.list_slots"),
    *("assistant-desk.get_case", "assistant-desk.claim_case", "assistant-desk.answer_case"),
    "assistant-desk.close_case",
    *("employer-fairs.get_my_fair", "employer-fairs.list_my_postings"),
    *("employer-fairs.bring_my_postings", "employer-fairs.take_back_my_posting"),
}
"""An administrator's, or what everybody may see (a perk, an open posting, a published fair): nothing to find."""
LISTS = (
    ("/v1/staff/card-cases", "staff_y", "staff_x", "case_id"),
    ("/v1/staff/merchants", "staff_y", "staff_x", "merchant_id"),
    ("/v1/staff/employers", "staff_y", "staff_x", "employer_id"),
    ("/v1/employer/members", "employer_b", "employer", "member_id"),
    ("/v1/employer/invitations", "employer_b", "employer", "employer_invitation_id"),
    ("/v1/employer/jobs", "employer_b", "employer", "posting_id"),
    ("/v1/staff/jobs?state=live", "staff_y", "staff_x", "posting_id"),
    ("/v1/merchant/redemptions", "clerk_b", "clerk_a", "redemption_id"),
    ("/v1/redemptions", "newcomer", "veteran", "redemption_id"),
    ("/v1/staff/intents", "staff_y", "staff_x", "intent_id"),
    ("/v1/employer/intents", "employer_b", "employer", "intent_id"),
    ("/v1/addresses", "newcomer", "veteran", "address_id"),
    ("/v1/intents", "newcomer", "veteran", "intent_id"),
    ("/v1/parcels", "newcomer", "veteran", "number"),
    ("/v1/staff/stations", "staff_y", "staff_x", "station_id"),
    ("/v1/station-staff/stations", "counter_b", "counter_a", "station_id"),
    ("/v1/station/parcels", "counter_b", "counter_a", "number"),
    ("/v1/station/manifests", "counter_b", "counter_a", "manifest_number"),
    ("/v1/station/parcel-cases", "counter_b", "counter_a", "case_number"),
    ("/v1/staff/parcel-cases", "staff_y", "staff_x", "case_number"),
    ("/v1/parcel-cases", "newcomer", "veteran", "case_number"),
    ("/v1/staff/fairs", "staff_y", "staff_x", "fair_id"),
    ("/v1/employer/fairs/{fair_id}/postings", "employer_b", "employer", "posting_id"),
    ("/v1/saved-jobs", "newcomer", "veteran", "posting_id"),
    ("/v1/saved-searches", "newcomer", "veteran", "search_id"),
    ("/v1/staff/applications", "staff_y", "staff_x", "application_id"),
    ("/v1/employer/applications", "employer_b", "employer", "application_id"),
    ("/v1/applications", "newcomer", "veteran", "application_id"),
    ("/v1/fair-registrations", "newcomer", "veteran", "registration_id"),
)
"""A list, who must not find the record in it, who must, and the record."""

BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}


NO_PARCEL = "YB9901010001" + check_sign("9901010001")


def some(kind: type) -> object:
    """Return a value for a path parameter that stands for no record, or for one of a few words."""
    if kind is UUID:
        return uuid4()
    return list(kind)[-1] if issubclass(kind, StrEnum) else "jobs"


async def ask(person: Client, endpoint: Endpoint, body: Any = None, **ids: Any) -> Answer:
    """Call an endpoint; ids that are not given are those of no record."""
    path = endpoint.template
    for name, kind in endpoint.path_types.items():
        path = path.replace(f"{{{name}}}", str(ids.get(name) or (NO_PARCEL if name == "number" else some(kind))))
    if endpoint.takes_upload:
        return await person.upload(path, filename="a.csv", data=b"a,b\n1,2\n")
    if endpoint.body is not None:
        return await person.call(endpoint.method, path, json={} if body is None else body)
    return await person.call(endpoint.method, path)


PROVEN_BY_SIGNATURE = {"wechat.verify_callback": "WeChatPushRefused", "wechat.receive_push": "WeChatPushRefused"}
"""No token opens these: whoever does not sign with WeChat's is refused, whoever they are."""


def unexpected(name: str, who: str, answer: Answer) -> str:
    """Return what is wrong with an answer, empty when it is as the table says."""
    if name in PROVEN_BY_SIGNATURE:
        wrong = (answer.status, answer.code) != (403, PROVEN_BY_SIGNATURE[name])
    elif who in ALLOWED[name]:
        wrong = answer.status in (401, 403) or answer.status >= 500
    else:
        expected = 401 if who in ("stranger", *GONE, *SCREENS) else 403
        wrong = answer.status != expected or answer.json is None or "detail" not in answer.json
    return f"{who} → {name}: {answer.status} {answer.code}" if wrong else ""


def test_the_table_knows_every_endpoint_and_no_other() -> None:
    assert set(ALLOWED) == set(BY_NAME)
    assert len(BY_NAME) == len(ENDPOINTS)


def test_every_endpoint_with_a_record_in_its_path_says_whose_it_is() -> None:
    with_records = {
        endpoint.name
        for endpoint in ENDPOINTS
        if UUID in endpoint.path_types.values()
        or {"number", "manifest_number", "case_number"} & endpoint.path_types.keys()
    }

    assert with_records == {
        *OF_A_TOWN,
        *OF_A_STATION,
        *OF_A_MERCHANT,
        *OF_AN_EMPLOYER,
        *OF_A_PERSON,
        *OF_A_SCREEN,
        *OF_THE_WHOLE_CITY,
    }


async def test_only_those_in_the_table_pass(service: Client) -> None:
    people, _ = await gather(service)

    wrong = [unexpected(name, who, await ask(people[who], BY_NAME[name])) for who in EVERYBODY for name in ALLOWED]

    assert [line for line in wrong if line] == []


async def test_staff_of_another_town_find_nothing_where_staff_of_the_town_find_the_record(service: Client) -> None:
    people, records = await gather(service)

    for name, (kind, body) in OF_A_TOWN.items():
        await assert_hidden(BY_NAME[name], records, kind, body, people["staff_y"], people["staff_x"])


async def test_station_staff_find_no_parcel_of_another_station(service: Client) -> None:
    people, records = await gather(service)

    for name, (kind, body) in OF_A_STATION.items():
        await assert_hidden(BY_NAME[name], records, kind, body, people["counter_b"], people["counter_a"])


async def test_a_clerk_finds_no_redemption_of_another_merchant(service: Client) -> None:
    people, records = await gather(service)

    for name, (kind, body) in OF_A_MERCHANT.items():
        await assert_hidden(BY_NAME[name], records, kind, body, people["clerk_b"], people["clerk_a"])


async def test_a_member_finds_nobody_of_another_employer(service: Client) -> None:
    people, records = await gather(service)

    for name, (kind, body) in OF_AN_EMPLOYER.items():
        await assert_hidden(BY_NAME[name], records, kind, body, people["employer_b"], people["employer"])


async def test_a_screen_finds_no_figures_of_another_fair(service: Client) -> None:
    people, records = await gather(service)

    for name, (kind, body) in OF_A_SCREEN.items():
        await assert_hidden(BY_NAME[name], records, kind, body, people["screen_b"], people["screen"])


async def test_a_person_finds_nothing_of_another(service: Client) -> None:
    people, records = await gather(service)

    for name, (kind, body) in OF_A_PERSON.items():
        await assert_hidden(BY_NAME[name], records, kind, body, people["newcomer"], people["veteran"])


def filled_in(body: Any, records: Records) -> Any:
    """Return a body in which ``"{employer_id}"`` and the like are the ids of the records."""
    if isinstance(body, dict):
        return {key: filled_in(value, records) for key, value in body.items()}
    if isinstance(body, list):
        return [filled_in(value, records) for value in body]
    return body.format_map(vars_of(records)) if isinstance(body, str) else body


def vars_of(records: Records) -> dict[str, Any]:
    return {field.name: getattr(records, field.name) for field in fields(records)}


async def assert_hidden(
    endpoint: Endpoint, records: Records, kind: str, body: Any, foreigner: Client, owner: Client
) -> None:
    """Check that a record is to a foreigner what no record is, and that its owner is let through."""
    body = filled_in(body, records)
    known = {name: getattr(records, name) for name in endpoint.path_types if hasattr(records, name)}
    assert kind in known

    foreign = await ask(foreigner, endpoint, body, **known)
    absent = await ask(foreigner, endpoint, body)
    own = await ask(owner, endpoint, body, **known)

    assert (foreign.status, foreign.code) == (404, absent.code), (endpoint.name, foreign)
    assert foreign.json | {"request_id": ""} == absent.json | {"request_id": ""}
    assert own.status not in (400, 401, 403, 404, 500), (endpoint.name, own)


async def test_lists_hold_nothing_of_another(service: Client) -> None:
    people, records = await gather(service)

    for template, foreigner, owner, kind in LISTS:
        record, path = str(getattr(records, kind)).encode(), filled_in(template, records)
        foreign, own = await people[foreigner].get(path), await people[owner].get(path)

        assert (foreign.status, own.status) == (200, 200), path
        assert record not in foreign.body, path
        assert record in own.body, path


@pytest.mark.parametrize("who", ["stranger", "newcomer", "veteran"])
async def test_a_draft_is_to_the_public_what_no_perk_is(sqlite_address: str, who: str) -> None:
    async with serving(make_settings(sqlite_address)) as service:
        people, records = await gather(service)

        draft = await people[who].get(f"/v1/perks/{records.draft_perk_id}")
        absent = await people[who].get(f"/v1/perks/{uuid4()}")
        live = await people[who].get(f"/v1/perks/{records.perk_id}")

    assert (draft.status, draft.code) == (404, absent.code)
    assert live.status == 200


async def test_somebody_elses_pass_is_not_drawn(service: Client) -> None:
    people, records = await gather(service)
    body = {"pass": records.shown_pass}

    own = await people["veteran"].post("/v1/card/passes/qr", body)
    foreign = await people["newcomer"].post("/v1/card/passes/qr", body)

    assert own.status == 200
    assert foreign.code == "PassNotYours"
