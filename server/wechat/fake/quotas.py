"""替身额度 — how often each address may be called a day, and the ten clearings of a month."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

from server.wechat.fake.platform import Answer, Asked, Errcode, Now, Operation, Operations

CLEARINGS_A_MONTH = 10
_BEIJING = timedelta(hours=8)
_UNLIMITED = 10_000_000
_A_DAY = {"/cgi-bin/stable_token": 500_000, "/wxa/msg_sec_check": 2_000_000, "/wxa/generate_urllink": 500_000}
_A_MINUTE = {"/cgi-bin/stable_token": 10_000, "/wxa/msg_sec_check": 4_000, "/wxa/getwxacodeunlimit": 5_000}


class QuotaDesk:
    """额度台 — ``limits`` names the addresses with a limit a day, ``per_minute`` those with one a minute."""

    def __init__(self, now: Now, *, check_credentials: Callable[[Asked], None], appid: str) -> None:
        self.limits = dict(_A_DAY)
        self.per_minute = dict(_A_MINUTE)
        self._now, self._check, self._appid = now, check_credentials, appid
        self._used: Counter[tuple[str, date]] = Counter()
        self._minutes: Counter[tuple[str, int]] = Counter()
        self._cleared: Counter[tuple[int, int]] = Counter()

    @property
    def operations(self) -> Operations:
        return {
            "/cgi-bin/openapi/quota/get": Operation("POST", self._get),
            "/cgi-bin/clear_quota": Operation("POST", self._clear),
            "/cgi-bin/clear_quota/v2": Operation("POST", self._clear_by_secret, needs_token=False),
        }

    def count(self, path: str) -> None:
        """Count a call.

        Raises:
            Errcode: 45009 the day's quota is used up, 45011 the minute's.
        """
        minute = (path, int(self._now().timestamp()) // 60)
        if self._minutes[minute] >= self.per_minute.get(path, _UNLIMITED):
            raise Errcode(45011, "api minute-quota reach limit, must slower")
        if self._used[path, self._today()] >= self.limits.get(path, _UNLIMITED):
            raise Errcode(45009, "reach max api daily quota limit")
        self._minutes[minute] += 1
        self._used[path, self._today()] += 1

    def _today(self) -> date:
        return (self._now() + _BEIJING).date()

    def _get(self, asked: Asked) -> Answer:
        path = str(asked.body.get("cgi_path", ""))
        if not path.startswith("/"):
            raise Errcode(76021, "cgi_path not found, please check")
        limit, used = self.limits.get(path, _UNLIMITED), self._used[path, self._today()]
        quota = {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}
        return {"errcode": 0, "errmsg": "ok", "quota": quota}

    def _clear(self, asked: Asked) -> Answer:
        if asked.body.get("appid") != self._appid:
            raise Errcode(40013, "invalid appid")
        return self._clear_now()

    def _clear_by_secret(self, asked: Asked) -> Answer:
        self._check(asked)
        return self._clear_now()

    def _clear_now(self) -> Answer:
        month = (self._today().year, self._today().month)
        if self._cleared[month] >= CLEARINGS_A_MONTH:
            raise Errcode(48006, "forbid to clear quota because of reaching the limit")
        self._cleared[month] += 1
        self._used.clear()
        return {"errcode": 0, "errmsg": "ok"}
