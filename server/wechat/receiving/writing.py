"""聊天里的答复 — a reply of the bot in plain text, in pieces that WeChat takes; options are chosen by their number."""

import re
from collections.abc import Sequence

from bot.replies import Kind, Reply

LONGEST_BYTES = 2048
"""Of a text in a chat (客服消息 document)."""
MOST_PARTS = 3
_CHOOSE = "回复数字选择："
_BESIDE = "您也可能想问（回复数字）："
_CUT = "……（内容较长，请打开小程序查看全部）"
_NUMBER = re.compile(r"^\s*(?:选|第|我选)?\s*([1-9１-９一二三四五六七八九])\s*(?:个|项|条|号)?\s*[。.!！]?\s*$")
_DIGITS = {sign: place % 9 + 1 for place, sign in enumerate("123456789１２３４５６７８９一二三四五六七八九")}
GREETING = (
    "您好，这里是退役军人服务助手。优待证、优待政策、招聘会、包裹、服务站，都可以直接打字或说话问我；"
    "要找人工请回复「转人工」。"
)
NO_WORDS = "这里暂时看不了图片、视频和文件，请把您想问的打字或用语音说出来；要找人工请回复「转人工」。"
NOT_HEARD = "这段语音没有听清，请再说一遍或者打字；要找人工请回复「转人工」。"
CODE_UNKNOWN = "这个码没有对应的内容，可能已经停用；您想办什么，可以直接打字问我。"


def chosen_number(text: str) -> int | None:
    """Return which option a person chose by its number, counted from 1; None for any other text."""
    found = _NUMBER.match(text)
    return _DIGITS[found[1]] if found else None


def write_reply(reply: Reply) -> list[str]:
    """Return what stands in the chat for a reply, in at most three pieces that WeChat takes."""
    lines = [reply.text]
    lines += [part for card in reply.cards for part in ("", f"【{card.title}】", *card.lines)]
    if reply.needs_login:
        lines += ["", "请打开小程序登录后查看。"]
    if reply.options:
        heading = _BESIDE if reply.kind is Kind.ANSWER else _CHOOSE
        lines += ["", heading, *(f"{number}. {option.label}" for number, option in enumerate(reply.options, start=1))]
    return split_text("\n".join(lines).strip())


def split_text(text: str, *, most: int = MOST_PARTS) -> list[str]:
    """Return a text in pieces of at most 2048 bytes, parted between lines or sentences where that is possible."""
    parts: list[str] = []
    rest = text
    while rest and len(parts) < most:
        piece = _fitting(rest)
        parts.append(piece.strip("\n"))
        rest = rest[len(piece) :].lstrip("\n")
    if rest:
        parts[-1] = _fitting(parts[-1], LONGEST_BYTES - len(_CUT.encode())) + _CUT
    return parts


def _fitting(text: str, longest: int = LONGEST_BYTES) -> str:
    if len(text.encode()) <= longest:
        return text
    beginning = text.encode()[:longest].decode("utf-8", "ignore")
    for sign in ("\n", "。", "；", "，"):
        place = beginning.rfind(sign)
        if place > len(beginning) // 2:
            return beginning[: place + 1]
    return beginning


def fits_one(parts: Sequence[str]) -> bool:
    """Whether a reply is one piece, as a passive reply has to be."""
    return len(parts) == 1
