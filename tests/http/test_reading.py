"""读取 — cursors, entity tags, health and measures."""

import pytest

from models.perks import Perk
from server.http.pagination import CursorInvalid, decode_cursor, encode_cursor
from tests.factories.merchants import make_branch
from tests.factories.perks import make_perk
from tests.service import Client, make_settings, serving


def test_a_cursor_says_where_a_page_ended_and_is_read_back() -> None:
    position = (2.5, "01a209e8-19f1-759a-bb96-90f125d73460")

    cursor = encode_cursor(*position)

    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?#")
    assert decode_cursor(cursor, tuple[float, str]) == position


@pytest.mark.parametrize("cursor", [None, ""])
def test_no_cursor_is_the_first_page(cursor: str | None) -> None:
    assert decode_cursor(cursor, tuple[str]) is None


@pytest.mark.parametrize(
    "cursor", ["!", "a", "兵", "bnVsbA", encode_cursor(1), encode_cursor("a", "b"), "=" * 5, "\x00"]
)
def test_a_cursor_of_something_else_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(cursor, tuple[str])


@pytest.mark.parametrize("cursor", ["nonsense", encode_cursor(1), encode_cursor("1e400"), encode_cursor("\x00")])
async def test_every_list_refuses_a_cursor_of_something_else(service: Client, cursor: str) -> None:
    answer = await service.get("/v1/perks", params={"cursor": cursor})

    assert (answer.status, answer.code) == (422, "CursorInvalid")
    assert answer.json["errors"][0]["field"] == "cursor"


async def test_pages_hold_every_record_once(service: Client) -> None:
    made = {str((await make_perk()).id) for _ in range(7)}

    seen, cursor = [], ""
    for _ in range(4):
        page = (await service.get("/v1/perks", params={"limit": "2", "cursor": cursor})).json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"] or ""

    assert cursor == ""
    assert len(seen) == 7
    assert set(seen) == made


async def test_what_did_not_change_is_not_sent_again(service: Client) -> None:
    perk = await make_perk()
    path = f"/v1/perks/{perk.id}"
    first = await service.get(path)

    again = await service.get(path, headers={"If-None-Match": first.headers["ETag"]})
    among = await service.get(path, headers={"If-None-Match": f'"other", {first.headers["ETag"]}'})
    await Perk.filter(id=perk.id).update(title="改了名")
    changed = await service.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status, again.body) == (304, b"")
    assert among.status == 304
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["X-Content-Type-Options"] == "nosniff"
    assert changed.status == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


async def test_what_is_personal_is_kept_out_of_shared_caches(service: Client) -> None:
    somebody = await service.login("somebody")

    own = await somebody.get("/v1/me")
    secret = await somebody.get("/v1/card")
    public = await service.get("/v1/perks")

    assert own.headers["Cache-Control"] == "private, no-cache"
    assert secret.headers["Cache-Control"] == "no-store"
    assert public.headers["Cache-Control"] == "no-cache"
    assert own.headers["Vary"] == "Authorization"


async def test_a_process_that_lives_and_a_database_that_answers_are_healthy(service: Client) -> None:
    living, ready = await service.get("/healthz"), await service.get("/readyz")

    assert (living.status, living.json) == (200, {"status": "ok"})
    assert (ready.status, ready.json) == (200, {"status": "ok", "database": "ok", "migrations": "ok"})


async def test_an_unmigrated_postgres_is_not_ready_but_alive(empty_postgres_address: str) -> None:
    async with serving(make_settings(empty_postgres_address)) as service:
        living, ready = await service.get("/healthz"), await service.get("/readyz")

    assert living.status == 200
    assert (ready.status, ready.code) == (503, "NotReady")
    assert "migrate" in ready.json["detail"]


async def test_an_unmigrated_sqlite_is_not_ready_but_alive(tmp_path_factory: pytest.TempPathFactory) -> None:
    address = f"sqlite://{tmp_path_factory.mktemp('empty') / 'empty.sqlite3'}"
    async with serving(make_settings(address)) as service:
        living, ready = await service.get("/healthz"), await service.get("/readyz")

    assert living.status == 200
    assert (ready.status, ready.code) == (503, "NotReady")


async def test_measures_count_answers_by_route_and_never_by_address(service: Client) -> None:
    branch = await make_branch()
    before = await counted(service, 'route="/v1/perks/{perk_id}",status="404"')

    missing = await service.get(f"/v1/perks/{branch.id}")
    await service.call("BREW", "/v1/perks")

    exposition = (await service.get("/metrics")).body.decode()
    assert missing.status == 404
    assert await counted(service, 'route="/v1/perks/{perk_id}",status="404"') == before + 1
    assert str(branch.id) not in exposition
    assert "BREW" not in exposition
    assert 'method="other"' in exposition


async def counted(service: Client, labels: str) -> float:
    """Return a series of the request counter."""
    exposition = (await service.get("/metrics")).body.decode()
    series = [line for line in exposition.splitlines() if line.startswith("youbing_requests_total") and labels in line]
    return sum(float(line.rsplit(" ", 1)[1]) for line in series)
