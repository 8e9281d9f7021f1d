"""岗位工厂 — what the factories make satisfies the constraints of both databases."""

from models.fairs import FairRegistration, JobFair
from tests.factories.jobs import (
    bring,
    make_application,
    make_booth,
    make_fair,
    make_intent,
    make_posting,
    make_profile,
    make_registration,
    make_seeker,
)


async def test_a_fair_with_a_booth_a_posting_an_intent_and_a_registration_can_be_made(database: object) -> None:
    fair, posting, seeker = await make_fair(), await make_posting(), await make_seeker()

    await make_booth(fair=fair, employer=posting.employer)
    brought = await bring(posting, fair)
    await make_registration(fair=fair, seeker=seeker)
    await make_profile(seeker=seeker)
    await make_application(posting=posting, seeker=seeker)
    intent = await make_intent(posting=posting, seeker=seeker, fair_id=fair.id)

    assert brought.openings == posting.openings
    assert intent.employer_id == posting.employer_id
    assert (await JobFair.get(id=fair.id)).registered == await FairRegistration.all().count() == 1
