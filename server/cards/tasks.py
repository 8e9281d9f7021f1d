"""优待证任务 — forgets face checks that prove nothing any more."""

from datetime import datetime, timedelta

from models.transactions import execute

KEPT_AFTER_END = timedelta(days=30)


async def purge_face_checks(*, at: datetime) -> int:
    """Remove what WeChat was to be asked with once a session is over, and whole checks a month later; return those.

    The audit log keeps that there was one, and how it ended.
    """
    await execute(
        "UPDATE face_checks SET submitted_sealed = NULL WHERE expires_at <= $1 AND submitted_sealed IS NOT NULL", at
    )
    return await execute("DELETE FROM face_checks WHERE expires_at < $1", at - KEPT_AFTER_END)
