"""求职者合并 — an account that turns out to be a known person's becomes that person's, with what it did before."""

from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from models.seekers import Seeker
from models.transactions import execute, savepoint
from server.audit.service import record

_ONCE = (("job_applications", "posting_id"), ("fair_registrations", "fair_id"), ("intents", "posting_id"))
"""What a seeker has, and of what they have it once."""


async def move_account(*, account_id: UUID, own: Seeker | None, to: Seeker, at: datetime) -> None:
    """Give an account to the seeker ``to``; ``own``, its seeker until now, is merged if it is nothing but the account.

    A seeker with an identity of their own (the phone of a family) stays somebody else and loses the account. The
    caller holds the account's row. Both seekers are locked in the order of their ids.
    """
    for seeker_id in sorted({to.id, own.id if own else to.id}):
        await execute("UPDATE seekers SET updated_at = $1 WHERE id = $2", at, seeker_id)
    if own is not None:
        await execute("UPDATE seekers SET account_id = NULL WHERE id = $1", own.id)
    await execute("UPDATE seekers SET account_id = $1 WHERE id = $2", account_id, to.id)
    if own is not None and own.id_number_hash is None and own.holder_id is None:
        await _merge(own, to, account_id)


async def _merge(own: Seeker, to: Seeker, account_id: UUID) -> None:
    await execute(
        "UPDATE seekers SET merged_into_id = $1, name_sealed = NULL, mobile_sealed = NULL, mobile_hash = NULL "
        "WHERE id = $2",
        to.id,
        own.id,
    )
    if own.mobile_sealed is not None:
        await execute(
            "UPDATE seekers SET mobile_sealed = $1, mobile_hash = $2 WHERE id = $3",
            own.mobile_sealed,
            own.mobile_hash,
            to.id,
        )
    await _move_profile(own, to)
    for table, once in _ONCE:
        await _move_records(table, once, own, to)
    await record(
        account_id=account_id,
        role="person",
        action="seeker.merged",
        record_type="seeker",
        record_id=to.id,
        detail={"merged": own.id},
    )


async def _move_profile(own: Seeker, to: Seeker) -> None:
    """Keep the profile that was written last: one person has one."""
    for older, newer in ((to.id, own.id), (own.id, to.id)):
        await execute(
            "DELETE FROM seeker_profiles WHERE seeker_id = $1 AND EXISTS (SELECT 1 FROM seeker_profiles p "
            "WHERE p.seeker_id = $2 AND p.updated_at >= seeker_profiles.updated_at)",
            older,
            newer,
        )
    await execute("UPDATE seeker_profiles SET seeker_id = $1 WHERE seeker_id = $2", to.id, own.id)


async def _move_records(table: str, once: str, own: Seeker, to: Seeker) -> None:
    """Let what was done under the account stand under the person, so that "once a person" holds from now on.

    Where the person has the same already (applied twice, before anybody knew that they are one), it stays where it
    is, and figures count by ``person_key``.
    """
    try:
        async with savepoint():
            await execute(
                f"UPDATE {table} SET seeker_id = $1 WHERE seeker_id = $2 "
                f"AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.seeker_id = $1 AND t.{once} = {table}.{once})",
                to.id,
                own.id,
            )
    except IntegrityError:  # the person did the same this very moment: it stays, as above
        return
