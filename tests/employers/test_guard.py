"""用人单位成员的访问控制"""

import pytest

from models.employers import EmployerState
from server.accounts.guards import ApprovedEmployerMember, EmployerMember, EmployerNotApproved, NotAnEmployer
from tests.employers.people import Recruiter, hire
from tests.service import Client


async def test_a_member_of_an_approved_employer_may_recruit(service: Client, recruiter: Recruiter) -> None:
    asker = await ApprovedEmployerMember.authenticate(recruiter.client.token)

    assert (asker.employer_id, asker.member_id) == (recruiter.employer.id, recruiter.member_id)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (EmployerState.SUBMITTED, "待审核"),
        (EmployerState.REFUSED, "重新提交"),
        (EmployerState.SUSPENDED, "退役军人事务局"),
    ],
)
async def test_a_member_of_any_other_employer_is_told_why_not_and_what_to_do(
    service: Client, state: EmployerState, words: str
) -> None:
    hr = await hire(service, "hr", state=state, state_reason="证照过期")

    with pytest.raises(EmployerNotApproved) as refused:
        await ApprovedEmployerMember.authenticate(hr.client.token)

    assert words in refused.value.detail
    assert "证照过期" in refused.value.detail
    assert (await EmployerMember.authenticate(hr.client.token)).state is state


async def test_who_is_no_member_is_told_how_to_become_one(service: Client) -> None:
    somebody = await service.login("somebody")

    for asker in (EmployerMember, ApprovedEmployerMember):
        with pytest.raises(NotAnEmployer, match="不是用人单位成员"):
            await asker.authenticate(somebody.token)
