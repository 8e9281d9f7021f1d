"""地址识别 — the fields of one of the three kinds that a pasted text fills, for the person to confirm."""

import re
from dataclasses import dataclass

from models.addresses import AddressKind
from server.addresses.parser_process import Found
from server.addresses.pasting import Remainder
from server.addresses.provinces import find_province, is_municipality, split_province

_REGION = re.compile(
    r"(?P<city>[\u4e00-\u9fff]{2,10}?(?:自治州|地区|盟|市))?(?P<county>[\u4e00-\u9fff]{1,10}?(?:自治县|市|区|县|旗))?"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """识别结果 — what was found, empty where nothing was; ``notes`` tell what the person should look at."""

    kind: AddressKind
    name: str
    telephone: str
    province: str
    city: str
    county: str
    street: str
    unit_code: str
    po_box: str
    subunit: str
    notes: tuple[str, ...]


def propose(taken: Remainder, place: Found, notes: tuple[str, ...]) -> Proposal:
    """Return the fields of a text whose place was found."""
    province = find_province(place.province) or ""
    city, county = place.city or place.county, place.county if place.city else ""  # 石河子市 is under no other city
    if province and is_municipality(province):
        city, county = province, place.county
    told = list(notes)
    if taken.has_sender:
        told.append("文字里还有寄件人，只识别了收件人")
    if taken.designation:
        told.append(f"「{taken.designation}」像是部队番号，请改用部队代号（五位数字）或部队信箱")
    if taken.kind.is_unit and place.detail:
        told.append(f"寄往部队只写省、市和{taken.kind.label}，没有填入「{place.detail}」")
    missing = [
        words
        for value, words in ((taken.name, "姓名"), (taken.telephone, "电话"), (province, "省"), (city, "市"))
        if not value
    ]
    if missing:
        told.append(f"没有认出{'、'.join(missing)}，请补上")
    return Proposal(
        kind=taken.kind,
        name=taken.name,
        telephone=taken.telephone,
        province=province,
        city=city,
        county=county,
        street="" if taken.kind.is_unit else place.detail,
        unit_code=taken.unit_code,
        po_box=taken.po_box,
        subunit=taken.subunit,
        notes=tuple(told),
    )


def find_place(text: str) -> Found:
    """Return what simple rules find: a province at the beginning, then a city and a county by their endings."""
    province, rest = split_province(text)
    city = county = ""
    if province and is_municipality(province):
        rest = re.sub(r"^(市辖区|市)", "", rest.removeprefix(province))
        found = re.match(r"[\u4e00-\u9fff]{2,6}?(?:区|县)", rest)
        city, county = province, found[0] if found else ""
        rest = rest[len(county) :]
    elif found := _REGION.match(rest):
        city, county = found["city"] or "", found["county"] or ""
        rest = rest[found.end() :]
    return Found(province=province, city=city, county=county, town="", village="", detail=rest)
