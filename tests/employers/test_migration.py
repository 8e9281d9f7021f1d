"""用人单位的迁移 — the sample member of a sandbox that was seeded before goes on as one."""

import shutil
from pathlib import Path

import pytest

from config.clock import utc_now
from config.database import close_database, open_database
from models import MODEL_MODULES
from models.base import new_id
from models.employers import Employer, EmployerMember, EmployerState
from models.migrations.runner import FILES, migrate
from models.transactions import execute
from server.seed.files import People, load
from tests.factories.merchants import make_town

NAME = "示例用人单位（高邮）"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database in which nothing was ever applied."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path / 'youbing.sqlite3'}"
    address: str = request.getfixturevalue("empty_postgres_address")
    return address


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The migration files before employers had a table of their own."""
    for dialect in ("sqlite", "postgres"):
        directory = tmp_path / "before" / dialect
        directory.mkdir(parents=True)
        shutil.copy(FILES / dialect / "0001_foundation.sql", directory)
    return tmp_path / "before"


async def fill(address: str) -> None:
    context = await open_database(address, model_modules=MODEL_MODULES, pool=1)
    account, now = new_id(), utc_now()
    await make_town("321084112", "界首镇")
    await execute("INSERT INTO accounts (id, created_at, openid) VALUES ($1, $2, 'sandbox-demo')", account, now)
    await execute(
        "INSERT INTO employer_members (id, created_at, account_id, employer_name) VALUES ($1, $2, $3, $4)",
        *(new_id(), now, account, NAME),
    )
    await close_database(context)


async def test_the_sample_member_becomes_a_member_of_an_approved_sample_employer(
    empty_address: str, before: Path
) -> None:
    await migrate(empty_address, files=before)
    await fill(empty_address)

    await migrate(empty_address)

    context = await open_database(empty_address, model_modules=MODEL_MODULES, pool=1)
    employer, member = await Employer.get(), await EmployerMember.get()
    await close_database(context)
    sample = load("samples/people", People).employer
    made = (employer.name, employer.credit_code, employer.town_id, employer.address, member.display_name)
    assert made == (sample.name, sample.credit_code, sample.town, sample.address, sample.display_name)
    assert (employer.state, employer.is_sample) == (EmployerState.APPROVED, True)
    assert (employer.masked_contact_name, employer.masked_contact_mobile) == ("", "")
    assert (member.employer_id, member.removed_at) == (employer.id, None)


async def test_without_samples_there_is_no_employer(empty_address: str) -> None:
    await migrate(empty_address)

    context = await open_database(empty_address, model_modules=MODEL_MODULES, pool=1)
    count = await Employer.all().count()
    await close_database(context)
    assert count == 0
