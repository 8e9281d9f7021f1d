"""各种人 — everybody who may ask, logged in, and the records that belong to some of them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from config.clock import beijing_day, utc_now
from models.accounts import Session, StaffMember
from models.cards import CardCase
from models.employers import Employer
from models.fairs import FairDocumentKind
from models.jobs import SavedJob
from models.merchants import ClerkInvitation, MerchantState
from models.notifications import Notification
from models.perks import PerkState
from models.scenes import SceneSubject
from models.seekers import BlockedEmployer, Seeker
from server.cards.cases import Submitted, open_case
from server.cards.pass_keys import ensure_pass_key
from server.notifications.service import Event, notify
from tests.factories.addresses import make_address
from tests.factories.assistant import make_message
from tests.factories.cards import (
    give_consent,
    make_account,
    make_card,
    make_face_check,
    make_staff,
    sample_id_number,
)
from tests.factories.employers import make_employer, make_employer_invitation, make_employer_member
from tests.factories.jobs import (
    bring,
    make_application,
    make_booth,
    make_fair,
    make_fair_document,
    make_intent,
    make_posting,
    make_registration,
    make_saved_search,
    make_seeker,
)
from tests.factories.merchants import make_branch, make_clerk, make_merchant
from tests.factories.parcels import make_manifest, make_parcel, make_parcel_case
from tests.factories.perks import make_perk
from tests.factories.scenes import make_scene_code
from tests.factories.stations import make_day, make_station, make_station_staff
from tests.perks.till import redeem, show_pass
from tests.service import Client

TOWN, OTHER_TOWN = "321084001", "321084101"
A_DAY = beijing_day(utc_now()) + timedelta(days=30)

LIVING = (
    *("newcomer", "veteran", "clerk_a", "clerk_b", "employer", "staff_x", "staff_y", "administrator"),
    *("employer_b", "suspended_staff", "removed_clerk", "clerk_of_suspended", "clerk_of_closed"),
    *("removed_member", "counter_a", "counter_b"),
)
"""Everybody whose session is good, whatever became of their role."""
GONE = ("expired", "revoked")
SCREENS = ("screen", "screen_b")
"""Screens at the fair and at another one: they show a code and have no session."""
EVERYBODY = ("stranger", *LIVING, *GONE, *SCREENS)


@dataclass(frozen=True, slots=True)
class Records:
    """What there is in town X, at merchant A and at an employer; of each kind one."""

    card_id: UUID
    case_id: UUID
    merchant_id: UUID
    branch_id: UUID
    clerk_id: UUID
    invitation_id: UUID
    redemption_id: UUID
    perk_id: UUID
    draft_perk_id: UUID
    shown_pass: str
    employer_id: UUID
    member_id: UUID
    employer_invitation_id: UUID
    notification_id: UUID
    address_id: UUID
    fair_id: UUID
    booth_id: UUID
    registration_id: UUID
    registration_number: str
    posting_id: UUID
    intent_id: UUID
    search_id: UUID
    application_id: UUID
    number: str
    """A parcel's."""
    manifest_number: str
    conversation_id: UUID
    message_id: UUID
    case_number: str
    station_id: UUID
    day_id: UUID
    post_id: UUID
    staff_member_id: UUID
    code_id: UUID
    """Of the fair's code."""
    check_id: UUID
    """A face check that passed."""


async def gather(service: Client) -> tuple[dict[str, Client], Records]:
    """Log everybody in, give them their roles, and make the records."""
    people = {name: await service.login(f"walker-{name}") for name in (*LIVING, *GONE)} | {"stranger": service}
    await _appoint(people)
    await _shut_out(people)
    records = await _make_records(people)
    for name, fair_id in zip(SCREENS, (records.fair_id, (await make_fair(town_code=TOWN)).id), strict=True):
        people[name] = await _hang_up_screen(people["administrator"], fair_id)
    return people, records


async def _hang_up_screen(administrator: Client, fair_id: UUID) -> Client:
    granted = await administrator.post(f"/v1/staff/fairs/{fair_id}/board-code")
    assert granted.status == 200, granted
    return Client(administrator.http, administrator.base, granted.json["code"])


async def _appoint(people: dict[str, Client]) -> None:
    await give_consent(people["veteran"].account_id)
    await make_staff(people["staff_x"].account_id, town_code=TOWN)
    await make_staff(people["staff_y"].account_id, town_code=OTHER_TOWN)
    await make_staff(people["administrator"].account_id, town_code=None)
    await make_station_staff(await make_station(town_code=TOWN), people["counter_b"].account_id)
    elsewhere = await make_employer(town_code=OTHER_TOWN)
    await make_employer_member(employer=elsewhere, account_id=people["employer_b"].account_id)
    await make_employer_member(employer=elsewhere)
    await make_clerk(branch=await make_branch(town_code=OTHER_TOWN), account_id=people["clerk_b"].account_id)


async def _shut_out(people: dict[str, Client]) -> None:
    """Take away what the former ones had; their sessions live on."""
    now = utc_now()
    await make_staff(people["suspended_staff"].account_id, town_code=TOWN)
    await StaffMember.filter(account_id=people["suspended_staff"].account_id).update(suspended_at=now)
    await make_clerk(account_id=people["removed_clerk"].account_id, removed_at=now)
    await make_employer_member(account_id=people["removed_member"].account_id, removed_at=now)
    suspended = await make_merchant(state=MerchantState.SUSPENDED)
    branch = await make_branch(merchant_id=suspended.id)
    await make_clerk(branch=branch, account_id=people["clerk_of_suspended"].account_id)
    await make_clerk(branch=await make_branch(closed_at=now), account_id=people["clerk_of_closed"].account_id)
    for name in GONE:
        await make_staff(people[name].account_id, town_code=None)  # an administrator's token would open everything
    await Session.filter(account_id=people["expired"].account_id).update(expires_at=now - timedelta(seconds=1))
    await Session.filter(account_id=people["revoked"].account_id).update(revoked_at=now)


async def _make_records(people: dict[str, Client]) -> Records:
    await ensure_pass_key(at=utc_now())
    branch = await make_branch(town_code=TOWN)
    clerk = await make_clerk(branch=branch, account_id=people["clerk_a"].account_id)
    colleague = await make_clerk(branch=branch)
    card = await make_card(town_code=TOWN, account_id=people["veteran"].account_id)
    perk = await make_perk(branches=[branch])
    redeemed = await redeem(people["clerk_a"], await show_pass(card), perk)
    assert redeemed.status == 201, redeemed
    submitted = Submitted(name="王语嫣", id_number=sample_id_number(4_321), card_last4="1234")
    number = await open_case(account_id=(await make_account()).id, submitted=submitted, town_code=TOWN, at=utc_now())
    invitation = await ClerkInvitation.create(
        merchant_id=branch.merchant_id,
        branch_id=branch.id,
        code_hash=uuid4().hex,
        display_name="收银二号",
        expires_at=utc_now() + timedelta(days=7),
    )
    assert clerk.merchant_id == branch.merchant_id
    employer = await make_employer(town_code=TOWN)
    await make_employer_member(employer=employer, account_id=people["employer"].account_id)
    fair = await make_fair(town_code=TOWN)
    posting = await make_posting(town_code=TOWN, employer=employer)
    await bring(posting, fair)
    for kind in FairDocumentKind:
        await make_fair_document(fair=fair, kind=kind)
    seeker = await make_seeker(account_id=people["veteran"].account_id)
    registration = await make_registration(
        fair=fair, seeker=seeker, checked_in_at=utc_now(), checked_in_by_id=people["staff_x"].account_id
    )
    await BlockedEmployer.create(account_id=people["veteran"].account_id, employer_id=employer.id)
    await SavedJob.create(account_id=people["veteran"].account_id, posting_id=posting.id)
    station = await make_station(town_code=TOWN)
    post = await make_station_staff(station, people["counter_a"].account_id)
    parcel = await make_parcel(account_id=people["veteran"].account_id, station=station)
    message = await make_message(account_id=people["veteran"].account_id)
    return Records(
        card_id=card.id,
        case_id=(await CardCase.get(number=number)).id,
        merchant_id=branch.merchant_id,
        branch_id=branch.id,
        clerk_id=colleague.id,
        invitation_id=invitation.id,
        redemption_id=UUID(redeemed.json["id"]),
        perk_id=perk.id,
        draft_perk_id=(await make_perk(branches=[branch], state=PerkState.DRAFT)).id,
        shown_pass=await show_pass(card),
        employer_id=employer.id,
        member_id=(await make_employer_member(employer=employer)).id,
        employer_invitation_id=(await make_employer_invitation(employer=employer)).id,
        notification_id=await _tell(people["veteran"].account_id),
        address_id=(await make_address(account_id=people["veteran"].account_id)).id,
        intent_id=await _make_intent(employer, seeker),
        fair_id=fair.id,
        booth_id=(await make_booth(fair=fair, employer=employer)).id,
        registration_id=registration.id,
        registration_number=registration.number,
        posting_id=posting.id,
        search_id=(await make_saved_search(account_id=people["veteran"].account_id)).id,
        application_id=(await make_application(posting=posting, seeker=seeker)).id,
        number=parcel.number,
        case_number=(await make_parcel_case(parcel)).number,
        conversation_id=message.conversation_id,
        message_id=message.id,
        manifest_number=(await make_manifest(station)).number,
        station_id=station.id,
        day_id=(await make_day(A_DAY, station=station)).id,
        post_id=post.id,
        staff_member_id=(await StaffMember.get(account_id=post.account_id)).id,
        check_id=(await make_face_check(account_id=people["veteran"].account_id)).id,
        code_id=(await make_scene_code(SceneSubject.FAIR, fair.id)).id,
    )


async def _make_intent(employer: Employer, seeker: Seeker) -> UUID:
    posting = await make_posting(employer=employer, town_code=TOWN)
    return (await make_intent(posting=posting, seeker=seeker)).id


async def _tell(account_id: UUID | None) -> UUID:
    assert account_id is not None
    await notify(account_id=account_id, event=Event("walk", "walk", "标题", "内容"), at=utc_now())
    return (await Notification.get(account_id=account_id)).id
