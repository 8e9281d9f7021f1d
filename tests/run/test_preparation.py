"""启动准备 — where the measures of all processes are kept."""

import os
from pathlib import Path

import pytest

from server.run import preparation
from server.run.preparation import METRICS_VARIABLE, use_fresh_metrics


@pytest.fixture(autouse=True)
def _restored_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(METRICS_VARIABLE, "")


def test_the_measures_lie_in_memory_where_there_is_shared_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "SHARED_MEMORY", tmp_path)

    directory = use_fresh_metrics(tmp_path / "data")

    assert directory.parent.parent == tmp_path
    assert os.environ[METRICS_VARIABLE] == str(directory)
    assert directory.stat().st_mode & 0o077 == 0


def test_without_shared_memory_they_lie_beside_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "SHARED_MEMORY", tmp_path / "absent")

    assert use_fresh_metrics(tmp_path).parent == tmp_path / "metrics"


def test_what_killed_runs_left_behind_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "SHARED_MEMORY", tmp_path / "absent")
    left, alive = tmp_path / "metrics" / "999999999", tmp_path / "metrics" / "1"
    left.mkdir(parents=True)
    alive.mkdir()

    use_fresh_metrics(tmp_path)

    assert not left.exists()
    assert alive.exists()
