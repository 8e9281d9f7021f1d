"""请求人 — who asks; a handler names its asker by type, and no asker means no access."""

from typing import ClassVar, Protocol, Self
from uuid import UUID

from models.errors import Forbidden


class Asker(Protocol):
    """Somebody that a token stands for. The type that a handler names decides who may call it."""

    role: ClassVar[str]
    """The word in the API document: anyone, visitor, person, veteran, clerk, staff, administrator …"""
    needs_token: ClassVar[bool]
    """Whether a request without a token is refused with 401."""
    refusals: ClassVar[tuple[type[Forbidden], ...]]
    """Why somebody with a good token may not be this kind of asker."""

    @property
    def account_id(self) -> UUID | None:
        """The account behind the token, None for a stranger."""

    @classmethod
    async def authenticate(cls, token: str | None) -> Self:
        """Return the asker that a bearer token stands for.

        Raises:
            Unauthenticated: no token where one is needed, or one that is unknown, expired or revoked.
            Forbidden: a good token of somebody who is not this kind of asker.
        """


class Anyone:
    """任何人 — no token is read, none is needed."""

    role: ClassVar[str] = "anyone"
    refusals: ClassVar[tuple[type[Forbidden], ...]] = ()
    needs_token: ClassVar[bool] = False
    account_id: UUID | None = None

    @classmethod
    async def authenticate(cls, token: str | None) -> "Anyone":
        return _ANYONE


_ANYONE = Anyone()
