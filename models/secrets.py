"""加密 — personal fields at rest: AES-256-GCM with the key's id in the value, found by a keyed hash."""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.settings import Settings, decode_key, get_settings

_NONCE_BYTES = 12


class UnreadableSecret(Exception):
    """A stored value cannot be decrypted: its key is not configured, or it was altered."""


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """密钥环 — the first key encrypts, every key decrypts; the index key makes hashes for look-ups."""

    current: str
    ciphers: dict[str, AESGCM]
    index_key: bytes

    def encrypt(self, text: str, *, purpose: str) -> str:
        """Return ``key id:base64(nonce ‖ ciphertext)``; ``purpose`` binds the value to its column."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self.ciphers[self.current].encrypt(nonce, text.encode(), purpose.encode())
        return f"{self.current}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, value: str, *, purpose: str) -> str:
        """Return the text of an encrypted value.

        Raises:
            UnreadableSecret: the key is unknown, or the value was altered or moved from another column.
        """
        identifier, _, encoded = value.partition(":")
        cipher = self.ciphers.get(identifier)
        if cipher is None:
            raise UnreadableSecret(f"no key {identifier[:16]!r} in FIELD_KEYS")
        try:
            raw = base64.b64decode(encoded, validate=True)
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            raise UnreadableSecret(f"altered value under key {identifier}") from None

    def is_current(self, value: str) -> bool:
        """Whether a stored value already uses the first key."""
        return value.startswith(self.current + ":")

    def fingerprint(self, text: str, *, purpose: str) -> str:
        """Return the keyed hash (64 hex digits) by which an encrypted value is found."""
        return hmac.new(self.index_key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def derive(self, purpose: str) -> bytes:
        """Return a 32-byte key for another keyed hash, such as the audit chain's."""
        return hmac.new(self.index_key, f"derive\0{purpose}".encode(), hashlib.sha256).digest()


def build_keyring(settings: Settings) -> Keyring:
    """Return the keyring that an installation's settings describe."""
    keys = [decode_key(secret) for secret in settings.field_keys]
    return Keyring(
        current=keys[0][0],
        ciphers={identifier: AESGCM(key) for identifier, key in keys},
        index_key=decode_key(settings.index_key)[1],
    )


_keyring: Keyring | None = None


def keyring() -> Keyring:
    """Return the keyring of this process, built from its settings on first use."""
    global _keyring
    if _keyring is None:
        _keyring = build_keyring(get_settings())
    return _keyring


def use_keyring(ring: Keyring | None) -> None:
    """Set the keyring of this process: what a key rotation does, and a test."""
    global _keyring
    _keyring = ring
