"""地址的三种写法"""

from typing import Any

import pytest

from models.addresses import AddressKind
from models.errors import Invalid
from server.addresses.kinds import (
    AddressInvalid,
    AddressKindMixed,
    EnteredAddress,
    PostalAddress,
    ProvinceUnknown,
    StreetBesideUnit,
    UnitDesignationRefused,
    decode_address,
    encode_address,
    read_address,
)

CIVIL: dict[str, Any] = {
    "kind": AddressKind.CIVIL,
    "name": "段誉明",
    "telephone": "180 1234 1999",
    "province": "江苏",
    "city": "扬州市",
    "county": "高邮市",
    "street": "界首镇 育才路12号",
}
UNIT = CIVIL | {"kind": AddressKind.UNIT_CODE, "county": "", "street": "", "unit_code": "12345部队"}
BOX = CIVIL | {"kind": AddressKind.PO_BOX, "county": "", "street": "", "po_box": "123信箱"}


def read(base: dict[str, Any], **overrides: str) -> PostalAddress:
    return read_address(EnteredAddress(**(base | overrides)))


def refusal(base: dict[str, Any], **overrides: str) -> Invalid:
    with pytest.raises(Invalid) as refused:
        read(base, **overrides)
    return refused.value


def test_a_civil_address_is_brought_into_one_form() -> None:
    address = read(CIVIL)

    assert address.line == "江苏省扬州市高邮市界首镇育才路12号"
    assert address.masked_line == "江苏省扬州市高邮市***"
    assert (address.masked_name, address.masked_telephone) == ("段**", "180****1999")
    assert address.telephone_last4 == "1999"


@pytest.mark.parametrize("written", ["12345部队", "12345", "１２３４５ 部队", "解放军12345部队"])
def test_a_unit_code_is_five_digits_however_it_is_written(written: str) -> None:
    address = read(UNIT, unit_code=written, subunit="12分队")

    assert address.line == "江苏省扬州市12345部队12分队"
    assert address.masked_line == "江苏省扬州市***"


def test_a_po_box_may_have_a_subunit_and_a_district_that_is_not_shown() -> None:
    address = read(BOX, province="北京", city="", county="海淀区", subunit="45分队")

    assert address.line == "北京市海淀区123信箱45分队"
    assert (address.region, address.masked_line) == ("北京市", "北京市***")


def test_a_unit_may_be_reached_by_a_landline_with_its_extension() -> None:
    address = read(UNIT, telephone="0514-84612345转802")

    assert address.telephone == "0514-84612345-802"
    assert address.masked_telephone == "0514-****2345"
    assert address.telephone_last4 == "2345"


@pytest.mark.parametrize("base", [CIVIL, UNIT, BOX])
def test_an_address_comes_back_from_its_json_as_it_was(base: dict[str, Any]) -> None:
    address = read(base)

    assert decode_address(encode_address(address)) == address


@pytest.mark.parametrize("base", [UNIT, BOX])
@pytest.mark.parametrize("street", ["育才路12号", "界首镇", "维兴村三组", "5号楼"])
def test_a_street_beside_a_unit_is_refused(base: dict[str, Any], street: str) -> None:
    refused = refusal(base, street=street)

    assert type(refused) is StreetBesideUnit
    assert [fault.field for fault in refused.errors] == ["street"]
    assert "普通地址" in refused.next_step


@pytest.mark.parametrize(
    ("field", "written", "words"),
    [
        ("unit_code", "第76集团军", "第76集团军"),
        ("unit_code", "第一八一旅", "第一八一旅"),
        ("unit_code", "62师", "62师"),
        ("unit_code", "守备一团", "一团"),
        ("unit_code", "北海舰队", "舰队"),
        ("unit_code", "某旅", "某旅"),
        ("unit_code", "12345部队3营", "3营"),
        ("subunit", "三连", "三连"),
        ("subunit", "机动支队", "机动支队"),
        ("county", "东部战区", "东部战区"),
        ("name", "某旅 张三", "某旅"),
    ],
)
def test_a_designation_is_refused_with_its_words_and_the_next_step(field: str, written: str, words: str) -> None:
    refused = refusal(UNIT, **{field: written})

    assert type(refused) is UnitDesignationRefused
    assert f"「{words}」" in refused.message
    assert "部队代号（五位数字" in refused.next_step
    assert [fault.field for fault in refused.errors] == [field]


@pytest.mark.parametrize("street", ["第71集团军军部", "某部队大院", "第2旅营区", "东海舰队宿舍", "江苏省军区大院"])
def test_a_civil_address_names_no_designation_either(street: str) -> None:
    assert type(refusal(CIVIL, street=street)) is UnitDesignationRefused


@pytest.mark.parametrize(
    "street",
    [
        *("团结路12号", "八一路3号", "师范学院东区", "旅游集散中心", "连云港路5号", "营盘村二组", "1旅馆对面"),
        *(
            "新华一村",
            "集团大厦8楼",
            "三垛镇少游大队部旁",
            "军民路7号",
            "石河子市143团12连",
            "一百团场5号",
            "建设基地2栋",
        ),
    ],
)
def test_places_that_only_sound_military_are_taken(street: str) -> None:
    assert read(CIVIL, street=street).street == street


@pytest.mark.parametrize(
    ("base", "overrides", "field"),
    [
        (CIVIL, {"unit_code": "12345"}, "unit_code"),
        (CIVIL, {"po_box": "12"}, "po_box"),
        (CIVIL, {"subunit": "1"}, "subunit"),
        (CIVIL, {"street": "12345部队"}, "street"),
        (CIVIL, {"street": "邮局123信箱"}, "street"),
        (UNIT, {"po_box": "123"}, "po_box"),
        (BOX, {"unit_code": "12345"}, "unit_code"),
    ],
)
def test_two_kinds_in_one_address_are_refused(base: dict[str, Any], overrides: dict[str, str], field: str) -> None:
    refused = refusal(base, **overrides)

    assert type(refused) is AddressKindMixed
    assert [fault.field for fault in refused.errors] == [field]


def test_an_unknown_province_is_refused() -> None:
    refused = refusal(CIVIL, province="淮海省")

    assert type(refused) is ProvinceUnknown
    assert refused.code == "ProvinceUnknown"


@pytest.mark.parametrize(
    ("base", "overrides", "field"),
    [
        (CIVIL, {"name": "张"}, "name"),
        (CIVIL, {"name": "张三13812345678"}, "name"),
        (CIVIL, {"telephone": "1801234"}, "telephone"),
        (CIVIL, {"city": ""}, "city"),
        (CIVIL, {"city": "12"}, "city"),
        (CIVIL, {"county": "8号"}, "county"),
        (CIVIL, {"street": ""}, "street"),
        (UNIT, {"unit_code": ""}, "unit_code"),
        (UNIT, {"unit_code": "1234部队"}, "unit_code"),
        (UNIT, {"unit_code": "123456部队"}, "unit_code"),
        (BOX, {"po_box": "信箱"}, "po_box"),
        (UNIT, {"subunit": "分队"}, "subunit"),
    ],
)
def test_what_is_missing_or_malformed_is_named(base: dict[str, Any], overrides: dict[str, str], field: str) -> None:
    refused = refusal(base, **overrides)

    assert type(refused) is AddressInvalid
    assert [fault.field for fault in refused.errors] == [field]


@pytest.mark.parametrize("written", ["江苏", "江苏省", " 江 苏 省 "])
def test_a_province_is_known_by_its_short_name(written: str) -> None:
    assert read(CIVIL, province=written).province == "江苏省"


def test_a_municipality_needs_no_city_beside_it() -> None:
    assert read(CIVIL, province="上海", city="市辖区", county="浦东新区").line == "上海市浦东新区界首镇育才路12号"
