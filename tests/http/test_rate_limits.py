"""限流 — who asks too often waits, whichever process answers."""

from config.settings import Settings
from tests.service import Answer, Client, make_settings, serving

LOGINS_A_MINUTE = 60
CLAIMS_A_MINUTE = 20


def limited(address: str, **overrides: object) -> Settings:
    return make_settings(address, rate_limits="on", **overrides)


async def claim(somebody: Client) -> Answer:
    return await somebody.post("/v1/card/claims", {})


async def log_in(service: Client, address: str = "") -> Answer:
    headers = {"X-Forwarded-For": address} if address else {}
    return await service.post("/v1/sessions", {"code": "汉"}, headers=headers)


async def test_who_asks_too_often_is_told_how_long_to_wait(database_address: str) -> None:
    async with serving(limited(database_address)) as service:
        answers = [await log_in(service) for _ in range(2 * LOGINS_A_MINUTE + 1)]

    assert {answer.status for answer in answers[:LOGINS_A_MINUTE]} == {422}
    assert (answers[-1].status, answers[-1].code) == (429, "RateLimited")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].headers["Content-Type"] == "application/problem+json"


async def test_accounts_are_counted_each_by_itself(database_address: str) -> None:
    async with serving(limited(database_address)) as service:
        eager, patient = await service.login("eager"), await service.login("patient")

        answers = [await claim(eager) for _ in range(2 * CLAIMS_A_MINUTE + 1)]
        other = await claim(patient)

    assert answers[-1].status == 429
    assert other.status == 400


async def test_servers_on_one_database_count_together(database_address: str) -> None:
    token, answers = "", []
    for _ in range(3):
        async with serving(limited(database_address)) as service:
            token = token or (await service.login("eager")).token or ""
            eager = Client(service.http, service.base, token)
            answers += [await claim(eager) for _ in range(CLAIMS_A_MINUTE)]

    assert {answer.status for answer in answers[:CLAIMS_A_MINUTE]} == {400}
    assert 429 in {answer.status for answer in answers}  # also when a minute ended meanwhile


async def test_a_forwarded_address_is_believed_only_from_a_trusted_proxy(sqlite_address: str) -> None:
    async with serving(limited(sqlite_address)) as service:
        invented = [await log_in(service, f"10.0.0.{number}") for number in range(2 * LOGINS_A_MINUTE + 1)]
    async with serving(limited(sqlite_address, trusted_proxies=1)) as service:
        reported = [await log_in(service, f"10.0.1.{number}") for number in range(2 * LOGINS_A_MINUTE + 1)]

    assert invented[-1].status == 429
    assert {answer.status for answer in reported} == {422}


async def test_limits_can_be_turned_off_outside_production(sqlite_address: str) -> None:
    async with serving(make_settings(sqlite_address)) as service:
        answers = [await log_in(service) for _ in range(2 * LOGINS_A_MINUTE + 1)]

    assert {answer.status for answer in answers} == {422}
