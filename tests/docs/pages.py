"""文档 — the pages of the repository as the tests read them."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def page(name: str) -> str:
    """Return the text of a page by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def repository_files() -> list[Path]:
    """Return every file of the repository, also those not committed yet, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def between(text: str, name: str) -> str:
    """Return what stands between ``<!-- name:begin -->`` and ``<!-- name:end -->``."""
    return text.split(f"<!-- {name}:begin -->")[1].split(f"<!-- {name}:end -->")[0]


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def first_cells(text: str) -> list[str]:
    """Return the first cell of every row of every table, without code marks; headers and rules are left out."""
    rows = [line for line in text.splitlines() if line.startswith("|") and not re.match(r"\|[\s:|-]+\|$", line)]
    return [row.split("|")[1].strip().strip("`") for row in rows]
