"""The sandbox twin of log-in: seeded people by their codes, everybody else an account of their own."""

import pytest

from server.wechat.identity import WeChatIdentity
from server.wechat.refusals import LoginCodeInvalid
from server.wechat.sandbox import DEMO_CODES, SandboxLogin, sandbox_openid


@pytest.mark.parametrize("code", sorted(DEMO_CODES))
async def test_a_demo_code_is_its_seeded_person(code: str) -> None:
    identity = await SandboxLogin().identify(code)

    assert identity == WeChatIdentity(openid=f"sandbox-{code}", unionid=f"sandbox-union-{code}", is_sandbox=True)


async def test_the_demo_codes_are_the_promised_ones() -> None:
    roles = ("veteran", "family", "clerk", "employer", "staff", "admin")

    assert set(DEMO_CODES) == {f"demo-{role}" for role in roles}


async def test_the_same_code_is_the_same_person_on_every_machine() -> None:
    first = await SandboxLogin().identify("wang")
    again = await SandboxLogin().identify("wang")

    assert first == again
    assert first.openid == "sandbox-2ac8129957801379"


async def test_different_codes_are_different_people() -> None:
    openids = {sandbox_openid(f"person-{number}") for number in range(1000)}

    assert len(openids) == 1000


@pytest.mark.parametrize("code", ["", "x" * 129, "登录", "a b"])
async def test_the_sandbox_refuses_the_same_nonsense_as_wechat_log_in(code: str) -> None:
    with pytest.raises(LoginCodeInvalid):
        await SandboxLogin().identify(code)
