"""审计链"""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from config.clock import utc_now
from models.audit import AuditEntry, AuditSeal
from models.base import new_id
from models.transactions import execute, fetch_rows, is_postgres
from server.audit.sealing import GENESIS, Sealer, first_id_at, read_head, seal_batch
from server.audit.service import record
from server.audit.verification import ChainReport, Head, verify_chain

pytestmark = pytest.mark.usefixtures("database")

EVERYTHING = UUID(int=0)


async def make_entries(count: int) -> None:
    for number in range(count):
        await record(account_id=None, role="system", action="test.done", record_type="test", record_id=number)


async def sealed(count: int) -> None:
    await make_entries(count)
    await seal_batch(EVERYTHING, at=utc_now())


async def verified(noted: Head | None = None) -> ChainReport:
    return await verify_chain(at=utc_now(), noted=noted)


async def drop_guards() -> None:
    """Do what somebody with full rights on the database would do first."""
    if is_postgres():
        for table in ("audit_entries", "audit_seals"):
            await execute(f"DROP TRIGGER {table}_append_only ON {table}")
        await execute("ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_entry_id_fkey")
        return
    for table in ("audit_entries", "audit_seals"):
        for guard in ("unchanged", "kept"):
            await execute(f"DROP TRIGGER {table}_{guard}")
    await execute("PRAGMA foreign_keys=OFF")


async def entry_of(seq: int) -> UUID:
    seal = await AuditSeal.get(seq=seq).prefetch_related("entry")
    return seal.entry.id


async def test_an_audit_entry_can_be_neither_changed_nor_removed() -> None:
    await sealed(1)

    for statement in (
        "UPDATE audit_entries SET role = 'x'",
        "DELETE FROM audit_entries",
        "UPDATE audit_seals SET hash = 'x'",
        "DELETE FROM audit_seals",
    ):
        with pytest.raises(Exception, match="append-only"):
            await execute(statement)


async def test_sealing_numbers_the_entries_from_one_without_gaps() -> None:
    await sealed(3)
    await sealed(2)

    report = await verified()

    assert await AuditSeal.all().order_by("seq").values_list("seq", flat=True) == [1, 2, 3, 4, 5]
    assert (report.entries, report.sealed, report.fault) == (5, 5, None)
    assert (report.head.seq, report.head.hash) == await read_head()


async def test_an_empty_chain_holds() -> None:
    report = await verified()

    assert (report.entries, report.sealed, report.fault, report.head) == (0, 0, None, Head(0, GENESIS))


async def test_sealing_again_with_nothing_new_seals_nothing() -> None:
    sealer = Sealer()
    await make_entries(2)

    first = await sealer.seal(at=utc_now())
    second = await sealer.seal(at=utc_now())

    assert (first, second) == (2, 0)


async def test_an_entry_that_was_committed_late_is_sealed_later() -> None:
    sealer = Sealer()
    late_id = new_id()
    await make_entries(2)
    await sealer.seal(at=utc_now())
    await AuditEntry.create(id=late_id, role="system", action="late", record_type="test", record_id="late", detail="{}")

    count = await sealer.seal(at=utc_now())

    assert count == 1
    assert await entry_of(3) == late_id
    assert (await verified()).fault is None


async def test_a_full_sweep_finds_what_the_recent_look_does_not_reach() -> None:
    sealer = Sealer()
    await sealer.seal(at=utc_now())
    old = first_id_at(utc_now() - timedelta(hours=2))
    await AuditEntry.create(id=old, role="system", action="old", record_type="test", record_id="old", detail="{}")

    soon = await sealer.seal(at=utc_now())
    in_an_hour = await sealer.seal(at=utc_now() + timedelta(hours=1))

    assert (soon, in_an_hour) == (0, 1)


async def test_several_sealers_at_once_make_one_chain() -> None:
    await make_entries(30)

    await asyncio.gather(*(seal_batch(EVERYTHING, at=utc_now(), limit=10) for _ in range(6)))
    while await seal_batch(EVERYTHING, at=utc_now(), limit=10):
        continue

    report = await verified()
    assert (report.sealed, report.fault) == (30, None)


async def test_more_than_one_batch_is_sealed_in_one_go() -> None:
    await make_entries(520)

    count = await Sealer().seal(at=utc_now())

    assert count == 520
    assert (await verified()).fault is None


async def test_a_changed_entry_is_found() -> None:
    await sealed(5)
    await drop_guards()
    await execute("UPDATE audit_entries SET record_id = 'other' WHERE id = $1", await entry_of(3))

    report = await verified()

    assert report.fault is not None
    assert report.fault.seq == 3


async def test_a_removed_entry_is_found() -> None:
    await sealed(5)
    await drop_guards()
    await execute("DELETE FROM audit_entries WHERE id = $1", await entry_of(4))

    report = await verified()

    assert report.fault is not None
    assert (report.fault.seq, "缺失" in report.fault.what) == (4, True)


async def test_a_removed_seal_is_found() -> None:
    await sealed(5)
    await drop_guards()
    await execute("DELETE FROM audit_seals WHERE seq = 2")

    report = await verified()

    assert report.fault is not None
    assert report.fault.seq == 2


async def test_a_changed_order_is_found() -> None:
    await sealed(4)
    await drop_guards()
    second, third = await entry_of(2), await entry_of(3)
    rows = await fetch_rows("SELECT seq, hash, sealed_at FROM audit_seals WHERE seq IN (2, 3) ORDER BY seq")
    await execute("DELETE FROM audit_seals WHERE seq IN (2, 3)")
    for row, entry in zip(rows, (third, second), strict=True):
        await AuditSeal.create(seq=row["seq"], entry_id=entry, hash=row["hash"], sealed_at=utc_now())

    report = await verified()

    assert report.fault is not None
    assert report.fault.seq == 2


async def test_a_chain_whose_end_was_cut_off_is_found_by_a_head_noted_before() -> None:
    await sealed(5)
    noted = (await verified()).head
    await drop_guards()
    last = await entry_of(5)
    await execute("DELETE FROM audit_seals WHERE seq = 5")
    await execute("DELETE FROM audit_entries WHERE id = $1", last)

    alone, against_noted = await verified(), await verified(noted)

    assert alone.fault is None
    assert against_noted.fault is not None
    assert against_noted.fault.seq == 5


async def test_a_head_noted_before_is_still_in_a_chain_that_grew() -> None:
    await sealed(2)
    noted = (await verified()).head
    await sealed(3)

    report = await verified(noted)

    assert (report.fault, report.head.seq) == (None, 5)


async def test_a_chain_that_was_written_anew_does_not_match_the_head_noted_before() -> None:
    await sealed(3)

    report = await verified(Head(2, "0" * 64))

    assert report.fault is not None
    assert report.fault.seq == 2


async def test_entries_that_wait_for_their_seal_too_long_are_counted() -> None:
    await make_entries(2)

    now, later = await verified(), await verify_chain(at=utc_now() + timedelta(minutes=2))

    assert (now.unsealed_older_than_a_minute, later.unsealed_older_than_a_minute) == (0, 2)


def test_the_first_id_of_an_instant_lies_between_the_ids_around_it() -> None:
    before, at = new_id(), datetime(2100, 1, 1, tzinfo=UTC)

    assert before < first_id_at(at)
    assert first_id_at(datetime(2020, 1, 1, tzinfo=UTC)) < before
