"""大屏 — one fair's figures for whoever shows its code, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from config.clock import utc_now
from models.audit import AuditEntry
from models.fairs import JobFair
from models.intents import IntentState
from server.jobs.fairs.board import get_board
from server.jobs.fairs.numbers import write_number
from tests.factories.jobs import bring, make_booth, make_fair, make_intent, make_posting, make_registration, make_seeker
from tests.service import Client


async def code_of(staff: Client, fair: JobFair) -> str:
    answer = await staff.post(f"/v1/staff/fairs/{fair.id}/board-code")
    assert answer.status == 200, answer
    return str(answer.json["code"])


def screen(service: Client, code: str) -> Client:
    return Client(service.http, service.base, code)


async def fill(fair: JobFair) -> None:
    """Put two employers, three postings, people and intents of every state into a fair."""
    postings = [await make_posting(openings=openings) for openings in (3, 4)]
    postings.append(await make_posting(employer=postings[0].employer, openings=5))
    for posting in postings:
        await bring(posting, fair)
    for posting in postings[:2]:
        await make_booth(fair=fair, employer=posting.employer)
    survivor = await make_seeker()
    merged = await make_seeker(account_id=None, merged_into_id=survivor.id)
    now = utc_now()
    for serial, seeker in enumerate((survivor, merged, await make_seeker()), start=1):
        await make_registration(fair=fair, seeker=seeker, number=write_number(serial), checked_in_at=now)
    await make_registration(fair=fair)
    await make_registration(fair=fair, cancelled_at=now)
    for state in IntentState:
        is_signed = state is not IntentState.DRAFT
        await make_intent(fair_id=fair.id, state=state, signed_at=now if is_signed else None)
    await make_intent(fair_id=fair.id, state=IntentState.WITHDRAWN)  # before it was signed
    await make_intent(state=IntentState.SIGNED, signed_at=now)  # elsewhere


async def test_the_board_counts_openings_persons_and_signed_intents(service: Client, town_staff: Client) -> None:
    fair = await make_fair()
    await fill(fair)

    answer = await screen(service, await code_of(town_staff, fair)).get(f"/v1/fairs/{fair.id}/board")

    assert answer.status == 200
    figures = ("employers", "openings", "registered", "checked_in", "intents", "intents_withdrawn")
    assert {name: answer.json[name] for name in figures} == {
        "employers": 2,
        "openings": 12,
        "registered": 4,
        "checked_in": 2,
        "intents": 3,
        "intents_withdrawn": 1,
    }
    detail = (await town_staff.get(f"/v1/staff/fairs/{fair.id}")).json
    assert {name: detail[name] for name in figures} == {name: answer.json[name] for name in figures}
    assert (answer.json["title"], answer.json["phase_label"]) == (fair.title, "正在举行")
    assert answer.json["as_of"].endswith(":00+08:00")


async def test_the_figures_are_of_the_minute_and_an_unchanged_minute_has_no_body(
    service: Client, town_staff: Client
) -> None:
    fair = await make_fair()
    start = utc_now().replace(second=0, microsecond=0)
    wall, path = screen(service, await code_of(town_staff, fair)), f"/v1/fairs/{fair.id}/board"

    whole = [await get_board(fair_id=fair.id, at=start + timedelta(seconds=seconds)) for seconds in (0, 59.9)]
    answers: list[Any] = []
    for _ in range(2):  # the second round is for a minute that ends between two questions
        first: Any = await wall.get(path)
        answers = [first, await wall.get(path, headers={"If-None-Match": first.headers["ETag"]})]
        if answers[1].status == 304:
            break

    assert whole[0] == whole[1]
    assert (answers[1].status, answers[1].body) == (304, b"")


async def test_a_code_is_shown_once_forgives_how_it_is_typed_and_ends_with_the_next(
    service: Client, town_staff: Client
) -> None:
    fair = await make_fair()
    path = f"/v1/fairs/{fair.id}/board"
    first = await code_of(town_staff, fair)

    typed = await screen(service, first.lower().replace("-", "")).get(path)
    second = await code_of(town_staff, fair)
    old, new = await screen(service, first).get(path), await screen(service, second).get(path)

    assert (typed.status, old.status, new.status) == (200, 401, 200)
    assert "重新生成" in old.json["detail"]
    assert first.replace("-", "") not in (await JobFair.get(id=fair.id)).board_token
    assert await AuditEntry.filter(action="fair.board_code_renewed").count() == 2


async def test_a_code_opens_its_own_fair_only_and_nothing_else(service: Client, town_staff: Client) -> None:
    fair, other = await make_fair(), await make_fair()
    wall = screen(service, await code_of(town_staff, fair))

    foreign = await wall.get(f"/v1/fairs/{other.id}/board")
    me = await wall.get("/v1/me")
    staff = await wall.get(f"/v1/staff/fairs/{fair.id}")

    assert (foreign.status, foreign.code) == (404, "FairNotFound")
    assert (me.status, staff.status) == (401, 401)


@pytest.mark.parametrize("token", [None, "", "4F7KQ-2M9XD", "4F7KQ-2M9X", "大屏码", "x" * 43])
async def test_without_a_good_code_nothing_is_told(service: Client, token: str | None) -> None:
    fair = await make_fair()

    answer = await Client(service.http, service.base, token).get(f"/v1/fairs/{fair.id}/board")

    assert (answer.status, answer.code) == (401, "Unauthenticated")


async def test_somebody_who_is_logged_in_is_told_that_a_screen_shows_a_code(
    service: Client, town_staff: Client
) -> None:
    answer = await town_staff.get(f"/v1/fairs/{(await make_fair()).id}/board")

    assert (answer.status, answer.code) == (403, "NotABoardScreen")


async def test_staff_of_another_town_make_no_code_and_the_citys_is_the_administrators(
    service: Client, town_staff: Client, other_town_staff: Client
) -> None:
    fair, city = await make_fair(), await make_fair(town_code=None)

    hidden = await other_town_staff.post(f"/v1/staff/fairs/{fair.id}/board-code")
    forbidden = await town_staff.post(f"/v1/staff/fairs/{city.id}/board-code")

    assert (hidden.status, hidden.code) == (404, "FairNotFound")
    assert (forbidden.status, forbidden.code) == (403, "WholeCityFair")


async def test_the_page_is_served_with_a_policy_that_lets_only_our_own_files_in(service: Client) -> None:
    page, style, script = [await service.get(path) for path in ("/board", "/board.css", "/board.js")]

    policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    for answer, kind in ((page, "html"), (style, "css"), (script, "javascript")):
        headers: Any = answer.headers
        assert (answer.status, headers["Content-Type"]) == (200, f"text/{kind}; charset=utf-8")
        assert headers["Content-Security-Policy"].startswith(policy)
        assert headers["X-Content-Type-Options"] == "nosniff"
    text = page.body.decode()
    assert "style=" not in text
    assert "onclick" not in text
    assert "<script>" not in text
    assert b"innerHTML" not in script.body
    assert b"://" not in page.body + style.body + script.body
