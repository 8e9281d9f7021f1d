"""设置 — every knob, typed and frozen, read once from the environment or ``.env``."""

import base64
from datetime import time
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SANDBOX_KEY = "sandbox:" + base64.b64encode(b"youbing sandbox key, not secret!").decode()
"""Published here, hence worthless: it keeps a first run free of set-up and is refused in production."""
SANDBOX_SALT = "sandbox"
"""Signs the pushes of the sandbox's carrier; published here, hence worthless."""


class Mode(StrEnum):
    """运行模式 — production refuses everything that only a sandbox may do."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


class RateLimits(StrEnum):
    ON = "on"
    OFF = "off"


class WeChatPushMode(StrEnum):
    """消息加解密方式 — how the account's pushes travel; what is set in WeChat's back office must be set here."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


class UnsafeSettings(ValueError):
    """Production was asked for with settings that only a sandbox may have; each line is one of them."""


class Settings(BaseSettings):
    """Everything that differs between two installations. Secrets are never printed."""

    model_config = SettingsConfigDict(env_file=".env", frozen=True, extra="ignore")

    mode: Mode = Mode.SANDBOX
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    workers: int = Field(1, ge=1, le=64)
    data_dir: Path = Path("var")
    model_dir: Path | None = None
    """Where the bot's models lie, shared by the processes of a machine; by default ``bot`` in ``data_dir``."""
    database_url: SecretStr = SecretStr("")
    """Empty means SQLite in ``data_dir``; ``postgres://user:password@host:port/name`` means PostgreSQL."""
    database_pool: int = Field(10, ge=1, le=200)
    """PostgreSQL connections that one worker may hold."""
    redis_url: SecretStr = SecretStr("")
    """Empty keeps the shared state (rate limits, tokens) in the database."""

    field_keys: Annotated[tuple[SecretStr, ...], NoDecode] = (SecretStr(SANDBOX_KEY),)
    """``id:base64`` of 32 bytes each, comma separated; the first encrypts, all decrypt."""
    index_key: SecretStr = SecretStr(SANDBOX_KEY)
    """Keys the hashes by which encrypted fields are found; it cannot be rotated without re-indexing."""

    wechat_mini_appid: str = ""
    wechat_mini_secret: SecretStr = SecretStr("")
    wechat_mini_push_token: SecretStr = SecretStr("")
    """Signs the pushes of the mini-program; without it none is accepted."""
    wechat_mini_push_key: SecretStr = SecretStr("")
    """EncodingAESKey, 43 letters and digits: opens pushes in safe and compatible mode."""
    wechat_mini_push_mode: WeChatPushMode = WeChatPushMode.SAFE
    wechat_service_appid: str = ""
    wechat_service_secret: SecretStr = SecretStr("")
    wechat_service_push_token: SecretStr = SecretStr("")
    wechat_service_push_key: SecretStr = SecretStr("")
    wechat_service_push_mode: WeChatPushMode = WeChatPushMode.SAFE
    wechat_origin: str = "https://api.weixin.qq.com"
    sandbox_wechat: bool | None = None
    """A WeChat of ours with accounts of its own; by default on outside production when no account is set."""
    sandbox_login: bool | None = None
    """The log-in twin; by default on outside production when no WeChat credentials are set."""

    kuaidi100_customer: str = ""
    kuaidi100_key: SecretStr = SecretStr("")
    kuaidi100_origin: str = "https://poll.kuaidi100.com"
    kuaidi100_per_minute: int = Field(30, ge=1, le=1200)
    """How many questions a minute the whole installation may ask."""
    kuaidi100_salt: SecretStr = SecretStr("")
    """Signs the pushes of 快递100; without it none is accepted."""
    sandbox_carrier: bool | None = None
    """A carrier of ours with which parcels travel by themselves; by default on outside production without 快递100."""

    language_model_origin: str = ""
    """Where a language model is that may choose among topics: what precedes ``/chat/completions``; empty is off."""
    language_model_key: SecretStr = SecretStr("")
    language_model_name: str = ""
    language_model_seconds: float = Field(2.0, gt=0, le=10)
    """After so long the bot decides without it."""

    rate_limits: RateLimits = RateLimits.ON
    request_timeout_seconds: float = Field(30.0, gt=0, le=600)
    shutdown_grace_seconds: float = Field(15.0, gt=0, le=600)
    body_limit_bytes: int = Field(1_048_576, ge=1024)
    upload_limit_bytes: int = Field(8_388_608, ge=1024)
    """Spreadsheets and documents of fairs; every other body obeys ``body_limit_bytes``."""
    trusted_proxies: int = Field(0, ge=0, le=8)
    """How many reverse proxies stand before the server and set X-Forwarded-For."""

    session_days: int = Field(30, ge=1, le=365)
    redemption_retention_days: int = Field(400, ge=31, le=3650)
    """After this many days a redemption keeps its month and loses its person, clerk and minute."""
    application_retention_days: int = Field(1095, ge=730, le=3650)
    """After this many days without a step a job application loses profile, contact and words.

    Two years at least: the service ledger is kept so long (人力资源市场暂行条例).
    """
    parcel_retention_days: int = Field(180, ge=30, le=3650)
    """After this many days in its last state a parcel loses people, contents and words; to units after 90 at most."""
    unit_address_retention_days: int = Field(90, ge=7, le=400)
    """After this many days without use a unit's address leaves the address book."""
    assistant_retention_days: int = Field(180, ge=30, le=3650)
    """After this many days what was said to the bot loses its words."""
    notification_quiet_from: time = time(21, 30)
    notification_quiet_until: time = time(7, 30)
    """Between the two, on a Beijing clock, no subscribe message is sent but urgent ones; the same time is never."""
    notifications_per_second: int = Field(20, ge=1, le=1000)
    """How many subscribe messages the whole installation may send in a second."""
    notification_retention_days: int = Field(400, ge=90, le=3650)
    """After this many days a message leaves the inbox."""
    log_level: str = "INFO"
    log_format: str = Field("auto", pattern="^(auto|json|console)$")

    @field_validator("field_keys", mode="before")
    @classmethod
    def _split_keys(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _decodes_keys(self) -> Self:
        for secret in (*self.field_keys, self.index_key):
            decode_key(secret)
        if not self.field_keys:
            raise ValueError("FIELD_KEYS 不能为空：请用 python -m server keys new 生成一个")
        return self

    @property
    def is_production(self) -> bool:
        return self.mode is Mode.PRODUCTION

    @property
    def has_sandbox_login(self) -> bool:
        """Whether ``demo-…`` codes log in without WeChat."""
        if self.sandbox_login is not None:
            return self.sandbox_login
        return not self.is_production and not self.wechat_mini_appid

    @property
    def has_sandbox_wechat(self) -> bool:
        """Whether both accounts are those of a fake WeChat."""
        if self.sandbox_wechat is not None:
            return self.sandbox_wechat
        return not self.is_production and not self.wechat_mini_appid and not self.wechat_service_appid

    @property
    def has_sandbox_carrier(self) -> bool:
        """Whether the worker asks a fake carrier beside it."""
        if self.sandbox_carrier is not None:
            return self.sandbox_carrier
        return not self.is_production and not self.kuaidi100_customer and not self.kuaidi100_salt.get_secret_value()

    @property
    def has_language_model(self) -> bool:
        """Whether a language model is asked where several topics are to choose from."""
        return bool(self.language_model_origin and self.language_model_name)

    @property
    def push_salt(self) -> str:
        """What signs pushes; empty when none is accepted."""
        return SANDBOX_SALT if self.has_sandbox_carrier else self.kuaidi100_salt.get_secret_value()

    @property
    def database_address(self) -> str:
        """The address in use; it may hold a password."""
        return self.database_url.get_secret_value() or f"sqlite://{self.data_dir / 'youbing.sqlite3'}"

    def refuse_unsafe(self) -> None:
        """Raise ``UnsafeSettings`` when production would run with what only a sandbox may have."""
        if not self.is_production:
            return
        faults = []
        if self.has_sandbox_login:
            faults.append("SANDBOX_LOGIN：生产环境不能使用沙箱登录")
        if self.has_sandbox_wechat:
            faults.append("SANDBOX_WECHAT：生产环境不能使用沙箱微信")
        if self.has_sandbox_carrier:
            faults.append("SANDBOX_CARRIER：生产环境不能使用沙箱承运方")
        if SANDBOX_KEY in {secret.get_secret_value() for secret in (*self.field_keys, self.index_key)}:
            faults.append("FIELD_KEYS / INDEX_KEY：仍是公开的默认密钥，请用 python -m server keys new 生成")
        if self.rate_limits is RateLimits.OFF:
            faults.append("RATE_LIMITS=off：生产环境必须限流")
        if not self.wechat_mini_appid or not self.wechat_mini_secret.get_secret_value():
            faults.append("WECHAT_MINI_APPID / WECHAT_MINI_SECRET：生产环境必须填写小程序凭据")
        if faults:
            raise UnsafeSettings("\n".join(faults))


def decode_key(secret: SecretStr) -> tuple[str, bytes]:
    """Return the id and the 32 bytes of an ``id:base64`` key.

    Raises:
        ValueError: the text is not of that form; the message does not repeat it.
    """
    identifier, _, encoded = secret.get_secret_value().partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if not identifier.isalnum() or len(identifier) > 16 or len(key) != 32:
        raise ValueError("密钥须写成「编号:32字节的base64」：请用 python -m server keys new 生成")
    return identifier, key


@cache
def get_settings() -> Settings:
    """Return the settings of this process, read on first use."""
    return Settings.model_validate({})
