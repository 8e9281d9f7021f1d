"""训练 — makes the model of some knowledge in a process of its own, once a machine; earlier ones stay a while."""

import asyncio
import fcntl
import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import msgspec

import bot.retrieval
from bot.knowledge.entries import Knowledge
from bot.knowledge.loading import load_categories
from bot.knowledge.published import publish
from config.logging import get_logger
from config.settings import Settings
from server.assistant.knowledge.in_force import files

KEPT = 3
"""Models that stay, so that a step back needs no training."""
PUBLISHED = "published.json"
"""Written last: a folder without it is not finished."""
_LEFT_ALONE_SECONDS = 600
"""After a failure the same knowledge is not tried again so long."""
_POLL_SECONDS = 0.2
_log = get_logger("assistant")


class TrainingFailed(RuntimeError):
    """The training process ended with a fault; the log holds what it printed."""


class TrainingLeftAlone(TrainingFailed):
    """The same knowledge could not be learnt a moment ago."""


def folder_of(settings: Settings, key: str = "") -> Path:
    """Return where a model lies, named by what learns, by the files, and by ``key``: what staff published over them."""
    code, knowledge = _digests()
    return _home(settings) / "-".join(filter(None, (code, knowledge, key)))


def is_made(folder: Path) -> bool:
    """Whether a model is there, whole."""
    return (folder / PUBLISHED).exists()


def latest_model(settings: Settings) -> Path | None:
    """Return the model of whatever knowledge that this program made last; None if there is none."""
    code, _ = _digests()
    made = [path for path in _home(settings).glob(f"{code}-*") if is_made(path)]
    return max(made, key=lambda path: path.stat().st_mtime, default=None)


async def ensure_trained(settings: Settings, *, key: str = "", knowledge: Knowledge | None = None) -> Path:
    """Return the folder of a model, made if it is not there: half a minute, once a machine, one at a time.

    Without ``knowledge`` it is that of the files.

    Raises:
        TrainingFailed: the training process ended with a fault.
        TrainingLeftAlone: it did so in the last ten minutes.
    """
    folder = folder_of(settings, key)
    if not is_made(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        async with _locked(folder.parent / "training.lock"):
            if not is_made(folder):
                await _make(folder, await asyncio.to_thread(files) if knowledge is None else knowledge)
    return folder


def _home(settings: Settings) -> Path:
    return (settings.model_dir or settings.data_dir / "bot").absolute()


@cache
def _digests() -> tuple[str, str]:
    """Return what tells this program from another one that learns otherwise, and the shipped knowledge from another."""
    package = Path(bot.retrieval.__file__).parents[1]
    found = sorted(path for name in ("retrieval", "knowledge") for path in (package / name).rglob("*"))
    code = [path for path in found if path.suffix == ".py" or (path.is_file() and path.parent.name == "retrieval")]
    knowledge = [path for path in found if path.suffix in {".md", ".yaml"} and path not in code]
    return _digest(code), _digest(knowledge)


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


async def _make(folder: Path, knowledge: Knowledge) -> None:
    failed = folder.parent / f"{folder.name}.failed"
    if failed.exists() and time.time() - failed.stat().st_mtime < _LEFT_ALONE_SECONDS:
        raise TrainingLeftAlone("助手的模型刚才没有训练成功，过一会儿再试")
    made = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
    try:
        await _train(made, knowledge)
        _put(made, folder)
        failed.unlink(missing_ok=True)
    except (TrainingFailed, OSError) as fault:
        failed.touch()
        raise TrainingFailed("助手的模型没有训练成功，日志 assistant.training_failed 里有原因") from fault
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _put(made: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)
    others = [path for path in folder.parent.iterdir() if is_made(path) and path != folder]
    for old in sorted(others, key=lambda path: path.stat().st_mtime)[: -(KEPT - 1) or None]:
        shutil.rmtree(old, ignore_errors=True)


async def _train(made: Path, knowledge: Knowledge) -> None:
    _log.info("assistant.training", count=len(knowledge.entries), reason="助手在学习，约半分钟；学好之前用上一个模型")
    source = made / "knowledge.json"
    source.write_bytes(msgspec.json.encode(knowledge))
    await run_apart("bot.retrieval.training", str(source), str(made))
    source.unlink()
    (made / PUBLISHED).write_bytes(msgspec.json.encode(publish(knowledge, load_categories())))
    _log.info("assistant.trained", count=len(knowledge.entries))


async def run_apart(module: str, *arguments: str) -> None:
    """Run a module that learns in a process of its own, which ends with the task that waits for it.

    Raises:
        TrainingFailed: it ended with a fault.
    """
    root = Path(bot.retrieval.__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments), cwd=root, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, told = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        _log.error("assistant.training_failed", reason=told.decode(errors="replace")[-2000:])
        raise TrainingFailed(f"{module} {process.returncode}")


@asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[None]:
    with path.open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_POLL_SECONDS)
        yield
