"""出示码密钥 — the Ed25519 keys that sign passes: made, rolled, retired, and read by every process within seconds."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cwt import COSEKey
from cwt.cose_key_interface import COSEKeyInterface
from tortoise.context import TortoiseContext, require_context

from models.cards import PASS_KEY_PRIVATE, PassKey
from models.errors import Conflict, NotFound, Unavailable
from models.fields import seal, unseal
from models.transactions import Dialects, execute, fetch_rows, transaction
from server.audit.service import record

KEYS_TRUSTED_FOR = timedelta(seconds=5)
"""How old a process's copy of the keys may be: so soon a new or a retired key is obeyed everywhere."""


class NoPassKey(Unavailable):
    message = "系统还没有出示码密钥，暂时不能出示优待证"
    next_step = "请稍后再试，或先出示实体优待证；管理员请运行 python -m server pass-keys create"


class PassKeyNotFound(NotFound):
    message = "没有这个出示码密钥，或者它已经停用"
    next_step = "请列出现有的密钥后核对编号"


class LastPassKey(Conflict):
    message = "这是唯一在用的出示码密钥，停用后谁也不能出示优待证"
    next_step = "请先新建一个密钥，等 60 秒，再停用这一个"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """公钥 — what anybody may know of a key; ``x`` is base64url without padding, as in a JWK (RFC 8037)."""

    key_id: str
    x: str


@dataclass(frozen=True, slots=True)
class LoadedKeys:
    """The keys of an installation as one process holds them; several keys may share an id."""

    loaded_at: datetime
    signer: COSEKeyInterface | None
    verifiers: Mapping[bytes, tuple[COSEKeyInterface, ...]]


_loaded: "WeakKeyDictionary[TortoiseContext, LoadedKeys]" = WeakKeyDictionary()


async def load_keys(*, at: datetime, afresh: bool = False) -> LoadedKeys:
    """Return the unretired keys, read from the database at most every five seconds unless ``afresh``."""
    database = require_context()
    known = _loaded.get(database)
    if known is not None and not afresh and timedelta(0) <= at - known.loaded_at < KEYS_TRUSTED_FOR:
        return known
    rows = await fetch_rows(
        "SELECT key_id, public_key, private_key_sealed FROM pass_keys WHERE retired_at IS NULL "
        "ORDER BY created_at DESC, id DESC"
    )
    verifiers: dict[bytes, tuple[COSEKeyInterface, ...]] = {}
    for row in rows:
        key_id = row["key_id"].encode()
        verifiers[key_id] = (*verifiers.get(key_id, ()), verifying_key(key_id, decode_bytes(row["public_key"])))
    signer = None
    if rows:
        private = decode_bytes(unseal(PASS_KEY_PRIVATE, rows[0]["private_key_sealed"]))
        signer = signing_key(rows[0]["key_id"].encode(), private)
    _loaded[database] = loaded = LoadedKeys(at, signer, verifiers)
    return loaded


def signing_key(key_id: bytes, private: bytes) -> COSEKeyInterface:
    """Return the COSE key of 32 private bytes."""
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return COSEKey.new({1: 1, 2: key_id, 3: -8, -1: 6, -2: public, -4: private})


def verifying_key(key_id: bytes, public: bytes) -> COSEKeyInterface:
    """Return the COSE key of 32 public bytes."""
    return COSEKey.new({1: 1, 2: key_id, 3: -8, -1: 6, -2: public})


async def create_pass_key(*, at: datetime) -> PublicKey:
    """Make a key pair that signs from now on; the older ones still verify. 新建密钥。"""
    private = Ed25519PrivateKey.generate()
    key = PublicKey(key_id=secrets.token_hex(8), x=encode_bytes(private.public_key().public_bytes_raw()))
    async with transaction():
        await PassKey.create(
            created_at=at,
            key_id=key.key_id,
            public_key=key.x,
            private_key_sealed=seal(PASS_KEY_PRIVATE, encode_bytes(private.private_bytes_raw())),
        )
        await _audit("pass_key.created", key.key_id)
    return key


async def ensure_pass_key(*, at: datetime) -> None:
    """Make the first key of an installation; where there is one, nothing changes."""
    if not await PassKey.exists(retired_at=None):
        await create_pass_key(at=at)


async def retire_pass_key(*, key_id: str, at: datetime) -> None:
    """Stop a key from signing and verifying. 停用密钥。

    To roll: create a key, wait until the last pass of the old one has expired (60 s), retire the old one.

    Raises:
        PassKeyNotFound: there is no such key, or it is retired.
        LastPassKey: no other key is left to sign.
    """
    unretired = "SELECT key_id FROM pass_keys WHERE retired_at IS NULL ORDER BY id"
    async with transaction():
        rows = await fetch_rows(Dialects(postgres=unretired + " FOR UPDATE", sqlite=unretired))
        if key_id not in {row["key_id"] for row in rows}:
            raise PassKeyNotFound
        if len(rows) == 1:
            raise LastPassKey
        await execute("UPDATE pass_keys SET retired_at = $1 WHERE key_id = $2", at, key_id)
        await _audit("pass_key.retired", key_id)


async def list_public_keys() -> tuple[PublicKey, ...]:
    """Return the public halves of the keys that verify now, the newest first."""
    keys = await PassKey.filter(retired_at=None).order_by("-created_at", "-id")
    return tuple(PublicKey(key_id=key.key_id, x=key.public_key) for key in keys)


async def _audit(action: str, key_id: str) -> None:
    await record(account_id=None, role="operator", action=action, record_type="pass_key", record_id=key_id)


def encode_bytes(raw: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_bytes(text: str) -> bytes:
    """Return the bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
