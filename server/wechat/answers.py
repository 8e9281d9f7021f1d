"""微信的词汇 — what calls ask for and what comes back, as types; nothing here speaks to WeChat."""

from enum import StrEnum

import msgspec


class AppVersion(StrEnum):
    """小程序版本 — which version a code or link opens; subscribe messages call it by other words."""

    RELEASE = "release"
    TRIAL = "trial"
    DEVELOP = "develop"


class TextScene(StrEnum):
    """内容场景 — where a text that is checked will stand."""

    PROFILE = "1"
    COMMENT = "2"
    FORUM = "3"
    SOCIAL = "4"


class MediaKind(StrEnum):
    """媒体种类 — what can be checked asynchronously."""

    AUDIO = "1"
    PICTURE = "2"


class Suggestion(StrEnum):
    """检查建议 — what WeChat suggests for a content."""

    PASS = "pass"
    REVIEW = "review"
    RISKY = "risky"


class TextVerdict(msgspec.Struct, frozen=True):
    """文本检查结果 — 100 is a label without fault; others name the kind of fault. It comes as a number or as text."""

    suggest: Suggestion
    label: int | str


class PhoneNumber(msgspec.Struct, frozen=True, rename="camel"):
    """手机号 — of the person who tapped the button; personal data, to be sealed at once."""

    pure_phone_number: str
    country_code: int | str
    """A number in the document's example, a text in its table."""

    def __repr__(self) -> str:
        return "PhoneNumber(***)"


class Quota(msgspec.Struct, frozen=True):
    """接口额度 — of one interface today; a limit of 0 means that WeChat states none."""

    daily_limit: int
    used: int
    remain: int


class FaceCheckStart(msgspec.Struct, frozen=True):
    """人脸核身会话 — what the phone passes to ``wx.requestFacialVerify``."""

    verify_id: str
    expires_in: int = 3600


class Resolved(msgspec.Struct, frozen=True):
    """域名解析 — one address of our callback as WeChat resolves it."""

    ip: str


class Pinged(msgspec.Struct, frozen=True):
    """连通检测 — whether WeChat reached that address; the loss is 0% or 100%."""

    ip: str
    package_loss: str


class CallbackReach(msgspec.Struct, frozen=True):
    """回调连通情况 — of the address that is set in the back office."""

    dns: list[Resolved] = []
    ping: list[Pinged] = []
