"""替身加解密 — signatures and the envelope, written from WeChat's document without the service's own code."""

import base64
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32


class EnvelopeBroken(ValueError):
    """What came back does not open: signature, padding, length or appid."""


def sign(*parts: str) -> str:
    """Return the SHA-1 of the parts in the order of the alphabet."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


class Envelope:
    """信封 — seals and opens by one account's EncodingAESKey."""

    def __init__(self, *, key: str, appid: str) -> None:
        self._key, self._appid = base64.b64decode(key + "="), appid.encode()

    def seal(self, text: str) -> str:
        """Return a text as ``Encrypt`` carries it."""
        words = text.encode()
        plain = secrets.token_bytes(16) + struct.pack(">I", len(words)) + words + self._appid
        filling = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([filling]) * filling) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        """Return the text of an ``Encrypt``.

        Raises:
            EnvelopeBroken: it is not one of this account's.
        """
        try:
            decryptor = self._cipher().decryptor()
            plain = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
            filling = plain[-1]
            length = struct.unpack(">I", plain[16:20])[0]
            words, appid = plain[20 : 20 + length], plain[20 + length : -filling]
            if not 1 <= filling <= _BLOCK or plain[-filling:] != bytes([filling]) * filling or appid != self._appid:
                raise EnvelopeBroken("padding or appid")
            return words.decode()
        except (ValueError, IndexError, struct.error) as fault:
            raise EnvelopeBroken(str(fault)) from None

    def _cipher(self) -> "Cipher[modes.CBC]":
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
