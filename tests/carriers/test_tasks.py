"""承运方任务"""

from datetime import timedelta

import pytest

from config.clock import utc_now
from models.carriers import CARRIER_PUSH_BODY, CarrierPush, PushOutcome
from models.fields import seal
from server.carriers.tasks import PUSHES_KEPT, purge_pushes


@pytest.mark.usefixtures("database")
async def test_pushes_are_deleted_after_thirty_days_whatever_became_of_them() -> None:
    now = utc_now()
    for place, outcome in enumerate(PushOutcome):
        for age in (PUSHES_KEPT + timedelta(seconds=1), PUSHES_KEPT):
            await CarrierPush.create(
                carrier="kuaidi100",
                dedupe=f"{place}{age}",
                body_sealed=seal(CARRIER_PUSH_BODY, "{}"),
                outcome=outcome,
                created_at=now - age,
            )

    assert await purge_pushes(at=now) == len(PushOutcome)
    assert await CarrierPush.filter(created_at=now - PUSHES_KEPT).count() == len(PushOutcome)
    assert await purge_pushes(at=now) == 0
