"""个人信息旅程 — planted people pass through everything; then every trace is searched for them."""

import base64
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from config.clock import beijing, utc_now
from config.database import PostgresAddress, parse_address
from server.tables.writing import write_xlsx
from tests.cards.rosters import HEADERS, csv_of, line
from tests.journeys.people import Heard, Person, stranger
from tests.journeys.planted import ENCODINGS, PEOPLE, Planted, secrets_in
from tests.races.ledger import assert_chain_holds
from tests.races.processes import opened
from tests.run.installation import Installation, running

MATCHED, MISTYPED, SUSPENDED = PEOPLE
WHY = {"purpose": "核对持证人身份"}


def roster_line(number: int, person: Planted, **overrides: str) -> dict[str, str]:
    row = {"姓名": person.name, "身份证号": person.id_number, "优待证号": person.card_number, "手机号": person.mobile}
    return line(number, **(row | overrides))


async def import_the_roster(admin: Person) -> None:
    rows = [roster_line(number, person) for number, person in enumerate(PEOPLE)]
    faulty = [roster_line(0, MATCHED, 证件类别=MATCHED.name), roster_line(1, MISTYPED, 优待证号=MATCHED.card_number)]
    faulty += [roster_line(2, SUSPENDED, 身份证号=SUSPENDED.id_number + "0", 手机号=SUSPENDED.mobile[:-1] + "人")]
    workbook = write_xlsx(
        title="花名册", columns=[(name, 20) for name in HEADERS], rows=[[row[name] for name in HEADERS] for row in rows]
    )

    refused = await admin.upload("/v1/staff/rosters", filename="r.csv", data=csv_of(faulty))
    tried = await admin.upload("/v1/staff/rosters?dry_run=true", filename="r.csv", data=csv_of(rows))
    stored = await admin.upload("/v1/staff/rosters", filename="r.xlsx", data=workbook)

    assert (refused.status, tried.status, stored.status) == (422, 200, 200)
    assert stored.json["created"] == len(PEOPLE)


async def claim_with_slips(somebody: Person) -> Person:
    """Bind the first person's card after every kind of mistake; a stranger fails with the second person's data."""
    agreed = {"purpose": "card_binding", "version": "2026-11"}
    holder, other = await somebody.login(f"new-{uuid4().hex}"), await somebody.login(f"new-{uuid4().hex}")
    for person in (holder, other):
        await person.expect(201, "POST", "/v1/consents", agreed)
    for slip in (
        {"id_number": MATCHED.id_number + "1"},
        {"name": MATCHED.name + "1"},
        {"name": [MATCHED.name]},
        {MATCHED.id_number: MATCHED.name},
        {"card_last4": MATCHED.card_number},
    ):
        answer = await holder.post("/v1/card/claims", MATCHED.claim | slip)
        assert answer.status in (400, 422), answer.body
    torn = f'{{"name": "{MATCHED.name}", "id_number": "{MATCHED.id_number}'.encode()
    assert (await holder.call("POST", "/v1/card/claims", data=torn)).status in (400, 415)
    await holder.expect(409, "POST", "/v1/card/claims", MATCHED.claim | {"name": MISTYPED.name})
    await other.expect(409, "POST", "/v1/card/claims", MISTYPED.claim | {"name": SUSPENDED.name})
    await other.expect(200, "GET", "/v1/card")
    headers = {"Idempotency-Key": uuid4().hex}
    await holder.expect(201, "POST", "/v1/card/claims", MATCHED.claim, headers=headers)
    await holder.expect(201, "POST", "/v1/card/claims", MATCHED.claim, headers=headers)
    await other.expect(409, "POST", "/v1/card/claims", MATCHED.claim)
    await holder.expect(200, "GET", "/v1/card")
    return holder


async def at_the_till(holder: Person, clerk: Person) -> None:
    async def shown() -> str:
        text: str = (await holder.expect(201, "POST", "/v1/card/passes"))["pass"]
        return text

    await holder.expect(200, "POST", "/v1/card/passes/qr", {"pass": await shown()})
    seen = await clerk.expect(200, "POST", "/v1/merchant/verifications", {"pass": await shown()})
    assert seen["holder"]["masked_name"] == MATCHED.name[0] + "**"
    perk = next(perk for perk in seen["perks"] if perk["usable"])
    headers = {"Idempotency-Key": uuid4().hex}
    for again in (False, True):
        asked = {"pass": await shown(), "perk_id": perk["id"]}
        done = await clerk.expect(201, "POST", "/v1/merchant/redemptions", asked, headers={} if again else headers)
        if not again:
            await clerk.expect(200, "POST", f"/v1/merchant/redemptions/{done['id']}/reversal")
    refused = await clerk.expect(200, "POST", "/v1/merchant/verifications", {"pass": "YB1:" + MATCHED.name})
    assert refused["reason"] == "PassUnreadable"
    await holder.expect(200, "GET", "/v1/redemptions")
    await clerk.expect(200, "GET", "/v1/merchant/redemptions")


WORK = {
    "title": "示例安全员",
    "openings": 2,
    "address": "示例路 3 号",
    "pay": "6000-8000元/月",
    "description": "巡查车间",
    "contact_name": MISTYPED.name,
    "contact_telephone": MISTYPED.mobile,
}


async def look_for_work(holder: Person, employer: Person, admin: Person) -> tuple[Heard, Heard]:
    """Let the first person apply at the second one's employer; return the two answers that may tell the contact."""
    await holder.expect(201, "POST", "/v1/consents", {"purpose": "jobs", "version": "2026-11"})
    await holder.expect(200, "PATCH", "/v1/job-profile", {"mobile": MATCHED.mobile, "skills": ["驾驶"]})
    await employer.expect(201, "POST", "/v1/consents", {"purpose": "jobs", "version": "2026-11"})
    job = "/v1/employer/jobs/" + (await employer.expect(201, "POST", "/v1/employer/jobs", WORK))["id"]
    await employer.expect(200, "POST", f"{job}/submission")
    review = job.replace("employer", "staff")
    seen = await admin.expect(200, "GET", review)
    await admin.expect(200, "POST", f"{review}/approval", {"updated_at": seen["updated_at"]})
    applied = await holder.expect(201, "POST", f"{job.replace('/employer', '')}/applications", {"message": "可以倒班"})
    theirs, mine = f"/v1/employer/applications/{applied['id']}", f"/v1/applications/{applied['id']}"
    for path in (theirs, f"{job}/applications", f"{job}/applications-export"):
        assert (await employer.get(path)).status == 200
    await employer.expect(200, "POST", f"{theirs}/viewing")
    await employer.expect(409, "POST", f"{theirs}/disclosures")
    await admin.expect(200, "GET", "/v1/staff/applications")
    await holder.expect(200, "POST", f"{mine}/contact-sharing")
    await employer.expect(200, "POST", f"{theirs}/disclosures")
    assert (await employer.get(f"{job}/applications-export")).status == 200
    disclosed, exported = employer.heard[-2:]
    await holder.expect(200, "POST", f"{mine}/withdrawal", {})
    await employer.expect(200, "GET", theirs)
    return disclosed, exported


async def at_the_office(admin: Person) -> Heard:
    """Let staff look for the people, work on their cards and cases; return the one answer that may tell."""
    for asked in (
        {"id_number": MATCHED.id_number},
        {"mobile": MATCHED.mobile},
        {"card_number": MATCHED.card_number},
    ):
        found = await admin.expect(200, "POST", "/v1/staff/card-searches", WHY | asked)
        assert len(found["items"]) == 1
    await admin.expect(422, "POST", "/v1/staff/card-searches", WHY | {"id_number": MATCHED.name})
    [lost] = (await admin.expect(200, "POST", "/v1/staff/card-searches", WHY | {"mobile": SUSPENDED.mobile}))["items"]
    await admin.expect(200, "POST", f"/v1/staff/cards/{lost['id']}/suspension", {"reason": "持证人报失"})
    for case in (await admin.expect(200, "GET", "/v1/staff/card-cases"))["items"]:
        await admin.expect(200, "GET", f"/v1/staff/card-cases/{case['id']}")
    path = f"/v1/staff/cards/{found['items'][0]['id']}"
    await admin.expect(200, "GET", path)
    fields = ["name", "id_number", "mobile", "card_number"]
    await admin.expect(200, "POST", f"{path}/disclosures", WHY | {"fields": fields})
    return admin.heard[-1]


async def travel(base: str) -> tuple[list[Heard], tuple[Heard, Heard, Heard]]:
    """Make the whole journey; return all that was heard, and what among it may tell: two disclosures and an export."""
    async with stranger(base) as somebody:
        admin, clerk = await somebody.login("demo-admin"), await somebody.login("demo-clerk")
        await import_the_roster(admin)
        holder = await claim_with_slips(somebody)
        await at_the_till(holder, clerk)
        disclosure = await at_the_office(admin)
        disclosed, exported = await look_for_work(holder, await somebody.login("demo-employer"), admin)
        month = f"{beijing(utc_now()):%Y-%m}"
        for asker, path in (
            (clerk, f"/v1/merchant/redemption-statement?month={month}"),
            (admin, "/v1/staff/roster-template"),
            (admin, "/v1/staff/perk-template"),
            (somebody, "/metrics"),
            (somebody, "/openapi.json"),
        ):
            assert (await asker.get(path)).status == 200
        return somebody.heard, (disclosure, disclosed, exported)


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield every member of content if it is a workbook."""
    if zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name)


async def rows_of(address: str) -> bytes:
    """Return every value of every table, of SQLite nothing: its file is searched as it lies there."""
    parsed = parse_address(address)
    if not isinstance(parsed, PostgresAddress):
        return b""
    connection = await asyncpg.connect(**parsed.credentials())
    try:
        tables = await connection.fetch("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'")
        rows = [row for [table] in tables for row in await connection.fetch(f"SELECT * FROM {table}")]
    finally:
        await connection.close()
    return b"\n".join(_bytes_of(value) for row in rows for value in row.values())


def _bytes_of(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def leaks_in_files(directory: Path) -> dict[str, set[str]]:
    """Return which planted secrets lie open in which file: database, write-ahead log, process logs, measures."""
    files = [path for path in directory.rglob("*") if path.is_file()]
    assert directory / "log" in files
    return {path.name: leaks for path in files if (leaks := secrets_in(path.read_bytes()))}


async def test_no_planted_secret_lies_open_anywhere_after_a_journey(tmp_path: Path, database_address: str) -> None:
    knobs = {"DATABASE_URL": database_address, "RATE_LIMITS": "off", "LOG_LEVEL": "DEBUG"}
    async with running(tmp_path, **knobs) as installation:
        heard, telling = await travel(installation.base)
        while_running = leaks_in_files(tmp_path)
        rows = await rows_of(database_address)
        assert await installation.stop() == 0
    async with opened(database_address):
        await assert_chain_holds()

    disclosure, disclosed, exported = telling
    assert secrets_in(disclosure.text) == set(MATCHED.secrets)
    contact = {MATCHED.name, MATCHED.mobile}
    assert secrets_in(disclosed.text) == contact
    assert set().union(*(secrets_in(part) for part in unpacked(exported.answer.body))) == contact
    others = [each for each in heard if all(each is not one for one in telling)]
    assert len(others) > 40
    told = [
        (each.request_line, leaks)
        for each in others
        for part in (each.text, *unpacked(each.answer.body))
        if (leaks := secrets_in(part))
    ]
    assert told == []
    assert not any(secrets_in(each.request_line.encode()) for each in heard)
    assert while_running == leaks_in_files(tmp_path) == {}
    assert secrets_in(rows) == set()
    assert (MATCHED.card_number[-4:].encode() in rows) == bool(rows), "the dump shows what is not secret"
    assert secrets_in(await remaining_output(installation)) == set()


async def remaining_output(installation: Installation) -> bytes:
    """Return what was printed on standard output from beginning to end."""
    assert installation.process.stdout is not None
    return installation.greeting.encode() + await installation.process.stdout.read()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_search_finds_a_secret_in_any_encoding(encoding: str) -> None:
    content = f"前 {MATCHED.name} {MISTYPED.mobile} 后".encode(encoding)

    assert secrets_in(content) == {MATCHED.name, MISTYPED.mobile}


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_the_search_finds_a_secret_in_base64_wherever_it_begins(before: str) -> None:
    content = base64.b64encode(f"{before}{MATCHED.id_number}{before}".encode())

    assert secrets_in(content) == {MATCHED.id_number}
