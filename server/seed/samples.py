"""示例数据 — labelled merchants, perks, holders and people for the sandbox; never seeded in production."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from models.accounts import Account, Consent, Purpose, StaffMember, StaffRole
from models.cards import CARD_NUMBER, HOLDER_ID_NUMBER, HOLDER_MOBILE, HOLDER_NAME, Card, CardHolder
from models.employers import (
    EMPLOYER_CONTACT_MOBILE,
    EMPLOYER_CONTACT_NAME,
    Employer,
    EmployerMember,
    EmployerState,
)
from models.fields import fingerprint, seal
from models.identifiers import CreditCode, IdNumber, Mobile
from models.merchants import Branch, Clerk, Merchant
from models.stations import StationStaff
from server.accounts.service import CONSENT_VERSIONS
from server.seed.files import Merchants, People, Perks, SeedEmployer, SeedHolder, load
from server.seed.job_samples import seed_job_samples
from server.seed.reference import create_perk
from server.seed.stations import seed_stations
from server.seed.tariff_samples import seed_tariffs
from server.wechat.sandbox import DEMO_CODES, sandbox_openid, sandbox_unionid


@dataclass(frozen=True, slots=True)
class _Chain:
    """A sample merchant and its branches by name."""

    merchant: Merchant
    branches: dict[str, Branch]


async def seed_samples(*, at: datetime) -> None:
    """Store every sample; the caller knows that there are none yet."""
    accounts = {
        code: (await Account.get_or_create({"unionid": sandbox_unionid(code)}, openid=sandbox_openid(code)))[0]
        for code in DEMO_CODES
    }
    chains = await _merchants(at=at)
    await _perks(chains, at=at)
    people = load("samples/people", People)
    for holder in people.holders:
        await _holder(holder, account=accounts.get(holder.bound_to), at=at)
    chain = chains[people.clerk.merchant]
    await Clerk.create(
        account=accounts["demo-clerk"],
        merchant=chain.merchant,
        branch=chain.branches[people.clerk.branch],
        display_name=people.clerk.display_name,
    )
    employer = await _employer(people.employer, account=accounts["demo-employer"], at=at)
    contact = (people.employer.contact_name, people.employer.contact_mobile)
    await seed_job_samples(employer, contact=contact, at=at)
    await seed_tariffs(at=at)
    await StaffMember.create(
        account=accounts["demo-staff"],
        role=StaffRole.STAFF,
        town_code=people.staff.town,
        display_name=people.staff.display_name,
    )
    stations = await seed_stations(at=at)
    await StationStaff.create(station_id=stations[people.staff.station], account=accounts["demo-staff"], created_at=at)
    await StaffMember.create(
        account=accounts["demo-admin"],
        role=StaffRole.ADMINISTRATOR,
        town_code=None,
        display_name=people.administrator.display_name,
    )


async def _merchants(*, at: datetime) -> dict[str, _Chain]:
    chains = {}
    for item in load("samples/merchants", Merchants).merchants:
        merchant = await Merchant.create(
            name=item.name, credit_code=CreditCode.parse(item.credit_code), is_sample=True, updated_at=at
        )
        branches = {
            branch.name: await Branch.create(
                merchant=merchant,
                name=branch.name,
                town_id=branch.town,
                address=branch.address,
                telephone=branch.telephone,
                latitude=branch.latitude,
                longitude=branch.longitude,
            )
            for branch in item.branches
        }
        chains[item.name] = _Chain(merchant, branches)
    return chains


async def _perks(chains: dict[str, _Chain], *, at: datetime) -> None:
    for perk in load("samples/perks", Perks).perks:
        chain = chains[perk.merchant]
        names = perk.branches or tuple(chain.branches)
        granted_at = tuple(chain.branches[name] for name in names)
        await create_perk(perk, merchant=chain.merchant, branches=granted_at, is_sample=True, at=at)


async def _holder(item: SeedHolder, *, account: Account | None, at: datetime) -> None:
    id_number, mobile = IdNumber.parse(item.id_number), Mobile.parse(item.mobile)
    holder = await CardHolder.create(
        name_sealed=seal(HOLDER_NAME, item.name),
        id_number_sealed=seal(HOLDER_ID_NUMBER, id_number),
        id_number_hash=fingerprint(HOLDER_ID_NUMBER, id_number),
        mobile_sealed=seal(HOLDER_MOBILE, mobile),
        mobile_hash=fingerprint(HOLDER_MOBILE, mobile),
        town_id=item.town,
        updated_at=at,
    )
    await Card.create(
        holder=holder,
        number_sealed=seal(CARD_NUMBER, item.card_number),
        number_hash=fingerprint(CARD_NUMBER, item.card_number),
        last4=item.card_number[-4:],
        kind=item.kind,
        state=item.state,
        state_reason=item.state_reason,
        expires_on=item.expires_on,
        account=account,
        bound_at=at if account else None,
        pseudonym=secrets.token_hex(12),
    )
    if account:
        await Consent.create(
            account=account, purpose=Purpose.CARD_BINDING, version=CONSENT_VERSIONS[Purpose.CARD_BINDING], created_at=at
        )


async def _employer(item: SeedEmployer, *, account: Account, at: datetime) -> Employer:
    employer = await Employer.create(
        name=item.name,
        credit_code=CreditCode.parse(item.credit_code),
        town_id=item.town,
        address=item.address,
        contact_name_sealed=seal(EMPLOYER_CONTACT_NAME, item.contact_name),
        contact_mobile_sealed=seal(EMPLOYER_CONTACT_MOBILE, Mobile.parse(item.contact_mobile)),
        introduction=item.introduction,
        state=EmployerState.APPROVED,
        is_sample=True,
        updated_at=at,
    )
    await EmployerMember.create(account=account, employer=employer, display_name=item.display_name, created_at=at)
    return employer
