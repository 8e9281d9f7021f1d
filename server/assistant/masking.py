"""遮盖 — takes out of a question what tells who somebody is, before it is stored or shown to anybody."""

import re
import unicodedata

LONGEST = 600
_NUMBERS = re.compile(r"(?<![0-9])[0-9](?:[ \-]?[0-9Xx]){6,}(?![0-9])")
"""Seven digits and more in a row: ID numbers, cards, telephones, waybills; amounts and years are shorter."""
_NAMED = re.compile(r"((?:我叫|名叫|名字叫|叫做|姓名[是:： ]?|本人)\s*)([\u4e00-\u9fff·]{2,4})(?=[，,。.；;\s]|$)")
_HOUSE = re.compile(
    r"[0-9]{1,4}\s*(?:号楼|幢|栋|单元|室|弄|组)(?:[0-9]{1,4}\s*(?:号|室|单元))*|[路街巷村组庄][0-9]{1,4}号"
)
_STARS = "***"


def mask_question(text: str) -> str:
    """Return a question as it may be stored: numbers to the last four, names after 我叫 and house numbers taken out."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = _NUMBERS.sub(lambda found: _STARS + re.sub(r"[ \-]", "", found[0])[-4:], plain)
    plain = _NAMED.sub(lambda found: found[1] + found[2][0] + "**", plain)
    return _HOUSE.sub(_STARS, plain)[:LONGEST]
