"""招聘条件 — sentences as postings have them: refused, left to staff, or nobody's business."""

import re
import time
from itertools import count

import pytest

from models.employers import EmployerNature
from models.jobs import PostingCondition
from server.jobs.condition_words import RULES
from server.jobs.conditions import LONGEST_EXCERPT, find_unlawful, may_be_relaxed

CERTAIN = [
    ("限男性，18-45周岁", "就业促进法", "第三条、第二十七条"),
    ("仓库管理员，仅限男士", "就业促进法", "第三条、第二十七条"),
    ("只招女生，形象气质佳", "就业促进法", "第三条"),
    ("男性优先，能上夜班", "就业促进法", "第三条、第二十七条"),
    ("同等条件下优先考虑男性", "就业促进法", "第三条、第二十七条"),
    ("女士优先，会用办公软件", "就业促进法", "第三条"),
    ("女性勿扰", "就业促进法", "第三条、第二十七条"),
    ("本岗位不招女工", "就业促进法", "第三条、第二十七条"),
    ("性别：男", "就业促进法", "第三条、第二十七条"),
    ("性别要求：女；学历：大专", "就业促进法", "第三条"),
    ("要求：男，35岁以下，有驾照", "就业促进法", "第三条、第二十七条"),
    ("仓管员（男）", "就业促进法", "第三条、第二十七条"),
    ("招女服务员5名", "就业促进法", "第三条"),
    ("男保安3名，两班倒", "就业促进法", "第三条、第二十七条"),
    ("男保安3名、女保洁2名", "就业促进法", "第三条、第二十七条"),
    ("招收银员，帅哥美女优先", "就业促进法", "第三条"),
    ("岗位要求：1.男性，45周岁以下；2.能驾驶货车", "就业促进法", "第三条、第二十七条"),
    ("男厨师长优先", "就业促进法", "第三条、第二十七条"),
    ("不接受女司机", "就业促进法", "第三条、第二十七条"),
    ("女，18-35周岁，普通话标准", "就业促进法", "第三条"),
    ("限 男 性", "就业促进法", "第三条、第二十七条"),
    ("限·男·性", "就业促进法", "第三条、第二十七条"),
    ("男女不限，男性优先", "就业促进法", "第三条、第二十七条"),
    ("女装导购，只招女性", "就业促进法", "第三条"),
    ("入职三年内不得结婚、怀孕", "就业促进法", "第二十七条"),
    ("女性已婚已育优先考虑", "就业促进法", "第二十七条"),
    ("孕妇及哺乳期勿扰", "就业促进法", "第二十七条"),
    ("仅限汉族", "就业促进法", "第三条、第二十八条"),
    ("民族：汉族，政治面貌不限", "就业促进法", "第三条、第二十八条"),
    ("限回民", "就业促进法", "第三条、第二十八条"),
    ("汉族优先录用", "就业促进法", "第三条、第二十八条"),
    ("少数民族勿扰", "就业促进法", "第三条、第二十八条"),
    ("不招维吾尔族、回族", "就业促进法", "第三条、第二十八条"),
    ("英语外教，限白人", "就业促进法", "第三条"),
    ("信教者勿扰", "就业促进法", "第三条"),
    ("要求无宗教信仰", "就业促进法", "第三条"),
    ("信仰佛教者优先", "就业促进法", "第三条"),
    ("乙肝携带者勿扰", "就业促进法", "第三十条"),
    ("身体健康，无乙肝", "就业促进法", "第三十条"),
    ("残疾人勿扰", "残疾人保障法", "第三条、第三十八条"),
    ("不招聋哑人", "残疾人保障法", "第三条、第三十八条"),
    ("限城镇户口", "就业促进法", "第三十一条"),
    ("农村户口者除外", "就业促进法", "第三十一条"),
    ("不要农民工", "就业促进法", "第三十一条"),
    ("入职需缴纳服装押金300元", "劳动合同法", "第九条"),
    ("培训费500元，满一年后退还", "劳动合同法", "第九条"),
    ("入职后身份证原件由公司保管", "劳动合同法", "第九条"),
    ("驾驶员须提供本地担保人一名", "劳动合同法", "第九条"),
]

DOUBTFUL = [
    ("煤矿井下掘进工，限男性", "就业促进法", "第三条、第二十七条"),
    ("女浴室服务员，只招女性", "就业促进法", "第三条"),
    ("村妇女主任，限女性", "就业促进法", "第三条"),
    ("男性55周岁以下，女性50周岁以下", "就业促进法", "第二十七条"),
    ("男身高1.70米以上、女身高1.60米以上", "就业促进法", "第二十七条"),
    ("已婚已育优先", "就业促进法", "第二十七条"),
    ("未婚者优先，提供住宿", "就业促进法", "第二十七条"),
    ("近期无生育计划", "就业促进法", "第二十七条"),
    ("清真餐厅厨师，限回族", "就业促进法", "第三条、第二十八条"),
    ("回族优先", "就业促进法", "第三条、第二十八条"),
    ("新疆、西藏户籍勿扰", "就业促进法", "第三条、第二十八条"),
    ("中共党员，无宗教信仰", "就业促进法", "第三条"),
    ("食堂帮厨，无乙肝", "就业促进法", "第三十条"),
    ("身体健康，无传染病", "就业促进法", "第三十条"),
    ("有传染病者勿扰", "就业促进法", "第三十条"),
    ("体检项目含两对半", "就业促进法", "第三十条"),
    ("四肢健全，吃苦耐劳", "就业促进法", "第二十九条"),
    ("公益性岗位，限本市城镇户籍", "就业促进法", "第三十一条"),
]

HARMLESS = [
    "男女不限，不限民族",
    "性别不限，年龄18-50周岁",
    "不限男女，不限户籍",
    "男女均可，吃苦耐劳",
    "男、女均可",
    "性别：男女不限",
    "性别：不限",
    "无性别要求",
    "女装销售，有女鞋销售经验者优先",
    "男装店长，熟悉男士护肤品",
    "在回民街门店上班，负责牛肉汤锅",
    "汉语言文学专业优先",
    "普通话标准，汉语水平二级甲等",
    "维吾尔语翻译，熟悉民族地区业务者优先",
    "烈士子女、退役军人子女优先",
    "退役军人优先，现役军人配偶优先",
    "少数民族同等条件下优先",
    "汉族、少数民族均可",
    "村妇女主任助理，协助妇联开展妇女儿童工作",
    "负责女生宿舍、男生宿舍的水电维修",
    "女子医院护士，持护士资格证",
    "妇女权益保护工作经验者优先",
    "婚姻登记处窗口人员",
    "婚否不限",
    "已婚未婚均可",
    "尊重少数民族风俗和宗教信仰",
    "协助街道做好民族宗教事务",
    "持有效健康证上岗",
    "身体健康，能适应倒班",
    "残疾人优先",
    "残疾军人优先，设无障碍工位",
    "残疾人联络员，服务辖区残疾人",
    "城乡不限，户口不限",
    "负责农民工工资专户管理",
    "城镇零就业家庭成员优先",
    "不收取任何费用，不收押金",
    "免费培训，包吃住",
    "负责收取租户押金并开具收据",
    "负责缴纳农民工工资保证金",
    "不收取押金和服装费",
    "男，女不限",
    "公司女员工占六成，关爱老职工、女职工",
    "限高邮本地户籍",
    "仅限退役军人报名，男女均可",
    "押运员证件齐全",
    "担保公司风控专员",
    "宿舍分男、女，独立卫浴",
    "产品仅面向女性客户",
    "有水族馆工作经验优先",
    "某某有限公司女裤车工",
    "入职时携带身份证复印件一份",
    "本公司不歧视残疾人，不限男女",
    "大专及以上学历，两年以上工作经验",
    "五险一金，双休，带薪年假，女职工特殊权益假",
    "限时3天完成线路勘测，上班族也可兼职",
]


@pytest.mark.parametrize(("text", "law", "article"), CERTAIN)
def test_a_plainly_unlawful_condition_is_certain_and_cites_its_article(text: str, law: str, article: str) -> None:
    found = find_unlawful({"description": text})

    assert [(hit.law, hit.article) for hit in found if hit.is_certain] == [(law, article)]
    assert "请" in found[0].message


@pytest.mark.parametrize(("text", "law", "article"), DOUBTFUL)
def test_a_condition_that_may_be_lawful_is_left_to_staff(text: str, law: str, article: str) -> None:
    found = find_unlawful({"description": text})

    assert [(hit.law, hit.article) for hit in found] == [(law, article)]
    assert not found[0].is_certain
    assert "由工作人员审核" in found[0].message


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_are_left_alone(text: str) -> None:
    assert find_unlawful({"title": text, "description": f"岗位说明：{text}。"}) == []


def test_each_condition_is_told_with_its_field_and_its_clause_in_order() -> None:
    texts = {"title": "质检员", "conditions": "大专，限女性；已婚已育优先。信教者勿扰", "benefits": "入职交押金200元"}

    found = find_unlawful(texts)

    assert [(hit.field, hit.excerpt, hit.is_certain) for hit in found] == [
        ("conditions", "限女性", True),
        ("conditions", "已婚已育优先", False),
        ("conditions", "信教者勿扰", True),
        ("benefits", "入职交押金200元", True),
    ]


def test_an_exception_is_looked_for_in_the_whole_posting() -> None:
    texts = {"title": "矿井支护工", "conditions": "限男性"}

    assert [hit.is_certain for hit in find_unlawful(texts)] == [False]
    assert [hit.is_certain for hit in find_unlawful({**texts, "title": "会计"})] == [True]


def test_two_conditions_in_two_clauses_are_told_apart() -> None:
    found = find_unlawful({"description": "招聘女教官1名，男教官3名"})

    assert [hit.excerpt for hit in found] == ["招聘女教官1名", "男教官3名"]


def test_a_long_clause_is_cut_in_the_excerpt() -> None:
    found = find_unlawful({"description": "工作地点在园区" * 20 + "限男性"})

    assert len(found) == 1
    assert len(found[0].excerpt) == LONGEST_EXCERPT
    assert "限男性" in found[0].excerpt


@pytest.mark.parametrize("text", ["男性女性限收取不得结婚汉族1", "女1男1不得提供收取限", "男", "，女", "不收取但"])
def test_the_search_takes_a_time_in_proportion_to_the_text(text: str) -> None:
    attempts = count()

    def seconds(length: int) -> float:
        texts = {"description": f"{text * (length // len(text))}。{next(attempts)}"}  # never the same text twice
        begun = time.process_time()
        find_unlawful(texts)
        return time.process_time() - begun

    short, long = (min(seconds(length) for _ in range(3)) for length in (2_000, 16_000))

    assert long < 8 * 4 * short + 0.05  # the square of it would be 64 times


def test_no_rule_matches_nothing_or_everything() -> None:
    for rule in RULES:
        assert not rule.pattern.search("")
        assert not rule.pattern.search("负责设备日常维护")
        assert re.fullmatch("(?:第[一二三四五六七八九十]+条、?)+", rule.article)


@pytest.mark.parametrize("nature", EmployerNature)
@pytest.mark.parametrize("condition", PostingCondition)
def test_age_and_schooling_may_be_relaxed_for_veterans_where_the_law_says_so(
    condition: PostingCondition, nature: EmployerNature
) -> None:
    is_named = nature.value != "other" and condition.value in {"age", "schooling"}

    assert may_be_relaxed(condition, nature=nature, is_veteran=True) is is_named
    assert not may_be_relaxed(condition, nature=nature, is_veteran=False)
