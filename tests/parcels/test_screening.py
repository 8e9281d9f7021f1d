"""寄递物品筛查 — words that must be flagged, and words that only look alike."""

import pytest

from server.parcels.screening import Severity, air_obstacle, prohibited_goods, screen

FLAGGED = {
    "firearms": "仿真枪 猎枪子弹 军用弹壳 气枪",
    "controlled_tools": "匕首 弹簧刀 甩棍 弓弩 电击器",
    "explosives": "鞭炮 烟花两盒 摔炮 仙女棒 炮仗",
    "compressed_gas": "打火机 摩丝 发胶 杀虫喷雾 卡式炉气罐 灭火器",
    "flammable_liquids": "汽油 油漆 指甲油 稀释剂 打火机油",
    "flammable_solids": "火柴 固体酒精 自热火锅 木炭",
    "oxidisers": "双氧水 高锰酸钾 漂白粉",
    "toxic": "农药 老鼠药 水银体温计 百草枯 蟑螂药",
    "infectious": "血液样本 骨灰 疫苗",
    "radioactive": "放射源 铀矿石",
    "corrosive": "84消毒液 ８４消毒液 洁厕灵 硫酸 电瓶 管道疏通剂",
    "drugs": "大麻 罂粟壳 笑气 Ｋ粉",
    "illegal_publications": "盗版光盘 邪教传单",
    "espionage": "窃听器 针孔摄像头",
    "forged": "假币 假发票 假身份证",
    "infringing": "假烟 高仿包 A货手表",
    "endangered": "象牙手镯 穿山甲鳞片 玳瑁梳子 熊胆粉",
    "border_controlled": "出土文物 走私表",
    "state_secrets": "绝密文件 涉密U盘 密件 军用地图",
    "other": "现金500元 人民币 活鱼 小乌龟 香烟两条 金项链首饰 身份证",
    "batteries": "充电宝 移动电源 五号电池 电动牙刷 旧手机 蓝牙耳机",
    "liquids": "白酒 香水 花露水 酱油 蜂蜜 洗发水 米酒 风油精 菜油",
    "powders": "面粉 奶粉 洗衣粉 藕粉 痱子粉",
    "alcohol": "医用酒精 消毒酒精 免洗洗手液 碘伏",
    "knives": "菜刀 水果刀 剪刀 瑞士军刀 指甲刀 斧头",
    "magnets": "磁铁 强磁扣 蓝牙音箱 吸铁石",
}
HARMLESS = (
    "高邮咸鸭蛋 双黄鸭蛋 棉袜 秋衣秋裤 毛衣 运动鞋 家书 照片 相册 笔记本 钢笔 刀削面 刀切馒头 刀豆 刀架 火腿肠 "
    "方便面 红薯粉条 粉丝 粉笔 汤圆 汤勺 牛奶糖 牛奶饼干 酒心巧克力 果汁软糖 酒酿饼 红酒杯 香水百合 糖醋排骨 "
    "硫酸软骨素 盐酸氨溴索片 硫磺皂 虎皮鸡蛋 虎皮蛋糕 象牙白毛衣 象牙芒 麝香保心丸 人间烟火小说 烟花裙 子弹杯 "
    "玩具手枪 水枪 高仿真花 人民币收藏册 身份证套 黄金奇异果 首饰盒 手机壳 手机膜 电池盒 喇叭裤 喇叭花 打火机套 "
    "骨灰盒 活性炭口罩 火柴人玩偶 木炭画 酒精测试仪 刀郎唱片 蜂蜜麻花 董糖 界首茶干 秦邮董糖 饼干 毛巾 "
    "被子 手套 护膝 羽绒服 牙刷 牙膏 香皂 药膏 茶叶 瓜子 花生米 核桃 红枣 书 报纸 围巾 帽子 台历 枕头 皮带 拖鞋"
)


@pytest.mark.parametrize(
    ("code", "item"), [(code, item) for code, items in FLAGGED.items() for item in items.split(" ")]
)
def test_what_people_write_is_flagged_in_its_category(code: str, item: str) -> None:
    found = screen([item])

    assert code in {warning.category for warning in found}, found


@pytest.mark.parametrize("item", HARMLESS.split())
def test_what_only_looks_alike_is_not(item: str) -> None:
    assert screen([item]) == []


def test_there_are_eighteen_categories_with_secrets_others_and_what_may_not_fly() -> None:
    codes = [category.code for category in prohibited_goods().categories]

    by_air = {"batteries", "liquids", "powders", "alcohol", "knives", "magnets"}
    assert set(codes) == set(FLAGGED)
    assert len(codes) == len(set(codes)) == 18 + len({"other", "state_secrets"}) + len(by_air)
    assert {c.code for c in prohibited_goods().categories if c.severity is Severity.NOT_BY_AIR} == by_air


def test_every_exception_holds_a_keyword_that_it_excepts() -> None:
    idle = [
        (category.code, exception)
        for category in prohibited_goods().categories
        for exception in category.exceptions
        if not any(word.lower() in exception.lower() for word in category.keywords)
    ]

    assert idle == []


def test_a_warning_names_category_word_item_and_the_next_step() -> None:
    [warning] = screen(["大红鞭炮 两挂"])

    assert (warning.item, warning.word, warning.category, warning.severity) == (
        *("大红鞭炮 两挂", "鞭炮", "explosives"),
        Severity.NEVER,
    )
    assert warning.sentence == "「大红鞭炮 两挂」里的「鞭炮」属于爆炸物品：禁止寄递"
    assert "工作人员查验" in warning.next_step


def test_an_exception_does_not_excuse_the_real_thing_beside_it() -> None:
    assert [warning.word for warning in screen(["刀削面和菜刀"])] == ["菜刀"]


def test_the_gravest_warning_comes_first() -> None:
    found = screen(["充电宝", "现金", "鞭炮"])

    assert [warning.severity for warning in found] == [Severity.NEVER, Severity.INSPECT, Severity.NOT_BY_AIR]


def test_a_state_secret_is_told_by_its_law() -> None:
    [warning] = screen(["涉密文件"])

    assert "保守国家秘密法第二十八条" in warning.sentence
    assert "保密规定" in warning.next_step


def test_why_things_may_not_fly_is_one_sentence() -> None:
    assert air_obstacle(screen(["充电宝", "白酒", "另一个充电宝"])) == (
        "物品中有「充电宝」、「白酒」，不能走航空，请选陆运的服务"
    )
    assert air_obstacle(screen(["现金", "袜子"])) == ""
