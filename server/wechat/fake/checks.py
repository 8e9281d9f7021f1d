"""替身内容安全 — texts judged by sample words; media judged later by a push."""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from server.wechat.fake.platform import Answer, Asked, Errcode, Now, Operation, Operations

ACTIVE_FOR = timedelta(hours=2)
TEXT_LENGTH = 2500
WORDS: Mapping[str, tuple[str, int]] = {
    "示例广告": ("review", 10001),
    "示例低俗": ("review", 20012),
    "示例辱骂": ("risky", 20003),
    "示例欺诈": ("risky", 20008),
    "示例违法": ("risky", 20006),
}
"""Sample words with what WeChat would suggest about a text that holds one, and its label."""
_SCENES = {1, 2, 3, 4}
_URL = re.compile(r"https?://\S+\Z")


class CheckDesk:
    """内容安全台 — ``last_seen`` tells when an openid was last active; ``pending`` are media that await their push,
    ``taken`` hears of each.
    """

    def __init__(self, now: Now, *, last_seen: Callable[[str], datetime | None]) -> None:
        self.pending: dict[str, Mapping[str, Any]] = {}
        self.taken: Callable[[str], None] = lambda trace_id: None
        self._now, self._last_seen = now, last_seen

    @property
    def operations(self) -> Operations:
        return {
            "/wxa/msg_sec_check": Operation("POST", self._text),
            "/wxa/media_check_async": Operation("POST", self._media),
        }

    def _text(self, asked: Asked) -> Answer:
        content = asked.body.get("content")
        if not isinstance(content, str) or not content:
            raise Errcode(44002, "empty post data")
        if len(content) > TEXT_LENGTH:
            raise Errcode(45002, "content size out of limit")
        self._check(asked)
        texts = (content, *(str(asked.body.get(name, "")) for name in ("title", "nickname", "signature")))
        found = [(word, *judged) for word, judged in WORDS.items() if any(word in text for text in texts)]
        worst = max((suggest for _, suggest, _ in found), default="pass", key=("pass", "review", "risky").index)
        label = next((label for _, suggest, label in found if suggest == worst), 100)
        detail = [
            {"strategy": "keyword", "errcode": 0, "suggest": suggest, "label": number, "level": 90, "keyword": word}
            for word, suggest, number in found
        ]
        model = {"strategy": "content_model", "errcode": 0, "suggest": worst, "label": label, "prob": 90}
        return {
            "errcode": 0,
            "errmsg": "ok",
            "result": {"suggest": worst, "label": label},
            "detail": [*detail, model],
            "trace_id": secrets.token_hex(16),
        }

    def _media(self, asked: Asked) -> Answer:
        if not _URL.match(str(asked.body.get("media_url", ""))):
            raise Errcode(40007, "invalid media url")
        if asked.body.get("media_type") not in (1, 2):
            raise Errcode(47001, "data format error: media_type")
        self._check(asked)
        trace = secrets.token_hex(16)
        self.pending[trace] = asked.body
        self.taken(trace)
        return {"errcode": 0, "errmsg": "ok", "trace_id": trace}

    def _check(self, asked: Asked) -> None:
        if asked.body.get("version") != 2 or asked.body.get("scene") not in _SCENES:
            raise Errcode(47001, "data format error: version or scene")
        seen = self._last_seen(asked.openid("openid"))
        if seen is None or seen < self._now() - ACTIVE_FOR:
            raise Errcode(61010, "code is expired")
