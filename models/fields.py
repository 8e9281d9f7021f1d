"""字段 — columns of ours: sealed text, lists of short words."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from tortoise import fields
from tortoise.models import Model

from models.secrets import keyring


class SealedField(fields.TextField):
    """密文 — holds only what ``seal`` returned for the same purpose; clear text is refused before it is stored.

    Sealing is explicit (no decryption on load): a list of a thousand rows costs nothing until a name is read.
    """

    def __init__(self, *, purpose: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.purpose = purpose

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> str | None:
        if value is None:
            return None
        text = str(value)
        if not is_sealed(text):
            raise ValueError(f"{self.purpose} takes sealed text only")
        return text


def seal(purpose: str, text: str) -> str:
    """Return the encrypted form of a text for the column that ``purpose`` names."""
    return keyring().encrypt(text, purpose=purpose)


def unseal(purpose: str, value: str) -> str:
    """Return the clear text of a sealed column.

    Raises:
        UnreadableSecret: the key is not configured, or the value was altered or moved.
    """
    return keyring().decrypt(value, purpose=purpose)


def fingerprint(purpose: str, text: str) -> str:
    """Return the keyed hash by which a sealed text is found."""
    return keyring().fingerprint(text, purpose=purpose)


def is_sealed(value: str) -> bool:
    """Whether a text has the form of a sealed value under a key of this installation."""
    identifier, colon, encoded = value.partition(":")
    return bool(colon) and identifier in keyring().ciphers and len(encoded) >= 40


class WordsField(fields.TextField):
    """词表 — a tuple of short words, stored as a JSON array in text so that ``LIKE '%"word"%'`` finds one."""

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> str | None:
        return None if value is None else encode_words(value)

    def to_python_value(self, value: Any) -> tuple[str, ...] | None:
        if value is None:
            return None
        return decode_words(value) if isinstance(value, str) else tuple(value)


def encode_words(words: Iterable[str]) -> str:
    """Return the stored form of a tuple of words."""
    return msgspec.json.encode(list(words)).decode()


@lru_cache(maxsize=4096)
def decode_words(text: str) -> tuple[str, ...]:
    """Return the words of a stored form."""
    return msgspec.json.decode(text, type=tuple[str, ...])
