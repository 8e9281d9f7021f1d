"""先看一眼 — what is no question at all: nothing, too much, another language, a mere insult, a greeting."""

import re
import unicodedata

from bot.replies import RefusalReason

LONGEST = 2000
"""Characters that somebody may send; a long story has some hundreds."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]")
_CODE = re.compile(
    r"<\s*/?\s*(?:script|img|iframe|svg|body|html)\b|javascript:|\b(?:select|insert|update|delete|drop|union)\b.+\b(?:from|into|table|where|select)\b|--\s*$|\{\{.*\}\}",
    re.IGNORECASE | re.DOTALL,
)


def glance(text: str) -> RefusalReason | None:
    """Return why a text needs no looking up, None for what may be a question."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _LETTERS.search(plain) and not any(sign.isdigit() for sign in plain):
        return RefusalReason.EMPTY
    if len(plain) > LONGEST:
        return RefusalReason.TOO_LONG
    if not _CHINESE.search(plain) and len(_LETTERS.findall(plain)) > 3:
        return RefusalReason.FOREIGN
    if _CODE.search(plain) and len(_CHINESE.findall(plain)) < 4:
        return RefusalReason.OUTSIDE
    return None
