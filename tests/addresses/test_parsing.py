"""粘贴地址"""

from pathlib import Path

import pytest

from models.addresses import Address, AddressKind
from server.addresses.parser_process import ParserProcess
from server.addresses.parsing import parse_address
from tests.addresses.test_parser_process import program
from tests.factories.merchants import make_town
from tests.service import Client

SILENT = "raise SystemExit"
PASTED = "江苏省扬州市高邮市界首镇育才路12号, 张三 13812345678"


@pytest.mark.usefixtures("database")
async def test_a_text_that_begins_with_a_town_of_here_is_of_here(tmp_path: Path) -> None:
    await make_town("321084112", "界首镇")
    parser = ParserProcess(program(tmp_path, SILENT), answer_seconds=20)

    found = await parse_address(text="界首镇龙翔小区3栋 张三丰 13812345678", parser=parser)
    await parser.close()

    assert (found.province, found.city, found.county) == ("江苏省", "扬州市", "高邮市")
    assert (found.street, found.name) == ("界首镇龙翔小区3栋", "张三丰")


@pytest.mark.usefixtures("database")
async def test_without_the_library_simple_rules_answer_and_say_so(tmp_path: Path) -> None:
    parser = ParserProcess(program(tmp_path, SILENT), answer_seconds=20)

    found = await parse_address(text=PASTED, parser=parser)
    await parser.close()

    assert (found.kind, found.name, found.street) == (AddressKind.CIVIL, "张三", "界首镇育才路12号")
    assert [note for note in found.notes if "简单规则" in note]


TRADITIONAL = """
import json, sys
print(json.dumps({"ready": True}), flush=True)
table = str.maketrans("蘇揚郵鎮張豐電話組", "苏扬邮镇张丰电话组")
for line in sys.stdin:
    wish, text = json.loads(line)
    places = dict.fromkeys(("province", "city", "county", "town", "village", "detail"), "")
    print(json.dumps({"text": text.translate(table)} if wish == "simplify" else places), flush=True)
"""


@pytest.mark.usefixtures("database")
async def test_traditional_characters_are_simplified_but_for_the_name(tmp_path: Path) -> None:
    await make_town("321084112", "界首镇")
    parser = ParserProcess(program(tmp_path, TRADITIONAL), answer_seconds=20)

    found = await parse_address(text="江蘇省揚州市高郵市界首鎮大昌村三組 張三豐收 電話13812345678", parser=parser)
    await parser.close()

    assert (found.province, found.county, found.street) == ("江苏省", "高邮市", "界首镇大昌村三组")
    assert (found.name, found.telephone) == ("張三豐", "13812345678")
    assert [note for note in found.notes if "繁体" in note]


@pytest.mark.usefixtures("database")
async def test_traditional_characters_are_told_where_nothing_can_simplify_them(tmp_path: Path) -> None:
    parser = ParserProcess(program(tmp_path, SILENT), answer_seconds=20)

    found = await parse_address(text="江蘇省揚州市 13812345678", parser=parser)
    await parser.close()

    assert found.telephone == "13812345678"
    assert "原文有繁体字，暂时不能转成简体，请仔细核对" in found.notes


@pytest.mark.parametrize("text", ["江苏扬州高邮界首镇大昌村三组", "高邮市界首镇大昌村三组", "高邮界首镇大昌村三组"])
@pytest.mark.usefixtures("database")
async def test_what_stands_above_a_town_of_here_may_be_short(text: str, tmp_path: Path) -> None:
    await make_town("321084112", "界首镇")
    parser = ParserProcess(program(tmp_path, SILENT), answer_seconds=20)

    found = await parse_address(text=f"{text} 张三 13812345678", parser=parser)
    await parser.close()

    assert (found.city, found.county, found.street) == ("扬州市", "高邮市", "界首镇大昌村三组")


async def test_a_person_gets_fields_to_confirm_and_nothing_is_stored(service: Client) -> None:
    person = await service.login("somebody-who-pastes")

    answer = await person.post("/v1/address-parses", {"text": PASTED})

    assert answer.status == 200
    assert (answer.json["name"], answer.json["telephone"]) == ("张三", "13812345678")
    assert (answer.json["province"], answer.json["county"]) == ("江苏省", "高邮市")
    assert answer.json["street"] == "界首镇育才路12号"
    assert await Address.all().count() == 0


async def test_too_long_a_text_is_malformed(service: Client) -> None:
    person = await service.login("somebody-who-pastes")

    assert (await person.post("/v1/address-parses", {"text": "长" * 301})).code == "MalformedRequest"
