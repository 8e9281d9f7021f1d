"""在用的助手 — the model of the knowledge in force: trained once a machine, apart; loaded once a process."""

import asyncio
import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import msgspec

import bot.retrieval
from bot.assistant import Assistant
from bot.knowledge.entries import Knowledge
from bot.knowledge.loading import load_categories, load_knowledge
from bot.knowledge.published import Published, publish
from config.logging import get_logger
from config.settings import Settings
from models.errors import Unavailable
from server.assistant.skills import SKILLS
from server.resources import resources

KEPT = 3
"""Models of earlier knowledge that stay, so that a step back needs no training."""
_PUBLISHED = "published.json"
_log = get_logger("assistant")


class AssistantNotReady(Unavailable):
    message = "助手正在准备，马上就好"
    next_step = "请过半分钟再问"


class TrainingFailed(RuntimeError):
    """The training process ended with a fault; the log holds what it printed."""


async def current_assistant() -> Assistant:
    """Return the assistant of the knowledge in force.

    Raises:
        AssistantNotReady: its model is still being made.
    """
    folder = folder_of(resources().settings)
    if not (folder / _PUBLISHED).exists():
        raise AssistantNotReady
    return _load(folder)


async def ensure_trained(settings: Settings) -> Path:
    """Return the folder of the model of today's knowledge, made if it is not there: some seconds, once a machine.

    Raises:
        TrainingFailed: the training process ended with a fault.
    """
    folder = folder_of(settings)
    if not (folder / _PUBLISHED).exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(_train_alone, folder)
    return folder


def folder_of(settings: Settings) -> Path:
    """Return where the model of today's knowledge lies, named by what it is learnt from and by what learns."""
    return (settings.model_dir or settings.data_dir / "bot") / _digest()


@cache
def _load(folder: Path) -> Assistant:
    from bot.retrieval.model import load_model  # numpy, which a process that is never asked need not carry

    published = msgspec.json.decode((folder / _PUBLISHED).read_bytes(), type=Published)
    return Assistant(load_model(folder), published, SKILLS)


@cache
def _knowledge() -> Knowledge:
    return load_knowledge()


@cache
def _digest() -> str:
    digest = hashlib.sha256()
    folders = (Path(bot.retrieval.__file__).parent, Path(bot.retrieval.__file__).parents[1] / "knowledge")
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".md", ".yaml", ".txt"}:
                digest.update(path.name.encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _train_alone(folder: Path) -> None:
    """Train unless another process of this machine does or did so meanwhile."""
    with _locked(folder.parent / "training.lock"):
        if (folder / _PUBLISHED).exists():
            return
        made = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
        try:
            _train(made)
            shutil.rmtree(folder, ignore_errors=True)
            made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        _remove_old(folder)


def _train(made: Path) -> None:
    knowledge = _knowledge()
    source = made / "knowledge.json"
    source.write_bytes(msgspec.json.encode(knowledge))
    command = [sys.executable, "-m", "bot.retrieval.training", str(source), str(made)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(bot.__file__).parents[1])
    if done.returncode:
        _log.error("assistant.training_failed", reason=done.stderr[-2000:])
        raise TrainingFailed("助手的模型没有训练成功，日志 assistant.training_failed 里有原因")
    source.unlink()
    (made / _PUBLISHED).write_bytes(msgspec.json.encode(publish(knowledge, load_categories())))
    _log.info("assistant.trained", count=len(knowledge.entries))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove_old(kept: Path) -> None:
    others = [path for path in kept.parent.iterdir() if path.is_dir() and path != kept]
    for old in sorted(others, key=lambda path: path.stat().st_mtime)[: -(KEPT - 1) or None]:
        shutil.rmtree(old, ignore_errors=True)
