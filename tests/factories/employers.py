"""用人单位工厂 — employers and their members that a test asks for by what matters to it."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from config.clock import utc_now
from models.accounts import Account
from models.employers import (
    EMPLOYER_CONTACT_MOBILE,
    EMPLOYER_CONTACT_NAME,
    Employer,
    EmployerInvitation,
    EmployerMember,
    EmployerState,
)
from models.fields import seal
from tests.factories.merchants import SOME_TOWN, make_town, sample_credit_code

_numbers = count(700_001)


async def make_employer(**overrides: Any) -> Employer:
    """Make an approved employer in ``town_code`` (None for none), without members."""
    number = next(_numbers)
    town_code = overrides.pop("town_code", SOME_TOWN)
    if town_code is not None:
        await make_town(town_code)
    values: dict[str, Any] = {
        "name": f"示例单位{number}",
        "credit_code": sample_credit_code(number),
        "town_id": town_code,
        "address": "示例路 2 号",
        "contact_name_sealed": seal(EMPLOYER_CONTACT_NAME, "段誉之"),
        "contact_mobile_sealed": seal(EMPLOYER_CONTACT_MOBILE, "18012341999"),
        "state": EmployerState.APPROVED,
        "updated_at": utc_now(),
    }
    return await Employer.create(**(values | overrides))


async def make_employer_member(**overrides: Any) -> EmployerMember:
    """Make a member of ``employer`` (else a new one) for ``account_id`` (else a new account)."""
    employer = overrides.pop("employer", None) or await make_employer()
    values: dict[str, Any] = {"employer_id": employer.id, "display_name": "人事部"}
    if not {"account", "account_id"} & overrides.keys():
        values["account_id"] = (await Account.create(openid=f"test-{uuid4().hex}")).id
    return await EmployerMember.create(**(values | overrides))


async def make_employer_invitation(**overrides: Any) -> EmployerInvitation:
    """Make an invitation of ``employer`` (else a new one) that is good for a day and whose code nobody knows."""
    employer = overrides.pop("employer", None) or await make_employer()
    values: dict[str, Any] = {
        "employer_id": employer.id,
        "code_hash": uuid4().hex,
        "display_name": "人事部",
        "expires_at": utc_now() + timedelta(days=1),
    }
    return await EmployerInvitation.create(**(values | overrides))
