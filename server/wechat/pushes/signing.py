"""推送签名 — proves that a push comes from who shares our token; compared in constant time, no clock is read."""

import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PushQuery:
    """What stands in the address of a push; what WeChat left out is empty."""

    timestamp: str
    nonce: str
    signature: str = ""
    msg_signature: str = ""
    encrypt_type: str = ""


def sign(token: str, *parts: str) -> str:
    """Return the SHA-1 of the token and the parts, sorted and joined, in lower-case hex."""
    return hashlib.sha1(b"".join(sorted(_octets(part) for part in (token, *parts)))).hexdigest()


def is_signed(signature: str, token: str, *parts: str) -> bool:
    """Tell whether ``signature`` is that of the parts; without a token nothing is."""
    if not token:
        return False
    return hmac.compare_digest(_octets(signature), _octets(sign(token, *parts)))


def is_query_signed(query: PushQuery, token: str) -> bool:
    """Tell whether the address itself is signed: the check of the URL, and a push in plain text. The body is not."""
    return is_signed(query.signature, token, query.timestamp, query.nonce)


def is_ciphertext_signed(query: PushQuery, token: str, encrypted: str) -> bool:
    """Tell whether ``msg_signature`` covers the address and this ciphertext."""
    return is_signed(query.msg_signature, token, query.timestamp, query.nonce, encrypted)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
