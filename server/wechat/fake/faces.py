"""替身人脸核身 — a session for an identity, a face that passes or does not, and the answer that counts."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.wechat.fake.platform import Answer, Asked, Errcode, Now, Operation, Operations

VERIFY_LIVES = timedelta(seconds=3600)
PASSED = 10000
CANCELLED = 90004
_CERT = ("cert_type", "cert_name", "cert_no")
_SEQUENCE = re.compile(r"[0-9A-Za-z_-]{5,32}\Z")


@dataclass
class FaceSession:
    """核身会话 — ``verdict`` is 0 until the person showed the face."""

    sequence: str
    cert_hash: str
    openid: str
    until: datetime
    verdict: int = 0


class FaceDesk:
    """人脸核身台 — the errcodes of a mismatch are not documented; these are chosen."""

    def __init__(self, now: Now) -> None:
        self.sessions: dict[str, FaceSession] = {}
        self._now = now

    @property
    def operations(self) -> Operations:
        return {
            "/cityservice/face/identify/getverifyid": Operation("POST", self._begin),
            "/cityservice/face/identify/queryverifyinfo": Operation("POST", self._query),
        }

    def show(self, verify_id: str, *, verdict: int = PASSED) -> None:
        """Let the person show the face, or turn away.

        Raises:
            KeyError: there is no such session, or it is over: the phone refuses to begin.
        """
        session = self.sessions[verify_id]
        if session.until <= self._now():
            raise KeyError(verify_id)
        session.verdict = verdict

    def _begin(self, asked: Asked) -> Answer:
        sequence, openid = str(asked.body.get("out_seq_no", "")), asked.openid("openid")
        cert = asked.body.get("cert_info")
        if not _SEQUENCE.match(sequence) or any(one.sequence == sequence for one in self.sessions.values()):
            raise Errcode(40097, "invalid args: out_seq_no")
        if not isinstance(cert, Mapping) or not all(isinstance(cert.get(name), str) and cert[name] for name in _CERT):
            raise Errcode(40097, "invalid args: cert_info")
        if cert["cert_type"] != "IDENTITY_CARD":
            raise Errcode(40097, "invalid args: cert_type")
        verify_id = secrets.token_urlsafe(48)
        digest = hash_of({name: cert[name] for name in _CERT})
        self.sessions[verify_id] = FaceSession(sequence, digest, openid, self._now() + VERIFY_LIVES)
        return {"errcode": 0, "errmsg": "ok", "verify_id": verify_id, "expires_in": int(VERIFY_LIVES.total_seconds())}

    def _query(self, asked: Asked) -> Answer:
        session = self.sessions.get(str(asked.body.get("verify_id", "")))
        if session is None:
            raise Errcode(84001, "invalid identify id")
        given = tuple(asked.body.get(name) for name in ("out_seq_no", "cert_hash", "openid"))
        if given != (session.sequence, session.cert_hash, session.openid):
            raise Errcode(84002, "identity mismatch")
        if not session.verdict:
            raise Errcode(84003, "verify not finished")
        return {"errcode": 0, "errmsg": "ok", "verify_ret": session.verdict}


def hash_of(cert: Mapping[str, str]) -> str:
    """Return the digest of an identity: its three values in base64, joined by name, under SHA-256."""
    parts = (
        f"{name}={base64.b64encode(cert[name].encode()).decode()}" for name in ("cert_type", "cert_name", "cert_no")
    )
    return hashlib.sha256("&".join(parts).encode()).hexdigest()
