"""替身粉丝 — who follows the service account, and the tags it gives them."""

from collections.abc import Callable

from server.wechat.fake.platform import Answer, Asked, Errcode, Operation, Operations

MOST_TAGS = 100
TAG_NAME_LENGTH = 30
PAGE = 10_000


class FollowerDesk:
    """粉丝台 — followers by openid; ``unionid_of`` tells what joins a person's openids."""

    def __init__(self, *, unionid_of: Callable[[str], str]) -> None:
        self.followers: set[str] = set()
        self.tags: dict[int, str] = {2: "星标组"}
        self.tagged: dict[int, set[str]] = {}
        self._unionid_of = unionid_of

    @property
    def operations(self) -> Operations:
        return {
            "/cgi-bin/user/info": Operation("GET", self._info),
            "/cgi-bin/user/get": Operation("GET", self._followers),
            "/cgi-bin/user/tag/get": Operation("POST", self._tagged),
            "/cgi-bin/tags/get": Operation("GET", self._tags),
            "/cgi-bin/tags/create": Operation("POST", self._create_tag),
            "/cgi-bin/tags/delete": Operation("POST", self._delete_tag),
            "/cgi-bin/tags/members/batchtagging": Operation("POST", self._tag),
        }

    def _info(self, asked: Asked) -> Answer:
        openid = asked.query.get("openid", "")
        if not openid:
            raise Errcode(40003, "invalid openid")
        if openid not in self.followers:
            return {"subscribe": 0, "openid": openid} | self._unionid(openid)
        return {"subscribe": 1, "openid": openid, "language": "zh_CN", "tagid_list": []} | self._unionid(openid)

    def _unionid(self, openid: str) -> dict[str, str]:
        unionid = self._unionid_of(openid)
        return {"unionid": unionid} if unionid else {}

    def _followers(self, asked: Asked) -> Answer:
        return self._page(self.followers, asked.query.get("next_openid", ""))

    def _tagged(self, asked: Asked) -> Answer:
        return self._page(
            self.tagged.get(int(asked.body.get("tagid", 0)), set()), str(asked.body.get("next_openid", ""))
        )

    @staticmethod
    def _page(openids: set[str], after: str) -> Answer:
        page = [openid for openid in sorted(openids) if openid > after][:PAGE]
        if not page:
            return {"total": len(openids), "count": 0, "next_openid": ""}
        return {"total": len(openids), "count": len(page), "data": {"openid": page}, "next_openid": page[-1]}

    def _tags(self, asked: Asked) -> Answer:
        return {
            "tags": [
                {"id": number, "name": name, "count": len(self.tagged.get(number, ()))}
                for number, name in self.tags.items()
            ]
        }

    def _create_tag(self, asked: Asked) -> Answer:
        tag = asked.body.get("tag", {})
        name = tag.get("name") if isinstance(tag, dict) else None
        if not isinstance(name, str) or not 0 < len(name) <= TAG_NAME_LENGTH:
            raise Errcode(45158, "tag name too long")
        if name in self.tags.values():
            raise Errcode(45157, "invalid tag name")
        if len(self.tags) >= MOST_TAGS:
            raise Errcode(45056, "too many tag now")
        number = max(self.tags, default=99) + 1 if max(self.tags, default=0) >= 100 else 100
        self.tags[number] = name
        return {"tag": {"id": number, "name": name}}

    def _delete_tag(self, asked: Asked) -> Answer:
        number = int(asked.body.get("tag", {}).get("id", 0))
        if number < 100:
            raise Errcode(45058, "can't modify sys tag")
        self.tags.pop(number, None)
        return {"errcode": 0, "errmsg": "ok"}

    def _tag(self, asked: Asked) -> Answer:
        number = int(asked.body.get("tagid", 0))
        if number not in self.tags:
            raise Errcode(45159, "invalid tag id")
        openids = asked.body.get("openid_list", [])
        if not openids or not set(openids) <= self.followers:
            raise Errcode(40003, "invalid openid")
        self.tagged.setdefault(number, set()).update(openids)
        return {"errcode": 0, "errmsg": "ok"}
