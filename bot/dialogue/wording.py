"""话术 — the bot's own sentences; facts come from the knowledge and from the records only."""

from bot.replies import HandoverReason, RefusalReason

CAN_DO = (
    "我能回答退役军人和军属的政策问题（优待证、就业、安置、抚恤、医疗、烈士褒扬、法律援助等），"
    "也能查优待商家、岗位、招聘会、包裹和服务站"
)
CRISIS = (
    "您现在的安全最要紧。请马上拨打全国统一心理援助热线 12356；正有危险的，请立即拨打 110 或 120。"
    "您不是一个人，我已经通知工作人员尽快联系您，请留在安全、有人的地方。"
)
HANDOVERS: dict[HandoverReason, str] = {
    HandoverReason.CRISIS: CRISIS,
    HandoverReason.THREAT: "您的着急我们听到了。这件事已经转给工作人员，会有人来和您说清楚；"
    "请先不要做伤害自己或别人的事。",
    HandoverReason.COMPLAINT: "让您受委屈了。您的意见已经转给工作人员登记，会有人核实后答复您；"
    "请补充时间、地点和经过。",
    HandoverReason.OWN_CASE: "您个人的情况要由工作人员查看后答复，我不能替他们认定。已经转给工作人员，请在这里等回复。",
    HandoverReason.BY_WORD: "好的，已经为您转给工作人员，请把要办的事说一说，他们会在这里回复您。",
    HandoverReason.NOT_UNDERSTOOD: "抱歉，我两次都没有听明白。已经转给工作人员，请在这里等回复，也可以再补充几句。",
}
REFUSALS: dict[RefusalReason, str] = {
    RefusalReason.OUTSIDE: f"这个问题不在我能回答的范围里。{CAN_DO}。",
    RefusalReason.EMPTY: f"我没有看到文字。{CAN_DO}，请用一句话说说您想问什么。",
    RefusalReason.TOO_LONG: "这段话太长，我读不完。请用一两句话说说最想问的事，或者说「转人工」。",
    RefusalReason.FOREIGN: f"我只懂中文，请用中文问我。{CAN_DO}。",
    RefusalReason.ABUSE: "您心里有气我理解。有要办的事请直接告诉我；想和工作人员说，请说「转人工」。",
    RefusalReason.UNKNOWN: "我没有找到经过审核的答案，不能乱说。换个说法再问一次，或者说「转人工」让工作人员回答您。",
    RefusalReason.GREETING: f"您好，我是邮兵助手。{CAN_DO}。请直接说您想问的事。",
}
CLARIFY = "您想问的是下面哪一件？点一下就行。"
PERHAPS = "您可能想问「{}」，不是的话请点下面的选项："
OTHER = "都不是，转人工"
