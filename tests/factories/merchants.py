"""商户工厂 — towns, merchants, branches and clerks that a test asks for by what matters to it."""

from itertools import count
from typing import Any
from uuid import uuid4

from config.clock import utc_now
from models.accounts import Account
from models.merchants import Branch, Clerk, Merchant
from models.towns import Town

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SOME_TOWN = "321084001"

_numbers = count(1)


def sample_credit_code(number: int) -> str:
    """Return a credit code with a right check character, another one for each number."""
    first = f"91321084{number:09d}"
    total = sum(CREDIT_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(first))
    return first + CREDIT_ALPHABET[-total % 31]


async def make_town(code: str = SOME_TOWN, name: str = "") -> Town:
    """Return the town of a code, made if it is not there."""
    town, _ = await Town.get_or_create(
        code=code, defaults={"name": name or f"示例镇{code[-3:]}", "position": int(code[-3:])}
    )
    return town


async def make_merchant(**overrides: Any) -> Merchant:
    """Make an active merchant without branches."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "name": f"示例商户{number}",
        "credit_code": sample_credit_code(number),
        "updated_at": utc_now(),
    }
    return await Merchant.create(**(values | overrides))


async def make_branch(**overrides: Any) -> Branch:
    """Make an open branch in ``town_code``; of a new merchant unless ``merchant`` or ``merchant_id`` is given."""
    town = await make_town(overrides.pop("town_code", SOME_TOWN))
    values: dict[str, Any] = {
        "name": f"示例门店{next(_numbers)}",
        "town_id": town.code,
        "address": "示例路 1 号",
        "telephone": "0514-84600000",
    }
    if not {"merchant", "merchant_id"} & overrides.keys():
        values["merchant_id"] = (await make_merchant()).id
    return await Branch.create(**(values | overrides))


async def make_clerk(**overrides: Any) -> Clerk:
    """Make a clerk at ``branch`` (else a new one) for ``account_id`` (else a new account)."""
    branch = overrides.pop("branch", None) or await make_branch()
    values: dict[str, Any] = {
        "merchant_id": branch.merchant_id,
        "branch_id": branch.id,
        "display_name": "收银一号",
    }
    if not {"account", "account_id"} & overrides.keys():
        values["account_id"] = (await Account.create(openid=f"test-{uuid4().hex}")).id
    return await Clerk.create(**(values | overrides))
