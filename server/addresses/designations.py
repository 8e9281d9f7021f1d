"""部队番号 — words that name a unit by its designation, which no address may hold."""

import re

from server.addresses.provinces import tidy

_NUMBER = r"第?[一二三四五六七八九十百零〇两0-9]{1,6}"
_SURE = re.compile(
    rf"(?:{_NUMBER})?(?:集团军|合成旅|舰队|航母编队|战略支援部队)|(?:东部|南部|西部|北部|中部)战区(?!街)|"
    r"(?:沈阳|北京|济南|南京|广州|成都|兰州|新疆|西藏|[\u4e00-\u9fff]{2}省)军区|"
    rf"{_NUMBER}(?:旅(?![游馆店社客行途])|炮兵|装甲|陆航)|某(?:集团军|师|旅|团|营|连|部队|部(?![门分位]))"
)
_IN_A_UNIT = re.compile(
    rf"{_NUMBER}(?:师|团|营|连|支队|大队|中队|基地)(?![村庄镇乡街路])|"
    r"[\u4e00-\u9fff]{0,4}(?:支队|大队|中队|基地|炮兵|装甲|摩步|步兵|特战|武警|军区|师部|旅部|团部|营部|连部)"
)


def find_designation(text: str, *, of_unit: bool) -> str:
    """Return the first words that name a unit by its designation, empty if none.

    A civil address may hold a number with 团 or 连 (the farms of 新疆兵团), 大队 or 基地; one of a unit may not.
    """
    plain = tidy(text)
    found = _SURE.search(plain) or (_IN_A_UNIT.search(plain) if of_unit else None)
    return found[0] if found else ""
