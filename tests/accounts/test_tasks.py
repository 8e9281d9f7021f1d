"""登录记录的清理"""

from datetime import UTC, datetime, timedelta

import pytest

from models.accounts import Account, Session
from server.accounts.tasks import KEPT_AFTER_END, purge_sessions

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.mark.usefixtures("database")
async def test_sessions_are_forgotten_a_month_after_they_expired_or_were_revoked() -> None:
    account = await Account.create(openid="somebody")
    long_ago, lately = AT - KEPT_AFTER_END - timedelta(seconds=1), AT - timedelta(days=1)
    endings = {
        "living": (AT + timedelta(days=9), None),
        "expired lately": (lately, None),
        "revoked lately": (AT + timedelta(days=9), lately),
        "expired": (long_ago, None),
        "revoked": (AT + timedelta(days=9), long_ago),
    }
    for token_hash, (expires_at, revoked_at) in endings.items():
        await Session.create(account=account, token_hash=token_hash, expires_at=expires_at, revoked_at=revoked_at)

    count = await purge_sessions(at=AT)

    assert count == 2
    kept = set(await Session.all().values_list("token_hash", flat=True))
    assert kept == {"living", "expired lately", "revoked lately"}
