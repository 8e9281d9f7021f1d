"""岗位的问法测试 — what people say, and what they say that is for somebody else to answer."""

import pytest

from models.jobs import JobKind
from server.jobs.sentences import JobIntent, JobWishes, read_wishes, recognise

SEARCHES = """
附近有什么岗位
附近有什么工作
我家附近有招人的吗
离我近的工作有哪些
有没有保安的工作
界首有什么岗位
界首镇招不招电工
我想找份工作
想找个开车的活
帮我推荐几个岗位
推荐适合我的工作
最近有什么招聘信息
有哪些新岗位
哪里招厨师
哪家公司在招焊工
高邮有啥工作好找
兵教师还招吗
有没有兵教师岗位
公益性岗位有哪些
退役军人专岗有哪些
村社区工作人员招聘信息
想干保安，有岗位吗
我想当驾驶员，哪里有招聘
送桥那边有没有厂招工
工资5000以上的工作有哪些
三垛镇有什么适合退伍军人的职位
查一下最新岗位
看看有什么职位
叉车司机 岗位
不用上夜班的工作有吗
有适合我的职位没
周边招保洁吗
退伍了想找个司机的工作
谁家招厨师
我会电焊能做什么工作
哪儿能找到工作
仓库管理员还招人吗
月薪八千的岗位
找工作
高邮哪些厂缺人
想在家附近上班，有什么推荐
送外卖的还要人吗
有没有适合五十岁的活干
卸甲镇社区招人不
"""
FAIRS = """
最近的招聘会
最近有招聘会吗
下一场招聘会什么时候
招聘会在哪里办
退役军人专场招聘会几点开始
这个月还有招聘会吗？
附近有没有招聘会
怎么报名参加招聘会
春季双选会是哪天
想去现场招聘看看
招聘会有哪些单位
招聘会
招聘会要带什么材料
我报名的招聘会是哪天
就业大集在哪儿
甘垛那场招聘会取消了吗
"""
STATUSES = """
我的投递到哪一步了
我投的简历有回复吗
投递进度查询
查看我的投递记录
我的简历单位看了没
我应聘的保安有结果了吗
我申请的岗位怎么样了
面试通知我怎么还没收到消息
我投了三家，现在什么情况
我投递的岗位有没有人查看
我被录用了吗
我求职的进展
我报名的职位到哪里了
简历投出去没消息
前天投的岗位单位看了吗
面试结果出来了吗
投简历以后多久有结果
我昨天投的那个保安怎么样了
我的面试安排在哪天
我投递被拒了吗
"""
OTHERS = """
退役军人就业有哪些优惠政策
国企招聘退役军人年龄可以放宽吗
企业招用退役军人有税收优惠吗
参加招聘会有补贴吗
公益性岗位怎么申请
退役军人找工作有什么优待
自主就业一次性退役金什么时候发
退役士兵安置工作到哪里办理
服役时间算不算工龄
退役军人创业贷款怎么办理
转业干部安置什么时候开始
事业单位招聘退役军人优先吗
退役后技能培训要钱吗
试用期被辞退有赔偿吗
老板拖欠工资怎么维权
失业保险金怎么领
优待证怎么办
优待证丢了怎么补
坐公交免费吗
附近有什么优惠
附近的退役军人服务站在哪
包裹到哪里了
我的快递到哪一步了
给部队寄包裹要多少钱
工作人员什么时候上班
服务站的工作时间
工作日几点开门
退役军人事务局招不招志愿者的条例
怎么入伍
征兵什么时候开始
今年招飞行员的规定
招生简章在哪看
烈士陵园在哪里
光荣牌怎么领
我们公司想招聘退役军人
怎么发布岗位
你好
谢谢
今天天气怎么样
在
企业不招退伍兵合法吗
当兵几年可以安排工作
立功的能安排工作吗
退役军人有工作安排吗
自主择业和安排工作有什么区别
军属找工作有照顾吗
伤残军人找工作单位不要怎么办
复工复职怎么弄
就业创业证怎么办理
招待所有优惠吗
招商引资有什么项目
我的优待证审核到哪一步了
领导工作作风差怎么举报
我想投诉工作人员
"""


def lines(text: str) -> list[str]:
    return [line for line in text.strip().splitlines() if line]


@pytest.mark.parametrize("sentence", lines(SEARCHES))
def test_a_search_for_openings_is_recognised(sentence: str) -> None:
    assert recognise(sentence) is JobIntent.JOB_SEARCH


@pytest.mark.parametrize("sentence", lines(FAIRS))
def test_a_question_about_fairs_is_recognised(sentence: str) -> None:
    assert recognise(sentence) is JobIntent.JOB_FAIR


@pytest.mark.parametrize("sentence", lines(STATUSES))
def test_a_question_about_ones_applications_is_recognised(sentence: str) -> None:
    assert recognise(sentence) is JobIntent.APPLICATION_STATUS


@pytest.mark.parametrize("sentence", lines(OTHERS))
def test_what_others_answer_is_left_to_them(sentence: str) -> None:
    assert recognise(sentence) is None


def test_blanks_and_full_width_signs_do_not_matter() -> None:
    assert recognise("　附 近 有 什 么 岗 位 ？") is JobIntent.JOB_SEARCH
    assert recognise("岗位" * 100) is None


TOWNS = {
    "321084001": "高邮街道",
    "321084112": "界首镇",
    "321084116": "送桥镇",
    "321084200": "菱塘回族乡",
    "321084401": "城南经济新区（车逻镇）",
    "321084406": "经济开发区（马棚街道）",
}


@pytest.mark.parametrize(
    ("sentence", "wishes"),
    [
        ("附近有什么岗位", JobWishes("", None, "", True)),
        ("有没有保安的工作", JobWishes("", None, "保安", False)),
        ("界首镇招不招电工", JobWishes("321084112", None, "电工", False)),
        ("我想在车逻找个叉车司机的工作", JobWishes("321084401", None, "叉车司机", False)),
        ("城南经济新区有什么岗位", JobWishes("321084401", None, "", False)),
        ("菱塘有啥活", JobWishes("321084200", None, "", False)),
        ("马棚街道的CNC岗位", JobWishes("321084406", None, "cnc", False)),
        ("高邮有什么工作", JobWishes("", None, "", False)),
        ("有没有兵教师岗位", JobWishes("", JobKind.MILITARY_INSTRUCTOR, "", False)),
        ("送桥的公益性岗位有哪些", JobWishes("321084116", JobKind.PUBLIC_WELFARE, "", False)),
        ("退役军人专岗有哪些", JobWishes("", JobKind.VETERANS_ONLY, "", False)),
        ("我会电焊能做什么工作", JobWishes("", None, "电焊", False)),
        ("想找会计的工作", JobWishes("", None, "会计", False)),
        ("推荐适合我的工作", JobWishes("", None, "", False)),
        ("村社区工作人员招聘信息", JobWishes("", JobKind.VILLAGE_STAFF, "", False)),
    ],
)
def test_what_a_search_asks_for_is_read(sentence: str, wishes: JobWishes) -> None:
    assert read_wishes(sentence, TOWNS) == wishes
