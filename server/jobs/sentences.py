"""岗位的问法 — which sentences are about openings, fairs or one's applications, and what they ask for."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.jobs import JobKind


class JobIntent(StrEnum):
    """岗位问题的意图"""

    JOB_SEARCH = "job_search"
    JOB_FAIR = "job_fair"
    APPLICATION_STATUS = "application_status"


_POLICY = re.compile(
    r"政策|条例|规定|法律|合法|违法|歧视|第.{1,4}条|放宽|照顾|优先|优待|补贴|补助|津贴|贷款|税|退役金|安置|安排工作|工作.{0,3}安排|转业|自主(?:择业|就业)|复工|复职|社保|医保|养老|公积金|"
    r"失业|培训|学费|考编|公务员|三支一扶|待遇怎么算|算工龄|工龄|劳动合同|试用期|仲裁|维权|拖欠|赔偿|辞退|裁员|"
    r"(?:怎么|如何)(?:申请|认定|办理)|怎么办|"
    r"(?:可以|能|能不能|可不可以|是否|是不是).{0,8}(?:减免|报销|享受|领取)"
)
"""Words of questions that a text of the law answers, not a list of openings."""
_PAPERS = re.compile(r"(?:需要|要|准备|带)(?:什么|哪些)(?:材料|手续|条件|证)")
_EMPLOYERS_SIDE = re.compile(
    r"(?:发布|刊登|登记|上传|导入|审核|撤回|下架).{0,4}(?:岗位|职位|招聘)|"
    r"(?:我们|本|我)(?:单位|公司|厂|店|村).{0,6}(?:招人|招聘|要招|想招)|怎么招(?:人|聘)|"
    r"(?:举办|办|组织|承办|布置|取消)(?:一?场|个)?招聘会|展位|摊位|参展"
)
"""Said by who recruits or holds a fair."""

_FAIR = re.compile(r"招聘会|双选会|招聘活动|人才(?:市场|集市)|招聘大集|就业大集|现场招聘|专场招聘")
_OWN = re.compile(r"我|俺|本人|自己|投|面试")
_APPLICATION = re.compile(r"投递|投(?:的|了|过|出|完|简历)|(?:申请|报名)的?(?:岗位|工作|职位)|应聘|面试|简历|录用|求职")
_PROGRESS = re.compile(
    r"到(?:哪|那|什么)|进度|进展|状态|结果|记录|情况|怎么样|咋样|回复|回音|消息|通知|被拒|拒了|查|我的投递|"
    r"(?:看|查看|处理|录用|通过)(?:了|上)?(?:没|吗)|有没有(?:看|录|过|人)|哪天|多久|(?:几|哪些|什么)(?:个|时候|家)"
)
_JOB = re.compile(
    r"岗位|职位|工作(?!人员|日|服|证明|经历|经验|年限|时间|作风)|招聘|招工|招人|招不招|招(?=[^生兵商待收手呼牌募]|$)|"
    r"活(?:儿|干|$)|打工|(?:想|附近|近).{0,6}上班|就业机会|兵教师|公益岗|专岗|用工|缺人|缺工|要人|找(?:个|份)?(?:事|活)"
)
_SEEKING = re.compile(
    r"附近|周边|身边|离我|近的?|哪(?:些|里|儿|家|有)|有(?:没有|什么|啥|哪|吗)|什么|啥|找|想(?:做|干|要|找|去|当|在)|"
    r"推荐|看看|招|要人|缺人|缺工|适合|最新|新(?:的|出|发)|查|搜|介绍|需要|应聘|(?:岗位|工作|职位)(?:吗|呢|信息|列表)?$"
)


def recognise(text: str) -> JobIntent | None:
    """Return what a sentence is about; None for anything else, policy questions and what employers ask among it."""
    plain = _plain(text)
    if not 2 <= len(plain) <= 120 or _POLICY.search(plain) or _EMPLOYERS_SIDE.search(plain):
        return None
    if _FAIR.search(plain):
        return JobIntent.JOB_FAIR
    if _PAPERS.search(plain):
        return None
    if _APPLICATION.search(plain) and _PROGRESS.search(plain) and _OWN.search(plain):
        return JobIntent.APPLICATION_STATUS
    if _JOB.search(plain) and _SEEKING.search(plain):
        return JobIntent.JOB_SEARCH
    return None


@dataclass(frozen=True, slots=True)
class JobWishes:
    """找岗位的话里说到的 — a town's code, a kind, and what is left as words to search for; empty for none."""

    town_code: str
    kind: JobKind | None
    words: str
    is_near: bool


_KINDS = {
    JobKind.MILITARY_INSTRUCTOR: re.compile(r"兵教师|兵老师"),
    JobKind.VILLAGE_STAFF: re.compile(r"村(?:和|或|、)?社区(?:工作人员|工作者)?|社区工作(?:人员|者)|村官|村干部|村委"),
    JobKind.PUBLIC_WELFARE: re.compile(r"公益性?岗位?"),
    JobKind.VETERANS_ONLY: re.compile(r"(?:退役军人|退伍军人|老兵)专岗|专岗"),
}
_NEAR = re.compile(r"附近|周边|身边|离我(?:家|这)?(?:近|最近)?|近(?:一?点|的)|就近|家门口")
_FILLER = re.compile(
    r"退役军人|退伍军人|退伍兵|老兵|请问|你好|您好|麻烦|帮我|给我|帮忙|一下|现在|目前|最近|最新|近期|今天|这几天|"
    r"有没有|有什么|有哪些|有哪家|有啥|哪些|哪里|哪儿|哪家|什么样|什么|合适|适合|推荐|介绍|看看|查询|查找|查查|搜索|"
    r"岗位|职位|工作|招聘|招工|招人|在招|信息|列表|单位|公司|工厂|企业|机会|就业|上班|打工|活儿|"
    r"想要|想找|想做|想干|想当|想去|想|要|找|做|干|当|去|招|查|搜|活|份|个|些|的|地|得|在|是|能|可以|会(?![计所议务展])|"
    r"我们|我家|我|俺|本人|吗|呢|吧|啊|呀|嘛|么|不|有|到|新|高邮市?|镇上|镇里|镇|这边|那边|这里|那里|里|上|和|或"
)


def read_wishes(text: str, towns: Mapping[str, str]) -> JobWishes:
    """Return what a sentence about openings asks for; ``towns`` are the names of towns by code."""
    left = _plain(text)
    town_code = ""
    for code, names in sorted(_spoken(towns).items()):
        for name in names:
            if not town_code and name in left:
                town_code, left = code, left.replace(name, " ")
    kind = next((kind for kind, words in _KINDS.items() if words.search(left)), None)
    if kind is not None:
        left = _KINDS[kind].sub(" ", left)
    is_near = bool(_NEAR.search(left))
    words = re.sub(r"[^0-9a-z\u4e00-\u9fff]+", " ", _FILLER.sub(" ", _NEAR.sub(" ", left))).split()
    return JobWishes(town_code, kind, " ".join(words)[:20], is_near)


def _spoken(towns: Mapping[str, str]) -> dict[str, list[str]]:
    """Return how people say the towns: 界首镇, 界首; of 城南经济新区（车逻镇） either; the longest first."""
    spoken: dict[str, list[str]] = {}
    for code, name in towns.items():
        parts = [part for part in re.split(r"[（）()]", _plain(name)) if part]
        short = [re.sub(r"(?:经济新区|经济开发区|回族乡|街道|镇|乡)$", "", part) for part in parts]
        # 高邮 alone is the city
        names = {*parts, *(part for part in short if len(part) > 1 and part != "高邮")}
        spoken[code] = sorted(names, key=lambda part: -len(part))
    return spoken


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
