"""违法条件用语 — the words by which unlawful conditions are told, and the words that look like them and are harmless.

Only grounds that a statute names: age, looks, birth sign and region are named by none of those cited, so no rule
here speaks of them; staff who review a posting may.
"""

import re
from dataclasses import dataclass

EMPLOYMENT = "就业促进法"
DISABLED = "残疾人保障法"
CONTRACT = "劳动合同法"


@dataclass(frozen=True, slots=True)
class Rule:
    """违法条件规则 — one way of writing an unlawful condition; ``exception`` names words that make it doubtful."""

    ground: str
    pattern: re.Pattern[str]
    law: str
    article: str
    message: str
    is_certain: bool = True
    exception: str = ""
    takes_words: bool = False
    """Rules that come later do not read the words again."""


_GAP = r"[^,;。!?\n]"
_ONLY = (
    r"(?:(?<![不无])限(?:制为?|于)?|仅限|只限|[仅只](?:招聘?|收|要|考虑|面向|录用|聘)|"
    r"须为|必须(?:是|为)|须是|要求为?|务必是)"
)
_NOT = (
    r"(?:勿扰|勿投|勿来|免谈|勿面|除外|谢绝|不予录用|不予考虑|不考虑|不招|不要|不收|不接受|不录用|"
    r"一律不|莫扰|别来|止步)"
)
_REFUSED = r"(?:不招聘?|不接[受收]|不要|不收|不录用|不考虑|不聘用?|谢绝|拒绝(?:录用|招用)?|拒收|拒招)"
_TRADE = (
    r"(?:服务员|营业员|收银员|店员|导购|保洁员?|保安|文员|前台|会计|出纳|客服|司机|驾驶员|操作工|普工|缝纫工|焊工|"
    r"电工|钳工|搬运工|装卸工|仓管员?|库管|厨师|面点师|洗碗工|护工|护士|助理|秘书|业务员|销售员?|教练|教官|教师|老师|"
    r"技师|学徒|主播|安检员?|宿管|救生员|质检员?|检验员?|包装工|跟单|内勤)长?"
)
_ROLE = rf"(?:{_TRADE}|员工|职工|工人|工)"
_PERSON = r"(?:性(?:员工|职工|朋友|同胞|求职者)?|士|生|孩子?|同志|员工|职工|工人?|大学生|青年|军人|退役军人|者)?"
_MALE = rf"男{_PERSON}"
_FEMALE = rf"(?:(?<!妇)女{_PERSON}|妇女)"
_EITHER = rf"(?:{_MALE}|{_FEMALE})"
_PEOPLES = (
    "汉|蒙古?|回|藏|维吾?尔?|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|"
    "景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|"
    "裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺"
)
_PEOPLE = rf"(?:(?:{_PEOPLES})族|回民(?!街|区|中学|小学|公墓))"
_MINORITY = rf"(?:少数民族|外族|维族|{_PEOPLE})"
_BELIEVER = (
    r"(?:信教|有?宗教信仰|信仰?(?:宗教|佛教?|基督教?|天主教?|伊斯兰教?|道教?)|"
    r"(?:佛|基督|天主|伊斯兰|道)教徒?|教徒|信徒|穆斯林)"
)
_DISABLED_PERSON = r"(?:残疾人?(?:士|员)?|残障人?士?|聋哑人?|盲人|听障|视障|肢残)"
_RURAL = r"(?:农村(?:户口|户籍|人员|劳动者)|农业户口|农民工?|乡下人)"
_URBAN = r"(?:城镇|城市|非农业?)(?:户口|户籍|居民)"
_HEPATITIS = r"(?:乙肝|HBV|大三阳|小三阳|艾滋病?|HIV|病原携带者|传染病(?:病原)?携带者|梅毒)"
_MEASURE = rf"(?:性|士|生|子)?{_GAP}{{0,6}}\d[\d.~-]*(?:周?岁|米|厘米|公分|CM|公斤|斤|KG|次|秒|分钟)"
_FEE = r"(?:押金|抵押金|保证金|风险金|服装费|工装费|培训费|报名费|建档费|中介费|介绍费|岗位费|入职费)"

HARMLESS = re.compile(
    r"不(?:限|分|论|拘)(?:制)?(?:男女|性别|民族|种族|宗教|婚否|户籍|户口)+|(?:男女|性别|民族|种族|宗教信仰|婚否|婚育|户籍|户口|城乡)(?:均)?不(?:限|分|论|拘)|"
    r"(?:男女(?:老少)?|已婚未婚|城镇农村|汉族(?:和|与|及|、)少数民族)(?:员工)?(?:均可|皆可|都可以?|都要|平等)|男女(?:同工同酬|平等|兼招)|无论男女|"
    r"男[、或/]?女(?:均可|皆可|都可|不限)|(?:汉族|少数民族)(?:均可|皆可)|"
    r"男[、/或和及]女|男,女(?=均可|皆可|都可|不限)|女[、/或和及]男|子女|儿女|女儿|孙女|少女|水族(?:馆|箱|店|用品)|[男女](?:性|士)(?:客户|用户|顾客|消费者|会员|患者)|妇女(?:主任|儿童|之家|权益|工作|联合会|干部)|妇联|"
    r"[男女]士?(?:装|鞋|包|袜|裤|衣|裙|帽|表|科|厕|浴|款|式|性?用品|性?护肤|性?服饰|性?健康|性?内衣)|"
    r"女(?:职工|性)(?:特殊)?(?:权益|保护|委员会|假)|女子(?:医院|监狱|学校|篮球|排球)|女排|女足|男篮|男足|"
    r"[男女](?:生|工|职工|员工|教师|性)?(?:宿舍|公寓|浴室|更衣室|卫生间|洗手间|厕所|监区)|"
    r"[无没]有?性别(?:要求|限制)|不得(?:有性别|歧视)[^,;。\n]{0,10}|(?:尊重|保护|不干涉)[^,;。\n]{0,6}(?:宗教信仰|民族)[^,;。\n]{0,6}|"
    r"(?:不|无需|无须|不用|免|未|禁止|不得|不会|概不|从不|绝不)(?:向[^,;。\n]{1,6})?(?:交纳?|缴纳?|收取?|预付|扣留?|扣押)(?:(?!但|只)[^,;。\n]){0,12}|"
    r"(?:收取?|缴纳?|交纳?|管理|核对|退还)[^,;。\n]{0,4}(?:客户|租客|租户|业主|住客|顾客|会员|学员|农民工|投标|履约|货物|工程|项目|海关)[^,;。\n]{0,8}|"
    r"(?:提供|办理|负责)[^,;。\n]{0,4}(?:融资|贷款|企业)担保|"
    r"城镇(?:零就业家庭|登记失业)[^,;。\n]{0,4}|不(?:歧视|拒绝)[^,;。\n]{0,12}|"
    rf"{_DISABLED_PERSON}(?:优先|亦可|也可|均可)|(?:残疾|听障|视障)(?:军人|退役军人)(?:优先|亦可)"
)

EXCEPTIONS = {
    "unfit": re.compile(r"井下|矿山|矿井|四级体力|不适合(?:妇女|女性|女职工)|禁忌从事"),
    "same_sex": re.compile(r"浴室|澡堂|更衣室|宿舍管理|宿管|安检|搜身|监区|妇女主任|妇联|妇女干部|月子|产后|产康"),
    "halal": re.compile(r"清真|牛羊屠宰|民族宗教|双语"),
    "party": re.compile(r"党员|党务|党建|党组织"),
    "hygiene": re.compile(r"食品|餐饮|厨|饭店|食堂|幼儿|托育|保育|饮用水|美容|血液|医院|护理|保洁"),
    "welfare": re.compile(r"公益性岗位|就业困难|零就业"),
}
"""Words anywhere in the posting that may make a condition lawful; then staff decide."""

_SEX = "不得以性别为条件招聘，请删去性别要求，改写工作内容和所需能力"
_MARRIAGE = "不得以婚姻、生育状况为条件招聘，请删去婚育要求"
_PEOPLE_MESSAGE = "不得以民族、种族为条件招聘，请删去这项要求"
_FAITH = "不得以宗教信仰为条件招聘，请删去这项要求"
_CARRIER = "不得以是传染病病原携带者为由拒绝录用，请删去这项要求"
_DISABILITY = "不得歧视残疾人，请删去这项要求，改写工作所需的具体能力"
_RURAL_MESSAGE = "不得对农村劳动者进城就业设置歧视性限制，请删去户口要求"
_FEE_MESSAGE = "不得扣押证件，不得要求担保或向劳动者收取财物，请删去这项要求"


def _rules(
    ground: str,
    law: str,
    article: str,
    message: str,
    *patterns: str,
    is_certain: bool = True,
    exception: str = "",
    takes_words: bool = False,
) -> tuple[Rule, ...]:
    return tuple(
        Rule(ground, re.compile(pattern, re.IGNORECASE), law, article, message, is_certain, exception, takes_words)
        for pattern in patterns
    )


def _sex_patterns(person: str, letter: str, other: str) -> tuple[str, ...]:
    return (
        rf"{_ONLY}:?{person}(?!{other})",
        rf"优先(?:录用|考虑|招聘|录取)?{person}(?!{other})",
        rf"{person}{_ROLE}?(?:求职者|者)?(?:优先|优先考虑|为佳|为宜)",
        rf"性别(?:要求)?[:为是]?(?:限)?{letter}(?!{other}|[/、或]{other})",
        rf"(?:\A|[,;。\n(:、.)])(?:要求:?)?{letter}(?:性|士)?(?=[,;。\n)、]|\Z|\d)(?!、{other})",
        rf"(?:(?<!不)招聘?|诚聘|急聘|(?<!不)聘用?|需要?){letter}(?:性|士|生)?{_ROLE}(?=[\d一二三四五六七八九十若数多]{{1,3}}[名人位个]|[,;。\n(]|\Z)",
        rf"(?:\A|[,;。\n:、.)]){letter}(?:性|士|生)?{_TRADE}(?=[,;。\n(]|\Z)",
        rf"{letter}(?:性|士|生)?{_ROLE}[\d一二三四五六七八九十若数多]{{1,3}}[名人位个]",
    )


RULES: tuple[Rule, ...] = (
    # different bounds for men and women may follow the ages of retirement or raise the standard for women
    *_rules(
        "sex",
        EMPLOYMENT,
        "第二十七条",
        "对男女提出了不同的要求，不得提高对妇女的录用标准，请核对",
        rf"男{_MEASURE}[^;。\n]{{0,12}}女{_MEASURE}",
        rf"女{_MEASURE}[^;。\n]{{0,12}}男{_MEASURE}",
        is_certain=False,
        takes_words=True,
    ),
    *_rules("sex", EMPLOYMENT, "第三条、第二十七条", _SEX, *_sex_patterns(_MALE, "男", "女"), exception="unfit"),
    *_rules("sex", EMPLOYMENT, "第三条", _SEX, *_sex_patterns(_FEMALE, "(?<!妇)女", "男"), exception="same_sex"),
    *_rules(
        "sex",
        EMPLOYMENT,
        "第三条、第二十七条",
        _SEX,
        rf"{_FEMALE}{_GAP}{{0,4}}{_NOT}",
        rf"{_REFUSED}{_FEMALE}",
        exception="unfit",
    ),
    *_rules(
        "sex", EMPLOYMENT, "第三条", _SEX, rf"{_MALE}{_GAP}{{0,4}}{_NOT}", rf"{_REFUSED}{_MALE}", exception="same_sex"
    ),
    *_rules(
        "marriage",
        EMPLOYMENT,
        "第二十七条",
        _MARRIAGE,
        rf"(?:不得|不准|不能|不许|禁止|承诺不|保证不|暂不){_GAP}{{0,6}}(?:结婚|怀孕|生育|生孩子|要孩子|备孕)",
        rf"{_FEMALE}{_GAP}{{0,6}}(?:已婚已育|已育|未婚|已婚)",
        rf"(?:已婚已育|已育|未婚|已婚){_GAP}{{0,3}}{_FEMALE}",
        rf"(?:孕妇|怀孕|备孕|哺乳期){_GAP}{{0,6}}{_NOT}",
        rf"{_REFUSED}(?:孕妇|怀孕|备孕)",
    ),
    # the article speaks of women; of a condition put to everybody staff judge whether it falls on them
    *_rules(
        "marriage",
        EMPLOYMENT,
        "第二十七条",
        _MARRIAGE,
        r"(?:已婚已育|已婚|已育|未婚未育|未婚)(?:人士|人员|者)?(?:优先|为佳)",
        rf"{_ONLY}(?:已婚|已育|未婚|未育|单身)",
        rf"(?:未婚|未育|已婚|单身){_GAP}{{0,4}}{_NOT}",
        r"(?:无|没有)(?:近期)?(?:生育|结婚|二胎|二孩)(?:计划|打算)",
        r"(?:\A|[,;。\n])(?:要求)?(?:已婚已育|已婚|未婚未育|未婚)(?=[,;。\n]|\Z)",
        is_certain=False,
    ),
    *_rules(
        "people",
        EMPLOYMENT,
        "第三条、第二十八条",
        _PEOPLE_MESSAGE,
        rf"{_ONLY}:?{_PEOPLE}",
        rf"{_MINORITY}{_GAP}{{0,4}}{_NOT}",
        rf"{_REFUSED}{_MINORITY}",
        rf"汉族{_GAP}{{0,3}}优先",
        rf"民族(?:要求)?[:为是]?{_PEOPLE}",
        rf"(?:\A|[,;。\n])(?:要求)?{_PEOPLE}(?=[,;。\n]|\Z)",
        rf"非{_PEOPLE}{_GAP}{{0,4}}{_NOT}",
        exception="halal",
    ),
    # 28 asks for due care of minorities, so that a preference for one of them is not plainly unlawful
    *_rules(
        "people",
        EMPLOYMENT,
        "第三条、第二十八条",
        _PEOPLE_MESSAGE,
        rf"(?!汉族){_PEOPLE}{_GAP}{{0,3}}优先",
        rf"(?:新疆|西藏|疆籍|藏区|凉山){_GAP}{{0,8}}{_NOT}",
        rf"{_REFUSED}(?:新疆|西藏|凉山)",
        is_certain=False,
    ),
    *_rules(
        "people",
        EMPLOYMENT,
        "第三条",
        _PEOPLE_MESSAGE,
        rf"{_ONLY}(?:白人|黑人|黄种人|白种人)",
        rf"(?:黑人|白人|有色人种){_GAP}{{0,4}}(?:{_NOT}|优先)",
        rf"{_REFUSED}(?:黑人|有色人种)",
    ),
    *_rules(
        "faith",
        EMPLOYMENT,
        "第三条",
        _FAITH,
        rf"{_BELIEVER}(?:者|人员|人士|的)?{_GAP}{{0,3}}(?:{_NOT}|优先)",
        rf"{_REFUSED}{_BELIEVER}",
        rf"{_ONLY}{_BELIEVER}",
        r"(?:无|没有|不得有)(?:任何)?宗教信仰",
        r"不信(?:仰宗)?教",
        exception="party",
    ),
    *_rules(
        "carrier",
        EMPLOYMENT,
        "第三十条",
        _CARRIER,
        rf"{_HEPATITIS}(?:者|患者|病毒)?(?:携带者)?{_GAP}{{0,4}}{_NOT}",
        rf"{_REFUSED}{_HEPATITIS}",
        rf"(?:无|没有|非|排除){_HEPATITIS}",
        exception="hygiene",
    ),
    *_rules(
        "carrier",
        EMPLOYMENT,
        "第三十条",
        _CARRIER,
        r"(?:无|没有)(?:任何)?(?:传染病|传染性疾病|(?:乙型|病毒性)?肝炎)",
        rf"(?:传染病|传染性疾病)(?:患?者)?{_NOT}",
        r"两对半|乙肝五项|乙肝(?:检查|检测|筛查|表面抗原)",
        is_certain=False,
    ),
    *_rules(
        "disability",
        DISABLED,
        "第三条、第三十八条",
        _DISABILITY,
        rf"{_DISABLED_PERSON}{_GAP}{{0,4}}{_NOT}",
        rf"{_REFUSED}{_DISABLED_PERSON}",
    ),
    *_rules(
        "disability",
        EMPLOYMENT,
        "第二十九条",
        _DISABILITY,
        rf"(?:无|没有|非){_DISABLED_PERSON}",
        r"(?:四肢|肢体|五官)(?:健全|齐全)|无身体缺陷|无(?:肢体|生理)缺陷",
        is_certain=False,
    ),
    *_rules(
        "rural",
        EMPLOYMENT,
        "第三十一条",
        _RURAL_MESSAGE,
        rf"{_RURAL}{_GAP}{{0,4}}{_NOT}",
        rf"{_REFUSED}{_RURAL}",
        rf"{_ONLY}{_GAP}{{0,4}}{_URBAN}",
        rf"{_URBAN}{_GAP}{{0,3}}优先",
        exception="welfare",
    ),
    *_rules(
        "fee",
        CONTRACT,
        "第九条",
        _FEE_MESSAGE,
        rf"(?:交纳?|缴纳?|收取?|预付|先付|支付){_GAP}{{0,8}}{_FEE}",
        rf"{_FEE}{_GAP}{{0,4}}[1-9]\d*元?",
        rf"{_FEE}{_GAP}{{0,4}}(?:离职|期满|满\w{{1,3}}){_GAP}{{0,3}}退",
        rf"(?:抵押|扣押|扣留|上交|代管){_GAP}{{0,6}}(?:身份证|毕业证|退役证|证件)|押(?:身份证|毕业证|退役证)",
        rf"(?:身份证|毕业证|退役证|证件)(?:原件)?{_GAP}{{0,4}}(?:抵押|扣押|扣留|上交|由公司保管)(?!复印件)",
        rf"(?:提供|须有|需有|需要|要有){_GAP}{{0,6}}(?:担保人|担保书|保证人)|需{_GAP}{{0,3}}担保(?=[,;。\n]|\Z)",
    ),
)
