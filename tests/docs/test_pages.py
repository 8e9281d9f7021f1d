"""文档之间的约定 — links, the glossary, decisions, and nothing of anybody's workplace."""

import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from enum import Enum
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tortoise.models import Model

import models
from tests.docs.pages import ROOT, first_cells, page, repository_files

PAGES = sorted(path for path in repository_files() if path.suffix == ".md")
_PUBLIC = frozenset({"pypi.org", "files.pythonhosted.org", "pypi.python.org"})
_PRIVATE_PATHS = re.compile("(?<![\\w.:/])/" + "(?:work|root|home/\\w+|Users/\\w+)/")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file(path: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))

    for target in targets:
        if "://" in target or target.startswith(("#", "mailto:")):
            continue
        assert (path.parent / unquote(target.partition("#")[0])).exists(), target


def test_the_glossary_has_every_model_and_every_state() -> None:
    nouns = set(first_cells_of_words())

    stored = {
        name
        for module in pkgutil.iter_modules(models.__path__)
        if not module.ispkg
        for name, kind in vars(importlib.import_module(f"models.{module.name}")).items()
        if inspect.isclass(kind) and issubclass(kind, Model | Enum) and kind.__module__ == f"models.{module.name}"
    }

    assert len(stored) > 25
    assert stored - nouns == set()


def test_the_glossary_names_modules_that_exist() -> None:
    places = re.findall(r"\| ((?:[a-z_]+/)+[a-z_]+(?:, (?:[a-z_]+/)+[a-z_]+)*) \|", page("docs/glossary.md"))

    assert len(places) > 40
    for place in ", ".join(places).split(", "):
        assert (ROOT / f"{place}.py").exists() or (ROOT / place).is_dir(), place


def first_cells_of_words() -> list[str]:
    rows = [line for line in page("docs/glossary.md").splitlines() if line.startswith("|")]
    return re.findall(r"`(\w+)`", " ".join(row.split("|")[2] for row in rows if row.count("|") >= 4))


def test_no_word_stands_twice_in_the_glossary() -> None:
    words = [word for word in first_cells(page("docs/glossary.md")) if word != "中文"]

    assert len(words) == len(set(words))


def test_decisions_are_numbered_without_a_gap_and_say_what_was_decided() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))

    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. ")
        for part in ("Context", "Decision", "Consequences"):
            assert f"\n## {part}\n" in text, f"{path.name}: {part}"


def test_the_changelog_has_the_form_it_names() -> None:
    text = page("CHANGELOG.md")

    assert text.startswith("# Changelog\n")
    assert "\n## [Unreleased]\n" in text
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def hosts_of_this_machine() -> set[str]:
    """Return the package indexes that pip here is told of, which no file may name."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    told += " ".join(value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_")))
    hosts = {urlsplit(address).hostname or "" for address in re.findall(r"https?://[^\s'\"]+", told)}
    return hosts - _PUBLIC - {""}


def test_no_file_tells_where_or_on_what_machine_it_was_written() -> None:
    foreign = hosts_of_this_machine()
    found = []
    for path in repository_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {hit}" for hit in _PRIVATE_PATHS.findall(text)]
        found += [f"{path.relative_to(ROOT)}: {host}" for host in foreign if host in text]
        if path.name == "requirements.lock":
            found += re.findall(r"^(?:--|.*file://).*$", text, re.MULTILINE)

    assert found == []


def test_a_private_path_would_be_seen() -> None:
    written = "see " + "/".join(("", "home", "somebody", "notes.txt"))

    assert _PRIVATE_PATHS.search(written)
    assert not _PRIVATE_PATHS.search("https://example.org/root/x and /opt/youbing/var")
