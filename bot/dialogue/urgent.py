"""紧急 — words that bring a person at once, read before anything is looked up: rules, so that nobody is missed."""

import re

from bot.replies import HandoverReason

_SELF = (
    r"不想活|不想再活|活不下去|活不下切|活够|活腻|活着没(?:啥|什么)?(?:意思|意义|劲|盼头)|没(?:啥|"
    r"什么)?(?:意思|意义|劲|盼头)活|"
    r"不如死|死了算|死了干净|一死百了|想死|想去死|寻死|找死路|寻短见|轻生|自尽|自杀|自残|自伤|一了百了|了结(?:自己|"
    r"生命|这辈子|残生)|"
    r"结束(?:自己|生命|这一切|这辈子)|没(?:有)?活路|不想过了|过够了|跳楼|跳河|跳湖|跳桥|上吊|割腕|割脉|喝农药|"
    r"喝药死|吃安眠药|吞安眠药|"
    r"开煤气|遗书|最后一次(?:跟|和)?(?:你们|大家)?说话|下辈子再|死给你们?看|同归于尽|来世再|走了就解脱|解脱算了|"
    r"世上没(?:啥|什么)?(?:牵挂|留恋)|撑不下去|熬不下去|挺不下去|没法活|不活了|死了(?:就)?好|要死在"
)
_CRISIS = re.compile(_SELF)
_ABOUT_RULES = re.compile(r"(?:自杀|自残|自伤|自尽).{0,12}(?:烈士|因公|病故|抚恤|评|认定|待遇|算不算|保险|赔|优待证)")
"""A question about the rule, such as whether a self-inflicted wound counts."""
_FIRST_PERSON = re.compile(
    r"我(?:真|都|就|也|是|现在|今天|实在|好)?(?:的)?(?:不想活|想死|想自杀|活不|活够|要自杀|准备自杀|去死)"
)

_THREAT = re.compile(
    r"带刀|拿刀|动刀|砍(?:人|死|你|了)|捅(?:人|死|你|了)|杀(?:了)?(?:你|他|人|光)|弄死|打死|揍(?:你|他|人)|"
    r"放火|烧了(?:你|他|那|事务)|点(?:了|火)(?:你|他)|炸(?:了|掉|你|他|平)|汽油|炸药|泼(?:粪|油|"
    r"硫酸)|砸(?:了|烂|场|门|你)|"
    r"拉横幅|堵(?:门|大门|路|你们)|静坐|绝食|围(?:堵|攻)|躺(?:在|到)?你们(?:门口|大厅)|(?:坐|睡|赖|"
    r"跪|守)在?(?:你们|事务局|服务站|政府)?(?:门口|"
    r"大厅).{0,6}(?:不走|不起|不离开)|"
    r"(?:集体|一起|带人|组织|召集|喊(?:上|了)?).{0,10}(?:上访|进京|去北京|闹|去省里)|闹(?:事|大|到)|报复|走着瞧|没完|"
    r"鱼死网破|让你们(?:好看|吃不了|后悔|不得安生)|跟你们拼|拼命|不客气了"
)
_TAKES_RISKS = re.compile(r"没完")
"""Said in anger of anything; alone it is not a threat."""

_BY_WORD = re.compile(
    r"转(?:接)?人工|人工(?:客服|服务|坐席|台)?$|^人工|(?:叫|找|要|接|换|喊|给我).{0,4}人工|真人|活人|"
    r"(?:换|找|叫|来|喊)个人(?:来|跟|和|给|说|接)|不(?:想|要)?(?:跟|和)(?:你|机器|"
    r"机器人).{0,4}(?:说|聊|讲|谈)|跟你说不清|"
    r"别(?:用|拿)机器|机器人.{0,6}(?:听不懂|没用|滚)|"
    r"(?:找|见|叫|喊|要).{0,6}(?:局长|站长|主任|领导|负责人|书记|科长|管事的).{0,8}(?:谈|来|说|"
    r"见|接|电话|$)|real person|"
    r"human agent|talk to (?:a )?(?:human|person)"
)


def urgent_reason(text: str) -> HandoverReason | None:
    """Return why a person has to take over at once, None for any other question.

    ``text`` is cleaned: simplified, lower case, without signs; blanks do not part what belongs together.
    """
    joined = text.replace(" ", "")
    if _CRISIS.search(joined) and (_FIRST_PERSON.search(joined) or not _ABOUT_RULES.search(joined)):
        return HandoverReason.CRISIS
    threats = _THREAT.findall(joined)
    if threats and not all(_TAKES_RISKS.fullmatch(threat) for threat in threats):
        return HandoverReason.THREAT
    if _BY_WORD.search(joined):
        return HandoverReason.BY_WORD
    return None
