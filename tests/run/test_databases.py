"""测试数据库的清理"""

import fcntl
import os
import time
from pathlib import Path

import pytest

from tests import databases


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the runs of this test put their directories."""
    monkeypatch.setattr(databases, "_has_memory", lambda: False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.delenv(databases.RUN)
    return tmp_path


def test_a_run_that_was_killed_is_removed_even_when_its_server_died_with_it(place: Path) -> None:
    left = place / "youbing-1-left"
    (left / "data").mkdir(parents=True)
    (left / "data" / "postmaster.pid").write_text("4194303\n")
    (left / "held").touch()

    databases.begin_run()

    assert not left.exists()
    databases.end_run()
    assert list(place.iterdir()) == []


def test_a_run_that_somebody_holds_is_let_be(place: Path) -> None:
    held = place / "youbing-1-held"
    held.mkdir()

    with (held / "held").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        databases.begin_run()

    assert held.exists()
    databases.end_run()


def test_a_run_without_a_lock_is_given_a_minute_to_take_it(place: Path) -> None:
    young, old = place / "youbing-1-young", place / "youbing-2-old"
    young.mkdir()
    old.mkdir()
    an_hour_ago = time.time() - 3600
    os.utime(old, (an_hour_ago, an_hour_ago))

    databases.begin_run()

    assert young.exists()
    assert not old.exists()
    databases.end_run()


def test_the_end_of_a_run_that_never_began_is_nothing(place: Path) -> None:
    databases.end_run()

    assert list(place.iterdir()) == []
