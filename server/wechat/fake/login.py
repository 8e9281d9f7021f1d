"""替身登录 — codes of ``wx.login`` and of the phone-number button: five minutes, one use."""

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.wechat.fake.platform import Answer, Asked, Errcode, Now, Operation, Operations

CODE_LIVES = timedelta(minutes=5)
LOGINS_A_MINUTE = 100
_MINUTE = timedelta(minutes=1)


@dataclass
class _LoginCode:
    openid: str
    unionid: str | None
    until: datetime
    is_used: bool = False


@dataclass
class _PhoneCode:
    mobile: str
    openid: str
    until: datetime


class LoginDesk:
    """登录台 — who stands behind a code; ``saw`` hears of each openid that logged in."""

    def __init__(self, now: Now, *, check_credentials: Callable[[Asked], None], saw: Callable[[str], None]) -> None:
        self.blocked: set[str] = set()
        self._now, self._check, self._saw = now, check_credentials, saw
        self._codes: dict[str, _LoginCode] = {}
        self._phone_codes: dict[str, _PhoneCode] = {}
        self._logins: dict[str, deque[datetime]] = {}

    @property
    def operations(self) -> Operations:
        return {
            "/sns/jscode2session": Operation("GET", self._code_to_session, needs_token=False),
            "/wxa/business/getuserphonenumber": Operation("POST", self._phone_number),
        }

    def issue_code(self, *, openid: str, unionid: str | None) -> str:
        """Return what ``wx.login`` gives the phone of this person."""
        code = "0" + secrets.token_hex(15) + "w"
        self._codes[code] = _LoginCode(openid, unionid, self._now() + CODE_LIVES)
        return code

    def issue_phone_code(self, *, mobile: str, openid: str = "") -> str:
        """Return what the phone-number button gives; with an openid the code is good for that person only."""
        code = secrets.token_hex(32)
        self._phone_codes[code] = _PhoneCode(mobile, openid, self._now() + CODE_LIVES)
        return code

    def _code_to_session(self, asked: Asked) -> Answer:
        self._check(asked)
        code = self._codes.get(asked.query.get("js_code", ""))
        if code is None or code.until <= self._now() or asked.query.get("grant_type") != "authorization_code":
            raise Errcode(40029, "invalid code")
        if code.is_used:
            raise Errcode(40163, "code been used")
        self._count(code.openid)
        code.is_used = True
        if code.openid in self.blocked:
            raise Errcode(40226, "code blocked")
        self._saw(code.openid)
        session = {"session_key": secrets.token_urlsafe(16), "openid": code.openid}
        return session | ({"unionid": code.unionid} if code.unionid else {})

    def _count(self, openid: str) -> None:
        logins = self._logins.setdefault(openid, deque())
        while logins and logins[0] <= self._now() - _MINUTE:
            logins.popleft()
        if len(logins) >= LOGINS_A_MINUTE:
            raise Errcode(45011, "api minute-quota reach limit")
        logins.append(self._now())

    def _phone_number(self, asked: Asked) -> Answer:
        code = self._phone_codes.pop(str(asked.body.get("code", "")), None)
        if code is None or code.until <= self._now():
            raise Errcode(40029, "invalid code")
        if code.openid and asked.body.get("openid", code.openid) != code.openid:
            raise Errcode(40029, "invalid code")
        seconds = int(self._now().timestamp())
        return {
            "phone_info": {
                "phoneNumber": code.mobile,
                "purePhoneNumber": code.mobile,
                "countryCode": "86",
                "watermark": {"timestamp": seconds},
            }
        }
