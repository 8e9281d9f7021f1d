"""服务号菜单文件 — what it may say, what WeChat is sent, and how it differs from what is in force."""

from pathlib import Path

import pytest

from bot.knowledge import topics
from server.wechat.menu import MENU_FILE, Difference, MenuFaulty, as_request, differences, read_menu

APPID = "wx0123456789abcdef"
LEAF = "{name: 问, say: 你好}"


def faults_of(text: str) -> str:
    with pytest.raises(MenuFaulty) as raised:
        read_menu(text)
    return str(raised.value)


def test_the_file_of_the_house_keeps_the_rules_and_names_topics_that_exist() -> None:
    menu = read_menu(MENU_FILE.read_text(encoding="utf-8"))
    asked = [button.ask for top in menu.buttons for button in (top, *top.buttons) if button.ask]

    assert [button.name for button in menu.buttons] == ["服务", "问政策", "我的"]
    assert asked
    assert all((Path(topics.__path__[0]) / f"{slug}.md").exists() for slug in asked)


def test_each_kind_of_button_becomes_what_wechat_takes() -> None:
    menu = read_menu(
        """
        fallback_url: https://example.org/
        buttons:
          - {name: 说, say: 我的包裹到哪了}
          - name: 更多
            buttons:
              - {name: 主题, ask: ydz-apply}
              - {name: 页面, page: pages/index/index}
              - {name: 网页, url: "https://example.org/a"}
        """
    )

    assert as_request(menu, mini_appid=APPID) == {
        "button": [
            {"type": "click", "name": "说", "key": "say:我的包裹到哪了"},
            {
                "name": "更多",
                "sub_button": [
                    {"type": "click", "name": "主题", "key": "ask:ydz-apply"},
                    {
                        "type": "miniprogram",
                        "name": "页面",
                        "appid": APPID,
                        "pagepath": "pages/index/index",
                        "url": "https://example.org/",
                    },
                    {"type": "view", "name": "网页", "url": "https://example.org/a"},
                ],
            },
        ]
    }


def test_lengths_are_counted_in_bytes() -> None:
    five, six = "服务服务服", "服务服务服务"
    twenty = "一二三四五六七八九十" * 2

    assert read_menu(f"buttons: [{{name: {five}, say: 你好}}]").buttons[0].name == five
    assert "16 字节" in faults_of(f"buttons: [{{name: {six}, say: 你好}}]")
    assert read_menu(f"buttons: [{{name: 服务, buttons: [{{name: {twenty}, say: 你好}}]}}]")
    assert "60 字节" in faults_of(f"buttons: [{{name: 服务, buttons: [{{name: {twenty}一, say: 你好}}]}}]")
    assert read_menu(f"buttons: [{{name: 服务, say: {'a' * 124}}}]")
    assert "太长" in faults_of(f"buttons: [{{name: 服务, say: {'a' * 125}}}]")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("buttons: []", "1 到 3 个，现在是 0 个"),
        (f"buttons: [{LEAF}, {LEAF}, {LEAF}, {LEAF}]", "现在是 4 个"),
        (f"buttons: [{{name: 服务, buttons: [{', '.join([LEAF] * 6)}]}}]", "最多 5 个按钮，现在是 6 个"),
        (f"buttons: [{{name: 服务, buttons: [{{name: 下, buttons: [{LEAF}]}}]}}]", "下面不能再有按钮"),
        ("buttons: [{name: 服务}]", "只有一个去处"),
        ('buttons: [{name: 服务, say: 你好, url: "https://a.cn"}]', "只有一个去处"),
        ("buttons: [{name: '', say: 你好}]", "1 到 16 字节"),
        ("buttons: [{name: 服务, page: pages/a}]", "fallback_url"),
        ("{fallback_url: 'https://a.cn', buttons: [{name: 服务, page: /pages/a}]}", "开头没有 /"),
        ('buttons: [{name: 服务, url: "javascript:alert(1)"}]', "https://"),
        ("buttons: [{name: 服务, call: 12}]", "写法不对"),
        ("buttons: 服务", "写法不对"),
        ("[", "不是正确的 YAML"),
        ("", "写法不对"),
    ],
)
def test_what_wechat_would_refuse_is_told_before_it_is_asked(text: str, words: str) -> None:
    assert words in faults_of(text)


def test_every_fault_is_told_at_once() -> None:
    assert len(faults_of("buttons: [{name: 一, call: 1}]").splitlines()) == 1
    assert len(faults_of("buttons: [{name: 一}, {name: 二}, {name: 三}]").splitlines()) == 3


def test_a_page_needs_the_mini_programs_appid() -> None:
    menu = read_menu("{fallback_url: 'https://a.cn', buttons: [{name: 服务, page: pages/a}]}")

    with pytest.raises(MenuFaulty, match="WECHAT_MINI_APPID"):
        as_request(menu, mini_appid="")


def test_a_menu_does_not_differ_from_itself_whatever_wechat_adds() -> None:
    wanted = as_request(read_menu(f"buttons: [{LEAF}]"), mini_appid="")
    found = {"button": [{"type": "click", "name": "问", "key": "say:你好", "sub_button": []}]}

    assert differences(wanted, found) == []


def test_differences_name_the_place_and_both_sides() -> None:
    wanted = as_request(
        read_menu("buttons: [{name: 问, say: 您好}, {name: 服务, buttons: [{name: 新, ask: ydz-apply}]}]"),
        mini_appid="",
    )
    found = {
        "button": [
            {"type": "click", "name": "问", "key": "say:你好"},
            {"name": "服务", "sub_button": []},
            {"type": "view", "name": "旧", "url": "https://a.cn"},
        ]
    }

    assert differences(wanted, found) == [
        Difference("改动", "1", "问（click say:你好） → 问（click say:您好）"),
        Difference("改动", "2", "服务（） → 服务"),
        Difference("增加", "2.1", "新（click ask:ydz-apply）"),
        Difference("去掉", "3", "旧（view https://a.cn）"),
    ]


def test_where_there_is_no_menu_everything_is_new() -> None:
    wanted = as_request(read_menu(f"buttons: [{LEAF}]"), mini_appid="")

    assert differences(wanted, None) == [Difference("增加", "1", "问（click say:你好）")]
