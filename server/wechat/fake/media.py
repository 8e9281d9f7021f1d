"""替身素材 — temporary media; a file whose name WeChat cannot read is no file."""

import re
import secrets

from server.wechat.fake.platform import Answer, Asked, Errcode, Now, Operation, Operations, Picture

_KINDS = {
    "image": (10 * 1024 * 1024, {"png", "jpg", "jpeg", "gif"}),
    "voice": (2 * 1024 * 1024, {"amr", "mp3"}),
    "video": (10 * 1024 * 1024, {"mp4"}),
    "thumb": (64 * 1024, {"jpg", "jpeg"}),
}
_NAME = re.compile(r"[\x20-\x7e]+\.([A-Za-z0-9]+)\Z")
_TYPES = {"png": "image/png", "gif": "image/gif", "amr": "audio/amr", "mp3": "audio/mpeg", "mp4": "video/mp4"}


class MediaDesk:
    """素材台 — what was uploaded, by its id."""

    def __init__(self, now: Now) -> None:
        self.media: dict[str, Picture] = {}
        self._now = now

    @property
    def operations(self) -> Operations:
        return {
            "/cgi-bin/media/upload": Operation("POST", self._upload),
            "/cgi-bin/media/get": Operation("GET", self._get),
        }

    def _upload(self, asked: Asked) -> Answer:
        kind = asked.query.get("type", "")
        if kind not in _KINDS:
            raise Errcode(40004, "invalid media type")
        most, endings = _KINDS[kind]
        named = _NAME.match(asked.file.filename) if asked.file and asked.file.is_plainly_named else None
        if asked.file is None or named is None or not asked.file.data:
            raise Errcode(41005, "media data missing")
        ending = named[1].lower()
        if ending not in endings:
            raise Errcode(40005, "invalid file type")
        if len(asked.file.data) > most:
            raise Errcode(40006, "invalid meida size")
        media_id = secrets.token_urlsafe(48)
        self.media[media_id] = Picture(asked.file.data, _TYPES.get(ending, "image/jpeg"))
        return {"type": kind, "media_id": media_id, "created_at": int(self._now().timestamp())}

    def _get(self, asked: Asked) -> Answer:
        found = self.media.get(asked.query.get("media_id", ""))
        if found is None:
            raise Errcode(40007, "invalid media_id")
        return found
