"""测试向量运行 — one check for every kind of vector, each through the functions that the service itself uses."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from config.settings import WeChatPushMode
from server.wechat.pushes.envelope import PushKeys, check_url, encrypt, open_body
from server.wechat.pushes.parsing import parse_push
from server.wechat.pushes.reading import PushFormat, read_fields
from server.wechat.pushes.rejection import PushReason, PushRejected
from server.wechat.pushes.replying import seal
from server.wechat.pushes.signing import PushQuery, sign
from server.wechat.user_data import UserDataUnreadable, cert_hash, decrypt_user_data, is_raw_data_signed
from server.wechat.vectors.comparing import NOT_OURS, CannotTell, is_same, push_faults


class Verdict(StrEnum):
    """What became of a vector. 结论"""

    PASSED = "passed"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One vector's result. ``why`` are the faults; ``unchecked`` names what only another library has."""

    kind: str
    id: str
    verdict: Verdict
    why: tuple[str, ...]
    unchecked: tuple[str, ...] = ()


_REASONS: dict[str, set[str]] = {
    "signature": {PushReason.SIGNATURE},
    "appid": {PushReason.APPID},
    "envelope": {PushReason.DOWNGRADE, PushReason.MALFORMED},
    "downgrade": {PushReason.DOWNGRADE},
    "padding": {PushReason.PADDING, PushReason.MALFORMED},
    "base64": {PushReason.MALFORMED},
    "key": {PushReason.KEY},
    "doctype": {PushReason.DOCTYPE},
    "entity": {PushReason.DOCTYPE},
    "watermark": {"watermark"},
}


def run_vectors(vectors: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Return the outcome of every vector, in the order given; a vector never ends the run."""
    return [_run(vector) for vector in vectors]


def _run(vector: Mapping[str, Any]) -> Outcome:
    kind, name = str(vector.get("kind")), str(vector.get("id"))
    given, expected = vector.get("input") or {}, vector.get("expected") or {}
    unchecked: list[str] = []
    try:
        faults = tuple(_faults(kind, given, expected, unchecked))
    except CannotTell as fault:
        return Outcome(kind, name, Verdict.REFUSED, (str(fault),))
    except (KeyError, TypeError, ValueError) as fault:
        return Outcome(kind, name, Verdict.REFUSED, (f"the vector has not the form of its kind: {fault!r}",))
    return Outcome(kind, name, Verdict.FAILED if faults else Verdict.PASSED, faults, tuple(unchecked))


def _faults(kind: str, given: Mapping[str, Any], expected: Mapping[str, Any], unchecked: list[str]) -> Iterator[str]:
    check = _CHECKS.get(kind) or next((one for start, one in _CHECKS.items() if kind.startswith(f"{start}_")), None)
    if check is None:
        raise CannotTell("no function of ours is of this kind")
    must_pass = expected.get("valid") is not False
    try:
        faults = list(check(given, expected, unchecked))
    except PushRejected as fault:
        yield from _rejection(fault.reason, str(fault), must_pass, expected.get("error"))
    except UserDataUnreadable as fault:
        yield from _rejection(fault.reason, fault.reason, must_pass, expected.get("error"))
    else:
        yield from faults if must_pass else ["accepted, but must be rejected"]


def _rejection(reason: str, told: str, must_pass: bool, error: object) -> Iterator[str]:
    if must_pass:
        yield f"rejected: {told}"
    elif reason not in _REASONS.get(str(error), {reason}):
        yield f"rejected for {told}, expected {error}"


def _check_url(given: Mapping[str, Any], expected: Mapping[str, Any], _: list[str]) -> Iterator[str]:
    echostr = str(given.get("echostr", ""))
    answer = check_url(_query(given), echostr, keys=_keys(given))
    for name in ("response_body", "plaintext", "echostr"):
        if name in expected and answer != expected[name]:
            yield f"answered {answer!r}, expected {expected[name]!r}"


def _check_post(given: Mapping[str, Any], expected: Mapping[str, Any], unchecked: list[str]) -> Iterator[str]:
    opened = open_body(_body(given), _query(given), keys=_keys(given, WeChatPushMode.PLAIN))
    yield from _text_faults(opened.text, expected, unchecked)


def _check_decrypt(given: Mapping[str, Any], expected: Mapping[str, Any], unchecked: list[str]) -> Iterator[str]:
    opened = open_body(_body(given), _query(given), keys=_keys(given))
    yield from _text_faults(opened.text, expected, unchecked)


def _text_faults(text: str, expected: Mapping[str, Any], unchecked: list[str]) -> Iterator[str]:
    if "plaintext" in expected and text != expected["plaintext"]:
        yield "another plaintext"
    if "fields" in expected and not is_same(found := read_fields(text)[1], expected["fields"]):
        yield f"fields is {found!r}, expected {expected['fields']!r}"
    more = {name: value for name, value in expected.items() if name not in {"plaintext", "fields", *NOT_OURS}}
    if more:
        yield from push_faults(parse_push(text), more, unchecked)


def _check_encrypt(given: Mapping[str, Any], expected: Mapping[str, Any], _: list[str]) -> Iterator[str]:
    keys, random = _keys(given), str(given["random"]).encode()
    stamp, nonce, plain = str(given["timestamp"]), str(given["nonce"]), str(given["plaintext"])
    encrypted = encrypt(plain, keys=keys, random=random)

    def sealed(format_: PushFormat) -> str:
        return seal(plain, keys=keys, format_=format_, timestamp=int(stamp), nonce=nonce, random=random)

    made = {"encrypt": encrypted, "msg_signature": sign(keys.token, stamp, nonce, encrypted)}
    made |= {"envelope_xml": sealed(PushFormat.XML), "envelope_json": sealed(PushFormat.JSON)}
    for name, value in expected.items():
        if name in NOT_OURS:
            continue
        if name not in made:
            raise CannotTell(f"nothing of ours makes {name}")
        wanted = value if isinstance(value, str) else json.dumps(value)
        is_envelope = name.startswith("envelope_") and is_same(read_fields(made[name])[1], read_fields(wanted)[1])
        if made[name] != wanted and not is_envelope:
            yield f"another {name}"


def _check_user_data(given: Mapping[str, Any], expected: Mapping[str, Any], _: list[str]) -> Iterator[str]:
    data = decrypt_user_data(
        session_key=given["session_key"], iv=given["iv"], encrypted_data=given["encrypted_data"], appid=given["appid"]
    )
    wanted = {name: value for name, value in expected.items() if name not in NOT_OURS}
    for name in ("fields", "data", "plaintext"):
        inside = wanted.pop(name, None)
        wanted |= json.loads(inside) if isinstance(inside, str) else inside or {}
    for name, value in wanted.items():
        found = data.marked_at if name in {"watermark_timestamp", "timestamp"} else data.fields.get(name)
        if not is_same(found, value):
            yield f"{name} is {found!r}, expected {value!r}"


def _check_raw_data(given: Mapping[str, Any], expected: Mapping[str, Any], _: list[str]) -> Iterator[str]:
    signature = given.get("signature") or expected["signature"]
    if not is_raw_data_signed(raw_data=given["raw_data"], session_key=given["session_key"], signature=signature):
        raise PushRejected(PushReason.SIGNATURE)
    yield from ()


def _check_cert_hash(given: Mapping[str, Any], expected: Mapping[str, Any], _: list[str]) -> Iterator[str]:
    info = given.get("cert_info") or given
    made = cert_hash(cert_name=info["cert_name"], cert_no=info["cert_no"], cert_type=info["cert_type"])
    if made != (expected.get("cert_hash") or expected["hash"]):
        yield "another hash"


def _check_push(given: Mapping[str, Any], expected: Mapping[str, Any], unchecked: list[str]) -> Iterator[str]:
    yield from push_faults(parse_push(_body(given)), expected, unchecked)


_CHECKS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], list[str]], Iterator[str]]] = {
    "xml_message": _check_push,
    "xml_event": _check_push,
    "xml_push": _check_push,
    "json_push": _check_push,
    "json_message": _check_push,
    "json_event": _check_push,
    "url_check_signature": _check_url,
    "decrypt_echostr": _check_url,
    "post_signature": _check_post,
    "decrypt": _check_decrypt,
    "encrypt": _check_encrypt,
    "user_data_decrypt": _check_user_data,
    "raw_data_signature": _check_raw_data,
    "cert_hash": _check_cert_hash,
}


def _query(given: Mapping[str, Any]) -> PushQuery:
    names = ("timestamp", "nonce", "signature", "msg_signature", "encrypt_type")
    return PushQuery(**{name: str(given.get(name, "")) for name in names})


def _keys(given: Mapping[str, Any], mode: WeChatPushMode = WeChatPushMode.SAFE) -> PushKeys:
    texts = {name: str(given.get(name, "")) for name in ("appid", "token", "encoding_aes_key")}
    return PushKeys(texts["appid"], texts["token"], texts["encoding_aes_key"], WeChatPushMode(given.get("mode", mode)))


def _body(given: Mapping[str, Any]) -> bytes:
    body = {"Encrypt": given["encrypt"]} if "encrypt" in given else given["body"]
    return (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
