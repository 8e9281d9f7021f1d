"""优惠的问法 — which sentences ask who offers something to card holders, and what they ask for."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from models.towns import TownNames


class PerkIntent(StrEnum):
    """优惠意图 — offers of any kind, or a bed for the night."""

    PERK_SEARCH = "perk_search"
    LODGING = "lodging"


_LODGING = re.compile(r"军人驿站|盐河酒店|锦江都城|酒店|宾馆|旅馆|住宿|旅店|民宿")
_ROOM = re.compile(
    r"房间?|空房|订|入住|住(?:一晚|一夜|几晚|两晚|下|得|不|吗)|今晚|今天晚上|明晚|有没有|还有|多少钱|价|哪家|哪里|附近|电话|地址|满了|前台|推荐"
)
_OFFER = re.compile(r"优惠|优待|打折|折扣|便宜|减免|特价|福利|让利|满减")
_SHOP = re.compile(
    r"理发|剪头|洗澡|浴室|超市|饭店|餐|面馆|早茶|早饭|吃饭|火锅|药店|药房|买药|眼镜|配镜|体检|牙|医院|诊所|健身|电影|影院|洗车|修车|加油|汽修|"
    r"洗衣|干洗|照相|摄影|书店|培训|驾校|学车|手机|话费|宽带|流量|电信|移动|联通|银行|理财|保险|景点|门票|公园|博物馆|旅游|蛋糕|花店|家电|家具|"
    r"服装|衣服|鞋|水果|茶|咖啡|足疗|按摩|美容|美发|商场|商店|商家|商户|店|家政|搬家|装修|五金"
)
_POLICY = re.compile(
    r"规定|政策|条例|法|依据|条件|怎么办理|申领|补办|凭什么|应该|为什么|多少项|几项|98|残疾|伤残|现役|是不是都|能不能都|外地|全国|外省|不让|不认|拒绝"
)
_FILLER = re.compile(
    r"退役军人|退伍军人|退伍兵|老兵|优待证|军人|请问|你好|您好|麻烦|帮我|给我|给|帮忙|一下|现在|目前|最近|今天|今晚|明天|"
    r"有没有|有什么|有哪些|有哪家|有啥|哪些|哪里|哪块|哪儿|哪家|哪个|什么|推荐|看看|查询|查找|搜索|查|搜|找|列|"
    r"优惠|优待|打折|折扣|便宜|减免|福利|特价|商家|商户|附近|周边|身边|离我近|就近|最近的|近|"
    r"想要|想|要|去|在|能用|可以用|能|可以|享受|凭证|凭|用|的|地|得|是|我们|我家|我|俺|吗|呢|吧|啊|呀|嘛|么|不|有|到|高邮市?|这边|这里|这块|里|上|和|或|个|家|些|人"
)
_NEAR = re.compile(r"附近|周边|身边|离我|就近|近(?:一?点|的)|最近的")


@dataclass(frozen=True, slots=True)
class PerkWishes:
    """优惠问题里说到的 — a town's code and words to search for, empty for none."""

    town_code: str
    words: str
    is_near: bool


def recognise(text: str) -> PerkIntent | None:
    """Return the intent of a sentence about offers, None for any other, a question about the rules among them."""
    plain = _plain(text)
    if not 2 <= len(plain) <= 80 or _POLICY.search(plain):
        return None
    if _LODGING.search(plain) and (_ROOM.search(plain) or _OFFER.search(plain)):
        return PerkIntent.LODGING
    if _OFFER.search(plain) and _SHOP.search(plain):
        return PerkIntent.PERK_SEARCH
    if _OFFER.search(plain) and re.search(r"附近|周边|身边|离我", plain):
        return PerkIntent.PERK_SEARCH
    return None


def read_wishes(text: str, towns: TownNames) -> PerkWishes:
    """Return what a sentence about offers asks for."""
    left = _plain(text)
    is_near = bool(_NEAR.search(left))
    town_code, name = towns.named_in(left) or ("", "")
    left = left.replace(name, " ") if name else left
    words = re.sub(r"[^0-9a-z\u4e00-\u9fff]+", " ", _FILLER.sub(" ", left)).split()
    return PerkWishes(town_code, " ".join(words)[:20], is_near)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
