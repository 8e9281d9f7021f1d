"""公式防护 — text that a spreadsheet program would run, kept from running."""

import re

GUARDED = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
"""Text that a spreadsheet program may take for a formula, the full-width forms included; and guarded text itself."""


def guard(text: str) -> str:
    """Return text for CSV with an apostrophe before anything that would run as a formula."""
    return "'" + text if GUARDED.match(text) else text


def unguard(text: str) -> str:
    """Return text from CSV without the apostrophe that ``guard`` put on; exact inverse of it."""
    return text[1:] if text.startswith("'") and GUARDED.match(text[1:]) else text
