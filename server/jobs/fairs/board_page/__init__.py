"""大屏页面 — the page ``/board`` that a screen in the hall opens; it holds no figures and no secret of its own."""

from pathlib import Path

_HERE = Path(__file__).parent
_FILES = (
    ("/board", "board.html", "text/html; charset=utf-8"),
    ("/board.css", "board.css", "text/css; charset=utf-8"),
    ("/board.js", "board.js", "text/javascript; charset=utf-8"),
)


def board_files() -> tuple[tuple[str, bytes, str], ...]:
    """Return path, content and media type of each file of the page."""
    return tuple((path, (_HERE / name).read_bytes(), media_type) for path, name, media_type in _FILES)
