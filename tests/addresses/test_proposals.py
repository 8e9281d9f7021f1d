"""粘贴的地址按简单规则识别"""

import pytest

from models.addresses import AddressKind
from server.addresses.parser_process import Found
from server.addresses.pasting import take_apart
from server.addresses.proposals import Proposal, find_place, propose


def read(text: str) -> Proposal:
    taken = take_apart(text)
    return propose(taken, find_place(taken.place), ())


@pytest.mark.parametrize(
    "text",
    [
        "江苏省扬州市高邮市界首镇育才路12号, 张三 13812345678",
        "张三 138 1234 5678 江苏扬州市高邮市界首镇育才路12号",
        "收件人：张三\n手机号码：138-1234-5678\n所在地区：江苏省扬州市高邮市\n详细地址：界首镇育才路12号",
        "江苏省扬州市高邮市界首镇育才路12号 张三收 +86 13812345678",
        "１３８１２３４５６７８，张三，江苏省扬州市高邮市界首镇育才路１２号",
        "张三13812345678江苏省扬州市高邮市界首镇育才路12号",
        "江苏省扬州市高邮市界首镇育才路12号张三13812345678",
        "收件人张三江苏省扬州市高邮市界首镇育才路12号，1 3 8 1 2 3 4 5 6 7 8",
        "名字 张三 号码13812345678 地址 江苏省扬州市高邮市界首镇育才路12号 邮编：225600",
        "街道地址：江苏省扬州市高邮市界首镇育才路12号\n收件人姓名：张三\n联系电话：86-13812345678",
        "寄到江苏省扬州市高邮市 界首镇育才路12号 225600 张三(收) 13812345678",
    ],
)
def test_name_telephone_and_place_are_found_in_any_order(text: str) -> None:
    found = read(text)

    assert (found.kind, found.name, found.telephone) == (AddressKind.CIVIL, "张三", "13812345678")
    assert (found.province, found.city, found.county) == ("江苏省", "扬州市", "高邮市")
    assert found.street == "界首镇育才路12号"
    assert found.notes == ()


@pytest.mark.parametrize(
    "text",
    [
        "寄件人:李四 13912345678 收件人:张三 13812345678 江苏省扬州市高邮市界首镇育才路12号",
        "收件人：张三 江苏省扬州市高邮市界首镇育才路12号 13812345678 寄件人：李四 13912345678",
    ],
)
def test_of_a_sender_and_a_recipient_the_recipient_is_taken(text: str) -> None:
    found = read(text)

    assert (found.name, found.telephone, found.street) == ("张三", "13812345678", "界首镇育才路12号")
    assert found.notes == ("文字里还有寄件人，只识别了收件人",)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("江苏 徐州市云龙区和平路57号 李学军 13812345678", "李学军"),
        ("江苏 徐州市云龙区和平路57号 13812345678 王芳", "王芳"),
        ("广东省深圳市南山区深南大道9988号 欧阳娜娜 13812345678", "欧阳娜娜"),
        ("艾力·买买提 新疆喀什市色满路1号 13812345678", "艾力·买买提"),
        ("江苏 高邮 界首镇大昌村 13812345678", ""),
        ("江苏省徐州市云龙区 王家小学 13812345678", ""),
    ],
)
def test_a_name_is_told_from_a_place(text: str, name: str) -> None:
    assert read(text).name == name


def test_beside_a_unit_any_name_is_known_by_its_place_at_the_telephone() -> None:
    found = read("西藏自治区拉萨市城关区 中国人民解放军 95123部队 尼玛次仁 13812345678")

    assert (found.unit_code, found.name, found.notes) == ("95123", "尼玛次仁", ())


def test_a_city_under_no_other_city_is_the_city() -> None:
    found = propose(take_apart("王芳 13812345678"), Found("新疆维吾尔自治区", "", "石河子市", "", "", "北泉镇"), ())

    assert (found.city, found.county, found.street, found.notes) == ("石河子市", "", "北泉镇", ())


def test_a_unit_code_with_its_subunit_and_extension() -> None:
    found = read("新疆维吾尔自治区喀什地区 12345部队 12分队 王五 0998-2612345转802")

    assert (found.kind, found.unit_code, found.subunit) == (AddressKind.UNIT_CODE, "12345", "12")
    assert (found.name, found.telephone, found.city) == ("王五", "0998-2612345-802", "喀什地区")
    assert found.street == ""


def test_a_po_box_in_a_municipality() -> None:
    found = read("北京市海淀区 123信箱45分队 赵六收 010-68801234")

    assert (found.kind, found.po_box, found.subunit) == (AddressKind.PO_BOX, "123", "45")
    assert (found.province, found.city, found.county) == ("北京市", "北京市", "海淀区")


def test_a_street_beside_a_unit_is_left_out_and_told() -> None:
    found = read("江苏省南京市 12345部队 中山路3号 王五 13812345678")

    assert found.street == ""
    assert any("中山路3号" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "words"),
    [("江苏省徐州市第71集团军 张三 13812345678", "第71集团军"), ("武警江苏总队某支队 张三 13812345678", "武警")],
)
def test_a_designation_is_not_refused_but_told(text: str, words: str) -> None:
    found = read(text)

    assert any(words in note and "部队代号" in note for note in found.notes)


def test_what_was_not_found_is_told() -> None:
    assert read("育才路12号").notes == ("没有认出姓名、电话、省、市，请补上",)


@pytest.mark.parametrize("text", ["x" * 300, "，。、", "1" * 300, "\u202e反\u202c", "部队", "信箱 信箱", "🙂" * 50])
def test_strange_texts_are_no_fault(text: str) -> None:
    assert isinstance(read(text), Proposal)
